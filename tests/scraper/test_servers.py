"""Server Objects → a base URL and what it needs."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.errors import BaseUrlMissing
from chalicelib.scraper import servers
from chalicelib.scraper.findings import Findings
from chalicelib.scraper.servers import Address

UPLOAD = "upload:upl_1"


def address(urls: Any, *, base_url: str | None = None, source_url: str = UPLOAD) -> tuple[Address, set[str]]:
    findings = Findings()
    nodes = [{"url": url} if isinstance(url, str) else url for url in urls] if isinstance(urls, list) else urls
    found = servers.read(nodes, findings, base_url=base_url, source_url=source_url)
    return found, {each.code for kind in ("repaired", "warning") for each in findings.of(kind)}


@pytest.mark.parametrize(
    ("url", "base_url", "codes"),
    [
        ("https://api.example.test/", "https://api.example.test", set()),
        ("https://api.example.test/v1/", "https://api.example.test/v1", set()),
        ("//api.example.test/v1", "https://api.example.test/v1", {"server_repaired"}),
        ("api.example.test/v1", "https://api.example.test/v1", {"server_repaired"}),
        ("https://api.example.test/v1?key=1#x", "https://api.example.test/v1", {"server_repaired"}),
        ("https://api.example.test//v1", "https://api.example.test/v1", {"server_repaired"}),
        ("http://api.example.test", "http://api.example.test", set()),
        ("https://{region}.example.test", "https://{region}.example.test", {"server_variable_added"}),
        ("{scheme}://api.example.test", "https://api.example.test", {"server_repaired"}),
    ],
)
def test_an_absolute_server_is_the_base_url(url: str, base_url: str, codes: set[str]) -> None:
    found, noted = address([url])
    assert found.base_url == base_url
    assert noted == codes


def test_variables_become_config_fields() -> None:
    server = {
        "url": "https://{region}.example.test:{port}/{odd name}",
        "variables": {
            "region": {"enum": ["eu", "us"], "default": "eu", "description": "Where"},
            "port": {"default": 8443},
        },
    }
    found, noted = address([server])
    assert found.base_url == "https://{region}.example.test:{port}/{v_odd_name}"
    assert found.config["region"].enum == ("eu", "us")
    assert found.config["region"].default == "eu"
    assert found.config["port"].default == "8443"
    assert noted == {"server_repaired", "server_variable_added"}


def test_a_variable_for_the_whole_address_is_replaced_by_its_default() -> None:
    found, _ = address([{"url": "{base}/v1", "variables": {"base": {"default": "https://api.example.test"}}}])
    assert found.base_url == "https://api.example.test/v1"
    chosen, _ = address([{"url": "{s}://a.test", "variables": {"s": {"default": "http", "enum": ["http", "https"]}}}])
    assert chosen.base_url == "https://a.test"


def test_of_several_servers_the_first_with_https_is_chosen() -> None:
    found, noted = address(["http://a.test", "https://b.test", "https://c.test"])
    assert found.base_url == "https://b.test"
    assert noted == {"servers_several"}


def test_a_relative_server_is_joined_to_what_the_owner_gave_or_to_the_description() -> None:
    assert address(["/api/v1"], base_url="https://own.test")[0].base_url == "https://own.test/api/v1"
    assert address(["/api/v1"], base_url="https://own.test/api/v1")[0].base_url == "https://own.test/api/v1"
    assert address(["/"], base_url="https://own.test")[0].base_url == "https://own.test"
    found, noted = address(["./v1"], source_url="https://docs.test/a/openapi.json")
    assert found.base_url == "https://docs.test/v1"
    assert noted == {"server_repaired", "base_url_from_document"}


def test_the_owners_base_url_comes_before_the_description() -> None:
    given, _ = address(["https://a.test/v1"], base_url="https://own.test/{tenant}/")
    assert given.base_url == "https://own.test/{tenant}"
    assert set(given.config) == {"tenant"}


@pytest.mark.parametrize(
    "urls", [None, [], "x", [""], ["/"], ["/v1"], [{"url": 5}], ["https://u:p@a.test"], ["ftp://a.test"], ["/a b"]]
)
def test_a_base_url_that_is_missing_is_asked_for(urls: Any) -> None:
    with pytest.raises(BaseUrlMissing):
        address(urls)


def test_a_description_without_server_is_not_assumed_to_lie_at_its_api() -> None:
    with pytest.raises(BaseUrlMissing, match="no server"):
        address(["/"], source_url="https://raw.test/openapi.json")
