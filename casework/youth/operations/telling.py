"""Joining the team tells another agency who the young person is: decided as every share is, and kept as an act of sharing."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from casework.consent.rules import Category, Purpose
from casework.disclosures import operations as disclosures
from casework.disclosures.rules import Act, Cause, Consent, Method, Outcome, Retention, Words
from casework.errors import Invalid
from casework.sharing.queries.facts import Decided, Declared, Why, decided
from casework.sharing.rules import PERMITS, Mark, NewItem
from casework.work import UnitOfWork
from casework.youth.models import TeamMember, YouthCase

KIND = "team"
_TO = "The practitioner who joins the team."
_NEED = "Is on the team around the young person."
_ONWARD = "For the support plan only. It goes no further without a new decision."


def may_be_told(
    work: UnitOfWork,
    row: YouthCase,
    *,
    agency_id: uuid.UUID,
    account_id: uuid.UUID | None,
    categories: Sequence[Category],
    reaches_abuser: bool | None,
) -> Decided | None:
    """Decide whether these kinds of information may reach an agency that is to join the team. Nothing is written yet.

    `reaches_abuser` is what whoever invites declares; not known is not allowed. None for the agency that keeps the file, and while
    no practitioner is named: then nobody is told anything. Source: docs/adr/0015-youth-support.md. Raises Invalid where any of it
    may not go.
    """
    if agency_id == row.agency_id or account_id is None:
        return None
    found = decided(
        work,
        case_id=row.case_id,
        person_id=row.person_id,
        from_agency_id=row.agency_id,
        to_agency_id=agency_id,
        items=[NewItem(words="", category=one, mark=Mark.FACT, is_about_others=False) for one in categories],
        declared=Declared(
            purpose=Purpose.SUPPORT_PLAN, reaches_abuser=reaches_abuser, why=Why(to_whom=_TO, need_to_know=_NEED)
        ),
    )
    if found.answer.result not in PERMITS or not set(categories) <= set(found.answer.allowed):
        raise Invalid.field(*_why_not(reaches_abuser))
    return found


def keep_telling(work: UnitOfWork, row: YouthCase, member: TeamMember, found: Decided | None) -> None:
    """Keep that a place on the team tells its agency who the young person is: the decision, and the act with its sixteen points."""
    if found is None:
        return
    work.keys.load([row.key_id])
    named = {"case_id": row.case_id, "key_id": row.key_id, "person_id": row.person_id}
    decision_id = disclosures.keep_decision(
        work,
        facts=found.facts,
        answer=found.answer,
        moment="delivery",
        from_agency_id=row.agency_id,
        to_agency_id=member.agency_id,
        policy_version_id=found.policy_version_id,
        **named,
    )
    disclosures.record_act(
        work,
        act=_act(found),
        decision_id=decision_id,
        kind=KIND,
        subject_id=member.id,
        was_shared=True,
        from_agency_id=row.agency_id,
        to_agency_id=member.agency_id,
        **named,
    )


def _why_not(reaches_abuser: bool | None) -> tuple[str, str]:
    if reaches_abuser is None:
        return "reaches_abuser", "Say whether it could reach somebody who may have hurt the young person."
    if reaches_abuser:
        return "reaches_abuser", "Then nobody there may join. Ask your safeguarding lead."
    return "agency", "The rules do not let this agency be told that. See “May we share?” for why."


def _act(found: Decided) -> Act:
    answer = found.answer
    return Act(
        cause=Cause.OFFERED,
        purpose=Purpose.SUPPORT_PLAN.value,
        consent=Consent.AGREED if found.agreed >= set(found.facts.categories) else Consent.PARTLY,
        told=answer.tell_subject.value,
        method=Method.TABLE,
        outcome=Outcome.SHARED,
        retention=Retention.YOUTH_FILE,
        jurisdiction=found.facts.jurisdiction.value,
        decided_as=answer.who_decides[:40],
        agreement_id=found.agreement_id,
        article_6=answer.basis.article_6.value if answer.basis.article_6 else None,
        article_9_10=answer.basis.article_9_10,
        words=Words(
            allowed=tuple(one.value for one in answer.allowed),
            to_whom=_TO,
            need_to_know=_NEED,
            gateways=answer.basis.gateways,
            policy_document="information sharing protocol",
            onward_use=_ONWARD,
            reasons=answer.reasons,
        ),
    )
