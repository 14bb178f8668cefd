"""A list as a file for a spreadsheet: complete, and nothing in it runs."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.documents.table_file import STARTS_A_FORMULA, as_csv


def read(file: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.decode("utf-8-sig"), newline="")))


class TestAFile:
    def test_holds_every_cell_whatever_is_in_it(self) -> None:
        rows = [["M26-0042", 'She said "no", twice', "two\nlines"], ["Bąk, Łucja", "", "é"]]
        assert read(as_csv(["Case", "What", "Then"], rows)) == [["Case", "What", "Then"], *rows]

    def test_says_that_it_is_unicode(self) -> None:
        assert as_csv(["Case"], []).startswith(b"\xef\xbb\xbf")


class TestACell:
    @pytest.mark.parametrize("start", STARTS_A_FORMULA)
    @pytest.mark.parametrize("before", ["", " ", "\u00a0 "])
    def test_that_would_be_a_formula_is_text(self, before: str, start: str) -> None:
        typed = f"{before}{start}cmd|' /c calc'!A0"
        assert read(as_csv(["What"], [[typed]]))[1] == [f"'{typed}"]

    @pytest.mark.parametrize("typed", ["Offer a lock change", "a = b", "07700 900123", "", "'tis done"])
    def test_that_would_not_is_left_as_it_is(self, typed: str) -> None:
        assert read(as_csv(["What"], [[typed]]))[1] == [typed]

    @given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
    def test_never_begins_a_formula(self, typed: str) -> None:
        [cell] = read(as_csv(["What"], [[typed]]))[1]
        assert not cell.lstrip(" \u00a0").startswith(STARTS_A_FORMULA)
        assert cell in (typed, f"'{typed}")
