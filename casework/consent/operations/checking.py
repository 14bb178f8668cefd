"""What is wrong with an answer, field by field, before it is taken down."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date

from casework.agencies import queries as agencies
from casework.clock import age_on, wednesday_9_december
from casework.consent.rules import Category, Purpose, Relation, Status
from casework.consent.rules.standing import (
    ANY,
    Kind,
    Scope,
    default_dates,
    is_within,
    without,
)
from casework.errors import FieldError
from casework.work import UnitOfWork

HOW = ("in_person", "phone", "video", "online", "letter")
FORMS = ("signed", "electronic", "spoken")
TESTS = ("gillick", "fraser", "capacity", "presumed")
LONGEST = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAnswer:
    """What somebody answered. `permit` and `deny` name agencies by their short names and categories by their codes.

    A yes names each agency and each category; only a no may say "*". `lifted` is what the same giver denied before and now lifts.
    `giver` marks the same parent or carer from answer to answer (a random id; without it their name does); `giver_is_abuser` says
    whether they are recorded as the alleged abuser: unknown is no yes. `to_service` is the answer to the other question, whether
    to be helped, where both were asked in one talk.
    """

    case_id: uuid.UUID
    status: Status
    relation: Relation
    wording: str
    how: str
    form: str
    kind: Kind = Kind.SHARING
    giver: uuid.UUID | None = None
    giver_is_abuser: bool | None = None
    purposes: frozenset[str] = frozenset()
    permit: Scope = field(default_factory=dict)
    deny: Scope = field(default_factory=dict)
    lifted: Scope = field(default_factory=dict)
    exceptions_explained: bool = False
    language: str = "en"
    competent: bool | None = None
    test: str | None = None
    factors: str = ""
    giver_name: str = ""
    own_words: str = ""
    interpreter: str = ""
    evidence: str = ""
    evidence_hash: bytes | None = None
    review_due: date | None = None
    expires_on: date | None = None
    to_service: Status | None = None


def mistakes(
    work: UnitOfWork,
    answer: NewAnswer,
    *,
    deny: Scope,
    denied: Scope,
    born: date | None,
    today: date,
    longest_months: int,
) -> list[FieldError]:
    """Return what is wrong with an answer, each with its field.

    `denied` is what the same giver denied before, `deny` what stands denied together with what is denied now.
    """
    found = _mistakes_of_asking(answer)
    found += _mistakes_of_scope(work, answer, deny)
    if not is_within(answer.lifted, denied):
        found.append(FieldError("lifted", "Only what the same person denied before can be lifted, as they denied it."))
    if answer.relation is Relation.SELF and answer.giver is not None:
        found.append(FieldError("giver", "The young person's own answer has no other giver."))
    if answer.relation is not Relation.SELF:
        if not answer.giver_name.strip():
            found.append(FieldError("giver_name", "Give the name of whoever answers."))
        if answer.giver_is_abuser is not False:
            # The same words whatever the record says: who is recorded is not the asker's to learn here.
            found.append(FieldError("giver_name", "Contact is not permitted; speak to your safeguarding lead."))
    if answer.status is Status.GIVEN:
        found += mistakes_of_competence(answer.relation, answer.competent, answer.test, answer.factors, born, today)
    found += mistakes_of_days(answer.review_due, answer.expires_on, today=today, longest_months=longest_months)
    return found


def mistakes_of_days(
    review_due: date | None, expires_on: date | None, *, today: date, longest_months: int
) -> list[FieldError]:
    """A chosen day lies ahead: a review within three months, an end within the rule set's longest time."""
    found = []
    longest = default_dates(today, longest_months=longest_months)
    for name, day, last in zip(("review_due", "expires_on"), (review_due, expires_on), longest, strict=True):
        if day is not None and not today < day <= last:
            until = wednesday_9_december(last, with_year=True)
            found.append(FieldError(name, f"Give a day that is still to come, up to {until}."))
    return found


def _mistakes_of_asking(answer: NewAnswer) -> list[FieldError]:
    found = []
    if answer.status is Status.WITHDRAWN:
        found.append(FieldError("status", "Choose yes, partly or no."))
    if not answer.wording.strip() or len(answer.wording) > 30:
        found.append(FieldError("wording", "Give the version of the wording that was read out or handed over."))
    if answer.how not in HOW:
        found.append(FieldError("how", "Choose how it was answered."))
    if answer.form not in FORMS:
        found.append(FieldError("form", "Choose signed, electronic or spoken."))
    if answer.status is Status.GIVEN and not answer.exceptions_explained:
        found.append(FieldError("exceptions_explained", "Explain first when a no cannot be kept: harm and the law."))
    for name in ("factors", "own_words", "evidence"):
        if len(getattr(answer, name)) > LONGEST:
            found.append(FieldError(name, f"Use {LONGEST:,} characters or fewer."))
    return found


def _mistakes_of_scope(work: UnitOfWork, answer: NewAnswer, deny: Scope) -> list[FieldError]:
    known = {one.slug for one in agencies.agencies(work)}
    categories = {one.value for one in Category} - {Category.COUNTS_ONLY.value}
    found = [
        FieldError(name, "Choose agencies and kinds of information from the lists.")
        for name, scope, may_say_all in (("permit", answer.permit, False), ("deny", answer.deny, True))
        if not _is_known(scope, known, categories, may_say_all=may_say_all)
    ]
    if answer.purposes - {one.value for one in Purpose}:
        found.append(FieldError("purposes", "Choose purposes from the list."))
    if answer.status is Status.GIVEN and answer.kind is Kind.SHARING:
        if not answer.permit or not all(answer.permit.values()):
            found.append(FieldError("permit", "Name at least one agency and what it may be told, or take down a no."))
        elif not is_within(answer.permit, without(answer.permit, deny)):
            found.append(FieldError("permit", "Something is both agreed and denied: ask which it is."))
        if not answer.purposes:
            found.append(FieldError("purposes", "Name what it may be told for: never any purpose."))
    return found


def _is_known(scope: Scope, agencies_known: set[str], categories: set[str], *, may_say_all: bool) -> bool:
    extra = {ANY} if may_say_all else set()
    return all(agency in agencies_known | extra and named <= categories | extra for agency, named in scope.items())


def mistakes_of_competence(
    relation: Relation, competent: bool | None, test: str | None, factors: str, born: date | None, today: date
) -> list[FieldError]:
    """A yes of a young person under 16 needs a test, a finding and what showed it; from 16 ability is presumed.

    Source: Gillick v West Norfolk [1986] AC 112; Family Law Reform Act 1969 s8; Mental Capacity Act 2005.
    """
    if relation is not Relation.SELF:
        return []
    if test is not None and test not in TESTS:
        return [FieldError("test", "Choose which test was applied.")]
    if born is None:
        return [FieldError("date_of_birth", "Write down the day of birth first: who may answer depends on the age.")]
    if age_on(born, today) >= 16 and test in (None, "presumed"):
        return []
    found = []
    if test in (None, "presumed"):
        found.append(FieldError("test", "Choose which test of understanding was applied."))
    if competent is not True:
        found.append(
            FieldError(
                "competent", "A yes counts only from somebody found able to decide this. Ask a parent otherwise."
            )
        )
    if not factors.strip():
        found.append(FieldError("factors", "Write what showed that they understand."))
    return found
