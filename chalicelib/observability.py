"""Logs, metrics and traces (powertools), and the one place where secrets are taken out of text.

Everything that leaves this process as a line goes through `emit_line`: log lines, metrics in CloudWatch's embedded
format, and the records of invocations. Each is one JSON object on one line, in ASCII, so nothing that a user sends can
end a line or steer a terminal (F13). Redaction works by value (every secret of the running call, in the encodings in
which it could come back) and by name (B3). Every line of a call carries the call's ids (`call_of`).
"""

from __future__ import annotations

import base64
import contextvars
import functools
import json
import logging
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote, quote_plus

import orjson
from aws_lambda_powertools import Logger, Tracer
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from chalicelib.settings import settings

REDACTED: Final = "[redacted]"
SHORTEST_SECRET: Final = 8  # characters; what is shorter occurs by chance
_SERVICE: Final = "waygate"
_SECRET_NAME = re.compile(
    r"authorization|cookie|password|passwd|secret|token|api[-_]?key|credential|private[-_]?key|session", re.IGNORECASE
)
_PERCENT: Final = re.compile(r"%[0-9A-F]{2}")
_URL_SAFE: Final = str.maketrans("+/", "-_")
_WHOLE_PAYLOADS: Final = ("botocore", "boto3")  # their debug lines hold whole requests and answers, keyrings included

_UNTRACED: Final = nullcontext()
_TRACE_ROOT: Final = re.compile(r"Root=(1-[0-9a-f]{8}-[0-9a-f]{24})(?:;|$)")


@dataclass(frozen=True, repr=False)
class Forms:
    """All that secrets may look like when they come back, as text and as bytes, the longest first."""

    texts: tuple[str, ...] = ()
    raws: tuple[bytes, ...] = ()

    @classmethod
    def of(cls, forms: Iterable[str]) -> Forms:
        """`forms` in order."""
        texts = tuple(sorted(set(forms), key=len, reverse=True))
        return cls(texts, tuple(text.encode() for text in texts))


_NO_FORMS: Final = Forms()
_forms: contextvars.ContextVar[Forms] = contextvars.ContextVar("forms", default=_NO_FORMS)
_ids: contextvars.ContextVar[Mapping[str, str]] = contextvars.ContextVar("ids", default=MappingProxyType({}))


def _write_line(line: str) -> None:
    sys.stdout.write(line + "\n")


line_sink: Callable[[str], None] = _write_line


def emit_line(line: str) -> None:
    """Write one line of JSON (no newline) to where this process's lines go: standard output, unless replaced."""
    line_sink(line.replace("\x7f", "\\u007f"))  # the one control character that JSON leaves as it is


def one_line(value: Any) -> str:
    """`value` as JSON in ASCII, so that nothing in it can end a line or steer a terminal (F13)."""
    try:
        fast = orjson.dumps(value)
    except TypeError:  # an integer beyond 64 bits, or what only `str` makes text of
        fast = b"\x80"
    return fast.decode() if fast.isascii() else json.dumps(value, separators=(",", ":"), default=str)


@contextmanager
def call_of(**ids: str | None) -> Iterator[None]:
    """Within the block, every line carries those of `ids` that are not None: `request_id`, `trace_id` and the like."""
    token = _ids.set({name: value for name, value in ids.items() if value})
    try:
        yield
    finally:
        _ids.reset(token)


def ids_of_call() -> Mapping[str, str]:
    """What `call_of` was told for this call."""
    return _ids.get()


def trace_id(header: str | None = None) -> str | None:
    """The id of the X-Ray trace that this call belongs to, whether or not it is sampled; None where there is none.

    Lambda says it in the environment; `header` is the ``X-Amzn-Trace-Id`` of a request elsewhere.
    """
    found = _TRACE_ROOT.search(os.environ.get("_X_AMZN_TRACE_ID") or header or "")
    return found[1] if found else None


def guard_secrets(values: Iterable[str]) -> Forms:
    """From here on, in this call, none of `values` may appear in any line, error or record.

    Returns the forms that are looked for, for `guard_forms` to take in the next call.
    """
    found = Forms.of(form for value in values if len(value) >= SHORTEST_SECRET for form in _spellings(value))
    guard_forms(found)
    return found


def guard_forms(forms: Forms) -> None:
    """As `guard_secrets`, with forms that it has returned: finding them takes longer than looking for them."""
    known = _forms.get()
    _forms.set(forms if known is _NO_FORMS else Forms.of((*known.texts, *forms.texts)))


def forget_secrets() -> None:
    """The call is over."""
    _forms.set(_NO_FORMS)


def redact(text: str) -> str:
    """`text` without the secrets of this call, whatever their encoding."""
    for form in _forms.get().texts:
        if form in text:
            text = text.replace(form, REDACTED)
    return text


def redact_bytes(data: bytes) -> bytes:
    """The same for bytes that may be text; unchanged where no secret occurs."""
    for raw in _forms.get().raws:
        if raw in data:
            data = data.replace(raw, REDACTED.encode())
    return data


def _spellings(secret: str) -> set[str]:
    """What `secret` may look like when it comes back: plain, in JSON (also twice), in a URL, within base64."""
    in_json = json.dumps(secret)[1:-1]
    percent = {quote(secret, safe=safe) for safe in ("", "/", "!'()*")} | {quote_plus(secret)}
    found = {
        secret,
        in_json,
        in_json.replace("/", "\\/"),
        json.dumps(in_json)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        *percent,
        *(_PERCENT.sub(lambda match: match[0].lower(), form) for form in percent),
    }
    for offset in range(3):  # a character of base64 holds 6 bits: three ways to lie in a longer text
        inside = _base64_at(secret.encode(), offset)
        found |= {inside, inside.translate(_URL_SAFE)}
    return {form for form in found if len(form) >= SHORTEST_SECRET}


def _base64_at(raw: bytes, offset: int) -> str:
    """The characters of base64 that depend on `raw` alone, where it follows `offset` (mod 3) other bytes."""
    encoded = base64.b64encode(bytes(offset) + raw).decode()
    return encoded[-(-offset * 8 // 6) : (offset + len(raw)) * 8 // 6]


@functools.lru_cache(1_024)
def is_secret_name(name: str) -> bool:
    """True for names of headers, parameters and fields whose value is never shown."""
    return bool(_SECRET_NAME.search(name))


def mask_pairs(pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Name-value pairs with the values of secret names masked, and secrets in other values taken out."""
    return [[name, REDACTED if is_secret_name(name) else redact(value)] for name, value in pairs]


def mask_members(value: Any) -> Any:
    """`value` with every text or structure under a secret name masked."""
    if isinstance(value, Mapping):
        return {
            name: REDACTED
            if is_secret_name(str(name)) and isinstance(member, str | list | dict)
            else mask_members(member)
            for name, member in value.items()
        }
    return [mask_members(item) for item in value] if isinstance(value, list | tuple) else value


def _serialize(log: Mapping[str, Any]) -> str:
    told = {name: value for name, value in log.items() if name != "xray_trace_id"}  # ours is `trace_id`
    return redact(json.dumps(mask_members({**told, **_ids.get()}), separators=(",", ":"), default=str))


class _LineHandler(logging.Handler):
    """Hands each record to `emit_line`; never raises, whatever some library has put into a record."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(LambdaPowertoolsFormatter(utc=True, json_serializer=_serialize))

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno <= logging.DEBUG and record.name.startswith(_WHOLE_PAYLOADS):
            return
        try:
            line = self.format(record)
        except Exception as error:  # noqa: BLE001 (a log line must not fail the call, and the record may hold anything)
            name = type(error).__name__
            line = _serialize({"level": "ERROR", "message": f"unreadable log record: {name}", "logger": record.name})
        emit_line(line)


def _make_logger() -> Logger:
    made = Logger(
        service=_SERVICE,
        level=settings().log_level,
        logger_handler=_LineHandler(),
        logger_formatter=LambdaPowertoolsFormatter(utc=True, json_serializer=_serialize),  # it ignores the handler's
    )
    logging.getLogger(_SERVICE).propagate = False
    root = logging.getLogger()
    if not any(isinstance(handler, _LineHandler) for handler in root.handlers):
        root.handlers[:] = [h for h in root.handlers if "lambda" not in type(h).__module__] + [_LineHandler()]
    return made


logger = _make_logger()


METRICS: Final = {  # what each that is emitted tells; docs/metrics.md is made from this and from where it is emitted
    "invocations": "Calls of an action by a valid key, whatever came of them.",
    "failures": "Those of them that were answered with an error, ours, the caller's or the upstream's.",
    "duration_ms": "How long each took, from our first line to our last.",
    "circuit_opened": "A circuit breaker opened: calls to that origin are refused until it has recovered.",
    "due": "Connections that the sweep of this minute found due.",
    "handed_on": "Those of them that went to workers, being too many for the sweep itself.",
    "refreshes": "Tokens that were renewed and saved.",
    "refresh_failures": "Tries to renew tokens that failed and will be repeated.",
    "needs_reauth": "Connections that from now on need their owner's consent, or a new credential.",
    "orphaned_tokens": "New tokens that could not be saved and went to the queue; none of them is lost.",
    "expiring_credentials": "Warnings that a static credential expires soon.",
}


def emit_metrics(values: Mapping[str, float], dimensions: Mapping[str, str]) -> None:
    """Write one line in CloudWatch's embedded metric format. Names ending in ``_ms`` are milliseconds, others counts.

    Each is counted per stage (what alarms look at, since an alarm cannot search) and, besides, per `dimensions`.
    Written here, since powertools' metrics take 66 µs for each, a sixth of a whole invocation (measured).
    """
    about = {"Timestamp": time.time_ns() // 1_000_000, "CloudWatchMetrics": _directives(tuple(values), *dimensions)}
    emit_line(one_line({"_aws": about, **_ids.get(), "stage": settings().stage, **dimensions, **values}))


@functools.cache
def _directives(names: tuple[str, ...], *dimensions: str) -> list[dict[str, Any]]:
    metrics = [{"Name": name, "Unit": "Milliseconds" if name.endswith("_ms") else "Count"} for name in names]
    by = [["stage"], ["stage", *dimensions]] if dimensions else [["stage"]]
    return [{"Namespace": "Waygate", "Dimensions": by, "Metrics": metrics}]


@functools.cache
def tracer() -> Tracer:
    """X-Ray's tracer, made at the first call that Lambda samples: its SDK takes 0.4 s of CPU to import."""
    return Tracer(service=_SERVICE, auto_patch=False)


def traced(name: str, **annotations: str) -> AbstractContextManager[None]:
    """A subsegment around the block, in an invocation that Lambda samples; otherwise nothing."""
    return _traced(name, annotations) if "Sampled=1" in os.environ.get("_X_AMZN_TRACE_ID", "") else _UNTRACED


@contextmanager
def _traced(name: str, annotations: Mapping[str, str]) -> Iterator[None]:
    with tracer().provider.in_subsegment(name) as subsegment:
        for key, value in annotations.items():
            subsegment.put_annotation(key, value)
        yield
