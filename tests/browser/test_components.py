"""Every component in a real Chromium: axe at WCAG 2.2 AA, phone width, keyboard, without script, and what is loaded from where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from casework.web import pages
from tests.browser.looking import DESK, PHONE, violations
from tests.browser.serving import served

GUIDE = "/demo/components"


@dataclass(frozen=True)
class Settings:
    """The two settings that the shell reads."""

    demonstration: bool = True
    base_url: str = "http://127.0.0.1"


@pytest.fixture(scope="module")
def address(built: None) -> Iterator[str]:
    """The page shell on a port of its own, somebody signed in, with the look built from the sources as they are."""
    app = Flask("bare")
    app.secret_key = "a secret of the tests, thirty-two characters"
    pages.init(app, settings=Settings())
    links = tuple(
        pages.NavigationLink(text, f"/{text.lower()}") for text in ("Home", "Referrals", "Conferences", "Cases")
    )

    @app.before_request
    def sign_in() -> None:
        pages.frame_for(
            pages.Frame(partnership="South Staffordshire MARAC", person="Priya Nair", sign_out="/out", navigation=links)
        )

    with served(app) as at:
        yield at


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab in a context of its own. Ends in failure when anything was said on the console or blocked."""
    context = browser.new_context(viewport=DESK)
    tab = context.new_page()
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    tab.on("requestfailed", lambda request: said.append(f"failed: {request.url}"))
    tab.on("pageerror", lambda error: said.append(str(error)))
    yield tab
    context.close()
    assert [words for words in said if "404 (NOT FOUND)" not in words] == []


def sideways(page: Page) -> int:
    """How many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


class TestEveryComponent:
    """In each of its states, on a desk and on a phone."""

    @pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
    @pytest.mark.parametrize("path", [f"{GUIDE}?told", "/nowhere"])
    def test_passes_axe_and_fits_the_window(self, page: Page, address: str, size: Any, path: str) -> None:
        page.set_viewport_size(size)
        page.goto(address + path)
        assert violations(page) == []
        assert sideways(page) == 0

    @pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
    def test_passes_axe_and_fits_the_window_when_there_are_mistakes(self, page: Page, address: str, size: Any) -> None:
        page.set_viewport_size(size)
        page.goto(address + GUIDE)
        page.get_by_role("button", name="Save and go on").click()
        page.get_by_text("There is a problem").wait_for()
        assert violations(page) == []
        assert sideways(page) == 0

    def test_fits_with_text_at_twice_its_size_and_spaced_wide(self, page: Page, address: str) -> None:
        page.set_viewport_size({"width": 640, "height": 450})
        page.goto(address + GUIDE)
        page.evaluate(
            """() => { const sheet = new CSSStyleSheet();
            sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }");
            document.adoptedStyleSheets = [sheet]; }"""
        )
        assert sideways(page) == 0


class TestTheFirstPage:
    """What a browser fetches before anything can be read."""

    def test_is_small_and_all_from_here(self, page: Page, address: str) -> None:
        got: list[tuple[str, int]] = []
        page.on("response", lambda answer: got.append((answer.url, int(answer.headers["content-length"]))))
        page.goto(f"{address}/nowhere")
        page.wait_for_load_state("networkidle")
        assert all(url.startswith(address) for url, _ in got)
        assert len(got) <= 5, got
        assert sum(size for _, size in got) < 150_000, got
        assert page.evaluate("document.fonts.check('16px \"Atkinson Hyperlegible Next\"')")


class TestWithTheKeyboard:
    """The whole job without a mouse."""

    def test_the_first_stop_leads_past_the_navigation(self, page: Page, address: str) -> None:
        page.goto(address + GUIDE)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent.trim()") == "Skip to main content"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main-content"

    def test_mistakes_are_where_the_focus_is_and_lead_to_their_box(self, page: Page, address: str) -> None:
        page.goto(address + GUIDE)
        page.fill("#born-day", "31")
        page.fill("#born-month", "2")
        page.fill("#born-year", "1992")
        page.get_by_role("button", name="Save and go on").click()
        page.get_by_text("There is a problem").wait_for()
        assert "govuk-error-summary" in page.evaluate("document.activeElement.className")
        page.get_by_role("link", name="Date of birth must be a real date").click()
        assert page.evaluate("document.activeElement.id") == "born-day"
        assert page.input_value("#born-month") == "2"

    def test_single_keys_press_what_is_there_but_not_while_typing_nor_when_switched_off(
        self, page: Page, address: str
    ) -> None:
        page.goto(address + GUIDE)
        page.focus("#given_name")
        page.keyboard.type("sss")
        assert page.input_value("#given_name") == "sss"
        page.locator("h1").click()
        page.get_by_role("button", name="Keys on").click()
        page.locator("h1").click()
        page.keyboard.press("s")
        assert page.input_value("#given_name") == "sss"
        page.get_by_role("button", name="Keys on").click()
        page.locator("h1").click()
        page.keyboard.press("s")
        page.get_by_text("There is a problem").wait_for()

    def test_enter_in_a_box_goes_on_instead_of_adding_a_row(self, page: Page, address: str) -> None:
        page.goto(address + GUIDE)
        page.fill("#given_name", "Zoë")
        page.press("#given_name", "Enter")
        page.get_by_text("There is a problem").wait_for()
        assert page.locator("[name=children-1-name]").count() == 0


class TestWithoutScript:
    """Script only adds; everything works without it."""

    @pytest.fixture
    def plain(self, browser: Browser) -> Iterator[Page]:
        context = browser.new_context(java_script_enabled=False, viewport=PHONE)
        yield context.new_page()
        context.close()

    def test_rows_are_added_and_taken_away_and_nothing_typed_is_lost(self, plain: Page, address: str) -> None:
        plain.goto(address + GUIDE)
        plain.fill("#given_name", "Zoë")
        plain.fill("#children-0-name", "Ana")
        plain.get_by_role("button", name="Add another child").click()
        plain.fill("#children-1-name", "Bo")
        plain.get_by_role("button", name="Remove child 1").click()
        assert plain.input_value("#children-0-name") == "Bo"
        assert plain.input_value("#given_name") == "Zoë"
        assert plain.locator("[name=children-1-name]").count() == 0

    def test_something_final_is_asked_once_more(self, plain: Page, address: str) -> None:
        plain.goto(address + GUIDE)
        yes = plain.get_by_role("button", name="Yes: withdraw this referral")
        assert not yes.is_visible()
        plain.locator("summary", has_text="Withdraw this referral").click()
        assert yes.is_visible()

    def test_the_navigation_stands_open_and_the_keys_are_not_promised(self, plain: Page, address: str) -> None:
        plain.goto(address + GUIDE)
        assert plain.get_by_role("link", name="Conferences").is_visible()
        assert not plain.get_by_text("Keys:").is_visible()
