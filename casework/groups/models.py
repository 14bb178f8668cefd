"""Tables of the youth group. No column of a group, meeting, entry or attendance leads to a person, a case or a referral.

Only where a partnership runs named-case meetings under an agreement of its own are the last three tables used (G7).
"""

from __future__ import annotations

import uuid
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from casework.db import Base, InPartnership, clear, inside, sealed
from casework.encryption.sealed import Sealed


class YouthGroup(Base, InPartnership):
    """A group of agencies that meets about services, trends and places."""

    __tablename__ = "youth_group"
    __table_args__ = (UniqueConstraint("partnership_id", "id"), UniqueConstraint("partnership_id", "name"))

    name: Mapped[str] = mapped_column(String(120), comment=clear("public name"))
    frequency: Mapped[str | None] = mapped_column(
        String(16),
        comment=clear("code: week, fortnight, four_weeks, month; empty where meetings are called one by one"),
    )
    starts_on: Mapped[date | None] = mapped_column(comment=clear("first meeting of the series; gives the weekday"))
    meets_at_time: Mapped[time] = mapped_column(comment=clear("London time of its meetings"))
    venue: Mapped[str] = mapped_column(String(200), comment=clear("where it meets; no home of anybody"))
    localities: Mapped[dict[str, Any]] = mapped_column(comment=clear("codes and public names of whole areas"))
    founded_at: Mapped[datetime] = mapped_column(comment=clear("when"))
    founded_by_account_id: Mapped[uuid.UUID | None] = mapped_column(comment=clear("by whom"))
    key_id: Mapped[uuid.UUID] = mapped_column(comment=clear("data key of what the group writes"))


class GroupMember(Base, InPartnership):
    """An agency's seat in a group, from when until when."""

    __tablename__ = "group_member"
    __table_args__ = (
        inside("youth_group", "group_id"),
        Index("uq_group_member_once", "group_id", "agency_id", unique=True, postgresql_where=text("until_on IS NULL")),
    )

    group_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which group"))
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"), index=True, comment=clear("which agency"))
    from_on: Mapped[date] = mapped_column(comment=clear("from this day"))
    until_on: Mapped[date | None] = mapped_column(comment=clear("until before this day"))


class GroupMode(Base, InPartnership):
    """Local policy from a day on: whether named cases may be heard. Versions are added, never changed."""

    __tablename__ = "group_mode"
    __table_args__ = (
        UniqueConstraint("group_id", "version"),
        inside("youth_group", "group_id"),
        CheckConstraint("mode IN ('no_names', 'named_case')", name="mode_is_known"),
    )

    group_id: Mapped[uuid.UUID] = mapped_column(comment=clear("which group"))
    version: Mapped[int] = mapped_column(comment=clear("1, 2, 3 …"))
    from_on: Mapped[date] = mapped_column(comment=clear("in force from this day"))
    mode: Mapped[str] = mapped_column(String(12), comment=clear("code: no_names, named_case"))
    decided_by_account_id: Mapped[uuid.UUID | None] = mapped_column(comment=clear("who recorded it"))
    decided_at: Mapped[datetime] = mapped_column(comment=clear("when"))
    key_id: Mapped[uuid.UUID] = mapped_column(comment=clear("data key of what the group writes"))
    ground_sealed: Mapped[bytes] = mapped_column(comment=sealed("under which agreement, in words"))

    ground = Sealed("ground_sealed", key="key_id", pad=256)


class GroupMeeting(Base, InPartnership):
    """One meeting: its day, agenda, and the minutes that the chair confirmed and issued."""

    __tablename__ = "group_meeting"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("group_id", "planned_on"),
        inside("youth_group", "group_id"),
        CheckConstraint(
            "issued_at IS NULL OR (confirmed_at IS NOT NULL AND minutes_sealed IS NOT NULL)",
            name="issued_on_the_chairs_word",
        ),
    )

    group_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which group"))
    planned_on: Mapped[date] = mapped_column(comment=clear("the day by the series"))
    meets_on: Mapped[date] = mapped_column(comment=clear("the day it really meets, London"))
    meets_at: Mapped[datetime] = mapped_column(comment=clear("clock"))
    moved_because: Mapped[str | None] = mapped_column(
        String(80), comment=clear("name of the bank holiday it was moved off")
    )
    confirmed_at: Mapped[datetime | None] = mapped_column(
        comment=clear("when the chair confirmed that no individual was discussed")
    )
    confirmed_by_account_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("account.id"), comment=clear("which chair confirmed it")
    )
    issued_at: Mapped[datetime | None] = mapped_column(comment=clear("when the minutes went to the members"))
    key_id: Mapped[uuid.UUID] = mapped_column(comment=clear("data key of what the group writes"))
    agenda_sealed: Mapped[bytes | None] = mapped_column(comment=sealed("the items, in words"))
    minutes_sealed: Mapped[bytes | None] = mapped_column(comment=sealed("the minutes as issued"))

    agenda = Sealed("agenda_sealed", key="key_id", pad=512)
    minutes = Sealed("minutes_sealed", key="key_id", pad=1024)


class GroupAttendance(Base, InPartnership):
    """Whether a practitioner was at one meeting."""

    __tablename__ = "group_attendance"
    __table_args__ = (UniqueConstraint("meeting_id", "account_id"), inside("group_meeting", "meeting_id"))

    meeting_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which meeting"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), comment=clear("which practitioner"))
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"), comment=clear("for which agency"))
    state: Mapped[str] = mapped_column(String(12), comment=clear("present, apologies, absent"))
    recorded_at: Mapped[datetime] = mapped_column(comment=clear("when"))


class GroupEntry(Base, InPartnership):
    """One entry of the kinds that a group may write: about agencies, counts, places and services."""

    __tablename__ = "group_entry"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        inside("youth_group", "group_id"),
        inside("group_meeting", "meeting_id"),
        CheckConstraint(
            "kind IN ('agency_update', 'trend', 'place_issue', 'joint_work', 'service_change', 'agency_action')",
            name="kind_is_one_of_six",
        ),
        CheckConstraint(
            "(kind = 'agency_action') = (owner_agency_id IS NOT NULL AND due_on IS NOT NULL)",
            name="an_action_is_an_agencys",
        ),
        CheckConstraint(
            "(kind = 'trend') = (measure IS NOT NULL AND period_from IS NOT NULL AND period_until IS NOT NULL)",
            name="a_trend_has_measure_and_period",
        ),
    )

    group_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which group"))
    meeting_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("for which meeting"))
    kind: Mapped[str] = mapped_column(String(16), comment=clear("code of the six kinds"))
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"), comment=clear("whose entry"))
    account_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("account.id"), comment=clear("which practitioner wrote it")
    )
    locality: Mapped[str | None] = mapped_column(String(12), comment=clear("code of a whole area"))
    measure: Mapped[str | None] = mapped_column(String(24), comment=clear("code of what was counted"))
    period_from: Mapped[date | None] = mapped_column(comment=clear("first day of the first month counted"))
    period_until: Mapped[date | None] = mapped_column(comment=clear("first day of the month after the last"))
    owner_agency_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("agency.id"), comment=clear("which agency is to do it")
    )
    due_on: Mapped[date | None] = mapped_column(comment=clear("by when"))
    done_at: Mapped[datetime | None] = mapped_column(comment=clear("when the agency said it was done"))
    written_at: Mapped[datetime] = mapped_column(comment=clear("when"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(comment=clear("when its agency took it back"))
    confirmed_doubts: Mapped[int] = mapped_column(
        default=0, comment=clear("how many marked words the writer said are no person")
    )
    key_id: Mapped[uuid.UUID] = mapped_column(comment=clear("data key of what the group writes"))
    content_sealed: Mapped[bytes] = mapped_column(comment=sealed("the words, or the counts as they may be shown"))

    content = Sealed("content_sealed", key="key_id", pad=512)


class GroupNamedCase(Base, InPartnership):
    """A case put on a meeting's agenda where named-case meetings are held (G7)."""

    __tablename__ = "group_named_case"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("meeting_id", "case_id"),
        inside("group_meeting", "meeting_id"),
        inside("case_record", "case_id"),
    )

    meeting_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which meeting"))
    case_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which case"))
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"), comment=clear("which agency brings it"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), comment=clear("who brings it"))
    brought_at: Mapped[datetime] = mapped_column(comment=clear("when"))
    heard_at: Mapped[datetime | None] = mapped_column(comment=clear("when it was heard"))
    key_id: Mapped[uuid.UUID] = mapped_column(comment=clear("data key of the case"))
    declared_sealed: Mapped[bytes] = mapped_column(comment=sealed("what is to be told, and what was declared about it"))

    declared = Sealed("declared_sealed", key="key_id", pad=512)


class GroupClearance(Base, InPartnership):
    """Whether one agency may hear one named case, by which decision."""

    __tablename__ = "group_clearance"
    __table_args__ = (
        UniqueConstraint("named_case_id", "agency_id"),
        inside("group_named_case", "named_case_id"),
        inside("sharing_decision", "decision_id"),
        CheckConstraint("is_own OR decision_id IS NOT NULL", name="others_need_a_decision"),
    )

    named_case_id: Mapped[uuid.UUID] = mapped_column(comment=clear("which case of the meeting"))
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"), comment=clear("which agency"))
    is_own: Mapped[bool] = mapped_column(comment=clear("the agency that brings it needs no decision"))
    may_hear: Mapped[bool] = mapped_column(comment=clear("who may not is asked to leave"))
    decision_id: Mapped[uuid.UUID | None] = mapped_column(comment=clear("the decision that it rests on"))
    decided_at: Mapped[datetime] = mapped_column(comment=clear("when"))


class GroupRoom(Base, InPartnership):
    """Who was in the room while one named case was heard, and who had left."""

    __tablename__ = "group_room"
    __table_args__ = (UniqueConstraint("named_case_id", "account_id"), inside("group_named_case", "named_case_id"))

    named_case_id: Mapped[uuid.UUID] = mapped_column(comment=clear("which case of the meeting"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), comment=clear("which practitioner"))
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"), comment=clear("for which agency"))
    was_in: Mapped[bool] = mapped_column(comment=clear("in the room, or had left it"))
    recorded_at: Mapped[datetime] = mapped_column(comment=clear("when"))
