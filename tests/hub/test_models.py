"""Models answer as they do on the hub."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from core.catalogue import COCO_SSD
from core.home import ASSETS
from core.jobs import Job
from tests.hub.made import Hub, answer, classifier, embedder, kept, softmax
from tests.loopback import reply


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
