"""Assessment: each version is kept as it was written, and a complete one lets the team form."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import func, select

from casework.clock import london_date
from casework.consent import operations as consent
from casework.consent.rules.standing import ReviewBecause
from casework.errors import Conflict, FieldError, Invalid
from casework.programmes.youth_support.practice import practice
from casework.work import UnitOfWork
from casework.youth import policy, rules
from casework.youth.models import YouthAssessment
from casework.youth.operations import steps
from casework.youth.queries.agreement import standing_of

FULL = "full"
MOST_ADULTS = 8


class Responsibility(StrEnum):
    """Whether an adult has parental responsibility. Not knowing is an answer."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Adult:
    """A parent or carer: who they are to the young person, parental responsibility, and how that is known."""

    name: str
    relation: str
    parental_responsibility: Responsibility | str
    how_known: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What an assessment says: sections by code (practice.toml), risk factors, adults, and both comments in their own words."""

    sections: Mapping[str, str]
    risk_factors: Sequence[str] = ()
    adults: Sequence[Adult] = field(default_factory=tuple)
    young_person_said: str = ""
    parents_said: str = ""


def write_assessment(work: UnitOfWork, *, case_id: uuid.UUID, assessment: Assessment, is_complete: bool) -> int:
    """Keep a version of the assessment; a complete one lets the team form. Returns its number.

    There is none without an agreement to be helped and to who may know: both were given, and stand. Other parents or carers than
    before have the agreements gone through again. Raises NotFound, NotAllowed, Invalid, Conflict.
    """
    row = policy.reach_to_write(work, case_id, act="youth:assess")
    if rules.Stage(row.stage) not in rules.AGREED or not standing_of(work, row).stands:
        raise Conflict("An assessment needs an agreement that stands.")
    today = london_date(work.now)
    form = practice().form_on(today)
    wrong = _what_is_wrong(assessment, {one.code for one in form.sections})
    if is_complete:
        wrong += _what_is_missing(assessment, [one.code for one in form.sections if one.required])
    if wrong or work.actor.account_id is None or work.actor.agency_id is None:
        raise Invalid(wrong)
    last = select(func.coalesce(func.max(YouthAssessment.version), 0)).where(YouthAssessment.case_id == case_id)
    version = YouthAssessment(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        case_id=case_id,
        kind=FULL,
        version=(work.session.scalar(last) or 0) + 1,
        form=form.name,
        assessed_on=today,
        is_complete=is_complete,
        written_at=work.now,
        written_by_account_id=work.actor.account_id,
        agency_id=work.actor.agency_id,
        key_id=row.key_id,
    )
    version.content.seal(work.keys, _document(assessment))
    _force_review_of_new_carers(work, case_id, assessment)
    work.session.add(version)
    if is_complete and row.stage == rules.Stage.ASSESSING:
        steps.go(work, row, rules.Event.ASSESSMENT_COMPLETED, code=f"version {version.version}")
    else:
        steps.keep(work, row, rules.Event.ASSESSED, code=f"version {version.version}")
    return version.version


def _force_review_of_new_carers(work: UnitOfWork, case_id: uuid.UUID, assessment: Assessment) -> None:
    """Have agreements gone through again where the version before names other parents and carers, or other responsibility."""
    before = work.session.scalar(
        select(YouthAssessment)
        .where(YouthAssessment.case_id == case_id)
        .order_by(YouthAssessment.version.desc())
        .limit(1)
    )
    if before is None:
        return
    work.keys.load([before.key_id])
    known = (before.content.open(work.keys) or {}).get("adults") or []
    if _carers(known) != _carers(_adults(assessment)):
        consent.force_review(work, case_id=case_id, because=ReviewBecause.NEW_CARER)


def _carers(adults: Sequence[Mapping[str, str]]) -> set[tuple[str, str]]:
    return {(" ".join(one["name"].casefold().split()), one["parental_responsibility"]) for one in adults}


def _adults(assessment: Assessment) -> list[dict[str, str]]:
    return [
        {
            "name": one.name.strip(),
            "relation": one.relation.strip(),
            "parental_responsibility": Responsibility(one.parental_responsibility).value,
            "how_known": one.how_known.strip(),
        }
        for one in assessment.adults
    ]


def _document(assessment: Assessment) -> dict[str, object]:
    return {
        "sections": {code: words.strip() for code, words in assessment.sections.items() if words.strip()},
        "risk_factors": list(assessment.risk_factors),
        "adults": _adults(assessment),
        "young_person_said": assessment.young_person_said.strip(),
        "parents_said": assessment.parents_said.strip(),
    }


def _what_is_wrong(assessment: Assessment, known: set[str]) -> list[FieldError]:
    errors = [FieldError(code, "There is no such section.") for code in sorted(set(assessment.sections) - known)]
    for code, words in assessment.sections.items():
        errors += steps.too_long(code, words)
    if set(assessment.risk_factors) - set(practice().risk_factors):
        errors.append(FieldError("risk_factors", "Choose from the factors."))
    if len(assessment.adults) > MOST_ADULTS:
        errors.append(FieldError("adults", f"Name up to {MOST_ADULTS} adults."))
    for number, one in enumerate(assessment.adults):
        if not one.name.strip() or not one.relation.strip():
            errors.append(
                FieldError(f"adults.{number}.name", "Give the adult’s name and who they are to the young person.")
            )
        if one.parental_responsibility not in set(Responsibility):
            errors.append(
                FieldError(f"adults.{number}.parental_responsibility", "Choose yes, no or not known for each adult.")
            )
    return errors


def _what_is_missing(assessment: Assessment, required: Sequence[str]) -> list[FieldError]:
    errors = [
        FieldError(code, "A complete assessment has words here.")
        for code in required
        if not assessment.sections.get(code, "").strip()
    ]
    if not assessment.young_person_said.strip():
        errors.append(FieldError("young_person_said", "Write what the young person said about it, in their words."))
    return errors
