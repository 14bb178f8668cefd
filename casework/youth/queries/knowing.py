"""Who knows what about a young person: what reached each agency, and whether it may still use that today.

Made of the acts of sharing that were kept (casework.disclosures), never of what stands in the file itself.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, or_, select, true

from casework.agencies.models import Agency
from casework.cases.models import Case
from casework.clock import london_date
from casework.consent import queries as consent
from casework.consent.rules import Jurisdiction, rule_set_at
from casework.disclosures.models import Disclosure
from casework.disclosures.rules import words_from
from casework.errors import NotFound
from casework.partnerships import queries as partnerships
from casework.people import queries as people
from casework.programmes.youth_support.rules import Agreement, Clocks
from casework.programmes.youth_support.sharing import what_was_said
from casework.sharing.models import Share, WithdrawalNotice
from casework.sharing.rules import ShareState, WithdrawalAnswer
from casework.work import UnitOfWork
from casework.youth import policy
from casework.youth.queries.lists import YouthLine, line_of, of_cases

MOST_ACTS = 2000


class Now(StrEnum):
    """What became of a kind of information that an agency was told. The order is that of a page."""

    AGREED = "agreed"
    OTHER_BASIS = "other_basis"
    ENDED = "ended"
    KEPT = "kept"
    DELETED = "deleted"


LIVE = frozenset({Now.AGREED, Now.OTHER_BASIS})
"""What may still be used. The rest was told once; nothing is recalled, and no more is told."""


@dataclass(frozen=True, slots=True)
class Known:
    """One kind of information at one agency: when it was told last, what for, and what holds today."""

    category: str
    purpose: str
    told_at: datetime
    now: Now


@dataclass(frozen=True, slots=True)
class AgencyKnows:
    """One agency with what it was told, what it may still use first."""

    agency_id: uuid.UUID
    name: str
    keeps_file: bool
    known: tuple[Known, ...]


@dataclass(frozen=True, slots=True)
class WhoKnows:
    """The file's line and every agency that was told something, the one that keeps the file first.

    Somebody of the team who sees their part reads what their own agency told and was told; `is_all` says which it is.
    """

    line: YouthLine
    is_all: bool
    agencies: tuple[AgencyKnows, ...]


@dataclass(frozen=True, slots=True)
class _Act:
    agency_id: uuid.UUID
    slug: str
    categories: tuple[str, ...]
    purpose: str
    at: datetime
    rests_on_agreement: bool


@dataclass(frozen=True, slots=True)
class _Reading:
    """The answers about sharing as they stand today, read as the decision reads them."""

    answers: Sequence[Agreement]
    born: date | None
    today: date
    clocks: Clocks | None

    def covers(self, act: _Act, category: str) -> bool:
        """Say whether an agreement still lets the agency have this kind of information for what it was told for."""
        if self.clocks is None:
            return False
        said = what_was_said(
            self.answers,
            to_agency=act.slug,
            purpose=act.purpose or "",
            every_no_counts=False,
            categories=[category],
            born=self.born,
            today=self.today,
            clocks=self.clocks,
        )
        return category in said.yes


def who_knows(work: UnitOfWork, *, case_id: uuid.UUID) -> WhoKnows:
    """Return who was told what about a young person and may still use it, by agency, and note the view. Raises NotFound.

    A dozen statements for any number of acts. What was taken out of an inbox again because nobody answered is left out.
    """
    found = work.session.execute(of_cases(work, Case.id == case_id)).one_or_none()
    if found is None:
        policy.reach(work, case_id)
        raise NotFound
    case, row, person, is_whole, next_action, home = found
    work.note_view("youth_case:who_knows", "case", case_id)
    work.keys.load([person.key_id, row.key_id])
    who = people.opened(work, [person])[person.id]
    names = {row.agency_id: home}
    acts = _acts(work, case_id, names, is_all=bool(is_whole))
    reading = _reading(work, row.person_id, who.date_of_birth) if acts else None
    answered = _answered(work, case_id) if acts else {}
    known = {agency_id: _known(acts, agency_id, reading, answered) for agency_id in names}
    ordered = sorted(names, key=lambda one: (one != row.agency_id, names[one]))
    return WhoKnows(
        line=line_of(case, row, who, bool(is_whole), next_action),
        is_all=bool(is_whole),
        agencies=tuple(AgencyKnows(one, names[one], one == row.agency_id, known[one]) for one in ordered),
    )


def _acts(work: UnitOfWork, case_id: uuid.UUID, names: dict[uuid.UUID, str], *, is_all: bool) -> list[_Act]:
    """Return every act by which something went, the earliest first, and name the agencies that received it."""
    own = work.actor.agency_id
    rows = work.session.execute(
        select(Disclosure, Agency.id, Agency.slug, Agency.name)
        .join(Agency, Agency.id == Disclosure.to_agency_id)
        .outerjoin(Share, and_(Disclosure.kind == "share", Share.id == Disclosure.subject_id))
        .where(
            Disclosure.case_id == case_id,
            Disclosure.was_shared.is_(True),
            Disclosure.corrects_id.is_(None),
            or_(Share.id.is_(None), Share.state != ShareState.LAPSED.value),
            true() if is_all else or_(Disclosure.from_agency_id == own, Disclosure.to_agency_id == own),
        )
        .order_by(Disclosure.disclosed_at, Disclosure.id)
        .limit(MOST_ACTS)
    ).all()
    names |= {agency_id: name for _, agency_id, _, name in rows}
    work.keys.load({act.key_id for act, *_ in rows if act.key_id})
    return [
        _Act(
            agency_id=agency_id,
            slug=slug,
            categories=words_from(act.record.open(work.keys) or {}).allowed,
            purpose=act.purpose or "",
            at=act.disclosed_at,
            rests_on_agreement=act.agreement_id is not None,
        )
        for act, agency_id, slug, _ in rows
    ]


def _reading(work: UnitOfWork, person_id: uuid.UUID, born: date | None) -> _Reading:
    today = london_date(work.now)
    rules = rule_set_at(Jurisdiction(partnerships.partnership_record(work).jurisdiction), today)
    answers = [one.agreement for one in consent.agreements_for_decision(work, person_id=person_id)]
    return _Reading(answers, born, today, rules.clocks if rules else None)


def _answered(work: UnitOfWork, case_id: uuid.UUID) -> Mapping[uuid.UUID, tuple[datetime, str]]:
    """Return what each agency answered last when it was told that an agreement had ended: when it was told, and the answer."""
    rows = work.session.execute(
        select(WithdrawalNotice.agency_id, WithdrawalNotice.told_at, WithdrawalNotice.answer)
        .where(WithdrawalNotice.case_id == case_id)
        .order_by(WithdrawalNotice.told_at)
    )
    return {row.agency_id: (row.told_at, row.answer or "") for row in rows}


def _known(
    acts: Iterable[_Act],
    agency_id: uuid.UUID,
    reading: _Reading | None,
    answered: Mapping[uuid.UUID, tuple[datetime, str]],
) -> tuple[Known, ...]:
    """Return what one agency was told by kind: the act that lets it go on using it counts, else the last one."""
    found: dict[str, Known] = {}
    for act in acts:
        if act.agency_id != agency_id or reading is None:
            continue
        for category in act.categories:
            one = Known(category, act.purpose, act.at, _now(act, category, reading, answered.get(agency_id)))
            before = found.get(category)
            if before is None or one.now in LIVE or before.now not in LIVE:
                found[category] = one
    order = list(Now)
    return tuple(sorted(found.values(), key=lambda one: (order.index(one.now), one.category)))


def _now(act: _Act, category: str, reading: _Reading, answer: tuple[datetime, str] | None) -> Now:
    if not act.rests_on_agreement:
        return Now.OTHER_BASIS
    if reading.covers(act, category):
        return Now.AGREED
    said: Any = answer[1] if answer and answer[0] >= act.at else ""
    if said == WithdrawalAnswer.DELETED:
        return Now.DELETED
    return Now.KEPT if said == WithdrawalAnswer.KEPT else Now.ENDED
