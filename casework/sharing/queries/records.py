"""One share as its sender, its receiver, a reviewer or the information lead may see it, with its items and signatures."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select

from casework.access.permissions import Permission
from casework.agencies import queries as agencies
from casework.cases import policy as cases
from casework.cases.models import Case, CasePerson
from casework.cases.rules import Part as CasePart
from casework.clock import london_date
from casework.consent.rules import Category, Jurisdiction, rule_set_at
from casework.disclosures.models import SharingDecision
from casework.disclosures.queries import READS_ALL
from casework.errors import NotFound
from casework.people import queries as people
from casework.people.models import Person
from casework.programmes.registry import YOUTH_SUPPORT
from casework.sharing import policy
from casework.sharing.models import Share, ShareItem, ShareReview
from casework.sharing.queries.facts import Declared, Why, declared_from
from casework.sharing.rules import NOT_SENT, Conclusion, Mark, NewItem, Part, ShareState
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """One item with its words and marks. `is_delivered` tells the sender what went; the receiver gets nothing else."""

    position: int
    category: str
    mark: str
    is_about_others: bool
    is_delivered: bool
    words: str


@dataclass(frozen=True, slots=True)
class ReviewRecord:
    """One signature."""

    part: Part
    conclusion: Conclusion
    account_id: uuid.UUID
    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class ShareRecord:
    """One share. `answer` and `declared` are None for the receiving agency, which never learns what was left out, nor why."""

    id: uuid.UUID
    case_id: uuid.UUID
    person_id: uuid.UUID
    about: str
    from_agency_id: uuid.UUID
    to_agency_id: uuid.UUID
    from_agency: str
    to_agency: str
    purpose: str
    state: ShareState
    stopped_because: str | None
    asked_by_account_id: uuid.UUID
    asked_at: datetime
    delivered_at: datetime | None
    acknowledged_at: datetime | None
    answered_at: datetime | None
    told_at: datetime | None
    source_share_id: uuid.UUID | None
    source_agency: str | None
    answer_words: str
    items: tuple[ItemRecord, ...]
    answer: Mapping[str, Any] | None
    declared: Declared | None
    reviews: tuple[ReviewRecord, ...]
    decision_id: uuid.UUID | None
    disclosure_id: uuid.UUID | None
    is_mine: bool
    is_received: bool
    may_ask_again: bool
    may_answer: bool
    may_review_as: tuple[Part, ...]
    may_advise: bool
    may_seek_signature: bool


def share_record(work: UnitOfWork, *, share_id: uuid.UUID) -> ShareRecord:
    """Return one share as the reader may see it, and note the view. Raises NotFound, the same for a hidden and a missing one.

    The sender and the sending agency's reviewers see everything; the receiving agency what was delivered, with a name only where the
    basic details were shared with it; a health safeguarding lead
    and the information lead what is asked and why, without the items' words and without a name.
    """
    found = _reach(work, share_id)
    share, decision = found.share, found.decision
    is_mine, is_received, is_to_review = found.is_mine, found.is_received, found.is_to_review
    knows_all = is_mine or (is_to_review and share.from_agency_id == work.actor.agency_id)
    work.note_view("share:view", "share", share.id)
    work.keys.load([share.key_id, found.person.key_id])
    items = [one for one in items_of(work, share) if knows_all or (is_received and one.is_delivered)]
    source = work.session.get(Share, share.source_share_id) if share.source_share_id else None
    names = agencies.agency_names(
        work, [share.from_agency_id, share.to_agency_id, *([source.from_agency_id] if source else [])]
    )
    is_grounds = not is_received or is_mine
    person = people.opened(work, [found.person])[share.person_id] if knows_all or found.knows_name else None
    state = ShareState(share.state)
    parts = policy.parts_of(work) if is_to_review or state is ShareState.WITH_INFORMATION_LEAD else ()
    reviews = _reviews(work, share.id) if is_grounds else ()
    signed = {one.part for one in reviews}
    return ShareRecord(
        id=share.id,
        case_id=share.case_id,
        person_id=share.person_id,
        about=person.name if person else "",
        from_agency_id=share.from_agency_id,
        to_agency_id=share.to_agency_id,
        from_agency=names.get(share.from_agency_id, ""),
        to_agency=names.get(share.to_agency_id, ""),
        purpose=share.purpose,
        state=state,
        stopped_because=share.stopped_because if is_grounds else None,
        asked_by_account_id=share.asked_by_account_id,
        asked_at=share.asked_at,
        delivered_at=share.delivered_at,
        acknowledged_at=share.acknowledged_at,
        answered_at=share.answered_at,
        told_at=share.told_at if is_grounds else None,
        source_share_id=share.source_share_id,
        source_agency=names.get(source.from_agency_id) if source else None,
        answer_words=str((share.answer.open(work.keys) or {}).get("words", "")) if knows_all or is_received else "",
        items=tuple(_item(work, one) for one in items),
        answer=decision.answer.open(work.keys) if is_grounds else None,
        declared=_declared(work, share, knows_all) if is_grounds else None,
        reviews=reviews,
        decision_id=share.decision_id if is_grounds else None,
        disclosure_id=share.disclosure_id if is_grounds else None,
        is_mine=is_mine,
        is_received=is_received,
        may_ask_again=is_mine and state in NOT_SENT and work.actor.has(Permission.SHARE_ASK),
        may_answer=is_received
        and state in (ShareState.DELIVERED, ShareState.ACKNOWLEDGED)
        and work.actor.has(Permission.SHARE_ANSWER),
        may_review_as=_may_review_as(share, parts, signed, work) if is_to_review else (),
        may_seek_signature=is_mine
        and state in NOT_SENT
        and not share.may_be_signed
        and work.actor.has(Permission.SHARE_ASK)
        and _has_confidential(work, items),
        may_advise=Part.INFORMATION_LEAD in parts and state is ShareState.WITH_INFORMATION_LEAD,
    )


def _declared(work: UnitOfWork, share: Share, knows_all: bool) -> Declared:
    """Return what the sender declared. Words may name somebody: a health lead of another agency reads only why the confidence is to be
    set aside, the information lead none of them."""
    declared = declared_from(share.declared.open(work.keys) or {})
    if knows_all:
        return declared
    return replace(declared, why=Why(confidentiality=declared.why.confidentiality if share.may_be_signed else ""))


def _has_confidential(work: UnitOfWork, items: Sequence[ShareItem]) -> bool:
    rules = rule_set_at(Jurisdiction.ENGLAND, london_date(work.now))
    return rules is not None and any(one.category in rules.lists.confidential for one in items)


@dataclass(frozen=True, slots=True)
class _Reached:
    share: Share
    decision: SharingDecision
    person: Person
    is_mine: bool
    is_received: bool
    is_to_review: bool
    knows_name: bool


def _reach(work: UnitOfWork, share_id: uuid.UUID) -> _Reached:
    """Fetch a share with its decision and whom it is about, and as what the reader may see it: one query."""
    mine, received, review = policy.is_mine(work), policy.is_received(work), policy.is_to_review(work)
    knows_name = policy.knows_name(work, case_id=Share.case_id.expression)
    row = work.session.execute(
        select(
            Share,
            SharingDecision,
            Person,
            mine.label("mine"),
            received.label("received"),
            review.label("review"),
            and_(received, knows_name).label("knows_name"),
        )
        .join(SharingDecision, SharingDecision.id == Share.decision_id)
        .join(Person, Person.id == Share.person_id)
        .where(Share.id == share_id, or_(mine, received, review, policy.is_overseen(work)))
    ).one_or_none()
    if row is None:
        policy.refuse_missing(work, "share:view", "share", share_id)
    return _Reached(row[0], row[1], row[2], bool(row[3]), bool(row[4]), bool(row[5]), bool(row[6]))


def _may_review_as(share: Share, parts: Sequence[Part], signed: set[Part], work: UnitOfWork) -> tuple[Part, ...]:
    if share.asked_by_account_id == work.actor.account_id:
        return ()
    own = share.from_agency_id == work.actor.agency_id and share.state == ShareState.NEEDS_REVIEW
    return tuple(
        part
        for part in parts
        if part not in signed
        and (
            (part in (Part.MANAGER, Part.SAFEGUARDING_LEAD) and own)
            or (part is Part.HEALTH_SAFEGUARDING_LEAD and share.may_be_signed)
        )
    )


def _reviews(work: UnitOfWork, share_id: uuid.UUID) -> tuple[ReviewRecord, ...]:
    rows = work.session.scalars(
        select(ShareReview).where(ShareReview.share_id == share_id).order_by(ShareReview.at, ShareReview.part)
    )
    return tuple(
        ReviewRecord(
            part=Part(row.part),
            conclusion=Conclusion(row.conclusion),
            account_id=row.account_id,
            at=row.at,
            words=str((row.words.open(work.keys) or {}).get("words", "")),
        )
        for row in rows
    )


def _item(work: UnitOfWork, row: ShareItem) -> ItemRecord:
    return ItemRecord(
        position=row.position,
        category=row.category,
        mark=row.mark,
        is_about_others=row.is_about_others,
        is_delivered=row.is_delivered,
        words=words_of(work, row),
    )


def delivered_items(work: UnitOfWork, *, share_ids: Collection[uuid.UUID]) -> tuple[ItemRecord, ...]:
    """Return what arrived by these shares, as far as the reader sent or received them, and note the views. One statement."""
    if not share_ids:
        return ()
    rows = work.session.scalars(
        select(ShareItem)
        .join(Share, Share.id == ShareItem.share_id)
        .where(
            Share.id.in_(share_ids),
            ShareItem.is_delivered.is_(True),
            or_(policy.is_mine(work), policy.is_received(work)),
        )
        .order_by(ShareItem.share_id, ShareItem.position)
    ).all()
    for share_id in dict.fromkeys(row.share_id for row in rows):
        work.note_view("share:view", "share", share_id)
    work.keys.load({row.key_id for row in rows})
    return tuple(_item(work, row) for row in rows)


def items_of(work: UnitOfWork, share: Share) -> list[ShareItem]:
    """Return the items of a share that the caller has reached, in their order."""
    query = select(ShareItem).where(ShareItem.share_id == share.id).order_by(ShareItem.position)
    return list(work.session.scalars(query))


def new_items_of(work: UnitOfWork, rows: Sequence[ShareItem]) -> list[NewItem]:
    """Return these items as they were chosen, opened."""
    return [
        NewItem(
            words=words_of(work, row),
            category=Category(row.category),
            mark=Mark(row.mark),
            is_about_others=row.is_about_others,
            is_barred=row.is_barred,
        )
        for row in rows
    ]


def words_of(work: UnitOfWork, row: ShareItem) -> str:
    """Return the words of an item."""
    return str((row.words.open(work.keys) or {})["words"])


def reviews_of(work: UnitOfWork, share_id: uuid.UUID) -> dict[str, str]:
    """Return what each part has concluded about a share that the caller has reached."""
    rows = work.session.execute(
        select(ShareReview.part, ShareReview.conclusion).where(ShareReview.share_id == share_id)
    )
    return {row.part: row.conclusion for row in rows}


def source_of(work: UnitOfWork, case_id: uuid.UUID) -> Share | None:
    """Return the share from which the actor's agency opened a file that the caller has reached, or None for one of its own (B6)."""
    return work.session.scalar(
        select(Share)
        .where(Share.taken_into_case_id == case_id, Share.to_agency_id == work.actor.agency_id)
        .order_by(Share.delivered_at.desc(), Share.id)
        .limit(1)
    )


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """From which agency, and for what, a file of one's own agency is known. Another purpose needs a ground of its own (B6)."""

    agency: str
    purpose: str


def source_record(work: UnitOfWork, *, case_id: uuid.UUID) -> SourceRecord | None:
    """Return from whom a young person's file is known, or None for one that the agency opened by itself. Raises NotFound."""
    case = cases.reach(work, case_id, act="share:view_source", programme=YOUTH_SUPPORT)
    share = source_of(work, case.id)
    if share is None:
        return None
    return SourceRecord(agencies.agency_names(work, [share.from_agency_id])[share.from_agency_id], share.purpose)


def person_of(work: UnitOfWork, case_id: uuid.UUID) -> uuid.UUID:
    """Return the young person of a case. Raises NotFound when it names none."""
    person_id = work.session.scalar(
        select(CasePerson.person_id).where(
            CasePerson.case_id == case_id, CasePerson.part == CasePart.YOUNG_PERSON.value
        )
    )
    if person_id is None:
        raise NotFound
    return person_id


@dataclass(frozen=True, slots=True)
class About:
    """The young person of a file, by name. `reads_all`: the reader answers for the file, and so reads every act about them."""

    case_id: uuid.UUID
    name: str
    reads_all: bool
    may_ask: bool
    may_withdraw: bool
    may_block: bool


def about(work: UnitOfWork, *, case_id: uuid.UUID) -> About:
    """Return whom a young person's file is about, and note the view. Raises NotFound."""
    answers_for = cases.has_standing(work.actor, work.now, kinds=READS_ALL, speaking=cases.ANSWERS_FOR_YOUTH_FILES)
    row = work.session.execute(
        select(Case.id, Person, answers_for)
        .join(CasePerson, CasePerson.case_id == Case.id)
        .join(Person, Person.id == CasePerson.person_id)
        .where(
            Case.id == case_id,
            cases.is_of(YOUTH_SUPPORT),
            cases.may_see(work.actor, work.now),
            CasePerson.part == CasePart.YOUNG_PERSON.value,
        )
    ).one_or_none()
    if row is None:
        policy.refuse_missing(work, "youth_case:view", "case", case_id)
    work.note_view("youth_case:view", "case", row[0])
    work.keys.load([row[1].key_id])
    return About(
        case_id=row[0],
        name=people.opened(work, [row[1]])[row[1].id].name,
        reads_all=bool(row[2]),
        may_ask=work.actor.has(Permission.SHARE_ASK),
        may_withdraw=work.actor.has(Permission.AGREEMENT_RECORD),
        may_block=bool(row[2]) and work.actor.has(Permission.YOUTH_CASE_BLOCK),
    )
