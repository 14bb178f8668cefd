"""Reads of agreements: as the sharing decision takes them, as pages show them, and those that end soon."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from casework.cases import policy as cases
from casework.cases.models import Case
from casework.clock import london_date
from casework.consent.models import Agreement, AgreementEntry
from casework.consent.rules import Agreement as Answer
from casework.consent.rules import Category, Fault, Relation, Status, fault_of, rule_set_at
from casework.consent.rules.facts import Jurisdiction
from casework.consent.rules.standing import (
    ANY,
    Entry,
    EntryKind,
    Kind,
    Standing,
    as_answer,
    is_over,
    same_name,
    standing_of,
)
from casework.partnerships import queries as partnerships
from casework.people import queries as people
from casework.people.models import Person
from casework.people.queries import PersonRecord
from casework.programmes.registry import YOUTH_SUPPORT
from casework.programmes.youth_support.sharing import what_was_said
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Answered:
    """An agreement that stands for itself (no later answer of the same giver replaces it), as the decision reads it."""

    id: uuid.UUID
    agreement: Answer


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """One entry for a page. `words` are the reasons that were typed."""

    kind: EntryKind
    on: date
    because: str | None
    test: str | None
    competent: bool | None
    by_account_id: uuid.UUID | None
    words: str


@dataclass(frozen=True, slots=True)
class AgreementRecord:
    """One agreement for a page. `giver` marks who answered, None for the young person.

    `fault` says why a yes does not count today, None when it does or is a no.
    """

    id: uuid.UUID
    case_id: uuid.UUID
    person_id: uuid.UUID
    born: date | None
    kind: Kind
    relation: Relation
    giver: uuid.UUID | None
    is_replaced: bool
    standing: Standing
    fault: str | None
    wording: str
    language: str
    how: str
    form: str
    is_written: bool
    words: Mapping[str, Any]
    entries: tuple[EntryRecord, ...]

    @property
    def counts(self) -> bool:
        """Whether a yes counts today."""
        return self.standing.status is Status.GIVEN and self.fault is None and not self.is_replaced


@dataclass(frozen=True, slots=True)
class EndingAgreement:
    """An agreement whose review or end comes up."""

    id: uuid.UUID
    case_id: uuid.UUID
    review_due: date | None
    expires_on: date | None


def agreements_for_decision(work: UnitOfWork, *, person_id: uuid.UUID) -> tuple[Answered, ...]:
    """Return what was answered about sharing for a young person, replaced answers left out. For decisions; no page shows it."""
    return _answers(work, person_id, Kind.SHARING)


def answers_to_service(work: UnitOfWork, *, person_id: uuid.UUID) -> tuple[Answered, ...]:
    """Return what was answered to being helped, replaced answers left out. For decisions; no page shows it."""
    return _answers(work, person_id, Kind.SERVICE)


def _answers(work: UnitOfWork, person_id: uuid.UUID, kind: Kind) -> tuple[Answered, ...]:
    rows = work.session.scalars(
        select(Agreement)
        .where(Agreement.person_id == person_id, Agreement.kind == kind.value, ~is_replaced())
        .order_by(Agreement.asked_at, Agreement.id)
    ).all()
    stand = standings(work, [row.id for row in rows])
    return tuple(Answered(row.id, as_answer(stand[row.id], Relation(row.relation))) for row in rows if row.id in stand)


def agreements_of(work: UnitOfWork, *, case_id: uuid.UUID) -> tuple[AgreementRecord, ...]:
    """Return every agreement of a young person's file, those that stand first. Raises NotFound, NotAllowed for the rest of the team."""
    case = cases.reach_whole_file(work, case_id, act="agreement:list")
    work.note_view("agreement:list", "case", case_id)
    found = work.session.execute(
        select(Agreement, AgreementEntry, Person)
        .join(AgreementEntry, AgreementEntry.agreement_id == Agreement.id)
        .join(Person, Person.id == Agreement.person_id)
        .where(Agreement.case_id == case_id)
        .order_by(Agreement.asked_at.desc(), Agreement.id, AgreementEntry.number)
    ).all()
    young_people = {person.id: person for _, _, person in found}
    work.keys.load([case.key_id, *(person.key_id for person in young_people.values())])
    faults = _Faults.of(work, people.opened(work, young_people.values()))
    rows = {row.id: row for row, _, _ in found}
    entries: dict[uuid.UUID, list[AgreementEntry]] = {}
    for row, entry, _ in found:
        entries.setdefault(row.id, []).append(entry)
    replaced = {row.replaces_id for row in rows.values()}
    return tuple(
        _record(work, row, entries[row.id], faults, is_replaced=row.id in replaced)
        for row in sorted(rows.values(), key=lambda row: row.id in replaced)
    )


@dataclass(frozen=True, slots=True)
class AgreedWith:
    """What an agency may know today, by kind of information with the purposes, and what somebody said no to. A no beats a yes."""

    slug: str
    may: Mapping[str, frozenset[str]]
    no: frozenset[str]


def agreed_with(work: UnitOfWork, records: Sequence[AgreementRecord]) -> tuple[AgreedWith, ...]:
    """Return what the agreements of one file come to today for each agency that they name, by short name. For what has been reached.

    Read as the sharing decision reads them; purposes that need no agreement are left out.
    """
    today = london_date(work.now)
    rules = rule_set_at(Jurisdiction(partnerships.partnership_record(work).jurisdiction), today)
    standing = [one for one in records if one.kind is Kind.SHARING and not one.is_replaced]
    if rules is None or not standing:
        return ()
    answers = [as_answer(one.standing, one.relation) for one in standing]
    found = []
    for slug in sorted({slug for one in standing for slug in (*one.standing.permit, *one.standing.deny)} - {ANY}):
        may: dict[str, frozenset[str]] = {}
        no: frozenset[str] = frozenset()
        for purpose in sorted(rules.lists.support_purposes):
            said = what_was_said(
                answers,
                to_agency=slug,
                purpose=purpose,
                every_no_counts=False,
                categories=[one.value for one in Category],
                born=standing[0].born,
                today=today,
                clocks=rules.clocks,
            )
            no |= said.no
            for category in said.yes:
                may[category] = may.get(category, frozenset()) | {str(purpose)}
        found.append(AgreedWith(slug, may, no - set(may)))
    return tuple(found)


def may_be_written_to(work: UnitOfWork, *, case_id: uuid.UUID, name: str) -> bool:
    """Say whether nobody of this name is recorded in a file as the alleged abuser who once answered. For letters of that file."""
    rows = work.session.scalars(
        select(Agreement)
        .join(AgreementEntry, AgreementEntry.agreement_id == Agreement.id)
        .where(Agreement.case_id == case_id, AgreementEntry.kind == EntryKind.GIVER_BARRED.value)
    ).all()
    work.keys.load([row.key_id for row in rows])
    return not any(same_name(str((row.words.open(work.keys) or {}).get("giver", "")), name) for row in rows)


def agreements_ending(work: UnitOfWork, *, within_days: int = 28) -> tuple[EndingAgreement, ...]:
    """Return the agreements, of files that the reader may open, whose review or end comes within so many days, the next first.

    What has run out is left out: its file is on hold or closed.
    """
    today = london_date(work.now)
    until = today + timedelta(days=within_days)
    rows = work.session.scalars(
        select(Agreement)
        .join(Case, Case.id == Agreement.case_id)
        .where(
            cases.is_of(YOUTH_SUPPORT),
            cases.may_see(work.actor, work.now),
            cases.sees_whole_file(work.actor, work.now),
            Agreement.kind == Kind.SHARING.value,
            ~is_replaced(),
        )
    ).all()
    stand = standings(work, [row.id for row in rows])
    found = [
        EndingAgreement(row.id, row.case_id, one.review_due, one.expires_on)
        for row in rows
        if (one := stand.get(row.id)) is not None
        and one.status is Status.GIVEN
        and not is_over(one, today)
        and _next_day(one) <= until
    ]
    return tuple(
        sorted(found, key=lambda one: (min(one.review_due or date.max, one.expires_on or date.max), str(one.id)))
    )


def standings(work: UnitOfWork, agreement_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Standing]:
    """Return where each of these agreements stands. For operations on what has been reached."""
    found = {}
    for agreement_id, rows in _entries(work, agreement_ids).items():
        standing = standing_of([as_entry(row) for row in rows])
        if standing is not None:
            found[agreement_id] = standing
    return found


def as_entry(row: AgreementEntry) -> Entry:
    """Return a row as the rules read it."""
    return Entry(
        kind=EntryKind(row.kind),
        on=row.on,
        purposes=frozenset(row.purposes or ()),
        permit={agency: frozenset(categories) for agency, categories in (row.permit or {}).items()},
        deny={agency: frozenset(categories) for agency, categories in (row.deny or {}).items()},
        review_due=row.review_due,
        expires_on=row.expires_on,
        competent=row.competent,
    )


def _entries(work: UnitOfWork, agreement_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[AgreementEntry]]:
    found: dict[uuid.UUID, list[AgreementEntry]] = {}
    if agreement_ids:
        for row in work.session.scalars(
            select(AgreementEntry)
            .where(AgreementEntry.agreement_id.in_(list(agreement_ids)))
            .order_by(AgreementEntry.number)
        ):
            found.setdefault(row.agreement_id, []).append(row)
    return found


def is_replaced() -> ColumnElement[bool]:
    """Return the SQL condition that the same giver has answered again."""
    later = aliased(Agreement)
    return select(later.id).where(later.replaces_id == Agreement.id).exists()


def fault_today(work: UnitOfWork, standing: Standing, *, relation: Relation, born: date | None) -> Fault | None:
    """Return what is wrong with a yes today, None when it counts. For operations on what has been reached."""
    today = london_date(work.now)
    rules = rule_set_at(Jurisdiction(partnerships.partnership_record(work).jurisdiction), today)
    if rules is None:
        return Fault.NO_DATE
    return fault_of(as_answer(standing, relation), born=born, today=today, clocks=rules.clocks)


def _next_day(standing: Standing) -> date:
    return min(standing.review_due or date.max, standing.expires_on or date.max)


@dataclass(frozen=True, slots=True)
class _Faults:
    """What a fault of a yes is found by: the day, the clocks of the rule set, and when each young person was born."""

    today: date
    born: Mapping[uuid.UUID, date | None]
    jurisdiction: Jurisdiction

    @classmethod
    def of(cls, work: UnitOfWork, known: Mapping[uuid.UUID, PersonRecord]) -> _Faults:
        return cls(
            london_date(work.now),
            {person_id: one.date_of_birth for person_id, one in known.items()},
            Jurisdiction(partnerships.partnership_record(work).jurisdiction),
        )

    def fault(self, answer: Answer, person_id: uuid.UUID) -> str | None:
        """Return the code of what is wrong with a yes, None when nothing is."""
        rules = rule_set_at(self.jurisdiction, self.today)
        if answer.status is not Status.GIVEN or rules is None:
            return None
        found = fault_of(answer, born=self.born.get(person_id), today=self.today, clocks=rules.clocks)
        return found.value if found else None


def _record(
    work: UnitOfWork, row: Agreement, rows: Sequence[AgreementEntry], faults: _Faults, *, is_replaced: bool
) -> AgreementRecord:
    standing = standing_of([as_entry(one) for one in rows])
    if standing is None:
        raise ValueError(f"agreement {row.id} begins with no answer")
    relation = Relation(row.relation)
    return AgreementRecord(
        id=row.id,
        case_id=row.case_id,
        person_id=row.person_id,
        born=faults.born.get(row.person_id),
        kind=Kind(row.kind),
        relation=relation,
        giver=row.giver,
        is_replaced=is_replaced,
        standing=standing,
        fault=faults.fault(as_answer(standing, relation), row.person_id),
        wording=row.wording,
        language=row.language,
        how=row.how,
        form=row.form,
        is_written=row.form != "spoken" or any(one.kind == EntryKind.WRITTEN_DOWN.value for one in rows),
        words=row.words.open(work.keys) or {},
        entries=tuple(
            EntryRecord(
                kind=EntryKind(one.kind),
                on=one.on,
                because=one.because,
                test=one.test,
                competent=one.competent,
                by_account_id=one.by_account_id,
                words=str((one.words.open(work.keys) or {}).get("words", "")),
            )
            for one in rows
        ),
    )
