"""Which address may be asked: URLs taken apart strictly, names resolved, every address judged.

`ipaddress` alone does not do: measured on Python 3.11.7, it calls 64:ff9b::7f00:1 (NAT64),
192.0.0.8 and 224.0.0.1 global. Hosts like 2130706433 and 0x7f.1 resolve to 127.0.0.1, so it is
addresses that are judged, never strings.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable
from typing import NamedTuple

from core.base.text import one_line
from core.providers.wire.reply import WireFault

Resolver = Callable[[str, int], list[str]]
"""(host, port) to addresses. Raises OSError where the name leads nowhere."""

MAX_URL = 8192
"""Characters; signed addresses come to two thousand."""

_DEFAULT_PORT = {"https": 443, "http": 80}
# Stricter than any parser behind us, so that none can read it differently: no userinfo, no
# backslash, no white space, no escape in the host, ASCII only (names beyond it come as xn--).
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9](?:[a-z0-9._-]{0,252})|\[[0-9a-f:.]{2,45}\])"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<rest>[/?][!-\[\]-~]*)?",
    re.IGNORECASE,
)
_NEVER = tuple(
    ipaddress.ip_network(net)
    for net in (
        "192.0.0.0/24",  # IETF protocol assignments, RFC 6890
        "192.88.99.0/24",  # 6to4 relays, RFC 7526
        "64:ff9b::/96",  # NAT64, RFC 6052: an IPv4 address in disguise
        "64:ff9b:1::/48",  # local NAT64, RFC 8215
        "2002::/16",  # 6to4, RFC 3056
        "2001::/32",  # Teredo, RFC 4380
        "::/96",  # IPv4-compatible, RFC 4291
        "::ffff:0:0/96",  # IPv4-mapped, RFC 4291
        "::ffff:0:0:0/96",  # IPv4-translated, RFC 2765
        "fec0::/10",  # site local, RFC 3879
    )
)


class Origin(NamedTuple):
    scheme: str
    host: str
    """Lower case; IPv6 without its brackets."""
    port: int


class Address(NamedTuple):
    """A URL that was taken apart. `url` holds what is asked, without a fragment."""

    origin: Origin
    url: str

    @property
    def shown(self) -> str:
        """Without path and query: what an error may say."""
        host = f"[{self.origin.host}]" if ":" in self.origin.host else self.origin.host
        plain = _DEFAULT_PORT[self.origin.scheme] == self.origin.port
        return f"{self.origin.scheme}://{host}" + ("" if plain else f":{self.origin.port}")


def take_apart(url: str) -> Address:
    """Raises WireFault for anything but a plain http or https address."""
    plain = url.split("#", 1)[0] if isinstance(url, str) else ""
    match = _URL.fullmatch(plain) if len(plain) <= MAX_URL else None
    if match is None:
        raise WireFault(
            f"'{_beginning(plain)}' is not an address that may be asked",
            todo="this came from the provider; look at its status page, then poll again",
        )
    scheme = match["scheme"].lower()
    host = match["host"].lower().strip("[]")
    port = int(match["port"] or _DEFAULT_PORT[scheme])
    if not 0 < port < 65536:
        raise WireFault("an address with a port that cannot be")
    rest = match["rest"] or "/"
    shown = f"[{host}]" if ":" in host else host
    path = rest if rest.startswith("/") else f"/{rest}"
    return Address(Origin(scheme, host, port), f"{scheme}://{shown}:{port}{path}")


def _beginning(url: str) -> str:
    """What may be shown of a bad address: it may be signed, or hold a password."""
    head = url.split("?", 1)[0]
    return one_line(f"{head.split(':', 1)[0]}:…@…" if "@" in head else head, 40)


def is_loopback(host: str) -> bool:
    """Whether a host names this machine, before any resolving."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def on_list(host: str, hosts: tuple[str, ...]) -> bool:
    """`fal.media` allows itself, `.fal.media` everything below it."""
    return any(
        host.endswith(entry) and host != entry if entry.startswith(".") else host == entry
        for entry in (name.lower() for name in hosts)
    )


def public(address: str) -> bool:
    """Whether an address belongs to the open internet and to nothing nearer."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    near = ip.is_multicast or ip.is_reserved or ip.is_loopback or ip.is_link_local or ip.is_unspecified
    scoped = isinstance(ip, ipaddress.IPv6Address) and ip.scope_id is not None
    return ip.is_global and not near and not scoped and not any(ip in net for net in _NEVER)


def this_machine(address: str) -> bool:
    """Whether an address is the loopback itself, in plain form."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    return ip.is_loopback and getattr(ip, "ipv4_mapped", None) is None


def resolve(host: str, port: int) -> list[str]:
    """The system's answer: addresses without doubles, in its order. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
