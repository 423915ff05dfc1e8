"""K nearest neighbours exactly as tfjs's knn-classifier answers, so that old projects answer as before.

Source of the rule: tensorflow/tfjs-models, knn-classifier/src. For new projects see `core/fewshot.py`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.errors import Unteachable

Floats = NDArray[np.float32]
_INTEGER = re.compile(r"0|[1-9][0-9]{0,8}")


class NearestNeighbours:
    """Examples by class, and what the k nearest of them say of another embedding."""

    def __init__(self, k: int = 3) -> None:
        self.k = k

    def fit(self, embeddings: NDArray[np.floating], labels: Sequence[str]) -> NearestNeighbours:
        """Keep examples (n, ...) with their labels and return self.

        Raises Unteachable where there are none, or not one label for each.
        """
        if len(embeddings) == 0:
            raise Unteachable("There are no examples: teach at least one before you ask.")
        if len(embeddings) != len(labels):
            raise Unteachable(
                f"There are {len(embeddings)} examples but {len(labels)} labels: give each one."
            )
        self.labels_ = in_order(labels)
        number = {label: at for at, label in enumerate(self.labels_)}
        classes = np.array([number[label] for label in labels])
        order = np.argsort(classes, kind="stable")
        self.classes_ = classes[order]
        self.rows_ = _units(embeddings)[order]
        return self

    def probabilities(self, embeddings: NDArray[np.floating]) -> Floats:
        """Return the share of votes (n, classes) float32 of each class, zero included.

        Every one of the k nearest has one vote. Raises Unteachable where k is below 1, where nothing was
        taught, or where an embedding has another size than the examples.
        """
        if self.k < 1:
            raise Unteachable(f"k is {self.k}: ask at least one neighbour.")
        if not hasattr(self, "rows_"):
            raise Unteachable("There are no examples: teach at least one before you ask.")
        asked = _units(embeddings)
        if asked.shape[1] != self.rows_.shape[1]:
            raise Unteachable(
                f"This embedding has {asked.shape[1]} numbers and the examples {self.rows_.shape[1]}: "
                "ask with the model they were taught with."
            )
        k = min(self.k, len(self.rows_))
        likeness = asked @ self.rows_.T
        nearest = np.argsort(-likeness, axis=1, kind="stable")[:, :k]
        votes = np.zeros((len(asked), len(self.labels_)), np.float32)
        np.add.at(votes, (np.arange(len(asked))[:, None], self.classes_[nearest]), np.float32(1))
        return votes / np.float32(k)

    def predict(self, embeddings: NDArray[np.floating]) -> list[str]:
        """Return the label with the most votes; of several the first class.

        >>> rule = NearestNeighbours(k=1).fit(np.eye(2, dtype=np.float32), ["cat", "dog"])
        >>> rule.predict(np.array([[0.1, 2.0]], np.float32))
        ['dog']
        """
        return [self.labels_[at] for at in self.probabilities(embeddings).argmax(axis=1)]


def in_order(labels: Sequence[str]) -> tuple[str, ...]:
    """Return the classes as a JavaScript object lists its keys: whole numbers ascending, then as they came.

    >>> in_order(["dog", "10", "cat", "9", "dog"])
    ('9', '10', 'dog', 'cat')
    """
    once = list(dict.fromkeys(labels))
    numbers = [label for label in once if _INTEGER.fullmatch(label)]
    return (*sorted(numbers, key=int), *(label for label in once if label not in set(numbers)))


def _units(embeddings: NDArray[np.floating]) -> Floats:
    """Return each embedding flat and of length one, in float32; one of zeros stays (tfjs makes it NaN)."""
    flat = np.asarray(embeddings, np.float32).reshape(len(embeddings), -1)
    length = np.sqrt((flat * flat).sum(axis=1, dtype=np.float32, keepdims=True))
    units: Floats = np.divide(flat, length, out=np.zeros_like(flat), where=length > 0)
    return units
