"""What a group may write: six kinds of entry, counts by whole months and whole areas, and the words that stand over the minutes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from casework.clock import add_months
from casework.errors import FieldError

LONGEST = 4_000
MOST_LOCALITIES = 30


class EntryKind(StrEnum):
    """All that a group may write (G1). There is none for a person, and none may be added without a decision record."""

    AGENCY_UPDATE = "agency_update"
    TREND = "trend"
    PLACE_ISSUE = "place_issue"
    JOINT_WORK = "joint_work"
    SERVICE_CHANGE = "service_change"
    AGENCY_ACTION = "agency_action"


class Attendance(StrEnum):
    """Whether a practitioner was at a meeting."""

    PRESENT = "present"
    APOLOGIES = "apologies"
    ABSENT = "absent"


class Mode(StrEnum):
    """Whether a group may hear named cases. Without a decision of the partnership it may not (G7)."""

    NO_NAMES = "no_names"
    NAMED_CASE = "named_case"


MEASURES: Final[Mapping[str, str]] = {
    "asb_incidents": "Anti-social behaviour incidents",
    "noise": "Noise complaints",
    "criminal_damage": "Criminal damage",
    "violence": "Violence among young people",
    "knife_carrying": "Knife carrying",
    "substance_use": "Drinking and drugs in public places",
    "fires": "Deliberate fires",
    "missing": "Episodes of going missing",
    "exclusions": "School exclusions",
    "absence": "Persistent absence from school",
    "referrals": "Referrals to a service",
    "attendance": "Young people at an activity",
}
"""What may be counted. A code, so that no two tables of one measure and one time can be set against each other."""

AREA: Final = "area"
"""The code of the whole area, where a count is not by locality."""

HANDLING: Final = (
    "OFFICIAL-SENSITIVE. For the members of this group. No individual may be discussed, named or described in it. Use what is "
    "written here for the group's work only."
)
CONFIRMATION: Final = "No individuals were discussed at this meeting."


def confirmation(named_cases: int) -> str:
    """Return the chair's word for the minutes of a meeting that heard so many named cases, none in the ordinary way (G6, G7)."""
    if not named_cases:
        return CONFIRMATION
    return (
        f"{CONFIRMATION[:-1]} but in the {named_cases} named case{'s' if named_cases > 1 else ''} that the group heard under its"
        " agreement, recorded apart for the agencies that heard them."
    )


def month_after(day: date) -> date:
    """Return the first day of the month after the one of `day`."""
    return add_months(day.replace(day=1), 1)


def what_is_wrong_with_period(first: date | None, last: date | None, today: date) -> list[FieldError]:
    """List what is wrong with the months of a trend: whole months that are over. `first` and `last` are days in those months."""
    if first is None or last is None:
        return [FieldError("period_from", "Say which months were counted.")]
    if last < first:
        return [FieldError("period_until", "The last month cannot come before the first.")]
    if month_after(last) > today:
        return [FieldError("period_until", "Count whole months that are over.")]
    return []


def what_is_wrong_with_entry(
    *,
    kind: str,
    words: str,
    locality: str | None,
    localities: Collection[str],
    measure: str | None,
    counts: Mapping[str, int],
    owner: object,
    due_on: date | None,
    today: date,
) -> list[FieldError]:
    """List what an entry lacks or has too much of for its kind. Whether its words look like a person is asked apart."""
    errors = []
    if kind not in set(EntryKind):
        return [FieldError("kind", "Choose what sort of entry this is.")]
    if not words.strip() and kind != EntryKind.TREND:
        errors.append(FieldError("words", "Write the entry."))
    if len(words) > LONGEST:
        errors.append(FieldError("words", f"Use {LONGEST:,} characters or fewer."))
    if locality is not None and locality not in localities:
        errors.append(FieldError("locality", "Choose one of the group’s localities."))
    if kind == EntryKind.PLACE_ISSUE and locality is None:
        errors.append(FieldError("locality", "Choose the locality of the place."))
    if kind == EntryKind.TREND:
        errors += _what_is_wrong_with_counts(measure, counts, localities)
    if kind == EntryKind.AGENCY_ACTION:
        if owner is None:
            errors.append(FieldError("owner", "Choose the agency that does it."))
        if due_on is None or due_on < today:
            errors.append(FieldError("due_on", "Give a day from today on."))
    return errors


def _what_is_wrong_with_counts(
    measure: str | None, counts: Mapping[str, int], localities: Collection[str]
) -> list[FieldError]:
    errors = []
    if measure not in MEASURES:
        errors.append(FieldError("measure", "Choose what was counted."))
    if not counts:
        errors.append(FieldError("counts", "Enter a count for one locality or more, or for the whole area."))
    elif AREA in counts and len(counts) > 1:
        errors.append(FieldError("counts", "Count by locality or for the whole area, not both in one table."))
    elif not set(counts) <= {*localities, AREA}:
        errors.append(FieldError("counts", "Count by the group’s localities: nothing smaller."))
    elif min(counts.values()) < 0 or max(counts.values()) > 1_000_000:
        errors.append(FieldError("counts", "A count is a whole number from nought."))
    return errors


def what_is_wrong_with_localities(localities: Mapping[str, str]) -> list[FieldError]:
    """List what is wrong with the localities of a group: a short code each, and the public name of a whole area."""
    if not 1 <= len(localities) <= MOST_LOCALITIES:
        return [FieldError("localities", f"Name one to {MOST_LOCALITIES} localities.")]
    if any(not (code.isalnum() and len(code) <= 12) or code == AREA for code in localities):
        return [FieldError("localities", "Give each locality a code of up to 12 letters and digits, like L1.")]
    names = [name.strip() for name in localities.values()]
    if any(not 0 < len(name) <= 60 for name in names) or len(set(names)) < len(names):
        return [FieldError("localities", "Give each locality a name of its own of up to 60 characters.")]
    return []
