"""What the young person's agreement lets the team do today: whether it stands, and which agency may be told what for the plan."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from casework.agencies import queries as agencies
from casework.clock import london_date
from casework.consent import queries as consent
from casework.consent.rules import Category, Jurisdiction, Purpose, rule_set_at
from casework.partnerships import queries as partnerships
from casework.people import queries as people
from casework.programmes.youth_support.rules import Agreement, Clocks, Status
from casework.programmes.youth_support.sharing import Said, what_was_said
from casework.work import UnitOfWork
from casework.youth.models import YouthCase
from casework.youth.rules import OLDEST, Stage

_HELP = "help"
_A_YOUTH_MONTHS = 12 * (OLDEST + 1)
EARLY_HELP = (Purpose.SUPPORT_PLAN, Purpose.ASSESSMENT)
"""What early help is asked for. A yes for one of them lets it begin; the plan is told for the first alone."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands on one London day. `permitted` are the categories each agency may be told for the support plan.

    `stands` needs both answers: to be helped, and who may know. `is_fresh` says that both were also
    given since they were last asked for, `is_refused` that either was refused since then.
    """

    home_agency_id: uuid.UUID
    stands: bool
    is_fresh: bool
    is_refused: bool
    permitted: Mapping[uuid.UUID, frozenset[str]] = field(default_factory=dict)

    def reaches(self, agency_id: uuid.UUID | None, category: Category = Category.BASIC) -> bool:
        """Say whether an agency may be told of one category: the one that keeps the file has it, all others by agreement."""
        return agency_id == self.home_agency_id or category in self.permitted.get(agency_id or uuid.UUID(int=0), ())


def standing_of(work: UnitOfWork, row: YouthCase) -> Standing:
    """Return what the agreements about a young person come to today. What is not known counts against them.

    Source: docs/how-casework-decides.md; the same reading of answers as the sharing rules have (casework.programmes.youth_support).
    """
    today = london_date(work.now)
    jurisdiction = Jurisdiction(partnerships.partnership_record(work).jurisdiction)
    rules = rule_set_at(jurisdiction, today)
    if rules is None:
        return Standing(row.agency_id, stands=False, is_fresh=False, is_refused=False)
    answers = [one.agreement for one in consent.agreements_for_decision(work, person_id=row.person_id)]
    to_service = [one.agreement for one in consent.answers_to_service(work, person_id=row.person_id)]
    born = people.records(work, [row.person_id])[row.person_id].date_of_birth
    help_given = _helped(to_service, born, today, rules.clocks)
    ids = {one.slug: one.id for one in agencies.agencies(work)}
    named = {slug for one in answers for slug in one.permit} & set(ids)
    said = {slug: _said(answers, slug, born, today, rules.clocks) for slug in named}
    live = [agreement for of_agency in said.values() for one in of_agency if one.yes for agreement in one.live]
    since = london_date(row.stage_since)
    is_asked_afresh = row.stage == Stage.AGREEMENT_PENDING and row.stage_before == Stage.STEPPED_UP

    def is_fresh(found: Iterable[Agreement]) -> bool:
        return any(not is_asked_afresh or (one.on is not None and one.on >= since) for one in found)

    return Standing(
        home_agency_id=row.agency_id,
        stands=bool(live and help_given),
        is_fresh=is_fresh(live) and is_fresh(help_given),
        is_refused=(not live and _is_refused(answers, since)) or (not help_given and _is_refused(to_service, since)),
        permitted={ids[slug]: of_agency[0].yes for slug, of_agency in said.items() if of_agency[0].yes},
    )


def _helped(answers: list[Agreement], born: date | None, today: date, clocks: Clocks) -> tuple[Agreement, ...]:
    """Return the yeses to being helped that count. Read as an answer about one thing: the young person's own no beats a parent's yes.

    To be helped has no end of its own: it lasts until it is taken back or the work ends.
    """
    asked = [
        replace(one, purposes=frozenset({_HELP}), permit={_HELP: frozenset({_HELP})})
        if one.status is Status.GIVEN
        else one
        for one in answers
    ]
    said = what_was_said(
        asked,
        to_agency=_HELP,
        purpose=_HELP,
        every_no_counts=False,
        categories=[_HELP],
        born=born,
        today=today,
        clocks=replace(clocks, longest_months=_A_YOUTH_MONTHS),
    )
    return said.live if said.yes else ()


def _said(answers: list[Agreement], slug: str, born: date | None, today: date, clocks: Clocks) -> tuple[Said, ...]:
    """Read the answers about one agency for each purpose of early help, the plan's first."""
    return tuple(
        what_was_said(
            answers,
            to_agency=slug,
            purpose=purpose,
            every_no_counts=False,
            categories=[category.value for category in Category],
            born=born,
            today=today,
            clocks=clocks,
        )
        for purpose in EARLY_HELP
    )


def _is_refused(answers: Iterable[Agreement], since: date) -> bool:
    return any(
        one.status is not Status.GIVEN and not one.is_void and (one.on is None or one.on >= since) for one in answers
    )
