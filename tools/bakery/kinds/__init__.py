"""Everyday objects by dice, each in two worlds: real, and solid enough to be cut as a cake.

A kind takes a `Look`, which gives it the materials of its world, and its own dice, which give it its
shape: the same dice give the same silhouette in both worlds. It stands on z = 0 round the origin.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kinds import bags, food, garden, given, house, plants, pots, rolling, toys, vessels, works, worn

KINDS: dict[str, Callable[..., Any]] = {
    "vase": pots.vase,
    "mug": pots.mug,
    "bowl": pots.bowl,
    "jug": pots.jug,
    "teapot": vessels.teapot,
    "bottle": vessels.bottle,
    "candle": vessels.candle,
    "tin can": vessels.tin,
    "flowerpot": plants.flowerpot,
    "book": given.book,
    "gift box": given.gift,
    "hat": worn.hat,
    "handbag": bags.handbag,
    "suitcase": bags.suitcase,
    "ball": rolling.ball,
    "rubber duck": toys.duck,
    "teddy": toys.teddy,
    "piggy bank": toys.piggy,
    "dice": rolling.dice_pair,
    "soap": house.soap,
    "toilet roll": house.toilet_roll,
    "alarm clock": works.clock,
    "camera": works.camera,
    "shoe": worn.shoe,
    "burger": food.burger,
    "cheese": food.cheese,
    "bread": food.loaf,
    "lemon": garden.lemon,
    "pineapple": garden.pineapple,
    "watermelon": garden.watermelon,
    "pumpkin": garden.pumpkin,
    "pear": garden.pear,
    "mushroom": garden.mushroom,
}
