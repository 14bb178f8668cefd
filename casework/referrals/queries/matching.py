"""Whether a referral's people are known: the pair, the pair the other way round, the victim with somebody new.

Looks across the whole partnership, also where the actor may not: what is found is kept with the referral and shown only to
those who may see both. Nothing is ever merged here.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from casework.cases import queries as cases
from casework.cases.queries import CaseLine, KnownCase
from casework.people import queries as people
from casework.people import rules
from casework.people.queries import facts_of
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
    shown: CaseLine | None
    """The case as the reader may see it; None when it may not be shown."""


def find(work: UnitOfWork, *, document: Mapping[str, Any]) -> list[Found]:
    """Return the cases that this referral may be about, the surest first. Source: SafeLives' definition of a repeat (the pair)."""
    victim = facts_of(document["victim"])
    perpetrators = [facts_of(one) for one in document["perpetrators"]]
    keys = [key for one in (victim, *perpetrators) for key in rules.match_keys(one)]
    wanted = people.known_by(work, keys)
    if wanted is None:
        return []
    found = []
    for case_id, known in cases.known_cases(work, person_ids=wanted).items():
        if match := _compare(victim, perpetrators, case_id, known):
            found.append(match)
    order = {SAME_PAIR: 0, SWAPPED_PAIR: 1, SAME_VICTIM: 2}
    return sorted(found, key=lambda match: (order[match.kind], match.verdict is not Verdict.SAME, str(match.case_id)))


def _compare(
    victim: PersonFacts, perpetrators: Sequence[PersonFacts], case_id: uuid.UUID, known: KnownCase
) -> Found | None:
    them = known.line.victim
    if them is None:
        return None
    others = [one.facts for one in known.line.perpetrators]
    shown = known.line if known.is_visible else None
    for kind, pair in (
        (SAME_PAIR, rules.same_pair(victim, perpetrators, them.facts, others)),
        (SWAPPED_PAIR, rules.swapped_pair(victim, perpetrators, them.facts, others)),
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
                victim_id=them.id,
                shown=shown,
            )
    alone = rules.compare(victim, them.facts)
    if alone.verdict is Verdict.DIFFERENT:
        return None
    return Found(case_id, SAME_VICTIM, alone.verdict, alone.agreeing, alone.differing, them.id, shown)
