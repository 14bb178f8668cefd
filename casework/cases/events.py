"""Facts about cases."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from casework.events.domain_event import DomainEvent


@dataclass(frozen=True, kw_only=True)
class CaseOpened(DomainEvent):
    """A case was opened by an accepted referral."""

    wire = "case.opened"
    case_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class CaseReferredAgain(DomainEvent):
    """A repeat came back to its case."""

    wire = "case.referred_again"
    case_id: uuid.UUID
    referral_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class ConflictBlocked(DomainEvent):
    """A person or agency was shut out of a case."""

    wire = "case.conflict_blocked"
    case_id: uuid.UUID
    account_id: uuid.UUID | None
    agency_id: uuid.UUID | None


@dataclass(frozen=True, kw_only=True)
class FlagsRaised(DomainEvent):
    """Agencies are to mark their files for twelve months."""

    wire = "flag.raised"
    case_id: uuid.UUID
    lapses_on: date


@dataclass(frozen=True, kw_only=True)
class FlagsLapsed(DomainEvent):
    """Flags ran out on a day; each agency is to take its marks off."""

    wire = "flag.lapsed"
    case_id: uuid.UUID
    lapsed_on: date
