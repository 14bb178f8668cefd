"""The shapes that components take: a page's route puts domain records into these, and the macro of the same name shows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One clock of a round: `state` is passed, next (the first that is still to come) or ahead. `away` says how far in words."""

    name: str
    at: datetime
    state: str
    away: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GridCase:
    """One case across the top of the research grid."""

    reference: str
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GridCell:
    """One agency's answer about one case: `state` is answered, late, due or none (not asked, or not to be seen)."""

    state: str
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GridRow:
    """One agency of the research grid, with a cell for each case in the order of the cases."""

    agency: str
    cells: tuple[GridCell, ...]
    href: str = ""

    @property
    def asked(self) -> int:
        """How many cases the agency is asked about."""
        return sum(cell.state != "none" for cell in self.cells)

    @property
    def answered(self) -> int:
        """How many of them it has answered."""
        return sum(cell.state == "answered" for cell in self.cells)

    @property
    def late(self) -> int:
        """How many are late."""
        return sum(cell.state == "late" for cell in self.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a time line: when, what happened in a sentence, who (if it may be said), more lines, a status (subject, code)."""

    at: date | datetime
    what: str
    who: str = ""
    more: tuple[str, ...] = ()
    status: tuple[str, str] | None = None
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyLine:
    """One duty on a list: what is owed, by when, where it is done, whose it is where that is not plain, and when who runs the round
    asked for it again."""

    what: str
    due_at: datetime
    late: bool
    href: str = ""
    about: str = ""
    owner: str = ""
    away: str = ""
    chased_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeContact:
    """How somebody may safely be reached. `channel` is in words ("phone"); `until` is the day on which it must be asked again."""

    channel: str
    windows: str = ""
    words: str = ""
    number: str = ""
    until: date | None = None
    expired: bool = False
    not_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line of a summary: `words` empty means not known; `kept_back` means it may not be shown here, and why if that may be said."""

    label: str
    words: str = ""
    kept_back: bool = False
    why: str = ""
    lines: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a list: `href` sorts by it, `sorted` is "", ascending or descending."""

    name: str
    href: str = ""
    sorted: str = ""
    numeric: bool = False
