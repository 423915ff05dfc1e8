"""Put the stages together and let them learn as one net, from where each of them stopped.

First the projections are solved again on the student's own inputs, since each stage learnt on the
teacher's. Then all stages but the first, which has the pixels themselves for input, learn together:
the wanted interfaces keep them near the teacher's path, the guides' resemblances pull the embedding.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf

from tools.compact.likeness import guides_resemblance, mismatch, mixed_rows
from tools.compact.recipe import Recipe, Together
from tools.compact.stages import (
    Lesson,
    Say,
    as_input,
    load,
    relative_error,
    save,
    solve_projection,
)
from tools.compact.student import Weights, run_stage


def assemble(recipe: Recipe, work: Path) -> Weights:
    """Return the weights of all stages as they were learnt, each alone."""
    weights: Weights = {}
    for stage in range(len(recipe.shape.stages)):
        weights |= load(work / f"stage{stage}.npz")
    return weights


def write_base(recipe: Recipe, folder: Path, weights: Weights, name: str = "base") -> None:
    """Write what the first stage makes of every canvas of a folder; it learns no further."""
    canvases = np.load(folder / "canvas.npy", mmap_mode="r")
    np.save(folder / f"{name}.npy", told(recipe, weights, 0, canvases))


def resolve(recipe: Recipe, work: Path, weights: Weights, say: Say, rows: int = 2400) -> None:
    """Solve the projections of the middle stages again, on the student's own inputs."""
    count = recipe.held + rows
    inputs = np.load(work / "base.npy", mmap_mode="r")[:count]
    for stage in range(1, len(recipe.shape.stages) - 1):
        wanted = np.load(work / f"interface{stage}.npy", mmap_mode="r")[:count]
        held = min(recipe.held, len(wanted) // 2)
        task = Lesson(recipe.shape.stages[stage], f"{stage}.", inputs, wanted, held)
        before = relative_error(task, weights)
        after = solve_projection(task, weights)
        say(f"stage {stage}: error on its own inputs {before:.4f}, solved again {after:.4f}")
        inputs = told(recipe, weights, stage, inputs)


def told(recipe: Recipe, weights: Weights, stage: int, inputs: np.ndarray) -> np.ndarray:
    """Return what a stage makes of some inputs, in float16."""

    @tf.function(reduce_retracing=True)
    def once(x: tf.Tensor) -> tf.Tensor:
        return run_stage(recipe.shape.stages[stage], x, weights, f"{stage}.")

    parts = range(0, len(inputs), 50)
    out = [once(tf.constant(as_input(inputs[at : at + 50]))).numpy() for at in parts]
    return np.concatenate([one.astype(np.float16) for one in out])


@dataclass
class Class:
    """Everything the stages learn from together, rows in the canvases' order."""

    base: np.ndarray
    hints: list[np.ndarray]
    guides: list[np.ndarray]
    sources: np.ndarray
    held: int

    def lesson(self, rows: np.ndarray) -> tuple[tf.Tensor, tuple[tf.Tensor, ...], tuple[tf.Tensor, ...]]:
        """Return inputs, wanted interfaces and guides' embeddings of some rows."""
        return (
            tf.constant(as_input(self.base[rows])),
            tuple(tf.constant(as_input(hint[rows])) for hint in self.hints),
            tuple(tf.constant(as_input(guide[rows])) for guide in self.guides),
        )


def read_class(recipe: Recipe, folder: Path, sources: np.ndarray, name: str = "base") -> Class:
    """Return what lies in a folder of canvases, cut to the rows that every array has."""
    last = len(recipe.shape.stages) - 1
    hints = [np.load(folder / f"interface{k}.npy", mmap_mode="r") for k in range(1, last)]
    base = np.load(folder / f"{name}.npy", mmap_mode="r")
    count = min([len(base), *map(len, hints)])
    guides = [np.load(folder / f"guide{k}.npy") for k in range(len(recipe.guides))]
    return Class(base[:count], hints, guides, sources[:count], recipe.held)


def later_stages(
    recipe: Recipe, x: tf.Tensor, weights: Weights, pull: float = 1.0
) -> tuple[list[tf.Tensor], tf.Tensor]:
    """Return the interfaces after every stage but the first, and the mean over the last map.

    `pull` is the share of the embedding's gradient that reaches the stages before the last. What
    stands beside the last map in the embedding is not asked to resemble: it did no better for it.
    """
    between = []
    last = len(recipe.shape.stages) - 1
    for stage in range(1, last):
        x = run_stage(recipe.shape.stages[stage], x, weights, f"{stage}.")
        between.append(x)
    x = pull * x + (1 - pull) * tf.stop_gradient(x)
    x = run_stage(recipe.shape.stages[last], x, weights, f"{last}.")
    return between, tf.reduce_mean(x, [1, 2])


def learn_together(
    recipe: Recipe, plan: Together, schools: list[Class], weights: Weights, say: Say, so_far: Path
) -> None:
    """Let all stages but the first learn as one net; saves `so_far` as it goes.

    Every batch comes from one of the schools (views of the same pictures); the first one's held-out
    pictures tell how far it got.
    """
    head = f"{len(recipe.shape.stages) - 1}."
    names = [name for name in weights if not name.startswith("0.")]
    # Sorted by group: the path before the head, then the head, each clipped by itself. Otherwise
    # the embedding's steep gradient drowns what the interfaces say.
    names = sorted(names, key=lambda name: (name.startswith(head), name))
    path = sum(not name.startswith(head) for name in names)
    variables = [weights[name] for name in names]
    means = [tf.Variable(variable) for variable in variables]
    adam = tf.keras.optimizers.Adam(plan.rate, beta_2=0.99)
    adam.build(variables)

    @tf.function(reduce_retracing=True)
    def step(
        x: tf.Tensor, hints: tuple[tf.Tensor, ...], guides: tuple[tf.Tensor, ...], forget: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        wanted = guides_resemblance(list(guides))
        with tf.GradientTape() as tape:
            between, embedding = later_stages(recipe, x, weights, plan.pull)
            pairs = zip(between, hints, strict=True)
            near = tf.add_n([tf.reduce_mean((ours - theirs) ** 2) for ours, theirs in pairs])
            alike = mismatch(embedding, wanted)
            loss = alike + near
        slopes = tape.gradient(loss, variables)
        gradients = [
            *tf.clip_by_global_norm(slopes[:path], 1.0)[0],
            *tf.clip_by_global_norm(slopes[path:], 1.0)[0],
        ]
        adam.apply_gradients(zip(gradients, variables, strict=True))
        for mean, variable in zip(means, variables, strict=True):
            mean.assign_add(forget * (variable - mean))
        return near, alike

    settled = weights | dict(zip(names, means, strict=True))

    @tf.function
    def held_embedding(x: tf.Tensor) -> tf.Tensor:
        return later_stages(recipe, x, settled)[1]

    def held_out() -> float:
        x, _, guides = schools[0].lesson(np.arange(min(recipe.held, 200)))
        return float(mismatch(held_embedding(x), guides_resemblance(list(guides))))

    say(f"together: held-out mismatch {held_out():.3f} at the start")
    random = np.random.default_rng(plan.seed)
    losses: list[list[float]] = []
    for taken in range(plan.steps):
        warm = min(1, (taken + 1) / 50)
        falling = 0.5 + 0.5 * np.cos(np.pi * taken / (plan.fall or plan.steps))
        adam.learning_rate = (plan.end + (plan.rate - plan.end) * falling) * warm + 1e-5
        # At first the mean forgets faster, so that where it began does not linger.
        forget = tf.constant(max(plan.forget, 1 / (taken + 1)), tf.float32)
        school = schools[random.integers(len(schools))] if len(schools) > 1 else schools[0]
        rows = mixed_rows(school.sources, recipe.held, plan.batch, random)
        losses.append([float(v) for v in step(*school.lesson(rows), forget)])
        if len(losses) % 50 == 0:
            near, alike = np.mean(losses[-50:], axis=0)
            say(
                f"  together step {len(losses)} of {plan.steps}: hints {near:.3f}, "
                f"mismatch {alike:.3f}, held-out {held_out():.3f}"
            )
            save(so_far, settled)
    for variable, mean in zip(variables, means, strict=True):
        variable.assign(mean)
    say(f"together: {len(losses)} steps, held-out mismatch {held_out():.3f}")
