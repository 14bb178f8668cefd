"""A working day of the partnership, hour by hour. What the clocks do is the driver's: here only says when people do what."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from casework.clock import at_london, is_working_day, london_date
from casework.conferences import queries as rounds
from casework.conferences.rules import RoundState
from rehearsal.practitioners import Practitioners

TICKS = (time(6, 5), time(8, 1), time(9, 1), time(12, 1), time(17, 1))
"""London times at which the schedule is run on every simulated day, just after its own clocks."""

Tick = Callable[[datetime], None]


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happens at a simulated instant (UTC): a tick of the clocks, or an hour of people's work."""

    at: datetime
    what: str


HOURS = (
    (time(9, 20), "sit"),
    (time(10, 0), "refer"),
    (time(11, 0), "triage"),
    (time(14, 0), "answer"),
    (time(15, 30), "report"),
    (time(16, 0), "triage"),
)


@dataclass(frozen=True, slots=True)
class Pace:
    """How closely days are followed, and which share of what is open people get done in a day."""

    ticks: tuple[time, ...] = TICKS
    hours: tuple[tuple[time, str], ...] = HOURS
    answers_a_day: float = 0.35
    reports_a_day: float = 0.25
    clocks_after_work: bool = True
    reports_on: frozenset[int] = frozenset(range(5))


CLOSELY = Pace()


def run_day(
    day: date, practitioners: Practitioners, tick: Tick, pace: Pace = CLOSELY, *, until: datetime | None = None
) -> Iterator[Moment]:
    """Work one London day, in order; yields each moment after it has happened. At weekends only the clocks go on.

    Nothing happens after `until` (UTC), so that a day may be broken off in the middle.
    """
    hours: list[tuple[time, str]] = [(at, "tick") for at in pace.ticks]
    if is_working_day(day):
        hours += pace.hours
    for at, what in sorted(hours):
        moment = at_london(day, at)
        if until is not None and moment > until:
            return
        if what == "tick":
            tick(moment)
        else:
            _work(what, moment, practitioners, pace)
            if pace.clocks_after_work:
                tick(moment + timedelta(minutes=1))
        yield Moment(moment, what)


def _work(what: str, moment: datetime, people: Practitioners, pace: Pace) -> None:
    if what == "sit":
        for conference_id in _sittings_on(london_date(moment), people, moment):
            people.sit(conference_id, moment + timedelta(minutes=10))
    elif what == "refer":
        people.correct(moment)
        people.refer(moment)
    elif what == "triage":
        people.triage(moment)
        people.first_contacts(moment)
    elif what == "answer":
        people.declare_conflict(moment)
        people.accept_confidentiality(moment)
        people.research(moment, share_today=pace.answers_a_day)
        people.approve(moment)
    elif what == "report" and london_date(moment).weekday() in pace.reports_on:
        people.report(moment, share_today=pace.reports_a_day)


def _sittings_on(day: date, people: Practitioners, moment: datetime) -> list[uuid.UUID]:
    with people.world.work(people.stores, "coordinator", moment) as work:
        due = rounds.conferences(work, states=[RoundState.LIST_OUT, RoundState.INPUTS_CLOSED])
    return [conference.id for conference in due if conference.sits_on == day]
