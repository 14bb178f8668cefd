"""Tables of accounts, memberships, invitations, codes and sessions.

These lie outside row-level security: sign-in comes before a partnership is known.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casework.db import Base, clear, index, sealed
from casework.encryption.sealed import Sealed


class Account(Base):
    """One person who may sign in. The profile (name, e-mail, post) is sealed; sign-in finds it by a keyed index of the e-mail."""

    __tablename__ = "account"

    key_id: Mapped[uuid.UUID] = mapped_column(comment=clear("data key of this account"))
    agency_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("agency.id"), index=True, comment=clear("whose worker")
    )
    email_token: Mapped[bytes] = mapped_column(
        unique=True, comment=index("e-mail; shows only that two rows are equal, which never happens")
    )
    profile_sealed: Mapped[bytes] = mapped_column(comment=sealed("name, e-mail, post"))
    secret_sealed: Mapped[bytes | None] = mapped_column(comment=sealed("secret of the one-time codes"))
    password_hash: Mapped[str | None] = mapped_column(String(200), comment=clear("argon2id with its own salt"))
    last_code_step: Mapped[int | None] = mapped_column(BigInteger, comment=clear("a one-time code works once"))
    state: Mapped[str] = mapped_column(String(12), default="invited", comment=clear("invited, active, suspended"))
    created_at: Mapped[datetime] = mapped_column(comment=clear("when invited"))

    profile = Sealed("profile_sealed", key="key_id", pad=256)
    secret = Sealed("secret_sealed", key="key_id", pad=64)


class Membership(Base):
    """A role held by an account in one partnership, from a day until a day."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("account_id", "partnership_id", "role", "from_date"),)

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True, comment=clear("who"))
    partnership_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("partnership.id"), index=True, comment=clear("where"))
    role: Mapped[str] = mapped_column(String(20), comment=clear("role code"))
    from_date: Mapped[date] = mapped_column(comment=clear("from this day"))
    until_date: Mapped[date | None] = mapped_column(comment=clear("until before this day"))
    deputises_for_account_id: Mapped[uuid.UUID | None] = mapped_column(comment=clear("stands in for this person"))


class Invitation(Base):
    """A single-use link by which somebody sets a password and one-time codes."""

    __tablename__ = "invitation"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True, comment=clear("for whom"))
    token_hash: Mapped[bytes] = mapped_column(unique=True, comment=clear("SHA-256 of a 256-bit random token"))
    expires_at: Mapped[datetime] = mapped_column(comment=clear("no longer good from then"))
    used_at: Mapped[datetime | None] = mapped_column(comment=clear("used once, then"))


class RecoveryCode(Base):
    """One of the codes that replace a lost one-time-code device; each works once."""

    __tablename__ = "recovery_code"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True, comment=clear("whose"))
    code_hash: Mapped[bytes] = mapped_column(comment=clear("SHA-256 of an 80-bit random code"))
    used_at: Mapped[datetime | None] = mapped_column(comment=clear("used once, then"))


class SignInSession(Base):
    """A session kept on the server: idle 15 minutes, 8 hours at most, ended everywhere at once when rights change."""

    __tablename__ = "sign_in_session"

    token_hash: Mapped[bytes] = mapped_column(unique=True, comment=clear("SHA-256 of a 256-bit random token"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True, comment=clear("whose"))
    partnership_id: Mapped[uuid.UUID | None] = mapped_column(comment=clear("where the person works at the moment"))
    started_at: Mapped[datetime] = mapped_column(comment=clear("signed in at"))
    seen_at: Mapped[datetime] = mapped_column(comment=clear("last request, to the minute"))
    ended_at: Mapped[datetime | None] = mapped_column(comment=clear("signed out, or ended"))
    end_reason: Mapped[str | None] = mapped_column(String(20), comment=clear("code of why it ended"))


class SignInAttempt(Base):
    """One attempt to sign in, for the limits on each account and on each source. Kept for a day."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (
        Index("ix_sign_in_attempt_who", "email_token", "at"),
        Index("ix_sign_in_attempt_from", "source_token", "at"),
    )

    email_token: Mapped[bytes] = mapped_column(comment=index("e-mail tried; shows repeated tries at one address"))
    source_token: Mapped[bytes] = mapped_column(comment=index("network address; shows repeated tries from one place"))
    at: Mapped[datetime] = mapped_column(comment=clear("when"))
    succeeded: Mapped[bool] = mapped_column(comment=clear("whether it worked"))
