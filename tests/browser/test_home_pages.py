"""Home, rounds, a case, finding and the partnership's own pages in a real Chromium, wide and on a phone: axe, no sideways scroll."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from casework.conferences import operations as conferences
from config.settings import Settings
from tests.browser.looking import Looker
from tests.factories.partnership import APartnership
from tests.factories.referrals import submitted
from tests.scenarios.fortnight import Fortnight
from tests.web.open_round import OpenRound, an_open_round

As = Callable[[str], Looker]


def open_round(partnership: APartnership, settings: Settings) -> OpenRound:
    """The list is out with two cases, one referral waits that lacks a safe contact, one case came too late."""
    opened = an_open_round(partnership, settings)
    opened.fortnight.case_for(opened.fortnight.couple(4))
    olive = opened.fortnight.couple(3)
    submitted(partnership, {**olive, "victim": {**olive["victim"], "safe_contact": None}})
    opened.fortnight.accepts_confidentiality(opened.conference, "housing", "chair", "idva")
    opened.fortnight.answers("housing", opened.conference, opened.leanne)
    return opened


class TestHomes:
    def test_read_well_for_every_role(self, looker: As, partnership: APartnership, settings: Settings) -> None:
        opened = open_round(partnership, settings)
        for key in ("coordinator", "administrator", "chair", "housing", "idva", "referrer", "observer", "operator"):
            somebody = looker(key)
            somebody.open(f"/?round={opened.conference.id}")
            somebody.look(f"home-{key}")
        somebody = looker("coordinator")
        somebody.open(f"/?round={opened.fortnight.round(1).id}")
        somebody.look("home-coordinator-planned")

    def test_chase_everybody_late_in_one_press(self, looker: As, partnership: APartnership, settings: Settings) -> None:
        opened = open_round(partnership, settings)
        opened.fortnight.comes_to(opened.conference.sits_on)
        priya = looker("coordinator")
        page = priya.open(f"/?round={opened.conference.id}")
        priya.look("home-coordinator-late")
        page.get_by_role("button", name=re.compile("^Chase")).click()
        expect(page.get_by_text(re.compile(r"Chased: \d+ duties"))).to_be_visible()
        expect(page.get_by_role("heading", level=1)).to_contain_text("MARAC:")


class TestRounds:
    def test_are_run_from_pages_that_read_well(self, looker: As, partnership: APartnership, settings: Settings) -> None:
        opened = open_round(partnership, settings)
        priya = looker("coordinator")
        page = priya.open("/rounds")
        priya.look("rounds")
        priya.open(opened.path)
        priya.look("round")
        priya.open(f"{opened.path}/run")
        priya.look("round-run")
        page.get_by_text("Take it off", exact=True).click()
        page.get_by_role("button", name="Take it off the list").click()
        expect(page.get_by_role("alert")).to_contain_text("Choose the case that leaves the list")
        priya.look("round-run-mistake")
        priya.open(f"{opened.path}/room")
        priya.look("round-room")
        chair = looker("chair")
        page = chair.open(f"{opened.path}/late")
        chair.look("round-late")
        page.get_by_role("button", name=re.compile("^Let in")).click()
        expect(page.get_by_text("The case is on the list, by your word.")).to_be_visible()
        chair.look("round-late-none")

    def test_show_too_many_cases_and_the_move(self, looker: As, partnership: APartnership, settings: Settings) -> None:
        fortnight = Fortnight(partnership, settings)
        for number in range(3):
            fortnight.case_for(fortnight.couple(number, yes=14 + number))
        with partnership.acting("coordinator") as work:
            conferences.set_capacity(work, conference_id=fortnight.round().id, capacity=2)
        priya = looker("coordinator")
        priya.open(f"/?round={fortnight.round().id}")
        priya.look("home-coordinator-too-many")
        priya.open(f"/rounds/{fortnight.round().id}/run")
        priya.look("round-run-too-many")


class TestFinding:
    def test_is_done_from_the_header_by_the_keyboard(
        self, looker: As, partnership: APartnership, settings: Settings
    ) -> None:
        open_round(partnership, settings)
        priya = looker("coordinator")
        page = priya.open("/duties")
        box = page.locator("#find-words")
        expect(page.get_by_label("Why are you looking?")).to_be_hidden()
        box.focus()
        page.keyboard.type("ashcroft")
        expect(page.get_by_label("Why are you looking?")).to_be_visible()
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("Choose why you are looking")
        expect(page.locator("#words")).to_have_value("ashcroft")
        priya.look("find-mistake")
        page.get_by_label("Why are you looking?").select_option("safety")
        priya.press("Find")
        expect(page.get_by_text("1 case found")).to_be_visible()
        expect(page.get_by_text("victim: name")).to_be_visible()
        assert "ashcroft" not in page.url.lower()
        priya.look("find-found")


class TestTheCase:
    def test_reads_well_with_the_tries_to_reach_the_victim(
        self, looker: As, partnership: APartnership, settings: Settings
    ) -> None:
        opened = open_round(partnership, settings)
        aisha = looker("idva")
        page = aisha.open(f"/cases/{opened.leanne}")
        aisha.look("case-idva")
        page.get_by_role("link", name="Reaching the victim").click()
        aisha.look("case-contact")
        aisha.press("Keep")
        expect(page.get_by_role("alert")).to_contain_text("Choose how it went")
        aisha.look("case-contact-mistake")
        page.get_by_label("Tried in vain").check()
        page.get_by_label("What happened").fill("No answer at 10:15.")
        aisha.press("Keep")
        expect(page.get_by_text("Noted: tried in vain.")).to_be_visible()
        aisha.look("case-contact-noted")
        priya = looker("coordinator")
        for part in ("", "/contact", "/access", "/shared", "/trail"):
            priya.open(f"/cases/{opened.leanne}{part}")
            priya.look(f"case{part.replace('/', '-')}")


class TestThePartnership:
    def test_is_looked_after_on_pages_that_read_well(self, looker: As, partnership: APartnership) -> None:
        priya = looker("coordinator")
        for part in ("agencies", "agencies/add", "policy", "holidays"):
            priya.open(f"/partnership/{part}")
            priya.look(f"partnership-{part.replace('/', '-')}")
        priya.open(f"/partnership/agencies/{partnership.agencies['education']}")
        priya.look("partnership-agency")
        priya.press("Note it")
        expect(priya.page.get_by_role("alert")).to_contain_text("Enter which version")
        priya.look("partnership-agency-mistake")
