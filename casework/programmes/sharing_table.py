"""What a programme says of itself to the sharing decision: the rows of the table that are its own, and where persons are spoken of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PartOfTable:
    """A programme's part of the sharing table: the numbers of its rows, and the settings in which a person may be named."""

    rows: frozenset[str]
    settings_for_persons: frozenset[str]


ROWS_FOR_ALL = frozenset({"1", "2", "3", "4", "5", "9", "16", "17", "18", "22"})
"""Rows of both programmes: danger, court, bars, harm, duty, adults at risk, confidence, other people, police requests, the rest.

Rows 19 to 21 are chosen before the table is walked, by the setting and the recipient.
"""
