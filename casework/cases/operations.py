"""Writes of cases: opening, standing, blocks, accepted confidentiality and links. Flags are in their own verbs below."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from casework.access.models import CaseBlock
from casework.access.permissions import Permission
from casework.cases import events, policy, rules
from casework.cases.models import Case, CaseLink, CasePerson, Confidentiality, Flag, Standing
from casework.duties import operations as duties
from casework.duties.rules import DutyState
from casework.errors import Conflict, Invalid, NotFound
from casework.partnerships.models import Partnership
from casework.programmes.registry import YOUTH_SUPPORT
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Part:
    """A person's part in a case that is being opened or brought up to date."""

    person_id: uuid.UUID
    part: str
    relationship_to_victim: str | None = None
    relationship_to_perpetrator: str | None = None
    lives_with: str | None = None


def open_case(
    work: UnitOfWork,
    *,
    marac_id: uuid.UUID | None,
    programme: str,
    parts: Sequence[Part],
    referred_on: date,
    band: str | None,
    has_safe_contact: bool,
) -> uuid.UUID:
    """Open a case for these people, with a number of its own. Called by the acceptance of a referral."""
    case = Case(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        marac_id=marac_id,
        programme=programme,
        number=_draw_number(work),
        state=rules.CaseState.OPEN.value,
        key_id=work.keys.new("case", work.partnership_id),
        opened_on=referred_on,
        last_referral_on=referred_on,
        band=band,
        has_safe_contact=has_safe_contact,
        children=sum(part.part == "child" for part in parts),
    )
    work.session.add(case)
    work.session.flush()  # the case's row first: its people refer to it
    _add_parts(work, case.id, parts)
    work.note("case:open", "case", case.id)
    work.record(events.CaseOpened(partnership_id=work.partnership_id, case_id=case.id))
    return case.id


def _draw_number(work: UnitOfWork) -> str:
    """Draw an unused number. Numbers that ran on would show by a gap that there is a case which the reader does not see."""
    turn = update(Partnership).where(Partnership.id == work.partnership_id)
    # Counted up so that two cases opened at once draw one after the other.
    work.session.execute(turn.values(next_case_number=Partnership.next_case_number + 1))
    while True:
        number = f"C-{10_000 + secrets.randbelow(90_000)}"
        if work.session.scalar(select(Case.id).where(Case.number == number)) is None:
            return number


def refer_again(
    work: UnitOfWork,
    *,
    case_id: uuid.UUID,
    referral_id: uuid.UUID,
    parts: Sequence[Part],
    referred_on: date,
    band: str | None,
    has_safe_contact: bool,
) -> None:
    """Bring a known case back: the repeat keeps its number and its history. Raises NotFound."""
    case = policy.reach(work, case_id, act="case:refer_again", lock=True)
    case.state = rules.CaseState.OPEN.value
    case.last_referral_on = max(case.last_referral_on, referred_on)
    case.band = band
    case.has_safe_contact = has_safe_contact
    _add_parts(work, case.id, parts)
    work.session.flush()  # counted below
    case.children = (
        work.session.scalar(
            select(func.count())
            .select_from(CasePerson)
            .where(CasePerson.case_id == case.id, CasePerson.part == "child")
        )
        or 0
    )
    work.note("case:refer_again", "case", case.id)
    work.record(events.CaseReferredAgain(partnership_id=work.partnership_id, case_id=case.id, referral_id=referral_id))


def _add_parts(work: UnitOfWork, case_id: uuid.UUID, parts: Sequence[Part]) -> None:
    for part in parts:
        values = {
            "relationship_to_victim": part.relationship_to_victim,
            "relationship_to_perpetrator": part.relationship_to_perpetrator,
            "lives_with": part.lives_with,
        }
        work.session.execute(
            insert(CasePerson)
            .values(
                id=uuid.uuid4(),
                partnership_id=work.partnership_id,
                case_id=case_id,
                person_id=part.person_id,
                part=part.part,
                **values,
            )
            .on_conflict_do_update(index_elements=["case_id", "person_id", "part"], set_=values)
        )


def set_state(work: UnitOfWork, *, case_id: uuid.UUID, state: str, heard_on: date | None = None) -> None:
    """Move a case to another state of its life; `heard_on` notes the sitting, the other anchor of the repeat rule.

    Raises NotFound, and Conflict when the case cannot go there from where it is.
    """
    case = work.session.scalar(select(Case).where(Case.id == case_id).with_for_update())
    if case is None:
        raise NotFound
    if case.state != state:
        case.state = rules.move(case.state, rules.CaseState(state)).value
    case.last_conference_on = heard_on or case.last_conference_on


def open_again(work: UnitOfWork, *, case_id: uuid.UUID, heard_on: date | None) -> None:
    """Bring a case back that its sitting has not ended with after all; `heard_on` is the sitting before that one. Raises NotFound."""
    set_state(work, case_id=case_id, state=rules.CaseState.OPEN)
    work.session.execute(update(Case).where(Case.id == case_id).values(last_conference_on=heard_on))


def link(work: UnitOfWork, *, case_id: uuid.UUID, other_case_id: uuid.UUID, kind: str) -> None:
    """Tie two cases so that one is seen from the other: the couple the other way round, an earlier case. They are never merged."""
    for one, other in ((case_id, other_case_id), (other_case_id, case_id)):
        work.session.execute(
            insert(CaseLink)
            .values(
                id=uuid.uuid4(),
                partnership_id=work.partnership_id,
                case_id=one,
                other_case_id=other,
                kind=kind,
                noted_at=work.now,
            )
            .on_conflict_do_nothing()
        )


def give_standing(
    work: UnitOfWork,
    *,
    case_ids: Sequence[uuid.UUID],
    kind: str,
    source_ids: Sequence[uuid.UUID],
    agency_ids: Sequence[uuid.UUID] = (),
    account_ids: Sequence[uuid.UUID] = (),
    conference_id: uuid.UUID | None = None,
    until_at: datetime | None = None,
) -> None:
    """Write down why these agencies or people may open these cases from now on; `source_ids` run beside `case_ids`.

    One insert for any number. A grant that is already there (same case, holder, kind and source) is not given twice.
    """
    kind = rules.StandingKind(kind).value
    holders = [(agency, None) for agency in agency_ids] + [(None, account) for account in account_ids]
    there = set(
        work.session.execute(
            select(Standing.case_id, Standing.agency_id, Standing.account_id, Standing.source_id).where(
                Standing.case_id.in_(case_ids), Standing.kind == kind, Standing.until_at.is_not_distinct_from(until_at)
            )
        )
    )
    rows = [
        {
            "id": uuid.uuid4(),
            "partnership_id": work.partnership_id,
            "case_id": case_id,
            "agency_id": agency,
            "account_id": account,
            "kind": kind,
            "conference_id": conference_id,
            "source_id": source_id,
            "from_at": work.now,
            "until_at": until_at,
            "given_by_account_id": work.actor.account_id,
        }
        for case_id, source_id in zip(case_ids, source_ids, strict=True)
        for agency, account in holders
        if (case_id, agency, account, source_id) not in there
    ]
    if rows:
        work.session.execute(insert(Standing), rows)


def end_standing(
    work: UnitOfWork,
    *,
    source_id: uuid.UUID,
    case_id: uuid.UUID | None = None,
    kind: str | None = None,
) -> None:
    """End, now, the standing that came from `source_id` (one case or all, one kind or all)."""
    query = update(Standing).where(
        Standing.source_id == source_id, or_(Standing.until_at.is_(None), Standing.until_at > work.now)
    )
    if case_id is not None:
        query = query.where(Standing.case_id == case_id)
    if kind is not None:
        query = query.where(Standing.kind == kind)
    work.session.execute(query.values(until_at=work.now))


def block(
    work: UnitOfWork,
    *,
    case_id: uuid.UUID,
    reason: str,
    account_id: uuid.UUID | None = None,
    agency_id: uuid.UUID | None = None,
) -> uuid.UUID:
    """Shut a person or an agency out of a case because of a conflict of interest. From now on the case does not exist for them.

    A case of MARAC by who has case:block; a young person's file by who has youth_case:block and answers for the file. Raises
    NotAllowed, NotFound, Invalid (nobody named, no reason, oneself, or the agency that keeps a young person's file).
    """
    case = _reach_to_block(work, case_id, act="case:block")
    is_youth = case.programme == YOUTH_SUPPORT.code
    if (account_id is None) == (agency_id is None):
        raise Invalid.field("who", "Choose one person or one agency.")
    if account_id is not None and account_id == work.actor.account_id:
        other = "another lead" if is_youth else "the chair or another co-ordinator"
        raise Invalid.field("who", f"Ask {other} to block you.")
    if is_youth and agency_id is not None and agency_id == work.actor.agency_id:
        raise Invalid.field("who", "Your own agency keeps this file. Shut out one person of it.")
    if not reason.strip():
        raise Invalid.field("reason", "Say what the conflict is.")
    row = CaseBlock(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        case_id=case.id,
        account_id=account_id,
        agency_id=agency_id,
        key_id=case.key_id,
        from_at=work.now,
        set_by_account_id=work.actor.account_id,
    )
    row.reason.seal(work.keys, {"words": reason.strip()})
    work.session.add(row)
    if agency_id is not None:
        duties.end_duties(work, state=DutyState.WAIVED, case_id=case.id, agency_id=agency_id)
    work.note("case:block", "case", case.id)
    work.record(
        events.ConflictBlocked(
            partnership_id=work.partnership_id, case_id=case.id, account_id=account_id, agency_id=agency_id
        )
    )
    return row.id


def lift_block(work: UnitOfWork, *, block_id: uuid.UUID) -> None:
    """End a block, by who may set one. Raises NotAllowed, NotFound, Conflict when it is ended already."""
    _require_to_block(work)
    row = work.session.scalar(select(CaseBlock).where(CaseBlock.id == block_id).with_for_update())
    if row is None:
        raise NotFound
    _reach_to_block(work, row.case_id, act="case:lift_block")
    if row.lifted_at is not None:
        raise Conflict("That block was lifted already.")
    row.lifted_at = work.now
    work.note("case:lift_block", "case", row.case_id)


def _require_to_block(work: UnitOfWork) -> None:
    """Raise NotAllowed for whoever sets no block anywhere, before it is looked whether there is such a case."""
    if not work.actor.has(Permission.YOUTH_CASE_BLOCK):
        work.require(Permission.CASE_BLOCK)


def _reach_to_block(work: UnitOfWork, case_id: uuid.UUID, *, act: str) -> Case:
    """Return a case in which the actor may set a block: of MARAC, or a young person's file for which they answer."""
    _require_to_block(work)
    case = policy.reach(work, case_id, act=act)
    if case.programme == YOUTH_SUPPORT.code:
        work.require(Permission.YOUTH_CASE_BLOCK)
        return policy.reach_whole_file(work, case_id, act=act)
    work.require(Permission.CASE_BLOCK)
    return case


def accept_confidentiality(work: UnitOfWork, *, conference_id: uuid.UUID, statement_version: str) -> bool:
    """Note that the actor accepts the confidentiality statement for a round. Returns whether it is new. Raises NotAllowed."""
    work.require(Permission.CONFIDENTIALITY_ACCEPT)
    new = work.session.scalar(
        insert(Confidentiality)
        .values(
            id=uuid.uuid4(),
            partnership_id=work.partnership_id,
            conference_id=conference_id,
            account_id=work.actor.account_id,
            statement_version=statement_version,
            accepted_at=work.now,
        )
        .on_conflict_do_nothing()
        .returning(Confidentiality.id)
    )
    if new is not None:
        work.note("confidentiality:accept", "conference", conference_id)
    return new is not None


@dataclass(frozen=True, slots=True)
class FlagOfAgency:
    """A flag that was just raised or has just lapsed, for the duty that follows."""

    flag_id: uuid.UUID
    case_id: uuid.UUID
    agency_id: uuid.UUID


def raise_flags(
    work: UnitOfWork, *, case_id: uuid.UUID, agency_ids: Sequence[uuid.UUID], raised_on: date, lapses_on: date
) -> list[FlagOfAgency]:
    """Ask these agencies to mark their files until `lapses_on`. A flag still standing is renewed, not doubled.

    Nobody owes the marking for a flag that was renewed any more. Returns the new flags.
    """
    renewed = work.session.scalars(
        update(Flag)
        .where(
            Flag.case_id == case_id,
            Flag.agency_id.in_(agency_ids),
            Flag.lapsed_at.is_(None),
            Flag.raised_on < raised_on,
        )
        .values(lapsed_at=work.now, end_reason="renewed")
        .returning(Flag.id)
    ).all()
    if renewed:
        duties.end_duties(work, state=DutyState.LAPSED, subject_ids=renewed)
    rows = [
        {
            "id": uuid.uuid4(),
            "partnership_id": work.partnership_id,
            "case_id": case_id,
            "agency_id": agency_id,
            "raised_on": raised_on,
            "lapses_on": lapses_on,
        }
        for agency_id in agency_ids
    ]
    if not rows:
        return []
    new = work.session.execute(
        insert(Flag)
        .on_conflict_do_nothing(index_elements=["case_id", "agency_id", "raised_on"])
        .returning(Flag.id, Flag.case_id, Flag.agency_id),
        rows,
    ).all()
    if new:
        work.note("flag:raise", "case", case_id)
        work.record(events.FlagsRaised(partnership_id=work.partnership_id, case_id=case_id, lapses_on=lapses_on))
    return [FlagOfAgency(flag_id=row.id, case_id=row.case_id, agency_id=row.agency_id) for row in new]


def confirm_flag(work: UnitOfWork, *, flag_id: uuid.UUID) -> None:
    """Note that the actor's agency has marked its files. Raises NotAllowed, NotFound, Conflict when it has lapsed."""
    flag = own_flag(work, flag_id, act="flag:confirm")
    if flag.lapsed_at is not None:
        raise Conflict("This flag has lapsed.")
    flag.confirmed_at = flag.confirmed_at or work.now
    work.note("flag:confirm", "case", flag.case_id)


def own_flag(work: UnitOfWork, flag_id: uuid.UUID, *, act: str) -> Flag:
    """Return a flag of the agency that the actor speaks for, to change it. Raises NotAllowed, NotFound.

    A flag outlives the agency's standing in the case, so none is asked for: the mark is on the agency's own files.
    """
    work.require(Permission.ACTION_REPORT)
    flag = work.session.scalar(
        select(Flag).where(Flag.id == flag_id, Flag.agency_id == work.actor.agency_id).with_for_update()
    )
    policy.reach_unless_blocked(work, flag.case_id if flag else flag_id, act=act)
    if flag is None:
        raise NotFound
    return flag


def lapse_flags(work: UnitOfWork, *, on: date) -> list[FlagOfAgency]:
    """Lapse every flag whose twelve months ended by the London day `on`. Run again for the same day it does nothing."""
    lapsed = work.session.execute(
        update(Flag)
        .where(and_(Flag.lapsed_at.is_(None), Flag.lapses_on <= on))
        .values(lapsed_at=work.now, end_reason="lapsed")
        .returning(Flag.id, Flag.case_id, Flag.agency_id)
    ).all()
    cases = {row.case_id for row in lapsed}
    for case_id in sorted(cases):
        work.note("flag:lapse", "case", case_id)
        work.record(events.FlagsLapsed(partnership_id=work.partnership_id, case_id=case_id, lapsed_on=on))
    return [FlagOfAgency(flag_id=row.id, case_id=row.case_id, agency_id=row.agency_id) for row in lapsed]
