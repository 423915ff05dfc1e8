"""Servers that keep us waiting, break off or never end."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import tracemalloc
import zlib
from typing import Any

import pytest

from core.errors import FetchFailed
from tests.fetch.made import PICTURE, fetch, slow
from tests.loopback import Loopback, reply


@pytest.mark.parametrize("way", slow(Loopback()))
def test_a_server_that_keeps_us_waiting_is_left_at_the_deadline(way: str, server: Loopback) -> None:
    server.says["/slow"] = slow(server)[way]
    begun = time.monotonic()
    with pytest.raises(FetchFailed, match=r"not complete after 0\.5 seconds"):
        fetch(f"{server.root}/slow", deadline_s=0.5)
    assert 0.4 < time.monotonic() - begun < 3


def test_a_resolver_that_keeps_us_waiting_is_left_at_the_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait())
    with pytest.raises(FetchFailed, match=r"not complete after 0\.3 seconds"):
        fetch("http://slow.test/", deadline_s=0.3)
    over.set()


def test_a_machine_that_takes_no_more_calls_is_left_at_the_deadline() -> None:
    with socket.socket() as full, socket.socket() as one, socket.socket() as two:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for caller in (one, two):
            caller.setblocking(False)
            caller.connect_ex(full.getsockname())
        begun = time.monotonic()
        with pytest.raises(FetchFailed, match="not complete after"):
            fetch(f"http://127.0.0.1:{full.getsockname()[1]}/", deadline_s=0.3)
        assert time.monotonic() - begun < 3


@pytest.mark.parametrize("way", ["says nothing", "drips the headers", "drips the body"])
def test_stop_ends_a_fetch_that_is_waiting(way: str, server: Loopback) -> None:
    stop = threading.Event()

    def speak(line: socket.socket) -> None:
        stop.set()
        slow(server)[way](line)

    server.says["/slow"] = speak
    begun = time.monotonic()
    with pytest.raises(FetchFailed, match="stopped"):
        fetch(f"{server.root}/slow", stop=stop)
    assert time.monotonic() - begun < 3


def test_stop_before_the_start_asks_nobody(server: Loopback) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(FetchFailed, match="stopped"):
        fetch(f"{server.root}/cake.png", stop=stop)
    assert server.asked == []


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\n",
        reply(b""),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nonly ",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfive\r\nwhole\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\nwhole",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"\xff\xfe\x00" * 100,
        reply(gzip.compress(PICTURE)[:-20], Content_Encoding="gzip"),
        reply(b"no gzip at all", Content_Encoding="gzip"),
        reply(b"what", Content_Encoding="br"),
        reply(gzip.compress(gzip.compress(PICTURE)), Content_Encoding="gzip, gzip"),
    ],
)
def test_an_answer_that_breaks_off_or_is_none_fails(server: Loopback, said: bytes) -> None:
    server.says["/cake.png"] = said
    with pytest.raises(FetchFailed, match=r"[.]$"):
        fetch(f"{server.root}/cake.png")


def test_a_flood_of_headers_is_left_at_once(server: Loopback) -> None:
    for wave in (b"X-Flood: " + b"x" * 1000 + b"\r\n", b"x" * 65536):
        server.says["/cake.png"] = server.flood(b"HTTP/1.1 200 OK\r\n", wave)
        with pytest.raises(FetchFailed, match="no answer of a web server"):
            fetch(f"{server.root}/cake.png")


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
    ],
)
def test_an_endless_answer_is_left_at_the_limit_and_takes_no_memory(server: Loopback, head: bytes) -> None:
    server.says["/cake.png"] = server.flood(head, bytes(65536))
    tracemalloc.start()
    try:
        with pytest.raises(FetchFailed, match=r"larger than the 1 MB allowed|broke off"):
            fetch(f"{server.root}/cake.png", max_bytes=2**20)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 * 2**20


def test_the_limit_itself_is_allowed_and_one_byte_more_is_not(server: Loopback) -> None:
    assert fetch(f"{server.root}/cake.png", max_bytes=len(PICTURE)).data == PICTURE
    with pytest.raises(FetchFailed, match="larger than"):
        fetch(f"{server.root}/cake.png", max_bytes=len(PICTURE) - 1)


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_a_packed_answer_is_unpacked_though_nobody_asked_for_it(server: Loopback, pack: Any) -> None:
    name = "gzip" if pack is gzip.compress else "deflate"
    server.says["/cake.png"] = reply(pack(PICTURE), Content_Encoding=name)
    assert fetch(f"{server.root}/cake.png").data == PICTURE
    assert "Accept-Encoding: identity" in server.asked[0]
    if name == "gzip":
        halves = pack(PICTURE[:1000]) + pack(PICTURE[1000:])
        server.says["/cake.png"] = reply(halves, Content_Encoding="x-gzip")
        assert fetch(f"{server.root}/cake.png").data == PICTURE


def test_a_bomb_is_unpacked_no_further_than_the_limit(server: Loopback) -> None:
    bomb = gzip.compress(bytes(200 * 2**20), compresslevel=1)
    server.says["/cake.png"] = reply(bomb, Content_Encoding="gzip")
    tracemalloc.start()
    try:
        with pytest.raises(FetchFailed, match="larger than the 2 MB"):
            fetch(f"{server.root}/cake.png", max_bytes=2 * 2**20)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 10 * 2**20
