"""Tables of the youth case: where it stands, its steps, assessments, team, plan, reviews and disagreements."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from casework.db import Base, InPartnership, clear, inside, sealed
from casework.encryption.sealed import Sealed


class YouthCase(Base, InPartnership):
    """What youth support knows of one case_record: whose it is, where it stands, and its next dates."""

    __tablename__ = "youth_case"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("case_id"),
        inside("case_record", "case_id"),
        inside("person", "person_id"),
        CheckConstraint("level BETWEEN 1 AND 4", name="level_is_one_of_four"),
        Index("ix_youth_case_follow_up", "partnership_id", "follow_up_on"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(comment=clear("which case"))
    person_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("random id of the young person"))
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"), comment=clear("who keeps the file"))
    holder_account_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("account.id"),
        index=True,
        comment=clear("who holds it: the first worker, then the lead professional"),
    )
    stage: Mapped[str] = mapped_column(String(20), comment=clear("code of where it stands"))
    stage_before: Mapped[str | None] = mapped_column(String(20), comment=clear("where it goes back to when returned"))
    stage_since: Mapped[datetime] = mapped_column(comment=clear("since when"))
    level: Mapped[int] = mapped_column(comment=clear("level of need, 1 to 4"))
    source: Mapped[str] = mapped_column(String(12), comment=clear("code: agency, school, parent, self"))
    review_on: Mapped[date | None] = mapped_column(comment=clear("the scheduler needs it"))
    closed_on: Mapped[date | None] = mapped_column(comment=clear("when the work ended"))
    closing_reason: Mapped[str | None] = mapped_column(String(24), comment=clear("code"))
    follow_up_on: Mapped[date | None] = mapped_column(comment=clear("the scheduler needs it"))
    followed_up_on: Mapped[date | None] = mapped_column(comment=clear("when somebody asked whether it lasted"))
    sustained: Mapped[str | None] = mapped_column(String(12), comment=clear("code: yes, partly, no, not_known"))
    key_id: Mapped[uuid.UUID] = mapped_column(comment=clear("data key of the case"))
    concern_sealed: Mapped[bytes] = mapped_column(comment=sealed("what worries whom, as first told"))

    concern = Sealed("concern_sealed", key="key_id", pad=512)


class YouthStep(Base, InPartnership):
    """One step of a youth case, only ever added: from where to where, when, by whom, with the reason."""

    __tablename__ = "youth_step"
    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        inside("case_record", "case_id"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(comment=clear("which case"))
    event: Mapped[str] = mapped_column(String(30), comment=clear("code of what happened"))
    from_stage: Mapped[str | None] = mapped_column(String(20), comment=clear("where it stood"))
    to_stage: Mapped[str] = mapped_column(String(20), comment=clear("where it stands since"))
    level: Mapped[int] = mapped_column(comment=clear("level of need from then on"))
    code: Mapped[str | None] = mapped_column(String(30), comment=clear("code of the reason or answer"))
    at: Mapped[datetime] = mapped_column(comment=clear("when"))
    number: Mapped[int] = mapped_column(comment=clear("order within the case"))
    by_account_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("account.id"), comment=clear("who; empty for what follows by itself")
    )
    agency_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("agency.id"), comment=clear("of which agency"))
    key_id: Mapped[uuid.UUID] = mapped_column(comment=clear("data key of the case"))
    words_sealed: Mapped[bytes | None] = mapped_column(comment=sealed("the reason in words"))

    words = Sealed("words_sealed", key="key_id", pad=256)


class YouthAssessment(Base, InPartnership):
    """One version of an assessment. A change is a further version; none is written over."""

    __tablename__ = "youth_assessment"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("case_id", "kind", "version"),
        inside("case_record", "case_id"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(comment=clear("which case"))
    kind: Mapped[str] = mapped_column(String(12), comment=clear("code: checklist, full"))
    version: Mapped[int] = mapped_column(comment=clear("counted within the case"))
    form: Mapped[str] = mapped_column(String(40), comment=clear("which sections it has, by name and version"))
    assessed_on: Mapped[date] = mapped_column(comment=clear("the day it is of"))
    is_complete: Mapped[bool] = mapped_column(comment=clear("whether a team can be built on it"))
    written_at: Mapped[datetime] = mapped_column(comment=clear("when"))
    written_by_account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), comment=clear("by whom"))
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"), comment=clear("for which agency"))
    key_id: Mapped[uuid.UUID] = mapped_column(comment=clear("data key of the case"))
    content_sealed: Mapped[bytes] = mapped_column(comment=sealed("sections, risk factors, adults, comments"))

    content = Sealed("content_sealed", key="key_id", pad=1024)


class TeamMember(Base, InPartnership):
    """An agency, and its practitioner, on the team around the young person from then until then. One lead at a time."""

    __tablename__ = "team_member"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        inside("case_record", "case_id"),
        Index(
            "uq_team_member_one_lead",
            "case_id",
            unique=True,
            postgresql_where=text("part = 'lead' AND until_at IS NULL"),
        ),
        Index(
            "uq_team_member_once",
            "case_id",
            "agency_id",
            "account_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("until_at IS NULL"),
        ),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(comment=clear("which case"))
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"), comment=clear("which agency"))
    account_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("account.id"), index=True, comment=clear("its practitioner here, when named")
    )
    part: Mapped[str] = mapped_column(String(8), comment=clear("code: lead, member"))
    from_at: Mapped[datetime] = mapped_column(comment=clear("from then"))
    until_at: Mapped[datetime | None] = mapped_column(comment=clear("until before then"))
    invited_by_account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), comment=clear("by whom"))


class PlanAction(Base, InPartnership):
    """One action of the plan: who, what, by when, with which outcome wanted, and what became of it."""

    __tablename__ = "plan_action"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        inside("case_record", "case_id"),
        Index("ix_plan_action_case", "partnership_id", "case_id", "state"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(comment=clear("which case"))
    owner_agency_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("agency.id"), comment=clear("which agency does it; empty for the young person or family")
    )
    owner_account_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("account.id"), comment=clear("its practitioner")
    )
    heading: Mapped[str] = mapped_column(String(24), comment=clear("code of the family outcome it serves"))
    due_on: Mapped[date] = mapped_column(comment=clear("the scheduler needs it"))
    state: Mapped[str] = mapped_column(String(12), comment=clear("agreed, met, partly, not_met, not_needed"))
    affected_at: Mapped[datetime | None] = mapped_column(
        comment=clear("when the end of an agreement put it in question")
    )
    agreed_at: Mapped[datetime] = mapped_column(comment=clear("when"))
    agreed_by_account_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("account.id"), comment=clear("who wrote it down")
    )
    reported_at: Mapped[datetime | None] = mapped_column(comment=clear("when"))
    reported_by_account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), comment=clear("by whom"))
    key_id: Mapped[uuid.UUID] = mapped_column(comment=clear("data key of the case"))
    what_sealed: Mapped[bytes] = mapped_column(comment=sealed("what is done, and the outcome wanted"))
    report_sealed: Mapped[bytes | None] = mapped_column(comment=sealed("what became of it"))

    what = Sealed("what_sealed", key="key_id", pad=256)
    report = Sealed("report_sealed", key="key_id", pad=256)


class PlanReview(Base, InPartnership):
    """One review of the plan: when, the young person's view, whether they still agree, and the next date."""

    __tablename__ = "plan_review"
    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        inside("case_record", "case_id"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(comment=clear("which case"))
    number: Mapped[int] = mapped_column(comment=clear("counted within the case"))
    held_on: Mapped[date] = mapped_column(comment=clear("when"))
    next_on: Mapped[date | None] = mapped_column(comment=clear("when the next one is"))
    decision: Mapped[str] = mapped_column(String(10), comment=clear("code: go_on, close"))
    is_agreed: Mapped[bool] = mapped_column(comment=clear("whether the young person still agrees to the plan"))
    held_by_account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), comment=clear("who led it"))
    key_id: Mapped[uuid.UUID] = mapped_column(comment=clear("data key of the case"))
    content_sealed: Mapped[bytes] = mapped_column(comment=sealed("the young person's view, who was there, outcomes"))

    content = Sealed("content_sealed", key="key_id", pad=512)


class Disagreement(Base, InPartnership):
    """A professional disagreement: which agency opened it, at which named level it stands, and until when it is to be settled."""

    __tablename__ = "disagreement"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        inside("case_record", "case_id"),
        Index(
            "uq_disagreement_one_open",
            "case_id",
            "agency_id",
            unique=True,
            postgresql_where=text("settled_at IS NULL"),
        ),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which case"))
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"), comment=clear("who opened it"))
    raised_by_account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), comment=clear("by whom"))
    level: Mapped[int] = mapped_column(comment=clear("number of the named level"))
    due_at: Mapped[datetime] = mapped_column(comment=clear("the scheduler needs it"))
    raised_at: Mapped[datetime] = mapped_column(comment=clear("when"))
    settled_at: Mapped[datetime | None] = mapped_column(comment=clear("when it was settled"))
    key_id: Mapped[uuid.UUID] = mapped_column(comment=clear("data key of the case"))
    about_sealed: Mapped[bytes] = mapped_column(comment=sealed("what it is about"))
    outcome_sealed: Mapped[bytes | None] = mapped_column(comment=sealed("how it was settled"))

    about = Sealed("about_sealed", key="key_id", pad=256)
    outcome = Sealed("outcome_sealed", key="key_id", pad=256)
