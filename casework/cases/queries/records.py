"""Reads of cases. Every one applies the one condition of cases.policy and writes the view to the trail; records leave, rows do not."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    Executable,
    ScalarSelect,
    Select,
    String,
    Uuid,
    and_,
    any_,
    bindparam,
    func,
    select,
)

from casework.access.actors import Actor
from casework.access.permissions import Permission
from casework.cases import policy
from casework.cases.models import Case, CaseLink, CasePerson, Flag
from casework.cases.rules import StandingKind
from casework.encryption.sealed import SealedField
from casework.errors import NotFound
from casework.people.models import Person
from casework.people.queries import PersonRecord
from casework.programmes.registry import MARAC
from casework.risk.models import RiskAssessment
from casework.work import UnitOfWork


class PersonInCase(NamedTuple):
    """A person and their part in one case."""

    person: PersonRecord
    part: str
    relationship_to_victim: str | None
    relationship_to_perpetrator: str | None
    lives_with: str | None


IN_A_LINE = ("victim", "perpetrator")


class CaseLine(NamedTuple):
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

    @property
    def perpetrator_names(self) -> str:
        """Both names of each perpetrator, for reading."""
        return ", ".join([one.name for one in self.perpetrators])


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


# A person with their part in a case: `id` is the person's, as the seal of their record needs it.
MEMBER = (
    Person.id,
    Person.partnership_id,
    Person.key_id,
    Person.record_sealed,
    CasePerson.case_id,
    CasePerson.part,
    CasePerson.relationship_to_victim,
    CasePerson.relationship_to_perpetrator,
    CasePerson.lives_with,
)
OF_CASE = (
    Case.id,
    Case.number,
    Case.state,
    Case.band,
    Case.children,
    Case.has_safe_contact,
    Case.opened_on,
    Case.last_referral_on,
    Case.last_conference_on,
)
_ORDER = {"victim": 0, "perpetrator": 1, "child": 2, "other": 3}


def case_record(work: UnitOfWork, *, case_id: uuid.UUID) -> CaseRecord:
    """Return one case with its people, and note the view. Raises NotFound, the same for a hidden and a missing case.

    The keys of the case and of its checklists come along, so that its actions and answers open without another round trip; its
    flags and ties come with its people.
    """
    rows = work.rows(_whole_case, work.actor.has(Permission.CASE_VIEW_ALL), case_id=case_id, case_ids=[case_id])
    if not rows:
        policy.reach(work, case_id, programme=MARAC)  # refuses, and notes why
        raise NotFound
    case, flags, links, checklist_keys = rows[0][:4]
    work.note_view("case:view", "case", case.id)
    people_in = [row for row in rows if row.part is not None]
    work.keys.load([case.key_id, *(row.key_id for row in people_in), *(checklist_keys or ())])
    members = by_case(work, people_in)[case.id]
    return CaseRecord(
        line=line_of(case, members),
        people=members,
        flags=tuple(_flag(*flag) for flag in flags or ()),
        links=tuple(LinkRecord(uuid.UUID(found), *said) for found, *said in links or ()),
        marac_id=case.marac_id,
        may_block=work.actor.has(Permission.CASE_BLOCK),
        may_see_equality=work.actor.has(Permission.CASE_VIEW_ALL),
    )


def case_lines(
    work: UnitOfWork, *, case_ids: Iterable[uuid.UUID], and_keys: Iterable[uuid.UUID] = ()
) -> dict[uuid.UUID, CaseLine]:
    """Return those of the given cases of MARAC that the reader may see. The caller shows them on its page; the view is noted here.

    `and_keys` are keys of other records that the caller is about to open.
    """
    wanted = list(case_ids)
    if not wanted:
        return {}
    rows = work.session.execute(
        select(Case, *MEMBER)
        .outerjoin(CasePerson, CasePerson.case_id == Case.id)
        .outerjoin(Person, Person.id == CasePerson.person_id)
        .where(Case.id.in_(wanted), policy.is_of(MARAC), policy.may_see(work.actor, work.now))
        .order_by(CasePerson.id)
    ).all()
    found = {row[0].id: row[0] for row in rows}
    for case_id in found:
        work.note_view("case:view_line", "case", case_id)
    people_in = [row for row in rows if row.part is not None]
    work.keys.load([*and_keys, *(row.key_id for row in people_in)])
    members = by_case(work, people_in)
    return {case_id: line_of(case, members[case_id]) for case_id, case in found.items()}


def visible_ids(work: UnitOfWork, *, case_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Return which of the given cases the reader may see, without opening anything. For counts and for filtering other lists."""
    wanted = list(case_ids)
    if not wanted:
        return set()
    return set(work.session.scalars(select(Case.id).where(Case.id.in_(wanted), policy.may_see(work.actor, work.now))))


def case_numbers(work: UnitOfWork, *, case_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return the numbers of those of the given cases that the reader may see, without opening anything."""
    wanted = list(case_ids)
    if not wanted:
        return {}
    query = select(Case.id, Case.number).where(Case.id.in_(wanted), policy.may_see(work.actor, work.now))
    return dict(work.session.execute(query).all())


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
    rows = work.rows(_people_of, tuple(kinds), bool(parts), case_ids=list(case_ids), parts=list(parts))
    work.keys.load([*and_keys, *(row.key_id for row in rows)])
    return by_case(work, rows)


def _people_of(actor: Actor, now: datetime, kinds: Collection[StandingKind], by_part: bool) -> Executable:
    case_ids: Any = any_(bindparam("case_ids", type_=ARRAY(Uuid)))
    found = (
        select(*MEMBER)
        .join(Person, Person.id == CasePerson.person_id)
        .join(Case, Case.id == CasePerson.case_id)
        # Said of both tables, because the planner would otherwise read every case to join those of a list.
        .where(CasePerson.case_id == case_ids, Case.id == case_ids, policy.may_know_people(actor, now, kinds))
        .order_by(CasePerson.id)
    )
    return found.where(CasePerson.part == any_(bindparam("parts", type_=ARRAY(String)))) if by_part else found


def _whole_case(actor: Actor, now: datetime, of_everybody: bool) -> Executable:
    case_id: Any = bindparam("case_id", type_=Uuid)
    checklists = select(func.array_agg(RiskAssessment.key_id)).where(RiskAssessment.case_id == case_id)
    return (
        select(
            Case,
            _as_json(_flags(actor, now, of_everybody)),
            _as_json(_links(actor, now)),
            checklists.scalar_subquery(),
            *MEMBER,
        )
        .outerjoin(CasePerson, CasePerson.case_id == Case.id)
        .outerjoin(Person, Person.id == CasePerson.person_id)
        .where(Case.id == case_id, policy.is_of(MARAC), policy.may_see(actor, now))
        .order_by(CasePerson.id)
    )


def _as_json(found: Select[*tuple[Any, ...]]) -> ScalarSelect[Any]:
    """Return the rows of a read as one value, a list of lists in their order: null when there is none."""
    rows = found.subquery()
    return select(func.json_agg(func.json_build_array(*rows.c))).scalar_subquery()


def by_case(work: UnitOfWork, rows: Iterable[Any]) -> Mapping[uuid.UUID, tuple[PersonInCase, ...]]:
    """Return these people by case, opened: victim, perpetrators, children, others. The keys have been loaded.

    Each row ends with the columns of `MEMBER`; rows of one part keep their order.
    """
    known: dict[int, PersonRecord] = {}
    found: dict[uuid.UUID, list[PersonInCase]] = defaultdict(list)
    for row in rows:
        person_id, _, _, _, case_id, part, to_victim, to_perpetrator, lives_with = row[-len(MEMBER) :]
        if (person := known.get(person_id.int)) is None:
            document = SealedField(Person.record, row).open(work.keys) or {}
            person = known[person_id.int] = PersonRecord(person_id, document)
        found[case_id].append(PersonInCase(person, part, to_victim, to_perpetrator, lives_with))
    for members in found.values():
        members.sort(key=lambda member: _ORDER.get(member.part, 9))
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
        select(Case, policy.may_see(work.actor, work.now), checklists.scalar_subquery(), *MEMBER)
        .join(CasePerson, CasePerson.case_id == Case.id)
        .join(Person, Person.id == CasePerson.person_id)
        .where(Case.id.in_(hits), policy.is_of(MARAC))
        .order_by(CasePerson.id)
    ).all()
    if not rows:
        return {}
    work.keys.load([key_id for row in rows for key_id in (row.key_id, *(row[2] or ()))])
    members = by_case(work, rows)
    return {case.id: KnownCase(line_of(case, members[case.id]), bool(visible)) for case, visible, *_ in rows}


def flags_of(work: UnitOfWork, *, case_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[FlagRecord, ...]]:
    """Return the flags of those of these cases that the reader may see: of an agency its own, for the co-ordinator everybody's."""
    found: dict[uuid.UUID, list[FlagRecord]] = defaultdict(list)
    for flag in work.rows(_flags, work.actor.has(Permission.CASE_VIEW_ALL), case_ids=list(case_ids)):
        found[flag.case_id].append(
            FlagRecord(flag.id, flag.agency_id, flag.raised_on, flag.lapses_on, flag.confirmed_at, flag.lapsed_at)
        )
    return {case_id: tuple(flags) for case_id, flags in found.items()}


def _flag(_case: str, flag: str, agency: str, raised: str, lapses: str, *at: str | None) -> FlagRecord:
    confirmed, lapsed = (datetime.fromisoformat(moment) if moment else None for moment in at)
    days = date.fromisoformat(raised), date.fromisoformat(lapses)
    return FlagRecord(uuid.UUID(flag), uuid.UUID(agency), *days, confirmed, lapsed)


def _flags(actor: Actor, now: datetime, of_everybody: bool) -> Select[*tuple[Any, ...]]:
    case_ids: Any = any_(bindparam("case_ids", type_=ARRAY(Uuid)))
    found = (
        select(
            Flag.case_id,
            Flag.id,
            Flag.agency_id,
            Flag.raised_on,
            Flag.lapses_on,
            Flag.confirmed_at,
            Flag.lapsed_at,
        )
        .join(Case, Case.id == Flag.case_id)
        .where(Flag.case_id == case_ids, Case.id == case_ids, policy.may_see(actor, now))
        .order_by(Flag.raised_on.desc())
    )
    return found if of_everybody else found.where(Flag.agency_id == actor.agency_id)


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


def line_of(case: Any, members: Sequence[PersonInCase], case_id: uuid.UUID | None = None) -> CaseLine:
    """Return a case as one line of a list, with its people opened. For whoever has applied the policy.

    `case` has the columns of `OF_CASE`; `case_id` is its id where that column is called otherwise.
    """
    return CaseLine(
        id=case_id or case.id,
        number=case.number,
        state=case.state,
        band=case.band,
        victim=next((member.person for member in members if member.part == "victim"), None),
        perpetrators=tuple([member.person for member in members if member.part == "perpetrator"]),
        children=case.children,
        has_safe_contact=case.has_safe_contact,
        opened_on=case.opened_on,
        last_referral_on=case.last_referral_on,
        last_conference_on=case.last_conference_on,
    )


def _links(actor: Actor, now: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(Case.id, Case.number, CaseLink.kind)
        .join(CaseLink, CaseLink.other_case_id == Case.id)
        .where(CaseLink.case_id == bindparam("case_id", type_=Uuid), policy.may_see(actor, now))
        .order_by(Case.number)
    )
