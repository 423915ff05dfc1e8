"""Teach `compact` cake from not cake: the offline game's model, as a file and a spec of its own.

`python -m tools.compact.cake --work W --photographs FOLDER --bakery assets/bakery --out OUT.tflite`

The head is the ridge rule of `core/fewshot.py`, written into the graph: square roots, their mean taken
off, unit length, one matrix. Learnt from photographs in folders `cake` and `not_cake` and from the
bakery's pictures but those of its test split; measured on sources it did not see, each in turn.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf

from core import image, pixels
from core.fewshot import Ridge
from core.models import ModelSpec
from core.splits import split
from tools.compact.export import to_tflite, write_spec
from tools.compact.recipe import compact_recipe
from tools.compact.stages import load

LABELS = ("cake", "not cake")
STRENGTH = 3.0
SURE = 0.7


@dataclass(frozen=True)
class Lesson:
    """Pictures with their labels, the source each is from, and whether a test may use it only."""

    paths: tuple[Path, ...]
    labels: tuple[str, ...]
    sources: tuple[str, ...]
    test: tuple[bool, ...]

    def __add__(self, other: Lesson) -> Lesson:
        """Return both as one."""
        joined = {name: getattr(self, name) + getattr(other, name) for name in vars(self)}
        return Lesson(**joined)


def photographs(folder: Path) -> Lesson:
    """Return the pictures of the folders `cake` and `not_cake`; the source is the name up to its number."""
    folders = {label: folder / label.replace(" ", "_") for label in LABELS}
    found = [(path, label) for label, place in folders.items() for path in sorted(place.iterdir())]
    paths, labels = zip(*found, strict=True)
    return Lesson(paths, labels, tuple(path.stem.rsplit("_", 1)[0] for path in paths), (False,) * len(paths))


def bakery(folder: Path) -> Lesson:
    """Return the bakery's single pictures; those of a test group are marked, divided as the app does."""
    lines = [json.loads(line) for line in (folder / "manifest.jsonl").read_text().splitlines()]
    lines = [line for line in lines if "objects" not in line]
    labels = tuple(LABELS[0] if line["cake"] else LABELS[1] for line in lines)
    parts = split(labels, [line["group"] for line in lines], seed=0)
    parts = [line.get("split") or part for line, part in zip(lines, parts, strict=True)]
    return Lesson(
        tuple(folder / line["file"] for line in lines),
        labels,
        ("bakery",) * len(lines),
        tuple(part == "test" for part in parts),
    )


def embeddings(model: Path, paths: Sequence[Path]) -> np.ndarray:
    """Return what a model file makes of pictures: float32 (n, d)."""
    from ai_edge_litert.interpreter import Interpreter

    spec = ModelSpec.from_json(model.with_suffix(".json").read_text(encoding="utf-8"))
    lite = Interpreter(str(model), num_threads=1)
    lite.allocate_tensors()
    into, out = lite.get_input_details()[0], lite.get_output_details()[spec.outputs["embedding"]]
    rows = []
    for path in paths:
        rgb = image.decode(path.read_bytes(), enough_for=spec.pixels.size)
        seen = pixels.view(rgb, spec.pixels)
        lite.set_tensor(into["index"], pixels.tensor(seen, spec.pixels, into["dtype"]))
        lite.invoke()
        rows.append(lite.get_tensor(out["index"])[0].copy())
    return np.array(rows, np.float32)


def measured(lesson: Lesson, rows: np.ndarray, say: Callable[[str], None]) -> dict[str, float]:
    """Return recall of each label on sources the rule did not see, and on the bakery's test part."""
    sources, labels, test = map(np.array, (lesson.sources, lesson.labels, lesson.test))
    right = np.zeros(len(labels), bool)
    asked = np.zeros(len(labels), bool)
    for source in sorted(set(lesson.sources)):
        held = test if source == "bakery" else sources == source
        known = ~held & ~test
        rule = Ridge(STRENGTH).fit(rows[known], labels[known].tolist())
        right[held] = np.array(rule.predict(rows[held])) == labels[held]
        asked |= held
        say(f"{source}: {right[held].sum()} of {held.sum()} right")
    figures = {}
    for name, of in (("photographs", sources != "bakery"), ("bakery test", test)):
        recalls = [right[of & asked & (labels == label)].mean() for label in LABELS]
        figures[name] = float(np.mean(recalls))
        say(
            f"{name}: {recalls[0]:.3f} of cakes, {recalls[1]:.3f} of the others, {figures[name]:.3f} balanced"
        )
    return figures


def head(rule: Ridge) -> Callable[[tf.Tensor], tf.Tensor]:
    """Return the rule as a part of the graph: embedding (1, d) -> probabilities (1, 2)."""
    mean = tf.constant(rule.mean_[None].astype(np.float32))
    weights = tf.constant((rule.weights_ * rule.sharpness_).astype(np.float32))

    def scores(embedding: tf.Tensor) -> tf.Tensor:
        roots = tf.sqrt(tf.nn.relu(embedding)) - mean
        length = tf.sqrt(tf.reduce_sum(roots * roots, axis=1, keepdims=True) + 1e-12)
        return tf.nn.softmax(tf.matmul(roots / length, weights))

    return scores


def main() -> None:
    """Teach, measure, write file and spec."""
    ask = argparse.ArgumentParser(prog="python -m tools.compact.cake", description=__doc__)
    ask.add_argument("--work", type=Path, required=True, help="the folder in which compact was trained")
    ask.add_argument("--photographs", type=Path, required=True)
    ask.add_argument("--bakery", type=Path, required=True)
    ask.add_argument("--compact", type=Path, default=Path("assets/compact.tflite"))
    ask.add_argument("--out", type=Path, required=True)
    given = ask.parse_args()
    lesson = photographs(given.photographs) + bakery(given.bakery)
    rows = embeddings(given.compact, lesson.paths)
    figures = measured(lesson, rows, print)
    known = ~np.array(lesson.test)
    rule = Ridge(STRENGTH).fit(rows[known], np.array(lesson.labels)[known].tolist())
    recipe = compact_recipe(given.work)
    given.out.write_bytes(to_tflite(recipe.shape, load(given.work / "final.npz"), head(rule)))
    about = (
        "Compact, taught cake from not cake. Balanced accuracy on sources it did not see: "
        f"photographs {figures['photographs']:.0%}, renderings of the bakery {figures['bakery test']:.0%}."
    )
    spec = write_spec(given.out, recipe.shape, rule.labels_, about, {}, SURE, "Cake or not")
    print(f"{spec.bytes} bytes. {about}")


if __name__ == "__main__":
    main()
