"""One question to a server whose answer counts whatever its status: for robots.txt and interfaces.

`core.fetch.get` makes an error of every answer that is no picture; robots.txt and Unsplash say
something with a 404 or a 403, and with their headers. The way out is the same guarded line.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from core import fetch
from core.errors import FetchFailed, Offline
from core.fetch.addresses import Address, checked, is_public, shown
from core.fetch.answers import _REDIRECTS, _asked, _blocks, _redirected
from core.fetch.line import GuardedAdapter, Line

Allowed = Callable[[Address], bool]


@dataclass(frozen=True)
class Heard:
    """An answer with any status; `headers` by their names in small letters."""

    status: int
    data: bytes
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)


def ask(
    url: str,
    *,
    max_bytes: int,
    headers: Mapping[str, str] | None = None,
    deadline_s: float = 20.0,
    allowed: Allowed = is_public,
    stop: threading.Event | None = None,
    offline: bool | None = None,
) -> Heard:
    """Return what an address answers at the end of its redirects, cut off after `max_bytes`.

    `headers` go to the first host only, as in `core.fetch`. Raises Offline, RefusedAddress and
    FetchFailed as `core.fetch.get` does, but not for a status.
    """
    if fetch.offline() if offline is None else offline:
        raise Offline("Fetching is forbidden here by FAKERY_OFFLINE; unset it to use the network.")
    url = checked(url)
    first = urlsplit(url)[:2]
    line = Line(allowed, deadline_s, stop)
    with line, contextlib.closing(GuardedAdapter(line)) as adapter:
        for _ in range(_REDIRECTS + 1):
            own = headers or {} if urlsplit(url)[:2] == first else {}
            with contextlib.closing(_asked(adapter, line, url, own)) as response:
                if not response.is_redirect:
                    said = {name.lower(): value for name, value in response.headers.items()}
                    data = bytearray()
                    for block in _blocks(response, line):
                        data += block
                        if len(data) >= max_bytes:
                            break
                    return Heard(response.status_code, bytes(data[:max_bytes]), url, said)
                url = _redirected(url, response.headers["Location"])
    raise FetchFailed(f"{shown(url)} is the end of {_REDIRECTS} redirects and leads on again.")
