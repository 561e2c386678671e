"""What the benchmarks measure with says what it should."""

from __future__ import annotations

import copy
from pathlib import Path

from openapi_spec_validator import OpenAPIV31SpecValidator

from bench.importing import keep
from bench.roundtrip import differing, exported, spoilings
from bench.validator import Validator
from chalicelib.registry.upstream_document import upstream_document
from tests.registry.examples import described, reading
from tests.scraper.specs import real_key, real_reading

SMALL = described(
    {
        "/x/{id}": {
            "get": {
                "operationId": "getX",
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[a-z]+$"}}
                ],
                "responses": {"200": {"description": ""}},
            }
        }
    }
)


def test_the_faster_validator_judges_as_the_unchanged_one_does() -> None:
    documents = [upstream_document(exported(reading(SMALL)))]
    documents += [upstream_document(exported(real_reading(each["file"]))) for each in real_key()[:1]]
    for document in documents:
        for name, spoilt in [("sound", document), *spoilings(document)]:
            ours, theirs = (
                sorted(str(error.message) for error in kind(copy.deepcopy(spoilt)).iter_errors())
                for kind in (Validator, OpenAPIV31SpecValidator)
            )
            assert ours == theirs, name
            assert bool(ours) is (name != "sound"), name


def test_an_action_that_differs_is_noticed() -> None:
    before = reading(SMALL)
    assert differing(before, reading(SMALL)) == []
    changed = copy.deepcopy(SMALL)
    changed["paths"]["/x/{id}"]["get"]["summary"] = "Another"
    assert differing(before, reading(changed)) == ["get-x"]


def test_each_benchmark_keeps_the_others_part_of_the_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    keep(page, "# One\n1\n", title="# One")
    keep(page, "# Two\n## Part\n2\n", title="# Two")
    keep(page, "# One\nnew\n", title="# One")
    assert page.read_text() == "# One\nnew\n\n# Two\n## Part\n2\n"
