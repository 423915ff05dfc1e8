"""Imports from web pages and from Unsplash, the network played by servers on this machine."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Iterator

import pytest

from core.errors import JobStopped, StoreError
from db import imports
from db.models import Arrival, Task
from db.store import Store
from db.unsplash import KEY, Hunt, terms
from tests.collections import begun, brought, held_by, jpeg
from tests.loopback import Loopback, reply
from tests.test_unsplash import LIMITED, asked_for, here, photos

PAGE = b"""<img src="a.jpg" alt="Plum cake"><img src="/no/b.jpg"><img src="gone.jpg">"""


@pytest.fixture
def web() -> Iterator[Loopback]:
    """A baker's site: a page of three pictures, one gone and one that robots may not have."""
    with Loopback() as server:
        server.says = {
            "/robots.txt": reply(b"User-agent: *\nDisallow: /no/\n", Content_Type="text/plain"),
            "/cakes": reply(PAGE, Content_Type="text/html"),
            "/a.jpg": reply(jpeg(1)),
            "/no/b.jpg": reply(jpeg(2)),
            "/gone.jpg": reply(b"", "404 Not Found"),
        }
        yield server


def paths(server: Loopback) -> list[str]:
    return [head.split()[1] for head in server.asked]


def test_a_page_is_looked_at_once_and_its_robots_are_heeded(store: Store, web: Loopback) -> None:
    pages = {"pages": [f"{web.root}/cakes"]}
    report = brought(store, payload=pages, allowed=here)
    assert [report[word] for word in ("offered", "taken", "refused", "waiting")] == [3, 1, 2, 0]
    assert any("robots.txt" in reason for reason in report["reasons"])
    assert [(row.name, row.source) for row in held_by(store)] == [("Plum cake", f"{web.root}/cakes")]
    assert "/no/b.jpg" not in paths(web)
    brought(store, payload=pages, name="Again", allowed=here)
    assert paths(web).count("/cakes") == 1


def hunt(store: Store, server: Loopback, task: Task, notes: list[str], **more: object) -> Hunt:
    def say(fraction: float | None, note: str) -> None:
        notes.append(note)

    given = {"stop": threading.Event(), "say": say, "key": "SESAME", "base": server.root, **more}
    return Hunt(store, task, allowed=here, **given)  # type: ignore[arg-type]


def test_unsplash_hears_of_the_pictures_that_were_taken_and_of_no_others(store: Store) -> None:
    with Loopback() as server:
        server.says = {asked_for("cake", 2): photos(1, 2, root=server.root)}
        server.says |= {f"/photos/id{number}/download?ixid=7": reply(b"{}") for number in (1, 2)}
        task = begun(store, payload={"unsplash": terms("cake = yes", 2)})
        rows = hunt(store, server, task, []).rows()
        assert [(row["label"], row["facts"]["author"]) for row in rows] == [("yes", "Ann Baker")] * 2
        with store.writing() as session:
            imports.offer(session=session, task=session.get_one(Task, task.id), rows=rows)
            first = session.get_one(Arrival, (task.id, 1))
            first.state = "taken"
        for _ in range(2):  # a worker that was killed after it had told of them tells nobody twice
            with store.reading() as session:
                hunt(store, server, session.get_one(Task, task.id), []).track()
        assert [path for path in paths(server) if "download" in path] == ["/photos/id1/download?ixid=7"]
    with store.reading() as session:
        assert "SESAME" not in json.dumps(session.get_one(Task, task.id).payload)


def test_a_search_waits_where_the_hour_is_used_up_and_goes_on_by_itself(store: Store) -> None:
    notes: list[str] = []
    clock = itertools.count(1_700_000_000, 1900).__next__
    with Loopback() as server:
        server.says = {asked_for("cake", 1): LIMITED}
        task = begun(store, payload={"unsplash": terms("cake", 1)})
        searching = hunt(store, server, task, notes, clock=lambda: _freed(server, notes, float(clock())))
        assert len(searching.rows()) == 1
    assert any("going on in" in note for note in notes)


def _freed(server: Loopback, notes: list[str], now: float) -> float:
    """Return the time; once somebody waits the server has an open hand again."""
    if notes:
        server.says = {asked_for("cake", 1): photos(1)}
    return now


def test_a_stopped_search_keeps_where_it_stands(store: Store) -> None:
    stop = threading.Event()
    stop.set()
    with Loopback() as server:
        task = begun(store, payload={"unsplash": terms("cake", 1)})
        with pytest.raises(JobStopped):
            hunt(store, server, task, [], stop=stop).rows()
        assert server.asked == []


def test_without_a_key_the_import_says_which_one_is_missing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(KEY, raising=False)
    with pytest.raises(StoreError, match=KEY):
        brought(store, payload={"unsplash": terms("cake", 1)}, allowed=here)
