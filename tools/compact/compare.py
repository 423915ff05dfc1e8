"""Print the few-shot table: the packaged model beside teachers, a colour histogram, a random net.

python -m tools.compact.compare --images FOLDER --models FOLDER --model FILE --out figures.json
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from core.models import ModelSpec
from tools.compact import measure
from tools.compact.student import COMPACT, Shape, random_student, run
from tools.compact.teachers import read_teacher

Row = tuple[int, measure.Embed]


def shipped(path: Path) -> tuple[int, measure.Embed]:
    """Return the input side of a shipped file and its embedding, through LiteRT."""
    spec = ModelSpec.from_json(path.with_suffix(".json").read_text(encoding="utf-8"))
    interpreter = Interpreter(str(path), num_threads=1)
    interpreter.allocate_tensors()
    into = interpreter.get_input_details()[0]["index"]
    out = interpreter.get_output_details()[spec.outputs["embedding"]]["index"]

    def embed(pictures: np.ndarray) -> np.ndarray:
        rows = []
        for picture in pictures:
            x = picture.astype(np.float32) * spec.pixels.scale + spec.pixels.offset
            interpreter.set_tensor(into, x[None].astype(np.float32))
            interpreter.invoke()
            rows.append(interpreter.get_tensor(out)[0])
        return np.stack(rows)

    return spec.pixels.size, embed


def teacher(path: Path, tensor: int) -> measure.Embed:
    """Return a teacher's pooled embedding as a function of uint8 pictures."""
    net = read_teacher(path)

    def once(x: tf.Tensor) -> tf.Tensor:
        return tf.reshape(net.tensors([tensor], tf.cast(x, tf.float32))[0], [tf.shape(x)[0], -1])

    return _in_parts(once)


def random_net(shape: Shape) -> measure.Embed:
    """Return the embedding of the student before any training."""
    weights = random_student(shape, 1)
    return _in_parts(lambda x: run(shape, tf.cast(x, tf.float32) / 127.5 - 1, weights)[1])


def _in_parts(once: Callable[[tf.Tensor], tf.Tensor]) -> measure.Embed:
    traced = tf.function(once, reduce_retracing=True)

    def embed(pictures: np.ndarray) -> np.ndarray:
        parts = range(0, len(pictures), 20)
        return np.concatenate([traced(tf.constant(pictures[a : a + 20])).numpy() for a in parts])

    return embed


def rows(model: Path, models: Path) -> dict[str, Callable[[], Row]]:
    """Return what is compared: how to get the input side and the embedding of each row."""
    exports, imagenet = models / "teachable_machine", models / "imagenet"
    small = exports / "tflite-utensils" / "model_unquant.tflite"
    second = imagenet / "tf2_mobilenet_v2_1.0_224_ptq.tflite"
    first = imagenet / "mobilenet_v1_1.0_224_quant_embedding_extractor.tflite"
    return {
        "compact": lambda: shipped(model),
        "Teachable Machine's MobileNetV2 0.35 (teacher)": lambda: (224, teacher(small, 177)),
        "MobileNetV2 1.0 (guide)": lambda: (224, teacher(second, 172)),
        "MobileNetV1 1.0 (guide)": lambda: (224, teacher(first, 82)),
        "colour histogram": lambda: (160, measure.colour_histogram),
        "the same net, untrained": lambda: (shipped(model)[0], random_net(COMPACT)),
    }


def main() -> None:
    """Measure every row and write the figures with their draws."""
    parser = argparse.ArgumentParser(prog="python -m tools.compact.compare", description=__doc__)
    for name in ("images", "models", "model", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--only", default="", help="measure only rows whose name holds this")
    given = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    found = json.loads(given.out.read_text(encoding="utf-8")) if given.out.exists() else {}
    print("| 5 shots, ridge | " + " | ".join((*measure.SETS, "mean")) + " |")
    print("|---" * (len(measure.SETS) + 2) + "|")
    for name, row in rows(given.model, given.models).items():
        if given.only not in name:
            continue
        size, embed = row()
        figures = measure.table(given.images, embed, size)
        cells = [f"{f.mean:.1f} ± {f.half:.1f}" for f in figures.values()]
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)
        found[name] = {at: f.draws for at, f in figures.items()}
        given.out.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
