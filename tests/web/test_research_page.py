"""Research on its page: answered in one press and undone, written beside the list, kept as it is typed, and what never leaves."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
from werkzeug.test import TestResponse

from casework.web.forms.quick_day import past_day_from
from config.settings import Settings
from tests.factories.partnership import APartnership
from tests.scenarios.fortnight import Fortnight
from tests.web.open_round import Browser, OpenRound, words_of
from tests.web.visitor import Visitor, text_of

Counting = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def open_round(list_is_out: OpenRound) -> OpenRound:
    """The list is out; housing and police have accepted the statement."""
    found = list_is_out
    found.fortnight.accepts_confidentiality(found.conference, "housing", "police", "coordinator")
    return found


@pytest.fixture
def housing(open_round: OpenRound, visitor_as: Browser) -> Visitor:
    """Karen Stubbs of housing."""
    return visitor_as("housing")


@pytest.fixture
def page(open_round: OpenRound) -> str:
    """Where the questions of the round stand."""
    return f"{open_round.path}/research"


def question(open_round: OpenRound, case_id: uuid.UUID, key: str = "housing") -> str:
    """The address of the question to somebody's agency about a case."""
    [found] = [one for one in open_round.fortnight.asked(key, open_round.conference) if one.case.id == case_id]
    return f"/research/{found.id}"


def standing(answer: TestResponse) -> dict[str, str]:
    """What stands in the panel: what a browser would send."""
    html = text_of(answer)
    form = html[html.index('class="app-answer"') :]
    form = form[: form.index("</form>")]
    found = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form))
    found |= {
        name: words.lstrip("\n") for name, words in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)', form)
    }
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)"[^>]* selected', options)
        found[name] = chosen.group(1) if chosen else ""
    return found


def types(visitor: Visitor, address: str, pressed: str = "on", **typed: str) -> TestResponse:
    """Open a question, type into its form, press a button."""
    sent = standing(visitor.open(address)) | {name.replace("__", "-"): words for name, words in typed.items()}
    return visitor.send(address, {**sent, "go": pressed})


class TestTheQuestionsOfARound:
    def test_stand_on_one_page_with_what_an_agency_searches_its_files_by(
        self, housing: Visitor, page: str, statements: Counting
    ) -> None:
        with statements() as sent:
            words = words_of(text_of(housing.open(page)))
        assert len(sent) <= 12, sent
        for told in (
            "0 of 2 answered",
            "Leanne Whitehouse",
            "27 March 1992 (34)",
            "WV9 9UZ",
            "Siân Whitehouse",
            "Carl Dunne",
        ):
            assert told in words
        for kept in ("07700", "Threats to kill", "held her by the throat"):
            assert kept not in words

    def test_are_answered_in_one_press_and_undone_in_another(
        self, open_round: OpenRound, housing: Visitor, page: str
    ) -> None:
        housing.open(page)
        address = question(open_round, open_round.leanne)
        answered = housing.follow(housing.send(f"{address}/nothing-known"))
        assert "1 of 2 answered" in words_of(text_of(answered))
        again = housing.follow(housing.send(f"{address}/undo"))
        assert "0 of 2 answered" in words_of(text_of(again))

    def test_are_not_overwritten_by_pressing_twice(self, open_round: OpenRound, housing: Visitor, page: str) -> None:
        address = question(open_round, open_round.leanne)
        types(housing, address, facts__0__words="Rent arrears since March.")
        assert housing.send(f"{address}/nothing-known").status_code == 303
        assert "Shared" in words_of(text_of(housing.open(page)))

    def test_wait_for_the_statement(self, open_round: OpenRound, page: str, visitor_as: Browser) -> None:
        probation = visitor_as("probation")
        before = words_of(text_of(probation.open(page)))
        assert "I accept" in before
        assert "Leanne" not in before
        after = probation.follow(probation.send(f"{open_round.path}/confidentiality", {"there": "research"}))
        assert "Leanne" in words_of(text_of(after))

    def test_are_closed_to_who_does_not_answer(self, open_round: OpenRound, page: str, visitor_as: Browser) -> None:
        address = question(open_round, open_round.leanne)
        for key in ("coordinator", "chair", "observer", "referrer", "operator"):
            assert visitor_as(key).open(page).status_code in (403, 404)
            assert visitor_as(key).open(address).status_code in (403, 404)

    def test_of_one_agency_are_not_there_for_another(self, open_round: OpenRound, visitor_as: Browser) -> None:
        address = question(open_round, open_round.leanne)
        police = visitor_as("police")
        assert police.open(address).status_code == 404
        assert police.send(f"{address}/nothing-known").status_code == 404
        assert police.send(address, {"version": "1", "facts-0-words": "Mine"}).status_code == 404

    def test_leave_no_gap_for_somebody_shut_out_of_a_case(
        self, open_round: OpenRound, housing: Visitor, page: str
    ) -> None:
        hidden = question(open_round, open_round.leanne)
        open_round.shuts_out("housing", open_round.leanne)
        words = words_of(text_of(housing.open(page)))
        assert "Leanne" not in words
        assert "0 of 1 answered" in words
        assert "1. C-" in words
        assert housing.open(hidden).status_code == 404


class TestTheWayToThem:
    def test_leads_at_once_to_the_only_round_that_asks(
        self, open_round: OpenRound, housing: Visitor, page: str, visitor_as: Browser
    ) -> None:
        open_round.fortnight.list_goes_out(marac="north")
        assert housing.open("/research").headers["Location"] == page
        assert visitor_as("probation").open("/research").headers["Location"] == page

    def test_names_the_rounds_when_several_ask(
        self, partnership: APartnership, settings: Settings, visitor_as: Browser
    ) -> None:
        fortnight = Fortnight(partnership, settings)
        north = {**fortnight.couple(3)["victim"], "address": {"lines": ["1 Mill Street"], "postcode": "ST18 0AB"}}
        fortnight.case_for(fortnight.couple(0))
        fortnight.case_for(fortnight.couple(3, victim=north))
        south = fortnight.list_goes_out()
        fortnight.list_goes_out(marac="north")
        fortnight.accepts_confidentiality(south, "housing")
        words = words_of(text_of(visitor_as("housing").open("/research")))
        assert "Vale South MARAC, Wednesday 9 December 0 of 1 answered" in words
        assert "Vale North MARAC, Wednesday 9 December due" in words


class TestAnAnswer:
    def test_shares_facts_and_opinions_and_keeps_the_rest_inside(
        self, open_round: OpenRound, housing: Visitor, page: str, visitor_as: Browser
    ) -> None:
        answer = types(
            housing,
            question(open_round, open_round.leanne),
            facts__0__on="3 9",
            facts__0__words="Rent arrears.",
            opinions="He controls the money.",
            kept__0__what="A neighbour’s complaint",
            kept__0__reason="third_party",
            kept__0__why="It is about the neighbour.",
            notes="Ask our legal team.",
        )
        assert answer.status_code == 303, words_of(text_of(answer))
        assert "Keeps something back" in words_of(text_of(housing.open(page)))
        table = words_of(text_of(visitor_as("police").open(open_round.hearing(open_round.leanne))))
        assert "3 September 2026 Rent arrears." in table
        assert "Opinion: He controls the money." in table
        assert "Keeps something back" in table
        assert "neighbour" not in table
        assert "legal team" not in table

    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ({}, "Write a fact or an opinion"),
            ({"facts__0__words": "Arrears", "facts__0__on": "long ago"}, "Give the day or leave it empty"),
            ({"facts__0__words": "Arrears", "facts__0__on": "1 1 2030"}, "Give a day that is not in the future."),
            ({"facts__0__on": "yesterday"}, "Write the fact, or take the line out."),
            ({"kept__0__what": "A note"}, "Write why it is kept back."),
            ({"opinions": "x" * 8001}, "must be 8,000 characters or fewer"),
        ],
    )
    def test_that_cannot_be_taken_is_told_at_its_box(
        self, open_round: OpenRound, housing: Visitor, typed: dict[str, str], words: str
    ) -> None:
        answer = types(housing, question(open_round, open_round.leanne), **typed)
        assert answer.status_code == 422
        assert words in words_of(text_of(answer))
        shown = standing(answer)
        assert all(shown[name.replace("__", "-")] == text for name, text in typed.items())

    def test_is_kept_as_it_is_typed_and_leaves_only_when_it_is_given(
        self, open_round: OpenRound, housing: Visitor, page: str, visitor_as: Browser
    ) -> None:
        address = question(open_round, open_round.leanne)
        begun = standing(housing.open(address)) | {"facts-0-words": "Rent arrears.", "facts-0-on": "some time"}
        kept = housing.send(address, {**begun, "autosave": "yes"})
        assert kept.get_json() == {"version": int(begun["version"]) + 1}
        assert "Rent arrears" not in text_of(visitor_as("police").open(open_round.hearing(open_round.leanne)))
        assert "Begun" in words_of(text_of(housing.open(page)))
        again = standing(housing.open(address))
        assert (again["facts-0-words"], again["facts-0-on"]) == ("Rent arrears.", "some time")
        housing.send(address, {**again, "facts-0-on": "", "go": "on"})
        assert "Rent arrears" in text_of(visitor_as("police").open(open_round.hearing(open_round.leanne)))

    def test_keeps_its_words_when_it_is_taken_back(self, open_round: OpenRound, housing: Visitor) -> None:
        address = question(open_round, open_round.leanne)
        types(housing, address, facts__0__words="Rent arrears.", notes="Ask our legal team.")
        housing.send(f"{address}/undo")
        again = standing(housing.open(address))
        assert (again["facts-0-words"], again["notes"]) == ("Rent arrears.", "Ask our legal team.")

    def test_takes_another_line_without_script(self, open_round: OpenRound, housing: Visitor) -> None:
        address = question(open_round, open_round.leanne)
        sent = standing(housing.open(address)) | {"facts-0-words": "Rent arrears."}
        more = standing(housing.follow(housing.send(address, {**sent, "add": "facts"})))
        assert (more["facts-0-words"], more["facts-count"]) == ("Rent arrears.", "3")

    def test_of_a_colleague_is_shown_beside_ones_own_words(
        self, open_round: OpenRound, housing: Visitor, page: str
    ) -> None:
        address = question(open_round, open_round.leanne)
        older = standing(housing.open(address))
        types(housing, address, facts__0__words="Rent arrears.")
        mine = {**older, "facts-0-words": "No tenancy of hers."}
        silent = housing.send(address, {**mine, "autosave": "yes"})
        assert silent.status_code == 409
        answer = housing.send(address, {**mine, "go": "on"})
        assert answer.status_code == 409
        words = words_of(text_of(answer))
        assert "On record now, by your colleague:" in words
        assert "Fact: Rent arrears." in words
        assert standing(answer)["facts-0-words"] == "No tenancy of hers."
        assert housing.send(address, {**standing(answer), "go": "on"}).status_code == 303

    def test_can_be_corrected_but_not_taken_back_while_the_table_sits(
        self, open_round: OpenRound, housing: Visitor, page: str, visitor_as: Browser
    ) -> None:
        address = question(open_round, open_round.leanne)
        types(housing, address, facts__0__words="Rent arrears.")
        open_round.begins("coordinator")
        housing = visitor_as("housing")  # days later, signed in again
        assert "Undo" not in words_of(text_of(housing.open(page)))
        assert housing.send(f"{address}/undo").status_code == 409
        assert types(housing, address, facts__0__words="Rent arrears of 900 pounds.").status_code == 303


class TestADayGoneBy:
    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("3 9", date(2026, 9, 3)),
            ("24 12", date(2025, 12, 24)),
            ("9 Dec", date(2026, 12, 9)),
            ("3 Sep 2024", date(2024, 9, 3)),
            ("3.9.24", date(2024, 9, 3)),
            ("yesterday", date(2026, 12, 8)),
            ("today", date(2026, 12, 9)),
            ("1 1 2030", date(2030, 1, 1)),
        ],
    )
    def test_is_the_last_one_of_that_name(self, typed: str, meant: date) -> None:
        assert past_day_from(typed, date(2026, 12, 9)) == meant

    def test_that_cannot_be_told_is_none(self) -> None:
        assert [past_day_from(text, date(2026, 12, 9)) for text in ("last summer", "31 9", "2 weeks")] == [None] * 3
