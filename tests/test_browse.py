"""The grid shows exactly what was asked for, each picture once, however the pages are turned."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from core.home import Home
from db import browse, edits
from db.store import Store
from db.views import CHOICES, SORTS, View
from tests.crowd import ISSUES, LABELS, MODELS, SAID, SOURCES, SPLITS, TAGS, Known, crowds
from tests.oracle import expected, inside


@dataclasses.dataclass(frozen=True, repr=False)
class Gallery:
    """A store with several datasets of the same pictures, and what is known about those of the first."""

    store: Store
    dataset_id: int
    crowd: list[Known]
    other_id: int


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gallery]:
    """A gallery that tests leave as it is."""
    folder: Path = tmp_path_factory.mktemp("gallery")
    store = Store(Home(folder, f"sqlite:///{folder / 'fakery.db'}"))
    (dataset_id, crowd), (other_id, _) = crowds(store, 240, 120)
    yield Gallery(store, dataset_id, crowd, other_id)
    store.close()


def some(words: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    """Return mostly nothing, else a few of these words or one that there is not."""
    few = st.lists(st.sampled_from([*words, "xyz'"]), min_size=1, max_size=3, unique=True)
    return st.just(()) | st.just(()) | few.map(tuple)


TEXTS = ("", "", "", "img", "%", "_", "a_b", "ö", "Ö", "\\", "'", "jpg")
DAYS = ("", "", "2026-11-20", "2026-11-21", "2026-11-22", "0001-01-01", "9999-12-31")
SHARES = st.sampled_from((0.0, 0.25, 0.3, 0.5, 0.99, 1.0))
LASSOS = st.lists(st.integers(-8, 8), min_size=3, max_size=16).map(lambda c: tuple(map(float, c)))
VIEWS = st.builds(
    View,
    label=some(LABELS), split=some(SPLITS), source=some(SOURCES), tag=some(TAGS), issue=some(ISSUES),
    said=some(SAID), kept=st.sampled_from(CHOICES["kept"]), text=st.sampled_from(TEXTS),
    since=st.sampled_from(DAYS), until=st.sampled_from(DAYS), short=st.sampled_from((0, 0, 33, 99)),
    long=st.sampled_from((0, 0, 99, 480)), model=st.sampled_from(("", *MODELS, "nobody")),
    verdict=st.sampled_from(("", "", "right", "wrong")), least=st.just(0.0) | SHARES,
    most=st.just(1.0) | SHARES, disagree=st.sampled_from((False, False, True)),
    lasso=st.just(()) | st.just(()) | LASSOS, sort=st.sampled_from(tuple(SORTS)),
)  # fmt: skip


def leafed(session: Session, dataset_id: int, view: View, most: int, *, back: bool = False) -> list[int]:
    """Return the ids of all pages, turned one by one from the first on, or back from the last one."""
    edge: dict[str, Any] = {}
    if back:
        every = browse.page(session=session, dataset_id=dataset_id, view=view, most=10**6)
        if not every:
            return []
        edge = {"before": every[-1].cursor}
    found = [every[-1].id] if back else []
    while True:
        page = browse.page(session=session, dataset_id=dataset_id, view=view, most=most, **edge)
        if not page:
            return found
        assert len(page) <= most
        ids = [tile.id for tile in page]
        assert not {*ids} & {*found}, "a picture comes twice"
        found = ids + found if back else found + ids
        edge = {"before": page[0].cursor} if back else {"after": page[-1].cursor}


@settings(max_examples=150)
@given(view=VIEWS, most=st.integers(20, 90))
def test_a_view_shows_exactly_what_it_asks_for_in_its_order(gallery: Gallery, view: View, most: int) -> None:
    wanted = expected(view, gallery.crowd)
    about: dict[str, Any] = {"dataset_id": gallery.dataset_id, "view": view}
    with gallery.store.reading() as session:
        assert leafed(session, gallery.dataset_id, view, most) == wanted
        assert browse.ids(session=session, **about) == sorted(wanted)
        assert browse.count(session=session, **about) == len(wanted)


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("kept", CHOICES["kept"])
@pytest.mark.parametrize("back", [False, True])
def test_turning_pages_meets_every_picture_once(gallery: Gallery, sort: str, kept: str, back: bool) -> None:
    view = View(sort=sort, kept=kept, model="compact", issue=ISSUES)
    wanted = expected(view, gallery.crowd)
    with gallery.store.reading() as session:
        assert leafed(session, gallery.dataset_id, view, 5, back=back) == wanted
    assert len(wanted) > 5


@settings(max_examples=30)
@given(sort=st.sampled_from(tuple(SORTS)), data=st.data())
def test_a_picture_deleted_between_two_pages_shifts_no_other(
    gallery: Gallery, sort: str, data: st.DataObject
) -> None:
    view = View(sort=sort, model="large", issue=ISSUES)
    wanted = expected(view, gallery.crowd)
    about: dict[str, Any] = {"dataset_id": gallery.dataset_id, "view": view}
    with gallery.store.reading() as session:  # and never committed
        first = browse.page(session=session, **about, most=10)
        gone = data.draw(st.sampled_from(wanted[:20]) | st.just(first[-1].id))
        edits.delete(session=session, dataset_id=gallery.dataset_id, image_ids=[gone])
        after = browse.page(session=session, **about, after=first[-1].cursor, most=10**6)
        assert [tile.id for tile in after] == [id_ for id_ in wanted[10:] if id_ != gone]
        back = browse.page(session=session, **about, before=after[0].cursor, most=10**6)
        assert [tile.id for tile in back] == [
            id_ for id_ in wanted if id_ not in {gone, *(t.id for t in after)}
        ]


@settings(max_examples=30)
@given(view=VIEWS, data=st.data())
def test_the_neighbours_are_those_beside_it(gallery: Gallery, view: View, data: st.DataObject) -> None:
    wanted = expected(view, gallery.crowd)
    one = data.draw(st.sampled_from([known.image.id or 0 for known in gallery.crowd]))
    row = [None, *wanted, None]
    with gallery.store.reading() as session:
        for id_ in {one, *wanted[:1], *wanted[-1:]}:
            beside = browse.neighbours(
                session=session, dataset_id=gallery.dataset_id, view=view, image_id=id_
            )
            at = row.index(id_) if id_ in wanted else None
            assert beside == ((None, None) if at is None else (row[at - 1], row[at + 1]))


@settings(max_examples=60)
@given(lasso=LASSOS)
def test_a_lasso_catches_what_lies_inside(gallery: Gallery, lasso: tuple[float, ...]) -> None:
    view = View(lasso=lasso, kept="all")
    with gallery.store.reading() as session:
        caught = set(browse.ids(session=session, dataset_id=gallery.dataset_id, view=view))
    assert caught == {known.image.id for known in gallery.crowd if inside(known.place, lasso)}


def test_the_largest_lasso_is_no_longer_than_a_query(gallery: Gallery) -> None:
    corners = [(0.1 * n - 3, 3.0 if n % 2 else -3.0) for n in range(60)]
    view = View(lasso=tuple(number for corner in corners for number in corner), kept="all")
    with gallery.store.reading() as session:
        shown = browse.page(session=session, dataset_id=gallery.dataset_id, view=view, most=500)
    assert {tile.id for tile in shown} == {
        known.image.id for known in gallery.crowd if inside(known.place, view.lasso)
    }
    assert shown


def test_excluded_pictures_are_shown_only_on_request(gallery: Gallery) -> None:
    excluded = {known.image.id for known in gallery.crowd if known.image.excluded}
    with gallery.store.reading() as session:

        def shown(view: View) -> set[int]:
            return set(browse.ids(session=session, dataset_id=gallery.dataset_id, view=view))

        assert excluded
        assert not shown(View()) & excluded
        assert shown(View(kept="excluded")) == excluded
        assert shown(View(kept="all")) == shown(View()) | excluded


@settings(max_examples=30)
@given(view=VIEWS)
def test_pictures_of_other_datasets_never_appear(gallery: Gallery, view: View) -> None:
    mine = {known.image.id for known in gallery.crowd}
    with gallery.store.reading() as session:
        theirs = browse.ids(session=session, dataset_id=gallery.other_id, view=view)
        assert not mine & set(theirs)
        assert browse.count(session=session, dataset_id=10**6, view=view) == 0


@settings(max_examples=30)
@given(view=VIEWS)
def test_a_page_and_its_total_are_two_questions(gallery: Gallery, view: View) -> None:
    asked: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    sa.event.listen(gallery.store.engine, "before_cursor_execute", note)
    try:
        with gallery.store.reading() as session:
            about: dict[str, Any] = {"dataset_id": gallery.dataset_id, "view": view}
            browse.page(session=session, **about)
            browse.count(session=session, **about)
    finally:
        sa.event.remove(gallery.store.engine, "before_cursor_execute", note)
    assert len([statement for statement in asked if not statement.startswith("BEGIN")]) == 2


def test_a_tile_says_what_the_newest_file_of_its_model_said(gallery: Gallery) -> None:
    view = View(model="compact")
    with gallery.store.reading() as session:
        tiles = browse.page(session=session, dataset_id=gallery.dataset_id, view=view, most=500)
    said = {known.image.id: known.said.get("compact", ("", 0.0)) for known in gallery.crowd}
    assert {tile.id: (tile.said, tile.confidence) for tile in tiles} == {
        tile.id: said[tile.id] for tile in tiles
    }
    assert any(tile.said for tile in tiles)
