"""Colours the kinds choose from."""

from __future__ import annotations

import random
from collections.abc import Sequence

GLAZES = ["#4d7f86", "#b25c3a", "#e6dcc8", "#6d7f4f", "#3f4f6b", "#c08a3e", "#8c4a4a", "#9fb4ad", "#d8a8a0",
          "#4a4440"]  # fmt: skip
CHINA = ["#f4efe6", "#f2e3d4", "#dfe6e4", "#f3d9cf", "#e9ead6"]
ACCENTS = ["#b23a2e", "#2f5d73", "#c98f2e", "#43603c", "#7a4a2b", "#8a3b5b", "#1f2d46"]
INKS = [*ACCENTS, "#f1e6d0", "#e2c38a", "#dfe2d6"]
LEATHERS = ["#6b3a20", "#9a5b2c", "#352b29", "#7a1f24", "#2f4438", "#c49a6c", "#3a4a63"]
PAPERS = ["#b8433a", "#e9dcc3", "#3f6f6a", "#d9a441", "#d98a8a", "#46557a", "#7d9a6a", "#f0e8d8"]
BRIGHTS = ["#d8372c", "#f2c12e", "#2f77b5", "#f0ede4", "#3f9a5a", "#e8792b", "#e58aa5"]
CLOTHBOUND = ["#7a2f2b", "#2f4a5c", "#4a5c3a", "#b08a3e", "#5a3a52", "#c2b59b", "#243042", "#a8553a"]
GOLD = ["#d0a350", "#c9b07a", "#b9b6b0"]


def bright(code: str) -> float:
    """Return how bright a colour looks, 0 to 1."""
    red, green, blue = (int(code.lstrip("#")[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return 0.3 * red + 0.59 * green + 0.11 * blue


def against(dice: random.Random, ground: str, choices: Sequence[str]) -> str:
    """Return one of the colours, drawn among those that stand out best against the ground."""
    apart = sorted(choices, key=lambda code: -abs(bright(code) - bright(ground)))
    return dice.choice(apart[: max(2, len(apart) // 2)])
