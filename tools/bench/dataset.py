"""How long a dataset takes to be searched for near duplicates and laid out as a map."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.duplicates import RADIUS, twins, within
from core.fewshot import centred_roots
from core.projection import COMPONENTS, components, project

MANY, COPIES = 100_000, 1_000
SAMPLED = 2_000
MAP, MAP_SMALL = 10_000, 2_500
SIZE, KINDS = 1024, 40


def near() -> Iterator[dict[str, object]]:
    """Near duplicates among 100,000, beside looking at one picture after the other with numpy."""
    rng = np.random.default_rng(0)
    hashes = rng.integers(0, 2**64, MANY, dtype=np.uint64)
    hashes[-COPIES:] = hashes[:COPIES] ^ np.uint64(0b1011)
    ours, pairs = _timed(lambda: sum(len(some.first) for some in within(hashes, RADIUS)))
    theirs, _ = _timed(lambda: [_near_to(one, hashes) for one in hashes[:SAMPLED]])
    theirs *= MANY / SAMPLED
    yield {
        "what": f"every pair within {RADIUS} bits among {MANY:,} hashes",
        "pairs": pairs, "ours_s": round(ours, 1), "baseline_s": round(theirs, 1),
        "times_faster": round(theirs / ours, 1), "cores": os.cpu_count(),
        "baseline": f"numpy, each hash against all ({SAMPLED:,} of them, scaled up)",
    }  # fmt: skip
    embeddings = rng.random((MANY, 64), dtype=np.float32)
    embeddings[-COPIES:] = embeddings[:COPIES]
    took, found = _timed(lambda: twins(hashes, embeddings))
    yield {
        "what": "the same with embeddings to confirm them, and groups", "ours_s": round(took, 1),
        "pictures_with_twins": int((found.nearest >= 0).sum()), "planted": 2 * COPIES,
    }  # fmt: skip


def laid_out() -> Iterator[dict[str, object]]:
    """The map of 2,500 pictures beside scikit-learn's t-SNE, and that of 10,000."""
    from sklearn.manifold import TSNE

    few, kinds = _clusters(MAP_SMALL)
    ours, points = _timed(lambda: project(few))
    reduced = components(centred_roots(few), COMPONENTS)
    theirs, other = _timed(lambda: TSNE(init="pca", random_state=0, n_jobs=2).fit_transform(reduced))
    yield {
        "what": f"a map of {MAP_SMALL:,} pictures", "ours_s": round(ours, 1), "baseline_s": round(theirs, 1),
        "times_faster": round(theirs / ours, 1), "baseline": "sklearn.manifold.TSNE", "cores": os.cpu_count(),
        "nearest_of_same_kind": _together(points, kinds),
        "baseline_nearest_of_same_kind": _together(other, kinds),
    }  # fmt: skip
    many, kinds = _clusters(MAP)
    took, points = _timed(lambda: project(many))
    yield {
        "what": f"a map of {MAP:,} pictures", "ours_s": round(took, 1),
        "nearest_of_same_kind": _together(points, kinds), "cores": os.cpu_count(),
    }  # fmt: skip


def _near_to(one: np.uint64, hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
    return np.flatnonzero(np.bitwise_count(hashes ^ one) <= RADIUS)


def _clusters(count: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return embeddings of 40 kinds that overlap, and the kind of each."""
    rng = np.random.default_rng(1)
    kinds = rng.integers(0, KINDS, count)
    middles = np.maximum(rng.normal(0, 1, (KINDS, SIZE)), 0)
    noise = rng.normal(0, 2.0, (count, SIZE))
    return np.maximum(middles[kinds] + noise, 0).astype(np.float32), kinds


def _together(points: NDArray[np.floating], kinds: NDArray[np.int64], most: int = 1000) -> float:
    """Return how many of the first points have one of their own kind as the nearest, 0..1."""
    distance = ((points[:most, None] - points[None]) ** 2).sum(axis=2)
    distance[np.arange(len(distance)), np.arange(len(distance))] = np.inf
    return round(float((kinds[distance.argmin(axis=1)] == kinds[: len(distance)]).mean()), 3)


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result
