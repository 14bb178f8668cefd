"""Sessions kept on the server: begun after both proofs, resumed once a request, ended everywhere at once when rights change.

The browser holds a random token of 256 bits; the table holds its SHA-256. These run before a partnership is known: open the
unit of work without one.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Date, Executable, bindparam, func, select, update

from casework.access.actors import Actor, ActorKind
from casework.access.permissions import Role
from casework.accounts import queries, rules
from casework.accounts.models import Account, Membership, SignInSession
from casework.clock import london_date
from casework.encryption.sealed import SealedField
from casework.errors import NotFound
from casework.partnerships import queries as partnerships
from casework.partnerships.models import Partnership
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in for one request, and whether their agency's protocol is good today. Without a partnership one is still to be
    chosen, and no protocol is good."""

    session_id: uuid.UUID
    actor: Actor
    name: str
    partnership_id: uuid.UUID | None
    partnership_name: str


def start_session(work: UnitOfWork, *, account_id: uuid.UUID, how: str = "codes") -> str:
    """Begin a session for somebody who has proved who they are, and return its token, which is kept nowhere else.

    It begins in their only partnership, or in the one where they worked last; else they choose. `how` is a code for the trail.
    Raises NotFound when there is no such active account.
    """
    account = work.session.get(Account, account_id)
    if account is None or account.state != rules.AccountState.ACTIVE:
        raise NotFound
    places = [place.partnership_id for place in queries.workplaces(work, account_id=account_id)]
    last = work.session.scalar(
        select(SignInSession.partnership_id)
        .where(SignInSession.account_id == account_id, SignInSession.partnership_id.in_(places))
        .order_by(SignInSession.started_at.desc())
        .limit(1)
    )
    token = secrets.token_urlsafe(32)
    work.session.add(
        SignInSession(
            id=uuid.uuid4(),
            token_hash=_hash(token),
            account_id=account_id,
            partnership_id=places[0] if len(places) == 1 else last,
            started_at=work.now,
            seen_at=work.now,
        )
    )
    work.note("account:sign_in", "account", account_id, reason=how)
    return token


def resume(work: UnitOfWork, *, token: str) -> SignedIn | None:
    """Return who a token belongs to, or None when it is unknown or over. One query, and a second at most once a minute.

    A session that has been idle for 15 minutes or is 8 hours old is ended here, which the trail tells.
    """
    found = next(iter(work.look(_open_session, token_hash=_hash(token), today=london_date(work.now))), None)
    if found is None:
        return None
    over = rules.why_over(started_at=found.started_at, seen_at=found.seen_at, now=work.now)
    if over is None and found.state != rules.AccountState.ACTIVE:
        over = rules.SessionEnd.SUSPENDED
    if over is not None:
        _end(work, work.session.get_one(SignInSession, found.session_id), over)
        return None
    if work.now - found.seen_at >= rules.SEEN_EVERY:
        work.session.execute(update(SignInSession).where(SignInSession.id == found.session_id).values(seen_at=work.now))
    profile = SealedField(Account.profile, found).open(work.keys) or {}
    partnership_id = found.session_partnership_id if found.held else None
    return SignedIn(
        session_id=found.session_id,
        actor=Actor(
            kind=ActorKind.PERSON,
            account_id=found.id,
            agency_id=found.agency_id,
            roles=_roles(tuple(found.held or ())),
            protocol_signed=partnership_id is not None and bool(found.protocol_is_good),
        ),
        name=str(profile["name"]),
        partnership_id=partnership_id,
        partnership_name=found.partnership_name if partnership_id else "",
    )


@lru_cache(maxsize=1_024)
def _roles(held: tuple[str, ...]) -> frozenset[Role]:
    """Return the same set for the same roles, whose hash is then known."""
    return frozenset(Role(role) for role in held)


def _open_session(_actor: Actor, _now: datetime) -> Executable:
    today: Any = bindparam("today", type_=Date())
    roles = select(func.array_agg(Membership.role)).where(
        Membership.account_id == SignInSession.account_id,
        Membership.partnership_id == SignInSession.partnership_id,
        queries.is_held(today),
    )
    return (
        select(
            SignInSession.id.label("session_id"),
            SignInSession.partnership_id.label("session_partnership_id"),
            SignInSession.started_at,
            SignInSession.seen_at,
            Account.id,
            Account.agency_id,
            Account.key_id,
            Account.profile_sealed,
            Account.state,
            Partnership.name.label("partnership_name"),
            roles.scalar_subquery().label("held"),
            partnerships.protocol_is_good_at_sign_in(SignInSession.partnership_id, Account.agency_id, today),
        )
        .join(Account, Account.id == SignInSession.account_id)
        .outerjoin(Partnership, Partnership.id == SignInSession.partnership_id)
        .where(SignInSession.token_hash == bindparam("token_hash"), SignInSession.ended_at.is_(None))
    )


def choose_partnership(work: UnitOfWork, *, session_id: uuid.UUID, partnership_id: uuid.UUID) -> None:
    """Go on working in another of one's partnerships. Raises NotFound for a session or a partnership that is not one's own."""
    session = work.session.get(SignInSession, session_id)
    if session is None or session.account_id != work.actor.account_id:
        raise NotFound
    if partnership_id not in {one.partnership_id for one in queries.workplaces(work, account_id=session.account_id)}:
        raise NotFound
    session.partnership_id = partnership_id
    work.note("session:choose_partnership", "partnership", partnership_id)


def sign_out(work: UnitOfWork, *, session_id: uuid.UUID) -> None:
    """End the session in use. One that has ended already stays as it is."""
    session = work.session.get(SignInSession, session_id)
    if session is not None and session.account_id == work.actor.account_id and session.ended_at is None:
        _end(work, session, rules.SessionEnd.SIGNED_OUT)


def end_all(work: UnitOfWork, account_id: uuid.UUID, reason: rules.SessionEnd) -> int:
    """End every session of an account at once, wherever it is open, and return how many. Nothing of them works afterwards."""
    ended = work.session.execute(
        update(SignInSession)
        .where(SignInSession.account_id == account_id, SignInSession.ended_at.is_(None))
        .values(ended_at=work.now, end_reason=reason.value)
        .returning(SignInSession.id)
    ).all()
    if ended:
        work.note("session:end_all", "account", account_id, reason=reason.value)
    return len(ended)


def end_one(work: UnitOfWork, session_id: uuid.UUID, reason: rules.SessionEnd) -> None:
    """End one session of the actor's own. Raises NotFound for any other; one that has ended already stays as it is."""
    session = work.session.get(SignInSession, session_id)
    if session is None or session.account_id != work.actor.account_id:
        raise NotFound
    if session.ended_at is None:
        _end(work, session, reason)


def _end(work: UnitOfWork, session: SignInSession, reason: rules.SessionEnd) -> None:
    session.ended_at, session.end_reason = work.now, reason.value
    act = "account:sign_out" if reason is rules.SessionEnd.SIGNED_OUT else "session:end"
    work.note(act, "account", session.account_id, reason=reason.value)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
