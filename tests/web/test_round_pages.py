"""A round on its pages: the calendar, the list, research in one press, the sitting, and what somebody shut out of a case does not see."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from casework.access.permissions import Purpose
from casework.cases import operations as cases
from tests.web.open_round import Browser, OpenRound, words_of
from tests.web.visitor import Visitor, text_of


@pytest.fixture
def open_round(list_is_out: OpenRound) -> OpenRound:
    """The list of 9 December is out: Leanne's case and Megan's."""
    return list_is_out


class TestTheCalendar:
    def test_shows_the_sittings_to_come_to_whoever_comes_to_the_table(
        self, open_round: OpenRound, visitor_as: Browser
    ) -> None:
        for key in ("coordinator", "housing", "observer"):
            assert open_round.path in text_of(visitor_as(key).open("/rounds"))

    def test_is_closed_to_a_referrer_and_to_an_operator(self, open_round: OpenRound, visitor_as: Browser) -> None:
        for key in ("referrer", "operator"):
            assert visitor_as(key).open("/rounds").status_code == 403


class TestConfidentialityFirst:
    def test_keeps_the_cases_shut_until_it_is_accepted(self, open_round: OpenRound, visitor_as: Browser) -> None:
        housing = visitor_as("housing")
        before = text_of(housing.open(open_round.path))
        assert "Leanne" not in before
        assert "I accept" in before
        housing.follow(housing.send(f"{open_round.path}/confidentiality"))
        after = text_of(housing.open(open_round.path))
        assert "Leanne" in after
        assert "Megan" in after

    def test_opens_nothing_for_an_observer(self, open_round: OpenRound, visitor_as: Browser) -> None:
        observer = visitor_as("observer")
        observer.follow(observer.send(f"{open_round.path}/confidentiality")) if observer.open(open_round.path) else None
        assert "Leanne" not in text_of(observer.open(open_round.path))


class TestTheRisk:
    def test_is_said_with_the_way_by_which_a_case_came_never_the_number_alone(
        self, open_round: OpenRound, visitor_as: Browser
    ) -> None:
        said = words_of(text_of(visitor_as("coordinator").open(open_round.path)))
        assert "15 of 24 , visible high risk" in said


class TestSomebodyShutOutOfACase:
    def test_finds_a_list_without_a_gap_and_a_case_that_is_not_there(
        self, open_round: OpenRound, visitor_as: Browser
    ) -> None:
        open_round.fortnight.accepts_confidentiality(open_round.conference, "housing", "police")
        hearing = next(
            one
            for one in re.findall(
                r"/hearings/[0-9a-f-]{36}", text_of(visitor_as("police").open(f"{open_round.path}/sitting"))
            )
            if "Megan" in text_of(visitor_as("police").open(one))
        )
        with open_round.fortnight.partnership.acting("coordinator", Purpose.OVERSIGHT) as work:
            cases.block(
                work,
                case_id=open_round.megan,
                account_id=open_round.fortnight.partnership.account("housing"),
                reason="She is his sister.",
            )
        housing = visitor_as("housing")
        for page in (open_round.path, f"{open_round.path}/research", f"{open_round.path}/sitting"):
            text = text_of(housing.open(page))
            assert "Megan" not in text
            assert "Leanne" in text
        assert "0 of 1" in re.sub(r"<[^>]+>", "", text_of(housing.open(f"{open_round.path}/research")))
        assert housing.open(hearing).status_code == 404
        assert "Megan" in text_of(visitor_as("police").open(hearing)), "the right reader sees it"


class TestTheNavigation:
    def test_marks_the_part_to_which_a_page_belongs(self, open_round: OpenRound, visitor_as: Browser) -> None:
        coordinator = visitor_as("coordinator")
        for path, part in (
            (f"/cases/{open_round.leanne}/trail", "/cases"),
            (f"/cases/{open_round.leanne}/contact", "/cases"),
            (f"{open_round.path}/sitting", "/rounds"),
            (f"{open_round.path}/run", "/rounds"),
            ("/partnership/policy", "/partnership/agencies"),
        ):
            page = text_of(coordinator.open(path))
            marked = re.findall(r'<a class="govuk-service-navigation__link" href="([^"]+)" aria-current', page)
            assert marked == [part], path


class TestWhoComes:
    def test_says_so_of_themselves_and_it_stands_in_the_room(self, open_round: OpenRound, visitor_as: Browser) -> None:
        housing = visitor_as("housing")
        assert "Do you come to the sitting?" in text_of(housing.open(open_round.path))
        housing.send(f"{open_round.path}/coming", {"state": "apologies"})
        assert "You have sent apologies" in text_of(housing.open(open_round.path))
        room = text_of(visitor_as("coordinator").open(f"{open_round.path}/room"))
        account = open_round.fortnight.partnership.account("housing")
        chosen = room.partition(f'name="here-{account}"')[2].partition("</select>")[0]
        assert 'value="apologies" selected' in chosen
        housing.send(f"{open_round.path}/coming", {"state": "present"})
        assert "You have sent apologies" in text_of(housing.open(open_round.path)), "nobody notes themselves as there"


class TestARoundThatIsRun:
    def run(self, visitor: Visitor, path: str, **boxes: str) -> str:
        visitor.open(f"{path}/run")
        return text_of(visitor.follow(visitor.send(f"{path}/run", boxes)))

    def test_says_which_case_left_the_list_and_why(self, open_round: OpenRound, visitor_as: Browser) -> None:
        coordinator = visitor_as("coordinator")
        listing = str(open_round.fortnight.listing(open_round.conference, open_round.megan).id)
        wrong = self.run(coordinator, open_round.path, go="withdraw", listing=listing)
        assert "Choose why it leaves the list" in wrong
        number = open_round.fortnight.listing(open_round.conference, open_round.megan).case.number
        assert f"{number}, Megan Ashcroft</option>" in re.sub(r"\s+", " ", wrong)
        said = self.run(coordinator, open_round.path, go="withdraw", listing=listing, because="moved_away")
        assert "The case is off the list" in said
        page = text_of(coordinator.open(open_round.path))
        assert "1 case left this list" in page
        assert "The victim has moved away" in page
        assert "Megan" not in page
        assert "Leanne" in page

    def test_refuses_what_comes_too_late_and_says_so(self, open_round: OpenRound, visitor_as: Browser) -> None:
        coordinator = visitor_as("coordinator")
        assert "It is too late for this" in self.run(coordinator, open_round.path, go="capacity", capacity="20")
        assert "Press one of the buttons" in self.run(coordinator, open_round.path, go="nothing")
        later = f"/rounds/{open_round.fortnight.round(1).id}"
        assert "whole number" in self.run(coordinator, later, go="capacity", capacity="many")
        assert "There is room for 20 cases" in self.run(coordinator, later, go="capacity", capacity="20")
        assert "Referrals can still join this list" in self.run(coordinator, later, go="publish")

    def test_gets_a_chair(self, open_round: OpenRound, visitor_as: Browser) -> None:
        chair = str(open_round.fortnight.partnership.account("chair"))
        assert "The chair is appointed" in self.run(
            visitor_as("coordinator"), open_round.path, go="chair", account=chair
        )
        assert "Chair: Daniel Okafor" in text_of(visitor_as("coordinator").open(open_round.path))

    def test_notes_who_is_in_the_room_and_who_stands_in(self, open_round: OpenRound, visitor_as: Browser) -> None:
        coordinator = visitor_as("coordinator")
        people = open_round.fortnight.partnership
        path = f"{open_round.path}/room"
        coordinator.open(path)
        boxes = {
            f"here-{people.account('housing')}": "apologies",
            f"here-{people.account('second_coordinator')}": "present",
            f"for-{people.account('second_coordinator')}": str(people.account("housing")),
        }
        assert "Kept: 2 changed" in text_of(coordinator.follow(coordinator.send(path, boxes)))
        assert "Nothing was changed" in text_of(coordinator.follow(coordinator.send(path, boxes)))

    def test_notes_in_one_press_that_all_are_here_who_accepted_and_sent_no_apologies(
        self, open_round: OpenRound, visitor_as: Browser
    ) -> None:
        open_round.fortnight.accepts_confidentiality(open_round.conference, "housing", "police", "chair", "observer")
        visitor_as("police").open(open_round.path)
        visitor_as("police").send(f"{open_round.path}/coming", {"state": "expected"})
        people = open_round.fortnight.partnership
        path = f"{open_round.path}/room"
        coordinator = visitor_as("coordinator")
        coordinator.open(path)
        boxes = {
            f"here-{people.account('housing')}": "apologies",
            f"here-{people.account('police')}": "expected",
            "rest": "here",
        }
        room = text_of(coordinator.follow(coordinator.send(path, boxes)))
        for key, state in (
            ("housing", "apologies"),
            ("police", "present"),
            ("chair", "present"),
            ("observer", "observer"),
            ("idva", ""),
        ):
            chosen = room.partition(f'name="here-{people.account(key)}"')[2].partition("</select>")[0]
            assert (f'value="{state}" selected' in chosen) if state else (" selected" not in chosen), key

    def test_goes_into_ones_calendar_with_time_and_place_and_nothing_of_its_content(
        self, open_round: OpenRound, visitor_as: Browser
    ) -> None:
        housing = visitor_as("housing")
        [link] = re.findall(
            r'<a class="govuk-link" href="([^"]+)">Put it into my calendar</a>', text_of(housing.open(open_round.path))
        )
        answer = housing.client.get(link)
        assert answer.mimetype == "text/calendar"
        entry = text_of(answer)
        assert "DTSTART" in entry
        for word in ("MARAC", "Leanne", "C-"):
            assert word not in entry, word


class TestHowManyStatementsAPageSends:
    def test_is_at_most_twelve_whatever_the_round_holds(
        self,
        open_round: OpenRound,
        visitor_as: Browser,
        statements: Callable[[], AbstractContextManager[list[str]]],
    ) -> None:
        open_round.fortnight.accepts_confidentiality(open_round.conference, "housing", "coordinator")
        counted = {}
        for key, path in (
            ("housing", f"{open_round.path}/research"),
            ("housing", f"{open_round.path}/sitting"),
            ("housing", "/"),
            ("coordinator", f"{open_round.path}/sitting"),
        ):
            visitor = visitor_as(key)
            with statements() as sent:
                visitor.open(path)
            counted[key, path.rpartition("/")[2]] = len(sent)
        assert {place: count for place, count in counted.items() if count > 12} == {}
