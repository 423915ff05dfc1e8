"""All steps of a training run, in order; each leaves a file and is skipped where that file is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import tensorflow as tf

from tools.compact.export import to_tflite, write_spec
from tools.compact.finish import (
    assemble,
    learn_together,
    read_class,
    resolve,
    write_base,
)
from tools.compact.grow import grow, grow_first
from tools.compact.head import first_head
from tools.compact.pool import write_canvases
from tools.compact.recipe import Recipe, Together
from tools.compact.stages import Say, load, save, train_stage
from tools.compact.student import Weights, run
from tools.compact.targets import write_guides, write_interfaces
from tools.compact.views import write_view
from tools.compact.words import Agreement, Words, agreement, first_words, teach_words

STEPS = (
    *("canvases", "interfaces", "guides", "stages", "head", "base", "resolve", "together"),
    *("first stage", "views", "grown", "export"),
)


def make(recipe: Recipe, pool: Path, work: Path, out: Path, say: Say, until: str = "export") -> None:
    """Run the steps up to `until`; raises ValueError for a step that does not exist."""
    if until not in STEPS:
        raise ValueError(f"There is no step '{until}'; the steps are {', '.join(STEPS)}.")
    small = replace(recipe, shape=recipe.start)
    last = len(small.shape.stages) - 1

    def stages() -> None:
        for stage in range(last):
            train_stage(small, work, stage, recipe.seed, say)

    def resolved() -> None:
        weights = assemble(small, work)
        resolve(small, work, weights, say)
        save(work / "resolved.npz", weights)

    steps: dict[str, tuple[str, Callable[[], object]]] = {
        "canvases": ("canvas.npy", lambda: write_canvases(pool, work, recipe.start.size)),
        "interfaces": ("scale.npz", lambda: write_interfaces(small, work)),
        "guides": (f"guide{len(recipe.guides) - 1}.npy", lambda: write_guides(recipe, work)),
        "stages": ("", stages),
        "head": (f"stage{last}.npz", lambda: first_head(small, work, say)),
        "base": ("base.npy", lambda: write_base(small, work, load(work / "stage0.npz"))),
        "resolve": ("resolved.npz", resolved),
        "together": ("together.npz", lambda: together(small, work, say)),
        "first stage": ("first.npz", lambda: grow_first(recipe, work, say)),
        "views": ("", lambda: views(recipe, pool, work, say)),
        "grown": ("final.npz", lambda: grown(recipe, work, say)),
        "export": ("", lambda: export(recipe, work, out, say)),
    }
    for name, (file, step) in steps.items():
        if file and (work / file).exists():
            say(f"{name}: already there")
        else:
            say(f"{name}: begins")
            step()
        if name == until:
            return


def together(recipe: Recipe, work: Path, say: Say) -> None:
    """Let the stages learn as one, and write `together.npz`."""
    weights = load(work / "resolved.npz")
    sources = np.load(work / "source.npy")
    rounds(recipe, recipe.together, work, weights, say, "together", [(work, "base")], sources)


def views(recipe: Recipe, pool: Path, work: Path, say: Say) -> None:
    """Write the fresh views, and what the grown first stage makes of all of them (`first.npy`)."""
    weights = load(work / "first.npz")
    for number in range(1 + max(plan.views for plan in recipe.grown)):
        folder = view_folder(work, number)
        if number and not (folder / "guide0.npy").exists():
            write_view(recipe, pool, work, number)
            say(f"  view {number} is written")
        if not (folder / "first.npy").exists():
            write_base(recipe, folder, weights, "first")


def view_folder(work: Path, number: int) -> Path:
    """Return the folder of a view; the first view are the canvases themselves."""
    return work / f"view{number}" if number else work


def grown(recipe: Recipe, work: Path, say: Say) -> None:
    """Let the student grow and learn on with more room, on several views; writes `final.npz`."""
    weights = grow(recipe, work, load(work / "together.npz"))
    most = max(plan.views for plan in recipe.grown)
    folders = [(view_folder(work, number), "first") for number in range(1 + most)]
    rounds(recipe, recipe.grown, work, weights, say, "grown", folders, np.load(work / "source.npy"))
    save(work / "final.npz", load(work / "grown.npz"))


def rounds(
    recipe: Recipe,
    plans: Sequence[Together],
    work: Path,
    weights: Weights,
    say: Say,
    name: str,
    folders: list[tuple[Path, str]],
    sources: np.ndarray,
) -> None:
    """Learn the rounds whose file is not there yet, and write the last one's weights as `<name>.npz`."""
    for number, plan in enumerate(plans):
        path = work / f"{name}{number}.npz"
        if path.exists():
            weights = load(path)
            continue
        some = folders[: 1 + plan.views]
        schools = [read_class(recipe, folder, sources, base) for folder, base in some]
        learn_together(recipe, plan, schools, weights, say, work / f"{name}.so.far.npz")
        save(path, weights)
    save(work / f"{name}.npz", weights)


def embed(recipe: Recipe, weights: Weights, pixels: np.ndarray) -> np.ndarray:
    """Return the student's embedding of uint8 pictures, shape (n, embedding_size), at the file's size.

    More pixels than the stages learnt with are worth points: the pictures to come are sharper.
    """
    size = (recipe.shape.size, recipe.shape.size)

    @tf.function(reduce_retracing=True)
    def once(x: tf.Tensor) -> tf.Tensor:
        return run(recipe.shape, tf.cast(x, tf.float32) / 127.5 - 1, weights)[1]

    parts = []
    for at in range(0, len(pixels), 20):
        sized = [cv2.resize(one, size, interpolation=cv2.INTER_CUBIC) for one in pixels[at : at + 20]]
        parts.append(once(tf.constant(np.stack(sized))).numpy())
    return np.concatenate(parts)


def say_words(recipe: Recipe, work: Path, weights: Weights) -> tuple[Words, Agreement]:
    """Return the words the embedding can keep, and their agreement on the held-out canvases."""
    embedding = embed(recipe, weights, np.load(work / "canvas.npy", mmap_mode="r"))
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
