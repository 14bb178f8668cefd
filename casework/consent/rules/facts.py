"""The facts that a sharing decision rests on: every fact that may be unknown is None, and what is unknown never helps to share."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from casework.agencies.rules import AgencyKind
from casework.programmes.youth_support.rules import Agreement


class ProgrammeCode(StrEnum):
    """Under which programme the question is asked."""

    YOUTH_SUPPORT = "youth_support"
    MARAC = "marac"


class Setting(StrEnum):
    """Where it would be shared: with one agency, in the youth group, at a MARAC, or in joint operations."""

    BILATERAL = "bilateral"
    GROUP = "group"
    CONFERENCE = "conference"
    JOINT_OPERATIONS = "joint_operations"


class Jurisdiction(StrEnum):
    """Whose law. Rule sets exist for England; the others are refused, never guessed."""

    ENGLAND = "england"
    WALES = "wales"
    SCOTLAND = "scotland"
    NORTHERN_IRELAND = "northern_ireland"


class Purpose(StrEnum):
    """What it would be shared for, as declared by the sender."""

    SUPPORT_PLAN = "support_plan"
    ASSESSMENT = "assessment"
    REFERRAL_TO_SERVICE = "referral_to_service"
    SCHOOL_SUPPORT = "school_support"
    HOUSING = "housing"
    HEALTH = "health"
    EVALUATION = "evaluation"
    ASB_ENFORCEMENT = "asb_enforcement"
    ASB_SUPPORT = "asb_support"
    SAFEGUARDING = "safeguarding"
    MARAC = "marac"
    EMERGENCY = "emergency"
    LEGAL = "legal"
    POLICE_REQUEST = "police_request"


class Category(StrEnum):
    """Kinds of information. The sender says which are asked for; the answer says which may go."""

    BASIC = "basic"
    ASSESSMENT_SUMMARY = "assessment_summary"
    FULL_ASSESSMENT = "full_assessment"
    EDUCATION = "education"
    HEALTH = "health"
    MENTAL_HEALTH = "mental_health"
    COUNSELLING = "counselling"
    SUBSTANCE_USE = "substance_use"
    SEXUAL_HEALTH = "sexual_health"
    OFFENDING = "offending"
    ASB_INCIDENTS = "asb_incidents"
    FAMILY = "family"
    HOUSING = "housing"
    MONEY = "money"
    SAFEGUARDING_CHRONOLOGY = "safeguarding_chronology"
    COUNTS_ONLY = "counts_only"


class Article6(StrEnum):
    """A lawful basis under Article 6 of the UK GDPR."""

    PUBLIC_TASK = "public_task"
    RECOGNISED_LEGITIMATE_INTEREST = "recognised_legitimate_interest"
    LEGAL_OBLIGATION = "legal_obligation"
    VITAL_INTERESTS = "vital_interests"
    CONSENT = "consent"


class ReviewAnswer(StrEnum):
    """What a reviewer concluded: significant harm (row 4), the duty to share (row 5), or not to share."""

    ROW_4 = "row_4"
    ROW_5 = "row_5"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """The sending agency. `body` says what it is in law (police, ambulance) when its short name does not."""

    agency: str
    body: str | None = None
    kind: AgencyKind | None = None
    listed_body: bool | None = None
    protocol_signed: bool | None = None
    active: bool | None = None

    @property
    def is_as(self) -> str:
        """What it is known as in the rule set's lists of bodies."""
        return (self.body or self.agency).replace("-", "_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient(Agency):
    """The receiving agency, what stands between it and the subject, and whether it has a part to play."""

    is_alleged_abuser: bool | None = None
    route_reaches_abuser: bool | None = None
    conflict_blocked: bool | None = None
    need_to_know: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The young person or the victim."""

    date_of_birth: date | None = None
    care_and_support_needs: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """What is declared about danger and harm."""

    immediate_danger: bool | None = None
    child_significant_harm: bool | None = None
    marac_high_risk: bool | None = None
    marac_routes: tuple[str, ...] = ()
    adult_at_risk: bool | None = None
    welfare_concern: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CourtOrder:
    """What a court ordered to be shared, and with whom."""

    categories: frozenset[Category] = frozenset()
    recipient: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """The answers that the duty to share (Children Act 2004 s16LA) turns on."""

    relevant_to_welfare: bool | None = None
    helps_recipient: bool | None = None
    more_harmful: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PoliceRequest:
    """The tests of a police request for a victim's information (Police, Crime, Sentencing and Courts Act 2022 s44A)."""

    written: bool | None = None
    reasonable_line: bool | None = None
    necessary: bool | None = None
    substantial_value_stated: bool | None = None
    victim_notified: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What the two reviewers of a refused share concluded."""

    manager: ReviewAnswer | None = None
    safeguarding_lead: ReviewAnswer | None = None

    @property
    def agreed(self) -> ReviewAnswer | None:
        """The conclusion when both have one and it is the same."""
        return self.manager if self.manager is self.safeguarding_lead else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One question: may this agency tell that one these categories, for this purpose, at this moment (aware, UTC)?

    Lists that name exceptions (bars, agreements, counts) are empty when nothing is recorded. `third_party_categories` is
    None when nobody has said which categories are about other people too.
    """

    now: datetime
    programme: ProgrammeCode
    sender: Agency
    categories: tuple[Category, ...]
    recipient: Recipient | None = None
    setting: Setting | None = None
    jurisdiction: Jurisdiction = Jurisdiction.ENGLAND
    s16la_switched_on: bool = False
    subject: Subject = field(default_factory=Subject)
    purpose: Purpose | None = None
    risk: Risk = field(default_factory=Risk)
    agreements: tuple[Agreement, ...] = ()
    third_party_categories: frozenset[Category] | None = None
    barred_categories: frozenset[Category] = frozenset()
    court_order: CourtOrder | None = None
    duty: Duty = field(default_factory=Duty)
    public_interest_signed_by: str | None = None
    police_request: PoliceRequest = field(default_factory=PoliceRequest)
    chosen_basis: Article6 | None = None
    review: Review = field(default_factory=Review)
    counts: tuple[int, ...] = ()
