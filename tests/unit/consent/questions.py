"""Questions to ask of the sharing rules: whole sets of facts, and changes to them by path."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from casework.consent.rules import Answer, facts_from, may_share


class _LeftOut:
    """Reads the same in every process, so that the names of tests do."""

    def __repr__(self) -> str:
        return "left out"


LEFT_OUT = _LeftOut()
"""As the value of a change: the fact is not known."""

A_YES: dict[str, Any] = {
    "status": "given",
    "on": "2026-09-01",
    "review_due": "2026-12-01",
    "expires_on": "2027-09-01",
    "giver": {"relation": "self", "competent": True, "recorded_as_abuser": False},
    "purposes": ["support_plan"],
    "permit": {"housing": ["basic", "education"]},
    "deny": {},
}
"""A young person of 16 agrees that housing may know two kinds of things for the support plan."""

A_PARENTS_YES: dict[str, Any] = A_YES | {
    "giver": {"relation": "parental_responsibility", "competent": True, "recorded_as_abuser": False}
}

A_NO: dict[str, Any] = {
    "status": "refused",
    "on": "2026-09-02",
    "giver": {"relation": "self", "competent": True, "recorded_as_abuser": False},
    "purposes": ["support_plan"],
}

SUPPORT: dict[str, Any] = {
    "now": "2026-11-23T10:00:00Z",
    "jurisdiction": "england",
    "switches": {"s16LA": False},
    "programme": "youth_support",
    "setting": "bilateral",
    "sender": {
        "agency": "youth_service",
        "kind": "public_authority",
        "listed_body": True,
        "protocol_signed": True,
        "active": True,
    },
    "recipient": {
        "agency": "housing",
        "kind": "public_authority",
        "listed_body": True,
        "protocol_signed": True,
        "active": True,
        "is_alleged_abuser": False,
        "route_reaches_abuser": False,
        "conflict_blocked": False,
        "need_to_know": True,
    },
    "subject": {"date_of_birth": "2010-05-01", "care_and_support_needs": False},
    "purpose": "support_plan",
    "categories": ["basic", "education"],
    "risk": {
        "immediate_danger": False,
        "child_significant_harm": False,
        "marac_high_risk": False,
        "marac_routes": [],
        "adult_at_risk": False,
        "welfare_concern": False,
    },
    "agreements": [A_YES],
    "third_party_categories": [],
    "barred_categories": [],
    "duty": {"relevant_to_welfare": False, "helps_recipient": False, "more_harmful": None},
    "public_interest_signed_by": None,
    "police_request": {
        "written": False,
        "reasonable_line": False,
        "necessary": False,
        "substantial_value_stated": False,
        "victim_notified": False,
    },
    "chosen_basis": None,
    "review": {"manager": None, "safeguarding_lead": None},
}
"""A youth worker asks to tell housing what the young person has agreed to."""

NEVER_ASKED = {"agreements": []}
REFUSED = {"agreements": [A_NO]}
TO_SOCIAL_CARE = {"recipient.agency": "social_care"}
TO_POLICE = {"recipient.agency": "police"}
HARM = {"risk.child_significant_harm": True, "purpose": "safeguarding"}
DUTY = {
    "switches.s16LA": True,
    "duty.relevant_to_welfare": True,
    "duty.helps_recipient": True,
    "duty.more_harmful": False,
}
AT_MARAC = {
    "programme": "marac",
    "setting": "conference",
    "purpose": "marac",
    "subject.date_of_birth": "1990-02-03",
    "agreements": [],
    "risk.marac_high_risk": True,
    "risk.marac_routes": ["visible_high_risk"],
}
ADULT_AT_RISK = {
    "purpose": "safeguarding",
    "recipient.agency": "adult_social_care",
    "subject.date_of_birth": "2004-05-01",
    "subject.care_and_support_needs": True,
    "risk.adult_at_risk": True,
    "agreements": [],
}
ENFORCEMENT = {
    "purpose": "asb_enforcement",
    "recipient.agency": "police",
    "categories": ["basic", "asb_incidents", "health", "family", "counselling"],
    "agreements": [],
}
COUNSELLING_NOTES = {"purpose": "safeguarding", "categories": ["counselling"], "agreements": []}
POLICE_ASK = {
    "purpose": "police_request",
    "recipient.agency": "police",
    "agreements": [],
    "police_request.written": True,
    "police_request.reasonable_line": True,
    "police_request.necessary": True,
    "police_request.victim_notified": True,
}
IN_THE_GROUP = {"setting": "group"}
COUNTS = {"setting": "joint_operations", "categories": ["counts_only"], "counts": [7, 2]}


def changed(document: Mapping[str, Any], *changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of a document with values put at dotted paths, or taken away where the value is LEFT_OUT."""
    result = copy.deepcopy(dict(document))
    for path, value in (item for change in changes for item in change.items()):
        *steps, last = path.split(".")
        part: Any = result
        for step in steps:
            part = part[int(step)] if isinstance(part, list) else part.setdefault(step, {})
        if isinstance(part, list):
            part[int(last)] = copy.deepcopy(value)
        elif value is LEFT_OUT:
            part.pop(last, None)
        else:
            part[last] = copy.deepcopy(value)
    return result


def answer_to(*changes: Mapping[str, Any], base: Mapping[str, Any] = SUPPORT) -> Answer:
    """Ask the youth worker's question with changes, and return the answer."""
    return may_share(facts_from(changed(base, *changes)))
