"""Pedestal rounds: three things on the show's stage, one of them cake."""

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
from plan import Trio
from rooms import Box, Room
from shapes import group, put
from singles import filling_of, handmade

SIZE = (640, 480)
APART, REACH = 2.1, 1.0


@dataclass(frozen=True)
class Set:
    """A round ready to be taken, and what is needed to cut its cake afterwards."""

    room: Room
    camera: dict[str, float]
    cake: Any
    space: Box
    filling: str
    dice: random.Random


def sized(thing: Any, reach: float, tall: float) -> Any:
    """Return an empty that carries the thing, scaled to fit half-width and height, middle at its origin."""
    space = rooms.box(thing)
    scale = min(reach / space.reach, tall / space.tall)
    holder = group("stood", [thing])
    thing.location = (thing.location.x - space.middle.x, thing.location.y - space.middle.y, thing.location.z)
    holder.scale = (scale, scale, scale)
    return holder


def set_up(trio: Trio, seed: int) -> Set:
    """Build the stage with its three pedestals and things; return it ready for the camera."""
    dice = random.Random(f"{trio.name} {seed} stage")
    studio.clear(dice.uniform(0.24, 0.32), "#fff0e0")
    bpy.context.scene.render.resolution_x, bpy.context.scene.render.resolution_y = SIZE
    rooms.floor_and_curtain(dice, 4.6)
    middle, sides = dice.uniform(0.95, 1.25), dice.uniform(0.8, 1.15)
    things = []
    for i, kind in enumerate(trio.kinds):
        height, x, y = (middle, 0.0, -0.25) if i == 1 else (sides, (i - 1) * APART, 0.15)
        put(rooms.stand(random.Random(f"{trio.name} {seed} stone"), REACH, height), (x, y, 0))
        thing = shown(trio, i, kind, seed)
        thing.location, thing.rotation_euler.z = (x, y, height), dice.uniform(-0.5, 0.5)
        things.append(thing)
        studio.softbox((x - 1.2, y - 3.0, 6.4), 230, 1.2, studio.NEUTRAL, (x, y, height + 0.4))
    side = dice.choice((-1, 1))
    studio.softbox((side * 7, -6, 5), 420, 4.0, studio.NEUTRAL, (0, 0, 1.2))
    studio.softbox((-side * 7, 2.2, 5), 300, 2.0, studio.WARM, (0, 0, 1.4))
    studio.softbox((0, 1.0, 8.5), 350, 5.0, studio.WARM, (0, 4.6, 2.5))
    focal, rise, turn = dice.uniform(60, 80), dice.uniform(9, 15), dice.uniform(-6, 6)
    distance = 6.5 * focal / 36
    studio.camera((0, -0.2, 1.55), distance, rise, turn, focal, 2.0, distance - 0.3)
    seen = {"lens": focal, "rise": rise, "turn": turn, "distance": distance}
    cake = things[trio.answer]
    ground = middle if trio.answer == 1 else sides
    room = Room("stage", "", ground, REACH, side, dice.uniform(0.15, 0.3))
    return Set(
        room,
        {k: round(v, 3) for k, v in seen.items()},
        cake,
        rooms.box(cake),
        filling_of(trio.kinds[trio.answer]),
        dice,
    )


def shown(trio: Trio, place: int, kind: str, seed: int) -> Any:
    """Return the thing for one pedestal, made of what the plan says."""
    is_cake = place == trio.answer
    look = Look(is_cake, trio.level if is_cake else "", random.Random(f"{trio.name} {seed} {place} matter"))
    thing = handmade(KINDS[kind](look, random.Random(f"{trio.name} {seed} {place} shape")), look.level)
    return sized(thing, 0.82, 1.7)


def cut(ready: Set) -> None:
    """Cut the round's cake and set the piece down beside it."""
    serve.serve(ready.cake, ready.space, ready.room, ready.dice, ready.filling)
