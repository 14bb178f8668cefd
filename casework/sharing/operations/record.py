"""What is written down of a share: each decision with its facts, each act or no with the sixteen points of a record, each stop."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from sqlalchemy import select

from casework.access.permissions import Role
from casework.cases.models import Case
from casework.disclosures import operations as disclosures
from casework.disclosures.rules import HEARD, Act, ItemKept, Method, Outcome, Retention, Words, fingerprint
from casework.sharing import events, rules
from casework.sharing.models import Share, ShareReview
from casework.sharing.queries.facts import Decided, Declared
from casework.sharing.queries.records import items_of
from casework.sharing.rules import Part, ShareState, StoppedBecause
from casework.work import UnitOfWork

# Which of somebody's roles they decide in, the first that they hold.
_ROLES = (Role.SAFEGUARDING_LEAD, Role.YOUTH_MANAGER, Role.YOUTH_WORKER, Role.INFORMATION_LEAD)
POLICY_DOCUMENT = "information sharing protocol"


def keep(work: UnitOfWork, share: Share, found: Decided, moment: str) -> uuid.UUID:
    """Keep a decision about a share with its facts and its answer, and return its id."""
    return disclosures.keep_decision(
        work,
        facts=found.facts,
        answer=found.answer,
        moment=moment,
        case_id=share.case_id,
        key_id=share.key_id,
        person_id=share.person_id,
        from_agency_id=share.from_agency_id,
        to_agency_id=share.to_agency_id,
        policy_version_id=found.policy_version_id,
    )


def act(
    work: UnitOfWork, share: Share, found: Decided, declared: Declared, *, went: Collection[int], because: str = ""
) -> uuid.UUID:
    """Record the sharing of the items at the positions `went`, or, when it is empty, that nothing was shared. Returns the act's id.

    `because` is a reason beside those of the rules.
    """
    answer = found.answer
    items = tuple(
        ItemKept(
            category=one.category,
            mark=one.mark,
            is_about_others=one.is_about_others,
            fingerprint=fingerprint((one.category, one.mark, str((one.words.open(work.keys) or {})["words"]))),
            went=one.position in went,
        )
        for one in items_of(work, share)
    )
    allowed = [category.value for category in answer.allowed] if went else []
    shared = bool(went)
    reviewers = _reviewers(work, share.id)
    return disclosures.record_act(
        work,
        act=Act(
            cause=declared.cause,
            purpose=share.purpose,
            consent=found.consent,
            told=answer.tell_subject.value if shared else "no",
            method=Method.INBOX if shared else Method.NONE,
            outcome=(Outcome.SHARED if len(went) == len(items) else Outcome.PART) if shared else Outcome.NOT_SHARED,
            retention=Retention.YOUTH_FILE,
            jurisdiction=found.facts.jurisdiction.value,
            decided_by_account_id=reviewers.get(Part.MANAGER, share.asked_by_account_id),
            decided_as=_role(work) or answer.who_decides[:40],
            second_account_id=reviewers.get(Part.SAFEGUARDING_LEAD) or reviewers.get(Part.HEALTH_SAFEGUARDING_LEAD),
            agreement_id=found.agreement_id if shared else None,
            article_6=answer.basis.article_6.value if shared and answer.basis.article_6 else None,
            article_9_10=answer.basis.article_9_10 if shared else None,
            words=_words(
                found,
                declared,
                items=items,
                allowed=tuple(allowed),
                reasons=(*answer.reasons, because) if because else answer.reasons,
            ),
        ),
        decision_id=share.decision_id,
        kind="share",
        subject_id=share.id,
        case_id=share.case_id,
        key_id=share.key_id,
        was_shared=shared,
        from_agency_id=share.from_agency_id,
        to_agency_id=share.to_agency_id,
        person_id=share.person_id,
    )


def act_in_room(
    work: UnitOfWork,
    *,
    case: Case,
    person_id: uuid.UUID,
    found: Decided,
    declared: Declared,
    decision_id: uuid.UUID,
    subject_id: uuid.UUID,
    from_agency_id: uuid.UUID,
    by_account_id: uuid.UUID,
    to_agency_id: uuid.UUID,
    was_shared: bool,
) -> uuid.UUID:
    """Record that a case was told to an agency at a meeting that heard it, or that its people were asked to leave.

    `subject_id` is the item of the agenda, `by_account_id` who brought it, `decision_id` what it rests on. Returns the act's id.
    """
    answer, basis = found.answer, found.answer.basis
    work.keys.load([case.key_id])
    return disclosures.record_act(
        work,
        act=Act(
            cause=declared.cause,
            purpose=str(declared.purpose),
            consent=found.consent,
            told=answer.tell_subject.value if was_shared else "no",
            method=Method.TABLE if was_shared else Method.NONE,
            outcome=Outcome.SHARED if was_shared else Outcome.NOT_SHARED,
            retention=Retention.YOUTH_FILE,
            jurisdiction=found.facts.jurisdiction.value,
            decided_by_account_id=by_account_id,
            decided_as=answer.who_decides[:40],
            agreement_id=found.agreement_id if was_shared else None,
            article_6=basis.article_6.value if was_shared and basis.article_6 else None,
            article_9_10=basis.article_9_10 if was_shared else None,
            words=_words(
                found,
                declared,
                items=(),
                allowed=tuple(one.value for one in answer.allowed) if was_shared else (),
                reasons=answer.reasons,
            ),
        ),
        decision_id=decision_id,
        kind=HEARD,
        subject_id=subject_id,
        case_id=case.id,
        key_id=case.key_id,
        was_shared=was_shared,
        from_agency_id=from_agency_id,
        to_agency_id=to_agency_id,
        person_id=person_id,
    )


def _words(
    found: Decided,
    declared: Declared,
    *,
    items: tuple[ItemKept, ...],
    allowed: tuple[str, ...],
    reasons: tuple[str, ...],
) -> Words:
    answer, why = found.answer, declared.why
    return Words(
        request=why.request,
        items=items,
        allowed=allowed,
        withheld=tuple((one.category.value, one.reason) for one in answer.withheld),
        to_whom=why.to_whom,
        need_to_know=why.need_to_know,
        risk_and_harm=why.risk_and_harm,
        consent=why.consent,
        gateways=answer.basis.gateways,
        policy_document=POLICY_DOCUMENT,
        necessity=why.necessity,
        confidentiality=why.confidentiality,
        view_of_the_person=why.view_of_the_person,
        why_not_told=why.why_not_told,
        risk_from_sharing=why.risk_from_sharing,
        onward_use=why.onward_use or "For this purpose only. It goes no further without a new decision.",
        advice=why.advice,
        more_harmful_because=why.more_harmful_because,
        reasons=reasons,
    )


def stop(work: UnitOfWork, share: Share, reason: StoppedBecause) -> None:
    """Stop a queued share for good. Raises Conflict when it is not queued."""
    share.state = rules.move(share.state, ShareState.STOPPED).value
    share.stopped_because = reason.value
    share.decided_at = work.now
    work.note("share:stop", "share", share.id, reason=reason.value)
    work.record(
        events.ShareStopped(
            partnership_id=work.partnership_id, share_id=share.id, case_id=share.case_id, reason=reason.value
        )
    )


def _role(work: UnitOfWork) -> str | None:
    return next((role.value for role in _ROLES if role in work.actor.roles), None)


def _reviewers(work: UnitOfWork, share_id: uuid.UUID) -> dict[str, uuid.UUID]:
    rows = work.session.execute(
        select(ShareReview.part, ShareReview.account_id).where(ShareReview.share_id == share_id)
    )
    return {row.part: row.account_id for row in rows}
