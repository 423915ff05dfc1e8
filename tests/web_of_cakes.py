"""A stand-in for the web that a list of addresses leads to: pictures, logos, 404s, HTML and hangs.

Nothing of the guard is weakened: names are looked up here (as a test's `socket.getaddrinfo`), they
all lead to 127.0.0.1, and whoever fetches says with `allowed` that this address is outside.
"""

from __future__ import annotations

import ipaddress
import socket
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self
from urllib.parse import urlsplit

from core.sources.lead import Lead
from tests.collections import jpeg
from tests.loopback import Loopback, Speech, redirect, reply

# What the pictures' addresses answer, one after the other; the first picture comes twice.
ROUND = ("picture", "picture", "gone", "picture", "page", "picture", "moved", "picture", "picture", "cut")


class WebOfCakes:
    """A server that answers for every one of some leads; `leads` are the same, led to this machine.

    Each gets a host of its own, so that one request a second per host makes nobody wait. `hosts` are
    the names as they were. `kinds` counts what is served: "picture", "logo", "same", "moved",
    "gone" (404), "page" (HTML), "cut" (half a picture) and "hang" (the first few, never answered).
    """

    def __init__(self, leads: Sequence[Lead], *, hangs: int = 2) -> None:
        self._server = Loopback()
        self.kinds: Counter[str] = Counter()
        self.leads: list[Lead] = []
        self.hosts: set[str] = set()
        hanging = hangs
        for number, lead in enumerate(leads):
            if lead.address.startswith("data:"):
                self.leads.append(lead)
                continue
            kind = "logo" if lead.facts.get("suspect") else ROUND[number % len(ROUND)]
            if kind == "picture" and hanging and number > 2:
                kind, hanging = "hang", hanging - 1
            elif kind == "picture" and number == 1:
                kind = "same"
            self.kinds[kind] += 1
            parts = urlsplit(lead.address)
            self.hosts.add(parts.netloc)
            path = f"/{number}{parts.path}"
            self._server.says[path] = self._speech(kind, number)
            address = f"http://n{number}.{parts.hostname}:{self._server.port}{path}"
            self.leads.append(replace(lead, address=address))

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(self, *why: object) -> None:
        self._server.__exit__(*why)

    @property
    def asked(self) -> list[str]:
        """The paths asked for so far."""
        return [head.split()[1] for head in self._server.asked]

    @staticmethod
    def look_up(host: str, port: int, *_: object, **__: object) -> list[Any]:
        """Answer as socket.getaddrinfo does: every name is this machine, numbers stay what they are."""
        try:
            address = str(ipaddress.IPv4Address(host))
        except ValueError:
            address = "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    @staticmethod
    def allowed(address: object) -> bool:
        """Return whether an address counts as outside: 127.0.0.1 alone."""
        return address == ipaddress.ip_address("127.0.0.1")

    def _speech(self, kind: str, number: int) -> Speech:
        if kind == "hang":
            return self._server.silence
        if kind == "gone":
            return reply(b"<h1>Not here</h1>", "404 Not Found", Content_Type="text/html")
        if kind == "page":
            return reply(b"<!doctype html><title>Cakes</title>", Content_Type="text/html")
        if kind == "moved":
            self._server.says[f"/moved/{number}"] = reply(jpeg(1000 + number), Content_Type="image/jpeg")
            return redirect(f"/moved/{number}")
        data = jpeg(1000 if kind == "same" else 1000 + number)
        return reply(data[: len(data) // 2] if kind == "cut" else data, Content_Type="image/jpeg")
