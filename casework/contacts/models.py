"""Tables of contacts. A contact has exactly two agencies: there is no place for a third."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from casework.db import Base, InPartnership, clear, inside, sealed
from casework.encryption.sealed import Sealed


class Contact(Base, InPartnership):
    """One contact from one agency to another, for a stated purpose."""

    __tablename__ = "contact"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        inside("case_record", "accepted_case_id"),
        CheckConstraint("from_agency_id <> to_agency_id", name="between_two_agencies"),
        CheckConstraint("about IN ('young_person', 'siblings', 'question')", name="about_is_known"),
        CheckConstraint("(about = 'question') = (question_sealed IS NOT NULL)", name="a_question_is_asked"),
        CheckConstraint("state <> 'accepted' OR accepted_case_id IS NOT NULL", name="accepted_is_in_their_list"),
        Index("ix_contact_to_agency", "partnership_id", "to_agency_id", "state"),
        Index("ix_contact_closing", "partnership_id", "closes_at", postgresql_where=text("closed_at IS NULL")),
    )

    from_agency_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("agency.id"), index=True, comment=clear("which agency asks")
    )
    from_account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True, comment=clear("who asks"))
    to_agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"), comment=clear("which agency is asked"))
    to_account_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("account.id"), comment=clear("its practitioner, when one is named")
    )
    about: Mapped[str] = mapped_column(String(12), comment=clear("code: young_person, siblings, question"))
    topic: Mapped[str] = mapped_column(String(24), comment=clear("code of the topic, all that is told at first"))
    locality: Mapped[str | None] = mapped_column(String(12), comment=clear("code of a whole area, told at first"))
    purpose: Mapped[str] = mapped_column(String(24), comment=clear("code of what it may be used for"))
    state: Mapped[str] = mapped_column(String(16), comment=clear("workflow state"))
    opened_at: Mapped[datetime] = mapped_column(comment=clear("when"))
    answer_due_at: Mapped[datetime] = mapped_column(comment=clear("48 hours to answer"))
    closes_at: Mapped[datetime] = mapped_column(comment=clear("ends by itself when nobody has answered"))
    acknowledged_at: Mapped[datetime | None] = mapped_column(comment=clear("when what came was acknowledged"))
    answered_at: Mapped[datetime | None] = mapped_column(comment=clear("when it was accepted, declined or passed on"))
    answered_by_account_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("account.id"), comment=clear("who answered")
    )
    reason: Mapped[str | None] = mapped_column(String(24), comment=clear("code of why it was declined"))
    pointed_to_agency_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("agency.id"), comment=clear("who might help instead; nothing goes there by it")
    )
    accepted_case_id: Mapped[uuid.UUID | None] = mapped_column(
        index=True, comment=clear("the case in the answering agency's own list, for that agency only")
    )
    risk_told_at: Mapped[datetime | None] = mapped_column(comment=clear("when a risk of harm was told of"))
    risk_told_by_agency_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("agency.id"), comment=clear("by which of the two")
    )
    closed_at: Mapped[datetime | None] = mapped_column(comment=clear("when it ended"))
    purged_at: Mapped[datetime | None] = mapped_column(comment=clear("when what had come was taken away again"))
    key_id: Mapped[uuid.UUID] = mapped_column(comment=clear("data key of this contact"))
    words_sealed: Mapped[bytes] = mapped_column(comment=sealed("the purpose in words, for the asking side"))
    question_sealed: Mapped[bytes | None] = mapped_column(comment=sealed("a question that names nobody"))
    answer_sealed: Mapped[bytes | None] = mapped_column(comment=sealed("the answer in words"))

    words = Sealed("words_sealed", key="key_id", pad=256)
    question = Sealed("question_sealed", key="key_id", pad=512)
    answer = Sealed("answer_sealed", key="key_id", pad=512)


class ContactSubject(Base, InPartnership):
    """The young person a contact is about, or each of the siblings: known to the asking side only."""

    __tablename__ = "contact_subject"
    __table_args__ = (
        UniqueConstraint("contact_id", "case_id"),
        inside("contact", "contact_id"),
        inside("case_record", "case_id"),
        inside("sharing_decision", "decision_id"),
        inside("share", "share_id"),
        inside("contact", "source_contact_id"),
    )

    contact_id: Mapped[uuid.UUID] = mapped_column(comment=clear("which contact"))
    case_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("whose case, of the asking agency"))
    decision_id: Mapped[uuid.UUID] = mapped_column(comment=clear("what the rules answered, also a no; never empty"))
    share_id: Mapped[uuid.UUID | None] = mapped_column(
        index=True, comment=clear("what was shared, once it was asked for")
    )
    source_contact_id: Mapped[uuid.UUID | None] = mapped_column(
        comment=clear("the contact from which it is known, when it is passed on")
    )


class ContactStep(Base, InPartnership):
    """What happened to a contact, in order. Rows are only added."""

    __tablename__ = "contact_step"
    __table_args__ = (UniqueConstraint("contact_id", "number"), inside("contact", "contact_id"))

    contact_id: Mapped[uuid.UUID] = mapped_column(comment=clear("which contact"))
    number: Mapped[int] = mapped_column(comment=clear("order within the contact"))
    event: Mapped[str] = mapped_column(String(24), comment=clear("code of what happened"))
    at: Mapped[datetime] = mapped_column(comment=clear("when"))
    agency_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("agency.id"), comment=clear("by which of the two"))
    by_account_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("account.id"), comment=clear("who; empty for what follows by itself")
    )
