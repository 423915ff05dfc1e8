"""File names for pictures that go out: safe on every system, and each only once."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

_LONGEST = 120
_LONGEST_ENDING = 10
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d|__macosx)(\.|$)", re.IGNORECASE)


class Names:
    """The names given so far."""

    def __init__(self) -> None:
        self._given: dict[str, int] = {}

    def free(self, folder: str, name: str) -> str:
        """Return the path of a file in a folder, numbered where another is called so.

        >>> names = Names()
        >>> names.free("cake", "1.jpg"), names.free("Cake", "1.JPG"), names.free("", "../x.jpg")
        ('cake/1.jpg', 'Cake/1 (2).JPG', '_._x.jpg')
        """
        place = f"{safe(folder)}/" if folder else ""
        path = PurePosixPath(safe(name))
        wanted = f"{place}{path}"
        while True:
            number = self._given.get(key := _key(wanted), 0) + 1
            self._given[key] = number
            if number == 1:
                return wanted
            wanted = f"{place}{path.stem} ({number}){path.suffix}"


def safe(name: str) -> str:
    """Return a name that is one file's or folder's everywhere, as near to the given as can be.

    >>> [safe(name) for name in ("birthday cake", "a/b", "..", "con", "tart. ", ".git")]
    ['birthday cake', 'a_b', '_.', '_con', 'tart', '_git']
    """
    plain = _UNSAFE.sub("_", "".join(letter for letter in name if letter.isprintable()))
    plain = plain.strip().rstrip(". ") if plain.strip(". ") else plain.strip()
    plain = f"_{plain[1:]}" if plain.startswith(".") else plain
    if _RESERVED.match(plain) or not plain:
        plain = f"_{plain}"
    return _cut(plain) if len(plain.encode()) > _LONGEST else plain


def _cut(name: str) -> str:
    """Return a name with its ending and as much of the rest as a file system takes."""
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending) > _LONGEST_ENDING:
        stem, dot, ending = name, "", ""
    room = _LONGEST - len(f"{dot}{ending}".encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(". ") + dot + ending


def _key(name: str) -> str:
    """Return what two names share that some file systems take for one."""
    return unicodedata.normalize("NFC", name).casefold()
