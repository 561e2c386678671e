"""Real descriptions import completely, soundly and fast."""

from __future__ import annotations

import cProfile
from typing import Any

import jsonschema_rs
import pytest

from chalicelib.registry.closure import bundle
from chalicelib.scraper.document import parse
from chalicelib.scraper.reader import read
from tests.scraper.specs import real_bytes, real_key, real_reading
from tests.scraper.test_reader import assert_sound

KEY = real_key()
SPECS = pytest.mark.parametrize("expected", KEY, ids=[each["file"] for each in KEY])


@SPECS
def test_every_operation_of_a_real_description_becomes_an_action(expected: dict[str, Any]) -> None:
    reading = real_reading(expected["file"])
    assert len(reading.actions) == expected["operations"]
    assert not [each for each in reading.dropped if each.code.startswith(("operation", "body", "response"))]
    methods = [action.method.lower() for action in reading.actions.values()]
    assert {method: methods.count(method) for method in set(methods)} == expected["by_method"]
    assert all(action.evidence[0].pointer for action in reading.actions.values())
    if not expected["security"]:
        assert "auth_unknown" in {each.code for each in reading.warnings}


@SPECS
def test_every_schema_of_a_real_description_is_sound(expected: dict[str, Any]) -> None:
    assert_sound(real_reading(expected["file"]))


@SPECS
def test_a_validator_exists_for_every_input_and_for_outputs(expected: dict[str, Any]) -> None:
    reading = real_reading(expected["file"])
    schemas: list[Any] = [action.input_schema for action in reading.actions.values()]
    schemas += [action.output_schema for action in list(reading.actions.values())[::40]]
    for schema in schemas:
        if schema is not None:
            bundled = bundle(schema, reading.definitions)
            jsonschema_rs.Draft202012Validator(
                bundled, validate_formats=True, pattern_options=jsonschema_rs.RegexOptions()
            )


@pytest.mark.parametrize(("name", "most"), [("api.github.com.json", 800), ("stripe.com.json", 1_800)])
def test_the_work_for_an_operation_does_not_grow_with_the_description(name: str, most: int) -> None:
    """Calls are counted, since time is the machine's: 500 and 1,250 an operation when this was written."""
    document = parse(real_bytes(name))
    profile = cProfile.Profile()
    profile.enable()
    reading = read(document, source_url="https://docs.example.test/x", base_url="https://api.test")
    profile.disable()
    calls = sum(entry.callcount for entry in profile.getstats())
    assert calls / len(reading.actions) <= most
