"""Faults planted on purpose: duplicates, blur, logos and wrong labels, and how many of them are found."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from core import image

RGB = NDArray[np.uint8]
DUPLICATES, BLURRED, LOGOS, WRONG = 50, 20, 20, 20


@dataclass
class Planted:
    """Pictures by name with their labels, and the names of what was planted among them."""

    files: dict[str, bytes]
    labels: dict[str, str]
    copies: dict[str, str] = field(default_factory=dict)
    blurred: set[str] = field(default_factory=set)
    logos: set[str] = field(default_factory=set)
    wrong: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """How much of what was planted was found, and how much of what was found was planted, 0..1."""

    recall: float
    precision: float
    found: int


def plant(folder: Path, classes: tuple[str, ...], seed: int = 0) -> Planted:
    """Return a folder's pictures of these classes with everything planted, each fault on others."""
    rng = np.random.default_rng(seed)
    files = [file for name in classes for file in sorted((folder / name).iterdir())]
    planted = Planted(
        {file.name: file.read_bytes() for file in files}, {file.name: file.parent.name for file in files}
    )
    names = rng.permutation([file.name for file in files]).tolist()
    for number, name in enumerate(names[:DUPLICATES]):
        planted.copies[f"copy {number}"] = name
        planted.files[f"copy {number}"] = _again(image.decode(planted.files[name]), number, rng)
        planted.labels[f"copy {number}"] = planted.labels[name]
    for name in names[DUPLICATES : DUPLICATES + BLURRED]:
        radius = float(rng.uniform(2.5, 6))
        soft = cv2.GaussianBlur(image.decode(planted.files[name]), (0, 0), radius)
        planted.files[name] = image.encode(soft, "jpeg", 90)
        planted.blurred.add(name)
    for name in names[DUPLICATES + BLURRED : DUPLICATES + BLURRED + WRONG]:
        planted.wrong[name] = planted.labels[name]
        planted.labels[name] = str(rng.choice([other for other in classes if other != planted.labels[name]]))
    for number in range(LOGOS):
        planted.files[f"logo {number}"] = _logo(number, rng)
        planted.labels[f"logo {number}"] = str(rng.choice(classes))
        planted.logos.add(f"logo {number}")
    return planted


def scored(found: set[str], wanted: set[str]) -> Found:
    """Return how well a set of names was found.

    >>> scored({"a", "b"}, {"a", "c", "d", "e"})
    Found(recall=0.25, precision=0.5, found=2)
    """
    both = len(found & wanted)
    return Found(round(both / len(wanted), 3), round(both / max(len(found), 1), 3), len(found))


def _again(rgb: RGB, number: int, rng: np.random.Generator) -> bytes:
    """Return a picture re-encoded, made smaller, cropped by up to 5 %, or several of these."""
    if number % 5 >= 3:
        height, width = rgb.shape[:2]
        cut = rng.uniform(0.01, 0.05)
        top, left = (int(rng.uniform(0, cut * side)) for side in (height, width))
        rgb = rgb[top : top + int((1 - cut) * height), left : left + int((1 - cut) * width)]
    if number % 5 in (1, 2, 4):
        rgb = image.thumbnail(rgb, int(max(rgb.shape) * rng.uniform(0.4, 0.9)))
    return image.encode(rgb, "webp" if number % 2 else "jpeg", int(rng.integers(40, 85)))


def _logo(number: int, rng: np.random.Generator) -> bytes:
    """Return a word and a few shapes, as shops have them: mostly PNG, half of them transparent."""
    width, height = [(88, 31), (120, 60), (150, 150), (200, 80), (300, 100), (64, 64), (240, 240), (32, 32)][
        number % 8
    ]
    canvas = np.zeros((height * 4, width * 4, 4), np.uint8)
    if number % 2:
        canvas[:] = (*(rng.integers(0, 256, 3) if number % 4 == 1 else (255, 255, 255)), 255)
    for _ in range(int(rng.integers(1, 4))):
        colour = (*rng.integers(0, 256, 3).tolist(), 255)
        x, y = int(rng.integers(width * 4)), int(rng.integers(height * 4))
        size = int(rng.integers(height // 2, height * 2))
        if rng.random() < 0.5:
            cv2.circle(canvas, (x, y), size, colour, -1)
        else:
            cv2.rectangle(canvas, (x, y), (x + size, y + size // 2), colour, -1)
    word = "".join(rng.choice(list("ABCDEFGHIKLMNOPRSTU"), int(rng.integers(2, 8))))
    ink = (*rng.integers(0, 256, 3).tolist(), 255)
    scale = min(4 * width / len(word) / 22, height / 9)
    cv2.putText(
        canvas, word, (width // 5, height * 3), cv2.FONT_HERSHEY_DUPLEX, scale, ink, int(2 * scale) + 1
    )
    small = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)
    if number % 5 == 4:
        return bytes(cv2.imencode(".jpg", small[..., :3])[1])
    return bytes(cv2.imencode(".png", small)[1])
