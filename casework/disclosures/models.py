"""Tables of sharing decisions and of disclosures. Both are only ever added to."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casework.db import Base, InPartnership, clear, inside


class SharingDecision(Base, InPartnership):
    """What the sharing rules answered, under which rule set and policy, on which facts."""

    __tablename__ = "sharing_decision"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        inside("case_record", "case_id"),
        inside("policy_version", "policy_version_id"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which case"))
    to_agency_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("agency.id"), comment=clear("asked for which agency; empty for all that hear the round")
    )
    programme: Mapped[str] = mapped_column(String(24), comment=clear("which sharing model"))
    rule_set: Mapped[str] = mapped_column(String(40), comment=clear("name and version of the rules"))
    row: Mapped[str] = mapped_column(String(40), comment=clear("which row of the rules decided"))
    result: Mapped[str] = mapped_column(String(12), comment=clear("code of the answer"))
    basis: Mapped[str | None] = mapped_column(String(60), comment=clear("code of the lawful basis"))
    policy_version_id: Mapped[uuid.UUID | None] = mapped_column(comment=clear("local policy in force"))
    decided_at: Mapped[datetime] = mapped_column(comment=clear("when"))
    decided_by_account_id: Mapped[uuid.UUID | None] = mapped_column(comment=clear("who; empty for the schedule"))


class Disclosure(Base, InPartnership):
    """One act of sharing, or of not sharing, with one agency."""

    __tablename__ = "disclosure"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        inside("case_record", "case_id"),
        inside("sharing_decision", "decision_id"),
        inside("conference", "to_conference_id"),
        CheckConstraint("(to_agency_id IS NULL) <> (to_conference_id IS NULL)", name="to_one_receiver"),
        Index("ix_disclosure_case_agency", "case_id", "to_agency_id"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(comment=clear("which case"))
    decision_id: Mapped[uuid.UUID] = mapped_column(comment=clear("the decision that it cites; never empty"))
    from_agency_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("agency.id"), comment=clear("whose information")
    )
    to_agency_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("agency.id"), comment=clear("who received it"))
    to_conference_id: Mapped[uuid.UUID | None] = mapped_column(
        comment=clear("or all that hear the case in this round; the list's disclosures name them")
    )
    kind: Mapped[str] = mapped_column(String(16), comment=clear("code: list, research, minutes"))
    subject_id: Mapped[uuid.UUID] = mapped_column(comment=clear("random id of the listing, answer or minutes"))
    was_shared: Mapped[bool] = mapped_column(comment=clear("a decision not to share is the same kind of row"))
    disclosed_at: Mapped[datetime] = mapped_column(comment=clear("when"))
