"""The health check of a dataset, as long work: measure, embed, compare, and write down what was found.

Measures and embeddings are kept as they are made, so that a check that was stopped goes on where it
was; the findings replace the old ones in one transaction at the end.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from core import image, quality
from core.engine import Engine
from core.errors import JobStopped, StoreError, UnusableImage
from core.image.clear import transparent_share
from core.shelf import Shelf
from db import embeddings
from db.findings import found_in
from db.models import Finding, Image, Quality, Task, now
from db.overview import Overview, overview
from db.pictures import THUMB
from db.store import Store

__all__ = ["MODEL", "Overview", "Progress", "begun", "carry_out", "finish", "overview", "unmeasured"]

MODEL = "compact"
BATCH = 256
HANDS = 2
EXACT = 256 * 1024  # bytes: files up to this are small enough to be measured by their own pixels

Say = Callable[[float | None, str], object]


def begun(session: Session, dataset_id: int, kind: str, title: str) -> Task:
    """Return a dataset's task of this kind that has not ended well, set going again, or a new one."""
    same = select(Task).where(Task.dataset_id == dataset_id, Task.kind == kind, Task.state != "done")
    task = session.exec(same.order_by(col(Task.id).desc())).first()
    task = task or Task(dataset_id=dataset_id, kind=kind, title=title)
    task.state, task.message, task.done, task.total, task.finished_at = "running", "", 0, 0, None
    session.add(task)
    session.flush()
    return task


def carry_out(store: Store, task: Task, stop: threading.Event, say: Say) -> dict[str, Any]:
    """Check a dataset, or go on checking it, and return how many pictures have which finding.

    Raises JobStopped when `stop` is set, and ModelMissing where the packaged model is gone.
    """
    engine = Engine(Shelf(store.home).ready)
    try:
        spec, _ = engine.locate(MODEL)
        with store.reading() as session:
            pictures = unmeasured(session=session, dataset_id=task.dataset_id)
            unembedded = len(
                embeddings.missing(session=session, dataset_id=task.dataset_id, model_sha256=spec.sha256)
            )
        progress = Progress(store, task, say, len(pictures) + unembedded)
        broken = _measure(store, pictures, stop, lambda done: progress(done, "Measuring the pictures"))
        embeddings.embed(
            store,
            engine,
            task.dataset_id,
            MODEL,
            stop,
            lambda done: progress(len(pictures) + done, "Embedding the pictures"),
        )
    finally:
        engine.close()
    progress(progress.total, "Comparing the pictures with each other")
    with store.reading() as session:
        found, counts = found_in(session, task.dataset_id, spec.sha256, broken)
    if stop.is_set():
        raise JobStopped("The health check was stopped.")
    return finish(store, task, Finding, found, counts)


class Progress:
    """Tells the server and the task's row how far the work is."""

    def __init__(self, store: Store, task: Task, say: Say, total: int) -> None:
        self.total = total
        self._store, self._task, self._say = store, task, say

    def __call__(self, done: int, note: str) -> None:
        """Note that this many of `total` are done, and what is being done."""
        with self._store.writing() as session:
            row = session.get(Task, self._task.id)
            if row is None:
                raise StoreError("The dataset was deleted meanwhile.")
            row.done, row.total, row.note = done, self.total, note
            session.add(row)
        # The comparison that follows takes a while, too, and nobody knows how long.
        self._say(done / self.total if done < self.total else None, note)


def finish(
    store: Store,
    task: Task,
    table: Any,
    rows: list[dict[str, Any]],
    result: dict[str, Any],
) -> dict[str, Any]:
    """Put rows in the place of a dataset's old ones and end the task, in one transaction.

    Pictures that were deleted meanwhile are passed over. Those that came from another dataset bring
    its rows with them, which go as well.
    """
    with store.writing() as session:
        moved = sa.select(col(Image.id)).where(col(Image.dataset_id) == task.dataset_id)
        old = (table.dataset_id == task.dataset_id) | table.image_id.in_(moved)
        session.execute(sa.delete(table).where(old).execution_options(synchronize_session=False))
        here = set(session.exec(select(Image.id).where(Image.dataset_id == task.dataset_id)))
        if kept := [row for row in rows if row["image_id"] in here]:
            session.execute(sa.insert(table), kept)
        row = session.get(Task, task.id)
        if row is None:
            raise StoreError("The dataset was deleted meanwhile.")
        row.state, row.note, row.result, row.finished_at = "done", "", result, now()
        session.add(row)
    return result


def unmeasured(*, session: Session, dataset_id: int) -> list[tuple[int, str, int]]:
    """Return id, SHA-256 and bytes of the pictures of a dataset that nobody has measured yet."""
    measured = select(Quality.sha256)
    wanted = (
        select(Image.id, Image.sha256, Image.bytes)
        .where(Image.dataset_id == dataset_id, col(Image.sha256).not_in(measured))
        .order_by(col(Image.id))
    )
    return [(one or 0, sha256, size) for one, sha256, size in session.exec(wanted)]


def _measure(
    store: Store, pictures: list[tuple[int, str, int]], stop: threading.Event, done: Callable[[int], object]
) -> dict[int, str]:
    """Measure pictures and write that down; return why some could not be, by their ids."""
    broken: dict[int, str] = {}
    ready: list[dict[str, Any]] = []
    for at, (image_id, sha256, measured) in enumerate(_measured(store, pictures), start=1):
        if isinstance(measured, str):
            broken[image_id] = measured
        else:
            ready.append({**asdict(measured), "sha256": sha256, "phash": f"{measured.phash:016x}"})
        if len(ready) >= BATCH or at == len(pictures):
            if stop.is_set():
                raise JobStopped("The health check was stopped; what was measured stays.")
            _keep(store, ready)
            done(at)
            ready = []
    return broken


def _measured(
    store: Store, pictures: list[tuple[int, str, int]]
) -> Iterator[tuple[int, str, quality.Quality | str]]:
    """Yield pictures in their order with their measures, a few threads ahead."""
    waiting: deque[tuple[int, str, Future[quality.Quality | str]]] = deque()
    with ThreadPoolExecutor(HANDS, thread_name_prefix="measure") as pool:
        try:
            for image_id, sha256, size in pictures:
                waiting.append((image_id, sha256, pool.submit(_look, store, sha256, size)))
                if len(waiting) > 4 * HANDS:
                    image_id, sha256, future = waiting.popleft()
                    yield image_id, sha256, future.result()
            for image_id, sha256, future in waiting:
                yield image_id, sha256, future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _look(store: Store, sha256: str, size: int) -> quality.Quality | str:
    """Return a picture's measures, or why it cannot be read.

    The small copy is a JPEG, which gives a drawing many more colours than it has and no transparency:
    of small files of other kinds the original is measured.
    """
    try:
        if size <= EXACT:
            data = store.pictures.read(sha256)
            header = image.read_header(data)
            if header.kind != "jpeg":
                rgb = image.thumbnail(image.decode(data), THUMB)
                return quality.measure(rgb, transparent_share(data, header))
        elif not store.pictures.original(sha256).exists():
            return "The file is gone from the folder of pictures."
        return quality.measure(image.decode(store.pictures.copy(sha256, THUMB)))
    except (UnusableImage, StoreError) as error:
        return str(error)


def _keep(store: Store, rows: list[dict[str, Any]]) -> None:
    if rows:
        with store.writing() as session:
            made = {row["sha256"]: row for row in rows}
            for sha256 in session.exec(select(Quality.sha256).where(col(Quality.sha256).in_(made))).all():
                del made[sha256]
            if made:
                session.execute(sa.insert(Quality), list(made.values()))
