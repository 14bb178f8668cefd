"""Reads of accounts: who is acting, names of staff for pages, the people of a partnership, and addresses for the mailer.

Tables of accounts lie outside row-level security, so every read here names the partnership itself.
"""

from __future__ import annotations

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

import pyotp
from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from casework.access.actors import Actor, ActorKind
from casework.access.permissions import Role
from casework.accounts import policy, rules
from casework.accounts.models import Account, Invitation, Membership, RecoveryCode, SignInSession
from casework.agencies import queries as agencies
from casework.clock import london_date
from casework.errors import NotFound
from casework.partnerships import queries as partnerships
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class PersonName:
    """How a member of staff is shown: name, post, and agency."""

    name: str
    post: str
    agency_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """Whose account a link sets up."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Address:
    """Where mail for somebody goes."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class RoleHeld:
    """One role in this partnership: from a London day, until before another. `is_current` says whether it holds today."""

    membership_id: uuid.UUID
    role: Role
    from_date: date
    until_date: date | None
    is_current: bool
    deputises_for_account_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class Member:
    """One person of this partnership as those see them who manage accounts. `may_change` is False for oneself."""

    account_id: uuid.UUID
    name: str
    email: str
    post: str
    agency_id: uuid.UUID | None
    agency_name: str
    state: rules.AccountState
    roles: tuple[RoleHeld, ...]
    works_elsewhere: bool
    link_until: datetime | None
    may_change: bool

    @property
    def current_roles(self) -> tuple[Role, ...]:
        """The roles that hold today, in the order of the table of roles."""
        held = {role.role for role in self.roles if role.is_current}
        return tuple(role for role in Role if role in held)


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


@dataclass(frozen=True, slots=True)
class DemonstrationPerson:
    """One invented person of a demonstration: everything that is needed to sign in as them."""

    account_id: uuid.UUID
    name: str
    post: str
    email: str
    agency_name: str
    partnership_name: str
    roles: tuple[Role, ...]
    password: str
    code: str


def actor_for(work: UnitOfWork, *, account_id: uuid.UUID) -> Actor:
    """Return an active person as an actor in this partnership today: roles, agency, and whether its protocol is good.

    Raises NotFound when there is no such account, it is not active, or it has no role here today.
    """
    account = work.session.get(Account, account_id)
    if account is None or account.state != rules.AccountState.ACTIVE:
        raise NotFound
    today = london_date(work.now)
    roles = work.session.scalars(
        select(Membership.role).where(
            Membership.account_id == account_id, Membership.partnership_id == work.partnership_id, is_held(today)
        )
    ).all()
    if not roles:
        raise NotFound
    return Actor(
        kind=ActorKind.PERSON,
        account_id=account_id,
        agency_id=account.agency_id,
        roles=frozenset(Role(role) for role in roles),
        protocol_signed=partnerships.protocol_is_signed(work, agency_id=account.agency_id, on=today),
    )


def account_names(work: UnitOfWork, account_ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, PersonName]:
    """Return the names of these accounts, whatever their state, for pages that show who did something. Two queries for any number.

    An id that is None or unknown is left out.
    """
    wanted = {account_id for account_id in account_ids if account_id is not None}
    if not wanted:
        return {}
    rows = work.session.scalars(select(Account).where(Account.id.in_(wanted))).all()
    return {row.id: _name(work, row) for row in _opened(work, rows)}


def addresses_for(
    work: UnitOfWork, *, account_ids: Collection[uuid.UUID], invited: bool = False
) -> dict[uuid.UUID, Address]:
    """Return where mail for these accounts goes. Only who is active and has a role here today is found; the mailer asks anew
    each time it sends.

    With `invited` it is those who have yet to set up their account instead, for the mail that carries the link.
    """
    state = rules.AccountState.INVITED if invited else rules.AccountState.ACTIVE
    rows = work.session.scalars(
        select(Account).where(
            Account.id.in_(set(account_ids)), Account.state == state, _works_here(work, london_date(work.now), invited)
        )
    ).all()
    found = {}
    for row in _opened(work, rows):
        profile = row.profile.open(work.keys) or {}
        found[row.id] = Address(name=str(profile["name"]), email=str(profile["email"]))
    return found


def accounts_with_role(
    work: UnitOfWork, *, roles: Collection[Role], agency_id: uuid.UUID | None = None
) -> list[uuid.UUID]:
    """Return the active accounts that hold one of `roles` here today, of one agency or of all; in a fixed order."""
    statement = (
        select(Account.id)
        .join(Membership, Membership.account_id == Account.id)
        .where(
            Membership.partnership_id == work.partnership_id,
            Membership.role.in_([role.value for role in roles]),
            is_held(london_date(work.now)),
            Account.state == rules.AccountState.ACTIVE,
        )
        .group_by(Account.id)
        .order_by(func.min(Account.created_at), Account.id)
    )
    if agency_id is not None:
        statement = statement.where(Account.agency_id == agency_id)
    return list(work.session.scalars(statement))


def representatives_of(work: UnitOfWork, agency_id: uuid.UUID) -> list[uuid.UUID]:
    """Return the active accounts that speak for an agency here today: representatives, their deputies and IDVAs."""
    return accounts_with_role(work, roles=policy.SPEAK_FOR_AGENCY, agency_id=agency_id)


def speakers_of(work: UnitOfWork, *, agency_ids: Collection[uuid.UUID]) -> list[uuid.UUID]:
    """Return the active accounts that speak for any of these agencies here today, in a fixed order."""
    return [one for agency_id in sorted(agency_ids) for one in representatives_of(work, agency_id)]


def members(work: UnitOfWork) -> list[Member]:
    """Return the people who have, had or will have a role in this partnership, by name. Raises NotAllowed without account:manage."""
    policy.require_manage(work)
    return _members(work)


def member(work: UnitOfWork, *, account_id: uuid.UUID) -> Member:
    """Return one person of this partnership. Raises NotAllowed without account:manage; NotFound when they have no place here."""
    policy.require_manage(work)
    found = _members(work, account_id=account_id)
    if not found:
        raise NotFound
    return found[0]


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


def demonstration_people(work: UnitOfWork) -> list[DemonstrationPerson]:
    """Return every active account with its one-time code of the moment. For demonstration mode only; its callers see to that.

    It goes through all partnerships: open the unit of work with the system actor and no partnership. Raises NotAllowed for
    any other actor.
    """
    policy.require_system(work)
    rows = _opened(work, work.session.scalars(select(Account).where(Account.state == rules.AccountState.ACTIVE)).all())
    names = agencies.agency_names(work, [row.agency_id for row in rows if row.agency_id])
    found = []
    for row in rows:
        places = workplaces(work, account_id=row.id)
        if not places:
            continue
        profile = row.profile.open(work.keys) or {}
        secret = row.secret.open(work.keys) or {}
        held = {role for place in places for role in place.roles}
        found.append(
            DemonstrationPerson(
                account_id=row.id,
                name=str(profile["name"]),
                post=str(profile["post"]),
                email=str(profile["email"]),
                agency_name=names.get(row.agency_id, "") if row.agency_id else "",
                partnership_name=", ".join(place.name for place in places),
                roles=tuple(role for role in Role if role in held),
                password=rules.DEMONSTRATION_PASSWORD,
                code=pyotp.TOTP(str(secret["totp"])).at(work.now),
            )
        )
    order = list(Role)
    return sorted(found, key=lambda one: (min(order.index(role) for role in one.roles), one.agency_name, one.name))


def is_held(on: date) -> ColumnElement[bool]:
    """Return the SQL condition that a Membership holds on the London day `on`: from inclusive, until exclusive."""
    return and_(Membership.from_date <= on, or_(Membership.until_date.is_(None), Membership.until_date > on))


def _works_here(work: UnitOfWork, today: date, also_later: bool) -> ColumnElement[bool]:
    """Return the SQL condition that an Account has a role here today; `also_later` takes roles that have yet to begin."""
    ends_later = or_(Membership.until_date.is_(None), Membership.until_date > today)
    return exists().where(
        Membership.account_id == Account.id,
        Membership.partnership_id == work.partnership_id,
        ends_later if also_later else is_held(today),
    )


def _opened(work: UnitOfWork, rows: Iterable[Account]) -> list[Account]:
    """Fetch the data keys of all rows at once, so that opening them costs no further round trip."""
    found = list(rows)
    work.keys.load(row.key_id for row in found)
    return found


def _name(work: UnitOfWork, row: Account) -> PersonName:
    profile = row.profile.open(work.keys) or {}
    return PersonName(name=str(profile["name"]), post=str(profile["post"]), agency_id=row.agency_id)


def _members(work: UnitOfWork, *, account_id: uuid.UUID | None = None) -> list[Member]:
    today = london_date(work.now)
    here = select(Membership).where(Membership.partnership_id == work.partnership_id).order_by(Membership.from_date)
    if account_id is not None:
        here = here.where(Membership.account_id == account_id)
    roles: dict[uuid.UUID, list[RoleHeld]] = defaultdict(list)
    for row in work.session.scalars(here):
        current = row.from_date <= today and (row.until_date is None or row.until_date > today)
        roles[row.account_id].append(
            RoleHeld(row.id, Role(row.role), row.from_date, row.until_date, current, row.deputises_for_account_id)
        )
    accounts = _opened(work, work.session.scalars(select(Account).where(Account.id.in_(list(roles)))).all())
    names = agencies.agency_names(work, [one.agency_id for one in accounts if one.agency_id])
    elsewhere = set(
        work.session.scalars(
            select(Membership.account_id).where(
                Membership.account_id.in_(list(roles)),
                Membership.partnership_id != work.partnership_id,
                or_(Membership.until_date.is_(None), Membership.until_date > today),
            )
        )
    )
    open_links = select(Invitation.account_id, func.max(Invitation.expires_at)).where(
        Invitation.account_id.in_(list(roles)), Invitation.used_at.is_(None), Invitation.expires_at > work.now
    )
    links = {row[0]: row[1] for row in work.session.execute(open_links.group_by(Invitation.account_id))}
    found = []
    for one in accounts:
        profile = one.profile.open(work.keys) or {}
        found.append(
            Member(
                account_id=one.id,
                name=str(profile["name"]),
                email=str(profile["email"]),
                post=str(profile["post"]),
                agency_id=one.agency_id,
                agency_name=names.get(one.agency_id, "") if one.agency_id else "",
                state=rules.AccountState(one.state),
                roles=tuple(roles[one.id]),
                works_elsewhere=one.id in elsewhere,
                link_until=links.get(one.id),
                may_change=one.id != work.actor.account_id,
            )
        )
    return sorted(found, key=lambda one: (one.name.casefold(), one.account_id))
