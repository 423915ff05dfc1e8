"""Fit the last stage, from the last interface to the embedding, by the guides' resemblances."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import tensorflow as tf

from tools.compact.likeness import guides_resemblance, mismatch, mixed_rows
from tools.compact.recipe import Recipe
from tools.compact.stages import Say, as_input, save, settle
from tools.compact.student import Weights, new_weights, run_stage


def first_head(recipe: Recipe, work: Path, say: Say) -> None:
    """Train the last stage on the teacher's last interface and write its `stage<k>.npz`."""
    stage = len(recipe.shape.stages) - 1
    blocks, prefix = recipe.shape.stages[stage], f"{stage}."
    inputs = np.load(work / f"interface{stage - 1}.npy", mmap_mode="r")
    weights = new_weights(blocks, int(inputs.shape[-1]), prefix, 100 * recipe.seed + stage)
    settle(blocks, prefix, weights, tf.constant(as_input(inputs[recipe.held :][:128])))
    # A bias below zero makes the pooled channels sparse, which the square root rewards.
    bias = weights[f"{prefix}{len(blocks) - 1}/last/bias"]
    bias.assign(bias - 0.5)
    learn_head(recipe, work, inputs, weights, 2e-3, recipe.steps[stage], say)
    save(work / f"stage{stage}.npz", weights)


def learn_head(
    recipe: Recipe,
    work: Path,
    inputs: np.ndarray,
    weights: Weights,
    rate: float,
    steps: int,
    say: Say,
) -> None:
    """Let the last stage learn the guides' resemblances from some inputs."""
    stage = len(recipe.shape.stages) - 1
    blocks, prefix, batch = recipe.shape.stages[stage], f"{stage}.", recipe.batch[stage]
    guides = [np.load(work / f"guide{k}.npy") for k in range(len(recipe.guides))]
    sources = np.load(work / "source.npy")[: len(inputs)]
    variables = [weights[name] for name in sorted(weights)]
    adam = tf.keras.optimizers.Adam(rate, beta_2=0.99)
    adam.build(variables)

    def lesson(rows: np.ndarray) -> tuple[tf.Tensor, tf.Tensor]:
        told = [tf.constant(as_input(guide[rows])) for guide in guides]
        return tf.constant(as_input(inputs[rows])), guides_resemblance(told)

    @tf.function(reduce_retracing=True)
    def step(x: tf.Tensor, wanted: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            loss = mismatch(pooled(x), wanted)
        gradients, _ = tf.clip_by_global_norm(tape.gradient(loss, variables), 1.0)
        adam.apply_gradients(zip(gradients, variables, strict=True))
        return loss

    def pooled(x: tf.Tensor) -> tf.Tensor:
        return tf.reduce_mean(run_stage(blocks, x, weights, prefix), [1, 2])

    def held_out() -> float:
        x, wanted = lesson(np.arange(recipe.held))
        return float(mismatch(pooled(x), wanted))

    before = held_out()
    random = np.random.default_rng(100 * recipe.seed + stage)
    losses: list[float] = []
    for taken in range(steps):
        adam.learning_rate = rate * (0.5 + 0.5 * np.cos(np.pi * taken / steps)) + 1e-5
        losses.append(float(step(*lesson(mixed_rows(sources, recipe.held, batch, random)))))
        if len(losses) % 100 == 0:
            say(f"  {prefix} step {len(losses)} of {steps}, loss {np.mean(losses[-100:]):.3f}")
    say(
        f"stage {stage}: {steps} steps, loss {np.mean(losses[:20]):.3f} to "
        f"{np.mean(losses[-50:]):.3f}, held-out {before:.3f} to {held_out():.3f}"
    )
