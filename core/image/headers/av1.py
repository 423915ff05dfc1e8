"""The size of the frames in an AV1 stream, as its sequence headers state it (AV1, section 5.5)."""

from __future__ import annotations

from core.image.headers.header import damaged

_SEQUENCE_HEADER = 1
_UNITS = 20_000


def largest_frame(stream: bytes) -> tuple[int, int]:
    """Return width and height of the largest frame that any header of the stream allows.

    >>> largest_frame(bytes.fromhex("1200 0a0b 1ff77e7fea5da202000000"))
    (16000, 15000)
    """
    sizes = [(0, 0)]
    at = 0
    for _ in range(_UNITS):
        if at >= len(stream):
            return max(sizes, key=lambda size: size[0] * size[1])
        kind, extended, sized = stream[at] >> 3 & 15, stream[at] >> 2 & 1, stream[at] >> 1 & 1
        at += 1 + extended
        length, at = _leb128(stream, at) if sized else (len(stream) - at, at)
        if kind == _SEQUENCE_HEADER:
            sizes.append(_frame_size(stream[at : at + min(length, 256)]))
        at += length
    raise damaged("avif")


def _leb128(stream: bytes, at: int) -> tuple[int, int]:
    value = 0
    for index, byte in enumerate(stream[at : at + 8]):
        value |= (byte & 127) << 7 * index
        if byte < 128:
            return value, at + index + 1
    raise damaged("avif")


def _frame_size(header: bytes) -> tuple[int, int]:
    bits = iter(f"{int.from_bytes(header, 'big'):0{8 * len(header)}b}")

    def take(count: int) -> int:
        digits = "".join(next(bits, "") for _ in range(count))
        if len(digits) < count:
            raise damaged("avif")
        return int(digits, 2)

    take(4)  # profile, still picture
    if take(1):  # the short header of a single picture
        take(5)
    else:
        if take(1):  # timing information, which belongs to films
            raise damaged("avif")
        delays = take(1)
        for _ in range(take(5) + 1):
            take(12)
            if take(5) > 7:
                take(1)
            if delays and take(1):
                take(4)
    across, down = take(4) + 1, take(4) + 1
    return take(across) + 1, take(down) + 1
