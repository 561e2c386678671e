"""What may be called: the verdict on a URL's text, its port, and each address that its name resolves to.

The text is parsed once, strictly, and what was parsed is what is connected to; addresses are judged after
resolution, in packed form, so no spelling of an address matters (security requirements A1–A5, A7).
"""

from __future__ import annotations

import ipaddress
import os
import queue
import re
import socket
import threading
from collections.abc import Sequence
from typing import Final, NamedTuple
from urllib.parse import quote

from chalicelib.errors import EgressBlocked
from chalicelib.settings import settings

_URL: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9.])?)"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<path>/[^\s#?]*)?(?:\?(?P<query>[^\s#]*))?(?:#\S*)?",
    re.ASCII | re.IGNORECASE,
)
_FORBIDDEN_TEXT: Final = re.compile(r"[\x00-\x20\x7f\\\ud800-\udfff]")
_NOT_IN_TARGET: Final = re.compile(r"%(?![0-9A-Fa-f]{2})|[^%A-Za-z0-9._~/?:@!$&'()*+,;=-]")  # RFC 3986, 3.3 and 3.4
# Ports above 1023 of protocols that a crafted HTTP request can speak to, or that belong to Lambda itself: its runtime
# API (9001) and extensions (2773), and X-Ray (2000).
_NEVER_PORTS: Final = frozenset({2000, 2049, 2773, 3306, 5432, 6379, 6667, 9001, 9200, 9300, 11211, 27017})


def _networks(text: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    return [ipaddress.ip_network(network) for network in text.split()]


_LOCAL: Final = _networks("127.0.0.0/8 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 ::1/128 fc00::/7")
_EC2_SERVICES: Final = ipaddress.IPv6Network("fd00:ec2::/32")  # metadata, DNS and container credentials
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052; how IPv6-only networks of AWS reach IPv4
_BAD_V4: Final = _networks(  # IANA IPv4 Special-Purpose Address Registry, and multicast
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 "
    "192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 "
    "198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4"
)
_GLOBAL_V6: Final = ipaddress.IPv6Network("2000::/3")  # all that IANA has given out as global unicast
_BAD_V6: Final = _networks("2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20")


class CannotResolve(Exception):
    """The name has no address, as far as the resolver knows."""


class Target(NamedTuple):
    """A URL that may be called, in parts. `host` has no brackets; `path_query` is the request target as sent, with
    what a URI does not hold percent-encoded and all else as it was."""

    scheme: str
    host: str
    port: int
    path_query: str

    @property
    def authority(self) -> str:
        """``host[:port]``, the default port left out (RFC 3986, 3.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        is_default = self.port == (443 if self.scheme == "https" else 80)
        return host if is_default else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """``scheme://host[:port]``, the default port left out (RFC 6454)."""
        return f"{self.scheme}://{self.authority}"


def parse_target(url: str) -> Target:
    """The parts of `url`. Raises `EgressBlocked` for anything that two parsers could read differently."""
    match = None if _FORBIDDEN_TEXT.search(url) else _URL.fullmatch(url)
    if match is None:
        raise EgressBlocked("The URL is not a plain http:// or https:// URL (no credentials, spaces or backslashes).")
    scheme, host = match["scheme"].lower(), match["host"].lower().strip("[]").rstrip(".")
    port = int(match["port"]) if match["port"] else (443 if scheme == "https" else 80)
    check_port(port)
    query = f"?{match['query']}" if match["query"] is not None else ""
    target = _NOT_IN_TARGET.sub(lambda character: quote(character[0]), (match["path"] or "/") + query)
    return Target(scheme, host, port, target)


def check_origin(url: str) -> str:
    """The origin of `url`, checked as `parse_target` does."""
    return parse_target(url).origin


def check_port(port: int) -> None:
    """Raises `EgressBlocked` for ports that no API is served on (A2, A7)."""
    is_known = port in (80, 443) or 1023 < port < 65536
    if not is_known or port in _NEVER_PORTS or port in settings().denied_ports:
        raise EgressBlocked(f"Port {port} is never called.")


def is_allowed(address: str, *, allow_private: bool) -> bool:
    """The verdict on a resolved address. Private and loopback ones pass only where `allow_private`.

    An IPv4 address inside an IPv6 one is judged as the former where it is what gets the packets (mapped, NAT64);
    every other embedding (compatible, translated, 6to4, Teredo) is obsolete and refused.
    """
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return is_allowed(str(ip.ipv4_mapped), allow_private=allow_private)
        if ip in _NAT64:
            return is_allowed(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)), allow_private=False)
    if allow_private and ip not in _EC2_SERVICES and any(ip in network for network in _LOCAL):
        return True
    if isinstance(ip, ipaddress.IPv6Address):
        return ip in _GLOBAL_V6 and not any(ip in network for network in _BAD_V6)
    return not any(ip in network for network in _BAD_V4)


def resolve(host: str, port: int, *, timeout_s: float) -> Sequence[tuple[socket.AddressFamily, str]]:
    """The addresses of `host`, all of them judged: one bad one refuses the name (A5).

    Raises `EgressBlocked`, `CannotResolve` or `TimeoutError`.
    """
    addresses = _look_up(host, port, timeout_s)
    allow_private = settings().is_local
    if not all(
        is_allowed(address, allow_private=allow_private) and not _is_lambdas_own(address, port)
        for _, address in addresses
    ):
        raise EgressBlocked(f"{host} is, or resolves to, an address that Waygate never calls.")
    return addresses


def _is_lambdas_own(address: str, port: int) -> bool:
    """True for the runtime API that Lambda serves to this process, wherever it says that it is (A2)."""
    host, _, own_port = os.environ.get("AWS_LAMBDA_RUNTIME_API", "").rpartition(":")
    if own_port != str(port):
        return False
    ip = ipaddress.ip_address(address.split("%")[0])
    plain = (ip.ipv4_mapped or ip) if isinstance(ip, ipaddress.IPv6Address) else ip
    return plain.is_loopback or str(plain) == host


def _look_up(host: str, port: int, timeout_s: float) -> list[tuple[socket.AddressFamily, str]]:
    """What the system's resolver says. It knows no time-out (resolv.conf's default is 5 s a server, twice), so it
    runs beside us, and is left behind when it takes too long."""
    answers: queue.SimpleQueue[list[tuple[socket.AddressFamily, str]] | None] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
        except (OSError, UnicodeError):
            answers.put(None)
        else:
            answers.put([(family, str(address[0])) for family, _, _, _, address in found])

    threading.Thread(target=ask, name="resolver", daemon=True).start()
    try:
        addresses = answers.get(timeout=timeout_s)
    except queue.Empty:
        raise TimeoutError(f"no answer about {host} within {timeout_s:.3g} s") from None
    if not addresses:
        raise CannotResolve(f"the name {host} does not resolve")
    return addresses
