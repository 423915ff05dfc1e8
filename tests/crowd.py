"""A crowd of made-up pictures that are only rows, each with all that a view can ask about."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from db import datasets
from db.models import Finding, Image, Model, Place, Prediction, Quality, Run, Tag
from db.store import Store

LABELS = ("cake", "Cake", "no cake", "torte", "")
SPLITS = ("train", "val", "test", "")
SOURCES = ("camera", "web", "")
TAGS = ("fluffy", "Cleo", "50 %")
ISSUES = ("blurred", "dark", "suspect")
SAID = ("cake", "no cake", "bread", "")
MODELS = ("compact", "large")
NAMES = ("IMG_1.jpg", "img_2.JPG", "100%.png", "100 per cent.png", "a_b.webp", "axb.webp", "Törtchen.jpg")
FIRST_DAY = datetime(2026, 11, 20, tzinfo=UTC)


@dataclass
class Known:
    """A picture, and what the dataset that it is in knows about it."""

    image: Image
    tags: set[str] = field(default_factory=set)
    issues: dict[str, float] = field(default_factory=dict)
    place: tuple[float, float] | None = None
    quality: tuple[float, float] | None = None
    said: dict[str, tuple[str, float]] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)


def picture(number: int, dataset_id: int, rng: random.Random) -> Image:
    """Return a row whose values are shared with many others."""
    return Image(
        dataset_id=dataset_id, sha256=sha256(number), name=rng.choice(NAMES), label=rng.choice(LABELS),
        split=rng.choice(SPLITS), source=rng.choice(SOURCES), excluded=rng.random() < 0.15,
        width=rng.choice((32, 100, 640)), height=rng.choice((32, 99, 480)), bytes=rng.randrange(4),
        created_at=FIRST_DAY + timedelta(hours=12 * rng.randrange(7)),
    )  # fmt: skip


def sha256(number: int) -> str:
    """Return a name for a picture that is nowhere."""
    return hashlib.sha256(str(number).encode()).hexdigest()


def plain(store: Store, count: int, name: str = "Cleo's") -> tuple[int, list[int]]:
    """Return a new dataset with so many pictures, and their ids."""
    with store.writing() as session:
        dataset_id = datasets.create(session=session, name=name).id or 0
        rows = [picture(number, dataset_id, random.Random(number)) for number in range(count)]
        session.add_all(rows)
        session.flush()
        return dataset_id, [row.id or 0 for row in rows]


def crowds(store: Store, *counts: int) -> list[tuple[int, list[Known]]]:
    """Return datasets of so many pictures, the first of which all are in each of the others, too.

    About every fourth picture the wrong dataset says something as well: so it is after it has moved.
    """
    rng = random.Random(5)
    made: list[tuple[int, list[Known]]] = []
    with store.writing() as session:
        models = [Model(name=name, sha256=sha, title=name, spec="{}") for name in MODELS for sha in "ab"]
        session.add_all(models)
        session.flush()
        ids = [datasets.create(session=session, name=f"Crowd {n}").id or 0 for n in range(len(counts))]
        runs = {id_: [Run(dataset_id=id_, model_id=model.id or 0) for model in models] for id_ in ids}
        for each in runs.values():
            session.add_all(each)
            session.flush()
        for dataset_id, count in zip(ids, counts, strict=True):
            rows = [picture(number, dataset_id, rng) for number in range(count)]
            session.add_all(rows)
            session.flush()
            made.append((dataset_id, [Known(row) for row in rows]))
            for known in made[-1][1]:
                _know(session, rng, known, dataset_id, runs[dataset_id])
                if rng.random() < 0.25:
                    other = rng.choice([id_ for id_ in ids if id_ != dataset_id])
                    _know(session, rng, known, other, runs[other])
        _measure(session, rng, [known for _, crowd in made for known in crowd])
    return made


def _know(session: Session, rng: random.Random, known: Known, dataset_id: int, runs: list[Run]) -> None:
    """Write down what a dataset found out about a picture; it counts where the picture is in it."""
    id_, counts = known.image.id or 0, known.image.dataset_id == dataset_id
    for kind in ISSUES:
        if rng.random() < 0.2 and session.get(Finding, (id_, kind)) is None:
            score = rng.randrange(4) / 4
            session.add(Finding(image_id=id_, kind=kind, dataset_id=dataset_id, score=score))
            if counts:
                known.issues[kind] = score
    if rng.random() < 0.8 and session.get(Place, id_) is None:
        place = rng.gauss(0, 3), rng.gauss(0, 3)
        session.add(Place(image_id=id_, dataset_id=dataset_id, x=place[0], y=place[1]))
        if counts:
            known.place = place
    for tag in TAGS if counts else ():
        if rng.random() < 0.2:
            session.add(Tag(image_id=id_, tag=tag))
            known.tags.add(tag)
    for number, run in enumerate(runs):
        if rng.random() < 0.8:
            label, sure = rng.choice(SAID), rng.randrange(5) / 4
            session.add(
                Prediction(run_id=run.id or 0, image_id=id_, label=label, confidence=sure, elapsed_ms=1)
            )
            if counts:
                known.words |= {label} - {""}
            if counts and number % 2:  # the newer of the two files of a model's name speaks
                known.said[MODELS[number // 2]] = (label, sure)
    session.flush()


def _measure(session: Session, rng: random.Random, every: list[Known]) -> None:
    qualities: dict[str, tuple[float, float]] = {}
    for sha in sorted({known.image.sha256 for known in every}):
        if rng.random() < 0.8:
            sharp, bright = qualities[sha] = rng.randrange(5) / 4, rng.randrange(5) / 4
            session.add(
                Quality(
                    sha256=sha, sharpness=sharp, brightness=bright, contrast=1, colours=5, transparent=0,
                    phash="0" * 16,
                )
            )  # fmt: skip
    for known in every:
        known.quality = qualities.get(known.image.sha256)
