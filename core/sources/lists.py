"""Lists of addresses: JSON, CSV or lines of text, with whatever copying left in them."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.errors import RefusedAddress
from core.sources.entry import lead_of
from core.sources.lead import Lead, Listing, brief, plain
from core.sources.rows import ADDRESS, rows

MAX_ENTRIES = 100_000
MAX_BYTES = 20 * 2**20

# What others call what we call by the first word. The keys of a list's container are no labels.
_NAMES = {
    "label": ("label", "class", "category", "word"),
    "split": ("split", "subset"),
    "source": ("source", "site", "host"),
    "name": ("name", "title", "alt", "file", "filename"),
}
_FACTS = {
    "author": ("author", "photographer", "credit"),
    "licence": ("licence", "license"),
    "link": ("link", "page"),
}
_CONTAINERS = {"urls", "images", "photos", "pictures", "items", "entries", "data", "results", "links"}


@dataclass
class _Reader:
    """A listing as it grows, and where each address stood first."""

    leads: list[Lead] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)

    def add(self, number: int, entry: Any, label: str = "") -> None:
        """Add an entry, counted from 1: a text, or an object with an address and more."""
        if isinstance(entry, _Broken):
            return self.refuse(entry.text, entry.reason)
        told = {key.strip().lower(): value for key, value in entry.items()} if isinstance(entry, dict) else {}
        address = _first(told, ADDRESS) if told else entry
        if not isinstance(address, str):
            return self.refuse(_shown(entry), "It is no address, and no object with a url.")
        words = {word: plain(_first(told, names)) for word, names in _NAMES.items()}
        words["label"] = words["label"] or label
        facts = {word: plain(_first(told, names)) for word, names in _FACTS.items()}
        try:
            lead = lead_of(address, **words, facts={word: fact for word, fact in facts.items() if fact})
        except RefusedAddress as error:
            return self.refuse(address, str(error))
        first = self.seen.setdefault(lead.address, number)
        if first != number:
            return self.refuse(address, f"The same address is entry {first} of this list.")
        self.leads.append(lead)

    def refuse(self, text: str, reason: str) -> None:
        """Add a refusal."""
        self.refused.append((brief(text), reason))


@dataclass(frozen=True)
class _Broken:
    text: str
    reason: str


def read_list(data: bytes | str, name: str = "") -> Listing:
    """Return what a list of addresses offers: a lead or a refusal for every entry, in their order.

    It reads JSON (texts, objects with url, label, split ..., or label -> list), JSON lines, CSV with
    or without a header (url, label, split, source) and lines of text, where `#` starts a remark. A
    list that cannot be read at all is one refusal that says why; beyond 100,000 entries the rest is
    one refusal that counts them.

    >>> [lead.label for lead in read_list('{"cake": ["example.org/1.jpg"]}', "list.json").leads]
    ['cake']
    """
    reader = _Reader()
    if len(data) > MAX_BYTES:
        reader.refuse(name, f"The list has {len(data) / 2**20:.1f} MB; {MAX_BYTES >> 20} is the limit.")
        return Listing(reader.leads, reader.refused)
    text = (data if isinstance(data, str) else _text(data)).lstrip("\ufeff")
    number = 0
    for number, (entry, label) in enumerate(_entries(text, name), 1):
        if number <= MAX_ENTRIES:
            reader.add(number, entry, label)
    if number > MAX_ENTRIES:
        reader.refuse(f"{number - MAX_ENTRIES} more entries", f"{MAX_ENTRIES} is the limit; split the list.")
    return Listing(reader.leads, reader.refused)


def _text(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _entries(text: str, name: str) -> Iterator[tuple[Any, str]]:
    """Yield every entry with the label that its place in the list gives it."""
    if text.lstrip()[:1] not in ("[", "{"):
        for row in rows(text):
            yield (row if isinstance(row, str | dict) else _Broken(*row)), ""
        return
    try:
        yield from _labelled(json.loads(text))
    except json.JSONDecodeError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if error.msg == "Extra data" and lines[0].lstrip().startswith("{"):
            yield from ((_line(line), "") for line in lines)
        else:
            why = f"This JSON breaks off at line {error.lineno}, column {error.colno}; repair it there."
            yield _Broken(name or text, why), ""
    except (RecursionError, ValueError):
        yield _Broken(name or text, "This JSON is nested too deeply or holds endless numbers."), ""


def _labelled(content: Any) -> Iterator[tuple[Any, str]]:
    """Yield the entries of a JSON document: a list, one object, or lists by their label."""
    if isinstance(content, list):
        yield from ((entry, "") for entry in content)
    elif isinstance(content, dict) and any(isinstance(value, list) for value in content.values()):
        for word, value in content.items():
            label = "" if word.lower() in _CONTAINERS else plain(word)
            for entry in value if isinstance(value, list) else [value]:
                yield entry, label
    else:
        yield content, ""


def _line(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return _Broken(text, "This line is no JSON, as the first one was.")


def _first(told: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((told[name] for name in names if told.get(name) not in (None, "")), "")


def _shown(entry: Any) -> str:
    """Return an entry that is no text as a report can show it; deep ones break `repr`."""
    try:
        return repr(entry)
    except RecursionError:
        return type(entry).__name__
