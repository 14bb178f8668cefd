"""Who may draft, approve and read minutes."""

from __future__ import annotations

import uuid

from sqlalchemy import ColumnElement, and_, exists, not_, select
from sqlalchemy.orm import aliased

from casework.access import blocks
from casework.access.permissions import Permission
from casework.accounts.models import Account
from casework.cases.models import Confidentiality
from casework.errors import NotAllowed, NotFound
from casework.minutes.models import Minutes, MinutesCase, MinutesCopy
from casework.work import UnitOfWork


def reach_latest(work: UnitOfWork, conference_id: uuid.UUID, *, lock: bool = False) -> Minutes:
    """Return the latest version of a round's minutes. Raises NotAllowed, NotFound, also when there is no such round."""
    work.require(Permission.CONFERENCE_VIEW)
    query = select(Minutes).where(Minutes.conference_id == conference_id).order_by(Minutes.version.desc()).limit(1)
    minutes = work.session.scalar(query.with_for_update() if lock else query)
    if minutes is None:
        raise NotFound
    return minutes


def reach_in_force(work: UnitOfWork, conference_id: uuid.UUID) -> Minutes:
    """Return the version of a round's minutes that agencies have: the latest that was issued. Raises NotAllowed, NotFound."""
    work.require(Permission.CONFERENCE_VIEW)
    minutes = work.session.scalar(select(Minutes).where(Minutes.conference_id == conference_id, is_in_force()))
    if minutes is None:
        raise NotFound
    return minutes


def is_in_force() -> ColumnElement[bool]:
    """Return the SQL condition that Minutes are issued and no later version is: a corrected version replaces the one before."""
    later = aliased(Minutes)
    return (Minutes.state == "issued") & ~exists().where(
        later.conference_id == Minutes.conference_id, later.version > Minutes.version, later.state == "issued"
    )


def reach_versions(work: UnitOfWork, conference_id: uuid.UUID) -> list[Minutes]:
    """Return every version of a round's minutes, the latest first. Raises NotAllowed, and NotFound when there is none."""
    work.require(Permission.CONFERENCE_VIEW)
    query = select(Minutes).where(Minutes.conference_id == conference_id).order_by(Minutes.version.desc())
    found = list(work.session.scalars(query))
    if not found:
        raise NotFound
    return found


def has_later(work: UnitOfWork, minutes: Minutes) -> bool:
    """Say whether a later version of these minutes has been begun: they are being corrected."""
    later = exists().where(Minutes.conference_id == minutes.conference_id, Minutes.version > minutes.version)
    return bool(work.session.scalar(select(later)))


def chosen(versions: list[Minutes], version: int | None) -> Minutes:
    """Return one of a round's versions by its number, or the latest (None). Raises NotFound."""
    found = next((one for one in versions if version in (None, one.version)), None)
    if found is None:
        raise NotFound
    return found


def require_whole_record(work: UnitOfWork) -> None:
    """Raise NotAllowed unless the actor works on the whole record: co-ordinator, administrator or chair."""
    if not (work.actor.has(Permission.MINUTES_DRAFT) or work.actor.has(Permission.MINUTES_APPROVE)):
        raise NotAllowed(code="role")


def holds_something(work: UnitOfWork) -> ColumnElement[bool]:
    """Return the SQL condition that a MinutesCopy has a case that is not blocked for the actor: else there is no copy for them."""
    return exists().where(
        MinutesCase.minutes_id == MinutesCopy.minutes_id,
        MinutesCase.agency_id == MinutesCopy.agency_id,
        not_(blocks.is_blocked(work.actor, work.now, MinutesCase.case_id)),
    )


def has_no_successor() -> ColumnElement[bool]:
    """Return the SQL condition that a MinutesCopy of replaced Minutes is an agency's last: no later version has one for that agency.

    One that was called back is none, since nobody read it.
    """
    later, theirs = aliased(Minutes), aliased(MinutesCopy)
    after = (later.conference_id == Minutes.conference_id, later.version > Minutes.version, later.state == "issued")
    again = exists().where(*after, theirs.minutes_id == later.id, theirs.agency_id == MinutesCopy.agency_id)
    return and_(Minutes.state == "issued", MinutesCopy.recalled_at.is_(None), exists().where(*after), not_(again))


def reach_copy(work: UnitOfWork, minutes: Minutes, *, lock: bool = False) -> MinutesCopy:
    """Return the copy of the actor's own agency, issued, not called back, and not only about cases from which the actor is blocked.

    With `lock` it is not called back while it is being opened. Raises NotAllowed, NotFound.
    """
    work.require(Permission.MINUTES_READ)
    query = select(MinutesCopy).where(
        MinutesCopy.minutes_id == minutes.id,
        MinutesCopy.agency_id == work.actor.agency_id,
        MinutesCopy.recalled_at.is_(None),
        holds_something(work),
    )
    copy = work.session.scalar(query.with_for_update(of=MinutesCopy) if lock else query)
    if copy is None:
        raise NotFound
    return copy


def bound_to_confidentiality(work: UnitOfWork, conference_id: uuid.UUID) -> dict[uuid.UUID, uuid.UUID]:
    """Return the accounts that accepted the round's confidentiality statement, each with its agency: an agency is bound by any of them."""
    rows = work.session.execute(
        select(Confidentiality.account_id, Account.agency_id)
        .join(Account, Account.id == Confidentiality.account_id)
        .where(Confidentiality.conference_id == conference_id, Account.agency_id.is_not(None))
        .order_by(Confidentiality.account_id)
    )
    return {account_id: agency_id for account_id, agency_id in rows if agency_id is not None}
