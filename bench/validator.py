"""openapi-spec-validator 0.9 for OpenAPI 3.1, as it is but for two costs that would make whole collections infeasible.

Its walk over the document, its rules and its own check of the document against the official schema (by jsonschema-rs)
are used as they are. What is done otherwise:

- What it has seen already it notes in lists, and looks for there: a set makes 22,000 operations linear.
- Each schema is held against the meta-schema by `jsonschema` in Python. Here jsonschema-rs does it first, with the same
  meta-schema, and the patterns are checked by the same format checker, each once. Where either objects, the
  validator's own check is asked, and its word is the one that counts.

`bench.importing` runs the unchanged validator beside it on a sample, and on documents spoilt on purpose: both must say
the same.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any, Final

import jsonschema_rs
from openapi_schema_validator import OAS31_BASE_DIALECT_ID, oas31_format_checker
from openapi_schema_validator._specifications import REGISTRY
from openapi_spec_validator import OpenAPIV31SpecValidator
from openapi_spec_validator.validation import keywords

_DRAFT: Final = "https://json-schema.org/draft/2020-12/"
_PARTS: Final = (
    "schema", *(f"meta/{name}" for name in (
        "core", "applicator", "unevaluated", "validation", "meta-data", "format-annotation", "content")),
)  # fmt: skip


class _Seen(set[Any]):
    """A set where the validator has a list."""

    append = set.add


class _Operations(keywords.OperationValidator):
    def __init__(self, registry: Any) -> None:
        super().__init__(registry)
        self.operation_ids_registry: Any = _Seen()


class _Schemas(keywords.OpenAPIV31SchemaValidator):
    def __init__(self, registry: Any) -> None:
        super().__init__(registry)
        self.visited_schema_ids: Any = _Seen()
        self.meta_checked_schema_ids: Any = _Seen()

    def _get_schema_checker(self, schema: Any, schema_value: Any) -> Callable[[Any], None]:
        theirs: Callable[[Any], None] = super()._get_schema_checker(schema, schema_value)

        def check(value: Any) -> None:
            if not (_meta_schema().is_valid(value) and all(map(_is_sound, _texts_with_format(value)))):
                theirs(value)

        return check


class Validator(OpenAPIV31SpecValidator):
    """`OpenAPIV31SpecValidator`, faster; see the module."""

    keyword_validators = {  # noqa: RUF012 (as in the class that it extends)
        **OpenAPIV31SpecValidator.keyword_validators,
        "operation": _Operations,
        "schema": _Schemas,
    }


@functools.cache
def _meta_schema() -> Any:
    """The base dialect of OpenAPI 3.1 (its Schema Object), compiled."""
    resources = {uri: REGISTRY[uri].contents for uri in (*(_DRAFT + part for part in _PARTS), *_of_openapi())}
    registry = jsonschema_rs.Registry(list(resources.items()))
    return jsonschema_rs.Draft202012Validator(
        resources[OAS31_BASE_DIALECT_ID], registry=registry, validate_formats=False
    )


def _of_openapi() -> Iterator[str]:
    return (uri for uri in REGISTRY if "oas/3.1/" in uri)


def _texts_with_format(schema: Any) -> Iterator[tuple[str, str]]:
    """``(format, text)`` of whatever looks like a keyword that the meta-schema gives a format to."""
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            for key, value in node.items():
                if key == "pattern" and isinstance(value, str):
                    yield "regex", value
                elif key in ("$ref", "$dynamicRef", "$id") and isinstance(value, str):
                    yield "uri-reference", value
                elif key == "patternProperties" and isinstance(value, dict):
                    yield from (("regex", name) for name in value)
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node


@functools.lru_cache(maxsize=100_000)
def _is_sound(text: tuple[str, str]) -> bool:
    return bool(oas31_format_checker.conforms(text[1], text[0]))
