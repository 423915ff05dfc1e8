"""What is in the set: which scenes there are, in which order they are baked, which number each gets."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

LEVELS = ("hard", "medium", "easy", "hard", "medium")
PAIRS, PLAINS, ROUNDS = 112, 16, 40
# The order is part of the set: a kind added to the bakery later must not renumber its pictures.
SHOWN = (
    "vase", "mug", "handbag", "pineapple", "book", "rubber duck", "burger", "candle", "shoe", "teapot",
    "gift box", "lemon", "ball", "bottle", "cheese", "hat", "flowerpot", "teddy", "soap", "watermelon",
    "bowl", "piggy bank", "alarm clock", "bread", "tin can", "pumpkin", "suitcase", "dice", "jug",
    "mushroom", "camera", "pear", "toilet roll",
)  # fmt: skip


@dataclass(frozen=True)
class Single:
    """One thing in one room; a pair of a real thing and its cake shares the group, and so the shape."""

    kind: str
    cake: bool
    level: str
    group: str
    number: int = 0

    @property
    def name(self) -> str:
        """Return the words that seed this scene's dice."""
        return f"{self.group} {'cake' if self.cake else 'real'}"

    @property
    def file(self) -> str:
        """Return the picture's file within the set."""
        return f"pictures/{self.number:04d}.webp"

    @property
    def reveal(self) -> str:
        """Return the file of the picture with a slice cut out; "" for a real thing."""
        return f"reveals/{self.number:04d}.webp" if self.cake else ""


@dataclass(frozen=True)
class Trio:
    """Three things on three pedestals, the one at `answer` (0, 1, 2 from the left) is cake."""

    kinds: tuple[str, str, str]
    answer: int
    level: str
    group: str
    number: int

    @property
    def name(self) -> str:
        """Return the words that seed this scene's dice."""
        return self.group

    @property
    def file(self) -> str:
        """Return the picture's file within the set."""
        return f"rounds/{self.number:02d}.webp"

    @property
    def reveal(self) -> str:
        """Return the file of the picture in which the cake is cut."""
        return f"rounds/{self.number:02d}-cut.webp"


def planned(plains: Sequence[str], seed: int, kinds: Sequence[str] = SHOWN) -> list[Single | Trio]:
    """Return all scenes of the set, in an order whose every beginning is a balanced small set."""
    dice = random.Random(f"plan {seed}")
    singles = paired(kinds, plains)
    numbers = dice.sample(range(1, len(singles) + 1), len(singles))
    numbered = [Single(s.kind, s.cake, s.level, s.group, n) for s, n in zip(singles, numbers, strict=True)]
    answers = dice.sample([n % 3 for n in range(ROUNDS)], ROUNDS)
    trios = [trio(kinds, number + 1, answer, dice) for number, answer in enumerate(answers)]
    order: list[Single | Trio] = []
    for i, single in enumerate(numbered):
        order.append(single)
        if (i + 1) * ROUNDS // len(numbered) > i * ROUNDS // len(numbered):
            order.append(trios.pop(0))
    return [*order, *trios]


def paired(kinds: Sequence[str], plains: Sequence[str]) -> list[Single]:
    """Return real things and their cakes kind after kind, plain cakes and more real things between."""
    found = []
    for i in range(PAIRS):
        turn, k = divmod(i, len(kinds))
        kind, group = kinds[k], f"{kinds[k]}-{turn + 1}"
        found += [Single(kind, False, "", group), Single(kind, True, LEVELS[(turn + k) % 5], group)]
        if (i + 1) * PLAINS // PAIRS > i * PLAINS // PAIRS:
            n = i * PLAINS // PAIRS
            extra = kinds[(5 * n + 2) % len(kinds)]
            found.append(Single(extra, False, "", f"{extra}-{20 + n}"))
            found.append(Single("cake", True, "plain", f"{plains[n % len(plains)]}-{n + 1}"))
    return found


def trio(kinds: Sequence[str], number: int, answer: int, dice: random.Random) -> Trio:
    """Return a round of three different kinds, the one at `answer` being cake; each kind is so in turn."""
    cake = kinds[7 * number % len(kinds)]
    first, second = dice.sample([kind for kind in kinds if kind != cake], 2)
    three = [first, second]
    three.insert(answer, cake)
    level = dice.choices(("hard", "medium", "easy"), (45, 35, 20))[0]
    return Trio((three[0], three[1], three[2]), answer, level, f"round-{number}", number)
