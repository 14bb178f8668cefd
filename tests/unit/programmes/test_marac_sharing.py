"""Who hears a listed case: members with a signed protocol that were asked, about a victim at high risk, and nobody blocked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from casework.programmes.marac.sharing import AgencyKind, ListedCaseFacts, Stage, hears_listed_case
from casework.programmes.registry import MARAC, PROGRAMMES, SharingModel, find_programme

TODAY = date(2026, 12, 9)
HEARS = ListedCaseFacts(
    on=TODAY,
    stage=Stage.SITTING,
    member_from=date(2025, 1, 1),
    protocol_signed_on=date(2026, 1, 1),
    protocol_expires_on=date(2027, 1, 1),
    is_listed=True,
    is_asked=True,
    routes=("visible_high_risk",),
    victim_under_16=False,
    confidentiality_accepted=True,
)
NOES = [
    ({"is_blocked": True}, "blocked"),
    ({"is_or_reaches_abuser": True}, "reaches_abuser"),
    ({"member_from": None}, "not_a_member"),
    ({"member_from": date(2026, 12, 10)}, "not_a_member"),
    ({"member_until": TODAY}, "not_a_member"),
    ({"protocol_signed_on": None}, "protocol_not_signed"),
    ({"protocol_signed_on": date(2026, 12, 10)}, "protocol_not_signed"),
    ({"protocol_expires_on": TODAY}, "protocol_not_signed"),
    ({"is_listed": False}, "not_listed"),
    ({"victim_under_16": True}, "under_16"),
    ({"routes": ()}, "not_high_risk"),
    ({"is_asked": False}, "not_asked"),
    ({"confidentiality_accepted": False}, "confidentiality_not_accepted"),
]


class TestHearsListedCase:
    @pytest.mark.parametrize("stage", list(Stage))
    def test_a_member_that_signed_and_was_asked_hears_it(self, stage: Stage) -> None:
        answer = hears_listed_case(replace(HEARS, stage=stage))
        assert answer.allowed
        assert answer.code == "high_risk_listed"
        assert answer.rule_set == MARAC.rule_set

    @pytest.mark.parametrize(("change", "code"), NOES)
    def test_each_no_is_enough_by_itself(self, change: dict[str, object], code: str) -> None:
        answer = hears_listed_case(replace(HEARS, **change))  # type: ignore[arg-type]
        assert not answer.allowed
        assert answer.code == code
        assert answer.basis is None

    @pytest.mark.parametrize("change", [change for change, _ in NOES])
    def test_a_block_beats_everything_and_says_nothing_else(self, change: dict[str, object]) -> None:
        answer = hears_listed_case(replace(HEARS, **{**change, "is_blocked": True}))  # type: ignore[arg-type]
        assert answer.code == "blocked"

    def test_nothing_known_is_no(self) -> None:
        assert not hears_listed_case(ListedCaseFacts(on=TODAY, stage=Stage.LIST)).allowed

    def test_the_list_goes_out_before_anybody_accepts_confidentiality_of_the_round(self) -> None:
        assert hears_listed_case(replace(HEARS, stage=Stage.LIST, confidentiality_accepted=False)).allowed

    def test_the_protocol_is_good_on_the_day_it_is_signed_and_not_on_the_day_it_expires(self) -> None:
        assert hears_listed_case(replace(HEARS, protocol_signed_on=TODAY)).allowed
        assert not hears_listed_case(replace(HEARS, protocol_expires_on=TODAY)).allowed

    def test_an_unknown_age_keeps_no_case_out(self) -> None:
        assert hears_listed_case(replace(HEARS, victim_under_16=None)).allowed

    @pytest.mark.parametrize(
        ("kind", "is_police", "basis"),
        [
            (AgencyKind.PUBLIC_AUTHORITY, False, "public_task+sch1_para18"),
            (AgencyKind.PUBLIC_AUTHORITY, True, "dpa2018_part_3"),
            (AgencyKind.CHARITY, False, "recognised_legitimate_interest+sch1_para18"),
            (AgencyKind.LANDLORD, False, "recognised_legitimate_interest+sch1_para18"),
            (AgencyKind.PRIVATE, False, "recognised_legitimate_interest+sch1_para18"),
        ],
    )
    def test_the_basis_follows_the_kind_of_agency(self, kind: AgencyKind, is_police: bool, basis: str) -> None:
        assert hears_listed_case(replace(HEARS, agency_kind=kind, is_police=is_police)).basis == basis

    def test_every_mixture_of_facts_is_allowed_only_when_all_of_them_are(self) -> None:
        names = (
            "is_blocked",
            "is_or_reaches_abuser",
            "is_listed",
            "is_asked",
            "victim_under_16",
            "confidentiality_accepted",
        )
        good = (False, False, True, True, False, True)
        for values in product((True, False), repeat=len(names)):
            facts = replace(HEARS, **dict(zip(names, values, strict=True)))  # type: ignore[arg-type]
            assert hears_listed_case(facts).allowed is (values == good)


class TestRegistry:
    def test_a_case_finds_its_programme_by_code(self) -> None:
        assert find_programme("marac").sharing_model is SharingModel.CONFERENCE
        assert all(programme.code == code for code, programme in PROGRAMMES.items())

    def test_an_unknown_programme_is_none(self) -> None:
        with pytest.raises(KeyError):
            find_programme("another")
