"""The log of edits: who changed what when, the way back, and when the deleted is forgotten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from db import datasets, edits
from db.models import Change, Dataset, Edit, Image, now

KEPT_FOR = timedelta(days=30)
MEASURED_BY = ("label", "split", "excluded", "dataset_id")


@dataclass(frozen=True)
class Logged:
    """One line of the log: an edit and how many pictures it touched."""

    id: int
    at: datetime
    who: str
    what: str
    pictures: int
    undone: bool


def undo(*, session: Session, edit_id: int) -> tuple[int, int]:
    """Take an edit back; return how many pictures are as before and how many were left alone.

    Left alone is what somebody changed again since, and what cannot go back because the same picture
    is there again.
    """
    edit = session.get(Edit, edit_id)
    if edit is None or edit.undone_at is not None:
        return 0, 0
    changes = sa.select(col(Change.image_id), col(Change.field), col(Change.before), col(Change.after))
    by_field: dict[str, dict[int, tuple[Any, Any]]] = {}
    for image_id, field, before, after in session.execute(changes.where(col(Change.edit_id) == edit_id)):
        by_field.setdefault(field, {})[image_id] = (before, after)
    total = sum(len(values) for values in by_field.values())
    done = sum(_take_back(session, field, values) for field, values in by_field.items())
    if done or not total:  # what could not go back now may be able to later
        edit.undone_at = now()
        session.add(edit)
    return done, total - done


def _take_back(session: Session, field: str, values: Mapping[int, tuple[Any, Any]]) -> int:
    if field == edits.TAG:
        return _take_back_tags(session, values)
    untouched: dict[int, Any] = {}
    for some in edits.portions(list(values)):
        current = sa.select(col(Image.id), getattr(Image, field)).where(col(Image.id).in_(some))
        untouched |= {id_: values[id_][0] for id_, now_ in session.execute(current) if now_ == values[id_][1]}
    if field == "dataset_id":
        untouched = _free(session, untouched)
    edits.write(session, field, untouched)
    return len(untouched)


def _free(session: Session, values: Mapping[int, int]) -> dict[int, int]:
    """Return those that can move back: whose old dataset is listed and does not hold the picture again."""
    free: dict[int, int] = {}
    for home in set(values.values()):
        dataset = session.get(Dataset, home)
        if dataset is None or dataset.kind != datasets.COLLECTION:
            continue
        ids = [id_ for id_, before in values.items() if before == home]
        there = sa.select(col(Image.sha256)).where(col(Image.dataset_id) == home)
        for some in edits.portions(ids):
            may = sa.select(col(Image.id)).where(col(Image.id).in_(some), col(Image.sha256).not_in(there))
            free |= dict.fromkeys(session.execute(may).scalars(), home)
    return free


def _take_back_tags(session: Session, values: Mapping[int, tuple[Any, Any]]) -> int:
    done = 0
    for text in {before or after for before, after in values.values()}:
        ids = [id_ for id_, pair in values.items() if text in pair]
        on = values[ids[0]][0] is not None
        for some in edits.portions(ids):
            having = edits.tagged(session, text, some)
            wanted = [id_ for id_ in some if (id_ in having) != on]
            edits.write_tags(session, text, wanted, on)
            done += len(wanted)
    return done


def entries(*, session: Session, dataset_id: int, edit_id: int | None = None, most: int = 50) -> list[Logged]:
    """Return a dataset's edits, the latest first, or the one asked for."""
    touched = select(func.count(col(Change.image_id))).where(Change.edit_id == Edit.id)
    every = select(Edit, touched.scalar_subquery()).where(Edit.dataset_id == dataset_id)
    if edit_id is not None:
        every = every.where(Edit.id == edit_id)
    every = every.order_by(col(Edit.id).desc()).limit(most)
    return [
        Logged(edit.id or 0, edit.at, edit.who, edit.what, pictures, edit.undone_at is not None)
        for edit, pictures in session.exec(every)
    ]


def history(*, session: Session, image_id: int) -> Sequence[tuple[Edit, Change]]:
    """Return what was ever changed of one picture, the latest first."""
    every = (
        select(Edit, Change)
        .join(Change, col(Change.edit_id) == col(Edit.id))
        .where(Change.image_id == image_id)
        .order_by(col(Edit.id).desc())
    )
    return session.exec(every).all()


def last_change(*, session: Session, dataset_id: int) -> datetime | None:
    """Return when labels, splits or the choice of pictures last changed; figures from before are stale."""
    # All changes of an edit are of one field, so the first one tells: there may be 100,000.
    first = select(Change).where(Change.edit_id == Edit.id).limit(1)
    field = first.with_only_columns(col(Change.field)).scalar_subquery()
    moved_to = first.with_only_columns(sa.cast(col(Change.after), sa.String)).scalar_subquery()
    here = (col(Edit.dataset_id) == dataset_id) & field.in_(MEASURED_BY)
    into = (field == "dataset_id") & (moved_to == str(dataset_id))
    moments = sa.select(col(Edit.at), col(Edit.undone_at)).where(here | into)
    return max((undone or at for at, undone in session.execute(moments)), default=None)


def empty_trash(*, session: Session, before: datetime | None = None) -> int:
    """Forget what was deleted more than 30 days ago, and return of how many deletions."""
    old = select(Dataset).where(
        Dataset.kind == datasets.TRASH, col(Dataset.deleted_at) < (before or now() - KEPT_FOR)
    )
    gone = session.exec(old).all()
    for each in gone:
        datasets.forget(session=session, dataset_id=each.id or 0)
    return len(gone)
