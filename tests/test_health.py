"""The health check: what is found in a dataset, written down at once, and taken up again after a stop."""

from __future__ import annotations

import threading
from collections.abc import Callable

import cv2
import numpy as np
import pytest
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlmodel import Session, col, select

from core import image
from core.errors import JobStopped, StoreError
from core.jobs import Jobs
from db import datasets, findings, health, images, overview, work
from db.models import Dataset, Embedding, Finding, Image, Quality, Task
from db.store import Store

RGB = NDArray[np.uint8]


def scene(seed: int, width: int = 400, height: int = 300) -> RGB:
    """Return a made-up sharp picture; every seed gives another."""
    rng = np.random.default_rng(seed)
    rgb = cv2.resize(rng.integers(60, 200, (24, 32, 3), dtype=np.uint8), (width, height))
    for _ in range(25):
        x, y = (int(v) for v in rng.integers(0, width, 2))
        cv2.circle(rgb, (x, y), int(rng.integers(8, 50)), rng.integers(0, 256, 3).tolist(), -1)
    noise = rng.integers(0, 30, rgb.shape, dtype=np.uint8)
    return cv2.add(rgb, noise)


def drawn() -> RGB:
    rgb = np.full((90, 200, 3), 255, np.uint8)
    cv2.putText(rgb, "Cleo", (20, 60), cv2.FONT_HERSHEY_DUPLEX, 2, (200, 30, 60), 3, cv2.LINE_AA)
    return rgb


def bring(store: Store, pictures: dict[str, bytes], **facts: str) -> int:
    """Return the id of a new dataset that holds these pictures."""
    taken = [images.take_in(store.pictures, data, name) for name, data in pictures.items()]
    with store.writing() as session:
        dataset = datasets.create(session=session, name="Cleo's cakes")
        rows = images.add(session=session, dataset_id=dataset.id or 0, taken=taken)
        for row in rows:
            row.split = facts.get(row.name, "")
        return dataset.id or 0


def jpeg(rgb: RGB, quality: int = 90) -> bytes:
    return image.encode(rgb, "jpeg", quality)


def check(
    store: Store, dataset_id: int, stop: threading.Event | None = None, say: Callable[..., object] = print
) -> Task:
    """Carry a health check out, here and now, and return its task."""
    with store.writing() as session:
        task = health.begun(session, dataset_id, "health", "Health of Cleo's cakes")
    work.carry_out(store, task.key, stop or threading.Event(), say)
    with store.reading() as session:
        return session.get_one(Task, task.id)


def found(store: Store, dataset_id: int) -> dict[str, dict[str, str]]:
    """Return name of a picture -> kind of finding -> name of the other picture."""
    with store.reading() as session:
        names = dict(session.exec(select(Image.id, Image.name).where(Image.dataset_id == dataset_id)).all())
        rows = session.exec(select(Finding).where(Finding.dataset_id == dataset_id)).all()
    said: dict[str, dict[str, str]] = {}
    for row in rows:
        said.setdefault(names[row.image_id], {})[row.kind] = names.get(row.other_id or 0, "")
    return said


def table(store: Store, model: type) -> int:
    with store.reading() as session:
        return session.exec(select(sa.func.count()).select_from(model)).one()


def test_everything_planted_is_found_and_nothing_else(store: Store) -> None:
    dataset_id = bring(
        store,
        {
            **{f"good {seed}": jpeg(scene(seed)) for seed in range(6)},
            "blurred": jpeg(cv2.GaussianBlur(scene(10), (0, 0), 4)),
            "dark": jpeg((scene(11) * 0.15).astype(np.uint8)),
            "blank": jpeg(np.full((300, 400, 3), 230, np.uint8)),
            "banner": jpeg(scene(12, 900, 200)),
            "logo": image.encode(drawn(), "png"),
            "smaller": jpeg(image.thumbnail(scene(3), 250), 60),
            "same pixels": image.encode(image.decode(jpeg(scene(4))), "png"),
        },
    )
    task = check(store, dataset_id)
    kinds = {name: set(said) for name, said in found(store, dataset_id).items()}
    assert kinds == {
        "blurred": {"blurred"},
        "dark": {"dark"},
        "blank": {"blank"},
        "banner": {"odd_shape"},
        "logo": {"logo"},
        "smaller": {"near_duplicate"},
        "good 4": {"near_duplicate"},
    }
    assert found(store, dataset_id)["smaller"]["near_duplicate"] == "good 3"
    assert (task.state, task.result["pictures"], task.result["found"]["near_duplicate"]) == ("done", 13, 2)
    with store.reading() as session:
        assert overview.findings(session=session, dataset_id=dataset_id) == task.result["found"]


def test_two_files_of_the_same_pixels_are_exact_duplicates(store: Store) -> None:
    first = jpeg(scene(1))
    comment = b"\xff\xfe\x00\x08Cleo!!"
    dataset_id = bring(store, {"first": first, "second": first[:2] + comment + first[2:]})
    check(store, dataset_id)
    assert found(store, dataset_id) == {"first": {"duplicate": "second"}}


def test_near_duplicates_in_two_splits_leak(store: Store) -> None:
    pictures = {
        "original": jpeg(scene(1)),
        "smaller": jpeg(image.thumbnail(scene(1), 200)),
        "other": jpeg(scene(2)),
    }
    dataset_id = bring(store, pictures, original="train", smaller="test", other="test")
    check(store, dataset_id)
    assert found(store, dataset_id)["smaller"]["leak"] == "original"
    assert {name for name, said in found(store, dataset_id).items() if "leak" in said} == {"smaller"}


def test_a_split_keeps_what_the_check_found_together(store: Store) -> None:
    pictures = {
        "original": jpeg(scene(1)),
        "smaller": jpeg(image.thumbnail(scene(1), 200)),
        "other": jpeg(scene(2)),
    }
    dataset_id = bring(store, pictures)
    with store.reading() as session:
        assert len(set(findings.scenes(session=session, dataset_id=dataset_id).values())) == 3
    check(store, dataset_id)
    with store.reading() as session:
        first, second, other = findings.scenes(session=session, dataset_id=dataset_id).values()
    assert first == second != other


def test_a_picture_whose_file_is_gone_is_called_broken(store: Store) -> None:
    dataset_id = bring(store, {"here": jpeg(scene(1)), "gone": jpeg(scene(2))})
    with store.reading() as session:
        sha256 = session.exec(select(Image.sha256).where(Image.name == "gone")).one()
    store.pictures.original(sha256).unlink()
    check(store, dataset_id)
    assert found(store, dataset_id) == {"gone": {"broken": ""}}


def test_excluded_pictures_are_left_out(store: Store) -> None:
    dataset_id = bring(store, {"blank": jpeg(np.full((300, 400, 3), 230, np.uint8)), "good": jpeg(scene(1))})
    with store.writing() as session:
        session.execute(sa.update(Image).where(col(Image.name) == "blank").values(excluded=True))
    check(store, dataset_id)
    assert found(store, dataset_id) == {}


def test_wrong_labels_are_suspected_and_the_better_one_is_named(store: Store) -> None:
    round_, square = [
        {f"{kind} {seed}": shape(seed, kind) for seed in range(20)} for kind in ("round", "square")
    ]
    dataset_id = bring(store, {**round_, **square})
    with store.writing() as session:
        for row in session.exec(select(Image)):
            row.label = "square" if row.name == "round 7" else row.name.split()[0]
    check(store, dataset_id)
    with store.reading() as session:
        worst = session.exec(
            select(Finding).where(Finding.kind == "suspect").order_by(col(Finding.score).desc())
        ).first()
        assert worst is not None
        assert (session.get_one(Image, worst.image_id).name, worst.note) == ("round 7", "round")


def shape(seed: int, kind: str) -> bytes:
    rng = np.random.default_rng(seed)
    rgb = rng.integers(170, 220, (240, 240, 3), dtype=np.uint8)
    x, y = (int(v) for v in rng.integers(80, 160, 2))
    if kind == "round":
        cv2.circle(rgb, (x, y), 60, (200, 40, 40), -1)
    else:
        cv2.rectangle(rgb, (x - 60, y - 60), (x + 60, y + 60), (40, 60, 200), -1)
    return jpeg(rgb)


def test_a_stopped_check_goes_on_where_it_was_and_keeps_old_findings_until_its_end(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "BATCH", 2)
    dataset_id = bring(store, {"blank": jpeg(np.full((300, 400, 3), 230, np.uint8))})
    check(store, dataset_id)
    more = [images.take_in(store.pictures, jpeg(scene(seed)), f"{seed}") for seed in range(6)]
    with store.writing() as session:
        images.add(session=session, dataset_id=dataset_id, taken=more)
    stop = threading.Event()
    with pytest.raises(JobStopped):
        check(store, dataset_id, stop, lambda fraction, note: stop.set())
    assert table(store, Quality) == 3
    assert found(store, dataset_id) == {"blank": {"blank": ""}}
    with store.reading() as session:
        stopped = session.exec(select(Task).where(Task.state == "stopped")).one()
    task = check(store, dataset_id)
    assert (task.id, task.state, task.total) == (stopped.id, "done", 10)
    assert table(store, Quality) == table(store, Embedding) == 7


def test_a_dataset_deleted_meanwhile_leaves_nothing_behind(store: Store) -> None:
    dataset_id = bring(store, {"good": jpeg(scene(1))})

    def delete(*_: object) -> None:
        with store.writing() as session:
            if (dataset := session.get(Dataset, dataset_id)) is not None:
                session.delete(dataset)

    with pytest.raises(StoreError, match="deleted"):
        check(store, dataset_id, say=delete)
    assert table(store, Finding) == table(store, Task) == 0


def test_an_empty_dataset_has_no_findings(store: Store) -> None:
    assert check(store, bring(store, {})).result == {"pictures": 0, "found": {}}


def test_it_runs_as_a_process_of_its_own(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKERY_HOME", str(store.home.folder))
    monkeypatch.delenv("FAKERY_DB_URL", raising=False)
    dataset_id = bring(store, {"blank": jpeg(np.full((300, 400, 3), 230, np.uint8)), "good": jpeg(scene(1))})
    with store.writing() as session:
        task = health.begun(session, dataset_id, "health", "Health of Cleo's cakes")
    jobs = Jobs()
    job = jobs.start("health", "db.work", {"task": task.key}, task.title)
    assert job.wait(60)
    assert (job.state, job.message) == ("done", "")
    assert found(store, dataset_id) == {"blank": {"blank": ""}}


def test_a_stopped_task_is_taken_up_again_and_a_done_one_is_not(store: Store) -> None:
    dataset_id = bring(store, {})

    def begun(session: Session) -> Task:
        return health.begun(session, dataset_id, "health", "Health of Cleo's cakes")

    with store.writing() as session:
        first = begun(session)
        assert begun(session).id == first.id
        first.state = "done"
        assert begun(session).id != first.id
