"""The store: tables, pictures on disk, and what survives."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from core import image
from core.errors import StoreError, UnusableImage
from core.home import Home
from core.models import ModelSpec, Pixels
from db import datasets, images, runs
from db.models import Dataset, Image, Prediction, Row, Run
from db.pictures import LARGE, THUMB
from db.store import Store
from tests.conftest import picture

SPEC = ModelSpec("toy", "Toy", ("classify",), "0" * 64, 1, Pixels(), {"scores": 0}, ("cake",))


def filled(store: Store, count: int = 3) -> tuple[Dataset, list[Image]]:
    """Return a visit with some pictures in it."""
    taken = [
        images.take_in(store.pictures, image.encode(picture(seed), "png"), f"{seed}.png")
        for seed in range(count)
    ]
    with store.writing() as session:
        visit = datasets.create_visit(session=session)
        rows = images.add(session=session, dataset_id=visit.id or 0, taken=taken)
    return visit, rows


def test_the_migrations_make_exactly_the_tables_of_the_models(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, *_: name != "migration"}
        )
        assert compare_metadata(context, Row.metadata) == []


def test_opening_a_store_again_changes_nothing(home: Home) -> None:
    first = Store(home)
    visit, _ = filled(first)
    first.close()
    second = Store(home)
    with second.reading() as session:
        assert datasets.by_key(session=session, key=visit.key) is not None
    second.close()


def test_a_store_of_a_newer_version_is_left_alone(home: Home) -> None:
    Store(home).close()
    with sqlite3.connect(home.folder / "fakery.db") as raw:
        raw.executemany("INSERT INTO migration (step) VALUES (?)", [(n,) for n in range(99)])
    with pytest.raises(StoreError, match="newer than this program"):
        Store(home)


def test_two_processes_may_open_a_new_store_at_once(home: Home) -> None:
    opened: list[Store] = []
    starts = threading.Barrier(4)

    def open_it() -> None:
        starts.wait()
        opened.append(Store(home))

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 4
    for store in opened:
        store.close()


def test_foreign_keys_hold_and_the_journal_is_a_wal(store: Store) -> None:
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    with pytest.raises(IntegrityError), store.writing() as session:
        session.add(Run(dataset_id=99, model_id=99))


def test_a_block_that_fails_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError), store.writing() as session:
        datasets.create(session=session, name="Cleo's")
        raise RuntimeError
    with store.reading() as session:
        assert datasets.by_name(session=session, name="Cleo's") is None


def test_times_come_back_in_utc(store: Store) -> None:
    visit, _ = filled(store, 1)
    with store.reading() as session:
        again = datasets.by_key(session=session, key=visit.key)
    assert again is not None
    assert again.created_at.tzinfo is UTC
    assert abs((datetime.now(UTC) - again.created_at).total_seconds()) < 60


def test_links_cannot_be_guessed(store: Store) -> None:
    with store.writing() as session:
        keys = {datasets.create_visit(session=session).key for _ in range(50)}
    assert len(keys) == 50
    assert all(len(key) == 12 for key in keys)


def test_a_picture_is_kept_once_under_its_hash(store: Store, cleo: bytes) -> None:
    first = images.take_in(store.pictures, cleo, "cleo.jpg")
    second = images.take_in(store.pictures, cleo, "another name.jpg")
    assert first.sha256 == second.sha256 == hashlib.sha256(cleo).hexdigest()
    assert store.pictures.read(first.sha256) == cleo
    originals = [path for path in (store.pictures.folder / "original").rglob("*") if path.is_file()]
    assert len(originals) == 1


def test_the_same_picture_twice_in_a_dataset_is_one_row(store: Store, cleo: bytes) -> None:
    taken = images.take_in(store.pictures, cleo, "cleo.jpg")
    with store.writing() as session:
        visit = datasets.create_visit(session=session)
        images.add(session=session, dataset_id=visit.id or 0, taken=[taken, taken])
        rows = images.add(session=session, dataset_id=visit.id or 0, taken=[taken])
        assert images.count(session=session, dataset_id=visit.id or 0) == 1
    assert rows[0].name == "cleo.jpg"


def test_width_and_height_are_those_of_the_upright_picture(store: Store, shared: Path) -> None:
    for number in range(1, 9):
        data = (shared / "data" / "bad_inputs" / "exif" / f"Landscape_{number}.jpg").read_bytes()
        taken = images.take_in(store.pictures, data, "landscape.jpg")
        assert taken.width > taken.height


def test_smaller_copies_fit_and_are_made_once(store: Store) -> None:
    data = image.encode(picture(1, 1600, 900), "jpeg", 90)
    sha256 = images.take_in(store.pictures, data, "wide.jpg").sha256
    for side in (THUMB, LARGE):
        rgb = image.decode(store.pictures.copy(sha256, side))
        assert max(rgb.shape[:2]) == side
    assert store.pictures.copy(sha256, LARGE) == store.pictures.copy(sha256, LARGE)


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_a_name_that_is_no_hash_leads_nowhere(store: Store, name: str) -> None:
    with pytest.raises(StoreError):
        store.pictures.copy(name, THUMB)


def test_a_size_we_do_not_make_is_refused(store: Store, cleo: bytes) -> None:
    sha256 = images.take_in(store.pictures, cleo, "cleo.jpg").sha256
    with pytest.raises(StoreError, match="320 and 1280"):
        store.pictures.copy(sha256, 5000)


def test_refused_bytes_leave_no_file(store: Store) -> None:
    with pytest.raises(UnusableImage):
        images.take_in(store.pictures, b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg")
    assert not [path for path in store.pictures.folder.rglob("*") if path.is_file()]


def test_a_folder_that_cannot_be_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="cannot be made"):
        Store(Home(tmp_path / "file" / "home", "sqlite://"))


def test_a_run_is_taken_up_and_not_begun_twice(store: Store) -> None:
    visit, rows = filled(store)
    with store.writing() as session:
        run = runs.start(session=session, dataset_id=visit.id or 0, spec=SPEC)
        said = Prediction(run_id=run.id or 0, image_id=rows[0].id or 0, elapsed_ms=1)
        runs.record(session=session, predictions=[said])
    with store.writing() as session:
        again = runs.start(session=session, dataset_id=visit.id or 0, spec=SPEC)
        assert again.id == run.id
        left = runs.pending(session=session, run_id=run.id or 0)
        assert [row.id for row in left] == [row.id for row in rows[1:]]
        (progress,) = runs.progress(session=session, dataset_id=visit.id or 0)
    assert (progress.done, progress.total, progress.state) == (1, 3, "running")


def test_what_was_said_of_a_picture_goes_with_it(store: Store) -> None:
    visit, rows = filled(store)
    with store.writing() as session:
        run = runs.start(session=session, dataset_id=visit.id or 0, spec=SPEC)
        every = [Prediction(run_id=run.id or 0, image_id=row.id or 0, elapsed_ms=1) for row in rows]
        runs.record(session=session, predictions=every)
    with store.writing() as session:
        images.remove(session=session, dataset_id=visit.id or 0, image_id=rows[0].id or 0)
    with store.reading() as session:
        assert len(session.exec(select(Prediction)).all()) == 2
    with store.writing() as session:
        datasets.forget(session=session, dataset_id=visit.id or 0)
    with store.reading() as session:
        for table in (Image, Run, Prediction):
            assert session.exec(select(table)).all() == []


def test_another_visit_s_picture_cannot_be_taken_out(store: Store) -> None:
    visit, rows = filled(store)
    with store.writing() as session:
        other = datasets.create_visit(session=session)
        images.remove(session=session, dataset_id=other.id or 0, image_id=rows[0].id or 0)
        assert images.count(session=session, dataset_id=visit.id or 0) == 3


def test_pictures_nobody_holds_are_swept_and_the_others_stay(store: Store) -> None:
    visit, rows = filled(store, 2)
    with store.writing() as session:
        gone = images.remove(session=session, dataset_id=visit.id or 0, image_id=rows[0].id or 0)
    assert gone is not None and gone.sha256 == rows[0].sha256
    assert store.sweep() == 0, "what was taken out lately can still be brought back"
    with store.reading() as session:
        assert store.pictures.sweep(images.hashes(session=session), unused_s=-1) == 1
    with pytest.raises(StoreError, match="gone"):
        store.pictures.read(rows[0].sha256)
    assert store.pictures.read(rows[1].sha256)
