"""Cups, pots, vases, glasses, candles: each function builds one and returns its Blender object."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import bpy
import numpy as np
from shapes import Profile, ball, extruded, group, lathe, rounded, sheet, tube

MUG_OUTSIDE: Profile = [
    (0, 0), (0.3, 0), (0.37, 0.0), (0.41, 0.05), (0.425, 0.2), (0.43, 0.6), (0.43, 0.9), (0.43, 0.96),
]  # fmt: skip
MUG_LIP: Profile = [(0.43, 0.96), (0.43, 0.985), (0.412, 1.0), (0.394, 0.985), (0.392, 0.94)]
MUG_INSIDE: Profile = [(0.392, 0.94), (0.388, 0.2), (0.36, 0.08), (0.25, 0.06), (0, 0.06)]


def disc(name: str, radius: float, height: float, material: Any) -> Any:
    """Return a level surface of a drink; "along" runs from 0 in the middle to 1 at the rim."""
    reach = np.linspace(0, 1, 40)
    turns = np.linspace(0, math.tau, 96, endpoint=False)
    climb = 0.012 * np.clip((reach - 0.94) / 0.06, 0, 1) ** 2
    rows = np.stack(
        [
            radius * np.outer(np.cos(turns), reach),
            radius * np.outer(np.sin(turns), reach),
            np.broadcast_to(height + climb, (96, 40)),
        ],
        -1,
    )
    return sheet(name, rows, material, around=True, along=np.tile(reach, (96, 1)))


def ear(
    material: Any, points: Sequence[tuple[float, float]], thick: float = 0.055, flat: float = 1.35
) -> Any:
    """Return a handle through (x, z) points, flared where it meets the body."""
    line = rounded([(x, 0.0, z) for x, z in points], 4)
    radii = [thick * 1.5, thick * 1.05, thick * 0.9, thick * 0.9, thick * 1.05, thick * 1.5]
    return tube("handle", line, radii, material, flat=flat)


def mug_handle(material: Any) -> Any:
    """Return the mug's handle, towards +x."""
    points = [(0.39, 0.78), (0.56, 0.83), (0.76, 0.78), (0.78, 0.5), (0.7, 0.28), (0.52, 0.22),
              (0.39, 0.27)]  # fmt: skip
    return ear(material, points)


def mug(material: Any, filled: Any = None) -> Any:
    """Return a mug with a handle, full of `filled`."""
    profile = [*rounded(MUG_OUTSIDE), *rounded(MUG_LIP), *rounded(MUG_INSIDE)]
    parts = [lathe("mug", profile, material), mug_handle(material)]
    if filled:
        parts.append(disc("coffee", 0.39, 0.87, filled))
    return group("mug", parts)


def teapot(body: Any, knob: Any = None) -> Any:
    """Return a round teapot, spout towards -x, handle towards +x."""
    outside = [(0, 0), (0.36, 0), (0.4, 0.02), (0.4, 0.05), (0.62, 0.2), (0.72, 0.5), (0.62, 0.86),
               (0.42, 1.0), (0.33, 1.03), (0.33, 1.07), (0.3, 1.08), (0.29, 1.0), (0, 1.0)]  # fmt: skip
    lid = [(0, 1.06), (0.29, 1.05), (0.325, 1.06), (0.32, 1.09), (0.22, 1.17), (0.08, 1.21),
           (0, 1.215)]  # fmt: skip
    button = [(0, 1.19), (0.05, 1.2), (0.045, 1.25), (0.1, 1.29), (0.11, 1.35), (0.05, 1.39),
              (0, 1.39)]  # fmt: skip
    line = rounded(
        [(-0.48, 0, 0.36), (-0.78, 0, 0.38), (-0.88, 0, 0.62), (-0.98, 0, 0.88), (-1.14, 0, 0.98)], 4
    )
    spout = tube("spout", line, [0.2, 0.17, 0.125, 0.1, 0.085, 0.085], body, closed=False)
    thick = spout.modifiers.new("thick", "SOLIDIFY")
    thick.thickness = 0.028
    loop = [(0.6, 0.82), (0.8, 0.96), (1.08, 0.9), (1.12, 0.6), (1.02, 0.34), (0.82, 0.24),
            (0.62, 0.3)]  # fmt: skip
    parts = [
        lathe("pot", rounded(outside, 3), body, steps=160),
        lathe("lid", rounded(lid), body),
        lathe("knob", rounded(button), knob or body),
        spout,
        ear(body, loop, 0.06),
    ]
    return group("teapot", parts)


def vase(material: Any, belly: float = 0.58, neck: float = 0.24, height: float = 1.7) -> Any:
    """Return a full-bellied vase with a narrow neck and a turned lip."""
    h = height / 1.7
    outside = [(0, 0), (0.34, 0), (0.38, 0.02), (0.45 * belly / 0.58, 0.25 * h), (belly, 0.62 * h),
               (belly * 0.95, 1.0 * h), (neck * 1.2, 1.3 * h), (neck * 0.93, 1.5 * h),
               (neck * 1.1, 1.64 * h), (neck * 1.36, 1.7 * h)]  # fmt: skip
    lip = [(neck * 1.36, 1.7 * h), (neck * 1.4, 1.712 * h), (neck * 1.3, 1.712 * h)]
    inside = [(neck * 1.3, 1.71 * h), (neck * 0.95, 1.63 * h), (neck * 0.8, 1.5 * h),
              (neck, 1.3 * h), (0, 1.1 * h)]  # fmt: skip
    return lathe("vase", [*rounded(outside), *lip, *rounded(inside)], material, steps=160)


def bowl(material: Any, radius: float = 1.0, depth: float = 0.55) -> Any:
    """Return a wide bowl on a foot ring."""
    r, d = radius, depth
    outside = [(0, 0.02), (0.36 * r, 0.02), (0.38 * r, 0), (0.44 * r, 0), (0.45 * r, 0.06),
               (0.72 * r, 0.16 * d), (0.92 * r, 0.5 * d), (0.99 * r, 0.9 * d), (r, d)]  # fmt: skip
    inside = [(r, d), (r, d + 0.025), (0.975 * r, d + 0.02), (0.95 * r, 0.9 * d),
              (0.87 * r, 0.55 * d), (0.6 * r, 0.25 * d), (0, 0.16)]  # fmt: skip
    return lathe("bowl", [*rounded(outside), *rounded(inside)], material, steps=160)


def plate(material: Any, radius: float = 0.9) -> Any:
    """Return a flat plate with a raised rim."""
    r = radius
    outside = [(0, 0.0), (0.6 * r, 0.0), (0.64 * r, 0.01), (0.9 * r, 0.07), (r, 0.1)]
    inside = [(r, 0.1), (r, 0.125), (0.97 * r, 0.12), (0.68 * r, 0.045), (0.6 * r, 0.035),
              (0, 0.035)]  # fmt: skip
    return lathe("plate", [*rounded(outside), *rounded(inside)], material, steps=160)


def cake_stand(material: Any, radius: float = 1.45, height: float = 0.75) -> Any:
    """Return a footed stand; a cake rests at `height`."""
    r, h = radius, height
    line = [(0, 0), (0.62, 0), (0.66, 0.03), (0.6, 0.08), (0.3, 0.16), (0.15, 0.3), (0.13, 0.42), (0.2, 0.46),
            (0.14, 0.5), (0.2, 0.62), (0.5, h - 0.09), (r - 0.1, h - 0.07), (r - 0.02, h - 0.03)]  # fmt: skip
    top = [(r - 0.02, h - 0.03), (r, h + 0.03), (r - 0.04, h + 0.05), (r - 0.1, h),
           (r - 0.2, h), (0, h)]  # fmt: skip
    return lathe("stand", [*rounded(line), *rounded(top)], material, steps=160)


def wine_glass(material: Any, wine: Any = None) -> Any:
    """Return a tall-stemmed glass, a third full."""
    foot = [(0, 0), (0.36, 0), (0.38, 0.01), (0.36, 0.025), (0.12, 0.07), (0.04, 0.16),
            (0.036, 0.5), (0.04, 0.86), (0.12, 0.98)]  # fmt: skip
    bowl_ = [(0.12, 0.98), (0.34, 1.12), (0.47, 1.4), (0.47, 1.7), (0.38, 2.2)]
    inside = [(0.372, 2.205), (0.36, 2.2), (0.452, 1.7), (0.452, 1.4), (0.33, 1.14),
              (0.12, 1.02), (0, 1.0)]  # fmt: skip
    parts = [lathe("glass", [*rounded(foot), *rounded(bowl_), *rounded(inside)], material, steps=128)]
    if wine:
        # The wine reaches into the glass, so that no film of air shows between them.
        line = [(r + 0.009, z - 0.006) for r, z in rounded(inside)[::-1] if z < 1.56]
        line = [(0, line[0][1]), *line]
        parts.append(lathe("wine", [*line, (0, line[-1][1])], wine, steps=128))
    return group("wine glass", parts)


def wine_bottle(material: Any, label: Any, capsule: Any) -> Any:
    """Return a bottle of wine with a blank label and a foil over its cork."""
    line = [(0, 0.04), (0.3, 0), (0.36, 0.01), (0.38, 0.06), (0.38, 1.7), (0.38, 1.95),
            (0.3, 2.12), (0.15, 2.28), (0.145, 2.95)]  # fmt: skip
    foil = [(0.148, 2.5), (0.151, 2.52), (0.151, 2.84), (0.165, 2.86), (0.165, 2.93),
            (0.15, 2.97), (0, 2.975)]  # fmt: skip
    tag = [(0.3815, 0.55), (0.3835, 0.56), (0.3835, 1.44), (0.3815, 1.45)]
    parts = [
        lathe("bottle", rounded(line), material),
        lathe("foil", rounded(foil, 2), capsule),
        lathe("label", tag, label, start=-math.pi / 2 - 1.15, sweep=2.3, steps=90),
    ]
    return group("wine bottle", parts)


def candle(wax: Any, wick: Any, fire: Any, radius: float = 0.3, height: float = 1.1) -> Any:
    """Return a burning pillar candle: softened rim, melted pool, flame with its own light."""
    r, h = radius, height
    foot = rounded([(0, 0), (r * 0.96, 0)])
    crown = rounded([(r, h), (r * 0.9, h + 0.03), (r * 0.76, h - 0.02),
                     (r * 0.62, h - 0.1), (r * 0.3, h - 0.12), (0, h - 0.12)])  # fmt: skip
    upright = [(r, z) for z in np.linspace(0.03, h - 0.02, 90)]
    runs = [(0.4, 0.55, 0.13), (1.9, 0.8, 0.1), (4.0, 0.42, 0.12), (4.75, 0.72, 0.1),
            (5.6, 0.6, 0.14)]  # fmt: skip

    def uneven(angle: float, z: float) -> float:
        drops = [math.exp(-(((angle - a) / w) ** 2)) * drop(z - h * low) for a, low, w in runs]
        return 1 + 0.012 * math.sin(3 * angle + 4 * z) + 0.055 * max(drops) * (z < h + 0.01)

    body = lathe("candle", np.concatenate([foot, upright, crown]), wax, steps=240, ripple=uneven)
    thread = rounded([(0, 0, h - 0.14), (0, 0, h - 0.02), (0.015, 0, h + 0.05), (0.04, 0, h + 0.08)], 3)
    parts = [body, tube("wick", thread, [0.014, 0.012], wick), flame(fire, h - 0.01)]
    lamp = bpy.data.lights.new("flame", "POINT")
    lamp.energy, lamp.color, lamp.shadow_soft_size = 10.0, (1.0, 0.55, 0.22), 0.06
    shine = bpy.data.objects.new("flame light", lamp)
    bpy.context.collection.objects.link(shine)
    shine.location = (0, 0, h + 0.24)
    return group("candle", [*parts, shine])


def drop(above: float) -> float:
    """Return how thick a run of wax is `above` its lowest point: none below, a bead, then less."""
    bead = 0.55 + 0.45 * math.exp(-max(above, 0) / 0.06)
    return min(1.0, max(0.0, above + 0.04) / 0.04) * bead


def flame(fire: Any, base: float, tall: float = 0.36, wide: float = 0.08) -> Any:
    """Return a teardrop of fire standing on `base`; "along" is its height, 0..1."""
    up = np.linspace(0, 1, 48)
    radius = wide * np.sin(np.pi * up**0.62) * (1 - 0.45 * up)
    turns = np.linspace(0, math.tau, 48, endpoint=False)
    lean = 0.03 * up**2
    x = np.outer(np.cos(turns), radius) + lean
    y = np.outer(np.sin(turns), radius)
    z = np.broadcast_to(base + tall * up, x.shape)
    rows = np.stack([x, y, z], -1)
    fire_object = sheet("flame", rows, fire, around=True, along=np.tile(up, (48, 1)))
    fire_object.visible_shadow = False
    return fire_object


def saucer_holder(material: Any) -> Any:
    """Return a candle's holder: a dish with a finger ring."""
    line = [(0, 0), (0.5, 0), (0.6, 0.03), (0.68, 0.12), (0.7, 0.14), (0.66, 0.13), (0.56, 0.06), (0.3, 0.05),
            (0.36, 0.1), (0.36, 0.2), (0.33, 0.2), (0.33, 0.06), (0, 0.05)]  # fmt: skip
    ring = [(0.64, 0.11), (0.8, 0.3), (0.98, 0.26), (0.98, 0.08), (0.82, 0.02), (0.66, 0.09)]
    parts = [lathe("dish", rounded(line, 2), material), ear(material, ring, 0.03, 1.6)]
    return group("holder", parts)


def knife(blade: Any, handle: Any) -> Any:
    """Return a cake knife lying along x, its tip at +x."""
    edge = [(0, -0.1), (1.2, -0.11), (1.55, -0.04), (1.68, 0.1), (1.5, 0.12), (0, 0.12)]
    grip = rounded([(-0.95, 0, 0), (-0.5, 0.02, 0), (0.05, 0.01, 0)], 3)
    parts = [
        extruded("blade", [tuple(p) for p in rounded(edge, 1)], 0.012, blade, 0.004),
        tube("grip", grip, [0.055, 0.075, 0.06, 0.07, 0.06], handle, flat=0.7),
    ]
    parts[1].location.z = 0.03
    return group("knife", parts)


def coffee_bean(material: Any) -> Any:
    """Return a roasted bean lying on its flat side."""
    bean = ball("bean", 0.07, material, 0.55)
    for vertex in bean.data.vertices:
        x, y, z = vertex.co
        groove = math.exp(-(((y + 0.008 * math.sin(30 * x)) / 0.009) ** 2)) * 0.03 if z > 0.03 else 0
        vertex.co = (x * 1.3, y, z - groove)
    return bean
