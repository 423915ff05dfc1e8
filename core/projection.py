"""The map of a dataset: embeddings as points in the plane, alike pictures near each other.

Runs in worker processes only: openTSNE and what it needs is never imported by the server.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.fewshot import centred_roots

COMPONENTS = 50
PERPLEXITY = 30.0
FEWEST = 12  # fewer have no neighbourhoods: they are laid out along their two main directions
MOST = 20_000  # are laid out for themselves; of more, the rest is placed among a sample of this many
HALF_WIDTH = 10.0  # places in an address have three digits behind the point
_CHUNK = 4096
_START = 1e-4  # how wide the first two components are spread at first

Floats = NDArray[np.float32]


def project(embeddings: NDArray[np.floating], *, seed: int = 0, most: int = MOST) -> Floats:
    """Return a point (n, 2) within -10..10 for each embedding (n, d); the same again for the same seed.

    t-SNE on the 50 main components of the centred square roots, begun from the first two (Kobak and
    Berens 2019, "The art of using t-SNE for single-cell transcriptomics"). Beyond `most` pictures the
    others lie at the median of their 25 nearest in a sample of that many.
    """
    if len(embeddings) == 0:
        return np.zeros((0, 2), np.float32)
    reduced = components(centred_roots(embeddings), COMPONENTS)
    if len(reduced) < FEWEST:
        flat = np.zeros((len(reduced), 2), np.float32)
        flat[:, : reduced.shape[1]] = reduced[:, :2]
        return _within(flat)
    drawn = np.sort(np.random.default_rng(seed).permutation(len(reduced))[:most])
    laid_out = _tsne(reduced[drawn], seed)
    points = np.empty((len(reduced), 2), np.float32)
    points[drawn] = laid_out
    rest = np.setdiff1d(np.arange(len(reduced)), drawn)
    if len(rest):
        points[rest] = laid_out.prepare_partial(reduced[rest], initialization="median", k=25)
    return _within(points)


def components(rows: Floats, most: int) -> Floats:
    """Return rows (n, d) along their main directions (n, at most `most`), the widest first.

    The sign of a direction is chosen so that its largest weight is positive.

    >>> components(np.array([[0, 2], [0, -2], [1, 0], [-1, 0]], np.float32), 1).ravel().tolist()
    [2.0, -2.0, 0.0, 0.0]
    """
    middle = rows.mean(axis=0, dtype=np.float64)
    square = np.zeros((rows.shape[1], rows.shape[1]))
    for at in range(0, len(rows), _CHUNK):
        wide = rows[at : at + _CHUNK] - middle
        square += wide.T @ wide
    directions = np.linalg.eigh(square)[1][:, ::-1][:, :most]
    largest = np.abs(directions).argmax(axis=0)
    directions = directions * np.sign(directions[largest, np.arange(directions.shape[1])])
    along: Floats = (rows - middle.astype(np.float32)) @ directions.astype(np.float32)
    return along


def _tsne(rows: Floats, seed: int) -> Any:
    from openTSNE import TSNE

    start = rows[:, :2] * (_START / max(float(rows[:, 0].std()), 1e-6))
    start = start + np.random.default_rng(seed).normal(0, _START / 100, start.shape)  # parts the same
    perplexity = min(PERPLEXITY, (len(rows) - 1) / 3)
    return TSNE(perplexity=perplexity, initialization=start, random_state=seed, n_jobs=2).fit(rows)


def _within(points: Floats) -> Floats:
    points = points - (points.max(axis=0) + points.min(axis=0)) / 2
    widest = np.abs(points).max()
    return points * (HALF_WIDTH / widest) if widest > 0 else points
