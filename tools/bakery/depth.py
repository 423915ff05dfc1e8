"""Asking a thing what is inside it: how deep a place lies under the surface, and which icing is there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np
from mathutils import Vector
from mathutils.bvhtree import BVHTree

SKIN = 0.027  # how thick the icing is
SOLID = 0.6  # parts whose diagonal is shorter are made of icing alone
CREAM = (0.93, 0.82, 0.66, 1.0)


@dataclass
class Part:
    """One mesh of the thing in the world's coordinates, for asking what is inside."""

    thing: Any
    tree: BVHTree
    low: Vector
    high: Vector
    skin: Sequence[float] = CREAM

    @property
    def deepest(self) -> float:
        """Return how deep sponge may lie in the part: a cherry or a button is one colour all through."""
        return 0.9 * SKIN if (self.high - self.low).length < SOLID else math.inf


def settled(thing: Any) -> list[Part]:
    """Return the meshes of the thing with their modifiers applied, ready to be cut."""
    bpy.context.view_layer.update()
    graph = bpy.context.evaluated_depsgraph_get()
    parts = []
    for each in (thing, *thing.children_recursive):
        if each.type != "MESH":
            continue
        mesh = bpy.data.meshes.new_from_object(each.evaluated_get(graph))
        each.modifiers.clear()
        each.data = mesh
        points = [each.matrix_world @ v.co for v in mesh.vertices]
        if not points or not mesh.polygons:
            continue
        tree = BVHTree.FromPolygons(points, [tuple(p.vertices) for p in mesh.polygons])
        low = Vector([min(p[axis] for p in points) for axis in range(3)])
        high = Vector([max(p[axis] for p in points) for axis in range(3)])
        parts.append(Part(each, tree, low, high, icing(mesh)))
    return parts


def icing(mesh: Any) -> Sequence[float]:
    """Return the colour of a mesh's icing as its materials know it, or cream."""
    for material in mesh.materials:
        if material and "icing" in material:
            return tuple(material["icing"])
    return CREAM


def depths(
    parts: Sequence[Part], origin: Vector, along: Vector, across: np.ndarray, up: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return how deep each grid point lies in the thing (negative outside), and its skin's colour."""
    deep = np.full((len(across), len(up)), -1.0)
    colours = np.tile(np.array([0.9, 0.8, 0.6, 1.0]), (len(across), len(up), 1))
    spots = np.array(origin) + across[:, None, None] * np.array(along) + np.zeros((1, len(up), 1))
    spots[..., 2] += up[None, :]
    for part in parts:
        within = insides(part, origin, along, across, up)
        near = ((spots > np.array(part.low) - 0.05) & (spots < np.array(part.high) + 0.05)).all(-1)
        for i, j in zip(*np.nonzero(within | near), strict=True):
            far = part.tree.find_nearest(Vector(spots[i, j]))[3]
            depth = min(far, part.deepest) if within[i, j] else -far
            if depth > deep[i, j]:
                deep[i, j] = depth
                colours[i, j] = part.skin
    return deep, colours


def insides(part: Part, origin: Vector, along: Vector, across: np.ndarray, up: np.ndarray) -> np.ndarray:
    """Return which grid points lie inside a part: where level and upright rays agree, or one can tell."""
    nudge = along.cross(Vector((0, 0, 1))) * 1.3e-5
    votes = np.zeros((len(across), len(up)), dtype=int)
    known = np.zeros_like(votes)
    start = origin + nudge + along * float(across[0] - 9)
    for j, z in enumerate(up):
        hits = crossings(part.tree, start + Vector((0, 0, float(z) + 1.1e-5)), along)
        if hits is not None:
            votes[:, j] += np.searchsorted(hits, across - (across[0] - 9)) % 2
            known[:, j] += 1
    for i, a in enumerate(across):
        foot = origin + nudge + along * (float(a) + 1.7e-5) + Vector((0, 0, float(up[0]) - 1))
        hits = crossings(part.tree, foot, Vector((0, 0, 1)))
        if hits is not None:
            votes[i, :] += np.searchsorted(hits, up - (up[0] - 1)) % 2
            known[i, :] += 1
    return (votes == known) & (known > 0)


def crossings(tree: BVHTree, start: Vector, way: Vector) -> np.ndarray | None:
    """Return the distances at which a ray meets the surface; None where it enters and never leaves."""
    found, far = [], 0.0
    while len(found) < 64:
        hit = tree.ray_cast(start + way * far, way)
        if hit[0] is None:
            break
        far += hit[3] + 1e-5
        if not found or far - found[-1] > 3e-5:
            found.append(far)
    return np.array(found) if len(found) % 2 == 0 else None
