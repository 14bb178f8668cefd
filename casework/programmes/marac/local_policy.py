"""A partnership's MARAC settings: local practice as dated, versioned data, checked as a whole before it is used.

Every number is a default of usual practice that a partnership may change by a new version.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Any

from casework.errors import FieldError, Invalid


class Route(StrEnum):
    """Why a case comes to MARAC."""

    VISIBLE_HIGH_RISK = "visible_high_risk"
    PROFESSIONAL_JUDGEMENT = "professional_judgement"
    POTENTIAL_ESCALATION = "potential_escalation"
    REPEAT = "repeat"


class RepeatRule(StrEnum):
    """What makes a referral a repeat. Four definitions are in use; a partnership chooses one."""

    SAFELIVES_CURRENT = "safelives_current"
    SAFELIVES_OLDER = "safelives_older"
    MEETING_ANCHOR = "meeting_anchor"
    FURTHER_INCIDENT_SINCE_REFERRAL = "further_incident_since_referral"


class BankHolidayPolicy(StrEnum):
    """Where a sitting goes that would fall on a holiday."""

    NEXT_WORKING_DAY = "next_working_day"
    PREVIOUS_WORKING_DAY = "previous_working_day"
    SAME_DAY_NEXT_WEEK = "same_day_next_week"


class FlagAnchor(StrEnum):
    """From which day the twelve months of a flag run."""

    REFERRAL = "referral"
    CONFERENCE = "conference"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A partnership's MARAC settings at one version. `*_days` are working days, `*_at` are London times of day.

    Days before the sitting: cut_off, list_out, research. After it: minutes_draft, minutes_approval, actions_out,
    minutes_out. `action_report_days` counts back from the next sitting. The defaults are usual practice; the three days
    for minutes are Derbyshire's protocol, the threshold of 14 and the count of 3 the SafeLives referral form's.
    """

    version: int = 1
    threshold: int = 14
    medium_from: int = 10
    escalation_incidents: int = 3
    routes: tuple[Route, ...] = tuple(Route)
    referring_agencies: tuple[str, ...] = ()
    repeat_rule: RepeatRule = RepeatRule.SAFELIVES_CURRENT
    repeat_months: int = 12
    capacity: int = 16
    minutes_a_case: int = 12
    bank_holiday_policy: BankHolidayPolicy = BankHolidayPolicy.NEXT_WORKING_DAY
    cut_off_days: int = 8
    cut_off_at: time = time(17, 0)
    list_out_days: int = 7
    list_out_at: time = time(9, 0)
    research_days: int = 2
    research_at: time = time(17, 0)
    minutes_draft_days: int = 1
    minutes_draft_at: time = time(10, 0)
    minutes_approval_days: int = 1
    minutes_approval_at: time = time(16, 0)
    actions_out_days: int = 1
    actions_out_at: time = time(17, 0)
    minutes_out_days: int = 3
    minutes_out_at: time = time(17, 0)
    action_report_days: int = 1
    action_report_at: time = time(17, 0)
    triage_days: int = 1
    triage_at: time = time(12, 0)
    idva_contact_hours: int = 48
    tell_victim_days: int = 2
    flag_months: int = 12
    flag_anchor: FlagAnchor = FlagAnchor.REFERRAL

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any], version: int = 1) -> Policy:
        """Build a policy from stored settings (JSON values; times as "17:00"). What is not given keeps its default.

        Raises Invalid naming every setting that is unknown, of the wrong kind, out of range or out of order.
        """
        errors: list[FieldError] = []
        given: dict[str, Any] = {"version": version}
        for name, value in settings.items():
            if name not in _READERS:
                errors.append(FieldError(name, "There is no such setting. Check the spelling."))
                continue
            try:
                given[name] = _READERS[name](value)
            except (ValueError, TypeError) as wrong:
                errors.append(FieldError(name, str(wrong)))
        if errors:
            raise Invalid(errors)
        policy = cls(**given)
        if errors := list(_out_of_order(policy)):
            raise Invalid(errors)
        return policy

    def to_settings(self) -> dict[str, Any]:
        """Return every setting as JSON values, the inverse of `from_settings`; the version is kept beside them."""
        return {f.name: _plain(getattr(self, f.name)) for f in dataclasses.fields(self) if f.name != "version"}


def _plain(value: Any) -> Any:
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, tuple):
        return [str(part) for part in value]
    return str(value) if isinstance(value, StrEnum) else value


def _whole(low: int, high: int, unit: str) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"Give a whole number of {unit} from {low} to {high}.")
        return value

    return read


def _time_of_day(value: Any) -> time:
    try:
        hours, minutes = str(value).split(":")
        return time(int(hours), int(minutes))
    except ValueError:
        raise ValueError("Give a London time of day as 17:00.") from None


def _one_of(kind: type[StrEnum]) -> Callable[[Any], StrEnum]:
    def read(value: Any) -> StrEnum:
        try:
            return kind(value)
        except ValueError:
            raise ValueError(f"Give one of: {', '.join(kind)}.") from None

    return read


def _routes(value: Any) -> tuple[Route, ...]:
    read = _one_of(Route)
    if not isinstance(value, list | tuple) or not value:
        raise ValueError("Give a list with at least one route.")
    given = {Route(read(part)) for part in value}
    # Judgement may always raise a case: no policy can close that door.
    if Route.PROFESSIONAL_JUDGEMENT not in given:
        raise ValueError("Keep professional_judgement in the list: it may always raise a case.")
    return tuple(route for route in Route if route in given)


def _agencies(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(part, str) and part for part in value):
        raise ValueError("Give a list of agencies by their short names; an empty list means every member agency.")
    return tuple(value)


_READERS: dict[str, Callable[[Any], Any]] = {
    "threshold": _whole(1, 24, "yes answers"),
    "medium_from": _whole(1, 24, "yes answers"),
    "escalation_incidents": _whole(2, 20, "incidents"),
    "routes": _routes,
    "referring_agencies": _agencies,
    "repeat_rule": _one_of(RepeatRule),
    "repeat_months": _whole(1, 36, "months"),
    "capacity": _whole(1, 60, "cases"),
    "minutes_a_case": _whole(3, 60, "minutes"),
    "bank_holiday_policy": _one_of(BankHolidayPolicy),
    "triage_days": _whole(0, 10, "working days"),
    "tell_victim_days": _whole(0, 10, "working days"),
    "idva_contact_hours": _whole(1, 168, "hours"),
    "flag_months": _whole(1, 36, "months"),
    "flag_anchor": _one_of(FlagAnchor),
    **{
        f"{clock}_days": _whole(1, 20, "working days") for clock in ("cut_off", "list_out", "research", "action_report")
    },
    **{
        f"{clock}_days": _whole(0, 20, "working days")
        for clock in ("minutes_draft", "minutes_approval", "actions_out", "minutes_out")
    },
    **{f.name: _time_of_day for f in dataclasses.fields(Policy) if f.name.endswith("_at")},
}


def _out_of_order(policy: Policy) -> Iterable[FieldError]:
    """Say which clocks would not follow one another: cut-off, list out, research, sitting; draft, approval, minutes out."""
    # Before the sitting more days mean earlier, so days are negated to make a later clock the greater.
    cut_off = (-policy.cut_off_days, policy.cut_off_at)
    list_out = (-policy.list_out_days, policy.list_out_at)
    research = (-policy.research_days, policy.research_at)
    draft = (policy.minutes_draft_days, policy.minutes_draft_at)
    approval = (policy.minutes_approval_days, policy.minutes_approval_at)
    if not cut_off < list_out:
        yield FieldError("cut_off_days", "The cut-off must come before the list goes out.")
    if not list_out < research:
        yield FieldError("list_out_days", "The list must go out before research is due.")
    if not draft < approval:
        yield FieldError("minutes_draft_days", "Minutes must be drafted before they are due for approval.")
    if not approval < (policy.minutes_out_days, policy.minutes_out_at):
        yield FieldError("minutes_out_days", "Minutes must be due out after they are due for approval.")
    if not approval <= (policy.actions_out_days, policy.actions_out_at):
        yield FieldError("actions_out_days", "Actions must be due out after minutes are due for approval.")
    if policy.medium_from > policy.threshold:
        yield FieldError("medium_from", "The medium band must begin at or below the threshold.")


DEFAULTS = Policy()
