"""Rule sets: the sharing table and its lists as data, for one jurisdiction, each row with the day from which it is law.

A version is what is in force between two days. It is chosen by the London day of the question and never edited once used,
because decisions are replayed under the version that they name.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from casework.agencies.rules import AgencyKind
from casework.consent.rules.facts import Article6, Category, Jurisdiction, Purpose
from casework.programmes.youth_support.rules import Clocks

FOLDER = Path(__file__).parents[1] / "rule_sets"
"""The rule sets that come with Casework: one file a jurisdiction."""


class Result(StrEnum):
    """The answers there are. The first four let something go."""

    ALLOW = "allow"
    ALLOW_PART = "allow_part"
    MUST = "must"
    ALLOW_COUNTS = "allow_counts"
    ASK = "ask"
    REVIEW = "review"
    REFUSE = "refuse"


class TellSubject(StrEnum):
    """Whether and when the person is told."""

    ALREADY_TOLD = "already_told"
    WHEN_SAFE = "when_safe"
    AFTER = "after"
    NEVER_THE_ABUSER = "never_the_abuser"
    UNLESS_BARRED = "unless_barred"
    NO = "no"


class RuleSetMistake(ValueError):
    """A rule set cannot be used. Says where and what would be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the table. `when` names the conditions that must all hold, `gives` what may go if it decides.

    `basis` and `or_basis` name a basis of the rule set. `sensitive` and `offending` are the conditions of Articles 9 and 10
    for such categories, stated for every category when `condition_always`. `works_without_need_to_know`: the situation
    itself shows the need. `never_waits`: a wrongly chosen basis is put right, not stopped.
    """

    number: str
    situation: str
    result: Result
    because: str
    who_decides: str
    tell_subject: TellSubject
    when: tuple[str, ...] = ()
    gives: str | None = None
    basis: str | None = None
    or_basis: str | None = None
    consent_may_carry: frozenset[Purpose] = frozenset()
    sensitive: str | None = None
    offending: str | None = None
    condition_always: bool = False
    gateways: tuple[str, ...] = ()
    record_within: str | None = None
    works_without_need_to_know: bool = False
    never_waits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """What the rows' conditions mean by "support", "emergency service", "confidential" and the like."""

    support_purposes: frozenset[Purpose]
    protective_purposes: frozenset[Purpose]
    refusable_purposes: frozenset[Purpose]
    public_interest_purposes: frozenset[Purpose]
    public_interest_signers: frozenset[str]
    confidential: frozenset[Category]
    sensitive: frozenset[Category]
    offending: frozenset[Category]
    narrow_facts: frozenset[Category]
    presumed_unnecessary_for_police: frozenset[Category]
    often_about_others: frozenset[Category]
    emergency_services: frozenset[str]
    child_protection: frozenset[str]
    adult_safeguarding: frozenset[str]
    enforcement: frozenset[str]
    police: frozenset[str]
    parents: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RuleSet:
    """One version: its name, its days (London; `until` exclusive), its rows in order, and what the rows refer to."""

    name: str
    jurisdiction: Jurisdiction
    begins: date
    until: date | None
    why: str
    rows: tuple[Row, ...]
    bases: Mapping[str, Mapping[AgencyKind | None, Article6]]
    lists: Lists
    clocks: Clocks
    smallest_count: int

    def row(self, number: str, result: Result | None = None) -> Row:
        """Return the row of a number, and of a result where a number has several. Raises KeyError when there is none."""
        for row in self.rows:
            if row.number == number and result in (None, row.result):
                return row
        raise KeyError(number)

    def article_6(self, basis: str | None, kind: AgencyKind | None) -> Article6 | None:
        """Return what a basis of this rule set means for a kind of body, or None when it offers that body nothing."""
        found = self.bases.get(basis or "", {})
        return found.get(kind) or found.get(None)


def rule_set_at(jurisdiction: Jurisdiction, today: date) -> RuleSet | None:
    """Return the version in force for a jurisdiction on a London day, or None when there is none."""
    for one in load_rule_sets().get(jurisdiction, ()):
        if one.begins <= today and (one.until is None or today < one.until):
            return one
    return None


@lru_cache(maxsize=8)
def load_rule_sets(folder: Path = FOLDER) -> Mapping[Jurisdiction, tuple[RuleSet, ...]]:
    """Read every rule set (*.toml) of a folder. Read once: a changed folder needs a restart.

    Raises RuleSetMistake naming the file and the row: an unknown key, a day on which no version begins, a missing basis.
    """
    found: dict[Jurisdiction, tuple[RuleSet, ...]] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            document = tomllib.loads(path.read_text(encoding="utf-8"))
            versions = tuple(_versions(document))
        except (KeyError, TypeError, ValueError) as wrong:
            raise RuleSetMistake(f"{path.name}: {wrong}") from wrong
        if versions[0].jurisdiction in found:
            raise RuleSetMistake(f"{path.name}: there is another file for {versions[0].jurisdiction}")
        found[versions[0].jurisdiction] = versions
    return found


def _versions(document: dict[str, Any]) -> Iterable[RuleSet]:
    _refuse_unknown("the file", document, {"jurisdiction", "version", "practice", "basis", "row"})
    begins = [version["from"] for version in document["version"]]
    if not begins or begins != sorted(set(begins)):
        raise RuleSetMistake("versions must follow each other by day")
    for part in (*document["row"], *document["basis"], *document["practice"]):
        for day in (part.get("from"), part.get("to")):
            if day is not None and day not in begins:
                raise RuleSetMistake(f"{part.get('number', part.get('name', 'practice'))}: no version begins on {day}")
    for version, until in zip(document["version"], [*begins[1:], None], strict=True):
        (practice,) = _in_force(document["practice"], version["from"])
        yield RuleSet(
            name=version["name"],
            jurisdiction=Jurisdiction(document["jurisdiction"]),
            begins=version["from"],
            until=until,
            why=version["why"],
            rows=tuple(_row(row) for row in _in_force(document["row"], version["from"])),
            bases={basis["name"]: _basis(basis) for basis in _in_force(document["basis"], version["from"])},
            lists=Lists(**{key: _as_declared(Lists, key, value) for key, value in practice["lists"].items()}),
            clocks=Clocks(**practice["clocks"]),
            smallest_count=practice["smallest_count"],
        )


def _in_force(parts: Iterable[dict[str, Any]], on: date) -> Iterable[dict[str, Any]]:
    """Choose the parts that are law on a day. A part without a day is law in every version of its file."""
    for part in parts:
        if part.get("from", on) <= on and (part.get("to") is None or on < part["to"]):
            yield part


def _row(row: dict[str, Any]) -> Row:
    """Read a row. Every row names its source, for whoever has to sign it off; the decision does not need it."""
    if not row.get("source"):
        raise RuleSetMistake(f"row {row.get('number')}: name its source")
    _refuse_unknown(f"row {row.get('number')}", row, {field.name for field in fields(Row)} | {"from", "to", "source"})
    values = {key: value for key, value in row.items() if key not in ("from", "to", "source")}
    values |= {"result": Result(row["result"]), "tell_subject": TellSubject(row.get("tell_subject", "no"))}
    for key in ("when", "gateways"):
        values[key] = tuple(row.get(key, ()))
    values["consent_may_carry"] = frozenset(Purpose(code) for code in row.get("consent_may_carry", ()))
    return Row(**values)


def _basis(basis: dict[str, Any]) -> dict[AgencyKind | None, Article6]:
    """Read a basis: by kind of body, or `every_body` where the kind makes no difference."""
    _refuse_unknown(f"basis {basis.get('name')}", basis, {"name", "from", "to", "every_body", *AgencyKind})
    found: dict[AgencyKind | None, Article6] = {
        AgencyKind(key): Article6(value) for key, value in basis.items() if key in set(AgencyKind)
    }
    if "every_body" in basis:
        found[None] = Article6(basis["every_body"])
    return found


def _as_declared(owner: type, key: str, values: Iterable[str]) -> frozenset[Any]:
    declared = {field.name: str(field.type) for field in fields(owner)}
    if key not in declared:
        raise RuleSetMistake(f"lists: {key} is not known")
    kind: Any = {"frozenset[Purpose]": Purpose, "frozenset[Category]": Category}.get(declared[key], str)
    return frozenset(kind(value) for value in values)


def _refuse_unknown(where: str, given: Mapping[str, Any], known: Iterable[str]) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise RuleSetMistake(f"{where}: {unknown[0]} is not known")
