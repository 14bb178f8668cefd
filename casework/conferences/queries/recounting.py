"""What a partnership's own holiday does to rounds that are still to come: the clocks that would move if it were none."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from casework.access.permissions import Permission
from casework.clock import at_london, is_working_day
from casework.conferences import rules
from casework.conferences.models import Conference, Marac
from casework.partnerships import queries as partnerships
from casework.programmes.marac.rules import Policy
from casework.work import UnitOfWork

CLOCKS = ("cut_off_at", "list_out_at", "research_due_at", "sits_at", "actions_out_at", "minutes_out_at")


@dataclass(frozen=True, slots=True)
class ClockMove:
    """One clock of a round: its name, when it stands (UTC) and when it would stand."""

    clock: str
    from_at: datetime
    to_at: datetime


@dataclass(frozen=True, slots=True)
class RecountedRound:
    """A round of which clocks counted on the holiday. `stays_because` is the code of why they stay all the same: passed, invited."""

    conference_id: uuid.UUID
    marac_name: str
    sits_at: datetime
    sits_on: date
    moves: tuple[ClockMove, ...]
    stays_because: str | None


def rounds_without_holiday(work: UnitOfWork, *, on_date: date) -> tuple[RecountedRound, ...]:
    """Return the planned rounds whose clocks would move if the partnership's own holiday of a London day were none, by sitting.

    Only clocks that stand where counting with it put them; each round by the policy that set them. A round stays when its cut-off
    has passed, before or after the move, or when it would sit on another day and people are invited to it. Raises NotAllowed.
    """
    work.require(Permission.PARTNERSHIP_MANAGE)
    holidays = partnerships.extra_holidays(work)
    if on_date not in holidays:
        return ()
    rows = work.session.execute(
        select(Conference, Marac)
        .join(Marac, Marac.id == Conference.marac_id)
        .where(Conference.state == rules.RoundState.PLANNED.value, Conference.sits_at > work.now)
        .order_by(Conference.sits_at, Conference.id)
    ).all()
    taken = {(row.marac_id, row.sits_on) for row, _ in rows}
    used = {row.policy_version_id for row, _ in rows}
    policies = {version_id: partnerships.policy_version(work, version_id=version_id) for version_id in used}
    found = []
    for row, marac in rows:
        counted = rules.clocks(row.sits_at, policies[row.policy_version_id], holidays)
        if any(getattr(row, clock) != getattr(counted, clock) for clock in CLOCKS):
            continue
        one = _recounted(work, row, marac, policies[row.policy_version_id], holidays - {on_date}, taken)
        if one.moves:
            found.append(one)
    return tuple(found)


def _recounted(
    work: UnitOfWork,
    row: Conference,
    marac: Marac,
    policy: Policy,
    without: frozenset[date],
    taken: set[tuple[uuid.UUID, date]],
) -> RecountedRound:
    sits_on = row.sits_on
    comes_back = sits_on != row.planned_on and (row.marac_id, row.planned_on) not in taken
    if comes_back and is_working_day(row.planned_on, without):
        sits_on = row.planned_on
    sits_at = row.sits_at if sits_on == row.sits_on else at_london(sits_on, marac.sits_at_time)
    clocks = rules.clocks(sits_at, policy, without)
    moves = tuple(
        ClockMove(clock, getattr(row, clock), getattr(clocks, clock))
        for clock in CLOCKS
        if getattr(row, clock) != getattr(clocks, clock)
    )
    stays = None
    if min(row.cut_off_at, clocks.cut_off_at) <= work.now:
        stays = "passed"
    elif sits_on != row.sits_on and row.invitation_sequence:
        stays = "invited"
    return RecountedRound(row.id, marac.name, row.sits_at, sits_on, moves, stays)
