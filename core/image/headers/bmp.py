"""The header of a BMP file."""

from __future__ import annotations

from core.errors import UnusableImage
from core.image.headers.header import Header, damaged, unpack


def read(data: bytes) -> Header:
    """Return what a BMP says of itself; raises UnusableImage for a run-length or embedded one."""
    (length,) = unpack("bmp", "<I", data, 14)
    if length == 12:
        width, height = unpack("bmp", "<HH", data, 18)
        return Header("bmp", width, height)
    if length < 40:
        raise damaged("bmp")
    width, height, _, _, compression = unpack("bmp", "<iiHHI", data, 18)
    if compression not in (0, 3, 6):
        raise UnusableImage("This is a compressed BMP picture, which is not read here: save it as PNG first.")
    return Header("bmp", width, abs(height))  # a negative height means "top row first"
