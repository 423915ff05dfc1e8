"""Meshes made of rows of points: turned on a wheel, drawn along a line, or bent as a sheet."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import bmesh
import bpy
import numpy as np
from mathutils import Matrix, Vector, noise

Profile = Sequence[tuple[float, float]]
Points = Sequence[Sequence[float]]


def rounded(points: Points, times: int = 3) -> np.ndarray:
    """Return the line through `points` with its corners cut (Chaikin), ends kept: float (n, d)."""
    line = np.asarray(points, dtype=float)
    for _ in range(times):
        first, second = line[:-1], line[1:]
        cut = np.stack([0.75 * first + 0.25 * second, 0.25 * first + 0.75 * second], axis=1)
        line = np.concatenate([line[:1], cut.reshape(-1, line.shape[1]), line[-1:]])
    return line


def sheet(name: str, rows: np.ndarray, material: Any, around: bool = False, **painted: np.ndarray) -> Any:
    """Return a smooth mesh over a grid of points (rows, columns, 3); `around` joins last to first row.

    `painted` numbers (rows, columns) are stored on the points, for `Paint.painted`.
    """
    count, width = rows.shape[:2]
    index = np.arange(count * width).reshape(count, width)
    following = np.roll(index, -1, axis=0) if around else index[1:]
    here = index if around else index[:-1]
    corners = [here[:, :-1], following[:, :-1], following[:, 1:], here[:, 1:]]
    mesh = bpy.data.meshes.new(name)
    faces = np.stack(corners, axis=-1).reshape(-1, 4)
    mesh.from_pydata(rows.reshape(-1, 3).tolist(), [], faces.tolist())
    for key, values in painted.items():
        layer = mesh.attributes.new(key, "FLOAT", "POINT")
        layer.data.foreach_set("value", np.ascontiguousarray(values, dtype=np.float32).ravel())
    tidy(mesh)
    mesh.materials.append(material)
    thing = bpy.data.objects.new(name, mesh)
    bpy.context.collection.objects.link(thing)
    return thing


def tidy(mesh: Any) -> None:
    """Merge the points that meet at a pole, turn faces outwards, shade smoothly."""
    work = bmesh.new()
    work.from_mesh(mesh)
    bmesh.ops.remove_doubles(work, verts=work.verts, dist=1e-5)
    bmesh.ops.recalc_face_normals(work, faces=work.faces)
    for face in work.faces:
        face.smooth = True
    work.to_mesh(mesh)
    work.free()


def lathe(
    name: str,
    profile: Points,
    material: Any,
    start: float = 0.0,
    sweep: float = math.tau,
    steps: int = 128,
    ripple: Callable[[float, float], float] | None = None,
) -> Any:
    """Return a profile (radius, height) turned about z; `ripple(angle, height)` scales the radius."""
    whole = sweep >= math.tau - 1e-6
    angles = start + np.linspace(0, sweep, steps, endpoint=not whole)
    line = np.asarray(profile, dtype=float)
    radius = np.broadcast_to(line[:, 0], (len(angles), len(line))).copy()
    if ripple:
        for i, angle in enumerate(angles):
            radius[i] *= [ripple(float(angle), float(z)) for z in line[:, 1]]
    z = np.broadcast_to(line[:, 1], radius.shape)
    rows = np.stack([radius * np.cos(angles)[:, None], radius * np.sin(angles)[:, None], z], -1)
    return sheet(name, rows, material, around=whole)


def tube(
    name: str,
    line: Points,
    radii: Sequence[float],
    material: Any,
    flat: float = 1.0,
    corners: tuple[int, float] = (0, 0.0),
    sides: int = 40,
    closed: bool = True,
) -> Any:
    """Return a tube along a line, its radii spread evenly over it; `flat` scales it sideways.

    `corners` (count, amount) makes its section softly polygonal; "along" (0..1) is painted on it.
    """
    spine = np.asarray(line, dtype=float)
    lengths = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(spine, axis=0), axis=1))])
    along = lengths / lengths[-1]
    radius = np.interp(along, np.linspace(0, 1, len(radii)), radii)
    tangents = np.gradient(spine, along, axis=0)
    side = Vector(tangents[0]).orthogonal().normalized()
    if abs(tangents[:, 1]).max() < 1e-9:
        side = Vector((0, 1, 0))
    turns = np.linspace(0, math.tau, sides + 1)
    shape = 1 + corners[1] * np.cos(corners[0] * turns)
    rings = []
    for centre, tangent, r in zip(spine, tangents, radius, strict=True):
        ahead = Vector(tangent).normalized()
        side = (side - ahead * side.dot(ahead)).normalized()
        other = ahead.cross(side)
        offset = np.outer(np.cos(turns) * shape * flat, side) + np.outer(np.sin(turns) * shape, other)
        rings.append(centre + r * offset)
    if closed:
        rings = [np.tile(spine[0], (sides + 1, 1)), *rings, np.tile(spine[-1], (sides + 1, 1))]
        along = np.concatenate([[0], along, [1]])
    rows = np.stack(rings)
    return sheet(name, rows, material, along=np.repeat(along[:, None], sides + 1, axis=1))


def ball(name: str, radius: float, material: Any, squash: float = 1.0, lumps: float = 0.0) -> Any:
    """Return a sphere standing on z = 0, squashed in height, uneven by `lumps` of its radius."""
    bend = np.linspace(-math.pi / 2, math.pi / 2, 49)
    profile = np.stack([radius * np.cos(bend), radius * squash * (1 + np.sin(bend))], -1)
    thing = lathe(name, profile, material, steps=72)
    return roughen(thing, lumps * radius, 1.3 / radius) if lumps else thing


def roughen(thing: Any, amount: float, scale: float, shift: float = 0.0) -> Any:
    """Return the object with its points pushed by up to `amount` of smooth noise."""
    # Not noise.noise_vector: two of its three parts are drawn afresh in every process.
    apart = [Vector((shift + 31.7 * axis, 0, shift)) for axis in range(3)]
    for vertex in thing.data.vertices:
        here = vertex.co * scale
        vertex.co += amount * Vector([noise.noise(here + offset) for offset in apart])
    return thing


def extruded(name: str, outline: Profile, thick: float, material: Any, bevel: float = 0.01) -> Any:
    """Return a flat outline in x and y, `thick` units high, with softened edges."""
    mesh = bpy.data.meshes.new(name)
    work = bmesh.new()
    face = work.faces.new([work.verts.new((x, y, 0)) for x, y in outline])
    new = bmesh.ops.extrude_face_region(work, geom=[face])["geom"]
    bmesh.ops.translate(work, vec=(0, 0, thick), verts=[v for v in new if isinstance(v, bmesh.types.BMVert)])
    bmesh.ops.recalc_face_normals(work, faces=work.faces)
    work.to_mesh(mesh)
    work.free()
    mesh.materials.append(material)
    thing = bpy.data.objects.new(name, mesh)
    bpy.context.collection.objects.link(thing)
    soft = thing.modifiers.new("soft", "BEVEL")
    soft.width, soft.segments = bevel, 3
    return thing


def group(
    name: str,
    parts: Sequence[Any],
    at: Sequence[float] = (0, 0, 0),
    turn: float = 0.0,
    size: float = 1.0,
) -> Any:
    """Return an empty that carries the parts, so that they move, turn (about z) and grow as one."""
    holder = bpy.data.objects.new(name, None)
    bpy.context.collection.objects.link(holder)
    for part in parts:
        part.parent = holder
    return put(holder, at, turn, size)


def put(thing: Any, at: Sequence[float], turn: float = 0.0, size: float = 1.0, tilt: float = 0.0) -> Any:
    """Return the object moved, turned about z, tilted about its own x and scaled."""
    thing.location = at
    thing.rotation_euler = (Matrix.Rotation(turn, 3, "Z") @ Matrix.Rotation(tilt, 3, "X")).to_euler()
    thing.scale = (size, size, size)
    return thing
