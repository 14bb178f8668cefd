"""The round: its sittings and clocks, its states, who moves on when there is no room, the agenda, and what a hearing still lacks.

Days are London days, instants are aware UTC, clocks count working days of England and the partnership's own holidays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import count

from casework.clock import (
    add_months,
    add_working_days,
    at_london,
    day_and_time_words,
    deadline,
    holiday_name,
    is_working_day,
    london_date,
)
from casework.errors import Conflict, FieldError, Invalid
from casework.programmes.marac.rules import BankHolidayPolicy, Policy

_NO_DAYS: frozenset[date] = frozenset()


class Frequency(StrEnum):
    """How often a series sits. Monthly means the same weekday of the month as the first sitting, a fifth being the last."""

    WEEK = "week"
    FORTNIGHT = "fortnight"
    FOUR_WEEKS = "four_weeks"
    MONTH = "month"


_DAYS = {Frequency.WEEK: 7, Frequency.FORTNIGHT: 14, Frequency.FOUR_WEEKS: 28}


@dataclass(frozen=True, slots=True)
class Series:
    """A series of sittings: "every fortnight, Wednesday 09:30". `starts_on` is the first and gives the weekday."""

    frequency: Frequency
    starts_on: date
    at: time
    venue: str = ""

    def __post_init__(self) -> None:
        if self.starts_on.weekday() > 4:
            raise Invalid.field("starts_on", "Choose a first sitting on a day from Monday to Friday.")


@dataclass(frozen=True, slots=True)
class Sitting:
    """One sitting: the day by the series, the day it really is, the UTC instant, and why it was moved (None when not)."""

    planned_on: date
    sits_on: date
    sits_at: datetime
    moved_because: str | None


def sittings(
    series: Series, start: date, policy: Policy, extra_holidays: Collection[date] = _NO_DAYS, *, months: int = 6
) -> list[Sitting]:
    """Return the sittings whose planned day lies from `start` until `months` later, moved off holidays by the policy.

    Two sittings never share a day: where the policy would put one onto another, or onto a second holiday, the next free
    working day is taken. Nothing is planned before the first sitting of the series.
    """
    end = add_months(start, months)
    # A month earlier is looked at as well, so that a sitting moved into the window keeps its day.
    span = [day for day in _planned(series, end + timedelta(days=35)) if day >= start - timedelta(days=35)]
    taken = {day for day in span if is_working_day(day, extra_holidays)}
    found: list[Sitting] = []
    for planned in (day for day in span if day < end):
        sits_on = planned if planned in taken else _moved(planned, policy, extra_holidays, taken)
        taken.add(sits_on)
        if planned >= start:
            because = None if sits_on == planned else holiday_name(planned, extra_holidays)
            found.append(Sitting(planned, sits_on, at_london(sits_on, series.at), because))
    return found


def _planned(series: Series, until: date) -> Iterator[date]:
    if days := _DAYS.get(series.frequency):
        day = series.starts_on
        while day < until:
            yield day
            day += timedelta(days=days)
        return
    nth = (series.starts_on.day - 1) // 7
    for months in count():
        first = add_months(series.starts_on.replace(day=1), months)
        day = first + timedelta(days=(series.starts_on.weekday() - first.weekday()) % 7 + 7 * nth)
        if day.month != first.month:
            day -= timedelta(days=7)
        if day >= until:
            return
        yield day


def _moved(day: date, policy: Policy, extra_holidays: Collection[date], taken: Collection[date]) -> date:
    if policy.bank_holiday_policy is BankHolidayPolicy.SAME_DAY_NEXT_WEEK:
        later = day + timedelta(days=7)
        if is_working_day(later, extra_holidays) and later not in taken:
            return later
    back = policy.bank_holiday_policy is BankHolidayPolicy.PREVIOUS_WORKING_DAY
    moved = add_working_days(day, -1 if back else 1, extra_holidays)
    while moved in taken:
        moved = add_working_days(moved, -1 if back else 1, extra_holidays)
    return moved


@dataclass(frozen=True, slots=True)
class Clocks:
    """The UTC instants of one round. `action_reports_due_at` is None until the next sitting is known."""

    cut_off_at: datetime
    list_out_at: datetime
    research_due_at: datetime
    sits_at: datetime
    minutes_draft_due_at: datetime
    minutes_approval_due_at: datetime
    actions_out_at: datetime
    minutes_out_at: datetime
    action_reports_due_at: datetime | None


def clocks(
    sits_at: datetime,
    policy: Policy,
    extra_holidays: Collection[date] = _NO_DAYS,
    *,
    next_sits_on: date | None = None,
) -> Clocks:
    """Return every clock of the round that sits at `sits_at`, counted in working days from its London day.

    Times are London times of day on the day counted to, so a clock change in between moves no deadline on the wall.
    """
    sits_on = london_date(sits_at)

    def due(days: int, at: time) -> datetime:
        return deadline(add_working_days(sits_on, days, extra_holidays), at)

    reports = None
    if next_sits_on is not None:
        reports = deadline(
            add_working_days(next_sits_on, -policy.action_report_days, extra_holidays), policy.action_report_at
        )
    return Clocks(
        cut_off_at=due(-policy.cut_off_days, policy.cut_off_at),
        list_out_at=due(-policy.list_out_days, policy.list_out_at),
        research_due_at=due(-policy.research_days, policy.research_at),
        sits_at=sits_at,
        minutes_draft_due_at=due(policy.minutes_draft_days, policy.minutes_draft_at),
        minutes_approval_due_at=due(policy.minutes_approval_days, policy.minutes_approval_at),
        actions_out_at=due(policy.actions_out_days, policy.actions_out_at),
        minutes_out_at=due(policy.minutes_out_days, policy.minutes_out_at),
        action_reports_due_at=reports,
    )


class RoundState(StrEnum):
    """Where a round stands."""

    PLANNED = "planned"
    LIST_OUT = "list_out"
    INPUTS_CLOSED = "inputs_closed"
    SITTING = "sitting"
    MINUTES_DRAFT = "minutes_draft"
    APPROVED = "approved"
    ISSUED = "issued"
    FROZEN = "frozen"


ROUND_TRANSITIONS: Mapping[RoundState, frozenset[RoundState]] = {
    RoundState.PLANNED: frozenset({RoundState.LIST_OUT}),
    # A chair may begin although the schedule has not yet closed research.
    RoundState.LIST_OUT: frozenset({RoundState.INPUTS_CLOSED, RoundState.SITTING}),
    RoundState.INPUTS_CLOSED: frozenset({RoundState.SITTING}),
    RoundState.SITTING: frozenset({RoundState.MINUTES_DRAFT}),
    RoundState.MINUTES_DRAFT: frozenset({RoundState.APPROVED}),
    # Until issued, the chair may take the approval back.
    RoundState.APPROVED: frozenset({RoundState.ISSUED, RoundState.MINUTES_DRAFT}),
    # A corrected version begins as a draft.
    RoundState.ISSUED: frozenset({RoundState.FROZEN, RoundState.MINUTES_DRAFT}),
    RoundState.FROZEN: frozenset(),
}


class ListingState(StrEnum):
    """Where a case stands on one round's list. Deferred is put off by the table; moved went on for want of room."""

    LISTED = "listed"
    HEARD = "heard"
    DEFERRED = "deferred"
    MOVED = "moved"
    WITHDRAWN = "withdrawn"


LISTING_TRANSITIONS: Mapping[ListingState, frozenset[ListingState]] = {
    ListingState.LISTED: frozenset(set(ListingState) - {ListingState.LISTED}),
    # Taken up again while the sitting goes on: something was forgotten.
    ListingState.HEARD: frozenset({ListingState.LISTED}),
    ListingState.DEFERRED: frozenset(),
    ListingState.MOVED: frozenset(),
    ListingState.WITHDRAWN: frozenset(),
}


class LeftBecause(StrEnum):
    """Why a listed case was not heard in this round."""

    NO_ROOM = "no_room"
    NO_TIME = "no_time"
    REFERRER_ABSENT = "referrer_absent"
    INFORMATION_MISSING = "information_missing"
    MOVED_AWAY = "moved_away"
    HEARD_ELSEWHERE = "heard_elsewhere"
    REFERRAL_WITHDRAWN = "referral_withdrawn"
    OTHER = "other"


class AttendanceState(StrEnum):
    """Whether somebody was at the sitting."""

    EXPECTED = "expected"
    PRESENT = "present"
    APOLOGIES = "apologies"
    ABSENT = "absent"
    OBSERVER = "observer"


def move_round(state: RoundState | str, to: RoundState) -> RoundState:
    """Return `to` if a round may go there from `state`. Raises Conflict, in words, when it may not."""
    now = RoundState(state)
    if to not in ROUND_TRANSITIONS[now]:
        raise Conflict(f"This round is at “{_words(now)}”, so it cannot go to “{_words(to)}”.")
    return to


def move_listing(state: ListingState | str, to: ListingState) -> ListingState:
    """Return `to` if a listed case may go there from `state`. Raises Conflict, in words, when it may not."""
    now = ListingState(state)
    if to not in LISTING_TRANSITIONS[now]:
        raise Conflict(f"This case is already {now} in this round.")
    return to


def _words(code: StrEnum) -> str:
    return code.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Joining:
    """Whether a case may join a round, whether it is late, and why in words."""

    allowed: bool
    is_late: bool
    reason: str


def may_join(state: RoundState | str, now: datetime, cut_off_at: datetime, *, chairs_word: bool) -> Joining:
    """Say whether a case may be put on this round's list. From the cut-off on, or once the list is out, only by the chair."""
    state = RoundState(state)
    if state not in (RoundState.PLANNED, RoundState.LIST_OUT, RoundState.INPUTS_CLOSED, RoundState.SITTING):
        return Joining(False, True, "This round has ended. List the case for the next one.")
    if state is RoundState.PLANNED and now < cut_off_at:
        return Joining(True, False, "It is before the cut-off.")
    if chairs_word:
        return Joining(True, True, "The chair agreed to hear it although the cut-off has passed.")
    return Joining(
        False, True, f"The cut-off was {day_and_time_words(cut_off_at)}. Only the chair can let a case in after it."
    )


@dataclass(frozen=True, slots=True)
class ListedCase:
    """What decides whether a listed case stays when there is no room, and where it stands on the agenda."""

    id: str
    referred_at: datetime
    score: int
    is_repeat: bool = False
    has_children: bool = False
    is_imminent: bool = False
    times_moved: int = 0
    by_chairs_word: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """A case that moves to the next round, and why in words."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Overflow:
    """Who moves and who stays. `over_by` counts cases above capacity that nobody may move: the chair is told."""

    moving: tuple[Move, ...]
    staying: tuple[str, ...]
    over_by: int


def why_it_stays(case: ListedCase) -> str | None:
    """Return why a case may not be moved on for room, in words, or None when it may."""
    for holds, words in (
        (case.times_moved > 0, "it has been put off once already"),
        (case.by_chairs_word, "the chair asked for it"),
        (case.is_imminent, "the danger is imminent"),
        (case.is_repeat, "it is a repeat"),
        (case.has_children, "there are children"),
    ):
        if holds:
            return words
    return None


def who_moves(listings: Sequence[ListedCase], capacity: int) -> Overflow:
    """Choose which cases move to the next round when more are listed than there is room for.

    The newest move first, by the London day of the referral; of one day the lowest score; then by id, so that the answer
    is always the same. Repeats, cases with children or imminent risk, those the chair asked for and those already put off
    once stay. If that leaves too many, all of them stay and `over_by` says how many too many.
    """
    surplus = max(len(listings) - capacity, 0)
    movable = sorted(
        (case for case in listings if why_it_stays(case) is None),
        key=lambda case: (-london_date(case.referred_at).toordinal(), case.score, case.id),
    )
    moving = tuple(
        Move(
            case.id,
            f"{len(listings)} cases are listed and there is room for {capacity}. This one is among the newest and least "
            f"at risk ({case.score} of 24), is no repeat, has no children and was not put off before.",
        )
        for case in movable[:surplus]
    )
    gone = {move.id for move in moving}
    staying = tuple(case.id for case in listings if case.id not in gone)
    return Overflow(moving, staying, surplus - len(moving))


def agenda_order(listings: Iterable[ListedCase]) -> list[ListedCase]:
    """Return the cases in the order of hearing: with children first, so that children's agencies can leave.

    Within each half those put off before come first, then by referral, then by id (SafeLives' suggested agenda).
    """
    return sorted(listings, key=lambda case: (not case.has_children, -case.times_moved, case.referred_at, case.id))


class RiskTo(StrEnum):
    """Whom a risk is to."""

    VICTIM = "victim"
    CHILDREN = "children"
    PERPETRATOR = "perpetrator"
    STAFF = "staff"
    OTHERS = "others"


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingFacts:
    """What has been recorded of one hearing so far."""

    risks: Mapping[RiskTo, str] = field(default_factory=dict)
    actions: int = 0
    no_action_because: str | None = None
    teller: str | None = None
    tell_how: str | None = None
    nobody_tells_because: str | None = None


def what_is_missing(hearing: HearingFacts) -> list[FieldError]:
    """List what keeps a hearing from being finished: risks said; an action, or none and why; who tells the victim, or why not."""
    missing: list[FieldError] = []
    if not any(_said(words) for words in hearing.risks.values()):
        missing.append(FieldError("risks", "Say what the risks are, and to whom."))
    if not hearing.actions and not _said(hearing.no_action_because):
        missing.append(FieldError("actions", "Agree at least one action, or write why there is none."))
    if not _said(hearing.teller):
        if not _said(hearing.nobody_tells_because):
            missing.append(FieldError("teller", "Say who tells the victim, or write why nobody does."))
    elif not _said(hearing.tell_how):
        missing.append(FieldError("tell_how", "Say how the victim is told safely."))
    return missing


def _said(text: str | None) -> bool:
    return bool(text and text.strip())
