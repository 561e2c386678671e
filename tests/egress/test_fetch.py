"""Fetching a document: our own redirect loop."""

from __future__ import annotations

import gzip

import pytest

from chalicelib.egress import CallFailed
from chalicelib.egress.fetch import fetch, fetch_document
from chalicelib.errors import DocumentTooLarge, EgressBlocked, SourceUnreachable
from chalicelib.settings import Caps
from tests.egress.wire import Seen, answer, serving


def redirect(to: str, status: str = "302 Found") -> bytes:
    return answer(b"", f"Location: {to}", status=status)


def test_a_document_is_fetched() -> None:
    packed = answer(gzip.compress(b"openapi: 3.1.0"), "Content-Encoding: gzip", kind="application/yaml")
    with serving(lambda seen: packed) as wire:
        got = fetch_document(f"{wire.url}/openapi.yaml", accept="application/yaml")
        assert (got.url, got.body) == (f"{wire.url}/openapi.yaml", b"openapi: 3.1.0")
        assert wire.requests[0].header("accept") == "application/yaml"


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_followed_and_the_address_is_the_last_one(status: str) -> None:  # A6
    def reply(seen: Seen) -> bytes:
        return redirect("../b?x=1", status) if seen.target == "/old/a" else answer()

    with serving(reply) as wire:
        url = fetch_document(f"{wire.url}/old/a").url
        assert url == f"{wire.url}/b?x=1"


def test_a_redirect_may_lead_to_another_host() -> None:  # A6
    with serving() as there, serving(lambda seen: redirect(f"{there.url}/doc")) as here:
        url = fetch_document(here.url).url
        assert url == f"{there.url}/doc"
        assert there.requests[0].header("referer") is None


def test_five_redirects_are_followed_and_a_sixth_is_not() -> None:  # A6
    def reply(seen: Seen) -> bytes:
        n = int(seen.target.removeprefix("/"))
        return redirect(f"/{n - 1}") if n else answer()

    with serving(reply) as wire:
        assert fetch_document(f"{wire.url}/5").url == f"{wire.url}/0"
        with pytest.raises(SourceUnreachable, match="more than 5 times"):
            fetch_document(f"{wire.url}/6")


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
        fetch_document(wire.url)


def test_a_redirect_from_https_to_http_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:  # A6
    import sys

    from chalicelib.egress.door import Answer

    module = sys.modules["chalicelib.egress.fetch"]
    monkeypatch.setattr(module, "send", lambda *_, **__: Answer(302, (("Location", "http://example.com/"),), b""))
    with pytest.raises(EgressBlocked, match="from https to http"):
        fetch_document("https://example.com/")


@pytest.mark.parametrize("status", ["204 No Content", "404 Not Found", "500 Oops", "304 Not Modified", "302 Found"])
def test_what_is_not_200_says_what_it_was(status: str) -> None:
    with serving(lambda seen: answer(b"", status=status)) as wire, pytest.raises(SourceUnreachable, match=status[:3]):
        fetch_document(wire.url)


def test_a_name_that_does_not_resolve_says_so() -> None:
    with pytest.raises(SourceUnreachable, match="does not resolve"):
        fetch_document("http://does-not-exist.invalid/openapi.json")


def test_a_document_over_the_bound_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Caps, "DOCUMENT_BYTES", 100)
    with serving(lambda seen: answer(b"x" * 101)) as wire, pytest.raises(DocumentTooLarge):
        fetch_document(wire.url)


# --- for those who read status and headers themselves -----------------------------------------------------------------


def test_any_status_is_an_answer_and_conditions_are_sent() -> None:
    with serving(lambda seen: answer(b"", "ETag: abc", status="304 Not Modified")) as wire:
        got = fetch(wire.url, max_bytes=10, timeout_s=5, headers={"If-None-Match": "abc", "User-Agent": "reader"})
        assert (got.status, got.header("etag"), got.url) == (304, "abc", wire.url)
        assert wire.requests[0].header("if-none-match") == "abc"
        assert wire.requests[0].header("user-agent") == "reader"


def test_another_origin_gets_no_credential_and_no_condition() -> None:  # A6 B6
    headers = {"Authorization": "Bearer canary", "X-Api-Key": "canary", "Cookie": "canary", "If-None-Match": "canary"}
    with serving() as there, serving(lambda seen: redirect(f"{there.url}/doc")) as here:
        fetch(f"{here.url}/?key=canary", max_bytes=10, timeout_s=5, headers=headers)
        assert here.requests[0].header("x-api-key") == "canary"
        assert "canary" not in str(there.requests)


def test_the_same_origin_gets_what_was_meant_for_it() -> None:  # A6
    with serving(lambda seen: redirect("/b") if seen.target == "/a" else answer()) as wire:
        fetch(f"{wire.url}/a", max_bytes=10, timeout_s=5, headers={"Authorization": "Bearer canary"})
        assert wire.requests[1].header("authorization") == "Bearer canary"


def test_the_caller_judges_each_hop() -> None:  # A6
    asked: list[str] = []

    def allow(url: str) -> bool:
        asked.append(url)
        return "b" not in url.rpartition("/")[2]

    with serving(lambda seen: redirect("/b")) as wire:
        with pytest.raises(EgressBlocked, match="/b lies outside"):
            fetch(f"{wire.url}/a", max_bytes=10, timeout_s=5, allow=allow)
        assert asked == [f"{wire.url}/a", f"{wire.url}/b"]
        assert len(wire.requests) == 1


def test_size_hops_and_time_are_the_callers() -> None:
    with serving(lambda seen: redirect("/again")) as wire:
        with pytest.raises(CallFailed, match="more than 1 times"):
            fetch(wire.url, max_bytes=10, timeout_s=5, max_hops=1)
        assert len(wire.requests) == 2
    with serving(lambda seen: answer(b"x" * 11)) as wire, pytest.raises(CallFailed) as caught:
        fetch(wire.url, max_bytes=10, timeout_s=5)
    assert caught.value.reason == "too_large"
