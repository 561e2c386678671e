"""What can go wrong in the shop, as `application/problem+json` (RFC 9457)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

CODES = {
    "malformed_json": (400, "The body is not JSON"),
    "malformed_multipart": (400, "The body is not a multipart form"),
    "invalid_parameter": (400, "A parameter is not valid"),
    "invalid_cursor": (400, "The cursor is not one of ours"),
    "unauthenticated": (401, "No valid credential"),
    "insufficient_scope": (403, "The token lacks a scope"),
    "not_found": (404, "Not found"),
    "method_not_allowed": (405, "Method not allowed"),
    "too_large": (413, "The body is too large"),
    "unsupported_media_type": (415, "Unsupported media type"),
    "invalid_body": (422, "The body is not valid"),
    "idempotency_key_reused": (422, "The idempotency key was used for another order"),
    "rate_limited": (429, "Too many requests"),
    "internal_error": (500, "Something broke in the shop"),
    "unavailable": (503, "The shop is closed for the moment"),
}
"""code → (HTTP status, title). The documentation page lists the same codes."""


class Problem(Exception):
    """An answer that is not a success.

    `errors` is a list of `{"pointer", "detail"}`, one for each thing wrong with the input; `headers` are added
    to the answer. Raises KeyError for a code that is not in `CODES`.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        errors: Sequence[dict[str, str]] = (),
        headers: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.errors = list(errors)
        self.headers = tuple(headers)
        self.status, self.title = CODES[code]

    def document(self, request_id: str) -> dict[str, Any]:
        """The problem document that goes out."""
        document: dict[str, Any] = {
            "type": f"/docs/errors#{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "request_id": request_id,
        }
        if self.errors:
            document["errors"] = self.errors
        return document
