"""The network, behind one guard: every outgoing connection of the house is made here.

Names are resolved here, every address they resolve to is judged, and the connection goes to the
very address that was judged: a name that answers differently the second time gains nothing. So do
redirects, of which each is judged anew. Proxies, netrc and certificates named by the environment
are not used: through a proxy nobody here could see where a connection leads.

A secret (a key for an interface) belongs into `headers`, never into the address: headers are sent
to the first host only and appear in no message.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import os
import re
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from core.errors import FetchFailed, Offline, RefusedAddress, StoreError
from core.fetch.addresses import Address, is_public, shown
from core.fetch.answers import Answer, answer_of
from core.fetch.line import Line

__all__ = ["Downloaded", "Fetched", "download", "get", "is_public", "offline"]

Progress = Callable[[int, int | None], None]

MAX_BYTES = 40 * 2**20
MAX_DOWNLOAD = 2 * 2**30
_BLOCK = 2**16
_DATA = re.compile(r"data:(image/[\w.+-]+)(?:;[\w.+-]+=[\w.+-]*)*;base64,", re.IGNORECASE)


@dataclass(frozen=True)
class Fetched:
    """What an address answered: its bytes, the address they came from in the end, and the kind the
    other side says they are, which proves nothing."""

    data: bytes
    url: str
    content_type: str


@dataclass(frozen=True)
class Downloaded:
    """A file that was fetched: where it lies, its size in bytes, its SHA-256 in hexadecimal."""

    path: Path
    url: str
    content_type: str
    bytes: int
    sha256: str


def offline() -> bool:
    """Return whether FAKERY_OFFLINE forbids every outgoing connection ("1"; "0" or "" do not)."""
    said = os.environ.get("FAKERY_OFFLINE", "").strip().lower()
    return said not in ("", "0", "false", "no", "off")


def get(
    url: str,
    *,
    max_bytes: int = MAX_BYTES,
    deadline_s: float = 20.0,
    allowed: Callable[[Address], bool] = is_public,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
    offline: bool | None = None,
    headers: Mapping[str, str] | None = None,
    leads_to: Callable[[str], object] | None = None,
) -> Fetched:
    """Return what an address answers, at most `max_bytes` after unpacking, within `deadline_s`.

    An address without a scheme is completed to https; a pasted `data:image/...;base64,` is decoded
    on the spot. `progress` hears the bytes so far and the total where it is known, in the caller's
    thread. `stop` ends the fetch from elsewhere; `offline=None` asks the environment.
    `leads_to` hears where each redirect leads before that is asked; what it raises ends the fetch.
    Raises Offline, RefusedAddress (malformed, or leading inside) and FetchFailed (all else).

    >>> get("data:image/gif;base64,R0lGODlh").data
    b'GIF89a'
    """
    if url.lstrip()[:5].lower() == "data:":
        return _pasted(url.strip(), max_bytes)
    line = _way_out(offline, allowed, deadline_s, stop)
    sink = io.BytesIO()
    with answer_of(url, headers, line, leads_to) as answer:
        _pour(answer, sink.write, max_bytes, progress)
    return Fetched(sink.getvalue(), answer.url, answer.content_type)


def download(
    url: str,
    target: Path,
    *,
    sha256: str = "",
    max_bytes: int = MAX_DOWNLOAD,
    deadline_s: float = 1800.0,
    allowed: Callable[[Address], bool] = is_public,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
    offline: bool | None = None,
    headers: Mapping[str, str] | None = None,
) -> Downloaded:
    """Return the file an address was written to: all of it, or an error and no file.

    The bytes go to a file beside the target that takes its name only when it is whole and, where
    `sha256` is given, the right one; a file already there stays until then. The rest is as in
    `get`. Raises as `get` does, and StoreError where the file cannot be written.
    """
    line = _way_out(offline, allowed, deadline_s, stop)
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    digest = hashlib.sha256()
    with _storing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        file = part.open("xb", buffering=0)

    def keep(block: bytes) -> None:
        digest.update(block)
        rest = memoryview(block)
        with _storing(target):
            while rest:
                rest = rest[file.write(rest) :]

    try:
        with file, answer_of(url, headers, line) as answer:
            size = _pour(answer, keep, max_bytes, progress)
        if sha256 and digest.hexdigest() != sha256.lower():
            raise FetchFailed(
                f"{shown(answer.url)} sent another file than the one expected (its SHA-256 starts "
                f"with {digest.hexdigest()[:8]}, not {sha256[:8].lower()}); it was not kept."
            )
        with _storing(target):
            part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return Downloaded(target, answer.url, answer.content_type, size, digest.hexdigest())


def _way_out(
    forbidden: bool | None,
    allowed: Callable[[Address], bool],
    deadline_s: float,
    stop: threading.Event | None,
) -> Line:
    """Return a line whose clock is running; raises Offline where there may be none."""
    if offline() if forbidden is None else forbidden:
        raise Offline("Fetching is forbidden here by FAKERY_OFFLINE; unset it to use the network.")
    return Line(allowed, deadline_s, stop)


def _pour(answer: Answer, write: Callable[[bytes], object], max_bytes: int, progress: Progress | None) -> int:
    """Write an answer's body, telling how far it is about once a block, and return its size."""
    told, size = 0, 0
    _refuse_beyond(max_bytes, answer.total or 0, answer.url)
    for block in answer.blocks:
        size += len(block)
        _refuse_beyond(max_bytes, size, answer.url)
        write(block)
        if progress is not None and size - told >= _BLOCK:
            progress(size, answer.total)
            told = size
    if not size:  # also how headers look that were cut off
        raise FetchFailed(f"{shown(answer.url)} answered with nothing at all; try again later.")
    if progress is not None and size > told:
        progress(size, answer.total)
    return size


def _refuse_beyond(max_bytes: int, size: int, url: str) -> None:
    if size > max_bytes:
        raise FetchFailed(f"{shown(url)} is larger than the {max_bytes / 2**20:.4g} MB allowed.")


def _pasted(url: str, max_bytes: int) -> Fetched:
    """Return the picture that a `data:` address spells out itself."""
    head = _DATA.match(url)
    if head is None:
        raise RefusedAddress("This data: address is no picture in base64; save it as a file.")
    text = re.sub(r"\s+", "", unquote(url[head.end() :])).rstrip("=")
    _refuse_beyond(max_bytes, len(text) * 3 // 4, "data:")
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError as error:
        raise RefusedAddress("This data: address is cut off or mistyped; copy it anew.") from error
    return Fetched(data, f"data:{head[1].lower()}", head[1].lower())


@contextlib.contextmanager
def _storing(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"{target} cannot be written ({error.strerror}); free some space or look at its rights."
        ) from error
