"""Bodies of invocations, kept where the integration's policy says `record: full` (B5).

They never go through the log line: one item per invocation is written directly, sealed like a credential, for as long
as the log keeps its records. Kept are the input as it came, from which the call can be replayed, and input, request
and response as they may be shown: without secrets, by value and by name, and cut to 8 KB each.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.attributes import BinaryAttribute
from pynamodb.exceptions import PynamoDBException

from chalicelib import aws
from chalicelib.auth import vault
from chalicelib.auth.vault import CannotOpen, Context
from chalicelib.egress import Answer
from chalicelib.errors import WaygateError, WrongState
from chalicelib.gateway import media, response
from chalicelib.observability import logger, mask_members, mask_pairs, redact_bytes
from chalicelib.runtime import RuntimeRow, key_of
from chalicelib.settings import Caps

_KIND: Final = "bodies"
_TURN_ON: Final = 'Calls are kept whole from now on with PATCH /integrations/… {"policy": {"record": "full"}}.'


class BodiesRow(RuntimeRow):
    """The bodies of one invocation."""

    sealed = BinaryAttribute(legacy_encoding=False)


@dataclass(frozen=True)
class Recording:
    """What an invocation was asked, and the bodies that went to and fro. `replay` None: it was not kept whole."""

    integration: str
    action: str
    connection: str | None
    replay: bytes | None
    shown: dict[str, Any]


@dataclass(frozen=True)
class Bodies:
    """The bodies of an invocation as they were. Requests and answers carry their media type."""

    input: bytes
    request: tuple[bytes, str] | None
    answer: Answer | None


def keep(workspace: str, request_id: str, call: tuple[str, str, str | None], bodies: Bodies, *, at: float) -> None:
    """Store the bodies of the invocation `request_id` of `call` (integration, action, connection), begun `at`.

    A store that fails fails no call: a line says that nothing was kept.
    """
    kept_input = redact_bytes(bodies.input)
    is_whole = kept_input == bodies.input and len(kept_input) <= Caps.RECORDED_BODY_BYTES
    document = {
        "call": call,
        "replay": bodies.input.decode(errors="replace") if is_whole else None,
        "input": shown(bodies.input, "application/json"),
        "request": shown(*bodies.request) if bodies.request else None,
        "response": shown(bodies.answer.body, bodies.answer.header("content-type") or "") if bodies.answer else None,
    }
    try:
        sealed = vault.seal(_context(workspace, request_id), aws.pack(document))
        BodiesRow(
            key_of(_KIND, workspace, request_id), sealed=sealed, expires_at=int(at + Caps.INVOCATION_TTL_S)
        ).save()
    except (PynamoDBException, BotoCoreError, ClientError, WaygateError) as error:  # the keyring's errors as well
        logger.warning("the bodies of a call were not kept", extra={"error": type(error).__name__})


def find(workspace: str, request_id: str, *, now: float) -> Recording | None:
    """What was kept of the invocation; None where nothing was, or not any more."""
    row = BodiesRow.current(key_of(_KIND, workspace, request_id), now)
    if row is None:
        return None
    try:
        document = aws.unpack(vault.unseal(_context(workspace, request_id), bytes(row.sealed)))
    except CannotOpen:
        return None
    integration, action, connection = document["call"]
    replay = document["replay"]
    bodies = {name: document[name] for name in ("input", "request", "response")}
    return Recording(integration, action, connection, None if replay is None else replay.encode(), bodies)


def replayable(found: Recording | None, request_id: str) -> bytes:
    """The input to run again. Raises `WrongState` saying why there is none, and what would have kept it."""
    if found is None:
        raise WrongState(f"The input of `{request_id}` was not kept, so it cannot be replayed.", fix=_TURN_ON)
    if found.replay is None:
        raise WrongState(
            f"The input of `{request_id}` was not kept whole: it is larger than {Caps.RECORDED_BODY_BYTES:,} bytes, or "
            "holds the connection's own credential.",
            fix="Invoke the action again with its input.",
        )
    return found.replay


def shown(body: bytes, content_type: str) -> dict[str, Any] | None:
    """A body as it may be shown: `{content_type, bytes, truncated, text | base64}`; None where there is none."""
    if not body:
        return None
    masked = _masked(body, content_type)
    cut = masked[: Caps.RECORDED_BODY_BYTES]
    return {
        **response.content(cut, content_type if media.is_text(media.essence(content_type)) else _as_text(cut)),
        "content_type": content_type,
        "bytes": len(body),
        "truncated": len(masked) > len(cut),
    }


def _as_text(body: bytes) -> str:
    return "text/plain" if response.is_text(body) else "application/octet-stream"


def _masked(body: bytes, content_type: str) -> bytes:
    """Without secrets by value and, in JSON and forms, by name."""
    kind = media.essence(content_type)
    try:
        if media.is_json(kind):
            return redact_bytes(json.dumps(mask_members(json.loads(body)), ensure_ascii=False).encode())
        if kind == media.FORM:
            pairs = mask_pairs(parse_qsl(body.decode(), keep_blank_values=True))
            return redact_bytes(urlencode([(name, value) for name, value in pairs]).encode())
    except (ValueError, RecursionError):
        pass  # it is not what it says it is; what its members are called nobody knows
    return redact_bytes(body)


def _context(workspace: str, request_id: str) -> Context:
    return Context(workspace, _KIND, f"#{request_id}")
