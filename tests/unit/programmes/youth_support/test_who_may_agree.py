"""Who may agree for a young person, and until when: ages, competence, parents, courts, expiry."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from casework.programmes.youth_support.rules import (
    Agreement,
    Clocks,
    Fault,
    Giver,
    Relation,
    Status,
    birthday,
    fault_of,
)

CLOCKS = Clocks(
    own_answer_from_age=13,
    presumed_able_from_age=16,
    adult_from_age=18,
    parents_answer_ends_after_days=28,
    longest_months=12,
)
TODAY = date(2026, 11, 23)
OWN = Agreement(
    status=Status.GIVEN,
    on=date(2026, 9, 1),
    expires_on=date(2027, 1, 1),
    giver=Giver(relation=Relation.SELF, competent=True, recorded_as_abuser=False),
)
PARENTS = replace(OWN, giver=Giver(relation=Relation.PARENTAL_RESPONSIBILITY, competent=True, recorded_as_abuser=False))
AGE_12, AGE_13, AGE_15, AGE_16 = date(2013, 11, 24), date(2013, 11, 23), date(2010, 11, 24), date(2010, 11, 23)
AGE_17, AGE_18 = date(2008, 11, 24), date(2008, 11, 23)


def by(agreement: Agreement, **changes: object) -> Agreement:
    return replace(agreement, giver=replace(agreement.giver, **changes))  # type: ignore[arg-type]


class TestFaultOf:
    @pytest.mark.parametrize(
        ("agreement", "born", "fault"),
        [
            (OWN, AGE_12, Fault.TOO_YOUNG),
            (OWN, AGE_13, None),
            (OWN, AGE_15, None),
            (by(OWN, competent=None), AGE_15, Fault.NOT_COMPETENT),
            (by(OWN, competent=False), AGE_15, Fault.NOT_COMPETENT),
            (by(OWN, competent=None), AGE_16, None),
            (by(OWN, competent=False), AGE_16, Fault.NOT_COMPETENT),
            (by(OWN, competent=None), AGE_18, None),
            (OWN, None, Fault.AGE_UNKNOWN),
            (by(OWN, recorded_as_abuser=None), AGE_16, None),
            (by(OWN, recorded_as_abuser=True), AGE_16, Fault.GIVER_IS_ABUSER),
            (by(OWN, relation=None), AGE_16, Fault.GIVER_UNKNOWN),
        ],
    )
    def test_lets_a_young_person_answer_when_old_enough_and_competent(
        self, agreement: Agreement, born: date | None, fault: Fault | None
    ) -> None:
        assert fault_of(agreement, born=born, today=TODAY, clocks=CLOCKS) is fault

    @pytest.mark.parametrize(
        ("agreement", "born", "fault"),
        [
            (PARENTS, AGE_12, None),
            (PARENTS, AGE_15, None),
            (PARENTS, AGE_16, None),
            (by(PARENTS, competent=None), AGE_12, None),
            (by(PARENTS, competent=False), AGE_12, Fault.NOT_COMPETENT),
            (by(PARENTS, recorded_as_abuser=None), AGE_12, Fault.GIVER_MAY_BE_ABUSER),
            (by(PARENTS, recorded_as_abuser=True), AGE_12, Fault.GIVER_IS_ABUSER),
            (PARENTS, None, Fault.AGE_UNKNOWN),
            (PARENTS, date(2010, 10, 27), None),
            (PARENTS, date(2010, 10, 26), Fault.PARENT_NOT_CONFIRMED_AT_16),
            (replace(PARENTS, on=date(2026, 11, 23)), AGE_16, Fault.PARENT_AFTER_16),
            (replace(PARENTS, on=date(2026, 11, 22)), AGE_16, None),
            (PARENTS, AGE_17, Fault.PARENT_AFTER_16),
            (PARENTS, AGE_18, Fault.ADULT),
        ],
    )
    def test_lets_a_parent_answer_until_28_days_after_the_sixteenth_birthday(
        self, agreement: Agreement, born: date | None, fault: Fault | None
    ) -> None:
        assert fault_of(agreement, born=born, today=TODAY, clocks=CLOCKS) is fault

    @pytest.mark.parametrize(
        ("relation", "born", "fault"),
        [
            (Relation.COURT, None, None),
            (Relation.COURT, AGE_12, None),
            (Relation.BEST_INTERESTS, AGE_16, None),
            (Relation.BEST_INTERESTS, AGE_18, None),
            (Relation.BEST_INTERESTS, AGE_15, Fault.BEST_INTERESTS_UNDER_16),
            (Relation.BEST_INTERESTS, None, Fault.AGE_UNKNOWN),
        ],
    )
    def test_lets_a_court_answer_at_any_age_and_best_interests_from_16(
        self, relation: Relation, born: date | None, fault: Fault | None
    ) -> None:
        agreement = by(OWN, relation=relation, competent=False)
        assert fault_of(agreement, born=born, today=TODAY, clocks=CLOCKS) is fault
        assert fault_of(by(agreement, recorded_as_abuser=None), born=born, today=TODAY, clocks=CLOCKS)

    @pytest.mark.parametrize(
        ("on", "expires_on", "fault"),
        [
            (None, None, Fault.NO_DATE),
            (date(2026, 11, 24), None, Fault.NOT_YET),
            (date(2026, 11, 23), None, None),
            (date(2026, 9, 1), date(2026, 11, 24), None),
            (date(2026, 9, 1), date(2026, 11, 23), Fault.EXPIRED),
            (date(2025, 11, 24), None, None),
            (date(2025, 11, 23), None, Fault.EXPIRED),
            (date(2025, 11, 23), date(2030, 1, 1), Fault.EXPIRED),
        ],
    )
    def test_counts_a_yes_from_its_day_to_its_end_and_never_longer_than_a_year(
        self, on: date | None, expires_on: date | None, fault: Fault | None
    ) -> None:
        agreement = replace(OWN, on=on, expires_on=expires_on)
        assert fault_of(agreement, born=AGE_16, today=TODAY, clocks=CLOCKS) is fault


class TestBirthday:
    def test_is_the_same_day_of_the_year(self) -> None:
        assert birthday(date(2010, 5, 1), 16) == date(2026, 5, 1)

    def test_is_1_march_in_a_common_year_for_who_was_born_on_29_february(self) -> None:
        assert birthday(date(2012, 2, 29), 18) == date(2030, 3, 1)
        assert birthday(date(2012, 2, 29), 16) == date(2028, 2, 29)


class TestIsVoid:
    def test_is_the_answer_of_an_alleged_abuser_for_another_and_no_more(self) -> None:
        assert by(PARENTS, recorded_as_abuser=True).is_void
        assert not by(PARENTS, recorded_as_abuser=True, relation=None).is_void
        assert not by(PARENTS, recorded_as_abuser=None).is_void
        assert not by(OWN, recorded_as_abuser=True).is_void


class TestAgreement:
    def test_knows_nothing_that_it_is_not_told(self) -> None:
        bare = Agreement(status=Status.GIVEN)
        assert (bare.on, bare.review_due, bare.expires_on) == (None, None, None)
        assert (bare.giver.relation, bare.giver.competent, bare.giver.recorded_as_abuser) == (None, None, None)
        assert (bare.purposes, bare.permit, bare.deny) == (frozenset(), {}, {})
