"""A whole training run with a tiny student, a made-up teacher and drawn pictures, in seconds.

It needs nothing from outside and checks the machinery, not the quality: `python -m
tools.compact.tiny FOLDER` leaves there `tiny.tflite`, its spec and `report.json`.
"""

from __future__ import annotations

import json
import os
import sys
import tarfile
from io import BytesIO
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import cv2
import numpy as np
import tensorflow as tf

from tools.compact import measure
from tools.compact.make import embed, make
from tools.compact.recipe import Guide, Recipe, Together
from tools.compact.stages import load
from tools.compact.student import Block, Shape
from tools.compact.teachers import read_teacher

SIZE, SHOWN = 32, 40
START = Shape(
    SIZE,
    (
        (Block("stem", 0, 8, 3, 2), Block("fused", 12, 8, 3)),
        (Block("wide", 20, 12, 5, 2), Block("wide", 20, 12)),
        (Block("wide", 20, 12), Block("last", 0, 24)),
    ),
)
TINY = Shape(
    SHOWN,
    (
        (*START.stages[0], Block("wide", 12, 8, 3)),
        (*START.stages[1], Block("wide", 20, 12)),
        (START.stages[2][0], Block("wide", 24, 12), START.stages[2][1]),
    ),
    beside=(("1.2/depth", 1.0),),
    colours=(3, 0.1),
)


def drawn(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return pictures of rings, bars and crosses in random colours, and which each one is."""
    random = np.random.default_rng(seed)
    pictures, kinds = [], random.integers(0, 3, count)
    for kind in kinds:
        picture = np.full((48, 48, 3), random.integers(0, 120, 3), np.uint8)
        colour = tuple(int(v) for v in random.integers(140, 256, 3))
        x, y = (int(v) for v in random.integers(18, 30, 2))
        if kind == 0:
            cv2.circle(picture, (x, y), 12, colour, 3)
        if kind in (1, 2):
            cv2.line(picture, (x - 14, y), (x + 14, y), colour, 4)
        if kind == 2:
            cv2.line(picture, (x, y - 14), (x, y + 14), colour, 4)
        pictures.append(picture)
    return np.stack(pictures), kinds


def write_pool(folder: Path, count: int) -> None:
    """Write drawn pictures as a tar of JPEGs, the form of a real pool."""
    pictures, kinds = drawn(count, 0)
    with tarfile.open(folder / "pool.tar", "w") as tar:
        for number, (picture, kind) in enumerate(zip(pictures, kinds, strict=True)):
            data = cv2.imencode(".jpg", picture[..., ::-1])[1].tobytes()
            member = tarfile.TarInfo(f"kind{kind}/{number}.jpg")
            member.size = len(data)
            tar.addfile(member, BytesIO(data))


def write_teacher(path: Path) -> None:
    """Write a random net of the teacher's sort (3x3 depthwise, ReLU6) as a float TFLite file."""
    tf.keras.utils.set_random_seed(1)
    keras = tf.keras.layers
    start = x = keras.Input((SIZE, SIZE, 3), batch_size=1)
    for hidden, out, stride in ((8, 8, 2), (32, 12, 2)):
        x = keras.Conv2D(hidden, 3 if out == 8 else 1, strides=2 if out == 8 else 1, padding="same")(x)
        x = keras.ReLU(6.0)(x)
        x = keras.DepthwiseConv2D(3, strides=1 if out == 8 else stride, padding="same")(x)
        x = keras.ReLU(6.0)(x)
        x = keras.Conv2D(out, 1)(x)
    x = keras.ReLU(6.0)(keras.Conv2D(32, 1)(x))
    pooled = keras.GlobalAveragePooling2D()(x)
    model = tf.keras.Model(start, keras.Dense(5)(pooled))
    path.write_bytes(tf.lite.TFLiteConverter.from_keras_model(model).convert())


def tiny_recipe(teacher: Path) -> Recipe:
    """Return the recipe of the tiny run."""
    ops = read_teacher(teacher).ops
    linear = [op.output for op in ops if op.kind == "CONV_2D" and op.options.fusedActivationFunction == 0]
    pooled = next(op.output for op in ops if op.kind == "MEAN")
    return Recipe(
        start=START,
        shape=TINY,
        teacher=teacher,
        interfaces=(linear[0], linear[1]),
        guides=(Guide(str(teacher), pooled, size=SIZE),),
        rows=(300, 300, 300),
        steps=(150, 150, 60),
        batch=(16, 16, 48),
        together=(Together(steps=40, batch=32),),
        grown=(Together(steps=30, batch=32, views=1, forget=0.1),),
        first_steps=60,
        held=60,
        words=False,
    )


def main(folder: Path) -> None:
    """Run everything in the folder and write `report.json`: what was said, and two accuracies."""
    folder.mkdir(parents=True, exist_ok=True)
    write_pool(folder, 360)
    write_teacher(folder / "teacher.tflite")
    recipe, said = tiny_recipe(folder / "teacher.tflite"), list[str]()
    out = folder / "tiny.tflite"
    make(recipe, folder, folder, out, said.append)
    pictures, kinds = drawn(120, 9)
    small = np.stack([cv2.resize(p, (SHOWN, SHOWN), interpolation=cv2.INTER_AREA) for p in pictures])
    embedding = embed(recipe, load(folder / "final.npz"), small)
    accuracy = measure.few_shot(embedding, kinds, draws=10).mean
    np.savez(folder / "asked.npz", pictures=small[:8], embedding=embedding[:8])
    report = {"said": said, "accuracy": accuracy}
    (folder / "report.json").write_text(json.dumps(report, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
