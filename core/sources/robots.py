"""What a robots.txt allows, after RFC 9309.

Not `urllib.robotparser`: it takes the first rule that fits where the RFC takes the longest, and
reads `*` and `$` in a path as letters, so that `Disallow: /*.jpg$` would keep nobody out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

NAME = "fakery"
MAX_BYTES = 512 * 1024  # the RFC asks for 500 KiB at least; what follows is not read
_MAX_RULES = 5000
_MAX_STARS = 20


@dataclass(frozen=True)
class Robots:
    """The rules for one visitor, each (path, allowed), and the seconds between requests it asks for."""

    rules: tuple[tuple[str, bool], ...] = ()
    delay_s: float = 0.0

    def allow(self, url: str) -> bool:
        """Return whether an address may be asked for: the longest rule that fits says so.

        >>> read_robots("User-agent: *\\nDisallow: /*.jpg$\\nAllow: /cakes/").allow("https://x.org/a.jpg")
        False
        """
        parts = urlsplit(url)
        path = _spelled(f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}")
        fitting = [(len(rule), allowed) for rule, allowed in self.rules if _fits(rule, path)]
        return max(fitting, default=(0, True))[1]


FORBIDDEN = Robots((("/", False),))


def read_robots(text: str, name: str = NAME) -> Robots:
    """Return the rules a robots.txt has for the visitor of that name, or else those for all.

    >>> read_robots("User-agent: *\\nDisallow: /\\n\\nUser-agent: Fakery\\nCrawl-delay: 2").delay_s
    2.0
    """
    own, everyone = _Group(), _Group()
    into: list[_Group] = []
    naming = False
    for line in re.split(r"[\r\n]+", text.lstrip("\ufeff")):
        key, _, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if key == "user-agent":
            into = into if naming else []
            who = re.match(r"[a-z_-]*", value.lower())
            if value.startswith("*"):
                into.append(everyone)
            elif who and who[0] == name:
                into.append(own)
                own.named = True
            naming = True
        elif key in ("allow", "disallow", "crawl-delay"):
            naming = False
            for group in into:
                group.add(key, value)
    return (own if own.named else everyone).robots()


class _Group:
    def __init__(self) -> None:
        self.named = False
        self._rules: list[tuple[str, bool]] = []
        self._delay = 0.0

    def add(self, key: str, value: str) -> None:
        if key == "crawl-delay":
            if re.fullmatch(r"\d{1,6}(\.\d{1,6})?", value):
                self._delay = float(value)
        elif value and len(self._rules) < _MAX_RULES and value.count("*") <= _MAX_STARS:
            self._rules.append((_spelled(value), key == "allow"))

    def robots(self) -> Robots:
        return Robots(tuple(self._rules), self._delay)


def _spelled(path: str) -> str:
    """Return a path in one spelling, whatever of it was percent-encoded."""
    return quote(unquote(path), safe="/*$?=&;:@,+!~'()%")


def _fits(rule: str, path: str) -> bool:
    """Return whether a rule fits a path: `*` is anything, a `$` at its end is the path's end.

    Piece by piece, each at its first place, as a pattern with many stars would take for ever.
    """
    ends = rule.endswith("$")
    head, *pieces = rule.removesuffix("$").split("*")
    if not path.startswith(head):
        return False
    if not pieces:
        return not ends or path == head
    at = len(head)
    last = pieces.pop() if ends else ""
    for piece in pieces:
        at = path.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return not ends or (path.endswith(last) and len(path) - len(last) >= at)
