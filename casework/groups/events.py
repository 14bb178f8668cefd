"""Facts about the youth group. None names a person."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from casework.events.domain_event import DomainEvent


@dataclass(frozen=True, kw_only=True)
class GroupMeetingsPlanned(DomainEvent):
    """Meetings of a group were put into the calendar."""

    wire = "group.meetings_planned"
    group_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class GroupEntryWritten(DomainEvent):
    """An agency wrote an entry of one of the six kinds."""

    wire = "group.entry_written"
    group_id: uuid.UUID
    entry_id: uuid.UUID
    kind: str


@dataclass(frozen=True, kw_only=True)
class GroupMinutesIssued(DomainEvent):
    """The chair confirmed that no individual was discussed, and the minutes are out."""

    wire = "group.minutes_issued"
    group_id: uuid.UUID
    meeting_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class GroupModeSet(DomainEvent):
    """The partnership decided whether a group may hear named cases, from a day on."""

    wire = "group.mode_set"
    group_id: uuid.UUID
    mode: str
