"""Kinds in a pot: a cactus, a column of arms or a succulent."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Any

import cake
import numpy as np
from shapes import ball, group, lathe, put, roughen, rounded, tube

from kinds import prints
from kinds.forms import blob, patch
from kinds.pots import decorated, vessel, ware

if TYPE_CHECKING:
    from look import Look


def flowerpot(look: Look, dice: random.Random) -> Any:
    """A pot of clay or glaze with a cactus or a succulent in it."""
    r, h = dice.uniform(0.4, 0.52), dice.uniform(0.55, 0.75)
    clay, plant = dice.random() < 0.6, dice.randrange(3)
    green = dice.choice(["#4f7a45", "#6f9a78", "#7f8f4a", "#3f6b52"])
    outside = [(0, 0), (r * 0.66, 0), (r * 0.7, 0.02), (r * 0.9, h * 0.72), (r * 0.9, h * 0.74),
               (r * 1.02, h * 0.76),
               (r * 1.04, h * 0.8), (r * 1.04, h * 0.97), (r * 1.0, h)]  # fmt: skip
    glazed, painted = ware(look, dice, h)
    skin = look.skin("paper", "#b5623c", rough=0.8) if clay else glazed
    pot = vessel("pot", outside, 0.06, h * 0.9, skin)
    if not clay:
        decorated(pot, painted, 0.03, h * 0.74, dice)
    soil = cake.ganache("#2b1a10", 0.9)
    patch(pot, soil, lambda x, y, z: (np.hypot(x, y) < r * 0.93) & (z > h * 0.88) & (z < h * 0.94))
    earth = put(roughen(ball("earth", r * 0.9, soil, 0.12), 0.03, 6.0), (0, 0, h * 0.83))
    grower = [barrel, column, rosette][plant]
    return group("flowerpot", [pot, earth, *grower(look, dice, r, h * 0.88, green)])


def barrel(look: Look, dice: random.Random, r: float, z: float, green: str) -> list[Any]:
    """Return a round ribbed cactus with a flower on top."""
    wide, tall, ribs = r * dice.uniform(0.72, 0.85), dice.uniform(0.6, 0.85), dice.choice([9, 11, 13])
    skin = prints.dots(look.skin("plant", green), "#f3ecd2", ribs, 0.11, 0.12)
    rise = np.linspace(-math.pi / 2, math.pi / 2, 40)
    line = np.stack([wide * np.cos(rise) ** 0.8, tall * (0.5 + 0.5 * np.sin(rise))], -1)
    line[[0, -1], 0] = 0
    # Ribs stand where the dots are printed: at whole turns of the same count.
    body = lathe(
        "cactus", line, skin, steps=ribs * 8, ripple=lambda a, _: 1 - 0.13 * abs(math.sin(ribs * (a / 2)))
    )
    petals = look.skin("plant", dice.choice(["#d8527a", "#e8a13a", "#f0e0d0"]))
    bloom = [(0, 0), (0.05, 0), (0.09, 0.05), (0.15, 0.12), (0.13, 0.13), (0.05, 0.08), (0, 0.07)]
    flower = lathe("flower", rounded(bloom), petals, steps=72, ripple=lambda a, _: 1 + 0.22 * math.cos(8 * a))
    put(body, (0, 0, z - 0.06))
    put(flower, (0.05, -0.03, z + tall - 0.1), 0, 1.1)
    return [body, flower]


def column(look: Look, dice: random.Random, r: float, z: float, green: str) -> list[Any]:
    """Return an upright cactus with two arms."""
    skin, tall, wide = look.skin("plant", green), dice.uniform(0.8, 1.1), r * dice.uniform(0.34, 0.44)
    lines = [[(0, 0, z - 0.1), (0, 0, z + tall)]]
    for side in (-1, 1):
        low, out, up = dice.uniform(0.25, 0.5) * tall, wide * dice.uniform(2.0, 2.4), dice.uniform(0.3, 0.5)
        lines.append([(0, 0, z + low), (side * out * 0.7, 0, z + low), (side * out, 0, z + low + 0.08),
                      (side * out, 0, z + low + up)])  # fmt: skip
    arms = []
    for k, line in enumerate(lines):
        size = wide * (1.0 if k == 0 else 0.62)
        radii = [size * 0.9, *[size] * 8, size * 0.95, size * 0.75, size * 0.4, size * 0.05]
        spine = rounded([line[0], *[tuple(np.add(line[0], np.multiply(t, np.subtract(line[1],
                         line[0])))) for t in
                                    (0.2, 0.4, 0.6, 0.8)], *line[1:]], 3)  # fmt: skip
        arms.append(tube("cactus", spine, radii, skin, corners=(9, 0.07), sides=54))
    return arms


def rosette(look: Look, dice: random.Random, r: float, z: float, green: str) -> list[Any]:
    """Return a succulent: thick pointed leaves in a spiral, the inner ones upright."""
    skin = prints.blush(look.skin("plant", green), dice.choice(["#b0566a", "#c9a06a"]), 0.55, 0.95)
    count, leaves = dice.randint(20, 28), []
    for k in range(count):
        inner = k / count
        long = r * (0.72 - 0.4 * inner)

        def pointed(points: np.ndarray, long: float = long) -> np.ndarray:
            x, y, z = points.T
            along = np.clip((x / long + 1) / 2, 0, 1)
            return np.stack(
                [x + long, y * (0.45 + 0.75 * along - 0.75 * along**4), z + 0.12 * along**2 * long], -1
            )

        leaf = blob("leaf", (long, long * 0.38, long * 0.17), skin, 2.0, pointed, (24, 13))
        put(leaf, (0, 0, z + 0.02 + 0.22 * inner))
        leaf.rotation_euler = (0, -0.1 - 1.25 * inner, 2.4 * k)
        leaves.append(leaf)
    return leaves
