"""Writes of research: asking every agency that the list went to, answering, taking an answer back, and asking one colleague."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from casework.cases import operations as cases
from casework.cases.rules import StandingKind
from casework.clock import london_date
from casework.conferences import rules as rounds
from casework.conferences.models import Conference, Listing
from casework.disclosures import operations as disclosures
from casework.disclosures.models import Disclosure
from casework.duties import operations as duties
from casework.duties.operations import NewDuty
from casework.duties.rules import DutyKind, DutyState
from casework.errors import Conflict, Invalid, NotFound
from casework.partnerships import queries as partnerships
from casework.programmes.marac import confidentiality
from casework.research import events, policy, queries, rules
from casework.research.models import ColleagueQuestion, ResearchRequest
from casework.work import UnitOfWork


def ask_agencies(work: UnitOfWork, *, conference_id: uuid.UUID) -> int:
    """Ask each agency that the list went to about each of its cases, with the duty to answer by the round's clock.

    Follows the publishing of the list, and a late addition to it. Asks only what has not been asked. Returns how many
    questions that is. Raises NotFound.
    """
    conference = work.session.scalar(select(Conference).where(Conference.id == conference_id))
    if conference is None:
        raise NotFound
    shared = work.session.execute(
        select(Listing.id, Listing.case_id, Listing.key_id, Disclosure.to_agency_id, Disclosure.id)
        .join(Disclosure, Disclosure.subject_id == Listing.id)
        .where(
            Listing.conference_id == conference.id,
            Listing.state == rounds.ListingState.LISTED.value,
            Disclosure.kind == "list",
            Disclosure.was_shared.is_(True),
        )
        .order_by(Listing.position, Disclosure.id)
    ).all()
    agency_keys = partnerships.agency_key_ids(work)
    # A late case comes after research was due: its agencies have until the sitting.
    due_at = conference.research_due_at if work.now < conference.research_due_at else conference.sits_at
    rows = [
        {
            "id": uuid.uuid4(),
            "partnership_id": work.partnership_id,
            "listing_id": listing_id,
            "conference_id": conference.id,
            "case_id": case_id,
            "agency_id": agency_id,
            "asked_disclosure_id": disclosure_id,
            "state": rules.ResearchState.ASKED.value,
            "due_at": due_at,
            "key_id": key_id,
            "agency_key_id": agency_keys[agency_id],
        }
        for listing_id, case_id, key_id, agency_id, disclosure_id in shared
        if agency_id is not None
    ]
    if not rows:
        return 0
    new = work.session.execute(
        insert(ResearchRequest)
        .on_conflict_do_nothing(index_elements=["listing_id", "agency_id"])
        .returning(ResearchRequest.id, ResearchRequest.case_id, ResearchRequest.agency_id),
        rows,
    ).all()
    if not new:
        return 0
    duties.raise_duties(
        work,
        duties=[
            NewDuty(
                kind=DutyKind.RESEARCH_ANSWER,
                subject_kind="research_request",
                subject_id=request_id,
                due_at=due_at,
                rule="clock.research",
                owed_by_agency_id=agency_id,
                case_id=case_id,
                conference_id=conference.id,
            )
            for request_id, case_id, agency_id in new
        ],
        policy_version_id=conference.policy_version_id,
        extra_holidays=partnerships.extra_holidays(work),
    )
    work.note("research:ask", "conference", conference.id)
    work.record(events.ResearchAsked(partnership_id=work.partnership_id, conference_id=conference.id))
    return len(new)


def answer(work: UnitOfWork, *, request_id: uuid.UUID, answer: rules.Answer, version: int | None = None) -> int:
    """Answer for one's agency: nothing known, shared, or kept back with a reason. Returns the new version.

    What leaves is sealed with the case, what stays under the agency's own key. Answers are taken until the sitting has
    ended; after the clock they are marked late. Raises NotAllowed, NotFound, Invalid, Conflict.
    """
    request, conference = _own(work, request_id, version)
    wrong = rules.what_is_wrong(answer, london_date(work.now))
    if wrong:
        raise Invalid(wrong)
    state = rules.ResearchState(answer.kind)
    work.keys.load([request.key_id, request.agency_key_id])
    request.answer.seal(work.keys, rules.what_leaves(answer))
    request.private.seal(work.keys, rules.what_stays(answer))
    request.state = state.value
    request.answered_at = work.now
    request.answered_by_account_id = work.actor.account_id
    request.was_late = work.now > request.due_at
    request.keeps_something_back = answer.keeps_something_back
    request.version += 1
    if state is not rules.ResearchState.NOTHING_KNOWN:
        request.answer_disclosure_id = disclosures.disclose_research(
            work,
            case_id=request.case_id,
            conference_id=request.conference_id,
            request_id=request.id,
            from_agency_id=request.agency_id,
            was_shared=state is rules.ResearchState.SHARED,
            policy_version_id=conference.policy_version_id,
        )
    duties.meet(work, kind=DutyKind.RESEARCH_ANSWER, subject_id=request.id)
    work.note("research:answer", "case", request.case_id, reason=state.value)
    work.record(
        events.ResearchAnswered(
            partnership_id=work.partnership_id,
            request_id=request.id,
            case_id=request.case_id,
            agency_id=request.agency_id,
            state=state.value,
        )
    )
    return request.version


def keep_draft(work: UnitOfWork, *, request_id: uuid.UUID, draft: Mapping[str, Any], version: int | None = None) -> int:
    """Keep an answer that is being written, as it is typed, under the agency's own key: nothing of it leaves before it is given.

    An answer given before stands meanwhile. Returns the new version. Raises NotAllowed, NotFound, Conflict.
    """
    request, _ = _own(work, request_id, version)
    work.keys.load([request.agency_key_id])
    before = request.private.open(work.keys) or {}
    request.private.seal(work.keys, {**before, "draft": dict(draft)})
    request.version += 1
    work.note("research:draft", "case", request.case_id)
    return request.version


def take_back(work: UnitOfWork, *, request_id: uuid.UUID) -> int:
    """Undo an answer given by mistake: the question is open again and owed again. Raises NotAllowed, NotFound, Conflict.

    Its words stay with the agency, so that nothing has to be typed again. Once the sitting has begun an answer has been
    heard, so it can be corrected but no longer taken back.
    """
    request, conference = _own(work, request_id, None)
    if request.state == rules.ResearchState.ASKED:
        raise Conflict("This has not been answered yet.")
    if conference.state == rounds.RoundState.SITTING:
        raise Conflict("The sitting has begun. Correct the answer instead.")
    work.keys.load([request.key_id, request.agency_key_id])
    given = request.answer.open(work.keys)
    request.private.seal(work.keys, {**(request.private.open(work.keys) or {}), "taken_back": given})
    request.state = rules.ResearchState.ASKED.value
    request.answered_at = None
    request.answered_by_account_id = None
    request.was_late = False
    request.keeps_something_back = False
    request.answer_sealed = None
    request.answer_disclosure_id = None
    request.version += 1
    duties.reopen(work, kind=DutyKind.RESEARCH_ANSWER, subject_id=request.id, agency_id=request.agency_id)
    work.note("research:take_back", "case", request.case_id)
    return request.version


def _own(work: UnitOfWork, request_id: uuid.UUID, version: int | None) -> tuple[ResearchRequest, Conference]:
    request = policy.reach_own(work, request_id, lock=True)
    if version is not None and request.version != version:
        raise Conflict("A colleague has changed this answer since you opened it. Look at it again before you save.")
    conference = work.session.scalar(select(Conference).where(Conference.id == request.conference_id))
    if conference is None:
        raise NotFound
    listing_state = work.session.scalar(select(Listing.state).where(Listing.id == request.listing_id))
    if conference.state not in policy.OPEN or listing_state != rounds.ListingState.LISTED:
        raise Conflict("This case has been heard or put off, so the answer can no longer be changed.")
    return request, conference


def ask_colleague(work: UnitOfWork, *, request_id: uuid.UUID, account_id: uuid.UUID, words: str = "") -> uuid.UUID:
    """Ask one colleague of the own agency about one case, with what one would like to know. Returns the question's id.

    The colleague gets standing for this one question, never for the case or the list, until research is due, or until the
    sitting where that has passed; a duty tells and reminds them without content. Guidance: research is done or commissioned by
    the representative, who answers for it. Raises NotAllowed, NotFound, Conflict, and Invalid (account_id) for anybody who is
    not offered by `queries.colleagues_to_ask`.
    """
    request, conference = _own(work, request_id, None)
    if account_id not in {one.account_id for one in queries.colleagues_to_ask(work, request_id=request_id)}:
        raise Invalid.field("account_id", "Choose a colleague from the list.")
    until_at = request.due_at if work.now < request.due_at else conference.sits_at
    if work.now >= until_at or work.actor.account_id is None or work.actor.agency_id is None:
        raise Conflict("The sitting has begun, so nobody can be asked any more.")
    question = ColleagueQuestion(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        request_id=request.id,
        case_id=request.case_id,
        conference_id=request.conference_id,
        agency_id=work.actor.agency_id,
        account_id=account_id,
        asked_by_account_id=work.actor.account_id,
        asked_at=work.now,
        until_at=until_at,
        state=rules.QuestionState.ASKED.value,
        key_id=request.agency_key_id,
    )
    work.keys.load([question.key_id])
    question.asked.seal(work.keys, {"words": words.strip()})
    work.session.add(question)
    cases.give_standing(
        work,
        case_ids=[request.case_id],
        kind=StandingKind.ASKED_COLLEAGUE,
        source_ids=[question.id],
        account_ids=[account_id],
        until_at=until_at,
    )
    duties.raise_duties(
        work,
        duties=[
            NewDuty(
                kind=DutyKind.RESEARCH_REPLY,
                subject_kind="colleague_question",
                subject_id=question.id,
                due_at=until_at,
                rule="clock.research",
                owed_by_account_id=account_id,
                case_id=request.case_id,
                conference_id=conference.id,
            )
        ],
        policy_version_id=conference.policy_version_id,
        extra_holidays=partnerships.extra_holidays(work),
    )
    work.note("research:ask_colleague", "case", request.case_id)
    work.record(
        events.ColleagueAsked(partnership_id=work.partnership_id, question_id=question.id, account_id=account_id)
    )
    return question.id


def take_question_back(work: UnitOfWork, *, question_id: uuid.UUID) -> None:
    """Take back a question to a colleague: from now on it does not open for them, and they owe nothing. Raises NotAllowed, NotFound."""
    question = policy.reach_asked_by_own(work, question_id)
    question.state = rules.QuestionState.TAKEN_BACK.value
    cases.end_standing(work, source_id=question.id)
    duties.end_duties(work, state=DutyState.WAIVED, subject_ids=[question.id])
    work.note("research:take_question_back", "case", question.case_id)


def take_reply_over(work: UnitOfWork, *, question_id: uuid.UUID) -> dict[str, Any]:
    """Note that a colleague's reply goes into the agency's own draft, and return it: facts and opinions. Raises NotAllowed,
    NotFound, and Conflict when there is none.
    """
    question = policy.reach_asked_by_own(work, question_id)
    if question.state != rules.QuestionState.TOLD:
        raise Conflict("There is nothing to take over yet.")
    work.keys.load([question.key_id])
    question.taken_over_at = work.now
    work.note("research:take_reply_over", "case", question.case_id)
    return {part: (question.reply.open(work.keys) or {}).get(part, []) for part in ("facts", "opinions")}


def accept_statement(work: UnitOfWork, *, question_id: uuid.UUID) -> None:
    """Accept the confidentiality statement for the one case that one was asked about; then it opens. Raises NotAllowed, NotFound."""
    question = policy.reach_question(work, question_id, lock=True)
    if question.accepted_at is None:
        question.accepted_at = work.now
        question.statement_version = confidentiality.VERSION
        work.note("confidentiality:accept", "colleague_question", question.id)


def keep_reply(work: UnitOfWork, *, question_id: uuid.UUID, draft: Mapping[str, Any]) -> None:
    """Keep a reply as it is typed; only its writer sees it until it is given. Raises NotAllowed, NotFound, Conflict."""
    question = _accepted(work, question_id)
    before = question.reply.open(work.keys) or {}
    question.reply.seal(work.keys, {**before, "draft": dict(draft)})
    work.note("research:draft_reply", "case", question.case_id)


def reply(work: UnitOfWork, *, question_id: uuid.UUID, reply: rules.Reply) -> None:
    """Tell the representative who asked what one knows, or that it is nothing. It may be changed until the question is over.

    It stays under the agency's key: what of it goes to the conference is for the representative to say. Raises NotAllowed,
    NotFound, Invalid, and Conflict before the confidentiality statement is accepted.
    """
    question = _accepted(work, question_id)
    wrong = rules.what_is_wrong_in(reply, london_date(work.now))
    if wrong:
        raise Invalid(wrong)
    question.reply.seal(work.keys, rules.what_is_told(reply))
    question.state = reply.state.value
    question.replied_at = work.now
    question.taken_over_at = None
    duties.meet(work, kind=DutyKind.RESEARCH_REPLY, subject_id=question.id)
    work.note("research:reply", "case", question.case_id, reason=question.state)
    work.record(
        events.ColleagueReplied(
            partnership_id=work.partnership_id,
            question_id=question.id,
            asked_by_account_id=question.asked_by_account_id,
            state=question.state,
        )
    )


def _accepted(work: UnitOfWork, question_id: uuid.UUID) -> ColleagueQuestion:
    question = policy.reach_question(work, question_id, lock=True)
    if question.accepted_at is None:
        raise Conflict("Accept the confidentiality statement first.")
    work.keys.load([question.key_id])
    return question
