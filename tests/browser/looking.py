"""Somebody at a browser who looks at pages: axe at WCAG 2.2 AA, no sideways scroll, nothing on the console, nothing from elsewhere.

With CASEWORK_SCREENSHOTS=FOLDER each page that is looked at is also kept as a picture; with CASEWORK_PICTURES=FOLDER those of PICTURED
are, beside the pictures of test_every_page.py: pages to which no link of the demonstration leads.
"""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import Final

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, Response, ViewportSize

ROOT: Final = Path(__file__).parents[2]
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
DESK: Final[ViewportSize] = {"width": 1280, "height": 900}
ZOOMED: Final[ViewportSize] = {"width": 640, "height": 450}
PHONE: Final[ViewportSize] = {"width": 320, "height": 640}
_LOADED: Final = frozenset({"stylesheet", "script", "font", "image"})
GIVEN_UP: Final = "net::ERR_ABORTED"
"""What a browser says of a request that it dropped itself, because its page was left."""


# What a page that is looked at is called among the pictures of every page.
PICTURED: Final = {
    "refer-who": "referring.step-who",
    "refer-checklist": "referring.step-checklist",
    "refer-routes": "referring.step-routes",
    "refer-children": "referring.step-children",
    "refer-safe-contact": "referring.step-safe-contact",
    "refer-check": "referring.check",
    "refer-sent": "referring.sent",
    "cases-found": "cases.search",
    "research-ask": "colleagues.ask",
    "research-question": "colleagues.question",
    "minutes-change": "minutes.amend",
    "minutes-progress": "minutes.progress",
    "share-again": "sharing.again",
    "share-signature": "sharing.signature",
    "share-pass-on": "sharing.pass_on",
    "share-advice": "sharing.share-advice",
    "share-to-sign": "sharing.share-to-sign",
    "share-shut-out": "shut_out.of_file",
    "withdrawal-answer": "withdrawal.answer",
    "file-disagreement": "young_people.disagreement",
    "file-leave": "young_people.leave",
    "intervention": "interventions.one",
    "intervention-letter": "interventions.letter",
    "intervention-printed": "interventions.printed",
    "group-found": "groups.found",
    "group-seats": "groups.seats",
    "group-bring": "named_cases.bring",
    "group-hear": "named_cases.hear",
    "invitation": "sign_in.set_up",
    "sign-in": "sign_in.password",
    "holiday": "practice.holiday",
    "refer-withdraw": "referring.withdraw",
}
TALLEST, QUALITY = 2_400, 50  # of a picture: pixels, and JPEG from 0 to 100


def picture(page: Page, path: Path) -> None:
    """Keep the page that is open as a picture, from its top as far down as TALLEST."""
    path.parent.mkdir(parents=True, exist_ok=True)
    height = min(TALLEST, page.evaluate("document.documentElement.scrollHeight"))
    page.set_viewport_size({"width": DESK["width"], "height": height})
    page.screenshot(path=path, type="jpeg", quality=QUALITY)


@functools.cache
def _axe() -> str:
    return (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """What axe finds at WCAG 2.2 AA, as lines that say where."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


def tab_to(page: Page, target: Locator, *, most: int = 80) -> None:
    """Press Tab until `target` has the focus, as somebody without a mouse does. Fails where the keyboard does not lead there."""
    for _ in range(most):
        if target.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not lead to {target}")


class Looker:
    """Somebody at a browser. Whatever the console says is kept, what was not loaded, and what was asked of another place."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.address, self.context = address, context
        self.complaints: list[str] = []
        context.on("console", self._note)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("request", self._asked)
        context.on("requestfailed", self._failed)
        context.on("response", self._answered)
        self.page: Page = context.new_page()

    def _note(self, message: ConsoleMessage) -> None:
        # A browser reports the status of a form that came back with mistakes, or was kept out; that is no fault of the page.
        if message.type == "error" and not any(status in message.text for status in ("401", "403", "409", "422")):
            self.complaints.append(message.text)

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.complaints.append(f"from elsewhere: {request.url}")

    def _failed(self, request: Request) -> None:
        if request.failure != GIVEN_UP:
            self.complaints.append(f"not loaded: {request.url}: {request.failure}")

    def _answered(self, answer: Response) -> None:
        if answer.status >= 400 and answer.request.resource_type in _LOADED:
            self.complaints.append(f"not there: {answer.url}: {answer.status}")

    def open(self, path: str) -> Page:
        """Go to a page."""
        self.page.goto(self.address + path)
        return self.page

    def press(self, name: str) -> None:
        """Press a button and wait for the page that follows."""
        self.page.get_by_role("button", name=name, exact=True).first.click()
        self.page.wait_for_load_state()

    def look(self, name: str) -> None:
        """Look at the page as it is: nothing for axe; wide, at 200% and on a phone no sideways scroll; no complaint."""
        told = violations(self.page)
        assert not told, f"{name}: {told}"
        for size in (DESK, ZOOMED, PHONE):
            self.page.set_viewport_size(size)
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= size["width"], f"{name} at {size['width']}: {wide} px wide"
            if folder := os.environ.get("CASEWORK_SCREENSHOTS"):
                self.page.screenshot(path=f"{folder}/{name}-{size['width']}.png", full_page=True)
        self.page.set_viewport_size(DESK)
        if name in PICTURED and (folder := os.environ.get("CASEWORK_PICTURES")):
            picture(self.page, Path(folder) / f"{PICTURED[name]}.jpg")
            self.page.set_viewport_size(DESK)
        assert not self.complaints, f"{name}: {self.complaints}"
