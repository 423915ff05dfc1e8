"""A health check of real photographs with faults planted among them: what is found, and what is not.

Run with -s to see the figures. The floors lie a little below what was measured.
"""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlmodel import col, select

from db import datasets, health, images, work
from db.models import Finding, Image
from db.store import Store
from tests.planted import Found, Planted, plant, scored

FRUIT = ("avocado", "banana", "kiwi", "lemon", "orange", "satsumas")

# Of the logos every fifth is a JPEG, whose noise has too many colours.
COMMON = {"duplicates": (0.96, 0.94), "blurred": (0.95, 0.85), "logos": (0.8, 0.8)}


def checked(store: Store, planted: Planted) -> list[tuple[str, str, str]]:
    """Return name, kind and the other's name of every finding, the worst first."""
    taken = [images.take_in(store.pictures, data, name) for name, data in planted.files.items()]
    with store.writing() as session:
        dataset = datasets.create(session=session, name="planted")
        for row in images.add(session=session, dataset_id=dataset.id or 0, taken=taken):
            row.label = planted.labels[row.name]
        task = health.begun(session, dataset.id or 0, "health", "Health of planted")
    work.carry_out(store, task.key, threading.Event(), lambda fraction, note: None)
    with store.reading() as session:
        names = dict(session.exec(select(Image.id, Image.name)).all())
        worst = session.exec(select(Finding).order_by(col(Finding.score).desc(), col(Finding.image_id)))
        return [(names[row.image_id], row.kind, names.get(row.other_id or 0, "")) for row in worst]


def figures(planted: Planted, said: list[tuple[str, str, str]]) -> dict[str, Found]:
    """Return recall and precision by kind; of a pair of duplicates either may be the one found."""
    pairs = {
        frozenset((name, other)) for name, kind, other in said if kind in ("duplicate", "near_duplicate")
    }
    # What a logo is labelled is wrong in any case.
    suspects = [name for name, kind, _ in said if kind == "suspect" and name not in planted.logos]
    return {
        "duplicates": scored(
            {" = ".join(sorted(pair)) for pair in pairs},
            {" = ".join(sorted(pair)) for pair in planted.copies.items()},
        ),
        "blurred": scored({name for name, kind, _ in said if kind == "blurred"}, planted.blurred),
        "logos": scored({name for name, kind, _ in said if kind == "logo"}, planted.logos),
        "wrong labels": scored(set(suspects), set(planted.wrong)),
        "the first 20 suspects": scored(set(suspects[:20]), set(planted.wrong)),
    }


@pytest.mark.parametrize(
    ("folder", "classes", "floors"),
    [
        ("a_cake", ("cake", "not_cake"), {**COMMON, "wrong labels": (0.6, 0.25)}),
        ("b_grocery_fruit", FRUIT, {**COMMON, "wrong labels": (0.8, 0.55)}),
    ],
)
def test_most_of_what_is_planted_is_found(
    shared: Path, store: Store, folder: str, classes: tuple[str, ...], floors: dict[str, tuple[float, float]]
) -> None:
    planted = plant(shared / "data" / "images" / folder, classes)
    found = figures(planted, checked(store, planted))
    for kind, score in found.items():
        print(f"{folder}: {kind}: recall {score.recall}, precision {score.precision}, found {score.found}")
    for kind, (recall, precision) in floors.items():
        assert found[kind].recall >= recall, (kind, found[kind])
        assert found[kind].precision >= precision, (kind, found[kind])
