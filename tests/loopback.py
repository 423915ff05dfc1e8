"""Real servers on this machine, for everything that fetches: what they answer is up to the test."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable
from typing import Self

Speech = bytes | Callable[[socket.socket], None]


def reply(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    """Return a whole answer with its Content-Length; `Content_Type="x"` becomes a header."""
    lines = {"Content-Length": str(len(body)), "Connection": "close"}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


def redirect(to: str, status: str = "302 Found") -> bytes:
    """Return a redirect."""
    return reply(status=status, Location=to)


class Loopback:
    """A server on a free port of 127.0.0.1 that says what `says` holds for the path it is asked.

    `asked` are the heads of all requests so far; `gone` is set when the server is closing, so that
    what talks for ever can end.
    """

    def __init__(
        self,
        says: dict[str, Speech] | None = None,
        *,
        place: tuple[str, int] = ("127.0.0.1", 0),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.says: dict[str, Speech] = says or {}
        self.asked: list[str] = []
        self.gone = threading.Event()
        loopback = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError):
                    loopback._answer(tls.wrap_socket(self.request, True) if tls else self.request)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            block_on_close = False

        self._server = Server(place, Handler)
        self.port = int(self._server.server_address[1])
        self.root = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"

    def _answer(self, line: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            piece = line.recv(65536)
            if not piece:
                return
            head += piece
        self.asked.append(head.decode("latin-1"))
        speech = self.says.get(head.split()[1].decode(), reply(status="404 Not Found"))
        if callable(speech):
            speech(line)
        else:
            line.sendall(speech)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.gone.set()
        self._server.shutdown()
        self._server.server_close()

    def silence(self, line: socket.socket) -> None:
        """Say nothing, for as long as the server stands."""
        self.gone.wait()

    def drip(self, start: bytes, drop: bytes) -> Callable[[socket.socket], None]:
        """Return a speech that starts and then says a drop every 20 ms, for ever."""

        def speak(line: socket.socket) -> None:
            line.sendall(start)
            while not self.gone.wait(0.02):
                line.sendall(drop)

        return speak

    def flood(self, start: bytes, wave: bytes) -> Callable[[socket.socket], None]:
        """Return a speech that starts and then says a wave as fast as it can, for ever."""

        def speak(line: socket.socket) -> None:
            line.sendall(start)
            while not self.gone.is_set():
                line.sendall(wave)

        return speak
