"""When two descriptions are the same person, and two referrals the same couple: exact and near-exact, on plain values.

Near-exact is case, hyphen, space, accent, a former or other name, day and month exchanged, and a new address. A name alone is
never enough: without a date of birth nobody is found. Misspelt and short names are not matched here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

NAME_BIRTH = "person.name_birth"
"""Blind index over surname, first given name and date of birth."""
SURNAME_BIRTH = "person.surname_birth"
"""Blind index over surname and date of birth."""

BIRTH_INITIAL = "person.birth_initial"
POSTCODE_INITIAL = "person.postcode_initial"
PHONE_INITIAL = "person.phone_initial"
"""Blind indexes of the search box: what is known of somebody with the initial of one of their names, never alone."""

OTHER_INITIAL = "other"
INITIALS = (*"abcdefghijklmnopqrstuvwxyz", OTHER_INITIAL)
PHONE_DIGITS = 6
"""How many digits of a telephone, from its end, are indexed. Fewer cannot be looked for by the index."""

# Letters that Unicode does not take apart into a base letter and a mark.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"})
_SHORTEST_PART = 3


class Verdict(StrEnum):
    """How sure it is that two descriptions are one person, or two couples one couple."""

    SAME = "same"
    LIKELY = "likely"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Name:
    """One name somebody goes by, as written."""

    given_names: str
    family_name: str


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What is needed to tell people apart. `name` is the present name, `aliases` are former and other names."""

    name: Name
    aliases: tuple[Name, ...] = ()
    date_of_birth: date | None = None
    gender: str | None = None
    postcode: str | None = None

    @property
    def names(self) -> tuple[Name, ...]:
        """The present name and then the others."""
        return (self.name, *self.aliases)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The verdict on two people and, in words for the co-ordinator, what agrees and what differs."""

    verdict: Verdict
    agreeing: tuple[str, ...]
    differing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PairComparison:
    """The verdict on two couples, with the comparison of each side; `perpetrator` is the best of several."""

    verdict: Verdict
    victim: Comparison
    perpetrator: Comparison | None


def fold(text: str) -> str:
    """Return the letters and digits of `text` alone, without case, accents, spaces, hyphens or apostrophes."""
    if text.isascii():
        return "".join(filter(str.isalnum, text.lower()))
    # Taking a letter apart can yield a capital, and making it small can yield one to take apart, so both are done again.
    plain = text
    for _ in range(2):
        plain = unicodedata.normalize("NFKD", plain).casefold().translate(_LETTERS)
    return "".join(letter for letter in plain if letter.isalnum())


def digits(phone: str) -> str:
    """Return a telephone number's digits in the national form: "+44 7700 900123" gives "07700900123"."""
    found = re.sub(r"\D", "", phone)
    return "0" + found[2:] if found.startswith("44") else found


def search_keys(
    names: Iterable[Name], *, births: Iterable[date], postcodes: Iterable[str], phones: Iterable[str]
) -> list[tuple[str, tuple[str, ...]]]:
    """Return the index entries by which the search box finds a person: each fact with the initial of each name."""
    found: dict[tuple[str, tuple[str, ...]], None] = {}
    for initial in sorted({_initial(name) for name in names}):
        found |= dict.fromkeys(lookup_keys(initial, births=births, postcodes=postcodes, phones=phones))
    return list(found)


def lookup_keys(
    initial: str, *, births: Iterable[date] = (), postcodes: Iterable[str] = (), phones: Iterable[str] = ()
) -> list[tuple[str, tuple[str, ...]]]:
    """Return the index entries of these facts for one of INITIALS. What is empty, or a phone too short, gives none."""
    return [
        *((BIRTH_INITIAL, (born.isoformat(), initial)) for born in births),
        *((POSTCODE_INITIAL, (folded, initial)) for one in postcodes if (folded := fold(one))),
        *(
            (PHONE_INITIAL, (number[-PHONE_DIGITS:], initial))
            for one in phones
            if len(number := digits(one)) >= PHONE_DIGITS
        ),
    ]


def _initial(name: Name) -> str:
    first = (fold(name.family_name) or fold(name.given_names))[:1]
    return first if first in INITIALS else OTHER_INITIAL


def match_keys(person: PersonFacts) -> list[tuple[str, tuple[str, ...]]]:
    """Return the blind index entries of a person: (index name, parts), without doubles, in a fixed order.

    Two people are candidates for each other when they share an entry. Each name gives its surname joined and, when
    double-barrelled, its parts; each date of birth also gives the date with day and month exchanged. Without a date of
    birth the list is empty, so that no index ever holds a name alone.
    """
    keys: dict[tuple[str, tuple[str, ...]], None] = {}
    for birth in _births(person.date_of_birth):
        for name in person.names:
            given = _first_given(name.given_names)
            for surname in _surnames(name.family_name):
                if given:
                    keys[(NAME_BIRTH, (surname, given, birth.isoformat()))] = None
                keys[(SURNAME_BIRTH, (surname, birth.isoformat()))] = None
    return list(keys)


def compare(one: PersonFacts, other: PersonFacts) -> Comparison:
    """Say whether two descriptions are the same person, with reasons.

    Same: surname, first given name and date of birth agree by one of the names of each. Likely: day and month of the
    birth are exchanged, or only a part of a double-barrelled surname agrees, or the first names overlap without being
    equal ("Anne", "Mary Anne"). Different: anything else; so is a twin, who shares surname and birth but no first name.
    """
    agreeing: list[str] = []
    differing: list[str] = []

    def note(agrees: bool, yes: str, no: str) -> None:
        (agreeing if agrees else differing).append(yes if agrees else no)

    birth = _birth_agrees(one.date_of_birth, other.date_of_birth)
    surname, given = _names_agree(one, other)
    if surname is None:
        differing.append("surname")
    else:
        agreeing.append(f"surname{_by_other_name(one, other)}" if surname else "part of a double-barrelled surname")
    if given is Verdict.LIKELY:
        agreeing.append("one of the first names")
    else:
        note(given is Verdict.SAME, "first name", "first name")
    if birth is Verdict.LIKELY:
        differing.append("date of birth: day and month exchanged")
    elif birth is None:
        differing.append("date of birth not known for both")
    else:
        note(birth is Verdict.SAME, "date of birth", "date of birth")
    if one.postcode and other.postcode:
        note(fold(one.postcode) == fold(other.postcode), "postcode", "postcode: may have moved")
    if one.gender and other.gender:
        note(one.gender == other.gender, "gender", "gender")
    return Comparison(_verdict(surname, given, birth), tuple(agreeing), tuple(differing))


def _verdict(surname: bool | None, given: Verdict, birth: Verdict | None) -> Verdict:
    if surname is None or given is Verdict.DIFFERENT or birth in (None, Verdict.DIFFERENT):
        return Verdict.DIFFERENT
    exact = surname and given is Verdict.SAME and birth is Verdict.SAME
    return Verdict.SAME if exact else Verdict.LIKELY


def same_pair(
    victim: PersonFacts,
    perpetrators: Sequence[PersonFacts],
    known_victim: PersonFacts,
    known_perpetrators: Sequence[PersonFacts],
) -> PairComparison:
    """Say whether a referral is about a known victim and at least one of the known perpetrators (the SafeLives pair).

    Same when both sides are the same, likely when both are at least likely, otherwise different: the same victim with a
    new perpetrator is a new case.
    """
    side = compare(victim, known_victim)
    best = _best(compare(new, known) for new in perpetrators for known in known_perpetrators)
    return PairComparison(_weaker(side, best), side, best)


def swapped_pair(
    victim: PersonFacts,
    perpetrators: Sequence[PersonFacts],
    known_victim: PersonFacts,
    known_perpetrators: Sequence[PersonFacts],
) -> PairComparison:
    """Say whether a referral is about a known couple the other way round: a counter-allegation, to be flagged, never merged.

    `victim` of the answer compares the new victim with the known perpetrators, `perpetrator` the new perpetrators with
    the known victim.
    """
    nobody = Comparison(Verdict.DIFFERENT, (), ("nobody to compare with",))
    side = _best(compare(victim, known) for known in known_perpetrators) or nobody
    best = _best(compare(new, known_victim) for new in perpetrators)
    return PairComparison(_weaker(side, best), side, best)


_STRENGTH = {Verdict.DIFFERENT: 0, Verdict.LIKELY: 1, Verdict.SAME: 2}


def _best(comparisons: Iterable[Comparison]) -> Comparison | None:
    return max(comparisons, key=lambda c: (_STRENGTH[c.verdict], len(c.agreeing)), default=None)


def _weaker(one: Comparison, other: Comparison | None) -> Verdict:
    if other is None:
        return Verdict.DIFFERENT
    return min(one.verdict, other.verdict, key=_STRENGTH.__getitem__)


def _births(born: date | None) -> tuple[date, ...]:
    if born is None:
        return ()
    swapped = _swapped(born)
    return (born,) if swapped in (None, born) else (born, swapped)


def _swapped(born: date) -> date | None:
    """Return the date with day and month exchanged, or None when there is no such date."""
    return date(born.year, born.day, born.month) if born.day <= 12 else None


def _birth_agrees(one: date | None, other: date | None) -> Verdict | None:
    """Compare two dates of birth; None when one is not known."""
    if one is None or other is None:
        return None
    if one == other:
        return Verdict.SAME
    return Verdict.LIKELY if _swapped(one) == other else Verdict.DIFFERENT


def _names_agree(one: PersonFacts, other: PersonFacts) -> tuple[bool | None, Verdict]:
    """Find the best agreement among the names of both: surname whole (True), in part (False) or not (None); first name."""
    found = [
        (fold(a.family_name) == fold(b.family_name), _given_agrees(a.given_names, b.given_names))
        for a in one.names
        for b in other.names
        if set(_surnames(a.family_name)) & set(_surnames(b.family_name))
    ]
    if not found:
        given = max((_given_agrees(a.given_names, b.given_names) for a in one.names for b in other.names), key=_rank)
        return None, given
    return max(found, key=lambda pair: (_rank(pair[1]), pair[0]))


def _rank(verdict: Verdict) -> int:
    return _STRENGTH[verdict]


def _by_other_name(one: PersonFacts, other: PersonFacts) -> str:
    """Say so when the surnames agree only through a former or other name."""
    return "" if fold(one.name.family_name) == fold(other.name.family_name) else ", by a former or other name"


def _given_agrees(one: str, other: str) -> Verdict:
    first, second = _first_given(one), _first_given(other)
    if not first or not second:
        return Verdict.DIFFERENT
    if first == second or fold(one) == fold(other):
        return Verdict.SAME
    return Verdict.LIKELY if set(_words(one)) & set(_words(other)) else Verdict.DIFFERENT


def _first_given(given_names: str) -> str:
    """Return the first of the given names, folded; a hyphenated name ("Anne-Marie") is one name."""
    words = _words(given_names)
    return words[0] if words else ""


def _words(given_names: str) -> list[str]:
    return [word for word in map(fold, given_names.split()) if word]


def _surnames(family_name: str) -> tuple[str, ...]:
    """Return the surname joined and, when double-barrelled, each part long enough to be a name of its own."""
    whole = fold(family_name)
    parts = [part for part in map(fold, re.split(r"[\s\-‐-―]+", family_name)) if len(part) >= _SHORTEST_PART]
    return tuple(dict.fromkeys(part for part in (whole, *parts) if part))
