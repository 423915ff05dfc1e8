"""Long work in a process of its own: start it, see how far it is, stop it, take its outcome.

The other half, what runs inside such a process, is `core/jobs/worker.py`. Between the two lie three
pipes: the payload goes in as one line of JSON, events come out as lines of JSON, and whatever the
libraries print goes to the log. The first pipe stays open as a lifeline: its end tells the worker
that its server is gone.

Each worker has a room: a folder for whatever is half made, on the disk of the result, removed when
the worker has ended in whatever way. Nothing there survives a stop, a crash or a kill.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import logging
import os
import selectors
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

from core.home import ROOT
from core.jobs.pace import Pace
from core.jobs.room import make_room

State = Literal["running", "done", "failed", "stopped"]
GRACE_S = 5.0  # how long a worker may tidy up after it was asked to stop
LAST_LINES = 50  # of what a worker printed, kept for the log
MOST_ENDED = 100  # ended jobs remembered, so that a page can still show their outcome

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Snapshot:
    """One job at one moment; `fraction` is 0..1, or None where nobody knows how far it is."""

    key: str
    title: str
    state: State
    fraction: float | None
    note: str
    left_s: float | None
    result: dict[str, Any] | None
    message: str


class Job:
    """One worker process, seen from the server. Safe to ask and to stop from any thread."""

    def __init__(self, key: str, module: str, payload: dict[str, Any], title: str) -> None:
        self.key = key
        self.module = module
        self.payload = payload
        self.title = title
        self.state: State = "running"
        self.fraction: float | None = None
        self.note = ""
        self.result: dict[str, Any] | None = None
        self.message = ""
        self._pace = Pace()
        self._printed: deque[str] = deque(maxlen=LAST_LINES)
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._over = False
        self._kill_at: float | None = None

    def start(self) -> Job:
        """Start the process and return the job itself."""
        folder = self.payload.get("folder")
        self._room, self._held = make_room(Path(folder) if folder else None)
        self._process = subprocess.Popen(
            [sys.executable, "-m", self.module],
            cwd=ROOT,
            env={**os.environ, "TMPDIR": str(self._room)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=[self._held.fileno()],
            start_new_session=True,  # a group of its own, so that a stop reaches its children too
        )
        threading.Thread(target=self._watch, name=f"job {self.key}", daemon=True).start()
        return self

    @property
    def pid(self) -> int:
        """The worker's process number, and that of its group."""
        return self._process.pid

    @property
    def left_s(self) -> float | None:
        """The seconds the job will still take, or None where there is no telling."""
        return self.snapshot().left_s

    def snapshot(self) -> Snapshot:
        """Return all of the job's state as of one moment."""
        with self._lock:
            known = self.state == "running" and self.fraction is not None
            left_s = self._pace.left_s(time.monotonic()) if known else None
            return Snapshot(
                self.key,
                self.title,
                self.state,
                self.fraction,
                self.note,
                left_s,
                self.result,
                self.message,
            )

    def stop(self) -> None:
        """Ask the worker to stop, and return at once; it is killed after a grace of seconds."""
        with self._lock:
            if self._over or self._kill_at is not None:
                return
            self._kill_at = time.monotonic() + GRACE_S
            self._signal(signal.SIGTERM)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end, and return whether it has come; the room is gone by then."""
        return self._ended.wait(timeout)

    def _watch(self) -> None:
        process = self._process
        assert process.stdin and process.stdout and process.stderr
        try:
            process.stdin.write(json.dumps(self.payload).encode() + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            log.warning("The worker of '%s' ended before it read its payload.", self.title)
        for line, pipe in self._lines(process.stdout, process.stderr):
            if pipe is process.stdout:
                self._take(line)
            else:
                self._printed.append(line)
        self._end(process.wait())

    def _lines(self, *pipes: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
        """Yield each line and its pipe until all pipes are closed, and mind the grace meanwhile.

        The worker is over when its first pipe closes; what is left of its group then is killed.
        """
        rest = dict.fromkeys(pipes, b"")
        with selectors.DefaultSelector() as selector:
            for pipe in pipes:
                selector.register(pipe, selectors.EVENT_READ, data=pipe)
            while selector.get_map():
                for ready, _ in selector.select(timeout=0.5):
                    pipe = ready.data
                    data = os.read(ready.fd, 1 << 16)
                    *lines, rest[pipe] = (rest[pipe] + (data or b"\n")).split(b"\n")
                    yield from ((line.decode(errors="replace"), pipe) for line in lines if line)
                    if not data:
                        selector.unregister(pipe)
                        self._kill(over=self._over or pipe is pipes[0])
                if self._kill_at is not None and time.monotonic() > self._kill_at:
                    self._kill(over=self._over)

    def _kill(self, over: bool) -> None:
        with self._lock:
            self._signal(signal.SIGKILL)
            self._over = over

    def _signal(self, number: int) -> None:
        # The process is not reaped before its pipes are closed, so its group cannot be another's.
        with contextlib.suppress(PermissionError):  # macOS: nobody but a zombie is left in it
            os.killpg(self._process.pid, number)

    def _take(self, line: str) -> None:
        try:
            event = json.loads(line)
            kind = event["event"]
        except (ValueError, TypeError, KeyError):
            self._printed.append(line)
            return
        with self._lock:
            if kind == "progress":
                self.fraction, self.note = event["fraction"], event["note"]
                if self.fraction is not None:
                    self._pace.seen(self.fraction, time.monotonic())
            elif kind == "done":
                self.result = event["result"]
            elif kind == "failed":
                self.message = event["message"]

    def _end(self, code: int) -> None:
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe:
                pipe.close()
        shutil.rmtree(self._room, ignore_errors=True)
        self._held.close()
        with self._lock:
            if self.result is not None:
                self.state, self.fraction = "done", 1.0
            elif self._kill_at is not None:
                self.state, self.message = "stopped", f"{self.title}: stopped, nothing was kept."
            else:
                self.state = "failed"
                self.message = self.message or self._crash(code)
                log.warning("\n".join([f"{self.title}: {self.message}", *self._printed]))
        self._ended.set()

    def _crash(self, code: int) -> str:
        start = f"{self.title}: the worker process ended without a result"
        if code == -signal.SIGKILL:
            return f"{start}, killed from outside, most often because memory ran out: try again."
        if code < 0:
            return f"{start}, it crashed ({signal.Signals(-code).name}): try again."
        last = f": {self._printed[-1]}" if self._printed else "."
        return f"{start} (exit code {code}){last}"


class Jobs:
    """All jobs of one server process."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        atexit.register(self.stop_all)

    def start(self, key: str, module: str, payload: dict[str, Any], title: str) -> Job:
        """Start `python -m <module>` on this payload and return its job.

        While a job of the same key runs, that one is returned instead: two tabs, one job. Where the
        payload has a "folder", the result will lie there, and the worker's room is made in it.
        """
        with self._lock:
            job = self._jobs.get(key)
            if job is not None and job.state == "running":
                return job
            ended = [old for old, job in self._jobs.items() if job.state != "running"]
            for old in {key, *ended[:-MOST_ENDED]} & self._jobs.keys():
                del self._jobs[old]
            self._jobs[key] = job = Job(key, module, payload, title).start()
            return job

    def get(self, key: str) -> Job | None:
        """Return the latest job of this key, running or ended, or None."""
        with self._lock:
            return self._jobs.get(key)

    def stop_all(self) -> None:
        """Stop every job and return when they have ended."""
        with self._lock:
            jobs = list(self._jobs.values())
        for job in jobs:
            job.stop()
        for job in jobs:
            job.wait(GRACE_S + 1)
