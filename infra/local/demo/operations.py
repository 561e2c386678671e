"""From a request to a checked `Call`, by the shop's own description: find the operation, read its parameters, read
its body. What the description does not allow is refused here, so no operation checks its input a second time."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from . import account, orders, pets, reports
from .credentials import Identity
from .exchange import Request, Response
from .media import parse_form
from .problems import Problem
from .shop import Call, Shop

PERFORM: dict[str, Callable[[Shop, Call], Response]] = {
    "listPets": pets.list_pets,
    "createPet": pets.create_pet,
    "searchPets": pets.search_pets,
    "getPet": pets.get_pet,
    "replacePet": pets.replace_pet,
    "updatePet": pets.update_pet,
    "deletePet": pets.delete_pet,
    "downloadPhoto": pets.download_photo,
    "uploadPhoto": pets.upload_photo,
    "getPetNotes": pets.get_pet_notes,
    "getFeaturedPet": pets.get_featured_pet,
    "listOrders": orders.list_orders,
    "createOrder": orders.create_order,
    "getInventory": orders.get_inventory,
    "listEvents": reports.list_events,
    "createReport": reports.create_report,
    "getReport": reports.get_report,
    "whoami": account.whoami,
    "getSwitches": account.get_switches,
    "setSwitches": account.set_switches,
    "resetSwitches": account.reset_switches,
}
"""operationId → what performs it."""

METHODS = ("get", "put", "post", "patch", "delete")


@dataclass(frozen=True)
class Operation:
    """One described operation. `parameters` and `body` are as in the description, without references at the top."""

    id: str
    parameters: tuple[dict[str, Any], ...]
    body: dict[str, Any] | None
    scope: str


class Operations:
    """All operations of a description, ready to be found by method and path and to read their calls."""

    def __init__(self, description: dict[str, Any]) -> None:
        self._components = description["components"]
        self._paths: list[tuple[re.Pattern[str], dict[str, Operation]]] = []
        concrete_first = sorted(description["paths"].items(), key=lambda entry: entry[0].count("{"))
        for template, item in concrete_first:
            pattern = re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(template)))
            methods = {
                method.upper(): self._operation(item, item[method], description["security"])
                for method in METHODS
                if method in item
            }
            self._paths.append((pattern, methods))

    def find(self, method: str, path: str) -> tuple[Operation, dict[str, str]]:
        """The operation and the values in its path. Raises Problem 404, or 405 with `Allow`."""
        for pattern, methods in self._paths:
            match = pattern.fullmatch(path)
            if match and method in methods:
                return methods[method], match.groupdict()
            if match:
                allow = ", ".join(methods)
                raise Problem("method_not_allowed", f"Here one can {allow}.", headers=[("Allow", allow)])
        raise Problem("not_found", f"There is nothing at {path}.")

    def read_call(self, operation: Operation, request: Request, in_path: Mapping[str, str], identity: Identity) -> Call:
        """The checked input. Raises Problem 400, 415 or 422."""
        parameters = self._read_parameters(operation, request, in_path)
        body = self._read_body(operation.body["content"], request) if operation.body else None
        return Call(parameters, body, identity)

    def _operation(self, item: dict[str, Any], described: dict[str, Any], security: list[Any]) -> Operation:
        parameters = (*item.get("parameters", ()), *described.get("parameters", ()))
        alternatives = described.get("security", security)
        return Operation(
            id=described["operationId"],
            parameters=tuple(self._resolve(parameter) for parameter in parameters),
            body=described.get("requestBody"),
            scope=next(alternative["oauth2"][0] for alternative in alternatives if "oauth2" in alternative),
        )

    def _read_parameters(self, operation: Operation, request: Request, in_path: Mapping[str, str]) -> dict[str, Any]:
        values, errors = {}, []
        for parameter in operation.parameters:
            name, schema = parameter["name"], self._resolve(parameter["schema"])
            given = _given(parameter, request, in_path)
            if given:
                values[name] = _typed(given, schema["type"])
                errors += self._errors(schema, values[name], name)
            elif "default" in schema:
                values[name] = schema["default"]
        if errors:
            raise Problem("invalid_parameter", f"{errors[0]['pointer']}: {errors[0]['detail']}", errors)
        return values

    def _read_body(self, content: dict[str, Any], request: Request) -> Any:
        if request.media_type not in content:
            raise Problem("unsupported_media_type", f"Send the body as {' or '.join(content)}.")
        if request.media_type == "multipart/form-data":
            return parse_form(request.headers["content-type"], request.body)
        body = request.json()
        errors = self._errors(content[request.media_type]["schema"], body, "")
        if errors:
            raise Problem("invalid_body", f"{errors[0]['pointer'] or 'The body'}: {errors[0]['detail']}", errors)
        return body

    def _errors(self, schema: dict[str, Any], value: Any, pointer: str) -> list[dict[str, str]]:
        validator = Draft202012Validator({**schema, "components": self._components}, format_checker=FormatChecker())
        return [
            {"pointer": pointer + "".join(f"/{step}" for step in error.absolute_path), "detail": error.message[:200]}
            for error in validator.iter_errors(value)
        ]

    def _resolve(self, value: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in value:
            return value
        _, _, kind, name = value["$ref"].split("/")
        resolved: dict[str, Any] = self._components[kind][name]
        return resolved


def _given(parameter: dict[str, Any], request: Request, in_path: Mapping[str, str]) -> list[str]:
    name = parameter["name"]
    if parameter["in"] == "path":
        return [in_path[name]]
    if parameter["in"] == "query":
        return request.query.get(name, [])
    value = request.headers.get(name.lower())
    return [] if value is None else [value]


def _typed(given: list[str], kind: str) -> Any:
    """Text as what its schema says; left as text, for the schema to refuse, where it is not that."""
    if kind == "array":
        return given
    if kind == "integer" and re.fullmatch(r"-?[0-9]{1,18}", given[-1], re.ASCII):
        return int(given[-1])
    return given[-1]
