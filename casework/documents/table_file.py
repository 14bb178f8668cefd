"""A table as a CSV file for spreadsheets, in which nothing that somebody typed is ever run as a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Final

STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula, also in its wide form (OWASP, CSV injection)."""


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return the table as CSV (RFC 4180) in UTF-8 with its mark, so that spreadsheets read it right.

    A cell that would begin a formula gets an apostrophe before it, so that it stays the text that it is.
    """
    text = StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def harmless(cell: str) -> str:
    """Return a cell as a text that no spreadsheet runs."""
    return (
        f"'{cell}" if cell.lstrip(" \u00a0").startswith(STARTS_A_FORMULA) or cell.startswith(STARTS_A_FORMULA) else cell
    )
