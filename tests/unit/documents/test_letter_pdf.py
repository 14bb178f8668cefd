"""A letter as a PDF: tagged, in the words that were kept, and with nothing typed read as markup."""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from casework.documents.letter import LetterDocument, render_letter

MADE_AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LETTER = LetterDocument(
    agency="Vale youth service",
    name="Ms Stone",
    address="4 Mill Lane\nPenkridge",
    written_on=date(2026, 11, 23),
    title="A letter of advice",
    words="We would like to talk.\n\nIt is no punishment.",
)


def plain(pdf: bytes) -> bytes:
    """The file with its compressed parts opened."""
    found = [pdf]
    for part in pdf.split(b"stream\n")[1:]:
        try:
            found.append(zlib.decompressobj().decompress(part))
        except zlib.error:
            continue
    return b"\n".join(found)


class TestALetter:
    def test_is_a_tagged_file_with_its_title_and_the_language(self) -> None:
        pdf = render_letter(LETTER, made_at=MADE_AT, fonts=None)
        opened = plain(pdf)
        assert pdf.startswith(b"%PDF-")
        assert b"/MarkInfo" in opened
        assert b"en-GB" in opened
        assert b"A letter of advice" in opened

    def test_is_the_same_file_when_made_again(self) -> None:
        again = [render_letter(LETTER, made_at=MADE_AT, fonts=None) for _ in range(2)]
        assert again[0] == again[1]

    @pytest.mark.parametrize(
        "words", ["#panic(1) *bold* $x$ @ref <label> \\ `code` // no comment", "]]] #{ } [[", "Zażółć 李 \x07"]
    )
    def test_takes_whatever_was_typed_as_words(self, words: str) -> None:
        assert render_letter(replace(LETTER, words=words, name=words), made_at=MADE_AT, fonts=None)

    def test_needs_to_know_when_it_was_made(self) -> None:
        with pytest.raises(ValueError, match="zone"):
            render_letter(LETTER, made_at=datetime(2026, 11, 23), fonts=None)  # noqa: DTZ001
