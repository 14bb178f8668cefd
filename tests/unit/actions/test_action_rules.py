"""An action has an owner agency, a what and a by when; a report says what happened; overdue follows from the day."""

from __future__ import annotations

from datetime import date

import pytest

from casework.actions.rules import (
    ActionState,
    is_overdue,
    is_unfinished,
    move,
    what_is_wrong,
    what_is_wrong_with_report,
)
from casework.errors import Conflict

SITTING = date(2026, 12, 9)


class TestWhatIsWrong:
    def test_all_three_are_enough(self) -> None:
        assert what_is_wrong("housing", "Change the locks.", date(2026, 12, 16), SITTING) == []
        assert what_is_wrong("housing", "Change the locks.", SITTING, SITTING) == []
        assert what_is_wrong("housing", "Change the locks.", date(2027, 12, 9), SITTING) == []

    @pytest.mark.parametrize(
        ("owner", "what", "by_when", "fields"),
        [
            (None, "Change the locks.", date(2026, 12, 16), ["owner_agency"]),
            ("housing", "  ", date(2026, 12, 16), ["what"]),
            ("housing", None, date(2026, 12, 16), ["what"]),
            ("housing", "Change the locks.", None, ["by_when"]),
            ("housing", "Change the locks.", date(2026, 12, 8), ["by_when"]),
            ("housing", "Change the locks.", date(2027, 12, 10), ["by_when"]),
            ("", "", None, ["owner_agency", "what", "by_when"]),
        ],
    )
    def test_each_missing_part_is_named(
        self, owner: str | None, what: str | None, by_when: date | None, fields: list[str]
    ) -> None:
        assert [error.field for error in what_is_wrong(owner, what, by_when, SITTING)] == fields


class TestReport:
    @pytest.mark.parametrize("outcome", ["done", "overtaken", "not_done"])
    def test_says_what_happened_whatever_the_outcome(self, outcome: str) -> None:
        assert what_is_wrong_with_report(outcome, "Fitted on Tuesday.") == []
        assert [e.field for e in what_is_wrong_with_report(outcome, " ")] == ["what_happened"]

    @pytest.mark.parametrize("outcome", ["agreed", "withdrawn", "finished", None])
    def test_has_one_of_three_outcomes(self, outcome: str | None) -> None:
        assert [e.field for e in what_is_wrong_with_report(outcome, "Fitted on Tuesday.")] == ["outcome"]


class TestStates:
    def test_an_action_is_reported_once_but_what_was_not_done_may_still_be(self) -> None:
        assert move("agreed", ActionState.NOT_DONE) is ActionState.NOT_DONE
        assert move("not_done", ActionState.DONE) is ActionState.DONE
        for state in ("done", "overtaken", "withdrawn"):
            with pytest.raises(Conflict):
                move(state, ActionState.NOT_DONE)

    def test_overdue_is_an_agreed_action_whose_day_has_passed(self) -> None:
        assert not is_overdue("agreed", date(2026, 12, 16), date(2026, 12, 16))
        assert is_overdue("agreed", date(2026, 12, 16), date(2026, 12, 17))
        assert not is_overdue("done", date(2026, 12, 16), date(2026, 12, 17))
        assert not is_overdue("overtaken", date(2026, 12, 16), date(2026, 12, 17))

    def test_the_next_conference_hears_of_what_is_not_reported_or_not_done(self) -> None:
        assert {state for state in ActionState if is_unfinished(state)} == {ActionState.AGREED, ActionState.NOT_DONE}
