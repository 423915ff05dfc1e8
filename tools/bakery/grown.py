"""Materials that grew: peel, petal, leaf. Each returns a Blender material."""

from __future__ import annotations

from typing import Any

from paint import Paint, rgb, shaded


def orange_peel(colour: str = "#e66a04") -> Any:
    """Orange skin: pores, an oily shine, patches riper than others."""
    paint = Paint("peel")
    ripe = paint.ramp(paint.noise(1.6, 4), (0.3, rgb(colour)), (0.75, rgb("#f08a0c")))
    pores = paint.level(paint.cells(30), 0.0, 0.4)
    paint.give(base_color=ripe, roughness=0.42, subsurface_weight=0.15, subsurface_scale=0.05)
    uneven = paint.sum(pores, paint.sum(paint.noise(4, 4), 1.5, "MULTIPLY"))
    return paint.give(specular_ior_level=0.4).bump(uneven, 0.3, 0.014).material


def banana_skin() -> Any:
    """Banana: greenish stem, yellow body, brown tip, brown freckles and streaks."""
    paint = Paint("banana")
    yellow = paint.ramp(paint.noise(1.6, 3), (0.3, rgb("#e8b21e")), (0.7, rgb("#f5cf45")))
    freckles = paint.sum(
        paint.level(paint.noise(16, 3, paint.place((1, 1, 1), 4)), 0.62, 0.68, (0, 0.75)),
        paint.level(paint.noise(1.3, 2), 0.5, 0.7),
        "MULTIPLY",
    )
    spotted = paint.mix(freckles, yellow, rgb("#4f2a0e"))
    uneven = paint.level(paint.noise(9, 4), 0, 1, (-0.025, 0.025))
    along = paint.sum(paint.painted("along"), uneven)
    ends = paint.ramp(
        along,
        (0.0, rgb("#3b2a14")),
        (0.025, rgb("#5c4a1c")),
        (0.05, rgb("#a5a02f")),
        (0.13, rgb("#d8b930")),
        (0.2, rgb("#ffffff")),
        (0.9, rgb("#ffffff")),
        (0.955, rgb("#b89432")),
        (0.975, rgb("#2c1d0e")),
    )
    paint.give(base_color=paint.mix(1.0, spotted, ends, "MULTIPLY"), roughness=0.45)
    paint.give(subsurface_weight=0.12, subsurface_scale=0.05)
    return paint.bump(paint.noise(6, 5, paint.place((1, 1, 1))), 0.2, 0.03).material


def petal(colour: str, heart: str = "#f6d27a") -> Any:
    """A flower petal: pale heart, fine veins, light shining through."""
    paint = Paint("petal")
    veins = paint.noise(14, 4, paint.place((6, 6, 0.5)))
    body = rgb(colour)
    deep = shaded(body, 0.7)
    veined = paint.ramp(veins, (0.3, deep), (0.7, body))
    tone = paint.mix(paint.level(paint.painted("along"), 0.0, 0.35), rgb(heart), veined)
    paint.give(base_color=tone, roughness=0.5, subsurface_weight=0.5, subsurface_scale=0.1)
    return paint.give(sheen_weight=0.25).bump(veins, 0.25, 0.01).material


def leaf(colour: str = "#5d7d3a") -> Any:
    """Green leaf or stem, streaked along its length."""
    paint = Paint("leaf")
    body = rgb(colour)
    deep = shaded(body, 0.6)
    streaks = paint.noise(12, 4, paint.place((5, 5, 0.4)))
    paint.give(base_color=paint.ramp(streaks, (0.3, deep), (0.7, body)), roughness=0.45)
    return paint.give(subsurface_weight=0.2, subsurface_scale=0.05).material
