"""Asking other people's servers: their robots.txt, one request a second, and an end when told so."""

from __future__ import annotations

import ipaddress
import threading
from urllib.robotparser import RobotFileParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import FetchFailed, NetworkError, Offline, RefusedAddress
from core.sources.polite import Polite
from core.sources.robots import read_robots
from core.sources.web_pages import visit
from tests.loopback import Loopback, Speech, redirect, reply

HTML = reply(b'<img src="/cake.png" alt="cake"><img src="/logo.png">', Content_Type="text/html")
PICTURE = reply(b"\x89PNG", Content_Type="image/png")


class Clock:
    """A clock that sleeping sets forward; what was slept is kept."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(round(seconds, 3))


def here(address: object) -> bool:
    return address == ipaddress.ip_address("127.0.0.1")


def polite(clock: Clock, stop: threading.Event | None = None) -> Polite:
    return Polite(
        allowed=here,
        stop=stop,
        offline=False,
        deadline_s=10,
        clock=lambda: clock.now,
        sleep=clock.sleep,
    )


def paths(server: Loopback) -> list[str]:
    return [head.split()[1] for head in server.asked]


def test_pages_and_pictures_of_a_host_come_one_a_second() -> None:
    clock = Clock()
    with Loopback({"/": HTML, "/cake.png": PICTURE}) as server:
        way = polite(clock)
        [page] = visit([f"{server.root}/"], way)
        assert way.get(page.listing.leads[0].address).data == b"\x89PNG"
        assert paths(server) == ["/robots.txt", "/", "/cake.png"]
    assert clock.slept == [1.0, 1.0]


def test_a_page_that_robots_txt_forbids_is_not_asked_for() -> None:
    robots = reply(
        b"User-agent: *\nDisallow: /secret\n\nUser-agent: Fakery\nDisallow: /*.png$\nCrawl-delay: 3"
    )
    clock = Clock()
    with Loopback({"/robots.txt": robots, "/secret": HTML, "/cake.png": PICTURE}) as server:
        way = polite(clock)
        assert way.get(f"{server.root}/secret").url.endswith("/secret")
        with pytest.raises(RefusedAddress, match=r"robots\.txt"):
            way.get(f"{server.root}/cake.png")
        assert way.get(f"{server.root}/cake.png", heed_robots=False).data == b"\x89PNG"
        assert paths(server) == ["/robots.txt", "/secret", "/cake.png"]
    assert clock.slept == [1.0, 3.0]


def test_a_crawl_delay_is_heeded_up_to_half_a_minute() -> None:
    clock = Clock()
    robots = reply(b"User-agent: *\nCrawl-delay: 86400")
    with Loopback({"/robots.txt": robots, "/": HTML}) as server:
        way = polite(clock)
        for _ in range(3):
            way.get(f"{server.root}/")
    assert clock.slept == [1.0, 30.0, 30.0]


@pytest.mark.parametrize(
    ("status", "open_"),
    [
        ("404 Not Found", True),
        ("403 Forbidden", True),
        ("429 Too Many Requests", False),
        ("500 Oops", False),
        ("503 Busy", False),
    ],
)
def test_without_a_robots_txt_the_status_decides(status: str, open_: bool) -> None:
    with Loopback({"/robots.txt": reply(b"no", status), "/": HTML}) as server:
        [page] = visit([f"{server.root}/"], polite(Clock()))
        assert bool(page.listing.leads) is open_
        assert ("robots.txt" in page.reason) is not open_


def test_a_robots_txt_that_hangs_up_forbids_and_an_endless_one_is_cut_off() -> None:
    with Loopback({"/": HTML}) as server:
        server.says["/robots.txt"] = lambda line: None
        [page] = visit([f"{server.root}/"], polite(Clock()))
        assert "robots.txt" in page.reason
        server.says["/robots.txt"] = server.flood(
            b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nUser-agent: *\nDisallow: /secret\n", b"#" * 65536
        )
        [page] = visit([f"{server.root}/"], polite(Clock()))
        assert len(page.listing.leads) == 2


def test_robots_txt_is_followed_where_it_moved_but_never_inside() -> None:
    with Loopback({"/": HTML, "/moved": reply(b"User-agent: *\nDisallow: /")}) as server:
        server.says["/robots.txt"] = redirect("/moved")
        [page] = visit([f"{server.root}/"], polite(Clock()))
        assert "asks not to fetch" in page.reason
        server.says["/robots.txt"] = redirect(f"http://127.0.0.2:{server.port}/robots.txt")
        [page] = visit([f"{server.root}/"], polite(Clock()))
        assert "private or local" in page.reason


def test_what_goes_wrong_with_a_page_is_its_reason() -> None:
    says: dict[str, Speech] = {
        "/inside": redirect("http://127.0.0.2/"),
        "/cake.png": PICTURE,
        "/model": reply(b"PK", Content_Type="application/zip"),
        "/big": reply(b" " * (6 * 2**20), Content_Type="text/html"),
    }
    with Loopback(says) as server:
        asked = [f"{server.root}{path}" for path in (*says, "/gone")]
        reasons = [page.reason for page in visit([*asked, "ftp://x.org/"], polite(Clock()))]
    wanted = ("private or local", "is a picture", "application/zip", "larger than", "404", "only http")
    assert all(word in reason for word, reason in zip(wanted, reasons, strict=True))


def test_nobodys_page_is_looked_at_twice() -> None:
    with Loopback({"/": HTML, "/2": HTML}) as server:
        root = server.root
        first, again, second = visit([f"{root}/", f"{root}/#top", f"{root}/2"], polite(Clock()))
        assert len(first.listing.leads) == 2
        assert "before" in again.reason
        assert (second.listing.leads, len(second.listing.refused)) == ([], 2)
        [known] = visit([f"{root}/"], polite(Clock()), seen=[first.address])
        assert "before" in known.reason
        assert paths(server) == ["/robots.txt", "/", "/2"]


def test_stop_ends_the_waiting() -> None:
    stop = threading.Event()
    with Loopback({"/": HTML}) as server:
        way = Polite(allowed=here, stop=stop, offline=False)
        threading.Timer(0.2, stop.set).start()
        with pytest.raises(FetchFailed, match="stopped"):
            way.get(f"{server.root}/")
        assert paths(server) == ["/robots.txt"]


def test_the_guard_and_offline_hold_here_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with Loopback({"/": HTML}) as server:
        with pytest.raises(NetworkError, match="private or local"):
            Polite(offline=False).get(f"{server.root}/")
        monkeypatch.setenv("FAKERY_OFFLINE", "1")
        with pytest.raises(Offline):
            list(visit([f"{server.root}/"], Polite(allowed=here)))
        assert server.asked == []


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("Disallow:", "/a", True),
        ("Disallow: /\nAllow: /cakes/", "/cakes/1.jpg", True),
        ("Disallow: /\nAllow: /cakes/", "/shoes/1.jpg", False),
        ("Disallow: /*?lightbox=", "/a?lightbox=1", False),
        ("Disallow: /*.jpg$", "/a.jpg?size=2", True),
        ("Disallow: /a\nAllow: /a", "/a", True),
        ("Disallow: /caf%C3%A9", "/café", False),
        ("Disallow: /a%2fb", "/a%2Fb", False),
        ("Disallow: " + "/*a" * 1000, "/" + "a" * 8000, True),
        ("Disallow: /" + "*a" * 19 + "$", "/" + "a" * 8000 + "b", True),
    ],
)
def test_the_longest_rule_that_fits_decides(rules: str, path: str, allowed: bool) -> None:
    assert read_robots(f"User-agent: *\n{rules}").allow(f"https://x.org{path}") is allowed


PATHS = st.text(alphabet="ab", max_size=4).map("/{}".format)


@given(PATHS, PATHS, st.sampled_from(["*", "Fakery", "Other"]))
def test_one_plain_rule_is_read_as_the_standard_library_does(rule: str, path: str, who: str) -> None:
    text = f"User-agent: {who}\nDisallow: {rule}"
    theirs = RobotFileParser()
    theirs.parse(text.splitlines())
    assert read_robots(text).allow(f"https://x.org{path}") == theirs.can_fetch(
        "Fakery", f"https://x.org{path}"
    )


@given(st.text())
def test_no_robots_txt_breaks_it(text: str) -> None:
    read_robots(text).allow("https://x.org/cake.jpg")
    read_robots(f"User-agent: *\nDisallow: {text}\nCrawl-delay: {text}").allow(f"https://x.org/{text}")


def test_a_redirect_does_not_lead_where_robots_are_not_wanted() -> None:
    nobody = reply(b"User-agent: *\nDisallow: /")
    with Loopback({"/robots.txt": nobody, "/cake.png": PICTURE}) as closed, Loopback() as server:
        server.says["/robots.txt"] = reply(b"User-agent: *\nDisallow: /inside/")
        server.says["/away"] = redirect(f"{closed.root}/cake.png")
        server.says["/near"] = redirect("/inside/cake.png")
        server.says["/inside/cake.png"] = PICTURE
        way = polite(Clock())
        for path in ("/away", "/near"):
            with pytest.raises(RefusedAddress, match="asks not to fetch"):
                way.get(f"{server.root}{path}")
        assert paths(closed) == ["/robots.txt"]
        assert paths(server) == ["/robots.txt", "/away", "/near"]
        # What a person gave is fetched wherever it leads.
        assert way.get(f"{server.root}/away", heed_robots=False).data == b"\x89PNG"
