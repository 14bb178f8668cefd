"""What somebody sees of their own account, and whose account a link sets up."""

from __future__ import annotations

import hashlib
import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from casework.access.permissions import Role
from casework.accounts import rules
from casework.accounts.models import Account, Invitation, Membership, RecoveryCode, SignInSession
from casework.accounts.queries.staff import is_held
from casework.agencies import queries as agencies
from casework.clock import london_date
from casework.errors import NotFound
from casework.partnerships import queries as partnerships
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """Whose account a link sets up."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Workplace:
    """A partnership in which somebody has a role today."""

    partnership_id: uuid.UUID
    name: str
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One open session of one's own. Instants are UTC."""

    id: uuid.UUID
    started_at: datetime
    seen_at: datetime
    is_this: bool


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """What somebody sees of their own account."""

    name: str
    email: str
    post: str
    agency_name: str
    workplaces: tuple[Workplace, ...]
    sessions: tuple[SessionRecord, ...]
    recovery_codes_left: int


def open_invitation(work: UnitOfWork, *, token: str) -> OpenInvitation:
    """Return whose account a link sets up. Raises NotFound when it is used, too old, replaced, or was never made."""
    account = work.session.scalar(
        select(Account)
        .join(Invitation, Invitation.account_id == Account.id)
        .where(
            Invitation.token_hash == hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest(),
            Invitation.used_at.is_(None),
            Invitation.expires_at > work.now,
            Account.state == rules.AccountState.INVITED,
        )
    )
    if account is None:
        raise NotFound
    profile = account.profile.open(work.keys) or {}
    return OpenInvitation(name=str(profile["name"]), email=str(profile["email"]))


def workplaces(work: UnitOfWork, *, account_id: uuid.UUID) -> tuple[Workplace, ...]:
    """Return the partnerships in which somebody has a role today, by name."""
    roles: dict[uuid.UUID, set[Role]] = defaultdict(set)
    held = work.session.execute(
        select(Membership.partnership_id, Membership.role).where(
            Membership.account_id == account_id, is_held(london_date(work.now))
        )
    )
    for partnership_id, role in held:
        roles[partnership_id].add(Role(role))
    return tuple(
        Workplace(partnership_id=one.id, name=one.name, roles=frozenset(roles[one.id]))
        for one in partnerships.partnerships(work)
        if one.id in roles
    )


def own_account(work: UnitOfWork, *, session_id: uuid.UUID) -> OwnAccount:
    """Return the actor's own account; `session_id` marks the session in use. Raises NotFound for an actor who is no person."""
    account = work.session.get(Account, work.actor.account_id) if work.actor.account_id else None
    if account is None:
        raise NotFound
    profile = account.profile.open(work.keys) or {}
    names = agencies.agency_names(work, [account.agency_id] if account.agency_id else [])
    open_sessions = work.session.scalars(
        select(SignInSession)
        .where(
            SignInSession.account_id == account.id,
            SignInSession.ended_at.is_(None),
            SignInSession.seen_at > work.now - rules.SESSION_IDLE,
            SignInSession.started_at > work.now - rules.SESSION_LASTS,
        )
        .order_by(SignInSession.started_at.desc())
    )
    left = work.session.scalar(
        select(func.count())
        .select_from(RecoveryCode)
        .where(RecoveryCode.account_id == account.id, RecoveryCode.used_at.is_(None))
    )
    return OwnAccount(
        name=str(profile["name"]),
        email=str(profile["email"]),
        post=str(profile["post"]),
        agency_name=names.get(account.agency_id, "") if account.agency_id else "",
        workplaces=workplaces(work, account_id=account.id),
        sessions=tuple(
            SessionRecord(id=row.id, started_at=row.started_at, seen_at=row.seen_at, is_this=row.id == session_id)
            for row in open_sessions
        ),
        recovery_codes_left=left or 0,
    )
