"""Equal things give equal tokens inside one partnership, and nothing else is told."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.encryption.blind_index import INDEXES, BlindIndex, normalise, normalise_exact

VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))
PARTNERSHIP, OTHER = uuid.uuid4(), uuid.uuid4()
SOMEBODY = ["O'Brien-Siân", "Zoë", "1990-02-28"]


@pytest.fixture
def blind() -> BlindIndex:
    return BlindIndex(bytes(range(32)))


class TestATokenOfAPerson:
    @pytest.mark.parametrize(
        "written", [["o brien sian", "ZOE", "1990-02-28"], ["OBRIEN SIÂN", "Zoe ", "19900228"], SOMEBODY]
    )
    def test_is_the_same_however_the_name_is_written(self, blind: BlindIndex, written: list[str]) -> None:
        token = blind.token(PARTNERSHIP, "person.name_birth", SOMEBODY)
        assert blind.token(PARTNERSHIP, "person.name_birth", written) == token
        assert len(token) == 16

    @pytest.mark.parametrize("part", [0, 1, 2])
    def test_is_another_when_any_part_is_another(self, blind: BlindIndex, part: int) -> None:
        changed = [*SOMEBODY]
        changed[part] += "1"
        assert blind.token(PARTNERSHIP, "person.name_birth", changed) != blind.token(
            PARTNERSHIP, "person.name_birth", SOMEBODY
        )

    def test_is_another_in_another_partnership(self, blind: BlindIndex) -> None:
        tokens = {blind.token(at, "person.name_birth", SOMEBODY) for at in (PARTNERSHIP, OTHER, PARTNERSHIP)}
        assert len(tokens) == 2

    def test_is_another_in_another_index(self, blind: BlindIndex) -> None:
        parts = ["19900228", "19900228"]
        names = ("person.surname_birth", "person.birth_postcode", "person.phone")
        assert len({blind.token(PARTNERSHIP, name, parts) for name in names}) == 3

    def test_is_another_under_another_root(self, blind: BlindIndex) -> None:
        other = BlindIndex(bytes(32))
        assert other.token(PARTNERSHIP, "person.name_birth", SOMEBODY) != blind.token(
            PARTNERSHIP, "person.name_birth", SOMEBODY
        )

    def test_does_not_run_its_parts_together(self, blind: BlindIndex) -> None:
        assert blind.token(PARTNERSHIP, "person.surname_birth", ["ab", "c"]) != blind.token(
            PARTNERSHIP, "person.surname_birth", ["a", "bc"]
        )

    @pytest.mark.parametrize("vector", VECTORS["tokens"], ids=lambda vector: vector["index"])
    def test_is_the_frozen_one(self, vector: dict[str, Any]) -> None:
        at = uuid.UUID(vector["partnership_id"])
        token = BlindIndex(bytes.fromhex(vector["root"])).token(at, vector["index"], vector["parts"])
        assert token.hex() == vector["token"]


class TestATokenIsRefused:
    def test_for_a_name_alone(self, blind: BlindIndex) -> None:
        with pytest.raises(ValueError, match="takes 2 parts: surname, date of birth"):
            blind.token(PARTNERSHIP, "person.surname_birth", ["Smith"])

    def test_for_a_name_with_nothing_beside_it(self, blind: BlindIndex) -> None:
        for nothing in ("", "  ", "—"):
            with pytest.raises(ValueError, match="date of birth is empty"):
                blind.token(PARTNERSHIP, "person.surname_birth", ["Smith", nothing])

    def test_for_an_index_that_nobody_justified(self, blind: BlindIndex) -> None:
        with pytest.raises(ValueError, match="index must be one of"):
            blind.token(PARTNERSHIP, "person.surname", ["Smith"])

    def test_for_one_text_in_place_of_parts(self, blind: BlindIndex) -> None:
        with pytest.raises(ValueError, match="takes 2 parts"):
            blind.token(PARTNERSHIP, "person.surname_birth", "ab")

    def test_without_repeating_what_was_typed(self, blind: BlindIndex) -> None:
        with pytest.raises(ValueError, match="takes") as caught:
            blind.token(PARTNERSHIP, "person.phone", ["07700 900123"])
        assert "900123" not in str(caught.value)

    def test_under_a_short_root(self) -> None:
        with pytest.raises(ValueError, match="32 bytes"):
            BlindIndex(b"short")


class TestAnAddressOrReference:
    def test_keeps_its_punctuation(self, blind: BlindIndex) -> None:
        addresses = ("ann.lee@police.example.gov.uk", "annlee@police.example.gov.uk")
        assert len({blind.token(PARTNERSHIP, "account.email", [address]) for address in addresses}) == 2
        sources = ("1.11.1.1", "11.1.1.1")
        assert len({blind.token(PARTNERSHIP, "sign_in.source", [source]) for source in sources}) == 2

    def test_is_the_same_in_capitals_and_with_space_around(self, blind: BlindIndex) -> None:
        written = ("Ann.Lee@Police.example.gov.uk ", "ann.lee@police.example.gov.uk")
        assert len({blind.token(PARTNERSHIP, "account.email", [address]) for address in written}) == 1


class TestNormalising:
    @given(st.text())
    def test_twice_changes_nothing_more(self, text: str) -> None:
        assert normalise(normalise(text)) == normalise(text)
        assert normalise_exact(normalise_exact(text)) == normalise_exact(text)

    @given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=0x17F)))
    def test_pays_no_heed_to_case(self, text: str) -> None:
        assert normalise(text.upper().lower()) == normalise(text.lower()) or "ı" in text or "ŉ" in text

    def test_leaves_letters_and_digits(self) -> None:
        assert normalise("  Mc Donald-Ōé 3rd. ") == "mcdonaldoe3rd"


class TestEveryIndex:
    @pytest.mark.parametrize("name", INDEXES)
    def test_says_what_it_tells_a_reader(self, name: str) -> None:
        assert INDEXES[name].leaks.startswith("that ")
        assert len(INDEXES[name].leaks) > 20

    @pytest.mark.parametrize("name", INDEXES)
    def test_is_compound_unless_it_may_be_single(self, name: str) -> None:
        assert (len(INDEXES[name].parts) == 1) == INDEXES[name].single

    def test_of_a_person_is_compound(self) -> None:
        assert all(len(index.parts) >= 2 for name, index in INDEXES.items() if name.startswith("person."))

    def test_that_is_single_is_one_of_these_and_no_other(self) -> None:
        assert {name for name, index in INDEXES.items() if index.single} == {
            "account.email",
            "sign_in.source",
            "referral.form",
        }

    def test_has_parts_of_different_names(self) -> None:
        assert all(len(set(index.parts)) == len(index.parts) for index in INDEXES.values())
