"""Imports: what comes in, what is refused, and that the report adds up."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from core.errors import JobStopped, StoreError, UnusableArchive
from db import imports, work
from db.store import Store
from tests.collections import begun, brought, held_by, jpeg, lay, visible, zipped

MIXED: dict[str, bytes | int | str] = {
    "cake/1.jpg": 1,
    "cake/2.jpg": 2,
    "tart/3.jpg": 3,
    "tart/2 again.jpg": 2,
    "tart/notes.txt": "these are tarts",
    "tart/cut.jpg": jpeg(4)[:400],
    "tart/empty.jpg": b"",
}


def test_a_folder_comes_in_and_its_report_adds_up(store: Store, tmp_path: Path) -> None:
    report = brought(store, path=lay(tmp_path / "set", MIXED))
    assert [report[name] for name in ("offered", "taken", "known", "refused", "waiting")] == [7, 3, 1, 3, 0]
    assert sum(report["reasons"].values()) == 3
    assert "This is a text, not a photograph." in report["reasons"]
    assert [(row.label, row.name, row.source) for row in held_by(store)] == [
        ("cake", "1.jpg", "set"),
        ("cake", "2.jpg", "set"),
        ("tart", "3.jpg", "set"),
    ]


def test_every_single_thing_offered_can_be_looked_up(store: Store, tmp_path: Path) -> None:
    task = begun(store, path=lay(tmp_path / "set", MIXED))
    work.carry_out(store, task.key, threading.Event(), lambda fraction, note: None)
    with store.reading() as session:
        rows = imports.arrivals(session=session, task_id=task.id or 0)
        refused = imports.arrivals(
            session=session, task_id=task.id or 0, reason="This is a text, not a photograph."
        )
    assert {row.name: row.state for row in rows} == {
        **dict.fromkeys(("cake/1.jpg", "cake/2.jpg", "tart/3.jpg"), "taken"),
        "tart/2 again.jpg": "known",
        **dict.fromkeys(("tart/notes.txt", "tart/cut.jpg", "tart/empty.jpg"), "refused"),
    }
    (known,) = (row.reason for row in rows if row.state == "known")
    assert known == "The same picture is here as 2.jpg, labelled cake."
    assert [row.name for row in refused] == ["tart/notes.txt"]


@pytest.mark.parametrize("wrapped", ["", "set/"])
def test_a_zip_comes_in_as_its_folder_would(store: Store, tmp_path: Path, wrapped: str) -> None:
    (tmp_path / "set.zip").write_bytes(zipped({f"{wrapped}{name}": data for name, data in MIXED.items()}))
    packed = brought(store, path=tmp_path / "set.zip", name="packed")
    plain = brought(store, path=lay(tmp_path / "set", MIXED), name="plain")
    assert packed == plain
    assert not list((store.home.folder / "uploads").iterdir()), "what was unpacked is gone again"


def test_an_upload_of_files_folders_and_archives_comes_in(store: Store) -> None:
    task = begun(store, payload={"upload": True, "label": "loose"})
    for name, data in {"a/cake/1.jpg": jpeg(1), "a/tart/2.jpg": jpeg(2)}.items():
        imports.keep_upload(store.home, task.key, name, data)
    imports.keep_upload(store.home, task.key, "one.zip", zipped({"pie/3.jpg": 3}))
    imports.keep_upload(store.home, task.key, "two.zip", zipped({"4.jpg": 4}))
    with store.writing() as session:
        imports.whole(session, task.id or 0)
    work.carry_out(store, task.key, threading.Event(), lambda fraction, note: None)
    assert [(row.label, row.source) for row in held_by(store)] == [
        ("cake", ""),
        ("loose", "two.zip"),
        ("pie", "one.zip"),
        ("tart", ""),
    ]
    assert not imports.upload_folder(store.home, task.key).exists()


@pytest.mark.parametrize("name", ["../out.jpg", "/etc/out.jpg", "a/../../out.jpg", "C:\\out.jpg"])
def test_an_upload_cannot_climb_out(store: Store, name: str) -> None:
    task = begun(store, payload={"upload": True})
    with pytest.raises(UnusableArchive, match="climbs out"):
        imports.keep_upload(store.home, task.key, name, b"x")
    assert not list(store.home.folder.rglob("out.jpg"))


def test_more_can_be_brought_into_a_dataset_and_what_is_there_stays(store: Store, tmp_path: Path) -> None:
    brought(store, path=lay(tmp_path / "one", {"cake/1.jpg": 1, "cake/2.jpg": 2}))
    into = held_by(store)[0].dataset_id
    report = brought(store, path=lay(tmp_path / "two", {"tart/2.jpg": 2, "tart/3.jpg": 3}), dataset_id=into)
    assert (report["taken"], report["known"]) == (1, 1)
    assert [(row.label, row.name) for row in held_by(store)] == [
        ("cake", "1.jpg"),
        ("cake", "2.jpg"),
        ("tart", "3.jpg"),
    ]
    assert visible(store) == {"collection": 3}


def test_nobody_sees_an_import_that_is_not_done(store: Store, tmp_path: Path) -> None:
    folder = lay(tmp_path / "set", {f"cake/{seed}.jpg": seed for seed in range(300)})
    task = begun(store, path=folder)
    stop, seen = threading.Event(), []

    def say(fraction: float | None, note: str) -> None:
        if fraction is not None:
            seen.append((visible(store), held_by(store)))
            stop.set()

    with pytest.raises(JobStopped):
        work.carry_out(store, task.key, stop, say)
    assert seen[0] == ({"arriving": 128}, [])
    with store.reading() as session:
        again = imports.by_key(session=session, key=task.key)
    assert again is not None and (again.state, again.total) == ("stopped", 300)
    assert again.done in (128, 256), "what was taken in already is kept"
    report = work.carry_out(store, task.key, threading.Event(), lambda fraction, note: None)
    assert (report["taken"], visible(store)) == (300, {"collection": 300})


def test_where_everything_is_refused_no_dataset_appears(store: Store, tmp_path: Path) -> None:
    task = begun(store, path=lay(tmp_path / "set", {"a.txt": "no picture", "b.txt": "none"}))
    with pytest.raises(StoreError, match="all 2 things were refused"):
        work.carry_out(store, task.key, threading.Event(), lambda fraction, note: None)
    assert visible(store) == {"arriving": 0}
    with store.reading() as session:
        (failed,) = imports.open_ones(session=session)
        assert (failed.state, failed.key) == ("failed", task.key)
        assert imports.report(session=session, task_id=task.id or 0).refused == 2


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda path: None, "no folder and no ZIP"),
        (lambda path: path.mkdir(), "nothing in set that could be a picture"),
        (lambda path: path.write_text("x"), "no folder and no ZIP"),
    ],
    ids=["gone", "empty", "a text"],
)
def test_what_cannot_be_imported_is_said_in_a_sentence(
    store: Store, tmp_path: Path, make: object, sentence: str
) -> None:
    make(tmp_path / "set")  # type: ignore[operator]
    with pytest.raises(StoreError, match=sentence):
        brought(store, path=tmp_path / "set")


def test_two_workers_do_not_work_on_one_import(store: Store, tmp_path: Path) -> None:
    task = begun(store, path=lay(tmp_path / "set", {"cake/1.jpg": 1}))
    with work.held(store.home, task.key):
        assert work.active(store.home, task.key)
        with pytest.raises(StoreError, match="worked on already"):
            work.carry_out(store, task.key, threading.Event(), lambda fraction, note: None)
    assert not work.active(store.home, task.key)


def test_an_import_that_is_done_is_not_done_again(store: Store, tmp_path: Path) -> None:
    task = begun(store, path=lay(tmp_path / "set", {"cake/1.jpg": 1}))
    first = work.carry_out(store, task.key, threading.Event(), lambda fraction, note: None)
    assert work.carry_out(store, task.key, threading.Event(), lambda fraction, note: None) == first
    assert visible(store) == {"collection": 1}


def test_a_disk_that_takes_nothing_ends_the_import_and_it_can_go_on(store: Store, tmp_path: Path) -> None:
    task = begun(store, path=lay(tmp_path / "set", {"cake/1.jpg": 1, "cake/2.jpg": 2}))
    store.home.images.mkdir()
    (store.home.images / "original").write_text("in the way")
    with pytest.raises(StoreError, match="could not be kept"):
        work.carry_out(store, task.key, threading.Event(), lambda fraction, note: None)
    with store.reading() as session:
        (failed,) = imports.open_ones(session=session)
    assert failed.state == "failed" and "could not be kept" in failed.message
    (store.home.images / "original").unlink()
    report = work.carry_out(store, task.key, threading.Event(), lambda fraction, note: None)
    assert (report["taken"], report["refused"]) == (2, 0)


def test_an_import_goes_on_only_when_its_folder_is_there(store: Store, tmp_path: Path) -> None:
    folder = lay(tmp_path / "set", {f"cake/{seed}.jpg": seed for seed in range(200)})
    task = begun(store, path=folder)
    stop = threading.Event()
    with pytest.raises(JobStopped):
        work.carry_out(store, task.key, stop, lambda fraction, note: stop.set())
    folder.rename(tmp_path / "away")
    with pytest.raises(StoreError, match="put it back"):
        work.carry_out(store, task.key, threading.Event(), lambda fraction, note: None)
    (tmp_path / "away").rename(folder)
    assert work.carry_out(store, task.key, threading.Event(), lambda fraction, note: None)["taken"] == 200


def test_what_a_killed_import_left_behind_goes_and_what_an_open_one_needs_stays(store: Store) -> None:
    task = begun(store, payload={"upload": True})
    imports.keep_upload(store.home, task.key, "cake/1.jpg", jpeg(1))
    imports.keep_upload(store.home, "long-forgotten", "cake/2.jpg", jpeg(2))
    with store.reading() as session:
        assert imports.clear_left(session=session, home=store.home) == 1
    assert imports.upload_folder(store.home, task.key).is_dir()
    assert not imports.upload_folder(store.home, "long-forgotten").exists()


def test_of_many_reasons_that_are_one_in_short_every_thing_is_found(store: Store) -> None:
    rows = [
        {"address": f"{n}", "state": "refused", "reason": f"'http://a.org/{n}' answered {404 - n % 2} (no)."}
        for n in range(40_000)
    ]
    task = begun(store, leads=rows)
    with store.reading() as session:
        reason = "The address answered 404 (no)."
        last = imports.arrivals(session=session, task_id=task.id or 0, reason=reason, after=39_990)
        every = imports.arrivals(session=session, task_id=task.id or 0, reason=reason, most=40_000)
    assert [row.number for row in last] == [39_991, 39_993, 39_995, 39_997, 39_999]
    assert [row.number for row in every] == list(range(1, 40_000, 2))
