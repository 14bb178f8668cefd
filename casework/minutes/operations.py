"""Writes of minutes: drafting from what was recorded, amending, approving, issuing, opening and calling back."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select

from casework.access.actors import SYSTEM
from casework.access.permissions import Permission, Purpose
from casework.actions import queries as actions
from casework.cases import policy as case_policy
from casework.conferences import operations as conferences
from casework.conferences import queries as rounds
from casework.conferences import rules as round_rules
from casework.conferences.queries import ConferenceRecord, ListingRecord
from casework.conferences.rules import ListingState, RoundState
from casework.disclosures import operations as disclosures
from casework.disclosures import queries as disclosure_queries
from casework.disclosures.operations import ListedCase
from casework.duties import operations as duties
from casework.duties.operations import NewDuty
from casework.duties.rules import DutyKind
from casework.errors import Conflict, Invalid, NotFound
from casework.minutes import events, policy, queries
from casework.minutes.models import Minutes, MinutesCase, MinutesCopy
from casework.minutes.queries import MinutesRecord
from casework.partnerships import queries as partnerships
from casework.programmes.marac.sharing import Stage
from casework.research import queries as research
from casework.work import UnitOfWork

MINUTED = (ListingState.HEARD, ListingState.DEFERRED)
LONGEST = 8000
AMENDABLE = frozenset({"voice", "no_action_because", "tell_how", "nobody_tells_because", "notes"})


def draft(work: UnitOfWork, *, conference_id: uuid.UUID) -> uuid.UUID:
    """Draft the minutes of a sitting that has ended from what was recorded: nothing is typed twice.

    Follows the end of the sitting; run again it returns the draft that is there. The chair owes the approval by the
    round's clock. Returns the minutes' id. Raises NotAllowed, NotFound, Conflict before the sitting has ended.
    """
    work.require(Permission.MINUTES_DRAFT)
    conference = rounds.conference_record(work, conference_id=conference_id)
    if conference.state != RoundState.MINUTES_DRAFT:
        raise Conflict("Minutes are drafted when the sitting has ended.")
    there = work.session.scalar(
        select(Minutes).where(Minutes.conference_id == conference_id).order_by(Minutes.version.desc()).limit(1)
    )
    if there is not None and there.state == "draft":
        return there.id
    minutes = Minutes(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        conference_id=conference_id,
        version=there.version + 1 if there else 1,
        state="draft",
        key_id=work.keys.new("conference", work.partnership_id),
        drafted_at=work.now,
    )
    with _whole_truth(work):
        minutes.body.seal(work.keys, compose(work, conference))
    work.session.add(minutes)
    work.note("minutes:draft", "conference", conference_id)
    _owe_approval(work, conference, minutes)
    work.record(
        events.MinutesDrafted(partnership_id=work.partnership_id, conference_id=conference_id, minutes_id=minutes.id)
    )
    return minutes.id


@contextmanager
def _whole_truth(work: UnitOfWork) -> Iterator[None]:
    """Let the installation read, whoever presses the button: a case must not drop out of everybody's minutes for their block."""
    actor, purpose = work.actor, work.purpose
    work.actor, work.purpose = SYSTEM, Purpose.SCHEDULED
    try:
        yield
    finally:
        work.actor, work.purpose = actor, purpose


def compose(work: UnitOfWork, conference: ConferenceRecord) -> dict[str, Any]:
    """Return the body of the minutes: attendance, unfinished actions and, case by case, what was said, with the agency of each part."""
    listed = rounds.listings(work, conference_id=conference.id, states=MINUTED)
    case_ids = [listing.case.id for listing in listed]
    recorded = rounds.recorded_in_round(work, conference_id=conference.id)
    answers = research.shared_about(work, conference_id=conference.id, case_ids=case_ids)
    agreed = actions.actions_of_round(work, conference_id=conference.id)
    return {
        "attendance": [
            {
                "account_id": str(one.account_id),
                "agency_id": str(one.agency_id) if one.agency_id else None,
                "state": one.state,
                "deputises_for": str(one.deputises_for_account_id) if one.deputises_for_account_id else None,
            }
            for one in rounds.attendance(work, conference_id=conference.id)
        ],
        "unfinished": [
            {
                "case_id": str(one.case_id),
                "case_number": one.case_number,
                "owner_agency_id": str(one.owner_agency_id),
                "what": one.what,
                "due_on": one.due_on.isoformat(),
                "state": one.state,
                "what_happened": one.outcome,
            }
            for one in actions.unfinished_before(work, conference_id=conference.id, marac_id=conference.marac.id)
        ],
        "cases": [
            {
                "listing_id": str(listing.id),
                "case_id": str(listing.case.id),
                "number": listing.case.number,
                "who": _who(listing),
                "is_repeat": listing.is_repeat,
                "is_heard": listing.state == ListingState.HEARD,
                **_said(recorded.get(listing.id, {})),
                "information": [
                    {"agency_id": str(one.agency_id), "state": one.state, **one.answer}
                    for one in answers.get(listing.case.id, ())
                    if one.state != "asked"
                ],
                "actions": [
                    {"owner_agency_id": str(one.owner_agency_id), "what": one.what, "due_on": one.due_on.isoformat()}
                    for one in agreed
                    if one.listing_id == listing.id
                ],
            }
            for listing in listed
        ],
        "other_business": "",
    }


def _who(listing: ListingRecord) -> str:
    victim = listing.case.victim.name if listing.case.victim else "the victim"
    others = " and ".join(person.name for person in listing.case.perpetrators)
    children = (
        f", {listing.case.children} children" if listing.case.children > 1 else ", 1 child" * listing.case.children
    )
    return f"{victim}, and {others or 'nobody named'}{children}"


def _said(recorded: dict[str, Any]) -> dict[str, Any]:
    parts = (
        "voice",
        "risks",
        "crimes",
        "no_action_because",
        "teller",
        "tell_how",
        "nobody_tells_because",
        "notes",
        "deferred_because",
    )
    return {part: recorded.get(part) for part in parts}


def _owe_approval(work: UnitOfWork, conference: ConferenceRecord, minutes: Minutes) -> None:
    used = partnerships.policy_version(work, version_id=conference.policy_version_id)
    holidays = partnerships.extra_holidays(work)
    clocks = round_rules.clocks(conference.sits_at, used, holidays)
    to_chair = {"owed_by_account_id": conference.chair_account_id} if conference.chair_account_id else {}
    duties.raise_duties(
        work,
        duties=[
            NewDuty(
                kind=DutyKind.MINUTES_APPROVAL,
                subject_kind="minutes",
                subject_id=minutes.id,
                due_at=clocks.minutes_approval_due_at,
                rule="clock.minutes_approval",
                owed_by_role=None if to_chair else "chair",
                conference_id=conference.id,
                **to_chair,
            ),
            NewDuty(
                kind=DutyKind.MINUTES_ISSUE,
                subject_kind="minutes",
                subject_id=minutes.id,
                due_at=clocks.minutes_out_at,
                rule="clock.minutes_out",
                owed_by_role="coordinator",
                conference_id=conference.id,
            ),
        ],
        policy_version_id=conference.policy_version_id,
        extra_holidays=holidays,
    )


def amend(work: UnitOfWork, *, conference_id: uuid.UUID, listing_id: uuid.UUID | None, part: str, words: str) -> None:
    """Change one part of the draft: of one case, or the other business of the whole (no listing). Every change is in the trail.

    Raises NotAllowed, NotFound, Invalid, Conflict once approved.
    """
    work.require(Permission.MINUTES_DRAFT)
    minutes = policy.reach_latest(work, conference_id, lock=True)
    if minutes.state != "draft":
        raise Conflict("The minutes are approved. Ask the chair to take the approval back first.")
    if len(words) > LONGEST:
        raise Invalid.field("words", f"Use {LONGEST:,} characters or fewer.")
    work.keys.load([minutes.key_id])
    body = minutes.body.open(work.keys) or {}
    if listing_id is None:
        body["other_business"] = words.strip()
    else:
        case = next((one for one in body["cases"] if one["listing_id"] == str(listing_id)), None)
        case_policy.reach(work, uuid.UUID(case["case_id"]) if case else listing_id, act="minutes:amend")
        if case is None:
            raise NotFound
        if part not in AMENDABLE:
            raise Invalid.field("part", "That part is kept as it was recorded at the table.")
        case[part] = words.strip()
    minutes.body.seal(work.keys, body)
    work.note("minutes:amend", "minutes", minutes.id, reason=part)


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
    """Take the approval back before the minutes are issued, so that they can be amended. Raises NotAllowed, NotFound, Conflict."""
    work.require(Permission.MINUTES_APPROVE)
    minutes = policy.reach_latest(work, conference_id, lock=True)
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
    with _whole_truth(work):
        listed = rounds.listings(work, conference_id=conference_id, states=MINUTED)
    asked = disclosure_queries.listed_to(work, subject_ids=[listing.id for listing in listed])
    answers = disclosures.disclose_listed_cases(
        work,
        stage=Stage.MINUTES,
        listed=[
            ListedCase(case_id=listing.case.id, subject_id=minutes.id, routes=listing.routes, victim_under_16=False)
            for listing in listed
        ],
        to_agency_ids={agency_id for _, agency_id in asked},
        asked=asked,
        confidentiality_accepted_by=rounds.agencies_bound_to_confidentiality(work, conference_id=conference_id),
        policy_version_id=conference.policy_version_id,
    )
    minutes.state = "issued"
    minutes.issued_at = work.now
    agencies = sorted({answer.agency_id for answer in answers if answer.allowed})
    for agency_id in agencies:
        work.session.add(
            MinutesCopy(
                id=uuid.uuid4(),
                partnership_id=work.partnership_id,
                minutes_id=minutes.id,
                agency_id=agency_id,
                issued_at=work.now,
            )
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
        for answer in answers
        if answer.allowed
    )
    duties.meet(work, kind=DutyKind.MINUTES_ISSUE, subject_id=minutes.id)
    work.note("minutes:issue", "minutes", minutes.id)
    work.record(
        events.MinutesIssued(partnership_id=work.partnership_id, conference_id=conference_id, minutes_id=minutes.id)
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
    minutes = policy.reach_latest(work, conference_id)
    copy = policy.reach_copy(work, minutes)
    if copy.opened_at is None:
        copy.opened_at = work.now
        copy.opened_by_account_id = work.actor.account_id
    work.note("minutes:open", "minutes", minutes.id)
    return queries.copy_record(work, minutes, copy)


def recall(work: UnitOfWork, *, conference_id: uuid.UUID, agency_ids: Sequence[uuid.UUID] = ()) -> int:
    """Call back the copies that nobody has opened. What was read stays read. Returns how many. Raises NotAllowed, NotFound."""
    work.require(Permission.MINUTES_DRAFT)
    minutes = policy.reach_latest(work, conference_id, lock=True)
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
