"""The page of actions: an agency reports, marks its files and tells the victim; who chases sees what is unfinished of everybody."""

from __future__ import annotations

import csv
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest

from casework.access.permissions import Purpose
from casework.actions import operations, queries
from casework.cases import queries as cases
from casework.duties import queries as duties
from tests.web.minuted_round import MinutedRound
from tests.web.visitor import Visitor, text_of

As = Callable[[str], Visitor]
Counting = Callable[[], AbstractContextManager[Any]]


@pytest.fixture
def heard(sitting_is_over: MinutedRound) -> MinutedRound:
    """Two cases heard, with an action of housing in each."""
    return sitting_is_over


def owed(heard: MinutedRound, key: str, kind: str) -> list[str]:
    """The addresses of what somebody's agency owes of one kind, as the page's forms name them."""
    with heard.partnership.acting(key, Purpose.ACTIONS) as work:
        return [str(one.subject_id) for one in duties.my_duties(work) if one.kind == kind]


class TestAnAgencysActions:
    """What the representative of the agency that owns them sees and does."""

    def test_stand_in_order_of_time_with_what_is_overdue_first(
        self, visitor_as: As, heard: MinutedRound, statements: Counting
    ) -> None:
        housing = visitor_as("housing")
        with statements() as sent:
            text = text_of(housing.open("/actions"))
        assert len(sent) <= 12, sent
        assert text.index("Offer a lock change") < text.index("Move her to another estate")
        assert "Leanne Whitehouse" in text
        assert "Overdue" not in text
        assert "every agency" not in text
        heard.fortnight.comes_to(date(2026, 12, 15))
        later = text_of(visitor_as("housing").open("/actions"))
        assert later.count(">Overdue</strong>") == 1
        assert later.index("Overdue: 1 action") < later.index("Next week: 1 action")

    def test_are_reported_with_what_happened(self, visitor_as: As, heard: MinutedRound) -> None:
        housing, page = visitor_as("housing"), f"/actions/{heard.actions[0]}"
        assert "Offer a lock change" in text_of(housing.open(page))
        wrong = housing.send(page, {"outcome": "", "what_happened": "Locks changed."})
        assert wrong.status_code == 422
        assert "Choose done, overtaken by events, or not done" in text_of(wrong)
        assert "Locks changed." in text_of(wrong)
        assert "Write what happened" in text_of(housing.send(page, {"outcome": "done"}))
        answer = housing.send(page, {"outcome": "done", "what_happened": "Locks changed on Friday."})
        assert answer.headers["Location"] == "/actions"
        text = text_of(housing.follow(answer))
        assert "Your report is kept." in text
        assert "Offer a lock change" not in text
        assert "Locks changed on Friday." in text_of(housing.open(page))
        assert housing.send(page, {"outcome": "not_done", "what_happened": "It was not."}).status_code == 409

    def test_stay_on_the_page_when_they_are_not_done(self, visitor_as: As, heard: MinutedRound) -> None:
        housing, page = visitor_as("housing"), f"/actions/{heard.actions[0]}"
        housing.open(page)
        after = housing.follow(housing.send(page, {"outcome": "not_done", "what_happened": "No locksmith came."}))
        assert "Offer a lock change" in text_of(after)
        assert "Not done" in text_of(after)

    def test_are_not_reported_by_another_agency(self, visitor_as: As, heard: MinutedRound) -> None:
        police, page = visitor_as("police"), f"/actions/{heard.actions[0]}"
        assert "Offer a lock change" not in text_of(police.open("/actions"))
        assert "has not reported yet" in text_of(police.open(page))
        refused = police.send(page, {"outcome": "done", "what_happened": "We heard it was."})
        assert refused.status_code == 404
        with heard.partnership.acting("housing", Purpose.ACTIONS) as work:
            assert [one.state for one in queries.my_actions(work)] == ["agreed", "agreed"]

    def test_show_nothing_of_a_case_from_which_the_reader_is_shut_out(
        self, visitor_as: As, heard: MinutedRound
    ) -> None:
        with heard.partnership.acting("coordinator", Purpose.ACTIONS) as work:
            number = cases.case_lines(work, case_ids=[heard.megan])[heard.megan].number
        assert number in text_of(visitor_as("housing").open("/actions"))
        heard.shuts_out("housing", heard.megan)
        text = text_of(visitor_as("housing").open("/actions"))
        assert "Offer a lock change" in text
        for trace in ("Megan", "another estate", number, "no longer stands in"):
            assert trace not in text
        assert visitor_as("housing").open(f"/actions/{heard.actions[1]}").status_code == 404


class TestMarksOnFiles:
    """What an agency does with its own files."""

    def test_are_confirmed_one_by_one(self, visitor_as: As, heard: MinutedRound) -> None:
        housing = visitor_as("housing")
        assert "Mark your files for twelve months" in text_of(housing.open("/actions"))
        first, second = owed(heard, "housing", "flag_raise")
        housing.follow(housing.send(f"/actions/marks/{first}/on"))
        assert owed(heard, "housing", "flag_raise") == [second]
        housing.send(f"/actions/marks/{second}/on")
        assert "Marks on your files" not in text_of(housing.open("/actions"))

    def test_are_taken_off_after_twelve_months(self, visitor_as: As, heard: MinutedRound) -> None:
        for flag in owed(heard, "housing", "flag_raise"):
            housing = visitor_as("housing")
            housing.open("/actions")
            housing.send(f"/actions/marks/{flag}/on")
        heard.fortnight.comes_to(date(2027, 12, 10))
        housing = visitor_as("housing")
        assert "Take the mark off" in text_of(housing.open("/actions"))
        for flag in owed(heard, "housing", "flag_lift"):
            housing.send(f"/actions/marks/{flag}/off")
        assert owed(heard, "housing", "flag_lift") == []
        assert "Take the mark off" not in text_of(housing.open("/actions"))

    def test_are_nobody_elses(self, visitor_as: As, heard: MinutedRound) -> None:
        flag = owed(heard, "housing", "flag_raise")[0]
        police = visitor_as("police")
        police.open("/actions")
        assert police.send(f"/actions/marks/{flag}/on").status_code == 404
        assert flag in owed(heard, "housing", "flag_raise")


class TestTellingTheVictim:
    """The agency that the table named tells her, and says so."""

    def test_is_noted_by_the_agency_that_tells(self, visitor_as: As, heard: MinutedRound) -> None:
        idva = visitor_as("idva")
        text = text_of(idva.open("/actions"))
        assert "Tell the victim what was agreed" in text
        assert "Leanne Whitehouse" in text
        assert text.count("Safe contact: phone, weekdays 09:30-14:30") == 2
        for listing in owed(heard, "idva", "tell_victim"):
            assert idva.send(f"/actions/victims/{listing}/told").status_code == 303
        assert owed(heard, "idva", "tell_victim") == []
        assert "Tell the victim" not in text_of(idva.open("/actions"))

    def test_is_not_for_another_agency(self, visitor_as: As, heard: MinutedRound) -> None:
        housing = visitor_as("housing")
        assert "Tell the victim" not in text_of(housing.open("/actions"))
        listing = owed(heard, "idva", "tell_victim")[0]
        assert housing.send(f"/actions/victims/{listing}/told").status_code == 404
        assert listing in owed(heard, "idva", "tell_victim")


class TestTheThreeViews:
    """One list by agency, by due date and by case; what is shown of it stands in the address, and nothing personal does."""

    def test_are_the_same_actions_under_other_headings(self, visitor_as: As, heard: MinutedRound) -> None:
        coordinator = visitor_as("coordinator")
        number = heard.fortnight.listing(heard.conference, heard.leanne).case.number
        for by, heading in (
            ("agency", "Vale housing: 2 actions"),
            ("due", "Next week: 1 action"),
            ("case", f"{number}, Leanne Whitehouse: 1 action"),
        ):
            text = text_of(coordinator.open(f"/actions?by={by}"))
            assert heading in text
            for what in ("Offer a lock change", "Move her to another estate"):
                assert what in text

    def test_count_and_show_what_is_overdue_or_not_done(self, visitor_as: As, heard: MinutedRound) -> None:
        heard.fortnight.comes_to(date(2026, 12, 15))
        with heard.partnership.acting("housing", Purpose.ACTIONS) as work:
            operations.report(work, action_id=heard.actions[1], outcome="not_done", what_happened="No flat was free.")
        coordinator = visitor_as("coordinator")
        text = text_of(coordinator.open("/actions"))
        for words in ("<b>2</b> unfinished", "<b>1</b> overdue", "<b>0</b> due within a week", "<b>1</b> reported not"):
            assert words in text
        overdue = text_of(coordinator.open("/actions?by=case&show=overdue"))
        assert "Offer a lock change" in overdue
        assert "another estate" not in overdue
        not_done = text_of(coordinator.open("/actions?show=not_done"))
        assert "No flat was free." in not_done
        assert "lock change" not in not_done
        assert "None of these" in text_of(coordinator.open("/actions?show=week"))

    def test_show_what_was_reported_lately_to_its_agency_and_who_chases(
        self, visitor_as: As, heard: MinutedRound
    ) -> None:
        housing = visitor_as("housing")
        housing.open("/actions")
        housing.send(f"/actions/{heard.actions[0]}", {"outcome": "done", "what_happened": "New locks on Friday."})
        for key in ("housing", "coordinator"):
            text = text_of(visitor_as(key).open("/actions?show=reported"))
            assert "New locks on Friday." in text
            assert "another estate" not in text
        assert "New locks" not in text_of(visitor_as("police").open("/actions?show=reported"))
        heard.fortnight.comes_to(date(2027, 1, 20))
        assert "New locks" not in text_of(visitor_as("coordinator").open("/actions?show=reported"))

    def test_are_limited_to_one_agency(self, visitor_as: As, heard: MinutedRound) -> None:
        coordinator, ids = visitor_as("coordinator"), heard.partnership.agencies
        assert "Vale housing: 2 actions" in text_of(coordinator.open(f"/actions?agency={ids['housing']}"))
        assert "lock change" not in text_of(coordinator.open(f"/actions?agency={ids['police']}"))
        # Whoever speaks for one agency sees that one's, whatever the address says.
        assert "lock change" not in text_of(visitor_as("police").open(f"/actions?agency={ids['housing']}"))

    @pytest.mark.parametrize("address", ["?by=victim", "?show=everything", "?agency=housing"])
    def test_are_no_others(self, visitor_as: As, heard: MinutedRound, address: str) -> None:
        assert visitor_as("coordinator").open(f"/actions{address}").status_code == 404

    def test_are_kept_while_a_report_is_sent_from_the_list_in_two_presses(
        self, visitor_as: As, heard: MinutedRound
    ) -> None:
        housing = visitor_as("housing")
        text = text_of(housing.open("/actions?by=case"))
        assert 'name="outcome" value="done"' in text
        answer = housing.send(f"/actions/{heard.actions[0]}?by=case", {"outcome": "done", "what_happened": "Done."})
        assert answer.headers["Location"] == "/actions?by=case"
        assert 'value="not_done"' not in text_of(visitor_as("chair").open("/actions"))


class TestTheListAsAFile:
    """What the co-ordinator takes to the chasing."""

    def test_holds_what_the_address_shows_and_runs_nothing(self, visitor_as: As, heard: MinutedRound) -> None:
        with heard.partnership.acting("housing", Purpose.ACTIONS) as work:
            operations.report(
                work, action_id=heard.actions[1], outcome="not_done", what_happened='=HYPERLINK("http://x.example")'
            )
        answer = visitor_as("coordinator").open("/actions/actions.csv")
        assert answer.headers["Content-Type"].startswith("text/csv")
        assert answer.headers["Content-Disposition"] == 'attachment; filename="actions.csv"'
        assert answer.headers["Cache-Control"] == "no-store"
        head, *rows = csv.reader(answer.data.decode("utf-8-sig").splitlines())
        assert head[:3] == ["Case", "Agency", "Action"]
        assert {row[2] for row in rows} == {"Offer a lock change", "Move her to another estate"}
        assert {row[5] for row in rows} == {"", '\'=HYPERLINK("http://x.example")'}
        assert "Leanne" not in answer.data.decode()
        filtered = visitor_as("coordinator").open("/actions/actions.csv?show=not_done").data.decode()
        assert "another estate" in filtered
        assert "lock change" not in filtered

    def test_has_nothing_of_a_case_from_which_the_reader_is_shut_out(self, visitor_as: As, heard: MinutedRound) -> None:
        heard.shuts_out("administrator", heard.megan)
        text = visitor_as("administrator").open("/actions/actions.csv").data.decode()
        assert "Offer a lock change" in text
        assert "another estate" not in text
        assert heard.fortnight.listing(heard.conference, heard.megan).case.number not in text

    def test_is_not_for_an_agency(self, visitor_as: As, heard: MinutedRound) -> None:
        assert visitor_as("housing").open("/actions/actions.csv").status_code == 403


class TestEverythingUnfinished:
    """What those who chase see."""

    @pytest.mark.parametrize("key", ["coordinator", "administrator", "chair"])
    def test_stands_by_agency_for_who_chases(
        self, visitor_as: As, heard: MinutedRound, statements: Counting, key: str
    ) -> None:
        visitor = visitor_as(key)
        with statements() as sent:
            text = text_of(visitor.open("/actions"))
        assert len(sent) <= 12, sent
        assert "Vale housing: 2 actions" in text
        assert "Your agency’s actions" not in text

    def test_is_reported_by_the_coordinator_on_an_agencys_word(self, visitor_as: As, heard: MinutedRound) -> None:
        coordinator, page = visitor_as("coordinator"), f"/actions/{heard.actions[0]}"
        coordinator.open(page)
        after = coordinator.follow(coordinator.send(page, {"outcome": "done", "what_happened": "Told by phone."}))
        assert "Vale housing: 1 action" in text_of(after)

    def test_is_only_seen_by_the_chair(self, visitor_as: As, heard: MinutedRound) -> None:
        chair, page = visitor_as("chair"), f"/actions/{heard.actions[0]}"
        assert "Send the report" not in text_of(chair.open(page))
        assert chair.send(page, {"outcome": "done", "what_happened": "So I hear."}).status_code == 404

    @pytest.mark.parametrize("key", ["referrer", "observer", "operator"])
    def test_is_not_for_everybody(self, visitor_as: As, heard: MinutedRound, key: str) -> None:
        assert visitor_as(key).open("/actions").status_code == 403
        assert visitor_as(key).open(f"/actions/{heard.actions[0]}").status_code == 404
