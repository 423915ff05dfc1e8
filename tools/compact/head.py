"""Fit the last stage, from the last interface to the embedding, by the guides' resemblances."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import tensorflow as tf

from tools.compact.likeness import guides_resemblance, mismatch, mixed_rows
from tools.compact.recipe import Recipe
from tools.compact.stages import Say, as_input, save, settle
from tools.compact.student import Weights, new_weights, run_stage


def train_head(recipe: Recipe, work: Path, seed: int, say: Say) -> None:
    """Train the last stage and write its `stage<k>.npz`, unless that file is there already."""
    stage = len(recipe.shape.stages) - 1
    path = work / f"stage{stage}.npz"
    if path.exists():
        say(f"stage {stage}: already learnt")
        return
    blocks, prefix = recipe.shape.stages[stage], f"{stage}."
    inputs = np.load(work / f"interface{stage - 1}.npy", mmap_mode="r")
    guides = [np.load(work / f"guide{k}.npy") for k in range(len(recipe.guides))]
    sources = np.load(work / "source.npy")[: len(inputs)]
    weights = new_weights(blocks, int(inputs.shape[-1]), prefix, 100 * seed + stage)
    settle(blocks, prefix, weights, tf.constant(as_input(inputs[recipe.held :][:128])))
    # A bias below zero makes the pooled channels sparse, which the square root rewards.
    bias = weights[f"{prefix}{len(blocks) - 1}/last/bias"]
    bias.assign(bias - 0.5)
    names = sorted(weights)
    variables = [weights[name] for name in names]
    adam = tf.keras.optimizers.Adam(2e-3, beta_2=0.99)
    adam.build(variables)

    def loss_of(rows: np.ndarray) -> tuple[tf.Tensor, tf.Tensor]:
        told = [tf.constant(guide[rows].astype(np.float32)) for guide in guides]
        return tf.constant(as_input(inputs[rows])), guides_resemblance(told)

    @tf.function(reduce_retracing=True)
    def step(x: tf.Tensor, wanted: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            embedding = tf.reduce_mean(run_stage(blocks, x, weights, prefix), [1, 2])
            loss = mismatch(embedding, wanted)
        gradients, _ = tf.clip_by_global_norm(tape.gradient(loss, variables), 1.0)
        adam.apply_gradients(zip(gradients, variables, strict=True))
        return loss

    random = np.random.default_rng(100 * seed + stage)
    steps, batch = recipe.steps[stage], recipe.batch[stage]
    losses: list[float] = []
    for taken in range(steps):
        adam.learning_rate = 2e-3 * (0.5 + 0.5 * np.cos(np.pi * taken / steps)) + 1e-5
        losses.append(float(step(*loss_of(mixed_rows(sources, recipe.held, batch, random)))))
        if len(losses) % 200 == 0:
            say(f"  {prefix} step {len(losses)}, loss {np.mean(losses[-200:]):.3f}")
    say(
        f"stage {stage}: {len(losses)} steps, loss {np.mean(losses[:20]):.3f} to "
        f"{np.mean(losses[-50:]):.3f}, held-out {_held(recipe, work, weights):.3f}"
    )
    save(path, weights)


def _held(recipe: Recipe, work: Path, weights: Weights) -> float:
    stage = len(recipe.shape.stages) - 1
    rows = np.arange(recipe.held)
    inputs = np.load(work / f"interface{stage - 1}.npy", mmap_mode="r")[rows]
    told = [
        tf.constant(np.load(work / f"guide{k}.npy")[rows].astype(np.float32))
        for k in range(len(recipe.guides))
    ]
    last = run_stage(recipe.shape.stages[stage], tf.constant(as_input(inputs)), weights, f"{stage}.")
    return float(mismatch(tf.reduce_mean(last, [1, 2]), guides_resemblance(told)))
