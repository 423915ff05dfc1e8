"""What a model said of a picture: words with probabilities, an embedding, boxes."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice, takewhile

import numpy as np
from numpy.typing import NDArray

from core.detect import Box
from core.errors import ModelBroken
from core.models import ModelSpec, Role

WEAKEST_BOX = 0.05
MOST_BOXES = 100


@dataclass(frozen=True)
class Score:
    """One word and its probability, 0..1."""

    label: str
    probability: float


@dataclass(frozen=True)
class Answer:
    """What one model said of one picture.

    `probabilities` (n,) float32 belongs to the spec's labels and is empty without scores;
    `embedding` (d,) float32 is empty without one; `boxes` come likeliest first and unsuppressed.
    `size` is the (width, height) those boxes are measured in. `elapsed_ms` counts preparing the
    pixels and the invoke, not the waiting.
    """

    spec: ModelSpec = field(repr=False)
    probabilities: NDArray[np.float32]
    embedding: NDArray[np.float32]
    boxes: tuple[Box, ...]
    size: tuple[int, int]
    elapsed_ms: float

    def top(self, count: int = 3) -> tuple[Score, ...]:
        """Return the likeliest words, best first.

        Nameless scores are left out, and so is what a quantised model gives no chance at all.
        """
        labels = self.spec.labels
        order = np.argsort(-self.probabilities, kind="stable").tolist()
        likely = takewhile(lambda at: self.probabilities[at] > 0, order)
        named = islice((at for at in likely if at < len(labels) and labels[at]), count)
        return tuple(Score(labels[at], float(self.probabilities[at])) for at in named)

    def boxes_on(self, width: int) -> tuple[Box, ...]:
        """Return the boxes in pixels of the whole picture, this wide, of which the engine may have
        been given a smaller copy."""
        zoom = width / self.size[0]

        def scaled(side: float) -> float:
            return round(side * zoom, 1)

        return tuple(
            Box(
                box.label,
                round(box.probability, 4),
                *map(scaled, (box.x, box.y, box.width, box.height)),
            )
            for box in self.boxes
        )


def answer(
    spec: ModelSpec,
    outputs: dict[Role, NDArray[np.float32]],
    shape: tuple[int, ...],
    elapsed_ms: float,
) -> Answer:
    """Return what a model's outputs say of a picture of this (height, width).

    Raises ModelBroken where its probabilities are no numbers.
    """
    nothing = np.zeros(0, np.float32)
    if not all(np.isfinite(outputs[role]).all() for role in ("scores", "box_scores") if role in outputs):
        raise ModelBroken(f"{spec.title} answers with what is no number; fetch or train it again.")
    boxes = _boxes(spec, outputs, *shape) if spec.can("detect") else ()
    return Answer(
        spec=spec,
        probabilities=outputs.get("scores", nothing).ravel(),
        embedding=outputs.get("embedding", nothing).ravel(),
        boxes=boxes,
        size=(shape[1], shape[0]),
        elapsed_ms=elapsed_ms,
    )


def _boxes(
    spec: ModelSpec, outputs: dict[Role, NDArray[np.float32]], height: int, width: int
) -> tuple[Box, ...]:
    """Return a detector's boxes in pixels, clipped to the picture, likeliest first."""
    corners = outputs["boxes"].reshape(-1, 4)
    if "class_scores" in outputs:
        each = outputs["class_scores"].reshape(len(corners), -1)
        classes, scores = each[:, 1:].argmax(axis=1) + 1, each[:, 1:].max(axis=1)
    else:
        found = min(int(outputs["count"].ravel()[0]), len(corners))
        classes = outputs["classes"].ravel()[:found].astype(int) + spec.class_offset
        scores = outputs["box_scores"].ravel()[:found]
    boxes = []
    for at in np.argsort(-scores, kind="stable")[:MOST_BOXES]:
        label = spec.labels[classes[at]] if 0 <= classes[at] < len(spec.labels) else ""
        if not label or not scores[at] >= WEAKEST_BOX or not np.isfinite(corners[at]).all():
            continue
        top, left, bottom, right = np.clip(corners[at], 0, 1).tolist()
        x, y = left * width, top * height
        wide, high = (right - left) * width, (bottom - top) * height
        boxes.append(Box(label, float(scores[at]), x, y, wide, high))
    return tuple(boxes)
