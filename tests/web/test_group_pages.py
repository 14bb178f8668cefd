"""The pages of the youth group: what members see and write, a text that is stopped, what the chair does, and who gets in."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest

from casework.access.permissions import Purpose as Why
from casework.consent.rules import Category
from casework.groups import operations
from casework.groups.operations import NewEntry
from tests.factories.groups import FIRST, AGroup, a_group, a_young_person, switch_on
from tests.factories.partnership import APartnership
from tests.factories.sharing import OFFERED, YoungPerson
from tests.web.visitor import Visitor, text_of, without_token

As = Callable[[str], Visitor]
Counting = Callable[[], AbstractContextManager[Any]]
MEMBERS = ("youth_worker", "youth_manager", "school_worker", "housing_worker", "group_chair")


@pytest.fixture
def group(partnership: APartnership) -> AGroup:
    return a_group(partnership)


def writing(group: AGroup, kind: str = "agency_update") -> str:
    return f"/group/meeting/{group.meeting}/write/{kind}"


class TestTheGroupsPage:
    @pytest.mark.parametrize("key", MEMBERS)
    def test_shows_every_member_the_same(self, visitor_as: As, group: AGroup, key: str, statements: Counting) -> None:
        group.says("housing_worker", "Two more wardens from January.")
        visitor = visitor_as(key)
        assert visitor.open("/group").headers["Location"] == f"/group/{group.id}"
        with statements() as sent:
            text = text_of(visitor.open(f"/group/{group.id}"))
        assert len(sent) <= 12, sent
        for words in ("Two more wardens", "Tuesday 1 December 2026, 14:00", "No minutes yet", "Vale fire service"):
            assert words in text
        assert ("Seats and single meetings" in text) == (key == "group_chair")

    def test_draws_a_trend_as_bars_in_its_table(self, visitor_as: As, group: AGroup) -> None:
        trend = NewEntry(
            kind="trend",
            measure="noise",
            period_from=date(2026, 10, 1),
            period_until=date(2026, 10, 1),
            counts={"L1": 30, "L2": 9, "L3": 7, "L4": 2, "L5": 14},
        )
        group.writes("housing_worker", trend)
        text = text_of(visitor_as("school_worker").open(f"/group/{group.id}"))
        assert "Noise complaints" in text
        assert "&lt;5" in text
        assert "kept back" in text
        assert "app-bars" in text

    def test_shows_contacts_as_counts_alone(self, visitor_as: As, group: AGroup) -> None:
        text = text_of(visitor_as("school_worker").open(f"/group/{group.id}"))
        assert "Contacts between agencies, by topic" in text
        assert "Education" in text

    @pytest.mark.parametrize("key", ["coordinator", "police", "operator", "information_lead", "safeguarding_lead"])
    def test_is_not_for_others(self, visitor_as: As, group: AGroup, key: str) -> None:
        visitor = visitor_as(key)
        for address in ("/group", f"/group/{group.id}", f"/group/meeting/{group.meeting}", writing(group)):
            assert visitor.open(address).status_code in (403, 404)
        assert ">Group<" not in text_of(visitor.open("/"))

    def test_is_in_the_navigation_of_members(self, visitor_as: As, group: AGroup) -> None:
        text = text_of(visitor_as("youth_worker").open("/duties"))
        assert 'href="/group"' in text
        assert 'href="/contacts"' in text

    def test_says_so_where_one_s_agency_has_no_seat(self, visitor_as: As, group: AGroup) -> None:
        with group.partnership.acting("group_chair") as work:
            operations.leave(work, group_id=group.id, agency_id=group.partnership.agencies["housing"])
        housing = visitor_as("housing_worker")
        assert "no seat in a group" in text_of(housing.open("/group"))
        assert housing.open(f"/group/{group.id}").status_code == 404


class TestWriting:
    @pytest.mark.parametrize(
        ("kind", "more"),
        [
            ("agency_update", {}),
            ("place_issue", {"locality": "L1"}),
            ("joint_work", {}),
            ("service_change", {"locality": "L2"}),
        ],
    )
    def test_keeps_an_entry(self, visitor_as: As, group: AGroup, kind: str, more: dict[str, str]) -> None:
        housing, page = visitor_as("housing_worker"), writing(group, kind)
        housing.open(page)
        after = housing.follow(housing.send(page, {"words": "The skate park floods.", **more}))
        assert "Your entry is kept" in text_of(after)
        assert "The skate park floods." in text_of(after)

    def test_keeps_an_action_which_its_agency_then_does(self, visitor_as: As, group: AGroup) -> None:
        chair, page = visitor_as("group_chair"), writing(group, "agency_action")
        chair.open(page)
        given = {
            "owner": str(group.partnership.agencies["housing"]),
            "due_on-day": "18",
            "due_on-month": "12",
            "due_on-year": "2026",
            "words": "Mend the lights.",
        }
        chair.send(page, given)
        housing = visitor_as("housing_worker")
        housing.open(f"/group/{group.id}")
        [entry] = group.entries()
        after = housing.follow(housing.send(f"/group/entry/{entry.id}/done"))
        assert "Noted: it is done." in text_of(after)

    def test_keeps_a_trend_with_small_numbers_kept_back(self, visitor_as: As, group: AGroup) -> None:
        housing, page = visitor_as("housing_worker"), writing(group, "trend")
        housing.open(page)
        day = {"period_from": (1, 10, 2026), "period_until": (31, 10, 2026)}
        given = {
            f"{name}-{part}": str(value)
            for name, values in day.items()
            for part, value in zip(("day", "month", "year"), values, strict=True)
        }
        counts = {"count_L1": "30", "count_L2": "2", "count_L3": "12"}
        wrong = housing.send(page, {"measure": "noise", **given, "words": ""})
        assert "Enter a count for one locality or more" in text_of(wrong)
        housing.follow(housing.send(page, {"measure": "noise", **given, **counts, "words": ""}))
        assert [cell["shown"] for cell in group.entries()[0].table] == ["30", "<5", "kept back", "44"]

    def test_shows_a_stopped_text_with_its_words_marked_and_what_to_do(self, visitor_as: As, group: AGroup) -> None:
        housing, page = visitor_as("housing_worker"), writing(group)
        housing.open(page)
        wrong = housing.send(page, {"words": "J.S. in year 10 at Codsall High was <seen> again."})
        text = text_of(wrong)
        assert wrong.status_code == 422
        assert "<mark>J.S.<span" in text
        assert "<mark>year 10<span" in text
        assert "&lt;seen&gt;" in text
        assert '<a class="govuk-link" href="/contacts/new">use a bilateral contact</a>' in text
        assert group.entries() == ()

    def test_keeps_it_once_each_doubt_is_said_to_be_no_person(self, visitor_as: As, group: AGroup) -> None:
        housing, page = visitor_as("housing_worker"), writing(group)
        housing.open(page)
        words = "Ring 01902 845000 and ask for Mrs Whitehouse."
        one = housing.send(page, {"words": words, "not_a_person": "01902 845000"})
        assert 'type="hidden" name="not_a_person" value="01902 845000"' in text_of(one)
        assert 'type="checkbox" value="Mrs Whitehouse"' in text_of(one)
        housing.send(page, {"words": words, "not_a_person": ["01902 845000", "Mrs Whitehouse"]})
        assert [entry.words for entry in group.entries()] == [words]

    def test_offers_no_way_round_for_somebody_whom_the_writer_knows(self, visitor_as: As, group: AGroup) -> None:
        a_young_person(group.partnership)
        worker, page = visitor_as("youth_worker"), writing(group)
        worker.open(page)
        text = text_of(worker.send(page, {"words": "Jamie Stone did it.", "not_a_person": "Jamie Stone"}))
        assert "agree with somebody whom you work with" in text
        assert 'type="checkbox"' not in text

    def test_reads_the_same_for_others_in_both_worlds(self, visitor_as: As, group: AGroup) -> None:
        school, page = visitor_as("school_worker"), writing(group)
        school.open(page)
        before = without_token(school.send(page, {"words": "Jamie Stone did it."}))
        YoungPerson.of(group.partnership)
        after = without_token(school.send(page, {"words": "Jamie Stone did it."}))
        assert "This looks like a person" in before[1]
        assert before == after

    def test_has_no_seventh_kind(self, visitor_as: As, group: AGroup) -> None:
        assert visitor_as("housing_worker").open(writing(group, "young_person")).status_code == 404

    def test_takes_one_s_own_entry_back(self, visitor_as: As, group: AGroup) -> None:
        entry_id = group.says("housing_worker", "Two more wardens.")
        school = visitor_as("school_worker")
        school.open(f"/group/{group.id}")
        assert school.send(f"/group/entry/{entry_id}/withdraw").status_code in (403, 404)
        housing = visitor_as("housing_worker")
        assert "Take back" in text_of(housing.open(f"/group/{group.id}"))
        housing.send(f"/group/entry/{entry_id}/withdraw")
        assert group.entries() == ()


class TestTheChair:
    def test_writes_the_agenda_notes_who_was_there_and_issues(self, visitor_as: As, group: AGroup) -> None:
        group.says("housing_worker", "Two more wardens.")
        group.comes_to(FIRST)
        chair, page = visitor_as("group_chair"), f"/group/meeting/{group.meeting}/lead"
        chair.open(page)
        stopped = chair.send(page, {"act": "agenda", "agenda": "1. Kyle Turner"})
        assert "<mark>Kyle Turner<span" in text_of(stopped)
        chair.follow(chair.send(page, {"act": "agenda", "agenda": "1. Lights"}))
        chair.follow(
            chair.send(page, {"act": "attendance", f"at_{group.partnership.account('housing_worker')}": "present"})
        )
        refused = chair.send(page, {"act": "issue"})
        assert refused.status_code == 422
        assert "Confirm that no individuals were discussed" in text_of(refused)
        after = chair.follow(chair.send(page, {"act": "issue", "no_individuals_discussed": "yes"}))
        assert "The minutes are out." in text_of(after)
        assert "not changed any more" in text_of(chair.open(page))

    def test_is_the_only_one_who_does(self, visitor_as: As, group: AGroup) -> None:
        for key in ("youth_worker", "coordinator"):
            visitor = visitor_as(key)
            for address in (f"/group/meeting/{group.meeting}/lead", f"/group/{group.id}/seats", "/group/found"):
                assert visitor.open(address).status_code in (403, 404)

    def test_founds_a_group_gives_seats_and_calls_a_meeting(self, visitor_as: As, partnership: APartnership) -> None:
        chair = visitor_as("group_chair")
        assert "Found a group" in text_of(chair.open("/group"))
        chair.open("/group/found")
        given = {"name": "Vale youth group", "localities": "Codsall\nPerton", "venue": "Fire station", "at": "14:00"}
        seats = chair.send("/group/found", given).headers["Location"]
        chair.open(seats)
        housing = str(partnership.agencies["housing"])
        after = chair.follow(chair.send(seats, {"act": "seat", "agency": housing}))
        assert "Vale housing" in text_of(after)
        called = {"act": "call", "on-day": "10", "on-month": "12", "on-year": "2026", "at": "10:00"}
        assert "Thursday 10 December 2026, 10:00" in text_of(chair.follow(chair.send(seats, called)))
        assert "The seat has ended" in text_of(chair.follow(chair.send(seats, {"leaves": housing})))


class TestMinutes:
    def test_carry_the_mark_and_the_chair_s_word_for_every_member(self, visitor_as: As, group: AGroup) -> None:
        group.says("housing_worker", "Two more wardens.")
        group.meets("youth_worker", "group_chair")
        group.goes_out()
        for key in MEMBERS:
            text = text_of(visitor_as(key).open(f"/group/meeting/{group.meeting}"))
            for words in (
                "Minutes of Tuesday 1 December 2026",
                "OFFICIAL-SENSITIVE",
                "No individuals were discussed at this meeting.",
                "Neil Abbott",
                "Jo Marsh",
                "Two more wardens.",
            ):
                assert words in text


class TestNamedCases:
    def test_are_decided_on_by_who_manages_the_partnership(self, visitor_as: As, group: AGroup) -> None:
        coordinator, page = visitor_as("coordinator"), "/group/named-cases"
        assert "no named cases" in text_of(coordinator.open(page))
        given = {
            "group": str(group.id),
            "mode": "named_case",
            "ground": "Panel agreement of 2026",
            "from_on-day": "23",
            "from_on-month": "11",
            "from_on-year": "2026",
        }
        after = coordinator.follow(coordinator.send(page, given))
        assert "may hear named cases" in text_of(after)
        assert "Panel agreement of 2026" in text_of(after)
        assert visitor_as("group_chair").open(page).status_code in (403, 404)

    def test_are_brought_where_they_may_be_after_a_look_at_who_could_hear(
        self, visitor_as: As, group: AGroup, statements: Counting
    ) -> None:
        young, page = YoungPerson.of(group.partnership), f"/group/meeting/{group.meeting}"
        young.agrees({"school_nursing": ["education"]})
        worker = visitor_as("youth_worker")
        assert worker.open(f"{page}/named-cases/new").status_code == 404
        assert "Named cases" not in text_of(worker.open(page))
        switch_on(group)
        worker.open(f"{page}/named-cases/new")
        given = {
            "subject": str(young.case_id),
            "categories": "education",
            "purpose": "support_plan",
            "need_to_know": "All three work on the plan.",
            "reaches_abuser": "no",
        }
        looked = text_of(worker.send(f"{page}/named-cases/new", {**given, "act": "look"}))
        assert "1 of 3 agencies could hear it" in looked
        assert "<b>Vale housing</b> leaves." in looked
        assert "Named cases: 0" in text_of(worker.open(page))
        after = text_of(worker.follow(worker.send(f"{page}/named-cases/new", {**given, "act": "bring"})))
        assert "Named case 1, brought by Vale youth service" in after
        assert f"/young-people/{young.case_id}" in after
        school = visitor_as("school_worker")
        with statements() as sent:
            others = text_of(school.open(page))
        assert len(sent) <= 12, sent
        assert "Asked to leave: Vale fire service, Vale housing" in others or "Asked to leave: Vale housing, " in others
        assert str(young.case_id) not in others

    def test_are_heard_by_who_may_stay_and_the_record_shows_who_was_in_the_room(
        self, visitor_as: As, group: AGroup
    ) -> None:
        young = YoungPerson.of(group.partnership)
        young.agrees({"school_nursing": ["education"]})
        switch_on(group)
        with group.partnership.acting("youth_worker", Why.SUPPORT) as work:
            named = operations.bring_case(
                work,
                meeting_id=group.meeting,
                case_id=young.case_id,
                categories=[Category.EDUCATION],
                declared=OFFERED,
            )
        chair, page = visitor_as("group_chair"), f"/group/meeting/{group.meeting}/named-cases/{named}"
        assert "Nobody is noted as there" in text_of(chair.open(page))
        group.meets("youth_worker", "school_worker", "housing_worker")
        chair = visitor_as("group_chair")
        asked = text_of(chair.open(page))
        assert "Asked to leave for this case" in asked
        ids = {key: str(group.partnership.account(key)) for key in ("youth_worker", "school_worker", "housing_worker")}
        wrong = chair.send(page, {"in_room": list(ids.values())})
        assert wrong.status_code == 422
        assert "Ask these agencies to leave for this case: Vale housing." in text_of(wrong)
        staying = [ids["youth_worker"], ids["school_worker"]]
        after = text_of(chair.follow(chair.send(page, {"in_room": staying})))
        assert "Had left: " in after
        assert "Heard" in after
        for key in ("youth_worker", "coordinator"):
            assert visitor_as(key).open(page).status_code in (403, 404)
