"""Pictures made on the spot: their colours, their way up, their limits, and what resizing keeps."""

from __future__ import annotations

import io
import random
import struct
import subprocess
import sys
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageOps

from core.errors import UnusableImage
from core.image import MAX_BYTES, decode, encode, fit, read_header, thumbnail
from core.image.headers import iso_media
from core.image.headers.jpeg import Jpeg

ROOT = Path(__file__).resolve().parent.parent
RED, GREEN, BLUE, GREY = (220, 30, 40), (30, 160, 60), (30, 60, 200), (120, 120, 120)


def four_fields(width: int = 96, height: int = 64) -> Image.Image:
    """Red and green over blue and grey: it looks different turned or mirrored in any way."""
    picture = Image.new("RGB", (width, height), GREY)
    picture.paste(RED, (0, 0, width // 2, height // 2))
    picture.paste(GREEN, (width // 2, 0, width, height // 2))
    picture.paste(BLUE, (0, height // 2, width // 2, height))
    return picture


def saved(picture: Image.Image, kind: str, **settings: Any) -> bytes:
    file = io.BytesIO()
    if kind == "HEIF":
        pytest.importorskip("pillow_heif").register_heif_opener()
    picture.save(file, kind, **settings)
    return file.getvalue()


def fields(rgb: NDArray[np.uint8]) -> list[tuple[int, ...]]:
    """The colours in the middle of the four quarters."""
    height, width = rgb.shape[:2]
    return [
        tuple(int(value) for value in rgb[y, x])
        for y in (height // 4, 3 * height // 4)
        for x in (width // 4, 3 * width // 4)
    ]


def about(colours: Sequence[tuple[int, ...]], tolerance: float) -> Any:
    return pytest.approx(np.array(colours), abs=tolerance)


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, depth: int, colour: int, rows: list[bytes], *before: bytes) -> bytes:
    """A PNG written by hand, for what no library writes."""
    header = struct.pack(">IIBBBBB", width, len(rows), depth, colour, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    chunks = [chunk(b"IHDR", header), *before, chunk(b"IDAT", pixels), chunk(b"IEND", b"")]
    return b"".join([b"\x89PNG\r\n\x1a\n", *chunks])


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


def child(code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True, text=True, cwd=ROOT, timeout=60, check=True,
    )  # fmt: skip
    return done.stdout.strip()


def test_without_pillow_heif_a_heic_says_what_to_install(tmp_path: Path) -> None:
    file = tmp_path / "photo"
    file.write_bytes(saved(four_fields(), "HEIF"))
    code = (
        "import sys, pathlib; sys.modules['pillow_heif'] = None\n"
        "from core.image import decode\n"
        "try: decode(pathlib.Path(sys.argv[1]).read_bytes())\n"
        "except ValueError as refusal: print(refusal)"
    )
    assert "pip install pillow-heif" in child(code, str(file))


def test_an_ordinary_photograph_needs_neither_pillow_nor_threads(tmp_path: Path) -> None:
    file = tmp_path / "photo"
    file.write_bytes(saved(four_fields(), "JPEG"))
    code = (
        "import sys, pathlib, cv2\n"
        "from core.image import decode, fit\n"
        "fit(decode(pathlib.Path(sys.argv[1]).read_bytes()), 32)\n"
        "print(sorted({'PIL', 'pillow_heif'} & set(sys.modules)), cv2.getNumThreads())"
    )
    assert child(code, str(file)) == "[] 1"


def test_many_at_once_get_the_same_pictures() -> None:
    files = [saved(four_fields(), kind) for kind in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")]
    alone = [decode(data).tobytes() for data in files]
    with ThreadPoolExecutor(8) as pool:
        together = [rgb.tobytes() for rgb in pool.map(decode, files * 20)]
    assert together == alone * 20


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
def test_large_pictures_take_turns_and_not_all_the_memory(tmp_path: Path) -> None:
    file = tmp_path / "photo"
    file.write_bytes(encode(np.zeros((4000, 5000, 3), np.uint8), "jpeg"))
    code = (
        "import sys, pathlib\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from core.image import decode\n"
        "def peak():\n"
        "    status = pathlib.Path('/proc/self/status').read_text()\n"
        "    return int(status.split('VmHWM:')[1].split()[0]) // 1024\n"
        "data, before = pathlib.Path(sys.argv[1]).read_bytes(), peak()\n"
        "with ThreadPoolExecutor(4) as pool:\n"
        "    for _ in pool.map(lambda _: decode(data).shape, range(8)): pass\n"
        "print(peak() - before)"
    )
    assert int(child(code, str(file))) < 200  # one takes 120 MB, four would take 480


@given(width=st.integers(8, 900), height=st.integers(8, 900), size=st.integers(1, 300))
@settings(max_examples=60, deadline=None)
def test_a_smaller_decoding_is_always_large_enough(width: int, height: int, size: int) -> None:
    rgb = np.zeros((height, width, 3), np.uint8)
    small = decode(encode(rgb, "jpeg"), enough_for=size)
    full_side, side = min(width, height), min(small.shape[:2])
    assert side >= min(2 * size, full_side)
    assert side == full_side or side < 4 * size + 1 or full_side > 16 * size
    assert abs(small.shape[0] * width - small.shape[1] * height) <= 8 * max(width, height)


def test_a_smaller_decoding_looks_the_same_to_a_model() -> None:
    noise = np.random.default_rng(2).integers(0, 256, (60, 80, 3), np.uint8)
    photo = np.asarray(Image.fromarray(noise).resize((2000, 1500), Image.Resampling.BICUBIC))
    exif = Image.Exif()
    exif[0x0112] = 6
    data = saved(Image.fromarray(photo), "JPEG", exif=exif)
    full, small = decode(data), decode(data, enough_for=224)
    assert full.shape == (2000, 1500, 3) and small.shape == (1000, 750, 3)
    assert np.abs(fit(full, 224).astype(int) - fit(small, 224)).mean() < 1


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


sides = st.integers(1, 70)


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


NOISE = np.random.default_rng(5).integers(0, 256, (24, 32, 3), np.uint8)
KINDS: list[tuple[str, dict[str, Any]]] = [
    ("JPEG", {}),
    ("JPEG", {"progressive": True}),
    ("PNG", {}),
    ("WEBP", {}),
    ("WEBP", {"lossless": True, "exif": b"Exif\0\0II*\0\x08\0\0\0\0\0"}),
    ("WEBP", {"save_all": True, "append_images": [four_fields(32, 24)]}),
    ("GIF", {}),
    ("BMP", {}),
    ("TIFF", {"compression": "tiff_lzw"}),
]
SEEDS = [saved(Image.fromarray(NOISE), kind, **settings) for kind, settings in KINDS] + [
    saved(Image.fromarray(NOISE).convert("CMYK"), "JPEG")
]


def shown_or_refused(data: bytes) -> None:
    try:
        rgb = decode(data)
    except UnusableImage as refusal:
        assert str(refusal).endswith(".")
    else:
        assert rgb.dtype == np.uint8 and rgb.ndim == 3 and rgb.shape[2] == 3


@given(st.binary(max_size=400), st.sampled_from([b"", *(seed[:12] for seed in SEEDS)]))
@settings(max_examples=300, deadline=None)
def test_random_bytes_never_bring_anything_but_a_sentence(rest: bytes, beginning: bytes) -> None:
    shown_or_refused(beginning + rest)


@given(seed=st.sampled_from(SEEDS), cut=st.floats(0, 1))
@settings(max_examples=200, deadline=None)
def test_cut_pictures_never_bring_anything_but_a_sentence(seed: bytes, cut: float) -> None:
    shown_or_refused(seed[: int(cut * len(seed))])


@given(seed=st.sampled_from(SEEDS), chance=st.randoms(use_true_random=False))
@settings(max_examples=500, deadline=None)
def test_changed_pictures_never_bring_anything_but_a_sentence(seed: bytes, chance: random.Random) -> None:
    data = bytearray(seed)
    for _ in range(chance.randint(1, 12)):
        near = min(len(data), 120) if chance.random() < 0.6 else len(data)
        at = chance.randrange(near)
        if chance.random() < 0.8:
            data[at] = chance.choice((0, 1, 127, 128, 255, chance.randrange(256)))
        else:
            data[at : at + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 3))
    shown_or_refused(bytes(data))


def test_a_jpegs_inks_are_known_from_its_header() -> None:
    header = read_header(saved(four_fields().convert("CMYK"), "JPEG"))
    assert isinstance(header, Jpeg)
    assert (header.components, header.adobe) == (4, True)
