"""One job: its result, its failures, its end."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from core import jobs as jobs_module
from core.jobs import Job, Jobs
from tests.jobs.made import LONG, is_alive, pid_in_note, until


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
