"""Facts about interventions."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from casework.events.domain_event import DomainEvent


@dataclass(frozen=True, kw_only=True)
class InterventionBegan(DomainEvent):
    """An intervention is live: which, and whether youth support's own work ends with it."""

    wire = "intervention.began"
    intervention_id: uuid.UUID
    case_id: uuid.UUID
    code: str
    closes_case: bool
