"""The hand of whoever is at the console."""

from __future__ import annotations

import re
from typing import Any

import requests
from playwright.sync_api import Page, expect

from tests.conftest import LocalStack


class Hand:
    """What a person does on a page, in a line each."""

    def __init__(self, page: Page, stack: LocalStack) -> None:
        self.page, self.stack = page, stack

    def go(self, path: str, heading: str | re.Pattern[str]) -> None:
        """To a screen by its address."""
        self.page.goto(f"{self.stack.url}/#{path}")
        expect(self.page.get_by_role("heading", name=heading, level=1)).to_be_visible()

    def press(self, name: str | re.Pattern[str], **where: Any) -> None:
        """A button or a link that looks like one."""
        self.page.get_by_role("button", name=name, **where).or_(
            self.page.get_by_role("link", name=name, **where)
        ).first.click()

    def fill(self, label: str, text: str) -> None:
        """A field, by its label."""
        self.page.get_by_label(label, exact=True).fill(text)

    def api(self, method: str, path: str, body: Any = None) -> Any:
        """The API, for what this test is not about."""
        answer = requests.request(
            method,
            f"{self.stack.url}/api/v1{path}",
            json=body,
            headers={"Authorization": f"Bearer {self.stack.key}"},
            timeout=30,
        )
        assert answer.ok, answer.text
        return answer.json() if answer.content else None
