"""The map of a dataset, as long work: embed what is not embedded yet, lay it out, keep the points."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session, col, select

from core.engine import Engine
from core.errors import JobStopped
from core.shelf import Shelf
from db import embeddings
from db.health import MODEL, Progress, Say, begun, finish
from db.models import Image, Place, Task
from db.store import Store


def start(*, session: Session, dataset_id: int, name: str) -> Task:
    """Return the task of drawing a dataset's map: the one that was stopped, or a new one."""
    return begun(session, dataset_id, "map", f"Map of {name}")


def carry_out(store: Store, task: Task, stop: threading.Event, say: Say) -> dict[str, Any]:
    """Lay a dataset's pictures out in the plane and return how many there are.

    Raises JobStopped when `stop` is set, and ModelMissing where the packaged model is gone.
    """
    from core.projection import project

    engine = Engine(Shelf(store.home).ready)
    try:
        spec, _ = engine.locate(MODEL)
        with store.reading() as session:
            missing = embeddings.missing(
                session=session, dataset_id=task.dataset_id, model_sha256=spec.sha256
            )
        progress = Progress(store, task, say, len(missing))
        embeddings.embed(
            store, engine, task.dataset_id, MODEL, stop, lambda done: progress(done, "Embedding the pictures")
        )
    finally:
        engine.close()
    progress(progress.total, "Laying the pictures out")
    with store.reading() as session:
        ids, vectors = embeddings.matrix(
            session=session, dataset_id=task.dataset_id, model_sha256=spec.sha256
        )
    points = project(vectors).astype(float).round(5).tolist()
    if stop.is_set():
        raise JobStopped("The map was stopped.")
    rows = [
        {"image_id": one, "dataset_id": task.dataset_id, "x": x, "y": y}
        for one, (x, y) in zip(ids, points, strict=True)
    ]
    return finish(store, task, Place, rows, {"pictures": len(rows)})


def points(*, session: Session, dataset_id: int) -> tuple[list[int], NDArray[np.float64], list[str]]:
    """Return ids, points (n, 2) and labels of a dataset's pictures in use that are on its map."""
    wanted = (
        select(Place.image_id, Place.x, Place.y, Image.label)
        .join(Image, col(Image.id) == col(Place.image_id))
        .where(Place.dataset_id == dataset_id, col(Image.excluded).is_(False))
        .order_by(col(Place.image_id))
    )
    rows = session.exec(wanted).all()
    places = np.array([(x, y) for _, x, y, _ in rows], np.float64).reshape(-1, 2)
    return [row[0] for row in rows], places, [row[3] for row in rows]
