"""Few-shot accuracy of an embedding: ridge on N shots a class, 30 random draws, five image sets.

The pictures are the first 60 files of each class by name, cropped to the centre square. The same
seeds give every embedding the same draws, so that rows can be compared pair by pair.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

SETS = ("a_cake", "b_grocery_fruit", "b_rps_green", "b_sign_digits", "c_paintings_pacs")
LEFT_OUT = ("borderline_pastry",)
Embed = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Labelled:
    """One set's pictures (n, size, size, 3) uint8 RGB, and its class numbers."""

    name: str
    pictures: np.ndarray
    classes: np.ndarray


@dataclass(frozen=True)
class Figure:
    """Mean accuracy in % over the draws, and the half width of its 95 % interval."""

    mean: float
    half: float
    draws: tuple[float, ...]


def square(path: Path, size: int) -> np.ndarray:
    """Return a picture's centre square as (size, size, 3) uint8 RGB, shrunk by area."""
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError(f"{path} is not a picture that OpenCV can read.")
    height, width = picture.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    cut = picture[top : top + side, left : left + side, ::-1]
    return cv2.resize(cut, (size, size), interpolation=cv2.INTER_AREA)


def load_set(folder: Path, size: int, per_class: int = 60) -> Labelled:
    """Return the first pictures of each class of a folder of class folders."""
    pictures, classes = [], []
    names = sorted(c.name for c in folder.iterdir() if c.is_dir() and c.name not in LEFT_OUT)
    for number, name in enumerate(names):
        for path in sorted((folder / name).iterdir())[:per_class]:
            pictures.append(square(path, size))
            classes.append(number)
    return Labelled(folder.name, np.stack(pictures), np.array(classes))


def ridge_hits(train: np.ndarray, classes: np.ndarray, test: np.ndarray, penalty: float) -> np.ndarray:
    """Return the predicted class of each test row, by ridge on centred square roots, unit length."""
    root, other = np.sqrt(np.maximum(train, 0)), np.sqrt(np.maximum(test, 0))
    mean = root.mean(0)
    root, other = _unit(root - mean), _unit(other - mean)
    kinds = int(classes.max()) + 1
    target = np.eye(kinds)[classes] - 1 / kinds
    weights = np.linalg.solve(root @ root.T + penalty * np.eye(len(root)), target)
    return (other @ (root.T @ weights)).argmax(1)


def few_shot(
    embedding: np.ndarray, classes: np.ndarray, shots: int = 5, draws: int = 30, penalty: float = 0.3
) -> Figure:
    """Return the accuracy over random draws of `shots` pictures a class, all others the test.

    >>> far = np.repeat(np.eye(2), 10, axis=0)
    >>> few_shot(far, np.repeat([0, 1], 10), draws=3).mean
    100.0
    """
    found = []
    for seed in range(draws):
        random = np.random.default_rng(seed)
        chosen = np.concatenate(
            [random.permutation(np.flatnonzero(classes == c))[:shots] for c in np.unique(classes)]
        )
        rest = np.setdiff1d(np.arange(len(classes)), chosen)
        hits = ridge_hits(embedding[chosen], classes[chosen], embedding[rest], penalty)
        found.append(100 * float((hits == classes[rest]).mean()))
    return figure(found)


def figure(found: list[float]) -> Figure:
    """Return the mean of some draws with its 95 % interval (normal, standard error of the mean)."""
    half = 1.96 * float(np.std(found, ddof=1)) / np.sqrt(len(found)) if len(found) > 1 else 0.0
    return Figure(float(np.mean(found)), float(half), tuple(found))


def colour_histogram(pictures: np.ndarray, bins: int = 8) -> np.ndarray:
    """Return the share of pixels in each of bins**3 colours, shape (n, bins**3)."""
    step = 256 // bins
    rows = []
    for picture in pictures:
        cell = picture.reshape(-1, 3).astype(np.int64) // step
        index = (cell[:, 0] * bins + cell[:, 1]) * bins + cell[:, 2]
        rows.append(np.bincount(index, minlength=bins**3) / len(index))
    return np.stack(rows).astype(np.float32)


def table(images: Path, embed: Embed, size: int, draws: int = 30) -> dict[str, Figure]:
    """Return one figure per set of `images`, and "mean" over the sets, draw by draw."""
    rows: dict[str, Figure] = {}
    for name in SETS:
        labelled = load_set(images / name, size)
        rows[name] = few_shot(embed(labelled.pictures), labelled.classes, draws=draws)
    each = np.mean([rows[name].draws for name in SETS], axis=0)
    rows["mean"] = figure([float(value) for value in each])
    return rows


def _unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
