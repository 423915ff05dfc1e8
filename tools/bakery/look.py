"""In which world a thing is made: a real one, or cake. A kind asks its Look for materials and edges."""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import matter
import real
from icing import Bands, banded, sweetened
from paint import rgb

Maker = Callable[..., Any]


def glass(colour: str, rough: float = 0.0) -> Any:
    """Return clear or tinted glass; a dark colour is a bottle with something dark in it."""
    dark = sum(int(colour.lstrip("#")[i : i + 2], 16) for i in (0, 2, 4)) < 240
    return real.bottle_glass(colour) if dark else real.glass(colour, rough)


MATTER: dict[str, Maker] = {
    "glaze": real.glaze,
    "porcelain": real.porcelain,
    "glass": glass,
    "metal": real.metal,
    "wax": real.wax,
    "leather": matter.leather,
    "paper": matter.card,
    "cloth": real.cloth,
    "rubber": matter.rubber,
    "plastic": matter.plastic,
    "wood": matter.turned_wood,
    "plant": matter.plant,
    "peel": matter.peel,
    "bread": matter.bread,
    "meat": matter.meat,
    "fur": matter.fur,
    "straw": matter.straw,
}
ROUNDER = {"": (1.0, 0.0), "hard": (1.25, 0.004), "medium": (1.7, 0.012), "easy": (2.2, 0.03)}
SEAMS = {"": 0.0, "hard": 0.25, "medium": 0.6, "easy": 0.9}


@dataclass(frozen=True)
class Look:
    """The world a thing is made in; `rng` is for materials only, shapes have dice of their own."""

    cake: bool
    level: str
    rng: random.Random

    def skin(self, what: str, colour: str, bands: Sequence[Bands] = (), **more: Any) -> Any:
        """Return the material called `what` in this world and colour.

        `bands` (low z, high z, colour) are painted on in both worlds, in the object's own units;
        `more` goes to the real material (rim=, low=, high=, rough=, dark= ...) where it knows the word.
        """
        maker = MATTER[what]
        known = inspect.signature(maker).parameters
        material = maker(colour, **{word: value for word, value in more.items() if word in known})
        material["icing"] = rgb(colour)
        if bands:
            banded(material, bands)
        return sweetened(material, what, self.level, self.rng) if self.cake else material

    def made(self, material: Any, what: str = "glaze") -> Any:
        """Return any other real material in this world: as it is, or as the baker would imitate it."""
        return sweetened(material, what, self.level, self.rng) if self.cake else material

    def edge(self, sharp: float) -> float:
        """Return the radius (units) an edge of `sharp` gets: rounder, the easier the cake is to tell."""
        factor, more = ROUNDER[self.level]
        return sharp * factor + more

    def seam(self) -> bool:
        """Return whether the fondant shows its seam or a fold; never in the real world."""
        return self.rng.random() < SEAMS[self.level]
