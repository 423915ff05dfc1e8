"""What a picture file says of itself, read without decoding it.

Everything here runs on hostile bytes: every walk is bounded, and nothing is believed that the
decoders would not check again.
"""

from __future__ import annotations

from core.errors import UnusableImage
from core.image.headers import bmp, gif, iso_media, jpeg, png, tiff, webp
from core.image.headers.header import MAX_BYTES, MAX_PIXELS, NAMES, Header, Kind
from core.image.headers.sniff import kind_of

__all__ = ["MAX_BYTES", "MAX_PIXELS", "NAMES", "Header", "Kind", "kind_of", "read_header"]


def read_header(data: bytes) -> Header:
    """Return a picture's kind, its width and height in pixels as stored, and its way up.

    Nothing is decoded, and the file's name is not asked. Raises UnusableImage for what is no
    picture of the eight kinds, and for one of more than MAX_BYTES, MAX_PIXELS or of no pixels.

    >>> frame = b"," + bytes([0, 0, 0, 0, 2, 0, 1, 0, 0])
    >>> read_header(b"GIF89a" + bytes([2, 0, 1, 0, 0, 0, 0]) + frame)
    Header(kind='gif', width=2, height=1, orientation=1)
    """
    if len(data) > MAX_BYTES:
        raise UnusableImage(
            f"This file has {len(data) / 2**20:.1f} MB, more than the {MAX_BYTES // 2**20} MB "
            "that are read here: save the picture smaller first."
        )
    header = _read(kind_of(data), data)
    pixels = header.width * header.height
    if pixels > MAX_PIXELS:
        raise UnusableImage(
            f"This {NAMES[header.kind]} has {header.width} x {header.height} pixels "
            f"({pixels / 1e6:.0f} megapixels), more than the {MAX_PIXELS // 1_000_000} that are "
            "read here: make it smaller first."
        )
    if header.width < 1 or header.height < 1:
        raise UnusableImage(
            f"This {NAMES[header.kind]} says it has {header.width} x {header.height} pixels, "
            "so there is nothing to see: choose another."
        )
    return header


def _read(kind: Kind, data: bytes) -> Header:
    match kind:
        case "jpeg":
            return jpeg.read(data)
        case "png":
            return png.read(data)
        case "tiff":
            return tiff.read(data)
        case "webp":
            return webp.read(data)
        case "gif":
            return gif.read(data)
        case "bmp":
            return bmp.read(data)
        case "avif" | "heic":
            return iso_media.read(kind, data)
