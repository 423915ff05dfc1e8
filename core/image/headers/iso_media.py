"""The boxes of AVIF and HEIC files (ISO/IEC 14496-12 and 23008-12).

The size these files state is only a label: their decoders allocate by what the coded pictures
inside say, which in a hostile file is something else. (A label of 64 x 64 on 240 megapixels took
476 MB in libavif 1.4.) So the coded pictures are asked too.
"""

from __future__ import annotations

from collections.abc import Iterator

from core.errors import UnusableImage
from core.image.headers.av1 import largest_frame
from core.image.headers.header import MAX_PIXELS, NAMES, Header, Kind, damaged, unpack

_BOXES = 20_000
_PARTS = 5_000
# Coded pictures, what they are put together by, and what accompanies them.
_AVIF_ITEMS = {b"av01", b"grid", b"tmap"}
_HEIC_ITEMS = {b"hvc1", b"grid", b"iden", b"tmap"}
_ASIDE = {b"Exif", b"mime", b"uri "}
# HEVC's parameter sets have their place in the header; among the pixels they can change the size.
_PARAMETERS = {32, 33, 34}


def read(kind: Kind, data: bytes) -> Header:
    """Return the largest size an AVIF or HEIC file states; its way up is left to its decoder."""
    sizes = [
        unpack(kind, ">II", data, at + 4)
        for name, at, _ in _boxes(data, *_box(data, kind, b"meta", b"iprp", b"ipco"))
        if name == b"ispe"
    ]
    if not sizes:
        raise damaged(kind)
    width, height = max(sizes, key=lambda size: size[0] * size[1])
    return Header(kind, width, height)


def only_first_picture(kind: Kind, data: bytes) -> bytes:
    """Return the file as its decoder may see it: marked as a picture, not as a sequence.

    Raises UnusableImage where the pictures inside are larger than allowed, or of unusual kinds.
    """
    kinds = _kinds(kind, data)
    if not set(kinds.values()) <= (_AVIF_ITEMS if kind == "avif" else _HEIC_ITEMS) | _ASIDE:
        raise UnusableImage(
            f"This {NAMES[kind]} is put together in a way that is not read here: "
            "save it as PNG or JPEG first."
        )
    pixels = read_bytes = 0
    for item, body in _bodies(kind, data):
        read_bytes += len(body)
        match kinds.get(item):
            case b"av01":
                width, height = largest_frame(body)
                pixels += width * height
            case b"grid":
                wide = len(body) > 1 and body[1] & 1
                width, height = unpack(kind, ">II" if wide else ">HH", body, 4)
                pixels += width * height
            case b"hvc1":
                _refuse_parameters(kind, body)
        if pixels > 3 * MAX_PIXELS or read_bytes > 2 * len(data):
            raise damaged(kind)
    return data[:8] + b"avif" + data[12:] if kind == "avif" else data


def _kinds(kind: Kind, data: bytes) -> dict[int, bytes]:
    """Return each item's number and four letters."""
    at, end = _box(data, kind, b"meta", b"iinf")
    at += 6 if data[at : at + 1] == b"\0" else 8
    kinds: dict[int, bytes] = {}
    for name, start, _ in _boxes(data, at, end):
        if name == b"infe":
            wide = data[start : start + 1] == b"\3"
            item, _, letters = unpack(kind, ">IH4s" if wide else ">HH4s", data, start + 4)
            kinds[item] = bytes(letters)
    return kinds


def _bodies(kind: Kind, data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield each item's number and bytes, wherever the file keeps them."""
    at, end = _box(data, kind, b"meta", b"iloc")
    version, sizes, more_sizes = unpack(kind, ">B3xBB", data, at)
    table = _Numbers(kind, data[at + 6 : end])
    inside = _box(data, kind, b"meta", b"idat", optional=True)
    parts = 0
    for _ in range(table.take(4 if version == 2 else 2)):
        item = table.take(4 if version == 2 else 2)
        method = table.take(2) & 15 if version else 0
        table.take(2)
        base = table.take(more_sizes >> 4)
        found = []
        for _ in range(table.take(2)):
            parts += 1
            table.take(more_sizes & 15 if version else 0)
            start = base + table.take(sizes >> 4) + (inside[0] if method == 1 else 0)
            length = table.take(sizes & 15)
            found.append(data[start : start + length] if length else data[start:])
        if method > 1 or parts > _PARTS:
            raise damaged(kind)
        yield item, b"".join(found)


class _Numbers:
    """Numbers of changing width, read one after the other."""

    def __init__(self, kind: Kind, data: bytes) -> None:
        self.kind, self.data, self.at = kind, data, 0

    def take(self, size: int) -> int:
        self.at += size
        if self.at > len(self.data):
            raise damaged(self.kind)
        return int.from_bytes(self.data[self.at - size : self.at], "big")


def _refuse_parameters(kind: Kind, body: bytes) -> None:
    at = 0
    for _ in range(_BOXES):
        if at + 5 > len(body):
            return
        if body[at + 4] >> 1 & 63 in _PARAMETERS:
            raise damaged(kind)
        at += 4 + int.from_bytes(body[at : at + 4], "big")
    raise damaged(kind)


def _box(data: bytes, kind: Kind, *path: bytes, optional: bool = False) -> tuple[int, int]:
    """Return where the content of the box at the end of a path begins and ends."""
    at, end = 0, len(data)
    for wanted in path:
        place = next(((a, z) for name, a, z in _boxes(data, at, end) if name == wanted), None)
        if place is None:
            if optional:
                return 0, 0
            raise damaged(kind)
        at, end = place
        if wanted == b"meta":
            at += 4  # its version
    return at, end


def _boxes(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, start and end of each box; one of length 0 reaches to the end."""
    for _ in range(_BOXES):
        if at + 8 > end:
            return
        size, head = int.from_bytes(data[at : at + 4], "big"), 8
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        stop = at + size if size else end
        if stop < at + head or stop > end:
            return
        yield data[at + 4 : at + 8], at + head, stop
        at = stop
