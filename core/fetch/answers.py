"""One question over a line and its answer, as it comes: redirects, statuses, packing, faults."""

from __future__ import annotations

import contextlib
import http
import http.client
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from core.errors import FetchFailed, NetworkError, RefusedAddress
from core.fetch.addresses import checked, shown
from core.fetch.line import GuardedAdapter, Line

_REDIRECTS = 5
_STALL_S = 30.0
_BLOCK = 2**16
# Packing is not asked for: it saves nothing on pictures and hides their size from the progress bar.
_HEADERS = {
    "User-Agent": "Fakery (+image workshop)",
    "Accept": "*/*",
    "Accept-Encoding": "identity",
    "Connection": "close",
}
# What the layers below raise for a broken line or answer; ValueError for senseless headers.
_FAULTS = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
)


@dataclass(frozen=True)
class Answer:
    """A good answer whose body is still on the line.

    `total` is the size of the body where the other side announced it; `blocks` are the body itself,
    unpacked, at most 64 KB each: all of it or an error.
    """

    url: str
    content_type: str
    total: int | None
    blocks: Iterator[bytes]


@contextlib.contextmanager
def answer_of(
    url: str, headers: Mapping[str, str] | None, line: Line, leads_to: Callable[[str], object] | None = None
) -> Iterator[Answer]:
    """Give the answer of an address, at the end of its redirects, and hang up in any case.

    `headers` are added to ours, and sent to the first host only, as they may hold a secret;
    `leads_to` hears where each redirect leads before that is asked, and may raise.
    Raises RefusedAddress where an address on the way is refused, FetchFailed for all else.
    """
    url = checked(url)
    with (
        line,
        contextlib.closing(GuardedAdapter(line)) as adapter,
        contextlib.closing(_followed(adapter, line, url, headers or {}, leads_to)) as response,
    ):
        yield Answer(
            url=str(response.url),
            content_type=response.headers.get("Content-Type", ""),
            total=None if _packing(response) else response.raw.length_remaining,
            blocks=_blocks(response, line),
        )


def _followed(
    adapter: GuardedAdapter,
    line: Line,
    url: str,
    headers: Mapping[str, str],
    leads_to: Callable[[str], object] | None,
) -> requests.Response:
    """Return the first answer that is no redirect, its body unread; it is a good one."""
    first = urlsplit(url)[:2]
    for _ in range(_REDIRECTS + 1):
        own = headers if urlsplit(url)[:2] == first else {}
        response = _asked(adapter, line, url, own)
        if not response.is_redirect:
            break
        response.close()
        url = _redirected(url, response.headers["Location"])
        if leads_to is not None:
            leads_to(url)
    else:
        raise FetchFailed(f"{shown(url)} is the end of {_REDIRECTS} redirects and leads on again.")
    if response.status_code != 200:
        response.close()
        raise FetchFailed(f"{shown(url)} answered {_meaning(response.status_code)}.")
    return response


def _redirected(url: str, location: str) -> str:
    """Return where a redirect leads, checked; headers arrive as Latin-1 and are mostly UTF-8."""
    try:
        return checked(urljoin(url, location.encode("latin-1").decode()))
    except ValueError as error:
        raise RefusedAddress(f"{shown(url)} leads on to an address that is refused.") from error


def _asked(adapter: GuardedAdapter, line: Line, url: str, headers: Mapping[str, str]) -> requests.Response:
    """Return what one address answers, its body unread.

    The adapter is asked without a `requests.Session`, which would read proxies and passwords from
    the environment, and the body of every redirect into memory.
    """
    line.check()
    try:
        request = requests.Request("GET", url, headers={**_HEADERS, **headers}).prepare()
    except ValueError as error:
        raise RefusedAddress(f"{shown(url)} cannot be asked for; check its spelling.") from error
    # One second more than is left, so that what comes first at the end is always the line's cut.
    with _in_words(url, line):
        return adapter.send(request, stream=True, timeout=min(line.left() + 1, _STALL_S))


def _blocks(response: requests.Response, line: Line) -> Iterator[bytes]:
    """Yield the body in unpacked blocks of at most 64 KB; all of it, or an error."""
    url = str(response.url)
    packing = _packing(response)
    if packing not in ("", "gzip", "x-gzip", "deflate"):
        raise FetchFailed(f"{shown(url)} sends its answer packed as {packing[:20]!r}, unasked.")
    with _in_words(url, line):
        raw = response.raw.stream(_BLOCK, decode_content=False)
        for block in _unpacked(raw) if packing else raw:
            line.check()
            yield block
        # A cut line looks like a complete answer where the other side announced no length.
        line.check()


def _packing(response: requests.Response) -> str:
    """Return how the body is packed ("gzip"), or "" for not at all."""
    said = str(response.headers.get("Content-Encoding", "")).strip().lower()
    return "" if said == "identity" else said


def _unpacked(raw: Iterator[bytes]) -> Iterator[bytes]:
    """Yield what gzip or zlib data unpack to, never more than a block at a time."""
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 32)
    for packed in raw:
        while packed:
            if unpack.eof:
                unpack = zlib.decompressobj(zlib.MAX_WBITS | 32)
            if block := unpack.decompress(packed, _BLOCK):
                yield block
            packed = unpack.unconsumed_tail or unpack.unused_data
    if block := unpack.flush():
        yield block
    if not unpack.eof:
        raise EOFError("the packed answer is incomplete")


@contextlib.contextmanager
def _in_words(url: str, line: Line) -> Iterator[None]:
    """Turn what the libraries below raise into FetchFailed, with a sentence for a person."""
    try:
        yield
    except NetworkError:
        raise
    except requests.exceptions.SSLError as error:
        line.check()
        raise FetchFailed(f"No secure connection to {shown(url)}: {_distrust(error)}.") from error
    except (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError) as error:
        line.check()
        raise FetchFailed(f"{shown(url)} fell silent; try again later.") from error
    except _FAULTS as error:
        line.check()
        raise FetchFailed(
            f"{shown(url)} broke off, or sent what is no answer of a web server; try again later."
        ) from error


def _distrust(error: requests.exceptions.SSLError) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return "its certificate is not valid for this name, or nobody known vouches for it"
    return "it speaks no TLS that we know; if its address starts with http://, give it so"


def _meaning(status: int) -> str:
    """Return a status with its meaning.

    >>> _meaning(404)
    '404 (not found)'
    """
    with contextlib.suppress(ValueError):
        return f"{status} ({http.HTTPStatus(status).phrase.lower()})"
    return f"{status} (a number without a meaning)"
