"""Facts about imports."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from casework.events.domain_event import DomainEvent


@dataclass(frozen=True, kw_only=True)
class RowsWaiting(DomainEvent):
    """Rows of an imported file wait to be taken in, from this one on; recorded again after each step until there is none."""

    wire = "referral_import.rows_waiting"
    import_id: uuid.UUID
    from_row: int


@dataclass(frozen=True, kw_only=True)
class FileDeleted(DomainEvent):
    """The rows of a file were deleted; the data key that they were sealed under has nothing left to open."""

    wire = "referral_import.file_deleted"
    key_id: uuid.UUID
