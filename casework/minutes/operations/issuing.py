"""From the draft to the agencies: approving, taking back, issuing each its copy, opening one, calling back."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import select

from casework.access.permissions import Permission
from casework.conferences import operations as conferences
from casework.conferences.rules import RoundState
from casework.disclosures import operations as disclosures
from casework.disclosures import queries as disclosure_queries
from casework.disclosures.operations import Disclosed, ListedCase
from casework.duties import operations as duties
from casework.duties.rules import DutyKind
from casework.errors import Conflict
from casework.minutes import events, policy, queries
from casework.minutes.models import Minutes, MinutesCase, MinutesCopy
from casework.minutes.queries import MinutesRecord
from casework.programmes.marac.sharing import Stage
from casework.work import UnitOfWork


def approve(work: UnitOfWork, *, conference_id: uuid.UUID) -> None:
    """Approve the minutes as chair. Raises NotAllowed, NotFound, Conflict."""
    work.require(Permission.MINUTES_APPROVE)
    minutes = policy.reach_latest(work, conference_id, lock=True)
    conferences.move_state(work, conference_id=conference_id, to=RoundState.APPROVED)
    minutes.state = "approved"
    minutes.approved_at = work.now
    minutes.approved_by_account_id = work.actor.account_id
    duties.meet(work, kind=DutyKind.MINUTES_APPROVAL, subject_id=minutes.id)
    work.note("minutes:approve", "minutes", minutes.id)
    work.record(
        events.MinutesApproved(partnership_id=work.partnership_id, conference_id=conference_id, minutes_id=minutes.id)
    )


def take_approval_back(work: UnitOfWork, *, conference_id: uuid.UUID) -> None:
    """Take the approval back before the minutes are issued, so that they can be changed. Raises NotAllowed, NotFound, Conflict."""
    work.require(Permission.MINUTES_APPROVE)
    minutes = policy.reach_latest(work, conference_id, lock=True)
    if minutes.state != "approved":
        raise Conflict("Only an approval whose minutes have not gone out can be taken back. What is out is corrected.")
    conferences.move_state(work, conference_id=conference_id, to=RoundState.MINUTES_DRAFT)
    minutes.state = "draft"
    minutes.approved_at = None
    minutes.approved_by_account_id = None
    work.note("minutes:take_approval_back", "minutes", minutes.id)


def issue(work: UnitOfWork, *, conference_id: uuid.UUID) -> int:
    """Issue each agency its copy: the cases that it was asked about and may hear, each copy of a case a disclosure.

    Run by the schedule once approved, or earlier by the co-ordinator. Run again it does nothing. Returns the number of
    copies. Raises NotAllowed, NotFound, Conflict before approval.
    """
    work.require(Permission.MINUTES_DRAFT)
    minutes = policy.reach_latest(work, conference_id, lock=True)
    if minutes.state == "issued":
        return 0
    conference = conferences.move_state(work, conference_id=conference_id, to=RoundState.ISSUED)
    work.keys.load([minutes.key_id])
    body = minutes.body.open(work.keys) or {}
    listings = [uuid.UUID(one["listing_id"]) for one in body["cases"]]
    asked = disclosure_queries.listed_to(work, subject_ids=listings)
    bound = policy.bound_to_confidentiality(work, conference_id)
    answers = disclosures.disclose_listed_cases(
        work,
        stage=Stage.MINUTES,
        listed=[
            ListedCase(
                case_id=uuid.UUID(one["case_id"]),
                subject_id=minutes.id,
                routes=tuple(one["routes"]),
                victim_under_16=False,
            )
            for one in body["cases"]
        ],
        to_agency_ids={agency_id for _, agency_id in asked},
        asked=asked,
        confidentiality_accepted_by=set(bound.values()),
        policy_version_id=conference.policy_version_id,
    )
    # From now on the minutes say who had accepted when they went out, whatever comes later.
    minutes.body.seal(work.keys, {**body, "accepted": {str(one): str(agency_id) for one, agency_id in bound.items()}})
    minutes.state = "issued"
    minutes.issued_at = work.now
    copies = _give_copies(work, minutes, [answer for answer in answers if answer.allowed])
    duties.meet(work, kind=DutyKind.MINUTES_ISSUE, subject_id=minutes.id)
    work.note("minutes:issue", "minutes", minutes.id)
    work.record(
        events.MinutesIssued(partnership_id=work.partnership_id, conference_id=conference_id, minutes_id=minutes.id)
    )
    return copies


def _give_copies(work: UnitOfWork, minutes: Minutes, allowed: Sequence[Disclosed]) -> int:
    agencies = sorted({answer.agency_id for answer in allowed})
    work.session.add_all(
        MinutesCopy(
            id=uuid.uuid4(),
            partnership_id=work.partnership_id,
            minutes_id=minutes.id,
            agency_id=agency_id,
            issued_at=work.now,
        )
        for agency_id in agencies
    )
    work.session.add_all(
        MinutesCase(
            id=uuid.uuid4(),
            partnership_id=work.partnership_id,
            minutes_id=minutes.id,
            agency_id=answer.agency_id,
            case_id=answer.case_id,
            disclosure_id=answer.disclosure_id,
        )
        for answer in allowed
    )
    return len(agencies)


def issue_due(work: UnitOfWork) -> int:
    """Issue the minutes that are approved: agencies get their actions as soon as the chair has agreed. Returns how many rounds."""
    waiting = work.session.scalars(select(Minutes.conference_id).where(Minutes.state == "approved")).all()
    for conference_id in waiting:
        issue(work, conference_id=conference_id)
    return len(waiting)


def open_copy(work: UnitOfWork, *, conference_id: uuid.UUID) -> MinutesRecord:
    """Note that the actor's agency has opened its copy, and return it. Raises NotAllowed, NotFound."""
    minutes = policy.reach_in_force(work, conference_id)
    copy = policy.reach_copy(work, minutes, lock=True)
    if copy.opened_at is None:
        copy.opened_at = work.now
        copy.opened_by_account_id = work.actor.account_id
    work.note("minutes:open", "minutes", minutes.id)
    return queries.copy_record(work, minutes, copy)


def recall(work: UnitOfWork, *, conference_id: uuid.UUID, agency_ids: Sequence[uuid.UUID] = ()) -> int:
    """Call back the copies that nobody has opened. What was read stays read. Returns how many. Raises NotAllowed, NotFound."""
    work.require(Permission.MINUTES_DRAFT)
    return call_back(work, policy.reach_latest(work, conference_id, lock=True), agency_ids)


def call_back(work: UnitOfWork, minutes: Minutes, agency_ids: Sequence[uuid.UUID] = ()) -> int:
    """Call back the unopened copies of minutes that have been reached and locked already. Returns how many. For this package."""
    query = select(MinutesCopy).where(
        MinutesCopy.minutes_id == minutes.id, MinutesCopy.opened_at.is_(None), MinutesCopy.recalled_at.is_(None)
    )
    if agency_ids:
        query = query.where(MinutesCopy.agency_id.in_(list(agency_ids)))
    copies = work.session.scalars(query.with_for_update()).all()
    for copy in copies:
        copy.recalled_at = work.now
    if copies:
        work.note("minutes:recall", "minutes", minutes.id)
    return len(copies)
