"""Make the unlabelled pictures into canvases: an array that training can map into memory."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np


def pictures(folder: Path) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the source and RGB pixels of every JPEG in the folder's tar files, by name."""
    for shard in sorted(folder.glob("*.tar")):
        with tarfile.open(shard) as tar:
            for member in tar:
                file = tar.extractfile(member) if member.isfile() else None
                if file is None:
                    continue
                pixels = cv2.imdecode(np.frombuffer(file.read(), np.uint8), cv2.IMREAD_COLOR)
                if pixels is not None:
                    yield member.name.split("/")[0], pixels[..., ::-1]


def canvas(picture: np.ndarray, size: int, random: np.random.Generator) -> np.ndarray:
    """Return one training view (size, size, 3): a random square, flipped half of the time.

    The pool is smaller than the student's input. Two views in five keep the picture's own pixels
    and mirror its border outwards, so that the first stages also learn from sharp edges; the others
    are a random square of it, enlarged.
    """
    short = min(picture.shape[:2])
    whole = random.random() < 0.4
    side = short if whole else int(random.integers(int(0.65 * short), short + 1))
    top = int(random.integers(0, picture.shape[0] - side + 1))
    left = int(random.integers(0, picture.shape[1] - side + 1))
    view = picture[top : top + side, left : left + side]
    if whole and side < size:
        before = random.integers(0, size - side + 1, 2)
        after = size - side - before
        view = cv2.copyMakeBorder(
            view, int(before[0]), int(after[0]), int(before[1]), int(after[1]), cv2.BORDER_REFLECT
        )
    else:
        way = cv2.INTER_CUBIC if side < size else cv2.INTER_AREA
        view = cv2.resize(view, (size, size), interpolation=way)
    return view[:, ::-1] if random.random() < 0.5 else view


def write_canvases(folder: Path, work: Path, size: int, seed: int = 0) -> int:
    """Write `canvas.npy` and `source.npy` to the work folder in random order; return how many.

    The order is shuffled so that any first part of the array is a fair sample, and the last
    pictures can be held out.
    """
    random = np.random.default_rng(seed)
    found = list(pictures(folder))
    order = random.permutation(len(found))
    out = np.lib.format.open_memmap(work / "canvas.npy", "w+", np.uint8, (len(found), size, size, 3))
    for row, at in enumerate(order):
        out[row] = canvas(found[at][1], size, random)
    out.flush()
    np.save(work / "source.npy", np.array([found[at][0] for at in order]))
    return len(found)
