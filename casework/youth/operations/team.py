"""The team around the young person: agencies join within the agreement's scope, and exactly one of them leads."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from casework.access.permissions import Role
from casework.accounts import queries as accounts
from casework.cases import operations as cases
from casework.cases import queries as case_queries
from casework.cases.rules import StandingKind
from casework.clock import london_date
from casework.consent import operations as consent
from casework.consent.rules.facts import Category
from casework.consent.rules.standing import ReviewBecause
from casework.duties.rules import DutyKind
from casework.errors import Conflict, Invalid, NotFound
from casework.partnerships import queries as partnerships
from casework.work import UnitOfWork
from casework.youth import events, policy, rules
from casework.youth.models import TeamMember, YouthCase
from casework.youth.operations import steps
from casework.youth.operations.telling import decide_telling, keep_telling, require_telling
from casework.youth.queries.agreement import standing_of

PRACTITIONERS = frozenset({Role.YOUTH_WORKER, Role.YOUTH_MANAGER, Role.SAFEGUARDING_LEAD})
WITH_A_TEAM = frozenset({rules.Stage.TEAM_FORMING, rules.Stage.PLAN_ACTIVE, rules.Stage.REVIEWING})


def invite(
    work: UnitOfWork,
    *,
    case_id: uuid.UUID,
    agency_id: uuid.UUID,
    account_id: uuid.UUID | None = None,
    reaches_abuser: bool | None = None,
) -> uuid.UUID:
    """Take an agency, by its practitioner, on to the team: only one that the young person agreed may know. Returns the place's id.

    That they learn who it is about is decided and kept as an act of sharing, a no as an act of not sharing; `reaches_abuser` is
    declared for it.
    An agency that joins a plan under way for the first time has the agreement gone through again. Raises NotFound, NotAllowed,
    Conflict before a team can form, Invalid for an agency outside the agreement or a person not of it.
    """
    row = policy.reach_to_write(work, case_id, act="youth:invite")
    _require_team(row)
    _require_practitioner(work, row, agency_id, account_id)
    if _place_of(work, row, agency_id, account_id) is not None:
        raise Conflict("They are on the team already.")
    told = decide_telling(
        work,
        row,
        agency_id=agency_id,
        account_id=account_id,
        categories=[Category.BASIC],
        reaches_abuser=reaches_abuser,
    )
    _require_scope(work, row, agency_id, Category.BASIC)
    require_telling(told)
    if row.stage in (rules.Stage.PLAN_ACTIVE, rules.Stage.REVIEWING) and not _was_there(work, row, agency_id):
        consent.force_review(work, case_id=row.case_id, because=ReviewBecause.NEW_AGENCY)
    member = _take_on(work, row, agency_id, account_id, rules.TeamPart.MEMBER)
    keep_telling(work, row, member, told)
    return member.id


def appoint_lead(
    work: UnitOfWork, *, case_id: uuid.UUID, account_id: uuid.UUID, wishes: str, reaches_abuser: bool | None = None
) -> None:
    """Make one of the team the lead professional, with what the young person and family wish. There is one at a time.

    The lead holds the file and sees the whole of it: one of another agency needs an agreement that lets the full assessment be
    told there, and the telling is kept as an act of sharing. Whoever led or held it before stays on the team and sees their
    part. Raises NotFound, NotAllowed, Invalid, Conflict.
    """
    row = policy.reach_to_write(work, case_id, act="youth:appoint_lead")
    _require_team(row)
    if not wishes.strip():
        raise Invalid.field("wishes", "Write whom the young person and family would like, and why.")
    person = accounts.account_names(work, [account_id]).get(account_id)
    agency_id = person.agency_id if person else None
    if agency_id is None:
        raise Invalid.field("account", "Choose somebody of the team.")
    _require_practitioner(work, row, agency_id, account_id)
    told = decide_telling(
        work,
        row,
        agency_id=agency_id,
        account_id=account_id,
        categories=[Category.BASIC, Category.FULL_ASSESSMENT],
        reaches_abuser=reaches_abuser,
    )
    _require_scope(work, row, agency_id, Category.FULL_ASSESSMENT)
    require_telling(told)
    before = row.holder_account_id
    for member in _present(work, row):
        if member.part == rules.TeamPart.LEAD or member.account_id == account_id:
            _end(work, member)
    cases.end_standing(work, source_id=row.id, case_id=row.case_id, kind=StandingKind.CASE_HOLDER.value)
    work.session.flush()  # the place of the former lead ends before that of the new one begins
    keep_telling(work, row, _take_on(work, row, agency_id, account_id, rules.TeamPart.LEAD), told)
    row.holder_account_id = account_id
    if before != account_id:
        former = accounts.account_names(work, [before]).get(before)
        if former and former.agency_id and _place_of(work, row, former.agency_id, before) is None:
            _take_on(work, row, former.agency_id, before, rules.TeamPart.MEMBER)
        _hand_over_duties(work, row)
    steps.keep(work, row, rules.Event.LEAD_APPOINTED, words=wishes)


def leave_team(work: UnitOfWork, *, member_id: uuid.UUID, words: str) -> None:
    """End a place on the team. The lead leaves by the appointment of another. Raises NotFound, NotAllowed, Conflict, Invalid."""
    member = work.session.get(TeamMember, member_id)
    row = policy.reach_to_write(work, member.case_id if member else member_id, act="youth:leave_team")
    if member is None:
        raise NotFound
    if member.until_at is not None:
        raise Conflict("They have left the team already.")
    if member.part == rules.TeamPart.LEAD:
        raise Conflict("Appoint another lead professional first.")
    if not words.strip():
        raise Invalid.field("words", "Write why they leave.")
    _end(work, member)
    steps.keep(work, row, rules.Event.TEAM_LEFT, words=words)
    _tell(work, row, member, is_on_team=False)


def hand_file_to(work: UnitOfWork, row: YouthCase, account_id: uuid.UUID) -> None:
    """Give the file to another practitioner of the agency that keeps it; the places on the former team end. Raises Invalid."""
    _require_practitioner(work, row, row.agency_id, account_id)
    for member in _present(work, row):
        _end(work, member)
    cases.end_standing(work, source_id=row.id, case_id=row.case_id, kind=StandingKind.CASE_HOLDER.value)
    row.holder_account_id = account_id
    cases.give_standing(
        work,
        case_ids=[row.case_id],
        source_ids=[row.id],
        kind=StandingKind.CASE_HOLDER,
        account_ids=[account_id],
    )


def _require_team(row: YouthCase) -> None:
    if rules.Stage(row.stage) not in WITH_A_TEAM:
        raise Conflict("A team forms when there is an agreement and the assessment is complete.")


def _require_scope(work: UnitOfWork, row: YouthCase, agency_id: uuid.UUID, category: Category) -> None:
    if agency_id == row.agency_id:
        return
    if not partnerships.signed_agencies(work, on=london_date(work.now), agency_ids=[agency_id]):
        raise Invalid.field("agency", "Choose a member agency that has signed the protocol.")
    standing = standing_of(work, row)
    if not standing.reaches(agency_id, category):
        raise Invalid.field(
            "agency", "The agreement does not let this agency be told that. Ask the young person first."
        )


def _require_practitioner(work: UnitOfWork, row: YouthCase, agency_id: uuid.UUID, account_id: uuid.UUID | None) -> None:
    blocked = case_queries.blocked_accounts(work, case_ids=[row.case_id], at=work.now).get(row.case_id, set())
    if {agency_id, account_id} & blocked:
        # The same words as for somebody unsuitable: why they are shut out is nobody's business here.
        raise Invalid.field("account", "Choose somebody else.")
    if account_id is None:
        return
    if account_id not in accounts.accounts_with_role(work, roles=PRACTITIONERS, agency_id=agency_id):
        raise Invalid.field("account", "Choose a practitioner of that agency who works in youth support.")


def _present(work: UnitOfWork, row: YouthCase) -> list[TeamMember]:
    query = select(TeamMember).where(TeamMember.case_id == row.case_id, TeamMember.until_at.is_(None))
    return list(work.session.scalars(query.order_by(TeamMember.from_at, TeamMember.id)))


def _was_there(work: UnitOfWork, row: YouthCase, agency_id: uuid.UUID) -> bool:
    if agency_id == row.agency_id:
        return True
    query = select(TeamMember.id).where(TeamMember.case_id == row.case_id, TeamMember.agency_id == agency_id)
    return work.session.scalar(query.limit(1)) is not None


def _place_of(
    work: UnitOfWork, row: YouthCase, agency_id: uuid.UUID, account_id: uuid.UUID | None
) -> TeamMember | None:
    for member in _present(work, row):
        if (member.agency_id, member.account_id) == (agency_id, account_id):
            return member
    return None


def _take_on(
    work: UnitOfWork, row: YouthCase, agency_id: uuid.UUID, account_id: uuid.UUID | None, part: rules.TeamPart
) -> TeamMember:
    member = TeamMember(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        case_id=row.case_id,
        agency_id=agency_id,
        account_id=account_id,
        part=part.value,
        from_at=work.now,
        invited_by_account_id=work.actor.account_id,
    )
    work.session.add(member)
    work.session.flush()  # the place first: the standing names it
    if account_id is not None:
        is_lead = part is rules.TeamPart.LEAD
        cases.give_standing(
            work,
            case_ids=[row.case_id],
            source_ids=[member.id],
            kind=StandingKind.LEAD_PROFESSIONAL if is_lead else StandingKind.TEAM_MEMBER,
            account_ids=[account_id],
        )
    if part is rules.TeamPart.MEMBER:
        steps.keep(work, row, rules.Event.TEAM_JOINED)
    _tell(work, row, member, is_on_team=True)
    return member


def _end(work: UnitOfWork, member: TeamMember) -> None:
    member.until_at = work.now
    cases.end_standing(work, source_id=member.id)


def _tell(work: UnitOfWork, row: YouthCase, member: TeamMember, *, is_on_team: bool) -> None:
    work.record(
        events.TeamChanged(
            partnership_id=work.partnership_id,
            case_id=row.case_id,
            agency_id=member.agency_id,
            part=member.part,
            is_on_team=is_on_team,
        )
    )


def _hand_over_duties(work: UnitOfWork, row: YouthCase) -> None:
    """Owe the review anew: what the former holder owed about the file, the new one owes."""
    if row.review_on is not None:
        steps.owe(work, row, DutyKind.PLAN_REVIEW, by=row.review_on)
