"""The pictures that a page's HTML names, as they come, unjudged.

A tokenizer is enough: a tree of hostile HTML (a million nested elements) takes for ever to build.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

from core.sources.srcset import largest

# Attributes that hold the real address while `src` holds a placeholder, the best first.
_SETS = ("data-srcset", "data-lazy-srcset", "data-original-set", "srcset")
_LAZY = (
    "data-large_image",
    "data-full-url",
    "data-orig-file",
    "data-original",
    "data-lazy-src",
    "data-src",
    "data-lazy",
    "data-image",
    "data-img",
    "data-bg",
    "data-background-image",
    "data-background",
)
_SHARED = ("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src")
_STYLED = re.compile(
    r"url\(\s*(?:\"([^\"]{1,8000})\"|'([^']{1,8000})'|([^)\"'\s]{1,8000}))\s*\)", re.IGNORECASE
)
# Before 3.13.4 the parser takes `&copy=1` in an attribute for ©; such an ampersand is written out.
_BARE_AMPERSAND = re.compile(r"&(?!#?\w{1,32};)")
_CHARSET = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([a-zA-Z0-9_:.-]{1,40})", re.IGNORECASE)


@dataclass(frozen=True)
class Named:
    """An address as a page spells it, and what the page calls the picture."""

    address: str
    alt: str = ""


class Markup(HTMLParser):
    """The pictures of a page (`found`, at most `limit`) and its `<base href>` (`base`).

    `more` counts what came beyond the limit.
    """

    def __init__(self, limit: int) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Named] = []
        self.base = ""
        self.more = 0
        self._limit = limit
        self._sources: list[str] | None = None

    def read(self, html: bytes) -> None:
        """Read a page; what is not closed at its end is left out, as in browsers.

        `close` is not called: it would look through the rest again for each thing left open.
        """
        self.feed(_BARE_AMPERSAND.sub("&amp;", decoded(html)))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the pictures of one tag."""
        told: dict[str, str] = {}
        for name, value in attrs:
            told.setdefault(name, value or "")
        if tag == "base" and not self.base:
            self.base = told.get("href", "").strip()
        elif tag == "meta":
            if (told.get("property") or told.get("name") or "").strip().lower() in _SHARED:
                self._take(told.get("content", ""))
        elif tag == "link" and "image_src" in told.get("rel", "").lower().split():
            self._take(told.get("href", ""))
        elif tag == "picture":
            self._sources = []
        elif tag == "source" and self._sources is not None:
            self._sources += [told[name] for name in _SETS if told.get(name)][:1]
        elif tag == "img":
            self._take(_best(told, self._sources or []), told.get("alt", ""))
            self._sources = None
        else:
            self._take(next((told[name] for name in _LAZY if _likely(told.get(name, ""))), ""))
        if "url(" in told.get("style", "").lower():
            for styled in _STYLED.findall(told["style"][:20_000]):
                self._take("".join(styled))

    def handle_endtag(self, tag: str) -> None:
        """Forget the sources of a picture that is over, taking them where it held no img."""
        if tag == "picture" and self._sources is not None:
            self._take(largest(", ".join(self._sources)))
            self._sources = None

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """Pass over `<![...>` as browsers do; the parser's own way ends in an AssertionError."""
        return self.parse_bogus_comment(i)

    def _take(self, address: str, alt: str = "") -> None:
        if not address.strip():
            return
        if len(self.found) < self._limit:
            self.found.append(Named(address, alt))
        else:
            self.more += 1


def decoded(html: bytes) -> str:
    """Return a page's text by its byte order mark or what its head says, else as UTF-8.

    >>> decoded('<meta charset="latin1">é'.encode("latin1"))[-1]
    'é'
    """
    if html.startswith((b"\xff\xfe", b"\xfe\xff")):
        return html.decode("utf-16", "replace")
    said = _CHARSET.search(html[:2048])
    try:
        return html.decode(said[1].decode() if said else "utf-8-sig", "replace")
    except (LookupError, ValueError, TypeError):  # no such charset, or one that is not for text
        return html.decode("utf-8", "replace")


def _best(told: dict[str, str], sources: list[str]) -> str:
    """Return the address of an img: the largest of its sets and its picture's, else lazy, else src."""
    sets = [told[name] for name in _SETS if told.get(name)]
    best = largest(", ".join(sources + sets))
    if best and not best.lower().startswith("data:"):
        return best
    return (
        next((told[name] for name in _LAZY if _likely(told.get(name, ""))), "") or told.get("src", "") or best
    )


def _likely(text: str) -> bool:
    """Return whether a data attribute holds an address, and not a number or JSON."""
    return ("/" in text and not text.lstrip().startswith(("{", "["))) or bool(re.search(r"\.\w{3,4}$", text))
