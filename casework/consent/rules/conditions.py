"""The conditions that a rule set's rows name, each a question with yes or no; and the words for what a row lets go."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from casework.consent.rules.case import Case
from casework.consent.rules.facts import Purpose, ReviewAnswer

Condition = Callable[[Case], bool]
Gives = Callable[[Case], frozenset[str]]


def _child_at_risk(case: Case) -> bool:
    return case.facts.risk.child_significant_harm is True or case.facts.review.agreed is ReviewAnswer.ROW_4


def _duty_is_possible(case: Case) -> bool:
    """Whether the duty to share may bind: switched on, two listed bodies, about a child, relevant to safety or welfare."""
    duty = case.facts.duty
    return (
        case.facts.s16la_switched_on
        and duty.helps_recipient is not False
        and case.facts.sender.listed_body is True
        and case.recipient.listed_body is True
        and case.is_under(case.rules.clocks.adult_from_age)
        and (duty.relevant_to_welfare is True or case.facts.review.agreed is ReviewAnswer.ROW_5)
    )


def _duty_is_unanswered(case: Case) -> bool:
    return case.facts.duty.helps_recipient is None or case.facts.duty.more_harmful is None


def _risk_is_declared(case: Case) -> bool:
    risk = case.facts.risk
    return (
        risk.welfare_concern is True
        or risk.child_significant_harm is True
        or risk.immediate_danger is True
        or risk.adult_at_risk is True
    )


def _police_tests_pass(case: Case) -> bool:
    request = case.facts.police_request
    return (
        request.written is True
        and request.reasonable_line is True
        and request.necessary is True
        and request.victim_notified is True
    )


def _requested(case: Case) -> frozenset[str]:
    if case.facts.police_request.substantial_value_stated is True:
        return case.own
    return case.own - case.lists.presumed_unnecessary_for_police


CONDITIONS: Mapping[str, Condition] = {
    "immediate_danger": lambda case: case.facts.risk.immediate_danger is True,
    "to_emergency_service": lambda case: case.recipient.is_as in case.lists.emergency_services,
    "everything_barred": lambda case: not case.free,
    "child_at_risk": _child_at_risk,
    "to_child_protection": lambda case: case.recipient.is_as in case.lists.child_protection,
    "purpose_protects": lambda case: case.facts.purpose in case.lists.protective_purposes,
    "duty_is_possible": _duty_is_possible,
    "duty_is_unanswered": _duty_is_unanswered,
    "more_harmful": lambda case: case.facts.duty.more_harmful is True,
    "purpose_is_marac": lambda case: case.facts.purpose is Purpose.MARAC,
    "purpose_is_not_marac": lambda case: case.facts.purpose is not Purpose.MARAC,
    "high_risk": lambda case: case.facts.risk.marac_high_risk is True,
    "not_high_risk": lambda case: case.facts.risk.marac_high_risk is not True,
    "victim_16_or_over": lambda case: case.is_at_least(case.rules.clocks.presumed_able_from_age),
    "victim_not_under_16": lambda case: not case.is_under(case.rules.clocks.presumed_able_from_age),
    "victim_under_16": lambda case: case.is_under(case.rules.clocks.presumed_able_from_age),
    "adult_at_risk": lambda case: (
        case.facts.risk.adult_at_risk is True
        and case.facts.subject.care_and_support_needs is True
        and case.is_at_least(case.rules.clocks.adult_from_age)
    ),
    "to_adult_safeguarding": lambda case: case.recipient.is_as in case.lists.adult_safeguarding,
    "said_no": lambda case: bool(case.said.no),
    "nobody_said_no": lambda case: not case.said.no,
    "signed": lambda case: case.is_signed,
    "not_signed": lambda case: not case.is_signed,
    "purpose_is_enforcement": lambda case: case.facts.purpose is Purpose.ASB_ENFORCEMENT,
    "to_enforcement": lambda case: case.recipient.is_as in case.lists.enforcement,
    "purpose_is_support": lambda case: case.facts.purpose in case.lists.support_purposes,
    "purpose_can_be_refused": lambda case: case.facts.purpose in case.lists.refusable_purposes,
    "all_agreed": lambda case: case.agreed == frozenset(case.facts.categories),
    "some_agreed": lambda case: bool(case.agreed),
    "none_agreed": lambda case: not case.agreed,
    "nothing_signed": lambda case: not case.signed,
    "some_about_the_subject_alone": lambda case: bool(case.own),
    "nothing_about_the_subject_alone": lambda case: not case.own,
    "no_need_declared": lambda case: not _risk_is_declared(case) and not case.said.disagreed,
    "both_reviewed": lambda case: case.facts.review.agreed is not None,
    "purpose_can_be_in_public_interest": lambda case: case.facts.purpose in case.lists.public_interest_purposes,
    "purpose_is_police_request": lambda case: case.facts.purpose is Purpose.POLICE_REQUEST,
    "to_police": lambda case: case.recipient.is_as in case.lists.police,
    "police_tests_pass": _police_tests_pass,
    "some_confidential": lambda case: bool(case.own & case.lists.confidential),
}
"""By the name that rule sets use. Each asks for what is known: None never satisfies a condition on which something may go."""

GIVES: Mapping[str, Gives] = {
    "everything": lambda case: case.free,
    "own": lambda case: case.own,
    "ordered": lambda case: case.ordered,
    "narrow_facts": lambda case: (case.own & case.lists.narrow_facts) | case.signed,
    "agreed": lambda case: case.agreed | case.signed,
    "signed": lambda case: case.signed,
    "requested": _requested,
}
"""What may go if a row decides. A row that would let nothing go does not decide."""
