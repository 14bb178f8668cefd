"""The people of a partnership as those see them who manage accounts; and the invented people of a demonstration."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

import pyotp
from sqlalchemy import func, or_, select

from casework.access.permissions import Role
from casework.accounts import policy, rules
from casework.accounts.models import Account, Invitation, Membership
from casework.accounts.queries.own import workplaces
from casework.accounts.queries.staff import opened
from casework.agencies import queries as agencies
from casework.clock import london_date
from casework.errors import NotFound
from casework.work import UnitOfWork


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


def demonstration_people(work: UnitOfWork) -> list[DemonstrationPerson]:
    """Return every active account with its one-time code of the moment. For demonstration mode only; its callers see to that.

    It goes through all partnerships: open the unit of work with the system actor and no partnership. Raises NotAllowed for
    any other actor.
    """
    policy.require_system(work)
    rows = opened(work, work.session.scalars(select(Account).where(Account.state == rules.AccountState.ACTIVE)).all())
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
    accounts = opened(work, work.session.scalars(select(Account).where(Account.id.in_(list(roles)))).all())
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
