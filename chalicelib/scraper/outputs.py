"""The output of an action: what its successful responses say about their JSON (OpenAPI 3.1, section 4.8.16)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalicelib.scraper.bodies import is_json
from chalicelib.scraper.findings import Findings, Unusable
from chalicelib.scraper.pieces import Converted
from chalicelib.scraper.references import References, escape
from chalicelib.scraper.schemas import Schemas


@dataclass(frozen=True, slots=True)
class Output:
    """A schema (None where nothing is known, or nothing comes), and where it was read."""

    schema: Any = None
    refs: frozenset[str] = frozenset()
    pointer: str | None = None


class Outputs:
    """Reads the responses of one document."""

    def __init__(self, references: References, schemas: Schemas, findings: Findings) -> None:
        self._references = references
        self._schemas = schemas
        self._findings = findings

    def read(self, responses: Any, pointer: str) -> Output:
        """The schema of the JSON that the 2xx responses (if there are none: `default`) of an operation carry.

        Several that differ become one `anyOf`.
        """
        if not isinstance(responses, dict):
            return Output()
        statuses = sorted(status for status in map(str, responses) if status[:1] == "2" and len(status) == 3)
        found: list[tuple[Converted, str]] = []
        for status in statuses or ["default"]:
            node = responses.get(status)
            if node is not None and (read := self._content(node, f"{pointer}/{escape(status)}")) is not None:
                found.append(read)
        if not found:
            return Output()
        different = {repr(converted.schema): converted for converted, _ in found} if len(found) > 1 else {}
        if len(different) <= 1:
            converted, where = found[0]
            return Output(converted.schema, converted.refs, where)
        refs = frozenset[str]().union(*(converted.refs for converted in different.values()))
        return Output({"anyOf": [converted.schema for converted in different.values()]}, refs, pointer)

    def _content(self, node: Any, pointer: str) -> tuple[Converted, str] | None:
        try:
            response, pointer = self._references.follow(node, pointer, "response_unresolved")
        except Unusable as error:
            self._findings.add(error.finding.code, error.finding.pointer, error.finding.detail)
            return None
        content = response.get("content")
        if not isinstance(content, dict):
            return None
        for media_type, media in content.items():
            if isinstance(media, dict) and "schema" in media and is_json(str(media_type)):
                where = f"{pointer}/content/{escape(media_type)}/schema"
                return self._schemas.inline(media["schema"], where), where
        return None
