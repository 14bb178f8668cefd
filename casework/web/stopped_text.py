"""A text that was stopped because it looks like a person: shown again with the words marked, and what to do instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from casework.groups.queries.people import LooksLikeAPerson
from casework.groups.rules import Kind, Mark, tidy

FIELD: Final = "not_a_person"
WHY: Final = {
    Kind.NAME: "a name",
    Kind.INITIALS: "initials",
    Kind.BIRTH: "a date of birth",
    Kind.PHONE: "a phone number",
    Kind.EMAIL: "an address or account",
    Kind.POSTCODE: "a whole postcode",
    Kind.SCHOOL_YEAR: "a year group at a school",
    Kind.CASE_NUMBER: "a case number",
    Kind.NUMBER: "a personal number",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the text; `why` says what it looks like, where it is marked."""

    words: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Stopped:
    """The text in pieces, the doubtful words to tick off one by one, and those already ticked."""

    pieces: tuple[Piece, ...]
    doubts: tuple[tuple[str, str], ...]
    confirmed: tuple[str, ...]
    is_sure: bool


def stopped(text: str, error: LooksLikeAPerson, confirmed: Iterable[str]) -> Stopped:
    """Return what the page shows of a text that was stopped."""
    plain = tidy(text)
    doubts = dict.fromkeys((mark.words(plain), WHY[mark.kind]) for mark in error.marks if not mark.is_sure)
    return Stopped(
        pieces=tuple(_pieces(plain, error.marks)),
        doubts=() if error.is_sure else tuple(doubts),
        confirmed=tuple(confirmed),
        is_sure=error.is_sure,
    )


def _pieces(text: str, marks: Iterable[Mark]) -> Iterable[Piece]:
    at = 0
    for mark in marks:
        if mark.start > at:
            yield Piece(text[at : mark.start])
        yield Piece(mark.words(text), WHY[mark.kind])
        at = mark.end
    if at < len(text):
        yield Piece(text[at:])
