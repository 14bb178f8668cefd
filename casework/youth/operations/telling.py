"""Joining the team tells another agency who the young person is: decided as every share is, and kept as an act of sharing."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from casework.consent import operations as consent
from casework.consent.rules import Category, Purpose
from casework.disclosures import operations as disclosures
from casework.disclosures.rules import TEAM, Act, Cause, Method, Outcome, Retention, Words
from casework.errors import Invalid
from casework.sharing.queries.facts import Decided, Declared, Why, decided
from casework.sharing.rules import PERMITS, Mark, NewItem
from casework.work import UnitOfWork
from casework.youth.models import TeamMember, YouthCase

_TO = "The practitioner who joins the team."
_NEED = "Is on the team around the young person."
_ONWARD = "For the support plan only. It goes no further without a new decision."


def decide_telling(
    work: UnitOfWork,
    row: YouthCase,
    *,
    agency_id: uuid.UUID,
    account_id: uuid.UUID | None,
    categories: Sequence[Category],
    reaches_abuser: bool | None,
) -> Decided | None:
    """Decide whether these kinds of information may reach an agency that is to join the team. Nothing is told yet.

    `reaches_abuser` is what whoever invites declares; not known is not allowed. None for the agency that keeps the file, and while
    no practitioner is named: then nobody is told anything. Whatever then ends in an error is kept as an act of not sharing.
    Decided behind the lock of every answer, as a delivery is: a withdrawal that has committed is seen, and one that comes later
    waits and finds who was told. Source: docs/adr/0015-youth-support.md.
    """
    if agency_id == row.agency_id or account_id is None:
        return None
    consent.lock_answers(work, person_id=row.person_id)
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
    work.if_refused(lambda: _keep(work, row, found, agency_id=agency_id, subject_id=uuid.uuid4(), was_shared=False))
    return found


def require_telling(found: Decided | None) -> None:
    """Raise Invalid where not all of what joining the team would tell may go."""
    if found is None:
        return
    if found.answer.result not in PERMITS or not set(found.facts.categories) <= set(found.answer.allowed):
        raise Invalid.field(*_why_not(found.facts.recipient.route_reaches_abuser if found.facts.recipient else None))


def keep_telling(work: UnitOfWork, row: YouthCase, member: TeamMember, found: Decided | None) -> None:
    """Keep that a place on the team tells its agency who the young person is: the decision, and the act with its sixteen points."""
    if found is not None:
        _keep(work, row, found, agency_id=member.agency_id, subject_id=member.id, was_shared=True)


def _keep(
    work: UnitOfWork,
    row: YouthCase,
    found: Decided,
    *,
    agency_id: uuid.UUID,
    subject_id: uuid.UUID,
    was_shared: bool,
) -> None:
    work.keys.load([row.key_id])
    named = {"case_id": row.case_id, "key_id": row.key_id, "person_id": row.person_id}
    decision_id = disclosures.keep_decision(
        work,
        facts=found.facts,
        answer=found.answer,
        moment="delivery" if was_shared else "asked",
        from_agency_id=row.agency_id,
        to_agency_id=agency_id,
        policy_version_id=found.policy_version_id,
        **named,
    )
    disclosures.record_act(
        work,
        act=_act(found, was_shared=was_shared),
        decision_id=decision_id,
        kind=TEAM,
        subject_id=subject_id,
        was_shared=was_shared,
        from_agency_id=row.agency_id,
        to_agency_id=agency_id,
        **named,
    )


def _why_not(reaches_abuser: bool | None) -> tuple[str, str]:
    if reaches_abuser is None:
        return "reaches_abuser", "Say whether it could reach somebody who may have hurt the young person."
    if reaches_abuser:
        return "reaches_abuser", "Then nobody there may join. Ask your safeguarding lead."
    return "agency", "The rules do not let this agency be told that. See “May we share?” for why."


def _act(found: Decided, *, was_shared: bool) -> Act:
    answer = found.answer
    basis = answer.basis.article_6
    return Act(
        cause=Cause.OFFERED,
        purpose=Purpose.SUPPORT_PLAN.value,
        consent=found.consent,
        told=answer.tell_subject.value if was_shared else "no",
        method=Method.TABLE if was_shared else Method.NONE,
        outcome=Outcome.SHARED if was_shared else Outcome.NOT_SHARED,
        retention=Retention.YOUTH_FILE,
        jurisdiction=found.facts.jurisdiction.value,
        decided_as=answer.who_decides[:40],
        agreement_id=found.agreement_id if was_shared else None,
        article_6=basis.value if was_shared and basis else None,
        article_9_10=answer.basis.article_9_10 if was_shared else None,
        words=Words(
            allowed=tuple(one.value for one in answer.allowed) if was_shared else (),
            withheld=tuple((one.category.value, one.reason) for one in answer.withheld),
            to_whom=_TO,
            need_to_know=_NEED,
            gateways=answer.basis.gateways,
            policy_document="information sharing protocol",
            onward_use=_ONWARD if was_shared else "",
            reasons=answer.reasons,
        ),
    )
