"""The end of an import: all that arrived becomes visible in one transaction."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from core.errors import StoreError
from db import datasets, imports
from db.models import Arrival, Dataset, Image, Task, now
from db.store import Store

GONE = "This import was discarded, or its dataset deleted, while it was going on."


def hand_over(store: Store, task: Task) -> dict[str, Any]:
    """Show an import's pictures in the dataset they were brought for, and return its report.

    Raises StoreError where the import was discarded or something still waits, and where nothing of a
    new one could be taken.
    """
    arriving = int(task.payload["arriving"])
    with store.writing() as session:
        row = session.get(Task, task.id)
        dataset = session.get(Dataset, arriving)
        if row is None or row.key != task.key or dataset is None or dataset.kind != imports.ARRIVING:
            raise StoreError(GONE)
        if imports.report(session=session, task_id=row.id or 0).waiting:
            raise StoreError("Not everything was looked at yet: let the import go on.")
        if row.dataset_id == arriving:
            dataset.kind = datasets.COLLECTION
        else:
            target = session.get(Dataset, row.dataset_id)
            if target is None or target.kind != datasets.COLLECTION:
                raise StoreError(GONE)
            _move(session, row, arriving)
            session.delete(dataset)
        session.flush()
        report = imports.report(session=session, task_id=row.id or 0)
        if row.dataset_id == arriving and not report.taken:
            raise StoreError(_nothing(report))
        row.result = imports.result_of(
            report,
            content_hash=imports.content_hash(session=session, dataset_id=row.dataset_id),
        )
        row.state, row.message, row.finished_at, row.done = "done", "", now(), row.total
        session.add(row)
    return row.result


def _move(session: Session, task: Task, arriving: int) -> None:
    """Move what arrived to where it is wanted, but for what somebody else brought there meanwhile."""
    there = select(Image.sha256).where(Image.dataset_id == task.dataset_id)
    session.execute(
        sa.update(Arrival)
        .where(
            col(Arrival.task_id) == task.id,
            col(Arrival.state) == "taken",
            col(Arrival.sha256).in_(there),
        )
        .values(state="known", reason="The same picture came in meanwhile.")
        .execution_options(synchronize_session=False)
    )
    twice = sa.delete(Image).where(col(Image.dataset_id) == arriving, col(Image.sha256).in_(there))
    session.execute(twice.execution_options(synchronize_session=False))
    moved = sa.update(Image).where(col(Image.dataset_id) == arriving).values(dataset_id=task.dataset_id)
    session.execute(moved.execution_options(synchronize_session=False))


def _nothing(report: imports.Report) -> str:
    reason = next(iter(report.reasons), "")
    most = f" Most often: {reason}" if reason else ""
    return f"No picture came in, all {report.offered:,} things were refused.{most}"
