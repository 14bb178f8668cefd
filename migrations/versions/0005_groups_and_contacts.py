"""The youth group with its meetings and entries, and contacts between two agencies.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.row_security import insert_only, protect

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = (
    "youth_group",
    "group_meeting",
    "group_member",
    "group_mode",
    "contact",
    "group_attendance",
    "group_entry",
    "group_named_case",
    "contact_step",
    "group_clearance",
    "group_room",
    "contact_subject",
)
# Local policy and what happened are added to, and never written over.
INSERT_ONLY = ("group_mode", "contact_step")


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "youth_group",
        sa.Column("id", sa.Uuid(), nullable=False, comment="clear: random, says nothing"),
        sa.Column("partnership_id", sa.Uuid(), nullable=False, comment="clear: row-level security needs it"),
        sa.Column("name", sa.String(length=120), nullable=False, comment="clear: public name"),
        sa.Column(
            "frequency",
            sa.String(length=16),
            nullable=True,
            comment="clear: code: week, fortnight, four_weeks, month; empty where meetings are called one by one",
        ),
        sa.Column(
            "starts_on", sa.Date(), nullable=True, comment="clear: first meeting of the series; gives the weekday"
        ),
        sa.Column("meets_at_time", sa.Time(), nullable=False, comment="clear: London time of its meetings"),
        sa.Column("venue", sa.String(length=200), nullable=False, comment="clear: where it meets; no home of anybody"),
        sa.Column(
            "localities",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="clear: codes and public names of whole areas",
        ),
        sa.Column("founded_at", sa.DateTime(timezone=True), nullable=False, comment="clear: when"),
        sa.Column("founded_by_account_id", sa.Uuid(), nullable=True, comment="clear: by whom"),
        sa.Column("key_id", sa.Uuid(), nullable=False, comment="clear: data key of what the group writes"),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_youth_group_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_youth_group")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_youth_group_partnership_id_id")),
        sa.UniqueConstraint("partnership_id", "name", name=op.f("uq_youth_group_partnership_id_name")),
    )
    op.create_index(op.f("ix_youth_group_partnership_id"), "youth_group", ["partnership_id"], unique=False)
    op.create_table(
        "group_meeting",
        sa.Column("id", sa.Uuid(), nullable=False, comment="clear: random, says nothing"),
        sa.Column("partnership_id", sa.Uuid(), nullable=False, comment="clear: row-level security needs it"),
        sa.Column("group_id", sa.Uuid(), nullable=False, comment="clear: which group"),
        sa.Column("planned_on", sa.Date(), nullable=False, comment="clear: the day by the series"),
        sa.Column("meets_on", sa.Date(), nullable=False, comment="clear: the day it really meets, London"),
        sa.Column("meets_at", sa.DateTime(timezone=True), nullable=False, comment="clear: clock"),
        sa.Column(
            "moved_because",
            sa.String(length=80),
            nullable=True,
            comment="clear: name of the bank holiday it was moved off",
        ),
        sa.Column(
            "confirmed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="clear: when the chair confirmed that no individual was discussed",
        ),
        sa.Column("confirmed_by_account_id", sa.Uuid(), nullable=True, comment="clear: which chair confirmed it"),
        sa.Column(
            "issued_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="clear: when the minutes went to the members",
        ),
        sa.Column("key_id", sa.Uuid(), nullable=False, comment="clear: data key of what the group writes"),
        sa.Column("agenda_sealed", sa.LargeBinary(), nullable=True, comment="sealed: the items, in words"),
        sa.Column("minutes_sealed", sa.LargeBinary(), nullable=True, comment="sealed: the minutes as issued"),
        sa.CheckConstraint(
            "issued_at IS NULL OR (confirmed_at IS NOT NULL AND minutes_sealed IS NOT NULL)",
            name=op.f("ck_group_meeting_issued_on_the_chairs_word"),
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by_account_id"], ["account.id"], name=op.f("fk_group_meeting_confirmed_by_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "group_id"],
            ["youth_group.partnership_id", "youth_group.id"],
            name=op.f("fk_group_meeting_partnership_id_group_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_group_meeting_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_meeting")),
        sa.UniqueConstraint("group_id", "planned_on", name=op.f("uq_group_meeting_group_id_planned_on")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_group_meeting_partnership_id_id")),
    )
    op.create_index(op.f("ix_group_meeting_group_id"), "group_meeting", ["group_id"], unique=False)
    op.create_index(op.f("ix_group_meeting_partnership_id"), "group_meeting", ["partnership_id"], unique=False)
    op.create_table(
        "group_member",
        sa.Column("id", sa.Uuid(), nullable=False, comment="clear: random, says nothing"),
        sa.Column("partnership_id", sa.Uuid(), nullable=False, comment="clear: row-level security needs it"),
        sa.Column("group_id", sa.Uuid(), nullable=False, comment="clear: which group"),
        sa.Column("agency_id", sa.Uuid(), nullable=False, comment="clear: which agency"),
        sa.Column("from_on", sa.Date(), nullable=False, comment="clear: from this day"),
        sa.Column("until_on", sa.Date(), nullable=True, comment="clear: until before this day"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_group_member_agency_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "group_id"],
            ["youth_group.partnership_id", "youth_group.id"],
            name=op.f("fk_group_member_partnership_id_group_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_group_member_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_member")),
    )
    op.create_index(op.f("ix_group_member_agency_id"), "group_member", ["agency_id"], unique=False)
    op.create_index(op.f("ix_group_member_group_id"), "group_member", ["group_id"], unique=False)
    op.create_index(op.f("ix_group_member_partnership_id"), "group_member", ["partnership_id"], unique=False)
    op.create_index(
        "uq_group_member_once",
        "group_member",
        ["group_id", "agency_id"],
        unique=True,
        postgresql_where=sa.text("until_on IS NULL"),
    )
    op.create_table(
        "group_mode",
        sa.Column("id", sa.Uuid(), nullable=False, comment="clear: random, says nothing"),
        sa.Column("partnership_id", sa.Uuid(), nullable=False, comment="clear: row-level security needs it"),
        sa.Column("group_id", sa.Uuid(), nullable=False, comment="clear: which group"),
        sa.Column("version", sa.Integer(), nullable=False, comment="clear: 1, 2, 3 …"),
        sa.Column("from_on", sa.Date(), nullable=False, comment="clear: in force from this day"),
        sa.Column("mode", sa.String(length=12), nullable=False, comment="clear: code: no_names, named_case"),
        sa.Column("decided_by_account_id", sa.Uuid(), nullable=True, comment="clear: who recorded it"),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False, comment="clear: when"),
        sa.Column("key_id", sa.Uuid(), nullable=False, comment="clear: data key of what the group writes"),
        sa.Column("ground_sealed", sa.LargeBinary(), nullable=False, comment="sealed: under which agreement, in words"),
        sa.CheckConstraint("mode IN ('no_names', 'named_case')", name=op.f("ck_group_mode_mode_is_known")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "group_id"],
            ["youth_group.partnership_id", "youth_group.id"],
            name=op.f("fk_group_mode_partnership_id_group_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_group_mode_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_mode")),
        sa.UniqueConstraint("group_id", "version", name=op.f("uq_group_mode_group_id_version")),
    )
    op.create_index(op.f("ix_group_mode_partnership_id"), "group_mode", ["partnership_id"], unique=False)
    op.create_table(
        "contact",
        sa.Column("id", sa.Uuid(), nullable=False, comment="clear: random, says nothing"),
        sa.Column("partnership_id", sa.Uuid(), nullable=False, comment="clear: row-level security needs it"),
        sa.Column("from_agency_id", sa.Uuid(), nullable=False, comment="clear: which agency asks"),
        sa.Column("from_account_id", sa.Uuid(), nullable=False, comment="clear: who asks"),
        sa.Column("to_agency_id", sa.Uuid(), nullable=False, comment="clear: which agency is asked"),
        sa.Column("to_account_id", sa.Uuid(), nullable=True, comment="clear: its practitioner, when one is named"),
        sa.Column(
            "about", sa.String(length=12), nullable=False, comment="clear: code: young_person, siblings, question"
        ),
        sa.Column(
            "topic", sa.String(length=24), nullable=False, comment="clear: code of the topic, all that is told at first"
        ),
        sa.Column(
            "locality", sa.String(length=12), nullable=True, comment="clear: code of a whole area, told at first"
        ),
        sa.Column("purpose", sa.String(length=24), nullable=False, comment="clear: code of what it may be used for"),
        sa.Column("state", sa.String(length=16), nullable=False, comment="clear: workflow state"),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False, comment="clear: when"),
        sa.Column("answer_due_at", sa.DateTime(timezone=True), nullable=False, comment="clear: 48 hours to answer"),
        sa.Column(
            "closes_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="clear: ends by itself when nobody has answered",
        ),
        sa.Column(
            "acknowledged_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="clear: when what came was acknowledged",
        ),
        sa.Column(
            "answered_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="clear: when it was accepted, declined or passed on",
        ),
        sa.Column("answered_by_account_id", sa.Uuid(), nullable=True, comment="clear: who answered"),
        sa.Column("reason", sa.String(length=24), nullable=True, comment="clear: code of why it was declined"),
        sa.Column(
            "pointed_to_agency_id",
            sa.Uuid(),
            nullable=True,
            comment="clear: who might help instead; nothing goes there by it",
        ),
        sa.Column(
            "accepted_case_id",
            sa.Uuid(),
            nullable=True,
            comment="clear: the case in the answering agency's own list, for that agency only",
        ),
        sa.Column(
            "risk_told_at", sa.DateTime(timezone=True), nullable=True, comment="clear: when a risk of harm was told of"
        ),
        sa.Column("risk_told_by_agency_id", sa.Uuid(), nullable=True, comment="clear: by which of the two"),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True, comment="clear: when it ended"),
        sa.Column(
            "purged_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="clear: when what had come was taken away again",
        ),
        sa.Column("key_id", sa.Uuid(), nullable=False, comment="clear: data key of this contact"),
        sa.Column(
            "words_sealed",
            sa.LargeBinary(),
            nullable=False,
            comment="sealed: the purpose in words, for the asking side",
        ),
        sa.Column("question_sealed", sa.LargeBinary(), nullable=True, comment="sealed: a question that names nobody"),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True, comment="sealed: the answer in words"),
        sa.CheckConstraint(
            "(about = 'question') = (question_sealed IS NOT NULL)", name=op.f("ck_contact_a_question_is_asked")
        ),
        sa.CheckConstraint("about IN ('young_person', 'siblings', 'question')", name=op.f("ck_contact_about_is_known")),
        sa.CheckConstraint(
            "state <> 'accepted' OR accepted_case_id IS NOT NULL", name=op.f("ck_contact_accepted_is_in_their_list")
        ),
        sa.CheckConstraint("from_agency_id <> to_agency_id", name=op.f("ck_contact_between_two_agencies")),
        sa.ForeignKeyConstraint(
            ["answered_by_account_id"], ["account.id"], name=op.f("fk_contact_answered_by_account_id")
        ),
        sa.ForeignKeyConstraint(["from_account_id"], ["account.id"], name=op.f("fk_contact_from_account_id")),
        sa.ForeignKeyConstraint(["from_agency_id"], ["agency.id"], name=op.f("fk_contact_from_agency_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "accepted_case_id"],
            ["case_record.partnership_id", "case_record.id"],
            name=op.f("fk_contact_partnership_id_accepted_case_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_contact_partnership_id")),
        sa.ForeignKeyConstraint(["pointed_to_agency_id"], ["agency.id"], name=op.f("fk_contact_pointed_to_agency_id")),
        sa.ForeignKeyConstraint(
            ["risk_told_by_agency_id"], ["agency.id"], name=op.f("fk_contact_risk_told_by_agency_id")
        ),
        sa.ForeignKeyConstraint(["to_account_id"], ["account.id"], name=op.f("fk_contact_to_account_id")),
        sa.ForeignKeyConstraint(["to_agency_id"], ["agency.id"], name=op.f("fk_contact_to_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_contact_partnership_id_id")),
    )
    op.create_index(op.f("ix_contact_accepted_case_id"), "contact", ["accepted_case_id"], unique=False)
    op.create_index(
        "ix_contact_closing",
        "contact",
        ["partnership_id", "closes_at"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(op.f("ix_contact_from_account_id"), "contact", ["from_account_id"], unique=False)
    op.create_index(op.f("ix_contact_from_agency_id"), "contact", ["from_agency_id"], unique=False)
    op.create_index(op.f("ix_contact_partnership_id"), "contact", ["partnership_id"], unique=False)
    op.create_index("ix_contact_to_agency", "contact", ["partnership_id", "to_agency_id", "state"], unique=False)
    op.create_table(
        "group_attendance",
        sa.Column("id", sa.Uuid(), nullable=False, comment="clear: random, says nothing"),
        sa.Column("partnership_id", sa.Uuid(), nullable=False, comment="clear: row-level security needs it"),
        sa.Column("meeting_id", sa.Uuid(), nullable=False, comment="clear: which meeting"),
        sa.Column("account_id", sa.Uuid(), nullable=False, comment="clear: which practitioner"),
        sa.Column("agency_id", sa.Uuid(), nullable=False, comment="clear: for which agency"),
        sa.Column("state", sa.String(length=12), nullable=False, comment="clear: present, apologies, absent"),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, comment="clear: when"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_group_attendance_account_id")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_group_attendance_agency_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "meeting_id"],
            ["group_meeting.partnership_id", "group_meeting.id"],
            name=op.f("fk_group_attendance_partnership_id_meeting_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_group_attendance_partnership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_attendance")),
        sa.UniqueConstraint("meeting_id", "account_id", name=op.f("uq_group_attendance_meeting_id_account_id")),
    )
    op.create_index(op.f("ix_group_attendance_meeting_id"), "group_attendance", ["meeting_id"], unique=False)
    op.create_index(op.f("ix_group_attendance_partnership_id"), "group_attendance", ["partnership_id"], unique=False)
    op.create_table(
        "group_entry",
        sa.Column("id", sa.Uuid(), nullable=False, comment="clear: random, says nothing"),
        sa.Column("partnership_id", sa.Uuid(), nullable=False, comment="clear: row-level security needs it"),
        sa.Column("group_id", sa.Uuid(), nullable=False, comment="clear: which group"),
        sa.Column("meeting_id", sa.Uuid(), nullable=False, comment="clear: for which meeting"),
        sa.Column("kind", sa.String(length=16), nullable=False, comment="clear: code of the six kinds"),
        sa.Column("agency_id", sa.Uuid(), nullable=False, comment="clear: whose entry"),
        sa.Column("account_id", sa.Uuid(), nullable=False, comment="clear: which practitioner wrote it"),
        sa.Column("locality", sa.String(length=12), nullable=True, comment="clear: code of a whole area"),
        sa.Column("measure", sa.String(length=24), nullable=True, comment="clear: code of what was counted"),
        sa.Column("period_from", sa.Date(), nullable=True, comment="clear: first day of the first month counted"),
        sa.Column("period_until", sa.Date(), nullable=True, comment="clear: first day of the month after the last"),
        sa.Column("owner_agency_id", sa.Uuid(), nullable=True, comment="clear: which agency is to do it"),
        sa.Column("due_on", sa.Date(), nullable=True, comment="clear: by when"),
        sa.Column(
            "done_at", sa.DateTime(timezone=True), nullable=True, comment="clear: when the agency said it was done"
        ),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False, comment="clear: when"),
        sa.Column(
            "withdrawn_at", sa.DateTime(timezone=True), nullable=True, comment="clear: when its agency took it back"
        ),
        sa.Column(
            "confirmed_doubts",
            sa.Integer(),
            nullable=False,
            comment="clear: how many marked words the writer said are no person",
        ),
        sa.Column("key_id", sa.Uuid(), nullable=False, comment="clear: data key of what the group writes"),
        sa.Column(
            "content_sealed",
            sa.LargeBinary(),
            nullable=False,
            comment="sealed: the words, or the counts as they may be shown",
        ),
        sa.CheckConstraint(
            "(kind = 'agency_action') = (owner_agency_id IS NOT NULL AND due_on IS NOT NULL)",
            name=op.f("ck_group_entry_an_action_is_an_agencys"),
        ),
        sa.CheckConstraint(
            "(kind = 'trend') = (measure IS NOT NULL AND period_from IS NOT NULL AND period_until IS NOT NULL)",
            name=op.f("ck_group_entry_a_trend_has_measure_and_period"),
        ),
        sa.CheckConstraint(
            "kind IN ('agency_update', 'trend', 'place_issue', 'joint_work', 'service_change', 'agency_action')",
            name=op.f("ck_group_entry_kind_is_one_of_six"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_group_entry_account_id")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_group_entry_agency_id")),
        sa.ForeignKeyConstraint(["owner_agency_id"], ["agency.id"], name=op.f("fk_group_entry_owner_agency_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "group_id"],
            ["youth_group.partnership_id", "youth_group.id"],
            name=op.f("fk_group_entry_partnership_id_group_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "meeting_id"],
            ["group_meeting.partnership_id", "group_meeting.id"],
            name=op.f("fk_group_entry_partnership_id_meeting_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_group_entry_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_entry")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_group_entry_partnership_id_id")),
    )
    op.create_index(op.f("ix_group_entry_group_id"), "group_entry", ["group_id"], unique=False)
    op.create_index(op.f("ix_group_entry_meeting_id"), "group_entry", ["meeting_id"], unique=False)
    op.create_index(op.f("ix_group_entry_partnership_id"), "group_entry", ["partnership_id"], unique=False)
    op.create_table(
        "group_named_case",
        sa.Column("id", sa.Uuid(), nullable=False, comment="clear: random, says nothing"),
        sa.Column("partnership_id", sa.Uuid(), nullable=False, comment="clear: row-level security needs it"),
        sa.Column("meeting_id", sa.Uuid(), nullable=False, comment="clear: which meeting"),
        sa.Column("case_id", sa.Uuid(), nullable=False, comment="clear: which case"),
        sa.Column("agency_id", sa.Uuid(), nullable=False, comment="clear: which agency brings it"),
        sa.Column("account_id", sa.Uuid(), nullable=False, comment="clear: who brings it"),
        sa.Column("brought_at", sa.DateTime(timezone=True), nullable=False, comment="clear: when"),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True, comment="clear: when it was heard"),
        sa.Column("key_id", sa.Uuid(), nullable=False, comment="clear: data key of the case"),
        sa.Column(
            "declared_sealed",
            sa.LargeBinary(),
            nullable=False,
            comment="sealed: what is to be told, and what was declared about it",
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_group_named_case_account_id")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_group_named_case_agency_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id"],
            ["case_record.partnership_id", "case_record.id"],
            name=op.f("fk_group_named_case_partnership_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "meeting_id"],
            ["group_meeting.partnership_id", "group_meeting.id"],
            name=op.f("fk_group_named_case_partnership_id_meeting_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_group_named_case_partnership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_named_case")),
        sa.UniqueConstraint("meeting_id", "case_id", name=op.f("uq_group_named_case_meeting_id_case_id")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_group_named_case_partnership_id_id")),
    )
    op.create_index(op.f("ix_group_named_case_case_id"), "group_named_case", ["case_id"], unique=False)
    op.create_index(op.f("ix_group_named_case_meeting_id"), "group_named_case", ["meeting_id"], unique=False)
    op.create_index(op.f("ix_group_named_case_partnership_id"), "group_named_case", ["partnership_id"], unique=False)
    op.create_table(
        "contact_step",
        sa.Column("id", sa.Uuid(), nullable=False, comment="clear: random, says nothing"),
        sa.Column("partnership_id", sa.Uuid(), nullable=False, comment="clear: row-level security needs it"),
        sa.Column("contact_id", sa.Uuid(), nullable=False, comment="clear: which contact"),
        sa.Column("number", sa.Integer(), nullable=False, comment="clear: order within the contact"),
        sa.Column("event", sa.String(length=24), nullable=False, comment="clear: code of what happened"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="clear: when"),
        sa.Column("agency_id", sa.Uuid(), nullable=True, comment="clear: by which of the two"),
        sa.Column("by_account_id", sa.Uuid(), nullable=True, comment="clear: who; empty for what follows by itself"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_contact_step_agency_id")),
        sa.ForeignKeyConstraint(["by_account_id"], ["account.id"], name=op.f("fk_contact_step_by_account_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "contact_id"],
            ["contact.partnership_id", "contact.id"],
            name=op.f("fk_contact_step_partnership_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_contact_step_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_step")),
        sa.UniqueConstraint("contact_id", "number", name=op.f("uq_contact_step_contact_id_number")),
    )
    op.create_index(op.f("ix_contact_step_partnership_id"), "contact_step", ["partnership_id"], unique=False)
    op.create_table(
        "group_clearance",
        sa.Column("id", sa.Uuid(), nullable=False, comment="clear: random, says nothing"),
        sa.Column("partnership_id", sa.Uuid(), nullable=False, comment="clear: row-level security needs it"),
        sa.Column("named_case_id", sa.Uuid(), nullable=False, comment="clear: which case of the meeting"),
        sa.Column("agency_id", sa.Uuid(), nullable=False, comment="clear: which agency"),
        sa.Column("is_own", sa.Boolean(), nullable=False, comment="clear: the agency that brings it needs no decision"),
        sa.Column("may_hear", sa.Boolean(), nullable=False, comment="clear: who may not is asked to leave"),
        sa.Column("decision_id", sa.Uuid(), nullable=True, comment="clear: the decision that it rests on"),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False, comment="clear: when"),
        sa.CheckConstraint("is_own OR decision_id IS NOT NULL", name=op.f("ck_group_clearance_others_need_a_decision")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_group_clearance_agency_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "decision_id"],
            ["sharing_decision.partnership_id", "sharing_decision.id"],
            name=op.f("fk_group_clearance_partnership_id_decision_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "named_case_id"],
            ["group_named_case.partnership_id", "group_named_case.id"],
            name=op.f("fk_group_clearance_partnership_id_named_case_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_group_clearance_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_clearance")),
        sa.UniqueConstraint("named_case_id", "agency_id", name=op.f("uq_group_clearance_named_case_id_agency_id")),
    )
    op.create_index(op.f("ix_group_clearance_partnership_id"), "group_clearance", ["partnership_id"], unique=False)
    op.create_table(
        "group_room",
        sa.Column("id", sa.Uuid(), nullable=False, comment="clear: random, says nothing"),
        sa.Column("partnership_id", sa.Uuid(), nullable=False, comment="clear: row-level security needs it"),
        sa.Column("named_case_id", sa.Uuid(), nullable=False, comment="clear: which case of the meeting"),
        sa.Column("account_id", sa.Uuid(), nullable=False, comment="clear: which practitioner"),
        sa.Column("agency_id", sa.Uuid(), nullable=False, comment="clear: for which agency"),
        sa.Column("was_in", sa.Boolean(), nullable=False, comment="clear: in the room, or had left it"),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, comment="clear: when"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_group_room_account_id")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_group_room_agency_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "named_case_id"],
            ["group_named_case.partnership_id", "group_named_case.id"],
            name=op.f("fk_group_room_partnership_id_named_case_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_group_room_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_room")),
        sa.UniqueConstraint("named_case_id", "account_id", name=op.f("uq_group_room_named_case_id_account_id")),
    )
    op.create_index(op.f("ix_group_room_partnership_id"), "group_room", ["partnership_id"], unique=False)
    op.create_table(
        "contact_subject",
        sa.Column("id", sa.Uuid(), nullable=False, comment="clear: random, says nothing"),
        sa.Column("partnership_id", sa.Uuid(), nullable=False, comment="clear: row-level security needs it"),
        sa.Column("contact_id", sa.Uuid(), nullable=False, comment="clear: which contact"),
        sa.Column("case_id", sa.Uuid(), nullable=False, comment="clear: whose case, of the asking agency"),
        sa.Column(
            "decision_id", sa.Uuid(), nullable=False, comment="clear: what the rules answered, also a no; never empty"
        ),
        sa.Column("share_id", sa.Uuid(), nullable=True, comment="clear: what was shared, once it was asked for"),
        sa.Column(
            "source_contact_id",
            sa.Uuid(),
            nullable=True,
            comment="clear: the contact from which it is known, when it is passed on",
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id"],
            ["case_record.partnership_id", "case_record.id"],
            name=op.f("fk_contact_subject_partnership_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "contact_id"],
            ["contact.partnership_id", "contact.id"],
            name=op.f("fk_contact_subject_partnership_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "decision_id"],
            ["sharing_decision.partnership_id", "sharing_decision.id"],
            name=op.f("fk_contact_subject_partnership_id_decision_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "share_id"],
            ["share.partnership_id", "share.id"],
            name=op.f("fk_contact_subject_partnership_id_share_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "source_contact_id"],
            ["contact.partnership_id", "contact.id"],
            name=op.f("fk_contact_subject_partnership_id_source_contact_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_contact_subject_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_subject")),
        sa.UniqueConstraint("contact_id", "case_id", name=op.f("uq_contact_subject_contact_id_case_id")),
    )
    op.create_index(op.f("ix_contact_subject_case_id"), "contact_subject", ["case_id"], unique=False)
    op.create_index(op.f("ix_contact_subject_partnership_id"), "contact_subject", ["partnership_id"], unique=False)
    op.create_index(op.f("ix_contact_subject_share_id"), "contact_subject", ["share_id"], unique=False)
    for table in TABLES:
        protect(table)
    for table in INSERT_ONLY:
        insert_only(table)


def downgrade() -> None:
    """Take them away."""
    for table in reversed(TABLES):
        op.drop_table(table)
