"""Facts about minutes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from casework.events.domain_event import DomainEvent


@dataclass(frozen=True, kw_only=True)
class MinutesDrafted(DomainEvent):
    """Minutes were drafted from what was recorded, and wait for the chair."""

    wire = "minutes.drafted"
    conference_id: uuid.UUID
    minutes_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class MinutesApproved(DomainEvent):
    """The chair approved the minutes."""

    wire = "minutes.approved"
    conference_id: uuid.UUID
    minutes_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class MinutesIssued(DomainEvent):
    """Each agency's copy of the minutes is there to be read."""

    wire = "minutes.issued"
    conference_id: uuid.UUID
    minutes_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class CorrectionBegun(DomainEvent):
    """A corrected version of issued minutes is being made; whoever opened the version before is told that there is something new."""

    wire = "minutes.correction_begun"
    conference_id: uuid.UUID
    minutes_id: uuid.UUID
    replaces_minutes_id: uuid.UUID
