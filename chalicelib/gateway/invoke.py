"""Invoking an action, in nine stages:

1. **authorize** the caller (`resolve.authorize`);
2. **resolve** action, integration and connection (`resolve.resolve`);
3. **validate** the input against the action's schema, every fault at once;
4. **build** the upstream request, a pure function (`request.build`);
5. **credential**: opened for the integration's own origin, and applied last (`request.sign`);
6. **admit**: a refusal would cost no upstream call;
7. **attempt**: bounded calls through the egress door, repeated where that is safe (`attempt`, `retry`);
8. **read** the answer, and hold it against the output schema (`response.read`);
9. **record** the invocation, masked, off the caller's path (`log.emit`).
"""

from __future__ import annotations

import datetime as dt
import itertools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ulid import ULID

from chalicelib import checked_json
from chalicelib.auth import connections
from chalicelib.auth.api_keys import Caller
from chalicelib.auth.schemes import Placement, place, reserved_names
from chalicelib.egress import Answer, check_origin
from chalicelib.errors import InvalidInput, UpstreamFault, UpstreamInvalidResponse, WaygateError
from chalicelib.gateway import attempt, log, response, retry
from chalicelib.gateway.attempt import Conduct, Tried
from chalicelib.gateway.request import Request, build, masked, sign
from chalicelib.gateway.resolve import Resolved, authorize, resolve
from chalicelib.observability import emit_metrics, guard_secrets, redact, redact_bytes
from chalicelib.registry import definitions, integrations, validation
from chalicelib.registry.models import ActionFacts
from chalicelib.settings import Caps

_LEAST_TIMEOUT_S: Final = 0.05
_HINTS: Final = 5  # unknown names for which similar ones are looked up
_LONGEST_NAME: Final = 64  # of an integration, an action or a connection; of what a hint is looked up for


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
    idempotency_key: str | None = None
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
    request = build(resolved.action, values, base_url=base_url, owned=_owned_names(resolved))
    if header := resolved.action.idempotency_header:
        request = request.with_header(header, call.idempotency_key or call.request_id)
    placement = _credential(resolved, base_url)
    story.request = masked(request, placement)
    story.sizes["request"] = len(request.body or b"")
    if call.dry_run:
        return _dry_run(story, resolved, request, clock)
    timeout_s = min(call.timeout_s or Caps.CALL_TIMEOUT_S, resolved.integration.policy.timeout_s)
    conduct = Conduct(
        limits=resolved.integration.profile.rate_limits,
        is_write=resolved.action.behaviour != "read",
        is_repeatable=resolved.action.behaviour == "read" or resolved.action.idempotency_header is not None,
        timeout_s=max(_LEAST_TIMEOUT_S, timeout_s - (clock() - story.started)),
        workspace=story.caller.workspace,
    )
    tried = story.tried = attempt.attempt(
        sign(request, placement, resolved.integration.profile.tls), conduct, now=now, pace=retry.PACE
    )
    if isinstance(tried.result, Answer):
        story.sizes["response"] = len(tried.result.body)
    answer = attempt.outcome(tried)
    try:
        body = response.read(answer, expects_json=resolved.action.output_schema is not None)
        warnings = _check_output(story, resolved, body)
    except UpstreamFault as error:
        tried.explain(error, may_have_happened=True)
        raise
    meta = _meta(story, clock) | {"output_valid": story.output_valid, "warnings": warnings}
    if limit := tried.limit.facts():
        meta["rate_limit"] = limit
    if location := answer.header("location"):
        meta["upstream"]["location"] = redact(location)
    return Result(body.data, meta, answer)


def _input(body: bytes) -> dict[str, Any]:
    values = checked_json.loads(body) if body.strip() else {}
    if not isinstance(values, dict):
        raise InvalidInput("The body must be a JSON object: the action's input, and nothing else.")
    return values


def _validate_input(resolved: Resolved, values: Mapping[str, Any]) -> None:
    """Raises `InvalidInput` with every fault, at most as many as `validation.FAULTS`."""
    action, name = resolved.action, f"{resolved.integration.name}/{resolved.action_row.name}"
    unknown = itertools.islice((one for one in values if one not in action.bindings), validation.FAULTS)
    faults = [_unknown_fault(one, action, hints=n < _HINTS) for n, one in enumerate(unknown)]
    known = {fault["pointer"] for fault in faults}
    compiled = _validator(resolved, "input", action.input_schema)
    faults += [fault for fault in validation.faults(compiled, values) if fault["pointer"] not in known]
    if faults:
        raise InvalidInput(
            f"{len(faults)} fault{'s' * (len(faults) > 1)} in the input of {name}.",
            fix=f"GET /api/v1/actions/{name} shows the input schema.",
            errors=faults[: validation.FAULTS],
        )


def _unknown_fault(name: str, action: ActionFacts, *, hints: bool) -> dict[str, str]:
    near = integrations.did_you_mean(name[:_LONGEST_NAME], list(action.bindings)) if hints else []
    detail = "is not an input of this action" + (f"; did you mean `{near[0]}`?" if near else "")
    return {"pointer": checked_json.pointer([name]), "code": "unexpected", "detail": detail}


def _validator(resolved: Resolved, which: str, schema: Any) -> Any:
    """Remembered per version; an action that was deleted and made anew begins at version 1 again, at another time."""
    row = resolved.action_row
    key = (row.owner, row.name, row.created_at.isoformat(), str(row.version), row.definitions or "", which)
    workspace, integration = resolved.caller.workspace, resolved.integration.name
    return validation.validator(key, schema, lambda: definitions.load(workspace, integration, row.definitions))


def _owned_names(resolved: Resolved) -> frozenset[tuple[str, str]]:
    row = resolved.connection
    return reserved_names(resolved.integration.auth, row.secret_header_names if row else ())


def _credential(resolved: Resolved, base_url: str) -> Placement:
    """The credential's headers and parameters, known to redaction from here on."""
    scheme = resolved.integration.auth
    if resolved.connection is None:
        return Placement()
    credential = connections.open_credential(resolved.connection, scheme, check_origin(base_url))
    placement = place(scheme, credential)
    guard_secrets(placement.secrets)
    return placement


def _dry_run(story: _Story, resolved: Resolved, request: Request, clock: Callable[[], float]) -> Result:
    """The exact request, less its secrets, and the policy under which it would be sent."""
    body = response.read(Answer(200, request.headers, request.body or b""), expects_json=False)
    meta = _meta(story, clock) | {"dry_run": True, "policy": resolved.integration.policy.model_dump()}
    return Result({"request": {**(story.request or {}), "body": body.data}}, meta)


def _check_output(story: _Story, resolved: Resolved, body: response.Body) -> list[dict[str, str]]:
    """What does not fit the output schema: a warning, or with policy `strict` an error."""
    policy, schema = resolved.integration.policy.output, resolved.action.output_schema
    if policy == "off" or schema is None or not body.is_json:
        return []
    if validation.too_deep(body.value):
        return [
            {"pointer": "", "code": "too_deep", "detail": f"nests deeper than {Caps.SCHEMA_DEPTH} levels: unchecked"}
        ]
    try:
        faults = validation.faults(_validator(resolved, "output", schema), body.value)
    except validation.UnusableSchema as error:
        return [{"pointer": "", "code": "schema_unusable", "detail": str(error)}]
    story.output_valid = not faults
    if faults and policy == "strict":
        raise UpstreamInvalidResponse(
            "The answer does not fit the action's output schema.",
            fix='The answer is in `data`. To get it as a success with warnings, PATCH {"policy": {"output": "warn"}}.',
            errors=faults,
            facts={"data": body.data},
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
            "integration": call.integration[:_LONGEST_NAME],
            "action": call.action[:_LONGEST_NAME],
            "version": meta["version"],
            "connection": meta["connection"],
            "status": error.status if error else 200,
            "code": error.code if error else None,
            "outcome": _outcome(error),
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


def _outcome(error: WaygateError | None) -> str:
    if error is None:
        return "succeeded"
    return "unknown" if error.facts.get("outcome") == "unknown" else "failed"
