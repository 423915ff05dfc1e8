"""What somebody brings as a dataset: a folder becomes a list of offers, with all that is known of each.

Understood are folders of class folders (`cake/1.jpg`), the same below `train/`, `val/`, `test/`, and
flat folders with a table of file, label and more beside the pictures; a folder that only wraps
another is looked through. Nothing here opens a picture: whether one is any good shows when it is read.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from core.collection.layout import Layout, Named
from core.collection.table import Row, Table, plain, read_table
from core.errors import StoreError, UnusableImage
from core.image import MAX_BYTES

__all__ = ["Item", "items", "read"]

_UNSEEN = {"__macosx", "thumbs.db", "desktop.ini", "icon\r", "readme.md", "readme.txt"}
_LINK = "This is a link, and links are not followed: put the picture itself in its place."
_NO_FILE = "This is no file that could be read: leave it out."
_NO_NAME = "This file's name is no text that can be kept: rename it."
_LOST = "The table {table} names this picture, but it is not there: look at its spelling."


@dataclass(frozen=True, slots=True)
class Item:
    """One thing on offer: its path within the folder, parts divided by "/", and what is said of it.

    `facts` are few words more: author, licence, link, and "excluded" where a table says so. Where
    `refusal` is not empty, it says why this cannot be read at all.
    """

    name: str
    label: str = ""
    split: str = ""
    source: str = ""
    scene: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    refusal: str = ""


def items(folder: Path, source: str = "") -> list[Item]:
    """Return what a folder offers, sorted by path; `source` is noted where no table says another.

    Hidden files, and what computers leave beside pictures, are passed over; links, and what a table
    names that is not there, come with their refusal. Raises StoreError where the folder cannot be
    read.
    """
    found = dict(sorted(_files(folder), key=lambda each: each[0].split("/")))
    layout = Layout.of(found)
    named = Named([name for name, refusal in found.items() if not refusal], layout.root)
    tables = _tables(folder, [name for name in found if layout.may_be_table(name)], named)
    rows: dict[str, Row] = {}
    lost = []
    for name, table in tables.items():
        for file, row in table.rows.items():
            if (picture := named.find(file, name)) is None:
                lost.append(Item(plain(file), source=source, refusal=_LOST.format(table=name)))
            else:
                rows.setdefault(picture, row)
    columns = {column for table in tables.values() for column in table.columns}
    return lost + [
        _item(name, refusal, rows.get(name), layout, columns, source)
        for name, refusal in found.items()
        if name not in tables
    ]


def read(folder: Path, name: str) -> bytes:
    """Return a file's bytes, of one that is too large only enough to see that.

    Raises UnusableImage where it is gone, a link, no file, or cannot be read.
    """
    try:
        handle = os.open(folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(handle, "rb") as file:  # noqa: PTH123 - of a handle
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise UnusableImage(_NO_FILE)
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise UnusableImage("This file is not there any more: put it back and import again.") from error
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise UnusableImage(_LINK) from error
        raise UnusableImage(f"This file cannot be read ({error.strerror}): look at its rights.") from error


def _files(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield each path in a folder and why it cannot be read, if so."""
    waiting = [""]
    while waiting:
        place = waiting.pop()
        try:
            entries = list(os.scandir(folder / place))
        except OSError as error:
            if not place:
                raise StoreError(f"The folder {folder} cannot be read ({error.strerror}).") from error
            yield place, f"This folder cannot be read ({error.strerror}): look at its rights."
            continue
        for entry in entries:
            if entry.name.startswith(".") or entry.name.lower() in _UNSEEN:
                continue
            name = f"{place}/{entry.name}" if place else entry.name
            if not entry.is_symlink() and entry.is_dir():
                waiting.append(name)
            else:
                yield _named(name), _refusal(entry, name)


def _refusal(entry: os.DirEntry[str], name: str) -> str:
    if entry.is_symlink():
        return _LINK
    if not entry.is_file():
        return _NO_FILE
    return "" if _named(name) == name else _NO_NAME


def _named(name: str) -> str:
    """Return a name that a database can keep: bytes that are no UTF-8 are spelled out."""
    return name.encode(errors="backslashreplace").decode()


def _tables(folder: Path, names: list[str], named: Named) -> dict[str, Table]:
    """Return the tables about pictures by name; a CSV about anything else is none."""
    tables = {}
    for name in names:
        if named.find(name, name) is not None:  # neither a link nor a folder
            table = read_table(folder / name, lambda file, at=name: named.find(file, at) is not None)  # type: ignore[misc]
            if table is not None:
                tables[name] = table
    return tables


def _item(
    name: str, refusal: str, row: Row | None, layout: Layout, columns: Collection[str], source: str
) -> Item:
    # Where a table tells, folders only sort.
    split, label = layout.split_and_label(name)
    label = "" if "label" in columns else label
    split = "" if "split" in columns else split
    if row is None:
        return Item(name, label, split, source, refusal=refusal)
    return Item(
        name,
        label if row.label is None else row.label,
        row.split or split,
        row.source or source,
        row.scene,
        dict(row.facts),
        refusal,
    )
