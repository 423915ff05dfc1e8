"""Carry runs out: in a thread beside the pages, each picture written down before it counts as done.

A page may close and the server may be killed: what was written stays, and the next start of the same
run goes on with the pictures that nothing was said of.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field

from core import image
from core.answer import Answer
from core.engine import Engine
from core.errors import EngineBusy, FakeryError, ModelError
from core.models import ModelSpec
from db import runs
from db.models import Image, Prediction
from db.store import Store

WRITE_EVERY_S = 0.3
BUSY_PAUSE_S = 0.05
PATIENCE_S = 5.0

log = logging.getLogger(__name__)

Waiting = deque[tuple[Image, tuple[int, ...], Future[tuple[Answer, ...]]]]


@dataclass
class _Work:
    """One dataset being worked on."""

    runs: dict[int, ModelSpec]
    stop: threading.Event = field(default_factory=threading.Event)
    began: float = field(default_factory=time.monotonic)
    written: int = 0
    thread: threading.Thread | None = None


class Runner:
    """Starts and stops the work on datasets; one per server process."""

    def __init__(self, store: Store, engine: Engine) -> None:
        self.store = store
        self.engine = engine
        self._works: dict[int, _Work] = {}
        self._lock = threading.Lock()
        self._starting = threading.Lock()  # two tabs that start at once must not make two threads

    def start(self, dataset_id: int, names: tuple[str, ...]) -> None:
        """Let these models say what they see in every picture of a dataset they have not seen yet.

        Returns at once. Work already going on over this dataset is ended first and taken up again
        together with this. Raises ModelMissing where a model cannot answer.
        """
        specs = [self.engine.locate(name)[0] for name in names]
        with self._starting:
            self._begin(dataset_id, specs)

    def _begin(self, dataset_id: int, specs: list[ModelSpec]) -> None:
        self.halt(dataset_id)
        with self.store.writing() as session:
            wanted = {
                runs.start(session=session, dataset_id=dataset_id, spec=spec).id or 0: spec for spec in specs
            }
        work = _Work(wanted)
        work.thread = threading.Thread(
            target=self._carry_out, args=(dataset_id, work), name=f"run-{dataset_id}", daemon=True
        )
        with self._lock:
            self._works[dataset_id] = work
        work.thread.start()

    def stop(self, dataset_id: int) -> None:
        """End the work on a dataset because somebody asked for it; what was said stays."""
        self.halt(dataset_id)
        with self.store.writing() as session:
            for going in runs.progress(session=session, dataset_id=dataset_id):
                if going.state == "running":
                    runs.finish(session=session, run_id=going.run_id, state="stopped")

    def halt(self, dataset_id: int) -> None:
        """End the work on a dataset and leave its runs as they are, to be taken up again."""
        with self._lock:
            work = self._works.pop(dataset_id, None)
        if work is not None and work.thread is not None:
            work.stop.set()
            # A model that never answers keeps its thread; the page goes on without it.
            work.thread.join(PATIENCE_S)

    def active(self, dataset_id: int) -> bool:
        """Return whether this process is working on a dataset."""
        with self._lock:
            return dataset_id in self._works

    def left_s(self, dataset_id: int, missing: int) -> float | None:
        """Return about how many seconds `missing` predictions will take, or None before any is made."""
        with self._lock:
            work = self._works.get(dataset_id)
        if work is None or not work.written:
            return None
        return missing * (time.monotonic() - work.began) / work.written

    def wait(self, dataset_id: int, timeout: float | None = None) -> None:
        """Wait until the work on a dataset ends."""
        with self._lock:
            work = self._works.get(dataset_id)
        if work is not None and work.thread is not None:
            work.thread.join(timeout)

    def _carry_out(self, dataset_id: int, work: _Work) -> None:
        message = ""
        try:
            self._through(work)
        except FakeryError as error:
            message = str(error)
        except Exception:  # whatever it is, the page must hear that nothing goes on
            log.exception("The run over dataset %s broke off", dataset_id)
            message = "Something went wrong inside; the server's log says what."
        finally:
            with self._lock:
                if self._works.get(dataset_id) is work:
                    del self._works[dataset_id]
        if work.stop.is_set():
            return
        with self.store.writing() as session:
            for run_id in work.runs:
                state = "failed" if message else "done"
                runs.finish(session=session, run_id=run_id, state=state, message=message)

    def _through(self, work: _Work) -> None:
        waiting: Waiting = deque()
        ready: list[Prediction] = []
        wrote = time.monotonic()
        for picture, run_ids in self._missing(work):
            while (future := self._ask(picture, run_ids, work)) is None:
                if waiting:
                    ready += _answers(waiting.popleft())
                elif work.stop.wait(BUSY_PAUSE_S):
                    return
            waiting.append((picture, run_ids, future))
            if len(waiting) > 2 * self.engine.workers:
                ready += _answers(waiting.popleft())
            if time.monotonic() - wrote > WRITE_EVERY_S:
                self._write(ready, work)
                wrote = time.monotonic()
        for asked in waiting:
            ready += _answers(asked)
        self._write(ready, work)

    def _missing(self, work: _Work) -> Iterator[tuple[Image, tuple[int, ...]]]:
        """Yield each picture with the runs that have said nothing of it, until somebody says stop."""
        after = 0
        while True:
            wanted: dict[int, tuple[Image, list[int]]] = {}
            with self.store.reading() as session:
                for run_id in work.runs:
                    for picture in runs.pending(session=session, run_id=run_id, after=after):
                        wanted.setdefault(picture.id or 0, (picture, []))[1].append(run_id)
            if not wanted:
                return
            # Runs may reach differently far: only what all of them were asked about is settled.
            for image_id in sorted(wanted)[: runs.BATCH]:
                if work.stop.is_set():
                    return
                picture, run_ids = wanted[image_id]
                yield picture, tuple(run_ids)
                after = image_id

    def _ask(
        self, picture: Image, run_ids: tuple[int, ...], work: _Work
    ) -> Future[tuple[Answer, ...]] | None:
        specs = [work.runs[run_id] for run_id in run_ids]
        side = max(spec.pixels.size for spec in specs)

        def decoded() -> image.RGB:
            return image.decode(self.store.pictures.read(picture.sha256), enough_for=side)

        try:
            return self.engine.submit(decoded, *(spec.name for spec in specs))
        except EngineBusy:
            return None

    def _write(self, ready: list[Prediction], work: _Work) -> None:
        if ready:
            with self.store.writing() as session:
                runs.record(session=session, predictions=ready)
            work.written += len(ready)
            ready.clear()


def _answers(
    asked: tuple[Image, tuple[int, ...], Future[tuple[Answer, ...]]],
) -> list[Prediction]:
    """Return what was said of one picture; one that cannot be read any more says so itself.

    A model that cannot answer ends the whole work instead (ModelError).
    """
    picture, run_ids, future = asked
    try:
        answers = future.result()
    except ModelError:
        raise
    except FakeryError as error:
        return [
            Prediction(run_id=run_id, image_id=picture.id or 0, elapsed_ms=0, message=str(error))
            for run_id in run_ids
        ]
    return [
        runs.prediction(run_id=run_id, image=picture, answer=answer)
        for run_id, answer in zip(run_ids, answers, strict=True)
    ]
