"""Encoding, fitting, thumbnails."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import UnusableImage
from core.image import decode, encode, fit, read_header, thumbnail
from tests.image.made import BLUE, GREEN, GREY, RED, about, fields, four_fields, sides


@pytest.mark.parametrize(("kind", "tolerance"), [("png", 0), ("jpeg", 4), ("webp", 8)])
def test_what_is_encoded_comes_back(kind: Any, tolerance: int) -> None:
    rgb = np.asarray(four_fields())
    data = encode(rgb, kind, quality=90)
    assert read_header(data).kind == kind
    assert np.array(fields(decode(data))) == about([RED, GREEN, BLUE, GREY], tolerance)


def test_lower_quality_makes_a_smaller_file() -> None:
    noise = np.random.default_rng(3).integers(0, 256, (64, 64, 3), np.uint8)
    for kind in ("jpeg", "webp"):
        assert len(encode(noise, kind, 20)) < len(encode(noise, kind, 90)) / 2


def test_a_side_too_long_for_its_kind_is_refused() -> None:
    with pytest.raises(UnusableImage, match=r"17000 pixels is too long for WEBP"):
        encode(np.zeros((1, 17_000, 3), np.uint8), "webp")


@given(
    width=sides,
    height=sides,
    size=sides,
    crop=st.booleans(),
    method=st.sampled_from(["area", "linear"]),
)
@settings(deadline=None)
def test_fit_is_always_a_square_and_mirrored_twice_itself(
    width: int, height: int, size: int, crop: bool, method: Any
) -> None:
    rgb = np.random.default_rng(width * height).integers(0, 256, (height, width, 3), np.uint8)
    kept = rgb.copy()
    once = fit(rgb, size, crop=crop, interpolation=method)
    assert once.shape == (size, size, 3) and once.dtype == np.uint8 and once.flags.c_contiguous
    mirrored = fit(rgb, size, crop=crop, interpolation=method, mirror=True)
    assert (mirrored == once[:, ::-1]).all()
    assert (fit(mirrored, size, mirror=True) == once).all()
    assert (rgb == kept).all() and not np.shares_memory(rgb, once)


@given(width=sides, height=sides)
@settings(deadline=None)
def test_the_square_is_cut_from_the_centre(width: int, height: int) -> None:
    side = min(width, height)
    rgb = np.zeros((height, width, 3), np.uint8)
    rgb[..., 0], rgb[..., 1] = np.arange(height)[:, None], np.arange(width)
    square = fit(rgb, side)
    top, left = int(square[0, 0, 0]), int(square[0, 0, 1])
    assert abs(2 * top - (height - side)) <= 1 and abs(2 * left - (width - side)) <= 1
    assert (square == rgb[top : top + side, left : left + side]).all()


def test_squashing_keeps_all_of_the_picture_and_area_averages_it() -> None:
    rgb = np.asarray(four_fields(200, 100))
    assert fields(fit(rgb, 32, crop=False)) == [RED, GREEN, BLUE, GREY]
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, ::2] = 200
    assert (fit(stripes, 32) == 100).all()
    assert len(np.unique(fit(stripes[:, :4], 64))) > 2  # enlarged smoothly, not in blocks


@given(width=st.integers(1, 300), height=st.integers(1, 300), side=st.integers(1, 200))
@settings(deadline=None)
def test_a_thumbnail_fits_and_is_never_enlarged(width: int, height: int, side: int) -> None:
    rgb = np.zeros((height, width, 3), np.uint8)
    small = thumbnail(rgb, side)
    assert max(small.shape[:2]) == min(side, max(width, height))
    assert min(small.shape[:2]) >= 1
    assert abs(small.shape[0] * width - small.shape[1] * height) <= max(width, height)
