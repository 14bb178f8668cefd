"""Young people's files for tests, made through the operations: opened, agreed, assessed, with a team and a plan."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from casework.access.permissions import Purpose
from casework.clock import london_date
from casework.consent import operations as consent
from casework.consent.operations import NewAnswer
from casework.consent.rules import Relation, Status
from casework.work import UnitOfWork
from casework.youth import operations as youth
from casework.youth.operations import Assessment, Enquiry
from casework.youth.queries import YouthRecord, youth_record
from tests.factories.partnership import APartnership

JAMIE: Mapping[str, Any] = {"given_names": "Jamie", "family_name": "Stone", "date_of_birth": "2011-05-04"}
EVERYTHING = ("basic", "assessment_summary", "full_assessment", "education", "health", "family")
SCHOOL_AND_HOUSING: Mapping[str, Sequence[str]] = {
    "youth_service": EVERYTHING,
    "school_nursing": ("basic", "education"),
    "housing": ("basic",),
}
ASSESSED = Assessment(
    sections={"reason": "Out at night; school rang.", "strengths": "Fixes bikes.", "needs": "A place to go."},
    risk_factors=("friends_at_risk",),
    young_person_said="I get bored, that’s all.",
)


def acting(partnership: APartnership, key: str = "youth_worker") -> UnitOfWork:
    """Open a unit of work as one of the people, at work with a young person."""
    return partnership.acting(key, Purpose.SUPPORT)


def opened(
    partnership: APartnership, *, by: str = "youth_worker", young_person: Mapping[str, Any] | None = None
) -> uuid.UUID:
    """Open an enquiry about Jamie, aged 15. Returns the case's id."""
    enquiry = Enquiry(
        known_as="J.S.",
        concern="Out late most nights, school has rung twice.",
        source="school",
        young_person=JAMIE if young_person is None else young_person,
    )
    with acting(partnership, by) as work:
        return youth.open_enquiry(work, enquiry=enquiry).case_id


def asked(partnership: APartnership, case_id: uuid.UUID) -> None:
    """Ask Jamie for agreement."""
    with acting(partnership) as work:
        youth.seek_agreement(work, case_id=case_id, wording="2026-1", asked="young_person")


def answered(
    partnership: APartnership,
    case_id: uuid.UUID,
    permit: Mapping[str, Sequence[str]] = SCHOOL_AND_HOUSING,
    *,
    status: str = "given",
    purposes: Sequence[str] = ("support_plan", "assessment"),
    to_service: str | None = "the same",
) -> uuid.UUID:
    """Record Jamie's own answer, to being helped too, and let follow what follows from it. Returns the agreement's id."""
    answer = NewAnswer(
        case_id=case_id,
        status=Status(status),
        relation=Relation.SELF,
        wording="2026-1",
        how="in_person",
        form="signed",
        purposes=frozenset(purposes),
        permit={slug: frozenset(categories) for slug, categories in permit.items()} if status == "given" else {},
        exceptions_explained=True,
        competent=True,
        test="gillick",
        factors="Said back to me who would know what, and why.",
        to_service=Status(status if to_service == "the same" else to_service) if to_service else None,
    )
    with acting(partnership) as work:
        return youth.record_answer(work, answer=answer)


def withdrawn(partnership: APartnership, case_id: uuid.UUID, agreement_id: uuid.UUID) -> None:
    """Take an agreement back, and let follow what follows from it."""
    with acting(partnership) as work:
        consent.withdraw(work, agreement_id=agreement_id, words="I don’t want that any more.")
    follows(partnership, case_id)


def narrowed(partnership: APartnership, case_id: uuid.UUID, agreement_id: uuid.UUID, *slugs: str) -> None:
    """Take back what these agencies may be told, and let follow what follows from it."""
    with acting(partnership) as work:
        taken = {slug: frozenset({"*"}) for slug in slugs}
        consent.narrow(work, agreement_id=agreement_id, taken=taken, words="Not them.")
    follows(partnership, case_id)


def follows(partnership: APartnership, case_id: uuid.UUID) -> None:
    """Let the installation take account of an answer, as the worker does."""
    with partnership.acting(None) as work:
        youth.after_agreement(work, case_id=case_id)


def agreed(partnership: APartnership, permit: Mapping[str, Sequence[str]] = SCHOOL_AND_HOUSING) -> uuid.UUID:
    """Open an enquiry, and have Jamie agree. Returns the case's id."""
    case_id = opened(partnership)
    asked(partnership, case_id)
    answered(partnership, case_id, permit)
    return case_id


def assessed(partnership: APartnership, case_id: uuid.UUID) -> None:
    """Complete the assessment."""
    with acting(partnership) as work:
        youth.write_assessment(work, case_id=case_id, assessment=ASSESSED, is_complete=True)


def invited(partnership: APartnership, case_id: uuid.UUID, key: str) -> uuid.UUID:
    """Take somebody on to the team. Returns their place's id."""
    agency_id = partnership.actor_of(key).agency_id
    assert agency_id is not None
    with acting(partnership) as work:
        return youth.invite(
            work,
            case_id=case_id,
            agency_id=agency_id,
            account_id=partnership.account(key),
            reaches_abuser=False,
        )


def with_team(partnership: APartnership, permit: Mapping[str, Sequence[str]] = SCHOOL_AND_HOUSING) -> uuid.UUID:
    """Have Jamie's case assessed, led by the youth worker, with the school's worker on the team. Returns the case's id."""
    case_id = agreed(partnership, permit)
    assessed(partnership, case_id)
    with acting(partnership) as work:
        youth.appoint_lead(
            work, case_id=case_id, account_id=partnership.account("youth_worker"), wishes="Jamie knows Jo best."
        )
    invited(partnership, case_id, "school_worker")
    return case_id


def place_of(partnership: APartnership, case_id: uuid.UUID, key: str) -> uuid.UUID:
    """Return the present place of somebody on the team."""
    with acting(partnership) as work:
        team = youth_record(work, case_id=case_id).team
    return next(one.id for one in team if one.account_id == partnership.account(key) and one.until_at is None)


def action(
    partnership: APartnership, case_id: uuid.UUID, key: str | None = "school_worker", *, days: int = 14
) -> uuid.UUID:
    """Agree an action of somebody of the team, or of the family (None), due in so many days. Returns its id."""
    owner = place_of(partnership, case_id, key) if key else youth.FAMILY
    with acting(partnership) as work:
        return youth.agree_action(
            work,
            case_id=case_id,
            owner=owner,
            what="A place at the lunch club.",
            outcome="Somewhere to go at midday.",
            heading="education",
            by_when=london_date(partnership.now) + timedelta(days=days),
        )


def with_plan(partnership: APartnership, permit: Mapping[str, Sequence[str]] = SCHOOL_AND_HOUSING) -> uuid.UUID:
    """Have Jamie's plan begun, with an action of the school and a review in eight weeks. Returns the case's id."""
    case_id = with_team(partnership, permit)
    action(partnership, case_id)
    with acting(partnership) as work:
        youth.agree_plan(work, case_id=case_id, review_on=london_date(partnership.now) + timedelta(weeks=8))
    return case_id


def file_of(partnership: APartnership, case_id: uuid.UUID, key: str = "youth_worker") -> YouthRecord:
    """Open a file as one of the people."""
    with acting(partnership, key) as work:
        return youth_record(work, case_id=case_id)
