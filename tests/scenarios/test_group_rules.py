"""The youth group meets, and no young person is named in it: rules G1 to G7, each under its own name and both ways."""

from __future__ import annotations

import uuid
from datetime import date, time
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

import casework.groups.models as tables
from benchmarks.statements import counted
from casework.access.permissions import GRANTS, Permission, Purpose, Role
from casework.audit.models import AuditEntry
from casework.cases import operations as cases
from casework.errors import Conflict, Invalid, NotAllowed, NotFound
from casework.events.models import OutboxMessage
from casework.groups import operations, queries, rules
from casework.groups.operations import NewEntry, NewGroup
from casework.groups.queries.people import LooksLikeAPerson
from casework.youth import policy as youth_policy
from tests.factories.groups import FIRST, LOCALITIES, AGroup, a_group, a_young_person
from tests.factories.partnership import APartnership
from tests.factories.referrals import accepted

MEMBERS = ("youth_worker", "youth_manager", "school_worker", "housing_worker", "group_chair")
TREND = NewEntry(
    kind="trend",
    words="Most of it after dark.",
    measure="noise",
    period_from=date(2026, 10, 1),
    period_until=date(2026, 10, 1),
    counts={"L1": 12, "L2": 9, "L3": 7, "L4": 2, "L5": 30},
)


@pytest.fixture
def group(partnership: APartnership) -> AGroup:
    return a_group(partnership)


def stopped(group: AGroup, key: str, words: str, *confirmed: str) -> LooksLikeAPerson:
    """Write an update that is stopped; nothing of it is kept."""
    before = group.entries(key)
    with pytest.raises(LooksLikeAPerson) as error:
        group.says(key, words, *confirmed)
    assert group.entries(key) == before
    return error.value


class TestG1TheRecordTakesSixKindsOfEntryAndNoPerson:
    """What can be written at all."""

    @pytest.mark.parametrize(
        "entry",
        [
            NewEntry(kind="agency_update", words="Two more wardens from January."),
            NewEntry(kind="place_issue", words="The skate park floods.", locality="L1"),
            NewEntry(kind="joint_work", words="A stall at the market with the police."),
            NewEntry(kind="service_change", words="The drop-in moves to Mondays."),
            TREND,
        ],
        ids=lambda entry: entry.kind,
    )
    def test_takes(self, group: AGroup, entry: NewEntry) -> None:
        group.writes("housing_worker", entry)
        assert [(one.kind, one.words) for one in group.entries()] == [(entry.kind, entry.words)]

    def test_takes_an_action_on_an_agency_with_a_seat(self, group: AGroup) -> None:
        action = NewEntry(kind="agency_action", words="Mend the lights.", due_on=date(2026, 12, 18))
        for owner in (None, group.partnership.agencies["police"]):
            with pytest.raises(Invalid):
                group.writes("group_chair", NewEntry(**_as(action, owner_agency_id=owner)))
        housing = group.partnership.agencies["housing"]
        entry_id = group.writes("group_chair", NewEntry(**_as(action, owner_agency_id=housing)))
        with pytest.raises(NotAllowed), group.partnership.acting("school_worker") as work:
            operations.action_done(work, entry_id=entry_id)
        with group.partnership.acting("housing_worker") as work:
            operations.action_done(work, entry_id=entry_id)
        assert group.entries()[0].done_at == group.partnership.now

    def test_takes_no_seventh_kind(self, group: AGroup) -> None:
        with pytest.raises(Invalid):
            group.writes("housing_worker", NewEntry(kind="young_person", words="One of ours."))
        group.says("housing_worker", "Two more wardens.")
        with pytest.raises(IntegrityError, match="kind_is_one_of_six"), group.partnership.acting(None) as work:
            work.session.execute(text("UPDATE group_entry SET kind = 'person'"))

    def test_has_no_column_that_leads_to_a_person_or_a_case(self) -> None:
        allowed = {"partnership", "agency", "account", "youth_group", "group_meeting"}
        for model in (
            tables.YouthGroup,
            tables.GroupMember,
            tables.GroupMode,
            tables.GroupMeeting,
            tables.GroupAttendance,
            tables.GroupEntry,
        ):
            led_to = {key.column.table.name for key in model.__table__.foreign_keys}
            assert led_to <= allowed
            ids = {column.name for column in model.__table__.columns if column.name.endswith("_id")}
            assert all(
                name.removesuffix("_id").endswith(("partnership", "agency", "account", "group", "meeting", "key"))
                for name in ids
            )

    def test_has_no_field_for_a_person_in_what_is_written(self) -> None:
        for words in ("person", "case", "referral", "name", "birth"):
            assert not any(words in field for field in NewEntry.__dataclass_fields__)


def _as(entry: NewEntry, **changes: Any) -> dict[str, Any]:
    return {field: getattr(entry, field) for field in NewEntry.__dataclass_fields__} | changes


class TestG2TextIsLookedThroughBeforeItIsSaved:
    """The check that stops a person's details."""

    def test_stops_initials_with_a_year_group_at_a_school(self, group: AGroup) -> None:
        error = stopped(group, "housing_worker", "J.S. in year 10 at Codsall High was seen again.")
        assert {mark.kind for mark in error.marks} == {rules.Kind.INITIALS, rules.Kind.SCHOOL_YEAR}
        assert not error.is_sure

    def test_saves_a_doubt_once_its_writer_says_of_each_that_it_is_no_person(self, group: AGroup) -> None:
        words = "Ring the new line on 01902 845000, ask for Mrs Whitehouse."
        stopped(group, "housing_worker", words, "01902 845000")
        group.says("housing_worker", words, "01902 845000", "Mrs Whitehouse")
        assert group.entries()[0].words == words
        with group.partnership.acting(None) as work:
            assert work.session.scalar(select(tables.GroupEntry.confirmed_doubts)) == 2

    def test_asks_again_about_words_that_were_changed_after_that(self, group: AGroup) -> None:
        stopped(group, "housing_worker", "Ring 01902 845001.", "01902 845000")

    @pytest.mark.parametrize(
        "words",
        [
            "Jamie Stone was there.",
            "STONE, jamie",
            "born on 4.5.2011",
            "07700900123",
            "the house at WV8 1AB",
            "J.S. too",
        ],
    )
    def test_stops_whoever_the_writer_knows_whatever_the_writer_says(self, group: AGroup, words: str) -> None:
        a_young_person(group.partnership)
        error = stopped(group, "youth_worker", words)
        marked = [mark.words(words) for mark in error.marks]
        assert error.is_sure
        assert stopped(group, "youth_worker", words, *marked).is_sure

    def test_stops_the_number_of_a_case_that_the_writer_knows(self, group: AGroup) -> None:
        case_id = a_young_person(group.partnership)
        with group.partnership.acting("youth_worker", Purpose.SUPPORT) as work:
            number = youth_policy.cases.reach(work, case_id).number
        assert stopped(group, "youth_worker", f"As in {number}.", number).is_sure
        group.says("housing_worker", f"As in {number}.", number)

    def test_looks_through_a_trend_s_words_and_the_agenda_as_well(self, group: AGroup) -> None:
        with pytest.raises(LooksLikeAPerson):
            group.writes("housing_worker", NewEntry(**_as(TREND, words="Mostly Kyle Turner.")))
        with pytest.raises(LooksLikeAPerson), group.partnership.acting("group_chair") as work:
            operations.set_agenda(work, meeting_id=group.meeting, words="1. Kyle Turner")
        with group.partnership.acting("group_chair") as work:
            operations.set_agenda(work, meeting_id=group.meeting, words="1. Lights")
        assert group.record().agenda == "1. Lights"

    def test_leaves_a_stop_in_the_trail_without_the_words(self, group: AGroup) -> None:
        stopped(group, "housing_worker", "Kyle Turner again.")
        with group.partnership.acting(None) as work:
            kept = work.session.execute(
                select(AuditEntry.act, AuditEntry.reason, AuditEntry.subject_id).where(AuditEntry.outcome == "refused")
            ).all()
        assert kept[-1] == ("group:write", "person_doubtful", None)

    def test_tells_of_the_stop_without_repeating_the_words(self, group: AGroup) -> None:
        error = stopped(group, "housing_worker", "Kyle Turner again.")
        assert "Kyle" not in f"{error} {[one.message for one in error.errors]}"


class TestG3TheCheckTellsNothingOfWhatAnotherAgencyKnows:
    """The same question in two worlds: in one of them another agency knows Jamie."""

    WORDS = "Jamie Stone, born 4.5.2011, WV8 1AB, 07700 900123, J.S."

    def test_answers_the_same_whether_or_not_another_agency_knows_the_person(self, group: AGroup) -> None:
        for key in ("school_worker", "housing_worker", "group_chair"):
            before = stopped(group, key, self.WORDS)
            a_young_person(group.partnership)
            after = stopped(group, key, self.WORDS)
            assert (before.marks, before.errors) == (after.marks, after.errors)
            assert not after.is_sure

    def test_lets_through_for_all_others_what_they_have_looked_at(self, group: AGroup) -> None:
        a_young_person(group.partnership)
        marked = [mark.words(self.WORDS) for mark in stopped(group, "housing_worker", self.WORDS).marks]
        assert group.says("housing_worker", self.WORDS, *marked)

    def test_tells_nothing_of_a_marac_s_people_to_a_youth_worker(self, group: AGroup) -> None:
        words = "Leanne Whitehouse, 27/3/1992"
        before = stopped(group, "housing_worker", words).marks
        accepted(group.partnership)
        assert stopped(group, "housing_worker", words).marks == before

    def test_knows_nobody_in_a_case_from_which_the_writer_is_blocked(self, group: AGroup) -> None:
        case_id = a_young_person(group.partnership)
        assert stopped(group, "youth_worker", "Jamie Stone").is_sure
        with group.partnership.acting(None) as work:
            cases.block(
                work, case_id=case_id, reason="Her nephew.", account_id=group.partnership.account("youth_worker")
            )
        assert not stopped(group, "youth_worker", "Jamie Stone").is_sure

    def test_costs_the_same_number_of_statements_in_both_worlds(self, group: AGroup) -> None:
        before = self._statements(group)
        a_young_person(group.partnership)
        assert self._statements(group) == before

    @staticmethod
    def _statements(group: AGroup) -> int:
        with group.partnership.work(group.partnership.actor_of("housing_worker")) as work, counted() as sent:
            queries.look_for_people(work, text="Jamie Stone")
        return len(sent)


class TestG4TrendsAreCountsWithSmallNumbersKeptBack:
    """What is kept of a table, and what is not. The arithmetic is in tests/unit/groups/test_counts.py."""

    def test_keeps_seven_and_shows_two_as_below_five(self, group: AGroup) -> None:
        group.writes("housing_worker", TREND)
        table = {cell["label"]: cell["shown"] for cell in group.entries()[0].table}
        assert table == {"L1": "12", "L2": "9", "L3": "7", "L4": "<5", "L5": "kept back", "All": "60"}

    def test_never_stores_the_small_count_at_all(self, group: AGroup) -> None:
        entry_id = group.writes("housing_worker", NewEntry(**_as(TREND, counts={"L1": 3})))
        with group.partnership.acting(None) as work:
            stored = work.session.get_one(tables.GroupEntry, entry_id).content.open(work.keys)
        assert stored is not None
        assert [(cell["shown"], cell["count"]) for cell in stored["table"]] == [("<5", None), ("kept back", None)]

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"counts": {"Mill Lane": 9}}, "counts"),
            ({"counts": {"area": 40, "L1": 12}}, "counts"),
            ({"counts": {}}, "counts"),
            ({"counts": {"L1": -1}}, "counts"),
            ({"period_until": date(2026, 11, 1)}, "period_until"),
            ({"period_from": None}, "period_from"),
            ({"measure": "one_boy"}, "measure"),
        ],
    )
    def test_counts_by_whole_areas_and_whole_months_that_are_over(
        self, group: AGroup, changes: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(Invalid) as error:
            group.writes("housing_worker", NewEntry(**_as(TREND, **changes)))
        assert field in [one.field for one in error.value.errors]

    def test_counts_the_whole_area_without_a_total_beside_it(self, group: AGroup) -> None:
        group.writes("housing_worker", NewEntry(**_as(TREND, counts={"area": 40})))
        assert [(cell["label"], cell["shown"]) for cell in group.entries()[0].table] == [("area", "40")]

    def test_takes_no_second_table_of_the_same_measure_and_time(self, group: AGroup) -> None:
        first = group.writes("housing_worker", TREND)
        quarter = NewEntry(**_as(TREND, period_from=date(2026, 8, 1), counts={"area": 100}))
        with pytest.raises(Conflict):
            group.writes("school_worker", quarter)
        group.writes("school_worker", NewEntry(**_as(quarter, measure="exclusions")))
        with group.partnership.acting("housing_worker") as work:
            operations.withdraw_entry(work, entry_id=first)
        group.writes("housing_worker", quarter)


class TestG5ASeatOpensNoCase:
    """Membership and young people's files."""

    @pytest.mark.parametrize("key", ["school_worker", "housing_worker", "group_chair"])
    def test_is_no_way_into_a_file(self, group: AGroup, key: str) -> None:
        hidden = self._answer(group, key, a_young_person(group.partnership))
        assert hidden == self._answer(group, key, uuid.uuid4()) == "NotFound()"
        assert self._answer(group, "youth_worker", a_young_person(group.partnership)) == "opened"

    @staticmethod
    def _answer(group: AGroup, key: str, case_id: uuid.UUID) -> str:
        try:
            with group.partnership.acting(key, Purpose.SUPPORT) as work:
                youth_policy.reach(work, case_id)
        except NotFound:
            return "NotFound()"
        return "opened"

    def test_grants_no_permission_to_see_cases(self) -> None:
        assert GRANTS[Role.GROUP_CHAIR] == {Permission.GROUP_TAKE_PART, Permission.GROUP_LEAD}

    def test_is_not_needed_for_one_s_own_files_and_gives_no_standing(self, group: AGroup) -> None:
        before = self._standings(group)
        with group.partnership.acting("group_chair") as work:
            operations.add_member(work, group_id=group.id, agency_id=group.partnership.agencies["substance_misuse"])
        assert self._standings(group) == before

    @staticmethod
    def _standings(group: AGroup) -> int | None:
        with group.partnership.acting(None) as work:
            return work.session.scalar(text("SELECT count(*) FROM standing"))


class TestG6MinutesAreForAllMembersWithTheChairsWord:
    """Agenda, attendance and minutes."""

    def test_are_issued_on_the_chair_s_word_that_no_individual_was_discussed(self, group: AGroup) -> None:
        group.says("housing_worker", "Two more wardens from January.")
        group.meets("youth_worker", "housing_worker", "group_chair")
        with pytest.raises(Invalid) as error, group.partnership.acting("group_chair") as work:
            operations.issue_minutes(work, meeting_id=group.meeting, no_individuals_discussed=False)
        assert [one.field for one in error.value.errors] == ["no_individuals_discussed"]
        group.goes_out()
        minutes = group.record().minutes
        assert minutes is not None
        assert minutes.handling.startswith("OFFICIAL-SENSITIVE")
        assert minutes.confirmation == "No individuals were discussed at this meeting."
        assert minutes.chair == "Neil Abbott"
        assert {one["name"] for one in minutes.document["attendance"]} == {"Jo Marsh", "Ivy Colclough", "Neil Abbott"}
        assert [one["words"] for one in minutes.document["entries"]] == ["Two more wardens from January."]

    def test_cannot_be_stored_without_that_word(self, group: AGroup) -> None:
        with pytest.raises(IntegrityError, match="issued_on_the_chairs_word"), group.partnership.acting(None) as work:
            work.session.execute(text("UPDATE group_meeting SET issued_at = now()"))

    def test_are_the_same_for_every_member(self, group: AGroup) -> None:
        group.meets("youth_worker", "group_chair")
        group.goes_out()
        seen = [group.record(key) for key in MEMBERS]
        assert all(one == seen[0] for one in seen)
        assert len(seen[0].attendance) == 2

    @pytest.mark.parametrize("key", ["police", "coordinator", "information_lead", "education", "observer"])
    def test_are_not_for_others(self, group: AGroup, key: str) -> None:
        with pytest.raises(NotAllowed), group.partnership.acting(key) as work:
            queries.meeting_record(work, meeting_id=group.meeting)

    def test_are_not_for_an_agency_without_a_seat(self, group: AGroup) -> None:
        with group.partnership.acting("group_chair") as work:
            operations.leave(work, group_id=group.id, agency_id=group.partnership.agencies["housing"])
        with pytest.raises(NotFound):
            group.record("housing_worker")
        assert group.record("school_worker")

    def test_are_issued_by_who_leads_and_after_the_meeting_has_begun(self, group: AGroup) -> None:
        with pytest.raises(Conflict):
            group.goes_out()
        group.meets("youth_worker")
        with pytest.raises(NotAllowed), group.partnership.acting("youth_worker") as work:
            operations.issue_minutes(work, meeting_id=group.meeting, no_individuals_discussed=True)

    def test_say_who_was_there(self, group: AGroup) -> None:
        group.comes_to(FIRST)
        with pytest.raises(Invalid):
            group.goes_out()
        with pytest.raises(Invalid), group.partnership.acting("group_chair") as work:
            operations.record_attendance(
                work, meeting_id=group.meeting, states={group.partnership.account("police"): "present"}
            )

    def test_are_never_changed_afterwards(self, group: AGroup) -> None:
        entry_id = group.says("housing_worker", "Two more wardens from January.")
        group.meets("youth_worker", "group_chair")
        group.goes_out()
        with pytest.raises(operations.writing.MinutesAreOut):
            group.says("housing_worker", "And a third.")
        with pytest.raises(operations.writing.MinutesAreOut), group.partnership.acting("housing_worker") as work:
            operations.withdraw_entry(work, entry_id=entry_id)
        with pytest.raises(operations.writing.MinutesAreOut):
            group.goes_out()
        group.writes("housing_worker", NewEntry(kind="agency_update", words="A third."), meeting=group.meetings[1])

    def test_go_out_as_a_fact_once(self, group: AGroup) -> None:
        group.meets("group_chair")
        group.goes_out()
        with group.partnership.acting(None) as work:
            told = select(func.count()).where(OutboxMessage.event == "group.minutes_issued")
            assert work.session.scalar(told) == 1


class TestTheCalendar:
    """A series every four weeks, and meetings called one by one."""

    def test_is_filled_six_months_ahead_off_holidays(self, group: AGroup) -> None:
        with group.partnership.acting("youth_worker") as work:
            days = sorted(one.meets_on for one in queries.meetings(work, group_id=group.id))
        assert days[:3] == [date(2026, 12, 1), date(2026, 12, 29), date(2027, 1, 26)]
        assert len(days) == 7

    def test_is_filled_again_by_the_schedule_without_doubles(self, group: AGroup) -> None:
        with group.partnership.acting(None) as work:
            assert operations.plan_ahead(work) == 0
        group.comes_to(FIRST)
        with group.partnership.acting(None) as work:
            assert operations.plan_ahead(work) == 0
        group.comes_to(date(2026, 12, 29))
        with group.partnership.acting(None) as work:
            assert operations.plan_ahead(work) == 1

    def test_takes_single_meetings(self, group: AGroup) -> None:
        with group.partnership.acting("group_chair") as work:
            operations.call_meeting(work, group_id=group.id, on=date(2026, 12, 10), at=time(10, 0))
        for wrong in (date(2026, 12, 12), date(2026, 12, 25), date(2026, 11, 20)):
            with pytest.raises(Invalid), group.partnership.acting("group_chair") as work:
                operations.call_meeting(work, group_id=group.id, on=wrong, at=time(10, 0))
        with pytest.raises(Conflict), group.partnership.acting("group_chair") as work:
            operations.call_meeting(work, group_id=group.id, on=date(2026, 12, 10), at=time(15, 0))

    def test_belongs_to_whoever_leads(self, group: AGroup) -> None:
        for key in ("youth_worker", "coordinator"):
            with pytest.raises(NotAllowed), group.partnership.acting(key) as work:
                operations.call_meeting(work, group_id=group.id, on=date(2026, 12, 10), at=time(10, 0))

    def test_is_of_a_group_with_a_name_a_place_and_localities(self, partnership: APartnership) -> None:
        with pytest.raises(Invalid) as error, partnership.acting("group_chair") as work:
            operations.found_group(
                work, new=NewGroup(name=" ", localities={}, meets_at_time=time(9), venue="", frequency="daily")
            )
        assert [one.field for one in error.value.errors] == ["name", "venue", "frequency", "starts_on", "localities"]
        assert LOCALITIES
