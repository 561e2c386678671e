"""An invocation as it unfolds: what was asked, what came of it, and the record that is made of both (stage 9)."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.auth.api_keys import Caller
from chalicelib.auth.audit import Actor
from chalicelib.egress import Answer
from chalicelib.errors import WaygateError
from chalicelib.gateway import log
from chalicelib.gateway.attempt import Tried
from chalicelib.gateway.checks import LONGEST_NAME
from chalicelib.gateway.request import Request
from chalicelib.gateway.resolve import Resolved
from chalicelib.observability import emit_metrics, ids_of_call

_KEY_HASH_DIGITS = 16  # enough to tell a workspace's keys apart


@dataclass(frozen=True)
class Call:
    """One request to invoke, as it came in. `timeout_s` is what the caller allows, already capped.

    `address` says where it comes from, as far as that is known; to find out may take a call, so it is asked only where
    the audit must tell.
    """

    request_id: str
    integration: str
    action: str
    authorization: str | None
    body: bytes
    connection: str | None = None
    timeout_s: float | None = None
    idempotency_key: str | None = None
    dry_run: bool = False
    replay_of: str | None = None
    address: Callable[[], str | None] = lambda: None


@dataclass(frozen=True)
class Result:
    """What the caller gets: `data` and `meta` for the envelope; for `Waygate-Response: raw` the upstream's answer.

    `raw` are its bytes, less our secrets should it have echoed them. `is_repeated`: an earlier request got it.
    `headers` tell of our own limits.
    """

    data: Any
    meta: dict[str, Any]
    answer: Answer | None = None
    raw: bytes = b""
    is_repeated: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Story:
    """What is known of an invocation so far: its record is made from it, whether it succeeds or fails."""

    call: Call
    started: float
    at: dt.datetime
    caller: Caller | None = None
    resolved: Resolved | None = None
    request: Request | None = None
    shown: dict[str, Any] | None = None  # the request, masked
    is_sending: bool = False
    tried: Tried | None = None
    output_valid: bool | None = None
    answered_from: str | None = None  # the request whose kept answer this one got
    sizes: dict[str, int] = field(default_factory=dict)
    limits: Mapping[str, str] = field(default_factory=dict)  # headers that tell of our own

    def actor(self) -> Actor:
        """Who calls, as the audit names it."""
        if self.caller is None:
            raise RuntimeError("the call is not authorized yet")
        return Actor(f"key:{self.caller.key_id}", self.call.address())

    def meta(self, clock: Callable[[], float]) -> dict[str, Any]:
        """The `meta` of the envelope, as far as it is known."""
        resolved = self.resolved
        return {
            "request_id": self.call.request_id,
            "action": f"{self.call.integration}/{self.call.action}",
            "version": resolved.version if resolved else None,
            "connection": resolved.connection_name if resolved else None,
            "upstream": self.tried.facts() if self.tried else None,
            "duration_ms": round((clock() - self.started) * 1000),
        }

    def record(self, clock: Callable[[], float], error: WaygateError | None) -> None:
        """Metrics, the log line and, where the policy says so, the bodies.

        A caller without a valid key leaves no record: there is no workspace to keep it in.
        """
        if self.caller is None:
            return
        meta = self.meta(clock)
        emit_metrics(
            {"invocations": 1, "failures": int(error is not None), "duration_ms": meta["duration_ms"]},
            {"integration": self.call.integration if self.resolved else "unknown"},
        )
        policy = self.resolved.integration.policy.record if self.resolved else "metadata"
        if policy == "none":
            return
        log.emit(self._line(meta, error, self.caller.key_id), self.caller.workspace)
        if policy == "full" and not self.call.dry_run and self.answered_from is None:
            self._keep_bodies(self.caller.workspace, meta["connection"])

    def _line(self, meta: dict[str, Any], error: WaygateError | None, key_id: str) -> dict[str, Any]:
        call = self.call
        return {
            "request_id": call.request_id,
            "at": self.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "integration": call.integration[:LONGEST_NAME],
            "action": call.action[:LONGEST_NAME],
            "version": meta["version"],
            "connection": meta["connection"],
            "status": error.status if error else 200,
            "code": error.code if error else None,
            "outcome": _outcome(error),
            "duration_ms": meta["duration_ms"],
            "upstream": meta["upstream"],
            "request": self.shown,
            "sizes": self.sizes,
            "output_valid": self.output_valid,
            "dry_run": call.dry_run,
            "key_id": key_id,
            "idempotency_key": call.idempotency_key and key_hash(call.idempotency_key),
            "answered_from": self.answered_from,
            "replay_of": call.replay_of,
            "trace_id": ids_of_call().get("trace_id"),
        }

    def _keep_bodies(self, workspace: str, connection: str | None) -> None:
        from chalicelib.gateway import recording  # most policies keep no bodies

        request = self.request
        sent = (request.body or b"", request.content_type) if request else None
        answer = self.tried.result if self.tried and isinstance(self.tried.result, Answer) else None
        recording.keep(
            workspace,
            self.call.request_id,
            (self.call.integration, self.call.action, connection),
            recording.Bodies(self.call.body, sent, answer),
            at=self.at.timestamp(),
        )


def key_hash(idempotency_key: str) -> str:
    """What the log keeps of a caller's idempotency key, which may be anything: enough to find all its requests."""
    return hashlib.sha256(idempotency_key.encode()).hexdigest()[:_KEY_HASH_DIGITS]


def _outcome(error: WaygateError | None) -> str:
    if error is None:
        return "succeeded"
    return "unknown" if error.facts.get("outcome") == "unknown" else "failed"
