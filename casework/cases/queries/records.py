"""Reads of cases. Every one applies the one condition of cases.policy and writes the view to the trail; records leave, rows do not."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, func, select

from casework.access.permissions import Permission
from casework.cases import policy
from casework.cases.models import Case, CaseLink, CasePerson, Flag
from casework.cases.rules import StandingKind
from casework.people import queries as people
from casework.people.models import Person
from casework.people.queries import PersonRecord
from casework.programmes.registry import MARAC
from casework.risk.models import RiskAssessment
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class PersonInCase:
    """A person and their part in one case."""

    person: PersonRecord
    part: str
    relationship_to_victim: str | None
    relationship_to_perpetrator: str | None
    lives_with: str | None


IN_A_LINE = ("victim", "perpetrator")


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
class CaseRecord:
    """One case as the reader may see it."""

    line: CaseLine
    people: tuple[PersonInCase, ...]
    flags: tuple[FlagRecord, ...]
    links: tuple[LinkRecord, ...]
    marac_id: uuid.UUID | None
    may_block: bool
    may_see_equality: bool

    @property
    def victim(self) -> PersonRecord | None:
        """The victim."""
        return self.line.victim


_ORDER = {"victim": 0, "perpetrator": 1, "child": 2, "other": 3}


def case_record(work: UnitOfWork, *, case_id: uuid.UUID) -> CaseRecord:
    """Return one case with its people, and note the view. Raises NotFound, the same for a hidden and a missing case.

    The keys of the case and of its checklists come along, so that its actions and answers open without another round trip.
    """
    case = policy.reach(work, case_id, programme=MARAC)
    work.note_view("case:view", "case", case.id)
    checklists = select(func.array_agg(RiskAssessment.key_id)).where(RiskAssessment.case_id == case.id)
    rows = work.session.execute(
        select(CasePerson, Person, checklists.scalar_subquery())
        .join(Person, Person.id == CasePerson.person_id)
        .where(CasePerson.case_id == case.id)
    ).all()
    work.keys.load([case.key_id, *(key_id for row in rows for key_id in (row[1].key_id, *(row[2] or ())))])
    members = by_case(work, [(part, person) for part, person, _ in rows])[case.id]
    return CaseRecord(
        line=line_of(case, members),
        people=members,
        flags=flags_of(work, case_ids=[case.id]).get(case.id, ()),
        links=_links(work, case.id),
        marac_id=case.marac_id,
        may_block=work.actor.has(Permission.CASE_BLOCK),
        may_see_equality=work.actor.has(Permission.CASE_VIEW_ALL),
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
    """Return a page of MARAC's cases that the reader may see, the latest referral first, and note the view."""
    conditions: list[ColumnElement[bool]] = [policy.is_of(MARAC), policy.may_see(work.actor, work.now)]
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
    """Return how many of MARAC's cases the reader may see."""
    conditions = [policy.is_of(MARAC), policy.may_see(work.actor, work.now)]
    if states:
        conditions.append(Case.state.in_(states))
    return _count(work, conditions)


def case_lines(work: UnitOfWork, *, case_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, CaseLine]:
    """Return those of the given cases of MARAC that the reader may see. The caller shows them on its page; the view is noted here."""
    wanted = list(case_ids)
    if not wanted:
        return {}
    rows = work.session.execute(
        select(Case, CasePerson, Person)
        .outerjoin(CasePerson, CasePerson.case_id == Case.id)
        .outerjoin(Person, Person.id == CasePerson.person_id)
        .where(Case.id.in_(wanted), policy.is_of(MARAC), policy.may_see(work.actor, work.now))
    ).all()
    found = {case.id: case for case, _, _ in rows}
    for case_id in found:
        work.note_view("case:view_line", "case", case_id)
    people_in = [(part, person) for _, part, person in rows if part is not None]
    work.keys.load([person.key_id for _, person in people_in])
    members = by_case(work, people_in)
    return {case_id: line_of(case, members[case_id]) for case_id, case in found.items()}


def visible_ids(work: UnitOfWork, *, case_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Return which of the given cases the reader may see, without opening anything. For counts and for filtering other lists."""
    wanted = list(case_ids)
    if not wanted:
        return set()
    return set(work.session.scalars(select(Case.id).where(Case.id.in_(wanted), policy.may_see(work.actor, work.now))))


def people_of(
    work: UnitOfWork,
    *,
    case_ids: Sequence[uuid.UUID],
    and_keys: Iterable[uuid.UUID] = (),
    parts: Collection[str] = (),
    kinds: Collection[StandingKind] = (),
) -> Mapping[uuid.UUID, tuple[PersonInCase, ...]]:
    """Return the people of those of these cases that the reader may see, opened, in two queries; nobody for the others.

    `and_keys` are keys of other records that the caller is about to open. With `parts` only people of these parts are opened.
    Standing of `kinds` does too, where it opens no case: a colleague's question names whom it is about. The caller notes the view.
    """
    query = (
        select(CasePerson, Person)
        .join(Person, Person.id == CasePerson.person_id)
        .join(Case, Case.id == CasePerson.case_id)
        .where(CasePerson.case_id.in_(case_ids), policy.may_know_people(work.actor, work.now, kinds))
    )
    rows = work.session.execute(query.where(CasePerson.part.in_(parts)) if parts else query).all()
    work.keys.load(and_keys if not rows else [*and_keys, *(person.key_id for _, person in rows)])
    return by_case(work, [(part, person) for part, person in rows])


def by_case(
    work: UnitOfWork, rows: Iterable[tuple[CasePerson, Person]]
) -> Mapping[uuid.UUID, tuple[PersonInCase, ...]]:
    """Return these people by case, opened: victim, perpetrators, children, others. The keys have been loaded."""
    pairs = list(rows)
    known = people.opened(work, [person for _, person in pairs])
    found: dict[uuid.UUID, list[PersonInCase]] = defaultdict(list)
    for row, _ in sorted(pairs, key=lambda pair: (_ORDER.get(pair[0].part, 9), str(pair[0].id))):
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


@dataclass(frozen=True, slots=True)
class KnownCase:
    """A case in which somebody is whom others look for: also one that the reader may not see, which must not be shown."""

    line: CaseLine
    is_visible: bool


def known_cases(work: UnitOfWork, *, person_ids: Select[uuid.UUID]) -> dict[uuid.UUID, KnownCase]:
    """Return every case of MARAC that any of these people is in, opened, in two queries. For the matching of referrals, which
    looks across the whole partnership and shows only what is visible; whoever shows a line notes the view.

    The keys of the cases' checklists come along, so that comparing one with another needs no further round trip.
    """
    hits = select(CasePerson.case_id).where(CasePerson.person_id.in_(person_ids))
    checklists = select(func.array_agg(RiskAssessment.key_id)).where(RiskAssessment.case_id == Case.id).correlate(Case)
    rows = work.session.execute(
        select(Case, policy.may_see(work.actor, work.now), CasePerson, Person, checklists.scalar_subquery())
        .join(CasePerson, CasePerson.case_id == Case.id)
        .join(Person, Person.id == CasePerson.person_id)
        .where(Case.id.in_(hits), policy.is_of(MARAC))
    ).all()
    if not rows:
        return {}
    work.keys.load([key_id for row in rows for key_id in (row[3].key_id, *(row[4] or ()))])
    members = by_case(work, [(row[2], row[3]) for row in rows])
    return {case.id: KnownCase(line_of(case, members[case.id]), bool(visible)) for case, visible, *_ in rows}


def flags_of(work: UnitOfWork, *, case_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[FlagRecord, ...]]:
    """Return the flags of those of these cases that the reader may see: of an agency its own, for the co-ordinator everybody's."""
    query = (
        select(Flag)
        .join(Case, Case.id == Flag.case_id)
        .where(Flag.case_id.in_(case_ids), policy.may_see(work.actor, work.now))
        .order_by(Flag.raised_on.desc())
    )
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
    """Return, for each case that any of these people is in, the (person, part) pairs. Only cases of MARAC that the reader may see."""
    rows = work.session.execute(
        select(CasePerson.case_id, CasePerson.person_id, CasePerson.part)
        .join(Case, and_(Case.id == CasePerson.case_id))
        .where(CasePerson.person_id.in_(list(person_ids)), policy.is_of(MARAC), policy.may_see(work.actor, work.now))
    )
    found: dict[uuid.UUID, list[tuple[uuid.UUID, str]]] = defaultdict(list)
    for case_id, person_id, part in rows:
        found[case_id].append((person_id, part))
    return dict(found)


def _lines(work: UnitOfWork, rows: Sequence[Case]) -> tuple[CaseLine, ...]:
    members = people_of(work, case_ids=[row.id for row in rows], parts=IN_A_LINE) if rows else {}
    return tuple(line_of(row, members.get(row.id, ())) for row in rows)


def line_of(case: Case, members: Sequence[PersonInCase]) -> CaseLine:
    """Return a case as one line of a list, with its people opened. For whoever has applied the policy."""
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


def _links(work: UnitOfWork, case_id: uuid.UUID) -> tuple[LinkRecord, ...]:
    rows = work.session.execute(
        select(Case.id, Case.number, CaseLink.kind)
        .join(CaseLink, CaseLink.other_case_id == Case.id)
        .where(CaseLink.case_id == case_id, policy.may_see(work.actor, work.now))
        .order_by(Case.number)
    )
    return tuple(LinkRecord(*row) for row in rows)
