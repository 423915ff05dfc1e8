"""Everyday words as merged groups of the 1001 ImageNet scores (0 is "background").

Ranges are written as in a printer's dialog: "152-269,341" is both ends included. What is in no
group counts as "something else", which is never said.
"""

from __future__ import annotations

import numpy as np

GROUPS: dict[str, str] = {
    "dog": "152-269",
    "cat": "282-286",
    "big cat": "287-294",
    "bird": "8-25,81-101,128-147",
    "fish": "1-7,390-398",
    "insect": "301-327",
    "spider": "73-79",
    "snake or lizard": "39-69",
    "horse": "340",
    "zebra": "341",
    "elephant": "102,386-387",
    "monkey": "366-383",
    "bear": "295-298,389",
    "cattle, sheep or goat": "346-354",
    "flower": "986-987",
    "mushroom": "948,992-998",
    "banana": "955",
    "orange": "951",
    "lemon": "952",
    "apple": "949",
    "pineapple": "954",
    "strawberry": "950",
    "pomegranate or fig": "953,958",
    "vegetable": "937-947",
    "bread or pastry": "931-933,962",
    "fast food": "934-935,964,966",
    "dessert": "928-930,961",
    "shop shelf": "416,510,583,789,861",
    "bottle": "441,721,738,899,908",
    "tub of cream or lotion": "632,839,552",
    "cup or mug": "505,968-969",
    "teapot or jug": "506,726,850,900,902",
    "plate or bowl": "660,810,924",
    "vase or pot": "739,884",
    "packet or envelope": "550,693",
    "carton or crate": "479,520",
    "paper": "612,682,917-919,922-923",
    "plastic bag": "729",
    "can or bucket": "464,654,413",
    "lighter, matches or candle": "471,627,645",
    "car": "408,437,469,480,512,610,628,655-657,662,718,752,818",
    "lorry": "556,570,676,868,865",
    "bus or tram": "780,830,875",
    "train": "467,548,566,706,821",
    "bicycle or motorbike": "445,666,671-672",
    "boat": "473,485,511,555,577,626,629,781,815,872,915",
    "aircraft": "404-406,896",
    "parachute or balloon": "418,702",
    "fuel pump": "572",
    "church or palace": "484,498,664,669,699,833",
    "house or barn": "426,449,450,641,661,854,859",
    "chain saw or drill": "492,741",
    "ball": "430-431,523,575,723,769,806,853,891",
    "guitar": "403,421,547",
    "violin or cello": "487,890",
    "brass or wind instrument": "433,514,559,567,684,777,876",
    "drum": "542,823",
    "cassette player or radio": "482-483,486,606,755,849",
    "computer or screen": "509,528,591,621,665,674,782,852,879",
    "telephone": "488,529,708",
    "camera": "733,760",
    "clock or watch": "410,531-532,827,893",
    "scissors, pen or tool": "419,564,588,624,784-785",
    "lamp": "620,847",
    "chair or sofa": "424,560,766,832",
    "table or desk": "527,533",
    "bed or pillow": "565,722,751",
    "shoe": "503,515,631,771,775",
    "bag": "415,637,749",
    "hat or wig": "435,440,516,668,809,904",
    "clothes": "400,475,502,569,609,611,617,653,842,870,888",
    "mask or comic face": "644,797",
    "mitten, bandage or sock": "420,659,807",
    "sea or lake": "976-979",
    "mountain": "971,973,980-981",
    "reef or sea animal": "108-110,328-330,974",
    "rabbit or rodent": "331-339",
    "pig": "342-344",
    "fox or wolf": "270-281",
    "frog": "31-33",
    "turtle": "34-38",
    "crab or lobster": "119-126",
    "snail": "113-118",
}


def members(group: str) -> np.ndarray:
    """Return a group's score numbers.

    >>> members("apple"), members("spider")[:3]
    (array([949]), array([73, 74, 75]))
    """
    found: list[int] = []
    for part in GROUPS[group].split(","):
        first, _, last = part.partition("-")
        found.extend(range(int(first), int(last or first) + 1))
    return np.array(found)


def grouped(scores: np.ndarray, groups: list[str]) -> np.ndarray:
    """Return the probability of each group and, last, of anything else: (n, groups + 1).

    `scores` are raw (before softmax), of shape (n, 1001).
    """
    raw = scores.astype(np.float64)
    odds = np.exp(raw - raw.max(1, keepdims=True))
    odds /= odds.sum(1, keepdims=True)
    said = np.stack([odds[:, members(group)].sum(1) for group in groups], 1)
    return np.concatenate([said, np.maximum(1 - said.sum(1, keepdims=True), 0)], 1)
