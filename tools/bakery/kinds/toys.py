"""Kinds to hug: rubber duck, teddy, piggy bank."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Any

import numpy as np
from mathutils import Vector
from shapes import group, put, roughen, rounded, tube

from kinds import prints
from kinds.forms import bend, blob, grown_together, lowest, ring
from kinds.palette import ACCENTS, INKS, against

if TYPE_CHECKING:
    from look import Look


def duck(look: Look, dice: random.Random) -> Any:
    """A rubber duck, plump or slim, its head turned a little."""
    colour, beak = dice.choice([("#f2c12e", "#e8702a"), ("#f2c12e", "#d8472a"),
                                ("#f4e04a", "#e8792b"), ("#7fb8c4", "#f2a83a"),
                                ("#e79ab0", "#f2b53a"), ("#f1ede2", "#e8902b")])  # fmt: skip
    plump, neck, head = dice.uniform(0.92, 1.1), dice.uniform(0.86, 1.0), dice.uniform(0.34, 0.4)
    look_round, tail = dice.uniform(-0.5, 0.5), dice.uniform(0.6, 0.75)
    skin, orange = look.skin("rubber", colour, rough=0.26), look.skin("rubber", beak, rough=0.3)
    body = put(blob("body", (0.66, 0.5 * plump, 0.4), skin, 2.2), (0, 0, 0.4))
    chest = put(blob("chest", (0.4, 0.4 * plump, 0.4), skin), (-0.26, 0, 0.52))
    # The tail: a cone that rises from the back and ends in a soft point.
    back = [(0.1, 0, 0.42), (0.42, 0, 0.5), (0.6, 0, tail), (0.7, 0, tail + 0.16)]
    rump = tube("rump", rounded(back, 3), [0.36, 0.33, 0.27, 0.2, 0.13, 0.05], skin, flat=1.2, sides=24)
    wings = []
    for side in (-1, 1):
        wing = put(blob("wing", (0.34, 0.1, 0.2), skin), (0.14, side * 0.47 * plump, 0.48))
        wing.rotation_euler = (0, -0.25, side * 0.12)
        wings.append(wing)
    skull = put(blob("head", (head, head * 0.96, head * 0.97), skin), (-0.32, 0, neck + 0.14))
    throat = put(blob("throat", (0.27, 0.27, 0.34), skin), (-0.29, 0, 0.8))
    bird = grown_together("duck", [body, chest, rump, *wings, skull, throat], skin, 0.032)
    bend(bird, lambda p: np.stack([p[:, 0], p[:, 1], np.maximum(p[:, 2], 0.03)], -1))
    parts = [bird]
    ahead = group("face", face_of_duck(look, orange, head), (-0.32, 0, neck + 0.14), look_round)
    return group("duck", [*parts, ahead], (0, 0, -0.03), turn=dice.choice([-0.5, 0.4, 0.7, -0.8, 2.4]))


def face_of_duck(look: Look, orange: Any, head: float) -> list[Any]:
    """Return beak and eyes of a duck round the middle of its head, towards -x."""
    upper = blob(
        "beak",
        (0.17, 0.15, 0.045),
        orange,
        2.4,
        lambda p: p + np.stack([0 * p[:, 0], 0 * p[:, 0], 0.9 * p[:, 0] ** 2], -1),
    )
    lower = blob("beak", (0.13, 0.12, 0.04), orange)
    parts = [put(upper, (-head - 0.06, 0, -0.03)), put(lower, (-head - 0.03, 0, -0.075))]
    for side in (-1, 1):
        way = Vector((-0.8, side * 0.52, 0.3)).normalized()
        white = blob("eye", (0.075, 0.075, 0.03), look.skin("plastic", "#f6f3ec"), 2.0, None, (24, 12))
        dark = blob(
            "pupil", (0.045, 0.045, 0.02), look.skin("plastic", "#14110f", rough=0.1), 2.0, None, (20, 10)
        )
        for eye, out in ((white, 0.985), (dark, 1.06)):
            eye.location, eye.rotation_euler = way * head * out, way.to_track_quat("Z", "Y").to_euler()
            parts.append(eye)
    return parts


def teddy(look: Look, dice: random.Random) -> Any:
    """A sitting teddy with a ribbon round its neck."""
    colour, pale = dice.choice([("#a8703a", "#d9b88a"), ("#c9a06a", "#ecd9b8"),
                                ("#7a4f30", "#b98a5a"), ("#d9c4a0", "#f0e4cc"),
                                ("#8f8580", "#c9c0b8"), ("#c98a8a", "#ecd0c8")])  # fmt: skip
    fat, head, ear = dice.uniform(0.9, 1.1), dice.uniform(0.38, 0.44), dice.uniform(0.13, 0.17)
    arm, tilt = dice.uniform(-0.5, 0.4), dice.uniform(-0.18, 0.18)
    fur, muzzle = look.skin("fur", colour), look.skin("fur", pale)
    h = 0.98
    parts = [put(blob("belly", (0.42 * fat, 0.36 * fat, 0.46), fur), (0, 0.02, 0.42))]
    for side in (-1, 1):
        leg = put(blob("leg", (0.18, 0.34, 0.18), fur), (side * 0.34, -0.36, 0.18))
        leg.rotation_euler.z = side * 0.4
        foot = put(blob("foot", (0.19, 0.12, 0.21), fur), (side * 0.47, -0.64, 0.21))
        paw = put(blob("arm", (0.15, 0.15, 0.34), fur), (side * 0.46 * fat, -0.12, 0.56))
        paw.rotation_euler = (0.55 + arm * side, -side * 0.55, 0)
        parts += [leg, foot, paw]
    skull = [put(blob("head", (head, head * 0.92, head * 0.9), fur), (0, 0, h + 0.14))]
    for side in (-1, 1):
        skull.append(
            put(blob("ear", (ear, ear * 0.55, ear), fur), (side * head * 0.78, 0.02, h + 0.14 + head * 0.75))
        )
    bear = grown_together("teddy", [*parts, *skull], fur, 0.034)
    roughen(bear, 0.014, 16.0, dice.uniform(0, 50))
    low = lowest(bear)
    face = group("face", face_of_teddy(look, muzzle, head, ear), (0, 0, h + 0.14))
    soles = [
        put(blob("sole", (0.12, 0.03, 0.13), muzzle), (side * 0.485, -0.745, 0.21), side * 0.25)
        for side in (-1, 1)
    ]
    bow = look.skin("cloth", against(dice, colour, INKS), threads=90)
    scarf = put(ring("ribbon", 0.29, 0.06, bow, 0.8), (0, 0, 0.84))
    knot = [put(blob("knot", (0.05, 0.05, 0.06), bow), (0, -0.35, 0.82))]
    for side in (-1, 1):
        wing = blob(
            "bow",
            (0.15, 0.05, 0.1),
            bow,
            2.4,
            lambda p, s=side: (
                p
                * np.stack(
                    [1 + 0 * p[:, 0], 1 + 0 * p[:, 0], 0.45 + 3.6 * np.maximum(s * p[:, 0] + 0.12, 0.0)], -1
                )
            ),
        )
        knot.append(put(wing, (side * 0.15, -0.35, 0.82)))
    tilted = dice.uniform(-0.5, 0.5) + tilt
    return group("teddy", [bear, face, scarf, *soles, *knot], (0, 0.1, -low), tilted)


def face_of_teddy(look: Look, muzzle: Any, head: float, ear: float) -> list[Any]:
    """Return muzzle, nose, mouth, eyes and inner ears round the middle of a teddy's head, towards -y."""
    black = look.skin("plastic", "#1c1512", rough=0.15)
    snout = roughen(blob("muzzle", (0.19, 0.15, 0.14), muzzle), 0.01, 16.0)
    parts = [
        put(snout, (0, -head * 0.84, -0.1)),
        put(blob("nose", (0.07, 0.04, 0.05), black, 2.4), (0, -head * 0.84 - 0.14, -0.04)),
    ]
    mouth = [(0, -head * 0.84 - 0.15, -0.06), (0, -head * 0.84 - 0.155, -0.13)]
    parts.append(
        tube("mouth", rounded([*mouth, (0.07, -head * 0.84 - 0.125, -0.17)], 2), [0.011], black, sides=10)
    )
    for side in (-1, 1):
        parts.append(put(blob("eye", (0.045, 0.03, 0.045), black), (side * 0.15, -head * 0.83, 0.07)))
        parts.append(
            put(
                blob("inner ear", (ear * 0.62, 0.03, ear * 0.62), muzzle),
                (side * head * 0.78, -ear * 0.42, head * 0.75),
            )
        )
    return parts


def piggy(look: Look, dice: random.Random) -> Any:
    """A piggy bank of glazed china, plain or with painted spots."""
    colour = dice.choice(["#eeb0ad", "#e79a9a", "#f1ece2", "#9fc0c4", "#e8c878", "#c9a0b8"])
    spotted, print_ = dice.random() < 0.4, dice.choice(ACCENTS)
    fat, snout, turn = dice.uniform(0.92, 1.1), dice.uniform(0.15, 0.19), dice.choice([-0.5, 0.45, 0.7, -0.8])
    skin = look.skin("porcelain", colour)
    if spotted:
        prints.spots(skin, print_, 3.4, 0.2)
    body = put(blob("body", (0.72, 0.52 * fat, 0.5 * fat), skin), (0, 0, 0.64))
    limbs = [
        put(blob("leg", (0.14, 0.14, 0.26), skin, 2.8), (x, y * 0.27, 0.2))
        for x in (-0.4, 0.38)
        for y in (-1, 1)
    ]
    cone = put(blob("snout", (0.16, snout * 1.05, snout), skin, 3.0), (-0.76, 0, 0.66))
    ears = []
    for side in (-1, 1):
        lobe = put(
            blob(
                "ear",
                (0.06, 0.13, 0.18),
                skin,
                2.0,
                lambda p: p * np.stack([1 + 0 * p[:, 2], 1 - 2.6 * p[:, 2], 1 + 0 * p[:, 2]], -1),
            ),
            (-0.5, side * 0.3, 1.08),
        )
        lobe.rotation_euler = (-side * 0.5, -0.35, 0)
        ears.append(lobe)
    pig = grown_together("piggy", [body, *limbs, cone, *ears], skin, 0.03)
    bend(pig, lambda p: np.stack([p[:, 0], p[:, 1], np.maximum(p[:, 2], 0.0)], -1))
    dark = look.skin("plastic", "#1d1614", rough=0.15)
    parts = [
        pig,
        put(
            blob("slot", (0.17, 0.022, 0.02), look.skin("rubber", "#120d0c"), 4.0),
            (0.05, 0, 0.64 + 0.5 * fat),
        ),
    ]
    for side in (-1, 1):
        parts.append(put(blob("eye", (0.03, 0.045, 0.045), dark), (-0.63, side * 0.2 * fat, 0.83)))
        parts.append(put(blob("nostril", (0.012, 0.026, 0.042), dark), (-0.918, side * 0.06, 0.66)))
    way = np.linspace(0, 3.4 * math.pi, 60)
    curl = np.stack([0.68 + 0.03 * way / 2, 0.07 * np.sin(way), 0.74 + 0.07 * np.cos(way)], -1)
    parts.append(tube("tail", curl, [0.03, 0.026, 0.012], skin, sides=14))
    return group("piggy", parts, turn=turn)
