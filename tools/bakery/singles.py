"""Single pictures: one thing in one room, and the same picture with the cake cut open."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import bpy
import rooms
import serve
import studio
from kinds import KINDS
from look import Look
from mathutils import Vector, noise
from plain import PLAIN
from plan import Single
from rooms import Box, Room
from shapes import group, put

# A wedge out of these would be a heap of shreds: they are cut through the middle.
HALVED = ("teddy", "alarm clock", "shoe")


@dataclass(frozen=True)
class Set:
    """A scene ready to be taken, and what is needed to cut its cake afterwards."""

    room: Room
    camera: dict[str, float]
    thing: Any
    space: Box
    filling: str
    dice: random.Random


def set_up(single: Single, seed: int, size: int) -> Set:
    """Build the thing, its room, light and camera; return the scene ready for the camera."""
    dice = random.Random(f"{single.name} {seed} room")
    studio.clear()
    bpy.context.scene.render.resolution_x = bpy.context.scene.render.resolution_y = size
    thing, filling = built(single, seed)
    holder = put(group("stood", [thing]), (0, 0, 0), dice.uniform(-0.45, 0.45))
    space = rooms.box(holder)
    holder.location = (-space.middle.x, -space.middle.y, 0)
    room = rooms.furnish(dice, rooms.box(holder))
    holder.location.z = room.ground
    space = rooms.box(holder)
    return Set(room, rooms.lens(dice, space, room), holder, space, filling, dice)


def built(single: Single, seed: int) -> tuple[Any, str]:
    """Return the thing the plan asks for, and how a cake is filled where it is not in layers."""
    shape = random.Random(f"{single.group} {seed} shape")
    if single.level == "plain":
        maker, filling = PLAIN[single.group.rsplit("-", 1)[0]]
        return maker(shape), filling
    look = Look(single.cake, single.level, random.Random(f"{single.name} {seed} matter"))
    return handmade(KINDS[single.kind](look, shape), look.level), filling_of(single.kind)


def filling_of(kind: str) -> str:
    """Return how a cake of that kind is filled and cut: in layers, by a wedge, unless "halved"."""
    return "halved" if kind in HALVED else ""


def handmade(thing: Any, level: str) -> Any:
    """Return the thing a little out of shape, as a hand leaves it: more so, the easier the level."""
    amount = {"easy": 0.03, "medium": 0.012}.get(level)
    if not amount:
        return thing
    bpy.context.view_layer.update()
    apart = [Vector((31.7 * axis, 0, 5)) for axis in range(3)]
    for each in (thing, *thing.children_recursive):
        if each.type == "MESH":
            back = each.matrix_world.to_3x3().inverted()
            for vertex in each.data.vertices:
                # Parts that touch are pushed alike, since the push depends on the place alone.
                here = (each.matrix_world @ vertex.co) * 2.2
                vertex.co += back @ (amount * Vector([noise.noise(here + offset) for offset in apart]))
    return thing


def cut(ready: Set) -> None:
    """Cut the cake and set the piece down beside it."""
    serve.serve(ready.thing, ready.space, ready.room, ready.dice, ready.filling)
