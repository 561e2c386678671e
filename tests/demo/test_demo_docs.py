"""The documentation for people is true: its examples are run, its operations and codes are the shop's."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from urllib.parse import urldefrag

import pytest
import requests

from infra.local.demo.pages import PAGES
from infra.local.demo.problems import CODES


@pytest.fixture
def pages(demo):
    return {path: requests.get(demo.url + path, timeout=10).text for path in PAGES}


def test_the_origin_leads_to_the_documentation(demo):
    response = requests.get(demo.url, timeout=10)
    assert response.url == f"{demo.url}/docs"
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"


def test_pages_load_nothing_and_do_not_give_the_description_away(pages):
    for text in pages.values():
        assert not re.search(r"<(script|link|img|iframe|style [^>]*src)|@import|url\(|openapi", text, re.IGNORECASE)


def test_every_link_leads_to_a_place_that_exists(pages):
    for path, text in pages.items():
        for link in re.findall(r'href="([^"]*)"', text):
            target, fragment = urldefrag(link)
            assert (target or path) in pages, link
            assert not fragment or f'id="{fragment}"' in pages[target or path], link


def test_exactly_the_described_operations_are_documented(pages, operations):
    documented = re.findall(r"<p><code>([A-Z]+ /[^<]*)</code></p>", "".join(pages.values()))
    described = [f"{method} {path}" for method, path, _ in operations.values()]
    assert sorted(documented) == sorted(described)


def test_every_parameter_and_body_field_is_documented(pages, description, operations):
    text = "".join(pages.values())
    schemas = description["components"]["schemas"]
    names = {
        name for schema in ("NewPet", "PetSearch", "NewOrder", "NewReport") for name in schemas[schema]["properties"]
    }
    names |= set(schemas["SwitchSettings"]["properties"]) | set(schemas["PhotoUpload"]["properties"])
    for _, _, operation in operations.values():
        names |= {parameter["name"] for parameter in operation.get("parameters", []) if "name" in parameter}
    assert {name for name in names if f"<tr><td><code>{name}</code></td>" not in text} == set()


def test_every_code_is_documented_with_its_status(pages):
    for code, (status, _) in CODES.items():
        assert f'<tr id="{code}"><td>{status}</td><td><code>{code}</code></td>' in pages["/docs/errors"]


@pytest.mark.skipif(shutil.which("curl") is None, reason="the examples need curl")
@pytest.mark.parametrize("path", PAGES)
def test_every_example_works_and_answers_what_the_page_shows(demo, tmp_path, path):
    text = requests.get(demo.url + path, timeout=10).text
    blocks = [html.unescape(block) for block in re.findall(r"<pre><code>(.*?)</code></pre>", text, re.DOTALL)]
    for block, shown in zip(blocks, [*blocks[1:], ""], strict=True):
        if not block.startswith("curl "):
            continue
        command = block.replace("curl ", "curl -sSf --noproxy '*' ", 1)
        answer = subprocess.run(
            ["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=20
        )
        assert answer.returncode == 0, (block, answer.stderr)
        if shown.startswith(("{\n", "[\n")):
            assert json.loads(answer.stdout) == json.loads(shown), block
        elif shown and not shown.startswith("curl "):
            assert answer.stdout == shown, block


def test_an_unknown_page_is_not_found(demo):
    assert requests.get(f"{demo.url}/docs/cats", timeout=10).status_code == 404
