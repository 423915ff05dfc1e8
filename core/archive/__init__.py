"""The gate for foreign archives: ZIP, TAR and TAR.GZ are read as data, never believed.

Only regular files come out, under plain relative names, and every limit counts the bytes that are
really unpacked, whatever the headers say. An archive within an archive is a file like any other:
nothing here opens it, so one that contains itself ends after one round.
"""

from __future__ import annotations

import gzip
import secrets
import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

from core.archive import tar, unzip
from core.archive.gate import Gate
from core.errors import StoreError, UnusableArchive

MAX_FILES = 100_000
MAX_BYTES = 4 * 2**30
MAX_MEMBER_BYTES = 40 * 2**20
MAX_RATIO = 200

_BLOCK = 2**16
_ZIP_STARTS = (b"PK\3\4", b"PK\5\6")
_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
)
T = TypeVar("T")


@dataclass(frozen=True)
class Member:
    """One file of an archive: its relative name, parts divided by "/", and its bytes."""

    name: str
    data: bytes


def members(
    source: Path | BinaryIO,
    *,
    max_files: int = MAX_FILES,
    max_bytes: int = MAX_BYTES,
    max_member_bytes: int = MAX_MEMBER_BYTES,
    max_ratio: int = MAX_RATIO,
    wanted: Callable[[str], bool] | None = None,
) -> Iterator[Member]:
    """Yield the regular files of an archive in its order, those whose name is `wanted`.

    The archive may unpack to `max_bytes` and to `max_ratio` times its own size; a file, if wanted,
    to `max_member_bytes`. What macOS adds (`__MACOSX/`, `.DS_Store`, `._x`) is left out.
    Raises UnusableArchive with the first thing that is wrong: in a ZIP before the first file where
    its list of contents shows it, else, as in every TAR, when it is reached. Whoever stores the
    files as they come must be ready to take them back.
    """
    gate = Gate(max_files, max_bytes, max_ratio)
    for name, blocks in _files(source, gate):
        if wanted is None or wanted(name):
            yield Member(name, b"".join(_limited(blocks, max_member_bytes, name)))


def extract(
    source: Path | BinaryIO,
    folder: Path,
    *,
    max_files: int = MAX_FILES,
    max_bytes: int = MAX_BYTES,
    max_member_bytes: int = MAX_BYTES,
    max_ratio: int = MAX_RATIO,
    wanted: Callable[[str], bool] | None = None,
) -> tuple[str, ...]:
    """Return the names of the files written to a folder that did not exist before.

    The folder appears when everything is in it, or not at all. Limits and errors are as in
    `members`; raises StoreError where the folder exists or cannot be written.
    """
    if folder.exists():
        raise StoreError(f"{folder} exists already; choose another folder or remove it.")
    gate = Gate(max_files, max_bytes, max_ratio)
    part = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.part")
    names = []
    try:
        part.mkdir(parents=True)
        for name, blocks in _files(source, gate):
            if wanted is None or wanted(name):
                _write(part, name, _limited(blocks, max_member_bytes, name))
                names.append(name)
        part.rename(folder)
    except OSError as error:
        raise StoreError(
            f"{folder} cannot be written ({error.strerror}); free some space or look at its rights."
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return tuple(names)


def is_archive(source: bytes | Path | BinaryIO) -> bool:
    """Return whether bytes, a file or its path begin as a ZIP, TAR or TAR.GZ archive does.

    >>> is_archive(b"PK\\3\\4..."), is_archive(b"GIF89a")
    (True, False)
    """
    if isinstance(source, bytes):
        return bool(_kind(source[:_BLOCK]))
    if isinstance(source, Path):
        with source.open("rb") as file:
            return bool(_kind(file.read(_BLOCK)))
    place = source.tell()
    try:
        return bool(_kind(source.read(_BLOCK)))
    finally:
        source.seek(place)


def _files(source: Path | BinaryIO, gate: Gate) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Yield the admitted files and their data, which are to be read before the next file."""
    with ExitStack() as stack:
        file = stack.enter_context(_opened(source)) if isinstance(source, Path) else source
        gate.packed = file.seek(0, 2)
        file.seek(0)
        kind = _kind(file.read(_BLOCK))
        file.seek(0)
        if kind == "zip":
            found = _zip_files(file, gate)
        elif kind:
            stream = gzip.GzipFile(fileobj=file) if kind == "tar.gz" else file
            found = _tar_files(stream.read, gate)
        else:
            raise UnusableArchive("This is no ZIP, TAR or TAR.GZ archive; pack it as one of these.")
        for name, blocks in _plainly(found):
            yield name, _plainly(blocks)


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise UnusableArchive(f"{path} cannot be opened ({error.strerror}).") from error


def _kind(head: bytes) -> str:
    """Return "zip", "tar", "tar.gz" or "" from the first 64 KB."""
    if head.startswith(_ZIP_STARTS):
        return "zip"
    if tar.is_header(head[: tar.RECORD]):
        return "tar"
    if head.startswith(b"\x1f\x8b"):
        try:
            start = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, tar.RECORD)
        except zlib.error:
            return ""
        return "tar.gz" if tar.is_header(start) else ""
    return ""


def _plainly(items: Iterator[T]) -> Iterator[T]:
    """Yield items; what the libraries raise on the way becomes UnusableArchive."""
    while True:
        try:
            item = next(items)
        except StopIteration:
            return
        except UnusableArchive:
            raise
        except _FAULTS as error:
            raise UnusableArchive(f"The archive is damaged ({error}); fetch it anew.") from error
        yield item


def _limited(blocks: Iterator[bytes], limit: int, name: str) -> Iterator[bytes]:
    size = 0
    for block in blocks:
        size += len(block)
        if size > limit:
            raise UnusableArchive(
                f"{name[:80]!r} in the archive is larger than {limit / 2**20:.4g} MB; leave it out."
            )
        yield block


def _write(folder: Path, name: str, blocks: Iterator[bytes]) -> None:
    try:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        file = (folder / name).open("xb")
    except (FileExistsError, NotADirectoryError) as error:
        raise UnusableArchive(f"{name[:80]!r} is two things in the archive; pack it anew.") from error
    with file:
        file.writelines(blocks)


def _tar_files(read: Callable[[int], bytes], gate: Gate) -> Iterator[tuple[str, Iterator[bytes]]]:
    def counted(size: int) -> bytes:
        data = read(size)
        gate.count(len(data))
        return data

    for entry in tar.entries(counted):
        name = gate.admit(entry.name, entry.is_folder)
        if name is not None:
            yield name, entry.blocks
    while counted(_BLOCK):  # the checksum of gzip stands at the very end
        pass


def _zip_files(file: BinaryIO, gate: Gate) -> Iterator[tuple[str, Iterator[bytes]]]:
    entries = unzip.entries(file, gate.max_files)
    names = [gate.admit(entry.name, entry.is_folder) for entry in entries]
    for name, entry in zip(names, entries, strict=True):
        if name is not None:
            yield name, _counted(entry.blocks, gate)


def _counted(blocks: Iterator[bytes], gate: Gate) -> Iterator[bytes]:
    for block in blocks:
        gate.count(len(block))
        yield block
