"""What an action may not ask for: names that cannot be sent, or that belong to the connection or to HTTP (B7, C3, C5).

Building a request refuses them too; an action that is written by hand should not be stored with them.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from chalicelib.auth.schemes import is_reserved, reserved_names
from chalicelib.checked_json import pointer
from chalicelib.errors import InvalidInput
from chalicelib.registry.models import ActionFacts, IntegrationFacts, variables
from chalicelib.registry.profile import constant_fault, name_fault


def check_sendable(action: ActionFacts, integration: IntegrationFacts) -> None:
    """Raises `InvalidInput` with every binding, constant and server of `action` that `integration` could not call."""
    owned = reserved_names(integration.auth)
    faults: list[dict[str, str]] = []

    def fault(where: list[str | int], code: str, detail: str) -> None:
        faults.append({"pointer": pointer(where), "code": code, "detail": detail})

    for name, binding in action.bindings.items():
        if not binding.name and binding.place != "body":
            fault(["bindings", name, "name"], "missing", "only a property that is the whole body needs no name")
        elif why := name_fault(binding.place, binding.name) if binding.name else None:
            fault(["bindings", name, "name"], "cannot_be_sent", why)
        elif is_reserved(binding.place, binding.name, owned):
            fault(["bindings", name, "name"], "reserved_parameter", "belongs to the connection's credential")
    for n, constant in enumerate(action.constants):
        if why := constant_fault(constant):
            fault(["constants", n], "cannot_be_sent", why)
        elif is_reserved(constant.place, constant.name, owned):
            fault(["constants", n, "name"], "reserved_parameter", "belongs to the connection's credential")
    if action.idempotency_header and (why := name_fault("header", action.idempotency_header)):
        fault(["idempotency_header"], "cannot_be_sent", why)
    if action.server is not None:
        if missing := variables(action.server) - set(integration.profile.config):
            fault(["server"], "missing", f"uses {', '.join(sorted(missing))}, which the profile's config lacks")
        elif _origin(action.server) not in map(_origin, (integration.base_url, *integration.hosts)):
            fault(["server"], "not_approved", "is on none of the integration's origins: add it to `hosts` first")
    if faults:
        raise InvalidInput(f"{len(faults)} fault{'s' * (len(faults) > 1)} in the action.", errors=faults)


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()
