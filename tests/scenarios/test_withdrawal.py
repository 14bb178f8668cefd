"""A young person takes an agreement back: it ends at once, whoever had something is told and answers, and nobody is promised it back."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from casework.access.permissions import Purpose as Why
from casework.access.permissions import Role
from casework.consent.rules import Category
from casework.disclosures.models import Disclosure
from casework.duties import operations as duties
from casework.duties.models import Duty, DutyReminder
from casework.errors import Conflict, Invalid, NotAllowed, NotFound
from casework.events.models import OutboxMessage
from casework.notifications import operations as notifications
from casework.notifications.models import Notice
from casework.sharing import operations as sharing
from casework.sharing import queries
from casework.sharing.rules import ShareState, WithdrawalAnswer
from tests.factories.partnership import APartnership
from tests.factories.sharing import HARM, YoungPerson, item

NURSE = "school_nursing"
RECIPIENTS = {NURSE: "school_worker", "housing": "housing_worker", "substance_misuse": None}


@pytest.fixture
def jamie(partnership: APartnership) -> YoungPerson:
    """Jamie agreed for three agencies, and each has received something."""
    made = YoungPerson.of(partnership)
    made.agrees({agency: ["basic"] for agency in RECIPIENTS})
    for agency in RECIPIENTS:
        made.shares(agency, item(Category.BASIC))
    return made


def told(jamie: YoungPerson, key: str) -> tuple[queries.NoticeRecord, ...]:
    with jamie.partnership.acting(key, Why.SUPPORT) as work:
        return queries.notices_to_answer(work)


class TestAWithdrawal:
    def test_stops_what_is_queued_in_the_same_transaction_and_blocks_what_is_new(self, jamie: YoungPerson) -> None:
        queued = [jamie.asks(agency, item(Category.BASIC)).share_id for agency in RECIPIENTS]
        done = jamie.withdraws()
        assert set(done.stopped) == set(queued)
        assert {jamie.share(one).stopped_because for one in queued} == {"withdrawn"}
        assert jamie.asks(NURSE, item(Category.BASIC)).state is ShareState.REFUSED

    def test_leaves_alone_what_rests_on_risk_of_harm(self, jamie: YoungPerson) -> None:
        asked = jamie.asks("childrens_social_care", declared=HARM)
        assert jamie.withdraws().stopped == ()
        assert jamie.delivers(asked.share_id) is ShareState.DELIVERED

    def test_tells_every_past_recipient_once_without_any_new_detail(self, jamie: YoungPerson) -> None:
        jamie.shares("childrens_social_care", declared=HARM)
        assert set(jamie.withdraws().told_agency_ids) == {jamie.partnership.agencies[one] for one in RECIPIENTS}
        [notice] = told(jamie, "school_worker")
        assert (notice.about, notice.words, notice.answer) == ("Jamie Stone", "", None)
        with jamie.partnership.acting("youth_worker", Why.SUPPORT) as work:
            assert len(queries.notices_of(work, case_id=jamie.case_id)) == 3

    def test_keeps_the_past_in_the_log(self, jamie: YoungPerson) -> None:
        jamie.withdraws()
        with jamie.partnership.acting(None) as work:
            went = work.session.scalars(select(Disclosure.id).where(Disclosure.was_shared.is_(True))).all()
        assert len(went) == 3

    def test_is_an_event_for_the_plan_and_the_risk(self, jamie: YoungPerson) -> None:
        jamie.withdraws()
        with jamie.partnership.acting(None) as work:
            event = work.session.scalars(select(OutboxMessage).where(OutboxMessage.event == "sharing.withdrawn")).one()
        assert event.payload["case_id"] == str(jamie.case_id)
        assert set(event.payload) == {"case_id", "person_id", "agreement_id"}

    def test_is_recorded_by_a_worker_of_any_agency_in_scope_and_by_nobody_else(self, jamie: YoungPerson) -> None:
        for key in ("coordinator", "police", "group_chair", "information_lead"):
            with pytest.raises((NotFound, NotAllowed)):
                jamie.withdraws(by=key)
        neighbour = jamie.partnership.person(
            "Ola Byrne", Role.YOUTH_WORKER, agency=jamie.partnership.agencies["hospital"]
        )
        with pytest.raises(NotFound), jamie.partnership.work(neighbour.actor, purpose=Why.SUPPORT) as work:
            sharing.withdraw(work, case_id=jamie.case_id, agreement_id=jamie.agreements[0], words="Said so.")
        jamie.withdraws(by="school_worker")
        assert told(jamie, "housing_worker")


class TestAPastRecipient:
    def test_answers_deleted_or_kept_on_a_basis_of_its_own(self, jamie: YoungPerson) -> None:
        jamie.withdraws()
        self._answers(jamie, "school_worker", WithdrawalAnswer.DELETED)
        for basis in (None, "consent", "habit"):
            with pytest.raises(Invalid):
                self._answers(jamie, "housing_worker", WithdrawalAnswer.KEPT, basis, "The tenancy file.")
        with pytest.raises(Invalid):
            self._answers(jamie, "housing_worker", WithdrawalAnswer.KEPT, "public_task", " ")
        self._answers(jamie, "housing_worker", WithdrawalAnswer.KEPT, "public_task", "The tenancy file, six years.")
        with jamie.partnership.acting("youth_worker", Why.SUPPORT) as work:
            kept = {one.agency: (one.answer, one.basis) for one in queries.notices_of(work, case_id=jamie.case_id)}
        assert kept["Vale housing"] == ("kept", "public_task")
        assert kept["Vale school nursing"] == ("deleted", None)

    def test_answers_once_and_for_its_own_agency(self, jamie: YoungPerson) -> None:
        jamie.withdraws()
        [notice] = told(jamie, "school_worker")
        with pytest.raises(NotFound):
            self._sends(jamie, "housing_worker", notice.id, WithdrawalAnswer.DELETED)
        self._sends(jamie, "school_worker", notice.id, WithdrawalAnswer.DELETED)
        with pytest.raises(Conflict):
            self._sends(jamie, "school_worker", notice.id, WithdrawalAnswer.DELETED)

    def test_is_chased_when_five_working_days_have_passed(self, jamie: YoungPerson) -> None:
        """Scenario 8: three past recipients get notices; one is late; the chase fires; new attempts fail."""
        partnership = jamie.partnership
        jamie.withdraws()
        self._answers(jamie, "school_worker", WithdrawalAnswer.DELETED)
        partnership.now += timedelta(days=8)  # Tuesday 1 December: due on Monday the 30th
        with partnership.acting(None) as work:
            duties.find_late(work)
        with partnership.acting(None) as work:
            late = work.session.scalars(
                select(Duty.owed_by_account_id).where(Duty.kind == "withdrawal_answer", Duty.late_since.is_not(None))
            ).all()
            due = work.session.scalars(select(Duty.due_at).where(Duty.kind == "withdrawal_answer")).all()
        assert set(late) == {partnership.account("housing_worker"), None}, (
            "substance misuse has nobody who answers here"
        )
        assert {one.date() for one in due} == {date(2026, 11, 30)}
        with partnership.acting(None) as work:
            notifications.gather_reminders(work)
        with partnership.acting(None) as work:
            chased = work.session.scalars(
                select(Notice.recipient_account_id).where(Notice.template == "reminder")
            ).all()
            steps = work.session.scalars(select(DutyReminder.step).where(DutyReminder.taken_at.is_not(None))).all()
        assert partnership.account("housing_worker") in chased
        assert partnership.account("school_worker") not in chased
        assert "late" in steps
        assert jamie.asks("housing", item(Category.BASIC)).state is ShareState.REFUSED

    def _answers(
        self,
        jamie: YoungPerson,
        key: str,
        answer: WithdrawalAnswer,
        basis: str | None = None,
        words: str = "",
    ) -> None:
        [notice] = told(jamie, key)
        self._sends(jamie, key, notice.id, answer, basis, words)

    @staticmethod
    def _sends(
        jamie: YoungPerson,
        key: str,
        notice_id: uuid.UUID,
        answer: WithdrawalAnswer,
        basis: str | None = None,
        words: str = "",
    ) -> None:
        with jamie.partnership.acting(key, Why.SUPPORT) as work:
            sharing.answer_withdrawal(work, notice_id=notice_id, answer=answer, basis=basis, words=words)
