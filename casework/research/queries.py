"""Reads of research: an agency's own requests, and what all agencies shared about a case that the reader may hear."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select

from casework.access.permissions import Permission, Role
from casework.accounts import queries as accounts
from casework.accounts.policy import SPEAK_FOR_AGENCY
from casework.cases import policy as case_policy
from casework.cases import queries as cases
from casework.cases.models import Case, Confidentiality
from casework.cases.queries import CaseLine, PersonInCase
from casework.cases.rules import ONE_QUESTION_ONLY
from casework.conferences import queries as rounds
from casework.conferences.models import Listing
from casework.errors import NotFound
from casework.research import policy
from casework.research.models import ColleagueQuestion, ResearchRequest
from casework.research.rules import Fact, QuestionState, ResearchState
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class OwnRequest:
    """One question to the reader's agency, with what the agency needs to search its files, and its answer so far.

    `private` holds what never leaves the agency: what it keeps back, its notes, and under "draft" an answer not yet given.
    """

    id: uuid.UUID
    listing_id: uuid.UUID
    conference_id: uuid.UUID
    position: int | None
    case: CaseLine
    people: tuple[PersonInCase, ...]
    state: str
    due_at: datetime
    answered_at: datetime | None
    answered_by_account_id: uuid.UUID | None
    was_late: bool
    keeps_something_back: bool
    version: int
    answer: dict[str, Any] | None
    private: dict[str, Any] | None


def own_requests(work: UnitOfWork, *, conference_id: uuid.UUID) -> tuple[OwnRequest, ...]:
    """Return all questions of a round to the reader's agency, in the order of the agenda; cases the reader may not see are not there.

    Four queries, the keys included. Raises NotAllowed for roles that do not answer research.
    """
    work.require(Permission.RESEARCH_ANSWER)
    return _own(work, [ResearchRequest.conference_id == conference_id, Listing.position.is_not(None)])


def own_requests_beside(work: UnitOfWork, *, request_id: uuid.UUID) -> tuple[OwnRequest, ...]:
    """Return all questions of the round of one question to the reader's agency. Raises NotAllowed, NotFound when that one is not there."""
    work.require(Permission.RESEARCH_ANSWER)
    of_request = select(ResearchRequest.conference_id).where(ResearchRequest.id == request_id).scalar_subquery()
    found = _own(work, [ResearchRequest.conference_id == of_request, Listing.position.is_not(None)])
    if request_id not in {one.id for one in found}:
        policy.reach_own(work, request_id)  # refuses, and writes why to the trail
        raise NotFound
    return found


def own_request(work: UnitOfWork, *, request_id: uuid.UUID) -> OwnRequest:
    """Return one question to the reader's agency, without its place on the agenda. Raises NotAllowed, NotFound."""
    work.require(Permission.RESEARCH_ANSWER)
    found = _own(work, [ResearchRequest.id == request_id], with_places=False)
    if not found:
        policy.reach_own(work, request_id)  # refuses, and writes why to the trail
        raise NotFound
    return found[0]


def _own(
    work: UnitOfWork, conditions: Sequence[ColumnElement[bool]], *, with_places: bool = True
) -> tuple[OwnRequest, ...]:
    rows = work.session.execute(
        select(ResearchRequest, Listing.position, Case)
        .join(Listing, Listing.id == ResearchRequest.listing_id)
        .join(Case, Case.id == ResearchRequest.case_id)
        .where(
            ResearchRequest.agency_id == work.actor.agency_id,
            case_policy.may_see(work.actor, work.now),
            *conditions,
        )
        .order_by(Listing.position, ResearchRequest.id)
    ).all()
    if not rows:
        return ()
    people = cases.people_of(
        work,
        case_ids=[case.id for _, _, case in rows],
        and_keys={key for row, _, _ in rows for key in (row.key_id, row.agency_key_id)},
    )
    places = rounds.numbering(work, conference_id=rows[0][0].conference_id) if with_places else None
    for _, _, case in rows:
        work.note_view("case:view_line", "case", case.id)
    return tuple(
        OwnRequest(
            id=row.id,
            listing_id=row.listing_id,
            conference_id=row.conference_id,
            position=places.of(position) if places else None,
            case=cases.line_of(case, people[case.id]),
            people=people[case.id],
            state=row.state,
            due_at=row.due_at,
            answered_at=row.answered_at,
            answered_by_account_id=row.answered_by_account_id,
            was_late=row.was_late,
            keeps_something_back=row.keeps_something_back,
            version=row.version,
            answer=row.answer.open(work.keys),
            private=row.private.open(work.keys),
        )
        for row, position, case in rows
    )


def own_progress(work: UnitOfWork, *, conference_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[int, int]]:
    """Return, for each of these rounds, how many questions the reader's agency has answered, of how many: about visible cases.

    None before the reader has accepted the round's confidentiality statement: a repeat is open to them from before, and would be
    counted as if it were the whole list. Raises NotAllowed for roles that do not answer research.
    """
    work.require(Permission.RESEARCH_ANSWER)
    answered = func.count().filter(ResearchRequest.state != ResearchState.ASKED.value)
    rows = work.session.execute(
        select(ResearchRequest.conference_id, answered, func.count())
        .join(Case, Case.id == ResearchRequest.case_id)
        .join(Listing, Listing.id == ResearchRequest.listing_id)
        .where(
            ResearchRequest.conference_id.in_(list(conference_ids)),
            ResearchRequest.agency_id == work.actor.agency_id,
            Listing.position.is_not(None),
            case_policy.may_see(work.actor, work.now),
            exists().where(
                Confidentiality.conference_id == ResearchRequest.conference_id,
                Confidentiality.account_id == work.actor.account_id,
            ),
        )
        .group_by(ResearchRequest.conference_id)
    )
    return {conference_id: (done, of) for conference_id, done, of in rows}


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the reader's agency who can be asked about one case."""

    account_id: uuid.UUID
    name: str
    post: str


def colleagues_to_ask(work: UnitOfWork, *, request_id: uuid.UUID) -> tuple[Colleague, ...]:
    """Return the frontline colleagues of the reader's agency who can be asked about this case, by name.

    Left out are those who speak for the agency and have the list anyway, who has been asked already, and without a word whoever
    is blocked from the case. Raises NotAllowed, NotFound.
    """
    request = policy.reach_own(work, request_id)
    return _colleagues(work, request_id=request.id, case_id=request.case_id)


def colleagues_beside(work: UnitOfWork, *, request: OwnRequest) -> tuple[Colleague, ...]:
    """Return the colleagues who can be asked about the case of a question that has been read. Raises NotAllowed."""
    work.require(Permission.RESEARCH_ANSWER)
    return _colleagues(work, request_id=request.id, case_id=request.case.id)


def _colleagues(work: UnitOfWork, *, request_id: uuid.UUID, case_id: uuid.UUID) -> tuple[Colleague, ...]:
    frontline = accounts.accounts_with_role(
        work, roles=[Role.REFERRER], but_none_of=SPEAK_FOR_AGENCY, agency_id=work.actor.agency_id
    )
    not_asked = (
        set(frontline)
        - cases.blocked_accounts(work, case_ids=[case_id], at=work.now).get(case_id, set())
        - set(
            work.session.scalars(
                select(ColleagueQuestion.account_id).where(
                    ColleagueQuestion.request_id == request_id,
                    ColleagueQuestion.state != QuestionState.TAKEN_BACK.value,
                )
            )
        )
    )
    names = accounts.account_names(work, not_asked)
    found = [Colleague(account_id, one.name, one.post) for account_id, one in names.items()]
    return tuple(sorted(found, key=lambda one: (one.name, str(one.account_id))))


@dataclass(frozen=True, slots=True)
class AskedColleague:
    """One colleague whom the reader's agency asked about one case, and the reply once it is given. `words` is what was asked."""

    id: uuid.UUID
    name: str
    post: str
    words: str
    asked_at: datetime
    until_at: datetime
    is_over: bool
    state: str
    replied_at: datetime | None
    taken_over_at: datetime | None
    facts: tuple[Fact, ...]
    opinions: tuple[str, ...]


def asked_colleagues(work: UnitOfWork, *, conference_id: uuid.UUID) -> dict[uuid.UUID, tuple[AskedColleague, ...]]:
    """Return, by question to the reader's agency, which colleagues were asked in a round and what they replied; only of visible cases.

    Raises NotAllowed for roles that do not answer research.
    """
    work.require(Permission.RESEARCH_ANSWER)
    rows = work.session.scalars(
        select(ColleagueQuestion)
        .join(Case, Case.id == ColleagueQuestion.case_id)
        .where(
            ColleagueQuestion.conference_id == conference_id,
            ColleagueQuestion.agency_id == work.actor.agency_id,
            ColleagueQuestion.state != QuestionState.TAKEN_BACK.value,
            case_policy.may_see(work.actor, work.now),
        )
        .order_by(ColleagueQuestion.asked_at, ColleagueQuestion.id)
    ).all()
    if not rows:
        return {}
    work.keys.load({row.key_id for row in rows})
    names = accounts.account_names(work, {row.account_id for row in rows})
    found: dict[uuid.UUID, list[AskedColleague]] = defaultdict(list)
    for row in rows:
        # What is still being written is its writer's.
        given = (row.reply.open(work.keys) or {}) if row.replied_at is not None else {}
        person = names.get(row.account_id)
        found[row.request_id].append(
            AskedColleague(
                id=row.id,
                name=person.name if person else "A colleague who has left",
                post=person.post if person else "",
                words=str((row.asked.open(work.keys) or {}).get("words", "")),
                asked_at=row.asked_at,
                until_at=row.until_at,
                is_over=row.until_at <= work.now,
                state=row.state,
                replied_at=row.replied_at,
                taken_over_at=row.taken_over_at,
                facts=tuple(
                    Fact(one["words"], date.fromisoformat(one["on"]) if one["on"] else None)
                    for one in given.get("facts", ())
                ),
                opinions=tuple(given.get("opinions", ())),
            )
        )
    return {request_id: tuple(asked) for request_id, asked in found.items()}


@dataclass(frozen=True, slots=True)
class QuestionToMe:
    """The one question that the reader was asked by a colleague. Before the confidentiality statement is accepted it names nobody."""

    id: uuid.UUID
    asked_by: str
    asked_at: datetime
    until_at: datetime
    is_accepted: bool
    state: str
    replied_at: datetime | None
    words: str
    people: tuple[PersonInCase, ...]
    reply: dict[str, Any]


def question_to_me(work: UnitOfWork, *, question_id: uuid.UUID) -> QuestionToMe:
    """Return a question that the reader was asked, with what they need to search their files, and note the view.

    Raises NotAllowed; NotFound, the same for one that is hidden, over, taken back or was never there.
    """
    row = policy.reach_question(work, question_id)
    accepted = row.accepted_at is not None
    asked_by = accounts.account_names(work, [row.asked_by_account_id]).get(row.asked_by_account_id)
    people: tuple[PersonInCase, ...] = ()
    words, reply = "", {}
    if accepted:
        work.note_view("research:view_question", "case", row.case_id)
        found = cases.people_of(work, case_ids=[row.case_id], and_keys=[row.key_id], kinds=ONE_QUESTION_ONLY)
        people = found[row.case_id]
        words = str((row.asked.open(work.keys) or {}).get("words", ""))
        reply = row.reply.open(work.keys) or {}
    return QuestionToMe(
        id=row.id,
        asked_by=asked_by.name if asked_by else "A colleague who has left",
        asked_at=row.asked_at,
        until_at=row.until_at,
        is_accepted=accepted,
        state=row.state,
        replied_at=row.replied_at,
        words=words,
        people=people,
        reply=reply,
    )


@dataclass(frozen=True, slots=True)
class SharedAnswer:
    """What one agency said about a case to all that hear it. Nothing private is in here."""

    agency_id: uuid.UUID
    state: str
    answer: dict[str, Any]
    keeps_something_back: bool
    was_late: bool
    answered_at: datetime | None


def shared_about(
    work: UnitOfWork, *, conference_id: uuid.UUID, case_ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, tuple[SharedAnswer, ...]]:
    """Return, for each case of a round that the reader may see, what each agency asked about it has said so far."""
    rows = work.session.scalars(
        select(ResearchRequest)
        .join(Case, Case.id == ResearchRequest.case_id)
        .where(
            ResearchRequest.conference_id == conference_id,
            ResearchRequest.case_id.in_(list(case_ids)),
            case_policy.may_see(work.actor, work.now),
        )
    ).all()
    work.keys.load({row.key_id for row in rows})
    found: dict[uuid.UUID, list[SharedAnswer]] = defaultdict(list)
    for row in rows:
        found[row.case_id].append(
            SharedAnswer(
                agency_id=row.agency_id,
                state=row.state,
                answer=row.answer.open(work.keys) or {},
                keeps_something_back=row.keeps_something_back,
                was_late=row.was_late,
                answered_at=row.answered_at,
            )
        )
    for case_id in found:
        work.note_view("research:view", "case", case_id)
    return {case_id: tuple(answers) for case_id, answers in found.items()}


@dataclass(frozen=True, slots=True)
class Square:
    """One square of the grid agency by case: where one agency's research on one case stands."""

    agency_id: uuid.UUID
    case_id: uuid.UUID
    state: str
    due_at: datetime
    was_late: bool


def grid(work: UnitOfWork, *, conference_id: uuid.UUID) -> tuple[Square, ...]:
    """Return the squares of a round's research, agency by case, for the cases that the reader may see. Codes only, nothing opened."""
    work.require(Permission.DUTY_VIEW_ALL)
    rows = work.session.execute(
        select(
            ResearchRequest.agency_id,
            ResearchRequest.case_id,
            ResearchRequest.state,
            ResearchRequest.due_at,
            ResearchRequest.was_late,
        )
        .join(Case, Case.id == ResearchRequest.case_id)
        .where(ResearchRequest.conference_id == conference_id, case_policy.may_see(work.actor, work.now))
    ).all()
    return tuple(Square(*row) for row in rows)


def counts(work: UnitOfWork, *, conference_id: uuid.UUID | None = None) -> dict[str, int]:
    """Return how many questions stand in each state, and how many answers were late. For operators and rehearsals. Raises NotAllowed."""
    work.require(Permission.SYSTEM_OPERATE)
    query = select(ResearchRequest.state, ResearchRequest.was_late, func.count()).group_by(
        ResearchRequest.state, ResearchRequest.was_late
    )
    if conference_id is not None:
        query = query.where(ResearchRequest.conference_id == conference_id)
    found: dict[str, int] = defaultdict(int)
    for state, was_late, count in work.session.execute(query):
        found[state] += count
        if was_late:
            found["late"] += count
    return dict(found)
