"""Print the share of copied hidden channels, beside controls that say what chance is.

python -m tools.compact.copies --models FOLDER --work FOLDER
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf

from tools.compact.copied import (
    Hidden,
    activations_share,
    kernels_share,
    shuffled,
    student_activations,
    student_hidden,
    teacher_activations,
    teacher_hidden,
)
from tools.compact.recipe import compact_recipe
from tools.compact.stages import load
from tools.compact.student import random_student
from tools.compact.teachers import read_teacher

PICTURES = 48


def permuted(hidden: list[Hidden], seed: int = 0) -> list[Hidden]:
    """Return the same channels in another order and at other scales: a copy in disguise."""
    random = np.random.default_rng(seed)
    found = []
    for one in hidden:
        order = random.permutation(len(one.incoming))
        scale = random.uniform(0.5, 2, (len(order), 1))
        found.append(Hidden(one.incoming[order] * scale, one.depth[order] / scale))
    return found


def main() -> None:
    """Measure the trained student, a random one, other nets and a disguised copy."""
    parser = argparse.ArgumentParser(prog="python -m tools.compact.copies", description=__doc__)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    given = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    recipe = compact_recipe(given.models)
    weights, fresh = load(given.work / "final.npz"), random_student(recipe.shape, 1)
    with np.load(given.work / "scale.npz") as kept:
        scale = {name: kept[name] for name in kept.files}
    pixels = np.load(given.work / "canvas.npy", mmap_mode="r")[:PICTURES]

    teacher = read_teacher(recipe.teacher)
    theirs, ours = teacher_hidden(teacher), student_hidden(recipe.shape, weights, scale)
    print("by kernels: share of hidden channels with incoming and depthwise cosine > 0.95")
    print(f"  compact                           {kernels_share(ours, theirs):.4f}")
    chance = [kernels_share(ours, [shuffled(h, s) for h in theirs]) for s in range(3)]
    print(f"  chance (teacher's inputs shuffled) {np.mean(chance):.4f}")
    untrained = student_hidden(recipe.shape, fresh, scale)
    print(f"  compact before training           {kernels_share(untrained, theirs):.4f}")
    print(f"  the teacher, reordered and scaled {kernels_share(permuted(theirs), theirs):.4f}")

    print("by activations: share of hidden channels that correlate > 0.95 with a teacher's")
    maps = teacher_activations(teacher, pixels)
    ours_maps = student_activations(recipe.shape, weights, pixels)
    print(f"  compact                           {activations_share(ours_maps, maps):.4f}")
    print(
        "  compact before training           "
        f"{activations_share(student_activations(recipe.shape, fresh, pixels), maps):.4f}"
    )
    for guide in recipe.guides:
        other = teacher_activations(read_teacher(Path(guide.file)), pixels)
        name = Path(guide.file).stem[:30]
        print(f"  {name:33} {activations_share(other, maps):.4f}")
        print(f"  compact against it                {activations_share(ours_maps, other):.4f}")
    print(f"  the teacher, against itself       {activations_share(maps, maps):.4f}")


if __name__ == "__main__":
    main()
