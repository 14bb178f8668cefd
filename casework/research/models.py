"""Tables of research: requests with their answers, and the questions that an agency puts to one of its own people."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
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
        CheckConstraint(
            "state NOT IN ('shared', 'kept_back') OR answer_disclosure_id IS NOT NULL", name="answer_is_a_disclosure"
        ),
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


class ColleagueQuestion(Base, InPartnership):
    """A question about one case to one colleague of the agency that is asked. Everything in it is sealed under the agency's own key."""

    __tablename__ = "colleague_question"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        inside("research_request", "request_id"),
        inside("case_record", "case_id"),
        inside("conference", "conference_id"),
        Index(
            "uq_colleague_question_once",
            "request_id",
            "account_id",
            unique=True,
            postgresql_where=text("state <> 'taken_back'"),
        ),
    )

    request_id: Mapped[uuid.UUID] = mapped_column(comment=clear("which question to the agency"))
    case_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which case, for blocks"))
    conference_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which round"))
    agency_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("agency.id"), comment=clear("of which agency they both are")
    )
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True, comment=clear("who is asked"))
    asked_by_account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), comment=clear("who asks"))
    asked_at: Mapped[datetime] = mapped_column(comment=clear("when"))
    until_at: Mapped[datetime] = mapped_column(comment=clear("the question is open until before then"))
    state: Mapped[str] = mapped_column(String(16), comment=clear("asked, nothing_known, told, taken_back"))
    accepted_at: Mapped[datetime | None] = mapped_column(
        comment=clear("when the colleague accepted the confidentiality statement for this case")
    )
    statement_version: Mapped[str | None] = mapped_column(String(20), comment=clear("which wording"))
    replied_at: Mapped[datetime | None] = mapped_column(comment=clear("when last replied"))
    taken_over_at: Mapped[datetime | None] = mapped_column(comment=clear("when the reply went into the agency's draft"))
    key_id: Mapped[uuid.UUID] = mapped_column(comment=clear("data key of the agency in this partnership"))
    asked_sealed: Mapped[bytes | None] = mapped_column(comment=sealed("what the representative would like to know"))
    reply_sealed: Mapped[bytes | None] = mapped_column(
        comment=sealed("the reply, and what is being written: the agency's own")
    )

    asked = Sealed("asked_sealed", key="key_id", pad=256)
    reply = Sealed("reply_sealed", key="key_id", pad=1024)
