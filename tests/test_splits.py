"""Splits: no scene on both sides, every label in its share, the same again from the same seed."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Unteachable
from core.splits import USUAL, split

datasets = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 20)), max_size=80)
seeds = st.integers(0, 2**32)


@given(datasets, seeds)
def test_no_scene_falls_on_both_sides(some: list[tuple[str, int]], seed: int) -> None:
    labels, scenes = [label for label, _ in some], [scene for _, scene in some]
    sides = defaultdict(set)
    for scene, part in zip(scenes, split(labels, scenes, seed=seed), strict=True):
        sides[scene].add(part)
    assert all(len(parts) == 1 for parts in sides.values())


@given(datasets, seeds)
def test_a_seed_gives_the_same_parts_again_in_any_order(some: list[tuple[str, int]], seed: int) -> None:
    labels, scenes = [label for label, _ in some], [scene for _, scene in some]
    forth = split(labels, scenes, seed=seed)
    back = split(labels[::-1], scenes[::-1], seed=seed)
    assert forth == split(labels, scenes, seed=seed) == back[::-1]


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=100), seeds)
def test_single_pictures_come_within_two_of_every_labels_share(labels: list[str], seed: int) -> None:
    parts = split(labels, range(len(labels)), seed=seed)
    dealt = Counter(zip(labels, parts, strict=True))
    for label, count in Counter(labels).items():
        for part, share in USUAL.items():
            assert abs(dealt[label, part] - share * count) < 2


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 5)), min_size=30, max_size=60), seeds)
def test_bursts_of_a_few_leave_the_shares_nearly_as_wanted(bursts: list[tuple[str, int]], seed: int) -> None:
    labels = [label for label, size in bursts for _ in range(size)]
    scenes = [at for at, (_, size) in enumerate(bursts) for _ in range(size)]
    dealt = Counter(split(labels, scenes, seed=seed))
    for part, share in USUAL.items():
        assert abs(dealt[part] - share * len(labels)) <= 10


def test_another_seed_gives_other_parts() -> None:
    labels = ["cake"] * 50
    assert split(labels, range(50), seed=1) != split(labels, range(50), seed=2)


def test_a_part_without_a_share_gets_nothing() -> None:
    assert set(split(["a"] * 20, range(20), {"train": 0.8, "val": 0.0, "test": 0.2}, seed=0)) == {
        "train",
        "test",
    }


@pytest.mark.parametrize("shares", [{"train": 0.7}, {"train": 1.5, "test": -0.5}, {}])
def test_shares_that_are_none_are_refused(shares: dict[str, float]) -> None:
    with pytest.raises(Unteachable, match="do not add up to 1"):
        split(["a"], ["x"], shares, seed=0)
