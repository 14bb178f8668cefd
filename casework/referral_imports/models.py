"""Tables of imports: a file of referrals on its way in, and each of its rows until it is taken in."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casework.db import Base, InPartnership, clear, inside, sealed
from casework.encryption.sealed import Sealed


class ReferralImport(Base, InPartnership):
    """One file that a co-ordinator brought: checked first, then taken in by itself or discarded."""

    __tablename__ = "referral_import"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        CheckConstraint("state NOT IN ('under_way', 'done') OR begun_at IS NOT NULL", name="begun_is_noted"),
    )

    state: Mapped[str] = mapped_column(String(12), comment=clear("checked, under_way, done, discarded"))
    uploaded_at: Mapped[datetime] = mapped_column(comment=clear("when"))
    uploaded_by_account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), comment=clear("by whom"))
    begun_at: Mapped[datetime | None] = mapped_column(comment=clear("when taking it in was begun"))
    ended_at: Mapped[datetime | None] = mapped_column(comment=clear("when it was done or discarded"))


class ReferralImportRow(Base, InPartnership):
    """One row of a file: what it says until it is taken in, and of a rejected one what is wrong with it."""

    __tablename__ = "referral_import_row"
    __table_args__ = (
        UniqueConstraint("import_id", "number"),
        inside("referral_import", "import_id"),
    )

    import_id: Mapped[uuid.UUID] = mapped_column(comment=clear("of which file"))
    number: Mapped[int] = mapped_column(comment=clear("which row, from 1"))
    state: Mapped[str] = mapped_column(String(10), comment=clear("ready, rejected, unchanged, imported"))
    key_id: Mapped[uuid.UUID] = mapped_column(comment=clear("data key of the file"))
    content_sealed: Mapped[bytes | None] = mapped_column(
        comment=sealed("the referral as it came; gone once it is taken in or discarded")
    )
    refusal_sealed: Mapped[bytes | None] = mapped_column(
        comment=sealed("the sender's own reference, and each wrong field with what would be right")
    )

    content = Sealed("content_sealed", key="key_id", pad=2048)
    refusal = Sealed("refusal_sealed", key="key_id", pad=256)
