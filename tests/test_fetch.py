"""Fetching from servers that behave, and from servers that do not; all of them are real."""

from __future__ import annotations

import base64
import gzip
import hashlib
import ipaddress
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests.adapters

from core.errors import FetchFailed, NetworkError, Offline, RefusedAddress, StoreError
from core.fetch import Downloaded, Fetched, download, get, offline
from tests.loopback import Loopback, redirect, reply

ROOT = Path(__file__).resolve().parent.parent
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


@pytest.fixture
def server() -> Iterator[Loopback]:
    """A server whose answers the test fills in."""
    with Loopback({"/cake.png": reply(PICTURE, Content_Type="image/png")}) as running:
        yield running


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


@pytest.fixture(autouse=True)
def book(monkeypatch: pytest.MonkeyPatch) -> PhoneBook:
    """The names known in a test; the real ones are never looked up."""
    answers = PhoneBook()
    monkeypatch.setattr(socket, "getaddrinfo", answers.look_up)
    return answers


def test_a_picture_arrives_with_its_address_and_kind(server: Loopback) -> None:
    assert fetch(f"{server.root}/cake.png") == Fetched(PICTURE, f"{server.root}/cake.png", "image/png")
    assert "User-Agent: Fakery" in server.asked[0]


def test_progress_counts_up_to_the_size_of_the_picture(server: Loopback) -> None:
    heard: list[tuple[int, int | None]] = []
    fetch(f"{server.root}/cake.png", progress=lambda *far: heard.append(far))
    assert heard[-1] == (len(PICTURE), len(PICTURE))
    assert heard == sorted(heard)
    assert len(heard) > 1


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("404 Gone Fishing", r"answered 404 \(not found\)\."),
        ("500 Oops", r"answered 500 \(internal server error\)\."),
        ("206 Partial Content", r"answered 206 \(partial content\)\."),
        ("204 No Content", r"answered 204 \(no content\)\."),
        ("302 Found", r"answered 302 \(found\)\."),
        ("799 What", r"answered 799 \(a number without a meaning\)\."),
    ],
)
def test_any_other_answer_is_told_with_its_meaning(server: Loopback, status: str, words: str) -> None:
    server.says["/cake.png"] = reply(b"sorry", status)
    with pytest.raises(FetchFailed, match=words):
        fetch(f"{server.root}/cake.png")


def test_redirects_are_followed_to_the_end(server: Loopback) -> None:
    server.says |= {
        "/1": redirect("/2", "301 Moved Permanently"),
        "/2": redirect(f"{server.root}/3"),
        "/3": redirect(f"//127.0.0.1:{server.port}/4", "303 See Other"),
        "/4": redirect("süß", "307 Temporary Redirect"),
        "/s%C3%BC%C3%9F": redirect("cake.png", "308 Permanent Redirect"),
    }
    assert fetch(f"{server.root}/1").url == f"{server.root}/cake.png"
    assert len(server.asked) == 6


def test_a_circle_of_redirects_is_left_after_five(server: Loopback) -> None:
    server.says["/a"] = redirect("/a")
    with pytest.raises(FetchFailed, match="5 redirects"):
        fetch(f"{server.root}/a")
    assert len(server.asked) == 6


@pytest.mark.parametrize(
    "to",
    [
        "http://127.0.0.2:{port}/",
        "http://2130706434:{port}/",
        "http://[::1]:{port}/",
        "http://127.0.0.1:22/",
        "http://me@127.0.0.1:{port}/cake.png",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "http://a..b/",
    ],
)
def test_a_redirect_to_the_inside_is_refused(server: Loopback, to: str) -> None:
    try:
        inside = Loopback({"/": reply(b"secret")}, place=("127.0.0.2", 0))
    except OSError:
        pytest.skip("this machine answers to 127.0.0.1 only")
    with inside:
        server.says["/a"] = redirect(to.format(port=inside.port))
        with pytest.raises(RefusedAddress):
            fetch(f"{server.root}/a")
    assert inside.asked == []
    assert len(server.asked) == 1


def test_the_body_of_a_redirect_is_not_read(server: Loopback) -> None:
    head = f"HTTP/1.1 302 Found\r\nLocation: {server.root}/cake.png\r\n\r\n".encode()
    server.says["/a"] = server.flood(head, bytes(65536))
    assert fetch(f"{server.root}/a", deadline_s=5.0).data == PICTURE


def test_this_machine_is_refused_by_default_and_hears_nothing(server: Loopback) -> None:
    with pytest.raises(RefusedAddress):
        get(f"{server.root}/cake.png", offline=False)
    assert server.asked == []


def test_a_name_that_turns_inside_between_two_looks_gains_nothing(server: Loopback, book: PhoneBook) -> None:
    book.answers["turncoat.test"] = [["127.0.0.1"], ["127.0.0.2"]]
    server.says["/a"] = redirect("/cake.png")
    try:
        inside = Loopback({"/cake.png": reply(b"secret")}, place=("127.0.0.2", server.port))
    except OSError:
        pytest.skip("this machine answers to 127.0.0.1 only")
    with inside, pytest.raises(RefusedAddress):
        fetch(f"http://turncoat.test:{server.port}/a")
    assert (len(server.asked), len(inside.asked)) == (1, 0)
    assert book.asked == ["turncoat.test", "turncoat.test"], "each connection looks once, not twice"


def test_a_name_that_leads_outside_and_inside_at_once_is_refused(server: Loopback, book: PhoneBook) -> None:
    book.answers["both.test"] = [["127.0.0.1", "127.0.0.2"]]
    with pytest.raises(RefusedAddress):
        fetch(f"http://both.test:{server.port}/cake.png")
    assert server.asked == []


def test_an_unknown_name_and_a_closed_port_are_told_apart() -> None:
    with pytest.raises(FetchFailed, match=r"No machine named nowhere\.test"):
        fetch("http://nowhere.test/")
    with Loopback() as closed:
        pass
    with pytest.raises(FetchFailed, match="does not answer on port"):
        fetch(f"{closed.root}/")


def test_the_second_address_of_a_name_is_tried_when_the_first_is_dead(
    server: Loopback, book: PhoneBook
) -> None:
    book.answers["twice.test"] = [["127.0.0.2", "127.0.0.1"]]
    assert fetch(f"http://twice.test:{server.port}/cake.png", allowed=lambda _: True).data


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


def test_a_secret_goes_to_the_first_host_only(server: Loopback) -> None:
    with Loopback({"/b": reply(b"x")}) as other:
        server.says |= {"/a": redirect("/a2"), "/a2": redirect(f"{other.root}/b")}
        fetch(f"{server.root}/a", headers={"Authorization": "Client-ID 123"})
    assert all("Client-ID 123" in head for head in server.asked)
    assert "Client-ID" not in other.asked[0]


def test_proxies_and_passwords_of_the_environment_are_not_used(
    server: Loopback, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with Loopback() as proxy:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.root)
        assert fetch(f"{server.root}/cake.png").data == PICTURE
    assert proxy.asked == []
    assert "authorization" not in server.asked[0].lower()


def test_offline_forbids_everything(
    server: Loopback, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FAKERY_OFFLINE", "1")
    assert offline()
    with pytest.raises(Offline, match="FAKERY_OFFLINE"):
        get(f"{server.root}/cake.png", allowed=here)
    with pytest.raises(Offline):
        download(f"{server.root}/cake.png", tmp_path / "cake.png", allowed=here)
    assert server.asked == []
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setenv("FAKERY_OFFLINE", "0")
    assert not offline()
    assert get(f"{server.root}/cake.png", allowed=here).data == PICTURE


def test_a_pasted_picture_is_read_on_the_spot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKERY_OFFLINE", "1")
    text = base64.b64encode(PICTURE).decode()
    for pasted in (text, text.replace("+", "%2B").rstrip("="), f"{text[:70]}\n {text[70:]}\n"):
        assert get(f" data:image/PNG;base64,{pasted}") == Fetched(PICTURE, "data:image/png", "image/png")
    assert get(f"DATA:image/svg+xml;charset=utf-8;base64,{text}").content_type == "image/svg+xml"


@pytest.mark.parametrize(
    "text", ["data:", "data:text/html,hi", "data:image/png,abc", "data:image/png;base64,a*b="]
)
def test_a_pasted_something_else_is_refused(text: str) -> None:
    with pytest.raises(RefusedAddress):
        get(text)


def test_a_pasted_picture_has_the_same_limit() -> None:
    with pytest.raises(FetchFailed, match="larger than"):
        get("data:image/png;base64," + "A" * 2000, max_bytes=1000)


def test_a_download_is_a_whole_file_with_its_sum(server: Loopback, tmp_path: Path) -> None:
    target = tmp_path / "new" / "cake.png"
    heard: list[tuple[int, int | None]] = []
    digest = hashlib.sha256(PICTURE).hexdigest()
    loaded = load(
        f"{server.root}/cake.png",
        target,
        sha256=digest.upper(),
        progress=lambda *far: heard.append(far),
    )
    assert loaded == Downloaded(target, f"{server.root}/cake.png", "image/png", len(PICTURE), digest)
    assert target.read_bytes() == PICTURE
    assert list(target.parent.iterdir()) == [target]
    assert heard[-1] == (len(PICTURE), len(PICTURE))


def test_a_download_that_fails_leaves_what_was_there(server: Loopback, tmp_path: Path) -> None:
    target = tmp_path / "model.tar.gz"
    target.write_bytes(b"the old one")
    stop = threading.Event()
    server.says |= {
        "/cut": reply(PICTURE)[:-1],
        "/endless": server.flood(b"HTTP/1.1 200 OK\r\n\r\n", bytes(65536)),
    }
    for path, wishes in (
        ("missing", {}),
        ("cut", {}),
        ("endless", {"max_bytes": 2**20}),
        ("endless", {"stop": stop, "progress": lambda *_: stop.set()}),
        ("cake.png", {"sha256": "00" * 32}),
        ("cake.png", {"allowed": lambda _: False}),
    ):
        with pytest.raises(NetworkError):
            load(f"{server.root}/{path}", target, **wishes)
        assert list(tmp_path.iterdir()) == [target]
        assert target.read_bytes() == b"the old one"


def test_whoever_reads_the_old_file_is_not_disturbed_by_a_download(server: Loopback, tmp_path: Path) -> None:
    target = tmp_path / "cake.png"
    target.write_bytes(b"the old one")
    with target.open("rb") as reading:
        load(f"{server.root}/cake.png", target)
        assert reading.read() == b"the old one"
    assert target.read_bytes() == PICTURE


def test_an_error_of_the_caller_hangs_up_and_leaves_nothing(server: Loopback, tmp_path: Path) -> None:
    server.says["/endless"] = server.flood(b"HTTP/1.1 200 OK\r\n\r\n", bytes(65536))

    def trip(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(f"{server.root}/endless", tmp_path / "x", progress=trip)
    assert list(tmp_path.iterdir()) == []
    assert not [thread for thread in threading.enumerate() if thread.name == "fetch-clock"]


def test_a_full_disk_is_told_and_leaves_nothing(server: Loopback, tmp_path: Path) -> None:
    pytest.importorskip("resource", reason="no limit on the size of files on this system")
    program = (
        "import resource, sys; from pathlib import Path; from core.fetch import download\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n"
        "try: download(sys.argv[1], Path(sys.argv[2]), allowed=lambda _: True, offline=False)\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, f"{server.root}/cake.png", str(tmp_path / "cake.png")],
        cwd=ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.stdout.startswith("StoreError"), ended
    assert "cannot be written (File too large)" in ended.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_target_that_cannot_be_written_is_told(server: Loopback, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    for target in (tmp_path / "file" / "cake.png", tmp_path / "folder"):
        with pytest.raises(StoreError, match="cannot be written"):
            load(f"{server.root}/cake.png", target)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


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


def test_a_secure_server_is_believed_by_its_name_only(
    secure: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = str(tmp_path / "certificate.pem")
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", bundle)
    assert fetch(f"https://cake.test:{secure.port}/").data == b"sweet"
    assert secure.greeted == ["cake.test"]
    for other in ("pie.test", "127.0.0.1"):
        with pytest.raises(FetchFailed, match="not valid for this name"):
            fetch(f"https://{other}:{secure.port}/")
    assert len(secure.asked) == 1


def test_a_certificate_nobody_vouches_for_is_refused(secure: Loopback) -> None:
    with pytest.raises(FetchFailed, match="nobody known vouches for it"):
        fetch(f"cake.test:{secure.port}")
    assert secure.asked == []


def test_a_server_without_tls_is_told_as_that() -> None:
    with socket.create_server(("127.0.0.1", 0)) as plain:

        def speak() -> None:
            line, _ = plain.accept()
            with line:
                line.recv(1000)
                line.sendall(reply(b"plain"))

        threading.Thread(target=speak, daemon=True).start()
        with pytest.raises(FetchFailed, match="speaks no TLS"):
            fetch(f"https://127.0.0.1:{plain.getsockname()[1]}/")


def test_a_secure_server_that_never_finishes_its_greeting_is_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        begun = time.monotonic()
        with pytest.raises(FetchFailed, match=r"not complete after 0\.3 seconds"):
            fetch(f"https://127.0.0.1:{mute.getsockname()[1]}/", deadline_s=0.3)
        assert time.monotonic() - begun < 3
