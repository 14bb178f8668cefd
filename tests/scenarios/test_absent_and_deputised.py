"""A representative is away: a colleague stands in for a while, bound like the representative, and sees nothing before or after."""

from __future__ import annotations

from datetime import date

import pytest

from casework.access.permissions import Purpose, Role
from casework.accounts import operations as accounts
from casework.conferences import operations as conferences
from casework.conferences.rules import AttendanceState
from casework.errors import NotAllowed
from casework.minutes import queries as minutes
from tests.scenarios.fortnight import ASSAULT, Fortnight
from tests.team import Person

THROUGH = date(2026, 12, 31)


def a_colleague(fortnight: Fortnight) -> Person:
    """Somebody else of housing, who only refers so far."""
    partnership = fortnight.partnership
    partnership.people["colleague"] = partnership.person("Ian Moult", Role.REFERRER, agency=partnership.housing)
    return partnership.people["colleague"]


def stand_in(fortnight: Fortnight, colleague: Person) -> None:
    with fortnight.partnership.acting("coordinator") as work:
        accounts.give_role(
            work,
            account_id=colleague.account_id,
            role=Role.REPRESENTATIVE,
            until_date=THROUGH,
            deputises_for_account_id=fortnight.partnership.account("housing"),
        )
    fortnight.partnership._actors.clear()


class TestADeputy:
    def test_sees_the_list_once_bound_and_answers_for_the_agency(self, fortnight: Fortnight) -> None:
        colleague = a_colleague(fortnight)
        case_id = fortnight.case_for()
        conference = fortnight.list_goes_out()
        assert not fortnight.sees("colleague", case_id)
        stand_in(fortnight, colleague)
        assert not fortnight.sees("colleague", case_id), "nobody is bound by another's acceptance"
        fortnight.accepts_confidentiality(conference, "colleague")
        assert fortnight.sees("colleague", case_id)
        fortnight.answers("colleague", conference, case_id, ASSAULT)
        fortnight.accepts_confidentiality(conference, "housing")
        [request] = fortnight.asked("housing", conference)
        assert (request.state, request.answered_by_account_id) == ("shared", colleague.account_id)

    def test_is_in_the_minutes_as_standing_in_and_the_absent_one_as_sending_apologies(
        self, fortnight: Fortnight
    ) -> None:
        colleague = a_colleague(fortnight)
        case_id = fortnight.case_for()
        conference = fortnight.list_goes_out()
        stand_in(fortnight, colleague)
        fortnight.accepts_confidentiality(conference, "colleague", "police")
        fortnight.sitting_begins(conference, "police")
        fortnight.attends(conference, "housing", AttendanceState.APOLOGIES)
        with fortnight.partnership.acting("colleague") as work:
            conferences.record_attendance(
                work,
                conference_id=conference.id,
                account_id=colleague.account_id,
                agency_id=fortnight.partnership.housing,
                state=AttendanceState.PRESENT,
                deputises_for_account_id=fortnight.partnership.account("housing"),
            )
        fortnight.hears(conference, case_id)
        fortnight.sitting_ends(conference)
        fortnight.minutes_go_out(conference)
        with fortnight.partnership.acting("police", Purpose.CONFERENCE) as work:
            document = minutes.own_copy(work, conference_id=conference.id).document
        assert {(one.name, one.accepted, one.deputises_for) for one in document.present} == {
            ("Ruth Hadley", True, None),
            ("Ian Moult", True, "Karen Stubbs"),
        }
        assert [(one.name, one.agency) for one in document.apologies] == [("Karen Stubbs", "Vale housing")]

    def test_sees_nothing_any_more_when_the_time_is_over(self, fortnight: Fortnight) -> None:
        colleague = a_colleague(fortnight)
        case_id = fortnight.case_for()
        conference = fortnight.list_goes_out()
        stand_in(fortnight, colleague)
        fortnight.accepts_confidentiality(conference, "colleague", "housing")
        fortnight.comes_to(date(2026, 12, 30))
        assert fortnight.sees("colleague", case_id)
        fortnight.comes_to(THROUGH)
        assert not fortnight.sees("colleague", case_id)
        assert fortnight.sees("housing", case_id)

    def test_may_note_nobody_else_and_no_other_agency(self, fortnight: Fortnight) -> None:
        fortnight.case_for()
        conference = fortnight.list_goes_out()
        for account, agency in (("police", "police"), ("housing", "police")):
            with fortnight.partnership.acting("housing") as work, pytest.raises(NotAllowed):
                conferences.record_attendance(
                    work,
                    conference_id=conference.id,
                    account_id=fortnight.partnership.account(account),
                    agency_id=fortnight.partnership.agencies[agency],
                    state=AttendanceState.PRESENT,
                )
