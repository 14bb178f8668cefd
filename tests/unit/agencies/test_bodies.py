"""What an agency is in law follows from its short name where that says so, and the sharing rules know it by that."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from casework.agencies.rules import BODIES, body_of
from casework.consent.rules import Jurisdiction, rule_set_at

TODAY = datetime(2026, 11, 23, tzinfo=UTC).date()


class TestABody:
    @pytest.mark.parametrize(
        ("slug", "body"),
        [
            ("police", "police"),
            ("youth-justice-service", "youth_justice_service"),
            ("youth_offending_team", "youth_justice_service"),
            ("hospital", "health"),
            ("school_nursing", "health"),
            ("education", "school"),
            ("womens-aid", "charity"),
            ("borough_council", "council"),
        ],
    )
    def test_follows_from_a_short_name_that_says_it(self, slug: str, body: str) -> None:
        assert body_of(slug) == body

    @pytest.mark.parametrize("slug", ["housing", "southfield-homes", "idva_service", "the-hub"])
    def test_is_not_guessed_from_any_other(self, slug: str) -> None:
        assert body_of(slug) is None

    def test_is_one_that_the_sharing_rules_know_where_they_ask_for_it(self) -> None:
        rules = rule_set_at(Jurisdiction.ENGLAND, TODAY)
        assert rules is not None
        for asked in (rules.lists.police, rules.lists.child_protection, rules.lists.emergency_services):
            assert asked & set(BODIES), "no registered body would ever match this list"

    def test_says_whether_the_children_act_names_it(self) -> None:
        assert BODIES["school"].is_listed is True
        assert BODIES["landlord"].is_listed is False
        assert BODIES["charity"].is_listed is None, "listed only when it works under arrangements for a listed body"
