"""The running server: its own routes, and what it tells strangers."""

from __future__ import annotations

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
    ],
)
def test_what_is_not_ours_to_give_is_not_given(server: Server, path: str) -> None:
    status, body, _ = server.get(path)
    # Streamlit answers what nobody serves with its own empty frame.
    assert status in (400, 404) or b"<title>Streamlit</title>" in body
    assert b"streamlit==" not in body and b"SQLite" not in body
