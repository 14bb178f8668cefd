"""A working day of the partnership, hour by hour. What the clocks do is the driver's: here only says when people do what."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
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


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of somebody's work, at a London time: what it is, and so many minutes later the clocks go on (None: not by it)."""

    at: time
    what: str
    act: Callable[[datetime], None]
    tick_after: int | None = None
    is_every_day: bool = False


def run_day(
    day: date,
    practitioners: Practitioners | None,
    tick: Tick,
    pace: Pace = CLOSELY,
    *,
    also: Sequence[Hour] = (),
    until: datetime | None = None,
) -> Iterator[Moment]:
    """Work one London day, in order; yields each moment after it has happened. At weekends only the clocks go on.

    `also` are the hours of others beside the practitioners of the MARACs. Nothing happens after `until` (UTC), so that a day may
    be broken off in the middle.
    """
    hours = [Hour(at, "tick", tick, is_every_day=True) for at in pace.ticks]
    if practitioners is not None:
        after = 1 if pace.clocks_after_work else None
        hours += [Hour(at, what, _work(what, practitioners, pace), after) for at, what in pace.hours]
    hours += also
    for hour in sorted(hours, key=lambda one: (one.at, one.what)):
        moment = at_london(day, hour.at)
        if until is not None and moment > until:
            return
        if hour.is_every_day or is_working_day(day):
            hour.act(moment)
            if hour.tick_after is not None:
                tick(moment + timedelta(minutes=hour.tick_after))
            yield Moment(moment, hour.what)


def _work(what: str, people: Practitioners, pace: Pace) -> Callable[[datetime], None]:
    return lambda moment: _do(what, moment, people, pace)


def _do(what: str, moment: datetime, people: Practitioners, pace: Pace) -> None:
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
