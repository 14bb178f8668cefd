"""Facts about actions."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from casework.events.domain_event import DomainEvent


@dataclass(frozen=True, kw_only=True)
class ActionAgreed(DomainEvent):
    """An agency took an action on."""

    wire = "action.agreed"
    action_id: uuid.UUID
    case_id: uuid.UUID
    owner_agency_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class ActionReported(DomainEvent):
    """An agency said what became of its action."""

    wire = "action.reported"
    action_id: uuid.UUID
    case_id: uuid.UUID
    state: str
