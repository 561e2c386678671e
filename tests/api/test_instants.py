"""Moments that callers give: RFC 3339 with an offset, and nothing else that a parser would make a moment of."""

from __future__ import annotations

import pytest

from tests.client import Api


@pytest.mark.parametrize(
    "text",
    ["0.5", "0", "1764000000", "2026-01-01", "2026-01-01T00:00Z", "2026-01-01T00:00:00", "2026-13-01T00:00:00Z", ""],
)
def test_what_is_no_rfc_3339_time_is_refused(api: Api, text: str) -> None:
    for path in ("invocations", "usage", "audit"):
        got = api.get(f"/{path}?until={text}")
        assert (got.status, got.json["errors"][0]["pointer"]) == (422, "/until"), path
    key = api.post("/api-keys", {"name": "k", "scopes": ["invoke"], "expires_at": text})
    assert (key.status, key.json["errors"][0]["pointer"]) == (422, "/expires_at")


@pytest.mark.parametrize("value", [0, 4_102_444_800, 0.5, True, []])
def test_a_number_is_no_moment(api: Api, value: object) -> None:
    key = api.post("/api-keys", {"name": "k", "scopes": ["invoke"], "expires_at": value})
    assert (key.status, key.json["errors"][0]["detail"]) == (
        422,
        "must be an RFC 3339 time, such as 2026-11-24T12:00:00Z",
    )


@pytest.mark.parametrize("text", ["2100-01-01T00:00:00Z", "2100-01-01t00:00:00.123456z", "2100-01-01T00:00:00-05:00"])
def test_an_rfc_3339_time_is_taken(api: Api, text: str) -> None:
    assert api.post("/api-keys", {"name": "k", "scopes": ["invoke"], "expires_at": text}).status == 201
