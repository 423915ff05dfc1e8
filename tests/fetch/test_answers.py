"""What an address answers, and where a redirect may lead."""

from __future__ import annotations

import pytest

from core.errors import FetchFailed, RefusedAddress
from core.fetch import Fetched
from tests.fetch.made import PICTURE, fetch
from tests.loopback import Loopback, redirect, reply


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
