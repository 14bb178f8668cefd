"""What may be offered to whom from which day: the six rules of interventions, on plain values. Nothing here counts, scores or ranks.

1. The age on the day it starts decides. 2. A notice or order needs support offered before, or a reason. 3. Steps of the ladder left
out need a reason. 4. What is no longer in force stands in the history only. 5. A support record is never the sole evidence for an
order. 6. The history shows what there was and the time between, and no score.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from casework.clock import add_months, age_on, wednesday_9_december
from casework.errors import FieldError
from casework.programmes.youth_support.catalogue import Catalogue, Destination, Entry


class State(StrEnum):
    """Where an intervention stands. Proposed waits for the second person's signature."""

    PROPOSED = "proposed"
    LIVE = "live"
    ENDED = "ended"
    DECLINED = "declined"


class Outcome(StrEnum):
    """How it ended."""

    KEPT = "kept"
    PARTLY_KEPT = "partly_kept"
    NOT_KEPT = "not_kept"
    TAKEN_BACK = "taken_back"
    NOT_ACCEPTED = "not_accepted"


class Evidence(StrEnum):
    """Where it is known from."""

    SUPPORT_RECORD = "support_record"
    POLICE_RECORD = "police_record"
    LANDLORD_RECORD = "landlord_record"
    SCHOOL_RECORD = "school_record"
    WITNESS = "witness"
    COURT = "court"


class Agreed(StrEnum):
    """Who may have to agree."""

    YOUNG_PERSON = "young_person"
    PARENT = "parent"
    ADULT = "adult"


@dataclass(frozen=True, slots=True)
class Before:
    """What was there before: the step of the ladder, whether it is support, and whether it was taken up or declined."""

    rung: int | None
    is_support: bool
    is_declined: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What is proposed: which, from when until when, and what it rests on. Words are as typed."""

    starts_on: date
    ends_on: date | None = None
    agreed_by: Collection[str] = ()
    reason_without_support: str = ""
    reason_for_jump: str = ""
    risk_assessment: str = ""
    youth_justice_said: str = ""
    evidence: Collection[str] = ()
    is_declined: bool = False


def offered(catalogue: Catalogue, *, born: date, on: date) -> tuple[Entry, ...]:
    """Return what may start on the London day `on` for somebody born on `born`, by step of the ladder, what stands beside it last."""
    if on < born:
        return ()
    age = age_on(born, on)
    found = [
        entry
        for entry in catalogue.interventions.values()
        if entry.is_in_force(on) and entry.min_age <= age <= entry.max_age
    ]
    return tuple(sorted(found, key=lambda entry: (entry.rung is None, entry.rung or 0, entry.code)))


def open_to(catalogue: Catalogue, *, born: date, on: date) -> tuple[Destination, ...]:
    """Return the services to which somebody born on `born` can be referred on the London day `on`."""
    age = age_on(born, on)
    return tuple(one for one in catalogue.destinations.values() if one.min_age <= age <= one.max_age)


def what_is_wrong(
    catalogue: Catalogue, entry: Entry | None, proposal: Proposal, *, born: date | None, before: Sequence[Before]
) -> list[FieldError]:
    """List what keeps an intervention from being recorded: the rules above, and what its entry asks for."""
    if entry is None:
        return [FieldError("code", "Choose what is offered or taken.")]
    if born is None:
        return [FieldError("code", "Write down the day of birth first: the age on the day it starts decides.")]
    return [
        *_offered(entry, proposal, born),
        *_dates(entry, proposal),
        *_agreed(entry, proposal),
        *_asked_for(entry, proposal),
        *_support_first(entry, proposal, before),
        *_jump(catalogue, entry, proposal, before),
    ]


def _offered(entry: Entry, proposal: Proposal, born: date) -> list[FieldError]:
    day = wednesday_9_december(proposal.starts_on, with_year=True)
    if proposal.starts_on < born:
        return [FieldError("starts_on", "Give a day after the day of birth.")]
    if not entry.is_in_force(proposal.starts_on):
        return [FieldError("code", f"{entry.label} cannot start on {day}: it stands in the history only.")]
    age = age_on(born, proposal.starts_on)
    if not entry.min_age <= age <= entry.max_age:
        ages = f"{entry.min_age} to {entry.max_age}" if entry.max_age < 25 else f"{entry.min_age} and over"
        return [FieldError("code", f"{entry.label} is for ages {ages}; the age on {day} decides, and it is {age}.")]
    return []


def _dates(entry: Entry, proposal: Proposal) -> list[FieldError]:
    if proposal.ends_on is None:
        return []
    if proposal.ends_on <= proposal.starts_on:
        return [FieldError("ends_on", "Give a day after it starts.")]
    if entry.months is not None and proposal.ends_on > (last := add_months(proposal.starts_on, entry.months)):
        return [FieldError("ends_on", f"It may last until {wednesday_9_december(last, with_year=True)} at most.")]
    return []


def _agreed(entry: Entry, proposal: Proposal) -> list[FieldError]:
    missing = set(entry.needs_agreement) - set(proposal.agreed_by)
    if missing and not proposal.is_declined:
        who = {"young_person": "the young person", "parent": "a parent"}
        words = " and ".join(who.get(one, one) for one in sorted(missing, reverse=True))
        return [FieldError("agreed_by", f"This is voluntary: {words} must agree, or note that it was declined.")]
    return []


def _asked_for(entry: Entry, proposal: Proposal) -> list[FieldError]:
    errors = []
    if entry.needs_risk_assessment and not proposal.risk_assessment.strip():
        errors.append(FieldError("risk_assessment", "Write the risk assessment: it comes first."))
    if entry.consult_youth_justice and not proposal.youth_justice_said.strip():
        errors.append(FieldError("youth_justice_said", "Write what the youth justice service said, and when."))
    if unknown := set(proposal.evidence) - set(Evidence):
        errors.append(FieldError("evidence", f"Choose from the sources; there is no {', '.join(sorted(unknown))}."))
    if entry.enforces and not set(proposal.evidence) - {Evidence.SUPPORT_RECORD}:
        errors.append(
            FieldError("evidence", "Name a source beside the support record: support is never the sole evidence.")
        )
    return errors


def _support_first(entry: Entry, proposal: Proposal, before: Sequence[Before]) -> list[FieldError]:
    if not entry.enforces or any(one.is_support for one in before) or proposal.reason_without_support.strip():
        return []
    return [FieldError("reason_without_support", "No support was offered before. Offer it first, or write why not.")]


def _jump(catalogue: Catalogue, entry: Entry, proposal: Proposal, before: Sequence[Before]) -> list[FieldError]:
    if entry.rung is None or proposal.reason_for_jump.strip():
        return []
    highest = max((one.rung for one in before if one.rung is not None and not one.is_declined), default=0)
    left_out = entry.rung - highest - 1
    if left_out >= catalogue.reason_when_rungs_jumped:
        return [FieldError("reason_for_jump", f"{left_out} steps of the ladder are left out: write why.")]
    return []
