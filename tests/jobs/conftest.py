"""Workers, seen from the server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.jobs import Job, Jobs
from tests.jobs.made import ODD


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
