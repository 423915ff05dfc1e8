"""Cakes: bodies with a slice cut out, faces of sponge, drips, piping, cherries, crumbs."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from typing import Any

import cake
import grown
import numpy as np
from mathutils import Vector, noise
from shapes import Points, ball, group, lathe, put, roughen, rounded, sheet, tube
from tableware import MUG_INSIDE, MUG_LIP, MUG_OUTSIDE, mug_handle

Band = tuple[float, float]
Reach = Callable[[float], float]


def reach_of(profile: Points) -> Reach:
    """Return the function that tells the radius of a profile at a height."""
    line = np.asarray(profile, dtype=float)
    order = np.argsort(line[:, 1], kind="stable")
    return lambda z: float(np.interp(z, line[order, 1], line[order, 0]))


def face(
    angle: float,
    outer: Reach,
    heights: Band,
    material: Any,
    cream: Sequence[Band] = (),
    skin: float = 0.04,
    top_skin: float = 0.0,
    inner: Reach | None = None,
    shift: float = 0.0,
    size: tuple[int, int] = (150, 170),
) -> Any:
    """Return a cut face standing at `angle`: crumbly sponge, bands of cream, a skin of icing."""
    low, high = heights
    rows, is_cream, is_skin = [], [], []
    normal = Vector((-math.sin(angle), math.cos(angle), 0))
    for z in np.linspace(low, high, size[0]):
        first, last = (inner(z) if inner else 0.0), outer(z)
        row, creamy, skinny = [], [], []
        for r in np.linspace(first, last, size[1]):
            here = Vector((r, shift, z))
            wave = z + 0.018 * noise.noise(here * 3.0)
            c = max((soft(wave, *band) for band in cream), default=0.0)
            s = max(soft(r, last - skin, 9), soft(z, high - top_skin, 9) if top_skin else 0.0)
            s = 1.0 if inner else s
            depth = crumbs_at(here) * (1 - max(c, s)) + 0.008 * c
            edge = min(1.0, (last - r) / 0.02, (high - z) / 0.02)
            row.append(Vector((r * math.cos(angle), r * math.sin(angle), z)) + normal * depth * edge)
            creamy.append(c)
            skinny.append(s)
        rows.append(row)
        is_cream.append(creamy)
        is_skin.append(skinny)
    painted = {"cream": np.array(is_cream), "skin": np.array(is_skin)}
    return sheet("face", np.array(rows), material, **painted)


def soft(value: float, low: float, high: float, blur: float = 0.008) -> float:
    """Return 1 inside low..high, 0 outside, blending over `blur`."""
    inside = min(value - low, high - value)
    return min(1.0, max(0.0, inside / blur + 0.5))


def crumbs_at(here: Vector) -> float:
    """Return how far the crumb stands out at a place of the cut face, in units."""
    rough = noise.fractal(here * 20, 0.8, 2.2, 4)
    holes = noise.voronoi(here * 15)[0][0]
    return 0.008 * rough - 0.022 * max(0.0, 0.32 - holes)


def body(
    profile: Points,
    start: float,
    sweep: float,
    coat: Any,
    inside: Any,
    cream: Sequence[Band],
    skin: float = 0.04,
    top_skin: float = 0.0,
    face_top: float | None = None,
    shift: float = 0.0,
) -> list[Any]:
    """Return a cake's coat over `sweep` radians and, where it does not close, its two cut faces."""
    coat_object = lathe("coat", profile, coat, start, sweep, steps=int(40 + 30 * sweep))
    if sweep >= math.tau - 1e-6:
        return [coat_object]
    outer = [p for i, p in enumerate(profile) if i == 0 or p[1] >= profile[i - 1][1]]
    high = face_top or max(p[1] for p in profile)
    faces = [
        face(angle, reach_of(outer), (0.002, high), inside, cream, skin, top_skin, shift=shift + k)
        for k, angle in enumerate((start, start + sweep))
    ]
    return [coat_object, *faces]


def layer_cake(rng: random.Random, missing: float = math.radians(58), turn: float = -1.75) -> Any:
    """Return an iced layer cake with chocolate drips and cherries, a slice missing around `turn`."""
    start, sweep = turn + missing / 2, math.tau - missing
    r, h = 1.12, 1.0
    line = rounded([(0, 0), (r, 0), (r, 0.04), (r, h - 0.07), (r - 0.02, h), (r - 0.1, h), (0, h)], 2)
    icing = cake.buttercream("#f6e3cf")
    inside = cake.sponge("#f3d193", "#f8efe0", "#f6e3cf")
    bands = [(0.22, 0.285), (0.47, 0.535), (0.71, 0.775)]
    parts = body(line, start, sweep, icing, inside, bands, 0.05, 0.05, shift=rng.uniform(0, 90))
    parts.append(drip(rng, r, h, start, sweep, cake.ganache()))
    red, stem = cake.cherry(), grown.leaf("#6b6a2a")
    count = 10
    for i in range(count):
        angle = start + sweep * (i + 0.5) / count
        at = (0.82 * math.cos(angle), 0.82 * math.sin(angle))
        parts.append(put(rosette(icing), (*at, h + 0.03), rng.uniform(0, 6), rng.uniform(0.95, 1.06)))
        parts.append(
            put(cherry(red, stem, rng), (*at, h + 0.2), rng.uniform(0, 6), 1.0, rng.uniform(-0.2, 0.2))
        )
    return group("layer cake", parts)


def drip(rng: random.Random, radius: float, top: float, start: float, sweep: float, material: Any) -> Any:
    """Return poured icing over a cake's top edge, running down in drops of different length."""
    drops = []
    angle = start + 0.1
    while angle < start + sweep - 0.06:
        drops.append((angle, rng.uniform(0.12, 0.42), rng.uniform(0.05, 0.075)))
        angle += rng.uniform(0.15, 0.24)
    rows = []
    for a in np.linspace(start, start + sweep, 900):
        length = 0.07 + 0.02 * math.sin(7 * a)
        bulge = 0.0
        for middle, long, wide in drops:
            share = math.exp(-(((a - middle) / wide) ** 4))
            length += long * share
            bulge = max(bulge, share * long)
        outline = rounded(
            [(0, top + 0.03), (radius - 0.1, top + 0.032), (radius + 0.02, top + 0.03),
             (radius + 0.03, top - 0.06), (radius + 0.022 + 0.05 * bulge, top - length + 0.03),
             (radius + 0.03 + 0.04 * bulge, top - length - 0.035), (radius - 0.02, top - length - 0.03)],
            2,
        )  # fmt: skip
        rows.append([(x * math.cos(a), x * math.sin(a), z) for x, z in outline])
    return sheet("drip", np.array(rows), material)


def rosette(material: Any) -> Any:
    """Return a star of piped cream, twisted as it was lifted."""
    line = rounded([(0, 0), (0.17, 0), (0.2, 0.05), (0.17, 0.12), (0.1, 0.19), (0.05, 0.23), (0, 0.27)], 3)
    return lathe("rosette", line, material, ripple=lambda a, z: 1 + 0.17 * math.cos(7 * a + 9 * z))


def cherry(red: Any, stem: Any, rng: random.Random) -> Any:
    """Return a cherry with its stem, standing on z = 0."""
    fruit = ball("cherry", 0.14, red, 0.92)
    for vertex in fruit.data.vertices:
        x, y, z = vertex.co
        vertex.co.z -= 0.06 * math.exp(-((x * x + y * y) / 0.0022)) * (z > 0.13)
    lean = rng.uniform(0.05, 0.13)
    line = rounded([(0, 0, 0.21), (0.01, 0, 0.27), (lean * 0.6, 0, 0.34), (lean, 0.02, 0.42)], 3)
    return group("cherry", [fruit, tube("stem", line, [0.01, 0.008, 0.008, 0.016], stem)])


def mug_cake(
    coat: Any,
    chocolate: Any,
    inside: Any,
    missing: float = math.radians(54),
    turn: float = -1.75,
    shift: float = 0.0,
) -> Any:
    """Return the mug of `tableware.mug`, made of cake, with a slice missing around `turn`."""
    start, sweep = turn + missing / 2, math.tau - missing
    parts = mug_part(coat, chocolate, inside, start, sweep, shift)
    return group("mug cake", [*parts, mug_handle(coat)])


def mug_slice(
    coat: Any, chocolate: Any, inside: Any, wide: float = math.radians(56), shift: float = 40.0
) -> Any:
    """Return the slice that was cut from the mug cake; its outside faces -y."""
    start = -math.pi / 2 - wide / 2
    return group("slice", mug_part(coat, chocolate, inside, start, wide, shift))


def mug_part(coat: Any, chocolate: Any, inside: Any, start: float, sweep: float, shift: float) -> list[Any]:
    """Return the mug cake over `sweep` radians: coat, chocolate pool, cut faces."""
    level = 0.87
    outside, lip = rounded(MUG_OUTSIDE), rounded(MUG_LIP)
    down = [p for p in rounded(MUG_INSIDE) if p[1] > level - 0.03]
    bands = [(0.25, 0.3), (0.52, 0.57), (0.77, level + 0.1)]
    pool = [(0, level), (0.37, level), (0.392, level + 0.006)]
    rim_in = [(0.392, level), *lip[len(lip) // 2 :][::-1]]
    parts = [
        lathe("coat", [*outside, *lip, *down], coat, start, sweep),
        lathe("pool", pool, chocolate, start, sweep),
    ]
    for k, angle in enumerate((start, start + sweep)):
        parts.append(face(angle, reach_of(outside), (0.002, level), inside, bands, 0.035, shift=shift + k))
        up = reach_of([*outside, *lip[: len(lip) // 2 + 1]])
        parts.append(face(angle, up, (level, 0.999), inside, inner=reach_of(rim_in), size=(20, 12)))
    return parts


def crumbs(rng: random.Random, count: int, middle: Sequence[float], spread: float, material: Any) -> Any:
    """Return crumbs strewn about a place, most of them near it and most of them tiny."""
    parts = []
    for _ in range(count):
        size = 0.008 + 0.03 * rng.random() ** 3
        far, way = spread * rng.random() ** 1.5, rng.uniform(0, math.tau)
        crumb = roughen(ball("crumb", size, material, 0.8), size * 0.7, 0.8 / size, rng.random())
        at = (middle[0] + far * math.cos(way), middle[1] + far * math.sin(way), middle[2])
        parts.append(put(crumb, at, rng.uniform(0, 6)))
    return group("crumbs", parts)
