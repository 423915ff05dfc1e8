"""The packaged backbone, and the script that trains it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from core.engine import Engine
from core.home import ASSETS
from core.models import ModelSpec, sha256_of
from tools.compact import measure

ROOT = Path(__file__).resolve().parent.parent
MODEL = ASSETS / "compact.tflite"
FLOOR = 69.0  # 5-shot accuracy in %, mean over the five sets; measured on this subset: 71.4


@pytest.fixture(scope="module")
def spec() -> ModelSpec:
    return ModelSpec.from_json(MODEL.with_suffix(".json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def engine(spec: ModelSpec) -> Iterator[Engine]:
    opened = Engine(lambda _: (spec, MODEL), workers=2)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole training run in a process of its own: TensorFlow must not enter this one."""
    folder = tmp_path_factory.mktemp("tiny")
    command = [sys.executable, "-m", "tools.compact.tiny", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=240)
    return folder


def embeddings(engine: Engine, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    return np.stack([engine.embed(picture, "compact").embedding for picture in pictures])


def drawn(kind: int, random: np.random.Generator) -> NDArray[np.uint8]:
    """A disc, a frame or a star of lines on any ground, in any colour."""
    picture = np.full((200, 200, 3), random.integers(0, 110, 3), np.uint8)
    colour = tuple(int(value) for value in random.integers(150, 256, 3))
    x, y = (int(value) for value in random.integers(80, 120, 2))
    if kind == 0:
        cv2.circle(picture, (x, y), 50, colour, -1)
    elif kind == 1:
        cv2.rectangle(picture, (x - 50, y - 50), (x + 50, y + 50), colour, 8)
    else:
        for angle in np.arange(0, np.pi, np.pi / 5):
            dx, dy = int(60 * np.cos(angle)), int(60 * np.sin(angle))
            cv2.line(picture, (x - dx, y - dy), (x + dx, y + dy), colour, 5)
    return picture


def test_a_small_run_learns_every_stage(tiny: Path) -> None:
    said = json.loads((tiny / "report.json").read_text(encoding="utf-8"))["said"]
    for stage, enough in ((0, 0.4), (1, 0.8)):
        first, last = [line for line in said if line.startswith(f"stage {stage}: ")][:2]
        assert float(last.split()[-1]) < min(enough, float(first.split()[-1]))
    mismatch = [float(line.split("mismatch ")[1].split()[0]) for line in said if "held-out mismatch" in line]
    rounds = list(zip(mismatch[::2], mismatch[1::2], strict=True))
    assert len(rounds) == 2  # in the first shape, and grown
    assert all(end < start for start, end in rounds)


def test_a_small_run_ends_in_a_file_that_answers_like_the_net(tiny: Path) -> None:
    spec = ModelSpec.from_json((tiny / "tiny.json").read_text(encoding="utf-8"))
    assert spec.sha256 == sha256_of(tiny / "tiny.tflite")
    interpreter = Interpreter(str(tiny / "tiny.tflite"), num_threads=1)
    interpreter.allocate_tensors()
    with np.load(tiny / "asked.npz") as asked:
        for picture, wanted in zip(asked["pictures"], asked["embedding"], strict=True):
            x = picture.astype(np.float32) * spec.pixels.scale + spec.pixels.offset
            interpreter.set_tensor(interpreter.get_input_details()[0]["index"], x[None].astype(np.float32))
            interpreter.invoke()
            out = interpreter.get_output_details()[spec.outputs["embedding"]]["index"]
            assert interpreter.get_tensor(out)[0] == pytest.approx(wanted, abs=1e-2)


def test_the_shipped_file_is_the_one_its_spec_describes(spec: ModelSpec) -> None:
    assert spec.sha256 == sha256_of(MODEL)
    assert spec.bytes == MODEL.stat().st_size <= 4_000_000
    interpreter = Interpreter(str(MODEL), num_threads=1)
    asked = interpreter.get_input_details()
    assert [list(one["shape"]) for one in asked] == [[1, spec.pixels.size, spec.pixels.size, 3]]
    assert "image" in asked[0]["name"]
    sizes = {role: out["shape"][-1] for role, at in spec.outputs.items()
             for out in [interpreter.get_output_details()[at]]}  # fmt: skip
    assert sizes["embedding"] == spec.embedding_size
    assert sizes.get("scores", 0) == len(spec.labels)


def test_compact_tells_drawn_shapes_apart_from_three_examples(engine: Engine) -> None:
    random = np.random.default_rng(5)
    kinds = np.repeat(np.arange(3), 20)
    found = embeddings(engine, np.stack([drawn(kind, random) for kind in kinds]))
    assert measure.few_shot(found, kinds, shots=3, draws=10).mean > 85


def test_compact_still_teaches_as_well_as_it_did(engine: Engine, spec: ModelSpec, shared: Path) -> None:
    means = []
    for name in measure.SETS:
        some = measure.load_set(shared / "data" / "images" / name, spec.pixels.size, per_class=20)
        found = embeddings(engine, some.pictures)
        means.append(measure.few_shot(found, some.classes, draws=6).mean)
    assert np.mean(means) > FLOOR
