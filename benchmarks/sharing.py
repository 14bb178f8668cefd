"""Sharing decisions a second on one core: with every reason in words, and the same table walked without explanation.

The questions are a month's mix: mostly agreed support, some of each other row. Reading the facts from JSON is timed apart.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from benchmarks.measure import Case, Result, Table, alternate
from casework.consent.rules import Facts, decide, facts_from, may_share

ROUNDS_A_CALL = 40

QUESTION: dict[str, Any] = {
    "now": "2026-11-23T10:00:00Z",
    "programme": "youth_support",
    "setting": "bilateral",
    "switches": {"s16LA": True},
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
    "subject": {"date_of_birth": "2010-05-01"},
    "purpose": "support_plan",
    "categories": ["basic", "education", "health"],
    "risk": {"immediate_danger": False, "child_significant_harm": False, "welfare_concern": False},
    "agreements": [
        {
            "status": "given",
            "on": "2026-09-01",
            "expires_on": "2027-09-01",
            "giver": {"relation": "self", "competent": True, "recorded_as_abuser": False},
            "purposes": ["support_plan"],
            "permit": {"housing": ["basic", "education", "health"], "school": ["education"]},
            "deny": {"police": ["*"]},
        },
        {
            "status": "withdrawn",
            "on": "2026-10-01",
            "giver": {"relation": "self", "competent": True, "recorded_as_abuser": False},
            "purposes": ["assessment"],
        },
    ],
    "third_party_categories": [],
    "duty": {"relevant_to_welfare": False},
}


def questions() -> list[Facts]:
    """Return a month's mix of questions, by the row that decides them: 11 most often, then 12 to 15, 5, 4, 1, 10, 16, 19, 6."""
    social_care = QUESTION["recipient"] | {"agency": "social_care"}
    police = QUESTION["recipient"] | {"agency": "police"}
    duty = {"relevant_to_welfare": True, "helps_recipient": True, "more_harmful": False}
    changes: list[dict[str, Any]] = [
        *[{}] * 8,
        *[{"categories": ["basic", "mental_health"]}] * 4,
        {"agreements": []},
        {"purpose": "housing"},
        {"recipient": police},
        {"recipient": police, "risk": {"welfare_concern": True}},
        {"duty": duty},
        {"recipient": social_care, "risk": {"child_significant_harm": True}},
        {"recipient": police, "risk": {"immediate_danger": True}},
        {"recipient": police, "purpose": "asb_enforcement", "categories": ["asb_incidents", "health"]},
        {"purpose": "safeguarding", "categories": ["counselling"]},
        {"setting": "group"},
        {
            "programme": "marac",
            "setting": "conference",
            "purpose": "marac",
            "subject": {"date_of_birth": "1990-01-01"},
            "risk": {"marac_high_risk": True, "marac_routes": ["repeat"]},
        },
    ]
    return [facts_from(copy.deepcopy(QUESTION) | change) for change in changes]


def run(arguments: Sequence[str]) -> Result:
    """Measure decisions with and without explanation, and reading the facts first."""
    asked = questions()
    documents = [copy.deepcopy(QUESTION)] * len(asked)

    def explained() -> None:
        for _ in range(ROUNDS_A_CALL):
            for facts in asked:
                may_share(facts)

    def unexplained() -> None:
        for _ in range(ROUNDS_A_CALL):
            for facts in asked:
                decide(facts)

    def read() -> None:
        for _ in range(ROUNDS_A_CALL):
            for document in documents:
                may_share(facts_from(document))

    many = ROUNDS_A_CALL * len(asked)
    table: Table = alternate(
        "May we share?",
        "decisions",
        [
            Case("with every reason", explained, many),
            Case("the same table, unexplained", unexplained, many),
            Case("facts read from JSON first", read, many),
        ],
    )
    ours, bare, _ = table.measured
    return Result(
        "sharing",
        [table],
        {"decisions a second, explained": ours.rate()[0], "time of explaining over deciding": table.our_ratio(bare)},
        ["One core, no database. Rule sets are read once and kept."],
    )
