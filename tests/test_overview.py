"""The figures of a dataset: they count what is in use, and nothing of other datasets."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import Session

from db import datasets, overview
from db.models import Finding, Image, Quality
from db.store import Store


def fill(session: Session, name: str) -> int:
    """Return a dataset of three cakes, of which one is excluded, and a pie."""
    dataset = datasets.create(session=session, name=name)
    facts = {"dataset_id": dataset.id or 0, "height": 10, "bytes": 1}
    rows = [
        Image(sha256=f"{name} 1", name="1", label="cake", split="train", width=10, **facts),
        Image(sha256=f"{name} 2", name="2", label="cake", split="test", width=20, **facts),
        Image(sha256=f"{name} 3", name="3", label="cake", split="train", width=10, excluded=True, **facts),
        Image(sha256=f"{name} 4", name="4", label="pie", width=10, **facts),
    ]
    session.add_all(rows)
    session.flush()
    for row in rows:
        session.add(Finding(image_id=row.id or 0, kind="dark", dataset_id=dataset.id or 0, score=1.0))
        session.add(
            Quality(
                sha256=row.sha256,
                sharpness=row.width,
                brightness=2,
                contrast=3,
                colours=4,
                transparent=0,
                phash="",
            )
        )
    return dataset.id or 0


def test_only_pictures_in_use_of_this_dataset_are_counted(store: Store) -> None:
    with store.writing() as session:
        fill(session, "other")
        dataset_id = fill(session, "cakes")
    with store.reading() as session:
        seen = overview.overview(session=session, dataset_id=dataset_id)
        values = overview.measures(session=session, dataset_id=dataset_id)
    assert seen.by_label_and_split == {"cake": {"test": 1, "train": 1}, "pie": {"": 1}}
    assert seen.sizes.tolist() == [[10, 10, 2], [20, 10, 1]]
    assert seen.findings == {"dark": 3}
    assert sorted(values["sharpness"].tolist()) == [10, 10, 20]


def test_three_queries_are_enough(store: Store) -> None:
    with store.writing() as session:
        dataset_id = fill(session, "cakes")
    asked: list[str] = []
    sa.event.listen(store.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    with store.reading() as session:
        overview.overview(session=session, dataset_id=dataset_id)
    assert len([one for one in asked if one.lstrip().startswith("SELECT")]) == 3


def test_an_empty_dataset_has_figures_too(store: Store) -> None:
    with store.reading() as session:
        seen = overview.overview(session=session, dataset_id=1)
        assert (seen.by_label_and_split, seen.sizes.shape, seen.findings) == ({}, (0, 3), {})
        assert overview.measures(session=session, dataset_id=1)["colours"].shape == (0,)
