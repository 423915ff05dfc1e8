"""Datasets whose pictures moved: they can be checked again, their log says so, and undo finds the way."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from core.errors import StoreError
from db import datasets, edits, health, images, log, work
from db.models import Edit, Finding, Image, Place
from db.store import Store
from tests.collections import brought, held_by, lay


def named(store: Store, tmp_path: Path, name: str, seeds: range) -> int:
    """Return a dataset with pictures of these seeds."""
    brought(store, path=lay(tmp_path / name, {f"cake/{seed}.jpg": seed for seed in seeds}), name=name)
    with store.reading() as session:
        dataset = datasets.by_name(session=session, name=name)
        assert dataset is not None and dataset.id
        return dataset.id


def rows_of(kind: str, dataset_id: int, pictures: list[int]) -> tuple[Any, list[dict[str, Any]]]:
    """Return what a check (or a map) writes down of pictures."""
    if kind == "map":
        return Place, [{"image_id": one, "dataset_id": dataset_id, "x": 0.0, "y": 0.0} for one in pictures]
    common = {"kind": "dark", "score": 1.0, "other_id": None, "note": ""}
    return Finding, [{"image_id": one, "dataset_id": dataset_id, **common} for one in pictures]


def checked(store: Store, dataset_id: int, kind: str) -> list[int]:
    """Write down something of each picture of a dataset as the checks do; return of which."""
    with store.writing() as session:
        task = health.begun(session, dataset_id, kind, kind)
    with store.reading() as session:
        pictures = [one.id or 0 for one in images.of(session=session, dataset_id=dataset_id)]
    table, rows = rows_of(kind, dataset_id, pictures)
    health.finish(store, task, table, rows, {})
    with store.reading() as session:
        return list(
            session.exec(
                select(table.image_id).where(table.dataset_id == dataset_id).order_by(table.image_id)
            )
        )


@pytest.mark.parametrize("kind", ["health", "map"])
def test_a_checked_dataset_that_took_in_another_can_be_checked_again(
    store: Store, tmp_path: Path, kind: str
) -> None:
    one = named(store, tmp_path, "one", range(3))
    two = named(store, tmp_path, "two", range(3, 8))
    assert (len(checked(store, one, kind)), len(checked(store, two, kind))) == (3, 5)
    with store.writing() as session:
        assert edits.merge(session=session, source_id=one, target_id=two) == (3, 0)
    assert len(checked(store, two, kind)) == 8
    assert checked(store, one, kind) == []


def test_a_whole_check_goes_through_after_a_merge(store: Store, tmp_path: Path) -> None:
    one, two = named(store, tmp_path, "one", range(4)), named(store, tmp_path, "two", range(4, 8))
    for dataset_id in (one, two):
        with store.writing() as session:
            task = health.begun(session, dataset_id, "map", "Map")
        work.carry_out(store, task.key, threading.Event(), lambda fraction, note: None)
    with store.writing() as session:
        edits.merge(session=session, source_id=one, target_id=two)
        task = health.begun(session, two, "map", "Map")
    assert work.carry_out(store, task.key, threading.Event(), lambda fraction, note: None) == {"pictures": 8}


def test_a_merge_stands_in_both_logs(store: Store, tmp_path: Path) -> None:
    one, two = named(store, tmp_path, "one", range(2)), named(store, tmp_path, "two", range(2, 3))
    with store.writing() as session:
        edits.merge(session=session, source_id=one, target_id=two, who="Cleo")
        edits.merge(session=session, source_id=one, target_id=two)  # nothing is left to move
    with store.reading() as session:
        (went,) = log.entries(session=session, dataset_id=one)
        (came,) = log.entries(session=session, dataset_id=two)
    assert (went.what, went.who, went.pictures) == ("Moved into “two”", "Cleo", 2)
    assert (came.what, came.who, came.pictures) == ("2 pictures moved in from “one”", "Cleo", 0)


@pytest.mark.parametrize("kind", [datasets.VISIT, datasets.TRASH, "arriving"])
def test_pictures_move_into_listed_datasets_only(store: Store, tmp_path: Path, kind: str) -> None:
    one = named(store, tmp_path, "one", range(2))
    with store.writing() as session:
        hidden = datasets.create(session=session, name="hidden", kind=kind).id or 0
        with pytest.raises(StoreError, match="choose one"):
            edits.merge(session=session, source_id=one, target_id=hidden)
    assert len(held_by(store, "one")) == 2


def test_pictures_do_not_go_back_into_a_deleted_dataset(store: Store, tmp_path: Path) -> None:
    one, two = named(store, tmp_path, "one", range(2)), named(store, tmp_path, "two", range(2, 3))
    with store.writing() as session:
        edits.merge(session=session, source_id=one, target_id=two)
        datasets.delete(session=session, dataset_id=one)
    with store.writing() as session:
        (went,) = log.entries(session=session, dataset_id=one)
        assert log.undo(session=session, edit_id=went.id) == (0, 2)
        datasets.bring_back(session=session, dataset_id=one)
    with store.writing() as session:
        assert log.undo(session=session, edit_id=went.id) == (2, 0)
        assert log.undo(session=session, edit_id=went.id) == (0, 0)
    assert (len(held_by(store, "one")), len(held_by(store, "two"))) == (2, 1)


def test_an_undo_that_changed_nothing_can_be_tried_again(store: Store, tmp_path: Path) -> None:
    here = named(store, tmp_path, "one", range(3))
    with store.writing() as session:
        first = images.of(session=session, dataset_id=here)[0]
        id_, sha256 = first.id or 0, first.sha256
        edits.relabel(session=session, dataset_id=here, image_ids=[id_], label="precious")
        deleted = edits.delete(session=session, dataset_id=here, image_ids=[id_])
        assert deleted is not None
        edit = deleted.id or 0
    brought(store, path=tmp_path / "one", dataset_id=here)  # the same picture comes in once more
    with store.writing() as session:
        assert log.undo(session=session, edit_id=edit) == (0, 1)
        again = select(Image.id).where(Image.dataset_id == here, Image.sha256 == sha256)
        edits.delete(session=session, dataset_id=here, image_ids=[session.exec(again).one() or 0])
    with store.writing() as session:
        assert session.exec(select(Edit.undone_at).where(col(Edit.id) == edit)).one() is None
        assert log.undo(session=session, edit_id=edit) == (1, 0)
    assert "precious" in {row.label for row in held_by(store, "one")}
