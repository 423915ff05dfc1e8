"""The chunks of a PNG file."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from core.image.headers.exif import orientation
from core.image.headers.header import Header, damaged, unpack

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY = 0
_DEPTHS = {_GREY: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_PIXELS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT")
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_RAW_PROFILE, _XMP = b"Raw profile type exif", b"XML:com.adobe.xmp"
_WANTED = (_RAW_PROFILE, _XMP)
_LAST = b"\0\0\0\0IEND\xaeB`\x82"
_CHUNKS = 100_000
_TEXT_BYTES = 256 * 1024


@dataclass(frozen=True)
class Png(Header):
    """A PNG's header: whether any pixel may be transparent, or the one grey that is (or -1).

    That grey is as stored at 16 bits, and stretched to 0..255 from fewer.
    """

    alpha: bool = False
    clear_grey: int = -1


def read(data: bytes) -> Png:
    """Return what a PNG says of itself; raises UnusableImage where that contradicts the format."""
    length, width, height, depth, colour = unpack("png", ">I4xIIBB", data, 8)
    methods, interlace, checksum = unpack("png", ">HBI", data, 26)
    if data[12:16] != b"IHDR" or length != 13 or checksum != zlib.crc32(data[12:29]):
        raise damaged("png")
    if depth not in _DEPTHS.get(colour, ()) or methods or interlace > 1:
        raise damaged("png")
    alpha, clear, found = colour in (4, 6), -1, dict[bytes, bytes]()
    for name, at, size in _chunks(data):
        if name == b"tRNS" and colour == _GREY:
            largest = 2**depth - 1
            clear = int.from_bytes(data[at : at + 2], "big") & largest
            clear = clear if depth == 16 else clear * 255 // largest
        elif name == b"tRNS":
            alpha = True
        elif name == b"eXIf":
            found[b"exif"] = data[at : at + size]
        elif name in _TEXTS:
            keyword = data[at : at + 80].partition(b"\0")[0]
            if keyword in _WANTED and keyword not in found:
                found[keyword] = _text(name, data[at : at + min(size, _TEXT_BYTES)])
    exif = found.get(b"exif") or _raw_profile(found.get(_RAW_PROFILE, b""))
    return Png("png", width, height, orientation(exif, found.get(_XMP, b"")), alpha, clear)


def only_pixels(data: bytes) -> bytes:
    """Return the PNG with nothing left in it but what its first still picture needs.

    Drops animation, colour profiles and texts, and with them all their decoders. What follows the
    pixels may be missing; raises UnusableImage where the pixels' own checksums do not fit.
    """
    kept = [_SIGNATURE]
    for name, at, size in _chunks(data):
        if name in _PIXELS:
            body = data[at - 4 : at + size]
            checksum = zlib.crc32(body).to_bytes(4, "big")
            if data[at + size : at + size + 4] not in (checksum, b""):
                raise damaged("png")
            kept += [size.to_bytes(4, "big"), body, checksum]
    return b"".join([*kept, _LAST])


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, start and length of each chunk; of one cut short, what there is of it."""
    at = len(_SIGNATURE)
    for _ in range(_CHUNKS):
        name = data[at + 4 : at + 8]
        if len(name) < 4 or name == b"IEND":
            return
        size = int.from_bytes(data[at : at + 4], "big")
        yield name, at + 8, min(size, len(data) - at - 8)
        at += 12 + size
    raise damaged("png")


def _text(name: bytes, chunk: bytes) -> bytes:
    """Return what a text chunk says: plain, packed, or (iTXt) either, after two more names."""
    text = chunk.partition(b"\0")[2]
    packed = name == b"zTXt" or (name == b"iTXt" and text[:1] == b"\1")
    text = {b"zTXt": text[1:], b"iTXt": text[2:].split(b"\0", 2)[-1]}.get(name, text)
    try:
        return zlib.decompressobj().decompress(text, _TEXT_BYTES) if packed else text
    except zlib.error:
        return b""


def _raw_profile(text: bytes) -> bytes:
    """Return the EXIF data ImageMagick writes as text: a name, a length, hexadecimal digits."""
    words = text.split(maxsplit=2)
    try:
        return bytes.fromhex(words[2].decode("ascii")) if len(words) == 3 else b""
    except ValueError:
        return b""
