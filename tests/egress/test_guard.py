"""What may be called: text, ports, addresses."""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.egress import Outbound, check_origin, guard, parse_target, send
from chalicelib.egress.guard import CannotResolve, is_allowed, resolve
from chalicelib.errors import EgressBlocked
from chalicelib.settings import Settings
from tests.egress.wire import Wire, serving

FORBIDDEN = [  # A1: one address of each range that is never called
    *("127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
    *("169.254.169.254", "169.254.170.2", "100.64.0.1", "100.100.100.200", "0.0.0.0", "0.1.2.3", "192.0.0.8"),
    *("192.0.2.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "192.88.99.1"),
    *("224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
    *("::1", "::", "fc00::1", "fd00:ec2::254", "fd00:ec2::23", "fe80::1", "ff02::1", "2001::1", "2001:db8::1"),
    *("5f00::1", "3fff::1", "2002:7f00:1::", "100::1", "fec0::1", "4000::1", "64:ff9b:1::a00:1"),
]
PUBLIC = ["8.8.8.8", "1.1.1.1", "172.32.0.1", "192.0.1.1", "2606:4700:4700::1111", "2a00:1450:4001::200e"]
# A3: ways to write an IPv4 address inside an IPv6 one, as tails of the 32 bits
EMBEDDINGS = {
    "mapped": lambda v4: ipaddress.IPv6Address((0xFFFF << 32) | v4),
    "compatible": lambda v4: ipaddress.IPv6Address(v4),
    "translated": lambda v4: ipaddress.IPv6Address((0xFFFF << 48) | v4),
    "nat64": lambda v4: ipaddress.IPv6Address((0x64FF9B << 96) | v4),
    "6to4": lambda v4: ipaddress.IPv6Address((0x2002 << 112) | (v4 << 80)),
    "teredo": lambda v4: ipaddress.IPv6Address((0x20010000 << 96) | (v4 ^ 0xFFFFFFFF)),
}


@pytest.fixture
def canary() -> Iterator[Wire]:
    """A server that nobody may reach."""
    with serving() as wire:
        yield wire


@pytest.mark.parametrize("address", FORBIDDEN)
def test_an_address_that_is_not_the_internet_is_refused(address: str) -> None:  # A1
    assert not is_allowed(address, allow_private=False)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_allowed(address: str) -> None:
    assert is_allowed(address, allow_private=False)


@pytest.mark.parametrize("form", EMBEDDINGS)
@pytest.mark.parametrize("address", [a for a in FORBIDDEN if ":" not in a])
def test_a_forbidden_address_is_refused_inside_an_ipv6_one(address: str, form: str) -> None:  # A3
    embedded = EMBEDDINGS[form](int(ipaddress.IPv4Address(address)))
    assert not is_allowed(str(embedded), allow_private=False)
    assert not is_allowed(f"{embedded}%eth0", allow_private=False)


@pytest.mark.parametrize("form", ["mapped", "nat64"])
def test_a_public_address_is_allowed_where_an_ipv6_one_leads_to_it(form: str) -> None:
    assert is_allowed(str(EMBEDDINGS[form](int(ipaddress.IPv4Address("8.8.8.8")))), allow_private=False)


@given(st.ip_addresses(v=4))
def test_every_mapped_address_is_judged_as_the_plain_one(address: ipaddress.IPv4Address) -> None:  # A3
    for allow_private in (True, False):
        plain = is_allowed(str(address), allow_private=allow_private)
        assert is_allowed(f"::ffff:{address}", allow_private=allow_private) == plain


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "192.168.0.2", "::1", "fd12::1", "::ffff:127.0.0.1"])
def test_local_mode_allows_private_addresses(address: str) -> None:
    assert is_allowed(address, allow_private=True)


@pytest.mark.parametrize("address", ["169.254.169.254", "169.254.170.2", "fd00:ec2::254", "fe80::1", "0.0.0.0"])
def test_local_mode_does_not_allow_metadata_and_link_local_addresses(address: str) -> None:
    assert not is_allowed(address, allow_private=True)


# --- a listening canary -----------------------------------------------------------------------------------------------

SPELLINGS = [  # A3: all of them are 127.0.0.1 to some resolver
    *("127.0.0.1", "localhost", "LOCALHOST", "localhost.", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0"),
    *("0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]"),
    *("127.0.0.1.", "0x7f.0.0.1", "017700000001"),
]


@pytest.mark.parametrize("host", SPELLINGS)
def test_no_spelling_of_loopback_reaches_a_listening_server(guarded: None, canary: Wire, host: str) -> None:  # A1 A3
    started = time.perf_counter()
    with pytest.raises(Exception) as caught:
        send(Outbound("GET", f"http://{host}:{canary.port}/", (("Authorization", "Bearer canary"),)))
    assert canary.connections == 0
    assert time.perf_counter() - started < 2
    if not isinstance(caught.value, EgressBlocked):  # this machine's resolver does not know the spelling
        assert getattr(caught.value, "reason", None) == "dns_error"


def test_the_refusal_does_not_depend_on_what_listens(guarded: None, canary: Wire) -> None:  # A11
    with serving() as gone:
        pass
    problems = []
    for port in (canary.port, gone.port):
        with pytest.raises(EgressBlocked) as caught:
            send(Outbound("GET", f"http://127.0.0.1:{port}/"))
        problems.append(caught.value.problem("req"))
    assert problems[0] == problems[1]


# --- text -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1\\@example.com/",
        "http://example.com\\@127.0.0.1/",
        "http://user@example.com/",
        "http://user:password@example.com/",
        "http://a@b@example.com/",
        "http://exa mple.com/",
        "http://example.com/a b",
        "http://example.com/\n",
        "http://example.com/\r\nHost: evil",
        "http://example.com/\x00",
        "http://example.com/\x7f",
        "\thttp://example.com/",
        " http://example.com/",
        "http://example.com%2f@127.0.0.1/",
        "http://ex%61mple.com/",
        "http:///path",
        "http://:80/",
        "http://./",
        "http://",
        "http:/example.com/",
        "//example.com/",
        "example.com",
        "",
        "https://example.com:0/",
        "https://example.com:65536/",
        "https://example.com:99999/",
        "https://example.com:-1/",
        "https://example.com:/",
        "https://example.com:8o80/",
        "https://example.com:٨٠/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "javascript:alert(1)",
        "httpſ://example.com/",
        "http://①②⑦.⓪.⓪.①/",
        "http://127。0。0。1/",
        "http://[::1/",
        "http://[fe80::1%25eth0]/",
        "http://[v1.fe]/",
        "http://exämple.com/",
        "https://example.com/?q=a b",
    ],
)
def test_a_url_that_two_parsers_could_read_differently_is_refused(url: str) -> None:  # A4 A9
    with pytest.raises(EgressBlocked):
        parse_target(url)


@pytest.mark.parametrize(
    ("url", "origin", "target"),
    [
        ("https://api.example.com", "https://api.example.com", "/"),
        ("HTTPS://API.Example.com:443/A?b=C#d", "https://api.example.com", "/A?b=C"),
        ("http://example.com:80?x=1", "http://example.com", "/?x=1"),
        ("http://example.com./a", "http://example.com", "/a"),
        ("http://[2001:4860::1]:8080/", "http://[2001:4860::1]:8080", "/"),
        ("http://a_b.example.com:8443/%2F%2e", "http://a_b.example.com:8443", "/%2F%2e"),
    ],
)
def test_a_plain_url_is_read_once_and_for_all(url: str, origin: str, target: str) -> None:
    parsed = parse_target(url)
    assert (parsed.origin, parsed.path_query) == (origin, target)
    assert check_origin(url) == origin


@given(st.text(max_size=60))
def test_what_is_parsed_holds_nothing_but_a_host(text: str) -> None:  # A4
    for url in (text, f"http://{text}", f"https://example.com{text}", f"http://{text}/path"):
        try:
            target = parse_target(url)
        except EgressBlocked:
            continue
        assert target.host.isascii()
        assert not set("@/\\?#% ").intersection(target.host)
        assert 0 < target.port < 65536
        assert not set("\r\n\t \\").intersection(target.path_query)


# --- ports ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("port", [1, 21, 22, 23, 25, 53, 110, 143, 179, 389, 445, 465, 587, 993, 1023])
def test_a_privileged_port_other_than_the_webs_is_refused(port: int) -> None:  # A7
    with pytest.raises(EgressBlocked):
        parse_target(f"http://example.com:{port}/")


@pytest.mark.parametrize("port", [6379, 11211, 9200, 9300, 27017, 5432, 3306])
def test_a_port_of_a_protocol_that_http_can_speak_to_is_refused(port: int) -> None:  # A7
    with pytest.raises(EgressBlocked):
        parse_target(f"http://example.com:{port}/")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9001/2018-06-01/runtime/invocation/next",
        "http://localhost:2773/secretsmanager/get?secretId=x",
        "http://127.0.0.1:2000/",
    ],
)
def test_lambdas_own_interfaces_are_refused_in_local_mode_too(url: str) -> None:  # A2
    with pytest.raises(EgressBlocked):
        send(Outbound("GET", url))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "127.1", "[::ffff:127.0.0.1]"])
def test_the_runtime_api_is_refused_wherever_lambda_says_that_it_is(
    canary: Wire, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:  # A2
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", f"127.0.0.1:{canary.port}")
    with pytest.raises(EgressBlocked):
        send(Outbound("GET", f"http://{host}:{canary.port}/2018-06-01/runtime/invocation/next"))
    assert canary.connections == 0


def test_the_owners_own_ports_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:  # A2
    monkeypatch.setattr(guard, "settings", lambda: Settings(stage="local", denied_ports=(8790,)))
    with pytest.raises(EgressBlocked, match="8790"):
        parse_target("http://127.0.0.1:8790/")


@pytest.mark.parametrize("port", [80, 443, 1024, 3000, 8080, 8443, 8787, 65535])
def test_a_port_of_an_api_is_allowed(port: int) -> None:
    assert parse_target(f"http://example.com:{port}/").port == port


# --- resolution -------------------------------------------------------------------------------------------------------


def _answers(*addresses: str) -> list[tuple[object, ...]]:
    return [
        (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 80)) for one in addresses
    ]


def test_a_name_with_one_bad_address_is_refused(guarded: None, monkeypatch: pytest.MonkeyPatch) -> None:  # A5
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: _answers("8.8.8.8", "127.0.0.1"))
    with pytest.raises(EgressBlocked):
        resolve("rebind.example", 80, timeout_s=1)


def test_a_rebinding_name_is_judged_once_and_never_reaches_loopback(
    guarded: None, canary: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:  # A5
    lookups: list[str] = []
    reached: list[str] = []

    def rebinding(host: str, *_: object, **__: object) -> list[tuple[object, ...]]:
        lookups.append(host)
        return _answers("8.8.8.8" if len(lookups) % 2 else "127.0.0.1")

    def connect(self: socket.socket, address: tuple[str, int]) -> None:
        reached.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr("chalicelib.egress.deadline.TimedSocket.connect", connect, raising=False)
    for _ in range(100):
        with pytest.raises(Exception, match=r"nothing answers|never calls"):
            send(Outbound("GET", f"http://rebind.example:{canary.port}/"))
    assert len(lookups) == 100  # one per connection
    assert set(reached) == {"8.8.8.8"}
    assert canary.connections == 0


def test_a_name_that_does_not_resolve_is_no_secret(guarded: None) -> None:  # A11
    with pytest.raises(CannotResolve):
        resolve("does-not-exist.invalid", 80, timeout_s=20)


def test_an_impossible_name_does_not_resolve() -> None:
    with pytest.raises(CannotResolve):
        resolve("a" * 64 + ".example", 80, timeout_s=20)


def test_a_resolver_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:  # D7
    import threading

    released = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: released.wait(10) and [])
    with pytest.raises(TimeoutError):
        resolve("slow.example", 80, timeout_s=0.05)
    released.set()


def test_the_host_that_was_checked_is_the_host_that_is_connected(monkeypatch: pytest.MonkeyPatch) -> None:  # A4
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: _answers("127.0.0.1"))
    with serving() as wire:
        send(Outbound("GET", f"http://API.Example.com.:{wire.port}/"))
        assert wire.requests[0].header("host") == f"api.example.com:{wire.port}"


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ("/a%2Fb/%252e?q=%20%2B&q=", "/a%2Fb/%252e?q=%20%2B&q="),
        ("/~a;b=1/:@!$&'()*+,.-_?/?", "/~a;b=1/:@!$&'()*+,.-_?/?"),
        ("/voilà?q=€", "/voil%C3%A0?q=%E2%82%AC"),
        ('/{a}|b"<>^`%zz?q[]=%', "/%7Ba%7D%7Cb%22%3C%3E%5E%60%25zz?q%5B%5D=%25"),
    ],
)
def test_what_a_uri_does_not_hold_is_encoded_and_nothing_else_is_touched(asked: str, sent: str) -> None:
    with serving() as wire:
        send(Outbound("GET", wire.url + asked))
        assert wire.requests[0].target == sent


def test_half_a_character_is_in_no_url() -> None:
    with pytest.raises(EgressBlocked):
        parse_target("https://api.example/\ud800")
