"""What the PATHs of a command line name: files, folders, archives, addresses, and lists of these."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal
from unicodedata import category

from core import archive
from core.errors import UnusableArchive, UnusableImage
from core.image import MAX_BYTES

_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_UNSEEN = ("Cc", "Cs", "Zl", "Zp")  # control characters, half characters, line separators


@dataclass(frozen=True, slots=True)
class Place:
    """One thing that a PATH leads to; an archive holds many pictures, all else is one."""

    name: str
    kind: Literal["file", "archive", "address"]


@dataclass(frozen=True, slots=True)
class Offer:
    """A picture on offer: the name it goes by, how to get its bytes, and whether that takes long."""

    name: str
    read: Callable[[], bytes]
    remote: bool = False


def places(paths: Iterable[str], *, leave_out: Path | None = None) -> list[Place]:
    """Return where the PATHs lead, in their order, folders sorted; `leave_out` is passed over.

    `@list` stands for the lines of the file `list`. Raises UnusableImage for a PATH that leads
    nowhere; a line of a list that leads nowhere is left for later, as one of many.
    """
    found: list[Place] = []
    for path in paths:
        if path.startswith("@"):
            for line in _lines(path[1:]):
                found += _places(line, leave_out)
        elif _ADDRESS.match(path) or os.path.lexists(path):
            found += _places(path, leave_out)
        else:
            raise UnusableImage(f"{_plain(path)} does not exist: check its spelling.")
    return found


def offers(found: Sequence[Place], fetch: Callable[[str], bytes]) -> Iterator[Offer]:
    """Yield the pictures of all places in their order; addresses are read with `fetch`.

    An archive that turns out broken ends in an offer that raises what is wrong with it.
    """
    for place in found:
        if place.kind == "archive":
            yield from _members(place.name)
        elif place.kind == "address":
            yield Offer(_plain(place.name), partial(fetch, place.name), remote=True)
        else:
            yield Offer(_plain(place.name), partial(_read, place.name))


def count(found: Sequence[Place]) -> int:
    """Return how many pictures all places hold, as far as an archive tells before it breaks off."""
    return sum(_count(place.name) if place.kind == "archive" else 1 for place in found)


def _lines(path: str) -> list[str]:
    try:
        text = Path(path).read_text(encoding="utf-8", errors="surrogateescape")
    except OSError as error:
        raise UnusableImage(f"The list {_plain(path)} cannot be read ({error.strerror}).") from error
    return [line for line in text.split("\n") if line.strip()]


def _places(path: str, leave_out: Path | None) -> list[Place]:
    if _ADDRESS.match(path):
        return [Place(path, "address")]
    if os.path.isdir(path):  # noqa: PTH112 - plain text: a folder may hold a million files
        return [Place(file, "file") for file in _files(path, leave_out)]
    return [Place(path, "archive" if _is_archive(path) else "file")]


def _files(folder: str, leave_out: Path | None) -> list[str]:
    """Return the visible files of a folder and of all folders in it, sorted."""

    def refuse(error: OSError) -> None:
        raise error

    found = []
    for place, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if _visible(name)]
        found += [os.path.join(place, name) for name in files if _visible(name)]  # noqa: PTH118
    if leave_out is not None:
        found = [file for file in found if not _same(file, leave_out)]
    return sorted(found, key=lambda file: file.split("/"))


def _same(file: str, other: Path) -> bool:
    return file.endswith(other.name) and Path(file).resolve() == other.resolve()


def _visible(name: str) -> bool:
    return not any(part.startswith(".") for part in name.split("/"))


def _is_archive(path: str) -> bool:
    try:
        return Path(path).is_file() and archive.is_archive(Path(path))
    except OSError:
        return False  # reading it as a picture will say what is wrong


def _count(path: str) -> int:
    """Return how many pictures `_members` will yield."""
    seen = 0

    def see(name: str) -> bool:
        nonlocal seen
        seen += _visible(name)
        return False

    try:
        for _ in archive.members(Path(path), wanted=see):
            pass
    except (UnusableArchive, OSError):
        seen += 1
    return seen


def _members(path: str) -> Iterator[Offer]:
    try:
        for member in archive.members(Path(path), wanted=_visible):
            yield Offer(_plain(f"{path}/{member.name}"), partial(_kept, member.data))
    except (UnusableArchive, OSError) as error:
        yield Offer(_plain(path), partial(_refuse, str(error)))


def _kept(data: bytes) -> bytes:
    return data


def _refuse(sentence: str) -> bytes:
    raise UnusableImage(sentence)


def _read(path: str) -> bytes:
    """Return a file's bytes, of one that is too large only enough to see that."""
    if not Path(path).is_file():
        raise UnusableImage("This is no file, or it is not there any more.")
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - a million times
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnusableImage(f"This file cannot be read ({error.strerror}).") from error


def _plain(name: str) -> str:
    """Return a name that any table and any terminal can show on one line.

    >>> print(_plain("cake\\x1b[2J.jpg"))
    cake\\x1b[2J.jpg
    """
    if name.isprintable():
        return name
    return "".join(
        letter.encode("unicode_escape").decode() if category(letter) in _UNSEEN else letter for letter in name
    )
