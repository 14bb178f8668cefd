"""Youth support as it is practised, read from practice.toml: assessment forms by day, risk factors, levels, and escalation."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("practice.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One section of an assessment: its title, the domain it stands under, and the category of information that it holds."""

    code: str
    title: str
    domain: str
    category: str
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentForm:
    """A form by name, in use from a London day until before another (None: still)."""

    name: str
    title: str
    begins: date
    until: date | None
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationLevel:
    """One named level of a disagreement, with the working days there are to settle it."""

    level: int
    name: str
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """Everything of practice.toml."""

    forms: tuple[AssessmentForm, ...]
    domains: Mapping[str, str]
    risk_factors: Mapping[str, str]
    levels: Mapping[int, str]
    escalation: Mapping[int, EscalationLevel]

    def form_on(self, day: date) -> AssessmentForm:
        """Return the form in use on a London day. Raises KeyError before the first."""
        for form in self.forms:
            if form.begins <= day and (form.until is None or day < form.until):
                return form
        raise KeyError(day)

    def form_named(self, name: str) -> AssessmentForm:
        """Return a form by the name that an assessment kept. Raises KeyError."""
        return {form.name: form for form in self.forms}[name]


@lru_cache(maxsize=1)
def practice() -> Practice:
    """Return the practice. Read once: a changed file needs a restart. Raises KeyError, TypeError for a file that is not whole."""
    document = tomllib.loads(FILE.read_text(encoding="utf-8"))
    every = tuple(document["section"])
    if unknown := {one["domain"] for one in every} - set(document["domains"]):
        raise KeyError(f"sections of no domain: {', '.join(sorted(unknown))}")
    forms = tuple(
        AssessmentForm(
            name=form["name"],
            title=form["title"],
            begins=form["from"],
            until=form.get("to"),
            sections=tuple(_section(one) for one in every if form["name"] in one.get("forms", [form["name"]])),
        )
        for form in document["form"]
    )
    return Practice(
        forms=forms,
        domains=document["domains"],
        risk_factors=document["risk_factors"],
        levels={int(level): name for level, name in document["levels"].items()},
        escalation={one["level"]: EscalationLevel(**one) for one in document["escalation"]},
    )


def _section(given: Mapping[str, Any]) -> Section:
    return Section(**{key: value for key, value in given.items() if key != "forms"})
