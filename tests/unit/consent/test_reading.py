"""Facts are read strictly: a mistake is told by its path with what would be right, and what was typed is never repeated."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from questions import A_YES, LEFT_OUT, SUPPORT, changed

from casework.consent.rules import Category, Jurisdiction, as_document, facts_from
from casework.errors import Invalid

BARE = {
    "now": "2026-11-23T10:00:00Z",
    "programme": "youth_support",
    "sender": {"agency": "youth_service"},
    "recipient": {"agency": "housing"},
    "categories": ["basic"],
}

BROKEN: list[tuple[str, Any, str]] = [
    ("now", LEFT_OUT, "now"),
    ("now", "2026-11-23", "now"),
    ("now", "2026-11-23T10:00:00", "now"),
    ("now", "2026-02-30T10:00:00Z", "now"),
    ("now", "9999-12-31T23:59:59-23:00", "now"),
    ("now", 1, "now"),
    ("jurisdiction", "narnia", "jurisdiction"),
    ("switches", [], "switches"),
    ("switches.s16LA", "yes", "switches.s16LA"),
    ("switches.s16LB", True, "switches.s16LB"),
    ("programme", LEFT_OUT, "programme"),
    ("programme", "prevent", "programme"),
    ("setting", "pub", "setting"),
    ("sender", LEFT_OUT, "sender"),
    ("sender", "youth_service", "sender"),
    ("sender.agency", LEFT_OUT, "sender.agency"),
    ("sender.agency", "Youth Service", "sender.agency"),
    ("sender.agency", "a" * 61, "sender.agency"),
    ("sender.kind", "church", "sender.kind"),
    ("sender.need_to_know", True, "sender.need_to_know"),
    ("sender.active", "true", "sender.active"),
    ("sender.active", 1, "sender.active"),
    ("recipient", LEFT_OUT, "recipient"),
    ("recipient.agency", "*", "recipient.agency"),
    ("recipient.agency", 7, "recipient.agency"),
    ("recipient.colour", "red", "recipient.colour"),
    ("subject.date_of_birth", "1 May 2010", "subject.date_of_birth"),
    ("subject.date_of_birth", "20100501", "subject.date_of_birth"),
    ("subject.date_of_birth", "2010-02-30", "subject.date_of_birth"),
    ("subject.date_of_birth", "2026-11-24", "subject.date_of_birth"),
    ("subject.name", "Jo", "subject.name"),
    ("purpose", "curiosity", "purpose"),
    ("purpose", ["support_plan"], "purpose"),
    ("categories", LEFT_OUT, "categories"),
    ("categories", [], "categories"),
    ("categories", "basic", "categories"),
    ("categories", ["basic", "gossip"], "categories[1]"),
    ("categories", ["basic", "basic"], "categories"),
    ("categories", [None], "categories[0]"),
    ("risk.immediate_danger", "maybe", "risk.immediate_danger"),
    ("risk.marac_routes", ["a b"], "risk.marac_routes[0]"),
    ("risk.other", True, "risk.other"),
    ("agreements", {}, "agreements"),
    ("agreements", [None], "agreements[0]"),
    ("agreements", ["yes"], "agreements[0]"),
    ("agreements.0.status", LEFT_OUT, "agreements[0].status"),
    ("agreements.0.status", "perhaps", "agreements[0].status"),
    ("agreements.0.on", "yesterday", "agreements[0].on"),
    ("agreements.0.giver.relation", "uncle", "agreements[0].giver.relation"),
    ("agreements.0.giver.competent", "yes", "agreements[0].giver.competent"),
    ("agreements.0.giver.name", "Jo", "agreements[0].giver.name"),
    ("agreements.0.purposes", ["any"], "agreements[0].purposes[0]"),
    ("agreements.0.permit", {"*": ["basic"]}, "agreements[0].permit"),
    ("agreements.0.permit", {"housing": ["*"]}, "agreements[0].permit.housing[0]"),
    ("agreements.0.permit", {"housing": "basic"}, "agreements[0].permit.housing"),
    ("agreements.0.deny", {"Housing": ["*"]}, "agreements[0].deny"),
    ("agreements.0.deny", {"housing": ["all"]}, "agreements[0].deny.housing[0]"),
    ("agreements.0.scope", {}, "agreements[0].scope"),
    ("third_party_categories", ["aunt"], "third_party_categories[0]"),
    ("barred_categories", "health", "barred_categories"),
    ("court_order", "yes", "court_order"),
    ("court_order", {"categories": ["all"]}, "court_order.categories[0]"),
    ("court_order", {"judge": "x"}, "court_order.judge"),
    ("duty.more_harmful", "no", "duty.more_harmful"),
    ("duty.other", True, "duty.other"),
    ("public_interest_signed_by", "", "public_interest_signed_by"),
    ("public_interest_signed_by", "x" * 201, "public_interest_signed_by"),
    ("public_interest_signed_by", True, "public_interest_signed_by"),
    ("police_request.written", "on paper", "police_request.written"),
    ("police_request.other", True, "police_request.other"),
    ("chosen_basis", "legitimate_interest", "chosen_basis"),
    ("review.manager", "share", "review.manager"),
    ("review.chief", "refuse", "review.chief"),
    ("counts", [-1], "counts[0]"),
    ("counts", [True], "counts[0]"),
    ("counts", [2.5], "counts[0]"),
    ("counts", 7, "counts"),
    ("note", "hello", "note"),
]


class TestFactsFrom:
    def test_takes_every_fact_of_a_whole_question(self) -> None:
        facts = facts_from(
            changed(
                SUPPORT,
                {
                    "now": "2026-07-01T00:30:00+01:00",
                    "recipient.body": "landlord",
                    "risk.marac_routes": ["repeat"],
                    "counts": [0, 9],
                    "court_order": {"categories": ["health"], "recipient": "housing"},
                    "agreements.0.deny": {"*": ["*"]},
                },
            )
        )
        assert facts.now == datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
        assert facts.recipient
        assert (facts.recipient.agency, facts.recipient.body, facts.recipient.need_to_know) == (
            "housing",
            "landlord",
            True,
        )
        assert facts.subject.date_of_birth == date(2010, 5, 1)
        assert facts.categories == (Category.BASIC, Category.EDUCATION)
        assert facts.risk.marac_routes == ("repeat",)
        assert facts.counts == (0, 9)
        (agreement,) = facts.agreements
        assert agreement.deny == {"*": {"*"}}
        assert agreement.permit == {"housing": {"basic", "education"}}

    def test_takes_what_is_left_out_or_null_as_not_known(self) -> None:
        for document in (BARE, BARE | dict.fromkeys(("setting", "purpose", "subject", "risk", "agreements"))):
            facts = facts_from(document)
            assert facts.setting is None
            assert facts.purpose is None
            assert facts.sender.active is None
            assert facts.risk.immediate_danger is None
            assert facts.third_party_categories is None
            assert facts.agreements == ()
            assert facts.jurisdiction is Jurisdiction.ENGLAND
            assert facts.s16la_switched_on is False

    def test_tells_nobody_said_from_nothing_about_others(self) -> None:
        assert facts_from(BARE).third_party_categories is None
        assert facts_from(BARE | {"third_party_categories": []}).third_party_categories == frozenset()

    @pytest.mark.parametrize("setting", ["group", "joint_operations"])
    def test_needs_no_recipient_in_a_group(self, setting: str) -> None:
        assert facts_from(changed(SUPPORT, {"setting": setting, "recipient": LEFT_OUT})).recipient is None

    @pytest.mark.parametrize(("path", "value", "field"), BROKEN)
    def test_names_the_field_of_a_mistake(self, path: str, value: Any, field: str) -> None:
        with pytest.raises(Invalid) as raised:
            facts_from(changed(SUPPORT, {path: value}))
        assert field in [error.field for error in raised.value.errors]
        assert all(error.message for error in raised.value.errors)
        assert not any("Jo" in error.message or "gossip" in error.message for error in raised.value.errors)

    def test_names_every_mistake_at_once(self) -> None:
        broken = changed(SUPPORT, {"now": "noon", "purpose": "curiosity", "sender.active": "yes", "note": 1})
        with pytest.raises(Invalid) as raised:
            facts_from(broken)
        assert [error.field for error in raised.value.errors] == ["now", "sender.active", "purpose", "note"]

    @pytest.mark.parametrize("document", [None, [], "facts", 3, [BARE]])
    def test_refuses_what_is_no_object(self, document: object) -> None:
        with pytest.raises(Invalid):
            facts_from(document)

    def test_reads_a_stored_question_back(self) -> None:
        document = changed(SUPPORT, {"agreements": [A_YES, A_YES | {"status": "refused", "deny": {"*": ["*"]}}]})
        facts = facts_from(document)
        assert facts_from(json.loads(json.dumps(as_document(facts)))) == facts
        assert "court_order" not in as_document(facts)
