"""Reads of interventions: a young person's history with the time between, one of them, and what may be offered now."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from casework.cases import policy as cases
from casework.cases import queries as case_queries
from casework.cases.rules import Part
from casework.interventions import policy, rules
from casework.interventions.models import Intervention
from casework.programmes.youth_support.catalogue import Destination, Entry, catalogue
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class InterventionRecord:
    """One intervention. `days_since_last` is the time since the one before began, None for the first: never a score."""

    id: uuid.UUID
    case_id: uuid.UUID
    code: str
    label: str
    kind: str
    rung: int | None
    age: int
    state: str
    starts_on: date
    ends_on: date | None
    review_on: date | None
    ended_on: date | None
    outcome: str | None
    breaches: int
    agency_id: uuid.UUID
    recorded_by_account_id: uuid.UUID
    recorded_at: datetime
    signed_off_by_account_id: uuid.UUID | None
    served_on: date | None
    days_since_last: int | None
    content: Mapping[str, Any]
    letter: Mapping[str, Any] | None
    entry: Entry | None


@dataclass(frozen=True, slots=True)
class OnOffer:
    """What may start on a day for one young person, and where they can be referred. Empty while the day of birth is not known."""

    entries: tuple[Entry, ...]
    destinations: tuple[Destination, ...]
    is_age_known: bool


def interventions_of(work: UnitOfWork, *, case_id: uuid.UUID) -> tuple[InterventionRecord, ...]:
    """Return what was offered to or taken about a young person, the latest first, and note the view.

    For whoever sees the whole file. Raises NotFound, NotAllowed for the rest of the team.
    """
    cases.reach_whole_file(work, case_id, act="intervention:view")
    work.note_view("intervention:view", "case", case_id)
    rows = work.session.scalars(
        select(Intervention)
        .where(Intervention.case_id == case_id)
        .order_by(Intervention.starts_on, Intervention.recorded_at)
    ).all()
    work.keys.load({row.key_id for row in rows})
    return tuple(reversed([_record(work, row, before) for row, before in zip(rows, [None, *rows], strict=False)]))


def intervention_record(work: UnitOfWork, *, intervention_id: uuid.UUID) -> InterventionRecord:
    """Return one intervention with its history and letter, and note the view. Raises NotFound, NotAllowed."""
    row = policy.reach(work, intervention_id, act="intervention:view", lock=False)
    work.note_view("intervention:view", "case", row.case_id)
    return _record(work, row, None)


def on_offer(work: UnitOfWork, *, case_id: uuid.UUID, on: date) -> OnOffer:
    """Return what may start on the London day `on` for this young person. Raises NotFound, NotAllowed."""
    cases.reach_whole_file(work, case_id, act="intervention:view")
    members = case_queries.people_of(work, case_ids=[case_id])[case_id]
    born = next((one.person.date_of_birth for one in members if one.part == Part.YOUNG_PERSON), None)
    if born is None or on < born:
        return OnOffer((), (), is_age_known=born is not None)
    return OnOffer(
        rules.offered(catalogue(), born=born, on=on), rules.open_to(catalogue(), born=born, on=on), is_age_known=True
    )


def _record(work: UnitOfWork, row: Intervention, before: Intervention | None) -> InterventionRecord:
    entry = catalogue().interventions.get(row.code)
    return InterventionRecord(
        id=row.id,
        case_id=row.case_id,
        code=row.code,
        label=entry.label if entry else row.code,
        kind=row.kind,
        rung=row.rung,
        age=row.age,
        state=row.state,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        review_on=row.review_on,
        ended_on=row.ended_on,
        outcome=row.outcome,
        breaches=row.breaches,
        agency_id=row.agency_id,
        recorded_by_account_id=row.recorded_by_account_id,
        recorded_at=row.recorded_at,
        signed_off_by_account_id=row.signed_off_by_account_id,
        served_on=row.served_on,
        days_since_last=(row.starts_on - before.starts_on).days if before else None,
        content=row.content.open(work.keys) or {},
        letter=row.letter.open(work.keys),
        entry=entry,
    )
