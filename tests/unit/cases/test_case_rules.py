"""A case comes back to life by a repeat, and agencies' flags stand for twelve months and not a day longer."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.cases.rules import CaseState, after_hearing, flag_lapses_on, flag_stands, move
from casework.errors import Conflict
from casework.programmes.marac.rules import DEFAULTS, PastReferral, Policy, repeat_answer


class TestMove:
    @pytest.mark.parametrize(
        "state", [state for state in CaseState if state not in (CaseState.OPEN, CaseState.DESTROYED)]
    )
    def test_a_repeat_opens_a_case_from_any_state(self, state: CaseState) -> None:
        assert move(state, CaseState.OPEN) is CaseState.OPEN

    def test_a_destroyed_case_stays_destroyed(self) -> None:
        for to in CaseState:
            with pytest.raises(Conflict):
                move("destroyed", to)

    def test_nothing_is_destroyed_that_was_not_kept_its_time(self) -> None:
        assert [state for state in CaseState if _may(state, CaseState.DESTROYED)] == [CaseState.RETAINED]


def _may(state: CaseState, to: CaseState) -> bool:
    try:
        return move(state, to) is to
    except Conflict:
        return False


class TestAfterHearing:
    @pytest.mark.parametrize(
        ("agreed", "unreported", "state"),
        [(3, 2, CaseState.ACTIONS_LIVE), (3, 0, CaseState.ACTIONS_DONE), (0, 0, CaseState.FLAGGED)],
    )
    def test_the_actions_decide_the_state(self, agreed: int, unreported: int, state: CaseState) -> None:
        assert after_hearing(agreed, unreported) is state


class TestFlags:
    def test_stand_through_the_anniversary_and_lapse_the_day_after(self) -> None:
        lapses = flag_lapses_on(date(2026, 1, 14), None, DEFAULTS)
        assert lapses == date(2027, 1, 15)
        assert flag_stands(date(2026, 1, 20), lapses, date(2027, 1, 14))
        assert not flag_stands(date(2026, 1, 20), lapses, date(2027, 1, 15))
        assert not flag_stands(date(2026, 1, 20), lapses, date(2026, 1, 19))

    @pytest.mark.parametrize(
        ("anchor", "lapses"), [(date(2024, 2, 29), date(2025, 3, 1)), (date(2023, 3, 1), date(2024, 3, 2))]
    )
    def test_hold_beside_a_leap_day(self, anchor: date, lapses: date) -> None:
        assert flag_lapses_on(anchor, None, DEFAULTS) == lapses

    def test_run_from_the_sitting_where_practice_says_so(self) -> None:
        by_sitting = Policy.from_settings({"flag_anchor": "conference"})
        assert flag_lapses_on(date(2026, 1, 14), date(2026, 2, 4), by_sitting) == date(2027, 2, 5)
        assert flag_lapses_on(date(2026, 1, 14), date(2026, 2, 4), DEFAULTS) == date(2027, 1, 15)
        assert flag_lapses_on(date(2026, 1, 14), None, by_sitting) == date(2027, 1, 15)

    @given(st.dates(date(2023, 1, 1), date(2030, 1, 1)), st.integers(0, 800))
    def test_stand_on_exactly_the_days_on_which_a_referral_would_be_a_repeat(self, anchor: date, days: int) -> None:
        on = anchor + timedelta(days=days)
        is_repeat = repeat_answer([PastReferral(anchor)], on).is_repeat
        assert flag_stands(anchor, flag_lapses_on(anchor, None, DEFAULTS), on) is is_repeat
