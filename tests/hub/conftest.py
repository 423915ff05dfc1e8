"""A stand-in for TF Hub, and what becomes of its models."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.catalogue import Known
from core.home import ROOT
from core.jobs import Job, Jobs
from tests.hub.made import Hub


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of small models, made by TensorFlow in a process of its own."""
    folder = tmp_path_factory.mktemp("models")
    made = subprocess.run(
        [sys.executable, "-m", "tests.saved_models", str(folder)],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub() as hub:
        yield hub


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The folder where models are kept."""
    return tmp_path / "home" / "models"


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jobs]:
    """Jobs on a machine whose folder for temporary files is seen to stay empty."""
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    jobs = Jobs()
    yield jobs
    jobs.stop_all()
    assert list(scratch.iterdir()) == []


@pytest.fixture
def fetch(jobs: Jobs, home: Path) -> Callable[..., Job]:
    def fetch(entry: Known, allow_private: bool = True) -> Job:
        payload = {
            "entry": dataclasses.asdict(entry),
            "folder": str(home),
            "allow_private": allow_private,
        }
        return jobs.start(entry.name, "core.tf.hub", payload, f"Fetching {entry.title}")

    return fetch
