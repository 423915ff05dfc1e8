"""Parts of a dataset for training, validation and test, so that nothing is on both sides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence

import numpy as np

from core.errors import Unteachable

USUAL = {"train": 0.7, "val": 0.15, "test": 0.15}


def split(
    labels: Sequence[str],
    scenes: Sequence[Hashable],
    shares: Mapping[str, float] = USUAL,
    *,
    seed: int,
) -> list[str]:
    """Return the part each of n pictures goes to: pictures of one scene go together.

    Scenes are dealt out, the largest first, to the part that lacks most of their labels; what is equal
    is decided by `seed`. Every part comes as close to its share of every label as the scenes allow
    (the greedy way of Sechidis et al. 2011, for groups). The order of the pictures does not matter as
    long as their scenes' names stay. Raises Unteachable where the shares are no shares.

    >>> split(["cake"] * 4, ["a", "a", "b", "c"], {"train": 0.5, "test": 0.5}, seed=1)
    ['train', 'train', 'test', 'test']
    """
    parts = [part for part, share in shares.items() if share > 0]
    if not parts or min(shares.values()) < 0 or abs(sum(shares.values()) - 1) > 1e-6:
        raise Unteachable(f"The shares {dict(shares)} do not add up to 1: say what part goes where.")
    held: dict[Hashable, Counter[str]] = {}
    for label, scene in zip(labels, scenes, strict=True):
        held.setdefault(scene, Counter())[label] += 1
    rng = np.random.default_rng(seed)
    drawn = dict(zip(sorted(held, key=str), rng.permutation(len(held)).tolist(), strict=True))
    counts = sorted(Counter(labels).items())  # sums of floats depend on their order
    wanted = {part: {label: count * shares[part] for label, count in counts} for part in parts}
    chosen: dict[Hashable, str] = {}
    for scene in sorted(held, key=lambda one: (-held[one].total(), drawn[one])):
        part = max(parts, key=lambda one: _lack(wanted[one], held[scene]))
        for label, count in held[scene].items():
            wanted[part][label] -= count
        chosen[scene] = part
    return [chosen[scene] for scene in scenes]


def _lack(wanted: Mapping[str, float], held: Counter[str]) -> tuple[float, float]:
    """Return how much a part lacks of the labels a scene holds, and of all, in pictures."""
    return sum(wanted[label] * count for label, count in sorted(held.items())), sum(wanted.values())
