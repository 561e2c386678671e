"""Do the examples of a description fit the schemas beside them? Disagreements are warnings, never more.

Looked at are the examples of parameters and properties of the body, of definitions that actions use, and of JSON
bodies of requests and answers. It stands outside of reading, and is bounded in checks and in CPU time: a validator for
an answer of a large API costs tens of milliseconds, the whole reading of an operation a half.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, Final

from chalicelib.registry.closure import bundle, closure
from chalicelib.registry.models import ActionFacts
from chalicelib.registry.validation import UnusableSchema, compile_schema, faults
from chalicelib.scraper.bodies import is_json, preferred
from chalicelib.scraper.findings import Finding, Findings, Unusable
from chalicelib.scraper.reader import Reading
from chalicelib.scraper.references import References, escape

MOST_SECONDS: Final = 3.0  # of CPU
MOST_WARNINGS: Final = 200
_MOST_DEFINITIONS: Final = 300  # that one schema needs; beyond it costs too much to compile for an example
_PER_SCHEMA: Final = 3
Check = tuple[Any, Any, str]  # a schema, an example, and the example's pointer in the source


def check(
    reading: Reading, *, clock: Callable[[], float] = time.thread_time, most_seconds: float = MOST_SECONDS
) -> list[Finding]:
    """A warning for each example that does not fit, and one if there was more than could be looked at."""
    found: list[Finding] = []
    until = clock() + most_seconds
    checked, left_out = 0, 0
    for schema, example, pointer in _checks(reading):
        if clock() > until or len(found) >= MOST_WARNINGS:
            left_out += 1
            continue
        checked += 1
        if (wrong := _disagreement(schema, example, reading.definitions)) is not None:
            found.append(Finding("example_mismatch", pointer, wrong[:500]))
    if left_out:
        found.append(Finding("opinions_cut", "", f"{checked:,} examples were checked, {left_out:,} were not."))
    return found


def _checks(reading: Reading) -> Iterator[Check]:
    """Every example with its schema; the cheap ones first."""
    for facts in reading.actions.values():
        where = next((each.pointer for each in facts.evidence if each.pointer), "")
        for schema in facts.input_schema.get("properties", {}).values():
            yield from _own(schema, where)
    for name, schema in reading.definitions.items():
        yield from _own(schema, reading.normal.places.of(f"/components/schemas/{escape(name)}"))
    references = References(reading.normal.document, Findings())
    for name, facts in reading.actions.items():
        yield from _of_operation(facts, reading, name, references)


def _own(schema: Any, pointer: str) -> Iterator[Check]:
    """The examples that a schema carries itself."""
    if isinstance(schema, dict):
        for example in schema.get("examples", ())[:_PER_SCHEMA]:
            yield schema, example, pointer


def _of_operation(facts: ActionFacts, reading: Reading, name: str, references: References) -> Iterator[Check]:
    """The examples of an operation's bodies."""
    operation = reading.operations.get(name)
    paths = reading.normal.document.get("paths", {})
    if operation is None or not isinstance(paths.get(operation.path), dict):
        return
    method = operation.method.lower()
    pointer = f"/paths/{escape(operation.path)}"
    try:
        item, pointer = references.follow(paths[operation.path], pointer, "operation_unresolved")
    except Unusable:
        return
    node = item[method]
    if facts.body_media_type and is_json(facts.body_media_type):
        schema = _body_schema(facts)
        for example, where in _shown(node.get("requestBody"), f"{pointer}/{method}/requestBody", references):
            yield schema, example, reading.normal.places.of(where)
    responses = node.get("responses")
    if facts.output_schema is not None and isinstance(responses, dict):
        for status, response in responses.items():
            if str(status)[:1] == "2":
                where = f"{pointer}/{method}/responses/{escape(str(status))}"
                for example, place in _shown(response, where, references):
                    yield facts.output_schema, example, reading.normal.places.of(place)


def _body_schema(facts: ActionFacts) -> dict[str, Any]:
    """What the body of a request is, put together again from the flat input."""
    properties = facts.input_schema.get("properties", {})
    in_body = [(name, b.name) for name, b in facts.bindings.items() if b.place == "body" and name in properties]
    members = {sent: properties[name] for name, sent in in_body}
    if list(members) == [""]:
        return dict(members[""])
    wanted = facts.input_schema.get("required", ())
    required = [sent for name, sent in in_body if name in wanted]
    return {"type": "object", "properties": members, "required": required}


def _shown(node: Any, pointer: str, references: References) -> Iterator[tuple[Any, str]]:
    """The examples of the JSON that a Request Body or Response Object describes, each with its pointer."""
    if node is None:
        return
    try:
        body, pointer = references.follow(node, pointer, "body_unusable")
        content = body.get("content")
        chosen = preferred(content)
        if content is None or chosen is None or not is_json(chosen) or not isinstance(content[chosen], dict):
            return
        media, where = content[chosen], f"{pointer}/content/{escape(chosen)}"
        if "example" in media:
            yield media["example"], f"{where}/example"
        named = media.get("examples")
        for name, each in list(named.items())[:_PER_SCHEMA] if isinstance(named, dict) else ():
            shown, place = references.follow(each, f"{where}/examples/{escape(str(name))}", "body_unusable")
            if "value" in shown:
                yield shown["value"], f"{place}/value"
    except Unusable:
        return


def _disagreement(schema: Any, example: Any, definitions: dict[str, Any]) -> str | None:
    """How an example does not fit; None where it does, or cannot be judged."""
    if isinstance(example, str) and isinstance(schema, dict) and schema.get("type") not in ("string", None):
        return None if _is_written(example, schema) else f"{example[:100]!r} is a text."
    if len(closure(schema, definitions)) > _MOST_DEFINITIONS:
        return None
    try:
        compiled = compile_schema(bundle(schema, definitions))
    except UnusableSchema:
        return None
    return "; ".join(f"{each['pointer'] or '/'} {each['detail']}" for each in faults(compiled, example)[:3]) or None


def _is_written(example: str, schema: dict[str, Any]) -> bool:
    """Whether a text is how people write a value of another type, such as ``"5"`` or ``"a,b"``: no news to anybody."""
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return (
        "string" in kinds or "array" in kinds or (example.strip("-").replace(".", "", 1).isdigit() or example in _WORDS)
    )


_WORDS: Final = ("true", "false", "null", "")
