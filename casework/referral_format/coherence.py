"""What a referral's fields must say together: dates in order, two different people, a known agency, no contradicting answers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any, Final

from casework.clock import age_on
from casework.errors import FieldError
from casework.referrals.rules import ConsentAnswer, must_be_told

OLDEST: Final = 120
"""Years. A birth longer ago is a slip of the pen."""
FIRST: Final = date(2000, 1, 1)
LAST: Final = date(2099, 12, 31)
"""A day of work on a referral is one of this century: MARACs began in 2003, and the clocks reckon with days before and after it."""


def contradictions(
    data: Mapping[str, Any], *, received_today: date | None, known_agencies: Collection[str], unread: Collection[str]
) -> Iterator[FieldError]:
    """Yield what does not fit together in the parts that could be read.

    `data` is the loaded schema, whole or in part; lists named in `unread` have lost their numbering and are left alone, since
    their own mistakes are reported already.
    """
    people = list(_people(data, unread))
    received = data.get("received_on")
    if received is not None and not FIRST <= received <= LAST:
        yield FieldError("received_on", "Give a day of this century, year first, such as 2026-11-09.")
    elif received is not None:
        yield from _births(received, people)
        yield from _days(data, received)
        if received_today is not None and received > received_today:
            yield FieldError("received_on", "Give a day that has come: a referral cannot be received in the future.")
    agency = _part(data, "referrer").get("agency")
    if agency is not None and agency not in known_agencies:
        yield FieldError(
            "referrer.agency", "Give the short name of an agency of this partnership, such as police or housing."
        )
    if "perpetrators" not in unread:
        yield from _same_person(data)
    yield from _awareness(data)


def _births(received: date, people: list[tuple[str, Mapping[str, Any]]]) -> Iterator[FieldError]:
    for path, person in people:
        born = person.get("date_of_birth")
        if born is None:
            continue
        if born > received:
            yield FieldError(
                f"{path}.date_of_birth", "Give a date of birth that is not after the referral was received."
            )
        elif age_on(born, received) > OLDEST:
            yield FieldError(f"{path}.date_of_birth", f"Give a date of birth less than {OLDEST} years ago.")


def _days(data: Mapping[str, Any], received: date) -> Iterator[FieldError]:
    """Look at the days on which something was done or happened, each with the earliest that can be meant."""
    days = [
        ("dash.completed_on", _part(data, "dash").get("completed_on"), FIRST),
        ("most_recent_incident.on", _part(data, "most_recent_incident").get("on"), date(received.year - 50, 1, 1)),
    ]
    for number, earlier in enumerate(data.get("earlier_maracs") or ()):
        days.append((f"earlier_maracs[{number}].on", earlier.get("on"), FIRST))
    for path, day, first in days:
        if day is not None and day > received:
            yield FieldError(path, "Give a day that is not after the referral was received.")
        elif day is not None and day < first:
            yield FieldError(path, f"Give the day with its right year: not before {first.year}.")
    expires = _part(_part(data, "victim"), "safe_contact").get("expires_on")
    if expires is not None and not received <= expires <= LAST:
        yield FieldError(
            "victim.safe_contact.expires_on", "Give a day that has not passed: an expired contact is not a safe one."
        )


def _same_person(data: Mapping[str, Any]) -> Iterator[FieldError]:
    victim = _identity(_part(data, "victim"))
    for number, perpetrator in enumerate(data.get("perpetrators") or ()):
        if victim is not None and _identity(perpetrator) == victim:
            yield FieldError(
                f"perpetrators[{number}]", "Give the perpetrator: this is the victim's name and date of birth."
            )


def _identity(person: Mapping[str, Any]) -> tuple[str, str, date] | None:
    given, family, born = (person.get(name) for name in ("given_names", "family_name", "date_of_birth"))
    return (given.casefold(), family.casefold(), born) if given and family and born else None


def _awareness(data: Mapping[str, Any]) -> Iterator[FieldError]:
    yield from must_be_told(data)
    if data.get("victim_aware") is True and data.get("not_aware_reason"):
        yield FieldError("not_aware_reason", "Leave this empty when the victim knows of the referral.")
    if data.get("consent") == ConsentAnswer.GIVEN and data.get("without_consent"):
        yield FieldError("without_consent", "Leave this out when consent was given.")


def _people(data: Mapping[str, Any], unread: Collection[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield "victim", _part(data, "victim")
    for kind in ("perpetrators", "children"):
        if kind not in unread:
            for number, person in enumerate(data.get(kind) or ()):
                yield f"{kind}[{number}]", person


def _part(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = data.get(name)
    return part if isinstance(part, Mapping) else {}
