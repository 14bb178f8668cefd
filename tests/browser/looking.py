"""Somebody at a browser who looks at pages: axe at WCAG 2.2 AA, no sideways scroll, nothing on the console.

With CASEWORK_SCREENSHOTS=FOLDER each page that is looked at is also kept as a picture.
"""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import BrowserContext, ConsoleMessage, Page

ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
WIDTHS = (1280, 640, 320)
"""In pixels: a desk, the same at 200%, and a phone."""


class Looker:
    """Somebody at a browser; whatever the console says is kept."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.address = address
        self.complaints: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, message: ConsoleMessage) -> None:
        # A browser reports the status of a form that came back with mistakes, or was kept out; that is no fault of the page.
        if message.type == "error" and not any(status in message.text for status in ("401", "403", "409", "422")):
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
        """Look at the page as it is, wide, at 200% and on a phone: nothing for axe, no sideways scroll, no complaint."""
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": {1280: 900, 640: 450}.get(width, 640)})
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
