"""Verbs for runs: one model over a dataset, picture by picture, resumable at any moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from core.answer import Answer, Score
from core.detect import Box
from core.models import ModelSpec
from core.report import KEPT
from db.models import Image, Model, Prediction, Run, now

BATCH = 256


@dataclass(frozen=True)
class Progress:
    """A run with its counts."""

    run_id: int
    model: str
    title: str
    state: str
    message: str
    done: int
    total: int
    finished_at: datetime | None = None


def start(*, session: Session, dataset_id: int, spec: ModelSpec) -> Run:
    """Return the run of this model over this dataset, new or taken up again."""
    model = _remembered(session, spec)
    same = select(Run).where(Run.dataset_id == dataset_id, Run.model_id == model.id)
    run = session.exec(same).first() or Run(dataset_id=dataset_id, model_id=model.id or 0)
    run.state, run.message, run.finished_at = "running", "", None
    session.add(run)
    session.flush()
    return run


def finish(*, session: Session, run_id: int, state: str, message: str = "") -> None:
    """Write down how a run ended: "done", "stopped" or "failed"."""
    run = session.get(Run, run_id)
    if run is not None:
        run.state, run.message, run.finished_at = state, message, now()
        session.add(run)


def pending(*, session: Session, run_id: int, after: int = 0, most: int = BATCH) -> Sequence[Image]:
    """Return the next images, by id, of which this run has said nothing yet."""
    said = select(Prediction.image_id).where(Prediction.run_id == run_id)
    missing = (
        select(Image)
        .join(Run, col(Run.dataset_id) == col(Image.dataset_id))
        .where(Run.id == run_id, col(Image.id) > after, col(Image.id).not_in(said))
        .order_by(col(Image.id))
        .limit(most)
    )
    return session.exec(missing).all()


def record(*, session: Session, predictions: Iterable[Prediction]) -> None:
    """Keep what was said, once per picture; a picture taken out meanwhile is passed over."""
    for prediction in predictions:
        if session.get(Image, prediction.image_id) is not None:
            session.merge(prediction)


def prediction(*, run_id: int, image: Image, answer: Answer) -> Prediction:
    """Return an engine's answer as a row, its boxes in pixels of the whole picture."""
    scores = [[score.label, round(score.probability, 6)] for score in answer.top(KEPT)]
    boxes = [list(vars(box).values()) for box in answer.boxes_on(image.width)]
    said: list[Any] = [*scores, *boxes, ["", 0.0]]
    label, confidence = max(said, key=lambda one: float(one[1]))[:2]
    return Prediction(
        run_id=run_id,
        image_id=image.id or 0,
        scores=scores,
        boxes=boxes,
        elapsed_ms=round(answer.elapsed_ms, 3),
        label=label,
        confidence=confidence,
    )


def scores(row: Prediction) -> tuple[Score, ...]:
    """Return a row's words and probabilities, best first."""
    return tuple(Score(label, probability) for label, probability in row.scores)


def boxes(row: Prediction) -> tuple[Box, ...]:
    """Return a row's boxes in pixels, unsuppressed."""
    return tuple(Box(*fields) for fields in row.boxes)


def progress(*, session: Session, dataset_id: int) -> list[Progress]:
    """Return every run over a dataset with its counts, the first made first."""
    total = session.exec(select(func.count()).where(col(Image.dataset_id) == dataset_id)).one()
    counted = (
        select(Run, Model, func.count(col(Image.id)))
        .join(Model, col(Model.id) == col(Run.model_id))
        .join(Prediction, col(Prediction.run_id) == col(Run.id), isouter=True)
        # A picture moved to another dataset keeps what was said of it, but counts no more here.
        .join(
            Image,
            (col(Image.id) == col(Prediction.image_id)) & (col(Image.dataset_id) == col(Run.dataset_id)),
            isouter=True,
        )
        .where(Run.dataset_id == dataset_id)
        .group_by(*Run.__table__.columns, *Model.__table__.columns)  # type: ignore[attr-defined]
        .order_by(col(Run.id))
    )
    return [
        Progress(run.id or 0, model.name, model.title, run.state, run.message, done, total, run.finished_at)
        for run, model, done in session.exec(counted)
    ]


def specs(*, session: Session, dataset_id: int) -> dict[str, ModelSpec]:
    """Return the spec of every model that ran over a dataset, by name, the newest of each name."""
    texts = (
        select(Model.spec)
        .join(Run, col(Run.model_id) == col(Model.id))
        .where(Run.dataset_id == dataset_id)
        .order_by(col(Run.id))
    )
    return {spec.name: spec for spec in map(ModelSpec.from_json, session.exec(texts))}


def said_of(
    *, session: Session, dataset_id: int, image_id: int | None = None
) -> dict[int, dict[str, Prediction]]:
    """Return what was said of a dataset's images, or of one: image id -> model name -> prediction."""
    rows = (
        select(Prediction, Model.name)
        .join(Run, col(Run.id) == col(Prediction.run_id))
        .join(Model, col(Model.id) == col(Run.model_id))
        .where(Run.dataset_id == dataset_id)
        .order_by(col(Prediction.image_id), col(Run.id))
    )
    if image_id is not None:
        rows = rows.where(Prediction.image_id == image_id)
    said: dict[int, dict[str, Prediction]] = {}
    for row, name in session.exec(rows):
        said.setdefault(row.image_id, {})[name] = row
    return said


def _remembered(session: Session, spec: ModelSpec) -> Model:
    same = select(Model).where(Model.name == spec.name, Model.sha256 == spec.sha256)
    model = session.exec(same).first()
    if model is None:
        model = Model(name=spec.name, sha256=spec.sha256, title=spec.title, spec=spec.to_json())
        session.add(model)
        session.flush()
    return model
