"""Kinds that roll: ball, dice."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Any

import bmesh
import bpy
import numpy as np
from mathutils import Vector
from shapes import ball as round_body
from shapes import group, lathe, put, tidy, tube

from kinds.forms import bend, blob, box, patch, ring
from kinds.palette import ACCENTS, BRIGHTS

if TYPE_CHECKING:
    from look import Look


def ball(look: Look, dice: random.Random) -> Any:
    """A ball: for the beach, football, basketball or bowling."""
    form, r = dice.randrange(4), dice.uniform(0.6, 0.75)
    colours, dark = (
        dice.sample(BRIGHTS, 3),
        dice.choice(["#22304a", "#5a1f2a", "#1f3a34", "#2a2430", "#7a2a1f"]),
    )
    tip, turn = dice.uniform(0.4, 1.0), dice.uniform(0, 6)
    if form == 0:
        parts = [beach_ball(look, r, colours)]
    elif form == 1:
        parts = [football(look, r, dice.choice(["#22201f", *ACCENTS]))]
    elif form == 2:
        parts = basketball(look, r)
    else:
        body = put(round_body("ball", r, look.skin("plastic", dark, rough=0.1)), (0, 0, -r))
        parts = [body]
        for x, y in ((0.0, 0.0), (0.16, 0.02), (0.08, 0.15)):
            hole = lathe(
                "hole",
                [(0, -0.02), (0.055, -0.02), (0.055, 0.004), (0, 0.004)],
                look.skin("rubber", "#0c0a0a"),
                steps=32,
            )
            way = Vector((x * 1.3, y * 1.3, 1)).normalized()
            hole.location, hole.rotation_euler = way * r * 0.999, way.to_track_quat("Z", "Y").to_euler()
            hole["keep"] = True
            parts.append(hole)
    rolled = group("rolled", parts)
    rolled.rotation_euler = (tip, 0.25 * tip, turn if form != 3 else -0.3)
    rolled.location.z = r
    return group("ball", [rolled])


def beach_ball(look: Look, r: float, colours: list[str]) -> Any:
    """Return a ball of six coloured gores with white caps, round the origin."""
    body = put(round_body("ball", r, look.skin("plastic", "#f4f1ea", rough=0.28)), (0, 0, 0))
    bend(
        body,
        lambda p: (p - [0, 0, r]) * (1 + 0.008 * np.abs(np.sin(3 * np.arctan2(p[:, 1], p[:, 0]))))[:, None],
    )
    for k, colour in enumerate(colours):
        skin = look.skin("plastic", colour, rough=0.28)

        def gore(x: np.ndarray, y: np.ndarray, z: np.ndarray, k: int = k) -> Any:
            sector = np.floor((np.arctan2(y, x) / math.tau % 1.0) * 6).astype(int)
            return (sector == 2 * k) & (np.hypot(x, y) > 0.2 * r)

        patch(body, skin, gore)
    return body


def football(look: Look, r: float, colour: str) -> Any:
    """Return a ball sewn of twelve pentagons and twenty hexagons, round the origin."""
    work = bmesh.new()
    bmesh.ops.create_icosphere(work, subdivisions=1, radius=1.0)
    bmesh.ops.bevel(
        work, geom=work.verts, offset=100 / 3, offset_type="PERCENT", segments=1, affect="VERTICES"
    )
    for face in work.faces:
        face.material_index = int(len(face.verts) == 5)
    bmesh.ops.inset_individual(work, faces=list(work.faces), thickness=0.03, depth=0.0)
    panels = [face for face in work.faces if len(face.verts) > 4]
    bmesh.ops.poke(work, faces=panels)
    bmesh.ops.subdivide_edges(work, edges=list(work.edges), cuts=3, use_grid_fill=True)
    for vert in work.verts:
        vert.co = vert.co.normalized() * r
    bmesh.ops.triangulate(work, faces=[f for f in work.faces if len(f.verts) > 4])
    mesh = bpy.data.meshes.new("ball")
    work.to_mesh(mesh)
    work.free()
    tidy(mesh)
    for stuff in (look.skin("leather", "#f1ede4", rough=0.35), look.skin("leather", colour, rough=0.35)):
        mesh.materials.append(stuff)
    thing = bpy.data.objects.new("ball", mesh)
    bpy.context.collection.objects.link(thing)
    return thing


def basketball(look: Look, r: float) -> list[Any]:
    """Return an orange ball with black grooves, round the origin."""
    body = put(round_body("ball", r, look.skin("rubber", "#c9622a", rough=0.5)), (0, 0, -r))
    black, parts = look.skin("rubber", "#1d1715"), [body]
    for turn in ((0, 0, 0), (math.pi / 2, 0, 0)):
        groove = ring("groove", r, 0.014, black)
        groove.rotation_euler = turn
        parts.append(groove)
    for side in (-1, 1):
        way = np.linspace(0, math.tau, 96)
        bowed = np.stack(
            [np.full(96, 0.62 * side) + side * 0.14 * np.cos(2 * way), np.cos(way) * 0.8, np.sin(way) * 0.8],
            -1,
        )
        bowed /= np.linalg.norm(bowed, axis=1, keepdims=True)
        line = bowed * r
        line[-1] = line[0] + (line[0] - line[1]) * -0.02
        parts.append(tube("groove", line, [0.014], black, sides=12))
    return parts


PIPS = {1: [(0, 0)], 2: [(-1, -1), (1, 1)], 3: [(-1, -1), (0, 0), (1, 1)], 4: [(-1, -1), (1, 1),
            (-1, 1), (1, -1)],
        5: [(-1, -1), (1, 1), (-1, 1), (1, -1), (0, 0)],
        6: [(-1, -1), (1, 1), (-1, 1), (1, -1), (-1, 0), (1, 0)]}  # fmt: skip


def dice_pair(look: Look, dice: random.Random) -> Any:
    """One to three large dice."""
    count = dice.choice([1, 2, 2, 3])
    colour, dark = dice.choice([("#f3efe6", "#1c1816"), ("#b3261f", "#f6f1e6"),
                                ("#22305a", "#f3ead0"), ("#1f1d1c", "#f3efe6"),
                                ("#e9d3a0", "#3a2a1c"), ("#2f6f52", "#f3efe6")])  # fmt: skip
    side = {1: 1.05, 2: 0.8, 3: 0.66}[count]
    places = {
        1: [(0, 0, 0)],
        2: [(-0.5, 0.12, 0), (0.46, -0.1, 0)],
        3: [(-0.4, 0, 0), (0.38, -0.06, 0), (0.0, 0.0, 0.66)],
    }[count]
    stuff, pip = dice.choice(["plastic", "porcelain", "wood"]), dice.uniform(0.085, 0.1)
    cubes = []
    for place in places:
        faces, parts = dice.choice([[1, 2, 3, 4, 5, 6], [3, 6, 5, 2, 1, 4], [5, 4, 1, 6, 2, 3]]), []
        parts.append(
            box(
                "die",
                (side, side, side),
                look.skin(stuff, colour),
                min(0.1 * side + look.edge(0.02), 0.17 * side),
                6,
            )
        )
        ink = look.skin("plastic", dark, rough=0.3)
        ways = [(0, 0, 1), (0, -1, 0), (1, 0, 0), (-1, 0, 0), (0, 1, 0)]
        for number, way in zip(faces[:5], ways, strict=True):
            out = Vector(way)
            first = out.orthogonal().normalized()
            second = out.cross(first)
            for a, b in PIPS[number]:
                dot = blob("pip", (pip * side, pip * side, 0.012), ink, 2.0, None, (24, 8))
                dot.location = (
                    Vector((0, 0, side / 2)) + out * side / 2 + (first * a + second * b) * side * 0.235
                )
                dot.rotation_euler = out.to_track_quat("Z", "Y").to_euler()
                parts.append(dot)
        cubes.append(group("die", parts, place, dice.uniform(-0.7, 0.7)))
    return group("dice", cubes)
