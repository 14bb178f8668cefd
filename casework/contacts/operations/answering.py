"""What the asked side does with a contact: welcome it, accept, decline, point elsewhere, answer a question; and what either may tell."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from casework.clock import london_date
from casework.contacts import events, policy, rules
from casework.contacts.models import Contact
from casework.contacts.operations import history, telling
from casework.errors import Conflict, Invalid
from casework.groups import queries as groups
from casework.partnerships import queries as partnerships
from casework.work import UnitOfWork
from casework.youth import operations as youth
from casework.youth.operations import Enquiry
from casework.youth.rules import Source


def welcome(work: UnitOfWork, *, contact_id: uuid.UUID) -> None:
    """Say that one would talk. Nothing personal has come, and the asking side may now share. Raises NotAllowed, NotFound, Conflict."""
    row = policy.reach_to_answer(work, contact_id)
    if row.about == rules.About.QUESTION:
        raise Conflict("A question is answered.")
    _go(work, row, rules.State.WELCOMED, rules.Event.WELCOMED)
    row.closes_at = rules.closes_at(work.now, partnerships.extra_holidays(work))


def accept(work: UnitOfWork, *, contact_id: uuid.UUID, known_as: str, concern: str) -> uuid.UUID:
    """Take it on: an entry in one's own agency's list, which no other agency sees (B8). Returns the new case.

    Only what was agreed and has come can be accepted. Raises NotAllowed, NotFound, Conflict, Invalid.
    """
    row = policy.reach_to_answer(work, contact_id)
    rules.move(row.state, rules.State.ACCEPTED)
    opened = youth.open_enquiry(work, enquiry=Enquiry(known_as=known_as, concern=concern, source=Source.AGENCY))
    work.session.flush()  # the case first: the contact and what came refer to it
    telling.answer_shares(work, row, accepts=True, words="", into_case_id=opened.case_id)
    row.accepted_case_id = opened.case_id
    _go(work, row, rules.State.ACCEPTED, rules.Event.ACCEPTED)
    return opened.case_id


def decline(work: UnitOfWork, *, contact_id: uuid.UUID, reason: str, words: str = "") -> None:
    """Say no, and why. Raises NotAllowed, NotFound, Conflict, Invalid without a reason."""
    row = policy.reach_to_answer(work, contact_id)
    if reason not in set(rules.Reason):
        raise Invalid.field("reason", "Choose why you decline.")
    if reason == rules.Reason.OTHER and not words.strip():
        raise Invalid.field("words", "Say why you decline.")
    _keep_words(work, row, words)
    row.reason = reason
    telling.answer_shares(work, row, accepts=False, words=words.strip() or reason)
    _go(work, row, rules.State.DECLINED, rules.Event.DECLINED)


def point_elsewhere(work: UnitOfWork, *, contact_id: uuid.UUID, agency_id: uuid.UUID, words: str = "") -> None:
    """Say which agency might help instead. Nothing goes there: it needs a contact and a check of its own (B5).

    Raises NotAllowed, NotFound, Conflict, Invalid for an agency that is one of the two or no member.
    """
    row = policy.reach_to_answer(work, contact_id)
    members = {one.agency_id for one in partnerships.member_agencies(work, on=london_date(work.now))}
    if agency_id not in members - {row.from_agency_id, row.to_agency_id}:
        raise Invalid.field("agency", "Choose an agency that is neither yours nor theirs.")
    _keep_words(work, row, words)
    row.pointed_to_agency_id = agency_id
    telling.answer_shares(work, row, accepts=False, words=words.strip() or "Another agency might help.")
    _go(work, row, rules.State.ELSEWHERE, rules.Event.ELSEWHERE)


def answer_question(work: UnitOfWork, *, contact_id: uuid.UUID, words: str, confirmed: Collection[str] = ()) -> None:
    """Answer a question about nobody; the answer is looked through as the question was (B10).

    Raises NotAllowed, NotFound, Conflict, Invalid, groups.queries.people.LooksLikeAPerson.
    """
    row = policy.reach_to_answer(work, contact_id)
    if row.about != rules.About.QUESTION:
        raise Conflict("This is about a young person: welcome, accept, decline or point elsewhere.")
    if not words.strip():
        raise Invalid.field("words", "Write your answer.")
    text, _ = groups.look_through(work, field="words", text=words, confirmed=confirmed)
    _keep_words(work, row, text)
    _go(work, row, rules.State.ANSWERED, rules.Event.ANSWERED)


def tell_risk(work: UnitOfWork, *, contact_id: uuid.UUID) -> None:
    """Say, from either side and at any time, that there is a risk of significant harm: both are shown the safeguarding route (B7).

    It waits for no agreement and for no answer. Raises NotAllowed, NotFound.
    """
    row = policy.reach(work, contact_id, lock=True)
    row.risk_told_at = work.now
    row.risk_told_by_agency_id = work.actor.agency_id
    history.keep(work, row, rules.Event.RISK_TOLD)
    work.record(events.ContactRiskTold(partnership_id=work.partnership_id, contact_id=row.id))


def _keep_words(work: UnitOfWork, row: Contact, words: str) -> None:
    if wrong := rules.too_long("words", words):
        raise Invalid(wrong)
    row.answer.seal(work.keys, {"words": words.strip()} if words.strip() else None)


def _go(work: UnitOfWork, row: Contact, to: rules.State, event: rules.Event) -> None:
    row.state = rules.move(row.state, to).value
    if to not in rules.LIVE:
        row.closed_at = work.now
        telling.stop_queued(work, row)
    row.answered_at = work.now
    row.answered_by_account_id = work.actor.account_id
    history.answer_given(work, row)
    history.keep(work, row, event)
    work.record(events.ContactAnswered(partnership_id=work.partnership_id, contact_id=row.id, state=row.state))
