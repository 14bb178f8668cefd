"""The search box: case number, names, date of birth, postcode or phone, among the cases that the reader may see and no others.

Names are sealed, so people are opened and compared; nothing is indexed by a name. A number, a birth, a postcode or a telephone
leads by an index to the few people to open; a name alone is looked for in everybody. What was looked for is never written down.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, select

from casework.cases import policy
from casework.cases.models import Case, CasePerson
from casework.cases.queries.records import CaseLine, case_lines
from casework.cases.rules import SearchReason
from casework.errors import Invalid
from casework.people import queries as people
from casework.people.models import Person
from casework.people.rules import INITIALS, PHONE_DIGITS, digits, fold, lookup_keys
from casework.programmes.registry import MARAC
from casework.work import UnitOfWork

MOST_PEOPLE = 12_000
MOST_HITS = 50
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(
    r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b|\b(\d{1,2})(?:st|nd|rd|th)?[./ -](\d{1,2}|[a-z]{3,9})[./ -](\d{4})\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\bC-?\d{1,9}\b", re.IGNORECASE)
# As people say it, without its letter. Six digits are a telephone's.
_BARE_NUMBER = re.compile(r"(?<!\S)\d{3,5}(?![^\s,;])")
_POSTCODE = re.compile(r"\b([a-z]{1,2}\d[a-z\d]?) ?(\d[a-z]{2})\b", re.IGNORECASE)
_PHONE = re.compile(r"\+?\d[\d ()-]{4,}\d")
_PARTS = {"victim": "victim", "perpetrator": "perpetrator", "child": "child", "other": "other person"}
_ORDER = {part: place for place, part in enumerate(_PARTS)}
_COLUMNS = ("id", "partnership_id", "key_id", "record_sealed")


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
    rows = work.session.execute(_people(work, wanted).limit(MOST_PEOPLE + 1)).all()
    is_partial = len(rows) > MOST_PEOPLE
    found = _why(work, wanted, rows[:MOST_PEOPLE])
    shown = list(found)[:MOST_HITS]
    lines = case_lines(work, case_ids=shown)
    work.note_view("case:search", "case_list")
    return Finding(tuple(Hit(lines[one], found[one]) for one in shown), is_partial, max(len(found) - MOST_HITS, 0))


def _people(work: UnitOfWork, wanted: _Wanted) -> Select[Any]:
    """Return the query for the people to look at, as columns: those whom an index entry names, or everybody for a name alone.

    The latest referral first, so that what cannot be looked through is the oldest.
    """
    query = (
        select(Case.id.label("case_id"), CasePerson.part, *(getattr(Person, name) for name in _COLUMNS))
        .join(CasePerson, CasePerson.case_id == Case.id)
        .join(Person, Person.id == CasePerson.person_id)
        .where(policy.is_of(MARAC), policy.may_see(work.actor, work.now))
        .order_by(Case.last_referral_on.desc(), Case.number.desc(), Case.id)
    )
    if wanted.numbers:
        query = query.where(Case.number.in_(wanted.numbers))
    # One fact is enough to choose whom to open; the words are all compared then.
    facts: dict[str, Any] = {}
    if wanted.phones and min(map(len, wanted.phones)) >= PHONE_DIGITS:
        facts = {"phones": wanted.phones[:1]}
    elif wanted.births:
        facts = {"births": wanted.births}
    elif wanted.postcodes:
        facts = {"postcodes": wanted.postcodes[:1]}
    chosen = people.known_by(work, [key for initial in INITIALS for key in lookup_keys(initial, **facts)])
    # Read first, because they are few: the planner cannot know that and would look at every case before it looks at them.
    return query if chosen is None else query.where(Person.id.in_(work.session.scalars(chosen).all()))


def _why(work: UnitOfWork, wanted: _Wanted, rows: Sequence[Row[Any]]) -> dict[uuid.UUID, tuple[str, ...]]:
    """Say of each case that fits why: one of its people fits all the words."""
    if wanted.numbers and not (wanted.births or wanted.postcodes or wanted.phones or wanted.names):
        return {row.case_id: ("case number",) for row in rows}
    found: dict[uuid.UUID, list[tuple[int, str]]] = {}
    for row, document in zip(rows, people.documents(work, rows), strict=True):
        if (reasons := _fits(wanted, document)) is not None:
            part = _PARTS.get(row.part, row.part)
            found.setdefault(row.case_id, []).append(
                (_ORDER.get(row.part, len(_ORDER)), f"{part}: {', '.join(reasons)}")
            )
    return {case_id: tuple(said for _, said in sorted(why)) for case_id, why in found.items()}


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
    shapes = ((_NUMBER, numbers), (_POSTCODE, postcodes), (_PHONE, phones), (_BARE_NUMBER, numbers))
    for pattern, kept in shapes:
        kept += [match.group(0) for match in pattern.finditer(text)]
        text = pattern.sub(" ", text)
    names = [folded for word in re.split(r"[\s,;]+", text) if (folded := fold(word))]
    if any(letter.isdigit() for name in names for letter in name):
        raise Invalid.field(
            "words", "Write a date like 27/3/1992, a postcode as a whole, a phone with six digits or more."
        )
    if not (births or numbers or postcodes or phones) and sum(map(len, names)) < 3:
        raise Invalid.field(
            "words", "Write a case number, three letters of a name, a date of birth, a postcode or a phone."
        )
    return _Wanted(
        numbers=tuple("C-" + re.sub(r"\D", "", number) for number in numbers),
        births=tuple(births),
        postcodes=tuple(map(fold, postcodes)),
        phones=tuple(map(digits, phones)),
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
        found.append("phone" if any(digits(one).endswith(phone) for one in people.phones_of(document)) else None)
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
    present = fold(str((document.get("address") or {}).get("postcode") or ""))
    if present == postcode:
        return "postcode"
    earlier = map(fold, people.postcodes_of(document))
    return "postcode of an earlier address" if postcode in earlier else None
