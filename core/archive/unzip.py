"""Reading ZIP archives: `zipfile` does the work, and what it believes too easily is refused first."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

from core.archive.tar import Entry
from core.errors import UnusableArchive

_BLOCK = 2**16
_LONGEST_LIST = 64 * 2**20
_ENTRY_OF_LIST = b"PK\1\2"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x41
_UTF_8 = 0x800


def entries(file: BinaryIO, max_files: int) -> list[Entry]:
    """Return the files and folders of an archive, in its order; their data are read on demand.

    Raises UnusableArchive where it holds more than `max_files`, links, devices, encrypted or
    unusually packed files, or files that overlap; and what `zipfile` raises where it is damaged.
    """
    archive = zipfile.ZipFile(_Measured(file, max_files))
    infos: list[zipfile.ZipInfo] = archive.infolist()
    _refuse_overlaps(infos, archive.start_dir)
    for info in infos:
        _refuse_unreadable(info)
    return [Entry(name := _name(info), name.endswith(b"/"), _blocks(archive, info)) for info in infos]


class _Measured:
    """A file whose list of contents is measured before `zipfile` makes an object of each line."""

    def __init__(self, file: BinaryIO, max_files: int) -> None:
        self._file = file
        self._max_files = max_files
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes; only the list is ever read in a piece of over 128 KB."""
        data = self._file.read(size if 0 <= size <= _LONGEST_LIST else _LONGEST_LIST + 1)
        if len(data) > _LONGEST_LIST or (
            len(data) > 2 * _BLOCK and data.count(_ENTRY_OF_LIST) > self._max_files
        ):
            raise UnusableArchive(f"The archive holds over {self._max_files} entries; split it.")
        return data


def _name(info: zipfile.ZipInfo) -> bytes:
    """Return a name as it stands in the archive, before `zipfile` cuts it at a zero byte."""
    return info.orig_filename.encode("utf-8" if info.flag_bits & _UTF_8 else "cp437")


def _refuse_overlaps(infos: list[zipfile.ZipInfo], end: int) -> None:
    """Raise UnusableArchive where two files share bytes (https://www.bamsoftware.com/hacks/zipbomb).

    Python's own check came with 3.11.8 and 3.12.2 only.
    """
    spans = sorted((info.header_offset, 30 + info.compress_size) for info in infos)
    starts = [start for start, _ in spans[1:]] + [end]
    for (start, length), next_start in zip(spans, starts, strict=False):
        if start + length > next_start:
            raise UnusableArchive("Files in the archive overlap, as in bombs; pack it anew.")


def _refuse_unreadable(info: zipfile.ZipInfo) -> None:
    name = f"{info.filename[:80]!r} in the archive"
    if info.flag_bits & _ENCRYPTED:
        raise UnusableArchive(f"{name} is encrypted; pack it anew without a password.")
    if info.compress_type not in _METHODS:
        raise UnusableArchive(f"{name} is packed in an unusual way; pack it anew as plain ZIP.")
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise UnusableArchive(f"{name} is a link or a device; only files are read.")


def _blocks(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield the data of one file; `zipfile` checks their sum, and here their size is."""
    size = 0
    with archive.open(info) as file:
        while block := file.read(_BLOCK):
            size += len(block)
            yield block
    if size != info.file_size:
        raise UnusableArchive(f"{info.filename[:80]!r} in the archive is cut off; fetch it anew.")
