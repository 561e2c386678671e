"""One Operation Object → one action (OpenAPI 3.1, section 4.8.10)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pydantic import ValidationError

from chalicelib.auth.schemes import AuthScheme, reserved_names
from chalicelib.registry.models import ActionFacts, Behaviour, Evidence
from chalicelib.scraper import bodies, evidence, inputs, naming, queries
from chalicelib.scraper.findings import Findings, Unusable
from chalicelib.scraper.normalise import Places
from chalicelib.scraper.outputs import Output, Outputs
from chalicelib.scraper.parameters import Parameters, Property, binding, overridden
from chalicelib.scraper.pieces import Draft
from chalicelib.scraper.references import References
from chalicelib.scraper.schemas import Schemas
from chalicelib.scraper.security import Need

_BEHAVIOUR: Final[dict[str, Behaviour]] = {
    "get": "read", "head": "read", "options": "read", "trace": "read",
    "post": "create", "put": "update", "patch": "update", "delete": "delete",
}  # fmt: skip
_TAG_UNUSABLE: Final = re.compile(r"[^a-zA-Z0-9 _.:/-]+")
_PATTERN_IN_PATH: Final = re.compile(r"\{([^{}:!]+)[:!][^{}]*\}")  # `{id:[0-9]+}`, as frameworks have it
_MOST_TAGS: Final = 50
_NEEDED: Final = Need()


@dataclass(frozen=True, slots=True)
class Source:
    """Where the description came from; goes into evidence. `is_ours`: our merge made it of pages, with quotes."""

    url: str
    page_hash: str | None
    places: Places = field(default_factory=Places)
    is_ours: bool = False

    def evidence(self, name: str, pointer: str, quote: str | None = None) -> Evidence:
        """That the fact `name` stands at `pointer` of the normalised document."""
        url, place = self.url, self.places.of(pointer)
        if not place.startswith("/"):  # in another file of a bundle
            file, _, place = place.partition("#")
            url = file if "://" in file else f"{url.rsplit('!', 1)[0]}!{file}"
        return Evidence(field=name, url=url[:2048], pointer=place, quote=quote, page_hash=self.page_hash)


class OperationReader:
    """Reads the operations of one document."""

    def __init__(
        self, references: References, schemas: Schemas, findings: Findings, auth: AuthScheme, source: Source
    ) -> None:
        self._references = references
        self._schemas = schemas
        self._findings = findings
        self._source = source
        self._reserved = reserved_names(auth)
        self._parameters = Parameters(references, schemas, findings)
        self._outputs = Outputs(references, schemas, findings)
        self._tags: dict[str, str | None] = {}

    def read(
        self, path: str, node: dict[str, Any], item: dict[str, Any], pointer: str, needed: Need = _NEEDED
    ) -> Draft:
        """The action of the operation at `pointer`; `item` is the Path Item Object around it. Raises `Unusable`.

        `needed` is the credential that it asks for.
        """
        method = pointer.rsplit("/", 1)[1]
        template, query = self._template(path, pointer)
        parameters = self._fitted(
            template,
            query,
            overridden(
                self._parameters.read(item.get("parameters"), f"{pointer.rsplit('/', 1)[0]}/parameters"),
                self._parameters.read(node.get("parameters"), f"{pointer}/parameters"),
                self._findings,
            ),
            pointer,
        )
        body = self._body(node.get("requestBody"), f"{pointer}/requestBody")
        asked = inputs.flatten(parameters, body, self._reserved, self._findings)
        output = self._outputs.read(node.get("responses"), f"{pointer}/responses")
        summary, description = _text(node.get("summary"), 1000), _text(node.get("description"), 100_000)
        try:
            action = ActionFacts(
                title=_text(node.get("x-waygate-title"), 300) or summary[:300] or _humanised(node, method, path),
                summary=summary or _first_sentence(description),
                description=description,
                method=method.upper(),
                path=template,
                auth=needed.auth,
                tags=self._tags_of(node.get("tags"), pointer),
                behaviour=_behaviour(node.get("x-waygate-behaviour"), method),
                idempotency_header=asked.idempotency_header,
                deprecated=node.get("deprecated") is True,
                input_schema=asked.schema,
                bindings=asked.bindings,
                constants=(*query.constants, *asked.constants),
                body_media_type=body.media_type if body else None,
                output_schema=output.schema,
                evidence=evidence.of_operation(node, pointer)
                if self._source.is_ours
                else self._evidence(pointer, body, output, needed),
            )
        except ValidationError as error:
            problem = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in problem["loc"])
            raise Unusable("operation_invalid", pointer, f"{where}: {problem['msg']}") from None
        return Draft(action, asked.refs, output.refs, pointer)

    def _template(self, path: str, pointer: str) -> tuple[str, queries.Query]:
        """The path template as it can be sent, and what stood in its query."""
        template, hash_sign, _ = path.partition("#")
        if hash_sign:
            self._findings.add("path_fragment_removed", pointer, path)
        try:
            template, query = queries.split(template)
        except ValueError as error:
            raise Unusable("operation_invalid", pointer, f"{error}: {path[:200]}") from None
        if query != queries.NONE:
            self._findings.add("path_query_moved", pointer, path)
        repaired = re.sub(r"\s", "%20", _PATTERN_IN_PATH.sub(lambda found: f"{{{found[1].strip()}}}", template).strip())
        if not repaired.startswith("/"):
            repaired = f"/{repaired}"
        if repaired != template:
            self._findings.add("path_repaired", pointer, f"{path[:200]!r} is read as {repaired[:200]!r}.")
        without = re.sub(r"\{[^{}]+\}", "", repaired)
        if "{" in without or "}" in without:
            raise Unusable("operation_invalid", pointer, f"The braces of the path do not match: {path[:200]}")
        return repaired, query

    def _fitted(self, template: str, query: queries.Query, declared: list[Property], pointer: str) -> list[Property]:
        """`declared`, with exactly the path parameters that the template names, and those of its query."""
        wanted = list(dict.fromkeys(inputs.placeholders(template)))
        fitted: list[Property] = []
        for each in queries.applied(query, declared, wanted, pointer):
            bare = each.binding.name.split(":")[0].strip()
            if each.binding.place != "path" or each.binding.name in wanted:
                fitted.append(each)
            elif bare in wanted:  # it is declared with its pattern
                fitted.append(replace(each, binding=binding("path", bare)))
            else:
                self._findings.add(
                    "path_parameter_unused", each.pointer, f"`{each.binding.name}` is not in {template}."
                )
        missing = [name for name in wanted if not any(each.key == ("path", name) for each in fitted)]
        for name in missing:
            if len(name) > 200:
                raise Unusable("operation_invalid", pointer, "A path parameter's name is longer than 200 characters.")
            self._findings.add("path_parameter_added", pointer, f"`{name}` in {template}.")
            fitted.append(Property({"type": "string"}, binding("path", name), True, frozenset(), pointer))
        return fitted

    def _body(self, node: Any, pointer: str) -> bodies.Body | None:
        if node is None:
            return None
        try:
            return bodies.read(node, pointer, self._references, self._schemas)
        except Unusable as error:
            self._findings.add(error.finding.code, error.finding.pointer, error.finding.detail)
            return None

    def _evidence(self, pointer: str, body: bodies.Body | None, output: Output, needed: Need) -> tuple[Evidence, ...]:
        places = (("operation", pointer), ("input_schema", body and body.pointer), ("output_schema", output.pointer))
        found = [self._source.evidence(name, place) for name, place in places if place]
        if needed.says is not None:
            if needed.code is not None:
                self._findings.add(needed.code, f"{pointer}/security", needed.says)
            found.append(self._source.evidence("security", f"{pointer}/security", needed.says))
        return tuple(found)

    def _tags_of(self, tags: Any, pointer: str) -> tuple[str, ...]:
        kept: dict[str, None] = {}
        for tag in tags if isinstance(tags, list) else ():
            text = tag if isinstance(tag, str) else str(tag)[:100]
            if text not in self._tags:
                self._tags[text] = _tag(text)
            usable = self._tags[text]
            if usable is None:
                self._findings.add("tag_unusable", f"{pointer}/tags", repr(text[:100]))
            else:
                kept[usable] = None
        return tuple(kept)[:_MOST_TAGS]


def _tag(text: str) -> str | None:
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    cleaned = " ".join(_TAG_UNUSABLE.sub(" ", ascii_text).split()).lstrip(" _.:/-")[:63].strip()
    return cleaned or None


def _text(value: Any, most: int) -> str:
    return value.strip()[:most].rstrip() if isinstance(value, str) else ""


def _behaviour(said: Any, method: str) -> Behaviour:
    """What a call does: as an export of ours says it, else as its method has it."""
    return said if said in _BEHAVIOUR.values() else _BEHAVIOUR[method]


def _humanised(node: Mapping[str, Any], method: str, path: str) -> str:
    operation_id = node.get("operationId")
    words = naming.kebab(operation_id) if isinstance(operation_id, str) else ""
    return (words.replace("-", " ").capitalize() or f"{method.upper()} {path}")[:300]


def _first_sentence(description: str) -> str:
    first = re.split(r"\n\s*\n|(?<=[.!?])\s", description, maxsplit=1)[0]
    return " ".join(first.split())[:300].rstrip()
