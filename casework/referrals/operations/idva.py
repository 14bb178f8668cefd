"""The IDVA service is asked for first contact when a referral is sent, without waiting for triage; at the latest on acceptance.

A victim's safety does not hang on whether MARAC hears her: the referral to the IDVA service is made at the same time, with the
whole form, and stands whatever triage decides. Where nobody of the service may know of her, the co-ordinators owe it to find
somebody else (docs/adr/0016-first-contact.md).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import any_, exists, or_, select

from casework.access.permissions import Permission, Role
from casework.accounts import queries as accounts
from casework.agencies.models import Agency
from casework.cases import operations as cases
from casework.cases import queries as case_queries
from casework.cases.rules import StandingKind
from casework.clock import london_date
from casework.duties import operations as duties
from casework.duties.models import Duty
from casework.duties.operations import NewDuty
from casework.duties.rules import DutyKind, DutyState
from casework.errors import Conflict, Invalid
from casework.partnerships import queries as partnerships
from casework.partnerships.queries import PolicyInForce
from casework.referrals import policy, rules
from casework.referrals.models import Referral, ReferralCandidate, ReferralDecision
from casework.referrals.operations.steps import decide
from casework.work import UnitOfWork


def may_be_about(work: UnitOfWork, referral: Referral) -> list[uuid.UUID]:
    """Return the known cases that a referral may turn out to be about: its own once there is one, else those found and not set aside."""
    if referral.case_id is not None:
        return [referral.case_id]
    return list(
        work.session.scalars(
            select(ReferralCandidate.case_id)
            .where(ReferralCandidate.referral_id == referral.id, ReferralCandidate.is_dismissed.is_(False))
            .order_by(ReferralCandidate.case_id)
        )
    )


def ask(work: UnitOfWork, referral: Referral, *, in_force: PolicyInForce) -> None:
    """See that somebody is asked for first contact: when it is sent, and again whenever it turns out whom it may be about.

    Who is shut out of one of the cases that it may be about learns nothing of it, and their colleagues go on. Where the service
    is shut out, or each of its IDVAs, what it owed ends, and the co-ordinators owe it to find somebody else. A victim whom
    somebody tried to reach already is asked about no more.
    """
    service = _service(work)
    if service is None or _was_tried(work, referral):
        return
    about = may_be_about(work, referral)
    if not _is_free(work, service, about):
        referral.idva_told_at = None
        _end(work, referral, DutyKind.IDVA_CONTACT)
        _owe(work, referral, DutyKind.CONTACT_BY_ANOTHER, about, in_force, role=Role.COORDINATOR)
        return
    _end(work, referral, DutyKind.CONTACT_BY_ANOTHER)
    if referral.idva_told_at is None:
        referral.idva_told_at = work.now
        _owe(work, referral, DutyKind.IDVA_CONTACT, about, in_force, agency_id=service)


def stand_at_acceptance(work: UnitOfWork, referral: Referral, *, case_id: uuid.UUID, in_force: PolicyInForce) -> None:
    """Give the IDVA service its standing in the case, and ask it for first contact unless that was done when it was sent."""
    service = _service(work)
    if service is None:
        return
    ask(work, referral, in_force=in_force)
    for kind in (DutyKind.IDVA_CONTACT, DutyKind.CONTACT_BY_ANOTHER):
        duties.name_case(work, kind=kind, subject_id=referral.id, case_id=case_id)
    if service not in case_queries.blocked_accounts(work, case_ids=[case_id], at=work.now).get(case_id, ()):
        cases.give_standing(
            work, case_ids=[case_id], source_ids=[referral.id], kind=StandingKind.IDVA, agency_ids=[service]
        )


def after_block(work: UnitOfWork, *, case_id: uuid.UUID) -> None:
    """Ask again about the victims whom somebody shut out of this case was still to reach. Run again, it changes nothing."""
    work.require(Permission.SYSTEM_OPERATE)
    owed = exists().where(
        Duty.subject_id == Referral.id,
        Duty.kind == DutyKind.IDVA_CONTACT.value,
        Duty.state.in_([DutyState.OPEN.value, DutyState.WAIVED.value]),
        or_(Duty.case_id == case_id, any_(Duty.hidden_like) == case_id),
    )
    states = [state.value for state in (*rules.CONTACT_STATES, rules.ReferralState.ACCEPTED)]
    query = select(Referral).where(owed, Referral.state.in_(states)).order_by(Referral.id).with_for_update(of=Referral)
    in_force = partnerships.policy_in_force(work, on=london_date(work.now))
    for referral in work.session.scalars(query).all():
        ask(work, referral, in_force=in_force)


def somebody_found(work: UnitOfWork, *, referral_id: uuid.UUID, words: str) -> None:
    """Note who tries to reach a victim whom the IDVA service may not know of. Triage alone reads the words.

    Raises NotAllowed, NotFound, Invalid, Conflict when nobody is to be found.
    """
    work.require(Permission.REFERRAL_TRIAGE)
    referral = policy.reach(work, referral_id, act="contact:by_another", lock=True)
    if not words.strip():
        raise Invalid.field("words", "Write who tries to reach her, and since when they know.")
    if not duties.meet(work, kind=DutyKind.CONTACT_BY_ANOTHER, subject_id=referral.id):
        raise Conflict("Nobody has to be found for this victim any more.")
    decide(work, referral, step=rules.BY_ANOTHER, words=words)
    work.note("contact:by_another", "referral", referral.id)


def _service(work: UnitOfWork) -> uuid.UUID | None:
    service = work.session.scalar(select(Agency.id).where(Agency.slug == rules.IDVA_SERVICE))
    return service if service in partnerships.core_agency_ids(work) else None


def _was_tried(work: UnitOfWork, referral: Referral) -> bool:
    tried = exists().where(ReferralDecision.referral_id == referral.id, ReferralDecision.step == "contact")
    return bool(work.session.scalar(select(tried)))


def _is_free(work: UnitOfWork, service: uuid.UUID, about: Sequence[uuid.UUID]) -> bool:
    """Say whether the service may know of all these cases, and at least one of its IDVAs, where it has some yet."""
    shut_out = set[uuid.UUID]().union(*case_queries.blocked_accounts(work, case_ids=about, at=work.now).values())
    if service in shut_out:
        return False
    idvas = accounts.accounts_with_role(work, roles=[Role.IDVA], agency_id=service) if shut_out else []
    return not idvas or bool(set(idvas) - shut_out)


def _end(work: UnitOfWork, referral: Referral, kind: DutyKind) -> None:
    duties.end_duties(work, state=DutyState.WAIVED, subject_ids=[referral.id], kind=kind)


def _owe(
    work: UnitOfWork,
    referral: Referral,
    kind: DutyKind,
    about: Sequence[uuid.UUID],
    in_force: PolicyInForce,
    *,
    agency_id: uuid.UUID | None = None,
    role: Role | None = None,
) -> None:
    duties.raise_duties(
        work,
        duties=[
            NewDuty(
                kind=kind,
                subject_kind="referral",
                subject_id=referral.id,
                due_at=work.now + timedelta(hours=in_force.policy.idva_contact_hours),
                rule="clock.idva_contact",
                owed_by_agency_id=agency_id,
                owed_by_role=role.value if role else None,
                case_id=referral.case_id,
                hidden_like=() if referral.case_id else about,
            )
        ],
        policy_version_id=in_force.version_id,
        extra_holidays=partnerships.extra_holidays(work),
    )
