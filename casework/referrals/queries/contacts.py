"""The tries to reach a victim: for the IDVAs who make them and for those who run the MARAC."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from casework.access.permissions import Permission, Role
from casework.agencies.models import Agency
from casework.cases import policy as case_policy
from casework.cases import queries as cases
from casework.cases.queries import CaseLine
from casework.errors import NotAllowed
from casework.programmes.registry import MARAC
from casework.referrals import policy, rules
from casework.referrals.models import Referral, ReferralCandidate, ReferralDecision
from casework.referrals.queries.own import CORRECTION
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ContactTry:
    """One try: when (UTC), how it went as a code, in words, and by which account."""

    at: datetime
    outcome: str
    words: str
    by_account_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class ContactRecord:
    """The tries to reach the victim of a case, the latest first. `referral_id` is the referral to which a further try belongs."""

    line: CaseLine
    referral_id: uuid.UUID | None
    tries: tuple[ContactTry, ...]
    may_record: bool


@dataclass(frozen=True, slots=True)
class FirstContact:
    """A referral as an IDVA needs it to reach the victim: the form as sent, the tries so far, the latest first, and the case
    once there is one."""

    referral_id: uuid.UUID
    case_id: uuid.UUID | None
    state: str
    submitted_at: datetime | None
    document: Mapping[str, Any]
    agency_name: str
    tries: tuple[ContactTry, ...]


@dataclass(frozen=True, slots=True)
class VictimToReach:
    """The victim of a referral that has no case yet, for a list: the part of the form that is about the victim."""

    referral_id: uuid.UUID
    victim: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class VictimsToReach:
    """Whom a reader is to reach: by referral those who have no case yet, by case the others."""

    by_referral: Mapping[uuid.UUID, VictimToReach]
    by_case: Mapping[uuid.UUID, CaseLine]


@dataclass(frozen=True, slots=True)
class NextInLine:
    """Who has a referral that was just sent: its writer, the agency asked for first contact, the known cases it may be about."""

    writer_id: uuid.UUID | None
    asked_agency_id: uuid.UUID | None
    case_ids: tuple[uuid.UUID, ...]


def first_contact(work: UnitOfWork, *, referral_id: uuid.UUID) -> FirstContact:
    """Return a referral for the IDVA who is to reach its victim, opened, and note the view. Raises NotAllowed, NotFound.

    The whole form goes to the IDVA service when it is sent (docs/adr/0016-first-contact.md).
    """
    if Role.IDVA not in work.actor.roles:
        raise NotAllowed(code="role")
    row = policy.reach_for_contact(work, referral_id, act="contact:view")
    steps = work.session.execute(
        select(Agency.name, ReferralDecision)
        .outerjoin(ReferralDecision, (ReferralDecision.referral_id == row.id) & (ReferralDecision.step == "contact"))
        .where(Agency.id == row.referrer_agency_id)
        .order_by(ReferralDecision.decided_at.desc())
    ).all()
    work.keys.load([row.key_id])
    work.note_view("contact:view", "referral", row.id)
    document = row.document.open(work.keys) or {}
    return FirstContact(
        referral_id=row.id,
        case_id=row.case_id,
        state=row.state,
        submitted_at=row.submitted_at,
        document={field: value for field, value in document.items() if field != CORRECTION},
        agency_name=steps[0][0],
        tries=tuple(_try(work, one) for _, one in steps if one is not None),
    )


def victims_to_reach(
    work: UnitOfWork, *, referral_ids: Collection[uuid.UUID], case_ids: Collection[uuid.UUID]
) -> VictimsToReach:
    """Return whom of these the reader is to reach, as far as they may know of them, and note the views."""
    rows: Sequence[Referral] = ()
    if referral_ids:
        query = select(Referral).where(
            Referral.id.in_(list(referral_ids)),
            Referral.state.in_([state.value for state in rules.CONTACT_STATES]),
            policy.may_contact(work),
        )
        rows = work.session.scalars(query).all()
    keys = [row.key_id for row in rows]
    known = cases.case_lines(work, case_ids=case_ids, and_keys=keys)
    work.keys.load(keys)
    for row in rows:
        work.note_view("contact:view", "referral", row.id)
    new = {row.id: VictimToReach(row.id, (row.document.open(work.keys) or {}).get("victim") or {}) for row in rows}
    return VictimsToReach(new, known)


def next_in_line(work: UnitOfWork, *, referral_id: uuid.UUID) -> NextInLine | None:
    """Return who has a referral that waits for triage, to tell them; None when it does not wait, or may not be seen."""
    row = work.session.scalar(
        select(Referral).where(
            Referral.id == referral_id,
            Referral.state == rules.ReferralState.SUBMITTED.value,
            policy.may_see(work),
        )
    )
    if row is None:
        return None
    asked = select(Agency.id).where(Agency.slug == rules.IDVA_SERVICE)
    candidates = select(ReferralCandidate.case_id).where(
        ReferralCandidate.referral_id == row.id, ReferralCandidate.is_dismissed.is_(False)
    )
    return NextInLine(
        writer_id=row.referrer_account_id,
        asked_agency_id=work.session.scalar(asked) if row.idva_told_at else None,
        case_ids=tuple(work.session.scalars(candidates)),
    )


def contacts(work: UnitOfWork, *, case_id: uuid.UUID) -> ContactRecord:
    """Return the tries to reach the victim of a case, and note the view. Raises NotAllowed for whoever is neither an IDVA nor
    runs the MARAC, NotFound, the same for a hidden and a missing case."""
    is_idva = Role.IDVA in work.actor.roles
    if not is_idva and not work.actor.has(Permission.CASE_VIEW_ALL):
        raise NotAllowed(code="role")
    case = case_policy.reach(work, case_id, act="contact:view", programme=MARAC)
    rows = work.session.execute(
        select(Referral.id, ReferralDecision)
        .outerjoin(
            ReferralDecision,
            (ReferralDecision.referral_id == Referral.id) & (ReferralDecision.step == "contact"),
        )
        .where(Referral.case_id == case.id, Referral.state == rules.ReferralState.ACCEPTED.value)
        .order_by(Referral.received_on.desc(), Referral.submitted_at.desc(), ReferralDecision.decided_at.desc())
    ).all()
    tries = [row for _, row in rows if row is not None]
    people = cases.people_of(work, case_ids=[case.id], and_keys={row.key_id for row in tries})[case.id]
    work.note_view("contact:view", "case", case.id)
    return ContactRecord(
        line=cases.line_of(case, people),
        referral_id=rows[0][0] if rows else None,
        tries=tuple(_try(work, row) for row in sorted(tries, key=lambda row: row.decided_at, reverse=True)),
        may_record=is_idva and bool(rows),
    )


def _try(work: UnitOfWork, row: ReferralDecision) -> ContactTry:
    words = (row.words.open(work.keys) or {}).get("words", "")
    return ContactTry(row.decided_at, row.code or "", str(words), row.decided_by_account_id)
