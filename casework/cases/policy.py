"""Who may open a case. One order, default no: block, protocol, role, standing (with accepted confidentiality), purpose, time window.

The record, every list, count, search, export and notice use the one condition below (docs/adr/0004-access-order.md). A case
that may not be seen and a case that does not exist give the same answer. A permission of one programme reaches no case of the
other, so that a youth worker learns of no MARAC and a MARAC of no young person's file (docs/adr/0015-youth-support.md).
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Executable, Uuid, and_, bindparam, exists, false, not_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from casework.access import blocks
from casework.access.actors import Actor, ActorKind
from casework.access.permissions import Permission, Role
from casework.cases.models import Case, Confidentiality, Standing
from casework.cases.rules import OPENS_NO_CASE, StandingKind
from casework.errors import NotAllowed, NotFound
from casework.programmes.registry import MARAC, YOUTH_SUPPORT, Programme
from casework.work import UnitOfWork

# An agency's standing is used by those who speak for it. A frontline referrer of the same agency has only what is theirs.
SPEAKS_FOR_AGENCY = frozenset({Role.REPRESENTATIVE, Role.IDVA})
# In youth support it is used by those who answer for the agency's own files; a youth worker has only what is theirs.
ANSWERS_FOR_YOUTH_FILES = frozenset({Role.YOUTH_MANAGER, Role.SAFEGUARDING_LEAD})


def is_blocked(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """Return the SQL condition that a conflict block on a Case holds for `actor` at `now`."""
    return blocks.is_blocked(actor, now, Case.id)


def has_standing(
    actor: Actor,
    now: datetime,
    *,
    ignore_confidentiality: bool = False,
    speaking: frozenset[Role] = SPEAKS_FOR_AGENCY,
    kinds: Collection[StandingKind] = (),
) -> ColumnElement[bool]:
    """Return the SQL condition that `actor` stands in some relation to a Case at `now`, or in one of `kinds`.

    Without `kinds` standing that opens no case (cases.rules) is left out. Standing that a round's list gave counts only once
    the person has accepted that round's confidentiality statement. An agency's standing is used by those of its people who
    hold one of the roles `speaking`.
    """
    held_by = [Standing.account_id == actor.account_id]
    if actor.agency_id is not None and actor.roles & speaking:
        held_by.append(and_(Standing.account_id.is_(None), Standing.agency_id == actor.agency_id))
    accepted = or_(
        Standing.conference_id.is_(None),
        exists().where(
            Confidentiality.conference_id == Standing.conference_id, Confidentiality.account_id == actor.account_id
        ),
    )
    return exists().where(
        Standing.case_id == Case.id,
        Standing.from_at <= now,
        or_(Standing.until_at.is_(None), Standing.until_at > now),
        or_(*held_by),
        Standing.kind.in_([kind.value for kind in kinds])
        if kinds
        else Standing.kind.not_in([kind.value for kind in OPENS_NO_CASE]),
        true() if ignore_confidentiality else accepted,
    )


def may_see(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """Return the SQL condition that limits any query over Case to what `actor` may see at `now`."""
    if actor.kind is ActorKind.SYSTEM:
        return true()
    if actor.account_id is None or not actor.protocol_signed:
        return false()
    reached: list[ColumnElement[bool]] = []
    if actor.has(Permission.CASE_VIEW):
        stands = true() if actor.has(Permission.CASE_VIEW_ALL) else has_standing(actor, now)
        reached.append(and_(is_of(MARAC), stands))
    if actor.has(Permission.YOUTH_CASE_VIEW):
        reached.append(and_(is_of(YOUTH_SUPPORT), has_standing(actor, now, speaking=ANSWERS_FOR_YOUTH_FILES)))
    return and_(not_(is_blocked(actor, now)), or_(false(), *reached))


def may_follow(actor: Actor, now: datetime, source_id: InstrumentedAttribute[uuid.UUID]) -> ColumnElement[bool]:
    """Return the SQL condition that `actor` wrote the referral in column `source_id`, of which a Case came, and may learn what became
    of it: its rounds and its actions. A block and an unsigned protocol end that as they end everything."""
    if actor.account_id is None or not actor.protocol_signed:
        return false()
    wrote = exists().where(
        Standing.case_id == Case.id,
        Standing.kind == StandingKind.REFERRER.value,
        Standing.account_id == actor.account_id,
        Standing.source_id == source_id,
        Standing.from_at <= now,
        or_(Standing.until_at.is_(None), Standing.until_at > now),
    )
    return and_(is_of(MARAC), not_(is_blocked(actor, now)), wrote)


def may_know_people(actor: Actor, now: datetime, kinds: Collection[StandingKind]) -> ColumnElement[bool]:
    """Return the SQL condition that `actor` may know the people of a Case: may see it, or stands in it in one of `kinds`."""
    if not kinds or actor.account_id is None or not actor.protocol_signed:
        return may_see(actor, now)
    return or_(may_see(actor, now), and_(not_(is_blocked(actor, now)), has_standing(actor, now, kinds=kinds)))


def is_of(programme: Programme) -> ColumnElement[bool]:
    """Return the SQL condition that a Case belongs to a programme. Every list, count and search asks for its own."""
    return Case.programme == programme.code


WHOLE_FILE = (StandingKind.CASE_HOLDER, StandingKind.LEAD_PROFESSIONAL, StandingKind.HOME_AGENCY)
"""Who sees the whole of a young person's file: who holds it, the lead professional, and those who answer for its agency's files."""


def sees_whole_file(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """Return the SQL condition that `actor`, who may see a Case of youth support, sees the whole of it and writes in it."""
    if actor.kind is ActorKind.SYSTEM:
        return true()
    return has_standing(actor, now, kinds=WHOLE_FILE, speaking=ANSWERS_FOR_YOUTH_FILES)


def reach_whole_file(work: UnitOfWork, case_id: uuid.UUID, *, act: str, lock: bool = False) -> Case:
    """Return a case of youth support for somebody who sees the whole of it. Raises NotFound, NotAllowed for the rest of the team."""
    query = select(Case, sees_whole_file(work.actor, work.now)).where(
        Case.id == case_id, is_of(YOUTH_SUPPORT), may_see(work.actor, work.now)
    )
    found = work.session.execute(query.with_for_update(of=Case) if lock else query).one_or_none()
    case, is_whole = found or (reach(work, case_id, act=act, programme=YOUTH_SUPPORT), False)
    if not is_whole:
        work.refuse(act=act, code="part_only", subject_kind="case", subject_id=case.id)
        raise NotAllowed("The lead professional does this.", code="part_only")
    return case


def reach_unless_blocked(work: UnitOfWork, case_id: uuid.UUID, *, act: str) -> Case:
    """Return a case for an act that needs no standing in it: the chair's word for a late case, an agency's mark on its own files.

    Raises NotFound for a missing case and for anybody who is blocked or whose agency has no protocol in force.
    """
    case = work.session.scalar(
        select(Case).where(Case.id == case_id, is_of(MARAC), not_(is_blocked(work.actor, work.now)))
    )
    if case is None or not (work.actor.protocol_signed or work.actor.kind is ActorKind.SYSTEM):
        code = _why_not(work, case_id)
        work.refuse(act=act, code=code, subject_kind="case", subject_id=case_id)
        raise NotFound
    return case


def reach(
    work: UnitOfWork,
    case_id: uuid.UUID,
    *,
    act: str = "case:view",
    lock: bool = False,
    programme: Programme | None = None,
) -> Case:
    """Return the case if the actor may see it. Raises NotFound otherwise, the same for a hidden and a missing case.

    With `programme` a case of another one is not there. The refusal, with the rule that refused, goes to the trail and
    nowhere else.
    """
    found = work.entities(_within_reach, programme, lock, case_id=case_id)
    case: Case | None = found[0][0] if found else None
    # Asked in every case, so that a hidden case takes the same path as a missing one.
    code = _why_not(work, case_id) if case is None else None
    if case is None:
        work.refuse(act=act, code=code or "missing", subject_kind="case", subject_id=case_id)
        raise NotFound
    return case


def _within_reach(actor: Actor, now: datetime, programme: Programme | None, lock: bool) -> Executable:
    query = select(Case).where(Case.id == bindparam("case_id", type_=Uuid), may_see(actor, now))
    if programme is not None:
        query = query.where(is_of(programme))
    return query.with_for_update(of=Case) if lock else query


def _why_not(work: UnitOfWork, case_id: uuid.UUID) -> str:
    actor, now = work.actor, work.now
    stands_at_all = or_(
        has_standing(actor, now, ignore_confidentiality=True),
        has_standing(actor, now, ignore_confidentiality=True, speaking=ANSWERS_FOR_YOUTH_FILES),
    )
    row = work.session.execute(
        select(is_blocked(actor, now), stands_at_all, Case.programme).where(Case.id == case_id)
    ).first()
    if row is None:
        return "missing"
    blocked, stands, programme = row
    if blocked:
        return "block"
    if not actor.protocol_signed:
        return "protocol"
    if not actor.has(Permission.YOUTH_CASE_VIEW if programme == YOUTH_SUPPORT.code else Permission.CASE_VIEW):
        return "role"
    return "confidentiality" if stands else "standing"
