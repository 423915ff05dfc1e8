"""Reading TAR archives strictly and forwards only.

The standard library's reader takes a broken header for the end of the archive, so a damaged one
looks merely shorter, and reads extended headers of any size into memory. Here whatever is not
understood is refused. https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from core.errors import UnusableArchive

RECORD = 512
_LONGEST_HEADER = 2**20
_BLOCK = 2**16
_FILES = (b"0", b"\0", b"7")
_FOLDER = b"5"
_REFUSED = {
    b"1": "a link",
    b"2": "a link",
    b"3": "a device",
    b"4": "a device",
    b"6": "a device",
    b"S": "a file with holes",
}


@dataclass(frozen=True)
class Entry:
    """One file or folder: its name as bytes, and the file's data, to be read before the next."""

    name: bytes
    is_folder: bool
    blocks: Iterator[bytes]


@dataclass(frozen=True)
class _Header:
    name: bytes
    size: int
    kind: bytes


def entries(read: Callable[[int], bytes]) -> Iterator[Entry]:
    """Yield the files and folders of an archive, in its order.

    `read(n)` gives up to n bytes, and none at the end. Raises UnusableArchive at the first link,
    device or header that is not understood, and where the archive breaks off.
    """
    told: dict[str, bytes] = {}
    while header := _header(_exactly(read, RECORD)):
        if header.kind in b"xgLK":
            if header.size > _LONGEST_HEADER:
                raise UnusableArchive("The TAR archive holds a header of over 1 MB; pack it anew.")
            data = _exactly(read, header.size)
            _exactly(read, -header.size % RECORD)
            if header.kind == b"x":
                told |= _pax(data)
            elif header.kind == b"L":
                told["path"] = data.rstrip(b"\0")
            continue
        name = told.get("path", header.name)
        size = _decimal(told["size"]) if "size" in told else header.size
        told = {}
        is_folder = header.kind == _FOLDER or (header.kind == b"\0" and name.endswith(b"/"))
        if header.kind not in _FILES and not is_folder:
            what = _REFUSED.get(header.kind, f"of an unknown kind, {header.kind!r}")
            raise UnusableArchive(f"{_shown(name)} in the archive is {what}; only files are read.")
        blocks = _blocks(read, 0 if is_folder else size)
        yield Entry(name, is_folder, blocks)
        for _ in blocks:  # whatever was not wanted
            pass


def is_header(record: bytes) -> bool:
    """Return whether 512 bytes are the start of a TAR archive, by their checksum."""
    try:
        return len(record) == RECORD and _header(record) is not None
    except UnusableArchive:
        return False


def _exactly(read: Callable[[int], bytes], size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = read(size - len(data))
        if not piece:
            raise UnusableArchive("The TAR archive breaks off before its end; fetch it anew.")
        data += piece
    return data


def _blocks(read: Callable[[int], bytes], size: int) -> Iterator[bytes]:
    """Yield the data of one file and step over the padding behind it."""
    left = size
    while left:
        block = _exactly(read, min(left, _BLOCK))
        left -= len(block)
        yield block
    _exactly(read, -size % RECORD)


def _header(record: bytes) -> _Header | None:
    """Return what a header says, or None for the empty record at the end of an archive."""
    if not any(record):
        return None
    said = _octal(record[148:156])
    if said != sum(record[:148]) + 8 * ord(" ") + sum(record[156:]):
        raise UnusableArchive("The TAR archive is damaged: a header does not match its checksum.")
    name = record[:100].split(b"\0")[0]
    # Only in POSIX archives; GNU's keep other things there and put long names elsewhere.
    if record[257:263] == b"ustar\0" and (prefix := record[345:500].split(b"\0")[0]):
        name = prefix + b"/" + name
    return _Header(name, _octal(record[124:136]), record[156:157])


def _octal(field: bytes) -> int:
    """Return a number from a header: octal digits, or 0x80 and a big-endian number (GNU)."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b" \0")
    if not all(digit in b"01234567" for digit in digits):
        raise UnusableArchive("The TAR archive is damaged: a header holds a senseless number.")
    return int(digits or b"0", 8)


def _decimal(text: bytes) -> int:
    if not text.isdigit() or len(text) > 20:
        raise UnusableArchive("The TAR archive is damaged: a header holds a senseless number.")
    return int(text)


def _pax(data: bytes) -> dict[str, bytes]:
    """Return the records "<length> <key>=<value>\\n" of an extended header that matter here."""
    told = {}
    while data:
        length, space, _ = data[:24].partition(b" ")
        size = _decimal(length)
        key, equals, value = data[len(length) + 1 : size].partition(b"=")
        if not space or not equals or not value.endswith(b"\n") or size > len(data):
            raise UnusableArchive("The TAR archive is damaged: an extended header is senseless.")
        if key.startswith(b"GNU.sparse"):
            raise UnusableArchive("The archive holds a file with holes; only plain files are read.")
        if key in (b"path", b"size"):
            told[key.decode()] = value[:-1]
        data = data[size:]
    return told


def _shown(name: bytes) -> str:
    return repr(name[:80].decode(errors="replace"))
