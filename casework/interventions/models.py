"""The table of interventions."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casework.db import Base, InPartnership, clear, inside, sealed
from casework.encryption.sealed import Sealed


class Intervention(Base, InPartnership):
    """One intervention in a young person's case: which, from when until when, and how it ended."""

    __tablename__ = "intervention"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        inside("case_record", "case_id"),
        Index("ix_intervention_case", "partnership_id", "case_id", "starts_on"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(comment=clear("which case"))
    code: Mapped[str] = mapped_column(String(40), comment=clear("which entry of the catalogue"))
    catalogue: Mapped[str] = mapped_column(String(40), comment=clear("name and version of the catalogue"))
    kind: Mapped[str] = mapped_column(String(16), comment=clear("code: advice, agreement, referral, notice, order"))
    rung: Mapped[int | None] = mapped_column(comment=clear("its step on the ladder of its day; empty beside it"))
    age: Mapped[int] = mapped_column(comment=clear("age in years on the day it starts"))
    state: Mapped[str] = mapped_column(String(12), comment=clear("proposed, live, ended, declined"))
    starts_on: Mapped[date] = mapped_column(comment=clear("from this day; the age rule asks about it"))
    ends_on: Mapped[date | None] = mapped_column(comment=clear("until this day"))
    review_on: Mapped[date | None] = mapped_column(comment=clear("the scheduler needs it"))
    ended_on: Mapped[date | None] = mapped_column(comment=clear("when it ended"))
    outcome: Mapped[str | None] = mapped_column(String(16), comment=clear("code of how it ended"))
    breaches: Mapped[int] = mapped_column(comment=clear("how often it was not kept to"))
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"), comment=clear("which agency leads it"))
    recorded_at: Mapped[datetime] = mapped_column(comment=clear("when"))
    recorded_by_account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), comment=clear("by whom"))
    signed_off_at: Mapped[datetime | None] = mapped_column(comment=clear("when a second person signed"))
    signed_off_by_account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), comment=clear("who"))
    served_on: Mapped[date | None] = mapped_column(comment=clear("when its letter was served"))
    key_id: Mapped[uuid.UUID] = mapped_column(comment=clear("data key of the case"))
    content_sealed: Mapped[bytes] = mapped_column(comment=sealed("reasons, parties, sources, risk assessment, notes"))
    letter_sealed: Mapped[bytes | None] = mapped_column(comment=sealed("addressee, words and proof of service"))

    content = Sealed("content_sealed", key="key_id", pad=512)
    letter = Sealed("letter_sealed", key="key_id", pad=512)
