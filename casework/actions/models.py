"""The table of actions."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casework.db import Base, InPartnership, clear, inside, sealed
from casework.encryption.sealed import Sealed


class Action(Base, InPartnership):
    """One action: owner agency, what, by when. Reported done, overtaken by events or not done, with what happened."""

    __tablename__ = "action"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        inside("case_record", "case_id"),
        inside("listing", "listing_id"),
        inside("conference", "conference_id"),
        Index("ix_action_owner", "partnership_id", "owner_agency_id", "state", "due_on"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which case"))
    listing_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("agreed at which hearing"))
    conference_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("agreed in which round"))
    owner_agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"), comment=clear("who does it"))
    due_on: Mapped[date] = mapped_column(comment=clear("the scheduler needs it"))
    state: Mapped[str] = mapped_column(
        String(12), default="agreed", comment=clear("agreed, done, overtaken, not_done, withdrawn")
    )
    agreed_at: Mapped[datetime] = mapped_column(comment=clear("when"))
    agreed_by_account_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("account.id"), comment=clear("who wrote it down")
    )
    reported_at: Mapped[datetime | None] = mapped_column(comment=clear("when"))
    reported_by_account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), comment=clear("by whom"))
    key_id: Mapped[uuid.UUID] = mapped_column(comment=clear("data key of the case"))
    what_sealed: Mapped[bytes] = mapped_column(comment=sealed("what is to be done"))
    outcome_sealed: Mapped[bytes | None] = mapped_column(comment=sealed("what happened"))

    what = Sealed("what_sealed", key="key_id", pad=256)
    outcome = Sealed("outcome_sealed", key="key_id", pad=256)
