"""Reads about withdrawal: who may record one, which recipients were told, and what they answered."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, and_, exists, func, not_, or_, select

from casework.access import blocks
from casework.access.permissions import Permission
from casework.agencies import queries as agencies
from casework.agencies.models import Agency
from casework.cases import policy as cases
from casework.cases.models import Case, CasePerson, Standing
from casework.cases.rules import CaseState, Part
from casework.clock import wednesday_9_december as date_words
from casework.consent import queries as consent
from casework.consent.rules import Category, Status
from casework.disclosures.models import Disclosure
from casework.disclosures.rules import HEARD, TEAM
from casework.errors import NotFound
from casework.people import queries as people
from casework.people.models import Person
from casework.programmes.registry import YOUTH_SUPPORT
from casework.sharing import policy
from casework.sharing.models import Share, WithdrawalNotice
from casework.sharing.rules import RECEIVED
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class NoticeRecord:
    """What one past recipient was told and answered. `about` is empty where the reader may not know whom it is about.

    `told_by` is the kind of act by which it was told last, `told_last_at` when; `share_id` is the share that still stands in its
    inbox, where it was by one. `categories` and `purposes` are codes of what it had been told; when `is_part`, of that part of it
    which was taken back.
    """

    id: uuid.UUID
    case_id: uuid.UUID
    told_by: str
    told_last_at: datetime
    share_id: uuid.UUID | None
    is_part: bool
    categories: tuple[str, ...]
    purposes: tuple[str, ...]
    agency_id: uuid.UUID
    agency: str
    about: str
    told_at: datetime
    due_at: datetime
    is_late: bool
    answer: str | None
    basis: str | None
    answered_at: datetime | None
    words: str


def reach_in_scope(work: UnitOfWork, case_id: uuid.UUID, *, act: str) -> tuple[Case, uuid.UUID]:
    """Return the case and its young person for a worker of an agency in scope: one with standing, or that was told something of it.

    Raises NotFound, the same for a hidden and a missing case.
    """
    actor = work.actor
    received = select(Share.case_id).where(
        Share.to_agency_id == actor.agency_id, Share.state.in_([state.value for state in RECEIVED])
    )
    was_told = and_(
        or_(Case.id.in_(received), Case.id.in_(policy.told_by_word(work))),
        not_(blocks.is_blocked(actor, work.now, Case.id)),
    )
    is_there = actor.has(Permission.SHARE_ANSWER) and actor.protocol_signed
    conditions = [cases.may_see(actor, work.now), *([was_told] if is_there else [])]
    row = work.session.execute(
        select(Case, CasePerson.person_id)
        .join(CasePerson, CasePerson.case_id == Case.id)
        .where(
            Case.id == case_id,
            cases.is_of(YOUTH_SUPPORT),
            CasePerson.part == Part.YOUNG_PERSON.value,
            or_(*conditions),
        )
    ).one_or_none()
    if row is None:
        work.refuse(act=act, code="standing", subject_kind="case", subject_id=case_id)
        raise NotFound
    return row[0], row[1]


@dataclass(frozen=True, slots=True)
class EndableAgreement:
    """A yes that stands and could be taken back: since when, for which agencies."""

    id: uuid.UUID
    words: str


@dataclass(frozen=True, slots=True)
class Endable:
    """The agreements of a young person that could be taken back. `about` is their name, empty where the reader may not know it."""

    about: str
    agreements: tuple[EndableAgreement, ...]
    opens_file: bool


def agreements_to_withdraw(work: UnitOfWork, *, case_id: uuid.UUID) -> Endable:
    """Return the agreements about a young person that a worker of any agency in scope may record as taken back. Raises NotFound."""
    case, person_id = reach_in_scope(work, case_id, act="agreement:view")
    work.note_view("agreement:view", "case", case.id)
    knows_name, opens_file = work.session.execute(
        select(
            policy.knows_name(work, case_id=Case.id.expression).label("knows_name"),
            cases.may_see(work.actor, work.now).label("opens_file"),
        ).where(Case.id == case_id)
    ).one()
    every = agencies.agencies(work)
    names = {one.slug: one.name for one in every}
    own = next((one.slug for one in every if one.id == work.actor.agency_id), "")
    found = []
    for one in consent.agreements_for_decision(work, person_id=person_id):
        if one.agreement.status is not Status.GIVEN:
            continue
        since = f"Of {date_words(one.agreement.on)}" if one.agreement.on else "Without a day"
        if opens_file:
            to = ", ".join(sorted(names.get(slug, slug) for slug in one.agreement.permit)) or "nobody else"
        else:
            to = "your agency" if own in one.agreement.permit else "other agencies"  # which, is not theirs to know
        found.append(EndableAgreement(one.id, f"{since}: for {to}"))
    return Endable(
        people.records(work, [person_id])[person_id].name if knows_name else "", tuple(found), bool(opens_file)
    )


@dataclass(frozen=True, slots=True)
class OnceOnTheTeam:
    """A young person on whose team the reader was, and whose file they may not open any more."""

    case_id: uuid.UUID
    about: str
    told_at: datetime


def once_on_the_team(work: UnitOfWork, *, limit: int = 25) -> tuple[OnceOnTheTeam, ...]:
    """Return on whose team the reader was, the latest first, and note the view: so that they find the screen of a withdrawal.

    Their own places alone, not those of colleagues. Left out are closed files, those of whom their agency was told already that all
    was taken back, and those from which the reader is shut out.
    """
    actor = work.actor
    if not (actor.has(Permission.SHARE_ANSWER) and actor.has(Permission.AGREEMENT_RECORD) and actor.protocol_signed):
        return ()
    told_at = func.max(Disclosure.disclosed_at)
    was_ended = exists().where(
        WithdrawalNotice.case_id == Disclosure.case_id,
        WithdrawalNotice.agency_id == Disclosure.to_agency_id,
        WithdrawalNotice.is_part.is_(False),
        WithdrawalNotice.told_at >= Disclosure.disclosed_at,
    )
    rows = work.session.execute(
        select(Case.id, Person, told_at)
        .join(CasePerson, and_(CasePerson.case_id == Case.id, CasePerson.part == Part.YOUNG_PERSON.value))
        .join(Person, Person.id == CasePerson.person_id)
        .join(Disclosure, Disclosure.case_id == Case.id)
        .where(
            cases.is_of(YOUTH_SUPPORT),
            Case.state != CaseState.CLOSED.value,
            Case.id.in_(select(Standing.case_id).where(Standing.account_id == actor.account_id)),
            Disclosure.to_agency_id == actor.agency_id,
            Disclosure.kind == TEAM,
            Disclosure.was_shared.is_(True),
            not_(was_ended),
            not_(cases.may_see(actor, work.now)),
            not_(blocks.is_blocked(actor, work.now, Case.id)),
        )
        .group_by(Case.id, Person.id)
        .order_by(told_at.desc(), Case.id)
        .limit(limit)
    ).all()
    work.keys.load({person.key_id for _, person, _ in rows})
    persons = people.opened(work, [person for _, person, _ in rows])
    for case_id, *_ in rows:
        work.note_view("agreement:view", "case", case_id)
    return tuple(OnceOnTheTeam(case_id, persons[person.id].name, told_at) for case_id, person, told_at in rows)


def notices_to_answer(work: UnitOfWork) -> tuple[NoticeRecord, ...]:
    """Return what the reader's agency was told of withdrawals and has yet to answer, the earliest due first; notes the view."""
    rows = work.session.execute(
        _with_agency(work)
        .where(policy.is_told(work), WithdrawalNotice.answered_at.is_(None))
        .order_by(WithdrawalNotice.due_at, WithdrawalNotice.id)
    ).all()
    return _records(work, rows, is_named=True)


def notice_record(work: UnitOfWork, *, notice_id: uuid.UUID) -> NoticeRecord:
    """Return one notice to the reader's agency, and note the view. Raises NotFound."""
    row = work.session.execute(
        _with_agency(work).where(WithdrawalNotice.id == notice_id, policy.is_told(work))
    ).one_or_none()
    if row is None:
        policy.refuse_missing(work, "withdrawal:view", "withdrawal_notice", notice_id)
    return _records(work, [row], is_named=True)[0]


def notices_of(work: UnitOfWork, *, case_id: uuid.UUID) -> tuple[NoticeRecord, ...]:
    """Return who was told of withdrawals about a young person and what each answered, for those who may open the case."""
    case = cases.reach(work, case_id, act="withdrawal:list", programme=YOUTH_SUPPORT)
    rows = work.session.execute(
        _with_agency(work)
        .where(WithdrawalNotice.case_id == case.id)
        .order_by(WithdrawalNotice.told_at.desc(), WithdrawalNotice.id)
    ).all()
    return _records(work, rows, is_named=False)


_Notice = Row[WithdrawalNotice, str, bool, Disclosure, uuid.UUID | None, Person]


def _with_agency(work: UnitOfWork) -> Select[WithdrawalNotice, str, bool, Disclosure, uuid.UUID | None, Person]:
    # A meeting tells whom it hears about with the basic details; what came to an inbox may have left it again.
    heard_who = and_(Disclosure.kind == HEARD, WithdrawalNotice.categories.contains([Category.BASIC.value]))
    knows_name = or_(heard_who, policy.knows_name(work, case_id=WithdrawalNotice.case_id.expression))
    return (
        select(WithdrawalNotice, Agency.name, knows_name, Disclosure, Share.id, Person)
        .join(Person, Person.id == WithdrawalNotice.person_id)
        .join(Agency, Agency.id == WithdrawalNotice.agency_id)
        .join(Disclosure, Disclosure.id == WithdrawalNotice.disclosure_id)
        .outerjoin(Share, and_(Share.id == Disclosure.subject_id, Share.state.in_([one.value for one in RECEIVED])))
    )


def _records(work: UnitOfWork, found: Sequence[_Notice], *, is_named: bool) -> tuple[NoticeRecord, ...]:
    if not found:
        return ()
    for case_id in sorted({row.case_id for row, *_ in found}):
        work.note_view("withdrawal:view", "case", case_id)
    known = {person.id: person for _, _, knows_name, *_, person in found if knows_name and is_named}
    work.keys.load({row.key_id for row, *_ in found} | {person.key_id for person in known.values()})
    persons = people.opened(work, known.values())
    return tuple(
        NoticeRecord(
            id=row.id,
            case_id=row.case_id,
            told_by=act.kind,
            told_last_at=act.disclosed_at,
            share_id=share_id,
            is_part=row.is_part,
            categories=tuple(row.categories),
            purposes=tuple(row.purposes),
            agency_id=row.agency_id,
            agency=agency,
            about=persons[row.person_id].name if row.person_id in persons and knows_name else "",
            told_at=row.told_at,
            due_at=row.due_at,
            is_late=row.answered_at is None and work.now > row.due_at,
            answer=row.answer,
            basis=row.basis,
            answered_at=row.answered_at,
            words=str((row.words.open(work.keys) or {}).get("words", "")),
        )
        for row, agency, knows_name, act, share_id, _ in found
    )
