"""Tables of notices and of the reminders gathered in each."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from casework.db import Base, InPartnership, clear, inside


class Notice(Base, InPartnership):
    """One content-free message to one person. The address is looked up, and the right to get it checked, at each sending."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("partnership_id", "dedupe_key"),
        Index("ix_notice_waiting", "next_at", postgresql_where=text("state = 'waiting'")),
    )

    template: Mapped[str] = mapped_column(String(40), comment=clear("code of the fixed text"))
    recipient_account_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("account.id"), index=True, comment=clear("random id; the address is sealed elsewhere")
    )
    dedupe_key: Mapped[str] = mapped_column(
        String(120), comment=clear("codes and ids; the same notice is recorded once")
    )
    conference_id: Mapped[uuid.UUID | None] = mapped_column(comment=clear("for invitations: whose time and place"))
    message_id: Mapped[str] = mapped_column(String(120), comment=clear("fixed Message-ID, random"))
    state: Mapped[str] = mapped_column(String(10), default="waiting", comment=clear("waiting, sent, withdrawn, dead"))
    attempt: Mapped[int] = mapped_column(default=0, comment=clear("counted before sending"))
    recorded_at: Mapped[datetime] = mapped_column(comment=clear("when it was decided on"))
    send_at: Mapped[datetime] = mapped_column(comment=clear("not to be sent before, by the schedule's clock"))
    next_at: Mapped[datetime] = mapped_column(comment=clear("next try, by the database's clock"))
    sent_at: Mapped[datetime | None] = mapped_column(comment=clear("when the mail server took it"))
    is_ambiguous: Mapped[bool] = mapped_column(
        default=False, comment=clear("the server's answer was lost: it may arrive twice")
    )
    failure: Mapped[str | None] = mapped_column(String(80), comment=clear("class of the last failure; never its text"))


class NoticeReminder(Base, InPartnership):
    """Which reminders one notice stands for."""

    __tablename__ = "notice_reminder"
    __table_args__ = (
        UniqueConstraint("reminder_id"),
        inside("notice", "notice_id"),
        inside("duty_reminder", "reminder_id"),
    )

    notice_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which notice"))
    reminder_id: Mapped[uuid.UUID] = mapped_column(comment=clear("which reminder"))
