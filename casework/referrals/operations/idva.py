"""The IDVA service is asked for first contact when a referral is sent, without waiting for triage; at the latest on acceptance.

A victim's safety does not hang on whether MARAC hears her: the referral to the IDVA service is made at the same time, with the
whole form, and stands whatever triage decides (docs/adr/0016-first-contact.md).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from casework.agencies.models import Agency
from casework.cases import operations as cases
from casework.cases import queries as case_queries
from casework.cases.rules import StandingKind
from casework.duties import operations as duties
from casework.duties.operations import NewDuty
from casework.duties.rules import DutyKind, DutyState
from casework.partnerships import queries as partnerships
from casework.partnerships.queries import PolicyInForce
from casework.referrals import rules
from casework.referrals.models import Referral
from casework.work import UnitOfWork


def ask_at_sending(
    work: UnitOfWork, referral: Referral, *, maybe: Sequence[uuid.UUID], in_force: PolicyInForce
) -> None:
    """Ask the IDVA service for first contact; `maybe` are the known cases that the referral may be about, the surest first.

    Who is shut out of one of those must not learn of this either, so what is owed is hidden like that case. A service that is
    shut out is not asked, nor when people are shut out of several of the cases: then acceptance asks.
    """
    service = _service(work)
    if service is None or referral.idva_told_at is not None:
        return
    shut_out = case_queries.blocked_accounts(work, case_ids=maybe, at=work.now)
    if len(shut_out) > 1 or any(service in blocked for blocked in shut_out.values()):
        return
    _ask(work, referral, service, hidden_like=next(iter((*shut_out, *maybe)), None), in_force=in_force)


def stand_at_acceptance(work: UnitOfWork, referral: Referral, *, case_id: uuid.UUID, in_force: PolicyInForce) -> None:
    """Give the IDVA service its standing in the case, and ask it for first contact unless that was done when it was sent."""
    service = _service(work)
    if service is None:
        return
    if service in case_queries.blocked_accounts(work, case_ids=[case_id], at=work.now).get(case_id, ()):
        duties.end_duties(work, state=DutyState.WAIVED, subject_ids=[referral.id], kind=DutyKind.IDVA_CONTACT)
        return
    cases.give_standing(
        work, case_ids=[case_id], source_ids=[referral.id], kind=StandingKind.IDVA, agency_ids=[service]
    )
    if referral.idva_told_at is None:
        _ask(work, referral, service, hidden_like=case_id, in_force=in_force)
    else:
        duties.name_case(work, kind=DutyKind.IDVA_CONTACT, subject_id=referral.id, case_id=case_id)


def _service(work: UnitOfWork) -> uuid.UUID | None:
    service = work.session.scalar(select(Agency.id).where(Agency.slug == rules.IDVA_SERVICE))
    return service if service in partnerships.core_agency_ids(work) else None


def _ask(
    work: UnitOfWork,
    referral: Referral,
    service: uuid.UUID,
    *,
    hidden_like: uuid.UUID | None,
    in_force: PolicyInForce,
) -> None:
    referral.idva_told_at = work.now
    duties.raise_duties(
        work,
        duties=[
            NewDuty(
                kind=DutyKind.IDVA_CONTACT,
                subject_kind="referral",
                subject_id=referral.id,
                due_at=work.now + timedelta(hours=in_force.policy.idva_contact_hours),
                rule="clock.idva_contact",
                owed_by_agency_id=service,
                case_id=hidden_like,
            )
        ],
        policy_version_id=in_force.version_id,
        extra_holidays=partnerships.extra_holidays(work),
    )
