"""`waygate list`, `show`, `reset-breaker` and `delete`: what there is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer

from cli.client import Api, open_api
from cli.failures import Failure, Misuse
from cli.inputs import property_schema, schema_types
from cli.options import AsJson, Integration, Url, Yes
from cli.output import Cell, is_interactive, out


def list_(
    integration: Annotated[
        str | None, typer.Argument(metavar="INTEGRATION", help="List this integration's actions.", show_default=False)
    ] = None,
    query: Annotated[
        str | None,
        typer.Option("-q", "--query", metavar="WORDS", help="Only actions with all these words.", show_default=False),
    ] = None,
    tag: Annotated[
        str | None, typer.Option(metavar="TAG", help="Only actions with this tag.", show_default=False)
    ] = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """List integrations; or actions, of one integration or that match.

    Example: `waygate list demo -q pets`
    """
    api = open_api(url)
    if integration is None and query is None and tag is None:
        _integrations(api, as_json)
        return
    if integration is not None:
        api.get("integrations", integration)  # a list does not say that there is no such integration
    found = list(api.pages("actions", integration=integration, q=query, tag=tag))
    if as_json:
        out.result({"data": found})
        return
    rows = [(_place(action, integration), action["method"], action["path"], _line(action)) for action in found]
    _table(
        ("ACTION", "METHOD", "PATH", "SUMMARY"),
        rows,
        "No action matches." if query or tag else "It has no actions yet.",
    )


def show(
    target: Annotated[
        str,
        typer.Argument(
            metavar="INTEGRATION[/ACTION]", help="An integration, or one of its actions.", show_default=False
        ),
    ],
    action: Annotated[
        str | None,
        typer.Argument(metavar="ACTION", help="The action, if not given with a slash.", show_default=False),
    ] = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Show an integration, or an action with its inputs.

    Example: `waygate show demo/get-pet`
    """
    integration, slash, name = target.partition("/")
    if slash and action is not None:
        raise Misuse("The action is given twice.")
    name = name or action or ""
    api = open_api(url)
    if not name:
        _show_integration(api, integration, as_json)
        return
    found = api.get("actions", integration, name, include="output_schema" if as_json else None)
    if as_json:
        out.result(found)
    else:
        _show_action(found)


def delete(integration: Integration, yes: Yes = False, url: Url = None, as_json: AsJson = False) -> None:
    """Delete an integration with its actions and connections.

    Example: `waygate delete shop --yes`
    """
    if not yes:
        if not is_interactive():
            raise Misuse(f"Deleting {integration} deletes its actions and credentials.", fix="Add --yes.")
        if not typer.confirm(f"Delete {integration} with its actions and credentials?", err=True):
            raise Failure("Nothing was deleted.")
    open_api(url).send("DELETE", "integrations", integration, answer_s=120)
    if as_json:
        out.result({"integration": integration, "deleted": True})
    else:
        out.say(f"{integration} deleted.")


def reset_breaker(integration: Integration, url: Url = None, as_json: AsJson = False) -> None:
    """Call an integration's upstream again at once, although it has kept failing or asked to be left alone.

    Example: `waygate reset-breaker demo`
    """
    done = open_api(url).send("POST", "integrations", integration, "reset-breaker").json()
    if as_json:
        out.result(done)
    else:
        out.say(f"The circuit breaker of {integration} is closed and no cool-down holds: calls go out again.")


def _integrations(api: Api, as_json: bool) -> None:
    found = list(api.pages("integrations"))
    if as_json:
        out.result({"data": found})
        return
    rows: list[tuple[Cell, ...]] = [
        (one["name"], one["title"], one["auth"]["type"], str(one["connections"]), _state(one), one["base_url"])
        for one in found
    ]
    empty = "No integrations yet. Next: waygate add FILE|URL"
    _table(("INTEGRATION", "TITLE", "AUTH", "CONNECTIONS", "STATE", "BASE URL"), rows, empty)


def _table(columns: tuple[str, ...], rows: Sequence[Sequence[Cell]], empty: str) -> None:
    if rows:
        out.table(columns, rows)
    else:
        out.note(empty)


def _state(integration: dict[str, Any]) -> Cell:
    colour = {"ready": "green", "degraded": "red"}.get(integration["state"], "yellow")
    return (integration["state"].replace("_", " "), colour)


def _breaker(breaker: dict[str, Any]) -> str | None:
    """Said only where it holds back calls."""
    if breaker["state"] == "closed":
        return None
    return f"{breaker['state'].replace('_', '-')} for {', '.join(breaker['origins'])}, next try {breaker['retry_at']}"


def _place(action: dict[str, Any], integration: str | None) -> str:
    return str(action["name"]) if integration else f"{action['integration']}/{action['name']}"


def _line(action: dict[str, Any]) -> str:
    return ("(deprecated) " if action["deprecated"] else "") + str(action["summary"] or action["title"])


def _show_integration(api: Api, name: str, as_json: bool) -> None:
    found = api.get("integrations", name)
    connections = list(api.pages("connections", integration=name))
    if as_json:
        out.result({**found, "connections": connections})
        return
    auth = found["auth"]
    check = found["verification"]
    out.facts(
        (
            ("Name", found["name"]),
            ("Title", found["title"]),
            ("Base URL", found["base_url"]),
            ("State", ": ".join(filter(None, (_state(found)[0], found["state_reason"])))),
            ("Breaker", _breaker(found["breaker"])),
            ("Auth", " ".join(str(auth[part]) for part in ("type", "in", "name", "prefix", "grant") if auth.get(part))),
            ("Verified by", f"{check['method']} {check['path']}" if check else None),
            ("Needs", ", ".join(found["profile"]["config"])),
            ("Tags", ", ".join(found["tags"])),
            ("Updated", found["updated_at"]),
        )
    )
    if connections:
        out.say()
        out.table(("CONNECTION", "STATUS", "SECRET", "EXPIRES", "CONFIG"), map(_connection, connections))
    for one in connections:
        for warning in one["warnings"]:
            out.note(f"{one['name']}: {warning['detail']}")
    out.note(f"Next: waygate list {name}" if connections or auth["type"] == "none" else f"Next: waygate connect {name}")


def _connection(connection: dict[str, Any]) -> tuple[Cell, ...]:
    secret = connection["secret"] or {}
    status = connection["status"] + (f": {connection['reason']}" if connection["reason"] else "")
    return (
        connection["name"],
        (status, "green" if connection["status"] == "active" else "yellow"),
        f"…{secret['last4']}" if secret.get("last4") else "",
        connection["expires_at"] or "",
        ", ".join(f"{name}={value}" for name, value in connection["config"].items()),
    )


def _show_action(action: dict[str, Any]) -> None:
    out.facts(
        (
            ("Action", f"{action['integration']}/{action['name']}"),
            ("Summary", action["summary"] or action["title"]),
            ("Request", f"{action['method']} {action['path']}"),
            ("Behaviour", action["behaviour"] + (", deprecated" if action["deprecated"] else "")),
            ("Tags", ", ".join(action["tags"])),
            ("Version", str(action["version"])),
        )
    )
    if action["description"] and action["description"] != action["summary"]:
        out.say(f"\n{action['description'].strip()[:2_000]}")
    rows = list(_inputs(action))
    out.say()
    if rows:
        out.table(("INPUT", "TYPE", "REQUIRED", "IN", "ABOUT"), rows)
    else:
        out.say("It takes no inputs.")
    out.note(f"Next: waygate call {action['integration']} {action['name']}{_example(action)}")


def _inputs(action: dict[str, Any]) -> Iterable[tuple[Cell, ...]]:
    """The inputs, the required ones first."""
    schema = action["input_schema"]
    required = schema.get("required", [])
    for name in sorted(schema.get("properties", {}), key=lambda name: name not in required):
        own = property_schema(schema, name) or {}
        about = [str(own.get("description") or own.get("title") or "")]
        about += [f"One of {', '.join(map(_short, own['enum'][:12]))}."] if own.get("enum") else []
        about += [f"Default {_short(own['default'])}."] if "default" in own else []
        place = action["bindings"].get(name, {}).get("in", "")
        kinds = " or ".join(sorted(schema_types(own, schema))) or "any"
        yield name, kinds, ("yes", "bold") if name in required else "", place, " ".join(filter(None, about))


def _short(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _example(action: dict[str, Any]) -> str:
    return "".join(f" {name}=…" for name in action["input_schema"].get("required", []))
