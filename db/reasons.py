"""Why something was refused, in short, so that equal reasons are counted together."""

from __future__ import annotations

import re

_ADDRESS = re.compile(
    r"'[^']*'|\b(?=[\w.-]*[a-z])(?!robots\.txt\b)[\w-]+(\.[\w-]+)+(?= )|\b\d+(\.\d+){3}(?= )"
)
_NUMBER = re.compile(r"(?<!answered )(?<!JPEG )\b\d[\d.,]*")
_TWICE = re.compile(r"(?<=\b[Tt]he )the (?=address)")
_DETAIL = re.compile(r" \((?=[^)]*…)[^)]*\)")


def in_short(reason: str) -> str:
    """Return a sentence without what is true of one thing only, so that equal reasons are counted.

    >>> in_short("'https://example.org/a.jpg' answered 404 (not found).")
    'The address answered 404 (not found).'
    >>> in_short("This file has 41.2 MB, more than the 40 MB that are read here: save it smaller.")
    'This file has … MB, more than the … MB that are read here.'
    >>> in_short("The robots.txt of example.org asks not to fetch 'https://example.org/a.jpg'.")
    'The robots.txt of the address asks not to fetch the address.'
    """
    told = _TWICE.sub("", _ADDRESS.sub("the address", reason)).split(": ")[0].split("; ")[0]
    told = _DETAIL.sub("", _NUMBER.sub("…", told)).rstrip(".")
    return f"{told[:1].upper()}{told[1:]}." if told else ""
