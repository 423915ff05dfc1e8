"""Rooms by dice: ground, background, light and camera, the same for real things and for cakes."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Any

import bpy
import matter
import numpy as np
import real
import stage
import studio
import tableware
from mathutils import Vector
from paint import Paint, rgb
from shapes import lathe, put, rounded

WALLS = ("#e9d8bf", "#c9b79c", "#dfe0d2", "#b9c4bd", "#d9b9a5", "#a9b3b8", "#e3cfc4", "#8d8f7d")
SWEEPS = ("#bcc0ae", "#d9c2a4", "#ded6c6", "#c7b1a6", "#a7b6b8", "#d8c8d0", "#e3d2a8", "#98a596")
LINENS = ("#efe6d8", "#d8cdbb", "#c3cbc8", "#e6d3c8", "#b9b39f")
BOARDS = (("#b98a5e", "#85593a"), ("#8f6846", "#5b3d28"), ("#cfa877", "#a47b50"), ("#a9744a", "#6f4729"))
CURTAINS = ("#7e3b36", "#3f5b5e", "#5d3a55", "#8a6a35", "#41513c", "#39415f")


@dataclass(frozen=True)
class Box:
    """The space a thing takes: its lowest and highest corner."""

    low: Vector
    high: Vector

    @property
    def middle(self) -> Vector:
        """Return the middle of the box."""
        return (self.low + self.high) / 2

    @property
    def reach(self) -> float:
        """Return the largest half-width over the ground, in units."""
        return max(self.high.x - self.low.x, self.high.y - self.low.y) / 2

    @property
    def tall(self) -> float:
        """Return the height, in units."""
        return self.high.z - self.low.z


@dataclass(frozen=True)
class Room:
    """Where a thing stands: the ground's height and reach, the light's side, the exposure."""

    name: str
    board: str
    ground: float
    reach: float
    side: int
    exposure: float


def box(thing: Any) -> Box:
    """Return the space that the object and all it carries take in the world."""
    bpy.context.view_layer.update()
    graph = bpy.context.evaluated_depsgraph_get()
    ends = []
    for each in (thing, *thing.children_recursive):
        done = each.evaluated_get(graph) if each.type == "MESH" else None
        if done and len(done.data.vertices):
            own = np.zeros(len(done.data.vertices) * 3, dtype=np.float32)
            done.data.vertices.foreach_get("co", own)
            turned = np.array(done.matrix_world)
            places = own.reshape(-1, 3) @ turned[:3, :3].T + turned[:3, 3]
            ends += [places.min(0), places.max(0)]
    spread = np.array(ends)
    return Box(Vector(spread.min(0).tolist()), Vector(spread.max(0).tolist()))


def furnish(rng: random.Random, space: Box) -> Room:
    """Build a room round a thing that takes `space`; return what the thing is to stand on."""
    name, build = rng.choices(
        [("kitchen", kitchen), ("linen", linen), ("sweep", sweep), ("stage", show)], (30, 20, 25, 25)
    )[0]
    ground, reach = build(rng, space)
    side = rng.choice((-1, 1))
    lights(rng, name, side, ground, max(1.0, 0.6 * space.tall, 0.75 * space.reach))
    kind = (
        "" if name == "stage" else rng.choices(("", "wood", "card", "slate", "plate"), (50, 16, 14, 8, 12))[0]
    )
    if kind:
        reach = space.reach * 1.75 + 0.2
        ground = board(kind, reach, space)
    exposure = rng.uniform(0.05, 0.2) if name == "stage" else rng.uniform(0.2, 0.4)
    return Room(name, kind, ground, reach, side, round(exposure, 3))


def kitchen(rng: random.Random, space: Box) -> tuple[float, float]:
    """A wooden or stone table before a wall, some crockery on a shelf far behind."""
    wall = tiles(rng) if rng.random() < 0.4 else real.paper(rng.choice(WALLS))
    studio.wall(wall, 6.5)
    top = marble(rng) if rng.random() < 0.25 else real.wood(*rng.choice(BOARDS))
    put(studio.table(top, 2.6), (0, 0, 0))
    if rng.random() < 0.65:
        shelf(rng, rng.uniform(0.2, 1.1))
    return 0.0, math.inf


def linen(rng: random.Random, space: Box) -> tuple[float, float]:
    """A table under a cloth, a plain wall behind."""
    studio.wall(real.paper(rng.choice(WALLS)), 6)
    studio.table(real.cloth(rng.choice(LINENS)), 2.8)
    return 0.0, math.inf


def sweep(rng: random.Random, space: Box) -> tuple[float, float]:
    """Paper hung in a sweep, without an edge."""
    studio.cove(real.paper(rng.choice(SWEEPS)), back=6)
    return 0.0, math.inf


def show(rng: random.Random, space: Box) -> tuple[float, float]:
    """The show's stage: a curtain and a pedestal wide enough to serve on."""
    reach, height = min(2.2, space.reach * 1.55 + 0.35), 1.1
    floor_and_curtain(rng)
    stand(rng, reach, height)
    return height, reach


def floor_and_curtain(rng: random.Random, back: float = 5.0) -> None:
    """Lay the stage's boards and hang its curtain."""
    put(stage.curtain(real.velvet(rng.choice(CURTAINS)), rng, back), (0, 0, 0))
    studio.table(real.wood(*rng.choice(BOARDS), 0.35), 12.0)


def stand(rng: random.Random, reach: float, height: float) -> Any:
    """Return a round pedestal of pale stone: a wide top on a fluted shaft."""
    stone = real.paper(rng.choice(("#d9cdb9", "#cfc8bb", "#cdb9a4", "#d6d1c8")))
    h, r, shaft = height, reach, reach * rng.uniform(0.55, 0.7)
    line = [(0, 0), (r * 0.85, 0), (r * 0.85, 0.1), (shaft * 1.12, 0.16), (shaft * 1.04, 0.24), (shaft, 0.3),
            (shaft, h - 0.34), (shaft * 1.04, h - 0.3), (shaft * 1.14, h - 0.2), (r * 0.97, h - 0.13),
            (r, h - 0.1), (r, h - 0.015), (r - 0.015, h), (0, h)]  # fmt: skip

    def fluted(angle: float, z: float) -> float:
        return 1 - 0.03 * (0.27 < z < h - 0.31) * abs(math.sin(16 * angle)) ** 0.6

    return lathe("pedestal", rounded([p for p in line for _ in range(2)], 1), stone, steps=320, ripple=fluted)


def tiles(rng: random.Random) -> Any:
    """Return glazed kitchen tiles laid in a bond."""
    paint = Paint("tiles")
    tile = rng.choice(("#e8e4d8", "#c9d3cd", "#d9cfc2", "#b4c2c6"))
    turned = paint.node("SeparateXYZ", {0: paint.place()})
    flat = paint.node("CombineXYZ", {0: turned.outputs["X"], 1: turned.outputs["Z"]}).outputs[0]
    inputs = {
        "Vector": flat,
        "Scale": 1.0,
        "Color1": rgb(tile),
        "Color2": rgb(tile),
        "Mortar": rgb("#b9b0a2"),
    }
    brick = paint.node("TexBrick", {**inputs, "Mortar Size": 0.015, "Brick Width": 1.4, "Row Height": 0.7})
    return paint.give(base_color=brick.outputs["Color"], roughness=0.3).material


def marble(rng: random.Random) -> Any:
    """Return polished pale stone with grey veins."""
    paint = Paint("marble")
    ground = rgb(rng.choice(("#ece8e1", "#ddd8d0", "#e6ddd0")))
    bent = paint.noise(0.8, 6, paint.place((1, 1, 1), rng.uniform(0, 40)), 0.6)
    vein = paint.sum(paint.sum(bent, 0.5, "SUBTRACT"), 0, "ABSOLUTE")
    paint.give(base_color=paint.ramp(vein, (0.0, rgb("#a39c93")), (0.05, ground)), roughness=0.22)
    return paint.material


def shelf(rng: random.Random, height: float) -> None:
    """Put a shelf with pots and jars on the far wall: seen only as blurred shapes."""
    put(studio.table(real.wood(*rng.choice(BOARDS)), 0.35), (0, 5.6, height)).scale = (1, 0.08, 1)
    x = rng.uniform(-4.5, -3)
    while x < 4.2:
        r, h = rng.uniform(0.2, 0.5), rng.uniform(0.5, 1.4)
        colour = rng.choice(("#b25c3a", "#4d7f86", "#e6dcc8", "#c08a3e", "#6d7a55", "#8a5a5a", "#d9cbb8"))
        neck = rng.uniform(0.3, 1.0) * r
        line = [(0, 0), (r * 0.8, 0), (r, 0.3 * h), (r, 0.6 * h), (neck, 0.9 * h), (neck, h), (0, h)]
        put(lathe("jar", rounded(line, 2), matter.plastic(colour), steps=32), (x, 5.7, height))
        x += r + rng.uniform(0.5, 1.6)


def board(kind: str, reach: float, space: Box) -> float:
    """Put a round board of radius `reach` under the thing; return the height of its top."""
    if kind == "plate":
        put(tableware.plate(real.porcelain("#efe9df"), reach), (space.middle.x, space.middle.y, 0))
        return 0.035
    material = {
        "wood": lambda: real.wood("#b98a5e", "#85593a"),
        "card": lambda: real.paper("#f1ece2"),
        "slate": lambda: matter.plastic("#3b3d3f", 0.6),
    }[kind]()
    high = 0.035 if kind == "card" else 0.09
    edge = [(0, 0), (reach, 0), (reach, 0), (reach, high), (reach, high), (reach - 0.02, high), (0, high)]
    thing = lathe("board", rounded(edge, 2), material, steps=96)
    put(thing, (space.middle.x, space.middle.y, 0))
    return high


def lights(rng: random.Random, name: str, side: int, ground: float, size: float) -> None:
    """Light the room: a key from one side, a fill, a rim, and a glow all round."""
    s, g = size, ground
    warm = rng.choice((studio.NEUTRAL, studio.NEUTRAL, studio.WARM, rgb("#fffaf6")))
    # Paper all round and a white pedestal throw light back: they need less of it.
    pale = 0.78 if name in ("sweep", "stage") else 1.0
    key, strength = rng.uniform(2.2, 4.2), rng.uniform(0.85, 1.12) * pale
    ambient = rng.uniform(0.3, 0.45) if name != "stage" else rng.uniform(0.22, 0.3)
    bpy.context.scene.world.node_tree.nodes["Background"].inputs["Strength"].default_value = ambient
    power = 500 * strength * s * s
    high, aim = rng.uniform(3.6, 5.2), (0, 0, g + 0.5 * s)
    studio.softbox((side * 4.3 * s, -2.6 * s, g + high * s), power, key * s, warm, aim)
    studio.softbox(
        (-side * 4.2 * s, -4.0 * s, g + 2.2 * s), power * rng.uniform(0.16, 0.3), 4 * s, studio.WARM, aim
    )
    studio.softbox(
        (-side * 3.2 * s, 3.6 * s, g + 4.2 * s), power * rng.uniform(0.3, 0.5), 1.6 * s, studio.WARM, aim
    )
    if name == "stage":
        studio.softbox((0, 1.5, 8), 420, 5.0, studio.WARM, (0, 5, 2.5))


def lens(rng: random.Random, space: Box, room: Room) -> dict[str, float]:
    """Set the camera so that the thing (standing on the ground at the origin) fills about half the frame."""
    focal, rise, turn = rng.uniform(55, 100), rng.uniform(10, 30), rng.uniform(-10, 10)
    share, aside = rng.uniform(0.54, 0.65), rng.choice((-1, 1)) * rng.uniform(0.08, 0.2)
    wide, up = space.reach, math.radians(rise)
    half = max(wide * 1.04, space.tall * 0.5 * math.cos(up) + wide * 0.55 * math.sin(up))
    frame = half / share
    distance = frame * focal / 18.0
    middle = space.middle
    right = Vector((math.cos(math.radians(turn)), math.sin(math.radians(turn)), 0))
    target = Vector((middle.x, middle.y, room.ground + 0.37 * space.tall)) + right * aside * frame
    blur = rng.uniform(0.9, 1.8) * max(0.8, frame / 1.6)
    studio.camera(target, distance, rise, turn, focal, blur, distance - 0.2 * half)
    seen = {"lens": focal, "rise": rise, "turn": turn, "distance": distance, "aside": aside, "aperture": blur}
    return {word: round(value, 3) for word, value in seen.items()}
