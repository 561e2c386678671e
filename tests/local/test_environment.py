"""The process environment of local mode."""

from __future__ import annotations

import os

import pytest

from infra.local import environment


@pytest.fixture(autouse=True)
def _restored(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("AWS_", "WAYGATE_"))]:
        monkeypatch.setenv(name, os.environ[name])
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_SESSION_TOKEN", "WAYGATE_DENIED_PORTS"):
        monkeypatch.setenv(name, "")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_EC2_METADATA_DISABLED", "AWS_REGION"):
        monkeypatch.setenv(name, "")


def test_nothing_of_the_owners_aws_account_is_left() -> None:
    os.environ.update(AWS_PROFILE="work", AWS_ENDPOINT_URL="https://x", AWS_ENDPOINT_URL_S3="https://y")
    os.environ.update(AWS_ACCESS_KEY_ID="AKIAREAL", AWS_SESSION_TOKEN="real", AWS_CONFIG_FILE="/home/me/.aws/config")
    environment.prepare("local")
    assert not {"AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_SESSION_TOKEN"} & set(os.environ)
    assert os.environ["AWS_ACCESS_KEY_ID"] == "testing"
    assert os.environ["AWS_CONFIG_FILE"] == os.environ["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
    assert os.environ["WAYGATE_STAGE"] == "local"


def test_the_control_port_joins_the_ports_that_egress_refuses() -> None:
    os.environ["WAYGATE_DENIED_PORTS"] = "25"
    environment.prepare("local", control_port=8789)
    environment.prepare("local", control_port=8789)
    assert os.environ["WAYGATE_DENIED_PORTS"] == "25,8789"
