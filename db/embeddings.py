"""Verbs for embeddings: one for each picture and model file, made once, kept as float16."""

from __future__ import annotations

import heapq
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlmodel import Session, col, func, select

from core import image
from core.answer import Answer
from core.engine import Engine
from core.errors import JobStopped, ModelBroken, StoreError, UnusableImage
from core.fewshot import centred_roots, mean_root
from db.models import Embedding, Image
from db.store import Store

BATCH = 256
CHUNK = 2048
TYPICAL = 1000  # pictures whose mean stands for the dataset's

Floats = NDArray[np.float32]
Say = Callable[[int], object]


def missing(*, session: Session, dataset_id: int, model_sha256: str) -> list[str]:
    """Return the SHA-256 of a dataset's pictures that this model file has not embedded yet."""
    made = select(Embedding.sha256).where(Embedding.model_sha256 == model_sha256)
    wanted = (
        select(Image.sha256)
        .where(Image.dataset_id == dataset_id, col(Image.sha256).not_in(made))
        .order_by(col(Image.id))
    )
    return list(session.exec(wanted))


def embed(store: Store, engine: Engine, dataset_id: int, name: str, stop: threading.Event, done: Say) -> str:
    """Embed every picture of a dataset that a model has not embedded yet; return its file's SHA-256.

    Written down in batches: the next call goes on where this one ended; `done` hears how many more are
    made. A picture that cannot be read is passed over. Raises ModelMissing or ModelBroken where the
    model cannot embed, JobStopped when `stop` is set.
    """
    spec, _ = engine.locate(name)
    if not spec.can("embed"):
        raise ModelBroken(f"{spec.title} cannot embed: it can {', '.join(spec.tasks)}.")
    with store.reading() as session:
        wanted = missing(session=session, dataset_id=dataset_id, model_sha256=spec.sha256)
    waiting: deque[tuple[str, Future[tuple[Answer, ...]]]] = deque()
    ready: list[dict[str, object]] = []
    for at, sha256 in enumerate(wanted, start=1):
        waiting.append((sha256, engine.submit(_decoding(store, sha256, spec.pixels.size), name)))
        while waiting and (len(waiting) > 2 * engine.workers or at == len(wanted)):
            row = _row(*waiting.popleft(), spec.sha256)
            ready += [row] if row else []
        if len(ready) >= BATCH or at == len(wanted):
            if stop.is_set():
                raise JobStopped("Embedding was stopped; what was made stays.")
            keep(store, ready)
            done(at)
            ready = []
    return spec.sha256


def keep(store: Store, rows: Sequence[dict[str, object]]) -> None:
    """Write embeddings down; who was faster has made the same."""
    if rows:
        with store.writing() as session:
            made = {(row["sha256"], row["model_sha256"]): row for row in rows}
            there = select(Embedding.sha256, Embedding.model_sha256).where(
                col(Embedding.sha256).in_([sha256 for sha256, _ in made])
            )
            for pair in session.exec(there):
                made.pop(pair, None)
            if made:
                session.execute(sa.insert(Embedding), list(made.values()))


def matrix(*, session: Session, dataset_id: int, model_sha256: str) -> tuple[list[int], Floats]:
    """Return the ids of a dataset's embedded pictures, ascending, and their embeddings (n, d) float32."""
    here = Image.dataset_id == dataset_id, Embedding.model_sha256 == model_sha256
    total = session.exec(
        select(func.count())
        .select_from(Image)
        .join(Embedding, col(Embedding.sha256) == col(Image.sha256))
        .where(*here)
    ).one()
    ids: list[int] = []
    rows = np.zeros((0, 0), np.float32)
    for some, vectors in _streamed(session, dataset_id, model_sha256):
        if not ids:
            rows = np.empty((total, vectors.shape[1]), np.float32)
        rows[len(ids) : len(ids) + len(some)] = vectors
        ids += some
    return ids, rows


def similar(
    *, session: Session, image_id: int, most: int = 24, model_sha256: str | None = None
) -> list[tuple[int, float]]:
    """Return the pictures of the same dataset most like one: (image id, likeness -1..1), best first.

    Empty where the picture is not embedded. Excluded pictures are left out. The dataset's embeddings
    pass by in chunks, so that memory stays flat however many there are.
    """
    asked = (
        select(Image.dataset_id, Embedding.model_sha256, Embedding.vector)
        .join(Embedding, col(Embedding.sha256) == col(Image.sha256))
        .where(Image.id == image_id)
    )
    if model_sha256 is not None:
        asked = asked.where(Embedding.model_sha256 == model_sha256)
    found = session.exec(asked.order_by(col(Embedding.model_sha256))).first()
    if found is None:
        return []
    dataset_id, model, vector = found
    mean: Floats | None = None
    best: list[tuple[float, int]] = []
    for ids, vectors in _streamed(session, dataset_id, model, in_use=True):
        mean = mean_root(vectors[:TYPICAL]) if mean is None else mean
        own = centred_roots(_vectors([vector]), mean)[0]
        likeness = (centred_roots(vectors, mean) @ own).tolist()
        others = (pair for pair in zip(likeness, ids, strict=True) if pair[1] != image_id)
        best = heapq.nlargest(most, (*best, *others))
    return [(one, round(likeness, 4)) for likeness, one in best]


def _streamed(
    session: Session, dataset_id: int, model_sha256: str, in_use: bool = False
) -> Iterator[tuple[list[int], Floats]]:
    """Yield image ids, ascending, with their embeddings (n, d), a chunk at a time."""
    wanted = (
        select(Image.id, Embedding.vector)
        .join(Embedding, col(Embedding.sha256) == col(Image.sha256))
        .where(Image.dataset_id == dataset_id, Embedding.model_sha256 == model_sha256)
        .order_by(col(Image.id))
        .execution_options(yield_per=CHUNK)
    )
    if in_use:
        wanted = wanted.where(col(Image.excluded).is_(False))
    for some in session.exec(wanted).partitions():
        yield [one or 0 for one, _ in some], _vectors([vector for _, vector in some])


def _vectors(blobs: Sequence[bytes]) -> Floats:
    return np.frombuffer(b"".join(blobs), "<f2").reshape(len(blobs), -1).astype(np.float32)


def _decoding(store: Store, sha256: str, side: int) -> Callable[[], image.RGB]:
    return lambda: image.decode(store.pictures.read(sha256), enough_for=side)


def _row(sha256: str, future: Future[tuple[Answer, ...]], model_sha256: str) -> dict[str, object] | None:
    try:
        (answer,) = future.result()
    except (UnusableImage, StoreError):
        return None  # the health check lists it as broken
    vector = np.clip(answer.embedding, -60_000, 60_000).astype("<f2").tobytes()
    return {"sha256": sha256, "model_sha256": model_sha256, "vector": vector}
