"""Mending a dataset: what was meant changes, nothing else does, and the log says who did it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, func, select

from core.errors import StoreError
from db import browse, edits, log
from db.models import Change, Dataset, Edit, Image, Tag, now
from db.store import Store
from db.views import View
from tests.crowd import plain

Act = Callable[[Session, int, Sequence[int]], Edit | None]


def relabelled(session: Session, dataset_id: int, ids: Sequence[int]) -> Edit | None:
    return edits.relabel(session=session, dataset_id=dataset_id, image_ids=ids, label="gugelhupf", who="Ada")


def excluded(session: Session, dataset_id: int, ids: Sequence[int]) -> Edit | None:
    opposite = {id_: not session.get_one(Image, id_).excluded for id_ in ids}
    return edits.assign(
        session=session, dataset_id=dataset_id, field="excluded", values=opposite, what="x", who="Ada"
    )


def tagged(session: Session, dataset_id: int, ids: Sequence[int]) -> Edit | None:
    return edits.tag(session=session, dataset_id=dataset_id, image_ids=ids, text="fluffy", who="Ada")


def put_aside(session: Session, dataset_id: int, ids: Sequence[int]) -> Edit | None:
    values = dict.fromkeys(ids, "holdout")
    return edits.assign(
        session=session, dataset_id=dataset_id, field="split", values=values, what="Split", who="Ada"
    )


def deleted(session: Session, dataset_id: int, ids: Sequence[int]) -> Edit | None:
    return edits.delete(session=session, dataset_id=dataset_id, image_ids=ids, who="Ada")


ACTS = [relabelled, excluded, tagged, put_aside, deleted]


def state(session: Session, *dataset_ids: int) -> dict[int, Any]:
    """Return all that can be edited of the pictures of some datasets."""
    rows = session.exec(select(Image).where(col(Image.dataset_id).in_(dataset_ids))).all()
    tags = session.exec(select(Tag.image_id, Tag.tag)).all()
    return {
        row.id or 0: (
            *(getattr(row, field) for field in edits.FIELDS),
            sorted(text for id_, text in tags if id_ == row.id),
        )
        for row in rows
    }


def rows_of(session: Session, table: Any) -> int:
    return int(session.exec(select(func.count()).select_from(table)).one())


@pytest.mark.parametrize("act", ACTS)
def test_only_the_chosen_pictures_change(store: Store, act: Act) -> None:
    dataset_id, ids = plain(store, 12)
    with store.reading() as session:
        before = state(session, dataset_id)
    with store.writing() as session:
        assert act(session, dataset_id, ids[:5]) is not None
    with store.reading() as session:
        after = state(session, dataset_id)
    assert {id_ for id_ in ids if after.get(id_) != before[id_]} == set(ids[:5])


@pytest.mark.parametrize("act", ACTS)
def test_pictures_of_another_dataset_are_left_alone(store: Store, act: Act) -> None:
    dataset_id, ids = plain(store, 6)
    other_id, others = plain(store, 6, "Somebody else's")
    with store.reading() as session:
        before = state(session, other_id)
    with store.writing() as session:
        edit = act(session, dataset_id, [*others, *ids[:2]])
        assert act(session, dataset_id, others) is None
    with store.reading() as session:
        assert state(session, other_id) == before
        assert edit is not None
        touched = session.exec(select(Change.image_id).where(Change.edit_id == edit.id)).all()
    assert sorted(touched) == ids[:2]


@pytest.mark.parametrize("act", [relabelled, tagged, put_aside, deleted])
def test_what_is_so_already_is_no_edit(store: Store, act: Act) -> None:
    dataset_id, ids = plain(store, 4)
    with store.writing() as session:
        assert act(session, dataset_id, ids) is not None
        before = rows_of(session, Dataset)
    with store.writing() as session:
        assert act(session, dataset_id, ids) is None
        assert act(session, dataset_id, []) is None
    with store.reading() as session:
        assert len(log.entries(session=session, dataset_id=dataset_id)) == 1
        assert rows_of(session, Dataset) == before


@pytest.mark.parametrize("act", ACTS)
def test_six_thousand_pictures_change_at_once(store: Store, act: Act) -> None:
    dataset_id, ids = plain(store, 6000)
    with store.writing() as session:
        edit = act(session, dataset_id, ids)
    with store.writing() as session:
        (line,) = log.entries(session=session, dataset_id=dataset_id)
        assert (line.pictures, line.who) == (6000, "Ada")
        assert edit is not None and log.undo(session=session, edit_id=edit.id or 0) == (6000, 0)


def test_a_deleted_picture_is_in_no_view(store: Store) -> None:
    dataset_id, ids = plain(store, 6)
    with store.writing() as session:
        deleted(session, dataset_id, ids[:2])
    with store.reading() as session:
        view = View(kept="all")
        assert browse.ids(session=session, dataset_id=dataset_id, view=view) == ids[2:]


def test_a_label_is_one_line_and_not_endless(store: Store) -> None:
    dataset_id, ids = plain(store, 1)
    about: dict[str, Any] = {"dataset_id": dataset_id, "image_ids": ids}
    with store.writing() as session:
        edits.relabel(session=session, **about, label="  red\n\tvelvet\x00 ")
        assert session.get_one(Image, ids[0]).label == "red velvet"
        edits.relabel(session=session, **about, label="x" * 60)
        with pytest.raises(StoreError, match="61 letters"):
            edits.relabel(session=session, **about, label="x" * 61)
        edits.relabel(session=session, **about, label="")
        assert session.get_one(Image, ids[0]).label == ""


def test_an_empty_tag_is_refused(store: Store) -> None:
    dataset_id, ids = plain(store, 1)
    with store.writing() as session, pytest.raises(StoreError, match="at least one letter"):
        edits.tag(session=session, dataset_id=dataset_id, image_ids=ids, text=" \n ")


def test_a_tag_comes_off_where_it_is(store: Store) -> None:
    dataset_id, ids = plain(store, 3)
    about: dict[str, Any] = {"dataset_id": dataset_id, "text": "fluffy"}
    with store.writing() as session:
        edits.tag(session=session, **about, image_ids=ids[:2])
        edit = edits.tag(session=session, **about, image_ids=[*ids, *ids], on=False)
        assert edit is not None and rows_of(session, Tag) == 0
        touched = session.exec(select(Change.image_id).where(Change.edit_id == edit.id)).all()
    assert sorted(touched) == ids[:2]


@pytest.mark.parametrize("field", ["sha256", "id", "facts", "nothing"])
def test_what_a_picture_is_cannot_be_edited(store: Store, field: str) -> None:
    dataset_id, ids = plain(store, 1)
    with store.writing() as session, pytest.raises(StoreError, match="cannot be edited"):
        edits.assign(session=session, dataset_id=dataset_id, field=field, values={ids[0]: "x"}, what="x")


def test_merged_datasets_hold_every_picture_once(store: Store) -> None:
    source_id, ids = plain(store, 8)
    target_id, there = plain(store, 5, "The other one")
    with store.writing() as session:
        assert edits.merge(session=session, source_id=source_id, target_id=target_id) == (3, 5)
        assert browse.ids(session=session, dataset_id=target_id, view=View(kept="all")) == sorted(
            [*there, *ids[5:]]
        )
        assert edits.merge(session=session, source_id=source_id, target_id=target_id) == (0, 5)
        for bad in (source_id, 10**6):
            with pytest.raises(StoreError, match="choose one"):
                edits.merge(session=session, source_id=source_id, target_id=bad)


def test_the_log_says_who_did_what_latest_first(store: Store) -> None:
    dataset_id, ids = plain(store, 5)
    other_id, others = plain(store, 5, "Other")
    with store.writing() as session:
        for act, some in ((relabelled, ids), (tagged, ids[:2]), (deleted, ids[:1])):
            act(session, dataset_id, some)
        relabelled(session, other_id, others)
    with store.reading() as session:
        lines = log.entries(session=session, dataset_id=dataset_id)
        history = log.history(session=session, image_id=ids[1])
    said = [(line.what, line.pictures, line.who, line.undone) for line in lines]
    assert said == [
        ("Deleted", 1, "Ada", False),
        ("Tag “fluffy”", 2, "Ada", False),
        ("Label “gugelhupf”", 5, "Ada", False),
    ]
    changes = [(change.field, change.after) for _, change in history]
    assert changes == [("tag", "fluffy"), ("label", "gugelhupf")]
    assert all(abs(now() - line.at) < timedelta(minutes=5) for line in lines)


@pytest.mark.parametrize(("act", "stale"), [(a, a is not tagged) for a in ACTS])
def test_figures_grow_stale_by_what_they_are_made_of(store: Store, act: Act, stale: bool) -> None:
    dataset_id, ids = plain(store, 3)
    with store.writing() as session:
        assert log.last_change(session=session, dataset_id=dataset_id) is None
        edit = act(session, dataset_id, ids)
        changed = log.last_change(session=session, dataset_id=dataset_id)
        assert (changed is not None) == stale
        assert edit is not None
        log.undo(session=session, edit_id=edit.id or 0)
        if changed is not None:
            again = log.last_change(session=session, dataset_id=dataset_id)
            assert again is not None and again > changed


def test_figures_of_both_datasets_grow_stale_when_pictures_move(store: Store) -> None:
    source_id, _ = plain(store, 4)
    target_id, _ = plain(store, 1, "Target")
    third_id, _ = plain(store, 1, "Third")
    with store.writing() as session:
        edits.merge(session=session, source_id=source_id, target_id=target_id)
        for dataset_id, stale in ((source_id, True), (target_id, True), (third_id, False)):
            assert (log.last_change(session=session, dataset_id=dataset_id) is not None) == stale


def test_the_deleted_is_forgotten_after_a_while(store: Store) -> None:
    dataset_id, ids = plain(store, 6)
    with store.writing() as session:
        deleted(session, dataset_id, ids[:2])
        assert log.empty_trash(session=session) == 0
        assert rows_of(session, Image) == 6
    with store.writing() as session:
        assert log.empty_trash(session=session, before=now() + timedelta(seconds=1)) == 1
    with store.writing() as session:
        assert list(session.exec(select(Image.id).order_by(col(Image.id)))) == ids[2:]
        (line,) = log.entries(session=session, dataset_id=dataset_id)
        assert log.undo(session=session, edit_id=line.id) == (0, 0)
