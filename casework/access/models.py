"""The table of conflict blocks. It stands this low because everything that tells of a case must ask it, also duties and notices."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from casework.db import Base, InPartnership, clear, inside, sealed
from casework.encryption.sealed import Sealed


class CaseBlock(Base, InPartnership):
    """A conflict of interest: for this person or agency the case does not exist. Beats every role and leaves no trace."""

    __tablename__ = "case_block"
    __table_args__ = (
        inside("case_record", "case_id"),
        CheckConstraint("agency_id IS NOT NULL OR account_id IS NOT NULL", name="somebody_is_blocked"),
        Index("ix_case_block_account", "partnership_id", "account_id"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which case"))
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), comment=clear("who is blocked"))
    agency_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("agency.id"), comment=clear("which agency is blocked")
    )
    key_id: Mapped[uuid.UUID] = mapped_column(comment=clear("data key of the case"))
    reason_sealed: Mapped[bytes] = mapped_column(comment=sealed("why, in words"))
    from_at: Mapped[datetime] = mapped_column(comment=clear("from then"))
    lifted_at: Mapped[datetime | None] = mapped_column(comment=clear("until then"))
    set_by_account_id: Mapped[uuid.UUID | None] = mapped_column(comment=clear("who set it"))

    reason = Sealed("reason_sealed", key="key_id", pad=256)
