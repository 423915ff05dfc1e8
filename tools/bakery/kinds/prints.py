"""Patterns painted over a finished material of either world: bands, dots, stripes, melon, page edges."""

from __future__ import annotations

import math
from typing import Any

import bpy
from paint import Paint, rgb, shaded


class Over(Paint):
    """A finished material taken up again, to paint over its colour."""

    def __init__(self, material: Any) -> None:
        self.material = material
        self.tree = material.node_tree
        self.principled = self.tree.nodes["Principled BSDF"]

    def colour(self) -> Any:
        """Return what gives the material its colour: another node's output, or the colour itself."""
        socket = self.principled.inputs["Base Color"]
        return socket.links[0].from_socket if socket.is_linked else tuple(socket.default_value)

    def over(self, share: Any, colour: Any) -> Any:
        """Return the material with `colour` where `share` is 1."""
        return self.give(base_color=self.mix(share, self.colour(), colour)).material

    def relief(self, height: Any, strength: float, depth: float) -> Any:
        """Return the material with `height` pressed into what relief it has."""
        normal = self.principled.inputs["Normal"]
        return self.bump(
            height, strength, depth, normal.links[0].from_socket if normal.is_linked else None
        ).material

    def wave(self, angle: Any) -> Any:
        """Return the sine of an angle in radians."""
        return self.node("Math", {0: angle}, operation="SINE").outputs[0]

    def axes(self) -> tuple[Any, Any, Any]:
        """Return the object's own x, y and z."""
        parts = self.node("SeparateXYZ", {0: self.place()}).outputs
        return parts["X"], parts["Y"], parts["Z"]


def bands(material: Any, code: str, scale: float, thin: float = 0.0) -> Any:
    """Return the material with `scale` level bands to a unit; `thin` (-1..1) makes them narrower."""
    paint = Over(material)
    wave = paint.wave(paint.sum(paint.axes()[2], scale * math.tau, "MULTIPLY"))
    return paint.over(paint.level(wave, thin - 0.06, thin + 0.06), rgb(code))


def stripes(material: Any, code: str, count: int, thin: float = 0.0) -> Any:
    """Return the material with `count` upright stripes round its axis."""
    paint = Over(material)
    x, y, _ = paint.axes()
    wave = paint.wave(paint.sum(paint.sum(y, x, "ARCTAN2"), float(count), "MULTIPLY"))
    return paint.over(paint.level(wave, thin - 0.08, thin + 0.08), rgb(code))


def slanted(material: Any, code: str, scale: float, thin: float = 0.0) -> Any:
    """Return the material with `scale` slanted stripes to a unit, as on wrapping paper."""
    paint = Over(material)
    x, y, z = paint.axes()
    wave = paint.wave(paint.sum(paint.sum(paint.sum(x, y), z), scale * math.tau, "MULTIPLY"))
    return paint.over(paint.level(wave, thin - 0.06, thin + 0.06), rgb(code))


def dots(material: Any, code: str, around: int, pitch: float, size: float = 0.3) -> Any:
    """Return the material with rows of dots, `around` to a turn, rows `pitch` units apart, staggered."""
    paint = Over(material)
    x, y, z = paint.axes()
    row = paint.sum(z, pitch, "DIVIDE")
    shift = paint.sum(paint.sum(paint.sum(row, 0, "FLOOR"), 2.0, "MODULO"), 0.5, "MULTIPLY")
    turn = paint.sum(paint.sum(paint.sum(y, x, "ARCTAN2"), around / math.tau, "MULTIPLY"), shift)
    across = paint.sum(paint.sum(paint.sum(turn, 20.0), 0, "FRACT"), -0.5)
    up = paint.sum(paint.sum(row, 0, "FRACT"), -0.5)
    far = paint.node("CombineXYZ", {0: across, 1: up})
    length = paint.node("VectorMath", {0: far.outputs[0]}, operation="LENGTH").outputs["Value"]
    return paint.over(paint.level(length, size - 0.03, size + 0.03, (1, 0)), rgb(code))


def freckles(material: Any, code: str, scale: float, few: float = 0.6) -> Any:
    """Return the material with freckles of about 1/scale units."""
    paint = Over(material)
    return paint.over(
        paint.level(paint.noise(scale, 3, paint.place((1, 1, 1), 4)), few, few + 0.06), rgb(code)
    )


def melon(material: Any, code: str, count: int) -> Any:
    """Return the material with `count` ragged stripes from pole to pole."""
    paint = Over(material)
    x, y, _ = paint.axes()
    wander = paint.level(paint.noise(2.4, 5), 0.2, 0.8, (-2.2, 2.2))
    turn = paint.sum(paint.sum(y, x, "ARCTAN2"), float(count), "MULTIPLY")
    wide = paint.level(paint.noise(8, 5), 0.3, 0.7, (-0.7, 0.7))
    wave = paint.sum(paint.wave(paint.sum(turn, wander)), wide)
    return paint.over(paint.level(wave, -0.1, 0.3), rgb(code))


def blush(material: Any, code: str, low: float, high: float) -> Any:
    """Return the material turning to another colour between two heights."""
    paint = Over(material)
    height = paint.sum(paint.axes()[2], paint.level(paint.noise(3, 5), 0.2, 0.8, (-0.25, 0.25)))
    return paint.over(paint.level(height, low, high), rgb(code))


def pages(material: Any, lines: float = 70.0) -> Any:
    """Return the material with the edges of pages lying one over another."""
    paint = Over(material)
    edges = paint.noise(lines, 3, paint.place((0.03, 0.03, 1)))
    colour = paint.colour()
    dark = rgb("#8f7f66") if isinstance(colour, bpy.types.NodeSocket) else shaded(colour, 0.6)
    return paint.over(paint.level(edges, 0.4, 0.62, (0.75, 0)), dark)


def spots(material: Any, code: str, scale: float, size: float = 0.22) -> Any:
    """Return the material with round spots on upright and level sides alike, `scale` to a unit."""
    paint = Over(material)
    axes = [
        paint.sum(paint.sum(paint.sum(axis, scale, "MULTIPLY"), 0.5), 0, "FRACT") for axis in paint.axes()
    ]
    flat = paint.node("SeparateXYZ", {0: paint.node("TexCoord").outputs["Normal"]}).outputs
    squares = []
    for axis, facing in zip(axes, flat, strict=True):
        off = paint.sum(axis, -0.5)
        # The axis a side faces along does not count, so that spots are round on each side.
        squares.append(
            paint.sum(
                paint.sum(off, off, "MULTIPLY"),
                paint.level(paint.sum(facing, 0, "ABSOLUTE"), 0.6, 0.8, (1, 0)),
                "MULTIPLY",
            )
        )
    far = paint.sum(paint.sum(squares[0], squares[1]), squares[2])
    return paint.over(paint.level(far, size**2 * 0.85, size**2 * 1.15, (1, 0)), rgb(code))


def quilted(material: Any, scale: float = 9.0) -> Any:
    """Return the material pressed into small dimples, as soft paper is."""
    paint = Over(material)
    dimples = paint.level(paint.cells(scale), 0.0, 0.5)
    return paint.relief(dimples, 0.35, 0.02)


def wound(material: Any, turns: float = 26.0) -> Any:
    """Return the material with the edges of paper wound in a roll, seen from its end."""
    paint = Over(material)
    far = paint.node("VectorMath", {0: paint.place((1, 1, 0))}, operation="LENGTH").outputs["Value"]
    layers = paint.node("TexNoise", {"W": far, "Scale": turns, "Detail": 3.0}, noise_dimensions="1D").outputs[
        0
    ]
    return paint.over(paint.level(layers, 0.35, 0.6, (0.5, 0)), rgb("#a89c88"))


def plaited(material: Any, blades: int = 40, rows: float = 14.0) -> Any:
    """Return the material with plaits of straw running round its axis."""
    paint = Over(material)
    x, y, z = paint.axes()
    turn = paint.sum(paint.sum(y, x, "ARCTAN2"), float(blades), "MULTIPLY")
    far = paint.node("VectorMath", {0: paint.place((1, 1, 0))}, operation="LENGTH").outputs["Value"]
    row = paint.wave(paint.sum(paint.sum(far, paint.sum(z, -1.0, "MULTIPLY")), rows * math.tau, "MULTIPLY"))
    weave = paint.sum(paint.wave(turn), row, "MULTIPLY")
    age = paint.level(paint.noise(9, 5), 0.3, 0.7, (-0.4, 0.4))
    colour = paint.colour()
    dark = rgb("#7d5a2a") if isinstance(colour, bpy.types.NodeSocket) else shaded(colour, 0.5)
    both = paint.sum(paint.sum(weave, row, "MINIMUM"), age)
    material = paint.over(paint.level(both, -1.0, 0.2, (0.85, 0)), dark)
    return paint.relief(paint.level(both, -1, 1), 0.5, 0.02)


def seal(material: Any, code: str, height: float, size: float) -> Any:
    """Return the material with a ringed round seal printed at a height, seen from the front."""
    paint = Over(material)
    spot = paint.node("VectorMath", {0: paint.place((1, 0, 1)), 1: (0, 0, height)}, operation="DISTANCE")
    far = spot.outputs["Value"]
    disc = paint.level(far, size * 0.76, size * 0.79, (1, 0))
    ring = paint.level(
        paint.sum(paint.sum(far, size, "SUBTRACT"), 0, "ABSOLUTE"), size * 0.06, size * 0.09, (1, 0)
    )
    return paint.over(paint.sum(disc, ring, "MAXIMUM"), rgb(code))
