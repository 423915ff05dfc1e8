"""Kinds with works inside: alarm clock, camera."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Any

import numpy as np
from shapes import ball, group, lathe, put, rounded, tube

from kinds.forms import box, patch
from kinds.palette import BRIGHTS

if TYPE_CHECKING:
    from look import Look


BELL = [(0, 0), (0.24, 0), (0.25, 0.03), (0.2, 0.14), (0.08, 0.19), (0.04, 0.2), (0.03, 0.25), (0, 0.26)]


def clock(look: Look, dice: random.Random) -> Any:
    """An alarm clock with two bells, its hands at some time."""
    r, deep = dice.uniform(0.55, 0.65), dice.uniform(0.3, 0.42)
    colour, face = (
        dice.choice([*BRIGHTS, "#2f4438", "#3a3431", "#9fb4ad"]),
        dice.choice(["#f6f1e4", "#f4efe6", "#24211f"]),
    )
    metal = look.skin("metal", dice.choice(["#d0a350", "#b9b6b0", "#b87348"]), rough=0.2)
    bells, hour, minute = dice.random() < 0.75, dice.uniform(0, math.tau), dice.uniform(0, math.tau)
    ink = look.skin("plastic", "#1d1a18" if face != "#24211f" else "#f1e9d6", rough=0.4)
    case = [(0, 0), (r * 0.85, 0), (r * 0.98, 0.04), (r, 0.1), (r, deep - 0.06),
            (r * 1.03, deep - 0.03), (r * 1.03, deep),
            (r * 0.96, deep + 0.02), (r * 0.9, deep - 0.02), (r * 0.88, deep - 0.045)]  # fmt: skip
    line = [*rounded(case, 2), (r * 0.6, deep - 0.045), (r * 0.3, deep - 0.045), (0, deep - 0.045)]
    body = lathe("clock", line, look.skin("plastic", colour, rough=0.2), steps=96)
    patch(
        body,
        look.skin("paper", face, rough=0.5),
        lambda x, y, z: (z > deep - 0.05) & (np.hypot(x, y) < r * 0.88),
    )
    patch(body, metal, lambda x, y, z: (z > deep - 0.045) & (np.hypot(x, y) > r * 0.885))
    parts = [dial_of(body, r, deep, (ink, metal), (hour, minute))]
    for side in (-1, 1):
        leg = rounded([(side * r * 0.45, 0, 0.4), (side * r * 0.62, 0, 0.2), (side * r * 0.72, 0, 0.03)], 2)
        parts += [
            tube("leg", leg, [0.04, 0.035], metal, sides=16),
            put(ball("foot", 0.05, metal), (side * r * 0.72, 0, 0)),
        ]
        if bells:
            bell = put(
                lathe("bell", rounded(BELL, 3), metal, steps=56), (side * r * 0.58, 0, 2 * r * 0.93 + 0.1)
            )
            bell.rotation_euler = (0, side * 0.55, 0)
            parts.append(bell)
    arch = 0.26 if bells else 0.18
    foot, top = 2 * r + 0.04, 2 * r + 0.14 + arch
    loop = rounded([(-r * 0.3, 0, foot), (-r * 0.3, 0, top), (r * 0.3, 0, top), (r * 0.3, 0, foot)], 3)
    parts.append(tube("handle", loop, [0.03], metal, sides=16))
    return group("clock", parts, turn=dice.uniform(-0.55, 0.55))


def dial_of(body: Any, r: float, deep: float, skins: tuple[Any, Any], hands: tuple[float, float]) -> Any:
    """Return a clock's case stood upright, with ticks, a hub and its (hour, minute) hands."""
    (ink, metal), (hour, minute) = skins, hands
    front = [body]
    z = deep - 0.043
    for k in range(12):
        a, big = math.tau * k / 12, k % 3 == 0
        tick = box("tick", (0.035 if big else 0.02, 0.12 if big else 0.07, 0.012), ink, 0.004, 1)
        front.append(put(tick, (r * 0.74 * math.sin(a), r * 0.74 * math.cos(a), z - 0.004), -a))
    for a, long, wide in ((hour, r * 0.42, 0.045), (minute, r * 0.62, 0.03)):
        hand = box("hand", (wide, long, 0.014), ink, 0.005, 1)
        front.append(put(hand, (0.45 * long * math.sin(a), 0.45 * long * math.cos(a), z + 0.006), -a))
    front.append(
        put(
            lathe("hub", rounded([(0, 0), (0.05, 0), (0.045, 0.03), (0, 0.035)], 2), metal, steps=32),
            (0, 0, z),
        )
    )
    dial = group("dial", front)
    dial.rotation_euler = (math.pi / 2, 0, 0)
    dial.location = (0, deep / 2, r + 0.14)
    return dial


def camera(look: Look, dice: random.Random) -> Any:
    """A film camera: a leather-covered body, a lens with rings, knobs and a finder."""
    wide, tall, deep = dice.uniform(1.25, 1.5), dice.uniform(0.72, 0.85), dice.uniform(0.36, 0.45)
    hide, silver = dice.choice(["#2a2625", "#2a2625", "#6b3a20", "#7a1f24", "#2f4438"]), dice.random() < 0.6
    metal = look.skin("metal", "#c4c0b8" if silver else "#2b2a2b", rough=0.3)
    skin, black = look.skin("leather", hide), look.skin("plastic", "#161414", rough=0.3)
    lens, at, hump = dice.uniform(0.26, 0.33), dice.uniform(-0.12, 0.05), dice.random() < 0.5
    soft = look.edge(0.06)
    parts = [
        box("body", (wide, deep, tall), metal, soft, 5),
        put(box("hide", (wide + 0.012, deep + 0.012, tall * 0.56), skin, soft, 5), (0, 0, tall * 0.16)),
    ]
    if hump:
        parts.append(
            put(box("finder", (0.46, deep * 0.9, 0.24), metal, look.edge(0.07), 4), (at, 0, tall - 0.04))
        )
    window = put(box("window", (0.2, 0.03, 0.12), black, 0.01), (wide * 0.28, -deep / 2 - 0.004, tall * 0.79))
    parts += [
        window,
        put(
            box("flash", (0.16, 0.03, 0.1), look.skin("plastic", "#e6e2d6", rough=0.2), 0.01),
            (-wide * 0.33, -deep / 2 - 0.004, tall * 0.8),
        ),
    ]
    for x, size, high in ((wide * 0.36, 0.12, 0.1), (wide * 0.2, 0.06, 0.08), (-wide * 0.36, 0.11, 0.08)):
        knob = lathe("knob", [(0, 0), (size, 0), (size, high * 0.8), (size * 0.92, high),
                              (0, high)], metal, steps=64,
                     ripple=lambda a, _: 1 + 0.02 * math.cos(24 * a))  # fmt: skip
        parts.append(put(knob, (x, 0, tall - 0.005)))
    long = dice.uniform(0.3, 0.5)
    tiers = [
        (0, 0),
        (lens * 1.1, 0),
        (lens * 1.1, 0.07),
        (lens, 0.08),
        (lens, long * 0.5),
        (lens * 1.04, long * 0.52),
        (lens * 1.04, long * 0.72),
        (lens * 0.95, long * 0.74),
        (lens * 0.95, long),
        (lens * 0.86, long),
        (lens * 0.8, long - 0.06),
        (lens * 0.62, long - 0.08),
    ]
    barrel = lathe("lens", [*tiers, (lens * 0.6, long - 0.08), (lens * 0.4, long - 0.06),
                            (lens * 0.2, long - 0.046), (0, long - 0.04)], black, steps=96,
                   ripple=lambda a,
                   z: 1 + 0.012 * math.cos(36 * a) * (long * 0.51 < z < long * 0.73))  # fmt: skip
    patch(barrel, metal, lambda x, y, z: (z < long * 0.3) & (z > 0.03))
    patch(
        barrel,
        look.skin("glass", "#141420"),
        lambda x, y, z: (np.hypot(x, y) < lens * 0.61) & (z > long * 0.5),
    )
    barrel.rotation_euler = (math.pi / 2, 0, 0)
    barrel.location = (at, -deep / 2 + 0.01, tall * 0.45)
    return group("camera", [*parts, barrel], turn=dice.uniform(-0.6, 0.6))
