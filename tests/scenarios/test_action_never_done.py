"""An agency never reports on its action: reminded each step once, late, escalated, and raised at the next sitting."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest

from casework.access.permissions import Purpose
from casework.actions import operations as actions
from casework.actions import queries as plans
from casework.duties import operations as chasing
from casework.duties import queries as duties
from casework.duties.queries import DutyRecord
from casework.errors import Conflict, NotAllowed, NotFound
from casework.minutes import queries as minutes
from tests.conftest import MailSink
from tests.scenarios.fortnight import Fortnight

BY_WHEN = date(2026, 12, 14)


def report_owed(fortnight: Fortnight) -> DutyRecord:
    with fortnight.partnership.acting("coordinator") as work:
        [duty] = duties.open_duties(work, kinds=["action_report"])
        return duty


def days_of_mail(mail: MailSink, person: str, since: int = 0) -> list[str]:
    return [
        str(message["Date"])[5:11]
        for message in mail.messages[since:]
        if message["To"] == person and str(message["Subject"]).startswith("You have something to do")
    ]


@pytest.fixture
def action_id(fortnight: Fortnight) -> uuid.UUID:
    """Housing has taken on a lock change at the first sitting, and marked its files; nobody else has anything to do."""
    case_id = fortnight.case_for()
    fortnight.holds(0, ("housing", "Offer a lock change", BY_WHEN))
    with fortnight.partnership.acting("coordinator", Purpose.CONFERENCE) as work:
        [action] = plans.actions_of(work, case_ids=[case_id])
    return action.id


class TestAnActionNeverDone:
    def test_is_owed_a_report_before_the_next_sitting(self, fortnight: Fortnight, action_id: uuid.UUID) -> None:
        duty = report_owed(fortnight)
        assert (duty.subject_id, duty.owed_by_agency_id) == (action_id, fortnight.partnership.housing)
        assert duty.due_at.date() == fortnight.round(1).sits_on - timedelta(days=1)

    def test_brings_each_reminder_once_then_late_then_the_coordinator(
        self, fortnight: Fortnight, action_id: uuid.UUID, mail: MailSink
    ) -> None:
        with fortnight.partnership.acting("housing", Purpose.ACTIONS) as work:
            for duty in duties.my_duties(work):
                if duty.kind == "flag_raise":
                    actions.confirm_flag(work, flag_id=duty.subject_id)
        karen = fortnight.partnership.people["housing"].email
        due = report_owed(fortnight).due_at.date()
        assert due == date(2026, 12, 22)
        fortnight.goes_on_to(date(2026, 12, 31))
        # Two working days before, on the day, and on the first working day after; Christmas lies in between.
        assert days_of_mail(mail, karen) == ["18 Dec", "22 Dec", "23 Dec"]
        priya = fortnight.partnership.people["coordinator"].email
        assert "29 Dec" in days_of_mail(mail, priya), "three working days late, the co-ordinator is told"
        duty = report_owed(fortnight)
        assert (duty.is_late, duty.state) == (True, "open")
        with fortnight.partnership.acting("coordinator") as work:
            assert duty.id in {one.id for one in duties.open_duties(work, late_only=True)}

    def test_can_be_chased_by_hand_by_those_who_may(
        self, fortnight: Fortnight, action_id: uuid.UUID, mail: MailSink
    ) -> None:
        fortnight.settle()
        before = len(mail.messages)
        duty = report_owed(fortnight)
        for who in ("housing", "chair", "referrer"):
            with fortnight.partnership.acting(who) as work, pytest.raises(NotAllowed):
                chasing.chase(work, duty_ids=[duty.id])
        fortnight.partnership.now += timedelta(hours=1)
        with fortnight.partnership.acting("coordinator") as work:
            assert chasing.chase(work, duty_ids=[duty.id]) == 1
        fortnight.partnership.now += timedelta(minutes=1)
        fortnight.settle()
        assert [message["To"] for message in mail.messages[before:]] == [fortnight.partnership.people["housing"].email]

    def test_is_raised_at_the_next_sitting_and_minuted(self, fortnight: Fortnight, action_id: uuid.UUID) -> None:
        fortnight.partnership.now = fortnight.round(1).list_out_at
        fortnight.settle()
        fortnight.holds(1)
        with fortnight.partnership.acting("coordinator", Purpose.CONFERENCE) as work:
            document = minutes.whole_record(work, conference_id=fortnight.round(1).id).document
        assert [(one.owner, one.what, one.what_happened) for one in document.not_done] == [
            ("Vale housing", "Offer a lock change", None)
        ]
        assert document.overtaken == ()

    def test_is_not_raised_when_it_was_done(self, fortnight: Fortnight, action_id: uuid.UUID) -> None:
        with fortnight.partnership.acting("housing", Purpose.ACTIONS) as work:
            actions.report(work, action_id=action_id, outcome="done", what_happened="Locks changed.")
        fortnight.holds(1)
        with fortnight.partnership.acting("coordinator", Purpose.CONFERENCE) as work:
            document = minutes.whole_record(work, conference_id=fortnight.round(1).id).document
        assert (document.not_done, document.overtaken) == ((), ())

    def test_that_was_not_done_may_still_be_done_but_a_done_one_stands(
        self, fortnight: Fortnight, action_id: uuid.UUID
    ) -> None:
        for outcome in ("not_done", "done"):
            with fortnight.partnership.acting("housing", Purpose.ACTIONS) as work:
                actions.report(
                    work, action_id=action_id, outcome=outcome, what_happened="She was not at home; then she was."
                )
        with fortnight.partnership.acting("housing", Purpose.ACTIONS) as work, pytest.raises(Conflict):
            actions.report(work, action_id=action_id, outcome="not_done", what_happened="After all not.")

    def test_is_nobody_else_s_to_report(self, fortnight: Fortnight, action_id: uuid.UUID) -> None:
        with fortnight.partnership.acting("police", Purpose.ACTIONS) as work, pytest.raises(NotAllowed):
            actions.report(work, action_id=action_id, outcome="done", what_happened="They did it.")
        with fortnight.partnership.acting("education", Purpose.ACTIONS) as work, pytest.raises(NotFound):
            actions.report(work, action_id=action_id, outcome="done", what_happened="They did it.")
