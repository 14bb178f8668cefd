"""One colleague asked about one case, on the pages of both: asked by name, answered, and put into the agency's own answer."""

from __future__ import annotations

import re

import pytest

from casework.access.permissions import Role
from tests.team import Person
from tests.web.open_round import Browser, OpenRound, words_of
from tests.web.test_research_page import Counting, question, standing
from tests.web.visitor import Visitor, text_of


@pytest.fixture
def open_round(list_is_out: OpenRound) -> OpenRound:
    """The list is out; housing and police have accepted the statement."""
    found = list_is_out
    found.fortnight.accepts_confidentiality(found.conference, "housing", "police")
    return found


@pytest.fixture
def dan(open_round: OpenRound) -> Person:
    """Dan Webb, a housing officer."""
    partnership = open_round.partnership
    partnership.people["dan"] = partnership.person("Dan Webb", Role.REFERRER, agency=partnership.agencies["housing"])
    return partnership.people["dan"]


@pytest.fixture
def karen(open_round: OpenRound, visitor_as: Browser) -> Visitor:
    """Karen Stubbs, who answers for housing."""
    return visitor_as("housing")


@pytest.fixture
def asked(open_round: OpenRound, karen: Visitor, dan: Person, visitor_as: Browser) -> tuple[Visitor, str]:
    """Karen asks Dan; Dan's browser, and where his duties lead him."""
    address = question(open_round, open_round.leanne)
    page = karen.open(f"{address}/ask")
    assert "Dan Webb, Officer" in words_of(text_of(page))
    sent = karen.send(f"{address}/ask", {"colleague": str(dan.account_id), "words": "Any repairs to the door?"})
    assert "Dan Webb is asked" in words_of(text_of(karen.follow(sent)))
    browser = visitor_as("dan")
    home = text_of(browser.open("/"))
    [there] = set(re.findall(r"/research/asked/[0-9a-f-]+", home))
    return browser, there


class TestTheColleague:
    def test_is_led_from_home_to_the_statement_and_then_to_the_question(self, asked: tuple[Visitor, str]) -> None:
        browser, there = asked
        before = words_of(text_of(browser.open(there)))
        assert "Karen Stubbs asks you about one case" in before
        assert "Leanne" not in before
        assert "repairs" not in before
        after = words_of(text_of(browser.follow(browser.send(f"{there}/confidentiality"))))
        for told in ("Any repairs to the door?", "Leanne Whitehouse", "27 March 1992 (34)", "WV9 9UZ"):
            assert told in after
        for kept in ("C-", "07700", "Megan", "/cases/", "/rounds/"):
            assert kept not in text_of(browser.open(there)).split("<main")[1].split("</main>")[0], kept

    def test_gets_nowhere_else_with_it(self, open_round: OpenRound, asked: tuple[Visitor, str]) -> None:
        browser, there = asked
        browser.send(f"{there}/confidentiality")
        address = question(open_round, open_round.leanne)
        for closed in (f"/cases/{open_round.leanne}", f"{open_round.path}/research", address, open_round.path):
            assert browser.open(closed).status_code in (403, 404), closed
        assert str(open_round.leanne) not in text_of(browser.open("/cases"))

    def test_is_told_what_is_wrong_and_loses_nothing(self, asked: tuple[Visitor, str]) -> None:
        browser, there = asked
        browser.send(f"{there}/confidentiality")
        empty = browser.send(there, {"facts-count": "2", "go": "on"})
        assert empty.status_code == 422
        assert "Write a fact or an opinion" in words_of(text_of(empty))
        wrong = browser.send(there, {"facts-count": "2", "facts-0-words": "New lock", "facts-0-on": "1 1 2030"})
        assert "not in the future" in words_of(text_of(wrong))
        assert 'value="New lock"' in text_of(wrong)

    def test_may_leave_it_half_written(self, asked: tuple[Visitor, str]) -> None:
        browser, there = asked
        browser.send(f"{there}/confidentiality")
        typed = {"facts-count": "2", "facts-0-words": "New lock in", "facts-0-on": "some time"}
        silent = {**typed, "autosave": "yes", "csrf_token": browser.form_token}
        assert browser.client.post(there, data=silent).status_code == 204
        again = text_of(browser.open(there))
        assert 'value="New lock in"' in again
        assert 'value="some time"' in again

    def test_says_with_one_press_that_nothing_is_known(
        self, open_round: OpenRound, karen: Visitor, asked: tuple[Visitor, str]
    ) -> None:
        browser, there = asked
        browser.send(f"{there}/confidentiality")
        said = browser.follow(browser.send(there, {"facts-count": "2", "go": "nothing"}))
        assert "You said on Monday 30 November" in words_of(text_of(said))
        assert "Dan Webb knows nothing" in words_of(text_of(karen.open(f"{open_round.path}/research")))


class TestThePages:
    def test_need_at_most_twelve_queries(
        self, open_round: OpenRound, karen: Visitor, asked: tuple[Visitor, str], statements: Counting
    ) -> None:
        browser, there = asked
        browser.send(f"{there}/confidentiality")
        browser.send(there, {"facts-count": "2", "facts-0-words": "Door forced in.", "go": "on"})
        address = question(open_round, open_round.leanne)
        for visitor, path in ((karen, f"{open_round.path}/research"), (karen, address), (browser, there)):
            with statements() as sent:
                visitor.open(path)
            assert len(sent) <= 12, [one[:70] for one in sent]


class TestTheRepresentative:
    def test_puts_the_reply_into_the_answer_and_says_what_is_shared(
        self, open_round: OpenRound, karen: Visitor, asked: tuple[Visitor, str], visitor_as: Browser
    ) -> None:
        browser, there = asked
        browser.send(f"{there}/confidentiality")
        reply = {"facts-count": "2", "facts-0-words": "Door forced in.", "facts-0-on": "3 9", "opinions": "She hides."}
        browser.send(there, {**reply, "go": "on"})
        address = question(open_round, open_round.leanne)
        panel = karen.open(address)
        assert "Dan Webb , Officer Has replied You asked: Any repairs to the door?" in words_of(text_of(panel))
        [take] = re.findall(r'value="(take:[0-9a-f-]+)"', text_of(panel))
        typed = {**standing(panel), "facts-0-words": "Rent is paid.", "go": take}
        taken = karen.follow(karen.send(address, typed))
        shown = standing(taken)
        assert (shown["facts-0-words"], shown["facts-1-words"], shown["facts-1-on"]) == (
            "Rent is paid.",
            "Door forced in.",
            "3 September 2026",
        )
        assert shown["opinions"] == "She hides."
        assert "Put into your answer on" in words_of(text_of(taken))
        hearing = open_round.hearing(open_round.leanne)
        assert "Door forced" not in text_of(visitor_as("police").open(hearing))
        karen.send(address, {**shown, "opinions": "", "go": "on"})
        table = words_of(text_of(visitor_as("police").open(hearing)))
        assert "Door forced in." in table
        assert "She hides." not in table

    def test_takes_a_question_back(self, open_round: OpenRound, karen: Visitor, asked: tuple[Visitor, str]) -> None:
        browser, there = asked
        address = question(open_round, open_round.leanne)
        panel = karen.open(address)
        [back] = re.findall(r'value="(back:[0-9a-f-]+)"', text_of(panel))
        after = karen.follow(karen.send(address, {**standing(panel), "notes": "Ask later.", "go": back}))
        assert "Dan Webb" not in text_of(after)
        assert standing(after)["notes"] == "Ask later."
        assert browser.open(there).status_code == 404

    def test_keeps_what_was_typed_on_the_way_to_asking(
        self, open_round: OpenRound, karen: Visitor, dan: Person
    ) -> None:
        address = question(open_round, open_round.leanne)
        panel = karen.open(address)
        gone = karen.send(address, {**standing(panel), "facts-0-words": "Rent is paid.", "go": "ask"})
        assert gone.headers["Location"] == f"{address}/ask"
        assert standing(karen.open(address))["facts-0-words"] == "Rent is paid."

    def test_is_told_when_nobody_was_chosen_or_nobody_is_there(
        self, open_round: OpenRound, karen: Visitor, dan: Person, visitor_as: Browser
    ) -> None:
        address = question(open_round, open_round.leanne)
        karen.open(f"{address}/ask")
        wrong = karen.send(f"{address}/ask", {"words": "Anything?"})
        assert wrong.status_code == 422
        assert "Choose a colleague" in words_of(text_of(wrong))
        elsewhere = karen.send(f"{address}/ask", {"colleague": str(open_round.partnership.account("referrer"))})
        assert elsewhere.status_code == 422
        idva = visitor_as("idva")
        open_round.fortnight.accepts_confidentiality(open_round.conference, "idva")
        alone = idva.open(f"{question(open_round, open_round.leanne, 'idva')}/ask")
        assert "There is nobody to ask here" in words_of(text_of(alone))

    def test_never_meets_a_made_up_question(self, open_round: OpenRound, karen: Visitor) -> None:
        address = question(open_round, open_round.leanne)
        panel = standing(karen.open(address))
        for pressed in ("take:x", "back:", "take:00000000-0000-0000-0000-000000000000"):
            assert karen.send(address, {**panel, "go": pressed}).status_code == 404
