"""Materials of things about the house that real.py lacks: leather, rubber, crust, fur, straw and such."""

from __future__ import annotations

from typing import Any

from paint import Colour, Paint, rgb, shaded


def uneven(paint: Paint, body: Colour, scale: float, deep: float = 0.8) -> Any:
    """Return a colour that wanders between `body` and the same made darker."""
    return paint.ramp(paint.noise(scale, 6), (0.32, shaded(body, deep)), (0.68, body))


def leather(colour: str, rough: float = 0.42) -> Any:
    """Tanned hide: fine grain of small cells, worn paler here and there, a waxed shine."""
    paint = Paint("leather")
    grain = paint.cells(24, feature="DISTANCE_TO_EDGE")
    creases = paint.sum(paint.level(grain, 0.0, 0.18), paint.noise(60, 3))
    worn = paint.level(paint.noise(2.5, 5), 0.4, 0.7, (rough + 0.1, rough - 0.06))
    paint.give(base_color=uneven(paint, rgb(colour), 2.4, 0.72), roughness=worn, specular_ior_level=0.45)
    return paint.bump(creases, 0.35, 0.012).material


def rubber(colour: str, rough: float = 0.38) -> Any:
    """Rubber: even, dull, with a broad soft highlight."""
    paint = Paint("rubber")
    paint.give(base_color=uneven(paint, rgb(colour), 2, 0.94), roughness=rough)
    return paint.bump(paint.noise(90, 2), 0.06, 0.006).material


def plastic(colour: str, rough: float = 0.22) -> Any:
    """Moulded plastic: one colour, a clean highlight."""
    paint = Paint("plastic").give(base_color=rgb(colour), roughness=rough, coat_weight=0.2)
    return paint.bump(paint.noise(3, 2), 0.06, 0.02).material


def turned_wood(colour: str, rough: float = 0.4) -> Any:
    """Wood in one piece, its grain running upwards."""
    paint = Paint("turned wood")
    body = rgb(colour)
    grain = paint.noise(7, 6, paint.place((1, 1, 0.12)), 0.65)
    paint.give(base_color=paint.ramp(grain, (0.32, shaded(body, 0.6)), (0.68, body)), roughness=rough)
    return paint.bump(grain, 0.15, 0.01).material


def plant(colour: str, rough: float = 0.45) -> Any:
    """Leaf, stem or moss: green streaked along its height."""
    paint = Paint("plant")
    body = rgb(colour)
    streaks = paint.noise(9, 5, paint.place((3, 3, 0.5)))
    paint.give(base_color=paint.ramp(streaks, (0.3, shaded(body, 0.55)), (0.7, body)), roughness=rough)
    return paint.bump(streaks, 0.25, 0.015).material


def peel(colour: str, rough: float = 0.38, pores: float = 26) -> Any:
    """Fruit skin: pores, an oily shine, patches riper than others."""
    paint = Paint("peel")
    body = rgb(colour)
    red, green, blue, _ = body
    ripe = (red * 0.86, green * 0.68, blue * 0.6, 1.0)
    paint.give(base_color=paint.ramp(paint.noise(1.7, 5), (0.35, ripe), (0.7, body)), roughness=rough)
    dents = paint.sum(paint.level(paint.cells(pores), 0.0, 0.4), paint.noise(5, 4))
    return paint.bump(dents, 0.3, 0.014).material


def bread(colour: str = "#b9702f", rough: float = 0.5) -> Any:
    """Baked crust: brown where the heat was, pale where it was shaded, floury, faintly blistered."""
    paint = Paint("bread")
    body = rgb(colour)
    baked = paint.ramp(paint.noise(1.8, 6), (0.3, shaded(body, 0.55)), (0.7, shaded(body, 1.15)))
    flour = paint.level(paint.noise(7, 8, paint.place((1, 1, 1), 3)), 0.6, 0.8, (0, 0.35))
    paint.give(base_color=paint.mix(flour, baked, rgb("#f1e2c6")), roughness=rough)
    return paint.bump(paint.sum(paint.noise(9, 6), paint.cells(14)), 0.3, 0.02).material


def meat(colour: str = "#5a2e1c", rough: float = 0.4) -> Any:
    """Grilled mince: dark, coarse, greasy."""
    paint = Paint("meat")
    body = rgb(colour)
    lumps = paint.cells(11)
    tone = paint.sum(paint.sum(lumps, 0.5, "MULTIPLY"), paint.sum(paint.noise(9, 6), 0.5, "MULTIPLY"))
    paint.give(base_color=paint.ramp(tone, (0.3, shaded(body, 0.5)), (0.7, shaded(body, 1.3))))
    return paint.give(roughness=rough).bump(tone, 0.8, 0.05).material


def fur(colour: str, rough: float = 0.95) -> Any:
    """Short plush: tufts, darker in their depths, bright at the rim."""
    paint = Paint("fur")
    body = rgb(colour)
    tufts = paint.sum(paint.noise(42, 3, rough=0.75), paint.sum(paint.noise(13, 4), 0.6, "MULTIPLY"))
    paint.give(base_color=paint.ramp(tufts, (0.55, shaded(body, 0.45)), (1.0, body)), roughness=rough)
    paint.give(sheen_weight=0.5, sheen_roughness=0.5)
    return paint.bump(tufts, 0.9, 0.04).material


def straw(colour: str = "#d9b779", rough: float = 0.7) -> Any:
    """Plaited straw: rows one over another, blades of different age."""
    paint = Paint("straw")
    body = rgb(colour)
    around = paint.node("TexWave", {0: paint.place(), 1: 4.2, 2: 0.6, 3: 2.0}, bands_direction="Z")
    blades = paint.node("TexWave", {0: paint.place(), 1: 5.5, 2: 2.5, 3: 2.0}, bands_direction="DIAGONAL")
    weave = paint.sum(around.outputs["Fac"], blades.outputs["Fac"], "MULTIPLY")
    tone = paint.sum(paint.sum(weave, 0.6, "MULTIPLY"), paint.sum(paint.noise(14, 4), 0.4, "MULTIPLY"))
    paint.give(base_color=paint.ramp(tone, (0.15, shaded(body, 0.5)), (0.6, body)), roughness=rough)
    return paint.bump(weave, 0.6, 0.03).material


def card(colour: str, rough: float = 0.75) -> Any:
    """Coloured paper or card: one colour, a little tooth."""
    paint = Paint("card")
    paint.give(base_color=uneven(paint, rgb(colour), 3, 0.93), roughness=rough)
    return paint.bump(paint.noise(50, 4), 0.1, 0.008).material
