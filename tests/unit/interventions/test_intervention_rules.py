"""What may be offered to a young person from which day: the six rules, the ladders of 2011 and of today, and the catalogue's own order."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import pytest

from casework.interventions import rules
from casework.interventions.queries import InterventionRecord
from casework.interventions.rules import Before, Proposal, offered, open_to, what_is_wrong
from casework.programmes.youth_support.catalogue import FILE, Catalogue, CatalogueMistake, catalogue

TODAY = date(2026, 11, 23)
LETTER = Before(rung=1, is_support=False, is_declined=False)
CONTRACT = Before(rung=3, is_support=True, is_declined=False)
BOTH_AGREE = ("young_person", "parent")
ORDERED = Proposal(
    starts_on=TODAY,
    evidence=("police_record", "support_record"),
    risk_assessment="No risk to her from it.",
    youth_justice_said="Consulted on 20 November: they would rather wait, and see the reasons.",
)


def born_at(age: int, on: date = TODAY) -> date:
    return on.replace(year=on.year - age)


def codes(age: int, on: date = TODAY) -> set[str]:
    return {entry.code for entry in offered(catalogue(), born=born_at(age, on), on=on)}


def wrong(code: str, proposal: Proposal, *before: Before, age: int = 15) -> list[str]:
    """The fields that keep an intervention from being recorded."""
    entry = catalogue().interventions.get(code)
    found = what_is_wrong(catalogue(), entry, proposal, born=born_at(age, proposal.starts_on), before=before)
    return [one.field for one in found]


class TestTheAgeOnTheDayItStarts:
    def test_keeps_a_community_protection_notice_from_a_fifteen_year_old(self) -> None:
        assert "community_protection_notice" not in codes(15)
        assert wrong("community_protection_notice", ORDERED, CONTRACT, age=15) == ["code"]

    def test_offers_it_from_the_sixteenth_birthday_on(self) -> None:
        birthday = date(2026, 11, 23)
        born = date(2010, 11, 23)
        day_before = {one.code for one in offered(catalogue(), born=born, on=date(2026, 11, 22))}
        on_the_day = {one.code for one in offered(catalogue(), born=born, on=birthday)}
        assert "community_protection_notice" not in day_before
        assert "community_protection_notice" in on_the_day
        assert wrong("community_protection_notice", ORDERED, CONTRACT, age=16) == []

    def test_keeps_a_respect_order_from_a_seventeen_year_old_and_a_youth_injunction_from_an_adult(self) -> None:
        assert "respect_order" not in codes(17)
        assert "youth_injunction" in codes(17)
        assert "respect_order" in codes(18)
        assert "youth_injunction" not in codes(18)

    @pytest.mark.parametrize(("age", "least"), [(9, False), (10, True)])
    def test_lets_no_order_be_made_under_ten(self, age: int, least: bool) -> None:
        assert bool({"youth_injunction", "criminal_behaviour_order"} & codes(age)) is least

    def test_has_to_be_known(self) -> None:
        entry = catalogue().interventions["advice"]
        assert [one.field for one in what_is_wrong(catalogue(), entry, ORDERED, born=None, before=[])] == ["code"]


class TestTheLadderOfADay:
    def test_of_2011_ends_in_the_anti_social_behaviour_order(self) -> None:
        day = date(2011, 5, 3)
        ladder = [one for one in offered(catalogue(), born=born_at(13, day), on=day) if one.rung is not None]
        assert [one.rung for one in ladder] == [1, 2, 3, 4, 5, 5, 6, 7]
        assert ladder[-1].code == "asbo"

    def test_of_today_has_no_anti_social_behaviour_order_any_more(self) -> None:
        assert "asbo" not in codes(15)
        assert "code" in wrong("asbo", ORDERED, CONTRACT)

    def test_still_takes_one_of_its_own_day_into_the_history(self) -> None:
        past = replace(ORDERED, starts_on=date(2011, 5, 3))
        assert wrong("asbo", replace(past, reason_for_jump="Three courts agreed."), CONTRACT) == []

    def test_changes_on_the_day_that_an_entry_ends(self) -> None:
        last = date(2015, 3, 22)
        assert "asbo" in codes(15, last)
        assert "asbo" not in codes(15, date(2015, 3, 23))


class TestANoticeOrOrder:
    def test_needs_support_offered_before_or_a_reason(self) -> None:
        alone = replace(ORDERED, reason_for_jump="The danger is now.")
        assert wrong("youth_injunction", alone, LETTER) == ["reason_without_support"]
        assert wrong("youth_injunction", replace(alone, reason_without_support="He left the county."), LETTER) == []
        assert wrong("youth_injunction", alone, CONTRACT) == []

    def test_counts_support_that_was_offered_and_declined(self) -> None:
        declined = replace(CONTRACT, is_declined=True)
        assert "reason_without_support" not in wrong("youth_injunction", ORDERED, LETTER, declined)

    def test_never_rests_on_a_support_record_alone(self) -> None:
        assert wrong("youth_injunction", replace(ORDERED, evidence=("support_record",)), CONTRACT) == ["evidence"]
        assert wrong("youth_injunction", replace(ORDERED, evidence=()), CONTRACT) == ["evidence"]
        assert wrong("youth_injunction", replace(ORDERED, evidence=("witness",)), CONTRACT) == []

    def test_needs_the_risk_assessment_and_the_youth_justice_service_first(self) -> None:
        bare = replace(ORDERED, risk_assessment=" ", youth_justice_said="")
        assert wrong("youth_injunction", bare, CONTRACT) == ["risk_assessment", "youth_justice_said"]


class TestStepsOfTheLadder:
    @pytest.mark.parametrize(("highest", "asked"), [(None, True), (3, True), (4, False), (6, False)])
    def test_that_are_left_out_need_a_reason_when_there_are_two(self, highest: int | None, asked: bool) -> None:
        before = [replace(CONTRACT, rung=highest)]
        assert ("reason_for_jump" in wrong("criminal_behaviour_order", ORDERED, *before)) is asked

    def test_are_not_made_up_by_what_was_declined(self) -> None:
        declined = replace(CONTRACT, rung=4, is_declined=True)
        assert "reason_for_jump" in wrong("criminal_behaviour_order", ORDERED, declined)

    def test_need_none_for_the_first_two(self) -> None:
        assert wrong("advice", Proposal(starts_on=TODAY)) == []
        assert wrong("parenting_contract", Proposal(starts_on=TODAY, agreed_by=("parent",))) == []
        agreed = Proposal(starts_on=TODAY, agreed_by=BOTH_AGREE)
        assert wrong("acceptable_behaviour_contract", agreed) == ["reason_for_jump"]
        assert wrong("acceptable_behaviour_contract", agreed, LETTER) == []


class TestAContract:
    def test_is_voluntary_so_each_who_is_named_agrees_or_it_is_noted_as_declined(self) -> None:
        proposal = Proposal(starts_on=TODAY, agreed_by=("parent",))
        assert wrong("acceptable_behaviour_contract", proposal, LETTER) == ["agreed_by"]
        assert wrong("acceptable_behaviour_contract", replace(proposal, is_declined=True), LETTER) == []

    def test_lasts_six_months_at_most(self) -> None:
        proposal = Proposal(starts_on=TODAY, agreed_by=BOTH_AGREE)
        assert wrong("acceptable_behaviour_contract", replace(proposal, ends_on=date(2027, 5, 23)), LETTER) == []
        for day in (date(2027, 5, 24), TODAY):
            assert wrong("acceptable_behaviour_contract", replace(proposal, ends_on=day), LETTER) == ["ends_on"]


class TestTheHistory:
    def test_has_intervals_and_no_score(self) -> None:
        names = {one.name for one in fields(InterventionRecord)}
        assert "days_since_last" in names
        assert not {name for name in names if "score" in name or "rank" in name or "points" in name}
        assert not [name for name in vars(rules) if "score" in name.lower() or "rank" in name.lower()]


class TestADestination:
    def test_is_for_its_ages(self) -> None:
        young = {one.code for one in open_to(catalogue(), born=born_at(9), on=TODAY)}
        adult = {one.code for one in open_to(catalogue(), born=born_at(22), on=TODAY)}
        assert young == {"positive_activities", "family_support"}
        assert adult == {"youth_service_direct", "substance_misuse_young_people"}

    def test_says_what_it_may_be_told_who_agrees_and_by_when_it_answers(self) -> None:
        for one in catalogue().destinations.values():
            assert one.answer_in_days > 0, one.code
            assert one.categories, one.code
            assert one.declines, one.code
            assert one.offer in ("direct", "open_access"), one.code


class TestTheCatalogue:
    def test_names_a_source_for_every_entry(self) -> None:
        assert all(
            entry.source.endswith(".") or entry.source.endswith(").") for entry in catalogue().interventions.values()
        )

    @pytest.mark.parametrize(
        ("was", "becomes", "said"),
        [
            ("min_age = 16", "min_age = 26", "its ages leave nobody"),
            ('code = "advice"', 'code = "asbo"', "stands there twice"),
            ('needs_sign_off = "youth_manager"\nreview_every_months = 6', "review_every_months = 6", "second person"),
            ('templates = ["acceptable_behaviour_contract"]', 'templates = ["a_letter"]', "no letter a_letter"),
            ("rung = 4\nmin_age = 16", "step = 4\nmin_age = 16", "no such field as step"),
            ("to = 2015-03-23", "to = 1998-03-23", "ends before it begins"),
        ],
    )
    def test_tells_what_is_wrong_in_it(self, was: str, becomes: str, said: str, tmp_path: Path) -> None:
        changed = tmp_path / "interventions.toml"
        text = FILE.read_text(encoding="utf-8")
        assert was in text
        changed.write_text(text.replace(was, becomes, 1), encoding="utf-8")
        with pytest.raises(CatalogueMistake, match=said):
            catalogue(changed)

    def test_keeps_its_name_with_what_was_decided(self) -> None:
        assert isinstance(catalogue(), Catalogue)
        assert catalogue().name == "england-2026.1"
