"""Asking to share: the items are chosen and marked, the rules decide, and what may go is queued for delivery."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from casework.access.permissions import Permission
from casework.cases import policy as cases
from casework.cases.models import Case
from casework.consent import operations as consent
from casework.consent.rules import Answer, Category, Purpose
from casework.disclosures import operations as disclosures
from casework.disclosures.rules import Cause
from casework.duties import operations as duties
from casework.duties.operations import NewDuty
from casework.duties.rules import DutyKind
from casework.errors import Conflict, FieldError, Invalid, NotAllowed
from casework.partnerships import queries as partnerships
from casework.programmes.registry import YOUTH_SUPPORT
from casework.sharing import events, policy, rules
from casework.sharing.models import Share, ShareItem
from casework.sharing.operations import record
from casework.sharing.queries.facts import (
    Decided,
    Declared,
    decided,
    declared_from,
    mistakes_of_decision,
    mistakes_of_onward_use,
)
from casework.sharing.queries.preview import beforehand
from casework.sharing.queries.records import items_of, new_items_of, person_of, reviews_of, source_of
from casework.sharing.rules import NewItem, ShareState
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of asking: where the share stands, and the answer with its reasons, which is the sender's to know."""

    share_id: uuid.UUID
    state: ShareState
    answer: Answer


def ask(
    work: UnitOfWork,
    *,
    case_id: uuid.UUID,
    to_agency_id: uuid.UUID,
    items: Sequence[NewItem],
    declared: Declared,
) -> Asked:
    """Ask to share these items about a young person with another agency. What may go is queued; nothing has gone yet.

    Every answer is kept with its facts, a no as the record of not sharing. Raises NotAllowed, NotFound, Invalid: an item without
    words, no purpose, a basis that does not fit the sending body (the right one is named), and a no of the young person or a
    parent that is overridden without a statement of necessity.
    """
    work.require(Permission.SHARE_ASK)
    case = cases.reach(work, case_id, act="share:ask", programme=YOUTH_SUPPORT)
    return _ask(work, case, to_agency_id, items, declared, source=source_of(work, case.id))


def decide_beforehand(
    work: UnitOfWork,
    *,
    case: Case,
    from_agency_id: uuid.UUID,
    to_agency_id: uuid.UUID,
    categories: Collection[Category],
    declared: Declared,
) -> tuple[uuid.UUID, Decided]:
    """Decide what of these categories may be told to another agency, keep the answer with its facts, also a no; share nothing.

    For what comes before a share: a contact that is opened, a case that is to be heard at a table. The caller has seen to it that
    the actor may ask. Returns the decision's id and the decision.
    """
    found = beforehand(
        work,
        case=case,
        from_agency_id=from_agency_id,
        to_agency_id=to_agency_id,
        categories=categories,
        declared=declared,
    )
    decision_id = disclosures.keep_decision(
        work,
        facts=found.facts,
        answer=found.answer,
        moment="asked",
        case_id=case.id,
        key_id=case.key_id,
        person_id=person_of(work, case.id),
        from_agency_id=from_agency_id,
        to_agency_id=to_agency_id,
        policy_version_id=found.policy_version_id,
    )
    return decision_id, found


def pass_on(
    work: UnitOfWork,
    *,
    share_id: uuid.UUID,
    to_agency_id: uuid.UUID,
    positions: Collection[int],
    declared: Declared,
) -> Asked:
    """Ask to pass on items that one's agency received, by a decision of its own that names the original source.

    What was shared for one purpose goes no further by itself. Raises NotAllowed, NotFound, Invalid as `ask` does.
    """
    work.require(Permission.SHARE_ASK)
    source = policy.reach(work, share_id, policy.is_received(work), act="share:pass_on")
    if source.state == ShareState.DECLINED:
        raise Conflict("Your agency declined this, so it cannot pass it on.")
    if to_agency_id == source.from_agency_id:
        raise Invalid.field("to_agency", "That agency sent it to you.")
    work.keys.load([source.key_id])
    chosen = [one for one in items_of(work, source) if one.is_delivered and one.position in set(positions)]
    if not chosen:
        raise Invalid.field("items", "Choose what you want to pass on.")
    case = work.session.get_one(Case, source.case_id)
    return _ask(work, case, to_agency_id, new_items_of(work, chosen), declared, source=source)


def ask_again(work: UnitOfWork, *, share_id: uuid.UUID, declared: Declared | None = None) -> Asked:
    """Ask once more about a share that did not go: an agreement was given, something else is declared, advice was taken.

    Raises NotAllowed, NotFound, Invalid, Conflict when it is on its way or has gone.
    """
    work.require(Permission.SHARE_ASK)
    share = policy.reach(work, share_id, policy.is_mine(work), act="share:ask", lock=True)
    if ShareState(share.state) not in rules.NOT_SENT:
        raise Conflict("This share is on its way, has gone or was stopped. Ask anew.")
    work.keys.load([share.key_id])
    if declared is not None:
        if declared.purpose is None:
            declared = replace(declared, purpose=Purpose(share.purpose))
        share.declared.seal(work.keys, declared.as_document(work.now))
        share.purpose = str(declared.purpose)
    return decide_again(work, share)


TAKEN_BACK = "The sender took it back before it went."


def take_back(work: UnitOfWork, *, share_id: uuid.UUID) -> None:
    """Stop one's own share before it goes, and record that nothing was shared. Raises NotAllowed, NotFound, Conflict once it has gone."""
    work.require(Permission.SHARE_ASK)
    share = policy.reach(work, share_id, policy.is_mine(work), act="share:take_back", lock=True)
    call_off(work, share, because=TAKEN_BACK)


def call_off(work: UnitOfWork, share: Share, *, because: str) -> None:
    """Stop a queued share, and record that nothing was shared and why. The caller has locked it. Raises Conflict once it has gone."""
    record.stop(work, share, rules.StoppedBecause.TAKEN_BACK)
    work.keys.load([share.key_id])
    declared = declared_from(share.declared.open(work.keys) or {})
    found = decided(
        work,
        case_id=share.case_id,
        person_id=share.person_id,
        from_agency_id=share.from_agency_id,
        to_agency_id=share.to_agency_id,
        items=new_items_of(work, items_of(work, share)),
        declared=declared,
        reviews=reviews_of(work, share.id),
    )
    share.decision_id = record.keep(work, share, found, "reviewed")
    share.disclosure_id = record.act(work, share, found, declared, went=(), because=because)


def seek_signature(work: UnitOfWork, *, share_id: uuid.UUID, words: str) -> None:
    """Ask a health safeguarding lead to sign for confidential health information in the public interest (the table's row 16).

    Only what is asked here is ever seen by another agency: categories, purpose and reasons, no name and no words of an item.
    Raises NotAllowed, NotFound, Invalid without a ground, Conflict where no signature could let anything go.
    """
    work.require(Permission.SHARE_ASK)
    share = policy.reach(work, share_id, policy.is_mine(work), act="share:seek_signature", lock=True)
    errors = rules.mistakes_of_reason("confidentiality", words, "Say why the public interest outweighs the confidence.")
    if errors:
        raise Invalid(errors)
    if ShareState(share.state) not in rules.NOT_SENT:
        raise Conflict("This share is on its way, has gone or was stopped. Ask anew.")
    work.keys.load([share.key_id])
    declared = declared_from(share.declared.open(work.keys) or {})
    declared = replace(declared, why=replace(declared.why, confidentiality=words.strip()))
    items = new_items_of(work, items_of(work, share))
    found = _decide(work, share, items, declared, reviews=reviews_of(work, share.id))
    if not found.may_be_signed:
        raise Conflict("No signature could let any of this go.")
    share.declared.seal(work.keys, declared.as_document(work.now))
    share.may_be_signed = True
    work.note("share:seek_signature", "share", share.id)
    work.record(events.SignatureSought(partnership_id=work.partnership_id, share_id=share.id, case_id=share.case_id))


def decide_again(work: UnitOfWork, share: Share) -> Asked:
    """Decide about a share anew on what is known and signed now, and let it wait or go accordingly. The caller has locked it."""
    work.keys.load([share.key_id])
    items = new_items_of(work, items_of(work, share))
    declared = declared_from(share.declared.open(work.keys) or {})
    found = _decide(work, share, items, declared, reviews=reviews_of(work, share.id))
    return _settle(work, share, found, declared, "reviewed")


def _ask(
    work: UnitOfWork,
    case: Case,
    to_agency_id: uuid.UUID,
    items: Sequence[NewItem],
    declared: Declared,
    *,
    source: Share | None = None,
) -> Asked:
    sender = work.actor.agency_id
    if sender is None or work.actor.account_id is None or not work.actor.protocol_signed:
        raise NotAllowed("Your agency has not signed the protocol.", code="protocol")
    errors = rules.mistakes_of(items, declared.purpose)
    if to_agency_id == sender:
        errors.append(FieldError("to_agency", "Choose another agency: this is your own."))
    if errors or declared.purpose is None:
        raise Invalid(errors)
    work.keys.load([case.key_id])
    share = Share(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        case_id=case.id,
        person_id=person_of(work, case.id),
        from_agency_id=sender,
        to_agency_id=to_agency_id,
        purpose=declared.purpose.value,
        state=ShareState.REFUSED.value,
        source_share_id=source.id if source else None,
        asked_by_account_id=work.actor.account_id,
        asked_at=work.now,
        decided_at=work.now,
        key_id=case.key_id,
    )
    share.declared.seal(work.keys, declared.as_document(work.now))
    found = _decide(work, share, items, declared)
    consent.review_what_is_new(
        work,
        case_id=case.id,
        to_agency=found.facts.recipient.agency if found.facts.recipient else "",
        purpose=declared.purpose,
        categories=[item.category.value for item in items],
    )
    share.decision_id = record.keep(work, share, found, "asked")
    work.session.add(share)
    work.session.flush()  # the share first: its items refer to it
    for position, item in enumerate(items, start=1):
        row = ShareItem(
            id=uuid.uuid4(),
            partnership_id=work.partnership_id,
            share_id=share.id,
            position=position,
            category=item.category.value,
            mark=item.mark.value,
            is_about_others=item.is_about_others,
            is_barred=item.is_barred,
            key_id=case.key_id,
        )
        row.words.seal(work.keys, {"words": item.words.strip()})
        work.session.add(row)
    work.session.flush()  # and the items, which the record of a no counts up
    work.note("share:ask", "share", share.id, reason=found.answer.row.replace(" ", "_"))
    return _settle(work, share, found, declared, None)


def _decide(
    work: UnitOfWork,
    share: Share,
    items: Sequence[NewItem],
    declared: Declared,
    reviews: dict[str, str] | None = None,
) -> Decided:
    found = decided(
        work,
        case_id=share.case_id,
        person_id=share.person_id,
        from_agency_id=share.from_agency_id,
        to_agency_id=share.to_agency_id,
        items=items,
        declared=declared,
        reviews=reviews,
    )
    errors = mistakes_of_decision(found, declared)
    source = work.session.get(Share, share.source_share_id) if share.source_share_id else None
    if source is not None:
        errors += mistakes_of_onward_use(source, found)
    if errors:
        raise Invalid(errors)
    return found


def _settle(work: UnitOfWork, share: Share, found: Decided, declared: Declared, moment: str | None) -> Asked:
    """Let a share wait or go after a decision, record a no as such, and write down what is owed."""
    if moment is not None:
        share.decision_id = record.keep(work, share, found, moment)
    state = rules.state_after(found.answer)
    share.state = rules.move(share.state, state).value
    share.decided_at = work.now
    share.may_be_signed = False
    if state is not ShareState.QUEUED:
        share.disclosure_id = record.act(work, share, found, declared, went=())
    _owe(work, share, declared)
    work.record(
        events.ShareAsked(
            partnership_id=work.partnership_id, share_id=share.id, case_id=share.case_id, state=share.state
        )
    )
    return Asked(share.id, state, found.answer)


def _owe(work: UnitOfWork, share: Share, declared: Declared) -> None:
    """A question to the information lead has a clock: the same day where safety is at stake, else two working days."""
    if share.state != ShareState.WITH_INFORMATION_LEAD:
        duties.meet(work, kind=DutyKind.SHARE_ADVICE, subject_id=share.id)
        return
    is_safety = declared.purpose in (Purpose.SAFEGUARDING, Purpose.EMERGENCY) or declared.cause is Cause.DUTY
    holidays = partnerships.extra_holidays(work)
    duties.raise_duties(
        work,
        duties=[
            NewDuty(
                kind=DutyKind.SHARE_ADVICE,
                subject_kind="share",
                subject_id=share.id,
                due_at=rules.advice_due_at(work.now, is_safety=is_safety, extra_holidays=holidays),
                rule="same_day" if is_safety else "two_working_days",
                owed_by_role="information_lead",
                case_id=share.case_id,
            )
        ],
        policy_version_id=None,
        extra_holidays=holidays,
    )
