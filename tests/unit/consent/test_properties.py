"""What holds of every question, drawn at random: less agreed or less known never shares more, and what is agreed is shared."""

from __future__ import annotations

import json
import os
from datetime import date
from itertools import product
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from questions import (
    A_YES,
    ADULT_AT_RISK,
    AT_MARAC,
    COUNSELLING_NOTES,
    DUTY,
    ENFORCEMENT,
    HARM,
    LEFT_OUT,
    POLICE_ASK,
    REFUSED,
    SUPPORT,
    TO_POLICE,
    TO_SOCIAL_CARE,
    answer_to,
    changed,
)

from casework.consent.rules import Category, Purpose, as_document, decide, facts_from, may_share
from casework.programmes.marac.sharing import ListedCaseFacts, Stage, hears_listed_case

PERSONAL = [category.value for category in Category if category is not Category.COUNTS_ONLY]
AGENCIES = ["housing", "school", "police", "social_care", "adult_social_care"]
SOME = st.sampled_from
Document = dict[str, Any]

SITUATIONS: list[Document] = [
    {},
    {"categories": ["education", "mental_health"], "public_interest_signed_by": "caldicott_guardian"},
    REFUSED | HARM | TO_SOCIAL_CARE,
    REFUSED | TO_POLICE | {"risk.immediate_danger": True},
    REFUSED | DUTY,
    REFUSED | {"risk.welfare_concern": True},
    AT_MARAC,
    ADULT_AT_RISK,
    ENFORCEMENT,
    COUNSELLING_NOTES | {"public_interest_signed_by": "caldicott_guardian"},
    POLICE_ASK,
    {"court_order": {"categories": ["education"], "recipient": "housing"}},
]
"""Where a drawn question starts; the first is by far the most often taken."""

FLAGS = [True, False, None]
VALUES: dict[str, list[Any]] = {
    "now": [f"{day}T10:00:00Z" for day in ("2026-01-20", "2026-09-29", "2026-11-23")],
    "switches.s16LA": [True, False],
    "programme": ["youth_support", "marac"],
    "setting": ["bilateral", "conference", "group", "joint_operations", None],
    "purpose": [*Purpose, None],
    "categories": [
        ["basic"],
        PERSONAL[:6],
        PERSONAL[5:12],
        ["basic", "family", "counselling"],
        ["basic", "counts_only"],
    ],
    "sender.kind": ["public_authority", "charity", "landlord", None],
    "recipient.agency": AGENCIES,
    "subject.date_of_birth": ["2002-05-01", "2008-11-24", "2010-11-01", "2011-05-01", "2013-12-01", None],
    "third_party_categories": [[], ["family"], ["basic", "health"], None],
    "barred_categories": [[], ["basic"], ["health"], PERSONAL],
    "court_order": [None, {"categories": ["health", "basic"], "recipient": "housing"}],
    "public_interest_signed_by": [None, "caldicott_guardian", "youth_worker"],
    "review": [
        {"manager": one, "safeguarding_lead": other}
        for one, other in [("row_4", "row_4"), ("row_5", "row_5"), ("refuse", "refuse"), ("row_4", None)]
    ],
    **{
        f"{part}.{name}": FLAGS
        for part in ("sender", "recipient", "risk", "duty", "police_request", "subject")
        for name in SUPPORT[part]
        if name not in ("agency", "kind", "date_of_birth", "marac_routes")
    },
}
OF_A_YES: dict[str, list[Any]] = {
    "status": ["refused", "withdrawn"],
    "on": ["2025-11-23", "2026-06-01", "2026-09-01", "2026-11-24", None],
    "expires_on": ["2026-11-23", "2026-11-24", None],
    "giver.relation": ["parental_responsibility", "court", "best_interests", None],
    "giver.competent": [False, None],
    "giver.recorded_as_abuser": [True, None],
    "purposes": [[], ["assessment"], ["assessment", "support_plan"]],
    "permit": [
        {"housing": ["health", "family"]},
        {"housing": PERSONAL, "school": PERSONAL},
        {agency: ["basic", "mental_health"] for agency in AGENCIES},
        {},
    ],
    "deny": [{"housing": ["*"]}, {"housing": ["basic"]}, {"*": ["education"]}, {"school": ["*"]}],
}


def changes(values: dict[str, list[Any]], most: int) -> st.SearchStrategy[Document]:
    """Draw up to some changes, each of one fact to one of its values."""
    one = SOME([(path, value) for path, held in values.items() for value in held])
    return st.lists(one, max_size=most).map(dict)


agreements = changes(OF_A_YES, 3).map(lambda change: changed(A_YES, change))


@st.composite
def questions(draw: st.DrawFn) -> Document:
    """Draw a question near to one that shares something, because a question far from any proves nothing."""
    situation = draw(SOME([SITUATIONS[0]] * 6 + SITUATIONS))
    said = {"agreements": draw(st.lists(agreements, min_size=1, max_size=3))}
    use = situation if "agreements" in situation and draw(st.booleans()) else situation | said
    return changed(SUPPORT, use, draw(changes(VALUES, 3)))


def allowed(document: Document) -> set[str]:
    return set(may_share(facts_from(document)).allowed)


def days(first: str, last: str) -> st.SearchStrategy[str]:
    return st.dates(date.fromisoformat(first), date.fromisoformat(last)).map(str)


many = settings(
    max_examples=int(os.environ.get("CASEWORK_EXAMPLES", "50")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
"""Fifty questions each in the daily run; CASEWORK_EXAMPLES=1000 when the rules change."""


class TestLessAgreed:
    @many
    @given(questions(), st.data())
    def test_narrowing_a_yes_never_widens_an_answer(self, document: Document, data: st.DataObject) -> None:
        yeses = [number for number, one in enumerate(document["agreements"]) if one["status"] == "given"]
        assume(yeses)
        number = data.draw(SOME(yeses))
        one = document["agreements"][number]
        agency = data.draw(SOME(sorted(one["permit"]) or ["housing"]))
        narrower = data.draw(
            SOME(
                [
                    {"permit": {name: held for name, held in one["permit"].items() if name != agency}},
                    {"permit": one["permit"] | {agency: one["permit"].get(agency, [])[1:]}},
                    {"purposes": one["purposes"][1:]},
                    {"expires_on": "2026-11-21"},
                    {"giver": one["giver"] | {"competent": False}},
                    {"deny": one["deny"] | {agency: sorted({*one["deny"].get(agency, []), "basic"})}},
                ]
            )
        )
        assert allowed(changed(document, {f"agreements.{number}": one | narrower})) <= allowed(document)

    @many
    @given(questions(), st.data())
    def test_withdrawing_never_allows_more(self, document: Document, data: st.DataObject) -> None:
        assume(document["agreements"])
        number = data.draw(SOME(range(len(document["agreements"]))))
        assume(document["agreements"][number]["status"] == "given")
        day = data.draw(SOME([document["agreements"][number]["on"], "2026-11-23"]))
        taken_back = {f"agreements.{number}.status": "withdrawn", f"agreements.{number}.on": day}
        assert allowed(changed(document, taken_back)) <= allowed(document)

    @many
    @given(questions(), agreements, SOME(["refused", "withdrawn"]))
    def test_one_more_no_never_allows_more(self, document: Document, one: Document, status: str) -> None:
        more = document["agreements"] + [one | {"status": status}]
        assert allowed(document | {"agreements": more}) <= allowed(document)

    @many
    @given(questions(), SOME([*AGENCIES, "*"]), SOME(["*", *PERSONAL]), st.data())
    def test_adding_a_denial_never_adds_a_category(
        self, document: Document, agency: str, category: str, data: st.DataObject
    ) -> None:
        assume(document["agreements"])
        path = f"agreements.{data.draw(SOME(range(len(document['agreements']))))}.deny"
        number = int(path.split(".")[1])
        # A refusal that named nobody was about everybody; naming one agency now would make it narrower.
        assume(document["agreements"][number]["status"] == "given")
        held = document["agreements"][number]["deny"]
        more = held | {agency: [*held.get(agency, []), *({category} - set(held.get(agency, [])))]}
        assert allowed(changed(document, {path: more})) <= allowed(document)


class TestNobodyWhoMustNot:
    @many
    @given(questions(), SOME(["is_alleged_abuser", "route_reaches_abuser", "conflict_blocked"]), st.booleans())
    def test_an_alleged_abuser_never_receives(self, document: Document, which: str, counts: bool) -> None:
        more = {"categories": ["counts_only"], "setting": "group"} if counts else {}
        assert not allowed(changed(document, {f"recipient.{which}": True}, more))

    @many
    @given(questions(), SOME(["group", "joint_operations"]))
    def test_a_group_never_hears_of_a_person(self, document: Document, setting: str) -> None:
        assert allowed(document | {"setting": setting}) <= {"counts_only"}
        assert not allowed(document | {"setting": setting}) & set(PERSONAL)


KNOWN_ONLY = [
    *("setting", "purpose", "public_interest_signed_by", "subject.date_of_birth", "subject.care_and_support_needs"),
    *(f"sender.{name}" for name in ("kind", "listed_body", "protocol_signed", "active")),
    *(f"recipient.{name}" for name in SUPPORT["recipient"] if name not in ("agency",)),
    *(f"risk.{name}" for name in ("immediate_danger", "child_significant_harm", "marac_high_risk", "adult_at_risk")),
    *(f"duty.{name}" for name in ("relevant_to_welfare", "helps_recipient", "more_harmful")),
    *(f"police_request.{name}" for name in SUPPORT["police_request"]),
    *("review.manager", "review.safeguarding_lead", "subject", "risk", "duty", "review", "police_request"),
]
"""Facts that may be unknown. Lists that name exceptions are empty when nothing is recorded, and a basis may be left to the rules."""


class TestUnknown:
    @many
    @given(questions(), SOME(KNOWN_ONLY))
    def test_a_fact_left_out_never_helps(self, document: Document, path: str) -> None:
        assert allowed(changed(document, {path: LEFT_OUT})) <= allowed(document)

    @many
    @given(questions(), SOME(["on", "giver.relation", "giver", "purposes", "permit"]), st.data())
    def test_an_unknown_of_a_yes_never_helps(self, document: Document, path: str, data: st.DataObject) -> None:
        yeses = [number for number, one in enumerate(document["agreements"]) if one["status"] == "given"]
        assume(yeses)
        number = data.draw(SOME(yeses))
        assert allowed(changed(document, {f"agreements.{number}.{path}": LEFT_OUT})) <= allowed(document)

    @many
    @given(questions(), st.data())
    def test_somebody_not_known_to_be_clear_of_abuse_gives_no_yes_for_another(
        self, document: Document, data: st.DataObject
    ) -> None:
        others = [n for n, one in enumerate(document["agreements"]) if one["giver"]["relation"] != "self"]
        assume(others)
        path = f"agreements.{data.draw(SOME(others))}.giver.recorded_as_abuser"
        assert allowed(changed(document, {path: LEFT_OUT})) <= allowed(document)


class TestTheOtherWay:
    @many
    @given(
        st.lists(SOME(PERSONAL), min_size=1, max_size=6, unique=True),
        SOME(
            ["support_plan", "assessment", "school_support", "housing", "health", "asb_support", "referral_to_service"]
        ),
        days("2008-11-24", "2013-11-23"),
        days("2025-11-24", "2026-11-23"),
        SOME(["public_authority", "charity", "landlord", "private"]),
        SOME(AGENCIES),
    )
    def test_a_full_valid_yes_lets_go_exactly_what_was_asked(
        self, asked: list[str], purpose: str, born: str, on: str, kind: str, agency: str
    ) -> None:
        one = A_YES | {"on": on, "purposes": [purpose], "permit": {agency: asked}}
        facts = {"categories": asked, "purpose": purpose, "subject.date_of_birth": born, "agreements": [one]}
        answer = answer_to(facts, {"sender.kind": kind, "recipient.agency": agency})
        assert (answer.row, answer.result) == ("11", "allow")
        assert list(answer.allowed) == asked
        assert answer.basis.article_6

    @many
    @given(questions())
    def test_an_answer_parts_what_was_asked_and_says_why(self, document: Document) -> None:
        answer = may_share(facts_from(document))
        parted = [*answer.allowed, *(one.category for one in answer.withheld)]
        assert sorted(parted) == sorted(document["categories"])
        assert bool(answer.allowed) == (answer.result in ("allow", "allow_part", "must", "allow_counts"))
        assert answer.reasons
        assert bool(answer.basis.article_6) >= bool(set(answer.allowed) & set(PERSONAL))

    @many
    @given(questions())
    def test_a_stored_question_is_answered_alike_again(self, document: Document) -> None:
        facts = facts_from(document)
        stored = json.loads(json.dumps(as_document(facts)))
        assert facts_from(stored) == facts
        assert may_share(facts_from(stored)) == may_share(facts)
        assert as_document(facts_from(stored)) == stored

    @many
    @given(questions())
    def test_explaining_changes_nothing(self, document: Document) -> None:
        facts = facts_from(document)
        decision, answer = decide(facts), may_share(facts)
        assert (decision.result, set(decision.allowed)) == (answer.result, set(answer.allowed))


class TestTheTwoModels:
    @many
    @given(questions(), st.lists(agreements, max_size=3))
    def test_no_agreement_changes_what_a_marac_hears(self, document: Document, other: list[Document]) -> None:
        marac = changed(document, {"programme": "marac", "purpose": "marac", "risk.adult_at_risk": False})
        assert allowed(marac) == allowed(marac | {"agreements": other})

    def test_the_explained_rows_and_the_list_of_a_round_decide_alike(self) -> None:
        today = date(2026, 11, 23)
        for abuser, blocked, active, signed, asked, high, born in product(
            *[[True, False]] * 6, ["1990-02-03", "2011-02-03", "2009-02-03"]
        ):
            listed = hears_listed_case(
                ListedCaseFacts(
                    on=today,
                    stage=Stage.LIST,
                    is_blocked=blocked,
                    is_or_reaches_abuser=abuser,
                    member_from=today if active else None,
                    protocol_signed_on=today if signed else None,
                    is_listed=True,
                    is_asked=asked,
                    routes=("visible_high_risk",) if high else (),
                    victim_under_16=born == "2011-02-03",
                )
            )
            answer = answer_to(
                AT_MARAC,
                {
                    "recipient.is_alleged_abuser": abuser,
                    "recipient.conflict_blocked": blocked,
                    "recipient.active": active,
                    "recipient.protocol_signed": signed,
                    "recipient.need_to_know": asked,
                    "risk.marac_high_risk": high,
                    "risk.marac_routes": ["visible_high_risk"] if high else [],
                    "subject.date_of_birth": born,
                },
            )
            assert (answer.result == "allow") is listed.allowed
