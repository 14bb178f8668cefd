"""From a first concern to an answer about agreement: opening an enquiry, learning who it is about, and asking for agreement."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from casework.cases import operations as cases
from casework.cases.models import Case
from casework.cases.rules import Part, StandingKind
from casework.clock import age_on, london_date
from casework.consent import operations as consent
from casework.consent.rules.standing import ReviewBecause
from casework.errors import FieldError, Invalid
from casework.people import operations as people
from casework.people import queries as people_queries
from casework.people.queries import facts_of
from casework.programmes.registry import YOUTH_SUPPORT
from casework.work import UnitOfWork
from casework.youth import policy, rules
from casework.youth.models import YouthCase
from casework.youth.operations import steps

INITIALS_LIMIT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Enquiry:
    """A first concern. `known_as` are initials or a token; `young_person` what else is known, shaped as a person of a referral."""

    known_as: str
    concern: str
    source: rules.Source | str
    level: int = 2
    locality: str = ""
    young_person: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Opened:
    """The new case, and the person it is about."""

    case_id: uuid.UUID
    person_id: uuid.UUID


def open_enquiry(work: UnitOfWork, *, enquiry: Enquiry) -> Opened:
    """Open a young person's file for the actor's agency; the actor holds it. No other agency can find it.

    Initials or a token are enough until there is an agreement; a name and a day of birth may be added then. A need of level 1 is
    met by services that are open to everybody, so no case is opened for it. Raises NotAllowed, Invalid.
    """
    agency_id = policy.require_to_open(work)
    wrong = _what_is_wrong(enquiry) + _what_is_wrong_with_person(work, enquiry.young_person)
    if wrong or work.actor.account_id is None:
        raise Invalid(wrong)
    person_id = people.remember(work, document={**enquiry.young_person, "known_as": enquiry.known_as.strip()})
    work.session.flush()  # the person first: the case refers to it
    case_id = cases.open_case(
        work,
        marac_id=None,
        programme=YOUTH_SUPPORT.code,
        parts=[cases.Part(person_id=person_id, part=Part.YOUNG_PERSON.value)],
        referred_on=london_date(work.now),
        band=None,
        has_safe_contact=False,
    )
    row = YouthCase(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        case_id=case_id,
        person_id=person_id,
        agency_id=agency_id,
        holder_account_id=work.actor.account_id,
        stage=rules.Stage.ENQUIRY.value,
        stage_since=work.now,
        level=enquiry.level,
        source=rules.Source(enquiry.source).value,
        key_id=work.session.get_one(Case, case_id).key_id,
    )
    row.concern.seal(work.keys, {"words": enquiry.concern.strip(), "locality": enquiry.locality.strip()})
    work.session.add(row)
    give_file(work, row)
    steps.keep(work, row, rules.Event.CONCERN_RAISED, code=row.source)
    return Opened(case_id, person_id)


def give_file(work: UnitOfWork, row: YouthCase) -> None:
    """Let whoever holds a file open it, and those who answer for the files of their agency."""
    cases.give_standing(
        work,
        case_ids=[row.case_id],
        source_ids=[row.id],
        kind=StandingKind.CASE_HOLDER,
        account_ids=[row.holder_account_id],
    )
    cases.give_standing(
        work,
        case_ids=[row.case_id],
        source_ids=[row.id],
        kind=StandingKind.HOME_AGENCY,
        agency_ids=[row.agency_id],
    )


def learn(work: UnitOfWork, *, case_id: uuid.UUID, young_person: Mapping[str, Any]) -> None:
    """Add what is known of the young person: their name, day of birth, address. A move has agreements gone through again.

    Raises NotFound, NotAllowed, Invalid.
    """
    row = policy.reach_to_write(work, case_id, act="youth:name")
    wrong = _what_is_wrong_with_person(work, young_person)
    if wrong:
        raise Invalid(wrong)
    known = people_queries.records(work, [row.person_id])[row.person_id].document.get("address")
    if _has_moved(known or {}, young_person.get("address") or {}):
        consent.force_review(work, case_id=case_id, because=ReviewBecause.MOVED)
    people.learn(work, person_id=row.person_id, document=young_person)
    steps.keep(work, row, rules.Event.NAMED)


def _has_moved(known: Mapping[str, Any], told: Mapping[str, Any]) -> bool:
    """Say whether an address is another than the one known: another postcode, or other lines where no postcode is known."""
    if known.get("postcode") and told.get("postcode"):
        return _plain(known["postcode"]) != _plain(told["postcode"])
    lines, said = known.get("lines") or [], told.get("lines") or []
    return bool(lines and said) and _plain("".join(lines)) != _plain("".join(said))


def _plain(text: str) -> str:
    return "".join(text.casefold().split())


def pre_assessment_done(work: UnitOfWork, *, case_id: uuid.UUID, words: str) -> None:
    """Note the look that decides whether a whole assessment is needed. It may be left out. Raises NotFound, NotAllowed, Conflict."""
    row = policy.reach_to_write(work, case_id, act="youth:pre_assessment")
    if not words.strip():
        raise Invalid.field("words", "Write what you found.")
    steps.go(work, row, rules.Event.PRE_ASSESSMENT_DONE, words=words)


def _what_is_wrong(enquiry: Enquiry) -> list[FieldError]:
    errors = []
    if not 0 < len(enquiry.known_as.strip()) <= INITIALS_LIMIT:
        errors.append(FieldError("known_as", f"Give initials or a token of up to {INITIALS_LIMIT} characters."))
    if not enquiry.concern.strip():
        errors.append(FieldError("concern", "Write what worries whom."))
    if enquiry.source not in set(rules.Source):
        errors.append(FieldError("source", "Choose who raised the concern."))
    if enquiry.level == 1:
        errors.append(FieldError("level", "A need of level 1 is met by services open to everybody: no case is opened."))
    elif enquiry.level not in (2, 3, 4):
        errors.append(FieldError("level", "Choose a level of need from 2 to 4."))
    return errors + steps.too_long("concern", enquiry.concern)


def _what_is_wrong_with_person(work: UnitOfWork, document: Mapping[str, Any]) -> list[FieldError]:
    born, today = facts_of(document).date_of_birth, london_date(work.now)
    if born is None:
        return []
    if born > today:
        return [FieldError("date_of_birth", "Give a day of birth that is not in the future.")]
    if age_on(born, today) > rules.OLDEST:
        return [FieldError("date_of_birth", f"Youth support is for people up to {rules.OLDEST}.")]
    return []
