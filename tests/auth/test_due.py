"""When a token is due: a property of numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.auth.due import MARGIN_S, TOUCH_S, Life, retry_at

AT = 1_790_000_000.0
LIFETIMES = st.floats(min_value=1, max_value=400 * 86_400)


@pytest.mark.parametrize(
    ("lifetime", "margin", "due"),
    [
        (3_600, None, 2_880),
        (600, None, 300),
        (1_500, None, 1_200),
        (60, None, 30),
        (3_600, 60, 3_540),
        (3_600, 0, 3_600),
    ],
)
def test_due(lifetime: float, margin: float | None, due: float) -> None:  # E10
    assert Life(AT, AT + lifetime, margin).due_at() == AT + due


def test_an_idle_refresh_token_is_used_daily_unless_the_profile_says_when() -> None:
    month = AT + 30 * 86_400
    assert Life(AT, month, may_idle=True).due_at() == AT + TOUCH_S
    assert Life(AT, None, may_idle=True).due_at() == AT + TOUCH_S
    assert Life(AT, month, 60, may_idle=True).due_at() == month - 60
    assert Life(AT, None).due_at() is None


@given(LIFETIMES, st.floats(min_value=0, max_value=1))
def test_the_sweep_comes_when_it_is_due_and_before_it_ends(lifetime: float, luck: float) -> None:
    life = Life(AT, AT + lifetime)
    due, at = life.due_at(), life.sweep_at(lambda low, high: low + luck * (high - low))
    assert due is not None and at is not None
    assert AT + lifetime / 2 - 1e-3 <= due <= at <= AT + lifetime
    assert lifetime < 2 * MARGIN_S or AT + lifetime - due >= MARGIN_S - 1e-3


@given(st.integers(min_value=1, max_value=1_000), st.floats(min_value=0, max_value=1))
def test_backing_off_grows_and_is_bounded(failures: int, luck: float) -> None:
    wait = retry_at(failures, AT, lambda low, high: low + luck * (high - low)) - AT
    assert 14.9 <= wait <= 3_600.1
    assert wait >= min(3_600, 30 * 2 ** min(failures - 1, 16)) / 2 - 0.1


def test_what_the_provider_asks_for_is_respected() -> None:
    assert retry_at(1, AT, lambda low, high: low, asked_s=900) == AT + 900
