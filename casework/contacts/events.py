"""Facts about contacts: ids and codes only, and never of a young person or a case."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from casework.events.domain_event import DomainEvent


@dataclass(frozen=True, kw_only=True)
class ContactOpened(DomainEvent):
    """An agency asked another to talk."""

    wire = "contact.opened"
    contact_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class ContactAnswered(DomainEvent):
    """The other agency welcomed, accepted, declined, answered or pointed elsewhere."""

    wire = "contact.answered"
    contact_id: uuid.UUID
    state: str


@dataclass(frozen=True, kw_only=True)
class ContactClosed(DomainEvent):
    """A contact ended without an answer; what had come is purged on the other side."""

    wire = "contact.closed"
    contact_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class ContactRiskTold(DomainEvent):
    """One of the two told of a risk of significant harm."""

    wire = "contact.risk_told"
    contact_id: uuid.UUID
