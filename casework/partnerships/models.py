"""Tables of a partnership: its member agencies with their protocol, its dated policy, its extra holidays."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casework.db import Base, InPartnership, clear


class Partnership(Base):
    """One team's partnership: the tenant. It may run several MARACs with shared agencies."""

    __tablename__ = "partnership"

    slug: Mapped[str] = mapped_column(String(60), unique=True, comment=clear("known name in commands"))
    name: Mapped[str] = mapped_column(String(120), comment=clear("public name"))
    jurisdiction: Mapped[str] = mapped_column(String(20), default="england", comment=clear("whose law applies"))
    next_case_number: Mapped[int] = mapped_column(default=2001, comment=clear("counter of case numbers"))


class PartnershipAgency(Base, InPartnership):
    """An agency's membership. Without a signed and unexpired protocol nobody of that agency opens a case."""

    __tablename__ = "partnership_agency"
    __table_args__ = (UniqueConstraint("partnership_id", "agency_id"), UniqueConstraint("partnership_id", "id"))

    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"), index=True, comment=clear("which agency"))
    key_id: Mapped[uuid.UUID] = mapped_column(comment=clear("data key of the agency's private notes here"))
    is_core: Mapped[bool] = mapped_column(default=True, comment=clear("asked about every listed case"))
    joined_on: Mapped[date] = mapped_column(comment=clear("member from this day"))
    left_on: Mapped[date | None] = mapped_column(comment=clear("member until before this day"))
    protocol_version: Mapped[str | None] = mapped_column(String(40), comment=clear("which protocol was signed"))
    protocol_signed_on: Mapped[date | None] = mapped_column(comment=clear("signed by the agency's chief on"))
    protocol_expires_on: Mapped[date | None] = mapped_column(comment=clear("no longer good from this day"))


class PolicyVersion(Base, InPartnership):
    """Local practice from a date: clocks, thresholds, the repeat rule. Versions are added, never changed."""

    __tablename__ = "policy_version"
    __table_args__ = (
        UniqueConstraint("partnership_id", "programme", "version"),
        UniqueConstraint("partnership_id", "id"),
        CheckConstraint("version > 0", name="version_positive"),
    )

    programme: Mapped[str] = mapped_column(String(24), comment=clear("marac or youth_support"))
    version: Mapped[int] = mapped_column(comment=clear("1, 2, 3 …; each decision keeps the one that it used"))
    from_date: Mapped[date] = mapped_column(comment=clear("in force from this day"))
    settings: Mapped[dict[str, Any]] = mapped_column(comment=clear("numbers and codes of local practice"))
    decided_by_account_id: Mapped[uuid.UUID | None] = mapped_column(comment=clear("who recorded it"))


class ExtraHoliday(Base, InPartnership):
    """A holiday beside the bank holidays that Casework knows: a proclaimed day, or an office closure."""

    __tablename__ = "extra_holiday"
    __table_args__ = (UniqueConstraint("partnership_id", "on_date"),)

    on_date: Mapped[date] = mapped_column(comment=clear("the day"))
    reason: Mapped[str] = mapped_column(String(80), comment=clear("public name of the holiday"))
