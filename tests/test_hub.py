"""Fetching from TF Hub, against a server on this machine that serves small models or misbehaves."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import os
import resource
import signal
import socket
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from core.catalogue import COCO_SSD, MOBILENET_V2, MOBILENET_V3_SMALL, Known
from core.home import ASSETS, ROOT
from core.jobs import Job, Jobs
from core.models import ModelSpec, sha256_of
from tests.loopback import Loopback, Speech, reply

LONG = 60.0  # seconds; no test comes near it unless something hangs
WORDS = "background\nbeagle\nborzoi\nboxer\nbriard\npug\nwhippet\n"
BLOB = np.random.default_rng(0).bytes(1 << 20)  # stands in for an archive too large to come at once


class Hub(Loopback):
    """A hub on this machine."""

    def offer(self, name: str, speech: Speech) -> str:
        """Serve something as a hub would, and return its handle."""
        self.says[f"/{name}?tf-hub-format=compressed"] = speech
        return f"{self.root}/{name}"

    def offer_half(self, name: str, then: Callable[[], object]) -> str:
        """Promise the whole blob, send half of it, do something else, and hang up."""
        answer = reply(BLOB)

        def speak(line: socket.socket) -> None:
            line.sendall(answer[: len(answer) - len(BLOB) // 2])
            then()

        return self.offer(name, speak)


def packed(**files: bytes) -> bytes:
    """Return a .tar.gz of these files; `__` in a name stands for a slash, `UP` for the way out."""
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w:gz") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name.replace("UP", "..").replace("__", "/"))
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return sink.getvalue()


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of small models, made by TensorFlow in a process of its own."""
    folder = tmp_path_factory.mktemp("models")
    made = subprocess.run(
        [sys.executable, "-m", "tests.saved_models", str(folder)],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub() as hub:
        yield hub


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The folder where models are kept."""
    return tmp_path / "home" / "models"


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jobs]:
    """Jobs on a machine whose folder for temporary files is seen to stay empty."""
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    jobs = Jobs()
    yield jobs
    jobs.stop_all()
    assert list(scratch.iterdir()) == []


@pytest.fixture
def fetch(jobs: Jobs, home: Path) -> Callable[..., Job]:
    def fetch(entry: Known, allow_private: bool = True) -> Job:
        payload = {
            "entry": dataclasses.asdict(entry),
            "folder": str(home),
            "allow_private": allow_private,
        }
        return jobs.start(entry.name, "core.tf.hub", payload, f"Fetching {entry.title}")

    return fetch


def classifier(hub: Hub, handle: str) -> Known:
    hub.says["/words.txt"] = reply(WORDS.encode())
    return dataclasses.replace(
        MOBILENET_V2,
        output_shape=(1, 7),
        embedding_size=16,
        labels_url=f"{hub.root}/words.txt",
        labels_count=7,
        hub=handle,
    )


def embedder(handle: str, sha256: str = "") -> Known:
    return dataclasses.replace(
        MOBILENET_V3_SMALL, embedding_size=16, output_shape=(1, 16), hub=handle, hub_sha256=sha256
    )


def failure(job: Job, home: Path) -> str:
    """Wait for a job to fail, make sure that it left nothing, and return what it says."""
    assert job.wait(LONG)
    assert job.state == "failed", job.snapshot()
    assert list(home.iterdir()) == []
    assert "Traceback" not in job.message
    return job.message


def kept(job: Job, home: Path) -> tuple[ModelSpec, Path]:
    """Wait for a job to succeed, and return the one model that lies in home now."""
    assert job.wait(LONG)
    assert job.state == "done", job.snapshot()
    spec = ModelSpec.from_json(next(home.glob("*.json")).read_text(encoding="utf-8"))
    path = home / f"{spec.name}.tflite"
    assert sorted(home.iterdir()) == [path.with_suffix(".json"), path]
    assert job.result == {"name": spec.name}
    assert (spec.sha256, spec.bytes) == (sha256_of(path), path.stat().st_size)
    return spec, path


def answer(spec: ModelSpec, path: Path, seen: NDArray[Any]) -> dict[str, NDArray[np.float32]]:
    lite = Interpreter(model_path=str(path), num_threads=1)
    lite.allocate_tensors()
    (wants,) = lite.get_input_details()
    assert tuple(wants["shape"]) == seen.shape and wants["dtype"] == seen.dtype
    lite.set_tensor(wants["index"], seen)
    lite.invoke()
    details = lite.get_output_details()
    return {str(role): lite.get_tensor(details[at]["index"]) for role, at in spec.outputs.items()}


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(logits - logits.max())
    return np.asarray(powers / powers.sum())


def test_a_classifier_answers_as_on_the_hub(
    fetch: Callable[..., Job], hub: Hub, home: Path, models: Path
) -> None:
    archive = (models / "classifier.tar.gz").read_bytes()
    entry = classifier(hub, hub.offer("classifier/5", reply(archive)))
    spec, path = kept(fetch(entry), home)
    original = np.load(models / "classifier.npz")
    answered = answer(spec, path, original["input"])
    assert answered["scores"] == pytest.approx(softmax(original["logits"]), abs=1e-2)
    assert answered["scores"].max() < 0.95, "too sure to tell right from wrong"
    assert answered["embedding"] == pytest.approx(original["embedding"], abs=1e-2)
    assert spec.labels == ("", "beagle", "borzoi", "boxer", "briard", "pug", "whippet")
    assert (spec.tasks, spec.embedding_size) == (("classify", "embed"), 16)
    assert spec.origin == entry.hub
    assert spec.made_from["archive_sha256"] == hashlib.sha256(archive).hexdigest()


def test_an_embedding_comes_out_as_on_the_hub(
    fetch: Callable[..., Job], hub: Hub, home: Path, models: Path
) -> None:
    archive = (models / "feature_vector.tar.gz").read_bytes()
    handle = hub.offer("feature_vector/5", reply(archive))
    spec, path = kept(fetch(embedder(handle, hashlib.sha256(archive).hexdigest())), home)
    original = np.load(models / "feature_vector.npz")
    answered = answer(spec, path, original["input"])
    assert answered["embedding"] == pytest.approx(original["embedding"], abs=1e-2)
    assert (spec.tasks, spec.embedding_size, spec.labels) == (("embed",), 16, ())


def test_a_detector_gives_its_boxes_before_its_own_suppression(
    fetch: Callable[..., Job], hub: Hub, home: Path, models: Path
) -> None:
    archive = (models / "detector.tar.gz").read_bytes()
    handle = hub.offer("tensorflow/ssd_mobilenet_v2/2", reply(archive))
    spec, path = kept(fetch(dataclasses.replace(COCO_SSD, hub=handle)), home)
    original = np.load(models / "detector.npz")
    answered = answer(spec, path, original["input"])
    assert answered["boxes"] == pytest.approx(original["raw_detection_boxes"], abs=1e-2)
    assert answered["class_scores"] == pytest.approx(original["raw_detection_scores"], abs=1e-2)
    assert spec.class_offset == 0
    assert [spec.labels[at] for at in (0, 1, 12, 18, 61, 90)] == [
        "", "person", "", "dog", "cake", "toothbrush",
    ]  # fmt: skip
    codes = schema.ModelT.InitFromPackedBuf(path.read_bytes(), 0).operatorCodes
    assert [code.customCode for code in codes if code.customCode] == []


def test_the_words_of_coco_are_eighty_at_their_numbers() -> None:
    lines = (ASSETS / "labels" / "coco.txt").read_text(encoding="utf-8").split("\n")
    assert len(lines) == 92 and lines[-1] == ""
    assert len(set(filter(None, lines))) == 80


def test_an_archive_of_another_hash_is_not_kept(
    fetch: Callable[..., Job], hub: Hub, home: Path, models: Path
) -> None:
    handle = hub.offer("feature_vector/5", reply((models / "feature_vector.tar.gz").read_bytes()))
    message = failure(fetch(embedder(handle, "ab" * 32)), home)
    assert "SHA-256" in message and "not kept" in message


def test_a_connection_cut_midway_leaves_nothing(fetch: Callable[..., Job], hub: Hub, home: Path) -> None:
    handle = hub.offer_half("cut/1", then=lambda: None)
    assert "127.0.0.1" in failure(fetch(embedder(handle)), home)


def test_a_model_the_hub_does_not_have_is_told(fetch: Callable[..., Job], hub: Hub, home: Path) -> None:
    assert "404" in failure(fetch(embedder(f"{hub.root}/nothing/1")), home)


def test_a_slow_download_shows_its_progress_and_can_be_stopped(
    fetch: Callable[..., Job], hub: Hub, home: Path
) -> None:
    job = fetch(embedder(hub.offer_half("slow/1", then=hub.gone.wait)))
    seen = {job.snapshot().fraction}
    while not job.wait(0.01) and job.note != "Downloading: 0.5 of 1.0 MB":
        seen.add(job.snapshot().fraction)
    assert job.snapshot().state == "running"
    assert job.fraction == pytest.approx(0.3)
    assert any(home.rglob("*.part")), "the half that has come should lie in the job's room"
    job.stop()
    assert job.wait(LONG)
    assert job.state == "stopped"
    assert list(home.iterdir()) == []


def test_a_worker_killed_during_the_download_leaves_nothing(
    fetch: Callable[..., Job], hub: Hub, home: Path
) -> None:
    job = fetch(embedder(hub.offer_half("slow/1", then=hub.gone.wait)))
    while not job.wait(0.01) and not job.note.startswith("Downloading"):
        pass
    os.kill(job.pid, signal.SIGKILL)
    assert "memory ran out" in failure(job, home)


def test_a_full_disk_is_named_with_what_is_needed(fetch: Callable[..., Job], hub: Hub, home: Path) -> None:
    handle = hub.offer("large/1", reply(BLOB))
    # No file may grow beyond 100 kB, here and in the processes started from here: the write fails
    # in the worker as it does on a full disk, only with "File too large" as its reason.
    limit, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, most))
    try:
        job = fetch(embedder(handle))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, most))
    message = failure(job, home)
    assert message.startswith(f"The disk of {home} is too full: ")
    assert "at least 3 MB are needed" in message


def test_offline_nobody_is_asked(
    fetch: Callable[..., Job], hub: Hub, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKERY_OFFLINE", "1")
    assert "FAKERY_OFFLINE" in failure(fetch(embedder(hub.offer("any/1", reply(BLOB)))), home)
    assert hub.asked == []


def test_a_private_address_is_refused(fetch: Callable[..., Job], hub: Hub, home: Path) -> None:
    handle = hub.offer("any/1", reply(BLOB))
    assert "127.0.0.1" in failure(fetch(embedder(handle), allow_private=False), home)
    assert hub.asked == []


def test_an_archive_that_climbs_out_is_refused(
    fetch: Callable[..., Job], hub: Hub, home: Path, tmp_path: Path
) -> None:
    handle = hub.offer("climber/1", reply(packed(UP__UP__loot=b"woof", saved_model=b"")))
    message = failure(fetch(embedder(handle)), home)
    assert "loot" in message
    assert list(tmp_path.rglob("loot")) == []


@pytest.mark.parametrize("sent", [BLOB, packed(readme=b"no model in here"), packed(), b""], ids=range(4))
def test_what_is_no_model_is_refused_without_starting_tensorflow(
    fetch: Callable[..., Job], hub: Hub, home: Path, sent: bytes
) -> None:
    job = fetch(embedder(hub.offer("odd/1", reply(sent))))
    assert failure(job, home)
    assert "TensorFlow" not in job.note


def test_a_model_that_wants_the_disk_is_not_run(
    fetch: Callable[..., Job], hub: Hub, home: Path, models: Path
) -> None:
    handle = hub.offer("burglar/1", reply((models / "burglar.tar.gz").read_bytes()))
    assert "more than to compute (WriteFile)" in failure(fetch(embedder(handle)), home)
    assert not (models / "loot.txt").exists()


def test_a_list_of_words_that_does_not_fit_is_refused(
    fetch: Callable[..., Job], hub: Hub, home: Path
) -> None:
    entry = classifier(hub, hub.offer("classifier/5", reply(BLOB)))
    hub.says["/words.txt"] = reply(b"beagle\nborzoi\n")
    message = failure(fetch(entry), home)
    assert "has 7 words, but 2 came" in message
