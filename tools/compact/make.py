"""All steps of a training run, in order; each leaves a file and is skipped where that file is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import tensorflow as tf

from tools.compact.export import to_tflite, write_spec
from tools.compact.finish import assemble, learn_together, resolve, told, write_base, write_own
from tools.compact.head import first_head, last_head
from tools.compact.pool import write_canvases
from tools.compact.recipe import Recipe
from tools.compact.stages import Say, load, save, train_stage
from tools.compact.student import Weights, run
from tools.compact.targets import write_guides, write_interfaces
from tools.compact.words import Agreement, Words, agreement, first_words, teach_words

STEPS = (
    *("canvases", "interfaces", "guides", "stages", "head", "base", "resolve", "together"),
    *("own", "last head", "export"),
)


def make(recipe: Recipe, pool: Path, work: Path, out: Path, say: Say, until: str = "export") -> None:
    """Run the steps up to `until`; raises ValueError for a step that does not exist."""
    if until not in STEPS:
        raise ValueError(f"There is no step '{until}'; the steps are {', '.join(STEPS)}.")
    last = len(recipe.shape.stages) - 1

    def stages() -> None:
        for stage in range(last):
            train_stage(recipe, work, stage, recipe.seed, say)

    def resolved() -> None:
        weights = assemble(recipe, work)
        resolve(recipe, work, weights, say)
        save(work / "resolved.npz", weights)

    def together() -> None:
        weights = load(work / "resolved.npz")
        for number, plan in enumerate(recipe.together):
            path = work / f"together{number}.npz"
            if path.exists():
                weights = load(path)
            else:
                learn_together(recipe, plan, work, weights, say)
                save(path, weights)
        save(work / "together.npz", weights)

    def last_of_all() -> None:
        weights = load(work / "together.npz")
        last_head(recipe, work, weights, say)
        save(work / "final.npz", weights)

    steps: dict[str, tuple[str, Callable[[], object]]] = {
        "canvases": ("canvas.npy", lambda: write_canvases(pool, work, recipe.shape.size)),
        "interfaces": ("scale.npz", lambda: write_interfaces(recipe, work)),
        "guides": (f"guide{len(recipe.guides) - 1}.npy", lambda: write_guides(recipe, work)),
        "stages": (f"stage{last - 1}.npz", stages),
        "head": (f"stage{last}.npz", lambda: first_head(recipe, work, say)),
        "base": ("base.npy", lambda: write_base(recipe, work)),
        "resolve": ("resolved.npz", resolved),
        "together": ("together.npz", together),
        "own": ("own.npy", lambda: write_own(recipe, work, load(work / "together.npz"))),
        "last head": ("final.npz", last_of_all),
        "export": ("", lambda: export(recipe, work, out, say)),
    }
    for name, (file, step) in steps.items():
        if file and (work / file).exists() and name != "stages":
            say(f"{name}: already there")
        else:
            say(f"{name}: begins")
            step()
        if name == until:
            return


def embed(recipe: Recipe, weights: Weights, pixels: np.ndarray) -> np.ndarray:
    """Return the student's embedding of uint8 pictures, shape (n, embedding_size)."""

    @tf.function(reduce_retracing=True)
    def once(x: tf.Tensor) -> tf.Tensor:
        return run(recipe.shape, tf.cast(x, tf.float32) / 127.5 - 1, weights)[1]

    parts = [once(tf.constant(pixels[at : at + 20])).numpy() for at in range(0, len(pixels), 20)]
    return np.concatenate(parts)


def say_words(recipe: Recipe, work: Path, weights: Weights) -> tuple[Words, Agreement]:
    """Return the words the embedding can keep, and their agreement on the held-out canvases."""
    last = len(recipe.shape.stages) - 1
    maps = told(recipe, weights, last, np.load(work / "own.npy", mmap_mode="r"), pool=True)
    embedding = maps.astype(np.float32)
    scores = np.load(work / "words.npy")
    words = teach_words(embedding[recipe.held :], scores[recipe.held :])
    held = agreement(
        words.scores(embedding[: recipe.held]),
        first_words(scores[: recipe.held], words.labels),
        words.threshold,
    )
    return words, held


def export(recipe: Recipe, work: Path, out: Path, say: Say) -> None:
    """Write the model and its spec; words go in where the recipe asks for them."""
    weights = load(work / "final.npz")
    head, labels, about = None, (), "An embedding trained from random initialisation."
    sure_from = 1.0
    if recipe.words:
        words, held = say_words(recipe, work, weights)
        head, labels, sure_from = (words.kernel, words.bias), words.labels, words.threshold
        about = (
            f"Embeds a picture and scores {len(labels) - 1} everyday words. Below "
            f"{words.threshold:.2f} it is not sure. Held out it speaks on {held.spoke} of "
            f"{held.of} pictures and agrees with the big MobileNetV2 on {held.agreed}."
        )
    out.write_bytes(to_tflite(recipe.shape, weights, head))
    spec = write_spec(out, recipe.shape, labels, about, {}, sure_from)
    say(f"export: {spec.bytes} bytes, {about}")
