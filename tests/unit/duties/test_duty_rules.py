"""What is owed, when the reminders come, who is told when it stays undone, and how far off it is in words."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.access.permissions import Role
from casework.clock import at_london, clock_words, deadline, is_working_day, london_date
from casework.duties.rules import (
    ESCALATED,
    LATE,
    TERMS,
    TOLD,
    DutyKind,
    DutyState,
    Reminder,
    escalated_to,
    is_late,
    move,
    reminders,
    when_words,
)
from casework.errors import Conflict

LIST_OUT = at_london(date(2026, 11, 30), time(9, 0))
RESEARCH_DUE = deadline(date(2026, 12, 7), time(17, 0))
KINDS = st.sampled_from(list(DutyKind))
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001


def days_and_times(found: list[Reminder]) -> list[tuple[str, date, str]]:
    return [(reminder.step, london_date(reminder.at), clock_words(reminder.at)) for reminder in found]


class TestReminders:
    def test_for_research_come_two_working_days_before_and_on_the_day_at_eight(self) -> None:
        assert days_and_times(reminders(DutyKind.RESEARCH_ANSWER, LIST_OUT, RESEARCH_DUE)) == [
            ("two_days", date(2026, 12, 3), "08:00"),
            ("on_the_day", date(2026, 12, 7), "08:00"),
            ("late", date(2026, 12, 8), "08:00"),
            ("escalated", date(2026, 12, 8), "08:00"),
        ]

    def test_step_over_christmas_and_the_partnership_s_own_days(self) -> None:
        due = deadline(date(2026, 12, 29), time(17, 0))
        first = reminders(DutyKind.RESEARCH_ANSWER, LIST_OUT, due, frozenset({date(2026, 12, 24)}))[0]
        assert london_date(first.at) == date(2026, 12, 22)

    def test_stay_at_eight_o_clock_when_the_clocks_change(self) -> None:
        due = deadline(date(2026, 10, 27), time(17, 0))
        found = reminders(DutyKind.RESEARCH_ANSWER, at_london(date(2026, 10, 19), time(9, 0)), due)
        assert [reminder.at.hour for reminder in found[:2]] == [7, 8]
        assert {time_of_day for _, _, time_of_day in days_and_times(found)} == {"08:00"}

    def test_that_would_come_before_the_duty_arose_are_left_out(self) -> None:
        late_addition = at_london(date(2026, 12, 4), time(15, 0))
        steps = [reminder.step for reminder in reminders(DutyKind.RESEARCH_ANSWER, late_addition, RESEARCH_DUE)]
        assert steps == ["on_the_day", "late", "escalated"]

    def test_on_the_day_are_left_out_when_it_is_due_before_eight(self) -> None:
        due = at_london(date(2026, 12, 5), time(7, 0))
        found = reminders(DutyKind.IDVA_CONTACT, due - timedelta(hours=48), due)
        assert "on_the_day" not in [reminder.step for reminder in found]

    def test_on_the_day_come_at_the_weekend_when_it_is_owed_within_hours(self) -> None:
        due = at_london(date(2026, 12, 5), time(15, 0))
        found = reminders(DutyKind.IDVA_CONTACT, due - timedelta(hours=48), due)
        assert ("on_the_day", date(2026, 12, 5), "08:00") in days_and_times(found)

    def test_confidentiality_is_chased_by_nobody_after_the_sitting(self) -> None:
        found = reminders(DutyKind.CONFIDENTIALITY, LIST_OUT, at_london(date(2026, 12, 9), time(9, 30)))
        assert [reminder.step for reminder in found] == ["two_days", "on_the_day"]
        assert escalated_to(DutyKind.CONFIDENTIALITY) is None

    @given(KINDS, MOMENTS, st.integers(0, 24 * 30))
    def test_never_come_too_early_or_twice_and_the_escalation_comes_last(
        self, kind: DutyKind, raised_at: datetime, hours: int
    ) -> None:
        due_at = raised_at + timedelta(hours=hours)
        found = reminders(kind, raised_at, due_at)
        steps = [reminder.step for reminder in found]
        assert len(set(steps)) == len(steps)
        assert [reminder.at for reminder in found] == sorted(reminder.at for reminder in found)
        for reminder in found:
            assert reminder.at >= raised_at
            if reminder.step in (LATE, ESCALATED):
                assert reminder.at > due_at
                assert is_working_day(london_date(reminder.at))
            else:
                assert reminder.at == raised_at if reminder.step == TOLD else raised_at < reminder.at < due_at
        if escalated_to(kind):
            assert steps[-1] == ESCALATED

    @given(KINDS, MOMENTS, st.integers(1, 400))
    def test_of_what_was_late_when_it_arose_do_not_lie_in_the_past(
        self, kind: DutyKind, raised_at: datetime, hours: int
    ) -> None:
        assert all(r.at >= raised_at for r in reminders(kind, raised_at, raised_at - timedelta(hours=hours)))


class TestTerms:
    @pytest.mark.parametrize("kind", list(DutyKind))
    def test_every_kind_has_words_and_goes_to_a_role_that_exists(self, kind: DutyKind) -> None:
        terms = TERMS[kind]
        assert terms.words
        assert terms.late_words
        assert terms.escalated_to is None or Role(terms.escalated_to)
        assert (terms.escalated_to is None) is (terms.escalated_after is None)

    def test_nobody_approves_their_own_lateness(self) -> None:
        assert escalated_to(DutyKind.MINUTES_DRAFT) == "chair"
        assert escalated_to(DutyKind.MINUTES_APPROVAL) == "coordinator"
        assert escalated_to(DutyKind.RESEARCH_ANSWER) == "coordinator"


class TestStates:
    def test_an_open_duty_ends_once(self) -> None:
        for to in (DutyState.MET, DutyState.WAIVED, DutyState.LAPSED):
            assert move("open", to) is to
        for state in (DutyState.WAIVED, DutyState.LAPSED):
            with pytest.raises(Conflict, match=state):
                move(state, DutyState.MET)

    def test_an_answer_taken_back_is_owed_again(self) -> None:
        assert move("met", DutyState.OPEN) is DutyState.OPEN

    def test_late_follows_from_the_time(self) -> None:
        assert not is_late("open", RESEARCH_DUE, RESEARCH_DUE)
        assert is_late("open", RESEARCH_DUE, RESEARCH_DUE + timedelta(seconds=1))
        assert not is_late("met", RESEARCH_DUE, RESEARCH_DUE + timedelta(days=9))


class TestWhenWords:
    @pytest.mark.parametrize(
        ("now", "words"),
        [
            (date(2026, 11, 27), "in 6 working days"),
            (date(2026, 12, 4), "in 1 working day"),
            (date(2026, 12, 7), "today"),
            (date(2026, 12, 8), "1 working day late"),
            (date(2026, 12, 14), "5 working days late"),
        ],
    )
    def test_count_working_days(self, now: date, words: str) -> None:
        assert when_words(RESEARCH_DUE, at_london(now, time(10, 0))) == words

    def test_say_late_on_the_day_itself(self) -> None:
        assert when_words(RESEARCH_DUE, RESEARCH_DUE + timedelta(minutes=1)) == "late"
