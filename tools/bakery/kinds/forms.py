"""Forms the kinds share: boxes, blobs, rings, bodies grown together, and painted-over faces."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import bmesh
import bpy
import numpy as np
from mathutils import Vector
from shapes import Points, lathe, rounded, sheet, tidy

Where = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def box(name: str, size: Sequence[float], material: Any, soft: float = 0.05, steps: int = 3) -> Any:
    """Return a box (width, depth, height) standing on z = 0, its edges rounded by `soft`."""
    mesh = bpy.data.meshes.new(name)
    work = bmesh.new()
    bmesh.ops.create_cube(work, size=1.0)
    for vertex in work.verts:
        vertex.co = Vector(c * s for c, s in zip(vertex.co, size, strict=True))
        vertex.co.z += size[2] / 2
    limit = min(soft, 0.48 * min(size))
    bmesh.ops.bevel(work, geom=work.edges, offset=limit, segments=steps, profile=0.5, affect="EDGES")
    work.to_mesh(mesh)
    work.free()
    return _standing(name, mesh, material)


def blob(
    name: str,
    size: Sequence[float],
    material: Any,
    power: float = 2.0,
    warp: Callable[[np.ndarray], np.ndarray] | None = None,
    detail: tuple[int, int] = (64, 40),
) -> Any:
    """Return a closed body of half-widths `size` round the origin: an egg at power 2, boxier above.

    `warp` moves its points, float (n, 3), before it is made.
    """
    turns = np.linspace(0, math.tau, detail[0], endpoint=False)
    rise = np.linspace(-math.pi / 2, math.pi / 2, detail[1])

    def bent(wave: np.ndarray) -> np.ndarray:
        return np.sign(wave) * np.abs(wave) ** (2 / power)

    flat = bent(np.cos(rise))
    flat[[0, -1]] = 0
    x = size[0] * np.outer(bent(np.cos(turns)), flat)
    y = size[1] * np.outer(bent(np.sin(turns)), flat)
    z = size[2] * np.broadcast_to(bent(np.sin(rise)), x.shape)
    rows = np.stack([x, y, z], -1)
    if warp:
        rows = warp(rows.reshape(-1, 3)).reshape(rows.shape)
    return sheet(name, rows, material, around=True)


def ring(name: str, radius: float, thick: float, material: Any, flat: float = 1.0) -> Any:
    """Return a lying ring round the origin, its section `thick` in radius and scaled in height by `flat`."""
    turns = np.linspace(0, math.tau, 25)
    section = np.stack([radius + thick * np.cos(turns), thick * flat * np.sin(turns)], -1)
    section[-1] = section[0]
    return lathe(name, section, material, steps=72)


def ribbon(name: str, line: Points, wide: float, thick: float, material: Any, way: Sequence[float]) -> Any:
    """Return a closed band along a line, `wide` towards `way` and `thick` across, its ends blunt."""
    spine = np.asarray(line, dtype=float)
    side = np.asarray(Vector(way).normalized())
    ahead = np.gradient(spine, axis=0)
    out = np.cross(ahead, side)
    out /= np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)
    corners = rounded([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)], 2)
    corners = np.concatenate([corners[1:-1], corners[1:2]])
    rows = [spine + 0.5 * wide * a * side + 0.5 * thick * b * out for a, b in corners]
    body = np.stack(rows, axis=1)
    ends = [np.tile(spine[k], (1, len(corners), 1)) for k in (0, -1)]
    return sheet(name, np.concatenate([ends[0], body, ends[1]]), material)


def slab(name: str, outline: Points, low: float, high: float, material: Any, soft: float = 0.02) -> Any:
    """Return an outline in x and y, filled between two heights, its top and bottom edges rounded."""
    mesh = bpy.data.meshes.new(name)
    work = bmesh.new()
    face = work.faces.new([work.verts.new((x, y, low)) for x, y in outline])
    new = bmesh.ops.extrude_face_region(work, geom=[face])["geom"]
    up = [v for v in new if isinstance(v, bmesh.types.BMVert)]
    bmesh.ops.translate(work, vec=(0, 0, high - low), verts=up)
    rims = [e for e in work.edges if abs(e.verts[0].co.z - e.verts[1].co.z) < 1e-6]
    bmesh.ops.bevel(work, geom=rims, offset=soft, segments=3, profile=0.5, affect="EDGES")
    bmesh.ops.recalc_face_normals(work, faces=work.faces)
    work.to_mesh(mesh)
    work.free()
    return _standing(name, mesh, material)


def joined(name: str, parts: Sequence[Any], material: Any = None) -> Any:
    """Return one mesh of several, each a shell of its own, in place of the parts."""
    bpy.context.view_layer.update()
    work = bmesh.new()
    for part in parts:
        copy = part.data.copy()
        copy.transform(part.matrix_world)
        work.from_mesh(copy)
        bpy.data.meshes.remove(copy)
        bpy.data.objects.remove(part)
    mesh = bpy.data.meshes.new(name)
    work.to_mesh(mesh)
    work.free()
    if material is not None:
        mesh.materials.append(material)
    thing = bpy.data.objects.new(name, mesh)
    bpy.context.collection.objects.link(thing)
    return thing


def grown_together(name: str, parts: Sequence[Any], material: Any, grain: float = 0.035) -> Any:
    """Return one closed, smooth body in place of overlapping parts; `grain` is its mesh width."""
    thing = joined(name, parts)
    melt = thing.modifiers.new("melt", "REMESH")
    melt.mode, melt.voxel_size = "VOXEL", grain
    even = thing.modifiers.new("even", "SMOOTH")
    even.factor, even.iterations = 0.5, 8
    return settle(thing, material)


def settle(thing: Any, material: Any = None) -> Any:
    """Return the object with its modifiers worked into its mesh."""
    bpy.context.view_layer.update()
    done = bpy.data.meshes.new_from_object(thing.evaluated_get(bpy.context.evaluated_depsgraph_get()))
    thing.modifiers.clear()
    thing.data = done
    if material is not None:
        done.materials.clear()
        done.materials.append(material)
    tidy(done)
    return thing


def patch(thing: Any, material: Any, where: Where) -> Any:
    """Return the object with another material on the faces whose middles (x, y, z arrays) satisfy `where`."""
    mesh = thing.data
    middles = np.empty(len(mesh.polygons) * 3)
    mesh.polygons.foreach_get("center", middles)
    slots = np.empty(len(mesh.polygons), dtype=np.int32)
    mesh.polygons.foreach_get("material_index", slots)
    chosen = where(*middles.reshape(-1, 3).T)
    mesh.materials.append(material)
    slots[chosen] = len(mesh.materials) - 1
    mesh.polygons.foreach_set("material_index", slots)
    return thing


def bend(thing: Any, move: Callable[[np.ndarray], np.ndarray]) -> Any:
    """Return the object with its points, float (n, 3), moved."""
    points = np.empty(len(thing.data.vertices) * 3)
    thing.data.vertices.foreach_get("co", points)
    thing.data.vertices.foreach_set("co", move(points.reshape(-1, 3)).ravel())
    thing.data.update()
    return thing


def leaf(name: str, line: Points, wide: float, skin: Any, fold: float = 0.4, thick: float = 0.02) -> Any:
    """Return a pointed leaf along a line, folded along its middle, closed and `thick` in the middle."""
    spine = np.asarray(rounded(line, 3))
    along = np.linspace(0, 1, len(spine))
    width = np.maximum(wide * np.sin(np.pi * (0.1 + 0.9 * along)), 0.004)
    ahead = np.gradient(spine, axis=0)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    side = np.cross(ahead, [0.0, 0.0, 1.0])
    side /= np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-6)
    up = np.cross(side, ahead)
    turns = np.linspace(0, math.tau, 17)
    ring = []
    for turn in turns:
        a, b = math.cos(turn), math.sin(turn)
        ring.append(
            spine
            + width[:, None] * a * side
            + (fold * width * a * a + 0.5 * thick * b * (1.15 - along))[:, None] * up
        )
    body = np.stack(ring, axis=1)
    body[:, -1] = body[:, 0]
    ends = [np.tile(spine[k], (1, len(turns), 1)) for k in (0, -1)]
    return sheet(name, np.concatenate([ends[0], body, ends[1]]), skin)


def set_down(thing: Any) -> Any:
    """Return the tilted group moved so that it touches z = 0 and stands over the origin."""
    bpy.context.view_layer.update()
    points = np.array([child.matrix_world @ v.co for child in thing.children for v in child.data.vertices])
    low, high = points.min(axis=0), points.max(axis=0)
    thing.location -= Vector(((low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]))
    return thing


def lowest(thing: Any) -> float:
    """Return the height of the object's lowest point, in its own units."""
    return float(min(vertex.co.z for vertex in thing.data.vertices))


def _standing(name: str, mesh: Any, material: Any) -> Any:
    """Return an object of a mesh, its level and upright sides flat, its rounded edges shaded smoothly."""
    for face in mesh.polygons:
        face.use_smooth = max(abs(c) for c in face.normal) < 0.9995
    mesh.materials.append(material)
    thing = bpy.data.objects.new(name, mesh)
    bpy.context.collection.objects.link(thing)
    return thing
