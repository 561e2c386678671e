"""Logs, metrics and traces (powertools), and the one place where secrets are taken out of text.

Everything that leaves this process as a line goes through `emit_line`: log lines, metrics in CloudWatch's embedded
format, and the records of invocations. Each is one JSON object on one line (F13). Redaction works by value (every
secret of the running call, in the encodings in which it could come back) and by name (B3).
"""

from __future__ import annotations

import base64
import contextvars
import json
import logging
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote, quote_plus

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider

from chalicelib.settings import settings

REDACTED: Final = "[redacted]"
SHORTEST_SECRET: Final = 8  # characters; what is shorter occurs by chance
_SECRET_NAME = re.compile(
    r"authorization|cookie|password|passwd|secret|token|api[-_]?key|credential|private[-_]?key|session", re.IGNORECASE
)

_secrets: contextvars.ContextVar[frozenset[str]] = contextvars.ContextVar("secrets", default=frozenset())


def _write_line(line: str) -> None:
    sys.stdout.write(line + "\n")


line_sink: Callable[[str], None] = _write_line


def emit_line(line: str) -> None:
    """Write one line of JSON (no newline) to where this process's lines go: standard output, unless replaced."""
    line_sink(line)


def guard_secrets(values: Iterable[str]) -> None:
    """From here on, in this call, none of `values` may appear in any line, error or record."""
    _secrets.set(_secrets.get() | {value for value in values if len(value) >= SHORTEST_SECRET})


def forget_secrets() -> None:
    """The call is over."""
    _secrets.set(frozenset())


def redact(text: str) -> str:
    """`text` without the secrets of this call, whatever their encoding."""
    for secret in sorted(_secrets.get(), key=len, reverse=True):
        for form in _forms(secret):
            if form in text:
                text = text.replace(form, REDACTED)
    return text


def redact_bytes(data: bytes) -> bytes:
    """The same for bytes that may be text; unchanged where no secret occurs."""
    for secret in sorted(_secrets.get(), key=len, reverse=True):
        for form in _forms(secret):
            raw = form.encode()
            if raw in data:
                data = data.replace(raw, REDACTED.encode())
    return data


def _forms(secret: str) -> tuple[str, ...]:
    raw = secret.encode()
    encoded = [
        secret,
        json.dumps(secret)[1:-1],
        quote(secret, safe=""),
        quote_plus(secret),
        base64.b64encode(raw).decode().rstrip("="),
        base64.urlsafe_b64encode(raw).decode().rstrip("="),
    ]
    return tuple(dict.fromkeys(form for form in encoded if len(form) >= SHORTEST_SECRET))


def is_secret_name(name: str) -> bool:
    """True for names of headers, parameters and fields whose value is never shown."""
    return bool(_SECRET_NAME.search(name))


def mask_pairs(pairs: Iterable[tuple[str, str]], secret_names: frozenset[str] = frozenset()) -> list[list[str]]:
    """Name-value pairs with the values of secret names masked, and secrets in other values taken out."""
    return [
        [name, REDACTED if name.lower() in secret_names or is_secret_name(name) else redact(value)]
        for name, value in pairs
    ]


class _LineHandler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        emit_line(self.format(record))


class _RedactingFormatter(LambdaPowertoolsFormatter):
    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record).replace("\n", "\\n"))


def _make_logger() -> Logger:
    logger = Logger(
        service="waygate",
        level=settings().log_level,
        logger_handler=_LineHandler(),
        logger_formatter=_RedactingFormatter(utc=True),
    )
    logging.getLogger("waygate").propagate = False
    root = logging.getLogger()
    if not any(isinstance(handler, _LineHandler) for handler in root.handlers):
        handler = _LineHandler()
        handler.setFormatter(_RedactingFormatter(utc=True))
        root.handlers[:] = [h for h in root.handlers if "lambda" not in type(h).__module__] + [handler]
    return logger


logger = _make_logger()


def emit_metrics(values: Mapping[str, float], dimensions: Mapping[str, str]) -> None:
    """Write one EMF line. Names ending in ``_ms`` are milliseconds, all others counts."""
    provider = AmazonCloudWatchEMFProvider(namespace="Waygate", service="waygate")
    for name, value in values.items():
        unit = MetricUnit.Milliseconds if name.endswith("_ms") else MetricUnit.Count
        provider.add_metric(name=name, unit=unit, value=value)
    for name, text in dimensions.items():
        provider.add_dimension(name=name, value=text)
    document: dict[str, Any] = provider.serialize_metric_set()  # type: ignore[assignment]
    emit_line(json.dumps(document, separators=(",", ":")))
