"""Pictures made for the gate, good and bad."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from core.errors import UnusableImage
from core.image import decode

ROOT = Path(__file__).resolve().parents[2]


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


def child(code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True, text=True, cwd=ROOT, timeout=60, check=True,
    )  # fmt: skip
    return done.stdout.strip()


sides = st.integers(1, 70)


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
