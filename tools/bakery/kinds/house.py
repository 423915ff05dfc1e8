"""Kinds about the house: soap, toilet roll."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Any

import numpy as np
from shapes import group, lathe, put, rounded

from kinds import prints
from kinds.forms import bend, blob, patch, ribbon
from kinds.palette import ACCENTS

if TYPE_CHECKING:
    from look import Look


DISH = [
    (0, 0),
    (0.7, 0),
    (0.85, 0.03),
    (0.98, 0.14),
    (1.0, 0.17),
    (0.96, 0.16),
    (0.84, 0.08),
    (0.6, 0.07),
    (0, 0.07),
]


def soap(look: Look, dice: random.Random) -> Any:
    """A bar of soap or two, with a pressed oval, perhaps in a paper band or on a dish."""
    long, wide, thick = dice.uniform(0.62, 0.75), dice.uniform(0.4, 0.48), dice.uniform(0.2, 0.26)
    power, count = dice.choice([2.6, 3.2, 5.0]), dice.choice([1, 1, 2])
    colours = dice.sample(["#efe6d2", "#c9d6b0", "#e9c3c0", "#b9c8d6", "#d9b26a", "#b98f6a", "#d6c6e0"], 2)
    banded, print_, dish = dice.random() < 0.4, dice.choice(ACCENTS), dice.random() < 0.4
    dent = dice.choice([2.0, 4.0])
    parts, base = [], 0.0
    if dish:
        plate = lathe("dish", rounded(DISH, 3), look.skin("porcelain", "#f2ede2"), steps=80)
        parts.append(bend(plate, lambda p: p * [1.0, 0.72, 1.0]))
        base = 0.05
    for k in range(count):

        def pressed(points: np.ndarray) -> np.ndarray:
            x, y, z = points.T
            inside = (np.abs(x / (long * 0.66)) ** dent + np.abs(y / (wide * 0.6)) ** dent) ** (1 / dent)
            sunk = np.clip((1.05 - inside) / 0.12, 0, 1)
            return np.stack([x, y, z - 0.03 * sunk * (z > thick * 0.5)], -1)

        bar = blob("soap", (long, wide, thick), look.skin("wax", colours[k]), power, pressed, (112, 72))
        turned = dice.uniform(-0.4, 0.4)
        parts.append(put(bar, (dice.uniform(-0.05, 0.05), 0, base + thick), turned))
        if banded and k == count - 1:
            strip = blob(
                "band",
                (0.22, wide + 0.008, thick + 0.008),
                look.skin("paper", print_),
                power,
                None,
                (96, 72),
            )
            strip = bend(strip, lambda p: np.stack([np.clip(p[:, 0] * 9, -0.2, 0.2), p[:, 1], p[:, 2]], -1))
            parts.append(put(strip, bar.location, turned))
        base += 2 * thick - 0.03
    return group("soap", parts, turn=dice.uniform(-0.4, 0.4))


def toilet_roll(look: Look, dice: random.Random) -> Any:
    """A roll of toilet paper or kitchen paper, standing, its end hanging loose; or two rolls."""
    tall = dice.random() < 0.3
    r, h = dice.uniform(0.5, 0.6), dice.uniform(0.9, 1.0)
    r, h = (r * 0.85, h * 1.9) if tall else (r, h)
    core, stack = dice.uniform(0.19, 0.22), dice.random() < 0.35 and not tall
    white = dice.choice(["#f4f1ea", "#efe9dc", "#f3e4dc", "#e4ebea"])
    sheet_, card = look.skin("paper", white), look.skin("paper", "#94734c")
    wave, long = dice.uniform(0.0, 6.0), dice.uniform(0.3, 0.62) * h

    def one(z: float, loose: bool) -> list[Any]:
        side = [(r, k) for k in np.linspace(0.03, h - 0.03, 14)]
        deep = h - (0.06 if look.cake else 0.8 * h)
        line = [(0, 0), (r - 0.02, 0), *side, (r - 0.02, h), (r * 0.8, h), (r * 0.6, h),
                (core + 0.02, h), (core + 0.012, h),
                (core, h - 0.005), (core, deep), (0, deep)]  # fmt: skip
        roll = lathe("roll", line, prints.quilted(look.skin("paper", white)), steps=96)
        patch(
            roll,
            prints.wound(look.skin("paper", white)),
            lambda x, y, z: (z > h - 0.015) & (np.hypot(x, y) > core + 0.016),
        )
        patch(
            roll,
            card,
            lambda x, y, z: (np.hypot(x, y) < core + 0.016) & (z > 0.01) & (np.hypot(x, y) > core - 0.02),
        )
        hole = look.skin("paper", "#5a4430")
        patch(roll, hole, lambda x, y, z: (np.hypot(x, y) < core - 0.02) & (z > 0.01))
        put(roll, (0, 0, z), wave)
        if not loose:
            return [roll]
        # The loose end: off the roll to the right, down, and along the table to the front.
        arc = [(r * 1.006 * math.sin(a), -r * 1.006 * math.cos(a)) for a in np.linspace(-0.9, 0.35, 18)]
        out = [
            (arc[-1][0] + k * 0.9, arc[-1][1] - 0.35 * k + 0.05 * math.sin(9 * k))
            for k in np.linspace(0.04, long, 12)
        ]
        flap = ribbon(
            "end", [(x, y, z + h / 2) for x, y in [*arc, *out]], h * 0.985, 0.012, sheet_, (0, 0, 1)
        )
        return [roll, flap]

    parts = one(0.0, not stack)
    if stack:
        upper = one(h, True)
        parts += upper
    return group("toilet roll", parts, turn=dice.uniform(-0.4, 0.3))
