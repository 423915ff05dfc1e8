"""Asking other people's servers politely: one request a second per host, and what robots.txt says."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from core import fetch
from core.errors import FetchFailed, NetworkError, Offline, RefusedAddress
from core.fetch import Fetched
from core.fetch.addresses import checked, is_public, shown
from core.fetch.asking import Allowed, ask
from core.sources import robots
from core.sources.robots import FORBIDDEN, Robots, read_robots

GAP_S = 1.0
MAX_GAP_S = 30.0
_KEPT_S = 24 * 3600.0  # how long RFC 9309 lets one keep a robots.txt


class Polite:
    """The way to other people's pages and pictures; one per import, shared by its threads.

    `clock` and `sleep` (seconds) are parameters, so that a test need not wait; without a `sleep`
    the waiting ends as soon as `stop` is set.
    """

    def __init__(
        self,
        *,
        allowed: Allowed = is_public,
        stop: threading.Event | None = None,
        offline: bool | None = None,
        deadline_s: float = 20.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        self._allowed = allowed
        self._stop = stop or threading.Event()
        self._offline = offline
        self._deadline_s = deadline_s
        self._clock = clock
        self._sleep = sleep or self._stop.wait
        self._lock = threading.Lock()
        self._free: dict[str, float] = {}
        self._robots: dict[str, tuple[float, Robots]] = {}

    def get(self, url: str, *, max_bytes: int = fetch.MAX_BYTES, heed_robots: bool = True) -> Fetched:
        """Return what an address answers, asked for when its host's turn has come.

        `heed_robots=False` is for an address that a person gave, which is no robot's choice.
        A redirect is followed within the same turn, if the robots.txt of where it leads allows that.
        Raises RefusedAddress where robots.txt forbids it, and whatever `core.fetch.get` raises.
        """
        if url.lstrip()[:5].lower() != "data:":
            url = checked(url)
            rules = self._heeded(url) if heed_robots else Robots()
            self._wait(url, rules.delay_s)
        return fetch.get(
            url,
            max_bytes=max_bytes,
            deadline_s=self._deadline_s,
            allowed=self._allowed,
            stop=self._stop,
            offline=self._offline,
            leads_to=self._heeded if heed_robots else None,
        )

    def _heeded(self, url: str) -> Robots:
        """Return the rules of an address's host; raises RefusedAddress where they forbid it."""
        rules = self.rules(url)
        if not rules.allow(url):
            raise RefusedAddress(f"The robots.txt of {urlsplit(url).netloc} asks not to fetch {shown(url)}.")
        return rules

    def rules(self, url: str) -> Robots:
        """Return the rules of an address's host, asked for once a day.

        Where there is none (4xx) all is allowed, where the server fails nothing is (RFC 9309,
        2.3.1); "too many requests" counts as failing. Raises RefusedAddress where the host is
        inside, and Offline.
        """
        parts = urlsplit(url)
        root = f"{parts.scheme}://{parts.netloc}"
        known = self._robots.get(root)
        if known is not None and self._clock() - known[0] < _KEPT_S:
            return known[1]
        self._wait(url, 0.0)
        rules = self._asked(f"{root}/robots.txt")
        self._robots[root] = (self._clock(), rules)
        return rules

    def _asked(self, address: str) -> Robots:
        try:
            heard = ask(
                address,
                max_bytes=robots.MAX_BYTES,
                deadline_s=self._deadline_s,
                allowed=self._allowed,
                stop=self._stop,
                offline=self._offline,
            )
        except (Offline, RefusedAddress):
            raise
        except NetworkError:
            self._check()
            return FORBIDDEN
        if heard.status == 200:
            return read_robots(heard.data.decode("utf-8", "replace"))
        return Robots() if 400 <= heard.status < 500 and heard.status != 429 else FORBIDDEN

    def _wait(self, url: str, delay_s: float) -> None:
        """Wait for a host's next turn, and book it, so that two threads never share one."""
        host = urlsplit(url).hostname or ""
        gap = min(max(GAP_S, delay_s), MAX_GAP_S)
        with self._lock:
            now = self._clock()
            turn = max(now, self._free.get(host, now))
            self._free[host] = turn + gap
        if turn > now:
            self._sleep(turn - now)
        self._check()

    def _check(self) -> None:
        if self._stop.is_set():
            raise FetchFailed("The fetch was stopped before it was finished.")
