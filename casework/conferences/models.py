"""Tables of MARACs, conferences, listings and attendance. Minutes have a concept of their own."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casework.db import Base, InPartnership, clear, inside, sealed
from casework.encryption.sealed import Sealed


class Marac(Base, InPartnership):
    """One MARAC of a partnership: its area and its series of sittings."""

    __tablename__ = "marac"
    __table_args__ = (UniqueConstraint("partnership_id", "slug"), UniqueConstraint("partnership_id", "id"))

    slug: Mapped[str] = mapped_column(String(60), comment=clear("known name in files"))
    name: Mapped[str] = mapped_column(String(120), comment=clear("public name"))
    frequency: Mapped[str] = mapped_column(String(16), comment=clear("code: week, fortnight, four_weeks, month"))
    starts_on: Mapped[date] = mapped_column(comment=clear("first sitting of the series; gives the weekday"))
    sits_at_time: Mapped[time] = mapped_column(comment=clear("London time of the sitting"))
    venue: Mapped[str] = mapped_column(String(200), comment=clear("where the sittings are; no home of anybody"))
    capacity: Mapped[int] = mapped_column(comment=clear("cases a sitting"))
    minutes_a_case: Mapped[int] = mapped_column(default=12, comment=clear("target for the clock of each case"))
    postcode_areas: Mapped[str] = mapped_column(
        String(400), default="", comment=clear("outward codes of its area, separated by spaces")
    )


class Conference(Base, InPartnership):
    """One round: list out, research, sitting, minutes, with the instant of each clock."""

    __tablename__ = "conference"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("marac_id", "planned_on"),
        inside("marac", "marac_id"),
        inside("policy_version", "policy_version_id"),
        CheckConstraint(
            "cut_off_at < list_out_at AND list_out_at < research_due_at AND research_due_at < sits_at",
            name="clocks_in_order",
        ),
        Index("ix_conference_state", "partnership_id", "state", "sits_at"),
    )

    marac_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which MARAC"))
    planned_on: Mapped[date] = mapped_column(comment=clear("the day by the series"))
    sits_on: Mapped[date] = mapped_column(comment=clear("the day it really sits, London"))
    moved_because: Mapped[str | None] = mapped_column(
        String(80), comment=clear("name of the bank holiday it was moved off")
    )
    sits_at: Mapped[datetime] = mapped_column(comment=clear("clock"))
    cut_off_at: Mapped[datetime] = mapped_column(comment=clear("clock"))
    list_out_at: Mapped[datetime] = mapped_column(comment=clear("clock"))
    research_due_at: Mapped[datetime] = mapped_column(comment=clear("clock"))
    actions_out_at: Mapped[datetime] = mapped_column(comment=clear("clock"))
    minutes_out_at: Mapped[datetime] = mapped_column(comment=clear("clock"))
    capacity: Mapped[int] = mapped_column(comment=clear("cases this time"))
    state: Mapped[str] = mapped_column(String(16), default="planned", comment=clear("workflow state"))
    policy_version_id: Mapped[uuid.UUID] = mapped_column(comment=clear("local policy that set the clocks"))
    chair_account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), comment=clear("who chairs"))
    listed_at: Mapped[datetime | None] = mapped_column(comment=clear("when the list went out"))
    started_at: Mapped[datetime | None] = mapped_column(comment=clear("when the sitting began"))
    ended_at: Mapped[datetime | None] = mapped_column(comment=clear("when it ended"))
    invitation_sequence: Mapped[int] = mapped_column(default=0, comment=clear("version of the calendar invitation"))


class Listing(Base, InPartnership):
    """One case on one round's list, and what was recorded when it was heard."""

    __tablename__ = "listing"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("conference_id", "case_id"),
        inside("conference", "conference_id"),
        inside("case_record", "case_id"),
        CheckConstraint("NOT is_late OR chair_agreed_by_account_id IS NOT NULL", name="late_needs_the_chair"),
    )

    conference_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which round"))
    case_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which case"))
    referral_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which referral brought it"))
    state: Mapped[str] = mapped_column(
        String(12), default="listed", comment=clear("listed, heard, deferred, moved, withdrawn")
    )
    position: Mapped[int | None] = mapped_column(comment=clear("place on the agenda, given when the list goes out"))
    is_repeat: Mapped[bool] = mapped_column(default=False, comment=clear("opens on last time's plan"))
    is_late: Mapped[bool] = mapped_column(default=False, comment=clear("added after the cut-off"))
    chair_agreed_by_account_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("account.id"), comment=clear("whose word let a late case in")
    )
    times_moved: Mapped[int] = mapped_column(default=0, comment=clear("a case is moved on for room only once"))
    moved_to_conference_id: Mapped[uuid.UUID | None] = mapped_column(
        comment=clear("where a deferred or moved case went")
    )
    left_because: Mapped[str | None] = mapped_column(String(24), comment=clear("code of why it was deferred or moved"))
    actions_agreed: Mapped[int] = mapped_column(
        default=0, comment=clear("a count, so that a hearing without any is noticed")
    )
    referred_on: Mapped[date] = mapped_column(
        comment=clear("who moves when there is no room, and the order of hearing")
    )
    score: Mapped[int] = mapped_column(comment=clear("who moves when there is no room"))
    routes: Mapped[dict[str, Any]] = mapped_column(comment=clear("codes of the routes in that hold"))
    has_children: Mapped[bool] = mapped_column(default=False, comment=clear("heard first; stays when there is no room"))
    is_imminent: Mapped[bool] = mapped_column(default=False, comment=clear("stays when there is no room"))
    listed_at: Mapped[datetime] = mapped_column(comment=clear("when put on the list"))
    started_at: Mapped[datetime | None] = mapped_column(comment=clear("clock of the case"))
    ended_at: Mapped[datetime | None] = mapped_column(comment=clear("clock of the case"))
    key_id: Mapped[uuid.UUID] = mapped_column(comment=clear("data key of the case"))
    hearing_sealed: Mapped[bytes | None] = mapped_column(
        comment=sealed("victim's voice, risks, crimes disclosed, who tells the victim, words of a deferral")
    )
    version: Mapped[int] = mapped_column(
        default=1, comment=clear("so that two people at the table do not overwrite each other")
    )

    hearing = Sealed("hearing_sealed", key="key_id", pad=1024)


class Attendance(Base, InPartnership):
    """Whether somebody was at one sitting, and for whom they stood in."""

    __tablename__ = "attendance"
    __table_args__ = (UniqueConstraint("conference_id", "account_id"), inside("conference", "conference_id"))

    conference_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which round"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), comment=clear("who"))
    agency_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("agency.id"), comment=clear("for which agency"))
    state: Mapped[str] = mapped_column(String(12), comment=clear("expected, present, apologies, absent, observer"))
    deputises_for_account_id: Mapped[uuid.UUID | None] = mapped_column(comment=clear("stands in for this person"))
    recorded_at: Mapped[datetime] = mapped_column(comment=clear("when"))
