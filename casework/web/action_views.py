"""The list of actions as its page shows it: three views of one list, what is shown of it, and the same as a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from werkzeug.datastructures import MultiDict

from casework.actions.queries import ActionRecord
from casework.actions.rules import ActionState
from casework.cases.queries import CaseLine
from casework.errors import NotFound
from casework.web.statuses import status
from casework.web.wording import date_words

BY = {"agency": "By agency", "due": "By due date", "case": "By case"}
WEEK = timedelta(days=7)
UNFINISHED, REPORTED = "unfinished", "reported"
# What is shown of the list, by its code in the address.
SHOWN: dict[str, tuple[str, Callable[[ActionRecord, date], bool]]] = {
    UNFINISHED: ("unfinished", lambda one, today: True),
    "overdue": ("overdue", lambda one, today: one.is_overdue),
    "week": (
        "due within a week",
        lambda one, today: one.state == ActionState.AGREED and today <= one.due_on <= today + WEEK,
    ),
    "not_done": ("reported not done", lambda one, today: one.state == ActionState.NOT_DONE),
    REPORTED: ("reported in the last four weeks", lambda one, today: True),
}
COLUMNS = ("Case", "Agency", "Action", "By", "State", "What happened", "Reported on", "Agreed at the sitting of")


@dataclass(frozen=True, slots=True)
class Look:
    """How somebody looks at the list: by what, what of it, and whose. Codes and ids only, so that it may stand in an address."""

    by: str
    show: str
    agency_id: UUID | None
    usual: str

    @classmethod
    def read(cls, given: MultiDict[str, str], *, usual: str) -> Look:
        """Read it from an address; `usual` is the view where none is named. Raises NotFound for what is no view."""
        by, show, agency = given.get("by") or usual, given.get("show") or UNFINISHED, given.get("agency") or ""
        if by not in BY or show not in SHOWN:
            raise NotFound
        try:
            return cls(by, show, UUID(agency) if agency else None, usual)
        except ValueError:
            raise NotFound from None

    def address(self, **changes: str) -> dict[str, Any]:
        """Give what stands in the address for this look with changes; what is usual is left out."""
        mine = {"by": self.by, "show": self.show, "agency": str(self.agency_id or ""), **changes}
        usual = {"by": self.usual, "show": UNFINISHED, "agency": ""}
        return {name: value for name, value in mine.items() if value != usual[name]}


@dataclass(frozen=True, slots=True)
class Group:
    """Some actions under one heading."""

    title: str
    actions: tuple[ActionRecord, ...]

    @property
    def overdue(self) -> int:
        """How many of them are overdue."""
        return sum(one.is_overdue for one in self.actions)


def counts(records: Sequence[ActionRecord], today: date) -> dict[str, int]:
    """Count the unfinished actions by what may be shown of them."""
    return {code: sum(fits(one, today) for one in records) for code, (_, fits) in SHOWN.items() if code != REPORTED}


def seen(records: Iterable[ActionRecord], look: Look, today: date) -> list[ActionRecord]:
    """Return what the look shows, in order of time with what is overdue first."""
    _, fits = SHOWN[look.show]
    return overdue_first(one for one in records if fits(one, today) and look.agency_id in (None, one.owner_agency_id))


def overdue_first(records: Iterable[ActionRecord]) -> list[ActionRecord]:
    """Order by due date with what is overdue first; what was reported not done comes after what nobody reported."""
    return sorted(records, key=lambda one: (not one.is_overdue, one.due_on, one.state, one.case_number, one.id))


def groups(
    records: Sequence[ActionRecord],
    look: Look,
    *,
    names: Mapping[UUID, str],
    lines: Mapping[UUID, CaseLine],
    today: date,
) -> list[Group]:
    """Put the actions under the headings of the view: agencies by name, stretches of time, or cases by number."""
    if look.by == "due":
        return list(_by_time(records, today))
    if look.by == "agency":
        return list(_by(records, lambda one: names.get(one.owner_agency_id, "")))
    return list(_by(records, lambda one: _about(one, lines)))


def _by(records: Sequence[ActionRecord], title: Callable[[ActionRecord], str]) -> Iterator[Group]:
    for name, theirs in groupby(sorted(records, key=title), key=title):
        yield Group(name, tuple(theirs))


def _about(one: ActionRecord, lines: Mapping[UUID, CaseLine]) -> str:
    line = lines.get(one.case_id)
    return f"{one.case_number}, {line.victim.name}" if line and line.victim else one.case_number


def _by_time(records: Sequence[ActionRecord], today: date) -> Iterator[Group]:
    ends = today + timedelta(days=6 - today.weekday())
    left = list(records)
    for title, fits in (
        ("Overdue", lambda one: one.is_overdue),
        ("Reported", lambda one: one.state != ActionState.AGREED),
        ("Today", lambda one: one.due_on == today),
        ("This week", lambda one: one.due_on <= ends),
        ("Next week", lambda one: one.due_on <= ends + WEEK),
        ("Later", lambda one: True),
    ):
        found = tuple(one for one in left if fits(one))
        left = [one for one in left if not fits(one)]
        if found:
            yield Group(title, found)


def rows(records: Iterable[ActionRecord], names: Mapping[UUID, str]) -> Iterator[tuple[str, ...]]:
    """Give the list as rows of a file, under COLUMNS."""
    for one in records:
        yield (
            one.case_number,
            names.get(one.owner_agency_id, ""),
            one.what,
            one.due_on.isoformat(),
            "Overdue" if one.is_overdue else status("action", one.state).words,
            one.outcome,
            date_words(one.reported_at, weekday=False, year=True) if one.reported_at else "",
            one.sits_on.isoformat(),
        )
