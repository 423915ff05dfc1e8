"""What is measured of a picture: blurred, dark, blank, oddly shaped, or probably a logo."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from core import image
from core.quality import Quality, judge, measure
from tests.conftest import picture

GOOD = Quality(2.0, 120.0, 50.0, 900, 0.0, 0)


def kinds(rgb: NDArray[np.uint8], transparent: float = 0.0) -> set[str]:
    height, width = rgb.shape[:2]
    return {kind for kind, _ in judge(measure(image.thumbnail(rgb, 320), transparent), width, height)}


def scene(seed: int = 0) -> NDArray[np.uint8]:
    """Return a made-up picture with edges and texture everywhere, 480 x 360."""
    rng = np.random.default_rng(seed)
    rgb = rng.integers(40, 215, (90, 120, 3), dtype=np.uint8)
    rgb = cv2.resize(rgb, (480, 360), interpolation=cv2.INTER_CUBIC)
    for _ in range(40):
        x, y, r = (int(v) for v in rng.integers(0, 480, 3))
        cv2.circle(rgb, (x, y), r // 12 + 5, tuple(int(v) for v in rng.integers(0, 256, 3)), -1)
    return rgb


def test_a_good_picture_is_left_alone() -> None:
    assert kinds(scene()) == set()


@pytest.mark.parametrize("radius", [3, 5, 10])
def test_a_blurred_picture_is_called_blurred(radius: int) -> None:
    assert kinds(cv2.GaussianBlur(scene(), (0, 0), radius)) == {"blurred"}


def test_a_sharp_thing_before_a_blurred_wall_is_not() -> None:
    rgb = cv2.GaussianBlur(scene(1), (0, 0), 8)
    rgb[120:240, 160:320] = scene(2)[120:240, 160:320]
    assert kinds(rgb) == set()


def test_sharpness_does_not_depend_on_contrast() -> None:
    full, faint = measure(scene()), measure((scene() * 0.4 + 80).astype(np.uint8))
    assert faint.sharpness == pytest.approx(full.sharpness, rel=0.1)
    assert faint.contrast < full.contrast / 2


def test_a_dark_picture_is_called_dark() -> None:
    assert "dark" in kinds((scene() * 0.2).astype(np.uint8))


@pytest.mark.parametrize("grey", [128, 255])
def test_a_plain_surface_is_called_blank_and_nothing_else(grey: int) -> None:
    assert kinds(np.full((300, 400, 3), grey, np.uint8)) == {"blank"}


def test_a_black_picture_is_blank_and_dark() -> None:
    assert kinds(np.zeros((300, 400, 3), np.uint8)) == {"blank", "dark"}


def test_a_banner_has_an_odd_shape_whichever_way_it_lies() -> None:
    assert [judge(GOOD, *size) for size in ((700, 200), (600, 200))] == [(("odd_shape", 0.1429),), ()]
    assert judge(GOOD, 200, 700) == judge(GOOD, 700, 200)


def test_a_drawn_logo_is_called_a_logo() -> None:
    rgb = np.full((120, 240, 3), 255, np.uint8)
    cv2.circle(rgb, (60, 60), 40, (200, 30, 60), -1, cv2.LINE_AA)
    cv2.putText(rgb, "Cleo", (110, 75), cv2.FONT_HERSHEY_DUPLEX, 1.5, (30, 60, 200), 2, cv2.LINE_AA)
    assert kinds(rgb) == {"logo"}


def test_small_and_transparent_pictures_may_have_more_colours_and_still_be_logos() -> None:
    some = replace(GOOD, colours=200)
    assert judge(some, 300, 300) == ()
    assert [kind for kind, _ in judge(some, 64, 300)] == ["odd_shape", "logo"]
    assert [kind for kind, _ in judge(replace(some, transparent=0.5), 300, 300)] == ["logo"]


def test_a_black_and_white_photograph_is_no_logo() -> None:
    assert kinds(np.repeat(scene()[..., :1], 3, axis=2)) == set()


def test_the_hash_survives_what_re_encoding_does_and_tells_pictures_apart() -> None:
    original, again = scene(), image.decode(image.encode(image.thumbnail(scene(), 200), "jpeg", 40))
    assert (measure(original).phash ^ measure(again).phash).bit_count() <= 4
    assert (measure(original).phash ^ measure(scene(7)).phash).bit_count() > 16
    assert measure(picture()).phash < 2**64


@given(arrays(np.uint8, st.tuples(st.integers(1, 20), st.integers(1, 20), st.just(3))))
def test_every_picture_can_be_measured_and_judged(rgb: NDArray[np.uint8]) -> None:
    quality = measure(rgb)
    assert quality.sharpness >= 0
    assert 1 <= quality.colours <= rgb.shape[0] * rgb.shape[1]
    assert 0 <= quality.phash < 2**64
    assert all(0 <= score <= 1 for _, score in judge(quality, rgb.shape[1], rgb.shape[0]))


def test_false_alarms_on_real_photographs_are_rare(shared: Path) -> None:
    files = sorted((shared / "data" / "images").rglob("*.jpg"))[::5]
    alarms: dict[str, int] = {}
    for file in files:
        for kind in kinds(image.decode(file.read_bytes())):
            alarms[kind] = alarms.get(kind, 0) + 1
    assert len(files) > 300
    assert all(count <= 0.02 * len(files) for count in alarms.values()), alarms
