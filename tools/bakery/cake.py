"""Materials of the pastry: fondant, buttercream, ganache, sponge. Each returns a Blender material."""

from __future__ import annotations

from typing import Any

from paint import Paint, rgb, shaded


def fondant(colour: str, rim: str | None = None, low: float = 0.0, high: float = 1.0) -> Any:
    """Rolled sugar paste: matt, soft, finely pitted; `rim` and `low` are painted on as on a glaze."""
    paint = Paint("fondant")
    body = rgb(colour)
    shade = shaded(body, 0.86)
    brushed = paint.ramp(paint.noise(3, 6), (0.3, shade), (0.7, body))
    if rim:
        height = paint.sum(paint.height(), paint.level(paint.noise(7), 0, 1, (-0.03, 0.03)))
        brushed = paint.mix(paint.level(height, high - 0.07, high - 0.005), brushed, rgb(rim))
        bare = paint.level(height, low - 0.012, low + 0.012)
        brushed = paint.mix(bare, rgb("#d2b089"), brushed)
    sugar = paint.level(paint.noise(4, 8, paint.place((1, 1, 1), 7)), 0.55, 0.85, (0, 0.12))
    pits = paint.sum(paint.noise(45, 4), paint.sum(paint.noise(6, 3), 2.2, "MULTIPLY"))
    paint.give(base_color=paint.mix(sugar, brushed, rgb("#fbf6ee")), roughness=0.5)
    paint.give(subsurface_weight=0.35, subsurface_scale=0.06, sheen_weight=0.12)
    return paint.bump(pits, 0.3, 0.012).material


def buttercream(colour: str = "#f7ead6") -> Any:
    """Spread butter icing: soft strokes of a palette knife, faint gloss."""
    paint = Paint("buttercream")
    strokes = paint.noise(1.4, 5, paint.place((0.6, 0.6, 7)))
    body = rgb(colour)
    shade = shaded(body, 0.93)
    paint.give(base_color=paint.ramp(strokes, (0.3, shade), (0.7, body)), roughness=0.48)
    paint.give(subsurface_weight=0.5, subsurface_scale=0.08)
    return paint.bump(strokes, 0.35, 0.06).material


def ganache(colour: str = "#2f170c", rough: float = 0.17) -> Any:
    """Poured chocolate: dark, glossy, settled almost flat; roasted beans where it is rougher."""
    paint = Paint("ganache").give(base_color=rgb(colour), roughness=rough, coat_weight=0.35)
    paint.give(subsurface_weight=0.1, subsurface_scale=0.03, coat_roughness=0.1)
    return paint.bump(paint.noise(3, 3), 0.15, 0.03).material


def sponge(crumb: str = "#f3d193", cream: str = "#f8ecd8", skin: str = "#f7ead6") -> Any:
    """The cut face of a cake: porous crumb; "cream" and "skin" are painted on by `pastry.face`."""
    paint = Paint("sponge")
    pores = paint.level(paint.cells(17, paint.place((1, 1, 1.4), 1)), 0.06, 0.5)
    fine = paint.noise(48, 8, rough=0.7)
    body = rgb(crumb)
    deep = (body[0] * 0.6, body[1] * 0.48, body[2] * 0.34, 1.0)
    pale = shaded(body, 1.18)
    tone = paint.sum(paint.sum(pores, 0.45, "MULTIPLY"), paint.sum(fine, 0.55, "MULTIPLY"))
    crumbs = paint.ramp(tone, (0.26, deep), (0.45, body), (0.72, pale))
    is_cream, is_skin = paint.painted("cream"), paint.painted("skin")
    iced = paint.mix(paint.level(is_cream, 0.35, 0.65), crumbs, rgb(cream))
    smooth = paint.level(paint.sum(is_cream, is_skin, "MAXIMUM"), 0.3, 0.7, (1, 0.06))
    height = paint.sum(paint.sum(pores, fine), smooth, "MULTIPLY")
    paint.give(base_color=paint.mix(paint.level(is_skin, 0.4, 0.6), iced, rgb(skin)))
    paint.give(roughness=paint.level(smooth, 0, 1, (0.4, 0.85)))
    paint.give(subsurface_weight=0.3, subsurface_scale=0.05)
    return paint.bump(height, 0.6, 0.035).material


def cherry(colour: str = "#7c0611") -> Any:
    """A ripe cherry: deep red, taut and shiny."""
    paint = Paint("cherry")
    body = rgb(colour)
    deep = shaded(body, 0.45)
    paint.give(base_color=paint.ramp(paint.noise(4, 3), (0.3, deep), (0.7, body)), roughness=0.16)
    return paint.give(subsurface_weight=0.25, subsurface_scale=0.04, coat_weight=0.7).material
