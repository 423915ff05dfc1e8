"""Fruit and flowers: each function builds one and returns its Blender object."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
from shapes import ball, group, lathe, put, rounded, sheet, tube


def orange(skin: Any, button: Any, radius: float = 0.38) -> Any:
    """Return an orange around its own middle, its stem end up."""
    fruit = ball("orange", radius, skin, 0.95, 0.015)
    for vertex in fruit.data.vertices:
        x, y, z = vertex.co
        dent = 0.05 * math.exp(-(x * x + y * y) / 0.006) if z > radius else 0
        vertex.co.z -= radius * 0.95 + dent
    nub = [(0, -0.01), (0.045, -0.01), (0.05, 0.012), (0.03, 0.03), (0, 0.032)]
    star = lathe("button", rounded(nub, 2), button, ripple=lambda a, z: 1 + 0.2 * math.cos(5 * a))
    star.location.z = radius * 0.95 - 0.05
    return group("orange", [fruit, star])


def banana(skin: Any, length: float = 2.0, bend: float = 1.25) -> Any:
    """Return a banana lying on its side in the x-y plane, its stem towards -x."""
    arc = np.linspace(-bend / 2, bend / 2, 70)
    radius = length / bend
    line = np.stack([radius * np.sin(arc), -radius * (1 - np.cos(arc)), np.zeros_like(arc)], -1)
    line[:, 1] -= line[:, 1].mean()
    radii = [0.055, 0.06, 0.068, 0.085, 0.15, 0.2, 0.22, 0.23, 0.235, 0.235, 0.23, 0.225, 0.215,
             0.2, 0.175, 0.13, 0.07, 0.05]  # fmt: skip
    fruit = tube("banana", line, radii, skin, corners=(5, 0.055), sides=80)
    fruit.location.z = 0.23
    return fruit


def bananas(skin: Any, stem: Any, rng: random.Random, count: int = 3) -> Any:
    """Return a hand of bananas, fanned out from the stem they share near the origin."""
    parts = []
    for i in range(count):
        fruit = banana(skin, rng.uniform(2.0, 2.15), rng.uniform(1.15, 1.3))
        start = min((v.co for v in fruit.data.vertices), key=lambda co: co.x).copy()
        for vertex in fruit.data.vertices:
            vertex.co -= start
        fan, rise = (i - (count - 1) / 2) * 0.33, 0.1 if i == 1 else 0.0
        put(fruit, (0, 0.07 * (i - 1), 0.2 + rise * 0.4), fan, 1.0, 0.25 * (1 - i))
        parts.append(fruit)
    heel = rounded([(-0.1, 0, 0.21), (0.02, 0, 0.23), (0.14, 0, 0.22)], 2)
    crown = tube("heel", heel, [0.05, 0.075, 0.06], stem, flat=2.1)
    return group("bananas", [*parts, crown])


def petal(material: Any, tall: float, wide: float, open_: float) -> Any:
    """Return one cupped petal rising from the origin, its back towards +x."""
    across = np.linspace(-1, 1, 25)
    up = (1 - np.cos(np.linspace(0, np.pi, 41))) / 2
    outline = wide * np.sqrt(np.clip(1 - (2 * up**0.85 - 1) ** 2, 0, 1)) * (1 - 0.3 * up**2)
    belly = 0.03 + (0.2 + 0.12 * open_) * np.sin(np.pi * up**0.85 * 0.64) + open_ * 0.12 * up**3
    angle = np.outer(across, outline / np.maximum(belly, 0.12)).clip(-1.4, 1.4)
    reach = belly[None, :] * (1 + 0.05 * across[:, None] ** 2)
    z = tall * up[None, :] * (1 - 0.04 * across[:, None] ** 2) + 0 * angle
    rows = np.stack([reach * np.cos(angle), reach * np.sin(angle), z], -1)
    thing = sheet("petal", rows, material, along=np.tile(up, (25, 1)))
    thick = thing.modifiers.new("thick", "SOLIDIFY")
    thick.thickness = 0.008
    return thing


def tulip(petals: Any, green: Any, rng: random.Random, line: Any) -> Any:
    """Return a tulip on a stem through the points of `line`, its flower at the line's end."""
    stem = rounded(line, 4)
    parts = []
    for ring, (count, open_, tall) in enumerate([(3, 0.15, 0.66), (3, 0.42, 0.64)]):
        for i in range(count):
            piece = petal(petals, tall * rng.uniform(0.96, 1.04), 0.3, open_ + rng.uniform(-0.06, 0.08))
            piece.rotation_euler.z = math.tau * (i / count + ring / 6) + rng.uniform(-0.1, 0.1)
            parts.append(piece)
    flower = group("flower", parts, stem[-1])
    ahead = stem[-1] - stem[-3]
    flower.rotation_euler = (
        -math.atan2(ahead[1], ahead[2]) * 0.8, math.atan2(ahead[0], ahead[2]) * 0.8, rng.uniform(0, 2),
    )  # fmt: skip
    return group("tulip", [tube("stem", stem, [0.032, 0.028, 0.034], green), flower])


def long_leaf(green: Any, line: Any, wide: float = 0.14) -> Any:
    """Return a tulip's leaf along the points of `line`, folded along its middle."""
    spine = rounded(line, 4)
    up = np.linspace(0, 1, len(spine))
    width = wide * np.sin(np.pi * (0.12 + 0.88 * up)) ** 0.8
    flat = np.cross(np.gradient(spine, axis=0), [0.0, 1.0, 0.0])
    flat /= np.linalg.norm(flat, axis=1, keepdims=True)
    rows = []
    for across in np.linspace(-1, 1, 15):
        fold = 0.35 * across**2 * width[:, None] * flat
        side = across * width[:, None] * np.array([0.35, 0.94, 0.0])
        rows.append(spine + side + fold)
    thing = sheet("leaf", np.array(rows), green)
    thick = thing.modifiers.new("thick", "SOLIDIFY")
    thick.thickness = 0.01
    return thing
