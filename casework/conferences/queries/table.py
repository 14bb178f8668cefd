"""The table: one case as it is heard, what was recorded in a round, who is in the room, and who is told of what."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, Exists, Uuid, bindparam, exists, select

from casework.access.actors import Actor
from casework.access.permissions import Permission
from casework.accounts import queries as accounts
from casework.cases import policy as case_policy
from casework.cases import queries as cases
from casework.cases.models import Case, Confidentiality
from casework.cases.queries import PersonInCase
from casework.conferences import policy
from casework.conferences.models import Attendance, Conference, Listing, Marac
from casework.conferences.queries.board import Board, ListingRecord, Numbering, boards, listing_from
from casework.conferences.queries.calendar import ConferenceRecord, conference_from
from casework.disclosures import queries as disclosures
from casework.errors import NotAllowed, NotFound
from casework.work import UnitOfWork


class StatementNotAccepted(NotAllowed):
    """The reader may see the case, and has not accepted the statement of the round that hears it."""

    message = "Accept the confidentiality statement first."

    def __init__(self, conference_id: uuid.UUID) -> None:
        super().__init__(code="confidentiality")
        self.conference_id = conference_id


@dataclass(frozen=True, slots=True)
class HearingRecord:
    """One case at the table: its listing, its people, and what has been recorded so far (docs: operations.Hearing).

    `agenda` is the round's board, for the way to the case before and the one after.
    """

    listing: ListingRecord
    conference: ConferenceRecord
    people: tuple[PersonInCase, ...]
    recorded: dict[str, Any]
    agenda: Board


def hearing(work: UnitOfWork, *, listing_id: uuid.UUID, and_keys: Iterable[uuid.UUID] = ()) -> HearingRecord:
    """Return one case at the table, opened, and note the view. Raises NotFound, the same for a hidden and a missing case.

    Who may see the case from before, by an action of an earlier plan, has accepted another round's statement: raises
    StatementNotAccepted until this round's is accepted too. Who sees every case is not held up.

    Four queries, the keys included; they open the case's own records too. `and_keys` are keys of other records that the caller
    is about to open.
    """
    found = work.session.execute(
        select(Listing, Case, Conference, Marac, _accepted_by(work.actor))
        .join(Case, Case.id == Listing.case_id)
        .join(Conference, Conference.id == Listing.conference_id)
        .join(Marac, Marac.id == Conference.marac_id)
        .where(Listing.id == listing_id, case_policy.may_see(work.actor, work.now))
    ).first()
    if found is None:
        policy.reach_listing(work, listing_id)  # refuses, and notes why
        raise NotFound
    row, case, conference, marac, has_accepted = found
    if not has_accepted and not work.actor.has(Permission.CASE_VIEW_ALL):
        work.refuse(act="hearing:view", code="confidentiality", subject_kind="case", subject_id=case.id)
        raise StatementNotAccepted(conference.id)
    people = cases.people_of(work, case_ids=[case.id], and_keys=[row.key_id, *and_keys])[case.id]
    agenda = boards(work, conference_ids=[conference.id])[conference.id]
    work.note_view("hearing:view", "case", case.id)
    here = next((one.position for one in agenda.places if one.id == row.id), None)
    return HearingRecord(
        listing=replace(listing_from(row, cases.line_of(case, people), Numbering(())), position=here),
        conference=conference_from(conference, marac),
        people=people,
        recorded=row.hearing.open(work.keys) or {},
        agenda=agenda,
    )


@dataclass(frozen=True, slots=True)
class AgendaRecord:
    """A round's list as far as the reader may see it: the board, and victim and perpetrators of each case by its id.

    `has_accepted` says whether the reader has accepted the round's confidentiality statement.
    """

    conference: ConferenceRecord
    board: Board
    people: Mapping[uuid.UUID, tuple[PersonInCase, ...]]
    has_accepted: bool


def agenda(work: UnitOfWork, *, conference_id: uuid.UUID) -> AgendaRecord:
    """Return a round with its list, people opened, and note the view of each case. Four queries. Raises NotAllowed, NotFound."""
    conference, has_accepted = round_and_word(work, conference_id=conference_id)
    board = boards(work, conference_ids=[conference_id])[conference_id]
    case_ids = [one.case_id for one in board.places]
    for case_id in case_ids:
        work.note_view("case:view_line", "case", case_id)
    people = cases.people_of(work, case_ids=case_ids, parts=cases.IN_A_LINE) if case_ids else {}
    return AgendaRecord(conference, board, people, has_accepted)


def round_and_word(work: UnitOfWork, *, conference_id: uuid.UUID) -> tuple[ConferenceRecord, bool]:
    """Return a round and whether the reader has accepted its statement, in one query. Raises NotAllowed, NotFound."""
    work.require(Permission.CONFERENCE_VIEW)
    found = work.rows(_round_and_word, conference_id=conference_id)
    if not found:
        raise NotFound
    conference, marac, has_accepted = found[0]
    return conference_from(conference, marac), has_accepted


def _round_and_word(actor: Actor, _now: datetime) -> Executable:
    return (
        select(Conference, Marac, _accepted_by(actor))
        .join(Marac, Marac.id == Conference.marac_id)
        .where(Conference.id == bindparam("conference_id", type_=Uuid))
    )


def _accepted_by(actor: Actor) -> Exists:
    return exists().where(
        Confidentiality.conference_id == Conference.id, Confidentiality.account_id == actor.account_id
    )


def recorded_in_round(work: UnitOfWork, *, conference_id: uuid.UUID) -> dict[uuid.UUID, dict[str, Any]]:
    """Return what was recorded of each listing of a round, for the minutes; only of cases that the reader may see."""
    rows = work.session.scalars(select(Listing).where(Listing.conference_id == conference_id)).all()
    seen = cases.visible_ids(work, case_ids=[row.case_id for row in rows])
    work.keys.load({row.key_id for row in rows if row.case_id in seen})
    for row in rows:
        if row.case_id in seen:
            work.note_view("hearing:view", "case", row.case_id)
    return {row.id: row.hearing.open(work.keys) or {} for row in rows if row.case_id in seen}


@dataclass(frozen=True, slots=True)
class AttendanceRecord:
    """Whether somebody was at the sitting, for whom, and whether they accepted confidentiality."""

    account_id: uuid.UUID
    agency_id: uuid.UUID | None
    state: str
    deputises_for_account_id: uuid.UUID | None


def attendance(work: UnitOfWork, *, conference_id: uuid.UUID) -> tuple[AttendanceRecord, ...]:
    """Return who is noted for a sitting, nobody for one that is not there. Raises NotAllowed without the permission to see rounds."""
    work.require(Permission.CONFERENCE_VIEW)
    rows = work.rows(_attendance, conference_id=conference_id)
    return tuple(
        AttendanceRecord(row.account_id, row.agency_id, row.state, row.deputises_for_account_id) for row in rows
    )


def _attendance(_actor: Actor, _now: datetime) -> Executable:
    return (
        select(Attendance.account_id, Attendance.agency_id, Attendance.state, Attendance.deputises_for_account_id)
        .where(Attendance.conference_id == bindparam("conference_id", type_=Uuid))
        .order_by(Attendance.recorded_at, Attendance.id)
    )


def agencies_bound_to_confidentiality(work: UnitOfWork, *, conference_id: uuid.UUID) -> set[uuid.UUID]:
    """Return the agencies of which at least one person accepted the round's confidentiality statement."""
    accepted = cases.accepted_confidentiality(work, conference_id=conference_id)
    return {name.agency_id for name in accounts.account_names(work, accepted).values() if name.agency_id is not None}


def people_on_the_list(work: UnitOfWork, *, conference_id: uuid.UUID) -> list[uuid.UUID]:
    """Return the accounts of those who speak for an agency that this round's list went to, in a fixed order. For mail and duties.

    Somebody who is blocked from every case that went to their agency has no list, and so is not there.
    """
    ids = work.session.scalars(select(Listing.id).where(Listing.conference_id == conference_id)).all()
    return people_told_of(work, disclosures.listed_to(work, subject_ids=ids))


def people_told_of(work: UnitOfWork, told: Collection[tuple[uuid.UUID, uuid.UUID]]) -> list[uuid.UUID]:
    """Return the accounts that hear of at least one of these (case, agency) pairs, without those blocked from all of theirs."""
    blocked = cases.blocked_accounts(work, case_ids={case_id for case_id, _ in told}, at=work.now)
    of_agency: dict[uuid.UUID, list[set[uuid.UUID]]] = defaultdict(list)
    for case_id, agency_id in told:
        shut_out = blocked.get(case_id, set())
        if agency_id not in shut_out:
            of_agency[agency_id].append(shut_out)
    return [
        account_id
        for agency_id in sorted(of_agency)
        for account_id in accounts.representatives_of(work, agency_id)
        if any(account_id not in shut_out for shut_out in of_agency[agency_id])
    ]
