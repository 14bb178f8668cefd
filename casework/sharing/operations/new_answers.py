"""A new answer that takes back what an earlier one allowed: it stops and tells as a withdrawal does."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from casework.access.permissions import Permission
from casework.agencies import queries as agencies
from casework.clock import london_date
from casework.consent import queries as consent
from casework.consent.models import Agreement
from casework.consent.rules import Agreement as Answer
from casework.consent.rules import Jurisdiction, Relation, Status, rule_set_at
from casework.consent.rules.standing import as_answer
from casework.partnerships import queries as partnerships
from casework.people import queries as people
from casework.programmes.youth_support.rules import Clocks
from casework.programmes.youth_support.sharing import what_was_said
from casework.sharing.operations.withdrawing import Withdrawn, reach_agreement, stop_and_tell
from casework.sharing.queries.withdrawals import reach_in_scope
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class NoLongerAgreed:
    """What an answer took back: what the answers before it let an agency know, and those with it do not."""

    slugs: Mapping[uuid.UUID, str]
    before: Sequence[Answer]
    after: Sequence[Answer]
    born: date | None
    today: date
    clocks: Clocks
    is_part: bool

    def of(self, agency_id: uuid.UUID | None, purpose: str | None, categories: frozenset[str]) -> frozenset[str]:
        """Return those of the kinds that an agency was told for a purpose which are not agreed to any more."""
        slug = self.slugs.get(agency_id) if agency_id else None
        if slug is None:
            return frozenset()
        was, still = (self._agreed(answers, slug, purpose, categories) for answers in (self.before, self.after))
        return was - still

    def _agreed(
        self, answers: Sequence[Answer], slug: str, purpose: str | None, categories: frozenset[str]
    ) -> frozenset[str]:
        return what_was_said(
            answers,
            to_agency=slug,
            purpose=purpose,
            every_no_counts=False,
            categories=categories,
            born=self.born,
            today=self.today,
            clocks=self.clocks,
        ).yes


def follow_answer(work: UnitOfWork, *, case_id: uuid.UUID, agreement_id: uuid.UUID) -> Withdrawn:
    """Do what follows from a new answer, just recorded, that takes back what was agreed before: a no, or a narrower yes.

    What is queued is decided again, and each agency that was told what is no longer agreed to is told so and owes an answer, as
    after a withdrawal (docs/how-withdrawal-works.md). An answer that takes nothing back tells nobody. Raises NotAllowed, NotFound.
    """
    work.require(Permission.AGREEMENT_RECORD)
    case, person_id = reach_in_scope(work, case_id, act="agreement:follow")
    row = reach_agreement(work, case_id, agreement_id)
    today = london_date(work.now)
    rules = rule_set_at(Jurisdiction(partnerships.partnership_record(work).jurisdiction), today)
    if rules is None:
        return Withdrawn((), ())
    answers = consent.agreements_for_decision(work, person_id=person_id)
    own = next(one.agreement for one in answers if one.id == agreement_id)
    ended = NoLongerAgreed(
        slugs={one.id: one.slug for one in agencies.agencies(work)},
        before=[*(one.agreement for one in answers if one.id != agreement_id), *_replaced(work, row)],
        after=[one.agreement for one in answers],
        born=people.records(work, [person_id])[person_id].date_of_birth,
        today=today,
        clocks=rules.clocks,
        is_part=own.status is Status.GIVEN,
    )
    return stop_and_tell(work, case, person_id, agreement_id, ended)


def _replaced(work: UnitOfWork, row: Agreement) -> list[Answer]:
    """Return the answer whose place this one took, as it stood."""
    if row.replaces_id is None:
        return []
    stood = consent.standings(work, [row.replaces_id])
    return [as_answer(one, Relation(row.relation)) for one in stood.values()]
