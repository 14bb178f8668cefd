"""The rules of the group: what may be written, what looks like a person, how counts are shown, when it meets."""

from casework.groups.rules.counts import Cell, Published, line, publish
from casework.groups.rules.entries import (
    AREA,
    CONFIRMATION,
    HANDLING,
    LONGEST,
    MEASURES,
    Attendance,
    EntryKind,
    Mode,
    confirmation,
    month_after,
    what_is_wrong_with_entry,
    what_is_wrong_with_localities,
    what_is_wrong_with_period,
)
from casework.groups.rules.identity import Kind, KnownPerson, Mark, marks, tidy

__all__ = [
    "AREA",
    "CONFIRMATION",
    "HANDLING",
    "LONGEST",
    "MEASURES",
    "Attendance",
    "Cell",
    "EntryKind",
    "Kind",
    "KnownPerson",
    "Mark",
    "Mode",
    "Published",
    "confirmation",
    "line",
    "marks",
    "month_after",
    "publish",
    "tidy",
    "what_is_wrong_with_entry",
    "what_is_wrong_with_localities",
    "what_is_wrong_with_period",
]
