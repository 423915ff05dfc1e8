"""Many tabs, many jobs, servers that go down."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import StoreError
from core.home import ROOT
from core.jobs import Job, Jobs
from tests.jobs.made import LONG, ODD, SERVER, is_alive, until


def test_two_tabs_share_one_job_until_it_ends(start: Callable[..., Job], jobs: Jobs) -> None:
    first = start("wait")
    assert start("wait") is first is jobs.get("walk Cleo")
    assert start("wait", key="feed Cleo") is not first
    first.stop()
    assert first.wait(LONG)
    again = start("add", numbers=[])
    assert again is not first and jobs.get("walk Cleo") is again
    assert jobs.get("brush Cleo") is None


def test_many_tabs_at_once_start_one_worker(start: Callable[..., Job]) -> None:
    barrier = threading.Barrier(8)
    seen: list[Job] = []

    def open_tab() -> None:
        barrier.wait()
        seen.append(start("wait"))

    tabs = [threading.Thread(target=open_tab) for _ in range(8)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert len(seen) == 8 and len(set(map(id, seen))) == 1


def test_progress_and_time_left_are_seen_to_move(start: Callable[..., Job], tmp_path: Path) -> None:
    steps = tmp_path / "steps"
    os.mkfifo(steps)
    job = start("keep moving", steps=str(steps))
    with steps.open("w", buffering=1) as says:
        says.write("0.3\n")
        until(lambda: job.fraction == 0.3)
        assert job.note == "At 0.3" and job.left_s is None
        until(lambda: says.write("0.6\n") and job.left_s is not None)
        assert 0 < job.left_s < LONG  # type: ignore[operator]


def test_all_jobs_end_with_the_server(start: Callable[..., Job], jobs: Jobs) -> None:
    running = [start("wait", key=key) for key in ("one", "two", "three")]
    jobs.stop_all()
    assert [job.state for job in running] == ["stopped"] * 3


@pytest.mark.parametrize("end", ["job.wait()", "sys.exit()"])
def test_no_worker_outlives_its_server(tmp_path: Path, end: str) -> None:
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER.replace("{end}", end), str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    with server:
        assert server.stdout
        pid = int(server.stdout.readline().split()[-1])
        if end == "job.wait()":
            assert is_alive(pid)
            server.kill()
    until(lambda: not is_alive(pid))
    assert list(tmp_path.iterdir()) == []


def test_rooms_of_a_server_that_went_down_are_cleared(start: Callable[..., Job], tmp_path: Path) -> None:
    for name in ("abandoned", "used", "fresh"):
        room = tmp_path / "kept" / f".job-{name}"
        room.mkdir(parents=True)
        (room / ".held").touch()
        if name != "fresh":
            os.utime(room / ".held", (0, 0))
    with (tmp_path / "kept/.job-used/.held").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        job = start("add", numbers=[])
        assert job.wait(LONG)
    assert {room.name for room in (tmp_path / "kept").iterdir()} == {".job-used", ".job-fresh"}


def test_a_place_that_cannot_be_written_is_told_at_once(jobs: Jobs, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file, not a folder")
    with pytest.raises(StoreError, match="kept cannot be written to"):
        jobs.start("k", ODD, {"do": "wait", "folder": str(tmp_path / "kept")}, "Walking Cleo")
    assert jobs.get("k") is None
