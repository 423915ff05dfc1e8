"""Tables about pictures: CSV as anybody's program writes it."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import StoreError

ENDINGS = (".csv", ".tsv")
MAX_TABLE_BYTES = 64 * 2**20
SPLITS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "dev"), "val"),
    **dict.fromkeys(("test", "testing"), "test"),
}
_SEPARATORS = ",;\t|"
_MOST_LETTERS = 200
_COLUMNS = {
    "file": ("file", "filename", "path", "filepath", "image", "imagepath", "imagename", "img", "name"),
    "label": ("label", "class", "classname", "category", "target", "labels", "classes"),
    "split": ("split", "subset", "set", "partition", "fold"),
    "source": ("source", "origin"),
    "scene": ("scene", "group", "burst"),
    "author": ("author", "photographer", "credit"),
    "licence": ("licence", "license"),
    "link": ("link", "url"),
    "excluded": ("excluded", "exclude"),
}
_FACTS = ("author", "licence", "link", "excluded")
_BARE = ("file", "label", "split", "source")
_NO = ("", "0", "no", "false")


@dataclass(frozen=True, slots=True)
class Row:
    """What a table says of one file; `label` is None where it has no such column."""

    label: str | None = None
    split: str = ""
    source: str = ""
    scene: str = ""
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """A table's rows by the files they name, and which columns it has."""

    columns: frozenset[str]
    rows: dict[str, Row]


def plain(text: str) -> str:
    """Return a word as it is kept: no line breaks, no blanks around it, not endless.

    >>> plain(" birthday\\tcake ")
    'birthday cake'
    """
    words = "".join(letter if letter.isprintable() else " " for letter in text).split()
    return " ".join(words)[:_MOST_LETTERS]


def read_table(path: Path, is_file: Callable[[str], bool]) -> Table | None:
    """Return what a CSV says about files, or None where it is about anything else.

    Text may be UTF-8, UTF-16 with its mark, or Latin-1; cells may be divided by comma, semicolon,
    tab or bar. A header is asked for leniently (image, path, class, subset ...); without one the
    cells are file, label, split and source, if `is_file` knows the first. Raises StoreError where
    the table cannot be read.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_TABLE_BYTES + 1)
    except OSError as error:
        raise StoreError(f"The table {path.name} cannot be read ({error.strerror}).") from error
    if len(data) > MAX_TABLE_BYTES:
        raise StoreError(f"The table {path.name} has over {MAX_TABLE_BYTES // 2**20} MB: divide it.")
    try:
        return parsed(_text(data), is_file)
    except csv.Error as error:
        raise StoreError(f"The table {path.name} is damaged ({error}): save it anew as CSV.") from error


def parsed(text: str, is_file: Callable[[str], bool]) -> Table | None:
    """Return what a table's text says, or None; see `read_table`. Raises csv.Error.

    >>> table = parsed("Image;Class\\n1.jpg;cake\\n", lambda name: False)
    >>> table.rows
    {'1.jpg': Row(label='cake', split='', source='', scene='', facts={})}
    """
    first = text[:100_000].split("\n")[0]
    for separator in sorted(_SEPARATORS, key=first.count, reverse=True):
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        try:
            head = next(lines, [])
        except csv.Error:  # a cell without end: this was never meant for us
            continue
        if "file" in (columns := _columns(head)):
            return Table(frozenset(columns), _rows(lines, columns))
        if head and len(head) > 1 and is_file(head[0].strip()):
            columns = dict(zip(_BARE, range(len(head)), strict=False))
            lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
            return Table(frozenset(columns), _rows(lines, columns))
    return None


def _text(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _columns(head: list[str]) -> dict[str, int]:
    """Return where each column that means something to us stands."""
    called = ["".join(filter(str.isalnum, cell.lower())) for cell in head]
    found = {}
    for column, names in _COLUMNS.items():
        place = next((called.index(name) for name in names if name in called), None)
        if place is not None:
            found[column] = place
    return found


def _rows(lines: csv.reader, columns: dict[str, int]) -> dict[str, Row]:  # type: ignore[valid-type]
    rows: dict[str, Row] = {}
    for line in lines:  # type: ignore[attr-defined]
        said = {name: _cell(line[at]) for name, at in columns.items() if at < len(line)}
        if file := said.get("file"):
            rows.setdefault(file, _row(said))
    return rows


def _cell(text: str) -> str:
    """Return a cell without the apostrophe that keeps spreadsheets from running it."""
    text = text.strip()
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@") else text


def _row(said: dict[str, str]) -> Row:
    facts = {name: said[name][:2000] for name in _FACTS if said.get(name, "").lower() not in _NO}
    words = {name: plain(said.get(name, "")) for name in ("split", "source", "scene")}
    words["split"] = SPLITS.get(words["split"].lower(), words["split"])
    label = said.get("label")
    return Row(None if label is None else plain(label), **words, facts=facts)
