"""The environment: validated once, and every message names the variable."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib import settings as module
from chalicelib.settings import SettingsError, settings


@pytest.fixture(autouse=True)
def _unread() -> Iterator[None]:
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("WAYGATE_STAGE", "Prod!"),
        ("WAYGATE_STAGE", ""),
        ("WAYGATE_STAGE", "a" * 17),
        ("WAYGATE_LOG_LEVEL", "LOUD"),
        ("WAYGATE_DENIED_PORTS", "80,http"),
    ],
)
def test_a_wrong_value_is_refused_by_the_name_of_its_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=f"^{variable}: .*docs/settings.md"):
        settings()


def test_all_wrong_values_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYGATE_STAGE", "!")
    monkeypatch.setenv("WAYGATE_LOG_LEVEL", "!")
    with pytest.raises(SettingsError, match=r"WAYGATE_STAGE: .*; WAYGATE_LOG_LEVEL: "):
        settings()


def test_the_defaults_are_those_of_a_laptop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WAYGATE_STAGE")
    found = settings()
    assert found.is_local
    assert (found.log_level, found.denied_ports) == ("INFO", ())


def test_a_deployment_is_not_local(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYGATE_STAGE", "prod")
    assert not settings().is_local
    assert settings().resource("connections") == "waygate-prod-connections"


def test_ports_are_a_list_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYGATE_DENIED_PORTS", "8790,4566,")
    assert settings().denied_ports == (8790, 4566)


def test_other_variables_are_none_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYGATE_SOMETHING_ELSE", "1")
    assert "something_else" not in settings().model_dump()


def test_the_environment_is_read_once_and_never_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    before = settings()
    monkeypatch.setenv("WAYGATE_STAGE", "prod")
    assert settings() is before
    with pytest.raises(ValueError, match="frozen"):
        before.stage = "prod"  # type: ignore[misc]


def test_every_setting_says_what_it_is_for() -> None:
    assert all(field.description for field in module.Settings.model_fields.values())
