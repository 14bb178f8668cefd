"""Reads of cases. Every one applies the one condition of cases.policy and writes the view to the trail; records leave, rows do not."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, or_, select

from casework.access.permissions import Permission
from casework.cases import policy
from casework.cases.models import Case, CaseBlock, CaseLink, CasePerson, Confidentiality, Flag, Standing
from casework.people import queries as people
from casework.people.queries import PersonRecord
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class PersonInCase:
    """A person and their part in one case."""

    person: PersonRecord
    part: str
    relationship_to_victim: str | None
    relationship_to_perpetrator: str | None
    lives_with: str | None


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case in a list: what sorts it, and whom it is about."""

    id: uuid.UUID
    number: str
    state: str
    band: str | None
    victim: PersonRecord | None
    perpetrators: tuple[PersonRecord, ...]
    children: int
    has_safe_contact: bool
    opened_on: date
    last_referral_on: date
    last_conference_on: date | None


@dataclass(frozen=True, slots=True)
class StandingRecord:
    """Who may open a case, why, from when until when."""

    agency_id: uuid.UUID | None
    account_id: uuid.UUID | None
    kind: str
    from_at: datetime
    until_at: datetime | None


@dataclass(frozen=True, slots=True)
class FlagRecord:
    """One agency's flag."""

    id: uuid.UUID
    agency_id: uuid.UUID
    raised_on: date
    lapses_on: date
    confirmed_at: datetime | None
    lapsed_at: datetime | None


@dataclass(frozen=True, slots=True)
class LinkRecord:
    """A tie to another case that the reader may also see."""

    case_id: uuid.UUID
    number: str
    kind: str


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
class CaseRecord:
    """One case as the reader may see it."""

    line: CaseLine
    people: tuple[PersonInCase, ...]
    standings: tuple[StandingRecord, ...]
    flags: tuple[FlagRecord, ...]
    links: tuple[LinkRecord, ...]
    blocks: tuple[BlockRecord, ...]
    may_block: bool

    @property
    def victim(self) -> PersonRecord | None:
        """The victim."""
        return self.line.victim


def case_record(work: UnitOfWork, *, case_id: uuid.UUID) -> CaseRecord:
    """Return one case with its people, and note the view. Raises NotFound, the same for a hidden and a missing case."""
    case = policy.reach(work, case_id)
    work.note_view("case:view", "case", case.id)
    members = people_of(work, case_ids=[case.id])[case.id]
    may_block = work.actor.has(Permission.CASE_BLOCK)
    return CaseRecord(
        line=_line(case, members),
        people=members,
        standings=_standings(work, case.id),
        flags=flags_of(work, case_ids=[case.id]).get(case.id, ()),
        links=_links(work, case.id),
        blocks=_blocks(work, case) if may_block else (),
        may_block=may_block,
    )


@dataclass(frozen=True, slots=True)
class CasePage:
    """One page of a list, with the number of all cases that the reader may see in it."""

    lines: tuple[CaseLine, ...]
    total: int
    page: int
    pages: int


def case_list(
    work: UnitOfWork, *, states: Sequence[str] = (), marac_id: uuid.UUID | None = None, page: int = 1, size: int = 25
) -> CasePage:
    """Return a page of the cases that the reader may see, the latest referral first, and note the view."""
    conditions: list[ColumnElement[bool]] = [policy.may_see(work.actor, work.now)]
    if states:
        conditions.append(Case.state.in_(states))
    if marac_id is not None:
        conditions.append(Case.marac_id == marac_id)
    rows = work.session.execute(
        select(Case, func.count().over())
        .where(*conditions)
        .order_by(Case.last_referral_on.desc(), Case.number.desc())
        .limit(size)
        .offset((max(page, 1) - 1) * size)
    ).all()
    total = rows[0][1] if rows else _count(work, conditions) if page > 1 else 0
    work.note_view("case:list", "case_list")
    return CasePage(
        lines=_lines(work, [row[0] for row in rows]), total=total, page=max(page, 1), pages=max(1, -(-total // size))
    )


def _count(work: UnitOfWork, conditions: Sequence[ColumnElement[bool]]) -> int:
    return work.session.scalar(select(func.count()).select_from(Case).where(*conditions)) or 0


def count_visible(work: UnitOfWork, *, states: Sequence[str] = ()) -> int:
    """Return how many cases the reader may see."""
    conditions = [policy.may_see(work.actor, work.now)]
    if states:
        conditions.append(Case.state.in_(states))
    return _count(work, conditions)


def case_lines(work: UnitOfWork, *, case_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, CaseLine]:
    """Return those of the given cases that the reader may see. The caller shows them on a page of its own and the view is noted here."""
    wanted = list(case_ids)
    if not wanted:
        return {}
    rows = work.session.scalars(select(Case).where(Case.id.in_(wanted), policy.may_see(work.actor, work.now))).all()
    for row in rows:
        work.note_view("case:view_line", "case", row.id)
    return {line.id: line for line in _lines(work, rows)}


def visible_ids(work: UnitOfWork, *, case_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Return which of the given cases the reader may see, without opening anything. For counts and for filtering other lists."""
    wanted = list(case_ids)
    if not wanted:
        return set()
    return set(work.session.scalars(select(Case.id).where(Case.id.in_(wanted), policy.may_see(work.actor, work.now))))


def people_of(work: UnitOfWork, *, case_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, tuple[PersonInCase, ...]]:
    """Return the people of these cases, opened. For packages above that have applied the policy already."""
    rows = work.session.scalars(select(CasePerson).where(CasePerson.case_id.in_(case_ids))).all()
    known = people.records(work, [row.person_id for row in rows])
    order = {"victim": 0, "perpetrator": 1, "child": 2, "other": 3}
    found: dict[uuid.UUID, list[PersonInCase]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (order.get(row.part, 9), str(row.id))):
        found[row.case_id].append(
            PersonInCase(
                person=known[row.person_id],
                part=row.part,
                relationship_to_victim=row.relationship_to_victim,
                relationship_to_perpetrator=row.relationship_to_perpetrator,
                lives_with=row.lives_with,
            )
        )
    return defaultdict(tuple, {case_id: tuple(members) for case_id, members in found.items()})


def flags_of(work: UnitOfWork, *, case_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[FlagRecord, ...]]:
    """Return the flags of these cases. Those of a co-ordinator's view: every agency's; of an agency: its own."""
    query = select(Flag).where(Flag.case_id.in_(case_ids)).order_by(Flag.raised_on.desc())
    if not work.actor.has(Permission.CASE_VIEW_ALL):
        query = query.where(Flag.agency_id == work.actor.agency_id)
    found: dict[uuid.UUID, list[FlagRecord]] = defaultdict(list)
    for flag in work.session.scalars(query):
        found[flag.case_id].append(
            FlagRecord(flag.id, flag.agency_id, flag.raised_on, flag.lapses_on, flag.confirmed_at, flag.lapsed_at)
        )
    return {case_id: tuple(flags) for case_id, flags in found.items()}


def cases_of_people(
    work: UnitOfWork, *, person_ids: Iterable[uuid.UUID]
) -> dict[uuid.UUID, list[tuple[uuid.UUID, str]]]:
    """Return, for each case that any of these people is in, the (person, part) pairs. Only cases that the reader may see."""
    rows = work.session.execute(
        select(CasePerson.case_id, CasePerson.person_id, CasePerson.part)
        .join(Case, and_(Case.id == CasePerson.case_id))
        .where(CasePerson.person_id.in_(list(person_ids)), policy.may_see(work.actor, work.now))
    )
    found: dict[uuid.UUID, list[tuple[uuid.UUID, str]]] = defaultdict(list)
    for case_id, person_id, part in rows:
        found[case_id].append((person_id, part))
    return dict(found)


def accepted_confidentiality(work: UnitOfWork, *, conference_id: uuid.UUID) -> dict[uuid.UUID, datetime]:
    """Return which accounts have accepted a round's confidentiality statement, and when."""
    rows = work.session.execute(
        select(Confidentiality.account_id, Confidentiality.accepted_at).where(
            Confidentiality.conference_id == conference_id
        )
    )
    return dict(rows.all())


def _lines(work: UnitOfWork, rows: Sequence[Case]) -> tuple[CaseLine, ...]:
    members = people_of(work, case_ids=[row.id for row in rows]) if rows else {}
    return tuple(_line(row, members.get(row.id, ())) for row in rows)


def _line(case: Case, members: Sequence[PersonInCase]) -> CaseLine:
    return CaseLine(
        id=case.id,
        number=case.number,
        state=case.state,
        band=case.band,
        victim=next((member.person for member in members if member.part == "victim"), None),
        perpetrators=tuple(member.person for member in members if member.part == "perpetrator"),
        children=case.children,
        has_safe_contact=case.has_safe_contact,
        opened_on=case.opened_on,
        last_referral_on=case.last_referral_on,
        last_conference_on=case.last_conference_on,
    )


def _standings(work: UnitOfWork, case_id: uuid.UUID) -> tuple[StandingRecord, ...]:
    rows = work.session.scalars(select(Standing).where(Standing.case_id == case_id).order_by(Standing.from_at))
    return tuple(StandingRecord(row.agency_id, row.account_id, row.kind, row.from_at, row.until_at) for row in rows)


def _links(work: UnitOfWork, case_id: uuid.UUID) -> tuple[LinkRecord, ...]:
    rows = work.session.execute(
        select(Case.id, Case.number, CaseLink.kind)
        .join(CaseLink, CaseLink.other_case_id == Case.id)
        .where(CaseLink.case_id == case_id, policy.may_see(work.actor, work.now))
        .order_by(Case.number)
    )
    return tuple(LinkRecord(*row) for row in rows)


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


def agencies_with_standing(work: UnitOfWork, *, case_id: uuid.UUID, at: datetime) -> set[uuid.UUID]:
    """Return the agencies that stand in some relation to a case at an instant."""
    return {
        agency_id
        for agency_id in work.session.scalars(
            select(Standing.agency_id).where(
                Standing.case_id == case_id,
                Standing.from_at <= at,
                or_(Standing.until_at.is_(None), Standing.until_at > at),
            )
        )
        if agency_id is not None
    }


def blocked_accounts(
    work: UnitOfWork, *, case_ids: Iterable[uuid.UUID], at: datetime
) -> dict[uuid.UUID, set[uuid.UUID]]:
    """Return, for each case, the accounts and agencies that are blocked at an instant (ids of both kinds)."""
    rows = work.session.execute(
        select(CaseBlock.case_id, CaseBlock.account_id, CaseBlock.agency_id).where(
            CaseBlock.case_id.in_(list(case_ids)),
            CaseBlock.from_at <= at,
            or_(CaseBlock.lifted_at.is_(None), CaseBlock.lifted_at > at),
        )
    )
    found: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for case_id, account_id, agency_id in rows:
        found[case_id] |= {one for one in (account_id, agency_id) if one is not None}
    return dict(found)
