"""The worker process for long work on a dataset: `python -m db.work`, started by `core/jobs`.

Its payload is `{"task": key}`; what there is to do stands in the task's row, so that whoever resumes
it needs no more than its key. Each kind of work is a module with a function `carry_out(store, task,
stop, say)` that returns the task's result: it writes down what it has done as it goes, so that a
kill at any moment loses little and the next start goes on from there.
"""

from __future__ import annotations

import contextlib
import fcntl
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

from sqlmodel import Session, select

from core.errors import FakeryError, JobStopped, StoreError
from core.home import Home
from core.jobs.worker import Report, worker
from db.models import Task, now
from db.store import Store

# Kind of task -> module: only what is asked for is imported.
KINDS = {
    "import": "db.intake",
    "health": "db.health",
    "map": "db.map",
}

TRIES, PAUSE_S = 10, 0.05

Say = Callable[[float | None, str], object]


def main(payload: dict[str, Any], report: Report) -> dict[str, Any]:
    """Carry out the task that the payload names and return its result."""
    stop = threading.Event()

    def end(*_: object) -> None:
        # An exception raised while Python collects garbage is lost; what was set stays set.
        stop.set()
        sys.exit(1)

    signal.signal(signal.SIGTERM, end)
    store = Store(Home.from_environment())
    try:
        return carry_out(store, payload["task"], stop, report)
    finally:
        store.close()


def carry_out(store: Store, key: str, stop: threading.Event, say: Say, **more: Any) -> dict[str, Any]:
    """Carry out a task, write down how it ended, and return its result.

    `stop` ends it at the next opportunity, raising JobStopped; `more` goes to the work as it is.
    Raises StoreError where there is no such task or somebody else works on it, and what the work
    raises.
    """
    with held(store.home, key):
        with store.writing() as session:
            task = _task(session, key)
            if task.state == "done":
                return dict(task.result)
            task.state, task.message, task.finished_at = "running", "", None
        work = import_module(KINDS[task.kind]).carry_out
        try:
            result: dict[str, Any] = work(store, task, stop, say, **more)
        except (SystemExit, KeyboardInterrupt, JobStopped):
            stop.set()
            _ended(store, key, "stopped", "")
            raise
        except FakeryError as error:
            _ended(store, key, "failed", str(error))
            raise
        except Exception as error:
            _ended(store, key, "failed", f"Something went wrong inside ({type(error).__name__}).")
            raise
        return result


@contextlib.contextmanager
def held(home: Home, key: str) -> Iterator[None]:
    """Hold a task while the block runs; raises StoreError where another process works on it."""
    folder = home.folder / "tasks"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / key).open("wb")
    except OSError as error:
        raise StoreError(f"{folder} cannot be written to ({error.strerror}): free it up.") from error
    with file:
        for attempt in range(TRIES):  # somebody may just be looking: see `active`
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                if attempt == TRIES - 1:
                    sentence = "This is being worked on already: wait for its end, or stop it."
                    raise StoreError(sentence) from error
                time.sleep(PAUSE_S)
        yield


def active(home: Home, key: str) -> bool:
    """Return whether some process works on a task; one that is "running" but not active was killed."""
    try:
        with (home.folder / "tasks" / key).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def _task(session: Session, key: str) -> Task:
    task = session.exec(select(Task).where(Task.key == key)).first()
    if task is None:
        raise StoreError("There is no such work any more: its dataset was deleted, or it was discarded.")
    return task


def _ended(store: Store, key: str, state: str, message: str) -> None:
    """Write down how a task ended, unless it is done, gone, or the disk takes nothing more."""
    with contextlib.suppress(StoreError), store.writing() as session:
        task = _task(session, key)
        if task.state == "done":  # what came after was only tidying up
            return
        task.state, task.message, task.finished_at = state, message, now()
        session.add(task)


if __name__ == "__main__":
    worker(main)
