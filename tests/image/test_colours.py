"""Every kind and mode of picture shows its colours, upright."""

from __future__ import annotations

import io
import struct
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps

from core.image import decode, read_header
from tests.image.made import BLUE, GREEN, GREY, RED, about, chunk, fields, four_fields, png, saved


@pytest.mark.parametrize("settings", [{}, {"progressive": True}, {"subsampling": 0}])
def test_jpeg_shows_its_colours(settings: dict[str, Any]) -> None:
    rgb = decode(saved(four_fields(), "JPEG", **settings))
    assert np.array(fields(rgb)) == about([RED, GREEN, BLUE, GREY], 4)


@pytest.mark.parametrize(
    ("kind", "mode", "settings"),
    [
        ("PNG", "RGB", {}),
        ("PNG", "RGBA", {}),
        ("PNG", "P", {}),
        ("WEBP", "RGB", {"lossless": True}),
        ("WEBP", "RGBA", {"lossless": True}),
        ("GIF", "P", {}),
        ("BMP", "RGB", {}),
        ("BMP", "P", {}),
        ("TIFF", "RGB", {}),
        ("TIFF", "RGB", {"compression": "tiff_lzw"}),
        ("TIFF", "RGBA", {"compression": "tiff_deflate"}),
        ("TIFF", "RGB", {"compression": "packbits"}),
        ("TIFF", "P", {}),
        ("TIFF", "CMYK", {}),
        ("JPEG", "CMYK", {"quality": 95}),
        ("AVIF", "RGB", {"quality": 95}),
        ("AVIF", "RGBA", {"quality": 95}),
        ("HEIF", "RGB", {"quality": 95}),
        ("HEIF", "RGBA", {"quality": 95}),
    ],
)
def test_every_kind_and_mode_shows_its_colours(kind: str, mode: str, settings: dict[str, Any]) -> None:
    picture = four_fields()
    if mode == "P":
        picture = picture.quantize(4)
    rgb = decode(saved(picture.convert(mode), kind, **settings))
    assert rgb.dtype == np.uint8 and rgb.shape == (64, 96, 3) and rgb.flags.c_contiguous
    assert np.array(fields(rgb)) == about([RED, GREEN, BLUE, GREY], 4)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF"])
def test_grey_pictures_come_as_rgb(kind: str) -> None:
    rgb = decode(saved(four_fields().convert("L"), kind))
    expected = [(y, y, y) for y in (88, 110, 67, 120)]
    assert np.array(fields(rgb)) == about(expected, 6)


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF"])
def test_pictures_of_one_bit_are_black_and_white(kind: str) -> None:
    picture = Image.new("1", (40, 20), 1)
    picture.paste(0, (0, 0, 20, 20))
    assert fields(decode(saved(picture, kind)))[:2] == [(0, 0, 0), (255, 255, 255)]


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bit_grey_is_dark_where_it_is_dark(kind: str) -> None:
    values = np.repeat(np.array([[0, 0x3000, 0x8000, 0xFFFF]], np.uint16), 4, axis=0)
    rgb = decode(saved(Image.fromarray(values), kind))
    assert rgb[0, :, 0].tolist() == [0, 0x30, 0x80, 0xFF]


def test_sixteen_bit_colours_with_and_without_alpha() -> None:
    opaque = struct.pack(">6H", 0xFF00, 0x8000, 0, 0, 0x4000, 0xFF00)
    clear = struct.pack(">8H", 0xFF00, 0x8000, 0, 0xFFFF, 0xFF00, 0x8000, 0, 0)
    assert decode(png(2, 16, 2, [opaque]))[0].tolist() == [[255, 128, 0], [0, 64, 255]]
    assert decode(png(2, 16, 6, [clear]))[0].tolist() == [[255, 128, 0], [255, 255, 255]]


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_transparency_is_laid_on_white(kind: str) -> None:
    picture = four_fields().convert("RGBA")
    picture.putalpha(Image.new("L", picture.size, 255))
    picture.paste((220, 30, 40, 128), (0, 0, 48, 32))
    picture.paste((30, 160, 60, 0), (48, 0, 96, 32))
    lossless: dict[str, dict[str, Any]] = {
        "WEBP": {"lossless": True},
        "AVIF": {"quality": 95},
        "HEIF": {"quality": 95},
    }
    rgb = decode(saved(picture, kind, **lossless.get(kind, {})))
    half_red = tuple((128 * value + 127 * 255) // 255 for value in RED)
    assert np.array(fields(rgb)) == about([half_red, (255, 255, 255), BLUE, GREY], 5)


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_a_transparent_palette_colour_is_white(kind: str) -> None:
    picture = four_fields().quantize(4)
    clear = picture.getpixel((90, 60))
    assert fields(decode(saved(picture, kind, transparency=clear)))[3] == (255, 255, 255)


@pytest.mark.parametrize(
    ("depth", "row", "shown"),
    [
        (8, bytes([0, 85, 170, 255]), [0, 255, 170, 255]),
        (2, bytes([0b00_01_10_11]), [0, 255, 170, 255]),
        (1, bytes([0b0110_0000]), [0, 255, 255, 0]),
        (16, struct.pack(">4H", 0, 85, 0xAA00, 0xFFFF), [0, 255, 0xAA, 255]),
    ],
)
def test_a_grey_declared_transparent_is_white(depth: int, row: bytes, shown: list[int]) -> None:
    clear = {8: 85, 2: 1, 1: 1, 16: 85}[depth]
    rgb = decode(png(4, depth, 0, [row], chunk(b"tRNS", struct.pack(">H", clear))))
    assert rgb[0, :, 0].tolist() == shown


def test_cmyk_without_adobes_mark_is_not_taken_for_inverted() -> None:
    inks = np.asarray(four_fields().convert("CMYK"))
    data = saved(Image.fromarray(255 - inks, "CMYK"), "JPEG", quality=95)
    at = data.index(b"\xff\xee\x00\x0eAdobe")
    rgb = decode(data[:at] + data[at + 16 :])
    assert np.array(fields(rgb)) == about([RED, GREEN, BLUE, GREY], 4)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_an_animation_shows_its_first_picture(kind: str) -> None:
    other = Image.new("RGB", (96, 64), "black")
    data = saved(four_fields(), kind, save_all=True, append_images=[other, other], duration=100)
    assert Image.open(io.BytesIO(data)).n_frames == 2  # type: ignore[attr-defined]
    assert np.array(fields(decode(data))) == about([RED, GREEN, BLUE, GREY], 8)


def test_a_small_first_frame_lies_where_it_belongs_on_a_white_canvas() -> None:
    still = saved(four_fields(32, 32), "WEBP", lossless=True)
    frame = b"".join(value.to_bytes(3, "little") for value in (20 // 2, 10 // 2, 31, 31, 100))
    canvas = b"\x02\0\0\0" + (99).to_bytes(3, "little") + (79).to_bytes(3, "little")
    parts = [(b"VP8X", canvas), (b"ANIM", bytes(6)), (b"ANMF", frame + b"\0" + still[12:])]
    body = b"".join(name + struct.pack("<I", len(part)) + part for name, part in parts)
    rgb = decode(b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body)
    assert rgb.shape == (80, 100, 3)
    assert fields(rgb[10:42, 20:52]) == [RED, GREEN, BLUE, GREY]
    rgb[10:42, 20:52] = 255
    assert rgb.min() == 255


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_every_kind_is_turned_upright(kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    lossless = {"WEBP": {"lossless": True}}.get(kind, {})
    data = saved(four_fields(), kind, exif=exif.tobytes(), **lossless)
    stored = four_fields()
    stored.info["exif"] = exif.tobytes()
    upright = np.asarray(ImageOps.exif_transpose(stored))
    rgb = decode(data)
    assert rgb.shape == upright.shape and rgb.flags.c_contiguous
    assert np.array(fields(rgb)) == about(fields(upright), 6)


def test_orientation_in_xmp_counts_only_where_exif_is_silent() -> None:
    xmp = b'<x:xmpmeta><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    exif = Image.Exif()
    exif[0x0112] = 3
    assert read_header(saved(four_fields(), "JPEG", xmp=xmp)).orientation == 6
    assert read_header(saved(four_fields(), "JPEG", xmp=xmp, exif=exif)).orientation == 3
