"""Facts about research."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from casework.events.domain_event import DomainEvent


@dataclass(frozen=True, kw_only=True)
class ResearchAsked(DomainEvent):
    """Agencies were asked about the cases of a round."""

    wire = "research.asked"
    conference_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class ResearchAnswered(DomainEvent):
    """An agency answered about one case."""

    wire = "research.answered"
    request_id: uuid.UUID
    case_id: uuid.UUID
    agency_id: uuid.UUID
    state: str


@dataclass(frozen=True, kw_only=True)
class ColleagueAsked(DomainEvent):
    """A representative asked one colleague of the agency about one case."""

    wire = "research.colleague_asked"
    question_id: uuid.UUID
    account_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class ColleagueReplied(DomainEvent):
    """A colleague told the representative who had asked what they know, or that they know nothing."""

    wire = "research.colleague_replied"
    question_id: uuid.UUID
    asked_by_account_id: uuid.UUID
    state: str
