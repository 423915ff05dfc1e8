"""Cutting a thing open: a piece comes out of it, and both show sponge, cream and the icing's skin.

The meshes are split by upright planes, which works for any mesh, closed or not. The cut faces are fine
grids on those planes: every point knows how deep it lies inside the thing (ray casts tell in from out,
the nearest surface tells how deep), so the skin follows the outline, and what lies outside is clear.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import bmesh
import bpy
import numpy as np
from crumb import Filling
from depth import SKIN, Part, depths, settled
from mathutils import Matrix, Vector, noise


@dataclass(frozen=True)
class Plane:
    """An upright plane through `at`; the piece that comes out lies where `normal` points."""

    at: Vector
    normal: Vector

    @property
    def along(self) -> Vector:
        """Return the level direction in the plane."""
        return Vector((-self.normal.y, self.normal.x, 0))

    def side(self, point: Vector) -> float:
        """Return how far a point lies towards the piece, in units."""
        return float(self.normal.dot(point - self.at))


def wedge(middle: Vector, towards: float, wide: float) -> list[Plane]:
    """Return the planes of a wedge with its edge at `middle`, `wide` radians open `towards` an angle."""
    planes = []
    for turn in (towards - wide / 2 + math.pi / 2, towards + wide / 2 - math.pi / 2):
        planes.append(Plane(middle, Vector((math.cos(turn), math.sin(turn), 0))))
    return planes


def end(middle: Vector, towards: float) -> list[Plane]:
    """Return the one plane that cuts off the end lying `towards` an angle."""
    return [Plane(middle, Vector((math.cos(towards), math.sin(towards), 0)))]


def cut(thing: Any, planes: Sequence[Plane], inside: Any, cream: Filling) -> Any:
    """Cut the thing open along the planes; return the piece that came out, an empty still in place."""
    parts = settled(thing)
    piece = bpy.data.objects.new("piece", None)
    bpy.context.collection.objects.link(piece)
    for plane in planes:
        others = [other for other in planes if other is not plane]
        face = cut_face(parts, plane, others, inside, cream)
        face.parent = thing
        face.matrix_parent_inverse = thing.matrix_world.inverted()
        twin = bpy.data.objects.new("face", face.data)
        bpy.context.collection.objects.link(twin)
        twin.parent = piece
    for part in parts:
        split(part.thing, planes, piece)
    return piece


def split(thing: Any, planes: Sequence[Plane], piece: Any) -> None:
    """Take out of a mesh what lies on the piece's side of all planes, and hand it to the piece."""
    work = bmesh.new()
    work.from_mesh(thing.data)
    work.transform(thing.matrix_world)
    for plane in planes:
        bmesh.ops.bisect_plane(
            work, geom=[*work.verts, *work.edges, *work.faces], plane_co=plane.at, plane_no=plane.normal
        )
    gone = [f for f in work.faces if all(p.side(f.calc_center_median()) > 0 for p in planes)]
    if gone:
        out = work.copy()
        kept = [f for f in out.faces if not all(p.side(f.calc_center_median()) > 0 for p in planes)]
        bmesh.ops.delete(out, geom=kept, context="FACES")
        copy = bpy.data.objects.new(thing.name, stored(out, thing))
        bpy.context.collection.objects.link(copy)
        copy.parent, copy.matrix_basis = piece, thing.matrix_world.copy()
        bmesh.ops.delete(work, geom=gone, context="FACES")
        thing.data = stored(work, thing)
    work.free()


def stored(work: Any, thing: Any) -> Any:
    """Return a mesh of what is on the workbench, in the object's own coordinates and materials."""
    work.transform(thing.matrix_world.inverted())
    mesh = bpy.data.meshes.new(thing.name)
    work.to_mesh(mesh)
    for material in thing.data.materials:
        mesh.materials.append(material)
    return mesh


def cut_face(
    parts: Sequence[Part], plane: Plane, others: Sequence[Plane], inside: Any, cream: Filling
) -> Any:
    """Return the face of sponge that a plane leaves in the thing."""
    low, high = [Vector(f(p[a] for p in ends) for a in range(3)) for f, ends in
                 ((min, [p.low for p in parts]), (max, [p.high for p in parts]))]  # fmt: skip
    corners = [Vector((x, y, 0)) for x in (low.x, high.x) for y in (low.y, high.y)]
    reach = [plane.along.dot(c - plane.at) for c in corners]
    step = max((max(reach) - min(reach)) / 140, (high.z - low.z) / 140, 0.008)
    across = np.arange(min(reach) - step, max(reach) + step, step)
    if others:
        # A wedge's plane ends at its edge: only one half of it is a face.
        way = 1.0 if others[0].side(plane.at + plane.along) > 0 else -1.0
        across = np.concatenate([[0.0], across[across * way > step / 3]] if way > 0 else
                                [across[across * way > step / 3], [0.0]])  # fmt: skip
    up = np.arange(low.z - step, high.z + step, step)
    origin = Vector((plane.at.x, plane.at.y, 0))
    deep, colours = depths(parts, origin, plane.along, across, up)
    return painted_face(origin, plane, across, up, deep, colours, inside, cream)


def painted_face(
    origin: Vector,
    plane: Plane,
    across: np.ndarray,
    up: np.ndarray,
    deep: np.ndarray,
    colours: np.ndarray,
    inside: Any,
    cream: Filling,
) -> Any:
    """Return the grid of a cut face, its crumb standing out, with its layers painted on."""
    creamy = np.zeros_like(deep)
    rows = np.array(origin) + across[:, None, None] * np.array(plane.along) + np.zeros((1, len(up), 1))
    rows[..., 2] += up[None, :]
    normal = np.array(plane.normal)
    for i, j in zip(*np.nonzero(deep > SKIN), strict=True):
        here = Vector(rows[i, j])
        creamy[i, j] = cream(here + Vector((0, 0, 0.018 * noise.noise(here * 3.0))))
        rough = min(1.0, (deep[i, j] - SKIN) / 0.02) * (1 - creamy[i, j])
        if rough > 0:
            rows[i, j] += normal * 0.008 * rough * noise.noise(here * 22)
    return grid("face", rows, inside, deep, creamy, colours)


def grid(
    name: str, rows: np.ndarray, material: Any, deep: np.ndarray, creamy: np.ndarray, colours: np.ndarray
) -> Any:
    """Return a mesh of the cells of a grid that reach into the thing, with what is painted on its points."""
    index = np.arange(deep.size).reshape(deep.shape)
    corners = np.stack([index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]], -1).reshape(-1, 4)
    cells = corners[(deep.ravel()[corners] > 0).any(1)]
    used, renamed = np.unique(cells, return_inverse=True)
    mesh = bpy.data.meshes.new(name)
    faces = renamed.reshape(-1, 4).tolist()
    mesh.from_pydata(rows.reshape(-1, 3)[used].tolist(), [], faces)
    mesh.polygons.foreach_set("use_smooth", np.ones(len(faces), dtype=bool))
    for key, values in (("deep", deep), ("cream", creamy)):
        layer = mesh.attributes.new(key, "FLOAT", "POINT")
        layer.data.foreach_set("value", values.ravel()[used].astype(np.float32))
    layer = mesh.attributes.new("skin", "FLOAT_COLOR", "POINT")
    layer.data.foreach_set("color", colours.reshape(-1, 4)[used].astype(np.float32).ravel())
    mesh.materials.append(material)
    thing = bpy.data.objects.new(name, mesh)
    bpy.context.collection.objects.link(thing)
    return thing


def moved(piece: Any, middle: Vector, to: Sequence[float], turn: float, laid: Matrix | None = None) -> Any:
    """Return the piece turned about z round its middle (laid on its side first) and set down at `to`."""
    tilt = laid or Matrix.Identity(4)
    piece.matrix_world = (
        Matrix.Translation(to) @ Matrix.Rotation(turn, 4, "Z") @ tilt @ Matrix.Translation(-middle)
    )
    bpy.context.view_layer.update()
    return piece
