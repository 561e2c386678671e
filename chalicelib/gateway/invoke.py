"""Invoking an action, in nine stages:

1. **authorize** the caller (`resolve.authorize`);
2. **resolve** action, integration and connection (`resolve.resolve`);
3. **validate** the input against the action's schema, every fault at once (`checks`);
4. **build** the upstream request, a pure function (`request.build`);
5. **credential**: refreshed if due, opened for the integration's approved origins (`credential`), and applied last
   (`request.sign`);
6. **admit**: limits of ours and of the upstream, the circuit breaker; a refusal costs no upstream call (`admit`);
7. **attempt**: bounded calls through the egress door, repeated where that is safe (`attempt`, `retry`); once more where
   the upstream refuses a token that can be refreshed;
8. **read** the answer, and hold it against the output schema (`response.read`, `checks`);
9. **record** the invocation, masked, off the caller's path (`story`, `log`; bodies: `recording`).

Stages 3 to 8 run once where the caller sent an `Idempotency-Key` (`once`).
"""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Callable
from typing import Any, Final

from ulid import ULIDGenerator

from chalicelib.auth import refresh
from chalicelib.egress import Answer
from chalicelib.errors import UpstreamFault, WaygateError
from chalicelib.gateway import attempt, checks, credential, response, retry
from chalicelib.gateway.admit import admit
from chalicelib.gateway.attempt import Conduct, Tried
from chalicelib.gateway.credential import Held
from chalicelib.gateway.request import Request, build, masked, sign
from chalicelib.gateway.resolve import Resolved, authorize, resolve
from chalicelib.gateway.story import Call, Result, Story
from chalicelib.observability import redact
from chalicelib.settings import Caps

_LEAST_TIMEOUT_S: Final = 0.05


# It names and protects nothing secret, so its chance needs no system call, at which threads would wait for each other.
_ULIDS: Final = ULIDGenerator(randomness=lambda _: random.randbytes(10))  # noqa: S311


def new_request_id() -> str:
    """``req_`` and a ULID: sorts by time, and names the invocation's log entry."""
    return f"req_{_ULIDS.generate()}"


def invoke(
    call: Call,
    *,
    clock: Callable[[], float] = time.monotonic,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> Result:
    """Run all stages. Raises the `WaygateError` that says what went wrong; it is recorded as well."""
    story = Story(call, clock(), now(), sizes={"input": len(call.body)})
    try:
        result = _run(story, clock, now)
    except WaygateError as error:
        error.headers = {**story.limits, **error.headers}
        story.record(clock, error)
        raise
    except Exception:
        story.record(clock, WaygateError())
        raise
    if not call.dry_run:
        story.record(clock, None)
    return result


def _run(story: Story, clock: Callable[[], float], now: Callable[[], dt.datetime]) -> Result:
    call = story.call
    story.caller, ahead = authorize(call.authorization, call.integration, call.action, call.connection)
    resolved = story.resolved = resolve(story.caller, call.integration, call.action, call.connection, ahead)
    values = checks.parse_input(call.body)

    def perform() -> Result:
        return _perform(story, resolved, values, clock, now)

    if call.idempotency_key is None or call.dry_run:
        return perform()
    from chalicelib.gateway.once import run_once  # calls without a key need none of it

    return run_once(story, values, perform, is_repeatable=resolved.is_repeatable, key=call.idempotency_key)


def _perform(
    story: Story,
    resolved: Resolved,
    values: dict[str, Any],
    clock: Callable[[], float],
    now: Callable[[], dt.datetime],
) -> Result:
    """Stages 3 to 8."""
    call, facts = story.call, resolved.integration
    checks.check_input(resolved, values)
    base_url, owned, constants = resolved.base_url, resolved.owned_names, facts.profile.constants
    request = build(resolved.action, values, base_url=base_url, owned=owned, constants=constants)
    if header := resolved.idempotency_header:
        request = request.with_header(header, call.idempotency_key or call.request_id)
    until = refresh.PACE.now() + max(0.0, Caps.CALL_TIMEOUT_S - (clock() - story.started))
    held = credential.hold(resolved, base_url, by=story.actor, until=until, is_dry=call.dry_run)
    story.request, story.shown = request, masked(request, held.placement)
    story.sizes["request"] = len(request.body or b"")
    if call.dry_run:
        return _dry_run(story, resolved, request, clock)
    admission = admit(
        resolved.caller, facts, connection=resolved.connection_name, action=call.action, base_url=base_url
    )
    story.limits = admission.headers

    def send(one: Held) -> Tried:
        return attempt.attempt(
            sign(request, one.placement, facts.profile.tls),
            _conduct(story, resolved, clock),
            admission,
            now=now,
            pace=retry.PACE,
        )

    story.is_sending = True
    tried = story.tried = send(held)
    if tried.refuses_credential:
        renewed = credential.renew_refused(resolved, held, base_url, by=story.actor, until=until)
        if renewed is not None:
            tried = story.tried = tried.followed_by(send(renewed), "token_refreshed")
            if tried.refuses_credential:
                credential.give_up(renewed, by=story.actor)
    if isinstance(tried.result, Answer):
        story.sizes["response"] = len(tried.result.body)
    return _read(story, resolved, tried, clock)


def _read(story: Story, resolved: Resolved, tried: Tried, clock: Callable[[], float]) -> Result:
    """Stage 8."""
    answer = attempt.outcome(tried)
    try:
        body = response.read(answer, expects_json=resolved.action.output_schema is not None)
        story.output_valid, warnings = checks.check_output(resolved, body)
    except UpstreamFault as error:
        if error.errors:
            story.output_valid = False
        tried.explain(error, may_have_happened=True)
        raise
    meta = story.meta(clock) | {"output_valid": story.output_valid, "warnings": warnings}
    if limit := tried.limit.facts():
        meta["rate_limit"] = limit
    if location := answer.header("location"):
        meta["upstream"]["location"] = redact(location)
    return Result(body.data, meta, answer, body.raw, headers=story.limits)


def _conduct(story: Story, resolved: Resolved, clock: Callable[[], float]) -> Conduct:
    """How the call may be made in the time that is left."""
    facts = resolved.integration
    timeout_s = min(story.call.timeout_s or Caps.CALL_TIMEOUT_S, facts.policy.timeout_s)
    return Conduct(
        profile=facts.profile,
        is_write=resolved.is_write,
        is_repeatable=resolved.is_repeatable,
        timeout_s=max(_LEAST_TIMEOUT_S, timeout_s - (clock() - story.started)),
        workspace=resolved.caller.workspace,
    )


def _dry_run(story: Story, resolved: Resolved, request: Request, clock: Callable[[], float]) -> Result:
    """The exact request, less its secrets, and the policy under which it would be sent."""
    body = response.read(Answer(200, request.headers, request.body or b""), expects_json=False)
    meta = story.meta(clock) | {"dry_run": True, "policy": resolved.integration.policy.model_dump()}
    return Result({"request": {**(story.shown or {}), "body": body.data}}, meta)
