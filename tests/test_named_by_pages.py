"""What pages and lists named: spelled anyhow, kept as it was found, and only what a page really named."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import col, select

from core.sources.lists import read_list
from db import crawl
from db.models import Arrival
from db.store import Store
from tests.collections import begun, brought, lay

PAGE = "https://example.org/cakes"


@pytest.mark.parametrize("text", ["http://[::1", "http:/x", "http:foo", "http://", "ftp://a.org", "a@b.org"])
def test_what_is_no_address_of_a_page_is_left_out(text: str) -> None:
    typed = crawl.typed(f"{text} example.org/cakes")
    assert typed[-1] == PAGE
    assert all(page.startswith("http") and page.split("/")[2] for page in typed)


def test_a_list_with_half_a_letter_can_be_imported(store: Store) -> None:
    listing = read_list('["http://example.org/\\ud800.jpg", "http://example.org/a.jpg"]', "x.json")
    rows = [crawl.row_of(lead) for lead in listing.leads]
    rows += [crawl.refused(text, reason) for text, reason in listing.refused]
    rows.append({"address": "http://example.org/b.jpg", "facts": {"author": "Cl\ud800eo"}})
    begun(store, leads=rows, name="half \ud800")
    with store.reading() as session:
        names = session.exec(select(Arrival.name, Arrival.facts).order_by(col(Arrival.number))).all()
    assert len(names) == 3
    assert names[-1] == ("http://example.org/b.jpg", {"author": "Cleo"})


def test_what_a_table_calls_a_source_is_not_what_a_page_named(store: Store, tmp_path: Path) -> None:
    table = f"file,source\ncake/1.jpg,{PAGE}\n"
    brought(store, path=lay(tmp_path / "set", {"cake/1.jpg": 1, "t.csv": table}))
    with store.reading() as session:
        assert session.exec(select(Arrival.source)).all() == [PAGE]
        assert crawl.named_by(session=session, page=PAGE) == []
    begun(store, payload={"pages": [PAGE]}, leads=[{"address": "https://example.org/1.jpg", "source": PAGE}])
    with store.reading() as session:
        (row,) = crawl.named_by(session=session, page=PAGE)
    assert row["address"] == "https://example.org/1.jpg"
