"""Cakes that are plainly cakes, so that the easy end exists: each by dice, whole, standing on z = 0."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from typing import Any

import cake
import grown
import matter
import numpy as np
import pastry
from paint import rgb
from shapes import group, lathe, put, rounded, sheet

ICINGS = ("#f6e3cf", "#f3cfd0", "#fbf1e0", "#d8e3cf", "#e9d2b4", "#d9cbe3", "#5a3120")


def iced(material: Any, colour: str) -> Any:
    """Return the material, knowing the colour its skin has where it is cut."""
    material["icing"] = rgb(colour)
    return material


def layer_cake(rng: random.Random) -> Any:
    """Return a round iced cake with chocolate run over its edge, rosettes and cherries on top."""
    r, h, colour = rng.uniform(0.85, 1.1), rng.uniform(0.75, 1.15), rng.choice(ICINGS)
    line = rounded([(0, 0), (r, 0), (r, 0.04), (r, h - 0.07), (r - 0.02, h), (r - 0.1, h), (0, h)], 2)
    icing = iced(cake.buttercream(colour), colour)
    parts = [lathe("coat", line, icing, steps=160)]
    if rng.random() < 0.7:
        parts.append(pastry.drip(rng, r, h, 0.0, math.tau, iced(cake.ganache(), "#2f170c")))
    red, stem, count = iced(cake.cherry(), "#7c0611"), grown.leaf("#6b6a2a"), rng.choice((6, 8, 10))
    for i in range(count):
        angle = math.tau * (i + 0.5) / count
        at = (0.72 * r * math.cos(angle), 0.72 * r * math.sin(angle))
        parts.append(put(pastry.rosette(icing), (*at, h + 0.02), rng.uniform(0, 6)))
        if i % 2 == 0 or count < 10:
            parts.append(put(pastry.cherry(red, stem, rng), (*at, h + 0.18), rng.uniform(0, 6)))
    return group("layer cake", parts)


def cupcake(rng: random.Random) -> Any:
    """Return a cupcake in its paper, a swirl of cream and a cherry on it."""
    paper, colour = rng.choice(("#c9dfe6", "#f0d3d6", "#e9e2d2", "#8a5a3a")), rng.choice(ICINGS)
    case = [(0, 0), (0.4, 0), (0.4, 0), (0.58, 0.55), (0.58, 0.55), (0.5, 0.55), (0, 0.55)]
    cup = lathe("paper", case, iced(matter.card(paper), paper), steps=288,
                ripple=lambda a, z: 1 + 0.022 * math.cos(36 * a))  # fmt: skip
    up = np.linspace(0, 1, 90)
    tall = rng.uniform(0.6, 0.8)
    rings = 0.58 * (1 - up**1.5) * (1 - 0.1 * np.abs(np.cos(np.pi * 3.5 * up)))
    swirl = np.stack([np.append(rings, 0.0), np.append(0.5 + tall * up, 0.5 + tall)], -1)
    swirl = np.concatenate([[(0.0, 0.5)], swirl])
    turned = lambda a, z: 1 + 0.1 * math.cos(6 * a + 11 * z)  # noqa: E731
    cream = lathe("cream", swirl, iced(cake.buttercream(colour), colour), steps=144, ripple=turned)
    red = iced(cake.cherry(), "#7c0611")
    top = put(pastry.cherry(red, grown.leaf("#6b6a2a"), rng), (0, 0, 0.44 + tall), rng.uniform(0, 6))
    return group("cupcake", [cup, cream, top])


def bar(
    name: str, section: Sequence[tuple[float, float]], long: float, material: Any, soft: float = 0.12
) -> Any:
    """Return a section in y and z drawn out along x, its ends rounded in by `soft`, closed."""
    ring = np.asarray(section, dtype=float)
    middle = np.array([0.0, ring[:, 1].mean()])
    ends = [soft * (1 - math.cos(t)) for t in np.linspace(0, math.pi / 2, 7)]
    shrink = [
        1 - soft * (1 - math.sin(t)) / max(0.3, ring[:, 1].max()) for t in np.linspace(0, math.pi / 2, 7)
    ]
    stations = [(-long / 2 + e, s) for e, s in zip(ends, shrink, strict=True)]
    stations += [(x, 1.0) for x in np.linspace(-long / 2 + soft, long / 2 - soft, 40)[1:-1]]
    stations += [(long / 2 - e, s) for e, s in reversed(list(zip(ends, shrink, strict=True)))]
    rows = [[(x, *(middle + (p - middle) * s)) for p in ring] for x, s in stations]
    tip = [[(x, *middle) for _ in ring] for x in (-long / 2, long / 2)]
    return sheet(name, np.array([tip[0], *rows, tip[1]]), material)


def loaf(rng: random.Random) -> Any:
    """Return a loaf cake baked in a tin, domed and brown, sugar icing poured along its top."""
    long, wide, tall = rng.uniform(2.0, 2.4), rng.uniform(0.42, 0.5), rng.uniform(0.75, 0.95)
    low = [(-wide * 0.86, 0.0), (-wide * 0.86, 0), (-wide, tall * 0.66), (-wide * 0.9, tall * 0.86)]
    outline = rounded([(0, 0), *low, (0, tall * 1.06), *[(-y, z) for y, z in low[::-1]], (0, 0)], 3)
    brown = rng.choice(("#b9702f", "#8a4a22", "#c98a45"))
    parts = [bar("loaf", outline, long, iced(matter.bread(brown), brown))]
    if rng.random() < 0.75:
        white = rng.choice(("#fbf4ea", "#3a1d10", "#f6dfc0"))
        parts.append(poured(rng, outline, long, tall, iced(cake.ganache(white, 0.3), white)))
    return group("loaf", parts)


def poured(rng: random.Random, outline: np.ndarray, long: float, tall: float, material: Any) -> Any:
    """Return icing lying on the top of a bar and running down its sides in drops."""
    shifts = [rng.uniform(0, 6) for _ in range(4)]
    across = np.linspace(-1, 1, 41)
    rows = []
    for x in np.linspace(-long / 2 + 0.1, long / 2 - 0.1, 160):
        end = min(1.0, (long / 2 - 0.08 - abs(x)) / 0.08)
        reach = 0.5 + 0.14 * math.sin(7 * x + shifts[0]) + 0.1 * math.sin(15 * x + shifts[1])
        row = []
        for a in across:
            share = 0.5 + 0.5 * a * min(0.72, reach)
            at = np.array([np.interp(share, np.linspace(0, 1, len(outline)), outline[:, k]) for k in (0, 1)])
            away = at - np.array([0, tall * 0.5])
            lift = 0.035 * math.sqrt(max(0.0, 1 - a**4)) * end - 0.004
            at = at + away / np.linalg.norm(away) * lift
            row.append((x, at[0], at[1]))
        rows.append(row)
    return sheet("poured", np.array(rows), material)


def tart(rng: random.Random) -> Any:
    """Return a fruit tart: a fluted crust, custard, berries in rings."""
    r, h = rng.uniform(0.95, 1.15), 0.3
    crust = rounded([(0, 0), (r * 0.9, 0), (r * 0.92, 0.02), (r, h), (r - 0.03, h + 0.03), (r - 0.1, h),
                     (r - 0.12, h - 0.06), (0, h - 0.06)], 2)  # fmt: skip
    fluted = lambda a, z: 1 + 0.025 * math.cos(32 * a) * min(1.0, z / 0.1)  # noqa: E731
    parts = [lathe("crust", crust, iced(matter.bread("#c98d4c"), "#c98d4c"), steps=256, ripple=fluted)]
    custard = iced(cake.ganache("#eec65c", 0.25), "#eec65c")
    parts.append(lathe("custard", [(0, 0.1), (r - 0.12, 0.1), (r - 0.11, h - 0.03), (0, h - 0.02)], custard))
    first, second = rng.sample(("#8e1220", "#2c2f55", "#d9772b", "#5d7d3a", "#b01c3c"), 2)
    skins = [iced(cake.cherry(colour), colour) for colour in (first, second)]
    for ring, far in enumerate((0.78, 0.55, 0.32, 0.0)):
        count = max(1, int(math.tau * far * r / 0.24))
        for i in range(count):
            angle = math.tau * i / count + ring
            size = rng.uniform(0.1, 0.12)
            at = (far * (r - 0.1) * math.cos(angle), far * (r - 0.1) * math.sin(angle), h - 0.05)
            parts.append(put(berry(size, skins[ring % 2]), at, rng.uniform(0, 6)))
    return group("tart", parts)


def berry(size: float, material: Any) -> Any:
    """Return a small berry standing on z = 0."""
    bend = np.linspace(-math.pi / 2, math.pi / 2, 15)
    return lathe("berry", np.stack([size * np.cos(bend), size * (1 + np.sin(bend))], -1), material, steps=24)


def roll(rng: random.Random) -> Any:
    """Return a rolled cake under chocolate or cream, ridged with a fork, berries along its top."""
    long, r, colour = (
        rng.uniform(1.9, 2.3),
        rng.uniform(0.42, 0.5),
        rng.choice(("#4a2715", "#f3e2cb", "#e8c9c6")),
    )
    turns = np.linspace(0, math.tau, 97)
    section = np.stack([r * np.cos(turns - math.pi / 2), r * 0.95 * (1 + np.sin(turns - math.pi / 2))], -1)
    section *= (1 + 0.014 * np.cos(24 * turns))[:, None] ** np.array([1.0, 0.5])
    section[:, 1] -= section[:, 1].min()
    parts = [bar("roll", [tuple(p) for p in section], long, iced(cake.buttercream(colour), colour), 0.06)]
    red = iced(cake.cherry("#9a1026"), "#9a1026")
    for x in np.linspace(-long * 0.36, long * 0.36, 6):
        parts.append(
            put(pastry.rosette(iced(cake.buttercream("#fbf1e0"), "#fbf1e0")), (x, 0, 1.86 * r), x, 0.75)
        )
        parts.append(put(berry(0.09, red), (x, 0, 1.86 * r + 0.13), x))
    return group("roll", parts)


PLAIN: dict[str, tuple[Callable[[random.Random], Any], str]] = {
    "layer cake": (layer_cake, ""),
    "cupcake": (cupcake, ""),
    "loaf": (loaf, "loaf"),
    "tart": (tart, ""),
    "roll": (roll, "spiral"),
}
