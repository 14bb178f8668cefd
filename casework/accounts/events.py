"""Events of accounts. None carries a name, an address or a token."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from casework.events.domain_event import DomainEvent


@dataclass(frozen=True, kw_only=True)
class AccountInvited(DomainEvent):
    """Somebody may set up an account, or set it up again after a reset. The link is made when the mail is sent."""

    wire = "account.invited"

    account_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class RightsChanged(DomainEvent):
    """The roles of somebody in this partnership have changed; every session of theirs has ended."""

    wire = "account.rights_changed"

    account_id: uuid.UUID
    agency_id: uuid.UUID | None


@dataclass(frozen=True, kw_only=True)
class AccountSuspended(DomainEvent):
    """Somebody may no longer sign in anywhere; every session of theirs has ended."""

    wire = "account.suspended"

    account_id: uuid.UUID
    agency_id: uuid.UUID | None
