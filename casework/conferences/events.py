"""Facts about rounds."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from casework.events.domain_event import DomainEvent


@dataclass(frozen=True, kw_only=True)
class SeriesPlanned(DomainEvent):
    """Conferences of a MARAC were put into the calendar."""

    wire = "conference.series_planned"
    marac_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class CaseListed(DomainEvent):
    """A case was put on a round's list; `is_late` when the list was out already or the cut-off had passed."""

    wire = "conference.case_listed"
    conference_id: uuid.UUID
    listing_id: uuid.UUID
    case_id: uuid.UUID
    is_late: bool


@dataclass(frozen=True, kw_only=True)
class ListPublished(DomainEvent):
    """The list went out to the agencies that signed the protocol."""

    wire = "conference.list_published"
    conference_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class InputsClosed(DomainEvent):
    """Research was due."""

    wire = "conference.inputs_closed"
    conference_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class SittingStarted(DomainEvent):
    """The sitting began."""

    wire = "conference.sitting_started"
    conference_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class CaseHeard(DomainEvent):
    """A case was heard to its end."""

    wire = "conference.case_heard"
    conference_id: uuid.UUID
    listing_id: uuid.UUID
    case_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class CaseTakenUpAgain(DomainEvent):
    """A case that had been heard came back to the table in the same sitting."""

    wire = "conference.case_taken_up_again"
    conference_id: uuid.UUID
    listing_id: uuid.UUID
    case_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class CaseDeferred(DomainEvent):
    """A case was put off, or moved on for want of room."""

    wire = "conference.case_deferred"
    conference_id: uuid.UUID
    listing_id: uuid.UUID
    case_id: uuid.UUID
    to_conference_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class SittingEnded(DomainEvent):
    """The sitting ended; minutes can be drafted."""

    wire = "conference.sitting_ended"
    conference_id: uuid.UUID
