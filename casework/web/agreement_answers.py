"""The answer about agreement on a young person's file: whom the form offers as givers, what may be lifted, and how it is taken down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from casework.clock import london_date
from casework.consent import queries
from casework.consent.operations import NewAnswer
from casework.consent.queries import AgreementRecord
from casework.consent.rules import Relation, Status
from casework.consent.rules.standing import ANY, Scope, same_name
from casework.partnerships import queries as partnerships
from casework.web.forms import agreement as forms
from casework.web.forms.choices import Option
from casework.web.forms.form import Form
from casework.work import UnitOfWork
from casework.youth import operations as youth
from casework.youth.queries import YouthRecord

Values = Mapping[str, Any]
SELF = Relation.SELF.value
SOMEBODY_ELSE = "somebody_else"
_ADULT = "adult-"


def answer_form(work: UnitOfWork, record: YouthRecord) -> Form:
    """Offer the agencies by name, whoever answered before or stands in the assessment, and what was denied before."""
    members = partnerships.member_agencies(work, on=london_date(work.now))
    found = queries.agreements_of(work, case_id=record.line.case_id)
    return forms.answer_form(
        [(one.slug, one.name) for one in members],
        givers=_givers(found, _adults(record)),
        denied=_denied(found, {one.slug: one.name for one in members}),
    )


def _adults(record: YouthRecord) -> list[Mapping[str, str]]:
    return list(record.assessments[0].content.get("adults") or ()) if record.assessments else []


def _givers(found: Iterable[AgreementRecord], adults: Iterable[Mapping[str, str]]) -> list[Option]:
    """Offer each person once, by the mark they answered under or their place in the assessment. Nobody who is barred is offered."""
    seen: list[str] = []
    options: list[Option] = []
    for one in sorted(found, key=lambda one: not one.standing.giver_barred):
        name = str(one.words.get("giver", ""))
        if one.giver is None or any(same_name(name, other) for other in seen):
            continue
        seen.append(name)
        if not one.standing.giver_barred:
            options.append((str(one.giver), name, "Answered before"))
    for number, adult in enumerate(adults):
        if not any(same_name(adult["name"], other) for other in seen):
            seen.append(adult["name"])
            options.append((f"{_ADULT}{number}", adult["name"], adult["relation"]))
    return options


def _denied(found: Iterable[AgreementRecord], names: Mapping[str, str]) -> list[Option]:
    options: dict[str, Option] = {}
    for one in found:
        if one.is_replaced or one.standing.giver_barred:
            continue
        who = str(one.words.get("giver", "")) or "the young person"
        for code, words in forms.scope_options(one.standing.deny, names):
            options.setdefault(code, (code, words, f"Said by {who}"))
    return list(options.values())


def answer(work: UnitOfWork, record: YouthRecord, values: Values) -> None:
    """Take the answer down, tell whoever had what it takes back, and let the file follow it at once."""
    is_yes, giver = values["status"] == "given", values["giver"]
    is_own = values["relation"] == SELF
    youth.record_answer(
        work,
        answer=NewAnswer(
            case_id=record.line.case_id,
            status=Status(values["status"]),
            to_service=Status.GIVEN if values["helped"] == "yes" else Status.REFUSED,
            relation=Relation(values["relation"]),
            wording=values["wording"],
            how=values["how"],
            form=values["form"],
            giver=None if is_own else _mark(giver),
            giver_name="" if is_own else _name(record, giver, values["giver_name"]),
            giver_is_abuser=None if is_own else {"no": False, "yes": True}.get(values["giver_is_abuser"]),
            purposes=frozenset(values["purposes"]) if is_yes else frozenset(),
            permit=permits(values) if is_yes else {},
            deny={slug: frozenset({ANY}) for slug in values["denied"]},
            lifted=forms.scope_from(values.get("lifted") or ()),
            exceptions_explained=bool(values["exceptions_explained"]),
            competent={"yes": True, "no": False}.get(values["competent"]),
            test=values["test"] or None,
            factors=values["factors"],
            own_words=values["own_words"],
            language=values["language"].strip() or "en",
            interpreter=values["interpreter"],
            evidence=values["evidence"],
            review_due=values["review_due"],
            expires_on=values["expires_on"],
        ),
    )


def _mark(giver: str | None) -> UUID | None:
    """Return the mark of somebody who answered before; others are known by their name."""
    return UUID(giver) if giver and giver != SOMEBODY_ELSE and not giver.startswith(_ADULT) else None


def _name(record: YouthRecord, giver: str | None, typed: str) -> str:
    if giver and giver.startswith(_ADULT):
        return _adults(record)[int(giver.removeprefix(_ADULT))]["name"]
    return "" if _mark(giver) else typed


def permits(values: Values) -> Scope:
    """Return what each agency may be told."""
    found: dict[str, frozenset[str]] = {}
    for row in values["permits"]:
        if row["agency"]:
            found[row["agency"]] = found.get(row["agency"], frozenset()) | frozenset(row["categories"])
    return found
