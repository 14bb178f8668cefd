"""Whether a text names or describes a person: what is sure, what is doubtful, and where it stands (G2).

Pure. Sure is only what agrees exactly with a person among `known`, and the caller hands in nobody but those whom the writer may see
already (G3); so the answer cannot tell what another agency knows. Doubtful is what has the shape of a person's details, whoever
they may be.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Final

from casework.people.rules import Name, fold


class Kind(StrEnum):
    """What the marked words look like."""

    NAME = "name"
    INITIALS = "initials"
    BIRTH = "birth"
    PHONE = "phone"
    EMAIL = "email"
    POSTCODE = "postcode"
    SCHOOL_YEAR = "school_year"
    CASE_NUMBER = "case_number"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Mark:
    """Words that look like a person: from `start` until before `end` of the text. `is_sure` stops them whatever the writer says."""

    start: int
    end: int
    kind: Kind
    is_sure: bool

    def words(self, text: str) -> str:
        """Return the marked words."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPerson:
    """A person whom the writer may see already, as far as a text could give them away."""

    names: tuple[Name, ...] = ()
    known_as: str = ""
    births: frozenset[date] = frozenset()
    phones: frozenset[str] = frozenset()
    postcodes: frozenset[str] = frozenset()
    case_numbers: frozenset[str] = frozenset()


_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DATES: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})\b",
        r"\b(?P<day>\d{1,2})\s?[-/.]\s?(?P<month>\d{1,2})\s?[-/.]\s?(?P<year>\d{4}|\d{2})\b",
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?[\s-]+(?P<month>{_MONTH})\.?,?[\s-]+(?P<year>\d{{4}}|\d{{2}})\b",
        rf"\b(?P<month>{_MONTH})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})\b",
    )
)
_OLD_ENOUGH: Final = 5
"""A day longer ago than so many years is taken for a birth; a later one for the day of something that happened."""

_PHONE: Final = re.compile(r"(?<![\w/])(?:\+44|0044|0)[\d\s().-]{8,14}\d(?!\w)")
_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<![\w@.])@[A-Za-z]\w{2,}")
_POSTCODE: Final = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b", re.IGNORECASE)
_CASE_NUMBER: Final = re.compile(r"\bC\s?[-–]?\s?\d{4,9}\b", re.IGNORECASE)
# Of the NHS, of National Insurance, of a pupil.
_NUMBERS: Final = re.compile(
    r"\b(?:\d{3}[ -]?\d{3}[ -]?\d{4}|[A-Z]{2}\s?\d{2}\s?\d{2}\s?\d{2}\s?[A-D]|[A-Z]\d{11}[\dA-Z])\b", re.IGNORECASE
)
_NOT_INITIALS: Final = "ASB|AM|PM|UK|TV|CCTV|GP|NHS|CAF|EHA|PSPO|CPN|IT|ID|PC|OK|A|NE|SE|NW|SW"
_AGE: Final = r"(?:[5-9]|1\d|2[0-5])"
_INITIALS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?!U\.K|N\.H\.S)[A-Z]\.\s?(?:[A-Z]\.?\s?){0,2}[A-Z]\b\.?",
        rf"\b(?!(?:{_NOT_INITIALS})\b)[A-Z]{{2,3}}(?:\s*[,(]\s*|\s+(?:is|was|aged|age)\s+)(?:aged?\s+)?{_AGE}\b",
        rf"\b{_AGE}[\s-]+years?[\s-]+old\s*,?\s+(?!(?:{_NOT_INITIALS})\b)[A-Z]{{1,3}}\b",
    )
)
_NAME_WITH_AGE: Final = re.compile(rf"\b[A-Z][a-z’'-]+(?:\s+[A-Z][a-z’'-]+)?\s*(?:,\s*|\(\s*)?\baged?\s+{_AGE}\b")
_TITLE: Final = re.compile(r"\b(?:Mr|Mrs|Miss|Ms|Mx|Master)\.?\s+[A-Z][\w’'-]+")
_YEAR_GROUP: Final = re.compile(r"\b(?:year|yr|y)\.?[\s-]?(?:group\s+)?(?:1[0-3]|[1-9])\b", re.IGNORECASE)
_SCHOOL: Final = re.compile(
    r"\b(?:school|academy|college|sixth form|primary|high)\b|\bat\s+(?:the\s+)?[A-Z][\w’'-]+|\bat\s*(?:\.\.\.|…)",
    re.IGNORECASE,
)
_NEAR: Final = 100
_WORD: Final = re.compile(r"[^\W\d_]+(?:[’'‐-][^\W\d_]+)*")
_SHORTEST_NAME: Final = 3


def tidy(text: str) -> str:
    """Return `text` as it is looked at and saved: full-width letters made plain, characters without width taken out."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(letter for letter in plain if unicodedata.category(letter) != "Cf").strip()


def marks(
    text: str, *, known: Iterable[KnownPerson], today: date, plain_names: Collection[str] = ()
) -> tuple[Mark, ...]:
    """Return what looks like a person in `text`, in order and not overlapping; what is sure comes before what is doubtful.

    `today` is the London day. `plain_names` are names of agencies and localities, which are no person's.
    """
    people = tuple(known)
    words = _words(text)
    plain = {fold(word) for name in plain_names for word in name.split()}
    found = [
        *_known_names(text, words, people, plain),
        *_likely_names(text, words, plain),
        *_shapes(text, people, today),
        *_school_years(text),
    ]
    return _in_order(found)


def _shapes(text: str, people: Sequence[KnownPerson], today: date) -> Iterator[Mark]:
    births = frozenset().union(*(one.births for one in people))
    for start, end, day in _days(text, today):
        if day in births or day <= _years_before(today, _OLD_ENOUGH):
            yield Mark(start, end, Kind.BIRTH, day in births)
    for pattern, kind, of in (
        (_PHONE, Kind.PHONE, {_digits(phone) for one in people for phone in one.phones}),
        (_POSTCODE, Kind.POSTCODE, {fold(code) for one in people for code in one.postcodes}),
        (_CASE_NUMBER, Kind.CASE_NUMBER, {fold(number) for one in people for number in one.case_numbers}),
        (_EMAIL, Kind.EMAIL, set[str]()),
        (_NUMBERS, Kind.NUMBER, set[str]()),
        *((pattern, Kind.INITIALS, set[str]()) for pattern in _INITIALS),
        (_NAME_WITH_AGE, Kind.NAME, set[str]()),
        (_TITLE, Kind.NAME, set[str]()),
    ):
        for match in pattern.finditer(text):
            said = _digits(match.group()) if kind is Kind.PHONE else fold(match.group())
            yield Mark(match.start(), match.end(), kind, said in of)


def _days(text: str, today: date) -> Iterator[tuple[int, int, date]]:
    for pattern in _DATES:
        for match in pattern.finditer(text):
            month, year = match["month"].lower(), int(match["year"])
            number = int(month) if month.isdigit() else _MONTHS.index(month[:3]) + 1
            if len(match["year"]) == 2:
                year += 2000 if year <= today.year % 100 else 1900
            try:
                yield match.start(), match.end(), date(year, number, int(match["day"]))
            except ValueError:
                continue


def _school_years(text: str) -> Iterator[Mark]:
    """A year group beside a school: with anything else said, that is one child to whoever knows the school."""
    schools = [(match.start(), match.end()) for match in _SCHOOL.finditer(text)]
    for match in _YEAR_GROUP.finditer(text):
        if any(start - match.end() <= _NEAR and match.start() - end <= _NEAR for start, end in schools):
            yield Mark(match.start(), match.end(), Kind.SCHOOL_YEAR, False)


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    folded: str
    is_capital: bool


def _words(text: str) -> list[_Word]:
    found = []
    for match in _WORD.finditer(text):
        word = re.sub(r"[’']s$", "", match.group())
        found.append(_Word(match.start(), match.start() + len(word), fold(word), word[:1].isupper()))
    return found


def _known_names(
    text: str, words: list[_Word], people: Sequence[KnownPerson], plain: Collection[str]
) -> Iterator[Mark]:
    for one in people:
        for name in one.names:
            yield from _whole_name(words, name)
            yield from _half_name(words, name, plain)
        if one.known_as.strip():
            # Initials and tokens are sure; what is a word as well may be meant as a word.
            is_token = not (one.known_as.isalpha() and one.known_as.capitalize() == one.known_as)
            for match in re.finditer(rf"(?<!\w){re.escape(one.known_as.strip())}(?!\w)", text):
                yield Mark(match.start(), match.end(), Kind.INITIALS, is_token)


def _whole_name(words: list[_Word], name: Name) -> Iterator[Mark]:
    """Find a first name and the surname beside each other, either first, also with a second name between them."""
    given = [fold(word) for word in name.given_names.split()]
    family = fold(name.family_name)
    if not given or not given[0] or not family:
        return
    for start, word in enumerate(words):
        if word.folded == given[0]:
            for first in range(start + 1, min(start + 3 + len(given), len(words))):
                if (last := _ends_family(words, first, family)) is not None:
                    yield Mark(word.start, words[last].end, Kind.NAME, True)
        if (last := _ends_family(words, start, family)) is not None:
            for after in words[last + 1 : last + 2]:
                if after.folded == given[0]:
                    yield Mark(word.start, after.end, Kind.NAME, True)


def _ends_family(words: list[_Word], start: int, family: str) -> int | None:
    """Return the place of the last word of a surname that begins at `start`, or None: "Smith Jones" is "Smith-Jones"."""
    so_far = ""
    for last in range(start, min(start + 4, len(words))):
        so_far += words[last].folded
        if so_far == family:
            return last
        if not family.startswith(so_far):
            return None
    return None


def _half_name(words: list[_Word], name: Name, plain: Collection[str]) -> Iterator[Mark]:
    family, given = fold(name.family_name), fold((name.given_names.split() or [""])[0])
    for start, word in enumerate(words):
        if not word.is_capital or word.folded in plain:
            continue
        if len(given) >= _SHORTEST_NAME and word.folded == given:
            yield Mark(word.start, word.end, Kind.NAME, False)
        if len(family) >= _SHORTEST_NAME and (last := _ends_family(words, start, family)) is not None:
            yield Mark(word.start, words[last].end, Kind.NAME, False)


def _likely_names(text: str, words: list[_Word], plain: Collection[str]) -> Iterator[Mark]:
    """Find common first names, with the capital word beside them when there is one."""
    names, also_words = _given_names()
    for place, word in enumerate(words):
        if not word.is_capital or word.folded in plain or word.folded not in names:
            continue
        after = words[place + 1] if place + 1 < len(words) else None
        has_surname = (
            after is not None
            and after.is_capital
            and after.folded not in plain
            and not text[word.end : after.start].strip()
        )
        if has_surname and after is not None:
            yield Mark(word.start, after.end, Kind.NAME, False)
        elif word.folded not in also_words:
            yield Mark(word.start, word.end, Kind.NAME, False)


@lru_cache(maxsize=1)
def _given_names() -> tuple[frozenset[str], frozenset[str]]:
    """Read the common first names, and which of them are words or places as well."""
    file = Path(__file__).with_name("given_names.txt")
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    words = " ".join(lines).split()
    return frozenset(word.rstrip("*") for word in words), frozenset(word[:-1] for word in words if word.endswith("*"))


def _in_order(found: Iterable[Mark]) -> tuple[Mark, ...]:
    """Return the marks in order of the text; of those that overlap the sure one stays, then the longest."""
    kept: list[Mark] = []
    for one in sorted(found, key=lambda mark: (not mark.is_sure, mark.start - mark.end, mark.start)):
        if all(one.end <= other.start or other.end <= one.start for other in kept):
            kept.append(one)
    return tuple(sorted(kept, key=lambda mark: mark.start))


def _digits(phone: str) -> str:
    digits = re.sub(r"\D", "", phone)
    for prefix in ("0044", "44"):
        if digits.startswith(prefix):
            return "0" + digits[len(prefix) :].removeprefix("0")
    return digits


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
