"""The table of research requests and their answers."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casework.db import Base, InPartnership, clear, inside, sealed
from casework.encryption.sealed import Sealed


class ResearchRequest(Base, InPartnership):
    """One agency's research on one listed case. Private notes are sealed under the agency's own key and never leave it."""

    __tablename__ = "research_request"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("listing_id", "agency_id"),
        inside("listing", "listing_id"),
        inside("conference", "conference_id"),
        inside("case_record", "case_id"),
        inside("disclosure", "asked_disclosure_id"),
        inside("disclosure", "answer_disclosure_id"),
        Index("ix_research_request_agency", "partnership_id", "agency_id", "conference_id"),
    )

    listing_id: Mapped[uuid.UUID] = mapped_column(comment=clear("which listing"))
    conference_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which round"))
    case_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which case"))
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"), comment=clear("who is asked"))
    asked_disclosure_id: Mapped[uuid.UUID] = mapped_column(
        comment=clear("putting the case on the agency's list is a disclosure")
    )
    state: Mapped[str] = mapped_column(
        String(16), default="asked", comment=clear("asked, nothing_known, shared, kept_back")
    )
    due_at: Mapped[datetime] = mapped_column(comment=clear("the scheduler needs it"))
    answered_at: Mapped[datetime | None] = mapped_column(comment=clear("when last answered"))
    answered_by_account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), comment=clear("by whom"))
    was_late: Mapped[bool] = mapped_column(default=False, comment=clear("answered after it was due"))
    keeps_something_back: Mapped[bool] = mapped_column(default=False, comment=clear("so that the table knows to ask"))
    key_id: Mapped[uuid.UUID] = mapped_column(comment=clear("data key of the case"))
    agency_key_id: Mapped[uuid.UUID] = mapped_column(comment=clear("data key of the agency in this partnership"))
    answer_sealed: Mapped[bytes | None] = mapped_column(comment=sealed("facts and opinions shared with the conference"))
    private_sealed: Mapped[bytes | None] = mapped_column(
        comment=sealed("what is kept back and why, private notes: the agency's own")
    )
    answer_disclosure_id: Mapped[uuid.UUID | None] = mapped_column(comment=clear("sharing the answer is a disclosure"))
    version: Mapped[int] = mapped_column(default=1, comment=clear("so that two colleagues do not overwrite each other"))

    answer = Sealed("answer_sealed", key="key_id", pad=1024)
    private = Sealed("private_sealed", key="agency_key_id", pad=1024)
