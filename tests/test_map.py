"""The map of a dataset: a place for every picture, made in a process of its own."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from sqlmodel import Session, select

from core.jobs import Jobs
from db import health, places, work
from db.models import Image, Place, Task
from db.store import Store
from tests.test_embeddings import bring


def begun(store: Store, dataset_id: int) -> Task:
    with store.writing() as session:
        return health.begun(session, dataset_id, "map", "Map of Cleo")


def on_map(session: Session, dataset_id: int) -> dict[int, tuple[float, float]]:
    rows = session.exec(select(Place).where(Place.dataset_id == dataset_id))
    return {row.image_id: (row.x, row.y) for row in rows}


def test_every_picture_has_a_place_and_a_new_map_replaces_the_old(store: Store) -> None:
    dataset_id = bring(store, range(14))
    for _ in range(2):
        result = work.carry_out(store, begun(store, dataset_id).key, threading.Event(), print)
        assert result == {"pictures": 14}
    with store.writing() as session:
        first = session.exec(select(Image)).first()
        assert first is not None
        session.delete(first)
    with store.reading() as session:
        assert len(on_map(session, dataset_id)) == 13
        seen = places.points(session=session, dataset_id=dataset_id)
    assert seen is not None
    assert len(seen.x) == 13
    assert np.abs(seen.x).max() <= 10


def test_it_runs_as_a_process_and_comes_out_the_same_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKERY_HOME", str(store.home.folder))
    monkeypatch.delenv("FAKERY_DB_URL", raising=False)
    dataset_id = bring(store, range(14))
    maps = []
    for _ in range(2):
        task = begun(store, dataset_id)
        job = Jobs().start("map", "db.work", {"task": task.key}, task.title)
        assert job.wait(120)
        assert (job.state, job.message) == ("done", "")
        with store.reading() as session:
            maps.append(on_map(session, dataset_id))
    assert maps[0] == maps[1]
    assert len(maps[0]) == 14


def test_an_empty_dataset_has_an_empty_map(store: Store) -> None:
    dataset_id = bring(store, range(0))
    assert work.carry_out(store, begun(store, dataset_id).key, threading.Event(), print) == {"pictures": 0}
