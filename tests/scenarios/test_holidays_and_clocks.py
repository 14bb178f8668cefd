"""A sitting falls on a bank holiday and moves; clocks run in working days over clock changes, Easter and a leap day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from icalendar import Calendar

from casework.conferences import operations as conferences
from casework.conferences import queries as rounds
from casework.conferences.operations import NewMarac
from casework.conferences.queries import ConferenceRecord
from casework.partnerships import operations as partnerships
from tests.conftest import MailSink
from tests.scenarios.fortnight import Fortnight


def a_monday_marac(fortnight: Fortnight, **policy: str) -> dict[date, ConferenceRecord]:
    """A MARAC that sits every Monday, with its rounds by the day of the series."""
    partnership = fortnight.partnership
    if policy:
        with partnership.work() as work:
            partnerships.set_policy(work, settings=policy, from_date=date(2026, 11, 1))
    with partnership.acting("coordinator") as work:
        marac_id = conferences.add_marac(
            work,
            new=NewMarac(
                slug="mondays",
                name="Vale Mondays MARAC",
                frequency="week",
                starts_on=date(2026, 12, 7),
                sits_at_time=time(9, 30),
                venue="Civic Centre, Codsall",
                capacity=16,
            ),
        )
    with partnership.acting("coordinator") as work:
        conferences.plan_conferences(work, marac_id=marac_id)
    with partnership.acting(None) as work:
        return {one.planned_on: one for one in rounds.conferences(work, marac_id=marac_id)}


def at(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """An instant in UTC."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


class TestABankHoliday:
    @pytest.mark.parametrize(
        ("policy", "boxing_day", "easter_monday"),
        [
            ("next_working_day", date(2026, 12, 29), date(2027, 3, 30)),
            ("previous_working_day", date(2026, 12, 24), date(2027, 3, 25)),
            # A week later the series sits already, so the next free working day is taken.
            ("same_day_next_week", date(2026, 12, 29), date(2027, 3, 30)),
        ],
    )
    def test_moves_the_sitting_by_policy_and_says_why(
        self, fortnight: Fortnight, policy: str, boxing_day: date, easter_monday: date
    ) -> None:
        planned = a_monday_marac(fortnight, bank_holiday_policy=policy)
        moved = {day: one for day, one in planned.items() if one.moved_because}
        assert {day: one.sits_on for day, one in moved.items()} | {} == {
            date(2026, 12, 28): boxing_day,
            date(2027, 3, 29): easter_monday,
            date(2027, 5, 3): moved[date(2027, 5, 3)].sits_on,
        }
        assert "Boxing Day" in str(moved[date(2026, 12, 28)].moved_because)
        assert "Easter Monday" in str(moved[date(2027, 3, 29)].moved_because)

    def test_moves_every_clock_of_the_round_along(self, fortnight: Fortnight) -> None:
        moved = a_monday_marac(fortnight)[date(2026, 12, 28)]
        # Working days before Tuesday 29 December, Christmas Day and Boxing Day (observed on 28 December) left out.
        assert moved.research_due_at == at(2026, 12, 23, 17)
        assert moved.list_out_at == at(2026, 12, 16, 9)
        assert moved.cut_off_at == at(2026, 12, 15, 17)
        assert moved.actions_out_at == at(2026, 12, 30, 17)
        assert moved.minutes_out_at == at(2027, 1, 4, 17)

    def test_of_the_partnership_s_own_counts_like_any_other(self, fortnight: Fortnight) -> None:
        with fortnight.partnership.work() as work:
            partnerships.add_extra_holiday(work, on_date=date(2027, 1, 11), reason="Office closed for the move")
        planned = a_monday_marac(fortnight)
        assert planned[date(2027, 1, 11)].sits_on == date(2027, 1, 12)
        assert planned[date(2027, 1, 18)].sits_on == date(2027, 1, 18)
        assert planned[date(2027, 1, 18)].cut_off_at == at(2027, 1, 5, 17), (
            "eight working days, the closure not counted"
        )

    def test_takes_nobody_to_an_empty_room(self, fortnight: Fortnight, mail: MailSink) -> None:
        moved = a_monday_marac(fortnight)[date(2026, 12, 28)]
        fortnight.comes_to(date(2026, 12, 14))
        starts = {
            event.start
            for message in mail.messages
            for part in message.walk()
            if part.get_content_type() == "text/calendar"
            for event in Calendar.from_ical(part.get_payload(decode=True)).events
        }
        assert moved.sits_at in starts
        assert not [one for one in starts if one.date() == date(2026, 12, 28)]


class TestClocks:
    def test_keep_london_s_time_over_the_change_in_spring_with_easter_in_between(self, fortnight: Fortnight) -> None:
        fortnight.comes_to(date(2027, 1, 4))
        conference = fortnight.round_on(date(2027, 3, 31))
        assert conference.cut_off_at == at(2027, 3, 17, 17), "winter time"
        assert conference.list_out_at == at(2027, 3, 18, 9)
        assert conference.research_due_at == at(2027, 3, 25, 17), "Thursday before Good Friday"
        assert conference.sits_at == at(2027, 3, 31, 8, 30), "09:30 in summer time"
        assert conference.actions_out_at == at(2027, 4, 1, 16)

    def test_keep_london_s_time_over_the_change_in_autumn(self, fortnight: Fortnight) -> None:
        fortnight.comes_to(date(2027, 7, 1))
        conference = fortnight.round_on(date(2027, 11, 10))
        assert conference.cut_off_at == at(2027, 10, 29, 16), "17:00 in summer time"
        assert conference.list_out_at == at(2027, 11, 1, 9)
        assert conference.sits_at == at(2027, 11, 10, 9, 30)

    def test_let_a_referral_in_until_17_00_by_the_clock_on_the_wall(self, fortnight: Fortnight) -> None:
        fortnight.comes_to(date(2027, 7, 1))
        conference = fortnight.round_on(date(2027, 11, 10))
        fortnight.comes_to(date(2027, 10, 29), time(16, 59))
        assert fortnight.partnership.now == conference.cut_off_at - timedelta(minutes=1)
        in_time = fortnight.case_for(fortnight.couple(0))
        fortnight.comes_to(date(2027, 10, 29), time(17, 0))
        too_late = fortnight.case_for(fortnight.couple(1))
        assert [one.case.id for one in fortnight.listed(conference)] == [in_time]
        assert fortnight.rounds_of(too_late)[0][0] == date(2027, 11, 24)

    def test_count_a_leap_day_as_the_working_day_that_it_is(self, fortnight: Fortnight) -> None:
        fortnight.comes_to(date(2027, 12, 1))
        conference = fortnight.round_on(date(2028, 3, 1))
        assert date(2028, 2, 29).strftime("%A") == "Tuesday"
        assert conference.research_due_at == at(2028, 2, 28, 17)
        assert conference.list_out_at == at(2028, 2, 21, 9)
        assert conference.cut_off_at == at(2028, 2, 18, 17)

    def test_publish_close_and_issue_by_themselves(self, fortnight: Fortnight) -> None:
        fortnight.case_for()
        conference = fortnight.round()
        states = []
        for moment in (
            conference.list_out_at - timedelta(minutes=1),
            conference.list_out_at,
            conference.research_due_at - timedelta(minutes=1),
            conference.research_due_at,
        ):
            fortnight.partnership.now = moment
            fortnight.settle()
            states.append(fortnight.round().state)
        assert states == ["planned", "list_out", "list_out", "inputs_closed"]
