"""One request out, one bounded answer in: what went over the wire, and what failures say."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace

import brotli
import pytest

from chalicelib import observability
from chalicelib.egress import CallFailed, Outbound, connections, send
from chalicelib.errors import EgressBlocked
from chalicelib.settings import Caps
from tests.egress.wire import Seen, Wire, answer

Serve = Callable[..., Wire]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts servers; the first argument is the reply."""
    running: list[Wire] = []

    def start(reply: object = None, tls: ssl.SSLContext | None = None) -> Wire:
        fixed = answer() if reply is None else reply
        wire = Wire(fixed if callable(fixed) else lambda seen: fixed, tls).start()
        running.append(wire)
        return wire

    yield start
    for wire in running:
        wire.stop()


@pytest.fixture
def trusting(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The door, made to trust our certificate."""
    connections.tls_of.cache_clear()
    context = connections.tls_of(None)
    connections.tls_of.cache_clear()
    context.load_verify_locations(certificate)
    monkeypatch.setattr(connections, "tls_of", lambda ca_pem: context)


def failure(url: str, **options: object) -> CallFailed:
    """How a GET of `url` fails."""
    with pytest.raises(CallFailed) as caught:
        send(Outbound("GET", url, (("Authorization", "Bearer canary"),)), **options)
    return caught.value


# --- what is sent -----------------------------------------------------------------------------------------------------


def test_the_request_goes_out_as_it_was_made(serve: Serve) -> None:  # C4
    wire = serve()
    headers = (("X-One", "1"), ("x-two", "é"), ("Accept-Encoding", "gzip"), ("User-Agent", "waygate"))
    got = send(Outbound("POST", f"{wire.url}/a%2Fb/%252e?q=%20%2B&q=", headers, b'{"a":1}'))
    (seen,) = wire.requests
    assert seen.line == b"POST /a%2Fb/%252e?q=%20%2B&q= HTTP/1.1"
    assert dict(seen.headers) == {
        "Host": f"127.0.0.1:{wire.port}",
        **dict(headers),
        "Content-Length": "7",
    }
    assert seen.body == b'{"a":1}'
    assert (got.status, got.body) == (200, b"{}")


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET / HTTP/1.1\r\nX:", ()),
        ("GET /other", ()),
        ("GÉT", ()),
        ("GET", (("X", "canary\r\nY: 1"),)),
        ("GET", (("X", "canary\r\n folded"),)),
        ("GET", (("X", "canary\0"),)),
        ("GET", (("X", "canary€"),)),
        ("GET", (("X y", "canary"),)),
        ("GET", (("X:y", "canary"),)),
        ("GET", (("X: y", "canary"),)),
        ("GET", (("", "canary"),)),
    ],
)
def test_what_http_does_not_carry_is_refused_untold_and_unsent(
    serve: Serve, method: str, headers: tuple[tuple[str, str], ...]
) -> None:  # C3
    wire = serve()
    with pytest.raises(EgressBlocked) as caught:
        send(Outbound(method, wire.url, headers))
    assert "canary" not in repr(caught.value) + str(caught.value.detail)
    assert wire.connections == 0
    assert send(Outbound("GET", wire.url)).status == 200


@pytest.mark.parametrize(("method", "length"), [("POST", "0"), ("GET", None), ("DELETE", None)])
def test_the_length_is_exact_and_nothing_is_chunked(serve: Serve, method: str, length: str | None) -> None:  # C4
    wire = serve()
    send(Outbound(method, wire.url))
    assert wire.requests[0].header("content-length") == length
    assert wire.requests[0].header("transfer-encoding") is None


def test_nothing_is_taken_from_the_environment(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:  # A10
    wire, proxy = serve(), serve()
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login mallory password canary-canary\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url)
    send(Outbound("GET", wire.url))
    assert wire.requests[0].header("authorization") is None
    assert proxy.connections == 0


def test_a_redirect_is_an_answer_like_any_other(serve: Serve) -> None:  # A6
    other = serve()
    wire = serve(answer(b"", f"Location: {other.url}/", status="302 Found"))
    got = send(Outbound("GET", wire.url))
    assert (got.status, got.header("LOCATION")) == (302, f"{other.url}/")
    assert other.connections == 0


def test_repeated_headers_keep_their_order(serve: Serve) -> None:
    wire = serve(answer(b"", "Set-Cookie: a=1", "Set-Cookie: b=2"))
    got = send(Outbound("GET", wire.url))
    assert [value for name, value in got.headers if name == "Set-Cookie"] == ["a=1", "b=2"]
    assert got.header("set-cookie") == "a=1"
    assert got.header("x-none") is None


# --- connections ------------------------------------------------------------------------------------------------------


def test_two_calls_share_a_connection(serve: Serve) -> None:
    wire = serve()
    for _ in range(2):
        send(Outbound("GET", wire.url))
    assert (len(wire.requests), wire.connections) == (2, 1)


def test_a_call_on_an_open_connection_sets_no_time_out_anew(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    upstream = serve()
    send(Outbound("GET", upstream.url), timeout_s=60, first_byte_s=5)
    made: list[float | None] = []
    monkeypatch.setattr(socket.socket, "settimeout", lambda _, value: made.append(value), raising=False)
    assert send(Outbound("GET", upstream.url), timeout_s=60, first_byte_s=5).status == 200
    assert (made, upstream.connections) == ([], 1)


def test_a_connection_that_the_server_closed_is_not_used_again(serve: Serve) -> None:
    wire = serve()
    send(Outbound("GET", wire.url))
    wire.hang_up()
    assert send(Outbound("GET", wire.url)).status == 200
    assert wire.connections == 2


def test_an_answer_without_a_length_ends_with_its_connection(serve: Serve) -> None:
    wire = serve(lambda seen: iter([b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc"]))
    threading.Timer(0.05, wire.hang_up).start()
    assert send(Outbound("GET", wire.url)).body == b"abc"


def test_a_change_of_protocols_never_leaves_an_answer_to_the_next_caller(serve: Serve) -> None:
    wire = serve(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n" + answer(b'"secret of the first caller"'))
    for _ in range(2):
        failed = failure(wire.url)
        assert (failed.reason, failed.sent) == ("invalid_answer", True)
    assert wire.connections == 2


@pytest.mark.parametrize("at_once", [True, False], ids=["buffered", "unread"])
@pytest.mark.parametrize("is_tls", [False, True], ids=["plain", "TLS"])
def test_what_comes_behind_an_answer_is_not_the_next_one(
    trusting: None, serve: Serve, self_signed: ssl.SSLContext, is_tls: bool, at_once: bool
) -> None:
    first, smuggled = answer(b"first"), answer(b"smuggled")

    def reply(_: Seen) -> Iterator[bytes]:
        if not at_once:  # of what comes once the head has been read, no more is taken than the body
            yield first[:-5]
            wire.stopping.wait(0.05)
        yield (first if at_once else first[-5:]) + smuggled

    wire = serve(reply, self_signed if is_tls else None)
    assert [send(Outbound("GET", wire.url)).body for _ in range(3)] == [b"first"] * 3
    assert wire.connections == 3


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_tls_connection_is_used_again(
    trusting: None, serve: Serve, certificate: Path, version: ssl.TLSVersion
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    tls.minimum_version = tls.maximum_version = version  # in 1.3, tickets come unasked
    wire = serve(tls=tls)
    for _ in range(3):
        send(Outbound("GET", wire.url))
    assert (len(wire.requests), wire.connections) == (3, 1)


def test_a_connection_that_was_idle_for_long_is_not_used_again(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    wire, started = serve(), time.time()
    for after_s, connections_made in ((0, 1), (59, 1), (59 + 61, 2)):
        monkeypatch.setattr(time, "time", lambda after_s=after_s: started + after_s)
        send(Outbound("GET", wire.url))
        assert wire.connections == connections_made


def test_forgetting_an_origin_closes_what_no_other_thread_has_taken() -> None:
    pool = connections.Pool("http", "127.0.0.1", 80, None)
    closed: list[str] = []

    class Taken:
        def close(self) -> None:
            closed.append("one")
            pool._idle.pop()

    pool._idle.extend([Taken(), Taken()])
    pool.__del__()
    assert (closed, len(pool._idle)) == (["one"], 0)


@pytest.mark.parametrize("is_tls", [False, True], ids=["plain", "TLS"])
def test_an_answer_that_comes_before_the_whole_body_is_sent_is_read(
    trusting: None, self_signed: ssl.SSLContext, is_tls: bool
) -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def refuse() -> None:
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else the end may overtake the answer
        if is_tls:
            connection = self_signed.wrap_socket(connection, server_side=True)
        connection.recv(1_000)
        connection.sendall(answer(b'"too large"', status="413 Content Too Large"))
        connection.close()

    threading.Thread(target=refuse, daemon=True).start()
    url = f"http{'s' if is_tls else ''}://127.0.0.1:{listener.getsockname()[1]}/"
    got = send(Outbound("POST", url, (), bytes(20_000_000)))
    listener.close()
    assert (got.status, got.body) == (413, b'"too large"')


# --- reading ----------------------------------------------------------------------------------------------------------


def chunked(body: bytes, size: int = 5) -> bytes:
    pieces = [body[n : n + size] for n in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def test_a_chunked_answer_is_put_together(serve: Serve) -> None:
    wire = serve(HEAD + chunked(b"twelve bytes"))
    assert send(Outbound("GET", wire.url)).body == b"twelve bytes"


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(b"plain text")),
        ("GZIP", gzip.compress(b"plain") + gzip.compress(b" text")),
        ("x-gzip", gzip.compress(b"plain text")),
        ("deflate", zlib.compress(b"plain text")),
        ("identity", b"plain text"),
    ],
    ids=["gzip", "two members", "x-gzip", "deflate", "none"],
)
def test_one_layer_of_compression_is_undone(serve: Serve, encoding: str, body: bytes) -> None:
    wire = serve(answer(body, f"Content-Encoding: {encoding}"))
    assert send(Outbound("GET", wire.url)).body == b"plain text"


def test_an_empty_body_may_claim_to_be_compressed(serve: Serve) -> None:
    wire = serve(answer(b"", "Content-Encoding: gzip", status="204 No Content"))
    assert send(Outbound("GET", wire.url)).body == b""


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", b"not gzip at all"),
        ("gzip", gzip.compress(b"cut off" * 100)[:-9]),
        ("gzip, gzip", gzip.compress(gzip.compress(b"twice"))),
        ("br", b"\x0b\x02\x80"),
        ("zstd", b"\x28\xb5\x2f\xfd"),
    ],
    ids=["no gzip", "cut off", "twice", "brotli", "zstd"],
)
def test_broken_or_foreign_compression_is_an_invalid_answer(serve: Serve, encoding: str, body: bytes) -> None:  # D6
    wire = serve(answer(body, f"Content-Encoding: {encoding}"))
    assert failure(wire.url).reason == "invalid_answer"


def test_two_layers_of_compression_in_two_fields_are_two(serve: Serve) -> None:  # D6
    wire = serve(answer(gzip.compress(b"twice"), "Content-Encoding: gzip", "Content-Encoding: identity"))
    assert failure(wire.url).reason == "invalid_answer"


def test_a_body_over_the_bound_is_refused_and_one_at_it_is_not(serve: Serve) -> None:  # D6
    wire = serve(answer(b"x" * 1000))
    assert len(send(Outbound("GET", wire.url), max_bytes=1000).body) == 1000
    assert failure(wire.url, max_bytes=999).reason == "too_large"


def test_a_compressed_body_is_bounded_by_what_it_unpacks_to(serve: Serve) -> None:  # D6
    wire = serve(answer(gzip.compress(b"x" * 1000), "Content-Encoding: gzip"))
    assert len(send(Outbound("GET", wire.url), max_bytes=1000).body) == 1000
    assert failure(wire.url, max_bytes=999).reason == "too_large"


def test_a_gzip_bomb_takes_no_more_memory_than_the_bound(serve: Serve) -> None:  # D6
    packer = zlib.compressobj(9, wbits=31)
    zeros = bytes(1_000_000)
    bomb = b"".join(packer.compress(zeros) for _ in range(200)) + packer.flush()
    assert len(bomb) < 200_000
    wire = serve(answer(bomb, "Content-Encoding: gzip"))
    tracemalloc.start()
    try:
        failed = failure(wire.url)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert failed.reason == "too_large"
    assert peak < 50_000_000


def test_an_answer_in_tiny_chunks_takes_no_more_memory_than_its_size(serve: Serve) -> None:  # D6
    wire = serve(HEAD + chunked(b"ab" * 20_000, 2))
    tracemalloc.start()
    try:
        assert len(send(Outbound("GET", wire.url)).body) == 40_000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000


def test_headers_over_the_bound_are_refused(serve: Serve) -> None:  # D6
    wire = serve(answer(b"", *(f"X-{n}: {'v' * 30_000}" for n in range(3))))
    assert failure(wire.url).reason == "too_large"


# --- failures ---------------------------------------------------------------------------------------------------------


def test_nothing_listens(serve: Serve) -> None:
    wire = serve()
    wire.stop()
    failed = failure(wire.url)
    assert (failed.reason, failed.sent) == ("connect_error", False)
    wire.start()  # so that the fixture can stop it


def test_a_name_without_an_address() -> None:
    failed = failure("http://does-not-exist.invalid/")
    assert (failed.reason, failed.sent) == ("dns_error", False)


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut off",
        HEAD + b"64\r\ncut off",
        HEAD + b"5\r\nwhole\r\n",
        HEAD + b"zz\r\nwhole\r\n0\r\n\r\n",
    ],
    ids=["no answer", "short body", "short chunk", "no last chunk", "no chunk"],
)
def test_a_connection_that_breaks_after_the_request_may_have_done_its_work(serve: Serve, reply: bytes) -> None:
    def cut(seen: Seen) -> Iterable[bytes]:
        if reply:
            yield reply
        wire.hang_up()

    wire = serve(cut)
    failed = failure(wire.url)
    assert (failed.reason, failed.sent) == ("broken", True)


@pytest.mark.parametrize(
    "reply",
    [
        *(b"SSH-2.0-OpenSSH_9.6\r\n", b"220 smtp ready\r\n\r\n", b"HTTP/1.1 2e2 OK\r\n\r\n"),
        *(b"404 page not found", b"\x15\x03\x01\x00\x02\x02"),
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 101 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
    ],
    ids=["ssh", "smtp", "status", "text", "TLS", "headers", "header"],
)
def test_what_is_not_http_is_an_invalid_answer(serve: Serve, reply: bytes) -> None:
    def and_end(_: Seen) -> Iterator[bytes]:
        yield reply
        wire.hang_up()

    wire = serve(and_end)
    failed = failure(wire.url)
    assert (failed.reason, failed.sent) == ("invalid_answer", True)


def test_a_server_that_drips_ends_at_the_deadline(serve: Serve) -> None:  # D7
    wire = serve(lambda seen: wire.drip(answer(b"x" * 1000)))
    started = time.monotonic()
    failed = failure(wire.url, timeout_s=0.3)
    assert (failed.reason, failed.sent) == ("timeout", True)
    assert time.monotonic() - started < 1
    assert 250 <= failed.duration_ms < 1000


def test_a_server_that_says_nothing_ends_at_the_deadline(serve: Serve) -> None:  # D7
    wire = serve(lambda seen: b"" if wire.stopping.wait(5) else b"too late")
    failed = failure(wire.url, timeout_s=0.1)
    assert (failed.reason, failed.sent) == ("timeout", True)


def test_a_server_that_does_not_take_the_body_ends_at_the_deadline() -> None:  # D7
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    with pytest.raises(CallFailed) as caught:
        send(Outbound("POST", url, (), bytes(20_000_000)), timeout_s=0.3)
    listener.close()
    assert (caught.value.reason, caught.value.sent) == ("timeout", True)


def test_a_resolver_that_hangs_is_a_timeout_before_anything_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:  # D7
    def hang(*_: object, **__: object) -> None:
        raise TimeoutError("no answer about slow.example")

    monkeypatch.setattr(connections, "resolve", hang)
    failed = failure("http://slow.example/", timeout_s=1)
    assert (failed.reason, failed.sent) == ("timeout", False)


def test_an_address_that_does_not_answer_is_a_timeout_before_anything_was_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def connect(*_: object) -> None:
        raise TimeoutError

    monkeypatch.setattr("chalicelib.egress.deadline.TimedSocket.connect", connect, raising=False)
    failed = failure("http://127.0.0.1:8080/")
    assert (failed.reason, failed.sent) == ("timeout", False)


def test_the_second_address_is_tried_where_the_first_refuses(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = serve()
    addresses = [(socket.AF_INET, "127.0.0.2"), (socket.AF_INET, "127.0.0.1")]
    monkeypatch.setattr(connections, "resolve", lambda *_, **__: addresses)
    assert send(Outbound("GET", f"http://two.example:{wire.port}/")).status == 200


# --- TLS --------------------------------------------------------------------------------------------------------------


def test_a_certificate_that_nobody_trusts_gets_nothing(serve: Serve, self_signed: ssl.SSLContext) -> None:  # A12
    wire = serve(tls=self_signed)
    failed = failure(wire.url)
    assert (failed.reason, failed.sent) == ("tls_error", False)
    assert wire.requests == []


def test_a_server_that_does_not_speak_tls_gets_nothing() -> None:  # A12
    listener = socket.create_server(("127.0.0.1", 0))
    heard: list[bytes] = []

    def speak() -> None:
        connection, _ = listener.accept()
        heard.append(connection.recv(4096))
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        connection.close()

    threading.Thread(target=speak, daemon=True).start()
    failed = failure(f"https://127.0.0.1:{listener.getsockname()[1]}/")
    listener.close()
    assert (failed.reason, failed.sent) == ("tls_error", False)
    assert b"canary" not in heard[0]


def test_tls_is_version_1_2_or_newer_and_verified() -> None:  # A12
    context = connections.tls_of(None)
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_a_trusted_certificate_is_called(trusting: None, serve: Serve, self_signed: ssl.SSLContext) -> None:
    wire = serve(answer(b'"over tls"'), tls=self_signed)
    assert send(Outbound("POST", wire.url, (), b"x" * 100_000)).body == b'"over tls"'
    assert wire.requests[0].body == b"x" * 100_000


def test_a_dripping_tls_server_ends_at_the_deadline(
    trusting: None, serve: Serve, self_signed: ssl.SSLContext
) -> None:  # D7
    wire = serve(lambda seen: wire.drip(answer(b"x" * 1000)), tls=self_signed)
    failed = failure(wire.url, timeout_s=0.3)
    assert (failed.reason, failed.sent) == ("timeout", True)


def test_a_tls_connection_that_breaks_after_the_request_is_not_called_a_tls_error(
    trusting: None, serve: Serve, self_signed: ssl.SSLContext
) -> None:
    wire = serve(lambda seen: b"", tls=self_signed)
    failed = failure(wire.url)
    assert (failed.reason, failed.sent) == ("broken", True)


def test_a_handshake_has_no_more_time_than_its_call(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    left = iter([3.0, 2.5, 0.25])  # to resolve, to connect, to shake hands
    monkeypatch.setattr(connections, "remaining_s", lambda: next(left))
    given: list[float | None] = []

    def wrap_socket(sock: socket.socket, **_: object) -> None:
        given.append(sock.gettimeout())
        raise ssl.SSLError

    monkeypatch.setattr(connections, "tls_of", lambda _: SimpleNamespace(wrap_socket=wrap_socket))
    failed = failure(serve().url.replace("http", "https"))
    assert (failed.reason, failed.sent, given) == ("tls_error", False, [0.25])


def test_a_handshake_that_never_ends_is_a_timeout_before_anything_was_sent() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    failed = failure(f"https://127.0.0.1:{listener.getsockname()[1]}/", timeout_s=0.2)
    listener.close()
    assert (failed.reason, failed.sent) == ("timeout", False)


# --- tracing ----------------------------------------------------------------------------------------------------------


def test_a_sampled_call_is_one_subsegment(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    from contextlib import contextmanager

    seen: list[object] = []

    @contextmanager
    def in_subsegment(name: str) -> Iterator[SimpleNamespace]:
        seen.append(name)
        yield SimpleNamespace(put_annotation=lambda key, value: seen.append((key, value)))

    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1")
    monkeypatch.setattr(
        observability, "tracer", lambda: SimpleNamespace(provider=SimpleNamespace(in_subsegment=in_subsegment))
    )
    wire = serve()
    send(Outbound("GET", wire.url))
    assert seen == ["upstream", ("origin", wire.url)]


def test_the_bounds_are_those_of_lambda() -> None:
    assert Caps.CALL_TIMEOUT_S < 29  # API Gateway's
    assert Caps.UPSTREAM_TEXT_BYTES <= Caps.ANSWER_BYTES


def test_brotli_is_unpacked(serve: Serve) -> None:
    body = b"hello " * 10_000
    wire = serve(answer(brotli.compress(body), "Content-Encoding: br"))
    assert send(Outbound("GET", wire.url)).body == body


def test_a_brotli_bomb_takes_no_more_memory_than_the_bound(serve: Serve) -> None:  # D6
    bomb = brotli.compress(bytes(100_000_000), quality=5)
    assert len(bomb) < 1_000
    wire = serve(answer(bomb, "Content-Encoding: br"))
    tracemalloc.start()
    try:
        failed = failure(wire.url)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert failed.reason == "too_large"
    assert peak < 50_000_000


@pytest.mark.parametrize("spoil", [lambda body: body[:-5], lambda body: b"\xff" * 5 + body], ids=["cut off", "broken"])
def test_brotli_that_cannot_be_read_is_an_invalid_answer(serve: Serve, spoil: Callable[[bytes], bytes]) -> None:  # D6
    packed = brotli.compress(bytes(range(256)) * 40)
    assert failure(serve(answer(spoil(packed), "Content-Encoding: br")).url).reason == "invalid_answer"
