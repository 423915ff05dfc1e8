"""Workers that behave and misbehave, for tests/jobs: `python -m tests.odd_jobs`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from core.errors import UnusableImage
from core.jobs.worker import Report, worker


def main(payload: dict[str, Any], report: Report) -> dict[str, Any]:
    """Do what the payload says."""
    if "leave_in_room" in payload:
        (report.room / payload["leave_in_room"]).write_text("half made")
    report(0.25, f"I am {os.getpid()}")
    what: str = payload["do"]
    if what == "add":
        report(1.0, "Adding")
        return {"sum": sum(payload["numbers"]), "room": str(report.room)}
    if what == "refuse":
        print('{"event": "done", "result": {"a library": "prints what it likes"}}', flush=True)
        raise UnusableImage("cleo.png is a drawing of a dog, not a picture of one.")
    if what == "stumble":
        raise KeyError("cleo")
    if what == "fill the disk":
        Path("/dev/full").write_text("woof")
    if what == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if what == "have a child":
        child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
        report(0.5, f"My child is {child.pid}")
    if what == "be stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        report(0.5, "I shall not be moved")
    if what == "keep moving":
        with Path(payload["steps"]).open() as steps:
            for step in steps:
                report(float(step), f"At {step.strip()}")
    while True:
        signal.pause()


if __name__ == "__main__":
    worker(main)
