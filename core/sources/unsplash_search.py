"""A search on Unsplash as a plain value: what is left to do, what was found, how much is used up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from core.sources.lead import Lead

LIMIT = 50  # requests an hour, for a key that Unsplash has not raised


@dataclass(frozen=True)
class Term:
    """Words to search for, how many pictures are still wanted, and the label they get."""

    query: str
    wanted: int
    label: str = ""


@dataclass(frozen=True)
class Search:
    """Where a search stands. The hour of the limit began at `window` (seconds since 1970), `used`
    requests were made in it and `left` may still be; `to_track` are downloads to tell of."""

    terms: tuple[Term, ...] = ()
    found: tuple[Lead, ...] = ()
    to_track: tuple[str, ...] = ()
    window: float = 0.0
    used: int = 0
    left: int = LIMIT

    def plain(self) -> dict[str, Any]:
        """Return the search as JSON can hold it.

        >>> Search.of_plain(Search((Term("cake", 3),)).plain()).terms
        (Term(query='cake', wanted=3, label=''),)
        """
        return asdict(self)

    @classmethod
    def of_plain(cls, told: Mapping[str, Any]) -> Self:
        """Return the search that `plain` made a plain value."""
        return cls(
            terms=tuple(Term(**term) for term in told["terms"]),
            found=tuple(Lead(**lead) for lead in told["found"]),
            to_track=tuple(told["to_track"]),
            window=float(told["window"]),
            used=int(told["used"]),
            left=int(told["left"]),
        )

    def took(self, leads: Iterable[Lead]) -> Self:
        """Return the search with downloads to tell of: those of the leads that were taken."""
        new = [lead.facts["track"] for lead in leads if lead.facts.get("track")]
        return replace(self, to_track=tuple(dict.fromkeys((*self.to_track, *new))))

    def in_window(self, now: float) -> Self:
        """Return the search at the beginning of a new hour."""
        return replace(self, window=now, used=0, left=LIMIT)

    def asked(self, remaining: str) -> Self:
        """Return the search after a request, whose answer says how many remain, or nothing of use."""
        known = remaining.isascii() and remaining.isdigit() and len(remaining) < 8
        left = int(remaining) if known else self.left - 1
        return replace(self, used=self.used + 1, left=left)

    def without_first(self) -> Self:
        """Return the search without its first term."""
        return replace(self, terms=self.terms[1:])

    def with_found(self, leads: tuple[Lead, ...]) -> Self:
        """Return the search with pictures for its first term, which wants that many fewer."""
        first, *rest = self.terms
        wanted = first.wanted - len(leads)
        terms = ((replace(first, wanted=wanted),) if wanted > 0 else ()) + tuple(rest)
        return replace(self, terms=terms, found=self.found + leads)
