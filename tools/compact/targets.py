"""Write down once what the teachers say of every canvas, so that stages can learn apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import tensorflow as tf

from tools.compact.recipe import Guide, Recipe
from tools.compact.teachers import read_teacher

STEP = 25


def write_interfaces(recipe: Recipe, work: Path) -> None:
    """Write `interface<k>.npy` (float16) for each stage boundary, and `scale.npz`.

    The scale file holds each channel's mean and deviation: the student learns every interface at
    zero mean and unit deviation. Held-out pictures come first in every array.
    """
    teacher = read_teacher(recipe.teacher)
    canvases = np.load(work / "canvas.npy", mmap_mode="r")
    ask = tf.function(lambda x: teacher.tensors(list(recipe.interfaces), tf.cast(x, tf.float32)))
    sample = [t.numpy() for t in ask(tf.constant(canvases[:200]))]
    scale = {}
    for k, values in enumerate(sample):
        scale[f"mean{k}"] = values.mean((0, 1, 2))
        scale[f"deviation{k}"] = values.std((0, 1, 2)) + 1e-3
    outs = []
    for k, values in enumerate(sample):
        wanted = max(recipe.rows[k : k + 2])
        count = min(len(canvases), wanted + recipe.held)
        path = work / f"interface{k}.npy"
        outs.append(np.lib.format.open_memmap(path, "w+", np.float16, (count, *values.shape[1:])))
    for start in range(0, len(canvases), STEP):
        if start >= max(len(out) for out in outs):
            break
        told = ask(tf.constant(canvases[start : start + STEP]))
        for k, out in enumerate(outs):
            room = out[start : start + STEP]
            room[:] = ((told[k].numpy() - scale[f"mean{k}"]) / scale[f"deviation{k}"])[: len(room)]
    np.savez(work / "scale.npz", **scale)


def write_guides(recipe: Recipe, work: Path) -> None:
    """Write `guide<k>.npy` (pooled embeddings, float16) and `words.npy` (raw scores) of each guide."""
    canvases = np.load(work / "canvas.npy", mmap_mode="r")
    for k, guide in enumerate(recipe.guides):
        embeddings, scores = [], []
        ask = _asker(guide)
        for start in range(0, len(canvases), STEP):
            told = ask(tf.constant(canvases[start : start + STEP]))
            embeddings.append(told[0].numpy().astype(np.float16))
            scores.append(told[-1].numpy().astype(np.float16))
        np.save(work / f"guide{k}.npy", np.concatenate(embeddings))
        if guide.scores is not None:
            np.save(work / "words.npy", np.concatenate(scores))


def _asker(guide: Guide) -> tf.types.experimental.GenericFunction:
    teacher = read_teacher(Path(guide.file))
    wanted = [guide.embedding] + ([] if guide.scores is None else [guide.scores])

    @tf.function(reduce_retracing=True)
    def ask(x: tf.Tensor) -> list[tf.Tensor]:
        grown = tf.image.resize(tf.cast(x, tf.float32), (guide.size, guide.size), "bicubic")
        told = teacher.tensors(wanted, tf.clip_by_value(grown, 0, 255))
        return [tf.reshape(t, [tf.shape(x)[0], -1]) for t in told]

    return ask
