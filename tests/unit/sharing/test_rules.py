"""Where a share can stand, what is wrong with one, and how long each answer may take."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime

import pytest

from casework.consent.rules import Article6, Category, Purpose, ReviewAnswer
from casework.disclosures.rules import CORRECTABLE, ItemKept, Words, fingerprint, words_from
from casework.errors import Conflict
from casework.sharing import rules
from casework.sharing.rules import Mark, NewItem, Part, ShareState

FRIDAY_AFTERNOON = datetime(2026, 12, 18, 15, 0, tzinfo=UTC)
NONE: frozenset[date] = frozenset()


class TestAShare:
    def test_never_leaves_the_inbox_for_the_queue_nor_comes_back_when_stopped(self) -> None:
        for state in (*rules.RECEIVED, ShareState.STOPPED):
            for to in (ShareState.QUEUED, *rules.NOT_SENT):
                with pytest.raises(Conflict):
                    rules.move(state, to)

    def test_is_delivered_from_the_queue_alone(self) -> None:
        from_where = {one for one in ShareState if ShareState.DELIVERED in rules.TRANSITIONS[one]}
        assert from_where == {ShareState.QUEUED}

    def test_knows_every_state(self) -> None:
        assert set(rules.TRANSITIONS) == set(ShareState)

    def test_may_wait_in_another_way_when_it_is_decided_again(self) -> None:
        for one, other in itertools.product(rules.NOT_SENT, repeat=2):
            assert rules.move(one, other) is other


class TestItems:
    GOOD = NewItem(words="Attends.", category=Category.EDUCATION, mark=Mark.FACT, is_about_others=False)

    def test_are_right_with_words_a_category_and_a_purpose(self) -> None:
        assert rules.mistakes_of([self.GOOD], Purpose.SUPPORT_PLAN) == []

    @pytest.mark.parametrize(
        ("items", "purpose", "field"),
        [
            ([], Purpose.SUPPORT_PLAN, "items"),
            ([GOOD], None, "purpose"),
            ([GOOD] * 41, Purpose.SUPPORT_PLAN, "items"),
            (
                [NewItem(words="x" * 4001, category=Category.BASIC, mark=Mark.FACT, is_about_others=False)],
                Purpose.SUPPORT_PLAN,
                "items.0.words",
            ),
            (
                [NewItem(words="7", category=Category.COUNTS_ONLY, mark=Mark.FACT, is_about_others=False)],
                Purpose.SUPPORT_PLAN,
                "items.0.category",
            ),
        ],
    )
    def test_are_refused_by_field(self, items: list[NewItem], purpose: Purpose | None, field: str) -> None:
        assert [one.field for one in rules.mistakes_of(items, purpose)] == [field]

    def test_may_be_forty_at_once(self) -> None:
        assert rules.mistakes_of([self.GOOD] * 40, Purpose.SUPPORT_PLAN) == []


class TestClocks:
    def test_give_a_past_recipient_five_working_days_over_christmas(self) -> None:
        due = rules.withdrawal_due_at(FRIDAY_AFTERNOON, NONE)
        assert due == datetime(2026, 12, 29, 17, 0, tzinfo=UTC), (
            "25 December and the substitute for the 26th do not count"
        )

    def test_give_the_information_lead_two_working_days(self) -> None:
        due = rules.advice_due_at(FRIDAY_AFTERNOON, is_safety=False, extra_holidays=NONE)
        assert due == datetime(2026, 12, 22, 17, 0, tzinfo=UTC)

    def test_give_the_same_day_where_safety_is_at_stake(self) -> None:
        due = rules.advice_due_at(FRIDAY_AFTERNOON, is_safety=True, extra_holidays=NONE)
        assert due == datetime(2026, 12, 18, 17, 0, tzinfo=UTC)
        late = datetime(2026, 12, 18, 21, 0, tzinfo=UTC)
        assert rules.advice_due_at(late, is_safety=True, extra_holidays=NONE) == late


class TestTwoReviewers:
    def test_count_by_their_parts(self) -> None:
        assert rules.agreed_by({Part.MANAGER: "row_4", Part.SAFEGUARDING_LEAD: "refuse"}) == {
            "manager": ReviewAnswer.ROW_4,
            "safeguarding_lead": ReviewAnswer.REFUSE,
        }

    def test_are_not_replaced_by_any_other_signature(self) -> None:
        assert set(rules.agreed_by({Part.HEALTH_SAFEGUARDING_LEAD: "public_interest"}).values()) == {None}


class TestKeepingAfterAWithdrawal:
    def test_needs_a_basis_of_ones_own(self) -> None:
        assert rules.kept_on("public_task") is Article6.PUBLIC_TASK
        for basis in (None, "", "consent", "habit"):
            assert rules.kept_on(basis) is None


class TestTheWordsOfARecord:
    WORDS = Words(
        request="By telephone.",
        items=(ItemKept("education", "fact", False, fingerprint(("education", "fact", "x")), True),),
        withheld=(("health", "Nobody agreed."),),
        allowed=("education",),
        review_on=date(2027, 1, 4),
        reasons=("Step 0.",),
    )

    def test_come_back_from_the_seal_as_they_were(self) -> None:
        assert words_from(self.WORDS.as_document()) == self.WORDS

    def test_leave_out_what_is_empty(self) -> None:
        assert set(Words(advice="Asked.").as_document()) == {"advice"}

    def test_are_told_apart_by_their_fingerprint(self) -> None:
        assert fingerprint(("education", "fact", "a")) != fingerprint(("education", "fact", "b"))
        assert fingerprint(("ab", "c")) != fingerprint(("a", "bc"))

    def test_may_be_corrected_but_not_what_went(self) -> None:
        assert not CORRECTABLE & {"items", "allowed", "withheld", "reasons", "gateways"}
        assert set(Words.__dataclass_fields__) >= CORRECTABLE
