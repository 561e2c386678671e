"""Which Waygate, with which key: and a key never goes where it does not belong."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.config import DEFAULT_URL, check_url, find_target
from cli.failures import KeyMissing, Misuse

KEY = "wg_live_aaaaaaaa_bbbb"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder below one that holds a `.waygate/env`, as `make run` writes it."""
    (tmp_path / ".waygate").mkdir()
    (tmp_path / ".waygate/env").write_text(
        f"export WAYGATE_URL=http://127.0.0.1:9000\nexport WAYGATE_API_KEY='{KEY}'\n"
    )
    (tmp_path / "deep/down").mkdir(parents=True)
    return tmp_path / "deep/down"


def test_the_file_of_a_parent_folder_is_found(folder: Path) -> None:
    target = find_target(environment={}, folder=folder)
    assert (target.url, target.key) == ("http://127.0.0.1:9000", KEY)
    assert target.key_source == target.url_source == str(folder.parent.parent / ".waygate/env")


def test_variables_win_over_the_file(folder: Path) -> None:
    target = find_target(environment={"WAYGATE_URL": "https://a.example", "WAYGATE_API_KEY": "k"}, folder=folder)
    assert (target.url, target.key, target.env_file) == ("https://a.example", "k", None)


def test_the_option_wins_over_the_variable(folder: Path) -> None:
    environment = {"WAYGATE_URL": "https://a.example", "WAYGATE_API_KEY": "k"}
    assert find_target("https://b.example/", environment=environment, folder=folder).url == "https://b.example"


@pytest.mark.parametrize("way", ["option", "variable"])
def test_the_files_key_never_goes_to_another_address(folder: Path, way: str) -> None:
    elsewhere = "https://elsewhere.example"
    option = elsewhere if way == "option" else None
    environment = {} if way == "option" else {"WAYGATE_URL": elsewhere}
    target = find_target(option, environment=environment, folder=folder)
    assert target.key is None
    with pytest.raises(KeyMissing, match=r"belongs to http://127\.0\.0\.1:9000"):
        target.require_key()


def test_the_environments_key_never_goes_to_the_files_address(folder: Path) -> None:
    target = find_target(environment={"WAYGATE_API_KEY": "wg_live_of_another"}, folder=folder)
    assert target.url == DEFAULT_URL


def test_the_files_own_key_in_the_environment_goes_to_its_address(folder: Path) -> None:
    assert find_target(environment={"WAYGATE_API_KEY": KEY}, folder=folder).url == "http://127.0.0.1:9000"


def test_a_file_of_another_user_is_passed_over(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.getuid", lambda: 12345)
    monkeypatch.setattr("cli.config._is_ours", lambda path: path.stat().st_uid == 12345)
    target = find_target(environment={}, folder=folder)
    assert (target.url, target.key) == (DEFAULT_URL, None)


def test_without_anything_there_is_a_default_address_and_no_key(tmp_path: Path) -> None:
    target = find_target(environment={"WAYGATE_URL": " ", "WAYGATE_API_KEY": ""}, folder=tmp_path)
    assert (target.url, target.key) == (DEFAULT_URL, None)
    with pytest.raises(KeyMissing, match="not set"):
        target.require_key()


def test_a_target_never_shows_its_key(folder: Path) -> None:
    assert KEY not in repr(find_target(environment={}, folder=folder))


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("http://127.0.0.1:8787/", "http://127.0.0.1:8787"),
        ("http://127.0.0.1:8787/api/v1", "http://127.0.0.1:8787"),
        ("https://x.example/behind/api/v1/", "https://x.example/behind"),
    ],
)
def test_an_address_may_come_with_or_without_the_apis_path(given: str, url: str) -> None:
    assert check_url(given) == url


@pytest.mark.parametrize(
    "url", ["", "x", "ftp://x", "http://", "http://u:p@x", "http://x?y=1", "http://x#y", "file:///etc"]
)
def test_an_unusable_address_is_misuse(url: str) -> None:
    with pytest.raises(Misuse):
        check_url(url)
