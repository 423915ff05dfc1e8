"""From a picture to a model's input: the only place where that happens."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import image
from core.errors import ModelBroken
from core.models import Pixels


def view(rgb: NDArray[np.uint8], pixels: Pixels) -> NDArray[np.uint8]:
    """Return what the model sees, (size, size, 3) uint8: the crop or squash, before any scaling."""
    return image.fit(
        rgb,
        pixels.size,
        crop=pixels.fit == "crop",
        interpolation=pixels.interpolation,
        mirror=pixels.mirror,
    )


def tensor(seen: NDArray[np.uint8], pixels: Pixels, dtype: Any) -> NDArray[Any]:
    """Return a view as the model's input of shape (1, size, size, 3) and of this dtype.

    Raises ModelBroken for a dtype no image model takes.

    >>> tensor(np.full((1, 1, 3), 255, np.uint8), Pixels(size=1), np.float32).ravel()
    array([1., 1., 1.], dtype=float32)
    """
    if dtype == np.uint8:
        return seen[None]
    if dtype == np.int8:
        return (seen ^ 0x80).view(np.int8)[None]
    if dtype == np.float32:
        scaled = np.multiply(seen, np.float32(pixels.scale), dtype=np.float32)
        scaled += np.float32(pixels.offset)
        return scaled[None]
    raise ModelBroken(f"This model wants its pixels as {np.dtype(dtype).name}, which we do not make.")
