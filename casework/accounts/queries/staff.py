"""Who somebody is and what they hold today: as an actor, by name, by role, and where their mail goes."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from casework.access.actors import Actor, ActorKind
from casework.access.permissions import Role
from casework.accounts import policy, rules
from casework.accounts.models import Account, Membership
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
class Address:
    """Where mail for somebody goes."""

    name: str
    email: str


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
    return {row.id: _name(work, row) for row in opened(work, rows)}


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
    for row in opened(work, rows):
        profile = row.profile.open(work.keys) or {}
        found[row.id] = Address(name=str(profile["name"]), email=str(profile["email"]))
    return found


def accounts_with_role(
    work: UnitOfWork,
    *,
    roles: Collection[Role],
    but_none_of: Collection[Role] = (),
    agency_id: uuid.UUID | None = None,
) -> list[uuid.UUID]:
    """Return the active accounts that hold one of `roles` here today and none of `but_none_of`, of one agency or of all; in a
    fixed order."""
    statement = (
        select(Account.id)
        .join(Membership, Membership.account_id == Account.id)
        .where(
            Membership.partnership_id == work.partnership_id,
            Membership.role.in_([role.value for role in (*roles, *but_none_of)]),
            is_held(london_date(work.now)),
            Account.state == rules.AccountState.ACTIVE,
        )
        .group_by(Account.id)
        .having(~func.bool_or(Membership.role.in_([role.value for role in but_none_of])))
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


def opened(work: UnitOfWork, rows: Iterable[Account]) -> list[Account]:
    """Fetch the data keys of all rows at once, so that opening them costs no further round trip."""
    found = list(rows)
    work.keys.load(row.key_id for row in found)
    return found


def _name(work: UnitOfWork, row: Account) -> PersonName:
    profile = row.profile.open(work.keys) or {}
    return PersonName(name=str(profile["name"]), post=str(profile["post"]), agency_id=row.agency_id)
