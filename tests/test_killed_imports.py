"""An import's worker is killed with -9, again and again: what comes out in the end is the same."""

from __future__ import annotations

import hashlib
import json
import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from core.home import Home
from db import backup, imports
from db.models import Task
from db.store import Store
from tests.collections import begun, jpeg, visible
from tests.commands import variables
from tests.conftest import ROOT

PICTURES = 3000
KILLS = 10
REFUSED = 5


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three thousand pictures of three labels, some of them twice, and a few texts."""
    folder = tmp_path_factory.mktemp("set")
    data = jpeg(1)
    for label in ("cake", "not cake", "tart"):
        (folder / label).mkdir()
    for number in range(PICTURES):
        label = ("cake", "not cake")[number % 2]
        (folder / label / f"{number}.jpg").write_bytes(data + number.to_bytes(4, "big"))
        if number % 100 == 0:
            (folder / "tart" / f"{number}.jpg").write_bytes(data + number.to_bytes(4, "big"))
    for number in range(REFUSED):
        (folder / "tart" / f"{number}.txt").write_text("no picture")
    return folder


def expected(folder: Path) -> str:
    """Return the content hash that the whole folder must come to, counted without the store."""
    labels: dict[str, str] = {}
    for path in sorted(folder.rglob("*.jpg")):
        labels.setdefault(hashlib.sha256(path.read_bytes()).hexdigest(), path.parent.name)
    lines = sorted(f"{sha256}\t{label}\t\n" for sha256, label in labels.items())
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def started(home: Home, task: Task) -> subprocess.Popen[bytes]:
    """Start the worker as `core/jobs` does."""
    process = subprocess.Popen(
        [sys.executable, "-m", "db.work"],
        cwd=ROOT,
        env=variables(home.folder),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin
    process.stdin.write(json.dumps({"task": task.key}).encode() + b"\n")
    process.stdin.flush()
    return process


def events(process: subprocess.Popen[bytes]) -> Iterator[dict[str, Any]]:
    assert process.stdout
    for line in process.stdout:
        yield json.loads(line)


def killed(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            pipe.close()


def finished(home: Home, task: Task) -> dict[str, Any]:
    """Let a worker go on to the end, and return the import's report."""
    process = started(home, task)
    (*_, last) = events(process)
    killed(process)
    assert last["event"] == "done", last
    return dict(last["result"])


def whole(store: Store, task: Task) -> int:
    """Check what a kill left, and return how many offers are settled."""
    with closing(sqlite3.connect(store.home.folder / "fakery.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        wanted = {sha256 for (sha256,) in database.execute("SELECT sha256 FROM image")}
    for path in backup.originals(store.home.images):
        assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name
        wanted.discard(path.name)
    assert not wanted, "a row without its picture"
    with store.reading() as session:
        report = imports.report(session=session, task_id=task.id or 0)
        assert report.taken + report.known + report.refused + report.waiting == report.offered
        assert visible(store) == {"arriving": report.taken}
        return report.offered - report.waiting


def test_ten_kills_at_random_moments_change_nothing(store: Store, folder: Path) -> None:
    task = begun(store, path=folder)
    rng = random.Random()
    kept = []
    for _ in range(KILLS):
        process = started(store.home, task)
        for _, _event in zip(range(rng.randint(1, 3)), events(process), strict=False):
            pass
        try:
            process.wait(rng.uniform(0, 0.15))
        except subprocess.TimeoutExpired:
            killed(process)
        else:
            raise AssertionError("it was done before it was killed: bring more pictures")
        kept.append(whole(store, task))
    assert kept == sorted(kept) and kept[-1] > kept[0], "work is kept, never lost"
    report = finished(store.home, task)
    assert (report["taken"], report["known"], report["refused"]) == (PICTURES, 30, REFUSED)
    assert report["content_hash"] == expected(folder)
    assert visible(store) == {"collection": PICTURES}


def test_a_kill_while_all_is_handed_over_changes_nothing(store: Store, folder: Path) -> None:
    task = begun(store, path=folder)
    process = started(store.home, task)
    for event in events(process):
        if event.get("fraction") == 1.0:
            break
    killed(process)
    assert set(visible(store)) in ({"arriving"}, {"collection"})
    assert finished(store.home, task)["content_hash"] == expected(folder)
    assert visible(store) == {"collection": PICTURES}


def test_an_import_whose_server_goes_is_stopped_and_can_go_on(store: Store, folder: Path) -> None:
    task = begun(store, path=folder)
    process = started(store.home, task)
    next(events(process))
    assert process.stdin
    process.stdin.close()
    process.wait(60)
    with store.reading() as session:
        (row,) = imports.open_ones(session=session)
        assert row.state == "stopped"
    assert finished(store.home, task)["content_hash"] == expected(folder)
