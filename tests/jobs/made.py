"""Workers, seen from the server."""

from __future__ import annotations

import re
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.jobs import Job

ODD = "tests.odd_jobs"


LONG = 30.0  # seconds; no test comes near it unless something hangs


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


SERVER = """
import sys
from core.jobs import Jobs
payload = {"do": "wait", "folder": sys.argv[1], "leave_in_room": "half"}
job = Jobs().start("k", "tests.odd_jobs", payload, "Walking Cleo")
while not job.note: job.wait(0.01)
print(job.note, flush=True)
{end}
"""
