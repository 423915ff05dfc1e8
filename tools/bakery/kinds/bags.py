"""Kinds one packs: handbag, suitcase."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Any

import numpy as np
from shapes import ball, group, put, rounded, tube

from kinds.forms import bend, blob, box, ribbon, ring
from kinds.palette import LEATHERS

if TYPE_CHECKING:
    from look import Look


def handbag(look: Look, dice: random.Random) -> Any:
    """A handbag: with a flap and a clasp, or with a metal frame; one arched handle or two."""
    wide, thick, tall = dice.uniform(0.6, 0.75), dice.uniform(0.2, 0.28), dice.uniform(0.38, 0.5)
    taper, framed = dice.uniform(0.1, 0.3), dice.random() < 0.4
    colour, metal = dice.choice(LEATHERS), look.skin("metal", dice.choice(["#d0a350", "#b9b6b0"]), rough=0.2)
    skin, trim = look.skin("leather", colour), look.skin("leather", dice.choice([colour, *LEATHERS]))
    arch, turn = dice.uniform(0.4, 0.62), dice.uniform(-0.5, 0.5)

    def bag(points: np.ndarray) -> np.ndarray:
        x, y, z = points.T
        up = np.clip(z / tall * 0.5 + 0.5, 0, 1)
        return np.stack([x * (1 - taper * up), y * (1.05 - (0.75 if framed else 0.45) * up**1.5), z], -1)

    body = put(
        blob("bag", (wide, thick, tall), skin, 5.0 if not framed else 3.2, bag, (96, 48)), (0, 0, tall)
    )
    top = 2 * tall
    parts = [body]
    reach = wide * (1 - taper)
    if framed:
        parts += frame(metal, reach, top)
    else:
        parts += flap(look, (trim, metal), (reach, thick, tall))
    for y in (0.0,) if framed or dice.random() < 0.5 else (-0.1, 0.1):
        foot, lean = reach * 0.62, y * 0.6
        line = rounded([(-foot, y, top - 0.06), (-foot, y, top + arch * 0.4),
                        (-foot * 0.7, y + lean, top + arch),
                        (foot * 0.7, y + lean, top + arch), (foot, y, top + arch * 0.4),
                        (foot, y, top - 0.06)], 4)  # fmt: skip
        parts.append(tube("handle", line, [0.035], trim, sides=20))
        for side in (-1, 1):
            eye = put(ring("eye", 0.055, 0.014, metal), (side * foot, y, top + 0.07), 0.0, 1.0, math.pi / 2)
            parts.append(eye)
    return group("handbag", parts, turn=turn)


def frame(metal: Any, reach: float, top: float) -> list[Any]:
    """Return the metal frame of a purse, and its two kissing balls."""
    bar = rounded([(-reach * 0.86, 0, top - 0.16), (-reach * 0.8, 0, top), (0, 0, top + 0.015),
                   (reach * 0.8, 0, top),
                   (reach * 0.86, 0, top - 0.16)], 3)  # fmt: skip
    parts = [tube("frame", bar, [0.035, 0.04, 0.04, 0.035], metal, sides=20)]
    for side in (-1, 1):
        parts.append(put(ball("kiss", 0.055, metal), (0.035 * side, -0.03, top + 0.01)))
    return parts


def flap(look: Look, skins: tuple[Any, Any], size: tuple[float, float, float]) -> list[Any]:
    """Return a bag's flap, rounded below, and its clasp, for a (half width, depth, half height)."""
    (trim, metal), (reach, thick, tall) = skins, size
    top = 2 * tall
    line = [(0, thick * 0.55, top - 0.14), (0, thick * 0.5, top), (0, 0, top + 0.035),
            (0, -thick * 0.62, top),
            (0, -thick * 0.86, top - 0.16), (0, -thick * 1.1, tall * 1.05),
            (0, -thick * 1.16, tall * 0.86)]  # fmt: skip
    leather = ribbon("flap", rounded(line, 3), 2 * reach * 1.06, 0.035, trim, (1, 0, 0))
    low = tall * 0.86

    def tongue(points: np.ndarray) -> np.ndarray:
        x, y, z = points.T
        near = np.clip((z - low) / (0.34 * tall), 0, 1) * (y < 0) + (y >= 0)
        return np.stack([x * (0.35 + 0.65 * np.sqrt(near)), y, z], -1)

    bend(leather, tongue)
    clasp = box("clasp", (0.16, 0.04, 0.12), metal, look.edge(0.02))
    return [leather, put(clasp, (0, -thick * 1.17, tall * 0.86))]


def suitcase(look: Look, dice: random.Random) -> Any:
    """A travelling case with corners, straps, locks and a handle."""
    wide, deep, tall = dice.uniform(1.3, 1.6), dice.uniform(0.4, 0.55), dice.uniform(0.9, 1.1)
    colour, trim = dice.sample([*LEATHERS, "#8a9a7a", "#b9a27a", "#5f7f8a"], 2)
    skin, dark = look.skin("leather", colour), look.skin("leather", trim)
    metal = look.skin("metal", dice.choice(["#d0a350", "#b9b6b0"]), rough=0.25)
    straps, corners = dice.choice([0, 2, 2]), dice.random() < 0.7
    soft = look.edge(0.07)
    parts = [box("case", (wide, deep, tall), skin, soft, 5)]
    seam = put(
        box("seam", (wide + 0.024, 0.035, tall + 0.024), dark if straps else metal, soft, 5), (0, 0, -0.012)
    )
    parts.append(seam)
    for side in (-1, 1):
        if straps:
            strap = box("strap", (0.13, deep + 0.04, tall + 0.04), dark, soft, 5)
            buckle = put(
                box("buckle", (0.17, 0.03, 0.14), metal, 0.012),
                (side * wide * 0.28, -deep / 2 - 0.025, tall * 0.62),
            )
            parts += [put(strap, (side * wide * 0.28, 0, -0.02)), buckle]
        lock = box("lock", (0.13, 0.1, 0.03), metal, 0.01)
        parts.append(put(lock, (side * wide * 0.15, -0.03, tall - 0.004)))
        if corners:
            for y in (-1, 1):
                for z in (0.0, tall - 0.2):
                    cap = box("corner", (0.24, 0.2, 0.224), dark, soft, 5)
                    at = (side * (wide / 2 - 0.108), y * (deep / 2 - 0.088), z - 0.012)
                    parts.append(put(cap, at))
    line = rounded([(-0.22, 0, tall), (-0.21, 0, tall + 0.14), (-0.12, 0, tall + 0.17),
                    (0.12, 0, tall + 0.17),
                    (0.21, 0, tall + 0.14), (0.22, 0, tall)], 3)  # fmt: skip
    parts.append(tube("handle", line, [0.03, 0.045, 0.045, 0.03], dark, sides=24, flat=1.2))
    return group("suitcase", parts, (0, 0, 0.02), turn=dice.uniform(-0.55, 0.55))
