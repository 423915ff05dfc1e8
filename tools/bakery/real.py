"""Materials of made things: glaze, glass, wood, wax, cloth. Each returns a Blender material."""

from __future__ import annotations

from typing import Any

from paint import Paint, rgb, shaded


def glaze(colour: str, rim: str = "#7a4a2b", low: float = 0.0, high: float = 1.0) -> Any:
    """Stoneware: glossy, pooled thicker here and thinner there, bare clay below `low`, brown rim."""
    paint = Paint("glaze")
    body = rgb(colour)
    deep = shaded(body, 0.68)
    runs = paint.sum(paint.noise(2.2, 6), paint.noise(11, 4, paint.place((1, 1, 0.25))))
    pooled = paint.ramp(paint.sum(runs, 0.5, "MULTIPLY"), (0.36, deep), (0.62, body))
    freckles = paint.level(paint.cells(22), 0.05, 0.12, (0.75, 0))
    speckled = paint.mix(freckles, pooled, rgb("#4a3020"))
    height = paint.sum(paint.height(), paint.level(paint.noise(7), 0, 1, (-0.03, 0.03)))
    rimmed = paint.mix(paint.level(height, high - 0.07, high - 0.005), speckled, rgb(rim))
    clay = paint.ramp(paint.noise(30), (0.3, rgb("#b58f68")), (0.7, rgb("#cfae88")))
    glazed = paint.level(height, low - 0.008, low + 0.008)
    wavy = paint.noise(3.5, 2)
    return (
        paint.give(
            base_color=paint.mix(glazed, clay, rimmed),
            roughness=paint.level(glazed, 0, 1, (0.75, 0.2)),
            coat_weight=paint.level(glazed, 0, 1, (0, 0.6)),
            coat_roughness=0.06,
        )
        .bump(wavy, 0.25, 0.03)
        .material
    )


def porcelain(colour: str = "#f4efe6") -> Any:
    """White china: glossy, a little light passing under the surface."""
    paint = Paint("porcelain").give(base_color=rgb(colour), roughness=0.16, coat_weight=0.4)
    paint.give(subsurface_weight=0.15, subsurface_scale=0.03)
    return paint.bump(paint.noise(2.5, 2), 0.12, 0.02).material


def glass(tint: str = "#ffffff", rough: float = 0.0) -> Any:
    """Clear or tinted glass."""
    paint = Paint("glass").give(base_color=rgb(tint), roughness=rough, ior=1.47)
    return paint.give(transmission_weight=1.0).material


def bottle_glass(colour: str = "#16240f") -> Any:
    """Dark green bottle glass with dark wine behind it: seen as a deep, clear gloss."""
    paint = Paint("bottle").give(base_color=rgb(colour), roughness=0.03, ior=1.5)
    return paint.give(transmission_weight=0.3, coat_weight=0.6, coat_roughness=0.02).material


def drink(colour: str) -> Any:
    """A clear dark liquid such as red wine."""
    paint = Paint("drink").give(base_color=rgb(colour), roughness=0.0, ior=1.34)
    return paint.give(transmission_weight=0.85).material


def coffee() -> Any:
    """Black coffee from above: dark middle, hazel crema that gathers at the rim."""
    paint = Paint("coffee")
    swirl = paint.noise(5, 6, paint.place((1, 1, 1), 3))
    bubbles = paint.level(paint.cells(34), 0.0, 0.35, (0.25, 0))
    edge = paint.sum(paint.sum(paint.painted("along"), swirl, "MULTIPLY"), bubbles)
    foam = paint.ramp(edge, (0.18, rgb("#2a1409")), (0.42, rgb("#5b2f14")), (0.62, rgb("#b0763f")))
    paint.give(base_color=foam, roughness=0.12, subsurface_weight=0.1, subsurface_scale=0.02)
    return paint.bump(bubbles, 0.2, 0.01).material


def wax(colour: str = "#f4e9d2") -> Any:
    """Candle wax, lit from within where light enters it."""
    paint = Paint("wax").give(base_color=rgb(colour), roughness=0.42, subsurface_weight=1.0)
    paint.give(subsurface_radius=(1.0, 0.62, 0.36), subsurface_scale=0.25)
    return paint.bump(paint.noise(9, 4), 0.25, 0.02).material


def metal(colour: str = "#c9974a", rough: float = 0.24) -> Any:
    """Brass, steel or copper, brushed by use."""
    paint = Paint("metal").give(base_color=rgb(colour), metallic=1.0)
    worn = paint.noise(14, 6, paint.place((1, 1, 6)))
    return paint.give(roughness=paint.level(worn, 0.3, 0.7, (rough * 0.7, rough * 1.5))).material


def wood(light: str = "#b98a5e", dark: str = "#85593a", rough: float = 0.45) -> Any:
    """Boards side by side along x: each with its own tone and grain, thin dark seams between."""
    paint = Paint("wood")
    across = paint.sum(paint.node("SeparateXYZ", {0: paint.place()}).outputs["Y"], 50.62)
    boards = paint.sum(across, 1.35, "DIVIDE")
    which = paint.node("TexWhiteNoise", {"W": paint.sum(boards, 0, "FLOOR")}, noise_dimensions="1D")
    moved = paint.node("VectorMath", {0: paint.place(), 1: which.outputs["Color"]})
    jump = paint.node("VectorMath", {0: moved.outputs[0], 1: (7.0, 0.0, 9.0)}, operation="MULTIPLY_ADD")
    paint.plug(jump.inputs[2], which.outputs["Color"])
    long = paint.node("Mapping", {"Vector": jump.outputs[0], "Scale": (0.028, 1.5, 0.3)}).outputs[0]
    figure = paint.node(
        "TexNoise", {"Vector": long, "Scale": 2.2, "Detail": 7.0, "Distortion": 0.9, "Roughness": 0.6}
    ).outputs[0]
    fine = paint.noise(9, 6, paint.place((0.08, 3.0, 1)), 0.7)
    grain = paint.sum(paint.sum(figure, 0.7, "MULTIPLY"), paint.sum(fine, 0.3, "MULTIPLY"))
    tone = paint.sum(grain, paint.level(which.outputs["Value"], 0, 1, (-0.07, 0.07)))
    seam = paint.level(paint.sum(boards, 0, "FRACT"), 0.0, 0.012)
    planks = paint.ramp(tone, (0.4, rgb(dark)), (0.6, rgb(light)))
    paint.give(base_color=paint.mix(seam, rgb("#2e1a0e"), planks))
    paint.give(roughness=paint.level(fine, 0.3, 0.7, (rough + 0.12, rough)))
    return paint.bump(paint.sum(fine, paint.sum(seam, 2.0, "MULTIPLY")), 0.25, 0.02).material


def paper(colour: str, grain: float = 0.15) -> Any:
    """A painted or papered backdrop: one colour, softly uneven."""
    paint = Paint("paper")
    body = rgb(colour)
    shade = shaded(body, 0.9)
    paint.give(base_color=paint.ramp(paint.noise(0.5, 6), (0.3, shade), (0.7, body)), roughness=0.9)
    return paint.bump(paint.noise(18, 8), grain, 0.03).material


def label(ground: str = "#efe6d2", ink: str = "#6a1f22") -> Any:
    """A bottle's paper label: a plain ground with two printed bands and a seal, no words."""
    paint = Paint("label")
    height = paint.height()
    bands = paint.sum(paint.sum(height, 0.93, "SUBTRACT"), 0, "ABSOLUTE")
    thin = paint.level(paint.sum(paint.sum(bands, 0.4, "SUBTRACT"), 0, "ABSOLUTE"), 0.012, 0.016, (1, 0))
    spot = paint.node("VectorMath", {0: paint.place((1, 0, 1)), 1: (0, 0, 1.06)}, operation="DISTANCE")
    far = spot.outputs["Value"]
    seal = paint.level(far, 0.125, 0.129, (1, 0))
    ring = paint.level(paint.sum(paint.sum(far, 0.155, "SUBTRACT"), 0, "ABSOLUTE"), 0.007, 0.01, (1, 0))
    line = paint.level(paint.sum(paint.sum(height, 0.76, "SUBTRACT"), 0, "ABSOLUTE"), 0.028, 0.031, (1, 0))
    side = paint.sum(paint.node("SeparateXYZ", {0: paint.place()}).outputs["X"], 0, "ABSOLUTE")
    short = paint.sum(line, paint.level(side, 0.2, 0.204, (1, 0)), "MULTIPLY")
    printed = paint.sum(paint.sum(thin, seal, "MAXIMUM"), paint.sum(ring, short, "MAXIMUM"), "MAXIMUM")
    paint.give(base_color=paint.mix(printed, rgb(ground), rgb(ink)), roughness=0.8)
    return paint.bump(paint.noise(40, 4), 0.1, 0.01).material


def cloth(colour: str = "#e9dfcf", threads: float = 42) -> Any:
    """Linen: a weave of uneven threads."""
    paint = Paint("cloth")
    body = rgb(colour)
    shade = shaded(body, 0.78)
    weave = [
        paint.node(
            "TexWave",
            {"Vector": paint.place(), "Scale": threads / 6.3, "Distortion": 1.2, "Detail": 2.0},
            bands_direction=way,
        ).outputs["Fac"]
        for way in "XY"
    ]
    both = paint.sum(paint.sum(*weave), 0.5, "MULTIPLY")
    slubs = paint.noise(3, 6, paint.place((1, 12, 1)))
    tone = paint.sum(paint.sum(both, 0.5, "MULTIPLY"), paint.sum(slubs, 0.5, "MULTIPLY"))
    paint.give(base_color=paint.ramp(tone, (0.3, shade), (0.65, body)), roughness=0.95)
    return paint.give(sheen_weight=0.3).bump(both, 0.5, 0.015).material


def glow(colour: str, strength: float) -> Any:
    """A surface that only shines."""
    paint = Paint("glow").give(base_color=rgb("#000000"), emission_color=rgb(colour))
    return paint.give(emission_strength=strength).material


def velvet(colour: str = "#7e3b36") -> Any:
    """Heavy curtain cloth: dark in its depths, pale where it turns away."""
    paint = Paint("velvet")
    body = rgb(colour)
    deep = shaded(body, 0.7)
    paint.give(base_color=paint.ramp(paint.noise(1.2, 6), (0.3, deep), (0.7, body)), roughness=0.85)
    paint.give(sheen_weight=0.7, sheen_roughness=0.4, sheen_tint=rgb("#e8c0b4"))
    return paint.bump(paint.noise(60, 4, paint.place((1, 1, 0.3))), 0.2, 0.01).material


def flame() -> Any:
    """A candle flame: blue foot, white-yellow body, orange tip, clear at its edges."""
    paint = Paint("flame")
    height = paint.painted("along")
    tone = paint.ramp(
        height,
        (0.0, rgb("#3a5cff")),
        (0.16, rgb("#ffa63c")),
        (0.42, rgb("#ffdf8e")),
        (1.0, rgb("#ffb648")),
    )
    facing = paint.node("LayerWeight", {"Blend": 0.35}).outputs["Facing"]
    glow = paint.level(height, 0.05, 0.4, (0.6, 9.0))
    light = paint.node("Emission", {"Color": tone, "Strength": glow}).outputs[0]
    clear = paint.node("BsdfTransparent").outputs[0]
    solid = paint.sum(
        paint.level(height, 0.0, 0.25, (0.25, 1)), paint.level(facing, 0.1, 0.9, (1, 0)), "MULTIPLY"
    )
    both = paint.node("MixShader", {0: solid, 1: clear, 2: light}).outputs[0]
    paint.plug(paint.tree.nodes["Material Output"].inputs["Surface"], both)
    return paint.material
