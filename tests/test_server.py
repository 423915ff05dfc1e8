"""The running server: its own routes, and what it tells strangers."""

from __future__ import annotations

import socket
import time

import pytest

from tests.conftest import Server


def test_the_server_is_healthy_and_serves_its_frame(server: Server) -> None:
    assert server.get("/_stcore/health")[0] == 200
    assert server.get("/")[0] == 200


@pytest.mark.parametrize(
    "path",
    [
        "/pictures/" + "0" * 64 + "/320.jpg",
        "/pictures/..%2f..%2ffakery.db/320.jpg",
        "/pictures/" + "0" * 64 + "/99999.jpg",
        "/examples/..%2f..%2frequirements.txt",
        "/examples/../../requirements.txt",
        "/exports/AAAAAAAAAAAA/..%2f..%2ffakery.db",
        "/exports/..%2f..%2f/fakery.db",
        "/exports/AAAAAAAAAAAA/.hidden",
        "/exports/AAAAAAAAAAAA/" + "a" * 300,
    ],
)
def test_what_is_not_ours_to_give_is_not_given(server: Server, path: str) -> None:
    status, body, _ = server.get(path)
    # Streamlit answers what nobody serves with its own empty frame.
    assert status in (400, 404) or b"<title>Streamlit</title>" in body
    assert b"streamlit==" not in body and b"SQLite" not in body


def handshake(server: Server, origin: str) -> tuple[int, float]:
    """Return the status a WebSocket from this origin gets, and the seconds that takes."""
    host = server.url.removeprefix("http://")
    name, port = host.split(":")
    asked = (
        f"GET /_stcore/stream HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    began = time.monotonic()
    with socket.create_connection((name, int(port)), timeout=30) as line:
        line.sendall(asked.encode())
        return int(line.recv(4096).split()[1]), time.monotonic() - began


def test_a_foreign_page_gets_no_websocket_and_holds_nobody_up(server: Server) -> None:
    assert handshake(server, server.url)[0] == 101
    for origin in ("http://evil.example", "null", "http://[", f"{server.url}.evil.example"):
        status, took_s = handshake(server, origin)
        assert status == 403
        assert took_s < 1


def test_starting_asks_nobody_on_the_internet_for_our_address(server: Server) -> None:
    assert "external IP" not in server.log.read_text()
    assert "External URL" not in server.log.read_text()


def test_a_missing_picture_tells_no_path(server: Server) -> None:
    status, body, _ = server.get("/pictures/" + "0" * 64 + "/320.jpg")
    assert status == 404
    assert body == b"There is no such picture."
    assert server.get("/pictures/" + "0" * 64 + "/" + "9" * 5000 + ".jpg")[0] == 404
