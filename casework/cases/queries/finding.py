"""The search box: case number, names, date of birth, postcode or phone, among the cases that the reader may see and no others.

Names are sealed, so people are opened and compared; nothing is indexed by a name. What was looked for is never written down.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from casework.cases import policy
from casework.cases.models import Case, CasePerson
from casework.cases.queries.records import CaseLine, by_case, line_of
from casework.cases.rules import SearchReason
from casework.errors import Invalid
from casework.people.models import Person
from casework.people.rules import fold
from casework.programmes.registry import MARAC
from casework.work import UnitOfWork

MOST_PEOPLE = 5_000
MOST_HITS = 50
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(
    r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b|\b(\d{1,2})[./ -](\d{1,2}|[a-z]{3,9})[./ -](\d{4})\b", re.IGNORECASE
)
_NUMBER = re.compile(r"\bC-?(\d{1,9})\b", re.IGNORECASE)
_POSTCODE = re.compile(r"\b([a-z]{1,2}\d[a-z\d]?) ?(\d[a-z]{2})\b", re.IGNORECASE)
_PHONE = re.compile(r"\+?\d[\d ()-]{4,}\d")
_PARTS = {"victim": "victim", "perpetrator": "perpetrator", "child": "child", "other": "other person"}


@dataclass(frozen=True, slots=True)
class Hit:
    """One case that was found, and why: "victim: name", "perpetrator: former or other name", "case number"."""

    line: CaseLine
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a search found. `is_partial`: there are more cases than could be looked at, the oldest were left out."""

    hits: tuple[Hit, ...]
    is_partial: bool
    more: int


@dataclass(frozen=True, slots=True)
class _Wanted:
    numbers: tuple[str, ...]
    births: tuple[date, ...]
    postcodes: tuple[str, ...]
    phones: tuple[str, ...]
    names: tuple[str, ...]


def find(work: UnitOfWork, *, words: str, reason: SearchReason | str) -> Finding:
    """Return the visible cases of MARAC with a person whom all the words fit, the latest referral first, and note search and views.

    Names are compared without case, accents and hyphens and by their beginning, phones by their digits. Raises Invalid
    without words that say enough (three letters at least) or without a reason, NotAllowed without a purpose.
    """
    if reason not in set(SearchReason):
        raise Invalid.field("reason", "Choose why you are looking.")
    wanted = _read(words)
    work.note("case:search", "case_list", reason=SearchReason(reason).value)
    rows = work.session.execute(
        select(Case, CasePerson, Person)
        .join(CasePerson, CasePerson.case_id == Case.id)
        .join(Person, Person.id == CasePerson.person_id)
        .where(
            policy.is_of(MARAC),
            policy.may_see(work.actor, work.now),
            *([Case.number.in_(wanted.numbers)] if wanted.numbers else []),
        )
        .order_by(Case.last_referral_on.desc(), Case.number.desc(), Case.id)
        .limit(MOST_PEOPLE + 1)
    ).all()
    is_partial = len(rows) > MOST_PEOPLE
    rows = rows[:MOST_PEOPLE]
    work.keys.load([person.key_id for _, _, person in rows])
    members = by_case(work, [(part, person) for _, part, person in rows])
    hits = []
    for case in {case.id: case for case, _, _ in rows}.values():
        if why := _why(wanted, [(one.part, one.person.document) for one in members[case.id]]):
            hits.append(Hit(line_of(case, members[case.id]), why))
    for hit in hits[:MOST_HITS]:
        work.note_view("case:view_line", "case", hit.line.id)
    work.note_view("case:search", "case_list")
    return Finding(tuple(hits[:MOST_HITS]), is_partial, max(len(hits) - MOST_HITS, 0))


def _read(words: str) -> _Wanted:
    """Take the words apart: dates, case numbers, postcodes and phones by their shape, the rest are names."""
    text = " ".join(words.split())[:200]
    births: list[date] = []
    numbers: list[str] = []
    postcodes: list[str] = []
    phones: list[str] = []
    while match := _DATE.search(text):
        born = _date(match)
        if born is None:
            raise Invalid.field("words", "There is no such day. Write a date like 27/3/1992.")
        births.append(born)
        text = text[: match.start()] + " " + text[match.end() :]
    for pattern, kept in ((_NUMBER, numbers), (_POSTCODE, postcodes), (_PHONE, phones)):
        kept += [match.group(0) for match in pattern.finditer(text)]
        text = pattern.sub(" ", text)
    names = [folded for word in re.split(r"[\s,;]+", text) if (folded := fold(word))]
    if not (births or numbers or postcodes or phones) and sum(map(len, names)) < 3:
        raise Invalid.field(
            "words", "Write a case number, three letters of a name, a date of birth, a postcode or a phone."
        )
    return _Wanted(
        numbers=tuple("C-" + re.sub(r"\D", "", number) for number in numbers),
        births=tuple(births),
        postcodes=tuple(map(fold, postcodes)),
        phones=tuple(map(_digits, phones)),
        names=tuple(names),
    )


def _date(match: re.Match[str]) -> date | None:
    year, month, day, day_first, middle, year_last = match.groups()
    named = str(middle or "").lower()[:3]
    number = _MONTHS.index(named) + 1 if named in _MONTHS else int(month or (middle if str(middle).isdigit() else 0))
    try:
        return date(int(year or year_last), number, int(day or day_first))
    except ValueError:
        return None


def _digits(phone: str) -> str:
    digits = re.sub(r"\D", "", phone)
    return "0" + digits[2:] if digits.startswith("44") else digits


def _why(wanted: _Wanted, people: list[tuple[str, Mapping[str, Any]]]) -> tuple[str, ...]:
    """Say why a case fits: one of its people fits all the words. Empty when it does not."""
    if wanted.numbers and not (wanted.births or wanted.postcodes or wanted.phones or wanted.names):
        return ("case number",)
    return tuple(
        f"{_PARTS.get(part, part)}: {', '.join(reasons)}"
        for part, document in people
        if (reasons := _fits(wanted, document)) is not None
    )


def _fits(wanted: _Wanted, document: Mapping[str, Any]) -> list[str] | None:
    found: list[str | None] = []
    if wanted.names:
        found.append(_name_fits(wanted.names, document))
    if wanted.births:
        found.append(
            "date of birth" if document.get("date_of_birth") in {day.isoformat() for day in wanted.births} else None
        )
    for postcode in wanted.postcodes:
        found.append(_postcode_fits(postcode, document))
    for phone in wanted.phones:
        found.append("phone" if any(_digits(one).endswith(phone) for one in _phones(document)) else None)
    return None if None in found else [reason for reason in found if reason]


def _name_fits(names: tuple[str, ...], document: Mapping[str, Any]) -> str | None:
    for said, name in (
        ("name", document),
        *(("former or other name", other) for other in document.get("aliases") or ()),
    ):
        given, family = str(name.get("given_names") or ""), str(name.get("family_name") or "")
        parts = [fold(word) for word in re.split(r"[\s-]+", f"{given} {family}")] + [fold(family), fold(given)]
        if all(any(part.startswith(wanted) for part in parts) for wanted in names):
            return said
    return None


def _postcode_fits(postcode: str, document: Mapping[str, Any]) -> str | None:
    if fold(str((document.get("address") or {}).get("postcode") or "")) == postcode:
        return "postcode"
    earlier = document.get("earlier_addresses") or ()
    return (
        "postcode of an earlier address"
        if any(fold(str(one.get("postcode") or "")) == postcode for one in earlier)
        else None
    )


def _phones(document: Mapping[str, Any]) -> Iterator[str]:
    for phone in document.get("phones") or ():
        yield str(phone.get("number") or "")
