"""Files found on disk become ours, in a worker that never starts TensorFlow."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from core.catalogue import COCO_SSD, MOBILENET_V2, Known
from core.home import ASSETS, ROOT
from core.jobs import Job, Jobs
from core.models import ModelSpec
from core.recognise import read_labels

LONG = 60.0
Prepare = Callable[..., Job]


@pytest.fixture
def prepare(tmp_path: Path) -> Iterator[Prepare]:
    jobs = Jobs()

    def prepare(source: Path, entry: Known, labels: tuple[str, ...]) -> Job:
        return jobs.start("prepare", "core.prepare", payload(source, entry, labels, tmp_path), "Cleo")

    yield prepare
    jobs.stop_all()


def payload(source: Path, entry: Known, labels: tuple[str, ...], folder: Path) -> dict[str, Any]:
    return {
        "source": str(source),
        "entry": dataclasses.asdict(entry),
        "labels": labels,
        "folder": str(folder / "kept"),
        "origin": {"origin": str(source)},
    }


@pytest.fixture
def imagenet(shared: Path) -> tuple[Path, tuple[str, ...]]:
    folder = shared / "data" / "models" / "imagenet"
    return folder / "tf2_mobilenet_v2_1.0_224_ptq.tflite", read_labels(folder / "imagenet_labels.txt")


def test_mobilenet_gives_words_and_embedding_in_one_go(
    prepare: Prepare, imagenet: tuple[Path, tuple[str, ...]], tmp_path: Path
) -> None:
    source, labels = imagenet
    job = prepare(source, MOBILENET_V2, labels)
    assert job.wait(LONG)
    assert job.result == {"name": "mobilenet_v2"}, job.message
    kept = tmp_path / "kept"
    assert sorted(path.name for path in kept.iterdir()) == [
        "mobilenet_v2.json",
        "mobilenet_v2.tflite",
    ]
    spec = ModelSpec.from_json((kept / "mobilenet_v2.json").read_text(encoding="utf-8"))
    lite = Interpreter(model_path=str(kept / "mobilenet_v2.tflite"))
    sizes = [int(np.prod(detail["shape"])) for detail in lite.get_output_details()]
    assert [sizes[spec.outputs[role]] for role in ("scores", "embedding")] == [1001, 1280]
    assert spec.labels == labels and spec.tasks == ("classify", "embed")


def test_a_detector_with_its_own_suppression_keeps_its_four_outputs(
    prepare: Prepare, shared: Path, tmp_path: Path
) -> None:
    source = shared / "data/models/detector/ssd_mobilenet_v1_1.0_quant_detect.tflite"
    job = prepare(source, COCO_SSD, read_labels(ASSETS / "labels" / "coco.txt"))
    assert job.wait(LONG)
    assert job.result == {"name": "coco_ssd"}, job.message
    spec = ModelSpec.from_json((tmp_path / "kept/coco_ssd.json").read_text(encoding="utf-8"))
    assert set(spec.outputs) == {"boxes", "classes", "box_scores", "count"}
    assert spec.class_offset == 1


def test_tensorflow_stays_out_of_it(imagenet: tuple[Path, tuple[str, ...]], tmp_path: Path) -> None:
    source, labels = imagenet
    script = (
        "import json, sys, pathlib, core.prepare, core.jobs.worker\n"
        "report = core.jobs.worker.Report(sys.stderr, None)\n"
        "core.prepare.main(json.load(sys.stdin), report)\n"
        "print(sorted({'tensorflow', 'keras', 'tensorflow_hub'} & sys.modules.keys()))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script],
        input=json.dumps(payload(source, MOBILENET_V2, labels, tmp_path)),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (0, "[]\n"), ran.stderr


def test_a_list_of_words_that_does_not_fit_is_refused(
    prepare: Prepare, imagenet: tuple[Path, tuple[str, ...]], tmp_path: Path
) -> None:
    job = prepare(imagenet[0], MOBILENET_V2, ("beagle", "borzoi"))
    assert job.wait(LONG)
    assert "1001 scores" in job.message and "2 words" in job.message
    assert list((tmp_path / "kept").iterdir()) == []


def test_another_model_under_a_wrong_name_is_refused(
    prepare: Prepare, imagenet: tuple[Path, tuple[str, ...]], tmp_path: Path
) -> None:
    job = prepare(imagenet[0], COCO_SSD, ())
    assert job.wait(LONG)
    assert "is not COCO-SSD" in job.message
    assert list((tmp_path / "kept").iterdir()) == []


@pytest.mark.parametrize("data", [b"", b"TFL3", b"woof" * 99, b"\x1c\0\0\0TFL3" + b"\xff" * 400])
def test_what_is_no_model_is_refused(prepare: Prepare, tmp_path: Path, data: bytes) -> None:
    source = tmp_path / "cleo.tflite"
    source.write_bytes(data)
    job = prepare(source, MOBILENET_V2, ())
    assert job.wait(LONG)
    assert job.state == "failed" and "cleo.tflite" in job.message
    assert list((tmp_path / "kept").iterdir()) == []


def test_a_file_cut_short_is_refused_at_every_length(
    prepare: Prepare, imagenet: tuple[Path, tuple[str, ...]], tmp_path: Path
) -> None:
    whole = imagenet[0].read_bytes()
    for share in (0.001, 0.1, 0.5, 0.99):
        source = tmp_path / "cut.tflite"
        source.write_bytes(whole[: int(len(whole) * share)])
        job = prepare(source, MOBILENET_V2, imagenet[1])
        assert job.wait(LONG)
        assert job.state == "failed" and job.message, share
        assert list((tmp_path / "kept").iterdir()) == []
