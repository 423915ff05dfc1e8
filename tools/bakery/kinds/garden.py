"""Kinds that grew: lemon, pineapple, watermelon, pumpkin, pear, mushroom."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Any

import numpy as np
from shapes import group, lathe, put, roughen, rounded, tube

from kinds import prints
from kinds.forms import bend, blob, joined, leaf, lowest, patch, set_down

if TYPE_CHECKING:
    from look import Look


def lemon(look: Look, dice: random.Random) -> Any:
    """One to three lemons or limes lying together, one of them with a leaf."""
    colour, second = dice.choice([("#f2c81e", "#c9b52a"), ("#f5d63c", "#d9b92a"), ("#8fae2f", "#6f8f2a")])
    skin = prints.freckles(look.skin("peel", colour, rough=0.4), second, 2.0, 0.62)
    parts, count = [], dice.choice([1, 2, 3])
    size = {1: 0.68, 2: 0.52, 3: 0.48}[count]
    places = {1: [(0, 0)], 2: [(-0.44, 0.2), (0.44, -0.2)], 3: [(-0.55, 0.2), (0.5, 0.3), (0.0, -0.42)]}[
        count
    ]
    for x, y in places:
        long, tip = size * dice.uniform(0.95, 1.08), dice.uniform(0.1, 0.16)

        def nippled(points: np.ndarray, long: float = long, tip: float = tip) -> np.ndarray:
            px, py, pz = points.T
            along = px / long
            end = np.clip((np.abs(along) - 0.86) / 0.14, 0, 1)
            narrow = 1 - 0.22 * np.abs(along) ** 6
            return np.stack([px + np.sign(along) * tip * end**1.5, py * narrow, pz * narrow], -1)

        fruit = blob("lemon", (long, long * 0.74, long * 0.74), skin, 2.0, nippled, (64, 48))
        roughen(fruit, 0.02, 3.0, dice.uniform(0, 50))
        put(fruit, (x, y, long * 0.73), dice.uniform(-0.7, 0.7), 1.0, dice.uniform(0, 6))
        parts.append(fruit)
    green = look.skin("plant", "#4f7a35")
    x, y = places[0]
    line = [
        (x - 0.3, y - 0.1, 1.38 * size),
        (x - 0.1, y - 0.25, 1.62 * size),
        (x + 0.25, y - 0.4, 1.6 * size),
    ]
    if dice.random() < 0.5:
        parts.append(leaf("leaf", line, 0.13, green))
    return group("lemon", parts)


def pineapple(look: Look, dice: random.Random) -> Any:
    """A pineapple: a barrel of scales under a crown of pointed leaves."""
    r, h = dice.uniform(0.42, 0.5), dice.uniform(1.05, 1.3)
    around, rows = dice.choice([8, 9, 10]), dice.choice([8, 9, 10])
    colour, eye = dice.choice([("#c98a1e", "#6f5a1e"), ("#d9a02e", "#7f6a22"), ("#a9912e", "#4f5a22")])

    def scale_at(turn: np.ndarray, up: np.ndarray) -> np.ndarray:
        first = np.abs(np.sin((around * turn + math.pi * rows * up) / 2))
        second = np.abs(np.sin((around * turn - math.pi * rows * up) / 2))
        return np.minimum(first, second)

    def scaled(points: np.ndarray) -> np.ndarray:
        x, y, z = points.T
        up, turn = np.clip(z / (2 * h) + 0.5, 0, 1), np.arctan2(y, x)
        hump = scale_at(turn, up)
        swell = (
            1 + (0.1 * np.minimum(hump * 1.7, 1) ** 0.7 + 0.05 * (hump > 0.86)) * np.sin(np.pi * up) ** 0.4
        )
        return np.stack([x * swell, y * swell, z], -1)

    skin = look.skin("peel", colour, rough=0.5)
    body = blob(
        "pineapple", (r, r, h / 2), skin, 2.5, lambda p: scaled(p * [1, 1, 2]) * [1, 1, 0.5], (160, 90)
    )
    groove = look.skin("peel", eye, rough=0.6)
    patch(body, groove, lambda x, y, z: scale_at(np.arctan2(y, x), np.clip(z / h + 0.5, 0, 1)) < 0.2)
    parts = [put(body, (0, 0, h / 2))]
    green = look.skin("plant", dice.choice(["#5f7f4a", "#4f7a45", "#6f8a5f"]))
    count = dice.randint(26, 34)
    for k in range(count):
        inner = k / count
        way, reach, tall = 2.4 * k, 0.46 * (1 - inner) + 0.05, 0.28 + 0.5 * inner
        x, y = math.cos(way), math.sin(way)
        foot = 0.13 * (1 - 0.6 * inner)
        line = [(foot * x, foot * y, h * 0.96),
                ((foot + reach * 0.35) * x, (foot + reach * 0.35) * y, h + tall * 0.55),
                ((foot + reach) * x, (foot + reach) * y, h + tall * (0.8 + 0.3 * inner))]  # fmt: skip
        parts.append(leaf("leaf", line, 0.075, green, 0.5, 0.02))
    return group("pineapple", parts)


def watermelon(look: Look, dice: random.Random) -> Any:
    """A watermelon, whole or halved with its red flesh and seeds to the front."""
    r, long = dice.uniform(0.6, 0.72), dice.uniform(1.0, 1.3)
    pale, dark = dice.choice([("#9fb56a", "#2f5530"), ("#7f9f4a", "#1f4426"), ("#4f7a3a", "#223f22")])
    rind = prints.melon(look.skin("peel", pale, rough=0.3, pores=5), dark, dice.randint(9, 12))
    halved, turn = dice.random() < 0.5, dice.uniform(-0.6, 0.6)
    if not halved:
        body = roughen(blob("melon", (r, r, r * long), rind, 2.15, None, (80, 56)), 0.02, 1.2)
        stalk = tube("stalk", rounded([(0, 0, r * long - 0.02), (0.02, 0.02, r * long + 0.1),
                                       (0.1, 0.02, r * long + 0.16)], 3),
                     [0.05, 0.03, 0.035], look.skin("plant", "#7a7a3a"), sides=16)  # fmt: skip
        whole = group("whole", [body, stalk])
        whole.rotation_euler = (0, math.pi / 2 - dice.uniform(0.0, 0.25), 0)
        return group("watermelon", [set_down(whole)], turn=turn)
    rise = np.linspace(-math.pi / 2, 0, 40)
    shell = np.stack([r * np.cos(rise), r * (1 + np.sin(rise))], -1)
    shell[0, 0] = 0
    line = [
        *shell,
        (r * 0.985, r + 0.008),
        (r * 0.92, r + 0.008),
        (r * 0.86, r + 0.008),
        *[(r * k, r + 0.008) for k in (0.7, 0.4, 0)],
    ]
    half = lathe("melon", line, rind, steps=96)
    patch(half, look.skin("peel", "#e6ecc4", rough=0.3, pores=0.1), lambda x, y, z: z > r + 0.001)
    flesh = prints.freckles(look.skin("peel", "#cf3a36", rough=0.28, pores=60), "#d9605a", 5.0, 0.5)
    patch(half, flesh, lambda x, y, z: (z > r + 0.001) & (np.hypot(x, y) < r * 0.87))
    black, seeds = look.skin("plastic", "#231812", rough=0.25), []
    for k in range(22):
        way, far = (
            math.tau * k / 22 * 2 + dice.uniform(-0.1, 0.1),
            r * (0.42 if k < 11 else 0.66) + dice.uniform(-0.04, 0.04),
        )
        seed = blob("seed", (0.045, 0.026, 0.014), black, 2.0, None, (12, 8))
        seeds.append(put(seed, (far * math.cos(way), far * math.sin(way), r + 0.01), way))
    tipped = group("half", [half, joined("seeds", seeds, black)])
    tipped.rotation_euler = (0.85, 0, 0)
    return group("watermelon", [set_down(tipped)], turn=turn)


def pumpkin(look: Look, dice: random.Random) -> Any:
    """A pumpkin with deep ribs and a dry stalk."""
    r, flat, ribs = dice.uniform(0.7, 0.85), dice.uniform(0.6, 0.85), dice.choice([9, 10, 12])
    colour, second = dice.choice(
        [("#d9731e", "#b5561a"), ("#c9622a", "#a84a22"), ("#8fa09a", "#6f8580"), ("#e6d9b8", "#c9b98a")]
    )
    skin = prints.stripes(look.skin("peel", colour, rough=0.35, pores=12), second, ribs, 0.86)
    rise = np.linspace(-math.pi / 2, math.pi / 2, 56)
    line = np.stack([r * np.cos(rise) ** 0.75, r * flat * (1 + np.sin(rise))], -1)
    line[:, 1] += np.where(rise > 0, -0.2, 0.12) * r * np.exp(-((line[:, 0] / (0.3 * r)) ** 2))
    line[[0, -1], 0] = 0
    # A groove lies where the printed stripe is: at a quarter turn of the wave.
    body = lathe("pumpkin", line, skin, steps=ribs * 12,
                 ripple=lambda a,
                 _: 1 - 0.13 * abs(math.sin((ribs * a + math.pi / 2) / 2 - math.pi / 2 + math.pi / 2)) ** 14
                 - 0.05 * (0.5 - 0.5 * math.cos(ribs * a + math.pi / 2)))  # fmt: skip
    top = 2 * r * flat - 0.24 * r
    lean = dice.uniform(-0.15, 0.15)
    stem = tube("stalk", rounded([(0, 0, top - 0.05), (0, 0, top + 0.12), (lean, 0.03, top + 0.26),
                                  (lean * 2.2, 0.05, top + 0.34)], 3),
                [0.14, 0.08, 0.06, 0.075], look.skin("plant", "#7a6f3a"), corners=(5, 0.16),
                 sides=40)  # fmt: skip
    low = lowest(body)
    return group(
        "pumpkin", [roughen(body, 0.02, 1.1, dice.uniform(0, 50)), stem], (0, 0, -low), dice.uniform(0, 6)
    )


def pear(look: Look, dice: random.Random) -> Any:
    """A pear or two, freckled, blushing on one side, with a stalk."""
    colour, cheek = dice.choice(
        [("#b9b23a", "#a8622a"), ("#8fa53a", "#8a7a2a"), ("#c9a23e", "#b5482a"), ("#a8452f", "#6f2420")]
    )
    parts, count = [], dice.choice([1, 2])
    for k in range(count):
        r, h, lean = dice.uniform(0.42, 0.48), dice.uniform(1.05, 1.25), dice.uniform(-0.1, 0.1)
        skin = prints.freckles(look.skin("peel", colour, rough=0.36), "#6f5a22", 26.0, 0.66)
        skin = prints.blush(skin, cheek, 1.35 * h, 0.4 * h)
        line = rounded([(0, 0.06), (0.06, 0.0), (r * 0.6, 0.0), (r * 1.02, 0.2 * h),
                        (r * 0.98, 0.42 * h), (r * 0.55, 0.7 * h),
                        (r * 0.42, 0.88 * h), (r * 0.2, h), (0.03, h - 0.02), (0, h - 0.06)], 3)  # fmt: skip
        body = lathe("pear", line, skin, steps=64)
        bend(
            body,
            lambda p, lean=lean, h=h: p + np.stack([lean * (p[:, 2] / h) ** 2, 0 * p[:, 0], 0 * p[:, 0]], -1),
        )
        roughen(body, 0.03, 1.8, dice.uniform(0, 50))
        low = lowest(body)
        stem = tube("stalk", rounded([(lean, 0, h - 0.1), (lean, 0, h + 0.1), (lean + 0.08, 0, h + 0.24)], 3),
                    [0.022, 0.018, 0.032], look.skin("wood", "#5b4426"), sides=14)  # fmt: skip
        at = (0, 0, -low) if count == 1 else ((-0.46, 0.12, -low) if k == 0 else (0.46, -0.1, -low))
        parts.append(group("one", [body, stem], at, dice.uniform(0, 6)))
    return group("pear", parts)


def mushroom(look: Look, dice: random.Random) -> Any:
    """A mushroom: brown and broad, or red with white spots."""
    red, r, h = dice.random() < 0.5, dice.uniform(0.5, 0.72), dice.uniform(0.7, 1.0)
    brown = dice.choice(["#8a5a35", "#a8764a", "#6f4a30", "#d9c2a0"])
    cap = look.skin("peel", "#b3271c" if red else brown, rough=0.28 if red else 0.5, pores=8)
    top, cup = dice.uniform(0.35, 0.5), dice.uniform(0.18, 0.26)
    line = rounded([(0, h - 0.08), (r * 0.3, h - 0.08), (r * 0.9, h - 0.06), (r, h - 0.02),
                    (r * 0.97, h + 0.1),
                    (r * 0.6, h + top * 0.85), (r * 0.25, h + top), (0, h + top)], 3)  # fmt: skip
    hood = lathe("cap", line, cap, steps=80)
    gills = prints.stripes(look.skin("paper", "#efe0c8"), "#b59a78", 60, 0.2)
    patch(hood, gills, lambda x, y, z: (z < h - 0.055) & (np.hypot(x, y) < r * 0.95))
    foot = rounded(
        [(0, 0), (cup * 1.1, 0), (cup * 1.25, 0.1), (cup * 0.85, 0.35 * h), (cup * 0.7, h - 0.02), (0, h)], 3
    )
    stem = roughen(
        lathe("stem", foot, look.skin("paper", "#f0e6d4"), steps=56), 0.025, 2.6, dice.uniform(0, 50)
    )
    low = lowest(stem)
    white, warts = look.skin("paper", "#f6efe2"), []
    for k in range(26 if red else 0):
        way, far = 2.4 * k, r * 0.93 * math.sqrt((k + 0.5) / 26)
        z = float(np.interp(far, line[::-1, 0][: len(line) // 2], line[::-1, 1][: len(line) // 2]))
        wart = blob("wart", (0.05, 0.05, 0.022), white, 2.0, None, (14, 8))
        wart.location, wart.rotation_euler = (
            (far * math.cos(way), far * math.sin(way), z),
            (0, 0.9 * far / r, way),
        )
        wart.scale = (dice.uniform(0.7, 1.3),) * 3
        warts.append(wart)
    if warts:
        return group("mushroom", [hood, stem, joined("warts", warts, white)], (0, 0, -low))
    return group("mushroom", [hood, stem], (0, 0, -low))
