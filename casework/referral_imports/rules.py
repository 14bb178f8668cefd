"""What a file of referrals may be, in how many steps it is taken in, and how long what was checked waits."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

MOST_ROWS = 1000
"""Rows of one file: so many are checked while somebody waits."""

TOGETHER = 20
"""Rows taken in by one transaction: the page that says how far it is moves on with each."""

WAITS = timedelta(days=1)
"""A checked file that nobody took in or discarded is deleted after this."""

REMEMBERED = timedelta(days=30)
"""The result, which holds no referral, is kept so long."""


STUCK = "Bring this row again: taking it in did not end within a day, and it was deleted."
"""What is said of a row that was left when its file stuck."""


UNFIT = "This row could not be kept. Bring it again; if that does not help, ask who runs Casework."
"""What is said of a row that the database refused in the midst: nothing of it was kept."""


class ImportState(StrEnum):
    """Where a file stands."""

    CHECKED = "checked"
    UNDER_WAY = "under_way"
    DONE = "done"
    DISCARDED = "discarded"


class RowState(StrEnum):
    """What became of one row. Unchanged: the same referral came before."""

    READY = "ready"
    REJECTED = "rejected"
    UNCHANGED = "unchanged"
    IMPORTED = "imported"


def rows_of(content: bytes) -> list[bytes]:
    """Return the lines of a JSON Lines file, as they are counted in an editor; empty ones at its end are none."""
    rows = [row.removesuffix(b"\r") for row in content.split(b"\n")]
    while rows and not rows[-1].strip():
        rows.pop()
    return rows
