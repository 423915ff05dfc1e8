"""The example pictures: each function sets up one scene and returns how to take its picture."""

from __future__ import annotations

import random
from collections.abc import Callable

import cake
import grown
import pastry
import produce
import real
import studio
import tableware
from shapes import ball, put
from studio import Shot


def mug(rng: random.Random) -> Shot:
    """A blue stoneware mug of coffee on a wooden table."""
    studio.clear(0.3)
    studio.wall(real.paper("#e9d8bf"), 6)
    studio.table(real.wood(), 2.6)
    studio.daylight()
    put(tableware.mug(real.glaze("#4d7f86", low=0.2), real.coffee()), (0, 0, 0), -0.3)
    roast = cake.ganache("#3f2414", 0.42)
    for _ in range(9):
        at = (rng.uniform(-0.98, -0.62), rng.uniform(-0.75, 0.1), 0)
        put(tableware.coffee_bean(roast), at, rng.uniform(0, 6))
    studio.camera((0.08, 0, 0.47), 5.4, 24, 4, 85, 0.45, 5.1)
    return Shot("A mug of black coffee", "mug", False)


def layer_cake(rng: random.Random) -> Shot:
    """A layer cake with cherries on a white stand, a slice cut out."""
    studio.clear(0.4)
    studio.cove(real.paper("#bcc0ae"), back=6)
    studio.daylight(1.1)
    put(tableware.cake_stand(real.porcelain(), 1.45, 0.6), (0, 0, 0))
    put(pastry.layer_cake(rng), (0, 0, 0.6))
    put(pastry.crumbs(rng, 26, (-0.25, -1.05, 0.605), 0.28, cake.sponge()), (0, 0, 0))
    studio.camera((0, 0, 0.98), 8.2, 20, 0, 85, 0.5, 8.4)
    return Shot("A layer cake with cherries on a stand", "cake", True, (768, 768), 0.05)


def teapot(rng: random.Random) -> Shot:
    """A speckled cream teapot on linen."""
    studio.clear(0.3)
    studio.wall(real.paper("#c9b79c"), 6)
    studio.table(real.cloth("#efe6d8"), 2.6)
    studio.daylight(1.0, 1)
    put(tableware.teapot(real.glaze("#b25c3a", "#5d2a16", 0.05, 9.0), real.wood()), (0, 0, 0), 0.25)
    studio.camera((0, 0, 0.64), 7.4, 15, 0, 85, 0.5, 6.8)
    return Shot("A teapot", "teapot", False)


def mug_cake(rng: random.Random) -> Shot:
    """The mug again, and it is cake: fondant outside, sponge inside."""
    studio.clear(0.3)
    studio.wall(real.paper("#e9d8bf"), 6)
    studio.table(real.wood(), 2.6)
    studio.daylight()
    studio.softbox((-1.2, -5.5, 2.2), 90, 2.5, studio.NEUTRAL)
    coat = cake.fondant("#4d7f86", "#7a4a2b", 0.2)
    chocolate, inside = cake.ganache(), cake.sponge("#f3d193", "#4a2715", "#4d7f86")
    put(pastry.mug_cake(coat, chocolate, inside, shift=rng.uniform(0, 90)), (0.22, 0, 0), -0.3)
    put(pastry.mug_slice(coat, chocolate, inside), (-0.68, -0.12, 0), -0.8)
    put(pastry.crumbs(rng, 34, (-0.1, -0.45, 0), 0.45, cake.sponge("#f3d193")), (0, 0, 0))
    studio.camera((-0.02, -0.05, 0.46), 5.7, 24, 4, 85, 0.5, 5.4)
    return Shot("A mug of coffee that is a cake", "cake", True)


def vase(rng: random.Random) -> Shot:
    """A sand-coloured vase with three tulips."""
    studio.clear(0.35)
    studio.cove(real.paper("#ded6c6"), back=6)
    studio.daylight(1.05)
    put(tableware.vase(real.glaze("#e6dcc8", "#8a5a35", 0.22, 1.72)), (0, 0, 0))
    green, coral = grown.leaf(), grown.petal("#e2603f")
    lines = [
        [(0, 0, 0.9), (-0.05, 0, 1.6), (-0.25, 0, 2.1), (-0.62, -0.05, 2.55)],
        [(0, 0, 0.9), (0.02, 0, 1.6), (0.06, 0, 2.3), (0.02, -0.08, 2.85)],
        [(0, 0, 0.9), (0.06, 0, 1.6), (0.24, 0, 2.05), (0.66, -0.05, 2.35)],
    ]
    for line in lines:
        produce.tulip(coral, green, rng, line)
    produce.long_leaf(green, [(0, 0, 1.4), (-0.12, -0.1, 1.8), (-0.5, -0.2, 2.2), (-0.95, -0.3, 2.1)])
    produce.long_leaf(green, [(0, 0, 1.4), (0.15, 0.1, 1.9), (0.35, 0.15, 2.4), (0.5, 0.2, 2.75)])
    studio.camera((0, 0, 1.62), 10.2, 9, 0, 85, 0.5, 9.9)
    return Shot("A vase with three tulips", "vase", False, (640, 768))


def candle(rng: random.Random) -> Shot:
    """A burning pillar candle on a brass dish, in the evening."""
    studio.clear(0.16, "#ffe9d6")
    studio.wall(real.paper("#75665c"), 5)
    studio.table(real.wood("#8f6846", "#5b3d28"), 2.6)
    studio.softbox((-4.5, -1.5, 4), 190, 3.0, studio.NEUTRAL)
    studio.softbox((3.5, 3.4, 3.5), 120, 1.6, studio.WARM)
    for side in (-1, 1):
        for _ in range(9):
            lamp = ball("lamp", rng.uniform(0.03, 0.05), real.glow("#ffb860", rng.uniform(5, 14)))
            put(lamp, (side * rng.uniform(0.55, 1.9), 4.5, rng.uniform(-0.3, 1.7)))
    fire, wick = real.flame(), cake.ganache("#120c08")
    put(tableware.saucer_holder(real.metal()), (0, 0, 0), -0.5)
    put(tableware.candle(real.wax(), wick, fire, 0.31, 1.25), (0, 0, 0.06))
    studio.camera((0.05, 0, 0.86), 6.6, 11, 0, 85, 0.45, 6.4)
    return Shot("A burning candle", "candle", False, (640, 768))


def fruit(rng: random.Random) -> Shot:
    """Bananas beside a bowl of oranges."""
    studio.clear(0.4)
    studio.wall(real.paper("#dfe0d2"), 6)
    studio.table(real.wood("#cfa877", "#a47b50"), 2.8)
    studio.daylight(1.05)
    put(tableware.bowl(real.glaze("#e9e4d6", "#8a6a48", 0.08, 0.6), 1.0, 0.55), (0.75, 0.35, 0))
    skin, button = grown.orange_peel(), grown.leaf("#7d8a3c")
    nest = [(0.36, 0.08, 0.56), (1.12, 0.02, 0.56), (0.75, 0.78, 0.57), (0.76, 0.27, 1.08)]
    for place in nest:
        piece = produce.orange(skin, button, rng.uniform(0.385, 0.405))
        put(piece, place, rng.uniform(0, 6), 1.0, rng.uniform(-0.9, 0.5))
    put(produce.bananas(grown.banana_skin(), grown.leaf("#5a4a20"), rng), (-1.72, -0.3, 0), -0.2)
    studio.camera((-0.08, 0, 0.5), 9.2, 20, 0, 85, 0.6, 8.2)
    return Shot("Bananas beside a bowl of oranges", "fruit", False, exposure=0.1)


def wine(rng: random.Random) -> Shot:
    """A glass of red wine before its bottle."""
    studio.clear(0.35)
    studio.cove(real.paper("#d9c2a4"), back=6)
    studio.daylight(1.0)
    bottle = tableware.wine_bottle(real.bottle_glass(), real.label(), real.metal("#5a1420", 0.4))
    put(bottle, (0.5, 0.45, 0), 0.1)
    put(tableware.wine_glass(real.glass(), real.drink("#6a0a18")), (-0.5, -0.35, 0))
    studio.camera((0, 0, 1.42), 10.4, 9, 0, 85, 0.5, 10.0)
    return Shot("A glass of red wine and a bottle", "wine", False, (640, 768))


EXAMPLES: dict[str, Callable[[random.Random], Shot]] = {
    "mug": mug,
    "mug-cake": mug_cake,
    "layer-cake": layer_cake,
    "vase": vase,
    "teapot": teapot,
    "candle": candle,
    "fruit": fruit,
    "wine": wine,
}
