"""The bakers' list from its first byte to its last picture, against a web that has partly rotted."""

from __future__ import annotations

import json
import socket
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.errors import NetworkError
from core.sources.lead import Lead
from core.sources.lists import read_list
from core.sources.polite import Polite
from tests.web_of_cakes import WebOfCakes


def test_every_address_of_the_bakers_list_ends_as_bytes_or_with_a_reason(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = (shared / "data" / "seeds" / "cake-image-urls.json").read_bytes()
    listing = read_list(data, "cake-image-urls.json")
    with WebOfCakes(listing.leads) as web:
        monkeypatch.setattr(socket, "getaddrinfo", web.look_up)
        polite = Polite(allowed=web.allowed, offline=False, deadline_s=2.0)

        def fetched(lead: Lead) -> str:
            try:
                start = polite.get(lead.address, heed_robots=False).data[:2]
                return "jpeg" if start == b"\xff\xd8" else "other"
            except NetworkError as error:
                return "404" if "answered 404" in str(error) else "late"

        with ThreadPoolExecutor(4) as pool:
            ends = Counter(pool.map(fetched, web.leads))
        kinds = web.kinds
    assert kinds["hang"] == 2
    assert ends["404"] == kinds["gone"] > 0
    assert ends["other"] == kinds["page"] > 0
    assert ends["late"] == kinds["hang"]
    assert ends["jpeg"] == sum(kinds[kind] for kind in ("picture", "logo", "same", "moved", "cut"))
    assert ends.total() + len(listing.refused) == len(json.loads(data))
    assert len(web.hosts) > 5
