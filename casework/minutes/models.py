"""Tables of minutes, of each change to a draft, and of each agency's copy."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casework.db import Base, InPartnership, clear, inside, sealed
from casework.encryption.sealed import Sealed


class Minutes(Base, InPartnership):
    """The minutes of one sitting. What was recorded case by case is their body; here is what is said of the whole, and their approval."""

    __tablename__ = "minutes"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("conference_id", "version"),
        inside("conference", "conference_id"),
    )

    conference_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which round"))
    version: Mapped[int] = mapped_column(comment=clear("a correction is a new version"))
    state: Mapped[str] = mapped_column(String(10), comment=clear("draft, approved, issued"))
    key_id: Mapped[uuid.UUID] = mapped_column(comment=clear("data key of the conference"))
    body_sealed: Mapped[bytes] = mapped_column(comment=sealed("the minutes as approved, with the source of each part"))
    drafted_at: Mapped[datetime] = mapped_column(comment=clear("when"))
    approved_at: Mapped[datetime | None] = mapped_column(comment=clear("when"))
    approved_by_account_id: Mapped[uuid.UUID | None] = mapped_column(comment=clear("which chair"))
    issued_at: Mapped[datetime | None] = mapped_column(comment=clear("when"))

    body = Sealed("body_sealed", key="key_id", pad=4096)


class MinutesCase(Base, InPartnership):
    """One case as one agency's copy of the minutes has it, and the disclosure that this is."""

    __tablename__ = "minutes_case"
    __table_args__ = (
        UniqueConstraint("minutes_id", "agency_id", "case_id"),
        inside("minutes", "minutes_id"),
        inside("case_record", "case_id"),
        inside("disclosure", "disclosure_id"),
    )

    minutes_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which minutes"))
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"), index=True, comment=clear("whose copy"))
    case_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which case"))
    disclosure_id: Mapped[uuid.UUID] = mapped_column(comment=clear("the act of sharing; never empty"))


class MinutesCopy(Base, InPartnership):
    """One agency's copy of the minutes: when it was issued, first opened, or called back."""

    __tablename__ = "minutes_copy"
    __table_args__ = (
        UniqueConstraint("minutes_id", "agency_id"),
        UniqueConstraint("partnership_id", "id"),
        inside("minutes", "minutes_id"),
    )

    minutes_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which minutes"))
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"), index=True, comment=clear("whose copy"))
    issued_at: Mapped[datetime] = mapped_column(comment=clear("when"))
    opened_at: Mapped[datetime | None] = mapped_column(comment=clear("first opened"))
    opened_by_account_id: Mapped[uuid.UUID | None] = mapped_column(comment=clear("by whom"))
    recalled_at: Mapped[datetime | None] = mapped_column(comment=clear("called back before it was opened"))


class MinutesEdit(Base, InPartnership):
    """One change to one part of a draft, with what stood before and after. Rows are only ever added."""

    __tablename__ = "minutes_edit"
    __table_args__ = (
        inside("minutes", "minutes_id"),
        inside("case_record", "case_id"),
    )

    minutes_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which minutes"))
    case_id: Mapped[uuid.UUID | None] = mapped_column(
        index=True, comment=clear("in which case, for blocks; empty for what is of the whole sitting")
    )
    part: Mapped[str] = mapped_column(String(24), comment=clear("code of the part that changed"))
    changed_at: Mapped[datetime] = mapped_column(comment=clear("when"))
    changed_by_account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), comment=clear("by whom"))
    key_id: Mapped[uuid.UUID] = mapped_column(comment=clear("data key of the conference"))
    change_sealed: Mapped[bytes] = mapped_column(comment=sealed("the words before and after"))

    change = Sealed("change_sealed", key="key_id", pad=512)
