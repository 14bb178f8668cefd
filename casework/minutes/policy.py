"""Who may draft, approve and read minutes."""

from __future__ import annotations

import uuid

from sqlalchemy import ColumnElement, exists, not_, select

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
