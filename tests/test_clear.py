"""How much of a picture is transparent."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from core import image
from core.image.clear import transparent_share


def half_clear(size: int = 20) -> np.ndarray:
    bgra = np.full((size, size, 4), 255, np.uint8)
    bgra[: size // 2, :, 3] = 0
    return bgra


def share(data: bytes) -> float:
    return transparent_share(data, image.read_header(data))


@pytest.mark.parametrize("ending", [".png", ".webp"])
def test_half_a_picture_is_clear(ending: str) -> None:
    assert share(bytes(cv2.imencode(ending, half_clear())[1])) == pytest.approx(0.5)


def test_sixteen_bits_are_understood() -> None:
    assert share(bytes(cv2.imencode(".png", half_clear().astype(np.uint16) * 257)[1])) == 0.5


def test_a_palette_and_a_grey_may_be_clear() -> None:
    for mode, clear in (("P", 3), ("L", 3)):
        drawn = Image.new(mode, (10, 10), 5)
        if mode == "P":
            drawn.putpalette([part for number in range(256) for part in (number, 255 - number, 90)])
        drawn.paste(3, (0, 0, 10, 4))
        out = io.BytesIO()
        drawn.save(out, "PNG", transparency=clear)
        assert share(out.getvalue()) == pytest.approx(0.4), mode


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_a_photograph_is_not_clear_at_all(kind: str) -> None:
    assert share(image.encode(np.full((9, 9, 3), 90, np.uint8), kind)) == 0  # type: ignore[arg-type]


def test_a_damaged_picture_counts_as_not_clear() -> None:
    whole = bytes(cv2.imencode(".webp", half_clear(60))[1])
    assert transparent_share(whole[: len(whole) // 2], image.read_header(whole)) == 0
