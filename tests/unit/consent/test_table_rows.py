"""Every row of the sharing table, both ways: facts on which it decides, and the smallest changes after which it does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from questions import (
    A_NO,
    A_YES,
    ADULT_AT_RISK,
    AT_MARAC,
    COUNSELLING_NOTES,
    COUNTS,
    DUTY,
    ENFORCEMENT,
    HARM,
    IN_THE_GROUP,
    LEFT_OUT,
    NEVER_ASKED,
    POLICE_ASK,
    REFUSED,
    SUPPORT,
    TO_POLICE,
    TO_SOCIAL_CARE,
    answer_to,
    changed,
)

from casework.consent.rules import Subject, facts_from, may_share

Change = Mapping[str, Any]

DANGER = TO_POLICE | NEVER_ASKED | {"risk.immediate_danger": True}
ORDERED = NEVER_ASKED | {
    "purpose": "legal",
    "categories": ["education"],
    "court_order": {"categories": ["education"], "recipient": "housing"},
}
PARTLY = {"categories": ["education", "mental_health"]}
CONCERNED = REFUSED | {"risk.welfare_concern": True}
SIGNED = COUNSELLING_NOTES | {"public_interest_signed_by": "caldicott_guardian"}

# situation, facts, row, result, allowed; then changes, each with the row and result that follow.
ROWS: list[tuple[str, Change, str, str, list[str], list[tuple[Change, str, str]]]] = [
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
    (
        "support, all agreed",
        {},
        "11",
        "allow",
        ["basic", "education"],
        [
            ({"categories": ["basic", "health"]}, "12", "allow_part"),
            ({"purpose": "assessment"}, "13", "ask"),
            ({"recipient.agency": "school"}, "13", "ask"),
            ({"recipient.need_to_know": False}, "11", "refuse"),
            ({"agreements.0.status": "withdrawn"}, "14", "refuse"),
            ({"agreements.0.deny": {"housing": ["*"]}}, "14", "refuse"),
            ({"agreements.0.deny": {"housing": ["basic"]}}, "12", "allow_part"),
            ({"agreements.0.expires_on": "2026-11-23"}, "13", "ask"),
            ({"agreements.0.expires_on": "2026-11-24"}, "11", "allow"),
            ({"agreements.0.on": "2026-11-24"}, "13", "ask"),
            ({"agreements.0.giver.competent": False}, "13", "ask"),
            ({"agreements.0.giver.recorded_as_abuser": True}, "13", "ask"),
            ({"purpose": "legal"}, "22", "refuse"),
        ],
    ),
    (
        "support, partly agreed",
        PARTLY,
        "12",
        "allow_part",
        ["education"],
        [
            ({"categories": ["education"]}, "11", "allow"),
            ({"categories": ["mental_health"]}, "13", "ask"),
            ({"public_interest_signed_by": "caldicott_guardian"}, "12", "allow"),
            ({"third_party_categories": ["education"]}, "13", "ask"),
            ({"recipient.need_to_know": False}, "12", "refuse"),
        ],
    ),
    (
        "support, never asked",
        NEVER_ASKED,
        "13",
        "ask",
        [],
        [
            ({"agreements": [A_YES]}, "11", "allow"),
            ({"agreements": [A_NO]}, "14", "refuse"),
            ({"purpose": "safeguarding"}, "22", "refuse"),
            ({"third_party_categories": ["basic", "education"]}, "17", "refuse"),
            ({"categories": ["health"], "public_interest_signed_by": "caldicott_guardian"}, "16", "allow"),
        ],
    ),
    (
        "support, refused",
        REFUSED,
        "14",
        "refuse",
        [],
        [
            ({"agreements": []}, "13", "ask"),
            ({"risk.welfare_concern": True}, "15", "review"),
            ({"risk.child_significant_harm": True}, "15", "review"),
            ({"risk.immediate_danger": True}, "15", "review"),
            ({"risk.adult_at_risk": True}, "15", "review"),
            ({"purpose": "safeguarding", "agreements": [A_NO | {"purposes": []}]}, "14", "refuse"),
            ({"purpose": "legal", "agreements": [A_NO | {"purposes": []}]}, "22", "refuse"),
            ({"agreements": [A_NO | {"purposes": ["assessment"]}]}, "13", "ask"),
            ({"third_party_categories": ["basic", "education"]}, "17", "refuse"),
            ({"categories": ["health"], "public_interest_signed_by": "caldicott_guardian"}, "16", "allow"),
        ],
    ),
    (
        "refused, and the practitioner sees a need",
        CONCERNED,
        "15",
        "review",
        [],
        [
            ({"risk.welfare_concern": False}, "14", "refuse"),
            ({"review": {"manager": "refuse", "safeguarding_lead": "refuse"}}, "15", "refuse"),
            ({"review": {"manager": "refuse", "safeguarding_lead": "row_4"}}, "15", "review"),
            ({"review": {"manager": "row_4", "safeguarding_lead": None}}, "15", "review"),
            (TO_SOCIAL_CARE | {"review": {"manager": "row_4", "safeguarding_lead": None}}, "15", "review"),
            (TO_SOCIAL_CARE | {"review": {"manager": "row_4", "safeguarding_lead": "row_4"}}, "4", "allow"),
            ({"review": {"manager": "row_4", "safeguarding_lead": "row_4"}}, "15", "refuse"),
            ({"review": {"manager": "row_5", "safeguarding_lead": "row_5"}}, "15", "refuse"),
            (
                DUTY
                | {"duty.relevant_to_welfare": False, "review": {"manager": "row_5", "safeguarding_lead": "row_5"}},
                "5",
                "must",
            ),
        ],
    ),
    (
        "confidential item, signed for",
        SIGNED,
        "16",
        "allow",
        ["counselling"],
        [
            ({"public_interest_signed_by": None}, "16", "refuse"),
            ({"public_interest_signed_by": "youth_worker"}, "16", "refuse"),
            ({"public_interest_signed_by": "Health safeguarding lead"}, "16", "allow"),
            ({"categories": ["counselling", "basic"]}, "16", "allow_part"),
            ({"categories": ["basic"]}, "22", "refuse"),
            ({"purpose": "evaluation"}, "13", "ask"),
            ({"third_party_categories": ["counselling"]}, "17", "refuse"),
            ({"recipient.need_to_know": False}, "16", "refuse"),
        ],
    ),
    (
        "confidential item, not signed for",
        COUNSELLING_NOTES,
        "16",
        "refuse",
        [],
        [
            ({"categories": ["education"]}, "22", "refuse"),
            ({"purpose": "support_plan"}, "13", "ask"),
            (
                {
                    "purpose": "health",
                    "agreements": [A_YES | {"purposes": ["health"], "permit": {"housing": ["counselling"]}}],
                },
                "11",
                "allow",
            ),
        ],
    ),
    (
        "other people's details",
        {"third_party_categories": ["basic", "education"]},
        "17",
        "refuse",
        [],
        [
            ({"third_party_categories": ["basic"]}, "12", "allow_part"),
            (HARM | TO_SOCIAL_CARE, "4", "allow"),
            (DANGER, "1", "allow"),
        ],
    ),
    (
        "police ask about a victim",
        POLICE_ASK,
        "18",
        "allow",
        ["basic", "education"],
        [
            ({"police_request.written": False}, "18", "refuse"),
            ({"recipient.need_to_know": False}, "18", "allow"),
            ({"police_request.reasonable_line": False}, "18", "refuse"),
            ({"police_request.necessary": False}, "18", "refuse"),
            ({"police_request.victim_notified": False}, "18", "refuse"),
            ({"recipient.agency": "housing"}, "18", "refuse"),
            ({"categories": ["counselling"]}, "18", "refuse"),
            ({"categories": ["counselling", "basic"]}, "18", "allow_part"),
            ({"categories": ["counselling"], "police_request.substantial_value_stated": True}, "18", "allow"),
            ({"third_party_categories": ["basic"]}, "18", "allow_part"),
            ({"now": "2026-01-11T10:00:00Z"}, "22", "refuse"),
            ({"now": "2026-01-12T10:00:00Z"}, "18", "allow"),
        ],
    ),
    (
        "a person in the group",
        IN_THE_GROUP,
        "19",
        "refuse",
        [],
        [
            ({"setting": "bilateral"}, "11", "allow"),
            ({"categories": ["counts_only"]}, "20", "allow_counts"),
            ({"recipient": LEFT_OUT}, "19", "refuse"),
            ({"recipient": LEFT_OUT, "categories": ["counts_only"]}, "20", "allow_counts"),
            ({"recipient.active": False}, "step 0", "refuse"),
            ({"setting": "conference"}, "19", "refuse"),
            (DANGER, "19", "refuse"),
        ],
    ),
    (
        "counts",
        COUNTS,
        "20",
        "allow_counts",
        ["counts_only"],
        [
            ({"categories": ["counts_only", "basic"]}, "20", "refuse"),
            ({"categories": ["basic"]}, "20", "refuse"),
            ({"setting": "bilateral"}, "20", "allow_counts"),
            ({"sender.active": False}, "step 0", "refuse"),
        ],
    ),
    (
        "a parent asks",
        {"recipient.agency": "parent"},
        "21",
        "refuse",
        [],
        [({"recipient.agency": "housing"}, "11", "allow")],
    ),
    (
        "anything else",
        {"purpose": "legal"},
        "22",
        "refuse",
        [],
        [({"purpose": "support_plan"}, "11", "allow")],
    ),
    (
        "an agency that may not take part",
        {"recipient.protocol_signed": False},
        "step 0",
        "refuse",
        [],
        [
            ({"recipient.protocol_signed": True}, "11", "allow"),
            ({"recipient.active": False, "recipient.protocol_signed": True}, "step 0", "refuse"),
            ({"sender.protocol_signed": False, "recipient.protocol_signed": True}, "step 0", "refuse"),
            ({"sender.active": False, "recipient.protocol_signed": True}, "step 0", "refuse"),
        ],
    ),
    (
        "the alleged abuser",
        {"recipient.is_alleged_abuser": True},
        "step 2",
        "refuse",
        [],
        [
            ({"recipient.is_alleged_abuser": False}, "11", "allow"),
            ({"recipient.is_alleged_abuser": False, "recipient.route_reaches_abuser": True}, "step 2", "refuse"),
            ({"recipient.is_alleged_abuser": False, "recipient.conflict_blocked": True}, "step 2", "refuse"),
            (ORDERED, "step 2", "refuse"),
            (DANGER, "step 2", "refuse"),
            ({"categories": ["counts_only"]}, "step 2", "refuse"),
        ],
    ),
]

CASES = [
    pytest.param(facts, row, result, allowed, id=f"{situation} -> {row} {result}")
    for situation, facts, row, result, allowed, _ in ROWS
]
CHANGES = [
    pytest.param(facts, change, row, result, id=f"{situation}, but {change} -> {row} {result}")
    for situation, facts, *_, changes in ROWS
    for change, row, result in changes
]


class TestMayShare:
    @pytest.mark.parametrize(("facts", "row", "result", "allowed"), CASES)
    def test_decides_by_the_row_of_the_situation(
        self, facts: Change, row: str, result: str, allowed: list[str]
    ) -> None:
        answer = answer_to(facts)
        assert (answer.row, answer.result) == (row, result)
        assert list(answer.allowed) == allowed

    @pytest.mark.parametrize(("facts", "change", "row", "result"), CHANGES)
    def test_decides_by_another_row_after_the_smallest_change(
        self, facts: Change, change: Change, row: str, result: str
    ) -> None:
        answer = answer_to(facts, change)
        assert (answer.row, answer.result) == (row, result)

    def test_covers_every_row(self) -> None:
        assert {row for *_, row, _, _, _ in ROWS} == {*map(str, range(1, 23)), "step 0", "step 2"}

    @pytest.mark.parametrize("facts", [facts for _, facts, *_ in ROWS])
    def test_parts_what_was_asked_into_allowed_and_withheld(self, facts: Change) -> None:
        answer = answer_to(facts)
        asked = facts.get("categories", ["basic", "education"])
        assert sorted([*answer.allowed, *(one.category for one in answer.withheld)]) == sorted(asked)
        assert all(one.reason for one in answer.withheld)

    def test_never_stumbles_over_a_birth_that_lies_ahead(self) -> None:
        facts = facts_from(changed(SUPPORT, AT_MARAC))
        unborn = replace(facts, subject=Subject(date_of_birth=date(2026, 11, 24)))
        assert may_share(unborn).row == "22"
