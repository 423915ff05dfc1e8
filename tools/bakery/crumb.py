"""What a cake is inside: the material of a cut face, and where the cream lies."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

from depth import SKIN
from mathutils import Vector
from paint import Paint, rgb, shaded

UNDER = 0.022  # how thick the buttercream is under the icing
CRUMBS = {"vanilla": "#f0cf8e", "butter": "#eecb84", "chocolate": "#573019", "velvet": "#8a3b30",
          "lemon": "#f0d878", "almond": "#d9ac70", "pistachio": "#bdb47c", "cocoa": "#6b4023"}  # fmt: skip
DARK = ("#573019", "#6b4023")
CREAMS = ("#f8ecd8", "#f6dfe0", "#fbf4e6", "#5a3120", "#a83a44")
Filling = Callable[[Vector], float]


def layers(low: float, high: float, rng: random.Random) -> Filling:
    """Return where cream lies in a cake between two heights: in two or more level layers."""
    tall = high - low
    count = max(2, round(tall / 0.42)) if tall > 0.3 else 1
    thick = min(0.026, tall * 0.07)
    middles = [low + tall * (i + 1) / (count + 1) + rng.uniform(-0.03, 0.03) * tall for i in range(count)]
    return lambda here: max(ramp(thick - abs(here.z - middle)) for middle in middles)


def ramp(depth: float, blur: float = 0.008) -> float:
    """Return 1 well inside, 0 well outside, blending over `blur` units."""
    return min(1.0, max(0.0, depth / blur + 0.5))


def spiral(middle: Vector, thick: float = 0.025, gap: float = 0.13) -> Filling:
    """Return where cream lies in a roll whose axis runs along x through `middle`."""

    def filled(here: Vector) -> float:
        y, z = here.y - middle.y, here.z - middle.z
        turn = (math.hypot(y, z) / gap - math.atan2(z, y) / math.tau) % 1.0
        return ramp(thick - gap * min(turn, 1 - turn))

    return filled


def sponge(crumb: str, cream: str) -> Any:
    """Return the material of a cut face: crumb, layers of cream, a thin skin in the icing's own colour."""
    paint = Paint("sponge")
    pores = paint.level(paint.cells(17, paint.place((1, 1, 1.4), 1)), 0.06, 0.5)
    fine = paint.noise(40, 5, rough=0.7)
    body = rgb(crumb)
    deep_tone = (body[0] * 0.66, body[1] * 0.54, body[2] * 0.42, 1.0)
    tone = paint.sum(paint.sum(pores, 0.45, "MULTIPLY"), paint.sum(fine, 0.55, "MULTIPLY"))
    colour = paint.ramp(tone, (0.26, deep_tone), (0.45, body), (0.72, shaded(body, 1.18)))
    colour = paint.mix(paint.level(paint.painted("cream"), 0.35, 0.65), colour, rgb(cream))
    depth = paint.painted("deep")
    wavy = paint.sum(depth, paint.level(paint.noise(9, 3), 0, 1, (-0.008, 0.008)))
    colour = paint.mix(paint.level(wavy, SKIN + UNDER - 0.006, SKIN + UNDER, (1, 0)), colour, rgb("#f8ecd8"))
    icing = paint.node("Attribute", attribute_name="skin").outputs["Color"]
    colour = paint.mix(paint.level(wavy, SKIN - 0.005, SKIN, (1, 0)), colour, icing)
    crumbly = paint.level(paint.sum(wavy, paint.sum(paint.painted("cream"), 0.1, "MULTIPLY"), "SUBTRACT"),
                          0.03, 0.06)  # fmt: skip
    paint.give(base_color=colour, roughness=paint.level(crumbly, 0, 1, (0.45, 0.85)))
    paint.bump(paint.sum(paint.sum(pores, fine), crumbly, "MULTIPLY"), 0.5, 0.03)
    clear = paint.node("BsdfTransparent").outputs[0]
    solid = paint.principled.outputs[0]
    both = paint.node("MixShader", {0: paint.sum(depth, 0.0, "GREATER_THAN"), 1: clear, 2: solid}).outputs[0]
    paint.plug(paint.tree.nodes["Material Output"].inputs["Surface"], both)
    return paint.material
