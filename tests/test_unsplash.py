"""Unsplash by search terms, from a server that stands in for it: limits, credits, downloads told of."""

from __future__ import annotations

import ipaddress
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from core.errors import FetchFailed, RefusedAddress
from core.sources.unsplash import Ended, Event, Finished, Found, Tracked, Unsplash, Wait
from core.sources.unsplash_search import Search, Term
from tests.loopback import Loopback, redirect, reply

NOW = 1_700_000_000.0
LIMITED = reply(b"Rate Limit Exceeded", "403 Forbidden", X_Ratelimit_Remaining="0")


def here(address: object) -> bool:
    return address == ipaddress.ip_address("127.0.0.1")


def photo(number: int, root: str = "https://api.unsplash.com") -> dict[str, Any]:
    """Return what the interface says of a photo, as its documentation shows it."""
    return {
        "id": f"id{number}",
        "description": None,
        "alt_description": f"cake number {number}",
        "urls": {"raw": "x", "regular": f"https://images.unsplash.com/photo-{number}?ixid=7&w=1080"},
        "links": {
            "html": f"https://unsplash.com/photos/id{number}",
            "download_location": f"{root}/photos/id{number}/download?ixid=7",
        },
        "user": {"name": "Ann Baker", "links": {"html": "https://unsplash.com/@ann"}},
    }


def photos(*numbers: int, left: int | str = 40, root: str = "https://api.unsplash.com") -> bytes:
    body = json.dumps([photo(number, root) for number in numbers]).encode()
    return reply(body, X_Ratelimit_Limit="50", X_Ratelimit_Remaining=str(left))


def at(server: Loopback) -> Unsplash:
    return Unsplash("SESAME", base=server.root, allowed=here, offline=False)


def asked_for(query: str, count: int) -> str:
    return f"/photos/random?query={query}&count={count}"


def run(unsplash: Unsplash, search: Search, now: float = NOW) -> tuple[Search, list[Event]]:
    """Step until there is nothing to do, or to wait for."""
    events: list[Event] = []
    while not events or not isinstance(events[-1], Wait | Finished):
        search, event = unsplash.step(search, now)
        events.append(event)
    return search, events


def test_terms_bring_pictures_with_their_labels_and_credits() -> None:
    with Loopback() as server:
        server.says = {
            asked_for("layer%20cake", 2): photos(1, 2, root=server.root),
            asked_for("shoe", 1): photos(3),
        }
        search, events = run(at(server), Search((Term("layer cake", 2, "cake"), Term("shoe", 1))))
        assert "Authorization: Client-ID SESAME" in server.asked[0]
    assert [type(event) for event in events] == [Found, Found, Finished]
    assert [lead.label for lead in search.found] == ["cake", "cake", ""]
    lead = search.found[0]
    assert (lead.source, lead.name) == ("unsplash", "cake number 1")
    assert lead.address == "https://images.unsplash.com/photo-1?ixid=7&w=1080"
    credit = "?utm_source=fakery&utm_medium=referral"
    assert lead.facts == {
        "author": "Ann Baker",
        "author_link": f"https://unsplash.com/@ann{credit}",
        "licence": "Unsplash License",
        "link": f"https://unsplash.com/photos/id1{credit}",
        "track": f"{server.root}/photos/id1/download?ixid=7",
    }


def test_more_than_thirty_are_asked_for_in_parts_and_repeats_do_not_count() -> None:
    with Loopback() as server:
        server.says = {
            asked_for("cake", 30): photos(*range(30)),
            asked_for("cake", 10): photos(*range(25, 35)),
            asked_for("cake", 5): photos(1, 2, 3),
        }
        search, events = run(at(server), Search((Term("cake", 40),)))
    assert len(search.found) == 35
    assert isinstance(events[2], Ended)
    assert "nothing new" in events[2].reason


@pytest.mark.parametrize("last", [photos(1, left=0), LIMITED, reply(b"slow down", "429 Too Many Requests")])
def test_the_limit_is_waited_out_and_the_search_goes_on_from_there(last: bytes) -> None:
    with Loopback({asked_for("cake", 2): last}) as server:
        search, events = run(at(server), Search((Term("cake", 2),)))
        assert events[-1] == Wait(NOW + 3600)
        kept = Search.of_plain(json.loads(json.dumps(search.plain())))
        assert kept == search
        before = len(server.asked)
        assert run(at(server), kept, NOW + 3599)[1] == [Wait(NOW + 3600)]
        assert len(server.asked) == before
        server.says = {asked_for("cake", 2 - len(kept.found)): photos(8, 9)}
        search, events = run(at(server), kept, NOW + 3600)
    assert (len(search.found), events[-1]) == (2, Finished())


def test_fifty_an_hour_are_kept_though_the_server_counts_nothing() -> None:
    silent = reply(json.dumps([photo(1)]).encode())
    with Loopback({asked_for(f"t{number}", 1): silent for number in range(60)}) as server:
        _, events = run(at(server), Search(tuple(Term(f"t{number}", 1) for number in range(60))))
        assert (len(server.asked), events[-1]) == (50, Wait(NOW + 3600))


def test_downloads_are_told_of_first_and_within_the_limit() -> None:
    with Loopback() as server:
        server.says = {
            asked_for("cake", 3): photos(1, 2, 3, left=2, root=server.root),
            "/photos/id1/download?ixid=7": reply(b"{}", X_Ratelimit_Remaining="1"),
            "/photos/id2/download?ixid=7": reply(b"{}", "404 Not Found", X_Ratelimit_Remaining="0"),
        }
        search, _ = run(at(server), Search((Term("cake", 3),)))
        search, events = run(at(server), search.took(search.found).took(search.found[:1]))
        assert [type(event) for event in events] == [Tracked, Tracked, Wait]
        assert search.to_track == (f"{server.root}/photos/id3/download?ixid=7",)
        assert "Client-ID SESAME" in server.asked[-1]


def test_the_key_goes_to_unsplash_alone_and_into_no_message() -> None:
    with Loopback() as server, Loopback() as thief:
        unsplash = at(server)
        for address in (f"{thief.root}/photos/id1/download", "https://api.unsplash.com.evil.org/"):
            with pytest.raises(RefusedAddress, match="not sent"):
                unsplash.track(address)
        server.says[asked_for("cake", 1)] = redirect(f"{thief.root}/")
        unsplash.step(Search((Term("cake", 1),)), NOW)
        server.says[asked_for("cake", 1)] = reply(b"no", "401 Unauthorized")
        with pytest.raises(FetchFailed) as caught:
            unsplash.step(Search((Term("cake", 1),)), NOW)
        assert "SESAME" in server.asked[0]
        assert "SESAME" not in f"{caught.value}{unsplash!r}{thief.asked}{server.asked[0].splitlines()[0]}"
        assert len(thief.asked) == 1


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (reply(b'{"errors": ["OAuth error: The access token is invalid"]}', "401 Unauthorized"), "key"),
        (reply(b"no", "403 Forbidden"), "403"),
        (reply(b"oops", "500 Oops"), "500"),
        (reply(b"<html>"), "no list"),
        (reply(b"[" * 100_000), "no list"),
        (b"", "broke off"),
    ],
)
def test_what_unsplash_does_wrong_is_said_and_can_be_tried_again(answer: bytes, word: str) -> None:
    search = Search((Term("cake", 1),))
    with Loopback({asked_for("cake", 1): answer}) as server:
        with pytest.raises(FetchFailed, match=word):
            at(server).step(search, NOW)
        server.says = {asked_for("cake", 1): photos(1)}
        assert isinstance(at(server).step(search, NOW)[1], Found)


def test_a_term_without_pictures_ends_and_the_next_one_goes_on() -> None:
    none = reply(b'{"errors": ["No photos found."]}', "404 Not Found")
    with Loopback({asked_for("zzz", 1): none, asked_for("cake", 1): photos(1)}) as server:
        search, events = run(at(server), Search((Term("zzz", 1), Term("cake", 1))))
    assert [type(event) for event in events] == [Ended, Found, Finished]
    assert len(search.found) == 1


@pytest.mark.parametrize(
    "odd",
    [None, 7, [], {"urls": {"regular": 7}}, {"urls": {"regular": "javascript:alert(1)"}}, {"urls": []}],
)
def test_odd_descriptions_are_passed_over(odd: Any) -> None:
    wild = replace_links(photo(2), "javascript:alert(1)")
    body = json.dumps([odd, wild]).encode()
    with Loopback({asked_for("cake", 2): reply(body)}) as server:
        search, _ = at(server).step(Search((Term("cake", 2),)), NOW)
    [lead] = search.found
    assert set(lead.facts) == {"author", "licence"}


def replace_links(told: dict[str, Any], link: str) -> dict[str, Any]:
    told["links"]["html"] = told["user"]["links"]["html"] = link
    return told


def test_queries_are_encoded() -> None:
    with Loopback() as server:
        at(server).step(Search((Term("a&count=9#ü", 1),)), NOW)
        asked = parse_qs(urlsplit(server.asked[-1].split()[1]).query)
    assert asked == {"query": ["a&count=9#ü"], "count": ["1"]}
