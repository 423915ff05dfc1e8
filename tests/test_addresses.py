"""Addresses that lead inside are refused, however they are spelled."""
# ruff: noqa: SIM905 -- as a table it is easier to read

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import NetworkError, RefusedAddress
from core.fetch import get
from core.fetch.addresses import checked, is_public, shown

INSIDE = """
127.0.0.1 127.0.0.1. 127.1 127.0.1 127.255.255.254 2130706433 017700000001 0177.0.0.1 0x7f000001
0x7f.1 0X7F.0.0.1 0 0.0.0.0 localhost LOCALHOST. deep.localhost inside.test
10.0.0.1 0xa.1 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 100.100.100.200 169.254.169.254
2852039166 0xA9FEA9FE 0251.0376.0251.0376 168.63.129.16 192.0.0.192 198.18.0.1 192.0.2.1
203.0.113.9 224.0.0.1 240.0.0.1 255.255.255.255 [::] [::1] [0:0:0:0:0:0:0:1] [::127.0.0.1]
[::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:0:127.0.0.1] [64:ff9b::7f00:1] [64:ff9b::10.0.0.1]
[64:ff9b:1::1] [2002:7f00:1::] [2002:a00:1::1] [2001:0:1::1] [2001:db8::1] [fe80::1] [fec0::1]
[fc00::1] [fd00:ec2::254] [fe80::1%25lo] [fe80::1%lo] [::1%25lo] [ff02::1] [5f00::1]
１２７.０.０.１ ①②⑦.⓪.⓪.① 127。0。0。1 127．0．0．1 1\u200b27.0.0.1 ⓛⓞⓒⓐⓛⓗⓞⓢⓣ %31%32%37.0.0.1
127.0.0.1%2f.example.org 127.0.0.1\\@example.org example.org\\@127.0.0.1 me@127.0.0.1
me:secret@127.0.0.1 example.org@127.0.0.1 10.2.3 [::1]example.org 127.0.0.1.1 0x 0127.0.0.1x1.08
""".split()
PHONE_BOOK = {
    "localhost": "127.0.0.1",
    "deep.localhost": "::1",
    "inside.test": "10.0.0.7",
}


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """Every connection that was tried; names are looked up in the book above and nowhere else."""
    tried: list[object] = []
    numbers_only = socket.getaddrinfo

    def look_up(host: str, port: int, *_: object, **__: object) -> object:
        return numbers_only(
            PHONE_BOOK.get(host, host),
            port,
            type=socket.SOCK_STREAM,
            flags=socket.AI_NUMERICHOST,
        )

    def connect(_: socket.socket, place: object) -> None:
        tried.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket.socket, "connect", connect)
    yield tried


@pytest.mark.parametrize("host", INSIDE)
def test_an_inside_address_is_refused_in_every_spelling_without_a_connection(
    host: str, connections: list[object]
) -> None:
    for url in (f"http://{host}/x.jpg", f"https://{host}:8443/", f"//{host}/x.jpg"):
        with pytest.raises(RefusedAddress):
            get(url, offline=False)
    assert connections == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "/etc/passwd",
        "file:///etc/passwd",
        "ftp://example.org/x.jpg",
        "gopher://example.org:70/",
        "javascript:alert(1)",
        "http:example.org",
        "http:/example.org",
        "http:///x.jpg",
        "http://exa mple.org/",
        "http://example.org/a\r\nHost: inside",
        "http://example.org:22/",
        "http://example.org:25/",
        "http://example.org:0/",
        "http://example.org:65536/",
        "http://example.org:-80/",
        "http://example.org:8o/",
        "http://a..b/",
        "http://.org/",
        "http://[::1/",
        "http://\ud800/",
        "http://xn--\u0661/",
        "https://example.org/" + "a" * 8000,
    ],
)
def test_an_address_that_makes_no_sense_is_refused_in_words(text: str, connections: list[object]) -> None:
    with pytest.raises(RefusedAddress, match=r"[.]$"):
        get(text, offline=False)
    assert connections == []


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("example.org/x.jpg", "https://example.org/x.jpg"),
        ("//example.org/x.jpg", "https://example.org/x.jpg"),
        ("\n HTTP://EXAMPLE.org \t", "http://example.org/"),
        ("example.org:8080/x", "https://example.org:8080/x"),
        ("https://example.org:443/?q=1#part", "https://example.org/?q=1"),
        ("http://example.org:443/", "http://example.org:443/"),
        ("http://Bäcker.example/süß.jpg", "http://xn--bcker-gra.example/süß.jpg"),
        ("http://a_b.example.org./", "http://a_b.example.org/"),
        ("http://134744072/", "http://8.8.8.8/"),
        ("http://[2606:4700:0::1111]:8000/", "http://[2606:4700::1111]:8000/"),
    ],
)
def test_an_address_is_read_as_a_person_means_it(text: str, read: str) -> None:
    assert checked(text) == read


def test_a_password_in_an_address_is_named_as_the_trouble() -> None:
    for text in ("https://me:secret@example.org/", "//me@example.org", "https://@example.org"):
        with pytest.raises(RefusedAddress, match="user name or password"):
            checked(text)


def test_a_message_shows_no_password_no_key_and_no_control_characters() -> None:
    for text in ("ftp://me:secret@example.org/x", "ftp://h/x?key=secret", "ftp://h/#secret"):
        with pytest.raises(RefusedAddress) as refusal:
            checked(text)
        assert "secret" not in str(refusal.value)
    assert shown("a\x1b[31m\u202eb").isprintable()


@given(st.ip_addresses())
def test_no_address_the_standard_library_calls_private_is_public(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    carries = any(
        address in ipaddress.ip_network(network) for network in ("::ffff:0:0/96", "64:ff9b::/96", "2002::/16")
    )
    if is_public(address) and not carries:
        assert not address.is_private
        assert not (address.is_loopback or address.is_link_local or address.is_multicast)
        assert not (address.is_reserved or address.is_unspecified)


@given(st.ip_addresses(v=4))
def test_most_of_the_internet_is_public(address: ipaddress.IPv4Address) -> None:
    rare = any(
        address in ipaddress.ip_network(network)
        for network in ("192.0.0.0/8", "168.63.129.16/32", "100.64.0.0/10")
    )
    assert rare or is_public(address) == (address.is_global and not address.is_multicast)


@given(st.ip_addresses(v=4), st.integers(0, 2**80 - 1))
def test_an_address_that_carries_another_is_judged_by_its_load(
    inner: ipaddress.IPv4Address, rest: int
) -> None:
    public = is_public(inner)
    assert is_public(ipaddress.IPv6Address(f"::ffff:{inner}")) == public
    assert is_public(ipaddress.IPv6Address(f"64:ff9b::{inner}")) == public
    assert is_public(ipaddress.IPv6Address((0x2002 << 112) | (int(inner) << 80) | rest)) == public


_hosts = st.one_of(
    st.text(max_size=30),
    st.ip_addresses().map(str),
    st.ip_addresses(v=4).map(lambda address: hex(int(address))),
    st.sampled_from(INSIDE),
)
_addresses = st.one_of(
    st.text(),
    st.builds(
        "{}{}{}{}".format,
        st.sampled_from(["http://", "https://", "//", "", "HTTP:", "file://", "http://a@"]),
        _hosts,
        st.sampled_from(["", ":80", ":8000", ":22", ":", "\\", "?", "#", "%00", "]"]),
        st.text(max_size=20),
    ),
)


@given(_addresses)
def test_whatever_is_pasted_ends_in_a_sentence_and_never_in_a_connection(text: str) -> None:
    def nowhere(*_: object, **__: object) -> object:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", nowhere)
        patch.setattr(socket.socket, "connect", lambda *_: pytest.fail("it connected"))
        with pytest.raises(NetworkError, match=r"[.]$"):
            get(text, offline=False, allowed=lambda _: False)


@given(_addresses)
def test_an_address_once_read_is_read_the_same_again(text: str) -> None:
    try:
        read = checked(text)
    except RefusedAddress:
        return
    assert checked(read) == read
