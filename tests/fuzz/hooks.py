"""Names of things that are there, in place of made-up ones: without them nearly every answer would be a 404.

`WAYGATE_FUZZ_NAMES` holds them by path parameter, as JSON. A name that is meant to be wrong stays wrong, and what would
take the rest away (deleting the integration) keeps its made-up name.
"""

from __future__ import annotations

import json
import os
from typing import Any

import schemathesis
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode

_NAMES: dict[str, str] = json.loads(os.environ["WAYGATE_FUZZ_NAMES"])
_KEPT = {("DELETE", "/integrations/{integration}"), ("DELETE", "/actions/{integration}/{action}")}


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: dict[str, Any]) -> None:
    """Every call but those with a name that is meant to be wrong."""
    path = case.meta.components.get(ParameterLocation.PATH) if case.meta else None
    if path is None or path.mode is GenerationMode.NEGATIVE or (case.method, case.operation.path) in _KEPT:
        return
    for name in case.path_parameters:
        if name in _NAMES:
            case.path_parameters[name] = _NAMES[name]


@schemathesis.hook
def filter_case(_context: Any, case: Any) -> bool:
    """All but two kinds of headers.

    One that nobody knows breaks no description: HTTP lets anyone add some (RFC 9110, 5.1). And what is asked for raw is
    the upstream's answer, which is no matter of ours to describe.
    """
    headers = {name.lower(): str(value) for name, value in (case.headers or {}).items()}
    return headers.get("waygate-response") != "raw" and not any(name.startswith("x-schemathesis-") for name in headers)
