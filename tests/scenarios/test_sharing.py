"""A youth worker shares with another agency exactly what may go, is told why the rest may not, and what went can be proved."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from casework.access.permissions import Purpose as Why
from casework.access.permissions import Role
from casework.agencies.models import Agency
from casework.cases import operations as cases
from casework.consent import operations as consent
from casework.consent.rules import Article6, Category, Duty, PoliceRequest, Purpose, Risk
from casework.disclosures import operations as records
from casework.disclosures import queries as disclosures
from casework.disclosures.models import Disclosure, SharingDecision
from casework.duties.models import Duty as OwedDuty
from casework.errors import Conflict, Invalid, NotAllowed, NotFound
from casework.sharing import operations as sharing
from casework.sharing import queries
from casework.sharing.rules import Conclusion, Part, ShareState
from tests.factories.partnership import APartnership
from tests.factories.sharing import BASIC, EDUCATION, HARM, MENTAL_HEALTH, OFFERED, YoungPerson, item

NURSE = "school_nursing"


@pytest.fixture
def jamie(partnership: APartnership) -> YoungPerson:
    """Jamie agreed that the school nurse may know basic details and education, for the support plan."""
    made = YoungPerson.of(partnership)
    made.agrees({NURSE: ["basic", "education"]})
    return made


def as_sender(jamie: YoungPerson, share_id: uuid.UUID, by: str = "youth_worker") -> queries.ShareRecord:
    with jamie.partnership.acting(by, Why.SUPPORT) as work:
        return queries.share_record(work, share_id=share_id)


def as_nurse(jamie: YoungPerson, share_id: uuid.UUID) -> queries.ShareRecord:
    return as_sender(jamie, share_id, "school_worker")


def acts(jamie: YoungPerson) -> list[Disclosure]:
    with jamie.partnership.acting(None) as work:
        return list(work.session.scalars(select(Disclosure).order_by(Disclosure.disclosed_at, Disclosure.id)))


class TestAShare:
    def test_that_is_agreed_is_queued_and_reaches_nobody_before_it_is_delivered(self, jamie: YoungPerson) -> None:
        asked = jamie.asks(NURSE)
        assert (asked.state, asked.answer.row) == (ShareState.QUEUED, "11")
        with jamie.partnership.acting("school_worker", Why.SUPPORT) as work:
            assert queries.inbox(work).lines == ()
        with pytest.raises(NotFound):
            as_nurse(jamie, asked.share_id)
        assert acts(jamie) == [], "nothing has gone, so there is no act to record"

    def test_goes_into_the_inbox_of_the_receiving_agency_and_of_no_other(self, jamie: YoungPerson) -> None:
        share_id = jamie.shares(NURSE)
        with jamie.partnership.acting("school_worker", Why.SUPPORT) as work:
            [line] = queries.inbox(work).lines
        assert (line.about, line.from_agency, line.categories) == (
            "Jamie Stone",
            "Vale youth service",
            ("basic", "education"),
        )
        assert [one.words for one in as_nurse(jamie, share_id).items] == [BASIC.words, EDUCATION.words]
        for key in ("housing_worker", "police", "coordinator", "group_chair"):
            with pytest.raises((NotFound, NotAllowed)), jamie.partnership.acting(key, Why.SUPPORT) as work:
                queries.share_record(work, share_id=share_id)

    def test_carries_what_is_allowed_and_tells_the_receiver_nothing_of_the_rest(self, jamie: YoungPerson) -> None:
        share_id = jamie.shares(NURSE, EDUCATION, MENTAL_HEALTH)
        received, sent = as_nurse(jamie, share_id), as_sender(jamie, share_id)
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
        assert as_sender(jamie, accepted).state is ShareState.ACCEPTED
        assert as_sender(jamie, declined).answer_words == "Moved to another school."
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
        assert [one.category for one in as_nurse(jamie, share_id).items] == ["basic"]

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
        assert [one.category for one in as_nurse(jamie, asked.share_id).items] == ["basic"]

    def test_delivers_what_nothing_happened_to_and_only_once(self, jamie: YoungPerson) -> None:
        asked = jamie.asks(NURSE)
        assert jamie.delivers(asked.share_id) is ShareState.DELIVERED
        assert jamie.delivers(asked.share_id) is None
        assert len(acts(jamie)) == 1

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


class TestEveryDecision:
    def test_is_made_again_from_what_was_kept_with_the_same_answer(self, jamie: YoungPerson) -> None:
        jamie.shares(NURSE)
        jamie.asks("housing")
        jamie.asks("childrens_social_care", declared=replace(HARM, why=replace(HARM.why, necessity="A broken arm.")))
        jamie.withdraws()
        with jamie.partnership.acting(None) as work:
            ids = work.session.scalars(select(SharingDecision.id)).all()
        jamie.partnership.now += timedelta(days=900)
        with jamie.partnership.acting(None, Why.OVERSIGHT) as work:
            again = [disclosures.replay(work, decision_id=one) for one in ids]
        assert len(again) >= 4
        assert all(one.same for one in again)
        assert {one.kept["result"] for one in again} >= {"allow", "ask"}

    def test_is_replayed_for_who_oversees_sharing_and_for_nobody_else(self, jamie: YoungPerson) -> None:
        jamie.shares(NURSE)
        decision_id = acts(jamie)[0].decision_id
        with jamie.partnership.acting("information_lead", Why.OVERSIGHT) as work:
            assert disclosures.replay(work, decision_id=decision_id).same
        with pytest.raises(NotAllowed), jamie.partnership.acting("youth_worker", Why.SUPPORT) as work:
            disclosures.replay(work, decision_id=decision_id)


class TestTheRecord:
    def test_of_a_share_holds_every_point_and_of_the_words_a_fingerprint_only(self, jamie: YoungPerson) -> None:
        jamie.shares(NURSE, EDUCATION, MENTAL_HEALTH)
        [act] = acts(jamie)
        assert (act.cause, act.purpose, act.consent, act.method, act.outcome, act.retention, act.jurisdiction) == (
            "offered",
            "support_plan",
            "partly",
            "inbox",
            "part",
            "youth_file",
            "england",
        )
        assert (act.article_6, act.told, act.agreement_id) == ("public_task", "when_safe", jamie.agreements[0])
        assert act.decided_by_account_id == jamie.partnership.account("youth_worker")
        with jamie.partnership.acting("youth_worker", Why.SUPPORT) as work:
            whole = disclosures.disclosure(work, disclosure_id=act.id)
        assert [(one.category, one.went) for one in whole.words.items] == [
            ("education", True),
            ("mental_health", False),
        ]
        assert all(len(one.fingerprint) == 64 for one in whole.words.items)
        assert EDUCATION.words not in repr(whole)
        assert whole.words.need_to_know == "Runs the drop-in that Jamie goes to."

    def test_is_kept_of_a_no_too_and_no_other_agency_reads_it(self, jamie: YoungPerson) -> None:
        jamie.agrees({}, status="refused", purposes=())
        assert jamie.asks("housing").state is ShareState.REFUSED
        [act] = acts(jamie)
        assert (act.was_shared, act.outcome, act.consent, act.method) == (False, "not_shared", "refused", "none")
        with pytest.raises(NotFound), jamie.partnership.acting("housing_worker", Why.SUPPORT) as work:
            disclosures.disclosure(work, disclosure_id=act.id)
        with jamie.partnership.acting("youth_manager", Why.SUPPORT) as work:
            assert disclosures.disclosure(work, disclosure_id=act.id).record.row == "14"

    def test_can_not_be_changed_by_anybody(self, jamie: YoungPerson) -> None:
        jamie.shares(NURSE)
        with pytest.raises(Exception, match="permission denied"), jamie.partnership.acting(None) as work:
            work.session.scalars(select(Disclosure)).one().outcome = "not_shared"

    def test_is_corrected_by_a_record_of_its_own(self, jamie: YoungPerson) -> None:
        jamie.shares(NURSE)
        [act] = acts(jamie)
        jamie.partnership.now += timedelta(hours=1)
        with jamie.partnership.acting("youth_worker", Why.SUPPORT) as work:
            later = records.correct(work, disclosure_id=act.id, changes={"advice": "Rang the protection officer."})
        assert [(one.id, one.corrects_id) for one in acts(jamie)] == [(act.id, None), (later, act.id)]
        with jamie.partnership.acting("youth_worker", Why.SUPPORT) as work:
            whole = disclosures.disclosure(work, disclosure_id=later)
            assert (whole.words.advice, len(whole.words.items)) == ("Rang the protection officer.", 2)
            assert disclosures.disclosure(work, disclosure_id=act.id).words.advice == ""
        for key, changes in (("youth_worker", {"items": "none"}), ("youth_worker", {"advice": " "})):
            with pytest.raises(Invalid), jamie.partnership.acting(key, Why.SUPPORT) as work:
                records.correct(work, disclosure_id=act.id, changes=changes)
        with pytest.raises(NotFound), jamie.partnership.acting("school_worker", Why.SUPPORT) as work:
            records.correct(work, disclosure_id=act.id, changes={"advice": "Ours."})


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
        received = as_sender(jamie, asked.share_id, "housing_worker")
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


class TestAReview:
    WELFARE = replace(OFFERED, risk=Risk(welfare_concern=True), why=replace(OFFERED.why, necessity="Sleeps in a car."))

    @pytest.fixture
    def refused(self, jamie: YoungPerson) -> uuid.UUID:
        """A share to social care that Jamie said no to, where the worker believes that there is need (row 15)."""
        jamie.agrees({}, status="refused", purposes=())
        asked = jamie.asks("childrens_social_care", declared=self.WELFARE)
        assert (asked.state, asked.answer.row) == (ShareState.NEEDS_REVIEW, "15")
        return asked.share_id

    def signs(
        self, jamie: YoungPerson, share_id: uuid.UUID, key: str, part: Part, conclusion: Conclusion
    ) -> sharing.Asked | None:
        with jamie.partnership.acting(key, Why.SUPPORT) as work:
            return sharing.review(work, share_id=share_id, part=part, conclusion=conclusion, words="Seen on Tuesday.")

    def test_needs_a_manager_and_a_safeguarding_lead_who_are_two_people(
        self, jamie: YoungPerson, refused: uuid.UUID
    ) -> None:
        harm = Conclusion.SIGNIFICANT_HARM
        assert self.signs(jamie, refused, "youth_manager", Part.MANAGER, harm) is None
        with pytest.raises(NotAllowed):
            self.signs(jamie, refused, "youth_manager", Part.SAFEGUARDING_LEAD, harm)
        asked = self.signs(jamie, refused, "safeguarding_lead", Part.SAFEGUARDING_LEAD, harm)
        assert asked is not None
        assert (asked.state, asked.answer.row) == (ShareState.QUEUED, "4")
        assert jamie.delivers(refused) is ShareState.DELIVERED
        [act] = [one for one in acts(jamie) if one.was_shared]
        assert {act.decided_by_account_id, act.second_account_id} == {
            jamie.partnership.account("youth_manager"),
            jamie.partnership.account("safeguarding_lead"),
        }

    def test_in_which_the_two_disagree_lets_nothing_go(self, jamie: YoungPerson, refused: uuid.UUID) -> None:
        self.signs(jamie, refused, "youth_manager", Part.MANAGER, Conclusion.SIGNIFICANT_HARM)
        asked = self.signs(jamie, refused, "safeguarding_lead", Part.SAFEGUARDING_LEAD, Conclusion.REFUSE)
        assert asked is not None
        assert asked.state is not ShareState.QUEUED

    def test_is_told_to_those_who_sign_and_not_to_whoever_asked(self, jamie: YoungPerson, refused: uuid.UUID) -> None:
        with jamie.partnership.acting(None) as work:
            told = sharing.reviewers_of(work, share_id=refused)
        assert set(told) == {jamie.partnership.account(one) for one in ("youth_manager", "safeguarding_lead")}

    def test_is_not_for_whoever_asked_nor_for_another_agency(self, jamie: YoungPerson, refused: uuid.UUID) -> None:
        for key in ("youth_worker", "school_worker", "information_lead"):
            with pytest.raises(NotAllowed):
                self.signs(jamie, refused, key, Part.MANAGER, Conclusion.SIGNIFICANT_HARM)

    def test_waits_on_the_page_of_those_who_sign(self, jamie: YoungPerson, refused: uuid.UUID) -> None:
        for key in ("youth_manager", "safeguarding_lead"):
            with jamie.partnership.acting(key, Why.SUPPORT) as work:
                assert [one.id for one in queries.reviews_waiting(work).lines] == [refused]
        with jamie.partnership.acting("school_worker", Why.SUPPORT) as work:
            assert queries.reviews_waiting(work).lines == ()


class TestAQuestionThatNoRowAnswers:
    def test_goes_to_the_information_lead_with_a_clock(self, jamie: YoungPerson) -> None:
        asked = jamie.asks("housing", declared=replace(OFFERED, purpose=Purpose.LEGAL))
        assert (asked.state, asked.answer.row) == (ShareState.WITH_INFORMATION_LEAD, "22")
        with jamie.partnership.acting("information_lead", Why.OVERSIGHT) as work:
            [line] = queries.questions(work).lines
            record = queries.share_record(work, share_id=line.id)
        assert (line.about, record.about, record.items) == ("", "", ()), "grounds, not the person"
        with jamie.partnership.acting(None) as work:
            duty = work.session.scalars(select(OwedDuty).where(OwedDuty.kind == "share_advice")).one()
        assert (duty.owed_by_role, duty.due_at.date()) == ("information_lead", date(2026, 11, 25))
        with jamie.partnership.acting("information_lead", Why.OVERSIGHT) as work:
            sharing.advise(work, share_id=line.id, words="Ask for a court order.")
        assert as_sender(jamie, asked.share_id).reviews[0].words == "Ask for a court order."


class TestTheLawfulBasis:
    """Handbook of sharing, scenario 13: the basis fits the kind of body, and a wrong choice is refused with the right one named."""

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
        assert acts(jamie)[-1].article_6 == "recognised_legitimate_interest"


class TestTheHandbooksScenarios:
    def test_3_school_is_named_for_education_only(self, partnership: APartnership) -> None:
        jamie = YoungPerson.of(partnership)
        jamie.agrees({NURSE: ["education"]}, purposes=("school_support",))
        declared = replace(OFFERED, purpose=Purpose.SCHOOL_SUPPORT)
        attendance = jamie.shares(NURSE, EDUCATION, MENTAL_HEALTH, declared=declared)
        assert [one.category for one in as_nurse(jamie, attendance).items] == ["education"]
        assert jamie.share(attendance).decision_id is not None

    def test_9_a_refusal_then_an_injury_reaches_social_care_and_nobody_else(self, jamie: YoungPerson) -> None:
        jamie.agrees({}, status="refused", purposes=())
        with pytest.raises(Invalid) as asked_why:
            jamie.asks("childrens_social_care", declared=HARM)
        assert [one.field for one in asked_why.value.errors] == ["necessity"]
        stated = replace(HARM, why=replace(HARM.why, necessity="Told me of a broken arm. There is no other way."))
        asked = jamie.asks("childrens_social_care", declared=stated)
        assert asked.answer.row == "4"
        assert any("Refused, withdrawn or denied" in one for one in asked.answer.reasons), "shown to whoever decides"
        jamie.delivers(asked.share_id)
        with jamie.partnership.acting("school_worker", Why.SUPPORT) as work:
            assert queries.inbox(work).lines == (), "no second agency is copied"
        with jamie.partnership.acting("information_lead", Why.OVERSIGHT) as work:
            assert [one.id for one in queries.overrides(work).lines] == [asked.share_id]

    def test_10_and_12_the_duty_to_share_asks_its_two_questions_once_it_is_switched_on(
        self, partnership: APartnership
    ) -> None:
        jamie = YoungPerson.of(partnership)
        jamie.agrees({}, status="refused", purposes=())
        welfare = replace(OFFERED, duty=Duty(relevant_to_welfare=True))
        assert jamie.asks(NURSE, declared=welfare).answer.row == "14"
        with partnership.acting("information_lead", Why.OVERSIGHT) as work:
            sharing.switch_duty_to_share(work, is_on=True, from_date=date(2026, 11, 23))
        unanswered = jamie.asks(NURSE, declared=welfare)
        assert unanswered.answer.row == "5"
        assert unanswered.state is not ShareState.QUEUED
        declined = replace(welfare, duty=Duty(relevant_to_welfare=True, helps_recipient=True, more_harmful=True))
        with pytest.raises(Invalid) as refused:
            jamie.asks(NURSE, declared=declined)
        assert [one.field for one in refused.value.errors] == ["more_harmful_because"]
        answered = replace(
            welfare,
            duty=Duty(relevant_to_welfare=True, helps_recipient=True, more_harmful=False),
            why=replace(OFFERED.why, necessity="The nurse sees Jamie every day."),
        )
        must = jamie.asks(NURSE, declared=answered)
        assert (must.answer.result.value, must.state) == ("must", ShareState.QUEUED)

    def test_16_police_ask_for_counselling_notes_without_saying_what_they_would_prove(self, jamie: YoungPerson) -> None:
        request = PoliceRequest(written=True, reasonable_line=True, necessary=True, victim_notified=True)
        notes = item(Category.COUNSELLING, "Session of 3 November.")
        asked = jamie.asks(
            "police",
            notes,
            declared=replace(OFFERED, purpose=Purpose.POLICE_REQUEST, police_request=request),
        )
        assert (asked.answer.row, asked.state) == ("18", ShareState.REFUSED)
        valued = replace(request, substantial_value_stated=True)
        again = jamie.asks(
            "police",
            notes,
            declared=replace(OFFERED, purpose=Purpose.POLICE_REQUEST, police_request=valued),
        )
        assert again.state is ShareState.QUEUED


class TestAPublicInterestSignature:
    def test_of_a_health_safeguarding_lead_lets_a_confidential_item_go_by_name(self, jamie: YoungPerson) -> None:
        lead = jamie.partnership.person(
            "Nadia Bloom", Role.SAFEGUARDING_LEAD, agency=jamie.partnership.agencies["hospital"]
        ).actor
        asked = jamie.asks(NURSE, MENTAL_HEALTH)
        assert asked.state is not ShareState.QUEUED
        with jamie.partnership.work(lead, purpose=Why.SUPPORT) as work:
            assert queries.reviews_waiting(work).lines == (), "nobody learns of a no before they are asked"
        with pytest.raises(Invalid), jamie.partnership.acting("youth_worker", Why.SUPPORT) as work:
            sharing.seek_signature(work, share_id=asked.share_id, words=" ")
        with jamie.partnership.acting("youth_worker", Why.SUPPORT) as work:
            sharing.seek_signature(work, share_id=asked.share_id, words="He may not live to see Friday.")
        with jamie.partnership.acting(None) as work:
            assert sharing.health_leads(work, share_id=asked.share_id) == [lead.account_id], "told without content"
        with jamie.partnership.work(lead, purpose=Why.SUPPORT) as work:
            [waiting] = queries.reviews_waiting(work).lines
            record = queries.share_record(work, share_id=waiting.id)
            assert (record.items, record.about) == ((), ""), "what is asked and why, not the words nor the name"
            signed = sharing.review(
                work,
                share_id=waiting.id,
                part=Part.HEALTH_SAFEGUARDING_LEAD,
                conclusion=Conclusion.PUBLIC_INTEREST,
                words="He has said that he will not live to see Friday.",
            )
        assert signed is not None
        assert signed.state is ShareState.QUEUED
        assert [one.value for one in signed.answer.allowed] == ["mental_health"]
        assert jamie.delivers(asked.share_id) is ShareState.DELIVERED

    def test_is_not_sought_where_it_could_let_nothing_go(self, jamie: YoungPerson) -> None:
        asked = jamie.asks("housing", EDUCATION)
        with pytest.raises(Conflict), jamie.partnership.acting("youth_worker", Why.SUPPORT) as work:
            sharing.seek_signature(work, share_id=asked.share_id, words="I think so.")
