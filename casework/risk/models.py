"""The table of risk assessments. A row is never changed: risk that has moved is a new assessment."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casework.db import Base, InPartnership, clear, inside, sealed
from casework.encryption.sealed import Sealed


class RiskAssessment(Base, InPartnership):
    """One completed checklist: tool, version, an answer and its source for each item, and what they add up to."""

    __tablename__ = "risk_assessment"
    __table_args__ = (UniqueConstraint("partnership_id", "id"), inside("case_record", "case_id"))

    referral_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("random id of the referral it came with"))
    case_id: Mapped[uuid.UUID | None] = mapped_column(index=True, comment=clear("random id of the case, once accepted"))
    key_id: Mapped[uuid.UUID] = mapped_column(comment=clear("data key of the referral"))
    tool: Mapped[str] = mapped_column(String(20), comment=clear("which checklist"))
    version: Mapped[str] = mapped_column(String(40), comment=clear("which version of it"))
    completed_on: Mapped[date] = mapped_column(comment=clear("to order assessments in time"))
    score: Mapped[int] = mapped_column(comment=clear("a number that is sorted by; says nothing without a name"))
    band: Mapped[str] = mapped_column(String(12), comment=clear("code: standard, medium, high"))
    answers_sealed: Mapped[bytes] = mapped_column(comment=sealed("answer and source of each item"))
    recorded_at: Mapped[datetime] = mapped_column(comment=clear("when recorded"))
    recorded_by_account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), comment=clear("by whom"))

    answers = Sealed("answers_sealed", key="key_id", pad=1024)
