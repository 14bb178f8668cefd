"""Lists of shares: my agency's inbox, what was sent about a case, what waits for my review, and what the information lead oversees."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select, true
from sqlalchemy.orm import aliased

from casework.agencies.models import Agency
from casework.cases import policy as cases
from casework.consent.rules import Result
from casework.disclosures.models import Disclosure, SharingDecision
from casework.disclosures.rules import Consent
from casework.duties.models import Duty
from casework.duties.rules import DutyKind
from casework.people import queries as people
from casework.programmes.registry import YOUTH_SUPPORT
from casework.sharing import policy
from casework.sharing.models import Share, ShareItem
from casework.sharing.rules import PERMITS, ShareState
from casework.work import UnitOfWork

PAGE = 25


@dataclass(frozen=True, slots=True)
class ShareLine:
    """One share in a list. `about` is empty where the reader may not know whom it is about."""

    id: uuid.UUID
    case_id: uuid.UUID
    about: str
    from_agency: str
    to_agency: str
    purpose: str
    state: ShareState
    stopped_because: str | None
    categories: tuple[str, ...]
    asked_at: datetime
    delivered_at: datetime | None
    row: str
    is_override: bool


@dataclass(frozen=True, slots=True)
class SharePage:
    """One page of a list of shares."""

    lines: tuple[ShareLine, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Unanswered:
    """One share that waits in the inbox for an answer, in one line without a name."""

    id: uuid.UUID
    from_agency: str
    purpose: str
    delivered_at: datetime | None
    is_opened: bool


@dataclass(frozen=True, slots=True)
class Oversight:
    """What the information lead looks after, counted: shares no rule answers, shares that two people review, shares that went
    although somebody had said no, and those of which the young person is still to be told."""

    unmatched: int
    in_review: int
    overrides: int
    untold: int
    untold_late: int


def inbox(work: UnitOfWork, *, page: int = 1) -> SharePage:
    """Return what other agencies shared with the reader's agency, the latest first; what was left out is nowhere in it."""
    return _page(work, policy.is_received(work), page, is_named=True, is_receiver=True)


def unanswered(work: UnitOfWork, *, limit: int = 25) -> tuple[Unanswered, ...]:
    """Return the shares in the inbox of the reader's agency that nobody there has answered, the longest waiting first. One statement."""
    waits = Share.state.in_([ShareState.DELIVERED.value, ShareState.ACKNOWLEDGED.value])
    rows = work.session.execute(
        select(Share.id, Agency.name, Share.purpose, Share.delivered_at, Share.acknowledged_at)
        .join(Agency, Agency.id == Share.from_agency_id)
        .where(policy.is_received(work), waits)
        .order_by(Share.delivered_at, Share.id)
        .limit(limit)
    )
    return tuple(Unanswered(row[0], row[1], row[2], row[3], row[4] is not None) for row in rows)


def oversight(work: UnitOfWork) -> Oversight:
    """Return what the information lead looks after, counted, in one statement; nothing to anybody else."""
    owed = (Duty.subject_id == Share.id) & (Duty.kind == DutyKind.SHARE_TELL_SUBJECT.value) & (Duty.state == "open")
    overridden = Share.id.in_(_went_against_a_no())
    row = work.session.execute(
        select(
            func.count().filter(Share.state == ShareState.WITH_INFORMATION_LEAD.value),
            func.count().filter(Share.state == ShareState.NEEDS_REVIEW.value),
            func.count().filter(overridden),
            func.count().filter(exists().where(owed)),
            func.count().filter(exists().where(owed, Duty.due_at < work.now)),
        )
        .select_from(Share)
        .where(policy.is_overseen(work))
    ).one()
    return Oversight(*(int(number) for number in row))


def count_reviews_waiting(work: UnitOfWork) -> int:
    """Return how many shares wait for the reader's signature."""
    return work.session.scalar(select(func.count()).select_from(Share).where(policy.is_to_review(work))) or 0


def sent(work: UnitOfWork, *, case_id: uuid.UUID, page: int = 1) -> SharePage:
    """Return what the reader's agency asked to share about a young person and what became of it. Raises NotFound."""
    case = cases.reach(work, case_id, act="share:list", programme=YOUTH_SUPPORT)
    return _page(work, (Share.case_id == case.id) & policy.is_mine(work), page, is_named=True)


def reviews_waiting(work: UnitOfWork, *, page: int = 1) -> SharePage:
    """Return the shares that wait for the reader's signature: their agency's own, and health items for a health lead."""
    return _page(work, policy.is_to_review(work), page, is_named=False)


def questions(work: UnitOfWork, *, page: int = 1) -> SharePage:
    """Return the shares about which the information lead is asked, because no row of the table fits."""
    waits = Share.state == ShareState.WITH_INFORMATION_LEAD.value
    return _page(work, waits & policy.is_overseen(work), page, is_named=False)


def overrides(work: UnitOfWork, *, page: int = 1) -> SharePage:
    """Return the shares that went although somebody had said no, with the row that let them, for the information lead."""
    went = Share.id.in_(_went_against_a_no())
    return _page(work, went & policy.is_overseen(work), page, is_named=False)


def _went_against_a_no() -> Select[uuid.UUID]:
    return select(Disclosure.subject_id).where(
        Disclosure.kind == "share", Disclosure.was_shared.is_(True), Disclosure.consent == Consent.REFUSED.value
    )


def _page(
    work: UnitOfWork, condition: ColumnElement[bool], page: int, *, is_named: bool, is_receiver: bool = False
) -> SharePage:
    """Return a page of shares for which the condition holds: four statements for any number, and the views are noted."""
    page = max(page, 1)
    sender, receiver = aliased(Agency), aliased(Agency)
    knows_name = policy.knows_name(work, case_id=Share.case_id.expression) if is_receiver else true()
    rows = work.session.execute(
        select(
            Share,
            SharingDecision,
            Disclosure.consent,
            sender.name,
            receiver.name,
            func.count().over(),
            knows_name.label("knows_name"),
        )
        .join(SharingDecision, SharingDecision.id == Share.decision_id)
        .outerjoin(Disclosure, Disclosure.id == Share.disclosure_id)
        .join(sender, sender.id == Share.from_agency_id)
        .join(receiver, receiver.id == Share.to_agency_id)
        .where(condition)
        .order_by(func.coalesce(Share.delivered_at, Share.asked_at).desc(), Share.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    if not rows:
        return SharePage((), 0, page, 1)
    shares = [row[0] for row in rows]
    for share in shares:
        work.note_view("share:list", "share", share.id)
    categories = _categories(work, shares, is_delivered_only=is_receiver)
    persons = people.records(work, {row[0].person_id for row in rows if row[6]}) if is_named else {}
    lines = tuple(
        ShareLine(
            id=share.id,
            case_id=share.case_id,
            about=persons[share.person_id].name if knows and share.person_id in persons else "",
            from_agency=from_agency,
            to_agency=to_agency,
            purpose=share.purpose,
            state=ShareState(share.state),
            stopped_because=None if is_receiver else share.stopped_because,
            categories=tuple(categories.get(share.id, ())),
            asked_at=share.asked_at,
            delivered_at=share.delivered_at,
            row="" if is_receiver else decision.row,
            is_override=not is_receiver and consent == Consent.REFUSED.value and Result(decision.result) in PERMITS,
        )
        for share, decision, consent, from_agency, to_agency, _, knows in rows
    )
    total = int(rows[0][5])
    return SharePage(lines, total, page, -(-total // PAGE))


def _categories(work: UnitOfWork, shares: Sequence[Share], *, is_delivered_only: bool) -> dict[Any, list[str]]:
    found: dict[Any, list[str]] = {}
    rows = work.session.execute(
        select(ShareItem.share_id, ShareItem.category)
        .where(
            ShareItem.share_id.in_([one.id for one in shares]),
            ShareItem.is_delivered.is_(True) if is_delivered_only else true(),
        )
        .order_by(ShareItem.share_id, ShareItem.position)
    )
    for share_id, category in rows:
        if category not in found.setdefault(share_id, []):
            found[share_id].append(category)
    return found
