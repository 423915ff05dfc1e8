"""The map of a dataset, as long work: embed what is not embedded yet, lay it out, keep the points."""

from __future__ import annotations

import threading
from typing import Any

from core.engine import Engine
from core.errors import JobStopped
from core.shelf import Shelf
from db import embeddings
from db.health import MODEL, Progress, Say, finish
from db.models import Place, Task
from db.store import Store


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
