"""Running an invocation once under its `Idempotency-Key`, and giving its answer again (`idempotency` keeps them).

What ends up kept follows from whether the upstream was reached, and from whether repeating does harm:

- kept: a success; a refusal by the upstream (4xx); for a write that may not be repeated, every failure after a byte
  of it went out, `outcome: unknown` included;
- released: whatever came to nothing (input, credential, limits, an unreachable upstream); a rate limit and a refused
  credential, which ask for the same request again; failures of a call that may be repeated.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any, Final

import orjson

from chalicelib.egress import Answer
from chalicelib.errors import UpstreamRateLimited, UpstreamRefused, WaygateError, error_classes
from chalicelib.gateway import response
from chalicelib.gateway.idempotency import Kept, Subject, claim
from chalicelib.gateway.resolve import Resolved
from chalicelib.gateway.story import Result, Story
from chalicelib.observability import redact_bytes
from chalicelib.settings import Caps

_REPLAYED: Final = {"Idempotency-Replayed": "true"}
_NOT_KEPT: Final = {
    "pointer": "",
    "code": "answer_not_kept",
    "detail": f"The call succeeded; its answer was larger than {Caps.ITEM_BYTES:,} bytes and was not kept.",
}


def run_once(
    story: Story, values: dict[str, Any], perform: Callable[[], Result], *, is_repeatable: bool, key: str
) -> Result:
    """What `perform` returns, or what it returned to the first request under `key`. Raises as `perform` and `claim`."""
    caller, resolved = story.caller, story.resolved
    if caller is None or resolved is None:
        raise RuntimeError("an idempotency key belongs to somebody, and to an action")
    held = claim(
        Subject(caller.workspace, caller.key_id, resolved.integration.name, resolved.action_row.name, key),
        {"input": values, "connection": resolved.connection.name if resolved.connection else None},
        request_id=story.call.request_id,
        is_repeatable=is_repeatable,
        timeout_s=story.call.timeout_s or Caps.CALL_TIMEOUT_S,
    )
    if isinstance(held, Kept):
        story.answered_from = held.request_id
        return _again(held, resolved, story)
    try:
        result = perform()
    except WaygateError as error:
        if _settles(story, error, is_repeatable=is_repeatable):
            held.keep(error.status, _of_error(error))
        else:
            held.release(error)
        raise
    except Exception as error:
        if is_repeatable or not story.is_sending:
            held.release(error)
        raise
    held.keep(200, _of_result(result))
    return result


def _settles(story: Story, error: WaygateError, *, is_repeatable: bool) -> bool:
    """True where `error` is the request's answer for good."""
    if story.tried is None or not story.tried.was_sent:
        return False
    if isinstance(error, UpstreamRateLimited) or error.facts.get("credential_refused"):
        return False
    return isinstance(error, UpstreamRefused) or not is_repeatable


def _of_result(result: Result) -> dict[str, Any]:
    answer = result.answer
    if answer is None:
        raise RuntimeError("only an answered call is kept")
    return {
        "meta": _plain(result.meta),
        "status": answer.status,
        "content_type": answer.header("content-type") or "",
        "body": base64.b64encode(result.raw).decode(),
    }


def _of_error(error: WaygateError) -> dict[str, Any]:
    facts: dict[str, Any] = _plain(error.facts)
    if len(json.dumps(facts)) > Caps.ITEM_BYTES:
        facts.pop("data", None)
    members = {"detail": error.detail, "fix": error.suggested_fix, "errors": error.errors, "headers": error.headers}
    return {"code": error.code, **_plain(members), "facts": facts}


def _plain(value: Any) -> Any:
    """`value` as plain JSON, without secrets; integers of any size stay exact."""
    return json.loads(redact_bytes(orjson.dumps(value)))


def _again(kept: Kept, resolved: Resolved, story: Story) -> Result:
    """The first request's answer. Raises its error, where that is what it was."""
    document = kept.document
    if document is None:
        meta = story.meta(lambda: story.started) | {"request_id": kept.request_id, "warnings": [_NOT_KEPT]}
        return Result(None, meta, is_repeated=True)
    if "code" in document:
        kind = next(one for one in error_classes() if one.code == document["code"])
        raise kind(
            document["detail"],
            fix=document["fix"],
            errors=document["errors"],
            headers={**document["headers"], **_REPLAYED},
            facts={**document["facts"], "request_id": kept.request_id},
        )
    content_type = (("Content-Type", document["content_type"]),) if document["content_type"] else ()
    upstream = document["meta"]["upstream"]
    raw = base64.b64decode(document["body"])
    answer = Answer(document["status"], content_type, raw, upstream["duration_ms"])
    body = response.read(answer, expects_json=resolved.action.output_schema is not None)
    return Result(body.data, document["meta"], answer, raw, is_repeated=True)
