"""Runs in the background: every picture answered once, stopped and taken up, killed and taken up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import image
from core.engine import Engine
from core.errors import ModelMissing
from core.home import Home
from core.shelf import Shelf
from db import datasets, images, runs
from db.models import Dataset
from db.runner import Runner
from db.store import Store
from tests.conftest import ROOT, picture

MODELS = ("mobilenet_v2", "coco_ssd")


@pytest.fixture
def runner(store: Store, engine: Engine) -> Iterator[Runner]:
    yield Runner(store, engine)


def visit_of(store: Store, count: int) -> Dataset:
    taken = [
        images.take_in(store.pictures, image.encode(picture(seed), "png"), f"{seed}.png")
        for seed in range(count)
    ]
    with store.writing() as session:
        visit = datasets.create_visit(session=session)
        images.add(session=session, dataset_id=visit.id or 0, taken=taken)
    return visit


def progress(store: Store, visit: Dataset) -> list[runs.Progress]:
    with store.reading() as session:
        return runs.progress(session=session, dataset_id=visit.id or 0)


def test_every_picture_gets_every_model_s_answer(store: Store, runner: Runner, engine: Engine) -> None:
    visit = visit_of(store, 7)
    runner.start(visit.id or 0, MODELS)
    runner.wait(visit.id or 0)
    assert [(run.model, run.state, run.done) for run in progress(store, visit)] == [
        ("mobilenet_v2", "done", 7),
        ("coco_ssd", "done", 7),
    ]
    with store.reading() as session:
        said = runs.said_of(session=session, dataset_id=visit.id or 0)
        rows = images.of(session=session, dataset_id=visit.id or 0)
    wanted = engine.classify(picture(3), "mobilenet_v2").top(3)
    stored = runs.scores(said[rows[3].id or 0]["mobilenet_v2"])[:3]
    assert [score.label for score in stored] == [score.label for score in wanted]


def test_pictures_added_later_are_answered_alone(store: Store, runner: Runner) -> None:
    visit = visit_of(store, 2)
    runner.start(visit.id or 0, MODELS)
    runner.wait(visit.id or 0)
    more = images.take_in(store.pictures, image.encode(picture(50), "png"), "late.png")
    with store.writing() as session:
        images.add(session=session, dataset_id=visit.id or 0, taken=[more])
    assert [(run.done, run.total) for run in progress(store, visit)] == [(2, 3), (2, 3)]
    runner.start(visit.id or 0, ("coco_ssd",))
    runner.wait(visit.id or 0)
    assert [run.done for run in progress(store, visit)] == [2, 3]
    runner.start(visit.id or 0, MODELS)
    runner.wait(visit.id or 0)
    assert [run.done for run in progress(store, visit)] == [3, 3]


def test_stopped_work_keeps_what_was_said_and_goes_on_from_there(store: Store, runner: Runner) -> None:
    visit = visit_of(store, 60)
    runner.start(visit.id or 0, MODELS)
    runner.stop(visit.id or 0)
    assert not runner.active(visit.id or 0)
    (stopped, _) = progress(store, visit)
    assert stopped.state == "stopped" and stopped.done < 60
    runner.start(visit.id or 0, MODELS)
    runner.wait(visit.id or 0)
    assert [(run.state, run.done) for run in progress(store, visit)] == [("done", 60)] * 2


def test_a_missing_model_is_said_before_anything_starts(store: Store, runner: Runner) -> None:
    visit = visit_of(store, 1)
    with pytest.raises(ModelMissing):
        runner.start(visit.id or 0, ("mobilenet_v3_small",))
    assert progress(store, visit) == []


def test_a_picture_gone_from_the_disk_says_so_and_the_others_are_answered(
    store: Store, runner: Runner
) -> None:
    visit = visit_of(store, 3)
    with store.reading() as session:
        lost = images.of(session=session, dataset_id=visit.id or 0)[1]
    (store.pictures.folder / "original" / lost.sha256[:2] / lost.sha256).unlink()
    runner.start(visit.id or 0, ("mobilenet_v2",))
    runner.wait(visit.id or 0)
    with store.reading() as session:
        said = runs.said_of(session=session, dataset_id=visit.id or 0)
    assert [bool(rows["mobilenet_v2"].message) for rows in said.values()] == [False, True, False]
    assert "is gone" in said[lost.id or 0]["mobilenet_v2"].message


def test_boxes_are_in_pixels_of_the_whole_picture_though_it_was_decoded_smaller(
    store: Store, runner: Runner, engine: Engine, shared: Path
) -> None:
    cake = shared / "data/images/a_cake/cake/mohitparmar0_f5a3b169ff8b.jpg"
    small = image.decode(cake.read_bytes())
    large = small.repeat(12, axis=0).repeat(12, axis=1)
    taken = images.take_in(store.pictures, image.encode(large, "jpeg", 90), "large.jpg")
    with store.writing() as session:
        visit = datasets.create_visit(session=session)
        images.add(session=session, dataset_id=visit.id or 0, taken=[taken])
    runner.start(visit.id or 0, ("coco_ssd",))
    runner.wait(visit.id or 0)
    with store.reading() as session:
        (said,) = runs.said_of(session=session, dataset_id=visit.id or 0).values()
    box = runs.boxes(said["coco_ssd"])[0]
    alone = engine.detect(small, "coco_ssd").boxes[0]
    assert box.label == alone.label == "cake"
    assert abs(box.width / 12 - alone.width) < 0.05 * small.shape[1]
    assert abs(box.x / 12 - alone.x) < 0.05 * small.shape[1]


KILLED = """
import sys
from core.home import Home
from core.engine import Engine
from core.shelf import Shelf
from db.runner import Runner
from db.store import Store
home = Home.from_environment()
store = Store(home)
runner = Runner(store, Engine(Shelf(home).ready))
runner.start(int(sys.argv[1]), ("mobilenet_v2",))
from db import runs
shown = 0
while shown < int(sys.argv[2]):
    with store.reading() as session:
        shown = sum(run.done for run in runs.progress(session=session, dataset_id=int(sys.argv[1])))
print(shown, flush=True)
sys.stdin.read()
"""


def test_a_killed_server_loses_nothing_that_was_shown_as_done(
    store: Store, home: Home, furnished: Home, engine: Engine
) -> None:
    visit = visit_of(store, 500)
    home.models.parent.mkdir(exist_ok=True)
    home.models.symlink_to(furnished.models)
    environment = {**os.environ, "FAKERY_HOME": str(home.folder), "FAKERY_OFFLINE": "1"}
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(visit.id), "150"],
        cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    shown = int(process.stdout.readline())
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = sum(run.done for run in progress(store, visit))
    assert shown <= done < 500
    assert {run.state for run in progress(store, visit)} == {"running"}
    runner = Runner(store, engine)
    runner.start(visit.id or 0, MODELS[:1])
    runner.wait(visit.id or 0)
    assert [(run.state, run.done) for run in progress(store, visit)] == [("done", 500)]


def test_two_tabs_that_start_at_once_make_one_thread(store: Store, runner: Runner) -> None:
    visit = visit_of(store, 30)
    starts = threading.Barrier(2)

    def start() -> None:
        starts.wait()
        runner.start(visit.id or 0, MODELS[:1])

    tabs = [threading.Thread(target=start) for _ in range(2)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    working = [thread for thread in threading.enumerate() if thread.name == f"run-{visit.id}"]
    assert len(working) <= 1
    runner.stop(visit.id or 0)
    assert not [thread for thread in threading.enumerate() if thread.name == f"run-{visit.id}"]
    assert [run.state for run in progress(store, visit)] in (["stopped"], ["done"])


def test_whatever_breaks_a_run_is_written_down(store: Store, furnished: Home) -> None:
    closed = Engine(Shelf(furnished).ready)
    closed.close()
    runner = Runner(store, closed)
    visit = visit_of(store, 2)
    runner.start(visit.id or 0, MODELS[:1])
    runner.wait(visit.id or 0)
    (run,) = progress(store, visit)
    assert run.state == "failed" and "went wrong" in run.message
    assert not runner.active(visit.id or 0)
