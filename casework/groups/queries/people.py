"""Whether a text looks like a person, asked on behalf of its writer: against the people of the cases that the writer may open already.

Nothing else is looked at, so the answer is the same whether or not another agency knows the person (G3).
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from casework.agencies import queries as agencies
from casework.cases import policy as cases
from casework.cases.models import Case, CasePerson
from casework.clock import london_date
from casework.errors import Conflict, FieldError, Invalid
from casework.groups import rules
from casework.groups.models import YouthGroup
from casework.people import queries as people
from casework.people.models import Person
from casework.people.rules import Name
from casework.work import UnitOfWork

MOST_PEOPLE = 5_000


class LooksLikeAPerson(Invalid):
    """The text cannot be kept as it stands. `marks` say where and why; the message never repeats the words."""

    def __init__(self, field: str, marks: tuple[rules.Mark, ...]) -> None:
        self.field_name, self.marks = field, marks
        self.is_sure = any(mark.is_sure for mark in marks)
        words = (
            "This looks like a person whom you work with. Take the marked words out, or use a contact with one other agency."
            if self.is_sure
            else "This looks like a person. Take the marked words out, use a contact with one other agency, or say of each"
            " that it is not a person."
        )
        super().__init__([FieldError(field, words)])


class TooManyPeople(Conflict):
    """More people than can be looked through: nothing is kept unlooked at."""

    message = "You see too many cases for this text to be checked. Ask a colleague who sees fewer to write it."


def look_for_people(work: UnitOfWork, *, text: str) -> tuple[rules.Mark, ...]:
    """Return what looks like a person in `text` to the actor: against the people of cases that the actor may open, and by its shape.

    Two queries and one for the keys. Nobody is shown to anybody. Raises TooManyPeople.
    """
    plain = [one.name for one in agencies.agencies(work)]
    for names in work.session.scalars(select(YouthGroup.localities)):
        plain += names.values()
    return rules.marks(text, known=_known(work), today=london_date(work.now), plain_names=plain)


def look_through(work: UnitOfWork, *, field: str, text: str, confirmed: Collection[str] = ()) -> tuple[str, int]:
    """Return the tidy text and how many doubts its writer has put aside, if it may be kept.

    `confirmed` are marked words of which the writer says that they are no person; what agrees exactly with somebody whom the
    writer may see is stopped all the same (G2). Raises LooksLikeAPerson; the stop goes to the trail without the words.
    """
    tidy = rules.tidy(text)
    marks = look_for_people(work, text=tidy)
    stopped = tuple(mark for mark in marks if mark.is_sure or mark.words(tidy) not in confirmed)
    if stopped:
        error = LooksLikeAPerson(field, stopped)
        work.refuse(act="group:write", code="person_sure" if error.is_sure else "person_doubtful")
        raise error
    return tidy, len(marks)


def _known(work: UnitOfWork) -> list[rules.KnownPerson]:
    rows = work.session.execute(
        select(Person, Case.number)
        .join(CasePerson, CasePerson.person_id == Person.id)
        .join(Case, Case.id == CasePerson.case_id)
        .where(cases.may_see(work.actor, work.now))
        .limit(MOST_PEOPLE + 1)
    ).all()
    if len(rows) > MOST_PEOPLE:
        raise TooManyPeople
    found = {person.id: person for person, _ in rows}
    numbers: dict[uuid.UUID, set[str]] = defaultdict(set)
    for person, number in rows:
        numbers[person.id].add(number)
    work.keys.load([person.key_id for person in found.values()])
    opened = people.opened(work, found.values())
    return [_known_person(record.document, numbers[record.id]) for record in opened.values()]


def _known_person(document: Mapping[str, Any], numbers: Collection[str]) -> rules.KnownPerson:
    facts = people.facts_of(document)
    addresses = [document.get("address") or {}, *(document.get("earlier_addresses") or ())]
    return rules.KnownPerson(
        names=tuple(Name(one.given_names, one.family_name) for one in facts.names),
        known_as=str(document.get("known_as") or ""),
        births=frozenset[date]({facts.date_of_birth} if facts.date_of_birth else ()),
        phones=frozenset(str(one.get("number") or "") for one in document.get("phones") or ()) - {""},
        postcodes=frozenset(str(one.get("postcode") or "") for one in addresses) - {""},
        case_numbers=frozenset(numbers),
    )
