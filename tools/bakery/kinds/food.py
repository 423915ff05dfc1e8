"""Kinds one would eat anyway: burger, cheese, loaf."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import bpy
import numpy as np
from shapes import group, lathe, put, roughen, rounded, sheet

from kinds.forms import blob, joined, lowest, patch, settle, slab

if TYPE_CHECKING:
    from look import Look


Hole = tuple[tuple[float, float, float], float]


def burger(look: Look, dice: random.Random) -> Any:
    """A burger: bun with seeds, lettuce, one or two patties, cheese, tomato."""
    r, crust = dice.uniform(0.62, 0.72), dice.choice(["#b5712f", "#a5622a", "#c48a48"])
    bread = look.skin("bread", crust)
    foot = rounded([(0, 0), (r * 0.85, 0), (r, 0.06), (r, 0.16), (r * 0.96, 0.22), (0, 0.22)], 3)
    parts, z = [lathe("bun", foot, bread, steps=72)], 0.19
    fillings = [lettuce, patty, cheese_slice, tomato]
    if dice.random() < 0.5:
        fillings = [patty, cheese_slice, tomato, lettuce]
    if dice.random() < 0.4:
        fillings = [patty, cheese_slice, *fillings]
    for filling in fillings:
        piece, thick = filling(look, dice, r)
        parts.append(
            put(piece, (dice.uniform(-0.02, 0.02), dice.uniform(-0.02, 0.02), z), dice.uniform(0, 6))
        )
        z += thick
    dome = dice.uniform(0.34, 0.46)
    lid = [
        (0, 0),
        (r * 0.94, 0),
        (r * 1.02, 0.05),
        (r * 1.0, 0.16),
        (r * 0.8, dome * 0.8),
        (r * 0.4, dome * 0.98),
        (0, dome),
    ]
    top = lathe("bun", rounded(lid, 3), bread, steps=72)
    roughen(top, 0.02, 1.8)
    parts.append(put(top, (0, 0, z), 0, 1.0, dice.uniform(-0.04, 0.04)))
    parts += seeds(look, dice, r, dome, z)
    return group("burger", parts)


def seeds(look: Look, dice: random.Random, r: float, dome: float, z: float) -> list[Any]:
    """Return sesame strewn over a bun whose lid begins at z, as one mesh of many grains."""
    pale, grains = look.skin("bread", "#ecdcb4"), []
    line = rounded([(r * 1.0, 0.16), (r * 0.8, dome * 0.8), (r * 0.4, dome * 0.98), (0, dome)], 3)
    for _ in range(dice.choice([0, 46, 60])):
        far, way = r * 0.86 * math.sqrt(dice.random()), dice.uniform(0, math.tau)
        high = float(np.interp(far, line[::-1, 0], line[::-1, 1]))
        low = float(np.interp(far + 0.05, line[::-1, 0], line[::-1, 1]))
        grain = blob("seed", (0.04, 0.024, 0.014), pale, 2.0, None, (10, 7))
        grain.location = (far * math.cos(way), far * math.sin(way), z + high + 0.002)
        grain.rotation_euler = (0, math.atan2(high - low, 0.05), way)
        grains.append(grain)
    return [joined("seeds", grains, pale)] if grains else []


def lettuce(look: Look, dice: random.Random, r: float) -> tuple[Any, float]:
    """Return a frilled leaf that looks out of a burger all round, and its thickness."""
    shifts = [dice.uniform(0, 6) for _ in range(3)]
    reach, turns = np.linspace(0, 1, 14), np.linspace(0, math.tau, 120, endpoint=False)
    out = r * (1.07 + 0.05 * np.sin(3 * turns + shifts[0]))
    frill = np.outer(np.sin(11 * turns + shifts[1]) + 0.6 * np.sin(23 * turns + shifts[2]), 0.045 * reach**4)
    rows = np.stack([np.outer(out * np.cos(turns), reach), np.outer(out * np.sin(turns), reach),
                     frill - 0.03 * reach**6 + 0.03], -1)  # fmt: skip
    leaf = sheet("lettuce", rows, look.skin("plant", dice.choice(["#6f9a3a", "#86a84a"])), around=True)
    thick = leaf.modifiers.new("thick", "SOLIDIFY")
    thick.thickness = 0.016
    return settle(leaf), 0.04


def patty(look: Look, dice: random.Random, r: float) -> tuple[Any, float]:
    """Return a slice of fried mince and its thickness."""
    line = rounded([(0, 0), (r * 0.9, 0), (r * 1.02, 0.05), (r * 1.02, 0.13), (r * 0.9, 0.17), (0, 0.17)], 3)
    meat = lathe("patty", line, look.skin("meat", "#5a2e1c"), steps=72)
    return roughen(meat, 0.03, 5.0, dice.uniform(0, 50)), 0.16


def cheese_slice(look: Look, dice: random.Random, r: float) -> tuple[Any, float]:
    """Return a square of melting cheese and its thickness."""
    side, sag = r * 1.02, dice.uniform(0.1, 0.15)
    cells = np.linspace(-side, side, 30)
    x, y = np.meshgrid(cells, cells, indexing="ij")
    over = np.maximum(np.hypot(x, y) - r * 1.0, 0)
    rows = np.stack([x - x * over * 0.5, y - y * over * 0.5, 0.025 - sag * np.minimum(over / 0.2, 1.6)], -1)
    slice_ = sheet("cheese", rows, look.skin("wax", dice.choice(["#f0a52c", "#f2c24a"])))
    thick = slice_.modifiers.new("thick", "SOLIDIFY")
    thick.thickness = 0.025
    return settle(slice_), 0.025


def tomato(look: Look, dice: random.Random, r: float) -> tuple[Any, float]:
    """Return a slice of tomato and its thickness."""
    line = rounded(
        [(0, 0), (r * 0.94, 0), (r * 0.99, 0.03), (r * 0.99, 0.06), (r * 0.94, 0.08), (0, 0.08)], 2
    )
    return lathe(
        "tomato", line, look.skin("peel", dice.choice(["#b8301c", "#c8412a"]), rough=0.2), steps=72
    ), 0.075


def cheese(look: Look, dice: random.Random) -> Any:
    """A cheese: a wedge full of holes, a red-waxed wheel or a soft white one with a piece gone."""
    form, r, h = dice.randrange(3), dice.uniform(0.75, 1.0), dice.uniform(0.34, 0.5)
    paste = dice.choice(["#efc65a", "#f0d488", "#eab348"])
    rind, wide = dice.choice(["#a8231c", "#c8862e", "#3a3230"]), dice.uniform(0.6, 0.95)
    if form == 0:
        r, h = r * 1.5, h * 1.35
        arc = [(r * math.cos(a), r * math.sin(a)) for a in np.linspace(-wide / 2, wide / 2, 28)]
        middle = 0.6 * r
        wedge = slab(
            "cheese", [(-middle, 0), *[(x - middle, y) for x, y in arc]], 0, h, look.skin("wax", paste), 0.012
        )
        spots = [(dice.uniform(0.15, 0.92), dice.choice([-1, 1, 0]), dice.uniform(0.12, 0.95),
                 dice.uniform(0.04, 0.1))
                 for _ in range(22)]  # fmt: skip
        holes = []
        for k, side, high, size in spots:
            way = side * wide / 2 if side else (high - 0.5) * wide * 0.8
            at = (k * r * math.cos(way) - middle, k * r * math.sin(way), high * h if side else h)
            holes.append((at, size))
        bored(wedge, apart(holes))
        patch(wedge, look.skin("wax", rind), lambda x, y, z: np.hypot(x + middle, y) > r * 0.985)
        return group("cheese", [wedge], turn=-math.pi / 2 - dice.uniform(-0.7, 0.7) - 0.5)
    gap = dice.uniform(0.7, 1.1)
    outline = [(r * math.cos(a), r * math.sin(a)) for a in np.linspace(gap / 2, math.tau - gap / 2, 72)]
    wheel = slab(
        "cheese",
        [(0, 0), *outline],
        0,
        h,
        look.skin("wax", paste if form == 1 else "#f3e6bd"),
        min(look.edge(0.03), 0.045),
    )
    coat = look.skin("wax", rind) if form == 1 else look.skin("paper", "#f2ece0")

    def outside(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> Any:
        turn = np.abs(np.arctan2(y, x))
        return (turn > gap / 2 + 0.02) & ((np.hypot(x, y) > r * 0.97) | (z > h * 0.96) | (z < 0.04 * h))

    return group("cheese", [patch(wheel, coat, outside)], turn=-math.pi / 2 + dice.uniform(-0.5, 0.5))


def bored(thing: Any, holes: Sequence[Hole]) -> Any:
    """Return the body with round holes, each (middle, radius), taken out of it."""
    skin = thing.data.materials[0]
    bubbles = [
        put(blob("bubble", (1, 1, 1), skin, 2.0, None, (26, 16)), middle, 0.0, radius)
        for middle, radius in holes
    ]
    foam = joined("foam", bubbles)
    cut = thing.modifiers.new("hole", "BOOLEAN")
    cut.operation, cut.solver, cut.object = "DIFFERENCE", "EXACT", foam
    settle(thing)
    bpy.data.objects.remove(foam)
    for face in thing.data.polygons:
        face.use_smooth = face.area < 0.004
    return thing


def apart(holes: Sequence[Hole]) -> list[Hole]:
    """Return the holes that keep clear of those before them."""
    kept: list[Hole] = []
    for middle, radius in holes:
        if all(math.dist(middle, other) > radius + size + 0.01 for other, size in kept):
            kept.append((middle, radius))
    return kept


def loaf(look: Look, dice: random.Random) -> Any:
    """A loaf of bread: long, round or from a tin, slashed across or along."""
    form = dice.randrange(3)
    long, wide, tall = [(0.95, 0.36, 0.3), (0.66, 0.62, 0.42), (0.8, 0.4, 0.44)][form]
    long, wide, tall = (size * dice.uniform(0.93, 1.08) for size in (long, wide, tall))
    cuts, lean, shift = dice.randint(3, 5), dice.uniform(0.3, 0.9), dice.uniform(0, 50)
    crossed = dice.random() < 0.5

    def groove(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return how deep (0..1) the baker's blade went at a place of the top."""
        if form == 1 and crossed:
            short = np.maximum(np.abs(x), np.abs(y)) < 0.7 * long
            return np.maximum(np.exp(-((x / 0.05) ** 2)), np.exp(-((y / 0.05) ** 2))) * short
        across = (x + lean * y) / long * cuts
        edge = np.clip(1.25 - np.hypot(x / long, y / wide) * 1.15, 0, 0.3) / 0.3
        return np.exp(-(((across - np.round(across)) / 0.16) ** 2)) * edge

    def slashed(points: np.ndarray) -> np.ndarray:
        x, y, z = points.T
        up = np.clip(z / tall, 0, 1)
        swell = 0.035 * np.cos((x + lean * y) / long * cuts * math.tau) if form != 1 else 0.0
        rise = z - (0.085 * groove(x, y) + swell) * up**0.7
        return np.stack([x, y, np.where(z < -0.55 * tall, -0.55 * tall, rise)], -1)

    colour = dice.choice(["#a9642a", "#b9793a", "#8f5426", "#c08a4a"])
    body = blob(
        "loaf", (long, wide, tall), look.skin("bread", colour), [2.3, 2.1, 3.2][form], slashed, (144, 72)
    )
    pale = look.skin("bread", dice.choice(["#ecd2a0", "#e3bd84"]))
    patch(body, pale, lambda x, y, z: (groove(x, y) > 0.55) & (z > 0.25 * tall))
    roughen(body, 0.03, 2.2, shift)
    roughen(body, 0.008, 14.0, shift)
    low = lowest(body)
    return group("loaf", [put(body, (0, 0, -low))], turn=dice.uniform(-0.7, 0.7))
