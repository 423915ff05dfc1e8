"""The directory of a TIFF file."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from core.errors import UnusableImage
from core.image.headers.header import Header, damaged, unpack

_WIDTH, _HEIGHT, _COMPRESSION, _INKS, _SAMPLES = 256, 257, 259, 262, 277
_SUBFILE, _ORIENTATION, _DNG = 254, 274, 50706
_SINGLE = frozenset({_WIDTH, _HEIGHT, _COMPRESSION, _INKS, _SAMPLES})
# With these: depth, bit order, where the rows or tiles lie, planes, predictor, palette, kinds of
# sample. All else (EXIF, profiles, further pictures) is kept away from the decoder.
_NEEDED = _SINGLE | {258, 266, 273, 278, 279, 284, 317, 320, 322, 323, 324, 325, 338, 339}
_VALUE = {1: "B", 3: "H", 4: "I"}
# None, LZW, Deflate (two numbers), PackBits.
_COMPRESSIONS = {1, 5, 8, 32946, 32773}
_ENTRIES = 512
_VALUES = 100_000


@dataclass(frozen=True)
class Tiff(Header):
    """A TIFF's header; `directory` is a new one of the needed entries alone."""

    directory: bytes = b""


def read(data: bytes) -> Tiff:
    """Return what the first picture of a TIFF says of itself.

    Raises UnusableImage for a camera's raw file and for the packings that photographs seldom have
    and hostile files aim at: fax and JPEG in TIFF.
    """
    order = _order(data)
    (at,) = unpack("tiff", f"{order}I", data, 4)
    (count,) = unpack("tiff", f"{order}H", data, at)
    if count > _ENTRIES:
        raise damaged("tiff")
    kept: list[bytes] = []
    stated: dict[int, int] = {}
    for entry in range(at + 2, at + 2 + 12 * count, 12):
        tag, kind, values, _ = unpack("tiff", f"{order}HHII", data, entry)
        if tag in stated or (tag in _NEEDED and (kind not in _VALUE or values > _VALUES)):
            raise damaged("tiff")
        if tag in _SINGLE and values != 1:
            raise damaged("tiff")
        if tag in _NEEDED:
            kept.append(data[entry : entry + 12])
        (stated[tag],) = unpack("tiff", f"{order}{_VALUE.get(kind, 'I')}", data, entry + 8)
    _refuse_unusual(stated)
    turned = stated.get(_ORIENTATION, 1)
    directory = struct.pack(f"{order}H", len(kept)) + b"".join(kept) + bytes(4)
    return Tiff("tiff", stated[_WIDTH], stated[_HEIGHT], turned if 1 <= turned <= 8 else 1, directory)


def only_first_picture(data: bytes, header: Tiff) -> bytes:
    """Return the TIFF with a directory of nothing but what its first picture needs."""
    padding = bytes(len(data) % 2)  # a directory begins at an even place
    place = struct.pack(f"{_order(data)}I", len(data) + len(padding))
    return b"".join([data[:4], place, data[8:], padding, header.directory])


def _order(data: bytes) -> str:
    return "<" if data[:2] == b"II" else ">"


def _refuse_unusual(stated: dict[int, int]) -> None:
    if _WIDTH not in stated or _HEIGHT not in stated:
        raise damaged("tiff")
    if stated.get(_SUBFILE, 0) & 1 or _DNG in stated:
        raise UnusableImage("This is a camera's raw file, not a photograph: save it as JPEG first.")
    if stated.get(_COMPRESSION, 1) not in _COMPRESSIONS:
        raise UnusableImage(
            "This TIFF picture is packed in a way that is not read here: save it as PNG first."
        )
