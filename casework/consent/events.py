"""Facts about agreements."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from casework.events.domain_event import DomainEvent


@dataclass(frozen=True, kw_only=True)
class AgreementAnswered(DomainEvent):
    """Somebody answered about sharing, for the first time or in another way: yes, partly, no, narrower, wider, again."""

    wire = "agreement.answered"
    case_id: uuid.UUID
    agreement_id: uuid.UUID
    answer: str


@dataclass(frozen=True, kw_only=True)
class AgreementWithdrawn(DomainEvent):
    """An agreement was taken back, wholly or in part."""

    wire = "agreement.withdrawn"
    case_id: uuid.UUID
    agreement_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class AgreementReviewForced(DomainEvent):
    """Something happened after which an agreement has to be gone through again: a birthday, a new carer, a move."""

    wire = "agreement.review_forced"
    case_id: uuid.UUID
    agreement_id: uuid.UUID
    because: str
