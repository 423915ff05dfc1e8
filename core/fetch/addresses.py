"""Which addresses may be asked: the pure half of the network's guard; `core/fetch` is the other.

An address is judged twice. Here its spelling is read once, strictly, and written anew, so that
nobody further down can read it differently. There the address really connected to is judged by
`is_public`, because a name says nothing about where it leads.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from urllib.parse import SplitResult, urlsplit

import idna

from core.errors import RefusedAddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Written out rather than left to `ipaddress.is_global`, whose answers differ between the Pythons
# we run on. https://www.iana.org/assignments/iana-ipv4-special-registry
_INSIDE_4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's own services for its machines, on a public-looking address
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
# Outside 2000::/3 nothing is handed out to public machines.
# https://www.iana.org/assignments/iana-ipv6-special-registry
_OUTSIDE_6 = ipaddress.IPv6Network("2000::/3")
_INSIDE_6 = tuple(
    ipaddress.IPv6Network(network)
    for network in ("2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3ffe::/16", "3fff::/20")
)
# Networks whose addresses carry an IPv4 address, and how far from the right it stands in them.
_CARRIERS = (
    (ipaddress.IPv6Network("::ffff:0:0/96"), 0),  # IPv4-mapped
    (ipaddress.IPv6Network("64:ff9b::/96"), 0),  # NAT64
    (ipaddress.IPv6Network("2002::/16"), 80),  # 6to4
)

_LONGEST = 8000
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):(?!\d)", re.IGNORECASE)
_PLACE = re.compile(r"(?:\[([0-9a-f:.]+)\]|([^\[\]:@%\\/\s]+))(?::([0-9]{0,5}))?", re.IGNORECASE)
_NAME = re.compile(r"(?!.*\.\.)[a-z0-9_-][a-z0-9_.-]{0,252}")
_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")


def is_public(address: Address) -> bool:
    """Return whether an IP address belongs to a machine on the public internet.

    An IPv6 address that carries an IPv4 address (mapped, NAT64, 6to4) is judged by what it carries.

    >>> is_public(ipaddress.ip_address("8.8.8.8")), is_public(ipaddress.ip_address("10.0.0.1"))
    (True, False)
    >>> is_public(ipaddress.ip_address("::ffff:127.0.0.1"))
    False
    """
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _INSIDE_4)
    for network, shift in _CARRIERS:
        if address in network:
            return is_public(ipaddress.IPv4Address((int(address) >> shift) & 0xFFFFFFFF))
    return address in _OUTSIDE_6 and not any(address in network for network in _INSIDE_6)


def checked(text: str) -> str:
    """Return an address as it will be asked: http or https, the host in ASCII, no fragment.

    A missing scheme is completed to https. Ports other than 80, 443 and those from 1024 on are
    refused: below 1024 live mail, SSH and the like, and no picture.
    Raises RefusedAddress where the address is malformed, carries a user name or password, or is
    neither http nor https.

    >>> checked(" //Example.org/cake.jpg#top ")
    'https://example.org/cake.jpg'
    >>> checked("http://0x7f.1:8000/")
    'http://127.0.0.1:8000/'
    """
    text = text.strip()
    if not text:
        raise RefusedAddress("No address was given; paste one that starts with https://.")
    if len(text) > _LONGEST:
        raise RefusedAddress(f"The address has {len(text)} characters; {_LONGEST} is the limit.")
    if any(char < " " or char == "\x7f" for char in text):
        raise RefusedAddress(f"{shown(text)} has a control character in it; copy the address anew.")
    parts = _split(text)
    if "@" in parts.netloc:
        raise RefusedAddress("The address carries a user name or password; leave that part out.")
    place = _PLACE.fullmatch(parts.netloc)
    if place is None:
        raise RefusedAddress(f"{shown(text)} names no host that can be read; check its spelling.")
    six, name, port = place.groups()
    host = _six(six) if six else _host(name)
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{host}{_port(parts.scheme, port)}{parts.path or '/'}{query}"


def shown(text: str) -> str:
    """Return an address as a message may show it: short, printable, no password and no query.

    >>> shown("https://me:secret@example.org/cake.jpg?key=123")
    "'https://example.org/cake.jpg'"
    """
    return repr(re.sub(r"^([^/]*//)?[^/]*@", r"\1", re.split(r"[?#]", text)[0])[:80])


def _split(text: str) -> SplitResult:
    """Return the parts of an address whose scheme is completed and known to be http or https."""
    if text.startswith("//"):
        text = f"https:{text}"
    scheme = _SCHEME.match(text)
    if scheme is None:
        text = f"https://{text}"
    elif scheme[1].lower() not in ("http", "https"):
        raise RefusedAddress(
            f"{shown(text)} starts with {scheme[1][:20]}:, only http and https can be fetched."
        )
    try:
        return urlsplit(text)
    except ValueError as error:
        raise RefusedAddress(f"{shown(text)} is no address; check its spelling.") from error


def _six(text: str) -> str:
    """Return an IPv6 address in its one canonical spelling, in brackets."""
    try:
        return f"[{ipaddress.IPv6Address(text).compressed}]"
    except ValueError as error:
        raise RefusedAddress(f"[{text[:60]}] is no IPv6 address; check its spelling.") from error


def _host(name: str) -> str:
    """Return a host's name in ASCII, or the IPv4 address it spells, with four decimal numbers.

    A last part that is a number makes the whole a number, as it does in browsers
    (https://url.spec.whatwg.org/#ends-in-a-number-checker): 127.1, 0177.1, 0x7f000001.
    """
    try:
        ascii_name = name if name.isascii() else idna.encode(name, uts46=True).decode()
        ascii_name = ascii_name.lower().removesuffix(".")
        if _NUMBER.fullmatch(ascii_name):
            return str(ipaddress.IPv4Address(socket.inet_aton(ascii_name)))
    except (UnicodeError, OSError) as error:
        raise RefusedAddress(f"{name[:60]!r} is no name of a host; check its spelling.") from error
    if not _NAME.fullmatch(ascii_name):
        raise RefusedAddress(f"{name[:60]!r} is no name of a host; check its spelling.")
    return ascii_name


def _port(scheme: str, text: str | None) -> str:
    """Return ":8000", or "" for the scheme's own port."""
    port = int(text) if text else {"http": 80, "https": 443}[scheme]
    if port not in (80, 443) and not 1024 <= port <= 65535:
        raise RefusedAddress(f"The address asks for port {port}; 80, 443 and 1024-65535 are open.")
    return "" if (scheme, port) in (("http", 80), ("https", 443)) else f":{port}"
