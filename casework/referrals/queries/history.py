"""The referrals of a case through time: the checklist of each, what it came to, and the rounds that heard it."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Executable, Uuid, bindparam, or_, select
from sqlalchemy.orm import Bundle

from casework.access.actors import Actor
from casework.cases import policy as case_policy
from casework.cases.models import Case
from casework.conferences.models import Conference, Listing, Marac
from casework.conferences.queries import HearingRecord, hearing
from casework.encryption.sealed import SealedField
from casework.referrals import rules
from casework.referrals.models import Referral
from casework.risk.models import RiskAssessment
from casework.risk.rules import Answer
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class RoundOfCase:
    """One round whose list the case was on: how it left, when the round sits."""

    conference_id: uuid.UUID
    marac_name: str
    sits_at: datetime
    state: str
    left_because: str | None


@dataclass(frozen=True, slots=True)
class PastReferral:
    """One accepted referral of a case with its checklist."""

    referral_id: uuid.UUID
    agency_id: uuid.UUID
    received_on: date
    completed_on: date
    score: int
    band: str
    is_repeat: bool
    repeat_rule: str | None
    routes: tuple[str, ...]
    rounds: tuple[RoundOfCase, ...]
    tool: tuple[str, str]
    """The checklist's tool and version."""
    answers: Mapping[str, Answer]
    """Its answers by item code, to compare with the one before; opened for the latest two, when there are two."""


@dataclass(frozen=True, slots=True)
class ReferralHeard:
    """The referral for which a case is on a list: who referred, by which routes, and the whole form, opened."""

    agency_id: uuid.UUID
    received_on: date | None
    routes: tuple[str, ...]
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Checklist:
    """The latest checklist of a case, opened: answers by item code."""

    case_id: uuid.UUID
    completed_on: date
    score: int
    tool: str
    version: str
    answers: dict[str, Answer]


def history(work: UnitOfWork, *, case_id: uuid.UUID) -> tuple[PastReferral, ...]:
    """Return the accepted referrals of a case that the reader may see, the earliest first, each with its rounds. Two queries."""
    rows = work.rows(_history, case_id=case_id)
    rounds: dict[uuid.UUID, dict[uuid.UUID, RoundOfCase]] = {}
    latest: dict[uuid.UUID, tuple[Referral, RiskAssessment]] = {}
    for referral, assessment, listing, conference, marac_name in rows:
        # A referral that was returned and corrected has several checklists; the last one is what was heard.
        latest[referral.id] = (referral, assessment)
        heard = rounds.setdefault(referral.id, {})
        if listing is not None:
            heard[listing.id] = _round(listing, conference, marac_name)
    compared = [assessment for _, assessment in list(latest.values())[-2:]] if len(latest) > 1 else []
    work.keys.load({assessment.key_id for assessment in compared})
    opened = {assessment.id: _answers(work, assessment) for assessment in compared}
    return tuple(
        PastReferral(
            referral_id=referral.id,
            agency_id=referral.referrer_agency_id,
            received_on=referral.received_on or assessment.completed_on,
            completed_on=assessment.completed_on,
            score=assessment.score,
            band=assessment.band,
            is_repeat=bool(referral.is_repeat),
            repeat_rule=referral.repeat_rule,
            routes=tuple(referral.routes.get("derived", ())),
            rounds=tuple(rounds[referral.id].values()),
            tool=(assessment.tool, assessment.version),
            answers=opened.get(assessment.id, {}),
        )
        for referral, assessment in latest.values()
    )


def _history(actor: Actor, now: datetime) -> Executable:
    case_id: Any = bindparam("case_id", type_=Uuid)
    return (
        select(
            # No form, no hearing and no clock is needed here.
            Bundle(
                "referral",
                Referral.id,
                Referral.referrer_agency_id,
                Referral.received_on,
                Referral.is_repeat,
                Referral.repeat_rule,
                Referral.routes,
            ),
            RiskAssessment,
            Bundle("listing", Listing.id, Listing.state, Listing.left_because),
            Bundle("conference", Conference.id, Conference.sits_at),
            Marac.name,
        )
        .join(Case, Case.id == Referral.case_id)
        .join(RiskAssessment, RiskAssessment.referral_id == Referral.id)
        .outerjoin(Listing, Listing.referral_id == Referral.id)
        .outerjoin(Conference, Conference.id == Listing.conference_id)
        .outerjoin(Marac, Marac.id == Conference.marac_id)
        .where(
            Referral.case_id == case_id,
            Referral.state == rules.ReferralState.ACCEPTED.value,
            case_policy.may_see(actor, now),
        )
        .order_by(Referral.received_on, Referral.submitted_at, RiskAssessment.recorded_at, Conference.sits_at)
    )


def hearing_with_referral(work: UnitOfWork, *, listing_id: uuid.UUID) -> tuple[HearingRecord, ReferralHeard | None]:
    """Return one case at the table with the referral that brought it there, opened, and note the view. Five queries.

    Raises NotFound, the same for a hidden and a missing case.
    """
    referral = work.session.scalars(
        select(Referral)
        .join(Listing, Listing.referral_id == Referral.id)
        .join(Case, Case.id == Listing.case_id)
        .where(Listing.id == listing_id, case_policy.may_see(work.actor, work.now))
    ).first()
    record = hearing(work, listing_id=listing_id, and_keys=[referral.key_id] if referral else ())
    if referral is None:
        return record, None
    return record, ReferralHeard(
        agency_id=referral.referrer_agency_id,
        received_on=referral.received_on,
        routes=tuple(referral.routes.get("derived", ())),
        document=referral.document.open(work.keys) or {},
    )


def rounds_of_referral(work: UnitOfWork, *, referral_id: uuid.UUID) -> tuple[RoundOfCase, ...]:
    """Return the rounds whose list a referral was on, the earliest first: to its writer, and to whoever may see the case.

    Nothing to anybody else, nor once a block or an unsigned protocol shuts the writer out.
    """
    rows = work.session.execute(
        select(Listing, Conference, Marac.name)
        .join(Case, Case.id == Listing.case_id)
        .join(Conference, Conference.id == Listing.conference_id)
        .join(Marac, Marac.id == Conference.marac_id)
        .where(
            Listing.referral_id == referral_id,
            or_(
                case_policy.may_see(work.actor, work.now),
                case_policy.may_follow(work.actor, work.now, Listing.referral_id),
            ),
        )
        .order_by(Conference.sits_at)
    ).all()
    if rows:
        work.note_view("referral:follow", "referral", referral_id)
    return tuple(_round(*row) for row in rows)


def _round(listing: Listing, conference: Conference, marac_name: str) -> RoundOfCase:
    return RoundOfCase(conference.id, marac_name, conference.sits_at, listing.state, listing.left_because)


def _answers(work: UnitOfWork, assessment: RiskAssessment) -> dict[str, Answer]:
    given = (SealedField(RiskAssessment.answers, assessment).open(work.keys) or {}).get("answers", {})
    return {code: Answer(answer) for code, answer in given.items()}


def last_checklists(
    work: UnitOfWork, *, case_ids: Collection[uuid.UUID], and_keys: Iterable[uuid.UUID] = ()
) -> dict[uuid.UUID, Checklist]:
    """Return the latest checklist of each of these cases that the reader may see, opened, to compare a new one with."""
    rows = work.session.execute(
        select(RiskAssessment, Case.id)
        .join(Case, Case.id == RiskAssessment.case_id)
        .where(Case.id.in_(list(case_ids)), case_policy.may_see(work.actor, work.now))
        .order_by(RiskAssessment.completed_on, RiskAssessment.recorded_at)
    ).all()
    latest = {case_id: row for row, case_id in rows}
    work.keys.load([*and_keys, *(row.key_id for row in latest.values())])
    return {
        case_id: Checklist(
            case_id=case_id,
            completed_on=row.completed_on,
            score=row.score,
            tool=row.tool,
            version=row.version,
            answers=_answers(work, row),
        )
        for case_id, row in latest.items()
    }
