"""Reads of people, for the packages above: cases and referrals decide who may ask. Offers no search of its own to pages."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, select, tuple_

from casework.encryption.sealed import SealedField
from casework.people.models import Person, PersonToken
from casework.people.rules import Name, PersonFacts
from casework.work import UnitOfWork


class PersonRecord(NamedTuple):
    """One person as known: `document` has the shape of a person in a referral (docs/referral-format.md)."""

    id: uuid.UUID
    document: Mapping[str, Any]

    @property
    def given_names(self) -> str:
        """Given names as last told."""
        return str(self.document.get("given_names") or "")

    @property
    def family_name(self) -> str:
        """Family name as last told."""
        return str(self.document.get("family_name") or "")

    @property
    def name(self) -> str:
        """Both names, for reading."""
        return f"{self.given_names} {self.family_name}".strip()

    @property
    def date_of_birth(self) -> date | None:
        """Day of birth, or None when it is not known."""
        value = self.document.get("date_of_birth")
        return date.fromisoformat(value) if value else None

    @property
    def postcode(self) -> str | None:
        """Postcode of the present address, or None."""
        return (self.document.get("address") or {}).get("postcode")

    @property
    def facts(self) -> PersonFacts:
        """What tells this person apart from others, for the match rules."""
        return facts_of(self.document)

    @property
    def safe_contact(self) -> Mapping[str, Any] | None:
        """How this person may safely be reached, or None: nobody may be told nor rung without it."""
        return self.document.get("safe_contact")


def facts_of(document: Mapping[str, Any]) -> PersonFacts:
    """Return what tells people apart from a person's document, for casework.people.rules."""
    born = document.get("date_of_birth")
    return PersonFacts(
        name=Name(document.get("given_names") or "", document.get("family_name") or ""),
        aliases=tuple(
            Name(other.get("given_names") or "", other.get("family_name") or document.get("family_name") or "")
            for other in document.get("aliases") or []
        ),
        date_of_birth=date.fromisoformat(born) if born else None,
        gender=document.get("gender"),
        postcode=(document.get("address") or {}).get("postcode"),
    )


def postcodes_of(document: Mapping[str, Any]) -> list[str]:
    """Return the postcodes of a person's present and earlier addresses, the present one first."""
    addresses = [document.get("address") or {}, *(document.get("earlier_addresses") or ())]
    return [str(one["postcode"]) for one in addresses if one.get("postcode")]


def phones_of(document: Mapping[str, Any]) -> list[str]:
    """Return a person's telephone numbers as written."""
    return [str(one["number"]) for one in document.get("phones") or () if one.get("number")]


def records(work: UnitOfWork, person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, PersonRecord]:
    """Return the people with these ids, opened. Two queries for any number: rows, then their keys."""
    wanted = set(person_ids)
    if not wanted:
        return {}
    rows = work.session.scalars(select(Person).where(Person.id.in_(wanted))).all()
    work.keys.load([row.key_id for row in rows])
    return opened(work, rows)


def opened(work: UnitOfWork, rows: Iterable[Person]) -> dict[uuid.UUID, PersonRecord]:
    """Return these rows as records, by id. For packages that have fetched them together with their own."""
    return {row.id: PersonRecord(id=row.id, document=row.record.open(work.keys) or {}) for row in rows}


def documents(work: UnitOfWork, rows: Sequence[Row[Any]]) -> Iterator[dict[str, Any]]:
    """Open people that were read by columns (id, partnership_id, key_id, record_sealed), in order: for going through thousands.

    Their keys come in one query.
    """
    work.keys.load([row.key_id for row in rows])
    for row in rows:
        yield SealedField(Person.record, row).open(work.keys) or {}


def known_by(work: UnitOfWork, keys: Iterable[tuple[str, Sequence[str]]]) -> Select[uuid.UUID] | None:
    """Return a query for the people who share any of these match keys (index name, parts), or None when there is no key.

    Compound keys only, never a name alone.
    """
    tokens = {(name, work.blind.token(work.partnership_id, name, parts)) for name, parts in keys}
    if not tokens:
        return None
    return select(PersonToken.person_id).where(tuple_(PersonToken.index_name, PersonToken.token).in_(tokens))
