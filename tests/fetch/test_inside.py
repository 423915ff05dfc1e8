"""Addresses that point inside, and names that change."""

from __future__ import annotations

import pytest

from core.errors import FetchFailed, RefusedAddress
from core.fetch import get
from tests.fetch.made import PhoneBook, fetch
from tests.loopback import Loopback, redirect, reply


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
