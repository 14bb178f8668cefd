"""London's days and deadlines hold across clock changes, leap days, bank holidays and year ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.clock import (
    LONDON,
    add_months,
    add_working_days,
    age_on,
    at_london,
    bank_holidays,
    clock_words,
    day_and_time_words,
    deadline,
    holiday_name,
    is_working_day,
    london_date,
    london_time,
    wednesday_9_december,
    whole_months_between,
    working_days_between,
)

DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2045, 12, 31))
TIMES = st.times()
CLOSED = st.frozensets(st.dates(min_value=date(2026, 1, 1), max_value=date(2027, 12, 31)), max_size=12)
NEAR_CLOSED = st.dates(min_value=date(2025, 12, 1), max_value=date(2028, 1, 31))
STEPS = st.integers(min_value=-60, max_value=60).filter(bool)


class TestLondonDate:
    def test_is_the_next_day_late_on_a_summer_evening_in_utc(self) -> None:
        assert london_date(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == date(2026, 7, 2)

    def test_is_the_same_day_late_on_a_winter_evening_in_utc(self) -> None:
        assert london_date(datetime(2026, 12, 1, 23, 30, tzinfo=UTC)) == date(2026, 12, 1)

    def test_refuses_an_instant_without_a_zone(self) -> None:
        with pytest.raises(ValueError, match="time zone"):
            london_date(datetime(2026, 7, 1, 23, 30))  # noqa: DTZ001 - the point of the test

    @given(DAYS, TIMES)
    def test_gives_back_the_day_and_time_that_the_clocks_showed(self, day: date, at: time) -> None:
        local = london_time(at_london(day, at))
        shown = local.replace(tzinfo=None)
        # Only in the hour that spring leaves out does the wall show another time: an hour later.
        assert shown - datetime.combine(day, at) in (timedelta(0), timedelta(hours=1))
        assert local.date() == day


class TestClockChanges:
    @pytest.mark.parametrize(
        ("day", "at", "first", "last"),
        [
            # An ordinary winter and summer morning.
            (date(2026, 1, 14), time(9, 30), (9, 30), (9, 30)),
            (date(2026, 7, 15), time(9, 30), (8, 30), (8, 30)),
            # 29 March 2026: 01:30 does not come; half past one after the last midnight is 02:30 summer time.
            (date(2026, 3, 29), time(0, 59), (0, 59), (0, 59)),
            (date(2026, 3, 29), time(1, 30), (1, 30), (1, 30)),
            (date(2026, 3, 29), time(2, 30), (1, 30), (1, 30)),
            # 25 October 2026: 01:30 comes twice.
            (date(2026, 10, 25), time(1, 30), (0, 30), (1, 30)),
            (date(2026, 10, 25), time(2, 0), (2, 0), (2, 0)),
        ],
    )
    def test_begin_at_the_first_and_are_late_after_the_last(
        self, day: date, at: time, first: tuple[int, int], last: tuple[int, int]
    ) -> None:
        assert at_london(day, at) == datetime(day.year, day.month, day.day, *first, tzinfo=UTC)
        assert deadline(day, at) == datetime(day.year, day.month, day.day, *last, tzinfo=UTC)

    @given(DAYS, TIMES)
    def test_never_make_a_deadline_earlier_than_its_beginning(self, day: date, at: time) -> None:
        assert at_london(day, at) <= deadline(day, at) <= at_london(day, at) + timedelta(hours=1)

    @given(DAYS, TIMES)
    def test_leave_every_deadline_on_its_day(self, day: date, at: time) -> None:
        assert london_date(deadline(day, at)) == day

    def test_keep_nine_thirty_at_nine_thirty_through_a_whole_series(self) -> None:
        days = [date(2026, 1, 7) + timedelta(days=14 * n) for n in range(26)]
        assert {clock_words(at_london(day, time(9, 30))) for day in days} == {"09:30"}
        assert {at_london(day, time(9, 30)).hour for day in days} == {8, 9}

    @given(DAYS, TIMES, TIMES)
    def test_never_turn_two_moments_round(self, day: date, one: time, other: time) -> None:
        earlier, later = sorted((one, other))
        # The hour that spring leaves out is laid over the one after it, so only whole-day order and waking hours are asked.
        if later.hour >= 3 or earlier.hour < 1:
            assert at_london(day, earlier) <= deadline(day, later)


class TestBankHolidays:
    @pytest.mark.parametrize(
        ("day", "name"),
        [
            (date(2026, 4, 3), "Good Friday"),
            (date(2026, 12, 25), "Christmas Day"),
            (date(2026, 12, 28), "Boxing Day (observed)"),
            (date(2021, 12, 27), "Christmas Day (observed)"),
            (date(2021, 12, 28), "Boxing Day (observed)"),
            (date(2022, 9, 19), "State Funeral of Queen Elizabeth II"),
        ],
    )
    def test_are_england_s_with_substitutes_and_single_days(self, day: date, name: str) -> None:
        assert bank_holidays(day.year)[day] == name
        assert not is_working_day(day)

    @pytest.mark.parametrize("day", [date(2026, 1, 2), date(2026, 3, 17), date(2026, 11, 30), date(2026, 8, 3)])
    def test_are_not_those_of_scotland_or_northern_ireland(self, day: date) -> None:
        assert is_working_day(day)

    def test_cannot_be_changed_by_who_reads_them(self) -> None:
        with pytest.raises(TypeError):
            bank_holidays(2026)[date(2026, 6, 1)] = "mine"  # type: ignore[index]

    def test_are_joined_by_the_partnership_s_own_days(self) -> None:
        proclaimed = frozenset({date(2026, 6, 15)})
        assert is_working_day(date(2026, 6, 15))
        assert not is_working_day(date(2026, 6, 15), proclaimed)
        assert holiday_name(date(2026, 6, 15), proclaimed) == "local holiday"
        assert holiday_name(date(2026, 6, 16), proclaimed) is None


class TestWorkingDays:
    @pytest.mark.parametrize(
        ("start", "days", "end"),
        [
            (date(2026, 11, 27), 1, date(2026, 11, 30)),  # Friday to Monday
            (date(2026, 11, 28), 1, date(2026, 11, 30)),  # Saturday to Monday
            (date(2026, 12, 9), -8, date(2026, 11, 27)),  # the cut-off of the story
            (date(2026, 12, 24), 1, date(2026, 12, 29)),  # over Christmas, a weekend and a substitute day
            (date(2026, 12, 31), 1, date(2027, 1, 4)),  # over the year end
            (date(2027, 1, 4), -1, date(2026, 12, 31)),
            (date(2026, 4, 2), 1, date(2026, 4, 7)),  # over Easter
            (date(2028, 2, 28), 1, date(2028, 2, 29)),  # a leap day is a working day
            (date(2026, 12, 5), 0, date(2026, 12, 7)),
            (date(2026, 12, 7), 0, date(2026, 12, 7)),
        ],
    )
    def test_skip_weekends_and_bank_holidays_both_ways(self, start: date, days: int, end: date) -> None:
        assert add_working_days(start, days) == end

    def test_skip_the_partnership_s_own_days(self) -> None:
        assert add_working_days(date(2026, 6, 12), 1) == date(2026, 6, 15)
        assert add_working_days(date(2026, 6, 12), 1, frozenset({date(2026, 6, 15)})) == date(2026, 6, 16)

    @given(NEAR_CLOSED, STEPS, CLOSED)
    def test_are_counted_back_to_the_same_number(self, day: date, days: int, closed: frozenset[date]) -> None:
        reached = add_working_days(day, days, closed)
        assert is_working_day(reached, closed)
        assert working_days_between(day, reached, closed) == days

    @given(NEAR_CLOSED, STEPS, CLOSED)
    def test_lead_back_to_the_working_day_they_began_on(self, day: date, days: int, closed: frozenset[date]) -> None:
        start = add_working_days(day, 0, closed)
        assert add_working_days(add_working_days(start, days, closed), -days, closed) == start

    @given(NEAR_CLOSED, st.integers(1, 40), CLOSED)
    def test_come_in_order_one_after_another(self, day: date, days: int, closed: frozenset[date]) -> None:
        assert add_working_days(day, days, closed) < add_working_days(day, days + 1, closed)
        assert add_working_days(add_working_days(day, days, closed), 1, closed) == add_working_days(
            day, days + 1, closed
        )

    @given(NEAR_CLOSED, NEAR_CLOSED, CLOSED)
    def test_are_as_many_as_the_calendar_shows(self, one: date, other: date, closed: frozenset[date]) -> None:
        start, end = sorted((one, other))
        by_hand = 0
        day = start
        while day < end:
            day += timedelta(days=1)
            by_hand += day.weekday() < 5 and day not in closed and day not in bank_holidays(day.year)
        assert working_days_between(start, end, closed) == by_hand


class TestMonths:
    @pytest.mark.parametrize(
        ("day", "months", "result"),
        [
            (date(2026, 1, 10), 12, date(2027, 1, 10)),
            (date(2024, 2, 29), 12, date(2025, 2, 28)),
            (date(2024, 2, 29), 48, date(2028, 2, 29)),
            (date(2023, 2, 28), 12, date(2024, 2, 28)),
            (date(2026, 8, 31), 6, date(2027, 2, 28)),
            (date(2026, 12, 31), 1, date(2027, 1, 31)),
            (date(2026, 1, 31), -2, date(2025, 11, 30)),
        ],
    )
    def test_keep_the_day_or_take_the_last_one(self, day: date, months: int, result: date) -> None:
        assert add_months(day, months) == result

    @given(DAYS, st.integers(0, 36))
    def test_are_counted_whole(self, day: date, months: int) -> None:
        assert whole_months_between(day, add_months(day, months)) == months
        if months:
            assert whole_months_between(day, add_months(day, months) - timedelta(days=1)) == months - 1

    def test_do_not_count_backwards(self) -> None:
        assert whole_months_between(date(2026, 5, 1), date(2026, 1, 1)) == 0


class TestAge:
    @pytest.mark.parametrize(
        ("born", "on", "age"),
        [
            (date(2010, 12, 9), date(2026, 12, 8), 15),
            (date(2010, 12, 9), date(2026, 12, 9), 16),
            (date(2008, 2, 29), date(2025, 2, 28), 16),
            (date(2008, 2, 29), date(2025, 3, 1), 17),
            (date(2026, 12, 9), date(2026, 12, 9), 0),
        ],
    )
    def test_is_reached_at_the_start_of_the_birthday(self, born: date, on: date, age: int) -> None:
        assert age_on(born, on) == age

    def test_is_not_known_before_birth(self) -> None:
        with pytest.raises(ValueError, match="born after"):
            age_on(date(2027, 1, 1), date(2026, 1, 1))


class TestWords:
    def test_are_those_people_say(self) -> None:
        assert wednesday_9_december(date(2026, 12, 9)) == "Wednesday 9 December"
        assert wednesday_9_december(date(2028, 2, 29), with_year=True) == "Tuesday 29 February 2028"

    def test_give_london_s_time(self) -> None:
        assert day_and_time_words(datetime(2026, 7, 1, 8, 30, tzinfo=UTC)) == "Wednesday 1 July, 09:30"
        assert london_time(datetime(2026, 7, 1, 8, 30, tzinfo=UTC)).tzinfo is LONDON
