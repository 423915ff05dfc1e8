"""How fast pages of a dataset turn, and how that grows: by keyset, beside the same page by OFFSET."""

from __future__ import annotations

import hashlib
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from core.home import Home
from db import browse, datasets
from db.models import Finding, Image, Model, Place, Prediction, Quality, Run, Tag, now
from db.store import Store
from db.views import View

SIZES = (1_000, 10_000, 100_000)
ROUNDS = 7
AIM = "next, back <= 20 ms at 100,000; at most 2 queries a turn, count and all"
LABELS = ("cake", "not cake", "borderline")
VIEWS = {
    "as they came": View(),
    "newest": View(sort="newest"),
    "file name": View(sort="name"),
    "largest": View(sort="largest"),
    "blurriest": View(sort="blurriest"),
    "excluded": View(kept="excluded"),
    "excluded or not, by name": View(kept="all", sort="name"),
    "one label": View(label=("cake",)),
    "two labels of a split": View(label=("cake", "borderline"), split=("test",)),
    "text in the name": View(text="12"),
    "one tag": View(tag=("fluffy",)),
    "size": View(short=1500),
    "an issue, worst first": View(issue=("blurred",), sort="worst"),
    "said by a model": View(model="first", said=("cake",)),
    "said wrongly": View(model="first", verdict="wrong"),
    "said wrongly, surest first": View(model="first", verdict="wrong", sort="surest"),
    "least sure first": View(model="first", sort="unsure"),
    "between two confidences": View(model="first", least=0.4, most=0.6),
    "models disagree": View(disagree=True),
    "lasso": View(lasso=(-0.5, -0.5, 0.5, -0.5, 0.5, 0.5, -0.5, 0.5)),
}


def turning() -> Iterator[dict[str, object]]:
    """Page turns and counts of the usual views at each size, with the queries that they ask."""
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            store = Store(Home(Path(folder), f"sqlite:///{Path(folder) / 'fakery.db'}"))
            dataset_id = fill(store, size)
            fill(store, size // 10)
            try:
                for name, view in VIEWS.items():
                    yield {"what": name, "pictures": size, **_turned(store, dataset_id, view), "aim": AIM}
            finally:
                store.close()


def fill(store: Store, count: int) -> int:
    """Return a new dataset of made-up pictures that are only rows, each with all that can be known."""
    rng = random.Random(count)
    with store.writing() as session:
        dataset_id = datasets.create(session=session, name=f"{count:,} pictures").id or 0
        images = [_image(rng, dataset_id, number) for number in range(count)]
        session.execute(sa.insert(Image), images)
        here = sa.select(col(Image.id), col(Image.sha256)).where(col(Image.dataset_id) == dataset_id)
        rows = session.execute(here).all()
        _spread(session, rng, dataset_id, [row[0] for row in rows])
        measured = {"contrast": 1.0, "colours": 5, "transparent": 0.0, "phash": "0" * 16}
        session.execute(
            sa.insert(Quality),
            [
                {"sha256": row[1], "sharpness": rng.random(), "brightness": rng.random(), **measured}
                for row in rows
            ],
        )
        for name in ("first", "second"):
            _say(session, rng, dataset_id, [row[0] for row in rows], name)
    return dataset_id


def _image(rng: random.Random, dataset_id: int, number: int) -> dict[str, Any]:
    return {
        "dataset_id": dataset_id, "sha256": hashlib.sha256(f"{dataset_id}/{number}".encode()).hexdigest(),
        "name": f"IMG_{rng.randrange(10**6):06}.jpg", "label": rng.choice(LABELS),
        "source": rng.choice("abc"),
        "split": rng.choice(("train", "val", "test")), "scene": "", "excluded": rng.random() < 0.02,
        "facts": {}, "width": rng.randrange(100, 2000), "height": rng.randrange(100, 2000),
        "bytes": rng.randrange(10**6), "created_at": now(),
    }  # fmt: skip


def _spread(session: Session, rng: random.Random, dataset_id: int, ids: list[int]) -> None:
    some = [id_ for id_ in ids if id_ % 20 == 0]
    found = [
        {"image_id": id_, "kind": rng.choice(("blurred", "suspect")), "score": rng.random(), "note": ""}
        for id_ in some
    ]
    session.execute(sa.insert(Finding), [{"dataset_id": dataset_id, **one} for one in found])
    session.execute(sa.insert(Tag), [{"image_id": id_, "tag": "fluffy"} for id_ in some])
    places = [{"image_id": id_, "x": rng.gauss(0, 1), "y": rng.gauss(0, 1)} for id_ in ids]
    session.execute(sa.insert(Place), [{"dataset_id": dataset_id, **one} for one in places])


def _say(session: Session, rng: random.Random, dataset_id: int, ids: list[int], name: str) -> None:
    """Let a model say something of every picture; two models differ over some in ten."""
    model = Model(name=name, sha256=f"{name} of {dataset_id}", title=name, spec="{}")
    session.add(model)
    session.flush()
    run = Run(dataset_id=dataset_id, model_id=model.id or 0, state="done")
    session.add(run)
    session.flush()
    said: dict[str, Any] = {"run_id": run.id, "boxes": [], "elapsed_ms": 1.0, "message": ""}
    rows = []
    for id_ in ids:
        label, sure = LABELS[id_ % 3] if rng.random() < 0.9 else rng.choice(LABELS), rng.random()
        rows.append({**said, "image_id": id_, "scores": [[label, sure]], "label": label, "confidence": sure})
    session.execute(sa.insert(Prediction), rows)


def _turned(store: Store, dataset_id: int, view: View) -> dict[str, object]:
    """Return how long a view's first, second and last page and its number take, and the same by OFFSET."""
    about: dict[str, Any] = {"dataset_id": dataset_id, "view": view}
    with store.reading() as session:
        shown = browse.count(session=session, **about)
        first = browse.page(session=session, **about)
        asked = _asked(session, lambda: browse.page(session=session, **about))
        every = browse.page(session=session, **about, most=max(shown - browse.PAGE, 1))
        edge, far = first[-1].cursor, every[-1].cursor
        statement, parameters = asked[0]
        skipped = (*parameters[:-1], len(every))  # the statement ends in LIMIT and OFFSET

        def turn() -> None:
            browse.page(session=session, **about, after=far)

        def skip() -> None:
            session.connection().exec_driver_sql(statement, skipped).all()

        if "UNION" in statement:  # of two limited halves: nothing to skip in
            compared: dict[str, object] = {"last_ms": _median(turn)}
        else:
            keyset, offset = _paired(turn, skip)
            ratio = round(keyset / offset, 3)
            compared = {"last_ms": keyset, "last_by_offset_ms": offset, "ratio": ratio}
        return {
            "shown": shown,
            "first_ms": _median(lambda: browse.page(session=session, **about)),
            "next_ms": _median(lambda: browse.page(session=session, **about, after=edge)),
            **compared,
            "back_ms": _median(lambda: browse.page(session=session, **about, before=far)),
            "count_ms": _median(lambda: browse.count(session=session, **about)),
            "queries": len(asked) + len(_asked(session, lambda: browse.count(session=session, **about))),
        }


def _asked(session: Session, act: Callable[[], object]) -> list[tuple[str, tuple[Any, ...]]]:
    """Return the statements, with their parameters, that an act asks of the database."""
    asked: list[tuple[str, tuple[Any, ...]]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: Any, *_more: object) -> None:
        asked.append((statement, tuple(parameters)))

    engine = session.get_bind()
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    return asked


def _median(act: Callable[[], object]) -> float:
    return _paired(act, lambda: None)[0]


def _paired(ours: Callable[[], object], baseline: Callable[[], object]) -> tuple[float, float]:
    """Return the median milliseconds of both, measured in turn."""
    ours(), baseline()
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        ours()
        between = time.perf_counter()
        baseline()
        times.append((between - began, time.perf_counter() - between))
    first, second = (statistics.median(one) for one in zip(*times, strict=True))
    return round(1000 * first, 2), round(1000 * second, 2)
