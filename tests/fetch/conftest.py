"""Servers on loopback, good and bad, and the way to them."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fetch.made import CERTIFICATE, PICTURE, PhoneBook
from tests.loopback import Loopback, reply


@pytest.fixture
def server() -> Iterator[Loopback]:
    """A server whose answers the test fills in."""
    with Loopback({"/cake.png": reply(PICTURE, Content_Type="image/png")}) as running:
        yield running


@pytest.fixture(autouse=True)
def book(monkeypatch: pytest.MonkeyPatch) -> PhoneBook:
    """The names known in a test; the real ones are never looked up."""
    answers = PhoneBook()
    monkeypatch.setattr(socket, "getaddrinfo", answers.look_up)
    return answers


@pytest.fixture
def secure(tmp_path: Path, book: PhoneBook) -> Iterator[Loopback]:
    """A server for cake.test, also found as pie.test, that notes the name it is greeted by."""
    (tmp_path / "certificate.pem").write_text(CERTIFICATE)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate.pem")
    book.answers |= {"cake.test": [["127.0.0.1"]], "pie.test": [["127.0.0.1"]]}
    with Loopback({"/": reply(b"sweet")}, tls=context) as running:
        running.greeted = []
        context.sni_callback = lambda _, name, __: running.greeted.append(name)
        yield running
