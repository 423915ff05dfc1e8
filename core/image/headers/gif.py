"""The blocks of a GIF file."""

from __future__ import annotations

from core.image.headers.header import Header, damaged, unpack

_EXTENSIONS, _BLOCKS = 256, 4_000


def read(data: bytes) -> Header:
    """Return what a GIF says of itself: its canvas, which a first frame may enlarge."""
    width, height = unpack("gif", "<HH", data, 6)
    _, at = _first_frame(data)
    left, top, across, down = unpack("gif", "<HHHH", data, at + 1)
    return Header("gif", max(width, left + across), max(height, top + down))


def only_first_frame(data: bytes) -> bytes:
    """Return the GIF without comments and other extensions before its first frame."""
    control, at = _first_frame(data)
    return data[: _after_palette(data)] + control + data[at:]


def _first_frame(data: bytes) -> tuple[bytes, int]:
    """Return the first frame's graphic control extension (may be empty) and its place."""
    at, control = _after_palette(data), b""
    for _ in range(_EXTENSIONS):
        introducer = data[at : at + 1]
        if introducer == b",":
            return control, at
        if introducer != b"!":
            break
        if data[at + 1 : at + 3] == b"\xf9\x04":
            control = data[at : at + 8]
        at = _after_blocks(data, at + 2)
    raise damaged("gif")


def _after_palette(data: bytes) -> int:
    (flags,) = unpack("gif", "B", data, 10)
    return 13 + (3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0)


def _after_blocks(data: bytes, at: int) -> int:
    for _ in range(_BLOCKS):
        (size,) = unpack("gif", "B", data, at)
        at += 1 + size
        if not size:
            return at
    raise damaged("gif")
