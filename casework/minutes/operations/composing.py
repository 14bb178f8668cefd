"""The body of minutes, composed from what was recorded before, at and since the sitting: nothing is typed twice."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from casework.accounts import queries as accounts
from casework.actions import queries as actions
from casework.agencies import queries as agencies
from casework.cases.models import Case, Flag
from casework.clock import london_date
from casework.conferences import queries as rounds
from casework.conferences.queries import ConferenceRecord, ListingRecord
from casework.conferences.rules import ListingState, RoundState
from casework.minutes import rules
from casework.research import queries as research
from casework.research.queries import SharedAnswer
from casework.work import UnitOfWork

SAT = (RoundState.SITTING, RoundState.MINUTES_DRAFT, RoundState.APPROVED, RoundState.ISSUED, RoundState.FROZEN)
MINUTED = (ListingState.HEARD, ListingState.DEFERRED)
SAID = (
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


def compose(work: UnitOfWork, conference: ConferenceRecord) -> dict[str, Any]:
    """Return the body of the minutes: the sitting, who was there, unfinished actions and, case by case, what was said.

    Each part keeps the agency that it came from. Names of people and agencies stay as they were on the day.
    """
    listed = rounds.listings(work, conference_id=conference.id, states=MINUTED)
    answers = research.shared_about(work, conference_id=conference.id, case_ids=[listing.case.id for listing in listed])
    recorded = rounds.recorded_in_round(work, conference_id=conference.id)
    agreed = actions.actions_of_round(work, conference_id=conference.id)
    named = {str(one.id): one.name for one in agencies.agencies(work)}
    return {
        **_the_sitting(work, conference, answers, named),
        "agencies": named,
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
                "routes": list(listing.routes),
                "is_repeat": listing.is_repeat,
                "is_heard": listing.state == ListingState.HEARD,
                **{part: recorded.get(listing.id, {}).get(part) for part in SAID},
                "information": [
                    {"agency_id": str(one.agency_id), "state": one.state, **one.answer}
                    for one in sorted(
                        answers.get(listing.case.id, ()), key=lambda one: named.get(str(one.agency_id), "")
                    )
                ],
                "actions": [
                    {"owner_agency_id": str(one.owner_agency_id), "what": one.what, "due_on": one.due_on.isoformat()}
                    for one in agreed
                    if one.listing_id == listing.id
                ],
            }
            for listing in listed
        ],
        "lapsed": _lapsed(work, conference),
        rules.OTHER_BUSINESS: "",
    }


def _the_sitting(
    work: UnitOfWork,
    conference: ConferenceRecord,
    answers: Mapping[uuid.UUID, Sequence[SharedAnswer]],
    named: Mapping[str, str],
) -> dict[str, Any]:
    """The day, the place and who was there, by agency. Apologies say when the agency's information came instead."""
    there = rounds.attendance(work, conference_id=conference.id)
    people = [account for one in there for account in (one.account_id, one.deputises_for_account_id)]
    names = accounts.account_names(work, [*people, conference.chair_account_id])
    sent: dict[uuid.UUID, str] = {}
    for one in (one for about in answers.values() for one in about):
        if one.answered_at is not None:
            day = london_date(one.answered_at).isoformat()
            sent[one.agency_id] = max(day, sent.get(one.agency_id, ""))

    def name(account_id: uuid.UUID | None) -> str | None:
        found = names.get(account_id) if account_id else None
        return found.name if found else None

    return {
        "sitting": {
            "marac": conference.marac.name,
            "sits_at": conference.sits_at.isoformat(),
            "venue": conference.marac.venue,
            "chair": name(conference.chair_account_id),
        },
        "attendance": [
            {
                "account_id": str(one.account_id),
                "name": name(one.account_id) or "",
                "agency_id": str(one.agency_id) if one.agency_id else None,
                "state": one.state,
                "deputises_for": name(one.deputises_for_account_id),
                "information_sent_on": sent.get(one.agency_id) if one.agency_id else None,
            }
            for one in sorted(there, key=lambda one: (named.get(str(one.agency_id), ""), name(one.account_id) or ""))
        ],
    }


def _lapsed(work: UnitOfWork, conference: ConferenceRecord) -> list[dict[str, Any]]:
    """The cases of this MARAC whose twelve months have passed since it last sat, with the agencies whose flags lapsed.

    SafeLives' agenda has them after the cases. One that a new referral renewed is not among them.
    """
    before = rounds.conferences(
        work, marac_id=conference.marac.id, states=SAT, until_at=conference.sits_at, latest_first=True, limit=1
    )
    standing = aliased(Flag)
    query = (
        select(Case.id, Case.number, Flag.agency_id)
        .join(Flag, Flag.case_id == Case.id)
        .where(
            Case.marac_id == conference.marac.id,
            Flag.end_reason == "lapsed",
            Flag.lapsed_at <= conference.sits_at,
            ~exists().where(standing.case_id == Case.id, standing.lapsed_at.is_(None)),
        )
        .order_by(Case.number, Flag.agency_id)
    )
    if before:
        query = query.where(Flag.lapsed_at > before[0].sits_at)
    found: dict[str, dict[str, Any]] = {}
    for case_id, number, agency_id in work.session.execute(query):
        one = found.setdefault(number, {"case_id": str(case_id), "case_number": number, "agency_ids": []})
        one["agency_ids"].append(str(agency_id))
    return list(found.values())


def _who(listing: ListingRecord) -> str:
    victim = listing.case.victim.name if listing.case.victim else None
    return rules.who_it_is_about(victim, [person.name for person in listing.case.perpetrators], listing.case.children)
