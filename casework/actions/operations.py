"""Writes of actions: agreeing one at the table, taking it back, reporting what became of it; and what follows a sitting."""

from __future__ import annotations

import uuid
from datetime import date

from sqlalchemy import func, select

from casework.access.permissions import Permission
from casework.actions import events, policy, rules
from casework.actions.models import Action
from casework.cases import operations as cases
from casework.cases import policy as case_policy
from casework.cases.models import Case
from casework.cases.rules import CaseState, StandingKind, flag_lapses_on
from casework.clock import add_working_days, deadline, london_date
from casework.conferences import operations as conferences
from casework.conferences import rules as rounds
from casework.conferences.models import Conference, Listing
from casework.disclosures.models import Disclosure
from casework.duties import operations as duties
from casework.duties.operations import NewDuty
from casework.duties.rules import DutyKind, DutyState
from casework.errors import FieldError, Invalid, NotFound
from casework.partnerships import queries as partnerships
from casework.work import UnitOfWork

LONGEST = 2000


def agree(
    work: UnitOfWork, *, listing_id: uuid.UUID, owner_agency_id: uuid.UUID | None, what: str, by_when: date | None
) -> uuid.UUID:
    """Write down an action agreed at the hearing of a case: owner agency, what, by when, all three.

    The owner agency stands in the case from now on, and owes a report by the day or before the next sitting, whichever is
    later. Returns the action's id. Raises NotAllowed, NotFound, Invalid, Conflict outside the sitting.
    """
    work.require(Permission.ACTION_AGREE)
    today = london_date(work.now)
    wrong = rules.what_is_wrong(owner_agency_id, what, by_when, today)
    if len(what) > LONGEST:
        wrong.append(FieldError("what", f"Use {LONGEST:,} characters or fewer."))
    # Whoever has not signed could never open the case, nor read what they are to do.
    if owner_agency_id is not None and not partnerships.signed_agencies(work, agency_ids=[owner_agency_id], on=today):
        wrong.append(FieldError("owner_agency", "Choose a member agency that has signed the protocol."))
    if wrong or owner_agency_id is None or by_when is None:
        raise Invalid(wrong)
    listing = conferences.count_action(work, listing_id=listing_id, by=1)
    conference = work.session.get_one(Conference, listing.conference_id)
    action = Action(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        case_id=listing.case_id,
        listing_id=listing.id,
        conference_id=listing.conference_id,
        owner_agency_id=owner_agency_id,
        due_on=by_when,
        state=rules.ActionState.AGREED.value,
        agreed_at=work.now,
        agreed_by_account_id=work.actor.account_id,
        key_id=listing.key_id,
    )
    work.keys.load([listing.key_id])
    action.what.seal(work.keys, {"words": what.strip()})
    work.session.add(action)
    work.session.flush()  # the action first: the duty and the standing name it
    cases.give_standing(
        work,
        case_ids=[action.case_id],
        source_ids=[action.id],
        kind=StandingKind.ACTION_OWNER,
        agency_ids=[owner_agency_id],
        conference_id=conference.id,
    )
    _owe_report(work, action, conference)
    work.note("action:agree", "case", action.case_id)
    work.record(
        events.ActionAgreed(
            partnership_id=work.partnership_id,
            action_id=action.id,
            case_id=action.case_id,
            owner_agency_id=owner_agency_id,
        )
    )
    return action.id


def _owe_report(work: UnitOfWork, action: Action, conference: Conference) -> None:
    holidays = partnerships.extra_holidays(work)
    policy_used = partnerships.policy_version(work, version_id=conference.policy_version_id)
    due_on = action.due_on
    next_sits_on = work.session.scalar(
        select(func.min(Conference.sits_on)).where(
            Conference.marac_id == conference.marac_id, Conference.sits_at > conference.sits_at
        )
    )
    if next_sits_on is not None:
        due_on = max(due_on, add_working_days(next_sits_on, -policy_used.action_report_days, holidays))
    duties.raise_duties(
        work,
        duties=[
            NewDuty(
                kind=DutyKind.ACTION_REPORT,
                subject_kind="action",
                subject_id=action.id,
                due_at=deadline(due_on, policy_used.action_report_at),
                rule="clock.action_report",
                owed_by_agency_id=action.owner_agency_id,
                case_id=action.case_id,
                conference_id=conference.id,
            )
        ],
        policy_version_id=conference.policy_version_id,
        extra_holidays=holidays,
    )


def withdraw(work: UnitOfWork, *, action_id: uuid.UUID) -> None:
    """Take back an action written down by mistake, while the case is still at the table. Raises NotAllowed, NotFound, Conflict."""
    work.require(Permission.ACTION_AGREE)
    action = policy.reach(work, action_id, lock=True)
    action.state = rules.move(action.state, rules.ActionState.WITHDRAWN).value
    conferences.count_action(work, listing_id=action.listing_id, by=-1)
    cases.end_standing(work, source_id=action.id)
    duties.end_duties(work, state=DutyState.WAIVED, subject_ids=[action.id])
    work.note("action:withdraw", "case", action.case_id)


def report(work: UnitOfWork, *, action_id: uuid.UUID, outcome: str, what_happened: str) -> None:
    """Report an action done, overtaken by events or not done, always with what happened. Raises NotAllowed, NotFound, Invalid, Conflict."""
    action = policy.reach(work, action_id, lock=True)
    policy.require_report(work, action)
    wrong = rules.what_is_wrong_with_report(outcome, what_happened)
    if len(what_happened) > LONGEST:
        wrong.append(FieldError("what_happened", f"Use {LONGEST:,} characters or fewer."))
    if wrong:
        raise Invalid(wrong)
    action.state = rules.move(action.state, rules.ActionState(outcome)).value
    work.keys.load([action.key_id])
    action.outcome.seal(work.keys, {"words": what_happened.strip()})
    action.reported_at = work.now
    action.reported_by_account_id = work.actor.account_id
    work.session.flush()  # counted below
    duties.meet(work, kind=DutyKind.ACTION_REPORT, subject_id=action.id)
    _after_report(work, action)
    work.note("action:report", "case", action.case_id, reason=action.state)
    work.record(
        events.ActionReported(
            partnership_id=work.partnership_id, action_id=action.id, case_id=action.case_id, state=action.state
        )
    )


def _after_report(work: UnitOfWork, action: Action) -> None:
    unreported = work.session.scalar(
        select(func.count())
        .select_from(Action)
        .where(Action.case_id == action.case_id, Action.state == rules.ActionState.AGREED.value)
    )
    state = work.session.scalar(select(Case.state).where(Case.id == action.case_id))
    if not unreported and state == CaseState.ACTIONS_LIVE:
        cases.set_state(work, case_id=action.case_id, state=CaseState.ACTIONS_DONE)


def after_sitting(work: UnitOfWork, *, conference_id: uuid.UUID) -> int:
    """Do what follows a sitting for each case heard: ask the agencies to mark their files, and owe the telling of the victim.

    Follows the end of the sitting. Run again it adds nothing. Returns how many cases were heard. Raises NotFound.
    """
    conference = work.session.scalar(select(Conference).where(Conference.id == conference_id))
    if conference is None:
        raise NotFound
    heard = work.session.scalars(
        select(Listing).where(Listing.conference_id == conference.id, Listing.state == rounds.ListingState.HEARD.value)
    ).all()
    work.keys.load({listing.key_id for listing in heard})
    for listing in heard:
        _flag(work, conference, listing)
        _owe_telling(work, conference, listing)
    duties.end_duties(work, state=DutyState.LAPSED, conference_id=conference.id, kind=DutyKind.CONFIDENTIALITY)
    # What was not answered before the case was heard or put off can no longer help it.
    duties.end_duties(work, state=DutyState.LAPSED, conference_id=conference.id, kind=DutyKind.RESEARCH_ANSWER)
    return len(heard)


def _flag(work: UnitOfWork, conference: Conference, listing: Listing) -> None:
    policy_used = partnerships.policy_version(work, version_id=conference.policy_version_id)
    # The latest referral, also one that came while the case was waiting on this list.
    referred_on = work.session.get_one(Case, listing.case_id).last_referral_on
    agencies = work.session.scalars(
        select(Disclosure.to_agency_id).where(
            Disclosure.subject_id == listing.id, Disclosure.kind == "list", Disclosure.was_shared.is_(True)
        )
    ).all()
    holidays = partnerships.extra_holidays(work)
    flags = cases.raise_flags(
        work,
        case_id=listing.case_id,
        agency_ids=[agency for agency in agencies if agency is not None],
        raised_on=conference.sits_on,
        lapses_on=flag_lapses_on(referred_on, conference.sits_on, policy_used),
    )
    due_at = deadline(add_working_days(conference.sits_on, 5, holidays), policy_used.minutes_out_at)
    duties.raise_duties(
        work,
        duties=[
            NewDuty(
                kind=DutyKind.FLAG_RAISE,
                subject_kind="flag",
                subject_id=flag.flag_id,
                due_at=due_at,
                rule="clock.flag",
                owed_by_agency_id=flag.agency_id,
                case_id=listing.case_id,
                conference_id=conference.id,
            )
            for flag in flags
        ],
        policy_version_id=conference.policy_version_id,
        extra_holidays=holidays,
    )


def _owe_telling(work: UnitOfWork, conference: Conference, listing: Listing) -> None:
    teller = (listing.hearing.open(work.keys) or {}).get("teller")
    if not teller:
        return
    holidays = partnerships.extra_holidays(work)
    policy_used = partnerships.policy_version(work, version_id=conference.policy_version_id)
    due_on = add_working_days(conference.sits_on, policy_used.tell_victim_days, holidays)
    duties.raise_duties(
        work,
        duties=[
            NewDuty(
                kind=DutyKind.TELL_VICTIM,
                subject_kind="listing",
                subject_id=listing.id,
                due_at=deadline(due_on, policy_used.action_report_at),
                rule="clock.tell_victim",
                owed_by_agency_id=uuid.UUID(teller),
                case_id=listing.case_id,
                conference_id=conference.id,
            )
        ],
        policy_version_id=conference.policy_version_id,
        extra_holidays=holidays,
    )


def victim_told(work: UnitOfWork, *, listing_id: uuid.UUID) -> None:
    """Note that the victim has been told what was agreed, by the agency that the table named. Raises NotFound."""
    listing = work.session.scalar(select(Listing).where(Listing.id == listing_id))
    case_policy.reach(work, listing.case_id if listing else listing_id, act="victim:told")
    if listing is None or not duties.meet(
        work, kind=DutyKind.TELL_VICTIM, subject_id=listing.id, agency_id=work.actor.agency_id
    ):
        raise NotFound("Your agency is not asked to tell this victim, or has done so.")
    work.note("victim:told", "case", listing.case_id)


def confirm_flag(work: UnitOfWork, *, flag_id: uuid.UUID) -> None:
    """Note that one's agency has marked its files. Raises NotAllowed, NotFound, Conflict."""
    cases.confirm_flag(work, flag_id=flag_id)
    duties.meet(work, kind=DutyKind.FLAG_RAISE, subject_id=flag_id)


def lapse_flags(work: UnitOfWork, *, on: date) -> int:
    """Lapse the flags whose twelve months have ended, and owe each agency's taking off of its mark. Returns how many."""
    lapsed = cases.lapse_flags(work, on=on)
    holidays = partnerships.extra_holidays(work)
    in_force = partnerships.policy_in_force(work, on=on)
    due_at = deadline(add_working_days(on, 5, holidays), in_force.policy.action_report_at)
    if lapsed:
        duties.end_duties(work, state=DutyState.LAPSED, subject_ids=[flag.flag_id for flag in lapsed])
    duties.raise_duties(
        work,
        duties=[
            NewDuty(
                kind=DutyKind.FLAG_LIFT,
                subject_kind="flag",
                subject_id=flag.flag_id,
                due_at=due_at,
                rule="clock.flag_lapse",
                owed_by_agency_id=flag.agency_id,
                case_id=flag.case_id,
            )
            for flag in lapsed
        ],
        policy_version_id=in_force.version_id,
        extra_holidays=holidays,
    )
    return len(lapsed)


def mark_taken_off(work: UnitOfWork, *, flag_id: uuid.UUID) -> None:
    """Note that one's agency has taken the mark off its files. Raises NotAllowed, NotFound when its agency owes no such thing."""
    cases.own_flag(work, flag_id, act="flag:lift")
    if not duties.meet(work, kind=DutyKind.FLAG_LIFT, subject_id=flag_id, agency_id=work.actor.agency_id):
        raise NotFound
    work.note("flag:lift", "flag", flag_id)
