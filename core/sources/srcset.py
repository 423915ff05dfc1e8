"""The `srcset` attribute: which of its pictures is the largest."""

from __future__ import annotations

import re

# https://html.spec.whatwg.org/multipage/images.html#parse-a-srcset-attribute: an address may hold
# commas, but does not end with one; then its size, up to the next comma.
_CANDIDATE = re.compile(r"[\s,]*([^\s,]\S*)([^,]*)")
_SIZE = re.compile(r"(?<![\w.])(\d{1,7}(?:\.\d{1,4})?)([wx])(?!\w)")
_CANDIDATES = 200


def candidates(text: str) -> list[tuple[str, float, str]]:
    """Return the addresses of a srcset, each with its size and the unit of it ("w" pixels, "x" times).

    One without a size counts as 1x. At most 200 are read.

    >>> candidates("a,b.jpg 300w, c.jpg, d.jpg 2x")
    [('a,b.jpg', 300.0, 'w'), ('c.jpg', 1.0, 'x'), ('d.jpg', 2.0, 'x')]
    """
    found: list[tuple[str, float, str]] = []
    at = 0
    while len(found) < _CANDIDATES and (match := _CANDIDATE.match(text, at)):
        address, size = match.groups()
        at = match.end()
        if address.endswith(","):
            address, size, at = address.rstrip(","), "", match.end(1)
        said = _SIZE.search(size)
        found.append((address, float(said[1]), said[2]) if said else (address, 1.0, "x"))
    return found


def largest(text: str) -> str:
    """Return the address of the largest picture of a srcset, "" where it holds none.

    A width in pixels says more than a multiple, and a picture elsewhere more than a `data:` one,
    which is a placeholder.

    >>> largest("small.jpg 320w, big.jpg 1024w, middle.jpg 640w")
    'big.jpg'
    """
    best = max(
        candidates(text),
        key=lambda found: (not found[0].lower().startswith("data:"), found[2] == "w", found[1]),
        default=("", 0.0, ""),
    )
    return best[0]
