"""Every kind of source becomes OpenAPI 3, and what is that already stays as it is."""

from __future__ import annotations

import copy
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import DocumentError
from chalicelib.scraper.document import parse
from chalicelib.scraper.findings import Findings
from chalicelib.scraper.normalise import Places, normalise
from tests.scraper.specs import installed_swagger, real_bytes
from tests.scraper.test_reader import JUNK, RICH, positions, swagger_of


@given(st.integers(0, 2**32), st.integers(0, 5), st.booleans())
def test_normalising_twice_is_normalising_once(seed: int, changes: int, old: bool) -> None:
    order = random.Random(seed)
    document = copy.deepcopy(swagger_of(RICH) if old else RICH)
    for _ in range(changes):
        container, key = order.choice(positions(document) or [({}, "")])
        container[key] = copy.deepcopy(order.choice(JUNK))
    before = copy.deepcopy(document)
    try:
        once = normalise(document, Findings()).document
    except DocumentError:
        return
    assert document == before
    assert normalise(once, Findings()).document == once


@pytest.mark.parametrize("name", ["gitea.io.json", "docker-v1.25.yaml", "etcd-rpc.swagger.json", "stripe.com.json"])
def test_real_descriptions_too(name: str) -> None:
    once = normalise(parse(real_bytes(name)), Findings()).document
    assert normalise(once, Findings()).document == once
    assert str(once["openapi"]).startswith("3.")


def test_an_installed_description_too() -> None:
    once = normalise(parse(installed_swagger()), Findings()).document
    assert normalise(once, Findings()).document == once


def test_places_lead_back_by_their_longest_prefix() -> None:
    places = Places(
        moved={"/components": "/all", "/components/schemas": "/definitions"}, collapsed={"/paths/~1a": "/item/0"}
    )
    assert places.of("/components/schemas/A/x") == "/definitions/A/x"
    assert places.of("/components/other") == "/all/other"
    assert places.of("/paths/~1a/get/x") == "/item/0"
    assert places.of("/paths/~1ab") == "/paths/~1ab"
    assert places.of("/x-waygate-files/a~1b.yaml/get") == "a/b.yaml#/get"
    assert places.of("/x-waygate-files/a.yaml") == "a.yaml#"
