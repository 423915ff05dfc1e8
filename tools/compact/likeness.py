"""What the embedding is matched by: who resembles whom, as the few-shot rule sees it.

The rule compares centred square roots of unit length (see `measure`), so the student is asked for
the same table of resemblances (Gram matrix) as the guides' mean, never for their channels: any
rotation or order of channels is as good as another.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf


def rows_of_unit_length(embedding: tf.Tensor) -> tf.Tensor:
    """Return square roots, centred over the batch, each row of unit length."""
    root = tf.sqrt(tf.maximum(embedding, 0.0) + 1e-5)
    centred = root - tf.reduce_mean(root, 0)
    return centred / (tf.norm(centred, axis=1, keepdims=True) + 1e-6)


def resemblance(embedding: tf.Tensor) -> tf.Tensor:
    """Return the table of resemblances of a batch, shape (n, n), ones on its diagonal."""
    rows = rows_of_unit_length(embedding)
    return tf.matmul(rows, rows, transpose_b=True)


def guides_resemblance(guides: list[tf.Tensor]) -> tf.Tensor:
    """Return the mean of the guides' tables."""
    return tf.add_n([resemblance(guide) for guide in guides]) / float(len(guides))


def mismatch(embedding: tf.Tensor, wanted: tf.Tensor) -> tf.Tensor:
    """Return the squared difference off the diagonal as a share of the wanted table's."""
    off = 1.0 - tf.eye(tf.shape(wanted)[0])
    difference = tf.reduce_sum(off * (resemblance(embedding) - wanted) ** 2)
    return difference / tf.reduce_sum(off * wanted**2)


def mixed_rows(sources: np.ndarray, first: int, batch: int, random: np.random.Generator) -> np.ndarray:
    """Return the rows of a batch: half of the time from anywhere, else from one source alone.

    Few-shot classes often lie within one kind of picture (fruit, hands, paintings), where the
    resemblances of a mixed batch say little.
    """
    usable = np.arange(first, len(sources))
    if random.random() < 0.5:
        names, counts = np.unique(sources[first:], return_counts=True)
        names, counts = names[counts >= batch], counts[counts >= batch]
        if len(names):
            name = random.choice(names, p=np.sqrt(counts) / np.sqrt(counts).sum())
            usable = first + np.flatnonzero(sources[first:] == name)
    return np.sort(random.choice(usable, min(batch, len(usable)), replace=False))
