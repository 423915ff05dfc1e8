"""The segments of a JPEG file."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.errors import UnusableImage
from core.image.headers.exif import orientation
from core.image.headers.header import Header, cut_off, damaged, unpack

# A frame header, except C4 (tables), C8 (reserved) and CC (tables).
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_SCAN, _END, _APP1, _APP14 = 0xDA, 0xD9, 0xE1, 0xEE
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_MARKER = re.compile(rb"\xff[^\xff]", re.DOTALL)
# In a scan FF is followed by 00, by a restart marker or by more FF; anything else ends the scan.
_NEXT = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
# A picture has about ten scans. Each costs a pass over all its pixels and need have only a few
# bytes, so a small file of thousands would keep the decoder busy for hours.
_SCANS = 32
_SEGMENTS = 4096


@dataclass(frozen=True)
class Jpeg(Header):
    """A JPEG's header: `components` is 4 for CMYK, whose inks are inverted where `adobe` is set."""

    components: int = 3
    adobe: bool = False
    scan: int = 0


def read(data: bytes) -> Jpeg:
    """Return what a JPEG says of itself; raises UnusableImage where it has no frame or no scan."""
    frame: tuple[int, ...] = ()
    progressive = adobe = False
    exif = xmp = b""
    for marker, at, length in _segments(data):
        if marker in _FRAMES and not frame:
            frame = unpack("jpeg", ">BHHB", data, at)
            progressive = marker in _PROGRESSIVE
        elif marker == _APP14 and data[at : at + 5] == b"Adobe":
            adobe = True
        elif marker == _APP1 and not exif and data[at : at + 6] == b"Exif\0\0":
            exif = data[at : at + length]
        elif marker == _APP1 and not xmp and data.startswith(_XMP, at):
            xmp = data[at : at + length]
        elif marker == _SCAN:
            if not frame:
                break
            _, height, width, components = frame
            if progressive or data[at : at + 1] != bytes((components,)):
                end_of_scans(data, at)
            turned = orientation(exif, xmp)
            return Jpeg("jpeg", width, height, turned, components, adobe, at + length)
    raise damaged("jpeg")


def _segments(data: bytes) -> list[tuple[int, int, int]]:
    """Return marker, start and length of each segment up to the first scan."""
    found: list[tuple[int, int, int]] = []
    at = 2
    for _ in range(_SEGMENTS):
        beginning = _MARKER.search(data, at)
        if beginning is None:
            raise cut_off("jpeg")
        at = beginning.end()
        marker = data[at - 1]
        if marker == _END:
            raise damaged("jpeg")
        if marker in _ALONE or marker == 0:
            continue
        (length,) = unpack("jpeg", ">H", data, at)
        if length < 2 or at + length > len(data):
            raise cut_off("jpeg")
        found.append((marker, at + 2, length - 2))
        if marker == _SCAN:
            return found
        at += length
    raise damaged("jpeg")


def end_of_scans(data: bytes, at: int) -> int:
    """Return where the picture data end that begin at `at`: at the end marker or with the file.

    Raises UnusableImage where there are more scans than any honest picture has.
    """
    scans = 1
    for _ in range(_SEGMENTS):
        found = _NEXT.search(data, at)
        if found is None:
            return len(data)
        at = found.start()
        marker = data[at + 1]
        scans += marker == _SCAN
        if scans > _SCANS:
            raise UnusableImage(
                f"This JPEG picture is stored in more than {_SCANS} layers, which only files made "
                "to stall a program are: open it in a picture program and save it anew."
            )
        length = 0 if marker in _ALONE else int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == _END or at + 2 + length >= len(data):
            return at
        at += 2 + length
    raise damaged("jpeg")
