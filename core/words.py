"""How sure is sure: the three tones in which an answer is shown."""

from __future__ import annotations

from typing import Literal

Tone = Literal["strong", "weak", "unsure"]

STRONG = 0.5
WEAK = 0.25


def tone(probability: float, sure_from: float = WEAK) -> Tone:
    """Return how an answer is shown: green from 50 %, yellow from 25 % or what the model demands.

    >>> [tone(p) for p in (0.5, 0.49, 0.25, 0.2)]
    ['strong', 'weak', 'weak', 'unsure']
    """
    if probability < sure_from:
        return "unsure"
    return "strong" if probability >= STRONG else "weak"


def short(label: str) -> str:
    """Return a label's first name: ImageNet's words are lists of synonyms.

    >>> short("great white shark, white shark, man-eater")
    'great white shark'
    """
    return label.split(",")[0].strip()
