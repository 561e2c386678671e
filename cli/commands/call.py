"""`waygate call`: an action, run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from cli.client import Answer, Api, open_api
from cli.credentials import stdin_text
from cli.failures import Misuse, Problem
from cli.inputs import parse_words
from cli.options import AsJson, Url
from cli.output import out

_SPARE_S: Final = 10.0  # beyond what the API may take itself


def call(
    integration: Annotated[
        str, typer.Argument(metavar="INTEGRATION", help="Name of the integration.", show_default=False)
    ],
    action: Annotated[
        str | None, typer.Argument(metavar="ACTION", help="Name of the action.", show_default=False)
    ] = None,
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="INPUT", help="key=value, key:=json, @file.json, or - for standard input.", show_default=False
        ),
    ] = None,
    connection: Annotated[
        str | None,
        typer.Option("--connection", "-c", metavar="NAME", help="Which connection to use.", show_default=False),
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", help="How long the whole call may take.", min=0.001, show_default=False),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the request that would be sent, and send nothing.")
    ] = False,
    raw: Annotated[
        bool, typer.Option("--raw", help="Write the upstream's answer as it is, without the envelope.")
    ] = False,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Run an action.

    key=value takes the type that the action's schema asks for; lists take key=a,b or key=a key=b.

    Example: `waygate call demo get-pet pet_id=1`
    """
    words = list(inputs or ())
    if "/" in integration:  # as answers and the log name it: demo/get-pet
        integration, _, name = integration.partition("/")
        words = [action, *words] if action is not None else words
        action = name
    if not action:
        raise Misuse("Which action?", fix=f"See waygate list {integration}.")
    if raw and as_json:
        raise Misuse("--raw and --json exclude each other.")
    parsed = parse_words(words, _read)
    api = open_api(url)
    schema, unknown = _schema(api, integration, action) if parsed.texts else (None, None)
    try:
        answer = _run(api, (integration, action), parsed.values(schema), connection, timeout, dry_run, raw)
    except Problem as problem:
        if problem.code == "invalid_input" and unknown is not None:
            out.note(
                f"This key may not read the action's schema ({unknown.code}), so key=value was sent as text. "
                "Use key:=json."
            )
        elif problem.code == "invalid_input":
            problem.fix = f"See its inputs: waygate show {integration}/{action}"
        raise
    if raw and not dry_run:
        _write(answer)
    else:
        out.body(answer.content)


def _run(
    api: Api,
    target: tuple[str, str],
    values: dict[str, Any],
    connection: str | None,
    timeout: float | None,
    dry_run: bool,
    raw: bool,
) -> Answer:
    headers = {"Waygate-Connection": connection, "Waygate-Timeout": None if timeout is None else f"{timeout:g}"}
    sent = {name: value for name, value in headers.items() if value is not None}
    if raw:
        sent |= {"Waygate-Response": "raw", "Accept": "*/*"}
    return api.send(
        "POST",
        "actions",
        *target,
        query={"dry_run": True if dry_run else None},
        body=values,
        headers=sent,
        answer_s=(timeout or 30.0) + _SPARE_S,
    )


def _schema(api: Api, integration: str, action: str) -> tuple[dict[str, Any] | None, Problem | None]:
    """The action's input schema; or, for a key that may only invoke, why it is not known."""
    try:
        return api.get("actions", integration, action)["input_schema"], None
    except Problem as problem:
        if problem.code == "insufficient_scope":
            return None, problem
        raise


def _read(place: str) -> str:
    if place == "-":
        return stdin_text()
    try:
        return Path(place).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Misuse(f"{place} cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise Misuse(f"{place} is not text in UTF-8.") from None


def _write(answer: Answer) -> None:
    if sys.stdout.isatty() and b"\0" in answer.content[:8_000]:
        kind = answer.headers.get("Content-Type", "unknown")
        raise Misuse(
            f"The answer is binary ({kind}, {len(answer.content):,} bytes).", fix="Send it to a file: … --raw > FILE"
        )
    is_open_line = sys.stdout.isatty() and not answer.content.endswith(b"\n")
    out.write(answer.content, end=b"\n" if is_open_line else b"")
