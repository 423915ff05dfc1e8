"""The line to another machine: it opens only to addresses that are allowed, and it can be cut.

`requests` stays the library; `GuardedAdapter` gives it connections that get their socket from a
`Line`. TLS runs over that socket as ever, and the host's name is checked against its certificate.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import queue
import socket
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Self

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from core.errors import FetchFailed, NetworkError, RefusedAddress
from core.fetch.addresses import Address

_CONNECT_S = 10.0
_GLANCE_S = 0.05

# What getaddrinfo answers: family, kind, protocol, canonical name, and (address, port, ...).
_Places = Sequence[tuple[Any, ...]]


class Line:
    """One errand's way out, cut when `deadline_s` is over or `stop` is set; a context manager.

    A socket's own timeout starts anew with every byte, so a server that drips could hold it for
    ever: a thread watches the clock instead, and shuts the socket down under whoever reads it.
    """

    def __init__(
        self,
        allowed: Callable[[Address], bool],
        deadline_s: float,
        stop: threading.Event | None = None,
    ) -> None:
        self._allowed = allowed
        self._deadline_s = deadline_s
        self._stop = stop
        self._ends = time.monotonic() + deadline_s
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="fetch-clock", daemon=True)
        self._socket: socket.socket | None = None
        self._cut = False

    def __enter__(self) -> Self:
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._watcher.join()
        self._hold(None)

    def left(self) -> float:
        """Return the seconds left, a little above zero where there are none."""
        return max(self._ends - time.monotonic(), 0.001)

    def check(self) -> None:
        """Raise FetchFailed where the time is over or somebody said stop."""
        if self._stop is not None and self._stop.is_set():
            raise FetchFailed("The fetch was stopped before it was finished.")
        if time.monotonic() >= self._ends:
            raise FetchFailed(
                f"The answer was not complete after {self._deadline_s:g} seconds; try again later."
            )

    def connect(self, host: str, port: int) -> socket.socket:
        """Return a socket connected to one of the host's addresses, all of which are allowed.

        Raises RefusedAddress where any of them is not: a name that leads outside and inside at
        once is up to no good. Raises FetchFailed where the host is unknown or does not answer.
        """
        places = self._resolve(host, port)
        for *_, place in places:
            if not self._allowed(ipaddress.ip_address(place[0])):
                raise RefusedAddress(
                    f"{host} is a private or local machine; only public addresses are fetched."
                )
        for family, kind, protocol, _, place in places:
            self.check()
            with contextlib.suppress(OSError):
                return self._connected(socket.socket(family, kind, protocol), place)
        self.check()
        raise FetchFailed(f"{host} does not answer on port {port}; check the address.")

    def _connected(self, sock: socket.socket, place: tuple[Any, ...]) -> socket.socket:
        try:
            sock.settimeout(min(self.left(), _CONNECT_S))
            # A copy of the descriptor: TLS takes the original over, and the copy still cuts it.
            self._hold(sock.dup())
            sock.connect(place)
        except BaseException:
            sock.close()
            raise
        return sock

    def _resolve(self, host: str, port: int) -> _Places:
        """Return where a host is; asked in a thread, as the system's resolver knows no deadline."""
        answers: queue.SimpleQueue[_Places | OSError | UnicodeError] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
            except (OSError, UnicodeError) as error:
                answers.put(error)

        threading.Thread(target=ask, name="fetch-name", daemon=True).start()
        while True:
            self.check()
            with contextlib.suppress(queue.Empty):
                found = answers.get(timeout=_GLANCE_S)
                break
        if isinstance(found, Exception) or not found:
            raise FetchFailed(
                f"No machine named {host} is known; check the address, and that this computer is online."
            )
        return found

    def _hold(self, sock: socket.socket | None) -> None:
        with self._lock:
            if self._socket is not None:
                self._socket.close()
            self._socket = sock
            self._shut()

    def _shut(self) -> None:
        if self._cut and self._socket is not None:
            with contextlib.suppress(OSError):  # not connected yet, or no longer
                self._socket.shutdown(socket.SHUT_RDWR)

    def _watch(self) -> None:
        while not self._done.wait(_GLANCE_S):
            try:
                self.check()
            except NetworkError:
                with self._lock:
                    self._cut = True
                    self._shut()
                return


class _Response(http.client.HTTPResponse):
    """An answer that cannot name a chunk of negative size.

    http.client and urllib3 take "-1" for a size and would then read, into memory, all that comes.
    """

    def _safe_read(self, amt: int) -> bytes:
        if amt < 0:
            raise http.client.IncompleteRead(b"")
        return super()._safe_read(amt)  # type: ignore[misc,no-any-return]


class _Guarded:
    """What makes urllib3's connection classes ask the line for their socket."""

    line: ClassVar[Line]
    response_class = _Response
    _dns_host: str
    port: int

    def _new_conn(self) -> socket.socket:
        return self.line.connect(self._dns_host.strip("[]"), self.port)


class GuardedAdapter(HTTPAdapter):
    """The adapter that lets `requests` out over one line only."""

    def __init__(self, line: Line) -> None:
        self._line = line
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools whose connections are guarded."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": self._pool(HTTPConnectionPool, HTTPConnection),
            "https": self._pool(HTTPSConnectionPool, HTTPSConnection),
        }

    def proxy_manager_for(self, proxy: str, **_: Any) -> Any:
        """Refuse: through a proxy nobody here could see where a connection leads."""
        raise RefusedAddress("Fetching through a proxy is not supported.")

    def _pool(self, pool: type[Any], connection: type[Any]) -> type[Any]:
        guarded = type("GuardedConnection", (_Guarded, connection), {"line": self._line})
        return type("GuardedPool", (pool,), {"ConnectionCls": guarded})
