"""Long work: progress, outcome, stopping, and every way a worker can die."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import jobs as jobs_module
from core.errors import StoreError
from core.home import ROOT
from core.jobs import Job, Jobs
from core.jobs.pace import Pace

ODD = "tests.odd_jobs"
LONG = 30.0  # seconds; no test comes near it unless something hangs


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    jobs = Jobs()
    yield jobs
    jobs.stop_all()


@pytest.fixture
def start(jobs: Jobs, tmp_path: Path) -> Callable[..., Job]:
    def start(do: str, key: str = "walk Cleo", **more: Any) -> Job:
        payload = {"do": do, "folder": str(tmp_path / "kept"), **more}
        return jobs.start(key, ODD, payload, "Walking Cleo")

    return start


def until(condition: Callable[[], Any]) -> Any:
    """Wait for what must come, and return it."""
    deadline = time.monotonic() + LONG
    while not (seen := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        threading.Event().wait(0.01)
    return seen


def pid_in_note(job: Job) -> int:
    return int(until(lambda: re.search(r"\d+", job.note))[0])


def is_alive(pid: int) -> bool:
    """Return whether a process runs; one that ended and waits for its parent to notice does not."""
    if Path("/proc/self/stat").exists():
        stat = Path(f"/proc/{pid}/stat")
        return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"
    asked = ["ps", "-o", "stat=", "-p", str(pid)]
    state = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    return bool(state) and not state.startswith("Z")


def test_a_job_that_goes_well_hands_over_its_result(start: Callable[..., Job]) -> None:
    job = start("add", numbers=[1, 2, 39], leave_in_room="scratch")
    assert job.wait(LONG)
    seen = job.snapshot()
    assert (seen.state, seen.fraction, seen.message, seen.left_s) == ("done", 1.0, "", None)
    assert seen.result is not None and seen.result["sum"] == 42


def test_nothing_half_made_is_left_beside_the_result(start: Callable[..., Job], tmp_path: Path) -> None:
    job = start("add", numbers=[], leave_in_room="scratch")
    assert job.wait(LONG) and job.result
    assert Path(job.result["room"]).parent == tmp_path / "kept"
    assert list((tmp_path / "kept").iterdir()) == []


def test_a_refusal_is_told_in_its_own_words(start: Callable[..., Job]) -> None:
    job = start("refuse")
    assert job.wait(LONG)
    assert job.state == "failed"
    assert job.message == "cleo.png is a drawing of a dog, not a picture of one."


def test_a_bug_in_a_worker_is_told_without_its_traceback(
    start: Callable[..., Job], caplog: pytest.LogCaptureFixture
) -> None:
    job = start("stumble")
    assert job.wait(LONG)
    assert job.state == "failed"
    assert "Traceback" not in job.message and "KeyError" in job.message
    assert "Traceback" in caplog.text


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_disk_is_named(start: Callable[..., Job], tmp_path: Path) -> None:
    job = start("fill the disk")
    assert job.wait(LONG)
    assert job.state == "failed"
    assert job.message.startswith(f"The disk of {tmp_path / 'kept'} is too full: ")


@pytest.mark.parametrize(
    ("number", "words"), [(signal.SIGKILL, "memory ran out"), (signal.SIGSEGV, "crashed (SIGSEGV)")]
)
def test_a_worker_that_dies_is_reported_and_leaves_nothing(
    start: Callable[..., Job], tmp_path: Path, number: signal.Signals, words: str
) -> None:
    job = start("wait", leave_in_room="half")
    os.kill(pid_in_note(job), number)
    assert job.wait(LONG)
    assert job.state == "failed"
    assert job.message.startswith("Walking Cleo: ") and words in job.message
    assert list((tmp_path / "kept").iterdir()) == []


def test_a_worker_that_cannot_start_says_why(jobs: Jobs) -> None:
    job = jobs.start("k", "tests.no_such_module", {}, "Walking Cleo")
    assert job.wait(LONG)
    assert job.state == "failed"
    assert job.message.endswith("No module named tests.no_such_module")


def test_a_stopped_job_ends_at_once_and_leaves_nothing(start: Callable[..., Job], tmp_path: Path) -> None:
    job = start("wait", leave_in_room="half")
    pid = pid_in_note(job)
    job.stop()
    job.stop()
    assert job.wait(LONG)
    assert job.state == "stopped"
    assert not is_alive(pid)
    assert list((tmp_path / "kept").iterdir()) == []


def test_stopping_reaches_the_worker_s_children(start: Callable[..., Job]) -> None:
    job = start("have a child")
    until(lambda: "child" in job.note)
    child = pid_in_note(job)
    assert is_alive(child)
    job.stop()
    assert job.wait(LONG)
    until(lambda: not is_alive(child))


def test_a_worker_that_will_not_stop_is_killed(
    start: Callable[..., Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_module, "GRACE_S", 0.1)
    job = start("be stubborn")
    until(lambda: job.fraction == 0.5)
    job.stop()
    assert job.wait(LONG)
    assert job.state == "stopped"


def test_stopping_what_has_ended_changes_nothing(start: Callable[..., Job]) -> None:
    job = start("add", numbers=[])
    assert job.wait(LONG)
    job.stop()
    assert job.state == "done"


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


SERVER = """
import sys
from core.jobs import Jobs
payload = {"do": "wait", "folder": sys.argv[1], "leave_in_room": "half"}
job = Jobs().start("k", "tests.odd_jobs", payload, "Walking Cleo")
while not job.note: job.wait(0.01)
print(job.note, flush=True)
{end}
"""


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


@given(
    speed=st.floats(0.0001, 0.2),
    every=st.floats(0.05, 5.0),
    steps=st.integers(2, 200),
)
def test_the_time_left_of_steady_work_is_right(speed: float, every: float, steps: int) -> None:
    pace = Pace()
    took = 0.0
    for step in range(steps):
        took = step * every
        pace.seen(min(speed * took, 1.0), now=took)
        if speed * took >= 1:
            break
    left_s = pace.left_s(now=took)
    if took > 1.5 * Pace.LEAST_S:
        assert left_s == pytest.approx(max(1 - speed * took, 0) / speed, rel=1e-6, abs=1e-3)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 100)), max_size=30), st.floats(0, 50))
def test_the_time_left_is_never_negative(seen: list[tuple[float, float]], later: float) -> None:
    pace = Pace()
    now = 0.0
    for fraction, gap in seen:
        now += gap
        pace.seen(fraction, now)
    left_s = pace.left_s(now + later)
    assert left_s is None or left_s >= 0


def test_a_download_that_slows_down_is_noticed_and_one_that_stalls_is_not_guessed() -> None:
    pace = Pace()
    for second in range(30):
        pace.seen(second * 0.02, second)
    fast = pace.left_s(29)
    for second in range(30, 50):
        pace.seen(0.58 + (second - 29) * 0.002, second)
    slow = pace.left_s(49)
    assert fast is not None and slow is not None and slow > 2 * fast
    assert pace.left_s(49 + 2 * Pace.SILENCE_S) is None
