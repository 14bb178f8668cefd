"""Referring, triage and cases in a real Chromium, wide and on a phone: axe at WCAG 2.2 AA, no sideways scroll, no error, keys, autosave.

With CASEWORK_SCREENSHOTS=FOLDER each page that is looked at is also kept as a picture.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect
from werkzeug.serving import WSGIRequestHandler, make_server

from casework.app import create
from casework.web.unit import EXTENSION
from config.settings import Settings
from local import assets
from tests.factories.partnership import APartnership

ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
WIDTHS = (1280, 320)


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def address(settings: Settings, partnership: APartnership) -> Iterator[str]:
    """The product on a port of its own, with the partnership's clock."""
    assets.build()
    app = create(settings, clock=lambda: partnership.now)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions[EXTENSION].stores.close()


class Looker:
    """Somebody at a browser; whatever the console says is kept."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.address = address
        self.complaints: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, message: ConsoleMessage) -> None:
        # A browser reports the status of a form that came back with mistakes; that is no fault of the page.
        if message.type == "error" and "422" not in message.text:
            self.complaints.append(message.text)

    def open(self, path: str) -> Page:
        """Go to a page."""
        self.page.goto(self.address + path)
        return self.page

    def press(self, name: str) -> None:
        """Press a button and wait for the page that follows."""
        self.page.get_by_role("button", name=name, exact=True).first.click()
        self.page.wait_for_load_state()

    def look(self, name: str) -> None:
        """Look at the page as it is, wide and on a phone: nothing for axe, no sideways scroll, no complaint."""
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900 if width > 640 else 640})
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{name} at {width}: {wide} px wide"
            if folder := os.environ.get("CASEWORK_SCREENSHOTS"):
                self.page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
            options = {"runOnly": {"type": "tag", "values": RULES}}
            found = self.page.evaluate("options => axe.run(document, options)", options)["violations"]
            told = [(one["id"], [node["html"][:160] for node in one["nodes"]]) for one in found]
            assert not told, f"{name} at {width}: {told}"
        self.page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        assert not self.complaints, f"{name}: {self.complaints}"


@pytest.fixture
def looker(browser: Browser, address: str, partnership: APartnership) -> Iterator[Callable[[str], Looker]]:
    """Make a browser in which one of the partnership's people is signed in."""
    contexts: list[BrowserContext] = []

    def sign_in(key: str) -> Looker:
        context = browser.new_context(viewport={"width": WIDTHS[0], "height": 900})
        contexts.append(context)
        context.set_default_timeout(15_000)
        context.add_cookies([{"name": "casework", "value": partnership.people[key].session(), "url": address}])
        return Looker(context, address)

    yield sign_in
    for context in contexts:
        context.close()


class TestReferring:
    def test_goes_from_the_first_step_to_what_happens_next(self, looker: Callable[[str], Looker]) -> None:
        amy = looker("referrer")
        amy.open("/refer")
        amy.look("refer-none-yet")
        amy.open("/refer/new")
        amy.look("refer-new")
        amy.press("Begin")
        page = amy.page
        amy.look("refer-who-empty")
        page.get_by_label("Given names").first.fill("Leanne")
        page.get_by_label("Family name").first.fill("Whitehouse")
        page.locator("#born-day").fill("27")
        page.locator("#born-month").fill("13")
        page.locator("#born-year").fill("1992")
        amy.press("Save and go on")
        expect(page.get_by_role("alert")).to_contain_text("month from 1 to 12")
        amy.look("refer-who-mistake")
        page.locator("#born-month").fill("3")
        page.locator("#gender").select_option("female")
        page.locator("#address").fill("49 Wolverhampton Road\nBilbrook")
        page.locator("#postcode").fill("WV9 9UZ")
        page.locator("#perpetrators-0-given_names").fill("Piotr")
        page.locator("#perpetrators-0-family_name").fill("Patel")
        page.locator("#perpetrators-0-relationship").select_option("ex_partner")
        page.locator("#perpetrators-0-gender").select_option("male")
        amy.press("Add another perpetrator")
        expect(page.locator("#perpetrators-1-given_names")).to_be_visible()
        expect(page.locator("#given_names")).to_have_value("Leanne")
        amy.look("refer-who")
        page.get_by_role("button", name="Remove perpetrator 2").click()
        amy.press("Save and go on")
        self.answer(page)
        amy.look("refer-checklist")
        amy.press("Save and go on")
        page.get_by_label("Professional judgement").check()
        page.get_by_label("What makes the risk high").fill("Threats to kill since she left.")
        for part, text in (("day", "20"), ("month", "11"), ("year", "2026")):
            page.locator(f"#incident_on-{part}").fill(text)
        page.get_by_label("What happened", exact=True).fill("He broke in at night.")
        page.locator("#police_incidents").fill("2")
        amy.look("refer-routes")
        amy.press("Save and go on")
        page.locator("#any").check()
        amy.press("Add another child")
        page.locator("#children-0-given_names").fill("Siân")
        page.locator("#children-0-family_name").fill("Whitehouse")
        amy.look("refer-children")
        amy.press("Save and go on")
        page.locator("#aware").check()
        page.locator("#consent").check()
        amy.look("refer-safe-contact")
        amy.press("Save and go on")
        expect(page.get_by_text("A safe way to reach the victim")).to_be_visible()
        amy.look("refer-check")
        amy.press("Send the referral")
        expect(page.get_by_role("heading", level=1)).to_contain_text("The referral is sent")
        expect(page.get_by_text("Tuesday 24 November, 12:00")).to_be_visible()
        amy.look("refer-sent")
        amy.open("/refer")
        amy.look("refer-mine")
        page.get_by_role("link", name="Leanne Whitehouse").click()
        amy.look("refer-referral")

    @staticmethod
    def answer(page: Page) -> None:
        for part, text in (("day", "22"), ("month", "11"), ("year", "2026")):
            page.locator(f"#completed_on-{part}").fill(text)
        for item in range(1, 24):
            page.locator(f"#a{item}").nth(0).check()
        count = page.locator("[data-count]")
        expect(count).to_contain_text("23 of 24 yes")
        expect(count).to_contain_text("Visible high risk")
        for item in range(10, 25):
            page.locator(f"#a{item}-2").check()
        expect(count).to_contain_text("9 of 24 yes")
        expect(count).to_contain_text("on your professional judgement")

    def test_keeps_what_is_typed_when_the_browser_is_closed(
        self, looker: Callable[[str], Looker], partnership: APartnership
    ) -> None:
        amy = looker("referrer")
        amy.open("/refer/new")
        amy.press("Begin")
        amy.page.get_by_label("Given names").first.fill("Marigold")
        expect(amy.page.get_by_text(re.compile(r"Kept at \d\d:\d\d"))).to_be_visible(timeout=10_000)
        where = amy.page.url.removeprefix(amy.address)
        amy.page.close(run_before_unload=False)
        again = looker("referrer")
        again.open(where)
        expect(again.page.get_by_label("Given names").first).to_have_value("Marigold")
