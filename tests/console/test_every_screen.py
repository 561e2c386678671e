"""Every screen, light and dark, wide and narrow: nothing that axe finds, nothing that scrolls sideways."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import ROOT, LocalStack
from tests.console.screens import Furnished

AXE = ROOT / "ui" / "node_modules" / "axe-core" / "axe.min.js"
# Besides the rules of WCAG 2.1 A and AA and the best practices: contrast of 7:1 (AAA, 1.4.6).
RULES = {"rules": {"color-contrast-enhanced": {"enabled": True}}, "resultTypes": ["violations"]}


@pytest.fixture(scope="module")
def furnished(stack: LocalStack) -> Furnished:
    return Furnished(stack)


def visit(page: Page, address: str) -> None:
    """Opens a screen anew, and returns once what it shows has come."""
    page.goto("about:blank")  # else the old screen is there until the new one has come
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(page.locator('[aria-busy="true"], [aria-label="Loading"]')).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, furnished: Furnished, watch: Any, scheme: Any) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    watch.over(page)
    found: dict[str, list[str]] = {}
    for name, path in furnished.screens().items():
        visit(page, f"{furnished.url}/#{path}")
        page.evaluate(AXE.read_text())
        result = page.evaluate("(rules) => axe.run(document, rules)", RULES)
        for violation in result["violations"]:
            for node in violation["nodes"]:
                found.setdefault(name, []).append(f"{violation['id']}: {node['html'][:150]}")
    context.close()
    assert found == {}
    assert watch.complaints == []


def test_nothing_scrolls_sideways_on_a_telephone(browser: Browser, furnished: Furnished) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    wide = {}
    for name, path in furnished.screens().items():
        visit(page, f"{furnished.url}/#{path}")
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if over > 0:
            wide[name] = over
    context.close()
    assert wide == {}


def test_the_page_cannot_be_framed(browser: Browser, stack: LocalStack, tmp_path: Path) -> None:  # F11
    outside = tmp_path / "frame.html"
    outside.write_text(f'<iframe src="{stack.url}/" width="900" height="600"></iframe>')
    context = browser.new_context()
    page = context.new_page()
    refusals: list[str] = []
    page.on("console", lambda message: refusals.append(message.text))
    page.goto(outside.as_uri())
    page.wait_for_timeout(300)
    frame = page.frames[1]
    assert "waygate" not in frame.content().lower()
    assert any("frame-ancestors" in text or "X-Frame-Options" in text for text in refusals), refusals
    context.close()


def test_a_key_is_forgotten_after_half_an_hour_without_a_touch(browser: Browser, stack: LocalStack) -> None:  # F10
    context = browser.new_context()
    page = context.new_page()
    page.clock.install()
    page.route("**/config.json", lambda route: route.fulfill(json={"api": "/api/v1", "key": None}))
    page.goto(stack.url)
    page.get_by_label("API key").fill(stack.key)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.clock.run_for(2_000)
    expect(page.get_by_role("heading", name="Integrations", level=1)).to_be_visible()
    page.clock.fast_forward(31 * 60_000)
    page.clock.run_for(20_000)
    expect(page.get_by_text("Signed out after 30 minutes without a touch.")).to_be_visible()
    assert page.evaluate("Object.values(sessionStorage).join()").count(stack.key) == 0
    context.close()
