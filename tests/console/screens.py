"""A stack on which every screen has something to show, and the addresses of them all."""

from __future__ import annotations

import time
from typing import Any

import requests

from tests.conftest import LocalStack


class Furnished:
    """A stack with a draft, a crawled site, an OAuth integration, calls good and bad."""

    def __init__(self, stack: LocalStack) -> None:
        self.url, self.demo = stack.url, stack.demo_url
        self._headers = {"Authorization": f"Bearer {stack.key}"}
        self.job = self._job("shop", {"url": f"{self.demo}/docs"})
        oauth = {
            "type": "oauth2",
            "authorize_url": f"{self.demo}/oauth/authorize",
            "token_url": f"{self.demo}/oauth/token",
            "grant": "authorization_code",
            "scopes": ["shop:read"],
        }
        self.call(
            "POST", "/integrations", {"name": "crm", "base_url": f"{self.demo}/v1", "auth": oauth, "tags": ["sales"]}
        )
        self.call("PUT", "/integrations/crm/clients/default", {"client_id": "demo-client", "client_secret": "x" * 20})
        good = self.call("POST", "/actions/demo/get-pet", {"pet_id": 1})
        self.call("POST", "/actions/demo/get-pet", {"pet_id": 9999}, fails=True)
        self.request: str = good["meta"]["request_id"]
        self._until(lambda: self.call("GET", f"/invocations/{self.request}", fails=True).get("request_id"))

    def call(self, method: str, path: str, body: Any = None, *, fails: bool = False) -> Any:
        """One request to the API."""
        answer = requests.request(method, f"{self.url}/api/v1{path}", json=body, headers=self._headers, timeout=30)
        assert answer.ok or fails, answer.text
        return answer.json()

    def _job(self, integration: str, source: dict[str, Any]) -> str:
        job: str = self.call("POST", "/scrape-jobs", {"integration": integration, "source": source})["id"]
        self._until(lambda: self.call("GET", f"/scrape-jobs/{job}")["status"] == "needs_review")
        return job

    def _until(self, is_so: Any) -> None:
        deadline = time.monotonic() + 60
        while not is_so():
            assert time.monotonic() < deadline
            time.sleep(0.05)  # what runs behind the API's answers has no other sign

    def screens(self) -> dict[str, str]:
        """Each screen by what it is called."""
        return {
            "integrations": "/integrations",
            "integration": "/integrations/demo",
            "connections-of": "/integrations/crm/connections",
            "settings": "/integrations/demo/settings",
            "health": "/integrations/demo/health",
            "action": "/integrations/demo/actions/create-pet",
            "edit-action": "/integrations/demo/actions/create-pet/edit",
            "add": f"/add?url={self.demo}/docs",
            "by-hand": "/add?way=hand",
            "jobs": "/jobs",
            "job": f"/jobs/{self.job}",
            "draft": f"/jobs/{self.job}/draft",
            "draft-findings": f"/jobs/{self.job}/draft?tab=findings",
            "connections": "/connections",
            "connection": "/connections/demo/default",
            "new-connection": "/connections/new?integration=crm",
            "invocations": "/invocations",
            "invocation": f"/invocations/{self.request}",
            "usage": "/usage",
            "api-keys": "/api-keys",
            "not-found": "/nowhere",
        }
