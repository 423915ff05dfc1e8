"""Secure servers and their certificates."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path

import pytest
import requests.adapters

from core.errors import FetchFailed
from tests.fetch.made import fetch
from tests.loopback import Loopback, reply


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
