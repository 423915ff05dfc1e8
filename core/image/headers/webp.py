"""The chunks of a WebP file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.image.headers.exif import orientation
from core.image.headers.header import Header, cut_off, damaged, unpack

_CHUNKS = 20_000


@dataclass(frozen=True)
class Webp(Header):
    """A WebP's header; `frame` is where an animation's first frame begins, 0 in a still picture."""

    frame: int = 0


def read(data: bytes) -> Webp:
    """Return what a WebP file says of itself; of an animation, the size of its canvas."""
    name = data[12:16]
    if name == b"VP8X":
        chunks: dict[bytes, tuple[int, int]] = {}
        for chunk, at, size in _chunks(data):
            chunks.setdefault(chunk, (at, size))
        exif, xmp = (_slice(data, *chunks.get(name, (0, 0))) for name in (b"EXIF", b"XMP "))
        animated = data[20:21] > b"" and data[20] & 2
        frame = chunks.get(b"ANMF", (0, 0))[0] if animated else 0
        if animated and not frame:
            raise cut_off("webp")
        width, height = _u24(data, 24) + 1, _u24(data, 27) + 1
        return Webp("webp", width, height, orientation(exif, xmp), frame)
    if name == b"VP8L" and data[20:21] == b"\x2f":
        (bits,) = unpack("webp", "<I", data, 21)
        return Webp("webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if name == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = unpack("webp", "<HH", data, 26)
        return Webp("webp", width & 0x3FFF, height & 0x3FFF)
    raise damaged("webp")


def only_first_frame(data: bytes, header: Webp) -> tuple[bytes, int, int]:
    """Return an animation's first frame as a still WebP, and its left and top on the canvas.

    A decoder of animations would clear its canvas, however large, for each of many tiny frames.
    """
    at = header.frame
    left, top = 2 * _u24(data, at), 2 * _u24(data, at + 3)
    width, height = _u24(data, at + 6) + 1, _u24(data, at + 9) + 1
    if left + width > header.width or top + height > header.height:
        raise damaged("webp")
    end = at + int.from_bytes(data[at - 4 : at], "little")
    if end > len(data):
        raise cut_off("webp")
    outline = b"VP8X\x0a\0\0\0\x10\0\0\0" + data[at + 6 : at + 12]
    body = b"WEBP" + outline + data[at + 16 : end]
    return b"RIFF" + len(body).to_bytes(4, "little") + body, left, top


def _u24(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 3], "little")


def _slice(data: bytes, at: int, size: int) -> bytes:
    return data[at : at + size]


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    at = 12
    for _ in range(_CHUNKS):
        if at + 8 > len(data):
            return
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at : at + 4], at + 8, size
        at += 8 + size + size % 2
