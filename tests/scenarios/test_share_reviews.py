"""What the rules do not decide alone: two people sign, a health safeguarding lead signs, the information lead advises."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from casework.access.permissions import Purpose as Why
from casework.access.permissions import Role
from casework.consent.rules import Purpose, Risk
from casework.duties.models import Duty as OwedDuty
from casework.errors import Conflict, Invalid, NotAllowed
from casework.sharing import operations as sharing
from casework.sharing import queries
from casework.sharing.rules import Conclusion, Part, ShareState
from tests.factories.partnership import APartnership
from tests.factories.sharing import EDUCATION, MENTAL_HEALTH, OFFERED, YoungPerson

NURSE = "school_nursing"


@pytest.fixture
def jamie(partnership: APartnership) -> YoungPerson:
    """Jamie agreed that the school nurse may know basic details and education, for the support plan."""
    made = YoungPerson.of(partnership)
    made.agrees({NURSE: ["basic", "education"]})
    return made


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
        [act] = [one for one in jamie.acts() if one.was_shared]
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
        assert jamie.seen_by("youth_worker", asked.share_id).reviews[0].words == "Ask for a court order."


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
