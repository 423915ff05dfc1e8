"""The pictures on web pages: found in their HTML, the pages fetched politely."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urljoin

from core.errors import NetworkError, Offline, RefusedAddress
from core.fetch.addresses import checked
from core.sources.entry import cleaned, lead_of
from core.sources.lead import Lead, Listing, brief, plain
from core.sources.markup import Markup
from core.sources.polite import Polite

MAX_IMAGES = 5000
MAX_PAGE_BYTES = 5 * 2**20


@dataclass(frozen=True)
class Page:
    """A page that was looked at: what it offers, or why it could not be read."""

    address: str
    listing: Listing = field(default_factory=Listing)
    reason: str = ""


def images_on(html: bytes, url: str) -> list[Lead]:
    """Return the pictures a page names, each once, at most 5,000: `read_page` without the refused.

    >>> images_on(b'<img alt="Plum cake" srcset="/s.jpg 300w, /l.jpg 900w">', "https://x.org/")[0].address
    'https://x.org/l.jpg'
    """
    return read_page(html, url).leads


def read_page(html: bytes, url: str) -> Listing:
    """Return what a page offers: img (the largest of srcset, lazy attributes), picture, og:image,
    twitter:image and inline backgrounds, resolved against the page's base; refusals with reasons.

    A picture named twice counts once, without a refusal; `data:` placeholders are left out.
    """
    markup = Markup(MAX_IMAGES)
    markup.read(html[:MAX_PAGE_BYTES])
    base = _base(url, markup.base)
    leads: dict[str, Lead] = {}
    refused: dict[str, str] = {}
    for named in markup.found:
        address = cleaned(named.address)
        if address[:5].lower() == "data:":
            continue
        try:
            lead = lead_of(_joined(base, address), name=plain(named.alt), source=url, facts={"link": url})
            leads.setdefault(lead.address, lead)
        except RefusedAddress as error:
            refused.setdefault(brief(named.address), str(error))
    if markup.more:
        refused[f"{markup.more} more pictures"] = f"{MAX_IMAGES} a page is the limit."
    return Listing(list(leads.values()), list(refused.items()))


def visit(addresses: Iterable[str], polite: Polite, seen: Collection[str] = ()) -> Iterator[Page]:
    """Yield each page as it was looked at, one after the other; none that is in `seen`.

    Keep what is yielded: `seen` are the addresses of pages looked at before, so that nobody's site
    is scraped twice. A picture that an earlier page names is refused on the later one.
    Raises Offline; all else that goes wrong with a page is its reason.
    """
    known = set(seen)
    named: dict[str, str] = {}
    for text in addresses:
        try:
            address = checked(text)
        except RefusedAddress as error:
            yield Page(brief(text), reason=str(error))
            continue
        if address in known:
            yield Page(address, reason="This page was looked at before; its list was kept.")
            continue
        known.add(address)
        yield _once(look(address, polite), named)


def look(address: str, polite: Polite) -> Page:
    """Return one page as it was looked at. Raises Offline."""
    try:
        fetched = polite.get(address, max_bytes=MAX_PAGE_BYTES)
    except Offline:
        raise
    except NetworkError as error:
        return Page(address, reason=str(error))
    kind = fetched.content_type.partition(";")[0].strip().lower()
    if kind.startswith("image/"):
        return Page(address, reason="This address is a picture, no page; bring it in as a list of addresses.")
    if kind and kind not in ("text/html", "application/xhtml+xml", "text/plain"):
        return Page(address, reason=f"The address answered {plain(kind)[:60]}, which is no web page.")
    return Page(address, read_page(fetched.data, fetched.url))


def _once(page: Page, named: dict[str, str]) -> Page:
    """Return a page without the pictures that an earlier one names, and remember its own."""
    fresh, refused = [], list(page.listing.refused)
    for lead in page.listing.leads:
        before = named.setdefault(lead.address, page.address)
        if before == page.address:
            fresh.append(lead)
        else:
            refused.append((brief(lead.address), f"It also stands on {brief(before)}."))
    return Page(page.address, Listing(fresh, refused), page.reason)


def _base(url: str, said: str) -> str:
    """Return what a page's addresses are relative to: what it says, where that is an address."""
    try:
        return checked(urljoin(url, said)) if said else url
    except ValueError:
        return url


def _joined(base: str, address: str) -> str:
    """Return an address resolved against its page's; a wild one stays as it is, to be refused."""
    try:
        return urljoin(base, address)
    except ValueError:
        return address
