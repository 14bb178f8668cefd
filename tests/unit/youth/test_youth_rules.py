"""Where a youth case can stand, what leads from where to where, and what a plan, an action and a review need."""

from __future__ import annotations

from datetime import date

import pytest

from casework.consent.rules.facts import Category
from casework.errors import Conflict
from casework.programmes.youth_support.practice import practice
from casework.youth import rules
from casework.youth.rules import AGREED, OPEN, Event, PlanFacts, Stage, may_happen, move

TODAY = date(2026, 11, 23)
E, S = Event, Stage


class TestAYouthCase:
    def test_goes_from_a_concern_to_the_follow_up(self) -> None:
        stage = S.ENQUIRY
        for event in (
            E.PRE_ASSESSMENT_DONE,
            E.AGREEMENT_SOUGHT,
            E.AGREEMENT_GIVEN,
            E.ASSESSMENT_COMPLETED,
            E.PLAN_AGREED,
            E.REVIEW_BEGUN,
            E.REVIEW_HELD,
            E.CLOSING_BEGUN,
            E.OUTCOME_RECORDED,
            E.FOLLOWED_UP,
        ):
            stage = move(stage, event)
        assert stage is S.CLOSED

    def test_may_leave_the_first_look_out(self) -> None:
        assert move(S.ENQUIRY, E.AGREEMENT_SOUGHT) is S.AGREEMENT_PENDING

    @pytest.mark.parametrize("stage", sorted(OPEN - {S.STEPPED_UP}))
    def test_is_stepped_up_from_every_open_stage_without_waiting(self, stage: Stage) -> None:
        assert move(stage, E.STEPPED_UP) is S.STEPPED_UP

    @pytest.mark.parametrize("stage", sorted(OPEN - {S.STEPPED_UP}))
    def test_goes_back_to_where_it_stood_when_social_care_returns_it(self, stage: Stage) -> None:
        assert move(S.STEPPED_UP, E.STEP_UP_RETURNED, before=stage) is stage

    def test_is_not_returned_from_anywhere_else(self) -> None:
        with pytest.raises(Conflict):
            move(S.PLAN_ACTIVE, E.STEP_UP_RETURNED, before=S.ENQUIRY)

    def test_steps_down_to_an_agreement_taken_afresh(self) -> None:
        assert move(S.STEPPED_UP, E.STEPPED_DOWN) is S.AGREEMENT_PENDING
        assert [stage for stage in S if may_happen(stage, E.STEPPED_DOWN)] == [S.STEPPED_UP]

    @pytest.mark.parametrize("event", [E.ASSESSMENT_COMPLETED, E.PLAN_AGREED, E.REVIEW_BEGUN, E.REVIEW_HELD])
    def test_has_no_assessment_plan_or_review_without_an_agreement(self, event: Event) -> None:
        assert {stage for stage in S if may_happen(stage, event)} <= AGREED

    @pytest.mark.parametrize("stage", sorted(AGREED))
    def test_goes_on_hold_when_no_agreement_stands_any_more(self, stage: Stage) -> None:
        assert move(stage, E.AGREEMENT_WITHDRAWN) is S.ON_HOLD
        assert move(S.ON_HOLD, E.AGREEMENT_SOUGHT) is S.AGREEMENT_PENDING

    def test_that_was_refused_is_asked_again_later_or_closes(self) -> None:
        assert move(S.AGREEMENT_REFUSED, E.AGREEMENT_SOUGHT) is S.AGREEMENT_PENDING
        assert move(S.AGREEMENT_REFUSED, E.CLOSING_BEGUN) is S.CLOSING
        with pytest.raises(Conflict, match="without agreement"):
            move(S.AGREEMENT_REFUSED, E.ASSESSMENT_COMPLETED)

    @pytest.mark.parametrize("event", [one for one in Event if one is not E.FOLLOWED_UP])
    def test_that_is_closed_is_only_followed_up(self, event: Event) -> None:
        with pytest.raises(Conflict):
            move(S.CLOSED, event, before=S.ENQUIRY)

    @pytest.mark.parametrize("event", list(Event))
    def test_that_another_area_has_taken_on_is_left_alone(self, event: Event) -> None:
        assert not may_happen(S.TRANSFERRED_OUT, event)

    @pytest.mark.parametrize("stage", sorted(S))
    def test_offers_a_next_step_that_can_happen(self, stage: Stage) -> None:
        following = rules.NEXT_STEP[stage]
        assert following is None or may_happen(stage, following)


class TestAPlan:
    @pytest.mark.parametrize(
        ("leads", "actions", "review_on", "wrong"),
        [
            (1, 1, date(2027, 1, 11), []),
            (0, 1, date(2027, 1, 11), ["lead"]),
            (2, 1, date(2027, 1, 11), ["lead"]),
            (1, 0, date(2027, 1, 11), ["actions"]),
            (1, 1, None, ["review_on"]),
            (1, 1, TODAY, ["review_on"]),
            (1, 1, date(2027, 2, 23), []),
            (1, 1, date(2027, 2, 24), ["review_on"]),
        ],
    )
    def test_needs_one_lead_an_action_and_a_review_within_three_months(
        self, leads: int, actions: int, review_on: date | None, wrong: list[str]
    ) -> None:
        facts = PlanFacts(leads=leads, actions=actions, review_on=review_on)
        assert [one.field for one in rules.what_is_wrong_with_plan(facts, TODAY)] == wrong

    def test_has_actions_with_who_what_by_when_and_the_outcome_wanted(self) -> None:
        found = rules.what_is_wrong_with_action(
            owner=None, what=" ", outcome="", heading="luck", by_when=date(2026, 11, 22), today=TODAY
        )
        assert [one.field for one in found] == ["owner", "what", "outcome", "heading", "by_when"]

    def test_serves_ten_outcomes_each_under_one_of_the_five_of_2011(self) -> None:
        assert len(rules.Heading) == 10
        assert set(rules.OF_2011) == set(rules.Heading)
        assert set(rules.OF_2011.values()) == set(rules.FiveOutcomes)


class TestAClosedCase:
    def test_is_asked_about_six_months_later(self) -> None:
        assert rules.follow_up_on(date(2026, 8, 31)) == date(2027, 2, 28)


class TestPractice:
    def test_has_the_nine_risk_factors_and_the_four_levels(self) -> None:
        assert len(practice().risk_factors) == 9
        assert sorted(practice().levels) == [1, 2, 3, 4]

    def test_gives_each_day_its_form(self) -> None:
        assert practice().form_on(date(2011, 5, 3)).title == "Common Assessment Framework"
        assert practice().form_on(date(2015, 3, 25)).name == "caf-2006"
        assert practice().form_on(date(2015, 3, 26)).title == "Early Help Assessment"
        with pytest.raises(KeyError):
            practice().form_on(date(2006, 3, 31))

    def test_has_sections_under_every_domain_with_what_they_hold(self) -> None:
        form = practice().form_on(TODAY)
        assert {one.domain for one in form.sections} == set(practice().domains)
        assert {one.category for one in form.sections} <= set(Category)

    def test_takes_a_disagreement_up_by_named_levels_each_with_its_clock(self) -> None:
        levels = practice().escalation
        assert sorted(levels) == [1, 2, 3, 4]
        assert all(level.days > 0 and level.name for level in levels.values())
