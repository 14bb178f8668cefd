"""The inbox of triage, one referral, and a referrer's own referrals."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import DateTime, exists, func, literal, or_, select, tuple_

from casework.access.permissions import Permission
from casework.agencies.models import Agency
from casework.cases.queries import CaseLine
from casework.duties.models import Duty
from casework.duties.rules import DutyKind, DutyState
from casework.referrals import policy, rules
from casework.referrals.models import Referral, ReferralCandidate, ReferralDecision
from casework.referrals.queries import matching, own
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ReferralLine:
    """One referral in a list. Names are as written; `lacking` says what the conference would need and does not have, in words."""

    id: uuid.UUID
    state: str
    victim_name: str
    perpetrator_names: tuple[str, ...]
    referrer_agency_id: uuid.UUID
    received_on: date | None
    submitted_at: datetime | None
    score: int | None
    band: str | None
    claimed_routes: tuple[str, ...]
    derived_routes: tuple[str, ...]
    has_safe_contact: bool
    lacking: tuple[str, ...]
    candidates: int
    case_id: uuid.UUID | None
    left_at: datetime | None = None
    left_for: str = ""
    """When triage last left it for later, and what it waits for; only in the inbox."""
    is_sent_again: bool = False
    """It waits after its referrer has answered what triage sent it back for; only in lists."""

    @property
    def missing(self) -> int:
        """How many things are lacking."""
        return len(self.lacking)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A probable earlier case that the reader may see: how, how surely, and in words what agrees and what differs."""

    case: CaseLine
    kind: str
    verdict: str
    agreeing: tuple[str, ...]
    differing: tuple[str, ...]
    is_dismissed: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a referral's way."""

    step: str
    code: str | None
    words: str
    decided_at: datetime
    decided_by_account_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class ReferralRecord:
    """One referral, opened. `document` has the shape of docs/referral-format.md."""

    line: ReferralLine
    marac_id: uuid.UUID
    document: dict[str, Any]
    missing: tuple[rules.Missing, ...]
    candidates: tuple[Candidate, ...]
    steps: tuple[Step, ...]
    is_repeat: bool | None
    repeat_rule: str | None
    anchor_referral_on: date | None
    anchor_conference_on: date | None
    agency_name: str
    previous_id: uuid.UUID | None
    next_id: uuid.UUID | None
    may_decide: bool
    may_correct: bool
    seeks_somebody: bool
    """Somebody has to be found who tries to reach the victim, because the IDVA service is shut out."""


@dataclass(frozen=True, slots=True)
class Sent:
    """From whom a referral came, when (UTC), and how many answers of its checklist are yes; nothing of it is opened."""

    agency_name: str
    at: datetime
    score: int | None


def sent(work: UnitOfWork, *, referral_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Sent]:
    """Return what tells these referrals apart, of those that the reader may see or whose victim they are to reach."""
    if not referral_ids:
        return {}
    rows = work.session.execute(
        select(Referral.id, Agency.name, Referral.submitted_at, Referral.score)
        .join(Agency, Agency.id == Referral.referrer_agency_id)
        .where(
            Referral.id.in_(list(referral_ids)),
            or_(policy.may_see(work), policy.may_contact(work)),
        )
    )
    return {referral_id: Sent(name, at, score) for referral_id, name, at, score in rows if at is not None}


def inbox(
    work: UnitOfWork,
    *,
    states: Sequence[str] = (rules.ReferralState.SUBMITTED, rules.ReferralState.RETURNED),
    with_candidates: bool = True,
) -> tuple[ReferralLine, ...]:
    """Return the referrals that wait for triage or for their referrer, the oldest first. Raises NotAllowed.

    Four queries; two without looking for earlier cases (`candidates` is then 0) and for what was left for later.
    """
    work.require(Permission.REFERRAL_VIEW)
    lines = _lines(work, [str(state) for state in states], with_candidates=with_candidates)
    return _with_later(work, lines) if with_candidates else lines


def _with_later(work: UnitOfWork, lines: Sequence[ReferralLine]) -> tuple[ReferralLine, ...]:
    """Add to each line when triage last left it for later. A note from before it came back corrected is not told again."""
    notes = work.session.scalars(
        select(ReferralDecision)
        .where(
            ReferralDecision.referral_id.in_(
                [line.id for line in lines if line.state == rules.ReferralState.SUBMITTED]
            ),
            ReferralDecision.step == rules.LATER,
        )
        .order_by(ReferralDecision.decided_at)
    )
    latest = {note.referral_id: note for note in notes}
    return tuple(
        replace(line, left_at=note.decided_at, left_for=str((note.words.open(work.keys) or {}).get("words", "")))
        if (note := latest.get(line.id)) and line.submitted_at and note.decided_at >= line.submitted_at
        else line
        for line in lines
    )


def my_referrals(work: UnitOfWork) -> tuple[ReferralLine, ...]:
    """Return the referrals that the reader wrote, drafts too, the latest first."""
    work.require(Permission.REFERRAL_SUBMIT)
    return tuple(reversed(_lines(work, None)))


def my_counts(work: UnitOfWork) -> dict[str, int]:
    """Return how many referrals of the reader stand in each state, drafts too. Nothing is opened."""
    work.require(Permission.REFERRAL_SUBMIT)
    rows = work.session.execute(
        select(Referral.state, func.count())
        .where(policy.may_see(work), Referral.referrer_account_id == work.actor.account_id)
        .group_by(Referral.state)
    )
    return dict(rows.all())


def _lines(work: UnitOfWork, states: Sequence[str] | None, *, with_candidates: bool = True) -> tuple[ReferralLine, ...]:
    came_back = exists().where(
        ReferralDecision.referral_id == Referral.id,
        ReferralDecision.step == rules.ReferralState.RETURNED.value,
        Referral.state == rules.ReferralState.SUBMITTED.value,
    )
    query = (
        select(Referral, came_back)
        .where(policy.may_see(work))
        .order_by(Referral.submitted_at, Referral.received_on, Referral.id)
    )
    if states is None:
        query = query.where(Referral.referrer_account_id == work.actor.account_id)
    else:
        query = query.where(Referral.state.in_(states))
    found = work.session.execute(query.limit(500)).all()
    rows = [row for row, _ in found]
    work.keys.load({row.key_id for row in rows})
    probable: dict[uuid.UUID, int] = {}
    if rows and with_candidates and work.actor.has(Permission.REFERRAL_VIEW):
        probable = dict(
            work.session.execute(
                select(ReferralCandidate.referral_id, func.count())
                .where(
                    ReferralCandidate.referral_id.in_([row.id for row in rows]),
                    ReferralCandidate.is_dismissed.is_(False),
                )
                .group_by(ReferralCandidate.referral_id)
            ).all()
        )
    if rows:
        work.note_view("referral:list", "referral_list")
    return tuple(
        replace(_line(row, row.document.open(work.keys) or {}, probable.get(row.id, 0)), is_sent_again=again)
        for row, again in found
    )


def referral_record(work: UnitOfWork, *, referral_id: uuid.UUID) -> ReferralRecord:
    """Return one referral, opened, with what is missing. Raises NotFound.

    Only triage is shown probable earlier cases, its own notes, and that an accepted one is a repeat: whoever wrote it may not
    know that there is an earlier one. `previous_id` and `next_id` are its neighbours among those that wait, for those who triage.
    """
    row = policy.reach(work, referral_id)
    work.note_view("referral:view", "referral", row.id)
    work.keys.load([row.key_id])
    document = {
        field: value for field, value in (row.document.open(work.keys) or {}).items() if field != own.CORRECTION
    }
    triages = work.actor.has(Permission.REFERRAL_TRIAGE)
    steps, around = _way(work, row)
    views = work.actor.has(Permission.REFERRAL_VIEW)
    candidates = _candidates(work, row, document, around.set_aside) if views else ()
    return ReferralRecord(
        line=_line(row, document, len(candidates)),
        marac_id=row.marac_id,
        document=document,
        missing=tuple(rules.quality(document)),
        candidates=candidates,
        steps=steps if views else tuple(_for_its_writer(steps)),
        is_repeat=row.is_repeat if views else None,
        repeat_rule=row.repeat_rule if views else None,
        anchor_referral_on=row.anchor_referral_on if views else None,
        anchor_conference_on=row.anchor_conference_on if views else None,
        agency_name=around.agency_name,
        previous_id=around.previous_id if triages else None,
        next_id=around.next_id if triages else None,
        may_decide=triages and row.state == rules.ReferralState.SUBMITTED,
        may_correct=row.state == rules.ReferralState.RETURNED and own.may_write(work, row),
        seeks_somebody=triages and around.seeks_somebody,
    )


def _for_its_writer(steps: Iterable[Step]) -> Iterator[Step]:
    """Yield the steps that a referral's writer may know: not what triage noted for itself, nor whether there is an earlier case,
    nor what the victim said to the IDVA."""
    for one in steps:
        if one.step == "accepted":
            yield replace(one, code=None, words="")
        elif one.step == "contact":
            yield replace(one, words="")
        elif one.step not in (rules.LATER, rules.BY_ANOTHER):
            yield one


def _candidates(
    work: UnitOfWork, row: Referral, document: dict[str, Any], set_aside: frozenset[uuid.UUID]
) -> tuple[Candidate, ...]:
    """Look for earlier cases anew, because one may have been opened since the referral came; show what the reader may see."""
    if row.state not in (rules.ReferralState.SUBMITTED, rules.ReferralState.RETURNED):
        return ()
    found = [(match, match.shown) for match in matching.find(work, document=document)]
    for match, shown in found:
        if shown is not None:
            work.note_view("case:view_line", "case", match.case_id)
    return tuple(
        Candidate(
            case=shown,
            kind=match.kind,
            verdict=match.verdict.value,
            agreeing=match.agreeing,
            differing=match.differing,
            is_dismissed=match.case_id in set_aside,
        )
        for match, shown in found
        if shown is not None
    )


@dataclass(frozen=True, slots=True)
class _Around:
    agency_name: str
    previous_id: uuid.UUID | None
    next_id: uuid.UUID | None
    set_aside: frozenset[uuid.UUID]
    seeks_somebody: bool


def _way(work: UnitOfWork, row: Referral) -> tuple[tuple[Step, ...], _Around]:
    """Return the steps of a referral and what stands around it in the inbox, in one query."""
    here = tuple_(Referral.submitted_at, Referral.id)
    there = tuple_(literal(row.submitted_at, DateTime(timezone=True)), literal(row.id))
    waiting = select(Referral.id).where(
        policy.may_see(work), Referral.state == rules.ReferralState.SUBMITTED.value, Referral.id != row.id
    )
    later = waiting.where(here > there).order_by(Referral.submitted_at, Referral.id).limit(1)
    earlier = waiting.where(here < there).order_by(Referral.submitted_at.desc(), Referral.id.desc()).limit(1)
    set_aside = select(func.array_agg(ReferralCandidate.case_id)).where(
        ReferralCandidate.referral_id == row.id, ReferralCandidate.is_dismissed.is_(True)
    )
    agency = select(Agency.name).where(Agency.id == row.referrer_agency_id)
    seeks = exists().where(
        Duty.subject_id == row.id, Duty.kind == DutyKind.CONTACT_BY_ANOTHER.value, Duty.state == DutyState.OPEN.value
    )
    rows = work.session.execute(
        select(
            ReferralDecision,
            earlier.scalar_subquery(),
            later.scalar_subquery(),
            set_aside.scalar_subquery(),
            agency.scalar_subquery(),
            seeks,
        )
        .where(ReferralDecision.referral_id == row.id)
        .order_by(ReferralDecision.decided_at, ReferralDecision.id)
    ).all()
    steps = tuple(
        Step(
            step=one.step,
            code=one.code,
            words=str((one.words.open(work.keys) or {}).get("words", "")),
            decided_at=one.decided_at,
            decided_by_account_id=one.decided_by_account_id,
        )
        for one, *_ in rows
    )
    if not rows:  # a draft has gone no step yet, and has no place in the inbox
        return (), _Around("", None, None, frozenset(), False)
    _, previous_id, next_id, aside, agency_name, seeks_somebody = rows[0]
    return steps, _Around(agency_name, previous_id, next_id, frozenset(aside or ()), seeks_somebody)


def _line(row: Referral, document: dict[str, Any], candidates: int) -> ReferralLine:
    victim = document.get("victim") or {}
    return ReferralLine(
        id=row.id,
        state=row.state,
        victim_name=_name(victim),
        perpetrator_names=tuple(_name(one) for one in document.get("perpetrators") or []),
        referrer_agency_id=row.referrer_agency_id,
        received_on=row.received_on,
        submitted_at=row.submitted_at,
        score=row.score,
        band=row.band,
        claimed_routes=tuple(row.routes.get("claimed", ())),
        derived_routes=tuple(row.routes.get("derived", ())),
        has_safe_contact=row.has_safe_contact,
        lacking=tuple(one.what for one in rules.quality(document)),
        candidates=candidates,
        case_id=row.case_id,
    )


def _name(person: dict[str, Any]) -> str:
    return f"{person.get('given_names') or ''} {person.get('family_name') or ''}".strip()


def counts(work: UnitOfWork) -> dict[str, int]:
    """Return how many referrals stand in each state, and how many accepted ones are repeats. For rehearsals. Raises NotAllowed."""
    work.require(Permission.SYSTEM_OPERATE)
    found = dict(work.session.execute(select(Referral.state, func.count()).group_by(Referral.state)).all())
    repeats = work.session.scalar(select(func.count()).select_from(Referral).where(Referral.is_repeat.is_(True)))
    return {**found, "repeats": repeats or 0}
