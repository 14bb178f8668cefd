"""The same couple comes back: within twelve months a repeat, after that a new case; the rule in force decides and is kept."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest

from casework.access.permissions import Purpose
from casework.actions import operations as actions
from casework.actions import queries as plans
from casework.cases import queries as cases
from casework.errors import Conflict
from casework.partnerships import operations as partnerships
from casework.referrals import operations as referrals
from casework.referrals import queries as referral_queries
from casework.referrals.queries import ReferralRecord
from tests.factories.referrals import LEANNE, PIOTR
from tests.scenarios.fortnight import Fortnight

FIRST = date(2026, 11, 23)
MAREK = {**PIOTR, "given_names": "Marek", "family_name": "Nowak", "date_of_birth": "1985-01-30"}


def come_back(
    fortnight: Fortnight, on: date, first: uuid.UUID, document: dict[str, Any] | None = None
) -> tuple[uuid.UUID, ReferralRecord]:
    """The couple of a known case is referred on a day and the co-ordinator says that it is the same couple."""
    fortnight.comes_to(on)
    referral_id = fortnight.refers(document)
    with fortnight.partnership.acting("coordinator", Purpose.TRIAGE) as work:
        case_id = referrals.accept(work, referral_id=referral_id, known_case_id=first)
    fortnight.settle()
    with fortnight.partnership.acting("coordinator", Purpose.TRIAGE) as work:
        return case_id, referral_queries.referral_record(work, referral_id=referral_id)


def record(fortnight: Fortnight, case_id: uuid.UUID) -> cases.CaseRecord:
    with fortnight.partnership.acting("coordinator", Purpose.CONFERENCE) as work:
        return cases.case_record(work, case_id=case_id)


class TestTheSameCouple:
    def test_comes_back_to_its_case_on_the_365th_day_with_both_anchors_and_the_rule_kept(
        self, fortnight: Fortnight
    ) -> None:
        first = fortnight.case_for()
        sat = fortnight.holds()
        case_id, referral = come_back(fortnight, FIRST + timedelta(days=365), first)
        assert case_id == first
        assert (referral.is_repeat, referral.repeat_rule) == (True, "safelives_current/1")
        assert (referral.anchor_referral_on, referral.anchor_conference_on) == (FIRST, sat.sits_on)
        assert "repeat" in referral.line.derived_routes
        case = record(fortnight, case_id)
        assert (case.line.state, case.line.opened_on) == ("open", FIRST)
        assert case.line.last_referral_on == FIRST + timedelta(days=365)
        [(_, state, _), (heard_on, before, _)] = fortnight.rounds_of(case_id)
        assert (state, before, heard_on) == ("listed", "heard", sat.sits_on)

    def test_is_a_new_case_on_the_366th_day_that_knows_of_the_earlier_one(self, fortnight: Fortnight) -> None:
        first = fortnight.case_for()
        fortnight.holds()
        case_id, referral = come_back(fortnight, FIRST + timedelta(days=366), first)
        assert case_id != first
        assert (referral.is_repeat, referral.anchor_referral_on) == (False, FIRST)
        assert "repeat" not in referral.line.derived_routes
        assert [(link.case_id, link.kind) for link in record(fortnight, case_id).links] == [(first, "earlier_case")]

    def test_may_come_back_on_the_366th_day_when_a_29_february_lies_between(self, fortnight: Fortnight) -> None:
        fortnight.comes_to(date(2027, 12, 1))
        first = fortnight.case_for()
        anniversary = date(2028, 12, 1)
        assert (anniversary - date(2027, 12, 1)).days == 366
        case_id, referral = come_back(fortnight, anniversary, first)
        assert (case_id, referral.is_repeat) == (first, True)

    def test_counts_from_the_latest_referral_and_not_from_the_first(self, fortnight: Fortnight) -> None:
        first = fortnight.case_for()
        come_back(fortnight, date(2027, 6, 1), first)
        case_id, referral = come_back(fortnight, date(2028, 6, 1), first)
        assert (case_id, referral.is_repeat, referral.anchor_referral_on) == (first, True, date(2027, 6, 1))

    def test_is_not_accepted_as_new_while_the_sure_match_stands(self, fortnight: Fortnight) -> None:
        first = fortnight.case_for()
        fortnight.comes_to(date(2027, 6, 1))
        referral_id = fortnight.refers()
        with (
            fortnight.partnership.acting("coordinator", Purpose.TRIAGE) as work,
            pytest.raises(Conflict, match="This couple is known"),
        ):
            referrals.accept(work, referral_id=referral_id)
        with fortnight.partnership.acting("coordinator", Purpose.TRIAGE) as work:
            referrals.dismiss_candidate(work, referral_id=referral_id, case_id=first)
        with fortnight.partnership.acting("coordinator", Purpose.TRIAGE) as work:
            assert referrals.accept(work, referral_id=referral_id) != first

    def test_opens_on_last_time_s_plan_with_what_became_of_it(self, fortnight: Fortnight) -> None:
        first = fortnight.case_for()
        fortnight.holds(
            0,
            ("housing", "Offer a lock change", date(2026, 12, 14)),
            ("police", "Mark the address", date(2026, 12, 14)),
        )
        with fortnight.partnership.acting("housing", Purpose.ACTIONS) as work:
            [mine] = plans.my_actions(work)
            actions.report(work, action_id=mine.id, outcome="overtaken", what_happened="She moved to her sister's.")
        come_back(fortnight, date(2027, 2, 1), first)
        with fortnight.partnership.acting("coordinator", Purpose.CONFERENCE) as work:
            last = plans.actions_of(work, case_ids=[first])
        assert sorted((one.what, one.state, one.outcome) for one in last) == [
            ("Mark the address", "agreed", ""),
            ("Offer a lock change", "overtaken", "She moved to her sister's."),
        ]


class TestTheRuleInForce:
    OLDER = date(2027, 1, 1)

    def set_rule(self, fortnight: Fortnight, rule: str) -> None:
        with fortnight.partnership.work(inside=True) as work:
            partnerships.set_policy(work, settings={"repeat_rule": rule}, from_date=self.OLDER)

    def unwanted_contact(self, fortnight: Fortnight, on: date, kind: str = "unwanted_contact") -> dict[str, Any]:
        fortnight.comes_to(on)
        incident = {
            "on": (on - timedelta(days=1)).isoformat(),
            "summary": "He writes to her every night.",
            "kind": kind,
        }
        return fortnight.document(most_recent_incident=incident)

    def test_may_be_the_older_one_that_counts_only_what_would_be_a_crime(self, fortnight: Fortnight) -> None:
        first = fortnight.case_for()
        self.set_rule(fortnight, "safelives_older")
        on = date(2027, 3, 1)
        case_id, referral = come_back(fortnight, on, first, self.unwanted_contact(fortnight, on))
        assert (case_id == first, referral.is_repeat, referral.repeat_rule) == (False, False, "safelives_older/2")
        on = date(2027, 3, 2)
        case_id, referral = come_back(fortnight, on, first, self.unwanted_contact(fortnight, on, "violence"))
        assert (case_id == first, referral.is_repeat) == (True, True)

    def test_is_the_one_of_the_day_on_which_the_referral_was_received(self, fortnight: Fortnight) -> None:
        first = fortnight.case_for()
        self.set_rule(fortnight, "safelives_older")
        on = date(2026, 12, 31)
        case_id, referral = come_back(fortnight, on, first, self.unwanted_contact(fortnight, on))
        assert (case_id == first, referral.is_repeat, referral.repeat_rule) == (True, True, "safelives_current/1")

    def test_may_count_from_the_last_sitting(self, fortnight: Fortnight) -> None:
        first = fortnight.case_for()
        sat = fortnight.holds()
        self.set_rule(fortnight, "meeting_anchor")
        case_id, referral = come_back(fortnight, sat.sits_on + timedelta(days=365), first)
        assert (case_id == first, referral.is_repeat, referral.repeat_rule) == (True, True, "meeting_anchor/2")
        assert referral.anchor_conference_on == sat.sits_on

    def test_by_the_last_sitting_knows_nothing_of_a_couple_never_heard(self, fortnight: Fortnight) -> None:
        first = fortnight.case_for()
        self.set_rule(fortnight, "meeting_anchor")
        _, referral = come_back(fortnight, date(2027, 1, 4), first)
        assert referral.is_repeat is False


class TestOthers:
    def test_with_the_same_victim_are_a_new_case_about_a_person_who_is_known(self, fortnight: Fortnight) -> None:
        first = fortnight.case_for()
        second = fortnight.case_for(fortnight.document(perpetrators=[MAREK]))
        assert second != first
        one, other = record(fortnight, first), record(fortnight, second)
        assert one.victim is not None
        assert other.victim is not None
        assert one.victim.id == other.victim.id
        assert [(link.case_id, link.kind) for link in other.links] == [(first, "same_victim")]
        assert one.line.number != other.line.number

    def test_the_other_way_round_are_flagged_and_never_merged(self, fortnight: Fortnight) -> None:
        first = fortnight.case_for()
        both = ("given_names", "family_name", "aliases", "date_of_birth", "address", "gender")
        him, her = {key: PIOTR[key] for key in both}, {key: LEANNE[key] for key in both}
        referral_id = fortnight.refers(
            fortnight.document(
                victim={**LEANNE, **him, "safe_contact": None},
                perpetrators=[{**her, "relationship_to_victim": "ex_partner"}],
                afraid_of=["Leanne Whitehouse"],
                children=[],
            )
        )
        with fortnight.partnership.acting("coordinator", Purpose.TRIAGE) as work:
            candidates = referral_queries.referral_record(work, referral_id=referral_id).candidates
        assert [(one.case.id, one.kind) for one in candidates] == [(first, "swapped_pair")]
        with fortnight.partnership.acting("coordinator", Purpose.TRIAGE) as work:
            second = referrals.accept(work, referral_id=referral_id)
        assert second != first
        for here, there in ((first, second), (second, first)):
            case = record(fortnight, here)
            assert [(link.case_id, link.kind) for link in case.links] == [(there, "swapped_pair")]
        assert [person.person.name for person in record(fortnight, first).people if person.part == "victim"] == [
            "Leanne Whitehouse"
        ]
