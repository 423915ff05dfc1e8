"""What can be measured of a picture without knowing what it shows, and what is wrong with it then.

All measures are taken from a copy of at most 320 pixels a side, as the store keeps them: what is
blurred there looks blurred to people and to models alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core import image

Kind = Literal["blurred", "dark", "blank", "odd_shape", "logo"]

# Below, above: where a picture is called bad. Chosen on 2,224 photographs and paintings of five
# collections and on such spoilt on purpose; tests/test_quality.py and tests/test_planted.py measure them.
BLURRED = 0.7  # sharpness; sharp photographs have 1 to 4
DARK = 58.0  # brightness plus contrast
BLANK = 5.0  # contrast
ODD_SHAPE = 3.0  # the longer side by the shorter
LOGO = 125  # colours ...
SMALL, CLEAR = 64, 0.05  # ... twice as many where it is this small, and again where it is transparent
TINY = 40  # no photograph is shown with a side this short

_TILES = 6
_FLAT = 4.0
_HASHED = 32
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


@dataclass(frozen=True)
class Quality:
    """What was measured of one picture.

    `sharpness` is about 0.4 where everything is blurred and 1 to 4 in sharp photographs, 0 without
    any edge. `brightness` (mean) and `contrast` (standard deviation) are of the luma, 0..255.
    `colours` counts how many it takes to cover 95 % of the picture. `transparent` is the
    share 0..1 of pixels that are. `phash` is 64 bits.
    """

    sharpness: float
    brightness: float
    contrast: float
    colours: int
    transparent: float
    phash: int


def measure(rgb: NDArray[np.uint8], transparent: float = 0.0) -> Quality:
    """Return the measures of a picture's small copy (h, w, 3); `transparent` is known from the original.

    >>> measure(np.full((30, 40, 3), 200, np.uint8)).contrast
    0.0
    """
    luma = rgb @ _LUMA
    return Quality(
        round(sharpness(luma), 4),
        round(float(luma.mean()), 2),
        round(float(luma.std()), 2),
        colours(rgb),
        round(transparent, 4),
        phash(rgb),
    )


def judge(quality: Quality, width: int, height: int) -> tuple[tuple[Kind, float], ...]:
    """Return what is wrong with a picture whose original has this size: (kind, score 0..1, 1 is worst).

    >>> judge(Quality(2.0, 120.0, 50.0, 900, 0.0, 0), 900, 200)
    (('odd_shape', 0.3333),)
    """
    return tuple(
        (kind, round(min(max(score, 0.0), 1.0), 4)) for kind, score in _faults(quality, width, height)
    )


def _faults(quality: Quality, width: int, height: int) -> Iterator[tuple[Kind, float]]:
    shorter, longer = sorted((width, height))
    light = quality.brightness + quality.contrast
    if quality.contrast < BLANK:
        yield "blank", 1 - quality.contrast / BLANK
    if light < DARK:  # which lets colours and edges vanish, too
        yield "dark", 1 - light / DARK
    elif quality.contrast >= BLANK and quality.sharpness < BLURRED:
        yield "blurred", 1 - quality.sharpness / BLURRED
    if longer > ODD_SHAPE * shorter:
        yield "odd_shape", 1 - ODD_SHAPE * shorter / longer
    few = LOGO * (2 if shorter <= SMALL else 1) * (2 if quality.transparent > CLEAR else 1)
    if min(quality.contrast / BLANK, light / DARK) >= 1 and (quality.colours <= few or shorter <= TINY):
        yield "logo", max(1 - quality.colours / few, 0.5 if shorter <= TINY else 0.0)


def sharpness(luma: NDArray[np.float32]) -> float:
    """Return how abrupt a picture's edges are, whatever their contrast: Laplacian over gradient energy.

    The picture is cut into 6 x 6 tiles; the sharpest tenth of those with any edge counts, so that a
    sharp cake before a blurred wall is sharp. Variance of the Laplacian alone (Pech-Pacheco 2000)
    tells blur from plain surfaces worse: at 1 % false alarms it finds 44 % of the pictures blurred by
    a radius of 2 pixels in 480, this one 99 %.
    """
    if min(luma.shape) < 3:
        return 0.0
    middle = luma[1:-1, 1:-1]
    down, right = luma[2:, 1:-1] - middle, luma[1:-1, 2:] - middle
    up, left = luma[:-2, 1:-1] - middle, luma[1:-1, :-2] - middle
    bent = _by_tile((down + right + up + left) ** 2)
    steep = _by_tile(up**2 + left**2)
    ratio = np.sort((bent / (steep + _FLAT))[steep >= _FLAT])
    return float(ratio[-1 - len(ratio) // 10]) if len(ratio) else 0.0


def _by_tile(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean of each of 6 x 6 tiles, or of fewer where there are fewer rows or columns."""
    for axis in (0, 1):
        size = values.shape[axis]
        starts = np.unique(np.arange(_TILES) * size // _TILES)
        sums = np.add.reduceat(values, starts, axis=axis)
        sizes = np.expand_dims(np.diff(np.append(starts, size)), 1 - axis)
        values = (sums / sizes).astype(np.float32)
    return values


def colours(rgb: NDArray[np.uint8]) -> int:
    """Return how many colours it takes to cover 95 % of a picture: 256 greys, by 32 x 32 hues.

    Greys are told apart finely, else a black-and-white photograph would have as few as a logo.

    >>> colours(np.repeat(np.array([[[255, 0, 0], [0, 0, 255]]], np.uint8), 9, axis=0))
    2
    """
    red, green, blue = (rgb[..., channel].astype(np.int32) for channel in range(3))
    grey = (77 * red + 150 * green + 29 * blue) >> 8
    hue = (red - grey + 256 >> 4) << 5 | (blue - grey + 256 >> 4)
    counts = np.bincount((grey << 10 | hue).ravel())
    covered = np.cumsum(np.sort(counts[counts > 0])[::-1])
    return int(np.searchsorted(covered, 0.95 * covered[-1])) + 1


def phash(rgb: NDArray[np.uint8]) -> int:
    """Return the perceptual hash of a picture, 64 bits: near pictures differ in few of them.

    The signs, about their median, of the 8 x 8 lowest frequencies but the constant ones, of the
    picture squashed to 32 x 32 (Zauner 2010, "Implementation and benchmarking of perceptual image
    hash functions").
    """
    luma = image.fit(rgb, _HASHED, crop=False) @ _LUMA
    low = _WAVES @ luma @ _WAVES.T
    bits = np.packbits(low > np.median(low))
    return int.from_bytes(bits.tobytes(), "big")


def _waves() -> NDArray[np.float32]:
    """Return the rows 1 to 8 of the DCT-II matrix of 32 points."""
    row, place = np.arange(1, 9)[:, None], np.arange(_HASHED)[None]
    return np.cos(np.pi * row * (2 * place + 1) / (2 * _HASHED)).astype(np.float32)


_WAVES = _waves()
