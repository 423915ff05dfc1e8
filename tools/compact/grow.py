"""Let a student that has learnt grow: more blocks at the end of its stages, which change nothing yet.

A new block has random kernels and a projection of zeros, so the grown student answers as before and
then learns on with more room. The first stage, whose only input are pixels, learns on by itself.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import tensorflow as tf

from tools.compact.recipe import Recipe
from tools.compact.stages import (
    Lesson,
    Say,
    as_input,
    learn,
    load,
    relative_error,
    save,
    settle,
    solve_projection,
)
from tools.compact.student import Shape, Weights, layers, new_weights, run_stage


def grown_stage(recipe: Recipe, weights: Weights, stage: int, inputs: np.ndarray) -> Weights:
    """Return the weights of a grown stage, from those of the smaller student and some inputs."""
    before, after = recipe.start.stages[stage], recipe.shape.stages[stage]
    into = int(inputs.shape[-1])
    fresh = new_weights(after, into, f"{stage}.", 100 * recipe.seed + 50 + stage)
    settle(after, f"{stage}.", fresh, tf.constant(as_input(inputs)))
    places = kept_places(recipe.start, recipe.shape, stage)
    for old, new in enumerate(places):
        for name, _ in layers(before[old], into):
            for part in ("kernel", "bias"):
                fresh[f"{stage}.{new}/{name}/{part}"].assign(weights[f"{stage}.{old}/{name}/{part}"])
        into = before[old].out
    for new in set(range(len(after))) - set(places):
        for part in ("kernel", "bias"):
            variable = fresh[f"{stage}.{new}/project/{part}"]
            variable.assign(tf.zeros_like(variable))
    return fresh


def kept_places(start: Shape, grown: Shape, stage: int) -> list[int]:
    """Return where each block of the smaller stage stands in the grown one; a "last" one stays last."""
    places = list(range(len(start.stages[stage])))
    if start.stages[stage][-1].kind == "last":
        places[-1] = len(grown.stages[stage]) - 1
    return places


def grow(recipe: Recipe, work: Path, weights: Weights, count: int = 32) -> Weights:
    """Return the grown student; its first stage comes from `first.npz`, where it has learnt on."""
    grown = load(work / "first.npz")
    canvases = np.load(work / "canvas.npy", mmap_mode="r")[recipe.held :][:count]
    x = run_stage(recipe.shape.stages[0], tf.constant(as_input(canvases)), grown, "0.")
    for stage in range(1, len(recipe.shape.stages)):
        part = grown_stage(recipe, weights, stage, x.numpy())
        x = run_stage(recipe.shape.stages[stage], x, part, f"{stage}.")
        grown |= part
    return grown


def grow_first(recipe: Recipe, work: Path, say: Say) -> None:
    """Grow the first stage, solve its new projection, let it learn on alone, write `first.npz`."""
    inputs = np.load(work / "canvas.npy", mmap_mode="r")
    wanted = np.load(work / "interface0.npy", mmap_mode="r")
    rows = min(len(inputs), len(wanted))
    task = Lesson(recipe.shape.stages[0], "0.", inputs[:rows], wanted[:rows], recipe.held)
    weights = grown_stage(recipe, load(work / "stage0.npz"), 0, inputs[recipe.held :][:32])
    before = relative_error(task, weights)
    say(f"stage 0 grown: error {before:.4f}, new projection {solve_projection(task, weights):.4f}")
    list(learn(task, weights, recipe.first_steps, recipe.batch[0], 50 + recipe.seed, say, 2e-3))
    say(f"stage 0 grown: {recipe.first_steps} steps, held-out error {solve_projection(task, weights):.4f}")
    save(work / "first.npz", weights)
