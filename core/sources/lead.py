"""One picture that can be fetched, and what a source was offered: leads, and refusals with reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SHOWN = 200
_LONGEST_NAME = 150


@dataclass(frozen=True)
class Lead:
    """A picture that can be fetched, as far as its source knows it.

    `source` is the host of a list's entry, the page a picture stands on, or "unsplash". `facts`
    may hold author, author_link, licence, link (the page about the picture), suspect ("logo") and
    track (see `core.sources.unsplash`). `dataclasses.asdict` makes a lead a plain value.
    """

    address: str
    name: str
    label: str = ""
    split: str = ""
    source: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Listing:
    """What a source offered: every entry is one of `leads` or one of `refused` (text, reason)."""

    leads: list[Lead] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def brief(text: str) -> str:
    """Return a text as a report can show it: printable, on one line, at most 200 characters.

    >>> brief("data:\\x00" + "A" * 500)[-4:]
    'AAA…'
    """
    line = "".join(char if char.isprintable() else " " for char in text[: SHOWN + 1]).strip()
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"


def plain(text: object) -> str:
    """Return a word from outside (a label, a name) in one line of at most 150 characters.

    Whatever is no text or number is "".

    >>> plain("  layer\\n cake "), plain(["cake"])
    ('layer cake', '')
    """
    if not isinstance(text, str | int | float) or isinstance(text, bool):
        return ""
    words = "".join(char if char.isprintable() else " " for char in str(text)[:4000]).split()
    return " ".join(words)[:_LONGEST_NAME].strip()
