"""Input and output of an invocation, held against the action's schemas (stages 3 and 8)."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any, Final

from chalicelib import checked_json
from chalicelib.errors import InvalidInput, UpstreamInvalidResponse
from chalicelib.gateway import response
from chalicelib.gateway.resolve import Resolved
from chalicelib.registry import definitions, integrations, validation
from chalicelib.registry.models import ActionFacts
from chalicelib.settings import Caps

LONGEST_NAME: Final = 64  # of an integration, an action or a connection; of what a hint is looked up for
_HINTS: Final = 5  # unknown names for which similar ones are looked up


def parse_input(body: bytes) -> dict[str, Any]:
    """The input in a request's body. Raises `MalformedJson` and `InvalidInput`."""
    values = checked_json.loads(body) if body.strip() else {}
    if not isinstance(values, dict):
        raise InvalidInput("The body must be a JSON object: the action's input, and nothing else.")
    return values


def check_input(resolved: Resolved, values: Mapping[str, Any]) -> None:
    """Raises `InvalidInput` with every fault, at most as many as `validation.FAULTS`."""
    action = resolved.action
    unknown = itertools.islice((one for one in values if one not in action.bindings), validation.FAULTS)
    faults = [_unknown_fault(one, action, hints=n < _HINTS) for n, one in enumerate(unknown)]
    known = {fault["pointer"] for fault in faults}
    compiled = _validator(resolved, "input", action.input_schema)
    faults += [fault for fault in validation.faults(compiled, values) if fault["pointer"] not in known]
    if faults:
        name = f"{resolved.integration.name}/{resolved.action_row.name}"
        raise InvalidInput(
            f"{len(faults)} fault{'s' * (len(faults) > 1)} in the input of {name}.",
            fix=f"GET /api/v1/actions/{name} shows the input schema.",
            errors=faults[: validation.FAULTS],
        )


def check_output(resolved: Resolved, body: response.Body) -> tuple[bool | None, list[dict[str, str]]]:
    """Whether the answer fits the output schema (None: it was not checked), and a warning for each way it does not.

    Raises `UpstreamInvalidResponse`, which carries the data, where the policy is `strict`.
    """
    policy = resolved.action.output or resolved.integration.policy.output
    schema = resolved.action.output_schema
    if policy == "off" or schema is None or not body.is_json:
        return None, []
    if body.deepest > Caps.SCHEMA_DEPTH and validation.too_deep(body.value):
        detail = f"nests deeper than {Caps.SCHEMA_DEPTH} levels: unchecked"
        return None, [{"pointer": "", "code": "too_deep", "detail": detail}]
    try:
        faults = validation.faults(_validator(resolved, "output", schema), body.value)
    except validation.UnusableSchema as error:
        return None, [{"pointer": "", "code": "schema_unusable", "detail": str(error)}]
    if faults and policy == "strict":
        raise UpstreamInvalidResponse(
            "The answer does not fit the action's output schema.",
            fix='The answer is in `data`. To get it as a success with warnings, PATCH {"policy": {"output": "warn"}}.',
            errors=faults,
            facts={"data": body.data},
        )
    return not faults, faults


def _unknown_fault(name: str, action: ActionFacts, *, hints: bool) -> dict[str, str]:
    near = integrations.did_you_mean(name[:LONGEST_NAME], list(action.bindings)) if hints else []
    detail = "is not an input of this action" + (f"; did you mean `{near[0]}`?" if near else "")
    return {"pointer": checked_json.pointer([name]), "code": "unexpected", "detail": detail}


def _validator(resolved: Resolved, which: str, schema: Any) -> Any:
    """Remembered per row read and, beyond that, per version; one that was made anew has version 1 at another time."""
    row = resolved.action_row
    compiled: dict[str, Any] | None = getattr(row, "_compiled", None)
    if compiled is None:
        compiled = {}
        object.__setattr__(row, "_compiled", compiled)
    if which not in compiled:
        compiled[which] = _compile(resolved, which, schema)
    return compiled[which]


def _compile(resolved: Resolved, which: str, schema: Any) -> Any:
    row = resolved.action_row
    key = (row.owner, row.name, row.created_at.isoformat(), str(row.version), row.definitions or "", which)
    workspace, integration = resolved.caller.workspace, resolved.integration.name
    return validation.validator(key, schema, lambda: definitions.load(workspace, integration, row.definitions))
