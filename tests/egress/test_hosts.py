"""Names of hosts in other scripts."""

from __future__ import annotations

import pytest

from chalicelib.egress.hosts import mixes_scripts, readable_host, with_ascii_host
from infra.local.demo import DemoServer
from tests.client import Api


@pytest.mark.parametrize(
    ("url", "stored"),
    [
        ("https://bücher.example/a?ü=1", "https://xn--bcher-kva.example/a?ü=1"),
        ("https://BÜCHER.example:8443/v1", "https://xn--bcher-kva.example:8443/v1"),
        ("https://faß.example", "https://xn--fa-hia.example"),  # transitional processing would say fass
        ("https://{tenant}.пример.example/", "https://{tenant}.xn--e1afmkfd.example/"),
        ("https://api.example.com/ü", "https://api.example.com/ü"),
        ("https://日本語.example", "https://xn--wgv71a119e.example"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ],
)
def test_a_host_is_stored_as_it_travels(url: str, stored: str) -> None:  # A9
    assert with_ascii_host(url) == stored
    assert with_ascii_host(stored) == stored


@pytest.mark.parametrize(
    "url",
    [
        "http://①②⑦.⓪.⓪.①/",
        "http://127。0。0。1/",
        "http://１２７.0.0.1/",
        "https://ｅxample.com/",
        "https://exam℀ple.com/",
        "https://a‍b.example/",
        "https://-ü.example/",
        "https://" + "ü" * 70 + ".example/",
    ],
)
def test_a_host_that_only_looks_like_another_is_refused(api: Api, url: str) -> None:  # A9
    with pytest.raises(ValueError, match=r"reads as|cannot be part"):
        with_ascii_host(url)
    answer = api.post("/integrations", {"name": "x", "base_url": url})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/base_url")


@pytest.mark.parametrize(
    ("host", "mixed"),
    [
        ("аpple.com", True),  # the first letter is Cyrillic
        ("gοοgle.example", True),  # Greek
        ("яндекс.example", False),
        ("bücher.example", False),
        ("日本語カナtest.example", False),
        ("한국abc.example", False),
        ("api-2.example.com", False),
    ],
)
def test_a_label_of_mixed_scripts_is_warned_of(host: str, mixed: bool) -> None:  # A9
    stored = with_ascii_host(f"https://{host}")
    assert readable_host(stored) == host
    assert mixes_scripts(host) is mixed


def test_an_integration_shows_both_forms_and_the_warning(api: Api, demo: DemoServer) -> None:  # A9
    added = api.ok("POST", "/integrations", {"name": "one", "base_url": "https://аpple.example/v1"})
    assert added["base_url"] == "https://xn--pple-43d.example/v1"
    assert (added["readable_host"], added["warn_idn"]) == ("аpple.example", True)
    plain = api.ok("POST", "/integrations", {"name": "two", "base_url": demo.url})
    assert (plain["readable_host"], plain["warn_idn"]) == (None, False)
    auth = {"type": "oauth2", "token_url": "https://bücher.example/token"}
    changed = api.ok("PATCH", "/integrations/two", {"auth": auth})
    assert changed["auth"]["token_url"] == "https://xn--bcher-kva.example/token"


def test_what_is_no_name_is_shown_as_it_is() -> None:
    assert readable_host("https://xn--99999999999.example/a") == "xn--99999999999.example"
