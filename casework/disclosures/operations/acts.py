"""Keeps a decision with its facts and answer, and the act that rests on it. Both are only ever added."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from casework.consent.rules import Answer, Facts, as_document
from casework.disclosures import queries
from casework.disclosures.models import Disclosure, SharingDecision
from casework.disclosures.rules import CORRECTABLE, Act, words_from
from casework.duties import operations as duties
from casework.duties.rules import DutyKind
from casework.errors import Conflict, Invalid, NotAllowed
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


def correct(work: UnitOfWork, *, disclosure_id: uuid.UUID, changes: Mapping[str, str]) -> uuid.UUID:
    """Correct the words of a record by a record of its own, which names the one that it corrects; nothing is written over.

    `changes` are words by their point (rules.Words: necessity, advice, …). What was shared, with whom and on which decision is not
    theirs to change. Returns the new record's id. Raises NotFound for what the reader may not see, NotAllowed for another agency's
    record, Invalid for a point that is none, Conflict for a record that was corrected: the later one is then corrected. An
    emergency share is written up once its record says why it was necessary and which harm was expected.
    """
    unknown = sorted(set(changes) - CORRECTABLE)
    if unknown or not any(words.strip() for words in changes.values()):
        raise Invalid.field("changes", f"Correct one or more of: {', '.join(sorted(CORRECTABLE))}.")
    whole = queries.disclosure(work, disclosure_id=disclosure_id)
    before = work.session.get_one(Disclosure, disclosure_id)
    if not queries.may_correct(work, before):
        raise NotAllowed("The agency that shared corrects its own record.", code="not_own")
    if whole.corrected_by_id is not None:
        raise Conflict("This record has been corrected. Correct the later one.")
    columns = {column.key: getattr(before, column.key) for column in Disclosure.__table__.columns}
    row = Disclosure(
        **columns
        | {
            "id": uuid.uuid4(),
            "corrects_id": before.id,
            "disclosed_at": work.now,
            "decided_by_account_id": work.actor.account_id,
            "record_sealed": None,
        }
    )
    given = {name: words.strip() for name, words in changes.items()}
    row.record.seal(work.keys, (before.record.open(work.keys) or {}) | given)
    work.session.add(row)
    words = words_from(row.record.open(work.keys) or {})
    if words.necessity and words.risk_and_harm:
        duties.meet(work, kind=DutyKind.SHARE_WRITE_UP, subject_id=before.subject_id)
    work.note("disclosure:correct", "disclosure", before.id)
    return row.id
