"""Mend a dataset: every act is written down picture by picture, so that `db/log.py` can take it back.

A deleted picture is moved into a hidden dataset of its own deletion and kept there for a while;
bringing it back is a move, too, and finds its tags and what was said of it as they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from core.errors import StoreError
from db import datasets
from db.models import Change, Dataset, Edit, Finding, Image, Tag, now

FIELDS = ("label", "split", "scene", "excluded", "name", "source", "dataset_id")
SPLITS = ("train", "val", "test")
TAG = "tag"
AT_ONCE = 5000
MOST_LETTERS = 60


def assign(
    *,
    session: Session,
    dataset_id: int,
    field: str,
    values: Mapping[int, Any],
    what: str,
    who: str = "",
) -> Edit | None:
    """Give one field of each picture its new value and return the edit, or None if nothing changes.

    Pictures of other datasets are left alone. Raises StoreError for a field that cannot be edited.
    """
    if field not in FIELDS:
        raise StoreError(f"A picture's {field} cannot be edited.")
    changes: list[tuple[int, Any, Any]] = []
    for some in portions(list(values)):
        here = sa.select(col(Image.id), getattr(Image, field))
        here = here.where(col(Image.dataset_id) == dataset_id, col(Image.id).in_(some))
        changes += [(id_, old, values[id_]) for id_, old in session.execute(here) if old != values[id_]]
    if not changes:
        return None
    edit = Edit(dataset_id=dataset_id, what=what, who=who[:MOST_LETTERS])
    write(session, field, {id_: new for id_, _, new in changes})
    return _noted(session, edit, field, changes)


def relabel(
    *, session: Session, dataset_id: int, image_ids: Iterable[int], label: str, who: str = ""
) -> Edit | None:
    """Give pictures a label, or none; raises StoreError where it is too long to be one."""
    label = word(label)
    what = f"Label “{label}”" if label else "Label taken off"
    values = dict.fromkeys(image_ids, label)
    return assign(session=session, dataset_id=dataset_id, field="label", values=values, what=what, who=who)


def believe(*, session: Session, dataset_id: int, image_ids: Iterable[int], who: str = "") -> Edit | None:
    """Give doubted pictures the label that the last health check would give them."""
    values: dict[int, Any] = {}
    for some in portions(list(image_ids)):
        doubted = sa.select(col(Finding.image_id), col(Finding.note)).where(
            col(Finding.image_id).in_(some), col(Finding.kind) == "suspect", col(Finding.note) != ""
        )
        values.update(row.tuple() for row in session.execute(doubted))
    what = "Labels as the health check would give them"
    return assign(session=session, dataset_id=dataset_id, field="label", values=values, what=what, who=who)


def exclude(
    *, session: Session, dataset_id: int, image_ids: Iterable[int], excluded: bool = True, who: str = ""
) -> Edit | None:
    """Leave pictures out of everything but browsing, or take them in again."""
    what = "Excluded" if excluded else "Included again"
    values = dict.fromkeys(image_ids, excluded)
    return assign(session=session, dataset_id=dataset_id, field="excluded", values=values, what=what, who=who)


def tag(
    *,
    session: Session,
    dataset_id: int,
    image_ids: Iterable[int],
    text: str,
    on: bool = True,
    who: str = "",
) -> Edit | None:
    """Put a tag on pictures or take it off; raises StoreError where it is empty or too long."""
    if not (text := word(text)):
        raise StoreError("A tag needs at least one letter.")
    changes: list[tuple[int, Any, Any]] = []
    for some in portions(list(dict.fromkeys(image_ids))):
        here = sa.select(col(Image.id)).where(col(Image.dataset_id) == dataset_id, col(Image.id).in_(some))
        having = tagged(session, text, some)
        wanted = [id_ for id_ in session.execute(here).scalars() if (id_ in having) != on]
        changes += [(id_, None, text) if on else (id_, text, None) for id_ in wanted]
    if not changes:
        return None
    write_tags(session, text, [id_ for id_, *_ in changes], on)
    what = f"Tag “{text}”" if on else f"Tag “{text}” taken off"
    return _noted(
        session, Edit(dataset_id=dataset_id, what=what, who=who[:MOST_LETTERS]), TAG, changes
    )  # fmt: skip


def delete(*, session: Session, dataset_id: int, image_ids: Iterable[int], who: str = "") -> Edit | None:
    """Take pictures out of a dataset; for 30 days that can be undone."""
    bin_ = datasets.create(session=session, name=datasets.BIN, kind=datasets.TRASH)
    bin_.deleted_at = now()
    values = dict.fromkeys(image_ids, bin_.id)
    edit = assign(
        session=session, dataset_id=dataset_id, field="dataset_id", values=values, what="Deleted", who=who
    )
    if edit is None:
        session.delete(bin_)
    return edit


def merge(*, session: Session, source_id: int, target_id: int, who: str = "") -> tuple[int, int]:
    """Move a dataset's pictures into another; return how many moved and how many were there already.

    Those stay where they are. The move stands in the log of the source, where it can be undone, and
    in that of the target as a line. Raises StoreError for a dataset and itself, or one that is gone.
    """
    source, target = session.get(Dataset, source_id), session.get(Dataset, target_id)
    if source is None or target is None or target.kind != datasets.COLLECTION or source_id == target_id:
        raise StoreError("Pictures move into another dataset: choose one.")
    there = sa.select(col(Image.sha256)).where(col(Image.dataset_id) == target_id)
    moving = sa.select(col(Image.id)).where(
        col(Image.dataset_id) == source_id, col(Image.sha256).not_in(there)
    )
    values = dict.fromkeys(session.execute(moving).scalars(), target_id)
    what = f"Moved into “{target.name}”"
    assign(session=session, dataset_id=source_id, field="dataset_id", values=values, what=what, who=who)
    if values:
        pictures = f"{len(values):,} {'picture' if len(values) == 1 else 'pictures'}"
        come = f"{pictures} moved in from “{source.name}”"
        session.add(Edit(dataset_id=target_id, what=come, who=who[:MOST_LETTERS]))
    left = select(func.count()).where(col(Image.dataset_id) == source_id)
    return len(values), session.exec(left).one()


def word(text: str) -> str:
    """Return a label or tag as it is kept: one line, single spaces; raises StoreError if too long.

    >>> word("  red   velvet ")
    'red velvet'
    """
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    if len(text) > MOST_LETTERS:
        raise StoreError(f"{text[:20]!r}... has {len(text)} letters: at most {MOST_LETTERS} make a label.")
    return text


def write(session: Session, field: str, values: Mapping[int, Any]) -> None:
    """Set one field of many pictures, unlogged."""
    by_value: dict[Any, list[int]] = {}
    for id_, value in values.items():
        by_value.setdefault(value, []).append(id_)
    for value, ids in by_value.items():
        for some in portions(ids):
            session.execute(sa.update(Image).where(col(Image.id).in_(some)).values({field: value}))
    session.expire_all()


def tagged(session: Session, text: str, ids: Sequence[int]) -> set[int]:
    """Return which of some pictures carry a tag."""
    having = sa.select(col(Tag.image_id)).where(col(Tag.image_id).in_(ids), col(Tag.tag) == text)
    return set(session.execute(having).scalars())


def write_tags(session: Session, text: str, ids: Sequence[int], on: bool) -> None:
    """Put a tag on pictures that lack it, or take it off, unlogged."""
    for some in portions(ids):
        if on:
            session.execute(sa.insert(Tag), [{"image_id": id_, "tag": text} for id_ in some])
        else:
            session.execute(sa.delete(Tag).where(col(Tag.image_id).in_(some), col(Tag.tag) == text))


def portions(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield ids in portions that a database takes as parameters of one query."""
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]


def _noted(session: Session, edit: Edit, field: str, changes: Sequence[tuple[int, Any, Any]]) -> Edit:
    session.add(edit)
    session.flush()
    rows = [
        {"edit_id": edit.id, "image_id": id_, "field": field, "before": old, "after": new}
        for id_, old, new in changes
    ]
    session.execute(sa.insert(Change), rows)
    return edit
