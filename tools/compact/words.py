"""Teach the embedding some everyday words, keep those it can keep, and find when to stay silent.

The big MobileNetV2's scores on the canvases are the labels. A linear head learns every group at
once, "something else" included; then groups too rare in the pool or too often wrong are dropped,
and the head learns again with those that are left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tools.compact.vocabulary import GROUPS, grouped, members


@dataclass(frozen=True)
class Words:
    """A head on the embedding: kernel (embedding, words), bias, labels and the word threshold.

    The last label is empty: it is "something else", which is never shown.
    """

    labels: tuple[str, ...]
    kernel: np.ndarray
    bias: np.ndarray
    threshold: float = 1.0

    def scores(self, embedding: np.ndarray) -> np.ndarray:
        """Return the probability of each label, shape (n, labels)."""
        return softmax(embedding @ self.kernel + self.bias)


@dataclass(frozen=True)
class Agreement:
    """How often the head speaks (share of pictures) and how often it then agrees."""

    spoke: int
    agreed: int
    of: int

    @property
    def share(self) -> float:
        """Return the share of spoken words that the big net agrees with."""
        return self.agreed / max(self.spoke, 1)


def softmax(raw: np.ndarray) -> np.ndarray:
    """Return each row's probabilities."""
    odds = np.exp(raw - raw.max(1, keepdims=True))
    return np.asarray(odds / odds.sum(1, keepdims=True))


def fit_head(
    embedding: np.ndarray, wanted: np.ndarray, decay: float, steps: int = 120, rate: float = 0.03
) -> tuple[np.ndarray, np.ndarray]:
    """Return kernel and bias of the softmax regression on wanted probabilities, by Adam.

    The embedding is standardised for learning; kernel and bias come back for the embedding as the
    net gives it.
    """
    mean, deviation = embedding.mean(0), embedding.std(0) + 1e-3
    x = np.concatenate([(embedding - mean) / deviation, np.ones((len(embedding), 1))], 1)
    x = x.astype(np.float32)
    weights = np.zeros((x.shape[1], wanted.shape[1]), np.float32)
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, steps + 1):
        slope = x.T @ (softmax(x @ weights) - wanted).astype(np.float32) / len(x)
        slope += decay * weights
        first = 0.9 * first + 0.1 * slope
        second = 0.99 * second + 0.01 * slope**2
        speed = rate * (0.5 + 0.5 * np.cos(np.pi * step / steps))
        weights -= speed * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
    kernel = weights[:-1] / deviation[:, None]
    return kernel.astype(np.float32), (weights[-1] - mean @ kernel).astype(np.float32)


def first_words(scores: np.ndarray, labels: tuple[str, ...]) -> np.ndarray:
    """Return the label number of the big net's first word; the last number where in none."""
    owner = np.full(scores.shape[1], len(labels) - 1)
    for number, label in enumerate(labels[:-1]):
        owner[members(label)] = number
    return np.asarray(owner[scores.argmax(1)])


def agreement(said: np.ndarray, truth: np.ndarray, threshold: float) -> Agreement:
    """Return how often a real word at or above the threshold is the big net's first word."""
    best = said.argmax(1)
    speaks = (best < said.shape[1] - 1) & (said.max(1) >= threshold)
    return Agreement(int(speaks.sum()), int((best == truth)[speaks].sum()), len(said))


def threshold_for(said: np.ndarray, truth: np.ndarray, wanted: float) -> float:
    """Return the lowest threshold from which the agreement is at least `wanted`, or 1."""
    for threshold in np.arange(0.30, 0.96, 0.01):
        if agreement(said, truth, threshold).share >= wanted:
            return float(round(threshold, 2))
    return 1.0


def teach_words(
    embedding: np.ndarray,
    scores: np.ndarray,
    wanted: float = 0.88,
    least: int = 25,
    keep: float = 0.75,
    decay: float = 3e-4,
    seed: int = 0,
) -> Words:
    """Return the head with the words it can keep.

    A fifth of the pictures choose words and threshold; the caller measures on others still.
    """
    random = np.random.default_rng(seed)
    chosen = random.random(len(embedding)) < 0.2
    counts = np.bincount(first_words(scores, (*GROUPS, "")), minlength=len(GROUPS) + 1)
    labels = (*(g for g, n in zip(GROUPS, counts, strict=False) if n >= least), "")
    while True:
        truth = first_words(scores, labels)
        soft = grouped(scores, list(labels[:-1]))
        kernel, bias = fit_head(embedding[~chosen], soft[~chosen], decay)
        words = Words(labels, kernel, bias)
        said = words.scores(embedding[chosen])
        threshold = threshold_for(said, truth[chosen], wanted)
        kept = tuple(
            label
            for number, label in enumerate(labels[:-1])
            if _kept(said, truth[chosen], number, threshold, keep)
        )
        if (*kept, "") == labels:
            return Words(labels, kernel, bias, threshold)
        labels = (*kept, "")


def _kept(said: np.ndarray, truth: np.ndarray, number: int, threshold: float, keep: float) -> bool:
    mine = (said.argmax(1) == number) & (said.max(1) >= threshold)
    return bool(mine.sum() >= 3 and (truth[mine] == number).mean() >= keep)
