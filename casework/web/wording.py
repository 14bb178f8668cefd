"""How dates, times, durations and counts are said on pages: one place, so that the same moment reads the same everywhere.

Moments are aware UTC datetimes and are said in London time; dates are London days. Nothing here reads the clock.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from casework.documents.minutes import and_list

LONDON = ZoneInfo("Europe/London")
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTH_NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def _london(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(LONDON)


def date_words(day: date | datetime, *, weekday: bool = True, year: bool = False) -> str:
    """Say a day: "Wednesday 9 December", with `year` "Wednesday 9 December 2026", without `weekday` "9 December"."""
    day = _london(day).date() if isinstance(day, datetime) else day
    words = f"{DAY_NAMES[day.weekday()]} " if weekday else ""
    return f"{words}{day.day} {MONTH_NAMES[day.month - 1]}" + (f" {day.year}" if year else "")


def short_date(day: date | datetime) -> str:
    """Say a day where there is little room: "9 Dec"."""
    day = _london(day).date() if isinstance(day, datetime) else day
    return f"{day.day} {day:%b}"


def clock_time(moment: datetime) -> str:
    """Say a London time on the 24-hour clock: "09:30"."""
    return f"{_london(moment):%H:%M}"


def moment_words(moment: datetime, *, year: bool = False) -> str:
    """Say a moment in London: "Wednesday 9 December, 09:30"."""
    return f"{date_words(moment, year=year)}, {clock_time(moment)}"


def machine_time(when: date | datetime) -> str:
    """Give the value of a `<time datetime="…">`: a date, or a moment in London with its offset."""
    return (_london(when) if isinstance(when, datetime) else when).isoformat()


def plural(count: int, singular: str, several: str = "") -> str:
    """Say a count with its noun: "1 case", "16 cases", "2 people" (`several` when adding s is wrong). Thousands get a comma."""
    return f"{count:,} {singular if count == 1 else several or singular + 's'}"


def length_words(length: timedelta) -> str:
    """Say how long: "under a minute", "25 minutes", "22 hours", "3 days". Rounded down; two days or more are said in days."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 1:
        return "under a minute"
    if minutes < 60:
        return plural(minutes, "minute")
    if minutes < 48 * 60:
        return plural(minutes // 60, "hour")
    return plural(minutes // (24 * 60), "day")


def working_days(count: int) -> str:
    """Say a distance in working days from today: "today", "in 6 working days", "2 working days ago"."""
    if count == 0:
        return "today"
    words = plural(abs(count), "working day")
    return f"in {words}" if count > 0 else f"{words} ago"


FILTERS = {
    "and_list": and_list,
    "date_words": date_words,
    "short_date": short_date,
    "clock_time": clock_time,
    "moment_words": moment_words,
    "machine_time": machine_time,
    "plural": plural,
    "length_words": length_words,
    "working_days": working_days,
}
