"""What a token endpoint gives: read from its answer, kept as the sealed credential of auth type `oauth2`.

Nothing here sends or reads a clock. What an answer leaves out stays as it was: a refresh token that is not repeated,
scopes that are not told (RFC 6749, sections 5.1 and 6).
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeGuard
from urllib.parse import parse_qsl, urlsplit

from pydantic import BaseModel, ConfigDict, Field

from chalicelib import checked_json
from chalicelib.auth.oauth.profile import Keep, Moment, OAuthProfile
from chalicelib.errors import MalformedJson

LONGEST_LIFETIME_S: Final = 31_536_000.0  # a year; who says more is not believed (E7)
_WITH_REFRESH_TOKEN_S: Final = 3_600.0
_CODE: Final = re.compile(r"[A-Za-z0-9_.:-]{1,64}", re.ASCII)
_NUMBER: Final = re.compile(r"-?\d{1,16}(\.\d{1,9})?", re.ASCII)
_VISIBLE: Final = r"^[\x21-\x7e]+$"  # RFC 6749, appendix A.12 and A.17, less the space that no header could carry


class GrantRefused(Exception):
    """The provider says no, for good: only the account's owner can help. `code` as the provider has it, or ours."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code, self.detail = code, detail


class GrantFailed(Exception):
    """No tokens this time; the grant may well be alive. `reason` is a short code; `retry_after_s` if the provider says.

    `sent` is False only when no byte of the request can have reached the provider.
    """

    def __init__(self, reason: str, detail: str, *, retry_after_s: float | None = None, sent: bool = True) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail, self.retry_after_s, self.sent = reason, detail, retry_after_s, sent


class Tokens(BaseModel):
    """What lets us in, and what renews it. `access_token` is None where only what renews it is known so far.

    `expires_at` and `issued_at` are epoch seconds; an `expires_at` of None means that nobody knows. `extra` is what the
    profile keeps of the answer and the callback. `username` and `password` are those of a password grant.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    access_token: str | None = Field(default=None, max_length=16_384, pattern=_VISIBLE)
    refresh_token: str | None = Field(default=None, max_length=16_384, pattern=_VISIBLE)
    expires_at: float | None = None
    issued_at: float = 0.0
    scopes: tuple[str, ...] = ()
    token_type: str = Field(default="Bearer", max_length=64)
    extra: dict[str, str] = Field(default_factory=dict, max_length=40)
    username: str | None = Field(default=None, max_length=1_024)
    password: str | None = Field(default=None, max_length=8_192)

    @property
    def secrets(self) -> frozenset[str]:
        """Every value in here that must never be seen."""
        return frozenset(filter(None, (self.access_token, self.refresh_token, self.password)))


def read_answer(
    profile: OAuthProfile,
    body: bytes,
    *,
    status: int,
    headers: Mapping[str, str],
    previous: Tokens | None,
    now: float,
) -> Tokens:
    """The tokens in a token endpoint's answer; `headers` by lower-case name.

    Raises `GrantRefused` and `GrantFailed`. Neither repeats anything of the body but the error's code (E7).
    """
    answer = _parse(body, status) if profile.answer.access_token else body.decode("utf-8", "replace").strip()
    _check_success(profile, answer, status, headers)
    rule = profile.answer
    access_token = _text(at(answer, rule.access_token))
    if not access_token or not re.fullmatch(_VISIBLE, access_token) or len(access_token) > 16_384:
        raise GrantFailed("no_access_token", "The provider's answer has no access token where one is expected.")
    refresh_token = _text(at(answer, rule.refresh_token)) or (previous.refresh_token if previous else None)
    kept = {**(previous.extra if previous else {}), **keep(rule.keep, answer)}
    told = scopes_of(at(answer, rule.scope))
    return Tokens(
        access_token=access_token,
        refresh_token=refresh_token,
        expires_at=_expires_at(profile, answer, access_token, refresh_token, now),
        issued_at=now,
        scopes=told or (previous.scopes if previous else ()),
        token_type=(_text(at(answer, rule.token_type)) or "Bearer")[:64],
        extra=kept,
        username=previous.username if previous else None,
        password=previous.password if previous else None,
    )


def keep(rules: Iterable[Keep], source: Any) -> dict[str, str]:
    """The values that `rules` want of `source`, by name. Raises `GrantFailed` where one does not end as it must."""
    kept = {}
    for rule in rules:
        value = _text(at(source, rule.pointer))
        if not value:
            continue
        if rule.kind == "host":
            value = urlsplit(value if "//" in value else f"//{value}").hostname or ""
        if not value.endswith(rule.suffix) or len(value) > 2_000:
            raise GrantFailed("unexpected_value", f"What the provider says of `{rule.name}` is not as it must be.")
        kept[rule.name] = value.removesuffix(rule.suffix)
    return kept


def at(value: Any, pointer: str) -> Any:
    """What lies at an RFC 6901 pointer; None where nothing does."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


def scopes_of(value: Any) -> tuple[str, ...]:
    """Granted scopes, however a provider lists them: a text with spaces or commas, or an array."""
    items = value if isinstance(value, list) else re.split(r"[ ,]+", value) if isinstance(value, str) else []
    return tuple(dict.fromkeys(str(item)[:500] for item in items if item))[:200]


def _parse(body: bytes, status: int) -> Any:
    """JSON whatever its media type says, else a form (some providers answer so), else the plain text."""
    text = body.decode("utf-8", "replace").strip()
    if text[:1] in ("{", "[", '"'):
        try:
            return checked_json.loads(body)
        except MalformedJson:
            raise GrantFailed("invalid_answer", f"The provider answered {status}, with broken JSON.") from None
    if "=" in text and not text.startswith("<"):
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=100))
    return text


def _check_success(profile: OAuthProfile, answer: Any, status: int, headers: Mapping[str, str]) -> None:
    rule = profile.answer.failure
    code = _text(at(answer, rule.code)) if isinstance(answer, dict) else None
    says_no = bool(rule.values) and str(at(answer, rule.pointer)).lower() in {value.lower() for value in rule.values}
    if 200 <= status < 300 and not says_no and not code:
        return
    shown = code if code and _CODE.fullmatch(code) else f"http_{status}"
    detail = f"The token endpoint answered {status}" + (f" with `{shown}`." if code else ".")
    wait = headers.get("retry-after", "").strip()
    retry_after_s = min(float(wait), 3_600.0) if re.fullmatch(r"\d{1,9}", wait, re.ASCII) else None
    if status >= 500 or status == 429:
        raise GrantFailed(shown, detail, retry_after_s=retry_after_s)
    if shown in rule.permanent:
        raise GrantRefused(shown, detail)
    raise GrantFailed(shown, detail, retry_after_s=retry_after_s)


def _expires_at(
    profile: OAuthProfile, answer: Any, access_token: str, refresh_token: str | None, now: float
) -> float | None:
    """When the access token ends: as told, else the profile's lifetime, else a JWT's own `exp`, else in an hour where
    it can be renewed; else nobody knows (E7). A lifetime of nothing, or less, tells nothing."""
    told = _moment(profile.answer.expires, answer, now)
    if told is None and profile.answer.lifetime_s:
        told = now + profile.answer.lifetime_s
    if told is None:
        told = _exp_of_jwt(access_token, now)
    if told is None and refresh_token:
        told = now + _WITH_REFRESH_TOKEN_S
    return None if told is None else min(told, now + LONGEST_LIFETIME_S)


def _moment(rule: Moment, answer: Any, now: float) -> float | None:
    value = at(answer, rule.pointer)
    raw = value.strip() if isinstance(value, str) else str(value) if _is_number(value) else ""
    moment: float | None = None
    if rule.unit == "iso":
        try:
            parsed = dt.datetime.fromisoformat(raw)
            moment = (parsed if parsed.tzinfo else parsed.replace(tzinfo=dt.UTC)).timestamp()
        except (ValueError, OverflowError):
            return None
    elif _NUMBER.fullmatch(raw):
        number = float(raw) / (1_000 if rule.unit.endswith("_ms") else 1)
        moment = number if rule.unit.startswith("epoch") else now + number
    return moment if moment is not None and moment > now else None


def _exp_of_jwt(token: str, now: float) -> float | None:
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return None
    exp = claims.get("exp") if isinstance(claims, dict) else None
    return float(exp) if _is_number(exp) and exp > now else None


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value or None
    return str(value) if _is_number(value) else None
