"""Who stands in which relation to a case, who is shut out, and who has accepted a round's confidentiality."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Executable, Uuid, bindparam, or_, select

from casework.access import blocks
from casework.access.actors import Actor
from casework.access.models import CaseBlock
from casework.access.permissions import Permission
from casework.cases import policy
from casework.cases.models import Case, Confidentiality, Standing
from casework.cases.rules import StandingKind
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class StandingRecord:
    """Who may open a case, why, from when until when."""

    agency_id: uuid.UUID | None
    account_id: uuid.UUID | None
    kind: str
    from_at: datetime
    until_at: datetime | None


@dataclass(frozen=True, slots=True)
class BlockRecord:
    """A conflict block, shown only to those who may set one."""

    id: uuid.UUID
    account_id: uuid.UUID | None
    agency_id: uuid.UUID | None
    reason: str
    from_at: datetime
    lifted_at: datetime | None


@dataclass(frozen=True, slots=True)
class AccessRecord:
    """Who may open a case and why, and who is shut out. `blocks` is empty for whoever may not set one."""

    case_id: uuid.UUID
    number: str
    standings: tuple[StandingRecord, ...]
    blocks: tuple[BlockRecord, ...]
    may_block: bool


def case_access(work: UnitOfWork, *, case_id: uuid.UUID) -> AccessRecord:
    """Return who may open a case, for those who answer for it: co-ordinator and chair. Raises NotAllowed, NotFound."""
    if not work.actor.has(Permission.CASE_BLOCK):
        work.require(Permission.AUDIT_VIEW)
    case = policy.reach(work, case_id, act="case:view_access")
    work.note_view("case:view_access", "case", case.id)
    may_block = work.actor.has(Permission.CASE_BLOCK)
    return AccessRecord(
        case_id=case.id,
        number=case.number,
        standings=_standings(work, case.id),
        blocks=_blocks(work, case) if may_block else (),
        may_block=may_block,
    )


def blocks_of_file(work: UnitOfWork, *, case_id: uuid.UUID) -> tuple[BlockRecord, ...]:
    """Return who is shut out of a young person's file, for who may set a block there. Raises NotAllowed, NotFound."""
    work.require(Permission.YOUTH_CASE_BLOCK)
    case = policy.reach_whole_file(work, case_id, act="case:view_access")
    work.note_view("case:view_access", "case", case.id)
    return _blocks(work, case)


def _standings(work: UnitOfWork, case_id: uuid.UUID) -> tuple[StandingRecord, ...]:
    rows = work.session.scalars(select(Standing).where(Standing.case_id == case_id).order_by(Standing.from_at))
    return tuple(StandingRecord(row.agency_id, row.account_id, row.kind, row.from_at, row.until_at) for row in rows)


def _blocks(work: UnitOfWork, case: Case) -> tuple[BlockRecord, ...]:
    rows = work.session.scalars(select(CaseBlock).where(CaseBlock.case_id == case.id).order_by(CaseBlock.from_at)).all()
    if rows:
        work.keys.load([case.key_id])
    return tuple(
        BlockRecord(
            id=row.id,
            account_id=row.account_id,
            agency_id=row.agency_id,
            reason=str((row.reason.open(work.keys) or {}).get("words", "")),
            from_at=row.from_at,
            lifted_at=row.lifted_at,
        )
        for row in rows
    )


def keepers_of_file(work: UnitOfWork, *, case_id: uuid.UUID, at: datetime) -> set[uuid.UUID]:
    """Return the agency that keeps a young person's file at an instant, alone: not those who work on it. None of a MARAC's case.

    For decisions; no page shows it.
    """
    return {
        agency_id
        for agency_id in work.session.scalars(
            select(Standing.agency_id).where(
                Standing.case_id == case_id,
                Standing.kind == StandingKind.HOME_AGENCY.value,
                Standing.from_at <= at,
                or_(Standing.until_at.is_(None), Standing.until_at > at),
            )
        )
        if agency_id is not None
    }


def blocked_accounts(
    work: UnitOfWork, *, case_ids: Iterable[uuid.UUID], at: datetime
) -> dict[uuid.UUID, set[uuid.UUID]]:
    """Return, for each case, the accounts and agencies that are blocked at an instant (ids of both kinds).

    For decisions on sharing and mail, which need the truth whoever acts; no page shows it.
    """
    rows = work.session.execute(
        select(CaseBlock.case_id, CaseBlock.account_id, CaseBlock.agency_id).where(
            CaseBlock.case_id.in_(list(case_ids)), blocks.holds(at)
        )
    )
    found: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for case_id, account_id, agency_id in rows:
        found[case_id] |= {one for one in (account_id, agency_id) if one is not None}
    return dict(found)


def accepted_confidentiality(work: UnitOfWork, *, conference_id: uuid.UUID) -> dict[uuid.UUID, datetime]:
    """Return which accounts have accepted a round's confidentiality statement, and when."""
    return {row.account_id: row.accepted_at for row in work.rows(_accepted, conference_id=conference_id)}


def _accepted(_actor: Actor, _now: datetime) -> Executable:
    return select(Confidentiality.account_id, Confidentiality.accepted_at).where(
        Confidentiality.conference_id == bindparam("conference_id", type_=Uuid)
    )
