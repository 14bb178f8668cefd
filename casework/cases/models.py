"""Tables of the case: its people, standing, accepted confidentiality, flags and links to other cases. Blocks are in access."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from casework.db import Base, InPartnership, clear, inside


class Case(Base, InPartnership):
    """One victim and the perpetrator or perpetrators of one set. A new perpetrator is a new case; a repeat comes back to this one."""

    __tablename__ = "case_record"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("partnership_id", "number"),
        Index("ix_case_record_list", "partnership_id", "programme", "last_referral_on", "number"),
        inside("marac", "marac_id"),
    )

    marac_id: Mapped[uuid.UUID | None] = mapped_column(comment=clear("which MARAC hears it"))
    programme: Mapped[str] = mapped_column(String(24), comment=clear("which sharing model: marac, youth_support"))
    number: Mapped[str] = mapped_column(String(12), comment=clear("counter; says nothing about anybody"))
    state: Mapped[str] = mapped_column(String(16), comment=clear("workflow state"))
    key_id: Mapped[uuid.UUID] = mapped_column(comment=clear("data key of the case's narrative"))
    opened_on: Mapped[date] = mapped_column(comment=clear("to order and to count"))
    last_referral_on: Mapped[date] = mapped_column(comment=clear("anchor of the repeat rule and the flags"))
    last_conference_on: Mapped[date | None] = mapped_column(comment=clear("the other anchor of the repeat rule"))
    band: Mapped[str | None] = mapped_column(String(12), comment=clear("risk band, to sort by"))
    has_safe_contact: Mapped[bool] = mapped_column(default=False, comment=clear("absence is shown everywhere"))
    children: Mapped[int] = mapped_column(default=0, comment=clear("a count, for the order of the agenda"))


class CasePerson(Base, InPartnership):
    """A person's part in one case."""

    __tablename__ = "case_person"
    __table_args__ = (
        UniqueConstraint("case_id", "person_id", "part"),
        inside("case_record", "case_id"),
        inside("person", "person_id"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which case"))
    person_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("random id of the person"))
    part: Mapped[str] = mapped_column(String(12), comment=clear("code: victim, perpetrator, child, other"))
    relationship_to_victim: Mapped[str | None] = mapped_column(String(24), comment=clear("code"))
    relationship_to_perpetrator: Mapped[str | None] = mapped_column(String(24), comment=clear("code"))
    lives_with: Mapped[str | None] = mapped_column(String(16), comment=clear("code"))


class CaseLink(Base, InPartnership):
    """A tie between two cases that must be seen and never merged: the same couple the other way round, an earlier case."""

    __tablename__ = "case_link"
    __table_args__ = (
        UniqueConstraint("case_id", "other_case_id", "kind"),
        inside("case_record", "case_id"),
        inside("case_record", "other_case_id"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which case"))
    other_case_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("and which other"))
    kind: Mapped[str] = mapped_column(String(24), comment=clear("code: swapped_pair, earlier_case, same_victim"))
    noted_at: Mapped[datetime] = mapped_column(comment=clear("when noticed"))


class Standing(Base, InPartnership):
    """Why an agency or a person may open a case, from when until when. The answer to "why could they see this in March?"."""

    __tablename__ = "standing"
    __table_args__ = (
        inside("case_record", "case_id"),
        CheckConstraint("agency_id IS NOT NULL OR account_id IS NOT NULL", name="somebody_has_it"),
        Index("ix_standing_agency", "partnership_id", "agency_id", "case_id"),
        Index("ix_standing_account", "partnership_id", "account_id", "case_id"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which case"))
    agency_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("agency.id"), comment=clear("which agency has it"))
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), comment=clear("which person has it"))
    kind: Mapped[str] = mapped_column(
        String(24), comment=clear("code: listed_agency, action_owner, idva, referrer, invited, chair")
    )
    conference_id: Mapped[uuid.UUID | None] = mapped_column(
        index=True, comment=clear("the round whose confidentiality must be accepted")
    )
    source_id: Mapped[uuid.UUID] = mapped_column(comment=clear("random id of what gave it: listing, action, referral"))
    from_at: Mapped[datetime] = mapped_column(comment=clear("from then"))
    until_at: Mapped[datetime | None] = mapped_column(comment=clear("until before then"))
    given_by_account_id: Mapped[uuid.UUID | None] = mapped_column(comment=clear("who gave it; empty for the schedule"))


class Confidentiality(Base, InPartnership):
    """A person's acceptance of the confidentiality statement for one round. Without it no case of that round opens."""

    __tablename__ = "confidentiality"
    __table_args__ = (UniqueConstraint("conference_id", "account_id"), inside("conference", "conference_id"))

    conference_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which round"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True, comment=clear("who"))
    statement_version: Mapped[str] = mapped_column(String(20), comment=clear("which wording"))
    accepted_at: Mapped[datetime] = mapped_column(comment=clear("when"))


class Flag(Base, InPartnership):
    """An agency's mark on its own files for twelve months after the latest referral, so that a new contact is recognised as a repeat."""

    __tablename__ = "flag"
    __table_args__ = (
        UniqueConstraint("case_id", "agency_id", "raised_on"),
        UniqueConstraint("partnership_id", "id"),
        inside("case_record", "case_id"),
        Index("ix_flag_lapsing", "partnership_id", "lapses_on", postgresql_where=text("lapsed_at IS NULL")),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which case"))
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"), index=True, comment=clear("whose files"))
    raised_on: Mapped[date] = mapped_column(comment=clear("from this day"))
    lapses_on: Mapped[date] = mapped_column(comment=clear("the scheduler needs it"))
    confirmed_at: Mapped[datetime | None] = mapped_column(
        comment=clear("when the agency said that its files are marked")
    )
    lapsed_at: Mapped[datetime | None] = mapped_column(comment=clear("when it lapsed and the agency was told"))
    end_reason: Mapped[str | None] = mapped_column(String(16), comment=clear("code: lapsed, renewed"))
