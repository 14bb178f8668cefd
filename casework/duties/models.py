"""Tables of duties and of the reminders that each one asks for."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from casework.db import Base, InPartnership, clear, inside


class Duty(Base, InPartnership):
    """Who owes what about which thing by when, by which rule."""

    __tablename__ = "duty"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint(
            "partnership_id",
            "kind",
            "subject_id",
            "owed_by_agency_id",
            "owed_by_account_id",
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint(
            "owed_by_agency_id IS NOT NULL OR owed_by_account_id IS NOT NULL OR owed_by_role IS NOT NULL",
            name="somebody_owes_it",
        ),
        inside("policy_version", "policy_version_id"),
        Index("ix_duty_open", "partnership_id", "due_at", postgresql_where=text("state = 'open'")),
    )

    kind: Mapped[str] = mapped_column(String(30), comment=clear("code of what is owed"))
    owed_by_agency_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("agency.id"), index=True, comment=clear("which agency owes it")
    )
    owed_by_account_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("account.id"), index=True, comment=clear("which person owes it")
    )
    owed_by_role: Mapped[str | None] = mapped_column(
        String(20), comment=clear("which role owes it, when no one person does")
    )
    subject_kind: Mapped[str] = mapped_column(String(30), comment=clear("sort of thing it is about"))
    subject_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("random id of that thing"))
    case_id: Mapped[uuid.UUID | None] = mapped_column(index=True, comment=clear("random id of the case, for blocks"))
    hidden_like: Mapped[list[uuid.UUID]] = mapped_column(
        ARRAY(Uuid),
        server_default=text("'{}'"),
        comment=clear("random ids of the cases that it may turn out to be about, for blocks"),
    )
    conference_id: Mapped[uuid.UUID | None] = mapped_column(index=True, comment=clear("random id of the round"))
    due_at: Mapped[datetime] = mapped_column(comment=clear("the scheduler needs it"))
    rule: Mapped[str] = mapped_column(String(60), comment=clear("code of the rule that set the date"))
    policy_version_id: Mapped[uuid.UUID | None] = mapped_column(comment=clear("local policy in force"))
    state: Mapped[str] = mapped_column(String(10), default="open", comment=clear("open, met, waived, lapsed"))
    raised_at: Mapped[datetime] = mapped_column(comment=clear("when it arose"))
    ended_at: Mapped[datetime | None] = mapped_column(comment=clear("when it was met, waived or lapsed"))
    late_since: Mapped[datetime | None] = mapped_column(comment=clear("when it was found to be overdue"))
    escalated_at: Mapped[datetime | None] = mapped_column(comment=clear("when the next person was told"))


class DutyReminder(Base, InPartnership):
    """One reminder that a duty asks for: made with the duty, taken once, sent at most in one mail a person a morning."""

    __tablename__ = "duty_reminder"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("duty_id", "step"),
        inside("duty", "duty_id", ondelete="CASCADE"),
        Index("ix_duty_reminder_due", "partnership_id", "due_at", postgresql_where=text("taken_at IS NULL")),
    )

    duty_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which duty"))
    step: Mapped[str] = mapped_column(
        String(20), comment=clear("code: told, two_days, on_the_day, late, escalated, chased_…")
    )
    due_at: Mapped[datetime] = mapped_column(comment=clear("the scheduler needs it"))
    taken_at: Mapped[datetime | None] = mapped_column(
        comment=clear("when it was put into a notice, or found to be needless")
    )
    outcome: Mapped[str | None] = mapped_column(String(12), comment=clear("code: noticed, needless"))
