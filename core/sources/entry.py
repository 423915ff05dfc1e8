"""One entry of a list or a page made a lead, or refused with a reason."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from core.errors import RefusedAddress
from core.fetch.addresses import checked
from core.sources.lead import Lead, plain
from core.sources.srcset import largest

_LONGEST = 100_000
_AROUND = " \t\r\n\f\"'`<>“”„‘’,;"
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]\w{1,30});")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)
_BARE = re.compile(r"[^\s/?#.]+(?:\.[^\s/?#.]+)+(?::\d+)?/\S")
_SRCSET = re.compile(r"\S\s+\d+(?:\.\d+)?[wx]\s*(?:,|$)")
_LOGO = re.compile(
    r"logo|(?<![a-z])(?:favicon|icons?|sprites?|badges?)(?![a-z])|(?<![a-z])svg(?![a-z])", re.IGNORECASE
)
_SVG = (
    "It is an SVG drawing, often a placeholder or a logo; photographs come as JPEG, PNG, WebP and the like."
)


def lead_of(
    text: str,
    *,
    name: str = "",
    label: str = "",
    split: str = "",
    source: str = "",
    facts: Mapping[str, str] | None = None,
) -> Lead:
    """Return the lead an entry's text spells, its address cleaned, completed and checked.

    A `srcset` that was pasted whole stands for its largest picture. An address whose path names a
    logo, icon, sprite or badge is marked `facts["suspect"] = "logo"`.
    Raises RefusedAddress, whose message is the reason.

    >>> lead_of("//example.org/sweet%20logo.png?a=1&amp;b=2").address
    'https://example.org/sweet%20logo.png?a=1&b=2'
    """
    text = cleaned(text)
    if not text:
        raise RefusedAddress("The entry is empty.")
    if text[:5].lower() == "data:":
        return Lead(_pasted(text), name or "a pasted picture", label, split, source, dict(facts or {}))
    if len(text) > _LONGEST:
        raise RefusedAddress(f"The entry has {len(text)} characters, which no address has.")
    if _SRCSET.search(text):
        text = cleaned(largest(text))
    address = checked(_complete(text))
    parts = urlsplit(address)
    path = unquote(parts.path)
    if path.lower().endswith((".svg", ".svgz")):
        raise RefusedAddress(_SVG)
    known = dict(facts or {})
    if is_logo(path):
        known["suspect"] = "logo"
    name = plain(name) or plain(path.rstrip("/").rpartition("/")[2]) or parts.hostname or ""
    return Lead(address, name, label, split, source or parts.hostname or "", known)


def cleaned(text: str) -> str:
    """Return an address without what copying leaves around and in it.

    Tabs and line ends vanish from the middle, as in browsers; only entities that end in a semicolon
    are decoded, as `&copy=1` is a parameter.

    >>> cleaned('  <"https://example.org/a.jpg?x=1&amp;copy=2">, ')
    'https://example.org/a.jpg?x=1&copy=2'
    """
    text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    return re.sub(r"[\t\r\n]", "", text.strip(_AROUND).lstrip("\ufeff"))


def is_logo(path: str) -> bool:
    """Return whether a path names a logo, icon, sprite or badge.

    >>> is_logo("/img/badges/2023.png"), is_logo("/SiteIcon.png"), is_logo("/silicone-mould.jpg")
    (True, True, False)
    """
    return bool(_LOGO.search(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", path)))


def _complete(text: str) -> str:
    """Return an address that names its host, with a scheme unless `checked` completes it."""
    if text.startswith("//") or _SCHEME.match(text) or _BARE.match(text):
        return text
    raise RefusedAddress("It names no host, as https://example.org/cake.jpg does; complete it.")


def _pasted(text: str) -> str:
    kind, _, data = text[5:].partition(",")
    kind = kind.strip().lower()
    if kind.startswith("image/svg"):
        raise RefusedAddress(_SVG)
    if not kind.startswith("image/") or not kind.endswith(";base64") or not data.strip():
        raise RefusedAddress("This data: address is no picture in base64; save the picture as a file.")
    return text
