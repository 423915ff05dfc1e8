"""Secrets, proxies, offline, and pictures pasted as addresses."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from core.errors import FetchFailed, Offline, RefusedAddress
from core.fetch import Fetched, download, get, offline
from tests.fetch.made import PICTURE, fetch, here
from tests.loopback import Loopback, redirect, reply


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
