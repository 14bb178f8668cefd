"""What happens to shares, and when an agreement ends. Ids and codes only."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import ClassVar

from casework.events.domain_event import DomainEvent


@dataclass(frozen=True, kw_only=True)
class ShareAsked(DomainEvent):
    """Somebody asked to share; `state` says whether it is on its way or what it waits for."""

    wire: ClassVar[str] = "share.asked"

    share_id: uuid.UUID
    case_id: uuid.UUID
    state: str


@dataclass(frozen=True, kw_only=True)
class SignatureSought(DomainEvent):
    """The sender asked a health safeguarding lead to sign for the public interest."""

    wire: ClassVar[str] = "share.signature_sought"

    share_id: uuid.UUID
    case_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class ShareDelivered(DomainEvent):
    """A share reached the inbox of the receiving agency."""

    wire: ClassVar[str] = "share.delivered"

    share_id: uuid.UUID
    case_id: uuid.UUID
    to_agency_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class ShareStopped(DomainEvent):
    """A queued share was stopped before it went."""

    wire: ClassVar[str] = "share.stopped"

    share_id: uuid.UUID
    case_id: uuid.UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class ShareAnswered(DomainEvent):
    """The receiving agency accepted or declined a share."""

    wire: ClassVar[str] = "share.answered"

    share_id: uuid.UUID
    case_id: uuid.UUID
    state: str


@dataclass(frozen=True, kw_only=True)
class SharingWithdrawn(DomainEvent):
    """An agreement was withdrawn: sharing that rested on it has stopped, past recipients are told, plan and risk are to be looked at."""

    wire: ClassVar[str] = "sharing.withdrawn"

    case_id: uuid.UUID
    person_id: uuid.UUID
    agreement_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class WithdrawalAnswered(DomainEvent):
    """A past recipient said what it did with what it had."""

    wire: ClassVar[str] = "sharing.withdrawal_answered"

    case_id: uuid.UUID
    notice_id: uuid.UUID
    answer: str
