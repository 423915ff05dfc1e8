"""Turning a real material into a baker's imitation of it, near (hard to tell) or far (easy)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import bpy
from paint import Paint, rgb

Bands = tuple[float, float, str]


@dataclass(frozen=True)
class Sweetness:
    """How far an icing is from what it imitates: shares of 0 (as the real one) to 1 (plain icing)."""

    dull: float  # gloss on its way to that of sugar paste
    smooth: float  # how much of the real relief is lost
    pits: float  # strength of the paste's fine pits
    strokes: float  # strength of the knife's strokes
    pale: float  # share of icing sugar in the colour
    sprinkled: float  # share of the surface under sprinkles


LEVELS = {
    "hard": Sweetness(0.3, 0.25, 0.16, 0.06, 0.03, 0.0),
    "medium": Sweetness(0.72, 0.6, 0.3, 0.22, 0.12, 0.0),
    "easy": Sweetness(1.0, 0.9, 0.3, 0.6, 0.28, 1.0),
}
# Gloss of the paste that imitates a thing: chocolate for leather, gelatine for glass, lustre for metal.
PASTE = {"glass": 0.3, "metal": 0.42, "glaze": 0.42, "porcelain": 0.4, "leather": 0.46, "wax": 0.5}


class Again(Paint):
    """A material taken up again: what feeds an input can be asked for and replaced."""

    def __init__(self, material: Any) -> None:
        self.material = material
        self.tree = material.node_tree
        self.principled = self.tree.nodes["Principled BSDF"]

    def fed(self, name: str) -> Any:
        """Return what feeds an input of the Principled BSDF: another node's output, or its value."""
        socket = self.principled.inputs[name]
        if socket.is_linked:
            return socket.links[0].from_socket
        value = socket.default_value
        return tuple(value) if name in ("Base Color", "Subsurface Radius") else value

    def towards(self, name: str, aim: float, share: float) -> None:
        """Move an input of the Principled BSDF by `share` of the way to `aim`."""
        now = self.fed(name)
        if isinstance(now, bpy.types.NodeSocket):
            kept = self.sum(now, 1 - share, "MULTIPLY")
            self.plug(self.principled.inputs[name], self.sum(kept, aim * share))
        else:
            self.plug(self.principled.inputs[name], now + (aim - now) * share)


def banded(material: Any, bands: Sequence[Bands]) -> Any:
    """Return the material with bands (low z, high z, colour) painted round it."""
    paint = Again(material)
    height = paint.sum(paint.height(), paint.level(paint.noise(6), 0, 1, (-0.008, 0.008)))
    colour = paint.fed("Base Color")
    for low, high, code in bands:
        above = paint.level(height, low - 0.006, low + 0.006)
        inside = paint.sum(above, paint.level(height, high - 0.006, high + 0.006, (1, 0)), "MULTIPLY")
        colour = paint.mix(inside, colour, rgb(code))
    paint.give(base_color=colour)
    return material


def sweetened(material: Any, what: str, level: str, rng: random.Random) -> Any:
    """Return the material made of icing: "hard", "medium" or "easy" to tell from what it was."""
    far, paint, shift = LEVELS[level], Again(material), rng.uniform(0, 50)
    strokes = paint.noise(1.3, 4, paint.place((0.7, 0.7, 6), shift))
    colour = paint.fed("Base Color")
    dust = paint.level(paint.noise(3.5, 7, paint.place(shift=shift)), 0.5, 0.85, (far.pale * 0.4, far.pale))
    colour = paint.mix(dust, colour, rgb("#f8efe2"))
    tint = rng.choice(("#ffd9c9", "#fff0c4", "#e6f1d6", "#ffe0ea"))
    colour = paint.mix(0.35 * far.strokes, colour, rgb(tint), "MULTIPLY")
    relief: Any = paint.sum(strokes, far.strokes * 2.2, "MULTIPLY")
    fine = paint.sum(paint.noise(45, 3), paint.noise(7, 3, paint.place(shift=shift)))
    relief = paint.sum(relief, paint.sum(fine, far.pits, "MULTIPLY"))
    if far.sprinkled:
        colour, relief = sprinkles(paint, colour, relief, shift)
    paint.give(base_color=colour)
    gloss(paint, what, far)
    bumps(paint, relief, 1 - far.smooth)
    return material


def gloss(paint: Again, what: str, far: Sweetness) -> None:
    """Give the surface the shine of the paste that imitates `what`."""
    paint.towards("Roughness", PASTE.get(what, 0.55), far.dull)
    for name in ("Coat Weight", "Transmission Weight", "Sheen Weight"):
        paint.towards(name, 0.0, far.dull)
    paint.towards("Metallic", 0.0, far.dull * 0.7 if what == "metal" else 1.0)
    paint.towards("Subsurface Weight", 0.0, 0.5)
    if what == "glass":
        paint.towards("Transmission Weight", 0.0, 0.6)


def bumps(paint: Again, relief: Any, kept: float) -> None:
    """Weaken the relief there was to the share `kept`, and lay the paste's own over it."""
    for node in list(paint.tree.nodes):
        if node.bl_idname == "ShaderNodeBump":
            node.inputs["Strength"].default_value *= kept
    under = paint.fed("Normal")
    paint.bump(relief, 0.5, 0.03, under if isinstance(under, bpy.types.NodeSocket) else None)


def sprinkles(paint: Again, colour: Any, relief: Any, shift: float) -> tuple[Any, Any]:
    """Return colour and relief with hundreds and thousands strewn over them."""
    place = paint.place((1, 1, 1), shift)
    cell = paint.node("TexVoronoi", {"Vector": place, "Scale": 9.0, "Randomness": 1.0})
    few = paint.sum(paint.node("SeparateColor", {0: cell.outputs["Color"]}).outputs[1], 0.45, "LESS_THAN")
    grain = paint.sum(paint.level(cell.outputs["Distance"], 0.2, 0.27, (1, 0)), few, "MULTIPLY")
    pick = paint.node("SeparateColor", {0: cell.outputs["Color"]}).outputs[0]
    sweets = paint.ramp(
        pick,
        (0.0, rgb("#e0476a")),
        (0.25, rgb("#f2b632")),
        (0.5, rgb("#4fa9c9")),
        (0.75, rgb("#7cb95a")),
        (1.0, rgb("#ffffff")),
    )
    return paint.mix(grain, colour, sweets), paint.sum(relief, grain)
