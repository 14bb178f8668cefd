"""The dated catalogue of interventions, destinations and letters, read from interventions.toml; the file says what each entry needs."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

FILE = Path(__file__).with_name("interventions.toml")


class Kind(StrEnum):
    """What sort of intervention it is. Notices and orders enforce."""

    ADVICE = "advice"
    AGREEMENT = "agreement"
    REFERRAL = "referral"
    NOTICE = "notice"
    ORDER = "order"
    SAFEGUARDING = "safeguarding"


ENFORCES = frozenset({Kind.NOTICE, Kind.ORDER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One intervention: in force from a London day until before another (None: still), with its ages and what it needs.

    `rung` is its step on the ladder, None for what stands beside it. `months` is how long it may last, `needs_sign_off` the role
    of the second person, `breach` the steps that may follow when it is not kept to, the mildest first.
    """

    code: str
    label: str
    begins: date
    until: date | None = None
    kind: Kind
    rung: int | None = None
    min_age: int = 0
    max_age: int = 25
    needs_agreement: tuple[str, ...] = ()
    needs_sign_off: str | None = None
    needs_risk_assessment: bool = False
    consult_youth_justice: bool = False
    legal_basis: str = ""
    templates: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    months: int | None = None
    review_every_months: int | None = None
    breach: tuple[str, ...] = ()
    evidence_fields: tuple[str, ...] = ()
    share_default: tuple[str, ...] = ()
    is_support: bool = False
    closes_case: bool = False
    source: str

    @property
    def enforces(self) -> bool:
        """Whether it is a notice or an order."""
        return self.kind in ENFORCES

    def is_in_force(self, day: date) -> bool:
        """Say whether it may begin on a London day."""
        return self.begins <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A service that a young person can be referred to: its offer, ages, who must agree, what it may be told, and its clock."""

    code: str
    name: str
    agency: str
    offer: str
    min_age: int = 0
    max_age: int = 25
    localities: tuple[str, ...] = ()
    eligibility: str = ""
    consent: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    contact: str = ""
    answer_in_days: int
    declines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """The words of a letter, with {…} to fill in."""

    code: str
    title: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Everything of interventions.toml, under one name that each record keeps."""

    name: str
    jurisdiction: str
    reason_when_rungs_jumped: int
    interventions: Mapping[str, Entry]
    destinations: Mapping[str, Destination]
    templates: Mapping[str, Template]


class CatalogueMistake(ValueError):
    """The file is not whole: the message names the entry and what is wrong with it."""


_T = TypeVar("_T", Entry, Destination, Template)


@lru_cache(maxsize=4)
def catalogue(path: Path = FILE) -> Catalogue:
    """Return the catalogue. Read once: a changed file needs a restart. Raises CatalogueMistake naming the entry that is wrong."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    templates = _by_code(Template, document["template"])
    interventions = _by_code(Entry, document["intervention"])
    for entry in interventions.values():
        if entry.until is not None and entry.until <= entry.begins:
            raise CatalogueMistake(f"{entry.code}: it ends before it begins")
        if entry.min_age > entry.max_age:
            raise CatalogueMistake(f"{entry.code}: its ages leave nobody")
        if entry.enforces and not entry.needs_sign_off:
            raise CatalogueMistake(f"{entry.code}: a notice or order needs a second person")
        if missing := set(entry.templates) - set(templates):
            raise CatalogueMistake(f"{entry.code}: no letter {', '.join(sorted(missing))}")
    return Catalogue(
        name=document["name"],
        jurisdiction=document["jurisdiction"],
        reason_when_rungs_jumped=document["reason_when_rungs_jumped"],
        interventions=interventions,
        destinations=_by_code(Destination, document["destination"]),
        templates=templates,
    )


def _by_code(shape: type[_T], given: list[dict[str, Any]]) -> dict[str, _T]:
    found: dict[str, _T] = {}
    known = {one.name for one in fields(shape)}
    for one in given:
        values = {{"from": "begins", "to": "until"}.get(key, key): value for key, value in one.items()}
        if unknown := set(values) - known:
            raise CatalogueMistake(f"{one.get('code')}: no such field as {', '.join(sorted(unknown))}")
        values = {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
        if "kind" in values:
            values["kind"] = Kind(values["kind"])
        try:
            entry = shape(**values)
        except TypeError as wrong:
            raise CatalogueMistake(f"{one.get('code')}: {wrong}") from wrong
        if entry.code in found:
            raise CatalogueMistake(f"{entry.code} stands there twice")
        found[entry.code] = entry
    return found
