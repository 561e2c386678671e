"""Token answers as providers give them: read by rules that are data, believed within bounds (E7)."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.auth.oauth.profile import OAuthProfile
from chalicelib.auth.oauth.tokens import LONGEST_LIFETIME_S, GrantFailed, GrantRefused, Tokens, read_answer

NOW = 1_700_000_000.0


def read(
    body: Any, *, status: int = 200, previous: Tokens | None = None, headers: dict[str, str] | None = None, **rules: Any
) -> Tokens:
    profile = OAuthProfile.model_validate({"answer": rules})
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_answer(profile, raw, status=status, headers=headers or {}, previous=previous, now=NOW)


def jwt(**claims: Any) -> str:
    middle = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"e30.{middle}.c2ln"


@pytest.mark.parametrize(
    ("members", "rules", "lifetime_s"),
    [
        ({"expires_in": 60}, {}, 60),
        ({"expires_in": "60"}, {}, 60),
        ({"expires_in": 60.5}, {}, 60.5),
        ({"expires_in": 60_000}, {"expires": {"pointer": "/expires_in", "unit": "delta_ms"}}, 60),
        ({"at": NOW + 60}, {"expires": {"pointer": "/at", "unit": "epoch_s"}}, 60),
        ({"at": str(int(NOW * 1000) + 60_000)}, {"expires": {"pointer": "/at", "unit": "epoch_ms"}}, 60),
        ({"at": "2023-11-14T22:14:20Z"}, {"expires": {"pointer": "/at", "unit": "iso"}}, 60),
        ({"at": "2023-11-14T22:14:20"}, {"expires": {"pointer": "/at", "unit": "iso"}}, 60),
        ({"expires_in": 10**12}, {}, LONGEST_LIFETIME_S),
        ({}, {"lifetime_s": 7200}, 7200),
        ({"access_token": jwt(exp=NOW + 90)}, {}, 90),
        ({"refresh_token": "r"}, {}, 3600),
        ({"expires_in": 0, "refresh_token": "r"}, {}, 3600),  # a token is not born dead: nothing was told
        ({"expires_in": -5}, {}, None),
        ({"expires_in": True}, {}, None),
        ({"expires_in": "soon"}, {}, None),
        ({"expires_in": None}, {}, None),
        ({"access_token": jwt(exp="x")}, {}, None),
        ({"access_token": "a.b.c"}, {}, None),
        ({}, {}, None),
    ],
)
def test_a_lifetime_is_read_in_its_unit_and_believed_up_to_a_year(
    members: dict[str, Any], rules: dict[str, Any], lifetime_s: float | None
) -> None:  # E7
    tokens = read({"access_token": "a", **members}, **rules)
    assert tokens.expires_at == (None if lifetime_s is None else pytest.approx(NOW + lifetime_s))


@pytest.mark.parametrize(
    ("body", "rules"),
    [
        ({"access_token": "a"}, {}),
        ({"authed_user": {"access_token": "a"}}, {"access_token": "/authed_user/access_token"}),
        ({"data": [{"jwt": "a"}]}, {"access_token": "/data/0/jwt"}),
        (b"access_token=a&scope=x%20y&token_type=bearer", {}),
        (b'"a"', {"access_token": ""}),
        (b"a", {"access_token": ""}),
        (b"\xef\xbb\xbf", None),
        (b"<html>no</html>", None),
        (b"[", None),
        (b"{}", None),
        ({"access_token": ""}, None),
        ({"access_token": "has space"}, None),
        ({"access_token": "line\nbreak"}, None),
        ({"access_token": "a" * 20_000}, None),
        ({"access_token": {"a": 1}}, None),
    ],
)
def test_a_token_is_found_where_the_profile_says_or_not_at_all(body: Any, rules: dict[str, Any] | None) -> None:
    if rules is None:
        with pytest.raises(GrantFailed):
            read(body)
    else:
        assert read(body, **rules).access_token in ("a", '"a"')


def test_what_an_answer_leaves_out_stays() -> None:  # E7
    before = Tokens(access_token="a", refresh_token="r", scopes=("x",), extra={"team": "T1"}, password="p")
    after = read({"access_token": "b"}, previous=before)
    assert (after.refresh_token, after.scopes, after.extra, after.password) == ("r", ("x",), {"team": "T1"}, "p")
    assert read({"access_token": "b", "refresh_token": "s"}, previous=before).refresh_token == "s"
    assert read({"access_token": "b", "refresh_token": ""}, previous=before).refresh_token == "r"
    assert read({"access_token": "b", "refresh_token": None}, previous=before).refresh_token == "r"


@pytest.mark.parametrize("scope", ["x y", "x,y", "x, y", ["x", "y"]])
def test_scopes_are_read_however_they_are_listed(scope: Any) -> None:
    assert read({"access_token": "a", "scope": scope}).scopes == ("x", "y")


@pytest.mark.parametrize(
    ("status", "body", "rules", "error", "code"),
    [
        (400, {"error": "invalid_grant", "error_description": "canary"}, {}, GrantRefused, "invalid_grant"),
        (200, {"error": "invalid_grant"}, {}, GrantRefused, "invalid_grant"),
        (401, {"error": "invalid_client"}, {}, GrantFailed, "invalid_client"),  # our secret is wrong; the grant lives
        (400, {"error": "canary with spaces"}, {}, GrantFailed, "http_400"),
        (400, {"error": {"message": "canary"}}, {}, GrantFailed, "http_400"),
        (500, {"error": "invalid_grant"}, {}, GrantFailed, "invalid_grant"),  # a broken server's word is no verdict
        (503, b"canary", {}, GrantFailed, "http_503"),
        (429, b"", {}, GrantFailed, "http_429"),
        (302, b"", {}, GrantFailed, "http_302"),
        (
            200,
            {"ok": False, "why": "gone", "access_token": "canary"},
            {"failure": {"pointer": "/ok", "values": ["false"], "code": "/why", "permanent": ["gone"]}},
            GrantRefused,
            "gone",
        ),
    ],
)
def test_a_refusal_is_told_by_its_code_alone(
    status: int, body: Any, rules: dict[str, Any], error: type[Exception], code: str
) -> None:  # E7
    with pytest.raises(error) as raised:
        read(body, status=status, **rules)
    assert str(raised.value).startswith(f"{code}: ")
    assert "canary" not in str(raised.value)


def test_a_provider_may_say_when_to_come_back() -> None:
    for wait, expected in (("30", 30.0), ("999999", 3600.0), ("soon", None), ("-1", None), ("٣", None)):
        with pytest.raises(GrantFailed) as failed:
            read(b"", status=429, headers={"retry-after": wait})
        assert failed.value.retry_after_s == expected


def test_values_are_kept_where_they_are_as_they_must_be() -> None:
    keep = [{"name": "instance", "pointer": "/url", "as": "host", "suffix": ".example.com"}]
    assert read({"access_token": "a", "url": "https://eu1.example.com/x"}, keep=keep).extra == {"instance": "eu1"}
    assert read({"access_token": "a"}, keep=keep).extra == {}
    with pytest.raises(GrantFailed):
        read({"access_token": "a", "url": "https://evil.test/.example.com"}, keep=keep)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@given(
    st.dictionaries(
        st.sampled_from(["access_token", "refresh_token", "expires_in", "scope", "token_type", "error", "ok"]), _json
    )
    | _json,
    st.sampled_from([200, 201, 302, 400, 401, 429, 500]),
)
def test_whatever_comes_is_tokens_or_a_reason(body: Any, status: int) -> None:
    try:
        tokens = read(body, status=status)
    except (GrantRefused, GrantFailed):
        return
    assert tokens.access_token
    assert Tokens.model_validate_json(tokens.model_dump_json()) == tokens
    assert tokens.expires_at is None or NOW < tokens.expires_at <= NOW + LONGEST_LIFETIME_S
