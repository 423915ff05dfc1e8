"""What a training run is made of: the student's shape, its teachers, how long each stage learns."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tools.compact.student import COMPACT, START, Shape


@dataclass(frozen=True)
class Guide:
    """A teacher whose pooled embedding (and scores) the student's embedding is matched to."""

    file: str
    embedding: int
    scores: int | None = None
    size: int = 224


@dataclass(frozen=True)
class Together:
    """How the stages learn as one: how long, how fast, how hard the embedding pulls.

    The rate falls from `rate` to `end` within `fall` steps (0: all of them; more: the round ends
    before the rate is down). `views` is how many fresh views
    of each picture are learnt from beside the canvases. The weights that stay are a running mean of
    those passed through, of which each step forgets `forget` (1: the last weights).
    """

    steps: int
    rate: float = 8e-4
    end: float = 0.0
    fall: int = 0
    batch: int = 48
    pull: float = 0.05
    views: int = 0
    forget: float = 1.0
    seed: int = 0


@dataclass(frozen=True)
class Recipe:
    """One training run.

    The stages are learnt in the shape `start`, at its size, and grow to `shape`, whose size is the
    file's. `interfaces` are the teacher's tensors after each stage but the last; `rows[k]` is
    how many pictures stage k learns from (the earlier the stage, the more positions a picture has);
    `steps[k]` and `batch[k]` are how long it learns.
    """

    start: Shape
    shape: Shape
    teacher: Path
    interfaces: tuple[int, ...]
    guides: tuple[Guide, ...]
    rows: tuple[int, ...]
    steps: tuple[int, ...]
    batch: tuple[int, ...]
    together: tuple[Together, ...]
    grown: tuple[Together, ...]
    first_steps: int
    held: int = 400
    seed: int = 0
    words: bool = True


def compact_recipe(models: Path) -> Recipe:
    """Return the recipe of the packaged model; `models` is the folder that holds the teachers."""
    imagenet = models / "imagenet"
    return Recipe(
        start=START,
        shape=COMPACT,
        teacher=models / "teachable_machine" / "tflite-utensils" / "model_unquant.tflite",
        interfaces=(121, 133, 149, 160, 175),
        guides=(
            Guide(str(imagenet / "tf2_mobilenet_v2_1.0_224_ptq.tflite"), 172, 174),
            Guide(str(imagenet / "mobilenet_v1_1.0_224_quant_embedding_extractor.tflite"), 82),
        ),
        rows=(13000, 13000, 13000, 13000, 13000, 13000),
        steps=(800, 800, 800, 800, 800, 400),
        batch=(12, 32, 48, 48, 96, 128),
        together=(Together(steps=1200), Together(steps=800, rate=5e-4, seed=1)),
        first_steps=2000,
        grown=(
            Together(200, 8e-4, 5e-4, fall=1000, pull=0.3, views=1, forget=0.004, seed=2),
            Together(800, 4e-4, fall=1500, pull=0.3, views=2, forget=0.004, seed=3),
            Together(500, 2e-4, pull=0.3, views=2, forget=0.008, seed=4),
        ),
    )
