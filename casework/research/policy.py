"""Who may answer research, and who may read it: the agency asked, and those who hear the case once it is shared.

A colleague whom the agency asks about one case reaches that one question, until it is due, and neither the case nor the list.
"""

from __future__ import annotations

import uuid

from sqlalchemy import ColumnElement, and_, false, not_, select

from casework.access.permissions import Permission
from casework.cases import policy as cases
from casework.cases.models import Case
from casework.cases.rules import ONE_QUESTION_ONLY
from casework.conferences.models import Conference, Listing
from casework.conferences.rules import ListingState, RoundState
from casework.errors import NotFound
from casework.research.models import ColleagueQuestion, ResearchRequest
from casework.research.rules import QuestionState
from casework.work import UnitOfWork

OPEN = (RoundState.LIST_OUT, RoundState.INPUTS_CLOSED, RoundState.SITTING)
"""The states of a round in which its research can be answered."""


def reach_own(work: UnitOfWork, request_id: uuid.UUID, *, lock: bool = False) -> ResearchRequest:
    """Return a request put to the actor's own agency about a case that the actor may see. Raises NotAllowed, NotFound."""
    work.require(Permission.RESEARCH_ANSWER)
    query = select(ResearchRequest).where(
        ResearchRequest.id == request_id, ResearchRequest.agency_id == work.actor.agency_id
    )
    request = work.session.scalar(query.with_for_update() if lock else query)
    # A missing request takes the same path as one about a hidden case.
    cases.reach(work, request.case_id if request else request_id, act="research:answer")
    if request is None:
        raise NotFound
    return request


def is_asked(work: UnitOfWork) -> ColumnElement[bool]:
    """Return the SQL condition on ColleagueQuestion, with its Case, Listing and Conference, that the actor may open it now.

    The order of all access: no block, protocol signed, role, standing, which ends when the question does. Whether the
    confidentiality statement was accepted decides what of it is shown (research.queries).
    """
    actor = work.actor
    if actor.account_id is None or not actor.protocol_signed or not actor.has(Permission.RESEARCH_HELP):
        return false()
    return and_(
        ColleagueQuestion.account_id == actor.account_id,
        ColleagueQuestion.agency_id == actor.agency_id,
        ColleagueQuestion.state != QuestionState.TAKEN_BACK.value,
        not_(cases.is_blocked(actor, work.now)),
        cases.has_standing(actor, work.now, kinds=ONE_QUESTION_ONLY),
        Listing.state == ListingState.LISTED.value,
        Conference.state.in_([state.value for state in OPEN]),
    )


def reach_question(work: UnitOfWork, question_id: uuid.UUID, *, lock: bool = False) -> ColleagueQuestion:
    """Return a question that the actor was asked and may still open. Raises NotAllowed; NotFound for any other, and when it is over."""
    work.require(Permission.RESEARCH_HELP)
    query = (
        select(ColleagueQuestion)
        .join(Case, Case.id == ColleagueQuestion.case_id)
        .join(ResearchRequest, ResearchRequest.id == ColleagueQuestion.request_id)
        .join(Listing, Listing.id == ResearchRequest.listing_id)
        .join(Conference, Conference.id == ColleagueQuestion.conference_id)
        .where(ColleagueQuestion.id == question_id, is_asked(work))
    )
    question = work.session.scalar(query.with_for_update(of=ColleagueQuestion) if lock else query)
    if question is None:
        work.refuse(
            act="research:reply", code="hidden_or_missing", subject_kind="colleague_question", subject_id=question_id
        )
        raise NotFound
    return question


def reach_asked_by_own(work: UnitOfWork, question_id: uuid.UUID) -> ColleagueQuestion:
    """Return, to change it, a question that the actor's own agency put to a colleague. Raises NotAllowed, NotFound."""
    work.require(Permission.RESEARCH_ANSWER)
    question = work.session.scalar(
        select(ColleagueQuestion)
        .where(ColleagueQuestion.id == question_id, ColleagueQuestion.agency_id == work.actor.agency_id)
        .with_for_update()
    )
    cases.reach(work, question.case_id if question else question_id, act="research:answer")
    if question is None:
        raise NotFound
    return question
