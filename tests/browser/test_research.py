"""Research in a real Chromium: seventeen cases by one press each, the panel beside the list, and one colleague asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from casework.access.permissions import Role
from casework.conferences import operations as conferences
from config.settings import Settings
from tests.browser.looking import Looker
from tests.factories.partnership import APartnership
from tests.scenarios.fortnight import Fortnight
from tests.team import PASSWORD
from tests.web.open_round import OpenRound

CASES = 17


@pytest.fixture
def open_round(list_is_out: OpenRound, partnership: APartnership) -> OpenRound:
    """Two cases; housing has accepted the statement, and has a colleague."""
    found = list_is_out
    found.fortnight.accepts_confidentiality(found.conference, "housing")
    partnership.people["dan"] = partnership.person("Dan Webb", Role.REFERRER, agency=partnership.agencies["housing"])
    return found


def panel(page: Page) -> None:
    """Open the first case beside the list."""
    page.get_by_role("button", name=re.compile("We know something")).first.click()
    expect(page.get_by_role("heading", name=re.compile("What we know about"))).to_be_visible()


class TestSeventeenCases:
    def test_of_which_nothing_is_known_take_a_press_each(
        self, browser: Browser, address: str, partnership: APartnership, settings: Settings
    ) -> None:
        fortnight = Fortnight(partnership, settings)
        with partnership.acting("coordinator") as work:
            conferences.set_capacity(work, conference_id=fortnight.round().id, capacity=CASES)
        for number in range(CASES):
            fortnight.case_for(fortnight.couple(number))
        conference = fortnight.list_goes_out()
        fortnight.accepts_confidentiality(conference, "housing")
        context = browser.new_context()
        page = context.new_page()
        pressed = []
        page.expose_function("pressed", lambda what: pressed.append(what))
        page.add_init_script(
            "for (const kind of ['click', 'keydown']) addEventListener(kind, (event) => {"
            " if (event.isTrusted && !event.target.closest?.('input')) window.pressed(kind); }, true);"
        )
        page.goto(f"{address}/sign-in")
        karen = partnership.people["housing"]
        page.get_by_label("E-mail address").fill(karen.email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Continue").click()
        page.get_by_label("Code").fill(karen.code)
        page.get_by_role("button").first.click()
        page.get_by_role("link", name="Research", exact=True).click()
        told = page.locator("#research-progress")
        expect(told).to_contain_text(f"0 of {CASES} answered")
        signing_in = len(pressed)
        for number in range(1, CASES + 1):
            page.keyboard.press("n")
            expect(told).to_contain_text(f"{number} of {CASES} answered")
        expect(told).to_contain_text("Everything is answered")
        assert len(pressed) == signing_in + CASES
        page.keyboard.press("u")
        expect(told).to_contain_text(f"{CASES - 1} of {CASES} answered")
        context.close()


class TestThePanel:
    def test_is_written_beside_the_list_and_kept_as_it_is_typed(
        self, looker: Callable[[str], Looker], open_round: OpenRound
    ) -> None:
        karen = looker("housing")
        page = karen.open(f"{open_round.path}/research")
        karen.look("research-round")
        panel(page)
        karen.look("research-panel")
        karen.press("Give this answer")
        expect(page.get_by_role("alert")).to_contain_text("Write a fact or an opinion")
        karen.look("research-panel-mistake")
        page.locator("#facts-0-words").fill("Rent arrears since March.")
        page.locator("#facts-0-on").fill("3 9")
        page.locator("#facts-1-words").fill("A repaired door.")
        expect(page.locator("#facts-2-words")).to_be_visible()
        page.locator("#kept-0-what").fill("A complaint by a neighbour")
        page.locator("#kept-0-reason").select_option("third_party")
        expect(page.get_by_text(re.compile(r"Kept at \d\d:\d\d"))).to_be_visible(timeout=10_000)
        karen.press("Give this answer")
        expect(page.get_by_role("alert")).to_contain_text("Write why it is kept back")
        page.locator("#kept-0-why").fill("It is about the neighbour.")
        karen.press("Give this answer")
        expect(page.get_by_text("Keeps something back")).to_be_visible()
        karen.look("research-given")
        # Behind it lies the page with mistakes, which no browser keeps: it is asked for again.
        page.go_back()
        expect(page.locator("#facts-0-words")).to_have_value("Rent arrears since March.")

    def test_shows_a_colleagues_change_beside_ones_own_words(
        self, looker: Callable[[str], Looker], open_round: OpenRound
    ) -> None:
        karen, again = looker("housing"), looker("housing")
        page = karen.open(f"{open_round.path}/research")
        other = again.open(f"{open_round.path}/research")
        panel(page)
        panel(other)
        other.locator("#facts-0-words").fill("No tenancy.")
        again.press("Give this answer")
        page.locator("#facts-0-words").fill("Rent arrears.")
        karen.press("Give this answer")
        expect(page.get_by_text("On record now, by your colleague:")).to_be_visible()
        karen.look("research-panel-behind")


class TestOneColleague:
    def test_is_asked_answers_and_is_put_into_the_answer(
        self, looker: Callable[[str], Looker], open_round: OpenRound
    ) -> None:
        karen = looker("housing")
        page = karen.open(f"{open_round.path}/research")
        panel(page)
        page.locator("#facts-0-words").fill("Rent is paid.")
        karen.press("Ask a colleague about this case")
        karen.look("research-ask")
        karen.press("Ask")
        expect(page.get_by_role("alert")).to_contain_text("Choose a colleague")
        karen.look("research-ask-mistake")
        page.get_by_label("Whom do you ask?").select_option(label="Dan Webb, Officer")
        page.get_by_label("What would you like to know?").fill("Has anybody seen the children?")
        karen.press("Ask")
        expect(page.get_by_text("Dan Webb is asked about")).to_be_visible()
        expect(page.locator("#facts-0-words")).to_have_value("Rent is paid.")
        karen.look("research-asked")
        dan = looker("dan")
        asked = dan.open("/")
        dan.look("home-asked")
        asked.get_by_role("link", name=re.compile("Tell your representative")).click()
        dan.look("research-statement")
        dan.press("I accept")
        dan.look("research-question")
        dan.press("Tell Karen Stubbs")
        expect(asked.get_by_role("alert")).to_contain_text("Write a fact or an opinion")
        dan.look("research-question-mistake")
        asked.locator("#facts-0-on").fill("yesterday")
        asked.locator("#facts-0-words").fill("Both children at the door.")
        expect(asked.get_by_text(re.compile(r"Kept at \d\d:\d\d"))).to_be_visible(timeout=10_000)
        dan.press("Tell Karen Stubbs")
        expect(asked.get_by_text("Karen Stubbs has your reply.")).to_be_visible()
        dan.look("research-replied")
        page.reload()
        karen.look("research-has-replied")
        page.get_by_role("button", name=re.compile("Put this into our answer")).click()
        expect(page.locator("#facts-1-words")).to_have_value("Both children at the door.")
        karen.look("research-taken-over")
        karen.press("Give this answer")
        expect(page.get_by_text("Dan Webb has replied")).to_be_visible()


class TestWithoutScript:
    @pytest.fixture
    def plain(self, browser: Browser, address: str, open_round: OpenRound) -> Iterator[Page]:
        """Karen's browser, on a phone without script."""
        context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640})
        session = open_round.partnership.people["housing"].session()
        context.add_cookies([{"name": "casework", "value": session, "url": address}])
        page = context.new_page()
        page.goto(f"{address}{open_round.path}/research")
        yield page
        context.close()

    def test_everything_is_answered_and_undone(self, plain: Page) -> None:
        plain.get_by_role("button", name=re.compile("Nothing known")).first.click()
        expect(plain.get_by_text("1 of 2 answered")).to_be_visible()
        plain.get_by_role("button", name=re.compile("Undo")).click()
        expect(plain.get_by_text("0 of 2 answered")).to_be_visible()
        panel(plain)
        plain.locator("#facts-0-words").fill("Rent arrears.")
        plain.get_by_role("button", name="Add another fact").click()
        plain.locator("#facts-2-words").fill("A repaired door.")
        plain.get_by_role("button", name="Ask a colleague about this case").click()
        plain.get_by_label("Whom do you ask?").select_option(label="Dan Webb, Officer")
        plain.get_by_role("button", name="Ask", exact=True).click()
        expect(plain.locator("#facts-0-words")).to_have_value("Rent arrears.")
        plain.get_by_role("button", name="Take the question back").click()
        plain.get_by_role("button", name="Give this answer").click()
        expect(plain.get_by_text("1 of 2 answered")).to_be_visible()
