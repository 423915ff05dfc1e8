"""The KNN rule of tfjs: the same votes, number for number, as its own tests expect."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from core.errors import Unteachable
from core.knn import NearestNeighbours

whole = st.integers(-3, 3).map(float)
examples = st.integers(1, 25).flatmap(
    lambda count: st.tuples(
        arrays(np.float32, (count, 4), elements=whole),
        st.lists(st.sampled_from(["cat", "dog", "2", "10"]), min_size=count, max_size=count),
    )
)


def rule(rows: list[list[float]], labels: list[str], k: int = 3) -> NearestNeighbours:
    return NearestNeighbours(k).fit(np.array(rows, np.float32), labels)


def shares(taught: NearestNeighbours, *asked: float) -> dict[str, float]:
    row = taught.probabilities(np.array([asked], np.float32))[0]
    return dict(zip(taught.labels_, row.tolist(), strict=True))


def third(times: int) -> float:
    return float(np.float32(times) / np.float32(3))


def test_numbered_classes_answer_as_in_the_test_of_tfjs() -> None:
    taught = rule([[7, 7], [5, 5], [9, 9], [5, 5]], ["7", "5", "9", "5"])
    assert taught.labels_ == ("5", "7", "9")
    assert shares(taught, 5, 5) == {"5": third(2), "7": third(1), "9": 0.0}
    assert taught.predict(np.array([[5, 5]], np.float32)) == ["5"]


def test_named_classes_answer_as_in_the_test_of_tfjs() -> None:
    taught = rule([[7, 7], [5, 5], [9, 9], [5, 5]], ["a", "b", "c", "b"])
    assert shares(taught, 5, 5) == {"a": third(1), "b": third(2), "c": 0.0}


def test_two_examples_of_two_classes_tie_and_the_first_class_is_said() -> None:
    taught = NearestNeighbours().fit(np.array([[[5], [2]], [[6], [1]]], np.float32), ["1", "2"])
    asked = np.array([[[3], [3]]], np.float32)
    assert taught.probabilities(asked).tolist() == [[0.5, 0.5]]
    assert taught.predict(asked) == ["1"]


def test_opposite_examples_are_told_apart() -> None:
    rows = [[1, 1, 1, 1], [1.1, 0.9, 1.2, 0.8], [1.2, 0.8, 1.3, 0.7]]
    taught = rule([*rows, *(-np.array(rows)).tolist()], ["0"] * 3 + ["1"] * 3)
    assert taught.predict(np.array([[1.1] * 4, [-1.1] * 4], np.float32)) == ["0", "1"]


def test_an_example_of_zeros_is_like_nothing_and_spoils_nothing() -> None:
    taught = rule([[0, 0], [1, 0]], ["none", "some"], k=1)
    assert shares(taught, 2, 0) == {"none": 0.0, "some": 1.0}
    assert np.isfinite(taught.probabilities(np.zeros((1, 2), np.float32))).all()


@pytest.mark.parametrize(
    ("k", "asked", "message"), [(0, 2, "at least one neighbour"), (3, 5, "has 5 numbers and the examples 2")]
)
def test_what_cannot_be_asked_is_refused_with_a_sentence(k: int, asked: int, message: str) -> None:
    with pytest.raises(Unteachable, match=message):
        rule([[1, 2]], ["cat"], k).probabilities(np.ones((1, asked), np.float32))


def test_without_examples_nothing_can_be_said() -> None:
    with pytest.raises(Unteachable, match="no examples"):
        NearestNeighbours().probabilities(np.ones((1, 2), np.float32))
    with pytest.raises(Unteachable, match="no examples"):
        rule([], [])
    with pytest.raises(Unteachable, match="2 examples but 1 labels"):
        rule([[1], [2]], ["cat"])


@given(examples, arrays(np.float32, (3, 4), elements=whole), st.integers(1, 30))
def test_votes_are_those_of_the_nearest_counted_one_by_one(
    given_examples: tuple[NDArray[np.float32], list[str]], asked: NDArray[np.float32], k: int
) -> None:
    rows, labels = given_examples
    taught = NearestNeighbours(k).fit(rows, labels)
    order = [at for label in taught.labels_ for at in range(len(labels)) if labels[at] == label]

    def unit(row: NDArray[np.float32]) -> NDArray[np.float32]:
        length = np.sqrt((row * row).sum())
        return row / (length if length else np.float32(1))

    likeness = np.array([unit(row) for row in asked]) @ np.array([unit(rows[at]) for at in order]).T
    for some, votes in zip(likeness, taught.probabilities(asked), strict=True):
        nearest = sorted(range(len(order)), key=lambda at: -some[at])[:k]
        said = [labels[order[at]] for at in nearest]
        expected = [said.count(label) / len(nearest) for label in taught.labels_]
        assert votes.tolist() == pytest.approx(expected)
