"""Situations that law decides whatever was agreed (rows 1 to 10), and the smallest changes after which they are others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from questions import (
    A_NO,
    A_YES,
    ADULT_AT_RISK,
    AT_MARAC,
    DUTY,
    ENFORCEMENT,
    HARM,
    LEFT_OUT,
    NEVER_ASKED,
    REFUSED,
    TO_POLICE,
    TO_SOCIAL_CARE,
)

Change = Mapping[str, Any]
Situation = tuple[str, Change, str, str, list[str], list[tuple[Change, str, str]]]
"""A situation, its facts, the row, result and categories that follow; then changes, each with the row and result that follow."""

DANGER = TO_POLICE | NEVER_ASKED | {"risk.immediate_danger": True}
ORDERED = NEVER_ASKED | {
    "purpose": "legal",
    "categories": ["education"],
    "court_order": {"categories": ["education"], "recipient": "housing"},
}

OF_LAW: list[Situation] = [
    (
        "immediate danger",
        DANGER,
        "1",
        "allow",
        ["basic", "education"],
        [
            ({"risk.immediate_danger": False}, "13", "ask"),
            ({"recipient.need_to_know": False}, "1", "allow"),
            ({"recipient.agency": "school"}, "13", "ask"),
            ({"barred_categories": ["basic"]}, "1", "allow_part"),
        ],
    ),
    (
        "court order",
        ORDERED,
        "2",
        "allow",
        ["education"],
        [
            ({"court_order.recipient": "school"}, "22", "refuse"),
            ({"court_order.categories": ["health"]}, "22", "refuse"),
            ({"court_order": None}, "22", "refuse"),
            ({"recipient.need_to_know": False}, "2", "allow"),
            ({"categories": ["education", "health"]}, "2", "allow_part"),
            ({"barred_categories": ["education"]}, "2", "allow"),
            ({"third_party_categories": ["education"]}, "2", "allow"),
        ],
    ),
    (
        "everything barred",
        {"barred_categories": ["basic", "education"]},
        "3",
        "refuse",
        [],
        [
            ({"barred_categories": ["basic"]}, "12", "allow_part"),
            ({"barred_categories": []}, "11", "allow"),
            (HARM | TO_SOCIAL_CARE, "3", "refuse"),
            (DANGER, "3", "refuse"),
        ],
    ),
    (
        "significant harm to a child",
        HARM | TO_SOCIAL_CARE | REFUSED,
        "4",
        "allow",
        ["basic", "education"],
        [
            ({"risk.child_significant_harm": False}, "14", "refuse"),
            ({"recipient.agency": "school"}, "15", "review"),
            ({"recipient.need_to_know": False}, "4", "allow"),
            ({"purpose": "asb_enforcement"}, "22", "refuse"),
            ({"purpose": "evaluation"}, "13", "ask"),
            ({"third_party_categories": ["education"]}, "4", "allow"),
        ],
    ),
    (
        "duty to share",
        DUTY | REFUSED,
        "5",
        "must",
        ["basic", "education"],
        [
            ({"switches.s16LA": False}, "14", "refuse"),
            ({"now": "2026-09-29T10:00:00Z"}, "14", "refuse"),
            ({"sender.listed_body": False}, "14", "refuse"),
            ({"recipient.listed_body": False}, "14", "refuse"),
            ({"subject.date_of_birth": "2008-11-23"}, "14", "refuse"),
            ({"subject.date_of_birth": "2008-11-24"}, "5", "must"),
            ({"subject.date_of_birth": "2026-11-23"}, "5", "must"),
            ({"subject.date_of_birth": LEFT_OUT}, "14", "refuse"),
            ({"recipient.need_to_know": False}, "5", "refuse"),
            ({"duty.relevant_to_welfare": False}, "14", "refuse"),
            ({"duty.helps_recipient": False}, "14", "refuse"),
            ({"duty.helps_recipient": LEFT_OUT}, "5", "ask"),
            ({"duty.more_harmful": LEFT_OUT}, "5", "ask"),
            ({"duty.more_harmful": True}, "5", "refuse"),
            ({"purpose": "asb_enforcement"}, "22", "refuse"),
            ({"third_party_categories": ["basic", "education"]}, "17", "refuse"),
            ({"third_party_categories": ["basic"]}, "5", "must"),
        ],
    ),
    (
        "sharing recorded as more harmful",
        {"duty.more_harmful": True},
        "5",
        "refuse",
        [],
        [({"duty.more_harmful": False}, "11", "allow"), (HARM | TO_SOCIAL_CARE, "4", "allow")],
    ),
    (
        "duty to share at MARAC about somebody of 17",
        AT_MARAC | DUTY | {"subject.date_of_birth": "2009-05-01", "third_party_categories": ["basic"]},
        "5",
        "must",
        ["basic", "education"],
        [({"switches.s16LA": False}, "6", "allow"), ({"duty.more_harmful": None}, "5", "must")],
    ),
    (
        "MARAC, high risk",
        AT_MARAC,
        "6",
        "allow",
        ["basic", "education"],
        [
            ({"risk.marac_high_risk": False}, "7", "refuse"),
            ({"subject.date_of_birth": "2010-11-24"}, "8", "refuse"),
            ({"subject.date_of_birth": "2010-11-23"}, "6", "allow"),
            ({"subject.date_of_birth": LEFT_OUT}, "22", "refuse"),
            ({"purpose": "asb_enforcement"}, "22", "refuse"),
            ({"programme": "youth_support", "setting": "bilateral"}, "22", "refuse"),
            ({"setting": "bilateral"}, "6", "allow"),
            ({"agreements": [A_NO]}, "6", "allow"),
            ({"recipient.need_to_know": False}, "6", "refuse"),
        ],
    ),
    (
        "MARAC, not high risk",
        AT_MARAC | {"risk.marac_high_risk": False},
        "7",
        "refuse",
        [],
        [({"risk.marac_high_risk": True}, "6", "allow"), ({"subject.date_of_birth": "2011-01-01"}, "8", "refuse")],
    ),
    (
        "MARAC, victim under 16",
        AT_MARAC | {"subject.date_of_birth": "2010-11-24"},
        "8",
        "refuse",
        [],
        [
            ({"subject.date_of_birth": "2010-11-23"}, "6", "allow"),
            (HARM | TO_SOCIAL_CARE, "4", "allow"),
        ],
    ),
    (
        "adult at risk",
        ADULT_AT_RISK,
        "9",
        "allow",
        ["basic", "education"],
        [
            ({"risk.adult_at_risk": False}, "22", "refuse"),
            ({"subject.care_and_support_needs": False}, "22", "refuse"),
            ({"subject.date_of_birth": "2008-11-24"}, "22", "refuse"),
            ({"subject.date_of_birth": LEFT_OUT}, "22", "refuse"),
            ({"recipient.need_to_know": False}, "9", "refuse"),
            ({"subject.date_of_birth": "2008-11-23"}, "9", "allow"),
            ({"recipient.agency": "housing"}, "22", "refuse"),
            ({"purpose": "asb_enforcement"}, "22", "refuse"),
            ({"agreements": [A_NO | {"purposes": []}]}, "9", "review"),
        ],
    ),
    (
        "adult at risk who said no",
        ADULT_AT_RISK | {"agreements": [A_NO | {"purposes": []}]},
        "9",
        "review",
        [],
        [
            ({"agreements": []}, "9", "allow"),
            ({"public_interest_signed_by": "caldicott_guardian"}, "9", "allow"),
            ({"public_interest_signed_by": "youth_worker"}, "9", "review"),
            (
                {
                    "purpose": "support_plan",
                    "agreements": [A_YES | {"permit": {"adult_social_care": ["basic"]}, "deny": {"*": ["education"]}}],
                },
                "12",
                "allow_part",
            ),
            ({"risk.adult_at_risk": False}, "14", "refuse"),
        ],
    ),
    (
        "enforcement",
        ENFORCEMENT,
        "10",
        "allow_part",
        ["basic", "asb_incidents"],
        [
            ({"purpose": "asb_support"}, "13", "ask"),
            ({"recipient.agency": "school"}, "16", "refuse"),
            ({"recipient.agency": "school", "categories": ["basic"]}, "22", "refuse"),
            ({"categories": ["health", "family"]}, "10", "refuse"),
            ({"categories": ["asb_incidents"]}, "10", "allow"),
            ({"third_party_categories": ["asb_incidents", "basic"]}, "10", "refuse"),
            ({"recipient.need_to_know": False}, "10", "refuse"),
        ],
    ),
]
