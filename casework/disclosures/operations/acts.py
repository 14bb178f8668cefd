"""Keeps a decision with its facts and answer, and the act that rests on it. Both are only ever added."""

from __future__ import annotations

import uuid
from typing import Any

from casework.consent.rules import Answer, Facts, as_document
from casework.disclosures.models import Disclosure, SharingDecision
from casework.disclosures.rules import Act
from casework.work import UnitOfWork


def keep_decision(
    work: UnitOfWork,
    *,
    facts: Facts,
    answer: Answer,
    moment: str,
    case_id: uuid.UUID,
    key_id: uuid.UUID,
    person_id: uuid.UUID,
    from_agency_id: uuid.UUID,
    to_agency_id: uuid.UUID,
    policy_version_id: uuid.UUID | None = None,
) -> uuid.UUID:
    """Keep what the sharing rules answered on which facts, sealed under the case's key, and return the decision's id.

    `moment` says when in the life of a share: asked, reviewed, delivery. queries.replay decides again on what is kept here.
    """
    row = SharingDecision(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        case_id=case_id,
        person_id=person_id,
        from_agency_id=from_agency_id,
        to_agency_id=to_agency_id,
        moment=moment,
        programme=facts.programme.value,
        rule_set=answer.rule_set,
        row=answer.row,
        result=answer.result.value,
        basis=answer.basis.article_6.value if answer.basis.article_6 else None,
        policy_version_id=policy_version_id,
        decided_at=work.now,
        decided_by_account_id=work.actor.account_id,
        key_id=key_id,
    )
    row.facts.seal(work.keys, as_document(facts))
    row.answer.seal(work.keys, answer.as_document())
    work.session.add(row)
    work.session.flush()  # the decision first: what rests on it cites it
    return row.id


def record_act(
    work: UnitOfWork,
    *,
    act: Act,
    decision_id: uuid.UUID,
    kind: str,
    subject_id: uuid.UUID,
    case_id: uuid.UUID,
    key_id: uuid.UUID,
    was_shared: bool,
    from_agency_id: uuid.UUID | None,
    to_agency_id: uuid.UUID | None = None,
    to_conference_id: uuid.UUID | None = None,
    person_id: uuid.UUID | None = None,
) -> uuid.UUID:
    """Record one act of sharing, or of not sharing, with all that a lawful record holds. Returns the disclosure's id."""
    row = disclosure_row(
        work,
        act=act,
        decision_id=decision_id,
        kind=kind,
        subject_id=subject_id,
        case_id=case_id,
        key_id=key_id,
        was_shared=was_shared,
        from_agency_id=from_agency_id,
        to_agency_id=to_agency_id,
        to_conference_id=to_conference_id,
        person_id=person_id,
    )
    work.session.add(row)
    work.session.flush()  # and then what cites the act
    return row.id


def disclosure_row(work: UnitOfWork, *, act: Act, **given: Any) -> Disclosure:
    """Return the row of an act, sealed and not yet added."""
    row = Disclosure(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        disclosed_at=work.now,
        decided_by_account_id=act.decided_by_account_id or work.actor.account_id,
        decided_as=act.decided_as,
        second_account_id=act.second_account_id,
        jurisdiction=act.jurisdiction,
        cause=act.cause.value,
        purpose=act.purpose,
        consent=act.consent.value,
        agreement_id=act.agreement_id,
        article_6=act.article_6,
        article_9_10=act.article_9_10,
        told=act.told,
        method=act.method.value,
        outcome=act.outcome.value,
        retention=act.retention.value,
        corrects_id=act.corrects_id,
        **given,
    )
    row.record.seal(work.keys, act.words.as_document())
    return row
