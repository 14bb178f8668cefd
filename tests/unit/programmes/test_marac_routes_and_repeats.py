"""Which routes bring a case to MARAC, when it is a repeat, and who is too young."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.clock import add_months
from casework.errors import Invalid
from casework.programmes.marac.rules import (
    DEFAULTS,
    LIKELY_CRIMES,
    IncidentKind,
    PastReferral,
    Policy,
    RepeatRule,
    Route,
    repeat_answer,
    routes_in,
    under_16,
)

ANCHOR = date(2026, 1, 14)
REFERRAL_RULES = (
    RepeatRule.SAFELIVES_CURRENT,
    RepeatRule.SAFELIVES_OLDER,
    RepeatRule.FURTHER_INCIDENT_SINCE_REFERRAL,
)


def under(rule: RepeatRule, **settings: object) -> Policy:
    return Policy.from_settings({"repeat_rule": rule, **settings})


class TestRoutesIn:
    @pytest.mark.parametrize(
        ("score", "reasons", "incidents", "repeat", "claimed", "routes"),
        [
            (14, None, 0, False, [], [Route.VISIBLE_HIGH_RISK]),
            (24, None, None, False, [], [Route.VISIBLE_HIGH_RISK]),
            (13, None, 3, False, [], [Route.POTENTIAL_ESCALATION]),
            (2, None, 0, True, [], [Route.REPEAT]),
            (6, "Strangled on Sunday.", 0, False, ["professional_judgement"], [Route.PROFESSIONAL_JUDGEMENT]),
            (
                15,
                "Strangled on Sunday.",
                4,
                True,
                ["professional_judgement"],
                list(Route),
            ),
        ],
    )
    def test_follow_from_the_facts(
        self,
        score: int,
        reasons: str | None,
        incidents: int | None,
        repeat: bool,
        claimed: list[str],
        routes: list[Route],
    ) -> None:
        answer = routes_in(score, reasons, incidents, repeat, claimed)
        assert set(answer.routes) == set(routes)
        assert not answer.judgement_needed
        assert not answer.problems

    @pytest.mark.parametrize(("score", "incidents"), [(13, 2), (0, None), (0, 0)])
    def test_below_all_of_them_a_written_judgement_is_needed_and_the_field_is_named(
        self, score: int, incidents: int | None
    ) -> None:
        answer = routes_in(score, "He shouts a lot.", incidents, False, [])
        assert answer.routes == ()
        assert answer.judgement_needed
        assert [problem.field for problem in answer.problems] == ["reasons"]

    @pytest.mark.parametrize("reasons", [None, "", "  \n"])
    def test_a_judgement_without_reasons_is_no_route(self, reasons: str | None) -> None:
        answer = routes_in(20, reasons, 0, False, ["professional_judgement"])
        assert answer.routes == (Route.VISIBLE_HIGH_RISK,)
        assert [problem.field for problem in answer.problems] == ["reasons"]

    def test_are_not_taken_from_what_was_ticked(self) -> None:
        answer = routes_in(9, None, 1, False, ["visible_high_risk", "potential_escalation", "repeat"])
        assert answer.routes == ()
        assert len(answer.remarks) == 3

    @given(
        st.integers(0, 24),
        st.one_of(st.none(), st.integers(0, 9)),
        st.booleans(),
        st.lists(st.sampled_from(list(Route))),
        st.sampled_from([None, "", "Threats to kill."]),
    )
    def test_a_judgement_only_ever_raises(
        self, score: int, incidents: int | None, repeat: bool, claimed: list[Route], reasons: str | None
    ) -> None:
        without = routes_in(score, None, incidents, repeat, [])
        with_it = routes_in(score, reasons, incidents, repeat, claimed)
        assert set(without.routes) <= set(with_it.routes)

    def test_use_the_partnership_s_own_threshold_and_count(self) -> None:
        strict = Policy.from_settings({"threshold": 16, "escalation_incidents": 5})
        assert routes_in(15, None, 4, False, [], strict).judgement_needed
        assert routes_in(16, None, 4, False, [], strict).routes == (Route.VISIBLE_HIGH_RISK,)

    def test_leave_out_one_that_the_partnership_does_not_use(self) -> None:
        policy = Policy.from_settings({"routes": ["visible_high_risk", "professional_judgement", "repeat"]})
        assert routes_in(3, None, 9, False, [], policy).judgement_needed


class TestRepeat:
    def test_the_first_referral_of_two_people_is_none(self) -> None:
        answer = repeat_answer([], ANCHOR)
        assert not answer.is_repeat
        assert answer.anchor_referral_on is None

    @pytest.mark.parametrize("rule", REFERRAL_RULES)
    @pytest.mark.parametrize(("days", "repeat"), [(0, True), (210, True), (364, True), (365, True), (366, False)])
    def test_day_365_counts_and_day_366_does_not(self, rule: RepeatRule, days: int, repeat: bool) -> None:
        answer = repeat_answer(
            [PastReferral(ANCHOR)], ANCHOR + timedelta(days=days), IncidentKind.VIOLENCE, under(rule)
        )
        assert answer.is_repeat is repeat

    @pytest.mark.parametrize(
        ("anchor", "last"),
        [
            (date(2026, 1, 14), date(2027, 1, 14)),
            # A leap day lies between: the anniversary is day 366 and still counts.
            (date(2023, 6, 1), date(2024, 6, 1)),
            (date(2024, 2, 28), date(2025, 2, 28)),
            # Anchors beside a leap day.
            (date(2024, 2, 29), date(2025, 2, 28)),
            (date(2023, 2, 28), date(2024, 2, 28)),
            (date(2023, 3, 1), date(2024, 3, 1)),
        ],
    )
    def test_the_anniversary_is_the_last_day(self, anchor: date, last: date) -> None:
        assert repeat_answer([PastReferral(anchor)], last).is_repeat
        assert not repeat_answer([PastReferral(anchor)], last + timedelta(days=1)).is_repeat

    @given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(0, 800))
    def test_is_within_twelve_months_both_ways(self, anchor: date, days: int) -> None:
        on = anchor + timedelta(days=days)
        answer = repeat_answer([PastReferral(anchor)], on)
        assert answer.is_repeat is (on <= add_months(anchor, 12))
        assert answer.is_repeat if days <= 364 else True
        assert not answer.is_repeat if days > 366 else True

    @given(st.lists(st.dates(date(2024, 1, 1), date(2028, 1, 1)), min_size=1, max_size=5), st.randoms())
    def test_does_not_depend_on_the_order_of_what_is_known(self, days: list[date], chance: Random) -> None:
        history = [PastReferral(day) for day in days]
        turned = chance.sample(history, len(history))
        on = date(2028, 1, 2)
        assert repeat_answer(history, on) == repeat_answer(turned, on)
        assert repeat_answer(history, on).anchor_referral_on == max(days)

    def test_takes_the_latest_earlier_referral_and_sitting(self) -> None:
        history = [
            PastReferral(date(2024, 1, 1), date(2024, 1, 20)),
            PastReferral(date(2026, 1, 1), date(2026, 1, 20)),
            PastReferral(date(2025, 1, 1), date(2025, 1, 20)),
        ]
        answer = repeat_answer(history, date(2026, 5, 1))
        assert (answer.anchor_referral_on, answer.anchor_conference_on) == (date(2026, 1, 1), date(2026, 1, 20))

    def test_leaves_aside_a_referral_dated_later(self) -> None:
        answer = repeat_answer([PastReferral(date(2026, 6, 1))], date(2026, 5, 1))
        assert not answer.is_repeat
        assert answer.anchor_referral_on is None

    def test_leaves_aside_a_sitting_that_had_not_been_yet(self) -> None:
        answer = repeat_answer([PastReferral(date(2026, 5, 1), date(2026, 6, 1))], date(2026, 5, 10))
        assert answer.is_repeat
        assert answer.anchor_conference_on is None

    @pytest.mark.parametrize("kind", [k for k in IncidentKind if k is not IncidentKind.NONE])
    def test_any_abuse_counts_by_the_current_rule(self, kind: IncidentKind) -> None:
        assert repeat_answer([PastReferral(ANCHOR)], ANCHOR + timedelta(days=30), kind).is_repeat

    @pytest.mark.parametrize("kind", list(IncidentKind))
    def test_only_what_would_be_a_crime_counts_by_the_older_rule(self, kind: IncidentKind) -> None:
        answer = repeat_answer(
            [PastReferral(ANCHOR)], ANCHOR + timedelta(days=30), kind, under(RepeatRule.SAFELIVES_OLDER)
        )
        assert answer.is_repeat is (kind in LIKELY_CRIMES or kind is IncidentKind.NOT_STATED)
        assert answer.kind_needed is (kind is IncidentKind.NOT_STATED)

    @pytest.mark.parametrize("rule", list(RepeatRule))
    def test_nothing_further_is_no_repeat_by_any_rule(self, rule: RepeatRule) -> None:
        history = [PastReferral(ANCHOR, ANCHOR)]
        assert not repeat_answer(history, ANCHOR + timedelta(days=30), IncidentKind.NONE, under(rule)).is_repeat

    def test_the_meeting_is_the_anchor_where_practice_says_so(self) -> None:
        by_meeting = under(RepeatRule.MEETING_ANCHOR)
        history = [PastReferral(date(2026, 1, 14), date(2026, 2, 4))]
        late = date(2027, 1, 20)
        assert repeat_answer(history, late, policy=by_meeting).is_repeat
        assert not repeat_answer(history, late).is_repeat

    def test_a_referral_never_heard_anchors_nothing_where_the_meeting_counts(self) -> None:
        answer = repeat_answer(
            [PastReferral(ANCHOR)], ANCHOR + timedelta(days=3), policy=under(RepeatRule.MEETING_ANCHOR)
        )
        assert not answer.is_repeat
        assert answer.anchor_referral_on == ANCHOR

    @pytest.mark.parametrize(("days", "repeat"), [(-1, False), (0, True), (5, True)])
    def test_the_incident_must_be_since_the_referral_where_practice_says_so(self, days: int, repeat: bool) -> None:
        answer = repeat_answer(
            [PastReferral(ANCHOR)],
            ANCHOR + timedelta(days=10),
            IncidentKind.VIOLENCE,
            under(RepeatRule.FURTHER_INCIDENT_SINCE_REFERRAL),
            incident_on=ANCHOR + timedelta(days=days),
        )
        assert answer.is_repeat is repeat

    def test_keeps_the_rule_and_version_that_answered_and_says_why(self) -> None:
        policy = Policy.from_settings({"repeat_rule": "safelives_older"}, version=3)
        answer = repeat_answer([PastReferral(ANCHOR)], ANCHOR + timedelta(days=30), IncidentKind.VIOLENCE, policy)
        assert answer.rule_code == "safelives_older/3"
        assert "Wednesday 14 January 2026" in answer.reason
        assert "a crime" in answer.reason


class TestUnder16:
    @pytest.mark.parametrize(
        ("born", "redirected"),
        [
            (date(2010, 12, 10), True),
            (date(2010, 12, 9), False),
            (date(1960, 1, 1), False),
        ],
    )
    def test_the_victim_is_redirected_until_the_sixteenth_birthday(self, born: date, redirected: bool) -> None:
        answer = under_16(born, date(2026, 12, 9))
        assert answer.redirected is redirected
        assert not answer.birth_date_needed

    def test_an_unknown_birth_date_redirects_nobody_and_must_be_asked_for(self) -> None:
        answer = under_16(None, date(2026, 12, 9))
        assert not answer.redirected
        assert answer.birth_date_needed

    def test_a_birth_after_the_referral_is_refused_by_field(self) -> None:
        with pytest.raises(Invalid) as refused:
            under_16(date(2027, 1, 1), date(2026, 12, 9))
        assert [error.field for error in refused.value.errors] == ["victim.date_of_birth"]


class TestPolicy:
    def test_the_defaults_are_usual_practice(self) -> None:
        assert (DEFAULTS.threshold, DEFAULTS.escalation_incidents, DEFAULTS.repeat_months) == (14, 3, 12)
        assert DEFAULTS.repeat_rule is RepeatRule.SAFELIVES_CURRENT

    def test_is_read_back_as_it_was_written(self) -> None:
        policy = Policy.from_settings(
            {"threshold": 12, "medium_from": 8, "cut_off_at": "16:30", "routes": ["professional_judgement"]}, version=4
        )
        assert Policy.from_settings(policy.to_settings(), version=4) == policy
        assert Policy.from_settings({}) == DEFAULTS

    @pytest.mark.parametrize(
        ("settings", "field"),
        [
            ({"treshold": 14}, "treshold"),
            ({"version": 2}, "version"),
            ({"threshold": 25}, "threshold"),
            ({"threshold": "14"}, "threshold"),
            ({"threshold": True}, "threshold"),
            ({"capacity": 0}, "capacity"),
            ({"repeat_rule": "ours"}, "repeat_rule"),
            ({"bank_holiday_policy": None}, "bank_holiday_policy"),
            ({"cut_off_at": "5pm"}, "cut_off_at"),
            ({"cut_off_at": "25:00"}, "cut_off_at"),
            ({"research_at": None}, "research_at"),
            ({"routes": []}, "routes"),
            ({"routes": ["visible_high_risk"]}, "routes"),
            ({"routes": "repeat"}, "routes"),
            ({"referring_agencies": [1]}, "referring_agencies"),
            # Clocks that would not follow one another.
            ({"cut_off_days": 7, "list_out_days": 8}, "cut_off_days"),
            ({"list_out_days": 1}, "list_out_days"),
            ({"minutes_draft_days": 4}, "minutes_draft_days"),
            ({"minutes_out_days": 0}, "minutes_out_days"),
            ({"actions_out_days": 0}, "actions_out_days"),
            ({"medium_from": 20}, "medium_from"),
        ],
    )
    def test_a_wrong_setting_is_refused_by_name(self, settings: dict[str, object], field: str) -> None:
        with pytest.raises(Invalid) as refused:
            Policy.from_settings(settings)
        assert field in [error.field for error in refused.value.errors]

    def test_all_mistakes_are_reported_at_once(self) -> None:
        with pytest.raises(Invalid) as refused:
            Policy.from_settings({"threshold": 0, "capacity": "many", "colour": "blue"})
        assert {error.field for error in refused.value.errors} == {"threshold", "capacity", "colour"}
