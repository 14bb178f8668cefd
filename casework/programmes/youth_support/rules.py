"""Who may agree to sharing for a young person in England, from when until when. Facts in, answers out; every day is a London day.

Source: Gillick for under 16; Family Law Reform Act 1969 and Mental Capacity Act 2005 from 16; Children Act 1989 for parental
responsibility. The ages and clocks are data of the rule set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from casework.clock import add_months, age_on


class Status(StrEnum):
    """What was answered."""

    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Relation(StrEnum):
    """In which right somebody answered."""

    SELF = "self"
    PARENTAL_RESPONSIBILITY = "parental_responsibility"
    COURT = "court"
    BEST_INTERESTS = "best_interests"


class Fault(StrEnum):
    """Why a yes does not count."""

    NO_DATE = "no_date"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    GIVER_UNKNOWN = "giver_unknown"
    GIVER_IS_ABUSER = "giver_is_abuser"
    GIVER_MAY_BE_ABUSER = "giver_may_be_abuser"
    AGE_UNKNOWN = "age_unknown"
    TOO_YOUNG = "too_young"
    NOT_COMPETENT = "not_competent"
    PARENT_NOT_CONFIRMED_AT_16 = "parent_not_confirmed_at_16"
    PARENT_AFTER_16 = "parent_after_16"
    ADULT = "adult"
    BEST_INTERESTS_UNDER_16 = "best_interests_under_16"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """Ages in years and clocks in months and days, from the rule set."""

    own_answer_from_age: int
    presumed_able_from_age: int
    adult_from_age: int
    parents_answer_ends_after_days: int
    longest_months: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Giver:
    """Who answered. None is not known."""

    relation: Relation | None = None
    competent: bool | None = None
    recorded_as_abuser: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One answer about sharing: to which agencies (by their short names), which categories, for which purposes.

    `deny` may name "*" for every category or every agency; `permit` names each. Replaced answers are not handed in.
    """

    status: Status
    on: date | None = None
    review_due: date | None = None
    expires_on: date | None = None
    giver: Giver = field(default_factory=Giver)
    purposes: frozenset[str] = frozenset()
    permit: Mapping[str, frozenset[str]] = field(default_factory=dict)
    deny: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def is_void(self) -> bool:
        """Whether the answer counts for nothing, as yes or as no: it is another's, who is recorded as the alleged abuser."""
        return self.giver.recorded_as_abuser is True and self.giver.relation not in (None, Relation.SELF)


def fault_of(agreement: Agreement, *, born: date | None, today: date, clocks: Clocks) -> Fault | None:
    """Say why a yes does not count today, or None when it does. What is not known counts against it.

    A day named as the end is the first day on which the yes no longer counts; no yes outlives `clocks.longest_months`.
    """
    if agreement.on is None:
        return Fault.NO_DATE
    if agreement.on > today:
        return Fault.NOT_YET
    ends = add_months(agreement.on, clocks.longest_months)
    if today >= ends or (agreement.expires_on is not None and today >= agreement.expires_on):
        return Fault.EXPIRED
    return _fault_of_giver(agreement.giver, agreement.on, born, today, clocks)


def _fault_of_giver(giver: Giver, given_on: date, born: date | None, today: date, clocks: Clocks) -> Fault | None:
    if giver.relation is None:
        return Fault.GIVER_UNKNOWN
    if giver.recorded_as_abuser:
        return Fault.GIVER_IS_ABUSER
    if giver.relation is Relation.SELF:
        return _fault_of_own(giver, born, today, clocks)
    if giver.recorded_as_abuser is None:
        return Fault.GIVER_MAY_BE_ABUSER
    if giver.relation is Relation.COURT:
        return None
    if born is None:
        return Fault.AGE_UNKNOWN
    if giver.relation is Relation.BEST_INTERESTS:
        return Fault.BEST_INTERESTS_UNDER_16 if age_on(born, today) < clocks.presumed_able_from_age else None
    return _fault_of_parents(given_on, giver, born, today, clocks)


def _fault_of_own(giver: Giver, born: date | None, today: date, clocks: Clocks) -> Fault | None:
    if giver.competent is False:
        return Fault.NOT_COMPETENT
    if born is None:
        return Fault.AGE_UNKNOWN
    age = age_on(born, today)
    if age < clocks.own_answer_from_age:
        return Fault.TOO_YOUNG
    if age < clocks.presumed_able_from_age and giver.competent is None:
        return Fault.NOT_COMPETENT
    return None


def _fault_of_parents(given_on: date, giver: Giver, born: date, today: date, clocks: Clocks) -> Fault | None:
    """A parent's yes is to be taken afresh from the young person at 16, ends some days later, and at 18 in any case."""
    if age_on(born, today) >= clocks.adult_from_age:
        return Fault.ADULT
    if giver.competent is False:
        return Fault.NOT_COMPETENT
    turns_16 = birthday(born, clocks.presumed_able_from_age)
    if given_on >= turns_16:
        return Fault.PARENT_AFTER_16
    if today >= turns_16 + timedelta(days=clocks.parents_answer_ends_after_days):
        return Fault.PARENT_NOT_CONFIRMED_AT_16
    return None


def birthday(born: date, age: int) -> date:
    """Return the day on which `age` is attained: 1 March in a common year for who was born on 29 February."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)
