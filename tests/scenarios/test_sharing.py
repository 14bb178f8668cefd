"""A youth worker shares with another agency exactly what may go, is told why the rest may not, and what went can be proved."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from casework.access.permissions import Purpose as Why
from casework.agencies.models import Agency
from casework.cases import operations as cases
from casework.clock import at_london
from casework.consent import operations as consent
from casework.consent.rules import Article6, Category, Purpose, Risk
from casework.disclosures import operations as disclosures
from casework.disclosures.models import Disclosure
from casework.duties.models import Duty as OwedDuty
from casework.errors import Conflict, Invalid, NotAllowed, NotFound
from casework.sharing import operations as sharing
from casework.sharing import queries
from casework.sharing.rules import ShareState
from tests.factories.partnership import APartnership
from tests.factories.sharing import BASIC, EDUCATION, HARM, MENTAL_HEALTH, OFFERED, YoungPerson, item

NURSE = "school_nursing"
DANGER = replace(HARM, purpose=Purpose.EMERGENCY, risk=Risk(immediate_danger=True))
REASONS = {"necessity": "He was on the bridge.", "risk_and_harm": "Death or serious injury."}


@pytest.fixture
def jamie(partnership: APartnership) -> YoungPerson:
    """Jamie agreed that the school nurse may know basic details and education, for the support plan."""
    made = YoungPerson.of(partnership)
    made.agrees({NURSE: ["basic", "education"]})
    return made


class TestAShare:
    def test_that_is_agreed_is_queued_and_reaches_nobody_before_it_is_delivered(self, jamie: YoungPerson) -> None:
        asked = jamie.asks(NURSE)
        assert (asked.state, asked.answer.row) == (ShareState.QUEUED, "11")
        with jamie.partnership.acting("school_worker", Why.SUPPORT) as work:
            assert queries.inbox(work).lines == ()
        with pytest.raises(NotFound):
            jamie.seen_by("school_worker", asked.share_id)
        assert jamie.acts() == [], "nothing has gone, so there is no act to record"

    def test_goes_into_the_inbox_of_the_receiving_agency_and_of_no_other(self, jamie: YoungPerson) -> None:
        share_id = jamie.shares(NURSE)
        with jamie.partnership.acting("school_worker", Why.SUPPORT) as work:
            [line] = queries.inbox(work).lines
        assert (line.about, line.from_agency, line.categories) == (
            "Jamie Stone",
            "Vale youth service",
            ("basic", "education"),
        )
        assert [one.words for one in jamie.seen_by("school_worker", share_id).items] == [BASIC.words, EDUCATION.words]
        for key in ("housing_worker", "police", "coordinator", "group_chair"):
            with pytest.raises((NotFound, NotAllowed)), jamie.partnership.acting(key, Why.SUPPORT) as work:
                queries.share_record(work, share_id=share_id)

    def test_carries_what_is_allowed_and_tells_the_receiver_nothing_of_the_rest(self, jamie: YoungPerson) -> None:
        share_id = jamie.shares(NURSE, EDUCATION, MENTAL_HEALTH)
        received, sent = jamie.seen_by("school_worker", share_id), jamie.seen_by("youth_worker", share_id)
        assert [one.category for one in received.items] == ["education"]
        assert (received.answer, received.declared, received.disclosure_id) == (None, None, None)
        assert "mental_health" not in repr(received)
        assert sent.answer is not None
        assert [one["category"] for one in sent.answer["withheld"]] == ["mental_health"]
        assert "Nobody has agreed" in sent.answer["withheld"][0]["reason"]

    def test_is_acknowledged_and_accepted_or_declined_with_a_reason_that_the_sender_reads(
        self, jamie: YoungPerson
    ) -> None:
        accepted, declined = jamie.shares(NURSE), jamie.shares(NURSE, BASIC)
        with jamie.partnership.acting("school_worker", Why.SUPPORT) as work:
            sharing.acknowledge(work, share_id=accepted)
            sharing.answer(work, share_id=accepted, accepts=True)
        with pytest.raises(Invalid, match="corrected"), jamie.partnership.acting("school_worker", Why.SUPPORT) as work:
            sharing.answer(work, share_id=declined, accepts=False, words=" ")
        with jamie.partnership.acting("school_worker", Why.SUPPORT) as work:
            sharing.answer(work, share_id=declined, accepts=False, words="Moved to another school.")
        assert jamie.seen_by("youth_worker", accepted).state is ShareState.ACCEPTED
        assert jamie.seen_by("youth_worker", declined).answer_words == "Moved to another school."
        with pytest.raises(Conflict), jamie.partnership.acting("school_worker", Why.SUPPORT) as work:
            sharing.answer(work, share_id=accepted, accepts=False, words="Too late.")

    def test_is_asked_for_by_who_may_ask_and_opens_the_file(self, jamie: YoungPerson) -> None:
        for key in ("youth_manager", "coordinator", "police", "information_lead"):
            with pytest.raises(NotAllowed):
                jamie.asks(NURSE, by=key)
        with pytest.raises(NotFound):
            jamie.asks("housing", by="school_worker")

    def test_names_what_is_wrong_with_its_items(self, jamie: YoungPerson) -> None:
        with pytest.raises(Invalid) as refused:
            jamie.asks(NURSE, item(Category.BASIC, " "), declared=replace(OFFERED, purpose=None))
        assert [one.field for one in refused.value.errors] == ["purpose", "items.0.words"]
        with pytest.raises(Invalid, match="corrected"):
            jamie.asks("youth_service")

    def test_about_others_too_is_held_back(self, jamie: YoungPerson) -> None:
        share_id = jamie.shares(NURSE, BASIC, replace(EDUCATION, is_about_others=True))
        assert [one.category for one in jamie.seen_by("school_worker", share_id).items] == ["basic"]

    def test_without_a_word_on_who_needs_to_know_or_whom_it_could_reach_goes_nowhere(self, jamie: YoungPerson) -> None:
        silent = replace(OFFERED, why=replace(OFFERED.why, need_to_know=""))
        assert jamie.asks(NURSE, declared=silent).state is ShareState.REFUSED
        unsure = jamie.asks(NURSE, declared=replace(OFFERED, reaches_abuser=None))
        assert (unsure.state, unsure.answer.row) == (ShareState.REFUSED, "step 2")


class TestDecidedAgainOnDelivery:
    def test_stops_what_was_withdrawn_after_it_was_asked_for(self, jamie: YoungPerson) -> None:
        asked = jamie.asks(NURSE)
        assert jamie.withdraws().stopped == (asked.share_id,)
        assert jamie.delivers(asked.share_id) is None
        share = jamie.share(asked.share_id)
        assert (share.state, share.stopped_because, share.delivered_at) == ("stopped", "withdrawn", None)

    def test_stops_what_expired_overnight(self, partnership: APartnership) -> None:
        jamie = YoungPerson.of(partnership)
        jamie.agrees({NURSE: ["basic", "education"]}, expires_on=date(2026, 11, 24))
        asked = jamie.asks(NURSE)
        partnership.now += timedelta(days=1)
        assert jamie.delivers(asked.share_id) is ShareState.STOPPED
        assert jamie.share(asked.share_id).stopped_because == "not_agreed_now"

    def test_stops_what_a_conflict_of_interest_shuts_out_meanwhile(self, jamie: YoungPerson) -> None:
        asked = jamie.asks(NURSE)
        with jamie.partnership.acting(None) as work:
            cases.block(
                work, case_id=jamie.case_id, reason="His aunt works there.", agency_id=jamie.partnership.agencies[NURSE]
            )
        assert jamie.delivers(asked.share_id) is ShareState.STOPPED
        assert jamie.share(asked.share_id).stopped_because == "blocked"

    def test_sees_what_came_after_the_slot_of_the_schedule_in_which_it_is_made(self, jamie: YoungPerson) -> None:
        """A delivery is made as of its slot, some seconds ago: what has committed since counts all the same."""
        slot, seconds = jamie.partnership.now + timedelta(seconds=1), timedelta(seconds=8)
        blocked, withdrawn = jamie.asks(NURSE), jamie.asks(NURSE, BASIC)
        jamie.partnership.now = slot + seconds
        agency_id = jamie.partnership.agencies[NURSE]
        with jamie.partnership.acting(None) as work:
            block_id = cases.block(work, case_id=jamie.case_id, reason="His aunt.", agency_id=agency_id)
        jamie.partnership.now = slot
        assert jamie.delivers(blocked.share_id) is ShareState.STOPPED
        jamie.partnership.now = slot - timedelta(seconds=1)
        with jamie.partnership.acting(None) as work:
            cases.lift_block(work, block_id=block_id)
        jamie.partnership.now = slot + seconds
        with jamie.partnership.acting("youth_worker", Why.SUPPORT) as work:
            consent.withdraw(work, agreement_id=jamie.agreements[-1], words="Said so.")
        jamie.partnership.now = slot
        assert jamie.delivers(withdrawn.share_id) is ShareState.STOPPED

    def test_is_not_made_as_of_a_moment_before_it_was_decided(self, jamie: YoungPerson) -> None:
        asked = jamie.asks(NURSE)
        jamie.partnership.now -= timedelta(seconds=5)
        with jamie.partnership.acting(None) as work:
            assert sharing.queued(work) == []
        jamie.partnership.now += timedelta(seconds=5)
        with jamie.partnership.acting(None) as work:
            assert sharing.queued(work) == [asked.share_id]

    def test_carries_only_what_a_denial_made_meanwhile_leaves(self, jamie: YoungPerson) -> None:
        asked = jamie.asks(NURSE)
        jamie.agrees({NURSE: ["basic"]}, deny={NURSE: ["education"]})
        assert jamie.delivers(asked.share_id) is ShareState.DELIVERED
        assert [one.category for one in jamie.seen_by("school_worker", asked.share_id).items] == ["basic"]

    def test_delivers_what_nothing_happened_to_and_only_once(self, jamie: YoungPerson) -> None:
        asked = jamie.asks(NURSE)
        assert jamie.delivers(asked.share_id) is ShareState.DELIVERED
        assert jamie.delivers(asked.share_id) is None
        assert len(jamie.acts()) == 1

    def test_is_for_the_schedule_alone(self, jamie: YoungPerson) -> None:
        asked = jamie.asks(NURSE)
        with pytest.raises(NotAllowed), jamie.partnership.acting("youth_worker", Why.SUPPORT) as work:
            sharing.deliver(work, share_id=asked.share_id)

    def test_may_be_forestalled_by_whoever_asked(self, jamie: YoungPerson) -> None:
        asked = jamie.asks(NURSE)
        with jamie.partnership.acting("youth_worker", Why.SUPPORT) as work:
            sharing.take_back(work, share_id=asked.share_id)
        assert jamie.delivers(asked.share_id) is None
        assert jamie.share(asked.share_id).stopped_because == "taken_back"


class TestPassingOn:
    def test_is_a_decision_of_its_own_that_names_the_original_source(self, jamie: YoungPerson) -> None:
        jamie.agrees({NURSE: ["basic", "education"], "housing": ["basic"]})
        source = jamie.shares(NURSE)
        with jamie.partnership.acting("school_worker", Why.SUPPORT) as work:
            asked = sharing.pass_on(
                work,
                share_id=source,
                to_agency_id=jamie.partnership.agencies["housing"],
                positions=[1, 2],
                declared=OFFERED,
            )
        assert asked.answer.row == "12"
        jamie.delivers(asked.share_id)
        received = jamie.seen_by("housing_worker", asked.share_id)
        assert ([one.category for one in received.items], received.source_agency) == (["basic"], "Vale youth service")

    def test_goes_no_further_than_what_was_received(self, jamie: YoungPerson) -> None:
        source = jamie.shares(NURSE, EDUCATION, MENTAL_HEALTH)
        with pytest.raises(Invalid), jamie.partnership.acting("school_worker", Why.SUPPORT) as work:
            sharing.pass_on(
                work,
                share_id=source,
                to_agency_id=jamie.partnership.agencies["housing"],
                positions=[2],
                declared=OFFERED,
            )


class TestTellingTheYoungPerson:
    def test_is_owed_by_whoever_shared_where_they_did_not_know(self, jamie: YoungPerson) -> None:
        share_id = jamie.shares("childrens_social_care", declared=HARM)
        assert self._owed(jamie) == [("share_tell_subject", jamie.partnership.account("youth_worker"), "open")]
        with jamie.partnership.acting("youth_worker", Why.SUPPORT) as work:
            sharing.subject_told(work, share_id=share_id)
        assert self._owed(jamie)[0][2] == "met"

    def test_is_not_owed_where_the_agreement_says_that_they_know(self, jamie: YoungPerson) -> None:
        jamie.shares(NURSE)
        assert self._owed(jamie) == []

    @staticmethod
    def _owed(jamie: YoungPerson) -> list[tuple[str, uuid.UUID | None, str]]:
        with jamie.partnership.acting(None) as work:
            rows = work.session.scalars(select(OwedDuty).where(OwedDuty.subject_kind == "share"))
            return [(row.kind, row.owed_by_account_id, row.state) for row in rows]


class TestAnEmergency:
    def test_is_shared_at_once_and_written_up_within_a_working_day(self, jamie: YoungPerson) -> None:
        share_id = jamie.shares("police", BASIC, declared=DANGER)
        [duty] = self._owed(jamie, share_id)
        assert duty.state == "open"
        assert duty.owed_by_account_id == jamie.partnership.account("youth_worker")
        assert duty.due_at == at_london(date(2026, 11, 24), time(17, 0))
        for changes, state in (({"advice": "None was asked."}, "open"), (REASONS, "met")):
            with jamie.partnership.acting("youth_worker", Why.SUPPORT) as work:
                latest = work.session.scalars(
                    select(Disclosure.id)
                    .where(Disclosure.subject_id == share_id)
                    .order_by(Disclosure.corrects_id.is_not(None).desc(), Disclosure.disclosed_at.desc())
                ).first()
                assert latest is not None
                disclosures.correct(work, disclosure_id=latest, changes=changes)
            jamie.partnership.now += timedelta(minutes=1)
            [duty] = self._owed(jamie, share_id)
            assert duty.state == state

    def test_that_says_why_at_once_needs_no_writing_up(self, jamie: YoungPerson) -> None:
        why = replace(DANGER.why, **REASONS)
        assert self._owed(jamie, jamie.shares("police", BASIC, declared=replace(DANGER, why=why))) == []

    @staticmethod
    def _owed(jamie: YoungPerson, share_id: uuid.UUID) -> list[OwedDuty]:
        with jamie.partnership.acting(None) as work:
            query = select(OwedDuty).where(OwedDuty.subject_id == share_id, OwedDuty.kind == "share_write_up")
            return list(work.session.scalars(query))


class TestTheLawfulBasis:
    """Scenario 13: the basis fits the kind of body, and a wrong choice is refused with the right one named."""

    def test_of_a_public_body_is_its_public_task(self, jamie: YoungPerson) -> None:
        wrong = replace(OFFERED, chosen_basis=Article6.RECOGNISED_LEGITIMATE_INTEREST)
        with pytest.raises(Invalid) as refused:
            jamie.asks(NURSE, declared=wrong)
        [error] = refused.value.errors
        assert (error.field, "Choose public task" in error.message) == ("chosen_basis", True)
        assert (
            jamie.asks(NURSE, declared=replace(OFFERED, chosen_basis=Article6.PUBLIC_TASK)).state is ShareState.QUEUED
        )

    def test_of_a_charity_is_recognised_legitimate_interest(self, jamie: YoungPerson) -> None:
        with jamie.partnership.acting(None) as work:
            work.session.get_one(Agency, jamie.partnership.agencies["youth_service"]).kind = "charity"
        with pytest.raises(Invalid) as refused:
            jamie.asks(NURSE, declared=replace(OFFERED, chosen_basis=Article6.PUBLIC_TASK))
        assert "Choose recognised legitimate interest" in refused.value.errors[0].message
        jamie.shares(NURSE)
        assert jamie.acts()[-1].article_6 == "recognised_legitimate_interest"
