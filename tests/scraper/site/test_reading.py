"""Documentation in the many forms that it takes is read without a model: endpoints, parameters, address, credentials.

`documentation` holds small sites, each written in another form; ``key.json`` beside the pages says what is in them:
``{base_url, auth: [bearer | basic | oauth2 | <place>:<name>], endpoints: {"METHOD /path": {<place>: [names]}}}``,
where a name that must be given ends with a star, and ``base_url`` is null where no page says one that could be called.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.scraper.site import merge, paths, reader, trust
from chalicelib.scraper.site.page import Page

SITES = Path(__file__).parent / "documentation"
KINDS = {".md": "text/markdown", ".html": "text/html"}


def read(site: Path) -> dict[str, Any]:
    """The document of a site's pages."""
    pages = [
        Page(f"https://handbook.invalid/{file.name}", KINDS[file.suffix], file.read_bytes())
        for file in sorted(site.iterdir())
        if file.suffix in KINDS
    ]
    start = pages[0].url
    return merge.merge(trust.sifted([reader.read_page(page) for page in pages], start), start_url=start).document


def endpoints(document: dict[str, Any]) -> dict[str, dict[str, list[str]]]:
    """Method and shape of the path → names by place, sorted; path parameters aside."""
    found: dict[str, dict[str, list[str]]] = {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            places: dict[str, list[str]] = {}
            for each in operation.get("parameters", ()):
                if each["in"] != "path":
                    places.setdefault(each["in"], []).append(each["name"] + "*" * each.get("required", False))
            for media in operation.get("requestBody", {}).get("content", {}).values():
                schema = media["schema"]
                for name in schema.get("properties", ()):
                    places.setdefault("body", []).append(name + "*" * (name in schema.get("required", ())))
            found[f"{method.upper()} {paths.shape(path)}"] = {place: sorted(names) for place, names in places.items()}
    return found


def schemes(document: dict[str, Any]) -> list[str]:
    """The security schemes in the words of a key."""
    found = document.get("components", {}).get("securitySchemes", {}).values()
    return sorted(
        each["scheme"] if each["type"] == "http" else f"{each['in']}:{each['name']}" if "in" in each else each["type"]
        for each in found
    )


@pytest.mark.parametrize("site", sorted(path.name for path in SITES.iterdir()))
def test_a_site_is_read_as_its_key_says(site: str) -> None:
    key = json.loads((SITES / site / "key.json").read_text())
    document = read(SITES / site)
    wanted = {
        " ".join((name.split()[0], paths.shape(name.split()[1]))): {place: sorted(each) for place, each in told.items()}
        for name, told in key["endpoints"].items()
    }
    assert endpoints(document) == wanted
    assert schemes(document) == sorted(key["auth"])
    if key["base_url"] is not None:
        assert [each["url"] for each in document["servers"]] == [key["base_url"]]
