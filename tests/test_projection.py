"""The map: alike pictures lie near each other, and it comes out the same again."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from core.projection import components, project


def clusters(count: int, kinds: int = 3) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return embeddings of some kinds that differ, and the kind of each."""
    rng = np.random.default_rng(0)
    kind = np.arange(count) % kinds
    embeddings = rng.random((count, 40), dtype=np.float32) * 0.3
    embeddings[np.arange(count), kind] += 2
    return embeddings, kind


def nearest_of_same_kind(points: NDArray[np.float32], kind: NDArray[np.int64]) -> float:
    """Return how many points have one of their own kind as the nearest, 0..1."""
    distance = ((points[:, None] - points[None]) ** 2).sum(axis=2)
    np.fill_diagonal(distance, np.inf)
    return float((kind[distance.argmin(axis=1)] == kind).mean())


def test_kinds_lie_together_within_the_square() -> None:
    embeddings, kind = clusters(150)
    points = project(embeddings)
    assert (points.shape, points.dtype) == ((150, 2), np.float32)
    assert np.abs(points).max() == pytest.approx(10)
    assert nearest_of_same_kind(points, kind) > 0.98


def test_the_same_seed_gives_the_same_map() -> None:
    embeddings, _ = clusters(80)
    assert (project(embeddings, seed=3) == project(embeddings, seed=3)).all()


def test_beyond_the_sample_the_rest_is_placed_among_it() -> None:
    embeddings, kind = clusters(300)
    points = project(embeddings, most=150)
    assert np.isfinite(points).all()
    assert nearest_of_same_kind(points, kind) > 0.98
    assert (points == project(embeddings, most=150)).all()


@pytest.mark.parametrize("count", [0, 1, 2, 5, 12, 13])
def test_a_few_pictures_have_a_map_too(count: int) -> None:
    points = project(clusters(count)[0])
    assert points.shape == (count, 2)
    assert np.isfinite(points).all()


def test_pictures_that_are_all_the_same_have_one() -> None:
    points = project(np.ones((30, 8), np.float32))
    assert np.isfinite(points).all()


def test_main_directions_are_those_of_the_singular_values() -> None:
    rows = np.random.default_rng(1).normal(size=(50, 6)).astype(np.float32) * np.arange(1, 7)
    along = components(rows.astype(np.float32), 3)
    widths = np.linalg.svd(rows - rows.mean(axis=0), compute_uv=False)[:3]
    assert np.allclose(np.linalg.norm(along, axis=0), widths, rtol=1e-3)


def test_importing_it_does_not_load_the_library() -> None:
    seen = "import core.projection, sys; print(*(name in sys.modules for name in ('openTSNE', 'sklearn')))"
    done = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
