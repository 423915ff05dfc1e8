"""How sure is sure: the three tones in which an answer is shown."""

from __future__ import annotations

from typing import Literal

Tone = Literal["strong", "weak", "unsure"]

STRONG = 0.5
WEAK = 0.25


def tone(probability: float) -> Tone:
    """Return how an answer of this probability is shown: green from 50 %, yellow from 25 %.

    >>> [tone(p) for p in (0.5, 0.49, 0.25, 0.2)]
    ['strong', 'weak', 'weak', 'unsure']
    """
    if probability >= STRONG:
        return "strong"
    return "weak" if probability >= WEAK else "unsure"


def short(label: str) -> str:
    """Return a label's first name: ImageNet's words are lists of synonyms.

    >>> short("great white shark, white shark, man-eater")
    'great white shark'
    """
    return label.split(",")[0].strip()
