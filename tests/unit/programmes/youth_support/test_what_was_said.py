"""What several answers come to for one agency and purpose: which no takes back which yes, and what nobody answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pytest

from casework.programmes.youth_support.rules import Agreement, Clocks, Fault, Giver, Relation, Status
from casework.programmes.youth_support.sharing import Said, what_was_said

CLOCKS = Clocks(
    own_answer_from_age=13,
    presumed_able_from_age=16,
    adult_from_age=18,
    parents_answer_ends_after_days=28,
    longest_months=12,
)
SELF = Giver(relation=Relation.SELF, competent=True, recorded_as_abuser=False)
MOTHER = Giver(relation=Relation.PARENTAL_RESPONSIBILITY, competent=True, recorded_as_abuser=False)
ABUSER = replace(MOTHER, recorded_as_abuser=True)
NOBODY_KNOWN = Giver()
YES = Agreement(
    status=Status.GIVEN,
    on=date(2026, 9, 1),
    giver=SELF,
    purposes=frozenset({"support_plan"}),
    permit={"housing": frozenset({"basic", "education"})},
)
NO = Agreement(status=Status.REFUSED, on=date(2026, 9, 2), giver=SELF, purposes=frozenset({"support_plan"}))
MOTHERS_YES, MOTHERS_NO = replace(YES, giver=MOTHER), replace(NO, giver=MOTHER)
FIFTEEN = date(2011, 5, 1)


def said(
    agreements: Iterable[Agreement],
    *,
    purpose: str | None = "support_plan",
    every_no_counts: bool = False,
    to: str = "housing",
    asked: tuple[str, ...] = ("basic", "education"),
) -> Said:
    return what_was_said(
        tuple(agreements),
        to_agency=to,
        purpose=purpose,
        every_no_counts=every_no_counts,
        categories=asked,
        born=FIFTEEN,
        today=date(2026, 11, 23),
        clocks=CLOCKS,
    )


class TestOneYes:
    def test_covers_what_it_names_for_the_agency_and_purpose(self) -> None:
        found = said([YES], asked=("basic", "health"))
        assert found.yes == {"basic"}
        assert not found.no
        assert found.live == (YES,)

    def test_covers_nothing_for_another_agency_or_purpose(self) -> None:
        assert not said([YES], to="school").yes
        other = said([YES], purpose="assessment")
        assert (other.yes, other.other_purposes, other.live) == (frozenset(), 1, ())
        assert not said([YES], purpose=None).yes

    def test_adds_to_another_yes(self) -> None:
        found = said([replace(YES, permit={"housing": frozenset({"basic"})}), MOTHERS_YES])
        assert found.yes == {"basic", "education"}
        assert not found.disagreed

    def test_with_a_fault_counts_for_nothing_and_is_explained(self) -> None:
        late = replace(YES, expires_on=date(2026, 11, 1))
        found = said([late])
        assert not found.yes
        assert found.faults == ((Fault.EXPIRED, late),)

    @pytest.mark.parametrize(("due", "overdue"), [(date(2026, 11, 23), 1), (date(2026, 11, 24), 0), (None, 0)])
    def test_is_overdue_from_the_day_of_its_review(self, due: date | None, overdue: int) -> None:
        assert said([replace(YES, review_due=due)]).overdue == overdue


class TestDenials:
    @pytest.mark.parametrize(
        ("deny", "yes", "no"),
        [
            ({"housing": {"basic"}}, {"education"}, {"basic"}),
            ({"housing": {"*"}}, set(), {"basic", "education"}),
            ({"*": {"education"}}, {"basic"}, {"education"}),
            ({"*": {"*"}}, set(), {"basic", "education"}),
            ({"school": {"*"}}, {"basic", "education"}, set()),
            ({"housing": {"health"}}, {"basic", "education"}, set()),
        ],
    )
    def test_beat_a_yes(self, deny: dict[str, set[str]], yes: set[str], no: set[str]) -> None:
        frozen = {name: frozenset(held) for name, held in deny.items()}
        for found in (said([replace(YES, deny=frozen)]), said([YES, replace(YES, permit={}, deny=frozen)])):
            assert (found.yes, found.no) == (yes, no)
            assert not found.disagreed

    def test_outlive_their_yes_and_bind_for_every_purpose(self) -> None:
        old = replace(YES, on=date(2020, 1, 1), purposes=frozenset({"assessment"}), deny={"housing": frozenset({"*"})})
        assert not said([old, YES]).yes

    def test_of_what_nobody_permitted_are_no_disagreement(self) -> None:
        mothers = replace(MOTHERS_YES, permit={}, deny={"housing": frozenset({"health"})})
        found = said([mothers, YES], asked=("basic", "health"))
        assert (found.yes, found.no, found.disagreed) == ({"basic"}, {"health"}, False)

    def test_of_another_person_are_a_disagreement(self) -> None:
        assert said([replace(MOTHERS_YES, permit={}, deny={"housing": frozenset({"*"})}), YES]).disagreed
        assert not said([replace(MOTHERS_YES, permit={}, deny={"school": frozenset({"*"})}), YES]).disagreed


class TestRefusals:
    def test_take_back_an_earlier_yes_and_one_of_the_same_day(self) -> None:
        for on in (date(2026, 9, 1), date(2026, 9, 2), None):
            found = said([YES, replace(NO, on=on)])
            assert (found.yes, found.no) == (frozenset(), {"basic", "education"})

    def test_leave_a_later_yes_of_the_same_person(self) -> None:
        assert said([replace(NO, on=date(2026, 8, 31)), YES]).yes == {"basic", "education"}
        assert said([replace(MOTHERS_NO, on=date(2026, 8, 31)), MOTHERS_YES]).yes == {"basic", "education"}

    def test_of_a_competent_young_person_beat_a_parents_yes_whatever_the_day(self) -> None:
        found = said([replace(NO, on=date(2026, 8, 1)), MOTHERS_YES])
        assert not found.yes
        assert found.disagreed

    def test_of_a_child_recorded_as_not_competent_leave_the_parents_yes(self) -> None:
        found = said([replace(NO, giver=replace(SELF, competent=False)), MOTHERS_YES])
        assert found.yes == {"basic", "education"}
        assert found.no == {"basic", "education"}
        assert not found.disagreed

    def test_of_a_young_person_of_unknown_competence_count(self) -> None:
        assert not said([replace(NO, giver=replace(SELF, competent=None)), MOTHERS_YES]).yes

    def test_of_a_parent_do_not_take_back_the_young_persons_own_yes(self) -> None:
        found = said([YES, MOTHERS_NO])
        assert found.yes == {"basic", "education"}
        assert not found.disagreed

    def test_of_nobody_known_take_back_any_earlier_yes(self) -> None:
        for yes in (YES, MOTHERS_YES):
            assert not said([yes, replace(NO, giver=NOBODY_KNOWN)]).yes

    def test_of_one_parent_take_back_a_yes_for_best_interests(self) -> None:
        court = replace(YES, giver=Giver(relation=Relation.COURT, recorded_as_abuser=False))
        found = said([court, MOTHERS_NO])
        assert not found.yes
        assert found.disagreed
        elsewhere = replace(MOTHERS_NO, permit={"housing": frozenset({"health"})})
        found = said([court, elsewhere], asked=("basic", "health"))
        assert (found.yes, found.no, found.disagreed) == ({"basic"}, {"health"}, False)

    def test_are_about_everybody_unless_they_name_agencies(self) -> None:
        assert said([YES, replace(NO, deny={"school": frozenset({"*"})})]).yes
        assert said([YES, replace(NO, permit={"housing": frozenset({"basic"})})]).yes == {"education"}
        assert said([YES, replace(NO, deny={"*": frozenset({"basic"})})]).yes == {"education"}

    def test_are_about_their_purposes_or_when_they_name_none_about_all(self) -> None:
        other = replace(NO, purposes=frozenset({"assessment"}))
        assert said([YES, other]).yes == {"basic", "education"}
        assert not said([YES, replace(NO, purposes=frozenset())]).yes
        assert said([other], purpose=None).no
        assert not said([other]).no

    def test_of_support_count_when_the_purpose_is_called_something_else(self) -> None:
        assert said([NO], purpose="safeguarding", every_no_counts=True).no == {"basic", "education"}
        assert not said([NO], purpose="safeguarding").no

    def test_by_withdrawal_work_alike(self) -> None:
        assert not said([YES, replace(NO, status=Status.WITHDRAWN)]).yes
        assert not said([replace(YES, status=Status.WITHDRAWN)]).yes

    def test_and_denials_of_an_alleged_abuser_count_for_nothing(self) -> None:
        for void in (
            replace(NO, giver=ABUSER),
            replace(NO, giver=ABUSER, deny={"housing": frozenset({"*"})}),
            replace(YES, giver=ABUSER, deny={"housing": frozenset({"*"})}),
        ):
            found = said([MOTHERS_YES, void])
            assert found.yes == {"basic", "education"}
            assert not found.no
        assert said([replace(NO, giver=ABUSER)]).void_noes == 1
        assert said([NO]).void_noes == 0
        assert said([replace(YES, giver=ABUSER)]).void_noes == 0
        assert said([replace(YES, giver=ABUSER)]).faults[0][0] is Fault.GIVER_IS_ABUSER


class TestNothingSaid:
    def test_is_neither_yes_nor_no(self) -> None:
        found = said([])
        assert (found.yes, found.no, found.disagreed) == (frozenset(), frozenset(), False)
        assert (found.faults, found.live, found.void_noes, found.other_purposes, found.overdue) == ((), (), 0, 0, 0)
