"""Kinds that hold or shine: teapot, bottle, candle, tin can."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Any

import cake
import numpy as np
import real
from shapes import group, lathe, put, rounded, tube
from tableware import ear, flame, saucer_holder

from kinds import prints
from kinds.forms import patch
from kinds.palette import ACCENTS, PAPERS
from kinds.pots import decorated, ware

if TYPE_CHECKING:
    from look import Look


def teapot(look: Look, dice: random.Random) -> Any:
    """A teapot: round, tall or squat, its knob a ball, a disc or a spire."""
    h, r = dice.choice([(0.8, 0.62), (1.05, 0.55), (0.62, 0.7)])
    h, r = 0.92 * h * dice.uniform(0.94, 1.06), 0.9 * r * dice.uniform(0.94, 1.06)
    mouth, form, knob = r * dice.uniform(0.45, 0.6), dice.uniform(0.4, 0.6), dice.randrange(3)
    lift, turn = dice.uniform(0.95, 1.1), dice.uniform(-0.4, 0.4)
    outside = [(0, 0), (r * 0.55, 0), (r * 0.6, 0.03), (r * 0.6, 0.05), (r * 0.95, 0.25 * h), (r, form * h),
               (r * 0.88, 0.82 * h), (mouth * 1.1, 0.97 * h), (mouth, h), (0, h)]  # fmt: skip
    skin, painted = ware(look, dice, h, rimmed=False)
    pot = decorated(lathe("pot", rounded(outside), skin, steps=96), painted, 0.05, h * 0.9, dice)
    lid = [(0, h - 0.02), (mouth * 1.08, h - 0.02), (mouth * 1.1, h + 0.02), (mouth * 0.75, h + 0.1),
           (mouth * 0.25, h + 0.14), (0, h + 0.145)]  # fmt: skip
    t = h + 0.12
    top = [[(0, t), (0.05, t), (0.05, t + 0.05), (0.1, t + 0.1), (0.09, t + 0.18), (0, t + 0.2)],
           [(0, t), (0.04, t), (0.04, t + 0.07), (0.14, t + 0.08), (0.14, t + 0.12), (0, t + 0.14)],
           [(0, t), (0.08, t), (0.09, t + 0.05), (0.03, t + 0.13), (0.05, t + 0.18), (0, t + 0.24)],
           ][knob]  # fmt: skip
    line = rounded([(-r * 0.7, 0, 0.35 * h), (-r * 1.12, 0, 0.38 * h), (-r * 1.28, 0, 0.68 * h),
                    (-r * 1.42, 0, lift * h), (-r * 1.6, 0, lift * h + 0.06)], 3)  # fmt: skip
    spout = tube("spout", line, [0.2, 0.17, 0.125, 0.1, 0.075, 0.07], skin, sides=32)
    tip, ahead = line[-1], (line[-1] - line[-2]) / np.linalg.norm(line[-1] - line[-2])
    patch(
        spout,
        cake.ganache("#140d09", 0.6),
        lambda x, y, z: np.stack([x, y, z], -1) @ ahead > tip @ ahead - 0.003,
    )
    loop = [(r * 0.86, 0.84 * h), (r * 1.15, 0.98 * h), (r * 1.62, 0.86 * h), (r * 1.6, 0.45 * h),
            (r * 1.2, 0.24 * h), (r * 0.9, 0.3 * h)]  # fmt: skip
    parts = [pot, lathe("lid", rounded(lid), skin, steps=80), lathe("knob", rounded(top), skin, steps=48)]
    return group("teapot", [*parts, spout, ear(skin, loop, 0.055)], turn=turn)


BOTTLES = ["#16240f", "#2b1708", "#14202c", "#2a0d14"]


def bottle(look: Look, dice: random.Random) -> Any:
    """A bottle with a paper label: high-shouldered, sloping, squat or a long-necked flask."""
    r, h = dice.uniform(0.3, 0.4), dice.uniform(1.8, 2.15)
    form, colour, cork = dice.randrange(4), dice.choice(BOTTLES), dice.random() < 0.4
    ground, ink = dice.choice(["#efe6d2", "#e2d2b0", "#f4f0e6", "#2a2622"]), dice.choice(ACCENTS)
    foil, low, wide = (
        dice.choice(["#5a1420", "#c9a34a", "#26303a", "#8c2f1e"]),
        dice.uniform(0.2, 0.3),
        dice.uniform(0.9, 1.2),
    )
    if form >= 2:
        h, r = h * 0.78, r * 1.25
    n, neck = 0.125, h * 0.97
    curve = [[(r, 0.62 * h), (r, 0.68 * h), (r * 0.75, 0.74 * h), (n, 0.78 * h)],
             [(r, 0.42 * h), (r * 0.9, 0.58 * h), (r * 0.5, 0.72 * h), (n, 0.84 * h)],
             [(r, 0.5 * h), (r * 1.0, 0.6 * h), (r * 0.8, 0.68 * h), (n, 0.72 * h)],
             [(r * 1.05, 0.3 * h), (r * 0.9, 0.5 * h), (n * 1.6, 0.62 * h), (n, 0.7 * h)]][form]  # fmt: skip
    side = [(r, z) for z in np.linspace(0.08, curve[0][1], 24)]
    crown = [(n, neck - 0.14), (n, neck - 0.13), (n * 1.18, neck - 0.12), (n * 1.18, neck - 0.03), (n, neck)]
    line = [
        *rounded([(0, 0), (r * 0.9, 0), (r, 0.03), (r, 0.08)], 2),
        *side[1:-1],
        *rounded([*curve, *crown, (0, neck)], 3),
    ]
    body = lathe("bottle", line, look.skin("glass", colour), steps=96)
    top = (0.56 if form < 2 else 0.46) * h

    def front(x: np.ndarray, y: np.ndarray) -> Any:
        return np.abs(np.arctan2(x, -y)) < wide

    paper = prints.seal(look.skin("paper", ground), ink, low * h * 0.3 + top * 0.5, dice.uniform(0.1, 0.15))
    patch(body, paper, lambda x, y, z: front(x, y) & (z > low * h * 0.6) & (z < top))
    for at in (low * h * 0.6 + 0.08, top - 0.1):
        patch(body, look.skin("paper", ink), lambda x, y, z, at=at: front(x, y) & (abs(z - at) < 0.035))
    if cork:
        plug = [(0, neck - 0.02), (n * 0.8, neck - 0.02), (n * 0.85, neck + 0.1), (0, neck + 0.1)]
        return group(
            "bottle", [body, lathe("cork", rounded(plug, 2), look.skin("bread", "#b98d5c"), steps=48)]
        )
    patch(body, look.skin("metal", foil, rough=0.35), lambda x, y, z: z > h * 0.86)
    return group("bottle", [body])


def candle(look: Look, dice: random.Random) -> Any:
    """A candle: plain, twisted, fluted or running, on a brass dish or not, lit or not."""
    r, h = dice.uniform(0.24, 0.36), dice.uniform(0.9, 1.5)
    form, colour = (
        dice.randrange(4),
        dice.choice(["#f4e9d2", "#d9b27a", "#b8483c", "#6f8a78", "#f0d9d2", "#46536e"]),
    )
    dish, lit, count = dice.random() < 0.5, dice.random() < 0.6, dice.choice([6, 8, 12])
    drops = [(dice.uniform(0, math.tau), dice.uniform(0.35, 0.85), dice.uniform(0.1, 0.15)) for _ in range(6)]
    twist, metal = dice.choice([-3.5, 3.5]), dice.choice(["#c9974a", "#b87348", "#a8a49c"])

    def ripple(angle: float, z: float) -> float:
        if form == 1:
            return 1 + 0.1 * math.cos(4 * (angle + twist * z))
        if form == 2:
            return 1 - 0.09 * abs(math.sin(count * angle / 2))
        if form == 3:
            runs = [math.exp(-((((angle - a + math.pi) % math.tau - math.pi) / w) ** 2)) * (z > h * (1 - low))
                    for a, low, w in drops]  # fmt: skip
            return 1 + 0.09 * max(runs) + 0.01 * math.sin(3 * angle + 5 * z)
        return 1 + 0.008 * math.sin(2 * angle + 3 * z)

    crown = [
        (r, h - 0.04),
        (r, h),
        (r * 0.9, h + 0.02),
        (r * 0.75, h - 0.02),
        (r * 0.4, h - 0.07),
        (0, h - 0.07),
    ]
    line = [(0, 0), (r * 0.97, 0), *[(r, z) for z in np.linspace(0.02, h - 0.05, 60)], *rounded(crown, 3)]
    wax = lathe("candle", line, look.skin("wax", colour), steps=120, ripple=ripple)
    thread = rounded([(0, 0, h - 0.1), (0, 0, h), (0.015, 0, h + 0.07), (0.04, 0, h + 0.1)], 3)
    wick = tube("wick", thread, [0.014, 0.012], cake.ganache("#120c08", 0.8), sides=12)
    wick["keep"] = True
    parts = [wax, wick]
    if lit:
        fire = flame(real.flame(), h + 0.02)
        fire["keep"] = True
        parts.append(fire)
    if not dish:
        return group("candle", parts)
    lifted = put(group("candle on dish", parts), (0, 0, 0.05))
    holder = put(
        saucer_holder(look.skin("metal", metal)), (0, 0, 0), dice.uniform(-0.8, 0.2), max(1.0, r / 0.3)
    )
    return group("candle", [lifted, holder])


def tin(look: Look, dice: random.Random) -> Any:
    """A tin can: ribbed metal under a printed paper label."""
    r, h = dice.uniform(0.38, 0.5), dice.uniform(0.75, 1.25)
    ground, ink, second = dice.sample(PAPERS, 3)
    style, count = dice.randrange(3), dice.randint(3, 6)
    low, high = h * 0.1, h * 0.9
    ribs = [(r - (0.012 if 0.3 < z / h < 0.7 and k % 4 < 2 else 0.0), z)
            for k, z in enumerate(np.linspace(0.06, h - 0.06, 72))]  # fmt: skip
    line = [(0, 0.02), (r * 0.9, 0.02), (r * 0.93, 0), (r + 0.015, 0.0), (r + 0.02, 0.02),
            (r + 0.015, 0.04), *ribs,
            (r + 0.015, h - 0.04), (r + 0.02, h - 0.02), (r + 0.015, h), (r * 0.95, h), (r * 0.92, h - 0.03),
            (r * 0.7, h - 0.035), (r * 0.68, h - 0.025), (0, h - 0.025)]  # fmt: skip
    can = lathe("tin", line, look.skin("metal", "#b9b6b0", rough=0.3), steps=96)
    label = look.skin("paper", ground, rough=0.45)
    if style == 0:
        label = prints.stripes(label, ink, 2 * count)
    if style == 1:
        label = prints.dots(label, ink, 3 * count, 0.2, 0.28)
    patch(can, label, lambda x, y, z: (np.hypot(x, y) > r * 0.96) & (z > low) & (z < high))
    belt = (0.38, 0.62) if style < 2 else (0.55, 0.9)
    patch(can, look.skin("paper", second, rough=0.45),
          lambda x, y, z: (np.hypot(x, y) > r * 0.96) & (z > belt[0] * h) & (z < belt[1] * h))  # fmt: skip
    patch(can, look.skin("paper", ink, rough=0.45),
          lambda x, y, z: (np.hypot(x, y) > r * 0.96) & (abs(z - belt[0] * h) < 0.02))  # fmt: skip
    return group("tin", [can])
