"""Which pictures of many are the same one again: re-encoded, made smaller, slightly cropped.

Perceptual hashes propose pairs, embeddings confirm those that differ in more than a few bits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.fewshot import centred_roots

# Chosen on 2,224 pictures and copies of 200 of them, cropped by 4 %: 99.5 % of the copies are found and
# three other pairs that are none, apart from hands photographed in bursts. The more bits differ, the
# more the embeddings must agree (as centred roots).
RADIUS = 16
SURE = 4
LEAST, PER_BIT = 0.4, 0.025
ALONE = 8  # where there are no embeddings
ENOUGH = 50  # pictures: the mean of fewer says little about what they have in common

_ROWS, _COLUMNS = 8, 8192  # of a block: half a megabyte, which stays in a core's cache

Hashes = NDArray[np.uint64]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Pairs:
    """Pairs of pictures, by their places: `first` < `second`, and how many bits their hashes differ in."""

    first: Indices
    second: Indices
    distance: NDArray[np.int64]


@dataclass(frozen=True)
class Twins:
    """Of each picture the nearest near duplicate (-1: none), how sure that is (0..1), and its group.

    A group is named by the place of its first picture; who has no twin is a group of its own.
    """

    nearest: Indices
    score: NDArray[np.float64]
    group: Indices


def within(hashes: Hashes, radius: int = RADIUS) -> Iterator[Pairs]:
    """Yield, block by block, every pair of hashes (n,) that differ in at most `radius` of 64 bits.

    Every pair is looked at, 100,000 pictures in seconds, so that nothing depends on how the hashes are
    spread. Of pictures with the very same hash only the first is compared with others; the rest are
    paired with the first: a thousand blank pictures make 999 pairs, not half a million.

    >>> [(pair.first.tolist(), pair.distance.tolist()) for pair in within(np.array([7, 3, 7], np.uint64))]
    [([0], [0]), ([0], [1])]
    """
    _, places, same = np.unique(hashes, return_index=True, return_inverse=True)
    again = np.flatnonzero(places[same] != np.arange(len(hashes)))
    if len(again):
        yield Pairs(places[same][again], again, np.zeros(len(again), np.int64))
    firsts = np.sort(places)
    for one, other, distance in _blocks(hashes[firsts], radius):
        yield Pairs(firsts[one], firsts[other], distance)


def _blocks(hashes: Hashes, radius: int) -> Iterator[tuple[Indices, Indices, NDArray[np.int64]]]:
    space = [np.empty(_ROWS * _COLUMNS, kind) for kind in (np.uint64, np.uint8, np.bool_)]
    for top in range(0, len(hashes), _ROWS):
        some = hashes[top : top + _ROWS, None]
        for left in range(top, len(hashes), _COLUMNS):
            others = hashes[None, left : left + _COLUMNS]
            shape = len(some), others.shape[1]
            differing, bits, near = (one[: shape[0] * shape[1]].reshape(shape) for one in space)
            np.bitwise_xor(some, others, out=differing)
            np.bitwise_count(differing, out=bits)
            np.less_equal(bits, radius, out=near)
            found = np.flatnonzero(near)  # many times faster than nonzero of two dimensions
            row, column = np.divmod(found, shape[1])
            later = left + column > top + row
            if later.any():
                row, column = row[later], column[later]
                yield top + row, left + column, bits[row, column].astype(np.int64)


def twins(hashes: Hashes, embeddings: NDArray[np.float32] | None = None) -> Twins:
    """Return each picture's nearest near duplicate and its group, from hashes (n,) and embeddings (n, d).

    Pairs that differ in up to 4 bits are near duplicates; up to 16 where the embeddings are alike. With
    no embeddings, or fewer than 50, the limit is 8.

    >>> twins(np.array([7, 3, 0xFFFF0000, 7], np.uint64)).group.tolist()
    [0, 0, 2, 0]
    """
    units = centred_roots(embeddings) if embeddings is not None and len(embeddings) >= ENOUGH else None
    nearest = np.full(len(hashes), -1, np.int64)
    best = np.zeros(len(hashes))
    groups = Groups(len(hashes))
    for pairs in within(hashes, RADIUS if units is not None else ALONE):
        first, second, score = _confirmed(pairs, units)
        for one, other in ((first, second), (second, first)):
            _keep_best(nearest, best, one, other, score)
        groups.join(zip(first.tolist(), second.tolist(), strict=True))
    return Twins(nearest, best, groups.named())


def _confirmed(
    pairs: Pairs, units: NDArray[np.float32] | None
) -> tuple[Indices, Indices, NDArray[np.float64]]:
    score = 1 - pairs.distance / 32
    if units is None:
        return pairs.first, pairs.second, score
    alike = np.einsum("nd,nd->n", units[pairs.first], units[pairs.second])
    sure = (pairs.distance <= SURE) | (alike >= LEAST + PER_BIT * pairs.distance)
    return pairs.first[sure], pairs.second[sure], score[sure]


def _keep_best(
    nearest: Indices, best: NDArray[np.float64], one: Indices, other: Indices, score: NDArray[np.float64]
) -> None:
    order = np.argsort(score, kind="stable")  # of several for one picture the best is written last
    one, other, score = one[order], other[order], score[order]
    better = score > best[one]
    nearest[one[better]] = other[better]
    best[one[better]] = score[better]


class Groups:
    """Things 0..n-1 that are joined two by two (union-find, Tarjan 1975, with path halving)."""

    def __init__(self, count: int) -> None:
        self._above = list(range(count))

    def join(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Put the two of each pair, and all that is joined to them, into one group."""
        for one, other in pairs:
            one, other = self.first(one), self.first(other)
            self._above[max(one, other)] = min(one, other)

    def first(self, one: int) -> int:
        """Return the first thing of a thing's group."""
        above = self._above
        while above[one] != one:
            above[one] = one = above[above[one]]
        return one

    def named(self) -> Indices:
        """Return the first of each thing's group (n,).

        >>> groups = Groups(4)
        >>> groups.join([(3, 1)])
        >>> groups.named().tolist()
        [0, 1, 2, 1]
        """
        return np.array([self.first(one) for one in range(len(self._above))], np.int64)
