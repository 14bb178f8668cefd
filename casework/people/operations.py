"""Writes of people: remembering one for the first time, and learning something new about one."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, insert, select

from casework.errors import NotFound
from casework.people import rules
from casework.people.models import Person, PersonToken
from casework.people.queries import facts_of, phones_of, postcodes_of
from casework.work import UnitOfWork


def remember(work: UnitOfWork, *, document: Mapping[str, Any], key_id: uuid.UUID | None = None) -> uuid.UUID:
    """Keep a person for the first time, under a key of their own, and index them. Returns the person's id.

    `document` has the shape of a person in a referral. `key_id` may hand in a key that was made in a batch.
    """
    person = Person(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        key_id=key_id or work.keys.new("person", work.partnership_id),
        updated_at=work.now,
    )
    person.record.seal(work.keys, dict(document))
    work.session.add(person)
    _index(work, person.id, document)
    return person.id


def learn(work: UnitOfWork, *, person_id: uuid.UUID, document: Mapping[str, Any]) -> None:
    """Take what a newer referral says about a known person. What was known before is kept as earlier addresses and aliases.

    An answer that the newer referral leaves empty does not wipe out an older one. Raises NotFound.
    """
    person = work.session.scalar(select(Person).where(Person.id == person_id).with_for_update())
    if person is None:
        raise NotFound
    before = person.record.open(work.keys) or {}
    person.record.seal(work.keys, merged(before, document))
    person.updated_at = work.now
    _index(work, person.id, merged(before, document))


def merged(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return `before` brought up to date by `after`: the newer answer wins where there is one, the older name and address stay known."""
    both = {**before, **{field: value for field, value in after.items() if value not in (None, "", [], {})}}
    both["aliases"] = _aliases(before, after)
    both["earlier_addresses"] = _earlier_addresses(before, after)
    return both


def _aliases(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    names = list(before.get("aliases") or []) + list(after.get("aliases") or [])
    former = {"given_names": before.get("given_names"), "family_name": before.get("family_name")}
    present = {field: after.get(field) or former[field] for field in former}
    if former != present:
        names.append(former)
    kept: list[dict[str, Any]] = []
    for name in names:
        if name not in kept and name != present:
            kept.append(name)
    return kept


def _earlier_addresses(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    earlier = list(before.get("earlier_addresses") or [])
    former, present = before.get("address"), after.get("address")
    if former and present and former != present and former not in earlier:
        earlier.append(former)
    return earlier


def _index(work: UnitOfWork, person_id: uuid.UUID, document: Mapping[str, Any]) -> None:
    work.session.execute(delete(PersonToken).where(PersonToken.person_id == person_id))
    work.session.flush()  # the person's row first: the index entries refer to it
    facts = facts_of(document)
    keys = [
        *rules.match_keys(facts),
        *rules.search_keys(
            facts.names,
            births=[facts.date_of_birth] if facts.date_of_birth else [],
            postcodes=postcodes_of(document),
            phones=phones_of(document),
        ),
    ]
    tokens = {(name, work.blind.token(work.partnership_id, name, parts)) for name, parts in keys}
    if tokens:
        work.session.execute(
            insert(PersonToken),
            [
                {
                    "id": uuid.uuid4(),
                    "partnership_id": work.partnership_id,
                    "person_id": person_id,
                    "index_name": name,
                    "token": token,
                }
                for name, token in sorted(tokens)
            ],
        )
