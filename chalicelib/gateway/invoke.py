"""Invoking an action, in nine stages:

1. **authorize** the caller (`resolve.authorize`);
2. **resolve** action, integration and connection (`resolve.resolve`);
3. **validate** the input against the action's schema, every fault at once;
4. **build** the upstream request, a pure function (`request.build`);
5. **credential**: opened for the integration's own origin, and applied last (`request.sign`);
6. **admit**: a refusal would cost no upstream call;
7. **attempt**: one bounded call through the egress door (`attempt`);
8. **read** the answer, and hold it against the output schema (`response.read`);
9. **record** the invocation, masked, off the caller's path (`log.emit`).
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ulid import ULID

from chalicelib import checked_json
from chalicelib.auth import connections
from chalicelib.auth.api_keys import Caller
from chalicelib.auth.schemes import Placement, place
from chalicelib.egress import Answer, check_origin
from chalicelib.errors import InvalidInput, UpstreamInvalidResponse, WaygateError
from chalicelib.gateway import attempt, log, response
from chalicelib.gateway.attempt import Tried
from chalicelib.gateway.request import Request, build, masked, sign
from chalicelib.gateway.resolve import Resolved, authorize, resolve
from chalicelib.observability import emit_metrics, guard_secrets, redact_bytes
from chalicelib.registry import definitions, integrations, validation
from chalicelib.settings import Caps


@dataclass(frozen=True)
class Call:
    """One request to invoke, as it came in. `timeout_s` is what the caller allows, already capped."""

    request_id: str
    integration: str
    action: str
    authorization: str | None
    body: bytes
    connection: str | None = None
    timeout_s: float | None = None
    dry_run: bool = False


@dataclass(frozen=True)
class Result:
    """What the caller gets: `data` and `meta` for the envelope, the upstream's answer for `Waygate-Response: raw`."""

    data: Any
    meta: dict[str, Any]
    answer: Answer | None = None

    @property
    def raw(self) -> bytes:
        """The upstream's bytes, without our secrets should it have echoed them."""
        return redact_bytes(self.answer.body) if self.answer else b""


@dataclass
class _Story:
    """What is known of an invocation so far: the record is made from it, whether it succeeds or fails."""

    call: Call
    started: float
    at: dt.datetime
    caller: Caller | None = None
    resolved: Resolved | None = None
    request: dict[str, Any] | None = None
    tried: Tried | None = None
    output_valid: bool | None = None
    sizes: dict[str, int] = field(default_factory=dict)


def new_request_id() -> str:
    """``req_`` and a ULID: sorts by time, and names the invocation's log entry."""
    return f"req_{ULID()}"


def invoke(
    call: Call,
    *,
    clock: Callable[[], float] = time.monotonic,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> Result:
    """Run all stages. Raises the `WaygateError` that says what went wrong; it is recorded as well."""
    story = _Story(call, clock(), now(), sizes={"input": len(call.body)})
    try:
        result = _run(story, clock, now)
    except WaygateError as error:
        _record(story, clock, error)
        raise
    except Exception:
        _record(story, clock, WaygateError())
        raise
    if not call.dry_run:
        _record(story, clock, None)
    return result


def _run(story: _Story, clock: Callable[[], float], now: Callable[[], dt.datetime]) -> Result:
    call = story.call
    story.caller = authorize(call.authorization, call.integration, call.action, call.connection)
    resolved = story.resolved = resolve(story.caller, call.integration, call.action, call.connection)
    values = _input(call.body)
    _validate_input(resolved, values)
    base_url = integrations.complete_base_url(resolved.integration, resolved.config)
    request = build(resolved.action, values, base_url=base_url, scheme=resolved.integration.auth)
    placement = _credential(resolved, base_url)
    story.request = masked(request, placement)
    if call.dry_run:
        return _dry_run(story, request, clock)
    timeout_s = min(call.timeout_s or Caps.CALL_TIMEOUT_S, resolved.integration.policy.timeout_s)
    story.tried = attempt.attempt(
        sign(request, placement),
        timeout_s=max(0.05, timeout_s - (clock() - story.started)),
        is_write=resolved.action.behaviour != "read",
    )
    answer = attempt.outcome(story.tried, now=now())
    story.sizes |= {"request": answer.request_bytes, "response": len(answer.body)}
    body = response.read(answer, expects_json=resolved.action.output_schema is not None)
    warnings = _check_output(story, body)
    meta = _meta(story, clock) | {"output_valid": story.output_valid, "warnings": warnings}
    if location := answer.header("location"):
        meta["upstream"]["location"] = location
    return Result(body.data, meta, answer)


def _input(body: bytes) -> dict[str, Any]:
    values = checked_json.loads(body) if body.strip() else {}
    if not isinstance(values, dict):
        raise InvalidInput("The body must be a JSON object: the action's input, and nothing else.")
    return values


def _validate_input(resolved: Resolved, values: Mapping[str, Any]) -> None:
    row, action = resolved.action_row, resolved.action
    unknown = [name for name in values if name not in action.bindings]
    faults = []
    for name in unknown:
        near = integrations.did_you_mean(name, list(action.bindings))
        hint = f"is not an input of this action; did you mean `{near[0]}`?" if near else "is not an input of this action"
        faults.append({"pointer": validation.pointer([name]), "code": "unexpected", "detail": hint})
    compiled = _validator(resolved, "input", action.input_schema)
    faults += [fault for fault in validation.faults(compiled, values) if fault["pointer"][1:] not in unknown]
    if validation.too_deep(values):
        faults.append({"pointer": "", "code": "depth", "detail": f"nests deeper than {Caps.SCHEMA_DEPTH} levels"})
    if faults:
        raise InvalidInput(
            f"{len(faults)} fault{'s' * (len(faults) > 1)} in the input of {resolved.integration.name}/{row.name}.",
            fix=f"GET /api/v1/actions/{resolved.integration.name}/{row.name} shows the input schema.",
            errors=faults,
        )


def _validator(resolved: Resolved, which: str, schema: Any) -> Any:
    row = resolved.action_row
    key = (row.owner, row.name, str(row.version), row.definitions or "", which)
    known = validation.known(key)
    if known is not None:
        return known
    shared = definitions.load(resolved.caller.workspace, resolved.integration.name, row.definitions)
    return validation.validator(key, schema, shared)


def _credential(resolved: Resolved, base_url: str) -> Placement:
    """The credential's headers and parameters, known to redaction from here on."""
    scheme = resolved.integration.auth
    if resolved.connection is None:
        return Placement()
    credential = connections.open_credential(resolved.connection, scheme, check_origin(base_url))
    placement = place(scheme, credential)
    guard_secrets(placement.secrets)
    return placement


def _dry_run(story: _Story, request: Request, clock: Callable[[], float]) -> Result:
    body = None
    if request.body is not None:
        body = response.shown(Answer(200, request.headers, request.body, 0, 0))
    would = {**(story.request or {}), "body": body}
    policy = story.resolved.integration.policy if story.resolved else None
    meta = _meta(story, clock) | {"dry_run": True, "policy": policy.model_dump() if policy else None}
    return Result({"request": would}, meta)


def _check_output(story: _Story, body: response.Body) -> list[dict[str, str]]:
    resolved = story.resolved
    if resolved is None or resolved.integration.policy.output == "off":
        return []
    schema = resolved.action.output_schema
    if schema is None or not body.is_json:
        return []
    try:
        faults = validation.faults(_validator(resolved, "output", schema), body.value)
    except validation.UnusableSchema as error:
        return [{"pointer": "", "code": "schema_unusable", "detail": str(error)}]
    story.output_valid = not faults
    if faults and resolved.integration.policy.output == "strict":
        raise UpstreamInvalidResponse(
            "The answer does not fit the action's output schema.", errors=faults, facts={"data": body.value}
        )
    return faults


def _meta(story: _Story, clock: Callable[[], float]) -> dict[str, Any]:
    resolved = story.resolved
    return {
        "request_id": story.call.request_id,
        "action": f"{story.call.integration}/{story.call.action}",
        "version": int(resolved.action_row.version or 1) if resolved else None,
        "connection": resolved.connection.name if resolved and resolved.connection else None,
        "upstream": story.tried.facts() if story.tried else None,
        "duration_ms": round((clock() - story.started) * 1000),
    }


def _record(story: _Story, clock: Callable[[], float], error: WaygateError | None) -> None:
    """Stage 9. A caller without a valid key leaves no record: there is no workspace to keep it in."""
    if story.caller is None:
        return
    resolved, call = story.resolved, story.call
    meta = _meta(story, clock)
    emit_metrics(
        {"invocations": 1, "failures": int(error is not None), "duration_ms": meta["duration_ms"]},
        {"integration": call.integration if resolved else "unknown"},
    )
    if resolved is not None and resolved.integration.policy.record == "none":
        return
    log.emit(
        {
            "request_id": call.request_id,
            "at": story.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "integration": call.integration,
            "action": call.action,
            "version": meta["version"],
            "connection": meta["connection"],
            "status": error.status if error else 200,
            "code": error.code if error else None,
            "outcome": _outcome(story, error),
            "duration_ms": meta["duration_ms"],
            "upstream": meta["upstream"],
            "request": story.request,
            "sizes": story.sizes,
            "output_valid": story.output_valid,
            "dry_run": call.dry_run,
            "key_id": story.caller.key_id,
            "replay_of": None,
        },
        story.caller.workspace,
    )


def _outcome(story: _Story, error: WaygateError | None) -> str:
    if error is None:
        return "succeeded"
    return "unknown" if error.facts.get("outcome") == "unknown" else "failed"
