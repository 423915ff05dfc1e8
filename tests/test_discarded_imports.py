"""An import that is discarded leaves nothing, and what comes after it is left alone."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlmodel import select

from core.errors import JobStopped, StoreError
from db import datasets, imports, intake, work
from db.handover import hand_over
from db.models import Arrival, Dataset, Image, Task
from db.offers import Offers
from db.store import Store
from tests.collections import begun, held_by, jpeg, lay, visible


def carried_out(store: Store, task: Task) -> dict[str, object]:
    return work.carry_out(store, task.key, threading.Event(), lambda fraction, note: None)


def discarded(store: Store, task: Task) -> bool:
    with store.writing() as session:
        return imports.discard(session=session, home=store.home, task_id=task.id or 0)


def test_a_discarded_import_leaves_nothing(store: Store, tmp_path: Path) -> None:
    task = begun(store, path=lay(tmp_path / "set", {f"cake/{seed}.jpg": seed for seed in range(300)}))
    stop = threading.Event()

    def say(fraction: float | None, note: str) -> None:
        if fraction is not None:
            stop.set()

    with pytest.raises(JobStopped):
        work.carry_out(store, task.key, stop, say)
    assert visible(store)["arriving"] > 0
    assert discarded(store, task)
    with store.reading() as session:
        for table in (Dataset, Image, Task, Arrival):
            assert session.exec(select(table)).all() == []
    assert discarded(store, task), "it is gone already"


def test_an_import_that_somebody_works_on_is_not_discarded(store: Store, tmp_path: Path) -> None:
    task = begun(store, path=lay(tmp_path / "set", {"cake/1.jpg": 1}))
    said = []

    def say(fraction: float | None, note: str) -> None:
        said.append(discarded(store, task))

    assert work.carry_out(store, task.key, threading.Event(), say)["taken"] == 1
    assert said and not any(said)
    assert not discarded(store, task), "it is done"
    assert visible(store) == {"collection": 1}


def test_a_worker_whose_import_vanished_leaves_the_next_one_alone(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = begun(store, path=lay(tmp_path / "old", {f"cake/{seed}.jpg": seed for seed in range(40)}))
    mine = lay(tmp_path / "mine", {f"mine/{seed}.jpg": seed for seed in range(100, 150)})
    new: list[Task] = []
    keep = intake.Intake._keep

    def vanished(self: intake.Intake, batch: intake.Batch) -> None:
        if not new:
            with store.writing() as session:
                datasets.forget(session=session, dataset_id=old.dataset_id)
            new.append(begun(store, path=mine, name="mine"))
            Offers(store, new[0], threading.Event()).write_down(lambda fraction, note: None)
        keep(self, batch)

    monkeypatch.setattr(intake.Intake, "_keep", vanished)
    with pytest.raises(StoreError, match="discarded"):
        carried_out(store, old)
    assert new[0].id != old.id
    assert visible(store) == {"arriving": 0}
    assert carried_out(store, new[0])["taken"] == 50
    assert {row.label for row in held_by(store, "mine")} == {"mine"}


def test_nothing_is_handed_over_while_something_waits(store: Store, tmp_path: Path) -> None:
    task = begun(store, path=lay(tmp_path / "set", {"cake/1.jpg": 1}))
    Offers(store, task, threading.Event()).write_down(lambda fraction, note: None)
    with pytest.raises(StoreError, match="Not everything was looked at"):
        hand_over(store, task)
    assert visible(store) == {"arriving": 0}


def test_nothing_is_brought_into_a_dataset_that_was_deleted_meanwhile(store: Store, tmp_path: Path) -> None:
    with store.writing() as session:
        into = datasets.create(session=session, name="Cakes").id or 0
    task = begun(store, path=lay(tmp_path / "set", {"cake/1.jpg": 1}), dataset_id=into)
    with store.writing() as session:
        datasets.delete(session=session, dataset_id=into)
    with pytest.raises(StoreError, match="dataset deleted"):
        carried_out(store, task)
    with store.writing() as session:
        datasets.bring_back(session=session, dataset_id=into)
    assert carried_out(store, task)["taken"] == 1


def test_an_upload_that_broke_off_is_not_taken_for_the_whole(store: Store) -> None:
    task = begun(store, payload={"upload": True})
    imports.keep_upload(store.home, task.key, "half/cake/1.jpg", jpeg(1))
    with pytest.raises(StoreError, match="broke off"):  # the server was killed, somebody says "Go on"
        carried_out(store, task)
    assert visible(store) == {"arriving": 0}
    with store.writing() as session:
        imports.whole(session, task.id or 0)
    assert carried_out(store, task)["taken"] == 1
