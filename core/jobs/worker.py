"""What runs inside a worker process; the server's half is `core/jobs`.

A module that is to run as a job ends with

    if __name__ == "__main__":
        worker(main)
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TextIO

from core.errors import FakeryError
from core.jobs import GRACE_S
from core.jobs.room import ROOM

DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Report:
    """Tells the server how far the work is; `room` is a folder for whatever is half made."""

    def __init__(self, events: TextIO, room: Path) -> None:
        self.room = room
        self._events = events

    def __call__(self, fraction: float | None, note: str = "") -> None:
        """Report that this much is done (0..1, None where nobody knows) and what is being done."""
        self.send({"event": "progress", "fraction": fraction, "note": note})

    def send(self, event: dict[str, Any]) -> None:
        """Write one event; raises SystemExit where nobody is left to read it."""
        try:
            self._events.write(json.dumps(event) + "\n")
            self._events.flush()
        except BrokenPipeError:
            raise SystemExit(1) from None


Main = Callable[[dict[str, Any], Report], dict[str, Any]]


def worker(main: Main) -> NoReturn:
    """Run `main` on the payload from standard input, report its outcome, and end the process.

    A FakeryError becomes the job's message; anything else a plain sentence, its traceback going to
    the log. SIGTERM ends `main` by SystemExit, so that its `finally` and `with` tidy up.
    """
    # TensorFlow prints: what it prints must not mix with the events.
    events = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    os.nice(5)  # people come first: the server answers them from the same cores
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    room = Path(tempfile.gettempdir())
    report = Report(events, room)
    try:
        payload = json.loads(sys.stdin.buffer.readline())
        threading.Thread(target=_end_with_server, args=(room,), daemon=True).start()
        report.send(_outcome(main, payload, report))
    except SystemExit:
        _clear(room)
    sys.stderr.flush()
    # Not sys.exit: nothing is left to do, and tearing TensorFlow down takes its time.
    os._exit(0)


def _outcome(main: Main, payload: dict[str, Any], report: Report) -> dict[str, Any]:
    try:
        return {"event": "done", "result": main(payload, report)}
    except FakeryError as error:
        return {"event": "failed", "message": str(error)}
    except Exception as error:  # noqa: BLE001 - whatever it is, the server must hear of it
        traceback.print_exc()
        if isinstance(error, OSError) and error.errno in DISK_FULL:
            return {"event": "failed", "message": disk_full(report.room)}
        kind = type(error).__name__
        sentence = f"Something went wrong inside the worker process ({kind}): its log says more."
        return {"event": "failed", "message": sentence}


def disk_full(folder: Path, needed: int | None = None) -> str:
    """Return the sentence that says which disk is full, what is free there, and what is needed."""
    folder = folder.parent if folder.name.startswith(ROOM) else folder
    free = shutil.disk_usage(folder).free / 1e6
    wanted = f", at least {needed / 1e6:.0f} MB are needed" if needed else ""
    return (
        f"The disk of {folder} is too full: {free:.0f} MB are free there{wanted}. Make room, or let "
        "FAKERY_HOME name a folder on another disk; nothing was kept."
    )


def _end_with_server(room: Path) -> None:
    """Wait until the lifeline ends, which means the server is gone, and end this process too.

    Not Linux's PR_SET_PDEATHSIG: it fires when the thread that started us ends, and servers start
    jobs from threads that come and go.
    """
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)
    _clear(room)
    os.killpg(0, signal.SIGKILL)


def _clear(room: Path) -> None:
    if room.name.startswith(ROOM):
        shutil.rmtree(room, ignore_errors=True)
