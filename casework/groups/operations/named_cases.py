"""A named case at a meeting, where the partnership has switched that on: decided for each agency, heard by those who may (G7)."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from casework.access.permissions import Permission
from casework.accounts import queries as accounts
from casework.agencies import queries as agencies
from casework.cases.models import Case
from casework.consent import operations as consent
from casework.consent.rules import Category
from casework.errors import Conflict, FieldError, Invalid, NotAllowed, NotFound
from casework.groups import policy, queries, rules
from casework.groups.models import GroupAttendance, GroupClearance, GroupMeeting, GroupNamedCase, GroupRoom
from casework.groups.operations.writing import require_not_issued
from casework.groups.queries.named import may_hear_all, require_what_is_told
from casework.sharing import operations as sharing
from casework.sharing.queries import Declared
from casework.sharing.queries.facts import Decided, declared_from
from casework.sharing.queries.records import person_of
from casework.work import UnitOfWork
from casework.youth import policy as youth


class NoNamedCases(Conflict):
    """The partnership has not switched named-case meetings on for that day."""

    message = (
        "This group hears no named cases on that day. About one young person, use a contact with one other agency."
    )


def bring_case(
    work: UnitOfWork, *, meeting_id: uuid.UUID, case_id: uuid.UUID, categories: Collection[Category], declared: Declared
) -> uuid.UUID:
    """Put a young person's case on a meeting's agenda, and decide for every member agency whether it may hear it.

    Only where local policy says so on the day of the meeting, and by who holds the whole file. Raises NotAllowed, NotFound,
    NoNamedCases, Conflict for a case that is on it already, Invalid.
    """
    group, meeting = policy.reach_meeting(work, meeting_id, lock=True)
    require_not_issued(meeting)
    _require_mode(work, meeting)
    youth.reach_to_write(work, case_id, act="group:bring_case")
    require_what_is_told(categories, declared)
    if work.actor.agency_id is None or work.actor.account_id is None:
        raise NotAllowed(code="role")
    if work.session.scalar(
        select(GroupNamedCase.id).where(GroupNamedCase.meeting_id == meeting_id, GroupNamedCase.case_id == case_id)
    ):
        raise Conflict("This case is on the agenda already.")
    case = work.session.get_one(Case, case_id)
    row = GroupNamedCase(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        meeting_id=meeting_id,
        case_id=case_id,
        agency_id=work.actor.agency_id,
        account_id=work.actor.account_id,
        brought_at=work.now,
        key_id=case.key_id,
    )
    told = {"categories": sorted(one.value for one in categories), "declared": declared.as_document(work.now)}
    row.declared.seal(work.keys, told)
    work.session.add(row)
    work.session.flush()  # the case first: its clearances refer to it
    for agency_id in queries.members_of(work, group_id=group.id):
        _clear(work, row, agency_id)
    work.note("group:bring_case", "case", case_id)
    return row.id


def hear_case(work: UnitOfWork, *, named_case_id: uuid.UUID, in_room: Collection[uuid.UUID]) -> None:
    """Record that a named case is heard, and who is in the room: nobody of an agency that may not hear it (G7).

    Decided again for each agency that attends, on what holds now and behind the lock of every answer, and kept as an act: what an
    agency in the room was told, and that one that was asked to leave was told nothing. Those who may not hear it are named in the
    mistake, so that they can be asked to leave, like anybody who is shut out of the case; who had left is recorded too.
    Raises NotAllowed, NotFound, NoNamedCases, Conflict, Invalid.
    """
    work.require(Permission.GROUP_LEAD)
    row = work.session.scalar(select(GroupNamedCase).where(GroupNamedCase.id == named_case_id).with_for_update())
    if row is None:
        raise NotFound
    _, meeting = policy.reach_meeting(work, row.meeting_id, lead=True, lock=True)
    if row.id not in {one.id for one in queries.named_cases(work, meeting_id=meeting.id)}:
        raise NotFound  # the chair is shut out of it
    require_not_issued(meeting)
    _require_mode(work, meeting)
    if row.heard_at is not None:
        raise Conflict("This case has been heard.")
    there = dict(
        work.session.execute(
            select(GroupAttendance.account_id, GroupAttendance.agency_id).where(
                GroupAttendance.meeting_id == meeting.id, GroupAttendance.state == rules.Attendance.PRESENT.value
            )
        ).all()
    )
    if not in_room or not set(in_room) <= set(there):
        raise Invalid.field("in_room", "Choose from those who are at the meeting.")
    case = work.session.get_one(Case, row.case_id)
    person_id = person_of(work, case.id)
    consent.lock_answers(work, person_id=person_id)
    decided = {agency_id: _clear(work, row, agency_id) for agency_id in sorted(set(there.values()))}
    leaving = {there[one] for one in in_room} - {agency_id for agency_id, one in decided.items() if one.may_hear}
    if leaving:
        names = ", ".join(sorted(agencies.agency_names(work, leaving).values()))
        raise Invalid([FieldError("in_room", f"Ask these agencies to leave for this case: {names}.")])
    if shut_out := set(in_room) & queries.who_must_leave(work, named_case_id=row.id, attending=there):
        people = accounts.account_names(work, shut_out)
        names = ", ".join(sorted(one.name for one in people.values()))
        raise Invalid([FieldError("in_room", f"Ask these people to leave for this case: {names}.")])
    work.session.add_all(
        GroupRoom(
            id=uuid.uuid4(),
            partnership_id=work.partnership_id,
            named_case_id=row.id,
            account_id=account_id,
            agency_id=agency_id,
            was_in=account_id in set(in_room),
            recorded_at=work.now,
        )
        for account_id, agency_id in sorted(there.items())
    )
    _keep_acts(work, row, case, person_id, decided, hearing={there[one] for one in in_room})
    row.heard_at = work.now
    work.note("group:hear_case", "case", row.case_id)


def _require_mode(work: UnitOfWork, meeting: GroupMeeting) -> None:
    if queries.mode_on(work, group_id=meeting.group_id, day=meeting.meets_on) is not rules.Mode.NAMED_CASE:
        raise NoNamedCases


@dataclass(frozen=True, slots=True)
class _Clearance:
    """Whether one agency may hear a case; and, but for the agency that brings it, the decision, and what was declared for it."""

    may_hear: bool
    decision_id: uuid.UUID | None = None
    found: Decided | None = None
    declared: Declared | None = None


def _clear(work: UnitOfWork, row: GroupNamedCase, agency_id: uuid.UUID) -> _Clearance:
    """Decide whether one agency may hear all that is to be told, keep the decision, and return it."""
    is_own = agency_id == row.agency_id
    clearance = _Clearance(may_hear=True) if is_own else _decide(work, row, agency_id)
    work.session.flush()  # the decision first: the clearance cites it
    fresh = insert(GroupClearance)
    work.session.execute(
        fresh.on_conflict_do_update(
            index_elements=["named_case_id", "agency_id"],
            set_={name: getattr(fresh.excluded, name) for name in ("may_hear", "decision_id", "decided_at")},
        ),
        [
            {
                "id": uuid.uuid4(),
                "partnership_id": work.partnership_id,
                "named_case_id": row.id,
                "agency_id": agency_id,
                "is_own": is_own,
                "may_hear": clearance.may_hear,
                "decision_id": clearance.decision_id,
                "decided_at": work.now,
            }
        ],
    )
    return clearance


def _decide(work: UnitOfWork, row: GroupNamedCase, agency_id: uuid.UUID) -> _Clearance:
    told = row.declared.open(work.keys) or {}
    categories = [Category(one) for one in told["categories"]]
    declared = declared_from(told["declared"])
    decision_id, found = sharing.decide_beforehand(
        work,
        case=work.session.get_one(Case, row.case_id),
        from_agency_id=row.agency_id,
        to_agency_id=agency_id,
        categories=categories,
        declared=declared,
    )
    return _Clearance(may_hear_all(found, categories, declared), decision_id, found, declared)


def _keep_acts(
    work: UnitOfWork,
    row: GroupNamedCase,
    case: Case,
    person_id: uuid.UUID,
    decided: Mapping[uuid.UUID, _Clearance],
    *,
    hearing: Collection[uuid.UUID],
) -> None:
    """Keep what each other agency was told, or was not. One that may hear it and has nobody in the room was not concerned."""
    for agency_id, one in decided.items():
        if one.found is None or one.declared is None or one.decision_id is None:
            continue
        if one.may_hear and agency_id not in hearing:
            continue
        sharing.act_in_room(
            work,
            case=case,
            person_id=person_id,
            found=one.found,
            declared=one.declared,
            decision_id=one.decision_id,
            subject_id=row.id,
            from_agency_id=row.agency_id,
            by_account_id=row.account_id,
            to_agency_id=agency_id,
            was_shared=one.may_hear,
        )
