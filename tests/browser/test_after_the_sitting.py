"""Minutes and actions in a real Chromium: from the draft to opened copies and reports, wide and on a phone, and on paper.

With CASEWORK_SCREENSHOTS=FOLDER each page that is looked at is also kept as a picture.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.looking import Looker
from tests.web.minuted_round import MinutedRound

As = Callable[[str], Looker]


@pytest.fixture
def heard(sitting_is_over: MinutedRound) -> MinutedRound:
    """Two cases heard, the minutes in draft; the IDVA service is blocked from one."""
    sitting_is_over.shuts_out_agency("idva_service", sitting_is_over.megan)
    return sitting_is_over


class TestMinutes:
    def test_go_from_the_draft_to_copies_that_were_opened(self, looker: As, heard: MinutedRound) -> None:
        at = f"/minutes/{heard.conference.id}"
        coordinator, chair = looker("coordinator"), looker("chair")
        coordinator.open(at)
        coordinator.look("minutes-draft")
        coordinator.page.get_by_role("link", name="Change what the victim wants").first.click()
        coordinator.look("minutes-change")
        coordinator.page.get_by_label("What the victim wants").fill("She wants to stay, with a new lock.")
        coordinator.press("Save")
        coordinator.page.get_by_role("link", name="Changes to the draft").click()
        expect(coordinator.page.locator("ins")).to_contain_text("stay, with a new lock.")
        coordinator.look("minutes-changes")
        coordinator.open(at)
        coordinator.page.get_by_label("See it as this agency").select_option(label="Vale idva service")
        coordinator.press("Show side by side")
        expect(coordinator.page.get_by_text("the whole case: the agency is blocked")).to_be_visible()
        coordinator.look("minutes-beside")
        chair.open(at)
        chair.look("minutes-chair")
        chair.press("Approve the minutes")
        chair.look("minutes-approved")
        coordinator.open(at)
        coordinator.press("Issue now")
        # Who is told by e-mail is said as it happens, without loading the page again.
        heard.fortnight.settle()
        told = coordinator.page.locator("#minutes-progress li", has_text="Told by e-mail")
        expect(told).to_contain_text("done", timeout=15_000)
        housing = looker("housing")
        housing.open(at)
        expect(housing.page.get_by_text("Copy for Vale housing.")).to_be_visible()
        housing.look("minutes-copy")
        coordinator.open(at)
        expect(coordinator.page.locator("#copies")).to_contain_text("Karen Stubbs")
        coordinator.page.get_by_text("What calling back does").click()
        coordinator.look("minutes-issued")
        coordinator.open(f"{at}/progress")
        coordinator.look("minutes-progress")

    def test_on_paper_are_the_minutes_and_no_button(self, looker: As, heard: MinutedRound) -> None:
        heard.goes_out()
        housing = looker("housing")
        page = housing.open(f"/minutes/{heard.conference.id}")
        page.emulate_media(media="print")
        expect(page.get_by_text("Offer a lock change")).to_be_visible()
        for furniture in ("PDF", "Word", "The round"):
            expect(page.get_by_role("link", name=furniture, exact=True)).to_be_hidden()
        if folder := os.environ.get("CASEWORK_SCREENSHOTS"):
            page.pdf(path=Path(folder) / "minutes-print.pdf", format="A4")


class TestActions:
    def test_are_looked_at_three_ways_and_reported_in_two_presses(self, looker: As, heard: MinutedRound) -> None:
        coordinator = looker("coordinator")
        for by in ("agency", "due", "case"):
            coordinator.open(f"/actions?by={by}")
            coordinator.look(f"actions-by-{by}")
        coordinator.open("/actions?show=overdue")
        coordinator.look("actions-none")
        page = coordinator.open("/actions")
        page.emulate_media(media="print")
        expect(page.get_by_role("link", name="By case")).to_be_hidden()
        if folder := os.environ.get("CASEWORK_SCREENSHOTS"):
            page.pdf(path=Path(folder) / "actions-print.pdf", format="A4")
        housing = looker("housing")
        housing.open("/actions")
        housing.page.get_by_text("Report on").first.click()
        housing.look("actions-report-open")
        housing.page.get_by_label("What happened").first.fill("New locks on Friday.")
        housing.press("Done")
        expect(housing.page.get_by_text("Your report is kept.")).to_be_visible()
        housing.look("actions-own")
        housing.open(f"/actions/{heard.actions[1]}")
        housing.look("actions-report")
