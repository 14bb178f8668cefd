"""Managing people: inviting, roles, suspending, resetting. Nobody here can choose or learn another's password.

The link of an invitation reaches its person by mail. As a fallback it is shown once to whoever invites, but only while the
account has never been set up: the link of a reset would open somebody's existing work, so it goes by mail alone.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, or_, select, update

from casework.access.actors import ActorKind
from casework.access.permissions import Role
from casework.accounts import events, policy, rules
from casework.accounts.models import Account, Invitation, Membership
from casework.accounts.operations import proving, sessions
from casework.clock import london_date
from casework.errors import Conflict, FieldError, Invalid, NotFound
from casework.partnerships import queries as partnerships
from casework.work import NO_PARTNERSHIP, UnitOfWork

_EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_{|}~-]+@[a-z0-9-]+(\.[a-z0-9-]+)+")
_NEED_AGENCY = frozenset({Role.REPRESENTATIVE, Role.REFERRER, Role.IDVA})


class WorksElsewhere(Conflict):
    """The person has a role in another partnership as well, which this one may not take away."""

    message = "This person works in another partnership too. End their roles here, or ask an operator."


class AlreadySetUp(Conflict):
    """There is nothing to invite to."""

    message = "This account has been set up. Reset it if the person can no longer sign in."


@dataclass(frozen=True, slots=True)
class Invited:
    """An invited account. `token` makes the link that is shown once; None when the link goes by mail alone or none is needed."""

    account_id: uuid.UUID
    token: str | None


def invite(
    work: UnitOfWork,
    *,
    name: str,
    email: str,
    post: str,
    agency_id: uuid.UUID | None,
    roles: Collection[Role],
    from_date: date | None = None,
    until_date: date | None = None,
) -> Invited:
    """Invite somebody to this partnership in these roles, from the London day `from_date` (today) until before `until_date`.

    Somebody who has an account already only gets the roles, and name and post stay as they are. Raises NotAllowed without
    account:manage, and Invalid naming each wrong field.
    """
    policy.require_manage(work)
    today = london_date(work.now)
    email = email.strip().casefold()
    _check_person(work, name=name, email=email, post=post, agency_id=agency_id, roles=roles)
    for role in roles:
        policy.require_grant(work, role)
    token = proving.email_token(work, email)
    account = work.session.scalar(select(Account).where(Account.email_token == token).with_for_update())
    if account is None:
        account = Account(
            id=uuid.uuid4(),
            key_id=work.keys.new("account", NO_PARTNERSHIP),
            agency_id=agency_id,
            email_token=token,
            state=rules.AccountState.INVITED.value,
            created_at=work.now,
        )
        account.profile.seal(work.keys, {"name": name.strip(), "email": email, "post": post.strip()})
        work.session.add(account)
        work.session.flush()  # the account's row first: its memberships and its link refer to it
    else:
        policy.require_manage_of(work, account.id)
        if account.agency_id != agency_id:
            raise Invalid.field("agency_id", "This person has an account with another agency.")
    for role in roles:
        _give(work, account, role, from_date or today, until_date)
    work.note("account:invite", "account", account.id)
    if account.state != rules.AccountState.INVITED:
        _rights_changed(work, account)
        return Invited(account.id, None)
    return _send_link(work, account)


def invite_again(work: UnitOfWork, *, account_id: uuid.UUID) -> Invited:
    """Send a new link to somebody who has yet to set up their account; links sent before stop working.

    Raises NotAllowed, NotFound, and AlreadySetUp.
    """
    account = _account_here(work, account_id)
    if account.state != rules.AccountState.INVITED:
        raise AlreadySetUp
    work.note("account:invite_again", "account", account.id)
    return _send_link(work, account)


def invitation_token(work: UnitOfWork, *, account_id: uuid.UUID) -> str | None:
    """Make a link token for the mail that invites somebody, at the moment of sending; None when there is nothing to set up.

    For the mailer: raises NotAllowed for any actor but the installation itself.
    """
    policy.require_system(work)
    account = work.session.get(Account, account_id)
    if account is None or account.state != rules.AccountState.INVITED:
        return None
    return _new_token(work, account.id)


def activate(work: UnitOfWork, *, account_id: uuid.UUID, password: str, secret: str) -> None:
    """Set up an invented person's account with a given password and secret of one-time codes (base32).

    For the seed of a demonstration and for rehearsals: raises NotAllowed for any actor but the installation itself, so that no
    person chooses another's password. Raises NotFound, AlreadySetUp.
    """
    policy.require_system(work)
    account = work.session.get(Account, account_id, with_for_update=True)
    if account is None:
        raise NotFound
    if account.state != rules.AccountState.INVITED:
        raise AlreadySetUp
    account.password_hash = proving.password_hash(password)
    account.secret.seal(work.keys, {"totp": secret})
    account.last_code_step = 0
    account.state = rules.AccountState.ACTIVE.value
    void_links(work, account.id)
    work.note("account:set_up", "account", account.id)


def give_role(
    work: UnitOfWork,
    *,
    account_id: uuid.UUID,
    role: Role,
    from_date: date | None = None,
    until_date: date | None = None,
    deputises_for_account_id: uuid.UUID | None = None,
) -> None:
    """Give somebody of this partnership a further role, from a London day (today) until before another. Ends their sessions.

    Raises NotAllowed (also for one's own account), NotFound, Invalid, and Conflict when they have the role.
    """
    account = _account_here(work, account_id)
    policy.require_grant(work, role)
    if role in _NEED_AGENCY and account.agency_id is None:
        raise Invalid.field("role", "This role is held for an agency, and this person has none.")
    if deputises_for_account_id is not None and not _has_place(work, deputises_for_account_id):
        raise Invalid.field(
            "deputises_for_account_id", "The person whom they deputise for must be of this partnership."
        )
    _give(work, account, role, from_date or london_date(work.now), until_date, deputises_for_account_id)
    _rights_changed(work, account)


def end_role(work: UnitOfWork, *, membership_id: uuid.UUID, on: date | None = None) -> None:
    """End a role from the London day `on` (today, which is at once). Ends the person's sessions. The row stays, for the past.

    Raises NotAllowed (also for one's own account), NotFound, Invalid, and Conflict when it has ended.
    """
    row = work.session.get(Membership, membership_id, with_for_update=True)
    if row is None or row.partnership_id != work.partnership_id:
        policy.require_manage(work)
        raise NotFound
    account = _account_here(work, row.account_id)
    policy.require_grant(work, Role(row.role))
    on = on or london_date(work.now)
    if row.until_date is not None and row.until_date <= on:
        raise Conflict("This role has ended already.")
    if on < london_date(work.now):
        raise Invalid.field("on", "A role cannot be ended in the past.")
    row.until_date = max(on, row.from_date)
    work.note("role:end", "account", account.id, reason=row.role)
    _rights_changed(work, account)


def suspend(work: UnitOfWork, *, account_id: uuid.UUID) -> None:
    """Keep somebody from signing in anywhere, at once. Raises NotAllowed, NotFound, WorksElsewhere, Conflict."""
    account = _account_here(work, account_id, whole=True)
    if account.state == rules.AccountState.SUSPENDED:
        raise Conflict("This account is suspended already.")
    account.state = rules.AccountState.SUSPENDED.value
    void_links(work, account.id)
    sessions.end_all(work, account.id, rules.SessionEnd.SUSPENDED)
    work.note("account:suspend", "account", account.id)
    work.record(
        events.AccountSuspended(partnership_id=work.partnership_id, account_id=account.id, agency_id=account.agency_id)
    )


def reinstate(work: UnitOfWork, *, account_id: uuid.UUID) -> None:
    """Let somebody who was suspended sign in again, as before. Raises NotAllowed, NotFound, WorksElsewhere, Conflict."""
    account = _account_here(work, account_id, whole=True)
    if account.state != rules.AccountState.SUSPENDED:
        raise Conflict("This account is not suspended.")
    set_up = account.password_hash is not None
    account.state = (rules.AccountState.ACTIVE if set_up else rules.AccountState.INVITED).value
    work.note("account:reinstate", "account", account.id)


def reset(work: UnitOfWork, *, account_id: uuid.UUID) -> Invited:
    """Take away password, one-time codes and recovery codes of somebody who can no longer sign in; a link to set up anew goes out.

    Only an operator's command sees the link; for all others it goes by mail alone. Raises NotAllowed, NotFound,
    WorksElsewhere, and Conflict for an account that is suspended or not yet set up.
    """
    account = _account_here(work, account_id, whole=True)
    if account.state != rules.AccountState.ACTIVE:
        raise Conflict("Only an account that is in use can be reset.")
    account.state = rules.AccountState.INVITED.value
    account.password_hash = None
    account.secret.seal(work.keys, None)
    proving.void_recovery_codes(work, account.id)
    sessions.end_all(work, account.id, rules.SessionEnd.RESET)
    work.note("account:reset", "account", account.id)
    return _send_link(work, account)


def end_sessions(work: UnitOfWork, *, account_id: uuid.UUID) -> int:
    """End every session of somebody, for a lost device, and return how many there were. Raises NotAllowed, NotFound."""
    account = _account_here(work, account_id)
    return sessions.end_all(work, account.id, rules.SessionEnd.ENDED_BY_MANAGER)


def void_links(work: UnitOfWork, account_id: uuid.UUID) -> None:
    """Make every unused link of an account useless."""
    work.session.execute(
        update(Invitation)
        .where(Invitation.account_id == account_id, Invitation.used_at.is_(None), Invitation.expires_at > work.now)
        .values(expires_at=work.now)
    )


def _check_person(
    work: UnitOfWork, *, name: str, email: str, post: str, agency_id: uuid.UUID | None, roles: Collection[Role]
) -> None:
    errors = []
    if not name.strip() or len(name) > 120:
        errors.append(FieldError("name", "Enter the person's name, in up to 120 characters."))
    if len(email) > 200 or not _EMAIL.fullmatch(email):
        errors.append(FieldError("email", "Enter a work e-mail address, like name@example.gov.uk."))
    if len(post) > 120:
        errors.append(FieldError("post", "The post must have 120 characters or fewer."))
    if not roles:
        errors.append(FieldError("roles", "Choose at least one role."))
    if agency_id is None:
        if _NEED_AGENCY & set(roles):
            errors.append(FieldError("agency_id", "Choose the agency for which the person works."))
    elif agency_id not in {one.agency_id for one in partnerships.member_agencies(work, on=london_date(work.now))}:
        errors.append(FieldError("agency_id", "Choose an agency that is a member of this partnership."))
    if errors:
        raise Invalid(errors)


def _has_place(work: UnitOfWork, account_id: uuid.UUID) -> bool:
    return bool(
        work.session.scalar(
            select(
                exists().where(Membership.account_id == account_id, Membership.partnership_id == work.partnership_id)
            )
        )
    )


def _account_here(work: UnitOfWork, account_id: uuid.UUID, *, whole: bool = False) -> Account:
    """Lock an account of this partnership that the actor may manage; `whole` when the act reaches beyond this partnership."""
    policy.require_manage_of(work, account_id)
    account = work.session.get(Account, account_id, with_for_update=True)
    if account is None or not _has_place(work, account_id):
        raise NotFound
    if whole and not policy.is_operator(work):
        today = london_date(work.now)
        elsewhere = exists().where(
            Membership.account_id == account_id,
            Membership.partnership_id != work.partnership_id,
            or_(Membership.until_date.is_(None), Membership.until_date > today),
        )
        if work.session.scalar(select(elsewhere)):
            raise WorksElsewhere
    return account


def _give(
    work: UnitOfWork,
    account: Account,
    role: Role,
    from_date: date,
    until_date: date | None,
    deputises_for_account_id: uuid.UUID | None = None,
) -> None:
    if from_date < london_date(work.now) and work.actor.kind is ActorKind.PERSON:
        raise Invalid.field("from_date", "A role cannot begin in the past.")
    if until_date is not None and until_date <= from_date:
        raise Invalid.field("until_date", "A role must end after the day on which it begins.")
    held = work.session.scalars(
        select(Membership).where(
            Membership.account_id == account.id,
            Membership.partnership_id == work.partnership_id,
            Membership.role == role.value,
            or_(Membership.until_date.is_(None), Membership.until_date > from_date, Membership.from_date == from_date),
        )
    ).all()
    row = next((one for one in held if one.until_date is not None and one.until_date <= one.from_date), None)
    if len(held) > (row is not None):
        raise Conflict("This person has that role already.")
    if row is None:
        row = Membership(id=uuid.uuid4(), account_id=account.id, partnership_id=work.partnership_id, role=role.value)
        work.session.add(row)
    row.from_date, row.until_date, row.deputises_for_account_id = from_date, until_date, deputises_for_account_id
    work.note("role:give", "account", account.id, reason=role.value)


def _rights_changed(work: UnitOfWork, account: Account) -> None:
    sessions.end_all(work, account.id, rules.SessionEnd.RIGHTS_CHANGED)
    work.record(
        events.RightsChanged(partnership_id=work.partnership_id, account_id=account.id, agency_id=account.agency_id)
    )


def _send_link(work: UnitOfWork, account: Account) -> Invited:
    void_links(work, account.id)
    work.record(events.AccountInvited(partnership_id=work.partnership_id, account_id=account.id))
    # Set up once, an account has a step of its codes: from then on its link opens somebody's work.
    never_set_up = account.last_code_step is None
    may_see_link = never_set_up or work.actor.kind in (ActorKind.OPERATOR, ActorKind.SYSTEM)
    return Invited(account.id, _new_token(work, account.id) if may_see_link else None)


def _new_token(work: UnitOfWork, account_id: uuid.UUID) -> str:
    token = secrets.token_urlsafe(32)
    work.session.add(
        Invitation(
            id=uuid.uuid4(),
            account_id=account_id,
            token_hash=hashlib.sha256(token.encode()).digest(),
            expires_at=work.now + rules.INVITATION_LASTS,
        )
    )
    return token
