"""Servers on loopback, good and bad, and the way to them."""

from __future__ import annotations

import gzip
import ipaddress
import socket
from pathlib import Path
from typing import Any

from core.fetch import Downloaded, Fetched, download, get
from tests.loopback import Loopback

ROOT = Path(__file__).resolve().parents[2]


PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 400


def here(address: object) -> bool:
    """Only 127.0.0.1 counts as outside; 127.0.0.2 is the machine nobody should reach."""
    return address == ipaddress.ip_address("127.0.0.1")


def fetch(url: str, **wishes: Any) -> Fetched:
    """Fetch from this machine, within 10 seconds."""
    return get(url, **{"allowed": here, "deadline_s": 10.0, "offline": False, **wishes})


def load(url: str, target: Path, **wishes: Any) -> Downloaded:
    """Download from this machine, within 10 seconds."""
    return download(url, target, **{"allowed": here, "deadline_s": 10.0, "offline": False, **wishes})


class PhoneBook:
    """Names and the addresses they are given, one list after the other, the last for ever after."""

    def __init__(self) -> None:
        self.answers: dict[str, list[list[str]]] = {}
        self.asked: list[str] = []

    def look_up(self, host: str, port: int, *_: object, **__: object) -> list[Any]:
        """Answer as socket.getaddrinfo does."""
        self.asked.append(host)
        if ":" in host or host[0].isdigit():
            found = [host]
        elif host not in self.answers:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        else:
            lists = self.answers[host]
            found = lists.pop(0) if len(lists) > 1 else lists[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in found]


def slow(server: Loopback) -> dict[str, Any]:
    """Every way of keeping somebody waiting."""
    head = b"HTTP/1.1 200 OK\r\n"
    return {
        "says nothing": server.silence,
        "drips the status": server.drip(b"HTTP/1.1 200 O", b"O"),
        "drips the headers": server.drip(head, b"X: y\r\n"),
        "drips the body": server.drip(head + b"Content-Length: 99999\r\n\r\n", b"x"),
        "drips without an end": server.drip(head + b"\r\n", b"x"),
        "drips chunks": server.drip(head + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        "drips trailers": server.drip(head + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n"),
        "says wait": server.drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        "drips empty gzip": server.drip(
            head + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"")[:10], b"\0\0\0\xff\xff"
        ),
    }


# For cake.test, until 2120, self-signed; known to nobody but these tests.
CERTIFICATE = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgtSkC5uc+ZPn9uVTY
d+nnqA0j6tp5BIZ90gqyBJ/XtryhRANCAASsUUrvTxO8pHplwWu2UGZeToHHvPWf
5w2s1ivhR/N/p/151pfDyyTmxYZvhxSX1m2ZMTcM19a8of+d760oEJky
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBcTCCARegAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAljYWtlLnRl
c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
CWNha2UudGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABKxRSu9PE7ykemXB
a7ZQZl5Ogce89Z/nDazWK+FH83+n/XnWl8PLJObFhm+HFJfWbZkxNwzX1ryh/53v
rSgQmTKjWDBWMA8GA1UdEwEB/wQFMAMBAf8wDgYDVR0PAQH/BAQDAgKEMBQGA1Ud
EQQNMAuCCWNha2UudGVzdDAdBgNVHQ4EFgQUUWxQeYOQYZnQtgv9TE+szQLZO3Aw
CgYIKoZIzj0EAwIDSAAwRQIhAPkVXespO1Bu83TOIrr9nx2vq6O0cCRRiqclLLMe
S0QwAiAefaujQRkdO2LRUa5J4+t2sYQ+3WhrVDN1k3s+QnzEuQ==
-----END CERTIFICATE-----
"""
