"""The certified provider of `tests/auth/oidc`, started for a test, and a browser's way through it."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests

from tests.conftest import ROOT

FOLDER = ROOT / "tests" / "auth" / "oidc"
REDIRECT = "http://127.0.0.1/callback"
CLIENT = ("our-id", "our-client-secret")


@dataclass(frozen=True)
class OidcProvider:
    """A running one."""

    url: str

    @property
    def token_requests(self) -> int:
        """How many there were."""
        return int(requests.get(f"{self.url}/count", timeout=10).text)

    def grant(self) -> dict[str, Any]:
        """Tokens by an authorization code with PKCE."""
        verifier = "v" * 50
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "client_id": CLIENT[0],
            "response_type": "code",
            "redirect_uri": REDIRECT,
            "scope": "openid offline_access",
            "prompt": "consent",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        browser = requests.Session()
        answer = browser.get(f"{self.url}/auth", params=asked, allow_redirects=False, timeout=10)
        while not (target := urljoin(self.url, answer.headers["Location"])).startswith(REDIRECT):
            answer = browser.get(target, allow_redirects=False, timeout=10)
        code = parse_qs(urlsplit(target).query)["code"][0]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": verifier}
        given: dict[str, Any] = requests.post(f"{self.url}/token", data=form, auth=CLIENT, timeout=10).json()
        return given

    def is_alive(self, access_token: str) -> bool:
        """What introspection (RFC 7662) says."""
        asked = {"token": access_token}
        answer = requests.post(f"{self.url}/token/introspection", data=asked, auth=CLIENT, timeout=10)
        return bool(answer.json()["active"])


@contextmanager
def serving() -> Iterator[OidcProvider]:
    """A provider. Skips the test where there is no Node.js or `make oidc` has not been run."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("NOT TESTED: refresh against a certified provider needs Node.js 20 or newer")
    if not (FOLDER / "node_modules" / "oidc-provider").exists():
        pytest.skip("NOT TESTED: refresh against a certified provider needs `make oidc`")
    process = subprocess.Popen(
        [node, "server.mjs"], cwd=FOLDER, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url.startswith("http://"), "the provider did not start"
        yield OidcProvider(url)
    finally:
        process.kill()
        process.wait(10)
        if process.stdout:
            process.stdout.close()
