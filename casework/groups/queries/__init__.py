"""Reads of groups: what members see, and whether a text looks like a person to its writer."""

from casework.groups.queries.named import CouldHear, NamedCaseRecord, named_cases, who_could_hear
from casework.groups.queries.people import look_for_people, look_through
from casework.groups.queries.records import (
    Attender,
    EntryRecord,
    GroupRecord,
    MeetingRecord,
    Minutes,
    ModeRecord,
    entries,
    entry_record,
    group_record,
    groups,
    localities,
    managed_groups,
    meeting_record,
    meetings,
    members_of,
    mode_on,
    practitioners_of,
)

__all__ = [
    "Attender",
    "CouldHear",
    "EntryRecord",
    "GroupRecord",
    "MeetingRecord",
    "Minutes",
    "ModeRecord",
    "NamedCaseRecord",
    "entries",
    "entry_record",
    "group_record",
    "groups",
    "localities",
    "look_for_people",
    "look_through",
    "managed_groups",
    "meeting_record",
    "meetings",
    "members_of",
    "mode_on",
    "named_cases",
    "practitioners_of",
    "who_could_hear",
]
