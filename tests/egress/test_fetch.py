"""Fetching a document: our own redirect loop."""

from __future__ import annotations

import gzip

import pytest

from chalicelib.egress import fetch
from chalicelib.errors import DocumentTooLarge, EgressBlocked, SourceUnreachable
from chalicelib.settings import Caps
from tests.egress.wire import Seen, answer, serving


def redirect(to: str, status: str = "302 Found") -> bytes:
    return answer(b"", f"Location: {to}", status=status)


def test_a_document_is_fetched() -> None:
    packed = answer(gzip.compress(b"openapi: 3.1.0"), "Content-Encoding: gzip", kind="application/yaml")
    with serving(lambda seen: packed) as wire:
        url, got = fetch(f"{wire.url}/openapi.yaml", accept="application/yaml")
        assert (url, got.body) == (f"{wire.url}/openapi.yaml", b"openapi: 3.1.0")
        assert wire.requests[0].header("accept") == "application/yaml"


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_followed_and_the_address_is_the_last_one(status: str) -> None:  # A6
    def reply(seen: Seen) -> bytes:
        return redirect("../b?x=1", status) if seen.target == "/old/a" else answer()

    with serving(reply) as wire:
        url, _ = fetch(f"{wire.url}/old/a")
        assert url == f"{wire.url}/b?x=1"


def test_a_redirect_may_lead_to_another_host() -> None:  # A6
    with serving() as there, serving(lambda seen: redirect(f"{there.url}/doc")) as here:
        url, _ = fetch(here.url)
        assert url == f"{there.url}/doc"
        assert there.requests[0].header("referer") is None


def test_five_redirects_are_followed_and_a_sixth_is_not() -> None:  # A6
    def reply(seen: Seen) -> bytes:
        n = int(seen.target.removeprefix("/"))
        return redirect(f"/{n - 1}") if n else answer()

    with serving(reply) as wire:
        assert fetch(f"{wire.url}/5")[0] == f"{wire.url}/0"
        with pytest.raises(SourceUnreachable, match="more than 5 times"):
            fetch(f"{wire.url}/6")


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://user:password@127.0.0.1/",
        "file:///etc/passwd",
        "http://127.0.0.1:6379/",
        "http://127.0.0.1\\@example.com/",
        "//[::ffff:169.254.169.254]/",
    ],
)
def test_each_hop_passes_the_guard(location: str) -> None:  # A6
    with serving(lambda seen: redirect(location)) as wire, pytest.raises(EgressBlocked):
        fetch(wire.url)


def test_a_redirect_from_https_to_http_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:  # A6
    import sys

    from chalicelib.egress.door import Answer

    module = sys.modules["chalicelib.egress.fetch"]
    monkeypatch.setattr(module, "send", lambda *_, **__: Answer(302, (("Location", "http://example.com/"),), b""))
    with pytest.raises(EgressBlocked, match="from https to http"):
        fetch("https://example.com/")


@pytest.mark.parametrize("status", ["204 No Content", "404 Not Found", "500 Oops", "304 Not Modified", "302 Found"])
def test_what_is_not_200_says_what_it_was(status: str) -> None:
    with serving(lambda seen: answer(b"", status=status)) as wire, pytest.raises(SourceUnreachable, match=status[:3]):
        fetch(wire.url)


def test_a_name_that_does_not_resolve_says_so() -> None:
    with pytest.raises(SourceUnreachable, match="does not resolve"):
        fetch("http://does-not-exist.invalid/openapi.json")


def test_a_document_over_the_bound_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Caps, "DOCUMENT_BYTES", 100)
    with serving(lambda seen: answer(b"x" * 101)) as wire, pytest.raises(DocumentTooLarge):
        fetch(wire.url)
