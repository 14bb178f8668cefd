"""A day typed in one box, as quickly as it is said: "16 12", "16 Dec", "Wednesday", "2 weeks". What it means depends on today.

A day to come is the next one of that name, a day gone by the last one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_DAY_MONTH: Final = re.compile(
    rf"(?:(?:{'|'.join(_WEEKDAYS)})[a-z]* )?"
    r"(\d{1,2})(?:st|nd|rd|th)?(?:[ ./-]+(?=\d)| ?(?=[a-z]))(\d{1,2}|[a-z]{3,9})(?:[ ./-]+(\d{2}|\d{4}))?"
)

HOW: Final = "Like 16 12, 16 Dec, Wednesday or 2 weeks"
HOW_PAST: Final = "Like 3 9 2026, 3 Sep or yesterday"


def day_from(text: str, today: date) -> date | None:
    """Return the London day to come that somebody means by `text` on the London day `today`, or None when it cannot be told.

    A day without a year is the next one, today included; a weekday is the next one after today.
    """
    words = " ".join(text.lower().replace(",", " ").split())
    for reading in _READINGS:
        found = reading(words, today)
        if found is not None:
            return found
    return None


def past_day_from(text: str, today: date) -> date | None:
    """Return the London day gone by that somebody means on the London day `today`, or None: the last one, today included."""
    words = " ".join(text.lower().replace(",", " ").split())
    if words == "yesterday":
        return today - timedelta(days=1)
    found = _said(words, today) or _iso(words, today) or _day_month(words, today)
    if found is None or found <= today or re.search(r"(\d{4}|[a-z\d][ ./-]+\d{1,2}[ ./-]+\d{2})$", words):
        return found
    return _day(found.year - 1, found.month, found.day)


def _said(words: str, today: date) -> date | None:
    return {"today": today, "tomorrow": today + timedelta(days=1)}.get(words)


def _weekday(words: str, today: date) -> date | None:
    match = re.fullmatch(r"(?:next |on )?(mon|tue|tues|wed|weds|thu|thur|thurs|fri|sat|sun)(?:[a-z]*day)?", words)
    if match is None:
        return None
    ahead = (_WEEKDAYS.index(match[1][:3]) - today.weekday()) % 7
    return today + timedelta(days=ahead or 7)


def _distance(words: str, today: date) -> date | None:
    match = re.fullmatch(r"(?:in )?\+?(\d{1,3}|a|an|one) ?(d|days?|w|weeks?)", words)
    if match is None:
        return None
    count = int(match[1]) if match[1].isdigit() else 1
    return today + timedelta(days=count * (7 if match[2].startswith("w") else 1))


def _iso(words: str, _: date) -> date | None:
    match = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", words)
    return _day(int(match[1]), int(match[2]), int(match[3])) if match else None


def _day_month(words: str, today: date) -> date | None:
    match = _DAY_MONTH.fullmatch(words)
    if match is None:
        return None
    month = int(match[2]) if match[2].isdigit() else _month(match[2])
    if match[3]:
        year = int(match[3])
        return _day(year + 2000 if year < 100 else year, month, int(match[1]))
    this = _day(today.year, month, int(match[1]))
    if this is not None and this >= today:
        return this
    return _day(today.year + 1, month, int(match[1])) or this


def _month(name: str) -> int:
    return _MONTHS.index(name[:3]) + 1 if name[:3] in _MONTHS else 0


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_READINGS: Final[tuple[Callable[[str, date], date | None], ...]] = (_said, _weekday, _distance, _iso, _day_month)
