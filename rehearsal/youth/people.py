"""The young people of a rehearsed month: who they are, what each agrees to, and what happens to those whose story is fixed."""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from casework.consent.rules import Relation
from rehearsal.invariants import marked
from rehearsal.people import PLACES, STREETS, SURNAMES

NAMES = (
    "Jordan Casey Robyn Ellis Harper Morgan Frankie Devon Skyler Reese Ashton Blake Marley Toni Kerris Rowan Jesse Nico "
    "Shea Finley Emery Quinn Sasha Lennox Ari Bailey"
)
LOCALITIES = {"L1": "Codsall", "L2": "Great Wyrley", "L3": "Penkridge", "L4": "Wombourne", "L5": "Perton"}
FIRST_MARK = 900_000
"""Marked values of young people begin here, so that none is a victim's too."""


class Story(StrEnum):
    """What is sure to happen to somebody, whatever the seed. Everybody else's month is drawn."""

    ANSWERS_AT_16 = "answers_at_16"
    SILENT_AT_16 = "silent_at_16"
    WITHDRAWS = "withdraws"
    NARROWS = "narrows"
    HARM = "harm"
    REFUSES = "refuses"
    UNANSWERED = "unanswered"
    CONTRACT = "contract"
    NURSE_LEADS = "nurse_leads"
    DRAWN = "drawn"


AT_16 = frozenset({Story.ANSWERS_AT_16, Story.SILENT_AT_16})
AT_ONCE = frozenset(Story) - {Story.DRAWN}
"""Whose file is opened, and whose answer is taken down, in the first days: what follows needs the month."""
FEWEST = len(Story) - 1


@dataclass
class Sent:
    """A share that was asked for, as whoever asked remembers it."""

    id: uuid.UUID
    to: str
    sender: str


@dataclass
class YoungPerson:
    """Somebody of the month, and what the youth worker remembers about them."""

    number: int
    story: Story
    arrives_on: date
    born: date
    document: dict[str, Any]
    mark: str
    locality: str
    says: str
    permit: dict[str, frozenset[str]]
    deny: dict[str, frozenset[str]]
    relation: Relation = Relation.SELF
    giver: uuid.UUID | None = None
    case_id: uuid.UUID | None = None
    holder: str = "youth_worker"
    is_named: bool = False
    shares: list[Sent] = field(default_factory=list)
    since: dict[str, date] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)

    @property
    def file(self) -> uuid.UUID:
        """The case's id. Raises RuntimeError before the file is opened."""
        if self.case_id is None:
            raise RuntimeError(f"young person {self.number} has no file yet")
        return self.case_id

    @property
    def known_as(self) -> str:
        """Initials, until there is an agreement."""
        return f"{self.document['given_names'][0]}.{self.document['family_name'][0]}."

    def once(self, what: str) -> bool:
        """Say whether something has not been done yet, and note that it is done now."""
        is_new = what not in self.done
        self.done.add(what)
        return is_new


def invent(rng: random.Random, working: Sequence[date], number_of_people: int) -> list[YoungPerson]:
    """Return the young people of a month whose working days are given: first those whose story is fixed, then the drawn ones."""
    found = []
    for number in range(max(number_of_people, FEWEST)):
        story = list(Story)[number] if number < FEWEST else Story.DRAWN
        found.append(_person(rng, working, number, story))
    return found


def _person(rng: random.Random, working: Sequence[date], number: int, story: Story) -> YoungPerson:
    given, family = rng.choice(NAMES.split()), rng.choice(SURNAMES.split())
    place, outward = rng.choice(PLACES)
    mark = marked(FIRST_MARK + number)
    arrives = working[0] if story in AT_ONCE else working[rng.randint(0, 2 * len(working) // 3)]
    born = _born(rng, working, story)
    return YoungPerson(
        number=number,
        story=story,
        arrives_on=arrives,
        born=born,
        document={
            "given_names": given,
            "family_name": family,
            "aliases": [{"given_names": mark, "family_name": mark}],
            "date_of_birth": born.isoformat(),
            "address": {
                "lines": [f"{rng.randint(1, 120)} {rng.choice(STREETS.split('|'))}", place],
                "postcode": f"{outward} {rng.randint(1, 9)}{rng.choice('ABDEFGH')}{rng.choice('JLNPQRST')}",
            },
            "phones": [{"number": f"07700 900{rng.randint(0, 999):03d}", "safe": True, "leave_message": False}],
        },
        mark=mark,
        locality=rng.choice(list(LOCALITIES)),
        says=_says(rng, story),
        permit=_permit(rng, story),
        deny=_deny(rng, story),
        relation=Relation.PARENTAL_RESPONSIBILITY if story in AT_16 else Relation.SELF,
        giver=uuid.uuid4() if story in AT_16 else None,
    )


def _born(rng: random.Random, working: Sequence[date], story: Story) -> date:
    if story in AT_16:  # sixteen on the third working day, so that the 28 days end within the month
        return working[2].replace(year=working[2].year - 16)
    youngest, oldest = {Story.REFUSES: (14, 14), Story.DRAWN: (13, 16)}.get(story, (16, 16))
    return date(working[0].year - rng.randint(youngest, oldest) - 1, rng.randint(1, 11), rng.randint(1, 28))


def _says(rng: random.Random, story: Story) -> str:
    if story is Story.REFUSES:
        return "no"
    return rng.choices(("yes", "no"), (0.85, 0.15))[0] if story is Story.DRAWN else "yes"


def _permit(rng: random.Random, story: Story) -> dict[str, frozenset[str]]:
    permit = {
        "youth_service": frozenset({"basic", "assessment_summary", "full_assessment", "education", "health"}),
        "school_nursing": frozenset({"basic", "education", "health"}),
        "housing": frozenset({"basic", "housing"}),
    }
    if story is Story.NURSE_LEADS:
        permit["school_nursing"] |= {"full_assessment", "assessment_summary"}
    if story is Story.DRAWN and rng.random() < 0.4:
        del permit[rng.choice(("school_nursing", "housing"))]
    if story is Story.DRAWN and rng.random() < 0.5:
        permit["substance_misuse"] = frozenset({"basic", "substance_use"})
    return permit


def _deny(rng: random.Random, story: Story) -> dict[str, frozenset[str]]:
    if story in AT_16 or rng.random() < 0.35:
        return {}
    deny = {"police": frozenset({"*"})}
    if rng.random() < 0.5:
        deny["school_nursing"] = frozenset({"mental_health", "family"})
    return deny
