"""The record of one act of sharing or of not sharing: its codes, and the words that are sealed with it.

Source: what a lawful record of a disclosure holds, sixteen points (docs/the-disclosure-record.md). The same record is kept of a no.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any

TEAM = "team"
"""Kind of an act: a place on the team around a young person told an agency who that is."""
HEARD = "heard"
"""Kind of an act: a meeting heard a young person's case, with an agency in the room or asked to leave."""


class Cause(StrEnum):
    """What set it off: somebody asked, the sender offered, a duty, or a conference that hears the case."""

    ASKED_FOR = "asked_for"
    OFFERED = "offered"
    DUTY = "duty"
    CONFERENCE = "conference"


class Consent(StrEnum):
    """What was agreed about it: all, a part, refused or withdrawn, nobody asked, or not what it rests on."""

    AGREED = "agreed"
    PARTLY = "partly"
    REFUSED = "refused"
    NOT_ASKED = "not_asked"
    NOT_NEEDED = "not_needed"


class Method(StrEnum):
    """How it went: into the agency's inbox here, at the conference table, or not at all. Nothing is ever mailed."""

    INBOX = "inbox"
    TABLE = "table"
    NONE = "none"


class Outcome(StrEnum):
    """What came of it."""

    SHARED = "shared"
    PART = "part"
    NOT_SHARED = "not_shared"


class Retention(StrEnum):
    """Which clock of keeping applies: that of the MARAC's case, or that of the young person's file."""

    MARAC_CASE = "marac_case"
    YOUTH_FILE = "youth_file"


@dataclass(frozen=True, slots=True)
class ItemKept:
    """One item as the record keeps it: its marks and the fingerprint of its words, and whether it went. Never the words."""

    category: str
    mark: str
    is_about_others: bool
    fingerprint: str
    went: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is sealed with the record, point by point. An empty text says that nobody gave one."""

    request: str = ""
    items: tuple[ItemKept, ...] = ()
    allowed: tuple[str, ...] = ()
    withheld: tuple[tuple[str, str], ...] = ()
    to_whom: str = ""
    need_to_know: str = ""
    risk_and_harm: str = ""
    consent: str = ""
    gateways: tuple[str, ...] = ()
    policy_document: str = ""
    necessity: str = ""
    confidentiality: str = ""
    view_of_the_person: str = ""
    why_not_told: str = ""
    risk_from_sharing: str = ""
    onward_use: str = ""
    advice: str = ""
    more_harmful_because: str = ""
    review_on: date | None = None
    reasons: tuple[str, ...] = ()

    def as_document(self) -> dict[str, Any]:
        """Return the words for sealing; what is empty is left out."""
        found = dataclasses.asdict(self)
        if self.review_on is not None:
            found["review_on"] = self.review_on.isoformat()
        return {name: value for name, value in found.items() if value}


CORRECTABLE = frozenset(
    {
        *("request", "to_whom", "need_to_know", "risk_and_harm", "consent", "necessity", "confidentiality"),
        *("view_of_the_person", "why_not_told", "risk_from_sharing", "onward_use", "advice", "more_harmful_because"),
    }
)
"""The points whose words a later record may correct. What went where, by which decision, stays as it was."""


def words_from(document: dict[str, Any]) -> Words:
    """Return sealed words as they were."""
    found = dict(document)
    found["items"] = tuple(ItemKept(**item) for item in found.get("items", ()))
    found["withheld"] = tuple((category, reason) for category, reason in found.get("withheld", ()))
    for name in ("allowed", "gateways", "reasons"):
        found[name] = tuple(found.get(name, ()))
    if found.get("review_on"):
        found["review_on"] = date.fromisoformat(found["review_on"])
    return Words(**found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act for the record: its codes, and its words. Who decided is the actor when nobody else is named."""

    cause: Cause
    purpose: str
    consent: Consent
    told: str
    method: Method
    outcome: Outcome
    retention: Retention
    jurisdiction: str
    decided_by_account_id: uuid.UUID | None = None
    decided_as: str | None = None
    second_account_id: uuid.UUID | None = None
    agreement_id: uuid.UUID | None = None
    article_6: str | None = None
    article_9_10: str | None = None
    corrects_id: uuid.UUID | None = None
    words: Words = field(default_factory=Words)


def fingerprint(parts: Iterable[str]) -> str:
    """Return the SHA-256 of an item's category, mark and words, in hex: proves later what went without keeping it twice."""
    return sha256("\x1f".join(parts).encode()).hexdigest()
