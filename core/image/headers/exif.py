"""Which way up a picture was taken: the orientation in its EXIF data or its XMP."""

from __future__ import annotations

import re
import struct

_ORIENTATION = 0x0112
_SHORT = 3
_ENTRIES = 512
_XMP = re.compile(rb"tiff:Orientation(?:\s*=\s*[\"']|>)\s*([1-8])\b")


def orientation(exif: bytes, xmp: bytes = b"") -> int:
    """Return EXIF's orientation, 1..8; 1, upright, where none or no valid one is stated.

    XMP is asked only where the EXIF data name none, as the Metadata Working Group advises.

    >>> orientation(bytes.fromhex("4d4d002a00000008 0001 0112 0003 00000001 0006 0000 00000000"))
    6
    >>> orientation(b"", b'<rdf:Description tiff:Orientation="3"/>')
    3
    """
    stated = _in_exif(exif)
    if stated is None and (found := _XMP.search(xmp)):
        stated = int(found[1])
    return stated if stated is not None and 1 <= stated <= 8 else 1


def _in_exif(exif: bytes) -> int | None:
    tiff = exif.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return None
    try:
        (at,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, at)
        for entry in range(at + 2, at + 2 + 12 * min(count, _ENTRIES), 12):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, entry)
            if tag == _ORIENTATION and kind == _SHORT:
                return int(value)
    except struct.error:  # the directory leads beyond the data: EXIF is often damaged in transit
        return None
    return None
