"""The show's stage: a curtain, boards, pedestals, and what may stand on them."""

from __future__ import annotations

import math
import random
from typing import Any

import cake
import grown
import numpy as np
import produce
import real
import studio
import tableware
from shapes import lathe, put, rounded, sheet


def curtain(material: Any, rng: random.Random, back: float = 4.0, width: float = 26) -> Any:
    """Return a hanging curtain with uneven folds, reaching the floor."""
    xs, zs = np.linspace(-width / 2, width / 2, 1400), np.linspace(0, 9, 24)
    shifts = [rng.uniform(0, math.tau) for _ in range(4)]
    bend = xs + 0.22 * np.sin(0.9 * xs + shifts[0]) + 0.1 * np.sin(2.3 * xs + shifts[1])
    fold = 0.36 * np.sin(5.2 * bend + shifts[2]) + 0.1 * np.sin(11.0 * bend + shifts[3])
    gather = 1.0 - 0.25 * zs / 9
    y = back + np.outer(fold, gather)
    rows = np.stack([np.broadcast_to(xs[:, None], y.shape), y, np.broadcast_to(zs, y.shape)], -1)
    return sheet("curtain", rows, material)


def pedestal(material: Any, height: float = 1.1, radius: float = 0.72) -> Any:
    """Return a round pedestal; what is shown stands at its `height`."""
    h, r = height, radius
    line = [(0, 0), (r, 0), (r, 0.12), (r * 0.93, 0.15), (r * 0.88, 0.22), (r * 0.86, h * 0.5),
            (r * 0.88, h - 0.2), (r * 0.95, h - 0.15), (r, h - 0.12), (r, h), (0, h)]  # fmt: skip
    shaft = [(r * 0.86, z) for z in (0.26, h - 0.26)]
    line[5:6] = shaft
    doubled = [p for p in line for _ in range(2)]

    def fluted(angle: float, z: float) -> float:
        shaft = 0.25 < z < h - 0.24
        return 1 - 0.035 * shaft * abs(math.sin(11 * angle)) ** 0.6

    shape = rounded(doubled, 2)
    return lathe("pedestal", shape, material, steps=440, ripple=fluted)


def hero(rng: random.Random) -> studio.Shot:
    """Set the home page's scene: three things on pedestals, the teapot among them is cake."""
    studio.clear(0.16, "#fff0e0")
    put(curtain(real.velvet(), rng), (0, 0, 0))
    studio.table(real.wood("#a9744a", "#6f4729", 0.35), 9.0)
    stone = real.paper("#efe4d2")
    places = [(-0.75, 0.3, 0.9), (1.6, 0.0, 1.1), (3.95, 0.3, 0.9)]
    for x, y, height in places:
        put(pedestal(stone, height), (x, y, 0))
        studio.softbox((x - 1.4, y - 2.4, 6.2), 210, 0.9, studio.NEUTRAL, (x, y, height + 0.4))
    things = [
        put(tableware.mug(real.glaze("#4d7f86", low=0.2), real.coffee()), (0, 0, 0), -0.4, 1.05),
        put(tableware.teapot(cake.fondant("#e3c9a0"), cake.fondant("#a8532f")), (0, 0, 0), 0.2),
        flowers(rng),
    ]
    for thing, (x, y, height) in zip(things, places, strict=True):
        thing.location = (x, y, height)
    studio.softbox((-7, -5, 5), 260, 4.0, studio.NEUTRAL, (1.5, 0, 1))
    studio.softbox((7, 2.2, 5), 300, 2.0, studio.WARM, (1.7, 0, 1.3))
    studio.camera((0.3, 0, 1.4), 16.6, 6, 0, 60, 1.0, 16.4)
    return studio.Shot("Three things on pedestals; one of them is cake", "teapot", True, (1200, 500))


def flowers(rng: random.Random) -> Any:
    """Return a small vase with two tulips."""
    pot = tableware.vase(real.glaze("#c08a3e", "#6b431f", 0.16, 1.22), 0.46, 0.19, 1.2)
    green, coral = grown.leaf(), grown.petal("#e8735a")
    for line in (
        [(0, 0, 0.6), (-0.04, 0, 1.1), (-0.12, 0, 1.3), (-0.36, -0.05, 1.45)],
        [(0, 0, 0.6), (0.02, 0, 1.2), (0.1, 0, 1.45), (0.22, -0.06, 1.72)],
    ):
        put(produce.tulip(coral, green, rng, line), (0, 0, 0)).parent = pot
    leaf = produce.long_leaf(green, [(0, 0, 1.0), (0.1, -0.1, 1.3), (0.4, -0.2, 1.6), (0.62, -0.3, 1.5)])
    leaf.parent = pot
    return pot
