"""Kinds one wears: hat, shoe."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Any

import numpy as np
from shapes import Points, group, lathe, put, rounded, sheet

from kinds import prints
from kinds.forms import bend, patch, ribbon, slab
from kinds.palette import BRIGHTS, LEATHERS, against

if TYPE_CHECKING:
    from look import Look


def hat(look: Look, dice: random.Random) -> Any:
    """A hat: straw with a ribbon, felt with a pinched crown, bowler or topper."""
    form = dice.randrange(4)
    r, brim, tall = [(0.42, 0.46, 0.36), (0.42, 0.28, 0.46), (0.44, 0.2, 0.44), (0.4, 0.22, 0.75)][form]
    r, brim, tall = (size * dice.uniform(0.93, 1.08) for size in (r, brim, tall))
    felt = dice.choice(["#3a3431", "#6b4a33", "#4a5546", "#8a7a66", "#2b3444", "#7a3030"])
    straw = dice.choice(["#d9b878", "#e6cf9a", "#c49a5c"])
    ribbons = ["#7a1f24", "#22201e", "#2f4a5c", "#c9a34a", "#3f5c3a", "#e2d6bd"]
    band = against(dice, felt if form else straw, ribbons)
    curl, pinch, ruffle = dice.uniform(0.5, 1.0), dice.uniform(0.08, 0.16), dice.uniform(0.0, 0.05)
    stuff = (
        prints.plaited(look.skin("cloth", straw, threads=60))
        if form == 0
        else look.skin("paper", felt, rough=0.95)
    )
    top = [[(r * 0.97, 0.5 * tall), (r * 0.86, 0.9 * tall), (r * 0.5, tall), (0, tall)],
           [(r * 0.92, 0.5 * tall), (r * 0.84, 0.9 * tall), (r * 0.72, tall), (0, tall)],
           [(r, 0.4 * tall), (r * 0.94, 0.75 * tall), (r * 0.6, tall), (0, tall)],
           [(r * 0.93, 0.4 * tall), (r, 0.97 * tall), (r * 0.96, tall), (0, tall)]][form]  # fmt: skip
    out = r + brim
    flat = [(r + brim * k, 0.03) for k in (0.9, 0.7, 0.5, 0.3, 0.12)]
    crown = rounded([flat[-1], (r + 0.01, 0.04), (r, 0.1), *top], 3)
    under = [
        (0, 0),
        *[(x, 0.0) for x in np.linspace(0.1, out - 0.02, 16)],
        (out, 0.003),
        (out + 0.004, 0.015),
        (out, 0.03),
    ]
    body = lathe("hat", [*under, *flat[:-1], *crown], stuff, steps=96)

    def shaped(points: np.ndarray) -> np.ndarray:
        x, y, z = points.T
        far, turn = np.hypot(x, y), np.arctan2(y, x)
        edge = np.clip((far - r) / brim, 0, 1.05) * (z < 0.06)
        lift = {0: ruffle * np.sin(5 * turn), 1: 0.12 * curl * np.cos(turn) ** 2,
        2: 0.16 * curl * np.cos(turn) ** 2,
                3: 0.12 * curl * np.cos(turn) ** 2}[form]  # fmt: skip
        z = z + np.maximum(lift * edge**2, -0.02 * edge) + 0.0
        high = np.clip((z / tall - 0.45) / 0.55, 0, 1) * (z > 0.06)
        if form == 1:
            z = z - pinch * np.exp(-((x / 0.1) ** 2)) * high * (np.abs(y) < r)
            pinched = 1 - 0.28 * high * np.exp(-(((y + r * 0.7) / (0.4 * r)) ** 2))
            x = x * pinched
        return np.stack([x, y * (1.12 if form else 1.0), z - z.min()], -1)

    bend(body, shaped)
    parts = [body, bend(hat_band(look, r, top, band), lambda p: p * [1, 1.12 if form else 1.0, 1])]
    return group("hat", parts, turn=dice.uniform(-0.9, 0.9))


def hat_band(look: Look, r: float, top: Points, colour: str) -> Any:
    """Return the ribbon round the foot of a crown."""
    line = rounded([(r, 0.1), *top], 3)
    heights = np.linspace(0.075, 0.19, 8)
    at = np.interp(heights, line[:, 1], line[:, 0])
    section = [*zip(at + 0.018, heights, strict=True), *zip(at[::-1] - 0.03, heights[::-1], strict=True)]
    return lathe("band", [*section, section[0]], look.skin("cloth", colour, threads=110), steps=96)


def shoe(look: Look, dice: random.Random) -> Any:
    """A shoe: a canvas sneaker, a leather lace-up or an ankle boot."""
    form = dice.randrange(3)
    long, wide = dice.uniform(1.45, 1.6), dice.uniform(0.25, 0.29)
    colour = dice.choice(LEATHERS if form else [*BRIGHTS, "#3a3431", "#46557a"])
    ankle = [0.52, 0.5, 0.92][form] * dice.uniform(0.95, 1.06)
    skin = look.skin("cloth", colour, threads=80) if form == 0 else look.skin("leather", colour)
    rubber = look.skin("rubber", "#f1ece0" if form == 0 else dice.choice(["#2a211c", "#5a3f2a"]))
    low, lift = (0.13, 0.0) if form == 0 else (0.09, 0.1)
    upper = shoe_upper(long, wide, ankle, low, skin)
    dark = look.skin("cloth", "#3a2c22")
    opening = (0.06 * long, (0.36 if form < 2 else 0.34) * long)
    patch(
        upper,
        dark,
        lambda x, y, z: (
            (x > opening[0])
            & (x < opening[1])
            & (z > ankle * 0.5)
            & (np.abs(y) < wide * 0.52)
            & lowered(upper)
        ),
    )
    if form == 0:
        patch(upper, look.skin("rubber", "#f1ece0"), lambda x, y, z: x > 0.8 * long)
    parts = [upper, *sole(long, wide, low, lift, rubber, look)]
    laces = look.skin("cloth", "#f1ece0" if form == 0 else "#2a211c", threads=120)
    for k in range(4 if form < 2 else 6):
        x = (0.43 + 0.055 * k) * long if form < 2 else (0.37 + 0.05 * k) * long
        parts.append(lace(upper, x, wide * 0.52, laces))
    whole = group("pair", parts, (-long / 2, 0, lift))
    return group("shoe", [whole], turn=dice.choice([0.35, -0.4, math.pi - 0.4, math.pi + 0.5]))


def shoe_upper(long: float, wide: float, ankle: float, low: float, skin: Any) -> Any:
    """Return the upper of a shoe from heel (x = 0) to toe (x = long), sunk where the foot goes in."""
    stations = [0.0, 0.015, 0.06, 0.16, 0.3, 0.38, 0.48, 0.62, 0.75, 0.86, 0.95, 0.99, 1.0]
    widths = [0.02, 0.5, 0.78, 0.86, 0.8, 0.8, 0.88, 1.02, 1.03, 0.9, 0.62, 0.32, 0.02]
    high = [0.75, 0.9, 1.0, 0.99, 0.95, 0.9, 0.62 / ankle * 0.72 + 0.1, 0.4 / ankle * 0.9, 0.3 / ankle,
            0.25 / ankle, 0.2 / ankle,
            0.13 / ankle, 0.06 / ankle]  # fmt: skip
    at = np.concatenate([np.linspace(0, 0.1, 12), np.linspace(0.11, 0.9, 52), np.linspace(0.91, 1, 16)])
    turns = np.linspace(0, math.tau, 65)
    rows = []
    for t in at:
        w = wide * float(np.interp(t, stations, widths))
        top = low + (ankle - low) * float(np.interp(t, stations, high))
        y, z = np.cos(turns), np.sin(turns)
        # Boxy where the foot goes in, so that the walls of the opening stand; round over the toes.
        square = float(np.interp(t, [0.36, 0.5], [1.0, 0.0]))
        y = np.sign(y) * np.abs(y) ** (0.75 - 0.35 * square) * w
        narrow = 1 - 0.24 * np.clip(z, 0, 1) * square
        height = np.where(
            z > 0, low + (top - low) * np.abs(z) ** (0.8 - 0.4 * square), low - 0.04 * np.abs(z)
        )
        hole = np.clip((np.minimum(t - 0.045, 0.37 - t)) / 0.035, 0, 1)
        inside = np.clip((0.66 * w - np.abs(y * narrow)) / (0.1 * wide), 0, 1) * (z > 0.3)
        height = height - (top - low) * 0.55 * hole * inside
        rows.append(np.stack([np.full(65, t * long), y * narrow, height], -1))
    rows = [np.tile(rows[0].mean(0), (65, 1)), *rows, np.tile(rows[-1].mean(0), (65, 1))]
    body = np.stack(rows)
    body[:, -1] = body[:, 0]
    return sheet("upper", body, skin)


def lowered(upper: Any) -> np.ndarray:
    """Return for each face of an upper whether it looks up or inwards: the lining."""
    normals = np.empty(len(upper.data.polygons) * 3)
    middles = np.empty(len(upper.data.polygons) * 3)
    upper.data.polygons.foreach_get("normal", normals)
    upper.data.polygons.foreach_get("center", middles)
    n, m = normals.reshape(-1, 3), middles.reshape(-1, 3)
    return (n[:, 2] > 0.75) | (n[:, 1] * m[:, 1] < -0.01)


def sole(long: float, wide: float, low: float, lift: float, rubber: Any, look: Look) -> list[Any]:
    """Return the sole of a shoe, and a heel where it is lifted."""
    t = np.linspace(0, 1, 40)
    half = wide * np.interp(
        t,
        [0, 0.02, 0.08, 0.2, 0.4, 0.65, 0.8, 0.92, 0.98, 1],
        [0.2, 0.55, 0.8, 0.92, 0.85, 1.08, 1.04, 0.78, 0.45, 0.15],
    )
    right = rounded(np.stack([t * long * 1.02 - 0.01 * long, half], -1), 1)
    outline = [*right, *[(x, -y) for x, y in right[::-1]]]
    body = slab("sole", outline, 0.0, low, rubber, min(look.edge(0.02), 0.4 * low))
    if not lift:
        return [body]
    back = [(x, y) for x, y in outline if x < 0.27 * long]
    back = sorted([p for p in back if p[1] >= 0]) + sorted([p for p in back if p[1] < 0], reverse=True)
    return [
        put(body, (0, 0, 0)),
        slab("heel", [(x * 0.97, y * 0.97) for x, y in back], -lift, 0.02, rubber, 0.01),
    ]


def lace(upper: Any, x: float, half: float, skin: Any) -> Any:
    """Return a lace across the instep at x, lying on the upper."""
    points = np.empty(len(upper.data.vertices) * 3)
    upper.data.vertices.foreach_get("co", points)
    near = points.reshape(-1, 3)
    near = near[np.abs(near[:, 0] - x) < 0.03]
    across = np.linspace(-half, half, 13)
    line = []
    for y in across:
        close = near[np.abs(near[:, 1] - y) < 0.045]
        line.append((x + 0.02 * y / half, y, float(close[:, 2].max()) + 0.004))
    return ribbon("lace", rounded(line, 1), 0.035, 0.022, skin, (1, 0, 0.4))
