"""Rows of a list: CSV with a header, CSV without one, or one address a line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

ADDRESS = ("url", "address", "src", "image", "image_url", "href", "link")
_COLUMNS = ("url", "label", "split", "source")

Row = str | dict[str, str] | tuple[str, str]


def rows(text: str) -> Iterator[Row]:
    """Yield each row: an address, its columns by name, or what cannot be read with a reason.

    Blank rows and remarks (`#`) are no rows. Addresses may hold commas, unquoted: without a header
    a comma only parts columns where what follows looks like a word; with one, the excess belongs to
    the address.

    >>> list(rows("url;label\\nexample.org/1.jpg;cake\\n"))
    [{'url': 'example.org/1.jpg', 'label': 'cake'}]
    >>> list(rows("x.org/w_1,h_2/a.jpg\\nx.org/b.jpg,cake"))
    ['x.org/w_1,h_2/a.jpg', {'url': 'x.org/b.jpg', 'label': 'cake'}]
    """
    head, _, rest = text.lstrip().partition("\n")
    for mark in (",", ";", "\t"):
        names = [name.strip().strip('"').lower() for name in head.split(mark)]
        if any(name in ADDRESS for name in names) and len(set(names)) == len(names):
            yield from _with_header(names, rest, mark)
            return
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            yield _without_header(line)


def _with_header(names: list[str], text: str, mark: str) -> Iterator[Row]:
    column = next(names.index(name) for name in ADDRESS if name in names)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    while True:
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield f"row {reader.line_num + 1}", f"The row cannot be read as CSV: {error}."
            continue
        if any(field.strip() for field in fields):
            excess = max(len(fields) - len(names), 0)
            address = mark.join(fields[column : column + excess + 1])
            fields[column : column + excess + 1] = [address]
            yield dict(zip(names, fields, strict=False))


def _without_header(line: str) -> Row:
    mark = "\t" if "\t" in line.strip() else ","
    pasted = line.lstrip(" \"'")[:5].lower() == "data:"
    try:
        fields = [field.strip() for field in next(csv.reader([line], delimiter=mark))]
    except (csv.Error, StopIteration):
        return line
    if pasted and mark == "," and len(fields) > 1 and not line.lstrip().startswith('"'):
        fields[:2] = [",".join(fields[:2])]
    words = fields[1:]
    if len(fields) > len(_COLUMNS) or any(_goes_on(word) for word in words):
        return line
    return dict(zip(_COLUMNS, fields, strict=False)) if any(words) else fields[0]


def _goes_on(word: str) -> bool:
    """Return whether what follows a comma is the rest of an address."""
    return any(mark in word for mark in "/=\\") and "://" not in word
