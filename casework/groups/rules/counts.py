"""Counts as a group may see them: nothing below five, and nothing from which one below five could be worked out (G4).

Source: docs/adr/0015-youth-support.md and usual practice for small numbers. The choice of what else is kept back depends on places
in the table alone, never on the size of a count, so that even somebody who knows this rule learns nothing from the choice: for
every cell shown as "<5" each value from 0 to 4 stays possible.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SMALLEST_SHOWN = 5
SMALLEST_BASE = 20
"""A percentage of fewer than twenty says more about persons than about a place."""

SMALL = "<5"
KEPT_BACK = "kept back"
_LARGEST_SMALL = SMALLEST_SHOWN - 1


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure as it may be shown: its words, and the count and the percentage only where they may be known."""

    label: str
    shown: str
    count: int | None = None
    percentage: int | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """A table as it may be shown, in the order given, with its total."""

    cells: tuple[Cell, ...]
    total: Cell


def publish(counts: Mapping[str, int], *, total_label: str = "All") -> Published:
    """Return a table of counts as it may be shown.

    A count below five is "<5". Then one cell more is kept back, the next after the first small one that is not small itself.
    The total is shown only where what is left of it, without the cells shown, could be made up with any value of every small
    cell. A percentage is given of a total of twenty or more. Raises ValueError for a count below nought or an empty table.
    """
    if not counts or min(counts.values()) < 0:
        raise ValueError("a table has one count or more, none of them below nought")
    labels = list(counts)
    small = [label for label in labels if counts[label] < SMALLEST_SHOWN]
    other = _next_that_is_not_small(labels, small) if small else None
    total = sum(counts.values())
    hidden = {*small, *([other] if other else [])}
    left = sum(counts[label] for label in hidden)
    may_show_total = not small or (other is not None and left > _LARGEST_SMALL * len(small) + SMALLEST_SHOWN)
    base = total if may_show_total and total >= SMALLEST_BASE else None
    return Published(
        cells=tuple(
            Cell(label, SMALL)
            if label in small
            else Cell(label, KEPT_BACK)
            if label == other
            else Cell(label, f"{counts[label]:,}", counts[label], _percentage(counts[label], base))
            for label in labels
        ),
        total=Cell(total_label, f"{total:,}", total) if may_show_total else Cell(total_label, KEPT_BACK),
    )


def line(counts: Mapping[str, int], *, of: str) -> Published:
    """Return one line of a table whose cells make up a known whole: `of` heads the whole. The same rule as `publish`."""
    return publish(counts, total_label=of)


def _next_that_is_not_small(labels: list[str], small: list[str]) -> str | None:
    start = labels.index(small[0])
    after = [*labels[start + 1 :], *labels[:start]]
    return next((label for label in after if label not in small), None)


def _percentage(count: int, base: int | None) -> int | None:
    return round(100 * count / base) if base is not None else None
