"""What every picture file says of itself before it is decoded, and the limits on it."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Literal

from core.errors import UnusableImage

Kind = Literal["jpeg", "png", "webp", "gif", "bmp", "tiff", "avif", "heic"]

MAX_BYTES = 40 * 2**20
MAX_PIXELS = 50_000_000

NAMES: dict[Kind, str] = {
    "jpeg": "JPEG picture",
    "png": "PNG picture",
    "webp": "WebP picture",
    "gif": "GIF picture",
    "bmp": "BMP picture",
    "tiff": "TIFF picture",
    "avif": "AVIF picture",
    "heic": "HEIC photograph",
}


@dataclass(frozen=True)
class Header:
    """A picture's kind, and its width and height in pixels as stored.

    `orientation` is EXIF's 1..8, by which `decode` turns it upright; 5 to 8 swap width and height.
    Of AVIF and HEIC, which may hold several pictures, the largest size is given, and 1.
    """

    kind: Kind
    width: int
    height: int
    orientation: int = 1


def damaged(kind: Kind) -> UnusableImage:
    """Return the error for a file that begins as a picture of this kind but is none inside."""
    return UnusableImage(
        f"This {NAMES[kind]} is damaged and cannot be shown: "
        "fetch it again, or open it in a picture program and save it anew."
    )


def cut_off(kind: Kind) -> UnusableImage:
    """Return the error for a picture of which a part is missing."""
    return UnusableImage(f"This {NAMES[kind]} breaks off before its end: copy or download it once more.")


def unpack(kind: Kind, layout: str, data: bytes, at: int) -> tuple[int, ...]:
    """Return the numbers laid out at a place of the file; raises UnusableImage beyond its end."""
    try:
        return struct.unpack_from(layout, data, at)
    except struct.error as error:
        raise cut_off(kind) from error
