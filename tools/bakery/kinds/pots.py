"""Kinds turned on a wheel to hold something: vase, mug, bowl, jug, teapot."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Any

import cake
import numpy as np
import real
from shapes import Points, ball, group, lathe, put, rounded, tube
from tableware import disc, ear

from kinds import prints
from kinds.forms import bend, patch
from kinds.palette import CHINA, GLAZES, INKS, against

if TYPE_CHECKING:
    from look import Look


def ware(look: Look, dice: random.Random, tall: float, rimmed: bool = True) -> tuple[Any, Any]:
    """Return a potter's surface for something `tall` units high, and the same with its painted pattern."""
    stone, colour, china = dice.random() < 0.65, dice.choice(GLAZES), dice.choice(CHINA)
    bare = dice.choice([0.0, 0.08, 0.16]) * tall
    rim, print_, which = (
        dice.choice(["#7a4a2b", "#4f2f1c", "#8a5a35"]),
        against(dice, colour if stone else china, INKS),
        dice.random(),
    )
    scale, around = dice.uniform(4.0, 8.0), dice.randint(9, 14)

    def skin() -> Any:
        if stone:
            return look.skin("glaze", colour, rim=rim, low=bare, high=tall if rimmed else 9.0)
        return look.skin("porcelain", china)

    plain = skin()
    if (stone and which < 0.6) or which < 0.2:
        return plain, plain
    if which < 0.7:
        return plain, prints.bands(skin(), print_, scale, dice.choice([0.0, 0.5, 0.8]))
    if which < 0.85:
        return plain, prints.dots(skin(), print_, around, 0.16, dice.choice([0.16, 0.25]))
    return plain, prints.stripes(skin(), print_, around * 2, dice.choice([0.0, 0.6]))


def vessel(name: str, outside: Points, wall: float, floor: float, skin: Any, steps: int = 96) -> Any:
    """Return a solid turned pot: its outside, a round lip of width `wall`, its inside down to `floor`."""
    line = rounded(outside, 3)
    radius, top = line[-1]
    lip = [(radius - wall * 0.1, top + wall * 0.35), (radius - wall * 0.9, top + wall * 0.35)]
    down = [(r - wall, z) for r, z in line[::-1] if z > floor + wall * 0.5 and r > wall * 1.5]
    well = [(down[-1][0] if down else radius - wall, floor), (0, floor)]
    return lathe(name, [*line, *lip, *down, *well], skin, steps=steps)


def decorated(body: Any, skin: Any, low: float, high: float, dice: random.Random) -> Any:
    """Return the pot with its painted pattern, all over its outside or in a belt between two heights."""
    first, last = dice.choice([(0.0, 1.0), (0.2, 0.6), (0.45, 0.85)])
    bottom, top = low + first * (high - low), low + last * (high - low)
    return patch(body, skin, lambda x, y, z: (z > bottom) & (z < top) & outward(body))


def outward(body: Any) -> np.ndarray:
    """Return for each face of a turned body whether it looks away from the axis."""
    count = len(body.data.polygons)
    normals, middles = np.empty(count * 3), np.empty(count * 3)
    body.data.polygons.foreach_get("normal", normals)
    body.data.polygons.foreach_get("center", middles)
    nx, ny, _ = normals.reshape(-1, 3).T
    x, y, _ = middles.reshape(-1, 3).T
    return nx * x + ny * y > 0


def vase(look: Look, dice: random.Random) -> Any:
    """A vase: bellied, bottle-necked, trumpet-mouthed or square-shouldered, sometimes with two ears."""
    h = dice.uniform(1.4, 1.9)
    belly, neck, mouth = dice.uniform(0.4, 0.62), dice.uniform(0.14, 0.26), dice.uniform(0.2, 0.34)
    low, form, ears = dice.uniform(0.25, 0.5), dice.randrange(4), dice.random() < 0.4
    foot = dice.uniform(0.26, 0.36)
    shapes = [
        [(belly, low * h), (belly * 0.9, (low + 0.18) * h), (neck * 1.2, 0.76 * h), (neck, 0.88 * h),
         (mouth, h)],
        [(belly * 0.95, 0.2 * h), (belly, 0.34 * h), (neck * 0.9, 0.52 * h), (neck * 0.75, 0.75 * h),
         (neck * 0.8, 0.95 * h), (neck * 1.15, h)],
        [(foot * 0.8, 0.2 * h), (neck * 1.3, 0.5 * h), (belly * 0.75, 0.85 * h), (belly * 1.0, h)],
        [(belly * 0.7, 0.1 * h), (belly * 0.95, 0.66 * h), (belly * 0.95, 0.8 * h), (neck * 1.1, 0.86 * h),
         (neck, 0.93 * h), (neck * 1.35, h)],
    ]  # fmt: skip
    outside = [(0, 0), (foot * 0.9, 0), (foot, 0.03), *shapes[form]]
    skin, painted = ware(look, dice, h)
    body = vessel("vase", outside, 0.035, h * (0.82 if look.cake else 0.5), skin)
    decorated(body, painted, 0.04, h, dice)
    if not ears or form == 2:
        return body
    line = rounded(outside, 3)
    high, deep = (0.9, 0.62) if form < 2 else (0.92, 0.7)
    at = [(float(np.interp(k * h, line[:, 1], line[:, 0])), k * h) for k in (high, deep)]
    out = max(at[0][0], at[1][0]) + 0.17
    bow = [(at[0][0] - 0.02, at[0][1]), (out, at[0][1] + 0.02), (out, at[1][1] + 0.12),
           (at[1][0] - 0.03, at[1][1])]  # fmt: skip
    loops = [put(ear(skin, bow, 0.035), (0, 0, 0), side * math.pi) for side in (0, 1)]
    return group("vase", [body, *loops])


def mug(look: Look, dice: random.Random) -> Any:
    """A mug of coffee: straight, tapered, bellied or waisted."""
    h, r = dice.uniform(0.85, 1.15), dice.uniform(0.38, 0.5)
    form, bow, turn = dice.randrange(4), dice.uniform(0.26, 0.36), dice.uniform(-0.9, 0.5)
    foot, waist = [(0.96, 1.0), (0.72, 0.9), (0.8, 1.12), (1.02, 0.9)][form]
    outside = [(0, 0), (r * foot * 0.9, 0), (r * foot, 0.03), (r * (foot + waist) / 2, 0.25 * h),
               (r * waist, 0.55 * h), (r, 0.9 * h), (r, h)]  # fmt: skip
    skin, painted = ware(look, dice, h)
    level = 0.86 * h
    body = vessel("mug", outside, 0.04, level if look.cake else 0.1, skin)
    decorated(body, painted, 0.04, h, dice)
    line = rounded(outside, 3)
    top, bottom = (float(np.interp(k * h, line[:, 1], line[:, 0])) - 0.02 for k in (0.8, 0.25))
    loop = [(top, 0.8 * h), (r + bow * 0.6, 0.85 * h), (r + bow, 0.72 * h), (r + bow * 0.9, 0.4 * h),
            (r + bow * 0.4, 0.22 * h), (bottom, 0.25 * h)]  # fmt: skip
    parts = [body, ear(skin, loop, 0.055)]
    inner = float(np.interp(level, line[:, 1], line[:, 0])) - 0.04
    if look.cake:
        patch(body, cake.ganache(), lambda x, y, z: (np.hypot(x, y) < inner - 0.01) & (z > level - 0.01))
    else:
        parts.append(disc("coffee", inner + 0.003, level, real.coffee()))
    return group("mug", parts, turn=turn)


SOUPS = [("#c8641e", "#f3e6cf"), ("#a8321c", "#f3e2c8"), ("#7d8f3a", "#eef0d8"), ("#d9b26a", "#5f7a35")]


def bowl(look: Look, dice: random.Random) -> Any:
    """A bowl of soup: wide, deep or footed, with a swirl of cream and a few leaves."""
    r, d = dice.uniform(0.75, 1.0), dice.uniform(0.42, 0.62)
    form, (soup, cream) = dice.randrange(3), dice.choice(SOUPS)
    foot = [(0.5 * r, 0.1), (0.34 * r, 0.16), (0.42 * r, 0.06)][form]
    curve = [[(0.85 * r, 0.3 * d), (0.97 * r, 0.7 * d)], [(0.7 * r, 0.32 * d), (0.93 * r, 0.7 * d)],
             [(0.96 * r, 0.22 * d), (0.99 * r, 0.6 * d)]][form]  # fmt: skip
    top = d + foot[1]
    outside = [(0, 0.01), (foot[0] - 0.05, 0.01), (foot[0] - 0.03, 0), (foot[0], 0), (foot[0], foot[1] * 0.7),
               *[(x, z + foot[1]) for x, z in curve], (r, top)]  # fmt: skip
    skin, painted = ware(look, dice, top)
    level = top - dice.uniform(0.07, 0.12)
    body = vessel("bowl", outside, 0.04, level, skin)
    decorated(body, painted, 0.12, top, dice)
    wet = look.skin("plastic", soup, rough=0.18)
    patch(body, wet, lambda x, y, z: (np.hypot(x, y) < r * 0.985) & (abs(z - level) < 0.004))
    parts = [body]
    if not look.cake:
        pool = float(np.interp(level, *rounded(outside, 3).T[::-1])) - 0.038
        parts.append(disc("soup", pool, level + 0.004, wet))
    turns = np.linspace(0, dice.uniform(9, 14), 120)
    swirl = [(0.03 * t * r * math.cos(t), 0.03 * t * r * math.sin(t), level + 0.006) for t in turns]
    parts.append(
        tube("cream", swirl, [0.01, 0.03, 0.035, 0.012], look.skin("plastic", cream, rough=0.3), sides=10)
    )
    green = look.skin("plant", "#4f7a2f")
    for _ in range(dice.randint(3, 6)):
        far, way = dice.uniform(0.1, 0.5) * r, dice.uniform(0, math.tau)
        leaf = ball("leaf", 0.05, green, 0.25)
        leaf.scale = (1.7, 0.8, 1)
        leaf.location = (far * math.cos(way), far * math.sin(way), level + 0.004)
        leaf.rotation_euler = (dice.uniform(-0.2, 0.2), 0, dice.uniform(0, 6))
        parts.append(leaf)
    return group("bowl", parts)


def jug(look: Look, dice: random.Random) -> Any:
    """A jug with a pouring lip: pear-shaped, straight or with a high shoulder."""
    h, r = dice.uniform(1.25, 1.7), dice.uniform(0.42, 0.56)
    form, lip = dice.randrange(3), dice.uniform(0.16, 0.26)
    neck = r * dice.uniform(0.55, 0.75)
    curve = [
        [(r, 0.25 * h), (r * 0.95, 0.42 * h), (neck, 0.75 * h), (neck * 1.15, h)],
        [(r * 0.95, 0.2 * h), (r * 0.85, 0.6 * h), (r * 0.72, 0.85 * h), (r * 0.75, h)],
        [(r * 0.8, 0.2 * h), (r * 1.05, 0.6 * h), (neck * 1.05, 0.8 * h), (neck * 1.2, h)],
    ][form]
    outside = [(0, 0), (r * 0.62, 0), (r * 0.68, 0.03), *curve]
    skin, painted = ware(look, dice, h)
    body = vessel("jug", outside, 0.04, h * (0.84 if look.cake else 0.6), skin)
    decorated(body, painted, 0.04, h * 0.9, dice)

    def pour(points: np.ndarray) -> np.ndarray:
        x, y, z = points.T
        rise = np.clip((z / h - 0.8) / 0.2, 0, 1.1) ** 1.5
        there = np.exp(-((np.arctan2(y, -x) / 0.42) ** 2)) * rise
        radius = np.maximum(np.hypot(x, y), 1e-6)
        wide = 1 + lip * there / radius * (radius > 0.1)
        return np.stack([x * wide, y * wide, z + 0.22 * lip * there], -1)

    bend(body, pour)
    line = rounded(outside, 3)
    top, bottom = (float(np.interp(k * h, line[:, 1], line[:, 0])) - 0.02 for k in (0.9, 0.35))
    out = max(top, bottom) + dice.uniform(0.24, 0.34)
    loop = [(top, 0.88 * h), (out * 0.9, 0.97 * h), (out, 0.82 * h), (out * 0.97, 0.55 * h),
            (bottom, 0.33 * h)]  # fmt: skip
    return group("jug", [body, ear(skin, loop, 0.05)], turn=dice.uniform(-0.5, 0.5))
