"""A description in several files, by address or in a zip, is read as one; and nothing else is."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from chalicelib.errors import (
    DocumentError,
    DocumentTooComplex,
    DocumentTooLarge,
    MalformedDocument,
    NotOpenApi,
    SourceUnreachable,
    WaygateError,
)
from chalicelib.scraper import archives, bundling, sources
from chalicelib.scraper.document import parse
from chalicelib.scraper.reader import Reading, read
from chalicelib.settings import Caps
from tests.scraper.specs import codes, described

HERE = "https://docs.example.test/v1/openapi.json"
MAIN: dict[str, Any] = described(
    {
        "/pets": {"$ref": "paths/pets.yaml"},
        "/owners": {
            "post": {
                "operationId": "addOwner",
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "models.json#/Owner"}}}},
            }
        },
    }
)
FILES: dict[str, Any] = {
    "paths/pets.yaml": {
        "get": {
            "operationId": "listPets",
            "parameters": [{"$ref": "../parameters.yaml#/limit"}],
            "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "../models.json#/Pet"}}}}},
        }
    },
    "parameters.yaml": {"limit": {"name": "limit", "in": "query", "schema": {"type": "integer"}}},
    "models.json": {
        "Pet": {"type": "object", "properties": {"owner": {"$ref": "#/Owner"}, "next": {"$ref": "models.json#/Pet"}}},
        "Owner": {"type": "object", "properties": {"name": {"type": "string", "example": {"$ref": "nowhere.json"}}}},
    },
}


class Web:
    """Files by their address; counts what was asked for."""

    def __init__(self, files: dict[str, Any], base: str = "https://docs.example.test/v1/") -> None:
        self.files = {base + name: json.dumps(content).encode() for name, content in files.items()}
        self.asked: list[str] = []

    def __call__(self, locations: list[str]) -> dict[str, bytes | WaygateError]:
        self.asked += locations
        return {each: self.files.get(each, SourceUnreachable(f"{each} answered 404.")) for each in locations}


def bundled(document: dict[str, Any], web: Any) -> tuple[Reading, bundling.Bundle]:
    found = bundling.bundle(json.loads(json.dumps(document)), HERE, web)
    return read(found.document, source_url=HERE, notes=found.notes), found


def zipped(files: dict[str, Any]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content if isinstance(content, str | bytes) else json.dumps(content))
    return packed.getvalue()


def test_every_file_is_read_once_and_leads_into_the_others() -> None:
    web = Web(FILES)
    reading, found = bundled(MAIN, web)
    assert sorted(web.asked) == sorted(web.files)
    assert found.files == 3
    assert set(reading.actions) == {"list-pets", "add-owner"}
    assert set(reading.actions["list-pets"].bindings) == {"limit"}
    assert set(reading.actions["add-owner"].bindings) == {"name"}
    names = {name.rsplit("-", 1)[0]: schema for name, schema in reading.definitions.items()}
    assert set(names) == {"Pet", "Owner"}
    assert not codes(reading) & {"external_ref", "file_unread", "reference_missing"}


def test_evidence_names_the_file_that_a_fact_stands_in() -> None:
    reading, _ = bundled(MAIN, Web(FILES))
    evidence = {each.field: each for each in reading.actions["list-pets"].evidence}
    assert (evidence["operation"].url, evidence["operation"].pointer) == (
        "https://docs.example.test/v1/paths/pets.yaml", "/get",
    )  # fmt: skip
    assert reading.actions["add-owner"].evidence[0].url == HERE


def test_a_swagger_2_description_may_have_several_files_too() -> None:
    document = {
        "swagger": "2.0",
        "host": "api.example.test",
        "schemes": ["https"],
        "paths": {
            "/pets": {"$ref": "pets.json#/item"},
            "/own": {"post": {"parameters": [{"name": "b", "in": "body", "schema": {"$ref": "pets.json#/Pet"}}]}},
        },
    }
    item = {"get": {"operationId": "listPets", "responses": {"200": {"schema": {"$ref": "#/Pet"}}}}}
    pet = {"type": "object", "properties": {"name": {"type": "string", "x-nullable": True}, "p": {"$ref": "#/Pet"}}}
    reading, _ = bundled(document, Web({"pets.json": {"item": item, "Pet": pet}}))
    assert set(reading.actions) == {"list-pets", "post-own"}
    (schema,) = reading.definitions.values()
    assert schema["properties"]["name"] == {"type": ["string", "null"]}
    assert set(reading.actions["post-own"].bindings) == {"name", "p"}


@pytest.mark.parametrize(
    ("ref", "says"),
    [
        ("https://evil.test/x.json", "not of the same origin"),
        ("http://docs.example.test/x.json", "not of the same origin"),
        ("file:///etc/passwd", "not of the same origin"),
        ("//evil.test/x.json", "not of the same origin"),
        ("missing.json#/X", "answered 404"),
        ("list.json", "is a list"),
    ],
)
def test_what_cannot_or_must_not_be_read_is_said_and_sinks_nothing(ref: str, says: str) -> None:  # A13
    web = Web({"list.json": [1]})
    schema = {"type": "object", "properties": {"a": {"$ref": ref}, "b": {"type": "string"}}}
    body = {"requestBody": {"content": {"application/json": {"schema": schema}}}}
    reading, found = bundled(described({"/x": {"post": body}}), web)
    assert set(reading.actions["post-x"].bindings) == {"a", "b"}
    assert [code for code, _, _ in found.notes] == ["file_unread"]
    assert says in found.notes[0][2]
    assert {"file_unread", "external_ref"} <= codes(reading)
    assert all(each.startswith("https://docs.example.test/") for each in web.asked)


def test_files_are_bounded_in_number_size_and_time(monkeypatch: pytest.MonkeyPatch) -> None:  # A13
    many = {f"{n}.json": {"$ref": f"{n + 1}.json"} for n in range(bundling.MOST_FILES + 20)}
    start = described({"/x": {"$ref": "0.json"}, "/y": {"get": {}}})
    web = Web(many)
    reading, found = bundled(start, web)
    assert len(web.asked) == found.files == bundling.MOST_FILES
    assert "file_unread" in codes(reading)
    ticks = iter(range(0, 100_000, 5))
    found = bundling.bundle(json.loads(json.dumps(start)), HERE, Web(many), clock=lambda: next(ticks))
    assert 0 < found.files < 10
    monkeypatch.setattr(Caps, "DOCUMENT_BYTES", 200)
    found = bundling.bundle(json.loads(json.dumps(start)), HERE, Web(many))
    assert 0 < found.files < 15


def test_files_in_a_circle_end() -> None:
    web = Web(
        {"a.json": {"get": {"responses": {"200": {"$ref": "b.json#/r"}}}}, "b.json": {"r": {"$ref": "b.json#/r"}}}
    )
    reading, _ = bundled(described({"/x": {"$ref": "a.json"}}), web)
    assert set(reading.actions) == {"get-x"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"$ref": "#/a"}', False),
        ('{"$ref": "a.json"}', True),
        ('{"$ref" : "a.json"}', True),
        ("$ref: '#/a'", False),
        ("$ref: a.yaml", True),
        ("'$ref': \"./a.yaml#/b\"", True),
        ("a: b", False),
    ],
)
def test_one_look_at_the_text_tells_whether_other_files_are_needed(text: str, expected: bool) -> None:
    assert bundling.leads_out(text.encode()) is expected


def test_a_zip_is_read_from_its_likeliest_file() -> None:
    files = {
        "__MACOSX/openapi.json": MAIN,
        "api/README.md": "openapi: 3.0.0",
        "api/openapi.yaml": MAIN,
        **{f"api/{name}": content for name, content in FILES.items()},
        "api/examples/deep/openapi.json": MAIN,
    }
    found = sources.from_bytes(zipped(files), "upload:upl_1")
    assert (found.url, found.files) == ("upload:upl_1!api/openapi.yaml", 4)
    assert [code for code, _, _ in found.notes] == ["archive_entry"]
    reading = read(parse(found.data), source_url=found.url, notes=found.notes)
    assert set(reading.actions) == {"list-pets", "add-owner"}
    assert reading.actions["list-pets"].evidence[0].url == "upload:upl_1!api/paths/pets.yaml"
    assert "archive_entry" in codes(reading)


def test_a_reference_never_leads_out_of_a_zip() -> None:
    paths = {f"/{n}": {"$ref": ref} for n, ref in enumerate(["../../etc/passwd", "/etc/passwd", "file:///etc/passwd"])}
    outside = {"../up.json": {"get": {}}, "/abs.json": {"get": {}}}
    data = zipped({"openapi.json": described({**paths, "/ok": {"get": {}}, "/up": {"$ref": "../up.json"}}), **outside})
    found = sources.from_bytes(data, "upload:upl_1")
    reading = read(parse(found.data), source_url=found.url, notes=found.notes)
    assert set(reading.actions) == {"get-ok"}
    assert len([1 for code, _, _ in found.notes if code == "file_unread"]) == 4


def _encrypted() -> bytes:
    data = bytearray(zipped({"openapi.json": MAIN}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def _lying() -> bytes:
    """A zip whose file unpacks to 10 MB and says that it has 40 bytes."""
    data = bytearray(zipped({"openapi.json": b'{"openapi": "3.0.0", "x": "' + b"0" * 10_000_000 + b'"}'}))
    central = data.index(b"PK\x01\x02")
    data[central + 24 : central + 28] = (40).to_bytes(4, "little")
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (zipped({"a.json": b" " * 40_000_000, "b.json": b" " * 40_000_000}), DocumentTooLarge),
        (zipped({f"{n}.json": "" for n in range(5_001)}), DocumentTooComplex),
        (zipped({"package.json": {"name": "x"}}), NotOpenApi),
        (zipped({"x.txt": "openapi: 3.0.0"}), NotOpenApi),
        (zipped({"openapi.json": MAIN})[:-30], MalformedDocument),
        (zipped({"openapi.json": MAIN})[:60], MalformedDocument),
        (b"PK\x03\x04", MalformedDocument),
        (_encrypted(), MalformedDocument),
        (_lying(), DocumentError),
    ],
    ids=["bomb", "many", "none", "text", "cut", "stub", "magic", "encrypted", "lying"],
)
def test_a_bad_zip_is_refused(data: bytes, error: type[DocumentError]) -> None:  # D1
    with pytest.raises(error):
        parse(sources.from_bytes(data, "upload:upl_1").data)


def test_a_link_in_a_zip_is_no_file() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        link = zipfile.ZipInfo("openapi.json")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("spec.json", json.dumps(MAIN))
    assert archives.Archive(packed.getvalue()).paths == ["spec.json"]


def test_integers_of_any_size_survive_the_joining() -> None:
    big = described({"/x": {"$ref": "x.json"}}, **{"x-big": 10**30})
    item = {"get": {"parameters": [{"name": "n", "in": "query", "schema": {"maximum": 10**30}}]}}
    found = sources.from_bytes(zipped({"openapi.json": big, "x.json": item}), "upload:upl_1")
    reading = read(parse(found.data), source_url=found.url)
    assert reading.actions["get-x"].input_schema["properties"]["n"]["maximum"] == 10**30
