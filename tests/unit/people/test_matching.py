"""Exact and near-exact matches are found; namesakes, twins, misspelt names and unknown births are not taken for the same."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.people.rules import (
    NAME_BIRTH,
    SURNAME_BIRTH,
    Name,
    PersonFacts,
    Verdict,
    compare,
    fold,
    match_keys,
    same_pair,
    swapped_pair,
)

SAMPLES = Path(__file__).parents[2] / "data" / "referrals.jsonl"
LEANNE = PersonFacts(Name("Leanne", "Smith-Jones"), date_of_birth=date(1988, 3, 7), gender="female", postcode="WV9 9UZ")
PIOTR = PersonFacts(Name("Piotr", "Müller"), date_of_birth=date(1985, 11, 24), gender="male")


def named(given_names: str, family_name: str, **changes: Any) -> PersonFacts:
    return replace(LEANNE, name=Name(given_names, family_name), **changes)


def share_a_key(one: PersonFacts, other: PersonFacts) -> bool:
    return bool(set(match_keys(one)) & set(match_keys(other)))


class TestFold:
    @pytest.mark.parametrize(
        ("written", "folded"),
        [
            ("O'Connor", "oconnor"),
            ("O’CONNOR", "oconnor"),
            ("Ó Súilleabháin", "osuilleabhain"),
            ("Müller", "muller"),
            ("Łukasz Søren", "lukaszsoren"),
            ("Strauß", "strauss"),
            ("Smith - Jones", "smithjones"),
            ("𝐋𝐞𝐚𝐧𝐧𝐞 ﬁtz", "leannefitz"),
            ("  ", ""),
            ("李 小龙", "李小龙"),
        ],
    )
    def test_keeps_letters_and_nothing_else(self, written: str, folded: str) -> None:
        assert fold(written) == folded

    @given(st.text(max_size=40))
    def test_changes_nothing_the_second_time(self, text: str) -> None:
        assert fold(fold(text)) == fold(text)


class TestCompare:
    @pytest.mark.parametrize(
        "other",
        [
            LEANNE,
            named("LEANNE", "SMITH JONES"),
            named("Leanne", "smithjones"),
            named("Leanne Mary", "Smith‐Jones"),
            named("Léanne", "Smith-Jonés"),
            replace(LEANNE, postcode="ST19 1HD"),
            named("Leanne", "Turner", aliases=(Name("Leanne", "Smith-Jones"),)),
        ],
    )
    def test_case_hyphen_accent_a_former_name_and_a_new_address_are_the_same_person(self, other: PersonFacts) -> None:
        assert compare(LEANNE, other).verdict is Verdict.SAME
        assert share_a_key(LEANNE, other)

    @pytest.mark.parametrize(
        "other",
        [
            replace(LEANNE, date_of_birth=date(1988, 7, 3)),
            named("Leanne", "Smith"),
            named("Leanne", "Jones-Brown"),
            named("Mary Leanne", "Smith-Jones"),
        ],
    )
    def test_day_and_month_exchanged_or_a_part_of_the_name_is_likely(self, other: PersonFacts) -> None:
        assert compare(LEANNE, other).verdict is Verdict.LIKELY
        assert share_a_key(LEANNE, other)

    @pytest.mark.parametrize(
        ("other", "differs"),
        [
            (replace(LEANNE, date_of_birth=None), "date of birth not known for both"),
            (replace(LEANNE, date_of_birth=date(1988, 3, 8)), "date of birth"),
            (named("Leanne", "Smyth-Johns"), "surname"),
            (named("Denise", "Smith-Jones"), "first name"),  # a twin
            (named("", "Smith-Jones"), "first name"),
        ],
    )
    def test_a_name_alone_a_misspelling_and_a_twin_are_different(self, other: PersonFacts, differs: str) -> None:
        answer = compare(LEANNE, other)
        assert answer.verdict is Verdict.DIFFERENT
        assert differs in answer.differing

    def test_two_without_a_birth_date_are_not_the_same_by_name(self) -> None:
        nobody = replace(LEANNE, date_of_birth=None)
        assert compare(nobody, nobody).verdict is Verdict.DIFFERENT

    def test_says_in_words_what_agrees_and_what_differs(self) -> None:
        moved = named(
            "Leanne",
            "Turner",
            aliases=(Name("Leanne", "Smith-Jones"),),
            postcode="ST19 1HD",
            date_of_birth=date(1988, 7, 3),
        )
        answer = compare(LEANNE, moved)
        assert answer.agreeing == ("surname, by a former or other name", "first name", "gender")
        assert answer.differing == ("date of birth: day and month exchanged", "postcode: may have moved")

    @given(st.data())
    def test_is_the_same_from_both_sides_and_never_without_a_shared_key(self, data: st.DataObject) -> None:
        names = st.builds(
            Name,
            st.sampled_from(["Leanne", "Léanne Mary", "Mary", "Kofi"]),
            st.sampled_from(["Smith-Jones", "Smith", "SMITH JONES", "Müller", "Muller", "O'Neil"]),
        )
        people = st.builds(
            PersonFacts,
            names,
            st.lists(names, max_size=1).map(tuple),
            st.sampled_from([None, date(1988, 3, 7), date(1988, 7, 3), date(1988, 5, 5), date(1988, 3, 27)]),
        )
        one, other = data.draw(people), data.draw(people)
        verdict = compare(one, other).verdict
        assert verdict is compare(other, one).verdict
        if verdict is not Verdict.DIFFERENT:
            assert share_a_key(one, other)


class TestMatchKeys:
    def test_hold_surname_first_name_and_birth_and_the_birth_exchanged(self) -> None:
        assert match_keys(named("Anne-Marie Jo", "O'Neil")) == [
            (NAME_BIRTH, ("oneil", "annemarie", "1988-03-07")),
            (SURNAME_BIRTH, ("oneil", "1988-03-07")),
            (NAME_BIRTH, ("oneil", "annemarie", "1988-07-03")),
            (SURNAME_BIRTH, ("oneil", "1988-07-03")),
        ]

    def test_are_none_without_a_birth_date(self) -> None:
        assert match_keys(replace(LEANNE, date_of_birth=None)) == []

    def test_never_hold_a_name_alone(self) -> None:
        for _, parts in match_keys(replace(LEANNE, aliases=(Name("Lee", "Tonks"),))):
            assert any(part.startswith("1988-") for part in parts)

    def test_include_every_name_and_each_part_of_a_double_one(self) -> None:
        surnames = {parts[0] for _, parts in match_keys(replace(LEANNE, aliases=(Name("Lee", "Tonks"),)))}
        assert surnames == {"smithjones", "smith", "jones", "tonks"}

    def test_have_no_exchanged_birth_when_there_is_no_such_month(self) -> None:
        assert {parts[-1] for _, parts in match_keys(PIOTR)} == {"1985-11-24"}

    def test_leave_out_short_parts_that_are_no_names(self) -> None:
        surnames = {parts[0] for _, parts in match_keys(named("Niamh", "Ó Súilleabháin"))}
        assert surnames == {"osuilleabhain", "suilleabhain"}


class TestPairs:
    def test_the_same_two_are_the_same_pair(self) -> None:
        assert same_pair(LEANNE, [PIOTR], LEANNE, [PIOTR]).verdict is Verdict.SAME

    def test_a_new_perpetrator_is_another_pair(self) -> None:
        kofi = PersonFacts(Name("Kofi", "Ahmed"), date_of_birth=date(1990, 1, 1))
        answer = same_pair(LEANNE, [kofi], LEANNE, [PIOTR])
        assert answer.verdict is Verdict.DIFFERENT
        assert answer.victim.verdict is Verdict.SAME

    def test_one_of_several_perpetrators_is_enough(self) -> None:
        kofi = PersonFacts(Name("Kofi", "Ahmed"), date_of_birth=date(1990, 1, 1))
        assert same_pair(LEANNE, [kofi, PIOTR], LEANNE, [PIOTR]).verdict is Verdict.SAME

    def test_the_weaker_side_decides(self) -> None:
        turned = replace(PIOTR, date_of_birth=date(1985, 4, 11))
        known = replace(PIOTR, date_of_birth=date(1985, 11, 4))
        assert same_pair(LEANNE, [turned], LEANNE, [known]).verdict is Verdict.LIKELY

    def test_nobody_named_is_no_pair(self) -> None:
        assert same_pair(LEANNE, [], LEANNE, [PIOTR]).verdict is Verdict.DIFFERENT
        assert swapped_pair(LEANNE, [], LEANNE, [PIOTR]).verdict is Verdict.DIFFERENT
        assert swapped_pair(LEANNE, [PIOTR], PIOTR, []).verdict is Verdict.DIFFERENT

    def test_the_same_two_the_other_way_round_are_swapped_and_not_the_same(self) -> None:
        assert swapped_pair(PIOTR, [LEANNE], LEANNE, [PIOTR]).verdict is Verdict.SAME
        assert same_pair(PIOTR, [LEANNE], LEANNE, [PIOTR]).verdict is Verdict.DIFFERENT
        assert swapped_pair(LEANNE, [PIOTR], LEANNE, [PIOTR]).verdict is Verdict.DIFFERENT


def facts(person: dict[str, Any]) -> PersonFacts:
    born = person["date_of_birth"]
    return PersonFacts(
        Name(person["given_names"], person["family_name"]),
        tuple(Name(**alias) for alias in person["aliases"]),
        date.fromisoformat(born) if born else None,
    )


@pytest.fixture(scope="module")
def referrals() -> list[tuple[str, PersonFacts, list[PersonFacts]]]:
    rows = [json.loads(line) for line in SAMPLES.read_text(encoding="utf-8").splitlines()]
    return [(r["reference"], facts(r["victim"]), [facts(p) for p in r["perpetrators"]]) for r in rows]


class TestSampleReferrals:
    """Sixty referrals of which some are about people who were referred before."""

    def test_every_exact_and_near_exact_pair_is_found_and_no_other(
        self, referrals: list[tuple[str, PersonFacts, list[PersonFacts]]]
    ) -> None:
        found = {}
        for place, (reference, victim, perpetrators) in enumerate(referrals):
            for earlier, known_victim, known_perpetrators in referrals[:place]:
                verdict = same_pair(victim, perpetrators, known_victim, known_perpetrators).verdict
                if verdict is not Verdict.DIFFERENT:
                    assert share_a_key(victim, known_victim)
                    found[reference, earlier] = verdict
        assert found == {
            ("R11-00013", "R11-00009"): Verdict.SAME,
            ("R11-00018", "R11-00017"): Verdict.SAME,
            ("R11-00020", "R11-00012"): Verdict.SAME,
            ("R11-00025", "R11-00001"): Verdict.SAME,
            ("R11-00031", "R11-00024"): Verdict.LIKELY,
            ("R11-00034", "R11-00010"): Verdict.LIKELY,
            ("R11-00049", "R11-00005"): Verdict.SAME,
        }

    def test_the_counter_allegation_is_seen_as_the_same_two_the_other_way_round(
        self, referrals: list[tuple[str, PersonFacts, list[PersonFacts]]]
    ) -> None:
        swapped = {
            (reference, earlier)
            for place, (reference, victim, perpetrators) in enumerate(referrals)
            for earlier, known_victim, known_perpetrators in referrals[:place]
            if swapped_pair(victim, perpetrators, known_victim, known_perpetrators).verdict is not Verdict.DIFFERENT
        }
        assert swapped == {("R11-00001", "R11-00000"), ("R11-00025", "R11-00000")}
