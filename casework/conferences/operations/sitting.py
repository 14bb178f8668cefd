"""The sitting: who is there, confidentiality, each case with its clock, what is recorded of it, and the end."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from casework.access.permissions import Permission
from casework.cases import operations as cases
from casework.cases.rules import after_hearing
from casework.conferences import events, policy, queries, rules
from casework.conferences.models import Attendance, Conference, Listing
from casework.conferences.operations.listing import put_off
from casework.duties import operations as duties
from casework.duties.operations import NewDuty
from casework.duties.rules import DutyKind
from casework.errors import Conflict, FieldError, Invalid
from casework.partnerships import queries as partnerships
from casework.programmes.marac import confidentiality
from casework.programmes.marac.crimes import CrimeKind
from casework.work import UnitOfWork

LONGEST = 8000


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """What is recorded of one case at the table. None leaves a part as it was; an empty text clears it.

    `risks` maps RiskTo codes to words; `crimes` is a list of {"kind": CrimeKind, "words": str, "wish": str}; `teller` is the
    id of the agency that tells the victim, `tell_how` how it is safe, `nobody_tells_because` why nobody does.
    """

    voice: str | None = None
    risks: Mapping[str, str] | None = None
    no_action_because: str | None = None
    crimes: Sequence[Mapping[str, str]] | None = None
    teller: str | None = None
    tell_how: str | None = None
    nobody_tells_because: str | None = None
    notes: str | None = None

    def parts(self) -> dict[str, Any]:
        """Return the parts that were given."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name)) is not None}


def close_inputs(work: UnitOfWork, *, conference_id: uuid.UUID) -> bool:
    """Close research at its clock. Late answers are still taken, and marked late. Run again it does nothing. Raises NotFound."""
    work.require(Permission.CONFERENCE_RUN)
    conference = policy.reach_conference(work, conference_id, lock=True)
    if conference.state != rules.RoundState.LIST_OUT:
        return False
    conference.state = rules.RoundState.INPUTS_CLOSED.value
    work.note("conference:close_inputs", "conference", conference.id)
    work.record(events.InputsClosed(partnership_id=work.partnership_id, conference_id=conference.id))
    return True


def accept_confidentiality(work: UnitOfWork, *, conference_id: uuid.UUID) -> None:
    """Accept the confidentiality statement of a round for oneself; from then on its cases open. Raises NotAllowed, NotFound."""
    conference = policy.reach_conference(work, conference_id)
    cases.accept_confidentiality(work, conference_id=conference.id, statement_version=confidentiality.VERSION)
    duties.meet(work, kind=DutyKind.CONFIDENTIALITY, subject_id=conference.id, account_id=work.actor.account_id)


def owe_confidentiality(work: UnitOfWork, *, conference_id: uuid.UUID) -> int:
    """Owe the acceptance of the statement by everybody who speaks for an agency that the list went to. Follows the list."""
    conference = policy.reach_conference(work, conference_id)
    listed = work.session.scalars(
        select(Listing.case_id).where(
            Listing.conference_id == conference.id, Listing.state == rules.ListingState.LISTED.value
        )
    ).all()
    new = duties.raise_duties(
        work,
        duties=[
            NewDuty(
                kind=DutyKind.CONFIDENTIALITY,
                subject_kind="conference",
                subject_id=conference.id,
                due_at=conference.research_due_at,
                rule="clock.research",
                owed_by_account_id=account_id,
                # Of a list with one case alone, what others owe would tell whoever is blocked that there is a list.
                case_id=listed[0] if len(listed) == 1 else None,
                conference_id=conference.id,
            )
            for account_id in queries.people_on_the_list(work, conference_id=conference.id)
        ],
        policy_version_id=conference.policy_version_id,
        extra_holidays=partnerships.extra_holidays(work),
    )
    return len(new)


def record_attendance(
    work: UnitOfWork,
    *,
    conference_id: uuid.UUID,
    account_id: uuid.UUID,
    agency_id: uuid.UUID | None,
    state: rules.AttendanceState,
    deputises_for_account_id: uuid.UUID | None = None,
) -> None:
    """Note who is in the room, for whom somebody stands in, who sent apologies. Raises NotAllowed, NotFound, Conflict after approval.

    Of themselves everybody may note it, for their own agency.
    """
    conference = policy.reach_conference(work, conference_id)
    if account_id != work.actor.account_id or agency_id != work.actor.agency_id:
        policy.require_at_the_table(work, conference)
    if conference.state in (rules.RoundState.APPROVED, rules.RoundState.ISSUED, rules.RoundState.FROZEN):
        raise Conflict("The minutes are approved, so attendance cannot be changed.")
    values = {
        "agency_id": agency_id,
        "state": rules.AttendanceState(state).value,
        "deputises_for_account_id": deputises_for_account_id,
        "recorded_at": work.now,
    }
    work.session.execute(
        insert(Attendance)
        .values(
            id=uuid.uuid4(),
            partnership_id=work.partnership_id,
            conference_id=conference.id,
            account_id=account_id,
            **values,
        )
        .on_conflict_do_update(index_elements=["conference_id", "account_id"], set_=values)
    )
    work.note("attendance:record", "conference", conference.id, reason=str(values["state"]))


def start_sitting(work: UnitOfWork, *, conference_id: uuid.UUID) -> None:
    """Begin the sitting. Raises NotAllowed, NotFound, Conflict when the list is not out."""
    conference = policy.reach_conference(work, conference_id, lock=True)
    policy.require_at_the_table(work, conference)
    conference.state = rules.move_round(conference.state, rules.RoundState.SITTING).value
    conference.started_at = work.now
    work.note("conference:start", "conference", conference.id)
    work.record(events.SittingStarted(partnership_id=work.partnership_id, conference_id=conference.id))


def _at_the_table(work: UnitOfWork, listing_id: uuid.UUID) -> tuple[Conference, Listing]:
    listing = policy.reach_listing(work, listing_id, lock=True)
    conference = policy.reach_conference(work, listing.conference_id)
    policy.require_at_the_table(work, conference)
    if conference.state != rules.RoundState.SITTING:
        raise Conflict("The sitting has not begun, or has ended.")
    return conference, listing


def start_case(work: UnitOfWork, *, listing_id: uuid.UUID) -> None:
    """Start the clock of a case. Started again it goes on from its first start. Raises NotAllowed, NotFound, Conflict."""
    _, listing = _at_the_table(work, listing_id)
    if listing.state != rules.ListingState.LISTED:
        raise Conflict("This case has been dealt with.")
    if listing.started_at is None:
        listing.started_at = work.now
        work.note("hearing:start", "case", listing.case_id)


def record_hearing(work: UnitOfWork, *, listing_id: uuid.UUID, version: int, hearing: Hearing) -> int:
    """Save what is said, part by part, as it is typed. Returns the new version.

    `version` is the one that the writer saw; when a colleague has saved since, Conflict is raised and nothing is lost on
    either side. Raises also NotAllowed, NotFound, Invalid.
    """
    _, listing = _at_the_table(work, listing_id)
    if listing.version != version:
        raise Conflict("Somebody at the table has changed this case since. Your words are kept here: save them again.")
    parts = hearing.parts()
    _check(parts)
    work.keys.load([listing.key_id])
    before = listing.hearing.open(work.keys) or {}
    listing.hearing.seal(work.keys, {**before, **parts})
    listing.version += 1
    work.note("hearing:record", "case", listing.case_id)
    return listing.version


def _check(parts: Mapping[str, Any]) -> None:
    wrong = [
        FieldError(name, f"Use {LONGEST:,} characters or fewer.")
        for name, value in parts.items()
        if isinstance(value, str) and len(value) > LONGEST
    ]
    for code, words in dict(parts.get("risks") or {}).items():
        if code not in set(rules.RiskTo):
            wrong.append(FieldError(f"risks.{code}", "Choose whom the risk is to."))
        elif len(words) > LONGEST:
            wrong.append(FieldError(f"risks.{code}", f"Use {LONGEST:,} characters or fewer."))
    for number, crime in enumerate(parts.get("crimes") or []):
        if crime.get("kind") not in set(CrimeKind):
            wrong.append(FieldError(f"crimes[{number}].kind", "Choose what sort of crime was disclosed."))
    if wrong:
        raise Invalid(wrong)


def finish_case(work: UnitOfWork, *, listing_id: uuid.UUID) -> None:
    """End the hearing of a case: risks said, an action or why none, who tells the victim or why nobody does.

    Raises Invalid naming what is missing; NotAllowed, NotFound, Conflict.
    """
    conference, listing = _at_the_table(work, listing_id)
    work.keys.load([listing.key_id])
    recorded = listing.hearing.open(work.keys) or {}
    missing = rules.what_is_missing(
        rules.HearingFacts(
            risks={rules.RiskTo(code): words for code, words in (recorded.get("risks") or {}).items()},
            actions=listing.actions_agreed,
            no_action_because=recorded.get("no_action_because"),
            teller=recorded.get("teller"),
            tell_how=recorded.get("tell_how"),
            nobody_tells_because=recorded.get("nobody_tells_because"),
        )
    )
    if missing:
        raise Invalid(missing, "This case cannot be finished yet.")
    listing.state = rules.move_listing(listing.state, rules.ListingState.HEARD).value
    listing.started_at = listing.started_at or work.now
    listing.ended_at = work.now
    state = after_hearing(listing.actions_agreed, listing.actions_agreed)
    cases.set_state(work, case_id=listing.case_id, state=state, heard_on=conference.sits_on)
    work.note("hearing:finish", "case", listing.case_id)
    work.record(
        events.CaseHeard(
            partnership_id=work.partnership_id,
            conference_id=conference.id,
            listing_id=listing.id,
            case_id=listing.case_id,
        )
    )


def take_up_again(work: UnitOfWork, *, listing_id: uuid.UUID) -> None:
    """Bring a case back to the table that was finished in this sitting: something was forgotten. What was recorded stays.

    Its clock begins anew, so that screens that follow go to it. Raises NotAllowed, NotFound, Conflict.
    """
    conference, listing = _at_the_table(work, listing_id)
    listing.state = rules.move_listing(listing.state, rules.ListingState.LISTED).value
    listing.started_at, listing.ended_at = work.now, None
    listing.version += 1
    before = work.session.scalar(
        select(func.max(Conference.sits_on))
        .join(Listing, Listing.conference_id == Conference.id)
        .where(
            Listing.case_id == listing.case_id,
            Listing.id != listing.id,
            Listing.state == rules.ListingState.HEARD.value,
        )
    )
    cases.open_again(work, case_id=listing.case_id, heard_on=before)
    work.note("hearing:again", "case", listing.case_id)
    work.record(
        events.CaseTakenUpAgain(
            partnership_id=work.partnership_id,
            conference_id=conference.id,
            listing_id=listing.id,
            case_id=listing.case_id,
        )
    )


def defer_case(work: UnitOfWork, *, listing_id: uuid.UUID, because: rules.LeftBecause, words: str) -> uuid.UUID:
    """Put a case off to the next round, with a reason. Returns the new listing's id. Raises NotAllowed, NotFound, Invalid, Conflict."""
    conference, listing = _at_the_table(work, listing_id)
    if not words.strip():
        raise Invalid.field("words", "Say why the case is deferred.")
    work.keys.load([listing.key_id])
    before = listing.hearing.open(work.keys) or {}
    listing.hearing.seal(work.keys, {**before, "deferred_because": words.strip()[:LONGEST]})
    row = put_off(work, listing, conference, because=rules.LeftBecause(because), to=rules.ListingState.DEFERRED)
    return row.id


def count_action(work: UnitOfWork, *, listing_id: uuid.UUID, by: int) -> Listing:
    """Note that an action was agreed (+1) or taken back (-1) at a hearing, as a new version of it, so that screens which follow
    the case notice. Called by actions. Raises as the sitting does."""
    _, listing = _at_the_table(work, listing_id)
    work.session.execute(
        update(Listing)
        .where(Listing.id == listing.id)
        .values(actions_agreed=Listing.actions_agreed + by, version=Listing.version + 1)
    )
    work.session.refresh(listing, ["actions_agreed", "version"])
    return listing


def end_sitting(work: UnitOfWork, *, conference_id: uuid.UUID) -> None:
    """End the sitting once every listed case is heard, deferred or withdrawn. Raises NotAllowed, NotFound, Conflict."""
    conference = policy.reach_conference(work, conference_id, lock=True)
    policy.require_at_the_table(work, conference)
    waiting = work.session.scalar(
        select(func.count())
        .select_from(Listing)
        .where(Listing.conference_id == conference.id, Listing.state == rules.ListingState.LISTED.value)
    )
    if waiting:
        raise Conflict(f"{waiting} of the listed cases have still to be heard or deferred.")
    conference.state = rules.move_round(conference.state, rules.RoundState.MINUTES_DRAFT).value
    conference.ended_at = work.now
    work.note("conference:end", "conference", conference.id)
    work.record(events.SittingEnded(partnership_id=work.partnership_id, conference_id=conference.id))


def move_state(work: UnitOfWork, *, conference_id: uuid.UUID, to: rules.RoundState) -> Conference:
    """Move a round on: minutes approved, taken back, issued. Called by minutes, which asks who may. Raises NotFound, Conflict."""
    conference = policy.reach_conference(work, conference_id, lock=True)
    conference.state = rules.move_round(conference.state, to).value
    return conference
