"""Web pages as an import's source: looked at once, politely, and what they named is kept."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from sqlmodel import Session, col, select

from core.errors import JobStopped, RefusedAddress
from core.fetch.addresses import checked
from core.sources.lead import Lead
from core.sources.polite import Polite
from core.sources.web_pages import visit
from db.models import Arrival, Task
from db.store import Store

MOST_PAGES = 200
Say = Callable[[float | None, str], object]


def rows(store: Store, task: Task, polite: Polite, stop: threading.Event, say: Say) -> list[dict[str, Any]]:
    """Return a row for everything that the import's pages name, and for every page that named nothing.

    Of a page that an earlier import looked at, what it named then is taken. Raises Offline, and
    JobStopped when `stop` is set: what was seen so far is then looked at again.
    """
    pages = list(dict.fromkeys(task.payload.get("pages", ())))[:MOST_PAGES]
    with store.reading() as session:
        before = {page: named_by(session=session, page=page) for page in pages}
    found: list[dict[str, Any]] = [
        row for page in pages if not task.payload.get("again") for row in before[page]
    ]
    fresh = [page for page in pages if task.payload.get("again") or not before[page]]
    for number, seen in enumerate(visit(fresh, polite), start=1):
        if stop.is_set():
            raise JobStopped(f"{task.title}: stopped.")
        say(None, f"Looked at {number} of {len(fresh)} pages")
        found += [row_of(lead) for lead in seen.listing.leads]
        found += [refused(text, reason, seen.address) for text, reason in seen.listing.refused]
        if seen.reason:
            found.append(refused(seen.address, seen.reason, seen.address))
        elif not seen.listing.leads:
            found.append(refused(seen.address, "No picture stands on this page.", seen.address))
    return found


def named_by(*, session: Session, page: str) -> list[dict[str, Any]]:
    """Return what an earlier import found on a page, once each, as rows to import."""
    # A table or a person may call anything a source.
    crawled = select(Task.id).where(col(Task.payload)["pages"].as_string().is_not(None))
    named = select(Arrival).where(
        Arrival.source == page, col(Arrival.address) != page, col(Arrival.task_id).in_(crawled)
    )
    again = {each.address: each for each in session.exec(named.order_by(col(Arrival.task_id)))}
    return [
        {"name": each.name, "address": each.address, "source": page, "facts": each.facts}
        for each in again.values()
    ]


def row_of(lead: Lead) -> dict[str, Any]:
    """Return a lead as what an import is offered."""
    return asdict(lead)


def refused(text: str, reason: str, source: str = "") -> dict[str, Any]:
    """Return an entry that cannot be fetched as what an import is offered, refused from the start."""
    return {"name": text[:200], "address": text, "source": source, "state": "refused", "reason": reason}


def typed(text: str) -> Sequence[str]:
    """Return the addresses of pages that somebody typed, one a line or side by side; no others.

    >>> typed("example.org/cakes  https://example.com\\n http:///nowhere")
    ['https://example.org/cakes', 'https://example.com/']
    """
    pages = []
    for word in text.split():
        with contextlib.suppress(RefusedAddress):
            pages.append(checked(word))
    return pages
