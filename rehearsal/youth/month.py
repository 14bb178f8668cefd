"""A month of youth support, hour by hour: who does what when, and in which hours nothing is delivered before something is taken back."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from casework.clock import at_london, is_working_day, london_date
from casework.work import Stores
from rehearsal.days import Hour
from rehearsal.partnership import World
from rehearsal.youth.contacts import Contacts
from rehearsal.youth.duties import Duties
from rehearsal.youth.files import Files
from rehearsal.youth.group import Group
from rehearsal.youth.measures import Measures
from rehearsal.youth.office import Office
from rehearsal.youth.people import YoungPerson, invent
from rehearsal.youth.telling import Telling

DAYS = 35
TICKS = (time(8, 1), time(12, 1), time(15, 31), time(17, 6))
"""London times of the clocks on a day without a MARAC: between asking and delivery there is time to take back what was agreed, and
what is asked for after the last is decided again the next morning."""
MEETING_ON_WORKING_DAY = 8


@dataclass(frozen=True, slots=True)
class Month:
    """Everybody's part of one month."""

    office: Office
    files: Files
    telling: Telling
    duties: Duties
    contacts: Contacts
    measures: Measures
    group: Group

    @classmethod
    def begin(cls, stores: Stores, world: World, *, start: date, seed: int, number_of_people: int) -> Month:
        """Invent the young people of a month from a London day on, and found the youth group. Same seed, same story."""
        days = [start + timedelta(days=number) for number in range(DAYS)]
        working = [day for day in days if is_working_day(day)]
        rng = random.Random(f"youth {seed}")
        office = Office(stores, world, rng, invent(rng, working, number_of_people))
        month = cls(
            office=office,
            files=Files(office),
            telling=Telling(office),
            duties=Duties(office),
            contacts=Contacts(office),
            measures=Measures(office),
            group=Group(office, working[MEETING_ON_WORKING_DAY]),
        )
        month.group.found(at_london(start, time(7, 0)))
        return month

    @property
    def people(self) -> Sequence[YoungPerson]:
        """The young people."""
        return self.office.people

    def hours(self) -> tuple[Hour, ...]:
        """Return the hours of a day: mornings for what has come, noon for files, afternoons for telling, one late evening."""
        return (
            Hour(time(9, 31), "what has come", self._morning),
            Hour(time(11, 30), "young people", self._noon),
            Hour(time(14, 31), "telling", self._afternoon),
            Hour(time(17, 41), "late", self.telling.evening, is_every_day=True),
        )

    def _morning(self, moment: datetime) -> None:
        self.group.hold(moment)
        self.telling.receive(moment)
        self.contacts.answer(moment)

    def _noon(self, moment: datetime) -> None:
        self.duties.meet(moment)
        self.files.work_on(moment + timedelta(minutes=2))
        self.group.prepare(moment + timedelta(minutes=10))

    def _afternoon(self, moment: datetime) -> None:
        self.measures.take(moment)
        self.contacts.open(moment)
        self.contacts.tell(moment + timedelta(minutes=2))
        self.telling.share(moment + timedelta(minutes=4))


def last_day(start: date) -> date:
    """Return the last London day of a month that begins on `start`."""
    return start + timedelta(days=DAYS - 1)


def is_over(start: date, moment: datetime) -> bool:
    """Say whether a moment lies after the month."""
    return london_date(moment) > last_day(start)
