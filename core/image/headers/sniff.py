"""What a file is, told from its first bytes alone: its name and its sender may say anything."""

from __future__ import annotations

import re

from core.errors import UnusableImage
from core.image.headers.header import Kind

_UNREAD = ", which is not read here: save it as PNG or JPEG first."
_UNPACK = ", not a photograph: unpack it and add the pictures in it."
_STILL = ", not a photograph: take a still from it."
_OTHER = ", not a photograph: choose a picture file."

# Where to look, what begins there, what it is, and what a person can do about it.
_REFUSED: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"PK\x03\x04", "a ZIP archive or an Office document", _UNPACK),
    (0, b"PK\x05\x06", "an empty ZIP archive", _OTHER),
    (0, b"\x1f\x8b", "a gzip archive", _UNPACK),
    (0, b"BZh", "a bzip2 archive", _UNPACK),
    (0, b"\xfd7zXZ\0", "an xz archive", _UNPACK),
    (0, b"\x28\xb5\x2f\xfd", "a Zstandard archive", _UNPACK),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", _UNPACK),
    (0, b"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    (257, b"ustar", "a tar archive", _UNPACK),
    (0, b"\0\0\x01\0", "a Windows icon", _UNREAD),
    (0, b"\0\0\x02\0", "a Windows cursor", _UNREAD),
    (0, b"icns", "a macOS icon", _UNREAD),
    (0, b"\0\0\0\x0cjP  ", "a JPEG 2000 picture", _UNREAD),
    (0, b"\xff\x4f\xff\x51", "a JPEG 2000 picture", _UNREAD),
    (0, b"\0\0\0\x0cJXL ", "a JPEG XL picture", _UNREAD),
    (0, b"\xff\x0a", "a JPEG XL picture", _UNREAD),
    (0, b"8BPS", "a Photoshop document", _UNREAD),
    (0, b"gimp xcf", "a GIMP document", _UNREAD),
    (0, b"v/1\x01", "an OpenEXR picture", _UNREAD),
    (0, b"#?RADIANCE", "a Radiance picture", _UNREAD),
    (0, b"DDS ", "a DirectX texture", _UNREAD),
    (0, b"qoif", "a QOI picture", _UNREAD),
    (0, b"\xd7\xcd\xc6\x9a", "a Windows metafile", _UNREAD),
    (0, b"FUJIFILM", "a camera's raw file", _UNREAD),
    (0, b"II+\0", "a BigTIFF picture", _UNREAD),
    (0, b"MM\0+", "a BigTIFF picture", _UNREAD),
    (0, b"%!PS", "a PostScript drawing", _UNREAD),
    (0, b"\x1a\x45\xdf\xa3", "a film", _STILL),
    (0, b"\0\0\x01\xba", "a film", _STILL),
    (0, b"FLV\x01", "a film", _STILL),
    (0, b"ID3", "a sound recording", _OTHER),
    (0, b"OggS", "a sound recording or a film", _OTHER),
    (0, b"fLaC", "a sound recording", _OTHER),
    (0, b"\xd0\xcf\x11\xe0", "an older Office document", _OTHER),
    (0, b"{\\rtf", "a text document", _OTHER),
    (0, b"SQLite format 3", "a database", _OTHER),
    (0, b"\x7fELF", "a program", _OTHER),
    (0, b"MZ", "a Windows program", _OTHER),
    (0, b"\x89HDF", "an HDF5 file", _OTHER),
    (4, b"TFL3", "a TFLite model", _OTHER),
)
_AVIF = {b"avif", b"avis"}
_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_SVG = re.compile(rb"<(?:\w+:)?svg[\s>]", re.IGNORECASE)
_WEB_PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|body|title|script|meta|div|p)\b", re.I)
_NO_TEXT = re.compile(rb"[^\t\n\r\x20-\x7e\x80-\xff]")
_HEAD = 2048


def kind_of(data: bytes) -> Kind:
    """Return which kind of picture begins with these bytes.

    Raises UnusableImage for everything else, saying what it is as far as that can be told.

    >>> kind_of(b"GIF89a...")
    'gif'
    >>> kind_of(b"%PDF-1.7")
    Traceback (most recent call last):
    ...
    core.errors.UnusableImage: This is a PDF document, not a photograph: save the page as PNG or \
JPEG first.
    """
    if data[:3] == b"\xff\xd8\xff":
        return "jpeg"
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return "png"
    if data[:4] == b"RIFF":
        return _riff(data)
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return "gif"
    if data[4:8] == b"ftyp":
        return _iso_media(data)
    if data[:4] in (b"II*\0", b"MM\0*"):
        return "tiff"
    if data[:2] == b"BM" and data[6:10] == b"\0\0\0\0":
        return "bmp"
    raise _refused(data)


def _riff(data: bytes) -> Kind:
    if data[8:12] == b"WEBP":
        return "webp"
    if data[8:12] == b"AVI ":
        raise _is("a film", _STILL)
    raise _is("a sound recording", _OTHER)


def _iso_media(data: bytes) -> Kind:
    length = min(int.from_bytes(data[:4], "big"), 256)
    brands = [data[8:12], *(data[at : at + 4] for at in range(16, length, 4))]
    if _AVIF.intersection(brands):
        return "avif"
    if _HEIC.intersection(brands):
        return "heic"
    if brands[0] == b"crx ":
        raise _is("a camera's raw file", _UNREAD)
    if brands[0].startswith((b"isom", b"iso", b"mp4", b"qt", b"M4V", b"3g", b"avc1", b"dash")):
        raise _is("a film", _STILL)
    raise _is("an unusual HEIF picture", _UNREAD)


def _refused(data: bytes) -> UnusableImage:
    if not data:
        return UnusableImage("This file is empty (0 bytes): choose or download it once more.")
    if data[1:4] == b"PNG":
        return UnusableImage(
            "This is a PNG picture whose first bytes were changed on the way, as happens when it "
            "is sent as text: copy it once more as a binary file."
        )
    head = data[:_HEAD]
    if b"%PDF-" in head[:1024]:
        return _is("a PDF document", ", not a photograph: save the page as PNG or JPEG first.")
    if re.match(rb"P[1-7][\s#]", head):
        return _is("a PNM picture", _UNREAD)
    for at, magic, what, remedy in _REFUSED:
        if head[at : at + len(magic)] == magic:
            return _is(what, remedy)
    if text := _text(head):
        return text
    if len(data) < 12:
        return UnusableImage(
            f"This file has only {len(data)} bytes, too few for a picture: fetch it once more."
        )
    return UnusableImage(
        f"This is no kind of picture known here (it begins with {head[:4].hex(' ')}): "
        "choose a JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC file."
    )


def _text(head: bytes) -> UnusableImage | None:
    if _SVG.search(head):
        return _is("an SVG drawing", ", not a photograph: save it as PNG or JPEG first.")
    if _WEB_PAGE.search(head):
        return _is("a web page", ", not a photograph: open it and save the picture that is on it.")
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return _is("an XML document", _OTHER)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or not _NO_TEXT.search(head):
        return _is("a text", _OTHER)
    return None


def _is(what: str, remedy: str) -> UnusableImage:
    return UnusableImage(f"This is {what}{remedy}")
