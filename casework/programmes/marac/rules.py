"""MARAC's rules: the routes in, the repeat rule and the age limit. Facts in, answers and reasons out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from casework.clock import add_months, age_on, wednesday_9_december
from casework.errors import FieldError, Invalid
from casework.programmes.marac.local_policy import DEFAULTS, BankHolidayPolicy, FlagAnchor, Policy, RepeatRule, Route

__all__ = [
    "DEFAULTS",
    "LIKELY_CRIMES",
    "VICTIM_FROM_AGE",
    "BankHolidayPolicy",
    "FlagAnchor",
    "IncidentKind",
    "PastReferral",
    "Policy",
    "Repeat",
    "RepeatRule",
    "Route",
    "RoutesIn",
    "Under16",
    "repeat_answer",
    "routes_in",
    "under_16",
]

VICTIM_FROM_AGE = 16
"""MARAC hears victims from this age; a younger one is a matter for children's safeguarding."""


class IncidentKind(StrEnum):
    """What happened most recently between the two, as far as the referral says."""

    VIOLENCE = "violence"
    THREATS = "threats"
    DAMAGE = "damage_to_property"
    STALKING_OR_HARASSMENT = "stalking_or_harassment"
    SEXUAL = "rape_or_sexual_abuse"
    CONTROL = "controlling_behaviour"
    UNWANTED_CONTACT = "unwanted_contact"
    BREACH = "breach_of_order_or_bail"
    DISPUTE = "dispute_over_children_or_property"
    OTHER_ABUSE = "other_abuse"
    NOT_STATED = "not_stated"
    NONE = "none"


LIKELY_CRIMES = frozenset(
    {
        IncidentKind.VIOLENCE,
        IncidentKind.THREATS,
        IncidentKind.DAMAGE,
        IncidentKind.STALKING_OR_HARASSMENT,
        IncidentKind.SEXUAL,
    }
)
"""The older definition's list: violence or threats, also to property; a pattern of stalking or harassment; sexual abuse."""


@dataclass(frozen=True, slots=True)
class RoutesIn:
    """The routes by which a referral comes to MARAC, whether a written judgement is still needed, and what is wrong.

    `problems` must be put right before the referral is accepted; `remarks` are routes that were ticked and do not follow
    from the facts, in words for triage.
    """

    routes: tuple[Route, ...]
    judgement_needed: bool
    problems: tuple[FieldError, ...]
    remarks: tuple[str, ...] = ()


def routes_in(
    score: int,
    judgement_reasons: str | None,
    incidents: int | None,
    is_repeat: bool,
    claimed_routes: Collection[str],
    policy: Policy = DEFAULTS,
) -> RoutesIn:
    """Derive the routes in from the facts (SafeLives referral criteria).

    Visible high risk follows from the score, potential escalation from `incidents` (reported to police in 12 months; None
    is not known), repeat from the repeat rule. Professional judgement counts when it is claimed with written reasons. It
    may only raise: it is never asked for when another route holds, and nothing here takes a derived route away. Below
    every route a written judgement is needed, and the problem names the field.
    """
    reasons = (judgement_reasons or "").strip()
    claims_judgement = Route.PROFESSIONAL_JUDGEMENT in claimed_routes
    holds = {
        Route.VISIBLE_HIGH_RISK: score >= policy.threshold,
        Route.PROFESSIONAL_JUDGEMENT: claims_judgement and bool(reasons),
        Route.POTENTIAL_ESCALATION: incidents is not None and incidents >= policy.escalation_incidents,
        Route.REPEAT: is_repeat,
    }
    routes = tuple(route for route in Route if holds[route] and route in policy.routes)
    problems: list[FieldError] = []
    if claims_judgement and not reasons:
        problems.append(FieldError("reasons", "Write why you judge the risk of serious harm to be high."))
    elif not routes:
        problems.append(
            FieldError(
                "reasons",
                f"There are {score} yes answers of the {policy.threshold} needed and no other route. "
                "If you judge the risk to be high, choose professional judgement and write why.",
            )
        )
    return RoutesIn(routes, not routes, tuple(problems), tuple(_remarks(claimed_routes, holds, score, policy)))


def _remarks(claimed: Collection[str], holds: Mapping[Route, bool], score: int, policy: Policy) -> Iterable[str]:
    words = {
        Route.VISIBLE_HIGH_RISK: f"Visible high risk was ticked, but {score} answers are yes and {policy.threshold} are needed.",
        Route.POTENTIAL_ESCALATION: "Potential escalation was ticked, but fewer than "
        f"{policy.escalation_incidents} incidents in 12 months are given.",
        Route.REPEAT: "Repeat was ticked, but no earlier referral of these two is known here within the time.",
    }
    return (text for route, text in words.items() if route in claimed and not holds[route])


@dataclass(frozen=True, slots=True)
class PastReferral:
    """An earlier accepted referral of the same victim and perpetrator: the day received and the sitting that heard it."""

    referred_on: date
    heard_on: date | None = None


@dataclass(frozen=True, slots=True)
class Repeat:
    """Whether a referral is a repeat, with both anchor days, the rule and policy version that answered, and why in words.

    `kind_needed` means that the rule turns on what happened and the referral does not say: it counts as a repeat until
    somebody says otherwise.
    """

    is_repeat: bool
    anchor_referral_on: date | None
    anchor_conference_on: date | None
    rule: RepeatRule
    rule_version: int
    reason: str
    kind_needed: bool = False

    @property
    def rule_code(self) -> str:
        """The rule with its version as it is stored beside the answer: "safelives_current/1"."""
        return f"{self.rule}/{self.rule_version}"


def repeat_answer(
    history: Iterable[PastReferral],
    referred_on: date,
    incident_kind: IncidentKind | str = IncidentKind.NOT_STATED,
    policy: Policy = DEFAULTS,
    incident_on: date | None = None,
) -> Repeat:
    """Say whether a referral of a known pair, received on `referred_on`, is a repeat under the partnership's rule.

    "Within twelve months" is read as up to and including the anniversary of the anchor: day 365 counts and day 366 does
    not, unless a 29 February lies between, when the anniversary is day 366 and still counts. After 29 February it is 28
    February. Earlier referrals dated after `referred_on` are left aside.

    - safelives_current: anchor is the last referral, any further abuse counts, criminal or not.
    - safelives_older: anchor is the last referral, only what would be a crime counts.
    - meeting_anchor: anchor is the last sitting that heard them, any abuse counts.
    - further_incident_since_referral: as the older rule, and the incident (`incident_on`) must not lie before the anchor.
    """
    kind = IncidentKind(incident_kind)
    past = [p for p in history if p.referred_on <= referred_on]
    referral = max((p.referred_on for p in past), default=None)
    conference = max((p.heard_on for p in past if p.heard_on and p.heard_on <= referred_on), default=None)
    by_meeting = policy.repeat_rule is RepeatRule.MEETING_ANCHOR
    anchor = conference if by_meeting else referral
    kind_needed = False
    if anchor is None:
        is_repeat, reason = (
            False,
            "They have not been heard here before." if past else "No earlier referral of these two.",
        )
    elif referred_on > add_months(anchor, policy.repeat_months):
        is_repeat, reason = (
            False,
            f"The last {_anchor_words(by_meeting, anchor)} is more than {policy.repeat_months} months ago.",
        )
    else:
        is_repeat, kind_needed, reason = _counts(kind, incident_on, anchor, policy)
        reason = f"The last {_anchor_words(by_meeting, anchor)} is within {policy.repeat_months} months. {reason}"
    return Repeat(is_repeat, referral, conference, policy.repeat_rule, policy.version, reason, kind_needed)


def _anchor_words(by_meeting: bool, anchor: date) -> str:
    return f"{'sitting' if by_meeting else 'referral'}, {wednesday_9_december(anchor, with_year=True)},"


def _counts(kind: IncidentKind, on: date | None, anchor: date, policy: Policy) -> tuple[bool, bool, str]:
    """Say whether what happened counts under the rule, whether its kind must still be given, and why."""
    if kind is IncidentKind.NONE:
        return False, False, "Nothing further has happened between them."
    if policy.repeat_rule in (RepeatRule.SAFELIVES_CURRENT, RepeatRule.MEETING_ANCHOR):
        return True, False, "Any further abuse counts, whether or not it is a crime."
    if policy.repeat_rule is RepeatRule.FURTHER_INCIDENT_SINCE_REFERRAL and on is not None and on < anchor:
        return False, False, "The incident lies before that referral."
    if kind is IncidentKind.NOT_STATED:
        return True, True, "It is not said what happened: a repeat until somebody says that it would not be a crime."
    if kind in LIKELY_CRIMES:
        return True, False, "What happened would be a crime."
    return False, False, "What happened would not be a crime, and this partnership counts only those."


@dataclass(frozen=True, slots=True)
class Under16:
    """Whether a victim is too young for MARAC. An unknown birth date redirects nobody, but somebody must ask."""

    redirected: bool
    birth_date_needed: bool
    reason: str


def under_16(victim_dob: date | None, on: date) -> Under16:
    """Say whether the victim is under 16 on the London day `on` and so is redirected to children's safeguarding, not heard.

    Raises Invalid for a birth after `on`.
    """
    if victim_dob is None:
        return Under16(False, True, "The date of birth is not known. Find out whether the victim is 16 or over.")
    if victim_dob > on:
        raise Invalid.field("victim.date_of_birth", "Give a date of birth that is not after the referral.")
    if age_on(victim_dob, on) < VICTIM_FROM_AGE:
        return Under16(
            True, False, "The victim is under 16: children’s social care leads, and MARAC does not hear the case."
        )
    return Under16(False, False, "The victim is 16 or over.")
