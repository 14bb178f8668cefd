"""Tables of shares, their items, reviews, and the notices that go to past recipients when an agreement ends."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from casework.db import Base, InPartnership, clear, inside, sealed
from casework.encryption.sealed import Sealed


class Share(Base, InPartnership):
    """One share from one agency to one other about one young person: what was declared, where it stands, which decisions it rests on."""

    __tablename__ = "share"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        inside("case_record", "case_id"),
        inside("person", "person_id"),
        inside("sharing_decision", "decision_id"),
        inside("disclosure", "disclosure_id"),
        inside("share", "source_share_id"),
        inside("case_record", "taken_into_case_id"),
        CheckConstraint("from_agency_id <> to_agency_id", name="goes_to_another_agency"),
        CheckConstraint("delivered_at IS NULL OR disclosure_id IS NOT NULL", name="is_delivered_by_a_disclosure"),
        CheckConstraint("(state = 'stopped') = (stopped_because IS NOT NULL)", name="is_stopped_for_a_reason"),
        Index("ix_share_inbox", "partnership_id", "to_agency_id", "state"),
        Index("ix_share_sent", "partnership_id", "from_agency_id", "state"),
        Index("ix_share_queued", "partnership_id", "asked_at", postgresql_where=text("state = 'queued'")),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which case"))
    person_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("random id of the young person"))
    from_agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"), comment=clear("who shares"))
    to_agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"), comment=clear("who is to receive it"))
    purpose: Mapped[str] = mapped_column(String(24), comment=clear("code of the declared purpose"))
    state: Mapped[str] = mapped_column(String(24), comment=clear("workflow state"))
    stopped_because: Mapped[str | None] = mapped_column(String(20), comment=clear("code of why it was stopped"))
    decision_id: Mapped[uuid.UUID] = mapped_column(comment=clear("the latest decision; never empty"))
    disclosure_id: Mapped[uuid.UUID | None] = mapped_column(
        comment=clear("the latest act of sharing or of not sharing")
    )
    may_be_signed: Mapped[bool] = mapped_column(
        default=False, comment=clear("waits for confidential health information that a health lead may sign for")
    )
    source_share_id: Mapped[uuid.UUID | None] = mapped_column(comment=clear("the share that this one passes on"))
    taken_into_case_id: Mapped[uuid.UUID | None] = mapped_column(
        index=True, comment=clear("the file that the receiving agency opened from it, for that agency only")
    )
    asked_by_account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), comment=clear("who asked"))
    asked_at: Mapped[datetime] = mapped_column(comment=clear("when"))
    decided_at: Mapped[datetime] = mapped_column(comment=clear("when last decided"))
    delivered_at: Mapped[datetime | None] = mapped_column(comment=clear("when it reached the inbox"))
    acknowledged_at: Mapped[datetime | None] = mapped_column(comment=clear("when it was first opened there"))
    acknowledged_by_account_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("account.id"), comment=clear("by whom")
    )
    answered_at: Mapped[datetime | None] = mapped_column(comment=clear("when it was accepted or declined"))
    answered_by_account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), comment=clear("by whom"))
    told_at: Mapped[datetime | None] = mapped_column(comment=clear("when the young person was told of it"))
    key_id: Mapped[uuid.UUID] = mapped_column(comment=clear("data key of the case"))
    declared_sealed: Mapped[bytes] = mapped_column(comment=sealed("what the sender declared, and the reasons in words"))
    answer_sealed: Mapped[bytes | None] = mapped_column(comment=sealed("why it was declined, or what is done with it"))

    declared = Sealed("declared_sealed", key="key_id", pad=512)
    answer = Sealed("answer_sealed", key="key_id", pad=256)


class ShareItem(Base, InPartnership):
    """One piece of information chosen by the sender, of one category, marked as fact or opinion and as about others or not."""

    __tablename__ = "share_item"
    __table_args__ = (
        UniqueConstraint("share_id", "position"),
        inside("share", "share_id"),
    )

    share_id: Mapped[uuid.UUID] = mapped_column(comment=clear("which share"))
    position: Mapped[int] = mapped_column(comment=clear("order as written"))
    category: Mapped[str] = mapped_column(String(24), comment=clear("code of the kind of information"))
    mark: Mapped[str] = mapped_column(String(8), comment=clear("code: fact, opinion"))
    is_about_others: Mapped[bool] = mapped_column(comment=clear("other people's details are in it"))
    is_barred: Mapped[bool] = mapped_column(default=False, comment=clear("a law or a court restricts it"))
    is_delivered: Mapped[bool] = mapped_column(default=False, comment=clear("went; what did not is never shown there"))
    key_id: Mapped[uuid.UUID] = mapped_column(comment=clear("data key of the case"))
    words_sealed: Mapped[bytes] = mapped_column(comment=sealed("the information"))

    words = Sealed("words_sealed", key="key_id", pad=512)


class ShareReview(Base, InPartnership):
    """What one named person concluded about a share that the rules do not decide alone. Only ever added to."""

    __tablename__ = "share_review"
    __table_args__ = (
        UniqueConstraint("share_id", "part"),
        # Two signatures are two people's.
        UniqueConstraint("share_id", "account_id"),
        inside("share", "share_id"),
    )

    share_id: Mapped[uuid.UUID] = mapped_column(comment=clear("which share"))
    part: Mapped[str] = mapped_column(
        String(24), comment=clear("code: manager, safeguarding_lead, health_safeguarding_lead, information_lead")
    )
    conclusion: Mapped[str] = mapped_column(String(16), comment=clear("code of what was concluded"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), comment=clear("who"))
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"), comment=clear("of which agency"))
    at: Mapped[datetime] = mapped_column(comment=clear("when"))
    key_id: Mapped[uuid.UUID] = mapped_column(comment=clear("data key of the case"))
    words_sealed: Mapped[bytes] = mapped_column(comment=sealed("why"))

    words = Sealed("words_sealed", key="key_id", pad=256)


class WithdrawalNotice(Base, InPartnership):
    """What one past recipient was told when an agreement was withdrawn, until when it owes an answer, and its answer."""

    __tablename__ = "withdrawal_notice"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("agreement_id", "agency_id", "told_at"),
        inside("case_record", "case_id"),
        inside("person", "person_id"),
        inside("disclosure", "disclosure_id"),
        Index("ix_withdrawal_notice_agency", "partnership_id", "agency_id", "answered_at"),
        CheckConstraint("(answered_at IS NULL) = (answer IS NULL)", name="is_answered_with_an_answer"),
        CheckConstraint("answer IS DISTINCT FROM 'kept' OR basis IS NOT NULL", name="is_kept_on_a_basis"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(comment=clear("which case"))
    person_id: Mapped[uuid.UUID] = mapped_column(comment=clear("random id of the young person"))
    agreement_id: Mapped[uuid.UUID] = mapped_column(comment=clear("which agreement was withdrawn"))
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"), comment=clear("who was told"))
    disclosure_id: Mapped[uuid.UUID] = mapped_column(
        comment=clear("the latest act by which it was told anything of it")
    )
    is_part: Mapped[bool] = mapped_column(comment=clear("whether a part was taken back, or the whole"))
    categories: Mapped[list[str]] = mapped_column(
        ARRAY(String(32)), comment=clear("codes of what it had been told and may no longer use")
    )
    purposes: Mapped[list[str]] = mapped_column(
        ARRAY(String(24)), comment=clear("codes of what it had been told it for")
    )
    told_at: Mapped[datetime] = mapped_column(comment=clear("when"))
    due_at: Mapped[datetime] = mapped_column(comment=clear("the scheduler needs it"))
    answer: Mapped[str | None] = mapped_column(String(8), comment=clear("code: deleted, kept"))
    basis: Mapped[str | None] = mapped_column(String(32), comment=clear("code of the basis on which it is kept"))
    answered_at: Mapped[datetime | None] = mapped_column(comment=clear("when"))
    answered_by_account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), comment=clear("by whom"))
    key_id: Mapped[uuid.UUID] = mapped_column(comment=clear("data key of the case"))
    words_sealed: Mapped[bytes | None] = mapped_column(comment=sealed("what is kept, and why"))

    words = Sealed("words_sealed", key="key_id", pad=256)
