"""A real browser on the real local stack. Whatever it complains of, and whatever it asks elsewhere, fails a test."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.conftest import ROOT, LocalStack, start_stack
from tests.console.hand import Hand

expect.set_options(timeout=15_000)
CHROMIUM = shutil.which("chromium")
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker has the browser and the stack; without either, all of these tests say so."""
    lacks = None
    if CHROMIUM is None:
        lacks = "THE CONSOLE IS NOT TESTED: there is no chromium (on Debian: apt-get install chromium)"
    elif not (ROOT / "ui" / "dist" / "index.html").exists():
        lacks = "THE CONSOLE IS NOT TESTED: it is not built (`make ui` needs Node.js 20.19 or newer)"
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()) and Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("console"))
            if lacks:
                item.add_marker(pytest.mark.skip(reason=lacks))


@dataclass
class Watch:
    """What a page has done that a good one does not."""

    origin: str
    complaints: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        """Watch a page from its beginning."""
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("dialog", self._dialog)
        page.on("console", self._console)
        page.on("request", self._request)

    def _dialog(self, dialog: Any) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _console(self, message: Any) -> None:
        # A refused request is reported by the browser itself; the console shows it as a problem, which tests look at.
        if message.type == "error" and not re.search(r"Failed to load resource: .* status of \d+", message.text):
            self.complaints.append(f"console: {message.text}")

    def _request(self, request: Any) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https") and f"{address.scheme}://{address.netloc}" != self.origin:
            self.complaints.append(f"asked elsewhere: {request.url}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    # Playwright's own driver wants none of a caller's proxies for what it does on this machine.
    os.environ.setdefault("NO_PROXY", "127.0.0.1,localhost")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """A local stack for a file of tests: what one test leaves behind, only its neighbours see."""
    process, stack = start_stack(tmp_path_factory.mktemp("console") / "state")
    yield stack
    process.kill()
    process.wait()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser's profile, as new; it may use the clipboard."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, permissions=["clipboard-read", "clipboard-write"]
    )
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def watch(stack: LocalStack) -> Watch:
    """What the page complains of so far."""
    return Watch(stack.url)


@pytest.fixture
def page(context: BrowserContext, stack: LocalStack, watch: Watch) -> Iterator[Page]:
    """The console, opened and signed in, as it is on the machine of its owner."""
    page = context.new_page()
    watch.over(page)
    page.goto(stack.url)
    page.get_by_role("heading", name="Integrations", level=1).wait_for()
    yield page
    assert watch.complaints == []


@pytest.fixture
def hand(page: Page, stack: LocalStack) -> Hand:
    """What a person does on the page."""
    return Hand(page, stack)
