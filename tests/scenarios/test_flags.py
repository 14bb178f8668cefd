"""Agencies mark their files for twelve months: asked after the sitting, renewed by a repeat, lapsed, and each asked to take it off."""

from __future__ import annotations

import uuid
from datetime import date, time, timedelta

import pytest

from casework.access.permissions import Purpose
from casework.actions import operations as actions
from casework.cases import operations as cases
from casework.cases import queries as records
from casework.cases.queries import FlagRecord
from casework.duties import queries as duties
from casework.duties.queries import DutyRecord
from casework.errors import Conflict, NotAllowed, NotFound
from casework.partnerships import operations as partnerships
from tests.factories.partnership import CORE
from tests.scenarios.fortnight import Fortnight

REFERRED = date(2026, 11, 23)
LAST_DAY = date(2027, 11, 23)


def flags(fortnight: Fortnight, case_id: uuid.UUID, who: str = "coordinator") -> list[FlagRecord]:
    with fortnight.partnership.acting(who, Purpose.CONFERENCE) as work:
        return list(records.flags_of(work, case_ids=[case_id]).get(case_id, ()))


def owed(fortnight: Fortnight, kind: str) -> list[DutyRecord]:
    with fortnight.partnership.acting("coordinator") as work:
        return list(duties.open_duties(work, kinds=[kind]))


def mark(fortnight: Fortnight, who: str, flag_id: uuid.UUID) -> None:
    with fortnight.partnership.acting(who, Purpose.ACTIONS) as work:
        actions.confirm_flag(work, flag_id=flag_id)


@pytest.fixture
def heard(fortnight: Fortnight) -> uuid.UUID:
    """A case referred on 23 November and heard on 9 December."""
    case_id = fortnight.case_for()
    fortnight.holds()
    return case_id


class TestAFlag:
    def test_is_asked_of_every_agency_that_heard_until_twelve_months_after_the_referral(
        self, fortnight: Fortnight, heard: uuid.UUID
    ) -> None:
        raised = flags(fortnight, heard)
        assert {one.agency_id for one in raised} == {fortnight.partnership.agencies[slug] for slug in CORE}
        assert {(one.raised_on, one.lapses_on) for one in raised} == {(date(2026, 12, 9), LAST_DAY + timedelta(days=1))}
        assert len(owed(fortnight, "flag_raise")) == len(CORE)

    def test_runs_from_the_sitting_where_policy_says_so(self, fortnight: Fortnight) -> None:
        with fortnight.partnership.work() as work:
            partnerships.set_policy(work, settings={"flag_anchor": "conference"}, from_date=date(2026, 11, 1))
        fortnight.comes_to(date(2027, 5, 24))
        case_id = fortnight.case_for()
        sits_on = fortnight.rounds_of(case_id)[0][0]
        conference = fortnight.round_on(sits_on)
        if conference.policy_version_id == fortnight.round().policy_version_id:
            pytest.fail("the round was planned before the policy")
        fortnight.partnership.now = conference.list_out_at
        fortnight.settle()
        fortnight.sitting_begins(conference)
        fortnight.hears(conference, case_id)
        fortnight.sitting_ends(conference)
        assert {one.lapses_on for one in flags(fortnight, case_id)} == {
            date(2028, sits_on.month, sits_on.day) + timedelta(days=1)
        }

    def test_is_confirmed_by_its_own_agency_and_no_other(self, fortnight: Fortnight, heard: uuid.UUID) -> None:
        [mine] = flags(fortnight, heard, "housing")
        with pytest.raises(NotFound):
            mark(fortnight, "probation", mine.id)
        with pytest.raises(NotAllowed):
            mark(fortnight, "referrer", mine.id)
        mark(fortnight, "housing", mine.id)
        assert flags(fortnight, heard, "housing")[0].confirmed_at == fortnight.partnership.now
        assert len(owed(fortnight, "flag_raise")) == len(CORE) - 1

    def test_can_be_confirmed_late_when_the_case_is_no_longer_open_to_the_agency(
        self, fortnight: Fortnight, heard: uuid.UUID
    ) -> None:
        [mine] = flags(fortnight, heard, "housing")
        fortnight.comes_to(date(2027, 1, 29))
        assert not fortnight.sees("housing", heard)
        mark(fortnight, "housing", mine.id)

    def test_is_renewed_by_a_repeat_and_the_old_one_owed_by_nobody(
        self, fortnight: Fortnight, heard: uuid.UUID
    ) -> None:
        [old] = flags(fortnight, heard, "housing")
        again = fortnight.round(1).cut_off_at - timedelta(hours=2)
        fortnight.partnership.now = again
        fortnight.case_for(known_case_id=heard)
        fortnight.holds(1)
        renewed, before = flags(fortnight, heard, "housing")
        assert before.id == old.id
        assert before.lapsed_at is not None
        assert renewed.lapses_on == again.date().replace(year=again.year + 1) + timedelta(days=1)
        with pytest.raises(Conflict):
            mark(fortnight, "housing", old.id)
        subjects = {duty.subject_id for duty in owed(fortnight, "flag_raise")}
        assert renewed.id in subjects
        assert old.id not in subjects

    def test_stands_through_the_anniversary_and_lapses_the_morning_after_with_a_duty_to_each_agency(
        self, fortnight: Fortnight, heard: uuid.UUID
    ) -> None:
        fortnight.comes_to(LAST_DAY, time(23, 0))
        assert all(one.lapsed_at is None for one in flags(fortnight, heard))
        assert owed(fortnight, "flag_lift") == []
        fortnight.comes_to(LAST_DAY + timedelta(days=1), time(6, 5))
        assert all(one.lapsed_at is not None for one in flags(fortnight, heard))
        lifting = owed(fortnight, "flag_lift")
        assert {duty.owed_by_agency_id for duty in lifting} == {fortnight.partnership.agencies[slug] for slug in CORE}
        assert owed(fortnight, "flag_raise") == [], "what was never marked need not be marked any more"

    def test_is_taken_off_by_its_own_agency_though_the_case_is_long_closed_to_it(
        self, fortnight: Fortnight, heard: uuid.UUID
    ) -> None:
        fortnight.comes_to(LAST_DAY + timedelta(days=1))
        with fortnight.partnership.acting("housing") as work:
            [mine] = [duty for duty in duties.my_duties(work) if duty.kind == "flag_lift"]
        assert not fortnight.sees("housing", heard)
        for who, refusal in (("probation", NotFound), ("referrer", NotAllowed), ("coordinator", NotAllowed)):
            with fortnight.partnership.acting(who) as work, pytest.raises(refusal):
                actions.mark_taken_off(work, flag_id=mine.subject_id)
        with fortnight.partnership.acting("housing") as work:
            actions.mark_taken_off(work, flag_id=mine.subject_id)
        with fortnight.partnership.acting("housing") as work:
            assert [duty.kind for duty in duties.my_duties(work)] == []

    def test_is_not_there_for_somebody_who_is_blocked(self, fortnight: Fortnight, heard: uuid.UUID) -> None:
        [mine] = flags(fortnight, heard, "housing")
        with fortnight.partnership.acting("coordinator", Purpose.OVERSIGHT) as work:
            cases.block(work, case_id=heard, account_id=fortnight.partnership.account("housing"), reason="His cousin.")
        assert flags(fortnight, heard, "housing") == []
        with pytest.raises(NotFound):
            mark(fortnight, "housing", mine.id)
        with fortnight.partnership.acting("housing") as work:
            assert duties.my_duties(work) == ()
