"""A certificate that nobody trusts unless told to, and the TLS of a server that has it."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from infra.rehearse import certificate as made


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1, with its key, as PEM."""
    return made.self_signed(tmp_path_factory.mktemp("tls") / "self-signed.pem")


@pytest.fixture(scope="session")
def self_signed(certificate: Path) -> ssl.SSLContext:
    """The TLS of a server with that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
