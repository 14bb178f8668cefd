"""Facts about youth cases."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from casework.events.domain_event import DomainEvent


@dataclass(frozen=True, kw_only=True)
class YouthCaseMoved(DomainEvent):
    """Something happened to a youth case, and it stands at this stage since (codes of casework.youth.rules)."""

    wire = "youth.moved"
    case_id: uuid.UUID
    happened: str
    stage: str


@dataclass(frozen=True, kw_only=True)
class TeamChanged(DomainEvent):
    """An agency joined the team around a young person, left it, or took the lead."""

    wire = "youth.team_changed"
    case_id: uuid.UUID
    agency_id: uuid.UUID
    part: str
    is_on_team: bool
