"""Kinds made of paper and boards: book, gift box."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Any

import numpy as np
from shapes import group, put, rounded

from kinds import prints
from kinds.forms import blob, box, ribbon
from kinds.palette import CLOTHBOUND, GOLD, PAPERS

if TYPE_CHECKING:
    from look import Look


def book(look: Look, dice: random.Random) -> Any:
    """One to three books lying on each other, spine or pages to the front."""
    parts, base = [], 0.0
    wide, deep = dice.uniform(1.25, 1.5), dice.uniform(0.9, 1.05)
    for _ in range(dice.choice([1, 1, 2, 3])):
        thick, colour, gold = dice.uniform(0.16, 0.34), dice.choice(CLOTHBOUND), dice.choice(GOLD)
        stuff, turn = (
            dice.choice(["leather", "cloth"]),
            dice.choice([0.0, 0.0, math.pi]) + dice.uniform(-0.22, 0.22),
        )
        volume = one_book(look, dice, (wide, deep, thick), (stuff, colour, gold))
        parts.append(put(volume, (dice.uniform(-0.04, 0.04), dice.uniform(-0.03, 0.03), base), turn))
        base += thick
        wide, deep = wide * dice.uniform(0.84, 0.97), deep * dice.uniform(0.86, 0.97)
    return group("book", parts, turn=dice.uniform(-0.5, 0.5))


def one_book(
    look: Look, dice: random.Random, size: tuple[float, float, float], bound: tuple[str, str, str]
) -> Any:
    """Return a lying book, its spine towards -y, bound in (material, colour, gold)."""
    wide, deep, thick = size
    board, soft = 0.035, look.edge(0.008)
    cover, gold = look.skin(bound[0], bound[1]), look.skin("metal", bound[2], rough=0.35)
    leaves = prints.pages(look.skin("paper", dice.choice(["#efe4cc", "#f3ecdd", "#e6d6b4"])))
    block = box("pages", (wide - 0.07, deep - 0.06, thick - 2 * board + 0.01), leaves, look.edge(0.006))
    parts = [put(block, (0, 0.0, board - 0.005))]
    for z in (0.0, thick - board):
        parts.append(put(box("board", (wide, deep, board), cover, soft), (0, 0, z)))
    half = thick / 2
    arc = np.linspace(-1.25, 1.25, 15)
    bow = [
        (0, -deep / 2 - 0.06 * math.cos(a) + 0.02, half + half * math.sin(a) / math.sin(1.25)) for a in arc
    ]
    spine = ribbon(
        "spine",
        [(x, y + 0.006, z * (1 - 2 * 0.012 / thick) + 0.012) for x, y, z in bow],
        wide,
        0.045,
        cover,
        (1, 0, 0),
    )
    parts.append(spine)
    hubs = dice.choice([(-0.36, 0.36), (-0.38, -0.13, 0.13, 0.38), (-0.4, -0.34, 0.34, 0.4)])
    for at in hubs:
        hub = ribbon(
            "hub", [(at * wide, y - 0.006, z) for _, y, z in bow[1:-1]], 0.025, 0.05, gold, (1, 0, 0)
        )
        parts.append(hub)
    frame = dice.randrange(3)
    for k in range(frame):
        inset = 0.09 + 0.05 * k
        x, y = wide / 2 - inset, deep / 2 - inset
        bars = [
            ((0, y), (2 * x, 0.014)),
            ((0, -y), (2 * x, 0.014)),
            ((x, 0), (0.014, 2 * y)),
            ((-x, 0), (0.014, 2 * y)),
        ]
        for (px, py), (sx, sy) in bars:
            parts.append(put(box("gilt", (sx, sy, 0.008), gold, 0.002, 1), (px, py, thick - 0.004)))
    if frame == 0:
        parts.append(put(blob("seal", (0.16, 0.16, 0.008), gold, 2.0, None, (40, 8)), (0, 0, thick)))
    return group("volume", parts)


def gift(look: Look, dice: random.Random) -> Any:
    """A gift box with a lid, ribbons across it and a bow on top."""
    wide, deep, h = dice.uniform(0.9, 1.3), dice.uniform(0.85, 1.15), dice.uniform(0.55, 1.05)
    ground, print_, bow = dice.sample(PAPERS, 3)
    style, scale, lid = dice.randrange(4), dice.uniform(2.5, 5.0), dice.uniform(0.16, 0.26)
    satin, band = look.skin("plastic", bow, rough=0.4), dice.uniform(0.13, 0.2)

    def wrap() -> Any:
        paper = look.skin("paper", ground, rough=0.55)
        if style == 0:
            return prints.slanted(paper, print_, scale)
        if style == 1:
            return prints.bands(paper, print_, scale * 1.5, 0.4)
        return prints.spots(paper, print_, scale * 1.3) if style == 2 else paper

    top = look.skin("paper", print_, rough=0.55) if style == 3 else wrap()
    soft = look.edge(0.02)
    parts = [box("box", (wide, deep, h - 0.02), wrap(), soft),
             put(box("lid", (wide + 0.05, deep + 0.05, lid), top, soft), (0, 0, h - lid)),
             box("ribbon", (band, deep + 0.064, h + 0.012), satin, look.edge(0.012)),
             box("ribbon", (wide + 0.064, band, h + 0.012), satin, look.edge(0.012))]  # fmt: skip
    parts += bow_of(satin, dice, h + 0.012, band)
    return group("gift", parts, turn=dice.uniform(0.2, 0.7) * dice.choice([-1, 1]))


def bow_of(satin: Any, dice: random.Random, z: float, band: float) -> list[Any]:
    """Return a bow of two or four loops, two tails and a knot, lying on z."""
    parts, loops, long = [], dice.choice([2, 4]), dice.uniform(0.34, 0.46)
    for k in range(loops):
        line = rounded([(0, 0, 0.03), (long * 0.5, 0, 0.2), (long, 0, 0.27), (long * 1.15, 0, 0.14),
                        (long, 0, 0.04),
                        (long * 0.5, 0, 0.02), (0, 0, 0.02)], 3)  # fmt: skip
        loop = ribbon("loop", line, band, 0.014, satin, (0, 1, 0))
        parts.append(put(loop, (0, 0, z + 0.002 * k), math.tau * k / loops + 0.3))
    for side in (-1, 1):
        line = rounded([(0, 0, 0.05), (0.2, 0, 0.09), (0.36, 0, 0.03), (0.46, 0, 0.05)], 3)
        tail = ribbon("tail", line, band * 0.85, 0.012, satin, (0, 1, 0))
        parts.append(put(tail, (0, 0, z), -math.pi / 2 + side * dice.uniform(0.35, 0.6)))
    parts.append(
        put(blob("knot", (0.075, band * 0.62, 0.07), satin, 2.6, None, (32, 16)), (0, 0, z + 0.06), 0.3)
    )
    return parts
