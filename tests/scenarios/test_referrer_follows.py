"""Whoever wrote a referral follows it: the rounds that hear it and the actions that come of it, and nothing else of the case."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import pytest

from casework.access.permissions import Purpose
from casework.actions import operations as actions
from casework.actions import queries as action_queries
from casework.actions.rules import ActionState
from casework.cases import operations as cases
from casework.cases import queries as case_queries
from casework.errors import NotFound
from casework.referrals import operations as referrals
from casework.referrals import queries
from tests.scenarios.fortnight import Fortnight

DUE = date(2026, 12, 16)


@pytest.fixture
def heard(fortnight: Fortnight) -> tuple[uuid.UUID, uuid.UUID]:
    """Amy's referral, heard on 9 December with one action, which Housing did; the referral and its case."""
    referral_id = fortnight.refers()
    with fortnight.partnership.acting("coordinator", Purpose.TRIAGE) as work:
        case_id = referrals.accept(work, referral_id=referral_id)
    fortnight.settle()
    conference = fortnight.list_goes_out()
    fortnight.accepts_confidentiality(conference, "coordinator", "housing", "chair")
    fortnight.sitting_begins(conference, "coordinator", "housing", "chair")
    [action_id] = fortnight.hears(conference, case_id, ("housing", "Change the locks.", DUE))
    fortnight.sitting_ends(conference)
    with fortnight.partnership.acting("housing", Purpose.ACTIONS) as work:
        actions.report(
            work, action_id=action_id, outcome=ActionState.DONE, what_happened="New locks; he still has a car key."
        )
    return referral_id, case_id


def follows(
    fortnight: Fortnight, key: str, referral_id: uuid.UUID
) -> tuple[list[tuple[date, str]], list[tuple[Any, ...]]]:
    """The rounds and the actions of a referral as somebody sees them."""
    with fortnight.partnership.acting(key, Purpose.REFERRING) as work:
        rounds = queries.rounds_of_referral(work, referral_id=referral_id)
        plan = action_queries.actions_of_referral(work, referral_id=referral_id)
    return [(one.sits_at.date(), one.state) for one in rounds], [(one.what, one.state, one.outcome) for one in plan]


class TestAReferrer:
    def test_learns_when_it_was_heard_and_what_was_agreed_without_the_owners_words(
        self, fortnight: Fortnight, heard: tuple[uuid.UUID, uuid.UUID]
    ) -> None:
        rounds, plan = follows(fortnight, "referrer", heard[0])
        assert rounds == [(date(2026, 12, 9), "heard")]
        assert plan == [("Change the locks.", "done", "")]
        _, plan = follows(fortnight, "coordinator", heard[0])
        assert plan == [("Change the locks.", "done", "New locks; he still has a car key.")]

    def test_opens_nothing_else_of_the_case(self, fortnight: Fortnight, heard: tuple[uuid.UUID, uuid.UUID]) -> None:
        _, case_id = heard
        with fortnight.partnership.acting("referrer", Purpose.SUPPORT) as work:
            assert case_queries.case_list(work).total == 0
            assert case_queries.people_of(work, case_ids=[case_id])[case_id] == ()
            assert queries.history(work, case_id=case_id) == ()
            assert action_queries.actions_of(work, case_ids=[case_id]) == ()
        with pytest.raises(NotFound), fortnight.partnership.acting("referrer", Purpose.SUPPORT) as work:
            case_queries.case_record(work, case_id=case_id)
        with fortnight.partnership.acting("coordinator", Purpose.SUPPORT) as work:
            assert len(case_queries.people_of(work, case_ids=[case_id])[case_id]) > 1

    def test_follows_no_referral_of_somebody_else_about_the_same_couple(
        self, fortnight: Fortnight, heard: tuple[uuid.UUID, uuid.UUID]
    ) -> None:
        first, case_id = heard
        hospital = {"agency": "hospital", "name": "Grace Obi", "email": "grace.obi@hospital.example.gov.uk"}
        again = fortnight.refers(fortnight.document(referrer=hospital), by="midwife")
        with fortnight.partnership.acting("coordinator", Purpose.TRIAGE) as work:
            referrals.accept(work, referral_id=again, known_case_id=case_id)
        assert follows(fortnight, "midwife", first) == ([], [])
        assert follows(fortnight, "referrer", again) == ([], [])
        assert [state for _, state in follows(fortnight, "midwife", again)[0]] == ["listed"]

    def test_follows_it_no_more_once_they_are_shut_out(
        self, fortnight: Fortnight, heard: tuple[uuid.UUID, uuid.UUID]
    ) -> None:
        referral_id, case_id = heard
        with fortnight.partnership.acting("coordinator", Purpose.OVERSIGHT) as work:
            cases.block(
                work, case_id=case_id, account_id=fortnight.partnership.account("referrer"), reason="His cousin."
            )
        assert follows(fortnight, "referrer", referral_id) == ([], [])
