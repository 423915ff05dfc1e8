"""Boxes: what a detector found, and which of it to show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """One thing found: its word, its probability, and [x, y, width, height] in pixels."""

    label: str
    probability: float
    x: float
    y: float
    width: float
    height: float


def iou(a: Box, b: Box) -> float:
    """Return the intersection over union of two boxes, 0..1 (0 where both are empty).

    >>> iou(Box("cake", 1, 0, 0, 2, 2), Box("cake", 1, 1, 0, 2, 2))
    0.3333333333333333
    """
    wide = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
    high = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
    shared = max(wide, 0.0) * max(high, 0.0)
    union = a.width * a.height + b.width * b.height - shared
    return shared / union if union > 0 else 0.0


def suppress(
    boxes: Iterable[Box], *, score: float = 0.5, overlap: float = 0.5, limit: int = 20
) -> tuple[Box, ...]:
    """Return the boxes worth showing, likeliest first: greedy non-maximum suppression.

    A box is dropped below the `score`, or where a likelier one, of whatever word, covers it by more
    than `overlap` (IoU). Words compete, as in the COCO-SSD of TensorFlow.js; unlike there, score
    and overlap are two numbers.
    """
    kept: list[Box] = []
    for box in sorted(boxes, key=lambda found: -found.probability):
        if box.probability < score or len(kept) == limit:
            break
        if all(iou(box, other) <= overlap for other in kept):
            kept.append(box)
    return tuple(kept)
