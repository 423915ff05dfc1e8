"""Fit each stage alone to what the teacher says before and after it, from random kernels.

Every stage but the last learns the teacher's next interface from the teacher's own previous one;
its last projection is then solved by least squares. Stages share nothing, so they may learn in any
order or at once, and a stage whose file is there is not learnt again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf

from tools.compact.recipe import Recipe
from tools.compact.student import Block, Weights, layers, new_weights, run_block, run_stage

Say = Callable[[str], None]


@dataclass
class Lesson:
    """What one stage learns: inputs and wanted outputs, held-out pictures first."""

    blocks: tuple[Block, ...]
    prefix: str
    inputs: np.ndarray
    wanted: np.ndarray
    held: int

    def batch(self, rows: np.ndarray) -> tuple[tf.Tensor, tf.Tensor]:
        """Return inputs and wanted outputs of some rows as float32 tensors."""
        x = as_input(self.inputs[rows])
        return tf.constant(x), tf.constant(self.wanted[rows].astype(np.float32))


def as_input(values: np.ndarray) -> np.ndarray:
    """Return pixels as -1..1, and anything else as it is, in float32."""
    if values.dtype == np.uint8:
        return values.astype(np.float32) / np.float32(127.5) - 1
    return values.astype(np.float32)


def lesson(recipe: Recipe, work: Path, stage: int) -> Lesson:
    """Return stage `stage`'s lesson from the arrays that `targets` wrote."""
    before = "canvas" if stage == 0 else f"interface{stage - 1}"
    inputs = np.load(work / f"{before}.npy", mmap_mode="r")
    wanted = np.load(work / f"interface{stage}.npy", mmap_mode="r")
    rows = min(len(inputs), len(wanted), recipe.rows[stage] + recipe.held)
    return Lesson(recipe.shape.stages[stage], f"{stage}.", inputs[:rows], wanted[:rows], recipe.held)


def settle(blocks: tuple[Block, ...], prefix: str, weights: Weights, x: tf.Tensor) -> None:
    """Scale random kernels and set biases so that every convolution has mean 0 and deviation 1.

    This is what a BatchNorm calibrated once and folded away would do.
    """
    for number, block in enumerate(blocks):
        at = f"{prefix}{number}"
        for name, _ in layers(block, int(x.shape[-1])):
            seen: dict[str, tf.Tensor] = {}
            kernel, bias = weights[f"{at}/{name}/kernel"], weights[f"{at}/{name}/bias"]
            run_block(block, x, weights, at, seen, raw=True)
            mean = tf.reduce_mean(seen[f"{at}/{name}"], [0, 1, 2])
            deviation = tf.math.reduce_std(seen[f"{at}/{name}"], [0, 1, 2]) + 1e-3
            spread = deviation[:, None] if name == "depth" else deviation
            kernel.assign(kernel / spread)
            bias.assign((bias - mean) / deviation)
        x = run_block(block, x, weights, at)


def relative_error(task: Lesson, weights: Weights, step: int = 50) -> float:
    """Return the held-out squared error as a share of the wanted outputs' variance."""
    error = spread = 0.0
    for start in range(0, task.held, step):
        x, y = task.batch(np.arange(start, min(task.held, start + step)))
        told = run_stage(task.blocks, x, weights, task.prefix)
        error += float(tf.reduce_sum((told - y) ** 2))
        spread += float(tf.reduce_sum((y - tf.reduce_mean(y, [0, 1, 2])) ** 2))
    return error / spread


def learn(
    task: Lesson, weights: Weights, steps: int, batch: int, seed: int, say: Say, rate: float = 4e-3
) -> Iterator[float]:
    """Learn for some steps with Adam, a cosine rate and clipped gradients; yield each loss."""
    names = sorted(weights)
    variables = [weights[name] for name in names]
    adam = tf.keras.optimizers.Adam(rate, beta_2=0.99)
    adam.build(variables)

    @tf.function
    def step(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            told = run_stage(task.blocks, x, weights, task.prefix)
            loss = tf.reduce_mean((told - y) ** 2)
        gradients, _ = tf.clip_by_global_norm(tape.gradient(loss, variables), 1.0)
        adam.apply_gradients(zip(gradients, variables, strict=True))
        return loss

    random = np.random.default_rng(seed)
    for taken in range(steps):
        warm, falling = min(1, (taken + 1) / 50), 0.5 + 0.5 * np.cos(np.pi * taken / steps)
        adam.learning_rate = rate * warm * falling + 2e-5
        rows = np.sort(random.choice(np.arange(task.held, len(task.inputs)), batch, replace=False))
        yield float(step(*task.batch(rows)))
        if taken % 200 == 199:
            say(f"  {task.prefix} step {taken + 1} of {steps}")


def solve_projection(task: Lesson, weights: Weights) -> float:
    """Set the stage's last projection to the least-squares answer on its own hidden channels.

    Returns the held-out error; where the answer is worse there, the projection stays as it was.
    """
    at = f"{task.prefix}{len(task.blocks) - 1}/project/"
    kept = [weights[at + "kernel"].numpy(), weights[at + "bias"].numpy()]
    before = relative_error(task, weights)
    _solve(task, weights)
    after = relative_error(task, weights)
    if after > before:
        weights[at + "kernel"].assign(kept[0])
        weights[at + "bias"].assign(kept[1])
    return min(before, after)


def _solve(task: Lesson, weights: Weights, step: int = 50) -> None:
    number = len(task.blocks) - 1
    at = f"{task.prefix}{number}"
    last = task.blocks[number]
    gram: np.ndarray | float = 0.0
    cross: np.ndarray | float = 0.0
    random = np.random.default_rng(number)
    # Small maps need more pictures for as many positions.
    rows = max(600, 60_000 // int(np.prod(task.wanted.shape[1:3])))
    for start in range(task.held, min(len(task.inputs), task.held + rows), step):
        x, y = task.batch(np.arange(start, min(len(task.inputs), start + step)))
        for earlier, block in enumerate(task.blocks[:-1]):
            x = run_block(block, x, weights, f"{task.prefix}{earlier}")
        seen: dict[str, tf.Tensor] = {}
        told = run_block(last, x, weights, at, seen)
        y = y - (told - seen[f"{at}/project"])
        inner = seen[f"{at}/{'fused' if last.kind == 'fused' else 'depth'}"].numpy()
        inner, y = inner.reshape(-1, inner.shape[-1]), y.numpy().reshape(-1, y.shape[-1])
        if len(inner) > 8000:
            some = random.choice(len(inner), 8000, replace=False)
            inner, y = inner[some], y[some]
        inner = np.concatenate([inner, np.ones((len(inner), 1), np.float32)], 1)
        gram = gram + (inner.T @ inner).astype(np.float64)
        cross = cross + (inner.T @ y).astype(np.float64)
    gram = np.asarray(gram)
    small = 1e-5 * np.trace(gram) / len(gram)
    answer = np.linalg.solve(gram + small * np.eye(len(gram)), cross).astype(np.float32)
    weights[f"{at}/project/kernel"].assign(answer[:-1][None, None])
    weights[f"{at}/project/bias"].assign(answer[-1])


def train_stage(recipe: Recipe, work: Path, stage: int, seed: int, say: Say) -> None:
    """Train one stage and write `stage<k>.npz`, unless that file is there already."""
    path = work / f"stage{stage}.npz"
    if path.exists():
        say(f"stage {stage}: already learnt")
        return
    task = lesson(recipe, work, stage)
    weights = new_weights(task.blocks, int(task.inputs.shape[-1]), task.prefix, 100 * seed + stage)
    first, _ = task.batch(np.arange(task.held, min(len(task.inputs), task.held + 32)))
    settle(task.blocks, task.prefix, weights, first)
    start = solve_projection(task, weights)
    say(f"stage {stage}: random kernels, solved projection: error {start:.3f}")
    losses = list(learn(task, weights, recipe.steps[stage], recipe.batch[stage], 100 * seed + stage, say))
    before = relative_error(task, weights)
    after = solve_projection(task, weights)
    say(
        f"stage {stage}: {len(losses)} steps, loss {np.mean(losses[-50:]):.3f}, "
        f"held-out error {before:.4f}, projection solved {after:.4f}"
    )
    save(path, weights)


def save(path: Path, weights: Weights) -> None:
    """Write weights by name; a half-written file never takes the good one's place."""
    fresh = path.with_suffix(".part.npz")
    np.savez(fresh, **{name: variable.numpy() for name, variable in weights.items()})
    fresh.replace(path)


def load(path: Path) -> Weights:
    """Return the weights that `save` wrote."""
    with np.load(path) as kept:
        return {name: tf.Variable(kept[name]) for name in kept.files}
