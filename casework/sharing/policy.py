"""Who may see and change a share: the agency that sends, the agency that received, the two who review, the information lead.

A block hides a share as it hides the case. The receiving agency sees what was delivered and never what was left out, nor why.
"""

from __future__ import annotations

import uuid
from typing import NoReturn

from sqlalchemy import ColumnElement, Select, and_, exists, false, not_, or_, select, true
from sqlalchemy.orm import aliased

from casework.access import blocks
from casework.access.actors import ActorKind
from casework.access.permissions import Permission, Role
from casework.agencies.models import Agency
from casework.cases import policy as cases
from casework.cases.models import Case
from casework.consent.rules import Category
from casework.disclosures.models import Disclosure
from casework.disclosures.rules import HEARD, TEAM
from casework.errors import NotFound
from casework.sharing.models import Share, ShareItem, WithdrawalNotice
from casework.sharing.rules import RECEIVED, Part, ShareState
from casework.work import UnitOfWork

_RECEIVED = [state.value for state in RECEIVED]


def is_mine(work: UnitOfWork) -> ColumnElement[bool]:
    """Return the SQL condition that a Share was sent by the actor's agency and the actor asked for it or may open the case."""
    actor = work.actor
    if not _takes_part(work, Permission.SHARE_ASK, Permission.SHARE_REVIEW):
        return false()
    visible = select(Case.id).where(cases.may_see(actor, work.now))
    return and_(
        Share.from_agency_id == actor.agency_id,
        or_(Share.asked_by_account_id == actor.account_id, Share.case_id.in_(visible)),
        _not_blocked(work),
    )


def is_received(work: UnitOfWork) -> ColumnElement[bool]:
    """Return the SQL condition that a Share reached the inbox of the actor's agency, for those who answer there."""
    if not _takes_part(work, Permission.SHARE_ANSWER, Permission.SHARE_REVIEW):
        return false()
    return and_(Share.to_agency_id == work.actor.agency_id, Share.state.in_(_RECEIVED), _not_blocked(work))


def is_to_review(work: UnitOfWork) -> ColumnElement[bool]:
    """Return the SQL condition that a Share waits for the actor's review: their agency's own, or a health item for a health lead."""
    if not _takes_part(work, Permission.SHARE_REVIEW):
        return false()
    waits = Share.state.in_([ShareState.NEEDS_REVIEW.value, ShareState.NEEDS_AGREEMENT.value, ShareState.REFUSED.value])
    reach = [and_(Share.from_agency_id == work.actor.agency_id, Share.state == ShareState.NEEDS_REVIEW.value)]
    if Part.HEALTH_SAFEGUARDING_LEAD in parts_of(work):
        reach.append(Share.may_be_signed.is_(True))
    return and_(waits, or_(*reach), _not_blocked(work))


def is_overseen(work: UnitOfWork) -> ColumnElement[bool]:
    """Return the SQL condition that the actor, as information lead, sees what was decided about a Share and on which grounds."""
    return _not_blocked(work) if _takes_part(work, Permission.SHARE_OVERSEE) else false()


def knows_name(work: UnitOfWork, *, case_id: ColumnElement[uuid.UUID]) -> ColumnElement[bool]:
    """Return the SQL condition that the actor may be told whom the case of column `case_id` is about.

    Who may open the file; and the agency that received the basic details, or was on the team, for what else it received. Nobody
    learns a name from having been sent something else.
    """
    received = aliased(Share)
    was_told = exists().where(
        received.case_id == case_id,
        received.to_agency_id == work.actor.agency_id,
        received.state.in_(_RECEIVED),
        ShareItem.share_id == received.id,
        ShareItem.category == Category.BASIC.value,
        ShareItem.is_delivered.is_(True),
    )
    return or_(
        was_told,
        case_id.in_(of_whose_team(work)),
        case_id.in_(select(Case.id).where(cases.may_see(work.actor, work.now))),
    )


def of_whose_team(work: UnitOfWork) -> Select[uuid.UUID]:
    """Return a query for the cases that the actor's agency was told of by joining the team: it knows who that is, also afterwards."""
    return _told_as(work, TEAM)


def told_by_word(work: UnitOfWork) -> Select[uuid.UUID]:
    """Return a query for the cases that the actor's agency was told of outside its inbox: on the team, or where a meeting heard one."""
    return _told_as(work, TEAM, HEARD)


def _told_as(work: UnitOfWork, *kinds: str) -> Select[uuid.UUID]:
    return select(Disclosure.case_id).where(
        Disclosure.to_agency_id == work.actor.agency_id, Disclosure.kind.in_(kinds), Disclosure.was_shared.is_(True)
    )


def parts_of(work: UnitOfWork) -> tuple[Part, ...]:
    """Return in which parts the actor may sign. A safeguarding lead of an NHS body also signs for confidential health information."""
    roles, found = work.actor.roles, []
    if Role.YOUTH_MANAGER in roles:
        found.append(Part.MANAGER)
    if Role.SAFEGUARDING_LEAD in roles:
        found.append(Part.SAFEGUARDING_LEAD)
        body = work.session.scalar(select(Agency.body).where(Agency.id == work.actor.agency_id))
        if body == "health":
            found.append(Part.HEALTH_SAFEGUARDING_LEAD)
    if Role.INFORMATION_LEAD in roles:
        found.append(Part.INFORMATION_LEAD)
    return tuple(found)


def reach(work: UnitOfWork, share_id: uuid.UUID, *which: ColumnElement[bool], act: str, lock: bool = False) -> Share:
    """Return a share for which one of these conditions holds. Raises NotFound, the same for a hidden and a missing one."""
    is_system = work.actor.kind is ActorKind.SYSTEM
    query = select(Share).where(Share.id == share_id, true() if is_system else or_(false(), *which))
    share = work.session.scalar(query.with_for_update(of=Share) if lock else query)
    if share is None:
        work.refuse(act=act, code="standing", subject_kind="share", subject_id=share_id)
        raise NotFound
    return share


def is_told(work: UnitOfWork) -> ColumnElement[bool]:
    """Return the SQL condition that a WithdrawalNotice is to the actor's agency, for those who answer there."""
    if not _takes_part(work, Permission.SHARE_ANSWER, Permission.SHARE_REVIEW):
        return false()
    return and_(
        WithdrawalNotice.agency_id == work.actor.agency_id,
        not_(blocks.is_blocked(work.actor, work.now, WithdrawalNotice.case_id)),
    )


def _takes_part(work: UnitOfWork, *permissions: Permission) -> bool:
    actor = work.actor
    if actor.kind is ActorKind.SYSTEM:
        return True
    return actor.agency_id is not None and actor.protocol_signed and any(actor.has(one) for one in permissions)


def _not_blocked(work: UnitOfWork) -> ColumnElement[bool]:
    return not_(blocks.is_blocked(work.actor, work.now, Share.case_id))


def refuse_missing(work: UnitOfWork, act: str, kind: str, subject_id: uuid.UUID) -> NoReturn:
    """Keep the refusal for the trail and raise NotFound, the same for a hidden and a missing row."""
    work.refuse(act=act, code="standing", subject_kind=kind, subject_id=subject_id)
    raise NotFound
