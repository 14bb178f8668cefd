"""London days and times, working days and bank holidays of England. Pure: the moment is always given, never read here.

Instants are aware datetimes in UTC; a `date` is a London day; a `time` is what London's clocks show.
"""

from __future__ import annotations

import calendar
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

import holidays

LONDON = ZoneInfo("Europe/London")

_NO_DAYS: frozenset[date] = frozenset()
# Fixed English, because strftime follows the machine's locale.
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def london_time(instant: datetime) -> datetime:
    """Return `instant` as London's clocks show it. Raises ValueError when it carries no zone."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(LONDON)


def london_date(instant: datetime) -> date:
    """Return the London day on which `instant` falls. Raises ValueError when it carries no zone."""
    return london_time(instant).date()


def at_london(day: date, at: time) -> datetime:
    """Return the UTC instant at which London's clocks first show `at` on `day`.

    In autumn 01:00 to 02:00 comes twice: the first is taken. In spring it does not come at all: the instant keeps its
    distance from midnight, so 01:30 becomes 02:30 summer time, and nothing happens before its time.
    """
    return datetime.combine(day, at.replace(tzinfo=None), tzinfo=LONDON).replace(fold=0).astimezone(UTC)


def deadline(day: date, at: time) -> datetime:
    """Return the UTC instant at which something due on `day` at `at`, London time, is late.

    As `at_london`, but when the clocks show the time twice the second is taken: nobody is late while a clock
    on the wall has yet to reach the promised time.
    """
    local = datetime.combine(day, at.replace(tzinfo=None), tzinfo=LONDON)
    # In the gap of spring the two readings differ as well, but there the second lies before the first.
    return max(local.replace(fold=0).astimezone(UTC), local.replace(fold=1).astimezone(UTC))


@lru_cache(maxsize=64)
def bank_holidays(year: int) -> Mapping[date, str]:
    """Return the bank holidays of England in `year` with their names, substitute days included.

    A holiday that falls on a weekend is listed on its own day as well as on its substitute; for working days that makes
    no difference. Days proclaimed late are the partnership's own list and are passed to the functions below.
    """
    return MappingProxyType(dict(sorted(holidays.country_holidays("GB", subdiv="ENG", years=year).items())))


def holiday_name(day: date, extra_holidays: Collection[date] = _NO_DAYS) -> str | None:
    """Return why `day` is a holiday ("Boxing Day", "local holiday"), or None. Weekends are not holidays."""
    name = bank_holidays(day.year).get(day)
    return name or ("local holiday" if day in extra_holidays else None)


def is_working_day(day: date, extra_holidays: Collection[date] = _NO_DAYS) -> bool:
    """Say whether `day` is Monday to Friday, no bank holiday of England and not among `extra_holidays`."""
    return day.weekday() < 5 and day not in bank_holidays(day.year) and day not in extra_holidays


def add_working_days(day: date, days: int, extra_holidays: Collection[date] = _NO_DAYS) -> date:
    """Return the working day that is `days` working days after `day` (before it, when negative).

    `day` itself is never counted: one working day after a Friday, Saturday or Sunday is the Monday. Nought means `day`
    if it is a working day, otherwise the next one.
    """
    if days == 0:
        while not is_working_day(day, extra_holidays):
            day += timedelta(days=1)
        return day
    step = timedelta(days=1 if days > 0 else -1)
    left = abs(days)
    while left:
        day += step
        left -= is_working_day(day, extra_holidays)
    return day


def working_days_between(start: date, end: date, extra_holidays: Collection[date] = _NO_DAYS) -> int:
    """Count the working days after `start` up to and including `end`; negative when `end` is earlier.

    It undoes `add_working_days`: working_days_between(d, add_working_days(d, n)) is n, for every n but nought.
    """
    if end < start:
        span = (start - timedelta(days=n) for n in range(1, (start - end).days + 1))
        return -sum(is_working_day(day, extra_holidays) for day in span)
    return sum(is_working_day(start + timedelta(days=n), extra_holidays) for n in range(1, (end - start).days + 1))


def add_months(day: date, months: int) -> date:
    """Return the same day of the month `months` later; the last day of the month when there is no such day.

    Twelve months from 29 February is 28 February, except into a leap year.
    """
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(years, month + 1)[1]
    return date(years, month + 1, min(day.day, last))


def whole_months_between(start: date, end: date) -> int:
    """Count the whole months from `start` to a later `end`, for words like "7 months ago"; 0 when `end` is earlier."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if add_months(start, months) > end:
        months -= 1
    return max(months, 0)


def age_on(born: date, on: date) -> int:
    """Return the age in whole years on the London day `on`.

    A year is attained at the start of the birthday (Family Law Reform Act 1969, section 9); who was born on 29 February
    attains it on 1 March of other years. Raises ValueError for a birth after `on`.
    """
    if born > on:
        raise ValueError("born after the day asked about")
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def wednesday_9_december(day: date, *, with_year: bool = False) -> str:
    """Return the day in words as people say it: "Wednesday 9 December", with the year when asked for."""
    words = f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"
    return f"{words} {day.year}" if with_year else words


def clock_words(instant: datetime) -> str:
    """Return London's time of day for `instant`, 24 hours: "09:30"."""
    return f"{london_time(instant):%H:%M}"


def day_and_time_words(instant: datetime) -> str:
    """Return "Wednesday 9 December, 09:30" in London's time for `instant`."""
    return f"{wednesday_9_december(london_date(instant))}, {clock_words(instant)}"
