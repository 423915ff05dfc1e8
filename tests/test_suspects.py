"""Labels that look wrong are found, the surest first."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.errors import Unteachable
from core.suspects import Opinion, mistakenness, opinion


def two_kinds(count: int = 60) -> tuple[NDArray[np.float32], list[str]]:
    """Return embeddings of two kinds that are easy to tell apart, and their labels."""
    rng = np.random.default_rng(0)
    kinds = np.arange(count) % 2
    embeddings = rng.random((count, 16), dtype=np.float32) * 0.3
    embeddings[np.arange(count), kinds] += 1
    return embeddings, ["cake" if kind else "bread" for kind in kinds]


def test_swapped_labels_come_first() -> None:
    embeddings, labels = two_kinds()
    for at in (7, 20):
        labels[at] = "bread" if labels[at] == "cake" else "cake"
    said = opinion(embeddings, labels)
    assert sorted(said.suspects().tolist()) == [7, 20]
    assert said.labels[7] == "cake"
    assert said.probability[7] > 0.8 > 0.2 > said.own[7]


def test_good_labels_are_not_suspected() -> None:
    assert opinion(*two_kinds()).suspects().tolist() == []


def test_wrong_labels_of_one_burst_do_not_speak_for_each_other() -> None:
    embeddings, labels = two_kinds()
    embeddings[:20:2] = embeddings[0]  # ten pictures of one bread, all called cake
    labels[:20:2] = ["cake"] * 10
    groups = ["burst" if at < 20 and at % 2 == 0 else str(at) for at in range(60)]
    assert set(range(0, 20, 2)) <= set(opinion(embeddings, labels, groups).suspects().tolist())


def test_where_labels_are_a_matter_of_taste_only_the_worst_tenth_is_doubted() -> None:
    rng = np.random.default_rng(0)
    count = 400
    own = rng.random(count) * 0.2
    doubt = rng.random(count)
    said = Opinion(("cake",) * count, 2, 1 - own, own, doubt)
    assert said.suspects().tolist() == np.argsort(-doubt)[:40].tolist()


@pytest.mark.parametrize("labels", [["cake"] * 60, ["cake", "bread"] * 5])
def test_too_little_teaches_nothing(labels: list[str]) -> None:
    with pytest.raises(Unteachable, match="teach too little"):
        opinion(np.ones((len(labels), 4)), labels)


@given(st.lists(st.floats(0.01, 1), min_size=2, max_size=6), st.data())
def test_mistakenness_is_above_a_half_only_where_another_class_is_likelier(
    some: list[float], data: st.DataObject
) -> None:
    probabilities = np.array([some]) / sum(some)
    own = data.draw(st.integers(0, len(some) - 1))
    (doubt,) = mistakenness(probabilities, np.array([own]))
    assert 0 <= doubt <= 1
    assert (doubt > 0.5) == (probabilities.argmax() != own)
