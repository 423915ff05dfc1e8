"""What is refused, and with which sentence."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.errors import UnusableImage
from core.image import MAX_BYTES, decode, encode, read_header
from core.image.headers import iso_media
from tests.image.made import chunk, four_fields, png, saved


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (b"\x89\x01\x02", "only 3 bytes"),
        (b'<?xml version="1.0"?>\n<!-- a cake -->\n<svg xmlns="x" width="9">', "SVG drawing"),
        (b"\n <!DOCTYPE html><html><body>404", "web page"),
        (b'<?xml version="1.0"?><rss>', "XML document"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "PDF"),
        (b"PK\x03\x04" + bytes(40), "ZIP"),
        (b"\x1f\x8b\x08" + bytes(40), "gzip"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(40), "7-Zip"),
        (bytes(257) + b"ustar" + bytes(40), "tar archive"),
        (b"\0\0\0\x18ftypmp42" + bytes(40), "film"),
        (b"\0\0\0\x18ftypcrx " + bytes(40), "raw file"),
        (b"RIFF\0\0\0\0AVI LIST", "film"),
        (b"RIFF\0\0\0\0WAVEfmt ", "sound"),
        (b"\0\0\x01\0\x01\0" + bytes(40), "Windows icon"),
        (b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(40), "JPEG 2000"),
        (b"\xff\x0a" + bytes(40), "JPEG XL"),
        (b"8BPS\0\x01" + bytes(40), "Photoshop"),
        (b"P6\n4 4\n255\n" + bytes(48), "PNM"),
        (b"II+\0\x08\0\0\0" + bytes(40), "BigTIFF"),
        (b'{"not": "a picture", "caf\xc3\xa9": 1}', "a text"),
        (b"\x89PNG\n\x1a\n" + bytes(40), "sent as text"),
        (b"\x01\x02\x03\x04" + bytes(40), "01 02 03 04"),
    ],
)
def test_what_is_no_picture_is_named(data: bytes, word: str) -> None:
    with pytest.raises(UnusableImage, match=word) as refusal:
        decode(data)
    assert str(refusal.value).startswith("This ") and str(refusal.value).endswith(".")


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_a_pictures_name_is_never_asked(kind: Any) -> None:
    data = encode(np.asarray(four_fields()), kind)
    assert read_header(data).kind == kind
    assert decode(data + b"PK\x03\x04 an archive behind the picture").shape == (64, 96, 3)


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(UnusableImage, match=r"40\.0 MB, more than the 40 MB"):
        decode(saved(four_fields(), "PNG") + bytes(MAX_BYTES))


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "gif", "bmp", "tiff", "avif"])
def test_too_many_pixels_are_refused_from_the_header_alone(kind: str) -> None:
    head = {
        "jpeg": b"\xff\xd8\xff\xc0\0\x11\x08"
        + struct.pack(">HH", 20_000, 20_000)
        + b"\x03\x01\x11\0\x02\x11\0\x03\x11\0\xff\xda\0\x0c\x03\x01\0\x02\0\x03\0\0\x3f\0",
        "png": png(20_000, 1, 0, [])[:8]
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 20_000, 20_000, 1, 0, 0, 0, 0)),
        "webp": b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + (19_999).to_bytes(3, "little") * 2,
        "gif": b"GIF89a"
        + struct.pack("<HHBBB", 20_000, 20_000, 0, 0, 0)
        + b","
        + struct.pack("<HHHHB", 0, 0, 20_000, 20_000, 0),
        "bmp": b"BM\0\0\0\0\0\0\0\0\x36\0\0\0" + struct.pack("<IiiHHI", 40, 20_000, -20_000, 1, 24, 0),
        "tiff": b"II*\0\x08\0\0\0\x02\0" + struct.pack("<HHIIHHII", 256, 4, 1, 20_000, 257, 4, 1, 20_000),
        "avif": saved(four_fields(), "AVIF").replace(
            struct.pack(">4sIII", b"ispe", 0, 96, 64),
            struct.pack(">4sIII", b"ispe", 0, 20_000, 20_000),
        ),
    }[kind]
    with pytest.raises(UnusableImage, match=r"20000 x 20000 pixels \(400 megapixels\)"):
        read_header(head)


def test_a_picture_of_no_pixels_is_refused() -> None:
    head = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0" + struct.pack("<IiiHHI", 40, 0, 9, 1, 24, 0)
    with pytest.raises(UnusableImage, match="0 x 9 pixels"):
        decode(head)


@pytest.mark.parametrize("settings", [{}, {"restart_marker_rows": 1}, {"quality": 30}])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_half_jpeg_is_refused_even_if_somebody_gave_it_an_end(mode: str, settings: dict[str, Any]) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (30, 40, 3), np.uint8)
    picture = Image.fromarray(noise).resize((320, 240)).convert(mode)
    data = saved(picture, "JPEG", **settings)
    for half in (data[: len(data) // 2], data[: len(data) // 2] + b"\xff\xd9"):
        with pytest.raises(UnusableImage, match="breaks off"):
            decode(half)


@pytest.mark.parametrize("mode", ["RGB", "CMYK"])
@pytest.mark.parametrize("lost", [1, 2, 10])
def test_a_jpeg_that_lacks_only_its_last_bytes_is_shown(mode: str, lost: int) -> None:
    data = saved(four_fields(320, 240).convert(mode), "JPEG")
    rgb = decode(data[:-lost])
    assert rgb.shape == (240, 320, 3)
    assert np.abs(rgb[:-16].astype(int) - decode(data)[:-16]).max() <= 1


def test_a_grey_wall_is_not_taken_for_a_broken_picture(capfd: pytest.CaptureFixture[str]) -> None:
    rgb = decode(saved(Image.new("RGB", (320, 240), (128, 128, 128)), "JPEG"))
    assert (rgb == 128).all()
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF"])
def test_half_a_picture_of_any_other_kind_is_refused(kind: str) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (240, 320, 3), np.uint8)
    data = saved(Image.fromarray(noise), kind)
    with pytest.raises(UnusableImage, match=r"breaks off|damaged"):
        decode(data[: len(data) // 2])


def test_a_png_that_lacks_only_its_end_is_shown() -> None:
    data = saved(four_fields(), "PNG")
    assert (decode(data[:-12]) == decode(data)).all()


def test_a_png_with_a_wrong_checksum_is_refused() -> None:
    data = bytearray(saved(four_fields(), "PNG"))
    data[data.index(b"IDAT") + 20] ^= 1
    with pytest.raises(UnusableImage, match="damaged"):
        decode(bytes(data))


def test_a_jpeg_of_endless_layers_is_refused() -> None:
    data = saved(four_fields(), "JPEG", progressive=True)
    last = data[data.rindex(b"\xff\xda") : -2]
    with pytest.raises(UnusableImage, match="more than 32 layers"):
        decode(data[:-2] + last * 40 + b"\xff\xd9")


def test_an_avif_larger_inside_than_it_says_is_refused() -> None:
    data = bytearray(saved(four_fields(64, 64), "AVIF"))
    at = data.index(b"\x12\0\x0a") + 3  # an empty unit, then the sequence header and its length
    bits = f"{0b00011:05b}{0:05b}{15:04b}{15:04b}{19_999:016b}{19_999:016b}"
    forged = int(bits.ljust(64, "0"), 2).to_bytes(8, "big")
    assert data[at] >= 7
    data[at + 1 : at + 8] = forged[:7]
    assert read_header(bytes(data)).width == 64
    with pytest.raises(UnusableImage, match="AVIF picture is damaged"):
        iso_media.only_first_picture("avif", bytes(data))


def test_a_heic_that_changes_its_size_among_its_pixels_is_refused() -> None:
    data = bytearray(saved(four_fields(), "HEIF"))
    assert iso_media.only_first_picture("heic", bytes(data)) == data
    data[data.index(b"mdat") + 8] = 33 << 1
    with pytest.raises(UnusableImage, match="HEIC photograph is damaged"):
        iso_media.only_first_picture("heic", bytes(data))


def test_a_cameras_raw_file_is_not_shown_as_its_little_preview() -> None:
    data = saved(four_fields(), "TIFF", tiffinfo={254: 1})
    with pytest.raises(UnusableImage, match="raw file"):
        decode(data)
