"""Sittings, clocks, the list, the agenda and the hearing, as a co-ordinator and a chair know them."""

from __future__ import annotations

import itertools
from dataclasses import astuple, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.clock import add_months, at_london, bank_holidays, is_working_day, london_date, london_time
from casework.conferences.rules import (
    LISTING_TRANSITIONS,
    ROUND_TRANSITIONS,
    Frequency,
    HearingFacts,
    ListedCase,
    ListingState,
    RiskTo,
    RoundState,
    Series,
    agenda_order,
    clocks,
    may_join,
    move_listing,
    move_round,
    sittings,
    what_is_missing,
    who_moves,
    why_it_stays,
)
from casework.errors import Conflict, Invalid
from casework.programmes.marac.rules import DEFAULTS, BankHolidayPolicy, Policy

FORTNIGHTLY = Series(Frequency.FORTNIGHT, date(2026, 11, 25), time(9, 30), "Codsall")
SERIES = st.builds(
    Series,
    st.sampled_from(list(Frequency)),
    st.dates(date(2025, 1, 1), date(2027, 12, 31)).filter(lambda day: day.weekday() < 5),
    st.just(time(9, 30)),
)
POLICIES = st.sampled_from([Policy(bank_holiday_policy=policy) for policy in BankHolidayPolicy])
CLOSED = st.frozensets(st.dates(date(2026, 1, 1), date(2028, 12, 31)), max_size=20)


def by(policy: BankHolidayPolicy) -> Policy:
    return Policy(bank_holiday_policy=policy)


class TestSittings:
    def test_every_fortnight_on_wednesday_at_half_past_nine_makes_six_months(self) -> None:
        found = sittings(FORTNIGHTLY, date(2026, 11, 25), DEFAULTS)
        assert [s.sits_on for s in found] == [date(2026, 11, 25) + timedelta(days=14 * n) for n in range(13)]
        assert {(london_time(s.sits_at).hour, london_time(s.sits_at).minute) for s in found} == {(9, 30)}
        assert {s.sits_at.hour for s in found} == {8, 9}  # summer time begins on the way
        assert {s.moved_because for s in found} == {None}

    def test_keep_their_fortnights_when_asked_from_a_day_in_between(self) -> None:
        found = sittings(FORTNIGHTLY, date(2026, 12, 1), DEFAULTS, months=1)
        assert [s.sits_on for s in found] == [date(2026, 12, 9), date(2026, 12, 23)]

    def test_begin_with_the_series(self) -> None:
        assert sittings(FORTNIGHTLY, date(2026, 1, 1), DEFAULTS)[0:1] == []
        assert sittings(FORTNIGHTLY, date(2026, 11, 1), DEFAULTS)[0].sits_on == date(2026, 11, 25)

    @pytest.mark.parametrize(
        ("policy", "moved_to"),
        [
            (BankHolidayPolicy.NEXT_WORKING_DAY, date(2026, 12, 29)),
            (BankHolidayPolicy.PREVIOUS_WORKING_DAY, date(2026, 12, 24)),
            # A week after Christmas Day is New Year's Day, so the next free working day is taken.
            (BankHolidayPolicy.SAME_DAY_NEXT_WEEK, date(2026, 12, 29)),
        ],
    )
    def test_move_off_christmas_by_the_policy(self, policy: BankHolidayPolicy, moved_to: date) -> None:
        fridays = Series(Frequency.FORTNIGHT, date(2026, 12, 11), time(9, 30))
        moved = sittings(fridays, date(2026, 12, 20), by(policy), months=1)[0]
        assert (moved.planned_on, moved.sits_on) == (date(2026, 12, 25), moved_to)
        assert moved.moved_because == "Christmas Day"

    def test_move_to_the_same_day_next_week_when_that_is_free(self) -> None:
        mondays = Series(Frequency.FOUR_WEEKS, date(2026, 4, 6), time(14, 0))
        moved = sittings(mondays, date(2026, 4, 6), by(BankHolidayPolicy.SAME_DAY_NEXT_WEEK))[0]
        assert (moved.sits_on, moved.moved_because) == (date(2026, 4, 13), "Easter Monday")
        assert moved.sits_at == datetime(2026, 4, 13, 13, 0, tzinfo=UTC)

    def test_a_weekly_sitting_is_not_put_onto_the_next_one(self) -> None:
        mondays = Series(Frequency.WEEK, date(2026, 4, 6), time(14, 0))
        found = sittings(mondays, date(2026, 4, 6), by(BankHolidayPolicy.SAME_DAY_NEXT_WEEK))
        assert [s.sits_on for s in found[:2]] == [date(2026, 4, 7), date(2026, 4, 13)]

    @pytest.mark.parametrize(
        ("policy", "days"),
        [
            (BankHolidayPolicy.NEXT_WORKING_DAY, [date(2026, 6, 9), date(2026, 6, 10)]),
            (BankHolidayPolicy.PREVIOUS_WORKING_DAY, [date(2026, 5, 29), date(2026, 5, 28)]),
        ],
    )
    def test_two_moved_off_one_long_closure_get_a_day_each(self, policy: BankHolidayPolicy, days: list[date]) -> None:
        mondays = Series(Frequency.WEEK, date(2026, 6, 1), time(14, 0))
        closed = frozenset(date(2026, 6, day) for day in range(1, 9))
        found = sittings(mondays, date(2026, 6, 1), by(policy), closed)
        assert [s.sits_on for s in found[:2]] == days

    def test_move_off_a_day_that_the_partnership_added(self) -> None:
        found = sittings(FORTNIGHTLY, date(2026, 11, 25), DEFAULTS, frozenset({date(2026, 12, 9)}))
        assert (found[1].planned_on, found[1].sits_on) == (date(2026, 12, 9), date(2026, 12, 10))
        assert found[1].moved_because == "local holiday"

    @pytest.mark.parametrize(
        ("first", "days"),
        [
            # The second Wednesday.
            (date(2026, 1, 14), [date(2026, 1, 14), date(2026, 2, 11), date(2026, 3, 11), date(2026, 4, 8)]),
            # A fifth Friday means the last one.
            (date(2026, 1, 30), [date(2026, 1, 30), date(2026, 2, 27), date(2026, 3, 27), date(2026, 4, 24)]),
            (date(2026, 1, 29), [date(2026, 1, 29), date(2026, 2, 26), date(2026, 3, 26), date(2026, 4, 30)]),
        ],
    )
    def test_monthly_means_the_same_weekday_of_the_month(self, first: date, days: list[date]) -> None:
        found = sittings(Series(Frequency.MONTH, first, time(9, 30)), first, DEFAULTS, months=4)
        assert [s.planned_on for s in found][:4] == days

    def test_a_series_at_the_weekend_is_refused_by_field(self) -> None:
        with pytest.raises(Invalid) as refused:
            Series(Frequency.WEEK, date(2026, 12, 12), time(9, 30))
        assert refused.value.errors[0].field == "starts_on"

    @given(SERIES, st.dates(date(2026, 1, 1), date(2028, 1, 1)), POLICIES, CLOSED)
    def test_never_fall_on_a_holiday_or_share_a_day_and_say_why_they_moved(
        self, series: Series, start: date, policy: Policy, closed: frozenset[date]
    ) -> None:
        found = sittings(series, start, policy, closed)
        assert all(is_working_day(s.sits_on, closed) for s in found)
        assert len({s.sits_on for s in found}) == len(found)
        for s in found:
            assert max(start, series.starts_on) <= s.planned_on < add_months(start, 6)
            assert london_date(s.sits_at) == s.sits_on
            is_off = s.planned_on in closed or s.planned_on in bank_holidays(s.planned_on.year)
            assert (s.moved_because is not None) is is_off is (s.sits_on != s.planned_on)


class TestClocks:
    def test_of_the_story_s_sitting(self) -> None:
        found = clocks(at_london(date(2026, 12, 9), time(9, 30)), DEFAULTS, next_sits_on=date(2026, 12, 23))
        assert [f"{london_time(at):%d %b %H:%M}" for at in astuple(found)] == [
            "27 Nov 17:00",  # cut-off
            "30 Nov 09:00",  # list out
            "07 Dec 17:00",  # research
            "09 Dec 09:30",
            "10 Dec 10:00",  # minutes drafted
            "10 Dec 16:00",  # minutes approved
            "10 Dec 17:00",  # actions out
            "14 Dec 17:00",  # minutes out
            "22 Dec 17:00",  # action reports, before the next sitting
        ]

    def test_step_over_christmas_and_new_year(self) -> None:
        found = clocks(at_london(date(2027, 1, 6), time(9, 30)), DEFAULTS)
        assert london_date(found.cut_off_at) == date(2026, 12, 22)
        assert london_date(found.research_due_at) == date(2027, 1, 4)
        assert found.action_reports_due_at is None

    def test_keep_five_o_clock_at_five_o_clock_when_the_clocks_change_in_between(self) -> None:
        # 31 March 2027 is summer time; its cut-off lies before the change of 28 March, and before Easter.
        found = clocks(at_london(date(2027, 3, 31), time(9, 30)), DEFAULTS)
        assert found.sits_at == datetime(2027, 3, 31, 8, 30, tzinfo=UTC)
        assert found.cut_off_at == datetime(2027, 3, 17, 17, 0, tzinfo=UTC)
        assert found.minutes_out_at == datetime(2027, 4, 5, 16, 0, tzinfo=UTC)

    def test_count_a_leap_day(self) -> None:
        found = clocks(at_london(date(2028, 3, 1), time(9, 30)), DEFAULTS)
        assert london_date(found.research_due_at) == date(2028, 2, 28)

    @given(st.dates(date(2026, 1, 1), date(2030, 12, 31)).filter(is_working_day), CLOSED)
    def test_always_follow_one_another_on_working_days(self, sits_on: date, closed: frozenset[date]) -> None:
        found = clocks(at_london(sits_on, time(9, 30)), DEFAULTS, closed)
        order = astuple(found)[:-1]
        assert list(order) == sorted(order)
        assert found.cut_off_at < found.list_out_at < found.research_due_at < found.sits_at
        assert all(is_working_day(london_date(at), closed) for at in order if at != found.sits_at)
        assert all(
            (london_time(at).hour, london_time(at).minute) in {(17, 0), (9, 0), (9, 30), (10, 0), (16, 0)}
            for at in order
        )


class TestStates:
    def test_a_round_goes_its_way_and_no_other(self) -> None:
        way = list(RoundState)
        extra = {
            (RoundState.LIST_OUT, RoundState.SITTING),
            (RoundState.APPROVED, RoundState.MINUTES_DRAFT),
            (RoundState.ISSUED, RoundState.MINUTES_DRAFT),  # what is out is corrected by a further version
        }
        for state in RoundState:
            for to in RoundState:
                allowed = (state, to) in {*itertools.pairwise(way), *extra}
                assert (to in ROUND_TRANSITIONS[state]) is allowed
                if allowed:
                    assert move_round(state, to) is to
                else:
                    with pytest.raises(Conflict):
                        move_round(state, to)

    def test_a_listed_case_leaves_the_list_once(self) -> None:
        assert LISTING_TRANSITIONS[ListingState.LISTED] == set(ListingState) - {ListingState.LISTED}
        for state in set(ListingState) - {ListingState.LISTED}:
            with pytest.raises(Conflict, match=state):
                move_listing(state, ListingState.HEARD)
        assert move_listing("listed", ListingState.DEFERRED) is ListingState.DEFERRED


class TestMayJoin:
    CUT_OFF = datetime(2026, 11, 27, 17, 0, tzinfo=UTC)

    def test_before_the_cut_off_anybody_s_case_joins(self) -> None:
        answer = may_join("planned", self.CUT_OFF - timedelta(seconds=1), self.CUT_OFF, chairs_word=False)
        assert answer.allowed
        assert not answer.is_late

    @pytest.mark.parametrize("state", ["planned", "list_out", "inputs_closed", "sitting"])
    def test_from_the_cut_off_on_only_by_the_chair(self, state: str) -> None:
        without = may_join(state, self.CUT_OFF, self.CUT_OFF, chairs_word=False)
        assert (without.allowed, without.is_late) == (False, True)
        assert "Friday 27 November, 17:00" in without.reason
        with_it = may_join(state, self.CUT_OFF, self.CUT_OFF, chairs_word=True)
        assert (with_it.allowed, with_it.is_late) == (True, True)

    def test_once_the_list_is_out_early_is_late(self) -> None:
        early = self.CUT_OFF - timedelta(days=3)
        assert not may_join("list_out", early, self.CUT_OFF, chairs_word=False).allowed

    @pytest.mark.parametrize("state", ["minutes_draft", "approved", "issued", "frozen"])
    def test_after_the_sitting_not_even_by_the_chair(self, state: str) -> None:
        assert not may_join(state, self.CUT_OFF, self.CUT_OFF, chairs_word=True).allowed


def listed(name: str, day: int = 1, score: int = 15, **facts: object) -> ListedCase:
    return ListedCase(name, datetime(2026, 12, day, 10, tzinfo=UTC), score, **facts)  # type: ignore[arg-type]


CASES = st.lists(
    st.builds(
        listed,
        st.uuids().map(str),
        st.integers(1, 20),
        st.integers(0, 24),
        is_repeat=st.booleans(),
        has_children=st.booleans(),
        is_imminent=st.booleans(),
        times_moved=st.integers(0, 2),
        by_chairs_word=st.booleans(),
    ),
    max_size=25,
    unique_by=lambda case: case.id,
)


class TestWhoMoves:
    def test_nobody_when_there_is_room(self) -> None:
        answer = who_moves([listed("a"), listed("b")], 2)
        assert (answer.moving, answer.staying, answer.over_by) == ((), ("a", "b"), 0)

    def test_the_newest_moves_and_of_one_day_the_least_at_risk(self) -> None:
        cases = [listed("old", 1, 5), listed("new high", 4, 20), listed("new low", 4, 14), listed("middle", 2, 3)]
        assert [move.id for move in who_moves(cases, 3).moving] == ["new low"]
        assert [move.id for move in who_moves(cases, 2).moving] == ["new low", "new high"]
        assert [move.id for move in who_moves(cases, 1).moving] == ["new low", "new high", "middle"]

    @pytest.mark.parametrize(
        "facts",
        [
            {"is_repeat": True},
            {"has_children": True},
            {"is_imminent": True},
            {"times_moved": 1},
            {"by_chairs_word": True},
        ],
    )
    def test_repeats_children_imminent_risk_and_the_once_moved_stay(self, facts: dict[str, object]) -> None:
        newest = listed("newest", 20, 1, **facts)
        assert [move.id for move in who_moves([newest, listed("older")], 1).moving] == ["older"]
        assert why_it_stays(newest)
        assert why_it_stays(listed("older")) is None

    def test_too_many_that_must_stay_are_counted_not_moved(self) -> None:
        cases = [listed(name, has_children=True) for name in "abcd"]
        answer = who_moves(cases, 2)
        assert (answer.moving, answer.over_by) == ((), 2)

    def test_the_reason_is_in_words(self) -> None:
        reason = who_moves([listed("a"), listed("b", 2)], 1).moving[0].reason
        assert "2 cases are listed and there is room for 1" in reason
        assert "15 of 24" in reason

    @given(CASES, st.integers(0, 20), st.randoms())
    def test_nobody_is_lost_or_doubled_and_the_order_of_listing_changes_nothing(
        self, cases: list[ListedCase], capacity: int, chance: Random
    ) -> None:
        answer = who_moves(cases, capacity)
        moving = [move.id for move in answer.moving]
        assert sorted([*moving, *answer.staying]) == sorted(case.id for case in cases)
        assert len(answer.staying) - answer.over_by <= capacity
        assert len(answer.staying) >= min(len(cases), capacity)
        shuffled = chance.sample(cases, len(cases))
        assert [move.id for move in who_moves(shuffled, capacity).moving] == moving
        stays = {case.id for case in cases if why_it_stays(case)}
        assert not stays & set(moving)
        if answer.over_by:
            assert set(answer.staying) == stays

    @given(CASES, st.integers(1, 20))
    def test_who_has_moved_once_does_not_move_again(self, cases: list[ListedCase], capacity: int) -> None:
        moved = {move.id for move in who_moves(cases, capacity).moving}
        next_time = [replace(case, times_moved=case.times_moved + 1) for case in cases if case.id in moved]
        assert who_moves(next_time, 0).moving == ()


class TestAgendaOrder:
    def test_children_first_then_the_put_off_then_the_oldest(self) -> None:
        cases = [
            listed("adult new", 5),
            listed("adult old", 1),
            listed("adult put off", 6, times_moved=1),
            listed("child new", 7, has_children=True),
            listed("child old", 2, has_children=True),
        ]
        assert [case.id for case in agenda_order(cases)] == [
            "child old",
            "child new",
            "adult put off",
            "adult old",
            "adult new",
        ]

    @given(CASES)
    def test_keeps_every_case_and_no_adult_before_a_child(self, cases: list[ListedCase]) -> None:
        order = agenda_order(cases)
        assert sorted(case.id for case in order) == sorted(case.id for case in cases)
        assert [case.has_children for case in order] == sorted((case.has_children for case in cases), reverse=True)


class TestWhatIsMissing:
    DONE = HearingFacts(
        risks={RiskTo.VICTIM: "He has her new address."}, actions=1, teller="IDVA", tell_how="Phone, 10:00"
    )

    def test_a_whole_hearing_lacks_nothing(self) -> None:
        assert what_is_missing(self.DONE) == []

    def test_an_empty_one_lacks_risks_actions_and_who_tells_the_victim(self) -> None:
        assert [error.field for error in what_is_missing(HearingFacts())] == ["risks", "actions", "teller"]

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"risks": {}}, "risks"),
            ({"risks": {RiskTo.VICTIM: "  "}}, "risks"),
            ({"actions": 0}, "actions"),
            ({"actions": 0, "no_action_because": " "}, "actions"),
            ({"teller": None}, "teller"),
            ({"teller": None, "nobody_tells_because": ""}, "teller"),
            ({"tell_how": None}, "tell_how"),
        ],
    )
    def test_each_part_is_asked_for_by_name(self, change: dict[str, object], field: str) -> None:
        assert [error.field for error in what_is_missing(replace(self.DONE, **change))] == [field]  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        "change",
        [
            {"actions": 0, "no_action_because": "All is in place already."},
            {"teller": None, "tell_how": None, "nobody_tells_because": "He reads her post and her phone."},
            {"risks": {RiskTo.CHILDREN: "Contact on Saturday."}},
        ],
    )
    def test_none_with_a_reason_is_an_answer(self, change: dict[str, object]) -> None:
        assert what_is_missing(replace(self.DONE, **change)) == []  # type: ignore[arg-type]
