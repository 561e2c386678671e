"""What the benchmarks measure with says what it should."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from openapi_spec_validator import OpenAPIV31SpecValidator

from bench.importing import keep
from bench.lighthouse.__main__ import Result, Run, share_of
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


def test_a_page_that_waited_for_a_processor_is_told_from_a_slow_one() -> None:
    def task(thread: int, wall_ms: int, ran_ms: int) -> dict[str, Any]:
        return {"name": "RunTask", "pid": 1, "tid": thread, "dur": wall_ms * 1_000, "tdur": ran_ms * 1_000}

    called = {"name": "FunctionCall", "pid": 1, "tid": 7}
    assert share_of([called, task(7, 100, 25), task(7, 100, 75), task(7, 4, 0), task(8, 100, 0)]) == 0.5


def test_every_category_must_reach_the_goal() -> None:
    def result(*performance: int, seo: int = 100, share: float = 1.0) -> Result:
        rest = {"accessibility": 100, "best-practices": 100, "seo": seo}
        return Result(
            "add", "mobile", tuple(Run({"performance": one, **rest}, {}, 0.0, share) for one in performance), 3
        )

    assert result(90, 95, 96).is_good
    assert not result(90, 94, 96).is_good
    assert not result(99, 99, 99, seo=94).is_good
    assert result(99, share=0.4).is_disturbed
