"""A view: which pictures of a dataset to look at and in which order. It fits into an address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Self

MANY = ("label", "split", "source", "tag", "issue", "said")
DAYS = ("since", "until")
SORTS = {
    "": "As they came",
    "newest": "Newest first",
    "name": "File name",
    "label": "Label",
    "largest": "Largest first",
    "smallest": "Smallest first",
    "blurriest": "Blurriest first",
    "darkest": "Darkest first",
    "surest": "Surest first",
    "unsure": "Least sure first",
    "worst": "Worst finding first",
}
CHOICES = {"sort": tuple(SORTS), "kept": ("", "excluded", "all"), "verdict": ("", "right", "wrong")}
MOST_CORNERS = 60


@dataclass(frozen=True)
class View:
    """What is asked of a dataset's pictures; a field left empty asks nothing.

    Of a field with several values one has to hold, of the fields all. `kept` is "" for what is not
    excluded, "excluded" or "all". `model`, `said`, `verdict` ("right", "wrong") and `least`..`most`
    (0..1) ask what that model's run said; `short` and `long` bound the shorter side in pixels;
    `since` and `until` are days, "2026-11-22". `lasso` is a polygon on the map, x and y in turns.
    """

    label: tuple[str, ...] = ()
    split: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    issue: tuple[str, ...] = ()
    kept: str = ""
    text: str = ""
    since: str = ""
    until: str = ""
    short: int = 0
    long: int = 0
    model: str = ""
    said: tuple[str, ...] = ()
    verdict: str = ""
    least: float = 0.0
    most: float = 1.0
    disagree: bool = False
    lasso: tuple[float, ...] = ()
    sort: str = ""

    def to_query(self) -> dict[str, str | list[str]]:
        """Return what differs from the plain view as the parameters of an address.

        >>> View(label=("cake", "no cake"), short=64, disagree=True).to_query()
        {'label': ['cake', 'no cake'], 'short': '64', 'disagree': '1'}
        """
        query: dict[str, str | list[str]] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if value == field.default:
                continue
            if field.name in MANY:
                query[field.name] = list(value)
            elif field.name == "lasso":
                query[field.name] = " ".join(f"{number:.4g}" for number in value)
            else:
                query[field.name] = "1" if value is True else str(value)
        return query

    @classmethod
    def from_query(cls, query: Mapping[str, list[str]]) -> Self:
        """Return the view of an address; what cannot be meant is passed over.

        >>> View.from_query({"label": ["cake"], "short": ["much"], "sort": ["name"], "x": ["1"]})
        ... # doctest: +ELLIPSIS
        View(label=('cake',), ..., short=0, ..., sort='name')
        """
        given = {
            field.name: _read(field.name, field.default, values)
            for field in fields(cls)
            if (values := query.get(field.name))
        }
        return cls(**given)

    def of(self, **changed: Any) -> Self:
        """Return this view with some of its questions changed."""
        return replace(self, **changed)

    @property
    def asks(self) -> bool:
        """Whether anything is filtered at all."""
        return self.of(sort="", model="") != View()


def _read(name: str, default: Any, values: list[str]) -> Any:
    """Return what an address means by a field, or its default."""
    first = values[0]
    if name in MANY:
        return tuple(_storable(value) for value in values[:200])
    if name in CHOICES:
        return first if first in CHOICES[name] else default
    if name in DAYS:
        return _day(first)
    if name == "lasso":
        return _numbers(first)
    if isinstance(default, bool):
        return first == "1"
    if isinstance(default, int):
        return int(first) if first.isdecimal() and len(first) < 8 else default
    if isinstance(default, float):
        numbers = _numbers(first)
        return min(max(numbers[0], 0.0), 1.0) if numbers else default
    return "".join(letter for letter in _storable(first) if letter.isprintable())


def _storable(text: str) -> str:
    # Half of a surrogate pair is no letter: a database refuses it.
    return text[:200].encode(errors="ignore").decode()


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _numbers(text: str) -> tuple[float, ...]:
    parts: Iterable[str] = text.replace(",", " ").split()[: 2 * MOST_CORNERS]
    try:
        found = tuple(float(part) for part in parts)
    except ValueError:
        return ()
    return found if all(abs(number) < 1e9 for number in found) else ()
