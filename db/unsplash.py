"""A search at Unsplash as an import's source: request by request, waiting where its limit is used up."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import Any

from sqlmodel import select

from core.errors import JobStopped, StoreError
from core.fetch.addresses import Address, is_public
from core.sources.unsplash import BASE, Ended, Finished, Unsplash, Wait
from core.sources.unsplash_search import Search, Term
from db import crawl
from db.models import Arrival, Task
from db.store import Store

KEY = "UNSPLASH_ACCESS_KEY"
MOST = 1000
Say = Callable[[float | None, str], object]


def terms(text: str, wanted: int) -> list[dict[str, Any]]:
    """Return what somebody typed as the terms of a search, one a line, as a payload holds them.

    A label may stand behind an equals sign, else the term is the label.

    >>> terms("layer cake = cake\\nteapot", 20)[0]
    {'query': 'layer cake', 'wanted': 20, 'label': 'cake'}
    """
    parts = [line.partition("=") for line in text.splitlines()[:50] if line.strip()]
    return [
        {"query": term.strip()[:100], "wanted": wanted, "label": (label.strip() or term.strip())[:60]}
        for term, _, label in parts
        if term.strip()
    ]


class Hunt:
    """One import's search; where it stands is written down after every request."""

    def __init__(
        self,
        store: Store,
        task: Task,
        stop: threading.Event,
        say: Say,
        *,
        key: str = "",
        base: str = BASE,
        allowed: Callable[[Address], bool] = is_public,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Raises StoreError where there is no key."""
        key = key or os.environ.get(KEY, "")
        if not key:
            raise StoreError(f"There is no key for Unsplash: set {KEY} and start again.")
        self._store, self._task, self._stop, self._say = store, task, stop, say
        self._unsplash = Unsplash(key, base, allowed=allowed, stop=stop)
        self._clock = clock

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each picture that the terms brought, and for each term that ended early.

        Raises JobStopped when stopped, Offline or FetchFailed where Unsplash does not answer.
        """
        kept = self._task.payload.get("search")
        wanted = tuple(Term(**term) for term in self._task.payload["unsplash"])
        ended = self._go(Search.of_plain(kept) if kept else Search(terms=wanted))
        search = Search.of_plain(self._task.payload["search"])
        return [crawl.row_of(lead) for lead in search.found] + ended

    def track(self) -> None:
        """Tell Unsplash which pictures were taken, as its guidelines ask."""
        search = Search.of_plain(self._task.payload["search"])
        if not self._task.payload.get("tracking"):
            with self._store.reading() as session:
                wanted = select(Arrival.address).where(
                    Arrival.task_id == self._task.id, Arrival.state == "taken"
                )
                taken = set(session.exec(wanted))
            search = search.took(lead for lead in search.found if lead.address in taken)
            self._write(search, tracking=True)
        self._go(search)

    def _go(self, search: Search) -> list[dict[str, Any]]:
        """Take every step that is left; return the terms that ended early as refusals."""
        ended: list[dict[str, Any]] = []
        while True:
            if self._stop.is_set():
                raise JobStopped(f"{self._task.title}: stopped.")
            search, event = self._unsplash.step(search, self._clock())
            self._write(search)
            if isinstance(event, Finished):
                return ended
            if isinstance(event, Ended):
                ended.append(crawl.refused(event.term, event.reason, "unsplash"))
            elif isinstance(event, Wait):
                self._wait(event.until)
            else:
                self._say(None, f"Found {len(search.found):,} pictures, {len(search.to_track):,} to tell of")

    def _wait(self, until: float) -> None:
        while (left := until - self._clock()) > 0 and not self._stop.is_set():
            clock = f"{int(left) // 60}:{int(left) % 60:02}"
            self._say(None, f"Unsplash allows no more requests this hour: going on in {clock}")
            self._stop.wait(min(left, 1.0))

    def _write(self, search: Search, **more: Any) -> None:
        with self._store.writing() as session:
            task = session.get(Task, self._task.id)
            if task is None:
                raise JobStopped("This import was discarded.")
            task.payload = self._task.payload = {**task.payload, **more, "search": search.plain()}
            session.add(task)
