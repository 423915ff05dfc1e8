"""Pictures from Unsplash by search terms, within its limits and as its guidelines ask.

One step is one request. The limit (50 an hour for a new key) counts every request to the
interface, the tracking of downloads too, but not the pictures' own addresses:
https://unsplash.com/documentation#rate-limiting. Where it is used up, a step says until when to
wait, and the same search goes on from there: it is a plain value that a page can keep.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from core.errors import FetchFailed, RefusedAddress
from core.fetch.addresses import checked, is_public
from core.fetch.asking import Allowed, Heard, ask
from core.sources.entry import lead_of
from core.sources.lead import Lead, plain
from core.sources.unsplash_search import Search, Term

BASE = "https://api.unsplash.com"
LICENCE = "Unsplash License"
HOUR_S = 3600.0
AT_ONCE = 30  # the most that /photos/random gives with one request
_MAX_BYTES = 5 * 2**20


@dataclass(frozen=True)
class Found:
    """Pictures that a request brought for a term."""

    term: str
    leads: tuple[Lead, ...]


@dataclass(frozen=True)
class Ended:
    """A term that brings no more, and why."""

    term: str
    reason: str


@dataclass(frozen=True)
class Tracked:
    """A download that Unsplash was told of."""

    address: str


@dataclass(frozen=True)
class Wait:
    """The limit is used up; go on at `until` (seconds since 1970)."""

    until: float


@dataclass(frozen=True)
class Finished:
    """Nothing is left to ask."""


Event = Found | Ended | Tracked | Wait | Finished


@dataclass(frozen=True)
class Unsplash:
    """The interface as one key reaches it. `app` names this workshop in the links to authors."""

    key: str
    base: str = BASE
    app: str = "fakery"
    allowed: Allowed = is_public
    stop: threading.Event | None = None
    offline: bool | None = None

    def __repr__(self) -> str:
        """Return a text without the key."""
        return f"Unsplash({self.base!r})"

    def step(self, search: Search, now: float) -> tuple[Search, Event]:
        """Return a search one request further and what came of it; `now` in seconds since 1970.

        Downloads wait to be tracked before terms do. While the limit is used up nothing is asked.
        Raises Offline, and FetchFailed where Unsplash does not answer as it should or refuses the
        key; the search as it was can be tried again.
        """
        if not search.to_track and not search.terms:
            return search, Finished()
        if now >= search.window + HOUR_S:
            search = search.in_window(now)
        if search.left <= 0:
            return search, Wait(search.window + HOUR_S)
        address = search.to_track[0] if search.to_track else self._random(search.terms[0])
        heard = self._ask(address)
        search = search.asked(heard.headers.get("x-ratelimit-remaining", ""))
        if _limited(heard):
            return replace(search, left=0), Wait(search.window + HOUR_S)
        return self._tracked(search, heard) if search.to_track else self._found(search, heard)

    def track(self, address: str) -> None:
        """Tell Unsplash that a picture was taken: `address` is the `track` of its lead's facts.

        It counts against the limit; `Search.took` and `step` keep within it. Raises FetchFailed
        where Unsplash refuses, RefusedAddress where the address is not Unsplash's.
        """
        heard = self._ask(address)
        if heard.status != 200:
            raise FetchFailed(f"Unsplash answered {heard.status} when told of a download; try again later.")

    def _random(self, term: Term) -> str:
        asked = {"query": term.query, "count": min(max(term.wanted, 1), AT_ONCE)}
        return f"{self.base}/photos/random?{urlencode(asked, quote_via=quote)}"

    def _is_ours(self, address: str) -> bool:
        """Return whether an address is the interface's own, which alone may see the key."""
        return urlsplit(checked(address))[:2] == urlsplit(checked(self.base))[:2]

    def _ask(self, address: str) -> Heard:
        if not self._is_ours(address):
            raise RefusedAddress("This address is not one of Unsplash's, so the key is not sent there.")
        heard = ask(
            address,
            max_bytes=_MAX_BYTES,
            headers={"Authorization": f"Client-ID {self.key}", "Accept-Version": "v1"},
            allowed=self.allowed,
            stop=self.stop,
            offline=self.offline,
        )
        if heard.status == 401:
            raise FetchFailed("Unsplash does not accept the key; look at it in the secrets.")
        return heard

    def _tracked(self, search: Search, heard: Heard) -> tuple[Search, Event]:
        """Drop the download told of; one that Unsplash no longer knows is dropped as well."""
        if heard.status not in (200, 404):
            raise FetchFailed(f"Unsplash answered {heard.status} when told of a download; try again later.")
        return replace(search, to_track=search.to_track[1:]), Tracked(search.to_track[0])

    def _found(self, search: Search, heard: Heard) -> tuple[Search, Event]:
        term = search.terms[0]
        if heard.status == 404:
            return search.without_first(), Ended(term.query, "Unsplash has no pictures for this term.")
        if heard.status != 200:
            raise FetchFailed(f"Unsplash answered {heard.status} to {term.query!r}; try again later.")
        known = {lead.address for lead in search.found}
        leads: dict[str, Lead] = {}
        for photo in _photos(heard):
            lead = self._lead(photo, term)
            if lead is not None and lead.address not in known and len(leads) < term.wanted:
                leads.setdefault(lead.address, lead)
        if not leads:
            return search.without_first(), Ended(term.query, "Unsplash brings nothing new for this term.")
        return search.with_found(tuple(leads.values())), Found(term.query, tuple(leads.values()))

    def _lead(self, photo: Any, term: Term) -> Lead | None:
        """Return the lead a photo's description spells, None where it names no picture."""
        address = _at(photo, "urls", "regular")
        if not isinstance(address, str):
            return None
        facts = {
            "author": plain(_at(photo, "user", "name")),
            "author_link": self._credited(_at(photo, "user", "links", "html")),
            "licence": LICENCE,
            "link": self._credited(_at(photo, "links", "html")),
        }
        track = _link(_at(photo, "links", "download_location"))
        if track and self._is_ours(track):
            facts["track"] = track
        name = plain(_at(photo, "description")) or plain(_at(photo, "alt_description"))
        try:
            return lead_of(
                address,
                name=name or plain(_at(photo, "id")),
                label=term.label,
                source="unsplash",
                facts={word: fact for word, fact in facts.items() if fact},
            )
        except RefusedAddress:
            return None

    def _credited(self, link: Any) -> str:
        """Return a link that tells Unsplash who sends the visitor, as its guidelines ask."""
        link = _link(link)
        mark = "&" if "?" in link else "?"
        return f"{link}{mark}{urlencode({'utm_source': self.app, 'utm_medium': 'referral'})}" if link else ""


def _limited(heard: Heard) -> bool:
    return heard.status == 429 or (heard.status == 403 and b"rate limit" in heard.data[:2000].lower())


def _photos(heard: Heard) -> list[Any]:
    try:
        told = json.loads(heard.data)
    except (ValueError, RecursionError) as error:
        raise FetchFailed("Unsplash answered what is no list of pictures; try again later.") from error
    return told[:AT_ONCE] if isinstance(told, list) else [told]


def _at(told: Any, *path: str) -> Any:
    for name in path:
        told = told.get(name) if isinstance(told, dict) else None
    return told


def _link(text: Any) -> str:
    """Return a link that a page may show: http or https, or ""."""
    try:
        return checked(text) if isinstance(text, str) else ""
    except RefusedAddress:
        return ""
