"""The bakers' list as an import, from a web that has partly rotted: the report adds up."""

from __future__ import annotations

import base64
import json
import socket
import threading
from pathlib import Path

import pytest

from core.errors import JobStopped, Offline
from core.sources.lead import Lead
from core.sources.lists import read_list
from db import crawl, imports, work
from db.models import Arrival
from db.store import Store
from tests.collections import begun, held_by, jpeg, visible
from tests.loopback import Loopback, reply
from tests.web_of_cakes import WebOfCakes


@pytest.fixture(autouse=True)
def online(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FAKERY_OFFLINE", raising=False)


def test_the_bakers_list_comes_in_and_its_report_adds_up(
    store: Store, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = (shared / "data" / "seeds" / "cake-image-urls.json").read_bytes()
    listing = read_list(data, "cake-image-urls.json")
    with WebOfCakes(listing.leads) as web:
        monkeypatch.setattr(socket, "getaddrinfo", web.look_up)
        rows = [crawl.row_of(lead) for lead in web.leads]
        rows += [crawl.refused(text, reason) for text, reason in listing.refused]
        task = begun(store, leads=rows, payload={"label": "cake"})
        report = work.carry_out(
            store, task.key, threading.Event(), lambda fraction, note: None, allowed=web.allowed
        )
        kinds = web.kinds
    pasted = sum(lead.address.startswith("data:") for lead in web.leads)
    assert report["offered"] == len(json.loads(data))
    assert report["taken"] + report["known"] + report["refused"] == report["offered"]
    assert report["waiting"] == 0 and sum(report["reasons"].values()) == report["refused"]
    served = sum(kinds[kind] for kind in ("picture", "same", "moved", "logo"))
    assert served <= report["taken"] + report["known"] <= served + pasted
    assert report["known"] >= kinds["same"] > 0
    reasons = report["reasons"]
    assert reasons["The address answered 404 (not found)."] == kinds["gone"] > 0
    assert reasons["This is a web page, not a photograph."] == kinds["page"] > 0
    assert reasons["The answer was not complete after … seconds."] == kinds["hang"] == 2
    assert reasons["This JPEG picture breaks off before its end."] == kinds["cut"] > 0
    pictures = held_by(store)
    assert len(pictures) == report["taken"] and {row.label for row in pictures} == {"cake"}
    assert sum(row.facts.get("suspect") == "logo" for row in pictures) > 0
    assert all(row.facts["link"] for row in pictures if row.source)


def test_a_stopped_fetch_is_no_refusal_and_goes_on_later(store: Store) -> None:
    with Loopback({"/1.jpg": reply(jpeg(1))}) as web:
        web.says["/2.jpg"] = web.silence
        rows = [crawl.row_of(Lead(f"{web.root}/{number}.jpg", "")) for number in (1, 2)]
        task = begun(store, leads=rows)
        stop = threading.Event()
        web.says["/2.jpg"] = lambda line: (stop.set(), web.silence(line))[0]
        with pytest.raises(JobStopped):
            work.carry_out(store, task.key, stop, lambda fraction, note: None, allowed=WebOfCakes.allowed)
        assert visible(store) == {"arriving": 0}
        with store.reading() as session:
            assert imports.report(session=session, task_id=task.id or 0).waiting == 2
        web.says["/2.jpg"] = reply(jpeg(2))
        report = work.carry_out(
            store, task.key, threading.Event(), lambda fraction, note: None, allowed=WebOfCakes.allowed
        )
    assert (report["taken"], visible(store)) == (2, {"collection": 2})


def test_where_the_network_is_forbidden_nothing_is_refused_for_good(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = begun(store, leads=[crawl.row_of(Lead("https://example.org/1.jpg", "1.jpg"))])
    monkeypatch.setenv("FAKERY_OFFLINE", "1")
    with pytest.raises(Offline):
        work.carry_out(store, task.key, threading.Event(), lambda fraction, note: None)
    with store.reading() as session:
        (row,) = imports.arrivals(session=session, task_id=task.id or 0)
        (failed,) = imports.open_ones(session=session)
    assert isinstance(row, Arrival) and row.state == "waiting"
    assert failed.state == "failed" and "FAKERY_OFFLINE" in failed.message


def test_a_private_machine_is_not_asked(store: Store) -> None:
    with Loopback({"/1.jpg": reply(jpeg(1))}) as web:
        rows = [crawl.row_of(Lead(f"{web.root}/1.jpg", "1.jpg")), crawl.row_of(Lead(_pasted(), "2.jpg"))]
        task = begun(store, leads=rows)
        report = work.carry_out(store, task.key, threading.Event(), lambda fraction, note: None)
        assert web.asked == []
    assert (report["taken"], report["refused"]) == (1, 1)
    assert list(report["reasons"]) == ["The address is a private or local machine."]


def _pasted() -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg(2)).decode()}"
