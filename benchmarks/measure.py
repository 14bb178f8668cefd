"""Times ours and its baselines in turn, round after round, so that a noisy machine is noisy for all; and prints what it saw."""

from __future__ import annotations

import gc
import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from typing import Any


@dataclass(frozen=True, slots=True)
class Case:
    """One thing to time. A call of `work` does `operations` operations; when it returns a number, that is the seconds it took."""

    name: str
    work: Callable[[], float | None]
    operations: int


@dataclass(frozen=True, slots=True)
class Measured:
    """One case's seconds for one operation, round by round."""

    name: str
    seconds: tuple[float, ...]

    def rate(self) -> tuple[float, float, float]:
        """Return operations per second: median, slowest round, fastest round."""
        return 1 / median(self.seconds), 1 / max(self.seconds), 1 / min(self.seconds)


@dataclass(frozen=True, slots=True)
class Table:
    """Cases that were timed together. The first is ours; ratios compare it with each of the others, round by round."""

    title: str
    unit: str
    measured: tuple[Measured, ...]

    def ratio(self, one: str, other: str) -> float:
        """Return the time of one case divided by another's: the median over the rounds. Below 1: `one` is the faster."""
        times = {each.name: each.seconds for each in self.measured}
        return median(mine / theirs for mine, theirs in zip(times[one], times[other], strict=True))

    def our_ratio(self, other: Measured) -> float:
        """Return our time divided by another's."""
        return self.ratio(self.measured[0].name, other.name)

    def printed(self) -> str:
        """Return the table as text."""
        wide = max(len(each.name) for each in self.measured)
        lines = [self.title, f"  {'':{wide}}  {self.unit + '/s':>16}  {'spread':>25}  {'our time / this':>15}"]
        for each in self.measured:
            middle, low, high = each.rate()
            spread = f"[{low:,.0f} .. {high:,.0f}]"
            lines.append(f"  {each.name:{wide}}  {middle:>16,.0f}  {spread:>25}  {self.our_ratio(each):>15.2f}")
        return "\n".join(lines)

    def figures(self) -> dict[str, Any]:
        """Return the table for JSON: rates per second, and our time divided by each."""
        rows = {}
        for each in self.measured:
            middle, low, high = each.rate()
            rows[each.name] = {"median": middle, "low": low, "high": high, "our_time_over_this": self.our_ratio(each)}
        return {"unit": f"{self.unit}/s", "rows": rows}


@dataclass(frozen=True, slots=True)
class Result:
    """What a benchmark found: its tables, single figures that fit no table, and what a reader must know."""

    name: str
    tables: Sequence[Table]
    facts: dict[str, float] = field(default_factory=dict)
    notes: Sequence[str] = ()

    def printed(self) -> str:
        """Return everything as text."""
        machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.machine()}"
        parts = [f"{self.name} ({machine})", *(table.printed() for table in self.tables)]
        parts += [f"{name}: {value:,.4g}" for name, value in self.facts.items()]
        return "\n\n".join([*parts, *(f"Note: {note}" for note in self.notes)])

    def figures(self) -> dict[str, Any]:
        """Return everything for JSON."""
        tables = {table.title: table.figures() for table in self.tables}
        return {"name": self.name, "tables": tables, "facts": self.facts, "notes": list(self.notes)}


def alternate(title: str, unit: str, cases: Sequence[Case], *, rounds: int = 7) -> Table:
    """Call each case once unmeasured, then all of them in turn, `rounds` times; the order turns with each round."""
    seconds: dict[str, list[float]] = {case.name: [] for case in cases}
    for case in cases:
        case.work()
    for number in range(rounds):
        turn = number % len(cases)
        for case in [*cases[turn:], *cases[:turn]]:
            seconds[case.name].append(_timed(case) / case.operations)
    return Table(title, unit, tuple(Measured(name, tuple(found)) for name, found in seconds.items()))


def _timed(case: Case) -> float:
    gc.collect()
    started = perf_counter()
    said = case.work()
    return perf_counter() - started if said is None else said
