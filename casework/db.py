"""The database's ground rules: the base class of every table, the names of constraints, and the class of every column.

Every column says in its database comment whether it is kept clear, sealed or as a blind index, and why. That comment *is* the
column catalogue (docs/adr/0006-sealing-and-key-store.md): it reaches the database, and a test refuses a column without one.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import Date, DateTime, ForeignKey, ForeignKeyConstraint, LargeBinary, MetaData, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every table of the main database. Ids are random UUIDs made in Python, so that a row can be sealed before it is stored."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        date: Date(),
        bytes: LargeBinary(),
        uuid.UUID: Uuid(),
        dict[str, Any]: JSONB(),
    }

    id: Mapped[uuid.UUID] = mapped_column(
        primary_key=True, default=uuid.uuid4, sort_order=-10, comment="clear: random, says nothing"
    )


class InPartnership:
    """Adds the partnership that owns a row. Row-level security and the sealing both bind to it."""

    partnership_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("partnership.id"), index=True, sort_order=-9, comment="clear: row-level security needs it"
    )


def clear(why: str) -> str:
    """Return the comment of a column that is stored as it is: codes, ids, times. `why` says why that is harmless or needed."""
    return f"clear: {why}"


def sealed(why: str) -> str:
    """Return the comment of a column that holds a sealed document. `why` says what is in it."""
    return f"sealed: {why}"


def index(why: str) -> str:
    """Return the comment of a column that holds a keyed blind index. `why` says what it leaks to a reader of the table."""
    return f"index: {why}"


def inside(parent: str, column: str, *, ondelete: str | None = None) -> ForeignKeyConstraint:
    """Return a foreign key that cannot reach into another partnership.

    A plain foreign key is checked without row-level security and so would confirm that a hidden row exists; this one names
    the partnership as well. The parent table carries a unique constraint over (partnership_id, id).
    """
    return ForeignKeyConstraint(
        ["partnership_id", column], [f"{parent}.partnership_id", f"{parent}.id"], ondelete=ondelete
    )
