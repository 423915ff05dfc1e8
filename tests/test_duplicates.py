"""Near duplicates: every pair within the radius, and groups of what belongs together."""

from __future__ import annotations

import time

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from core import duplicates, image, quality
from tests.conftest import picture

hashes = st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 15), max_size=40).map(
    lambda numbers: np.array(numbers, np.uint64)
)


def brute(some: NDArray[np.uint64], radius: int) -> set[tuple[int, int, int]]:
    """Return every pair within the radius, one by one."""
    numbers = some.tolist()
    pairs = ((i, j, (numbers[i] ^ numbers[j]).bit_count()) for j in range(len(some)) for i in range(j))
    return {pair for pair in pairs if pair[2] <= radius}


def found(some: NDArray[np.uint64], radius: int) -> set[tuple[int, int, int]]:
    blocks = duplicates.within(some, radius)
    return {
        each
        for pairs in blocks
        for each in zip(pairs.first.tolist(), pairs.second.tolist(), pairs.distance.tolist(), strict=True)
    }


@given(hashes, st.integers(0, 20))
def test_different_hashes_are_paired_as_by_looking_at_each_pair(
    some: NDArray[np.uint64], radius: int
) -> None:
    once = np.unique(some)
    assert found(once, radius) == brute(once, radius)


@given(hashes, st.integers(0, 20))
def test_groups_are_those_of_all_pairs(some: NDArray[np.uint64], radius: int) -> None:
    here, all_pairs = duplicates.Groups(len(some)), duplicates.Groups(len(some))
    here.join((first, second) for first, second, _ in found(some, radius))
    all_pairs.join((first, second) for first, second, _ in brute(some, radius))
    assert here.named().tolist() == all_pairs.named().tolist()


def test_pairs_across_blocks_are_found() -> None:
    some = np.random.default_rng(0).integers(0, 2**63, 5000, dtype=np.uint64)
    some[4990] = some[3] ^ np.uint64(0b111)
    some[130] = some[64] ^ np.uint64(0b1)
    assert found(some, 3) == {(3, 4990, 3), (64, 130, 1)}


def test_a_thousand_blank_pictures_make_no_million_pairs() -> None:
    assert len(found(np.zeros(1000, np.uint64), 16)) == 999


def test_twenty_thousand_pictures_take_less_than_a_few_seconds() -> None:
    some = np.random.default_rng(0).integers(0, 2**63, 20_000, dtype=np.uint64)
    began = time.perf_counter()
    duplicates.twins(some)
    assert time.perf_counter() - began < 5


def test_the_same_picture_re_encoded_and_made_smaller_is_a_twin_and_others_are_not() -> None:
    pictures = [textured(seed) for seed in range(6)]
    again = image.decode(image.encode(image.thumbnail(pictures[2], 150), "jpeg", 40))
    some = np.array([quality.phash(rgb) for rgb in [*pictures, again]], np.uint64)
    twins = duplicates.twins(some)
    assert twins.nearest.tolist() == [-1, -1, 6, -1, -1, -1, 2]
    assert twins.group.tolist() == [0, 1, 2, 3, 4, 5, 2]
    assert twins.score[2] == twins.score[6] > 0.8


def test_far_hashes_need_embeddings_that_agree() -> None:
    rng = np.random.default_rng(1)
    some = rng.integers(0, 2**63, 60, dtype=np.uint64)
    some[1] = some[0] ^ np.uint64(0xFFF)  # twelve bits
    some[3] = some[2] ^ np.uint64(0xFFF)
    embeddings = rng.random((60, 32), dtype=np.float32)
    embeddings[1] = embeddings[0] * 1.01
    assert duplicates.twins(some, embeddings).nearest[:4].tolist() == [1, 0, -1, -1]
    assert duplicates.twins(some).nearest[:4].tolist() == [-1, -1, -1, -1]


def test_the_nearest_of_several_twins_is_named() -> None:
    some = np.array([0, 0b1111, 0b1], np.uint64)
    twins = duplicates.twins(some)
    assert twins.nearest.tolist() == [2, 2, 0]
    assert twins.group.tolist() == [0, 0, 0]


def test_nothing_has_no_twins() -> None:
    assert duplicates.twins(np.zeros(0, np.uint64)).group.tolist() == []


def textured(seed: int) -> NDArray[np.uint8]:
    """Return a made-up picture with something in every corner."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (6, 6, 3), dtype=np.uint8)
    rgb = image.fit(np.repeat(np.repeat(coarse, 50, axis=0), 50, axis=1), 300, interpolation="linear")
    rgb[100:148, 100:164] = picture(seed)
    return rgb
