"""Tables of the trail. Entries hold ids and codes, never content. Nothing here is ever updated or deleted (a trigger says no as well)."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, Index, String, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from casework.db import Base, clear


class AuditEntry(Base):
    """One act, view, refusal or sign-in, written in the same transaction as the act itself."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_subject", "subject_id", "at"),
        Index("ix_audit_entry_sealing", "partnership_id", "written_at"),
    )

    partnership_id: Mapped[uuid.UUID | None] = mapped_column(
        comment=clear("whose chain; empty for sign-ins and the installation")
    )
    at: Mapped[datetime] = mapped_column(comment=clear("when, by the unit of work's clock"))
    written_at: Mapped[datetime] = mapped_column(
        server_default=func.clock_timestamp(), comment=clear("when the row was written, by the database's clock")
    )
    actor_kind: Mapped[str] = mapped_column(String(12), comment=clear("code: person, system, operator, anonymous"))
    account_id: Mapped[uuid.UUID | None] = mapped_column(comment=clear("random id of the account"))
    agency_id: Mapped[uuid.UUID | None] = mapped_column(comment=clear("random id of the agency"))
    act: Mapped[str] = mapped_column(String(60), comment=clear("code of what was done"))
    subject_kind: Mapped[str | None] = mapped_column(String(40), comment=clear("code of the sort of thing"))
    subject_id: Mapped[uuid.UUID | None] = mapped_column(comment=clear("random id of the thing"))
    purpose: Mapped[str | None] = mapped_column(String(40), comment=clear("code of why data were opened"))
    outcome: Mapped[str] = mapped_column(String(12), comment=clear("code: done, viewed, refused"))
    reason: Mapped[str | None] = mapped_column(
        String(60), comment=clear("code of the rule that refused, or a detail code")
    )
    correlation_id: Mapped[uuid.UUID | None] = mapped_column(comment=clear("ties entries of one request together"))


class AuditLink(Base):
    """The place of one entry in its partnership's chain: position and the hash over the entry and the link before it."""

    __tablename__ = "audit_link"
    __table_args__ = (UniqueConstraint("chain_id", "position"),)

    chain_id: Mapped[uuid.UUID] = mapped_column(
        comment=clear("the partnership's id; the nil id for the installation's chain")
    )
    position: Mapped[int] = mapped_column(BigInteger, comment=clear("1, 2, 3 … without a gap"))
    entry_id: Mapped[uuid.UUID] = mapped_column(unique=True, comment=clear("which entry"))
    hash: Mapped[bytes] = mapped_column(comment=clear("SHA-256 over the link before and the entry"))


class AuditCheckpoint(Base):
    """A signed statement of a chain's length and last hash; the same line is written outside the database."""

    __tablename__ = "audit_checkpoint"
    __table_args__ = (UniqueConstraint("chain_id", "position"),)

    chain_id: Mapped[uuid.UUID] = mapped_column(comment=clear("which chain"))
    position: Mapped[int] = mapped_column(BigInteger, comment=clear("length of the chain then"))
    hash: Mapped[bytes] = mapped_column(comment=clear("hash of the last link then"))
    signed_at: Mapped[datetime] = mapped_column(comment=clear("when it was signed"))
    signature: Mapped[bytes] = mapped_column(comment=clear("Ed25519 over chain, position, hash and time"))
