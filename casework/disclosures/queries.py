"""Reads of disclosures: what was shared about a case, with whom, on which basis; one record whole; a decision made again."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, func, not_, or_, select, true
from sqlalchemy.orm import aliased

from casework.access.actors import ActorKind
from casework.access.permissions import Permission
from casework.agencies.models import Agency
from casework.cases import policy
from casework.cases.models import Case
from casework.cases.rules import StandingKind
from casework.consent.rules import facts_from, may_share
from casework.disclosures.models import Disclosure, SharingDecision
from casework.disclosures.rules import Words, words_from
from casework.errors import NotFound
from casework.programmes.marac import sharing as marac
from casework.programmes.registry import MARAC, YOUTH_SUPPORT
from casework.work import UnitOfWork

PAGE = 25
# Who reads all that was shared about a young person. Everybody else reads what their own agency sent or received.
READS_ALL = (StandingKind.CASE_HOLDER, StandingKind.HOME_AGENCY, StandingKind.LEAD_PROFESSIONAL)


@dataclass(frozen=True, slots=True)
class DisclosureRecord:
    """One act of sharing or of not sharing, by its codes."""

    id: uuid.UUID
    kind: str
    from_agency_id: uuid.UUID | None
    to_agency_id: uuid.UUID | None
    was_shared: bool
    row: str
    basis: str | None
    rule_set: str
    disclosed_at: datetime
    purpose: str | None
    consent: str | None
    outcome: str | None
    decided_by_account_id: uuid.UUID | None
    corrects_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class DisclosureLine:
    """One act with the names of the two agencies."""

    record: DisclosureRecord
    from_agency: str
    to_agency: str


@dataclass(frozen=True, slots=True)
class DisclosurePage:
    """One page of the log of a case, the latest first. Behind the last page there is nothing, and no total."""

    lines: tuple[DisclosureLine, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class WholeRecord:
    """One act with all that is kept of it: codes, words, and the answer that it rests on. `corrected_by_id` is a later record of it."""

    record: DisclosureRecord
    case_id: uuid.UUID
    decision_id: uuid.UUID
    subject_id: uuid.UUID
    decided_as: str | None
    second_account_id: uuid.UUID | None
    jurisdiction: str | None
    cause: str | None
    agreement_id: uuid.UUID | None
    article_6: str | None
    article_9_10: str | None
    told: str | None
    method: str | None
    retention: str | None
    words: Words
    answer: Mapping[str, Any]
    corrected_by_id: uuid.UUID | None
    may_correct: bool


@dataclass(frozen=True, slots=True)
class Replay:
    """A decision made again on the facts that were kept with it: whether the answer is the same, and both answers."""

    decision_id: uuid.UUID
    rule_set: str
    row: str
    same: bool
    kept: Mapping[str, Any]
    again: Mapping[str, Any]


def disclosures_of(work: UnitOfWork, *, case_id: uuid.UUID) -> tuple[DisclosureRecord, ...]:
    """Return what was shared about a MARAC's case, the latest first. Raises NotFound for a case that the reader may not see.

    That an agency was left out for a conflict of interest is told only to those who may set a block.
    """
    policy.reach(work, case_id, act="disclosure:list", programme=MARAC)
    work.note_view("disclosure:list", "case", case_id)
    rows = work.session.execute(
        select(Disclosure, SharingDecision)
        .join(SharingDecision, SharingDecision.id == Disclosure.decision_id)
        .where(Disclosure.case_id == case_id)
        .order_by(Disclosure.disclosed_at.desc(), Disclosure.id)
    )
    return tuple(
        _record(act, decision)
        for act, decision in rows
        if decision.row != "blocked" or work.actor.has(Permission.CASE_BLOCK)
    )


def disclosure_log(work: UnitOfWork, *, case_id: uuid.UUID, page: int = 1) -> DisclosurePage:
    """Return a page of what was shared, and not shared, about a young person, the latest first. Raises NotFound.

    Who holds the file reads all of it. Everybody else on it reads what their own agency sent, and what it received: a no is
    nobody else's to know. Two queries for any number.
    """
    case = policy.reach(work, case_id, act="disclosure:list", programme=YOUTH_SUPPORT)
    work.note_view("disclosure:list", "case", case.id)
    page = max(page, 1)
    sender, receiver = aliased(Agency), aliased(Agency)
    rows = work.session.execute(
        select(Disclosure, SharingDecision, sender.name, receiver.name, func.count().over())
        .join(Case, Case.id == Disclosure.case_id)
        .join(SharingDecision, SharingDecision.id == Disclosure.decision_id)
        .outerjoin(sender, sender.id == Disclosure.from_agency_id)
        .outerjoin(receiver, receiver.id == Disclosure.to_agency_id)
        .where(Disclosure.case_id == case.id, _may_read(work))
        .order_by(Disclosure.disclosed_at.desc(), Disclosure.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    lines = tuple(DisclosureLine(_record(row[0], row[1]), row[2] or "", row[3] or "") for row in rows)
    total = int(rows[0][4]) if rows else 0
    return DisclosurePage(lines, total, page, max(1, -(-total // PAGE)))


def disclosure(work: UnitOfWork, *, disclosure_id: uuid.UUID) -> WholeRecord:
    """Return one act about a young person with all its words. Raises NotFound, the same for a hidden and a missing one.

    The information lead, who sees what was decided and on which grounds, reads every one; nobody else reads past their standing.
    """
    later = aliased(Disclosure)
    corrected_by = select(later.id).where(later.corrects_id == Disclosure.id).scalar_subquery()
    found = work.session.execute(
        select(Disclosure, SharingDecision, corrected_by)
        .join(Case, Case.id == Disclosure.case_id)
        .join(SharingDecision, SharingDecision.id == Disclosure.decision_id)
        .where(Disclosure.id == disclosure_id, policy.is_of(YOUTH_SUPPORT), or_(_sees_case(work), _oversees(work)))
        .where(or_(_may_read(work), _oversees(work)))
    ).one_or_none()
    if found is None:
        work.refuse(act="disclosure:view", code="missing", subject_kind="disclosure", subject_id=disclosure_id)
        raise NotFound
    act, decision, corrected_by_id = found
    work.note_view("disclosure:view", "disclosure", act.id)
    work.keys.load([key for key in (act.key_id, decision.key_id) if key is not None])
    return WholeRecord(
        record=_record(act, decision),
        case_id=act.case_id,
        decision_id=decision.id,
        subject_id=act.subject_id,
        decided_as=act.decided_as,
        second_account_id=act.second_account_id,
        jurisdiction=act.jurisdiction,
        cause=act.cause,
        agreement_id=act.agreement_id,
        article_6=act.article_6,
        article_9_10=act.article_9_10,
        told=act.told,
        method=act.method,
        retention=act.retention,
        words=words_from(act.record.open(work.keys) or {}),
        answer=decision.answer.open(work.keys) or {},
        corrected_by_id=corrected_by_id,
        may_correct=corrected_by_id is None and may_correct(work, act),
    )


def may_correct(work: UnitOfWork, act: Disclosure) -> bool:
    """Say whether the actor corrects words of an act that they have reached: the agency that shared does, of its own record."""
    role = work.actor.has(Permission.SHARE_ASK) or work.actor.has(Permission.SHARE_REVIEW)
    return role and work.actor.agency_id is not None and work.actor.agency_id == act.from_agency_id


def replay(work: UnitOfWork, *, decision_id: uuid.UUID) -> Replay:
    """Decide again on the facts that were kept with a decision, by the rules of its day, and say whether the answer is the same.

    Source: every decision must be explicable years later (docs/adr/0015-youth-support.md). Raises NotAllowed without
    share:oversee, NotFound for a decision that is not there or was made before facts were kept.
    """
    work.require(Permission.SHARE_OVERSEE)
    row = work.session.get(SharingDecision, decision_id)
    if row is None or row.key_id is None:
        raise NotFound
    work.note_view("decision:replay", "decision", row.id)
    facts, kept = row.facts.open(work.keys) or {}, row.answer.open(work.keys) or {}
    again = _decided_again(row.programme, facts)
    return Replay(row.id, row.rule_set, row.row, again == kept, kept, again)


def decision_ids(work: UnitOfWork, *, after: uuid.UUID | None = None, limit: int = 1_000) -> tuple[uuid.UUID, ...]:
    """Return the next decisions of the partnership in the order of their ids, to replay them one after the other. Raises NotAllowed."""
    work.require(Permission.SHARE_OVERSEE)
    query = select(SharingDecision.id).where(SharingDecision.key_id.is_not(None)).order_by(SharingDecision.id)
    if after is not None:
        query = query.where(SharingDecision.id > after)
    return tuple(work.session.scalars(query.limit(limit)))


def listed_to(work: UnitOfWork, *, subject_ids: Collection[uuid.UUID]) -> set[tuple[uuid.UUID, uuid.UUID]]:
    """Return the (case, agency) pairs that these listings were disclosed to when the list went out. For decisions; no page shows it."""
    rows = work.session.execute(
        select(Disclosure.case_id, Disclosure.to_agency_id).where(
            Disclosure.subject_id.in_(list(subject_ids)), Disclosure.kind == "list", Disclosure.was_shared.is_(True)
        )
    )
    return {(case_id, agency_id) for case_id, agency_id in rows if agency_id is not None}


def _decided_again(programme: str, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    if programme == MARAC.code:
        return marac.decided_again(facts).as_document()
    return may_share(facts_from(facts)).as_document()


def _sees_case(work: UnitOfWork) -> ColumnElement[bool]:
    return policy.may_see(work.actor, work.now)


def _oversees(work: UnitOfWork) -> ColumnElement[bool]:
    """The information lead, unless a conflict of interest shuts them out."""
    if not work.actor.has(Permission.SHARE_OVERSEE) or not work.actor.protocol_signed:
        return false()
    return not_(policy.is_blocked(work.actor, work.now))


def _may_read(work: UnitOfWork) -> ColumnElement[bool]:
    actor = work.actor
    if actor.kind is ActorKind.SYSTEM:
        return true()
    return or_(
        policy.has_standing(actor, work.now, kinds=READS_ALL, speaking=policy.ANSWERS_FOR_YOUTH_FILES),
        Disclosure.from_agency_id == actor.agency_id,
        (Disclosure.to_agency_id == actor.agency_id) & Disclosure.was_shared.is_(True),
    )


def _record(act: Disclosure, decision: SharingDecision) -> DisclosureRecord:
    return DisclosureRecord(
        id=act.id,
        kind=act.kind,
        from_agency_id=act.from_agency_id,
        to_agency_id=act.to_agency_id,
        was_shared=act.was_shared,
        row=decision.row,
        basis=decision.basis,
        rule_set=decision.rule_set,
        disclosed_at=act.disclosed_at,
        purpose=act.purpose,
        consent=act.consent,
        outcome=act.outcome,
        decided_by_account_id=act.decided_by_account_id,
        corrects_id=act.corrects_id,
    )
