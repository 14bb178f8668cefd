"""How a referral moves, what keeps it from being sent, and what the conference will need and does not have yet."""

from __future__ import annotations

import itertools
import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from casework.errors import Conflict
from casework.referrals.rules import (
    TRANSITIONS,
    ChildRelationship,
    ConsentAnswer,
    Disability,
    Ethnicity,
    Gender,
    LivesWith,
    ReferralState,
    Relationship,
    SafeContactChannel,
    SexualOrientation,
    move,
    must_be_told,
    quality,
)

SAMPLES = Path(__file__).parents[2] / "data" / "referrals.jsonl"
DOCUMENTS = [json.loads(line) for line in SAMPLES.read_text(encoding="utf-8").splitlines()]
NO_SAFE_CONTACT = {"R11-00017", "R11-00021", "R11-00029", "R11-00045", "R11-00046", "R11-00050", "R11-00051"}


@pytest.fixture
def whole() -> dict[str, Any]:
    return deepcopy(DOCUMENTS[0])


class TestMove:
    @pytest.mark.parametrize(
        "way",
        [
            ["draft", "submitted", "accepted"],
            ["submitted", "returned", "submitted", "accepted"],
            ["submitted", "redirected"],
            ["draft", "withdrawn"],
            ["returned", "withdrawn"],
            ["accepted", "withdrawn"],
        ],
    )
    def test_goes_the_ways_of_practice(self, way: list[str]) -> None:
        for state, to in itertools.pairwise(way):
            assert move(state, ReferralState(to)) == to

    @pytest.mark.parametrize(
        ("state", "to"),
        [
            ("draft", "accepted"),
            ("returned", "accepted"),
            ("accepted", "returned"),
            ("redirected", "accepted"),
            ("withdrawn", "submitted"),
            ("submitted", "draft"),
        ],
    )
    def test_refuses_every_other_and_says_where_it_stands(self, state: str, to: str) -> None:
        with pytest.raises(Conflict, match=state):
            move(state, ReferralState(to))

    def test_every_state_has_its_ways(self) -> None:
        assert set(TRANSITIONS) == set(ReferralState)


class TestMustBeTold:
    def test_aware_and_consent_are_two_questions_and_both_need_an_answer(self, whole: dict[str, Any]) -> None:
        assert must_be_told(whole) == []
        del whole["victim_aware"], whole["consent"]
        assert [error.field for error in must_be_told(whole)] == ["victim_aware", "consent"]

    @pytest.mark.parametrize("consent", list(ConsentAnswer))
    def test_every_consent_answer_will_do_for_a_victim_who_knows(self, whole: dict[str, Any], consent: str) -> None:
        assert must_be_told({**whole, "consent": consent}) == []

    def test_a_victim_who_is_not_aware_needs_a_reason(self, whole: dict[str, Any]) -> None:
        whole |= {"victim_aware": False, "consent": "not_sought", "not_aware_reason": " "}
        assert [error.field for error in must_be_told(whole)] == ["not_aware_reason"]
        assert must_be_told({**whole, "not_aware_reason": "No safe moment yet."}) == []

    def test_nobody_consents_to_what_they_do_not_know_of(self, whole: dict[str, Any]) -> None:
        whole |= {"victim_aware": False, "consent": "given", "not_aware_reason": "No safe moment yet."}
        assert [error.field for error in must_be_told(whole)] == ["consent"]


class TestQuality:
    def test_a_whole_referral_lacks_nothing(self, whole: dict[str, Any]) -> None:
        assert quality(whole) == []

    def test_an_empty_one_lacks_everything_and_breaks_nothing(self) -> None:
        assert {missing.field for missing in quality({})} >= {
            "victim.safe_contact",
            "perpetrators",
            "children",
            "reasons",
        }

    @pytest.mark.parametrize(
        ("path", "value", "field"),
        [
            (("victim", "date_of_birth"), None, "victim.date_of_birth"),
            (("victim", "address"), None, "victim.address"),
            (("victim", "safe_contact"), None, "victim.safe_contact"),
            (("victim", "safe_contact"), {}, "victim.safe_contact"),
            (("victim", "safe_contact", "windows"), "", "victim.safe_contact.windows"),
            (("victim", "safe_contact", "words"), None, "victim.safe_contact.words"),
            (("perpetrators",), [], "perpetrators"),
            (("perpetrators", 0, "date_of_birth"), None, "perpetrators.date_of_birth"),
            (("perpetrators", 0, "relationship_to_victim"), None, "perpetrators.relationship_to_victim"),
            (("children",), None, "children"),
            (("children", 1, "date_of_birth"), None, "children.date_of_birth"),
            (("reasons",), "  ", "reasons"),
            (("most_recent_incident",), None, "most_recent_incident"),
            (("police_incidents_12_months",), None, "police_incidents_12_months"),
            (("afraid_of",), [], "afraid_of"),
        ],
    )
    def test_each_gap_is_named_with_what_is_missing_and_why(
        self, whole: dict[str, Any], path: tuple[Any, ...], value: Any, field: str
    ) -> None:
        part = whole
        for step in path[:-1]:
            part = part[step]
        part[path[-1]] = value
        (missing,) = quality(whole)
        assert missing.field == field
        assert missing.what
        assert missing.why.endswith(".")

    def test_no_children_is_an_answer_and_nought_incidents_too(self, whole: dict[str, Any]) -> None:
        assert quality({**whole, "children": [], "police_incidents_12_months": 0}) == []

    def test_not_aware_without_a_reason_is_named(self, whole: dict[str, Any]) -> None:
        found = quality({**whole, "victim_aware": False, "not_aware_reason": None})
        assert [missing.field for missing in found] == ["not_aware_reason"]

    def test_the_samples_without_a_safe_contact_are_seen_and_no_others(self) -> None:
        found = {
            document["reference"]
            for document in DOCUMENTS
            if "victim.safe_contact" in [missing.field for missing in quality(document)]
        }
        assert found == NO_SAFE_CONTACT


class TestVocabulary:
    @pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: str(document["reference"]))
    def test_holds_every_code_that_referrers_send(self, document: dict[str, Any]) -> None:
        victim = document["victim"]
        assert victim["gender"] in tuple(Gender)
        assert victim["ethnicity"] in tuple(Ethnicity)
        assert victim["disability"] in tuple(Disability)
        assert victim["sexual_orientation"] in tuple(SexualOrientation)
        assert document["consent"] in tuple(ConsentAnswer)
        assert victim["safe_contact"] is None or victim["safe_contact"]["channel"] in tuple(SafeContactChannel)
        assert {p["relationship_to_victim"] for p in document["perpetrators"]} <= set(Relationship)
        for child in document["children"]:
            assert child["lives_with"] in tuple(LivesWith)
            assert {child["relationship_to_victim"], child["relationship_to_perpetrator"]} <= set(ChildRelationship)
        assert must_be_told(document) == []
