"""Embeddings of a dataset: made once, kept small, and asked for what is alike."""

from __future__ import annotations

import threading
import tracemalloc
from collections.abc import Iterator

import numpy as np
import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from core import image
from core.engine import Engine
from core.errors import JobStopped, ModelBroken
from core.shelf import Shelf
from db import datasets, embeddings, images
from db.models import Embedding, Image, now
from db.store import Store
from tests.conftest import picture

MODEL = "f" * 64


@pytest.fixture
def compact(store: Store) -> Iterator[Engine]:
    """An engine with the packaged model only."""
    running = Engine(Shelf(store.home).ready, workers=2)
    yield running
    running.close()


def bring(store: Store, seeds: range) -> int:
    """Return a new dataset with a picture for each seed."""
    taken = [
        images.take_in(store.pictures, image.encode(picture(seed), "png"), f"{seed}.png") for seed in seeds
    ]
    with store.writing() as session:
        dataset = datasets.create(session=session, name="Cleo")
        images.add(session=session, dataset_id=dataset.id or 0, taken=taken)
        return dataset.id or 0


def made_up(store: Store, vectors: np.ndarray) -> int:
    """Return a new dataset whose pictures have these embeddings."""
    with store.writing() as session:
        dataset = datasets.create(session=session, name="made up")
        names = [f"{at:064x}" for at in range(len(vectors))]
        facts = {
            "dataset_id": dataset.id,
            "width": 1,
            "height": 1,
            "bytes": 1,
            "facts": {},
            "created_at": now(),
        }
        session.execute(sa.insert(Image), [{**facts, "sha256": name, "name": name} for name in names])
        rows = zip(names, vectors.astype("<f2"), strict=True)
        session.execute(
            sa.insert(Embedding),
            [{"sha256": name, "model_sha256": MODEL, "vector": row.tobytes()} for name, row in rows],
        )
        return dataset.id or 0


def ids(session: Session, dataset_id: int) -> list[int]:
    return [one or 0 for one in session.exec(select(Image.id).where(Image.dataset_id == dataset_id))]


def test_every_picture_is_embedded_once_and_comes_back_as_the_model_said(
    store: Store, compact: Engine
) -> None:
    dataset_id = bring(store, range(5))
    steps: list[int] = []
    for _ in range(2):
        model = embeddings.embed(store, compact, dataset_id, "compact", threading.Event(), steps.append)
    assert steps == [5]
    with store.reading() as session:
        found, rows = embeddings.matrix(session=session, dataset_id=dataset_id, model_sha256=model)
        assert found == ids(session, dataset_id)
    assert rows.dtype == np.float32
    said = np.array([compact.embed(picture(seed), "compact").embedding for seed in range(5)])
    assert np.allclose(rows, said, rtol=2e-3, atol=1e-4)


def test_stopped_in_the_middle_it_goes_on_with_the_rest(
    store: Store, compact: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embeddings, "BATCH", 3)
    dataset_id = bring(store, range(8))
    stop = threading.Event()
    with pytest.raises(JobStopped):
        embeddings.embed(store, compact, dataset_id, "compact", stop, lambda done: stop.set())
    again: list[int] = []
    embeddings.embed(store, compact, dataset_id, "compact", threading.Event(), again.append)
    assert again[-1] == 5


def test_a_model_without_an_embedding_is_refused(store: Store, engine: Engine) -> None:
    with pytest.raises(ModelBroken, match="cannot embed"):
        embeddings.embed(store, engine, bring(store, range(1)), "coco_ssd", threading.Event(), print)


def test_the_most_alike_come_first_and_excluded_ones_not_at_all(store: Store) -> None:
    rng = np.random.default_rng(0)
    vectors = rng.random((60, 16), dtype=np.float32)
    vectors[7] = vectors[3] * 1.02
    vectors[9] = vectors[3] * 0.98
    dataset_id = made_up(store, vectors)
    with store.writing() as session:
        every = ids(session, dataset_id)
        session.execute(sa.update(Image).where(col(Image.id) == every[9]).values(excluded=True))
    with store.reading() as session:
        near = embeddings.similar(session=session, image_id=every[3], most=5)
    assert near[0][0] == every[7]
    assert near[0][1] > 0.99 > 0.9 > near[1][1]
    assert [likeness for _, likeness in near] == sorted((likeness for _, likeness in near), reverse=True)
    assert len(near) == 5
    assert every[3] not in [one for one, _ in near]


def test_a_picture_without_embedding_is_like_none(store: Store) -> None:
    dataset_id = bring(store, range(1))
    with store.reading() as session:
        assert embeddings.similar(session=session, image_id=ids(session, dataset_id)[0]) == []
        found, rows = embeddings.matrix(session=session, dataset_id=dataset_id, model_sha256=MODEL)
    assert (found, rows.shape) == ([], (0, 0))


def test_asking_for_what_is_alike_takes_no_more_memory_with_more_pictures(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embeddings, "CHUNK", 200)
    rng = np.random.default_rng(1)
    peaks = []
    for count in (1000, 5000):
        with store.writing() as session:
            session.execute(sa.delete(Embedding))
        dataset_id = made_up(store, rng.random((count, 256), dtype=np.float32))
        with store.reading() as session:
            first = ids(session, dataset_id)[0]
            embeddings.similar(session=session, image_id=first)
            tracemalloc.start()
            embeddings.similar(session=session, image_id=first)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]
