"""The acceptance scenarios of sharing as they are lived, by their numbers; the table tests of the decision stand in tests/unit/consent.

Others stand with their subject: 1 and 2 in test_group_rules.py (G2 to G5), 6 in test_agreements.py (a barred giver), 8 in
test_withdrawal.py, 13 in test_sharing.py (the lawful basis), 14 in test_interventions.py, 11 and MARAC's side of 15 in the stories
of MARAC.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from casework.access.permissions import Purpose as Why
from casework.consent.rules import Category, Duty, PoliceRequest, Purpose
from casework.errors import Invalid
from casework.sharing import operations as sharing
from casework.sharing import queries
from casework.sharing.rules import ShareState
from tests.factories.partnership import APartnership
from tests.factories.sharing import BASIC, EDUCATION, HARM, MENTAL_HEALTH, OFFERED, YoungPerson, item

NURSE = "school_nursing"
MOTHER: dict[str, Any] = {
    "relation": "parental_responsibility",
    "giver": uuid.UUID(int=7),
    "giver_name": "Dawn Stone",
    "giver_is_abuser": False,
}


@pytest.fixture
def jamie(partnership: APartnership) -> YoungPerson:
    """Jamie agreed that the school nurse may know basic details and education, for the support plan."""
    made = YoungPerson.of(partnership)
    made.agrees({NURSE: ["basic", "education"]})
    return made


class TestTheAcceptanceScenarios:
    def test_3_school_is_named_for_education_only(self, partnership: APartnership) -> None:
        jamie = YoungPerson.of(partnership)
        jamie.agrees({NURSE: ["education"]}, purposes=("school_support",))
        declared = replace(OFFERED, purpose=Purpose.SCHOOL_SUPPORT)
        attendance = jamie.shares(NURSE, EDUCATION, MENTAL_HEALTH, declared=declared)
        assert [one.category for one in jamie.seen_by("school_worker", attendance).items] == ["education"]
        assert jamie.share(attendance).decision_id is not None

    def test_4_housing_was_denied_and_joins_the_plan_all_the_same(self, partnership: APartnership) -> None:
        jamie = YoungPerson.of(partnership)
        jamie.agrees({NURSE: ["basic"]}, deny={"housing": ["*"]})
        assert jamie.asks("housing", BASIC).state is not ShareState.QUEUED
        jamie.agrees({NURSE: ["basic"], "housing": ["basic"]}, **MOTHER)
        joined = jamie.asks("housing", BASIC)
        assert joined.state is not ShareState.QUEUED
        assert [one.category for one in joined.answer.withheld] == [Category.BASIC]
        assert jamie.asks(NURSE, BASIC).state is ShareState.QUEUED

    def test_5_a_competent_fifteen_year_old_refuses_and_her_mother_agrees(self, partnership: APartnership) -> None:
        kim = YoungPerson.of(partnership, date_of_birth="2011-03-01")
        kim.agrees({}, status="refused", purposes=())
        kim.agrees({NURSE: ["basic", "education"]}, **MOTHER)
        asked = kim.asks(NURSE)
        assert (asked.answer.row, asked.state) == ("15", ShareState.NEEDS_REVIEW)
        with partnership.acting("youth_manager", Why.SUPPORT) as work:
            assert [one.id for one in queries.reviews_waiting(work).lines] == [asked.share_id]
        with partnership.acting("school_worker", Why.SUPPORT) as work:
            assert queries.inbox(work).lines == ()

    def test_7_a_mothers_yes_ends_28_days_after_the_sixteenth_birthday(self, partnership: APartnership) -> None:
        kim = YoungPerson.of(partnership, date_of_birth="2010-12-01")
        kim.agrees({NURSE: ["basic", "education"]}, **MOTHER)
        partnership.now += timedelta(days=35)
        in_time, too_late = kim.asks(NURSE), kim.asks(NURSE, BASIC)
        assert kim.delivers(in_time.share_id) is ShareState.DELIVERED
        partnership.now += timedelta(days=1)
        assert kim.delivers(too_late.share_id) is ShareState.STOPPED
        assert kim.share(too_late.share_id).stopped_because == "not_agreed_now"
        assert kim.seen_by("school_worker", in_time.share_id).items, "what went before stays"

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

    def test_15_a_victim_of_fifteen_goes_to_child_safeguarding_and_no_marac_is_told(
        self, partnership: APartnership
    ) -> None:
        kim = YoungPerson.of(partnership, date_of_birth="2011-03-01")
        kim.agrees({}, status="refused", purposes=())
        marac = replace(HARM, purpose=Purpose.MARAC, why=replace(HARM.why, necessity="He hit her."))
        assert kim.asks("idva_service", declared=marac).state is not ShareState.QUEUED
        told = kim.asks("childrens_social_care", declared=replace(marac, purpose=Purpose.SAFEGUARDING))
        assert told.answer.row == "4"
        assert kim.delivers(told.share_id) is ShareState.DELIVERED

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
