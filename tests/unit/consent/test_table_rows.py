"""Every row of the sharing table, both ways: facts on which it decides, and the smallest changes after which it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from questions import AT_MARAC, SUPPORT, answer_to, changed
from situations_of_law import OF_LAW, Change
from situations_of_support import OF_SUPPORT

from casework.consent.rules import Subject, facts_from, may_share

SITUATIONS = [*OF_LAW, *OF_SUPPORT]

CASES = [
    pytest.param(facts, row, result, allowed, id=f"{situation} -> {row} {result}")
    for situation, facts, row, result, allowed, _ in SITUATIONS
]
CHANGES = [
    pytest.param(facts, change, row, result, id=f"{situation}, but {change} -> {row} {result}")
    for situation, facts, *_, changes in SITUATIONS
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
        assert {row for *_, row, _, _, _ in SITUATIONS} == {*map(str, range(1, 23)), "step 0", "step 2"}

    @pytest.mark.parametrize("facts", [facts for _, facts, *_ in SITUATIONS])
    def test_parts_what_was_asked_into_allowed_and_withheld(self, facts: Change) -> None:
        answer = answer_to(facts)
        asked = facts.get("categories", ["basic", "education"])
        assert sorted([*answer.allowed, *(one.category for one in answer.withheld)]) == sorted(asked)
        assert all(one.reason for one in answer.withheld)

    def test_never_stumbles_over_a_birth_that_lies_ahead(self) -> None:
        facts = facts_from(changed(SUPPORT, AT_MARAC))
        unborn = replace(facts, subject=Subject(date_of_birth=date(2026, 11, 24)))
        assert may_share(unborn).row == "22"
