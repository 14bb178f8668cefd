"""Tables of the outbox. PostgreSQL is the truth, the queue is a hint (docs/adr/0003-outbox.md)."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Identity, Index, String, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from casework.db import Base, clear


class OutboxMessage(Base):
    """One event waiting for, or done with, its handlers. Written in the transaction of the change."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        Index("ix_outbox_message_open", "next_at", postgresql_where=text("state IN ('pending', 'sent', 'dead')")),
    )

    position: Mapped[int] = mapped_column(BigInteger, Identity(), unique=True, comment=clear("order of recording"))
    partnership_id: Mapped[uuid.UUID] = mapped_column(comment=clear("handlers open their unit of work in it"))
    event: Mapped[str] = mapped_column(String(60), comment=clear("wire name of the event"))
    version: Mapped[int] = mapped_column(comment=clear("version of the event's shape"))
    payload: Mapped[dict[str, Any]] = mapped_column(comment=clear("ids, codes and dates; never personal data"))
    occurred_at: Mapped[datetime] = mapped_column(comment=clear("the unit of work's now: simulated in a rehearsal"))
    correlation_id: Mapped[uuid.UUID | None] = mapped_column(comment=clear("ties it to the request"))
    state: Mapped[str] = mapped_column(String(8), default="pending", comment=clear("pending, sent, done, dead"))
    attempt: Mapped[int] = mapped_column(default=0, comment=clear("counted before the work is tried"))
    next_at: Mapped[datetime] = mapped_column(
        server_default=func.now(), comment=clear("when it may be tried again, by the database's clock")
    )
    lease_until: Mapped[datetime | None] = mapped_column(comment=clear("a worker has it until then"))
    failure: Mapped[str | None] = mapped_column(String(120), comment=clear("class of the last failure; never its text"))


class HandledMessage(Base):
    """The claim of one handler on one message: inserted in the transaction of its effect, so the effect happens once."""

    __tablename__ = "handled_message"
    __table_args__ = (UniqueConstraint("message_id", "handler"),)

    message_id: Mapped[uuid.UUID] = mapped_column(comment=clear("which message"))
    handler: Mapped[str] = mapped_column(String(80), comment=clear("which handler"))
    handled_at: Mapped[datetime] = mapped_column(comment=clear("when, by the database's clock"))


class ScheduledRun(Base):
    """One slot of scheduled work, claimed by insert: a second beat finds the slot taken and does nothing."""

    __tablename__ = "scheduled_run"
    __table_args__ = (UniqueConstraint("job", "slot"),)

    job: Mapped[str] = mapped_column(String(60), comment=clear("which scheduled work"))
    slot: Mapped[datetime] = mapped_column(comment=clear("the moment it was due"))
    started_at: Mapped[datetime] = mapped_column(comment=clear("when it was claimed"))
    finished_at: Mapped[datetime | None] = mapped_column(comment=clear("when it ended well"))


class Heartbeat(Base):
    """The last proof of life of each process, written by that process. /readyz reads it."""

    __tablename__ = "heartbeat"

    part: Mapped[str] = mapped_column(String(20), unique=True, comment=clear("worker, relay or beat"))
    seen_at: Mapped[datetime] = mapped_column(comment=clear("last proof of life, by the database's clock"))
