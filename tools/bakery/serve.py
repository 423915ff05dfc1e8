"""Serving a cake: how it is cut, where the piece is set down, the knife beside it, the crumbs."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any

import bpy
import numpy as np
import real
import reveal
import tableware
from crumb import CREAMS, CRUMBS, DARK, Filling, layers, spiral, sponge
from mathutils import Matrix, Vector
from rooms import Box, Room
from shapes import group, lathe, put, roughen

Points = np.ndarray
UP = Vector((0, 0, 1))


def serve(
    thing: Any, space: Box, room: Room, rng: random.Random, filling: str = "", knife: bool = True
) -> None:
    """Cut the thing open towards the camera, set the piece down beside it, add a knife and crumbs."""
    crumb = CRUMBS[rng.choice(list(CRUMBS))]
    inside = sponge(crumb, rng.choice(CREAMS[:3] if crumb in DARK else CREAMS))
    planes = opened(space, room, rng, filling)
    piece = reveal.cut(thing, planes, inside, filled(space, filling, rng))
    cake, slice_ = points(thing), points(piece)
    if not len(slice_):
        raise ValueError(f"The cut took nothing out of {thing.name}.")
    set_down(piece, slice_, planes, cake, room)
    taken = np.concatenate([cake, points(piece)])
    if knife:
        lay_knife(space, taken, room, rng)
    foot = space.middle + toward_camera(space.middle) * space.reach * 0.9
    strew(inside, rng, [foot, Vector(points(piece).mean(0))], room, 0.3 * space.reach + 0.1)


def toward_camera(middle: Vector) -> Vector:
    """Return the level direction from a place to the camera."""
    away = bpy.context.scene.camera.matrix_world.translation - middle
    return Vector((away.x, away.y, 0)).normalized()


def opened(space: Box, room: Room, rng: random.Random, filling: str) -> list[reveal.Plane]:
    """Return where to cut: a wedge towards the camera, or the end of a long thing."""
    bpy.context.view_layer.update()
    front = toward_camera(space.middle)
    facing = math.atan2(front.y, front.x)
    wide, deep = space.high.x - space.low.x, space.high.y - space.low.y
    turn = room.side * math.radians(rng.uniform(6, 16))
    if filling in ("spiral", "loaf", "halved") or wide > 1.8 * deep:
        way = room.side
        lean = -way * math.radians(0 if filling == "spiral" else rng.uniform(20, 32))
        towards = (0.0 if way > 0 else math.pi) + lean
        start = Vector(
            (
                space.middle.x + way * wide * (0.03 if filling == "halved" else rng.uniform(0.12, 0.18)),
                space.middle.y,
                0,
            )
        )
        return reveal.end(start, towards)
    at = space.middle - front * 0.08 * space.reach
    return reveal.wedge(Vector((at.x, at.y, 0)), facing + turn, math.radians(rng.uniform(64, 78)))


def filled(space: Box, filling: str, rng: random.Random) -> Filling:
    """Return where the cream lies inside a cake that takes `space`."""
    if filling == "spiral":
        return spiral(space.middle, 0.03, space.tall * 0.14)
    if filling == "loaf":
        return lambda here: 0.0
    return layers(space.low.z, space.high.z, rng)


def points(thing: Any, limit: int = 110) -> Points:
    """Return some of the points of the object and what it carries, in the world: float (n, 3)."""
    bpy.context.view_layer.update()
    found = []
    for each in (thing, *thing.children_recursive):
        if each.type == "MESH" and len(each.data.vertices):
            own = np.zeros(len(each.data.vertices) * 3, dtype=np.float32)
            each.data.vertices.foreach_get("co", own)
            turned = np.array(each.matrix_world)
            found.append(own.reshape(-1, 3) @ turned[:3, :3].T + turned[:3, 3])
    if not found:
        return np.zeros((0, 3))
    every = np.concatenate(found)
    low_high = every[[*every.argmin(0), *every.argmax(0)]]
    return np.concatenate([every[:: max(1, len(every) // limit)], low_high])


def screen(places: Points) -> Points:
    """Return where places appear in the picture, 0..1 from left and bottom: float (n, 2)."""
    scene = bpy.context.scene
    eye = np.array(scene.camera.matrix_world.inverted())
    seen = places @ eye[:3, :3].T + eye[:3, 3]
    across = scene.camera.data.lens / 36.0
    flat = seen[:, :2] / np.maximum(-seen[:, 2:3], 1e-6) * across
    wide, high = scene.render.resolution_x, scene.render.resolution_y
    return flat * np.array([1.0, wide / high]) + 0.5


def in_frame(places: Points, margin: float = 0.02) -> float:
    """Return the share of places that the picture shows."""
    flat = screen(places)
    return float(((flat > margin) & (flat < 1 - margin)).all(1).mean())


def covered(places: Points, others: Points) -> float:
    """Return the share of places drawn within the frame that the others take in the picture."""
    flat, taken = screen(places), screen(others)
    low, high = taken.min(0), taken.max(0)
    return float(((flat > low) & (flat < high)).all(1).mean())


def gap(places: Points, others: Points) -> float:
    """Return the smallest distance over the ground between two sets of points, in units."""
    apart = places[:, None, :2] - others[None, :, :2]
    return math.sqrt(float(np.einsum("ijk,ijk->ij", apart, apart).min()))


def set_down(piece: Any, slice_: Points, planes: Sequence[reveal.Plane], cake: Points, room: Room) -> None:
    """Move the piece to the place where it is seen best, on its side if it is tall."""
    middle = Vector(((slice_.min(0) + slice_.max(0)) / 2).tolist())
    size = slice_.max(0) - slice_.min(0)
    laid = Matrix.Identity(4)
    if len(planes) > 1 and size[2] > 1.6 * max(size[0], size[1]):
        laid = planes[0].normal.rotation_difference(UP).to_matrix().to_4x4()
    best, chosen = -1e9, (0.0, Vector((0, 0, 0)))
    turned = (slice_ - np.array(middle)) @ np.array(laid)[:3, :3].T
    front = toward_camera(Vector(cake.mean(0).tolist()))
    heart = (cake.min(0) + cake.max(0))[:2] / 2
    reach = float(np.abs(cake[:, :2] - heart).max())
    for step in range(12):
        angle = math.tau * step / 12
        spun = turned @ np.array(Matrix.Rotation(angle, 3, "Z")).T
        spun[:, 2] += room.ground + 0.002 - spun[:, 2].min()
        faces = [laid.to_3x3() @ -plane.normal for plane in planes]
        facing = max((Matrix.Rotation(angle, 3, "Z") @ f).dot(front + 0.3 * UP) for f in faces)
        for place in range(-5, 6):
            way = math.atan2(front.y, front.x) + place * 0.33
            for far in (0.9, 1.15, 1.4, 1.7, 2.0):
                spot = heart + reach * far * np.array([math.cos(way), math.sin(way)])
                put_there = spun + np.array([spot[0], spot[1], 0])
                score = worth(put_there, cake, facing, room, heart) - 0.25 * far
                if score > best and gap(put_there, cake) > 0.05:
                    best, chosen = (
                        score,
                        (angle, Vector((spot[0], spot[1], spun[:, 2].min() - turned[:, 2].min()))),
                    )
    reveal.moved(piece, middle, chosen[1], chosen[0], laid)


def worth(there: Points, cake: Points, facing: float, room: Room, heart: Points) -> float:
    """Return how well a piece is served at a place: seen whole, its cut to the camera, apart, supported."""
    over = max(0.0, float(np.abs(np.linalg.norm(there[:, :2] - heart, axis=1)).max()) - room.reach)
    return 9 * in_frame(there) + 1.1 * facing - 2.2 * covered(there, cake) - 12 * over


def lay_knife(space: Box, taken: Points, room: Room, rng: random.Random) -> None:
    """Lay a cake knife where there is room for it in the picture, or none."""
    grip = rng.choice((lambda: real.wood("#5b3d28", "#3a2618"), lambda: real.porcelain("#efe6d8")))()
    tool = tableware.knife(real.metal("#d4d2cd", 0.16), grip)
    own = points(tool, 60)
    size = min(0.85, 0.8 * space.reach)
    best, chosen = 2.0, None
    front = toward_camera(space.middle)
    for _ in range(90):
        turn, way = rng.uniform(0, math.tau), math.atan2(front.y, front.x) + rng.uniform(-1.7, 1.7)
        spot = np.array(space.middle)[:2] + space.reach * rng.uniform(1.1, 2.4) * np.array(
            [math.cos(way), math.sin(way)]
        )
        there = size * own @ np.array(Matrix.Rotation(turn, 3, "Z")).T + np.array([*spot, room.ground])
        over = max(
            0.0, float(np.linalg.norm(there[:, :2] - np.array(space.middle)[:2], axis=1).max()) - room.reach
        )
        if gap(there, taken) < 0.08 or over > 0.25:
            continue
        score = 4 * in_frame(there) - 1.5 * covered(there, taken) - over
        if score > best:
            best, chosen = score, (spot, turn)
    if chosen is None:
        for each in (tool, *tool.children_recursive):
            bpy.data.objects.remove(each)
        return
    put(tool, (*chosen[0], room.ground + 0.006), chosen[1], size)


def strew(inside: Any, rng: random.Random, spots: Sequence[Vector], room: Room, spread: float) -> None:
    """Strew crumbs about some places on the ground, most of them tiny."""
    dust = inside.copy()
    shapes = [crumb(dust, rng) for _ in range(3)]
    parts = []
    for k in range(26):
        middle, mesh = spots[k % len(spots)], shapes[k % 3]
        far, way = spread * rng.random(), rng.uniform(0, math.tau)
        at = (middle.x + far * math.cos(way), middle.y + far * math.sin(way), room.ground)
        bit = bpy.data.objects.new("crumb", mesh)
        bpy.context.collection.objects.link(bit)
        parts.append(put(bit, at, rng.uniform(0, 6), 0.010 + 0.03 * rng.random() ** 3))
    group("crumbs", parts)


def crumb(material: Any, rng: random.Random) -> Any:
    """Return the mesh of a crumb of about one unit."""
    bend = np.linspace(-math.pi / 2, math.pi / 2, 9)
    round_ = lathe("crumb", np.stack([np.cos(bend), 0.8 * (1 + np.sin(bend))], -1), material, steps=12)
    thing = roughen(round_, 0.6, 0.9, rng.random())
    mesh = thing.data
    layer = mesh.attributes.new("deep", "FLOAT", "POINT")
    layer.data.foreach_set("value", np.ones(len(mesh.vertices), dtype=np.float32))
    bpy.data.objects.remove(thing)
    return mesh
