"""The ridge rule: what it says, and what it would have said of examples it was not taught with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from core import image
from core.engine import Engine
from core.errors import Unteachable
from core.fewshot import Ridge, centred_roots
from core.knn import NearestNeighbours

Rows = NDArray[np.float32]


@st.composite
def taught(draw: st.DrawFn, sizes: st.SearchStrategy[int]) -> tuple[Rows, list[str], list[int]]:
    """Examples with labels and groups."""
    count = draw(sizes)
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    labels = [str(label) for label in rng.integers(0, 3, count)]
    groups = rng.integers(0, max(count // 2, 1), count).tolist()
    return rng.random((count, 8), dtype=np.float32), labels, groups


def by_hand(rows: NDArray[np.float64], wanted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weights that minimise the squared error plus 0.3 times their square."""
    return np.linalg.lstsq(
        np.vstack([rows, np.sqrt(0.3) * np.eye(rows.shape[1])]),
        np.vstack([wanted, np.zeros((rows.shape[1], wanted.shape[1]))]),
    )[0]


@given(taught(st.integers(1, 8) | st.integers(9, 40)))
def test_left_out_scores_are_those_of_a_rule_taught_without_the_group(
    some: tuple[Rows, list[str], list[int]],
) -> None:
    embeddings, labels, groups = some
    rule = Ridge().fit(embeddings, labels, groups)
    rows = centred_roots(embeddings, rule.mean_).astype(np.float64)
    wanted = np.array([[each == label for label in rule.labels_] for each in labels]) - 1 / len(rule.labels_)
    for group in set(groups):
        inside = np.array(groups) == group
        weights = by_hand(rows[~inside], wanted[~inside])
        assert np.allclose(rule.left_out_[inside], rows[inside] @ weights, atol=2e-4)


@given(taught(st.integers(2, 8) | st.integers(9, 40)))
def test_weights_minimise_the_ridge_error_in_both_forms(some: tuple[Rows, list[str], list[int]]) -> None:
    embeddings, labels, _ = some
    rule = Ridge().fit(embeddings, labels)
    wanted = np.array([[each == label for label in rule.labels_] for each in labels]) - 1 / len(rule.labels_)
    rows = centred_roots(embeddings, rule.mean_).astype(np.float64)
    assert np.allclose(rule.weights_, by_hand(rows, wanted), atol=1e-4)


def test_a_group_larger_than_the_embedding_is_left_out_as_well() -> None:
    rng = np.random.default_rng(0)
    embeddings, labels = rng.random((60, 8), dtype=np.float32), [str(at % 2) for at in range(60)]
    groups = [0] * 20 + list(range(1, 41))
    rule = Ridge().fit(embeddings, labels, groups)
    rows = centred_roots(embeddings, rule.mean_).astype(np.float64)
    wanted = np.array([[each == label for label in rule.labels_] for each in labels]) - 0.5
    assert np.allclose(rule.left_out_[:20], rows[:20] @ by_hand(rows[20:], wanted[20:]), atol=1e-4)


@given(taught(st.integers(1, 30)))
def test_probabilities_add_up_to_one(some: tuple[Rows, list[str], list[int]]) -> None:
    embeddings, labels, groups = some
    rule = Ridge().fit(embeddings, labels, groups)
    probabilities = rule.probabilities(embeddings)
    assert np.allclose(probabilities.sum(axis=1), 1)
    assert (probabilities >= 0).all()


@given(taught(st.integers(2, 30)))
def test_the_order_of_the_examples_changes_nothing(some: tuple[Rows, list[str], list[int]]) -> None:
    embeddings, labels, _ = some
    forth, back = Ridge().fit(embeddings, labels), Ridge().fit(embeddings[::-1], labels[::-1])
    assert np.allclose(forth.scores(embeddings), back.scores(embeddings), atol=1e-4)


def test_two_examples_as_computed_by_hand() -> None:
    # Roots (1, 0) and (0, 1), minus their mean: (0.5, -0.5) and its opposite, at length 1. Their Gram
    # matrix is [[1, -1], [-1, 1]]; with 0.3 on its diagonal the answer is 0.5 * 2 / 2.3 for the own class.
    rule = Ridge().fit(np.eye(2, dtype=np.float32), ["cat", "dog"])
    own = 1 / 2.3
    assert np.allclose(rule.scores(np.eye(2)), [[own, -own], [-own, own]])


def test_negative_numbers_and_zeros_spoil_nothing() -> None:
    rule = Ridge().fit(np.array([[-1.0, 0.0], [0.0, 0.0], [1.0, 2.0]]), ["a", "a", "b"])
    assert np.isfinite(rule.probabilities(np.zeros((1, 2)))).all()
    assert rule.predict(np.array([[1.0, 2.0]])) == ["b"]


def test_what_cannot_be_learned_or_asked_is_refused_with_a_sentence() -> None:
    with pytest.raises(Unteachable, match="no examples"):
        Ridge().fit(np.zeros((0, 4)), [])
    with pytest.raises(Unteachable, match="no examples"):
        Ridge().scores(np.zeros((1, 4)))
    with pytest.raises(Unteachable, match="2 examples but 1 labels"):
        Ridge().fit(np.zeros((2, 4)), ["a"])
    with pytest.raises(Unteachable, match="has 3 numbers and the examples 4"):
        Ridge().fit(np.ones((2, 4)), ["a", "b"]).scores(np.ones((1, 3)))


def test_real_pictures_are_told_apart_better_than_by_neighbours(shared: Path, engine: Engine) -> None:
    folders = sorted((shared / "data" / "images" / "b_grocery_fruit").iterdir())
    files = [file for folder in folders for file in sorted(folder.iterdir())[:30]]
    labels = np.array([file.parent.name for file in files])
    embeddings = np.array(
        [engine.embed(image.decode(file.read_bytes()), "mobilenet_v2").embedding for file in files]
    )
    right = {"ridge": 0.0, "knn": 0.0}
    for draw in range(10):
        rng = np.random.default_rng(draw)
        shots = np.concatenate(
            [rng.choice(np.flatnonzero(labels == label), 5, replace=False) for label in set(labels)]
        )
        rest = np.setdiff1d(np.arange(len(files)), shots)
        for name, rule in (("ridge", Ridge()), ("knn", NearestNeighbours())):
            said = rule.fit(embeddings[shots], labels[shots].tolist()).predict(embeddings[rest])
            right[name] += float((np.array(said) == labels[rest]).mean()) / 10
    assert right["ridge"] > right["knn"] + 0.03
    assert right["ridge"] > 0.7
