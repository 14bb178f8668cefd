"""Whether a referral's people are known: the pair, the pair the other way round, the victim with somebody new.

Looks across the whole partnership, also where the actor may not: what is found is kept with the referral and shown only to
those who may see both. Nothing is ever merged here.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from casework.cases.models import CasePerson
from casework.people import queries as people
from casework.people import rules
from casework.people.queries import PersonRecord, facts_of
from casework.people.rules import PersonFacts, Verdict
from casework.work import UnitOfWork

SAME_PAIR = "same_pair"
SWAPPED_PAIR = "swapped_pair"
SAME_VICTIM = "same_victim"


@dataclass(frozen=True, slots=True)
class Found:
    """A case whose people may be those of a referral: how, how surely, and in words what agrees and what differs."""

    case_id: uuid.UUID
    kind: str
    verdict: Verdict
    agreeing: tuple[str, ...]
    differing: tuple[str, ...]
    victim_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class _Known:
    victim: PersonRecord | None
    perpetrators: tuple[PersonRecord, ...]


def find(work: UnitOfWork, *, document: Mapping[str, Any]) -> list[Found]:
    """Return the cases that this referral may be about, the surest first. Source: SafeLives' definition of a repeat (the pair)."""
    victim = facts_of(document["victim"])
    perpetrators = [facts_of(one) for one in document["perpetrators"]]
    ids = people.known_by(work, rules.match_keys(victim))
    for one in perpetrators:
        ids |= people.known_by(work, rules.match_keys(one))
    found = []
    for case_id, known in _cases_of(work, ids).items():
        if known.victim is not None and (match := _compare(victim, perpetrators, case_id, known)):
            found.append(match)
    order = {SAME_PAIR: 0, SWAPPED_PAIR: 1, SAME_VICTIM: 2}
    return sorted(found, key=lambda match: (order[match.kind], match.verdict is not Verdict.SAME, str(match.case_id)))


def _cases_of(work: UnitOfWork, person_ids: set[uuid.UUID]) -> dict[uuid.UUID, _Known]:
    if not person_ids:
        return {}
    hits = select(CasePerson.case_id).where(CasePerson.person_id.in_(person_ids))
    rows = work.session.execute(
        select(CasePerson.case_id, CasePerson.person_id, CasePerson.part).where(
            CasePerson.case_id.in_(hits), CasePerson.part.in_(["victim", "perpetrator"])
        )
    ).all()
    records = people.records(work, [row.person_id for row in rows])
    cases: dict[uuid.UUID, _Known] = {}
    for case_id in {row.case_id for row in rows}:
        mine = [row for row in rows if row.case_id == case_id]
        victims = [records[row.person_id] for row in mine if row.part == "victim"]
        cases[case_id] = _Known(
            victim=victims[0] if victims else None,
            perpetrators=tuple(records[row.person_id] for row in mine if row.part == "perpetrator"),
        )
    return cases


def _compare(
    victim: PersonFacts, perpetrators: Sequence[PersonFacts], case_id: uuid.UUID, known: _Known
) -> Found | None:
    if known.victim is None:
        return None
    known_victim = known.victim.facts
    known_perpetrators = [one.facts for one in known.perpetrators]
    for kind, pair in (
        (SAME_PAIR, rules.same_pair(victim, perpetrators, known_victim, known_perpetrators)),
        (SWAPPED_PAIR, rules.swapped_pair(victim, perpetrators, known_victim, known_perpetrators)),
    ):
        if pair.verdict is not Verdict.DIFFERENT:
            other = pair.perpetrator
            return Found(
                case_id=case_id,
                kind=kind,
                verdict=pair.verdict,
                agreeing=tuple(f"victim: {words}" for words in pair.victim.agreeing)
                + tuple(f"perpetrator: {words}" for words in (other.agreeing if other else ())),
                differing=tuple(f"victim: {words}" for words in pair.victim.differing)
                + tuple(f"perpetrator: {words}" for words in (other.differing if other else ())),
                victim_id=known.victim.id,
            )
    alone = rules.compare(victim, known_victim)
    if alone.verdict is Verdict.DIFFERENT:
        return None
    return Found(case_id, SAME_VICTIM, alone.verdict, alone.agreeing, alone.differing, known.victim.id)
