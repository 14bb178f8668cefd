"""Youth cases: enquiry, assessment, team, plan, reviews, interventions.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.row_security import insert_only, protect

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = (
    "youth_case",
    "youth_step",
    "youth_assessment",
    "team_member",
    "plan_action",
    "plan_review",
    "disagreement",
    "intervention",
)
# What was done and written is added to, and never written over.
INSERT_ONLY = ("youth_step", "youth_assessment", "plan_review")


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "youth_case",
        sa.Column("id", sa.Uuid(), nullable=False, comment="clear: random, says nothing"),
        sa.Column("partnership_id", sa.Uuid(), nullable=False, comment="clear: row-level security needs it"),
        sa.Column("case_id", sa.Uuid(), nullable=False, comment="clear: which case"),
        sa.Column("person_id", sa.Uuid(), nullable=False, comment="clear: random id of the young person"),
        sa.Column("agency_id", sa.Uuid(), nullable=False, comment="clear: who keeps the file"),
        sa.Column(
            "holder_account_id",
            sa.Uuid(),
            nullable=False,
            comment="clear: who holds it: the first worker, then the lead professional",
        ),
        sa.Column("stage", sa.String(length=20), nullable=False, comment="clear: code of where it stands"),
        sa.Column(
            "stage_before", sa.String(length=20), nullable=True, comment="clear: where it goes back to when returned"
        ),
        sa.Column("stage_since", sa.DateTime(timezone=True), nullable=False, comment="clear: since when"),
        sa.Column("level", sa.Integer(), nullable=False, comment="clear: level of need, 1 to 4"),
        sa.Column("source", sa.String(length=12), nullable=False, comment="clear: code: agency, school, parent, self"),
        sa.Column("review_on", sa.Date(), nullable=True, comment="clear: the scheduler needs it"),
        sa.Column("closed_on", sa.Date(), nullable=True, comment="clear: when the work ended"),
        sa.Column("closing_reason", sa.String(length=24), nullable=True, comment="clear: code"),
        sa.Column("follow_up_on", sa.Date(), nullable=True, comment="clear: the scheduler needs it"),
        sa.Column("followed_up_on", sa.Date(), nullable=True, comment="clear: when somebody asked whether it lasted"),
        sa.Column("sustained", sa.String(length=12), nullable=True, comment="clear: code: yes, partly, no, not_known"),
        sa.Column("key_id", sa.Uuid(), nullable=False, comment="clear: data key of the case"),
        sa.Column(
            "concern_sealed", sa.LargeBinary(), nullable=False, comment="sealed: what worries whom, as first told"
        ),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name=op.f("ck_youth_case_level_is_one_of_four")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_youth_case_agency_id")),
        sa.ForeignKeyConstraint(["holder_account_id"], ["account.id"], name=op.f("fk_youth_case_holder_account_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id"],
            ["case_record.partnership_id", "case_record.id"],
            name=op.f("fk_youth_case_partnership_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "person_id"],
            ["person.partnership_id", "person.id"],
            name=op.f("fk_youth_case_partnership_id_person_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_youth_case_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_youth_case")),
        sa.UniqueConstraint("case_id", name=op.f("uq_youth_case_case_id")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_youth_case_partnership_id_id")),
    )
    op.create_index("ix_youth_case_follow_up", "youth_case", ["partnership_id", "follow_up_on"], unique=False)
    op.create_index(op.f("ix_youth_case_holder_account_id"), "youth_case", ["holder_account_id"], unique=False)
    op.create_index(op.f("ix_youth_case_partnership_id"), "youth_case", ["partnership_id"], unique=False)
    op.create_index(op.f("ix_youth_case_person_id"), "youth_case", ["person_id"], unique=False)
    op.create_table(
        "youth_step",
        sa.Column("id", sa.Uuid(), nullable=False, comment="clear: random, says nothing"),
        sa.Column("partnership_id", sa.Uuid(), nullable=False, comment="clear: row-level security needs it"),
        sa.Column("case_id", sa.Uuid(), nullable=False, comment="clear: which case"),
        sa.Column("event", sa.String(length=30), nullable=False, comment="clear: code of what happened"),
        sa.Column("from_stage", sa.String(length=20), nullable=True, comment="clear: where it stood"),
        sa.Column("to_stage", sa.String(length=20), nullable=False, comment="clear: where it stands since"),
        sa.Column("level", sa.Integer(), nullable=False, comment="clear: level of need from then on"),
        sa.Column("code", sa.String(length=30), nullable=True, comment="clear: code of the reason or answer"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="clear: when"),
        sa.Column("number", sa.Integer(), nullable=False, comment="clear: order within the case"),
        sa.Column("by_account_id", sa.Uuid(), nullable=True, comment="clear: who; empty for what follows by itself"),
        sa.Column("agency_id", sa.Uuid(), nullable=True, comment="clear: of which agency"),
        sa.Column("key_id", sa.Uuid(), nullable=False, comment="clear: data key of the case"),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True, comment="sealed: the reason in words"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_youth_step_agency_id")),
        sa.ForeignKeyConstraint(["by_account_id"], ["account.id"], name=op.f("fk_youth_step_by_account_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id"],
            ["case_record.partnership_id", "case_record.id"],
            name=op.f("fk_youth_step_partnership_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_youth_step_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_youth_step")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_youth_step_case_id_number")),
    )
    op.create_index(op.f("ix_youth_step_partnership_id"), "youth_step", ["partnership_id"], unique=False)
    op.create_table(
        "youth_assessment",
        sa.Column("id", sa.Uuid(), nullable=False, comment="clear: random, says nothing"),
        sa.Column("partnership_id", sa.Uuid(), nullable=False, comment="clear: row-level security needs it"),
        sa.Column("case_id", sa.Uuid(), nullable=False, comment="clear: which case"),
        sa.Column("kind", sa.String(length=12), nullable=False, comment="clear: code: checklist, full"),
        sa.Column("version", sa.Integer(), nullable=False, comment="clear: counted within the case"),
        sa.Column(
            "form", sa.String(length=40), nullable=False, comment="clear: which sections it has, by name and version"
        ),
        sa.Column("assessed_on", sa.Date(), nullable=False, comment="clear: the day it is of"),
        sa.Column("is_complete", sa.Boolean(), nullable=False, comment="clear: whether a team can be built on it"),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False, comment="clear: when"),
        sa.Column("written_by_account_id", sa.Uuid(), nullable=False, comment="clear: by whom"),
        sa.Column("agency_id", sa.Uuid(), nullable=False, comment="clear: for which agency"),
        sa.Column("key_id", sa.Uuid(), nullable=False, comment="clear: data key of the case"),
        sa.Column(
            "content_sealed",
            sa.LargeBinary(),
            nullable=False,
            comment="sealed: sections, risk factors, adults, comments",
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_youth_assessment_agency_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id"],
            ["case_record.partnership_id", "case_record.id"],
            name=op.f("fk_youth_assessment_partnership_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_youth_assessment_partnership_id")
        ),
        sa.ForeignKeyConstraint(
            ["written_by_account_id"], ["account.id"], name=op.f("fk_youth_assessment_written_by_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_youth_assessment")),
        sa.UniqueConstraint("case_id", "kind", "version", name=op.f("uq_youth_assessment_case_id_kind_version")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_youth_assessment_partnership_id_id")),
    )
    op.create_index(op.f("ix_youth_assessment_partnership_id"), "youth_assessment", ["partnership_id"], unique=False)
    op.create_table(
        "team_member",
        sa.Column("id", sa.Uuid(), nullable=False, comment="clear: random, says nothing"),
        sa.Column("partnership_id", sa.Uuid(), nullable=False, comment="clear: row-level security needs it"),
        sa.Column("case_id", sa.Uuid(), nullable=False, comment="clear: which case"),
        sa.Column("agency_id", sa.Uuid(), nullable=False, comment="clear: which agency"),
        sa.Column("account_id", sa.Uuid(), nullable=True, comment="clear: its practitioner here, when named"),
        sa.Column("part", sa.String(length=8), nullable=False, comment="clear: code: lead, member"),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False, comment="clear: from then"),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=True, comment="clear: until before then"),
        sa.Column("invited_by_account_id", sa.Uuid(), nullable=True, comment="clear: by whom"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_team_member_account_id")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_team_member_agency_id")),
        sa.ForeignKeyConstraint(
            ["invited_by_account_id"], ["account.id"], name=op.f("fk_team_member_invited_by_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id"],
            ["case_record.partnership_id", "case_record.id"],
            name=op.f("fk_team_member_partnership_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_team_member_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_member")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_team_member_partnership_id_id")),
    )
    op.create_index(op.f("ix_team_member_account_id"), "team_member", ["account_id"], unique=False)
    op.create_index(op.f("ix_team_member_partnership_id"), "team_member", ["partnership_id"], unique=False)
    op.create_index(
        "uq_team_member_once",
        "team_member",
        ["case_id", "agency_id", "account_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("until_at IS NULL"),
    )
    op.create_index(
        "uq_team_member_one_lead",
        "team_member",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("part = 'lead' AND until_at IS NULL"),
    )
    op.create_table(
        "plan_action",
        sa.Column("id", sa.Uuid(), nullable=False, comment="clear: random, says nothing"),
        sa.Column("partnership_id", sa.Uuid(), nullable=False, comment="clear: row-level security needs it"),
        sa.Column("case_id", sa.Uuid(), nullable=False, comment="clear: which case"),
        sa.Column(
            "owner_agency_id",
            sa.Uuid(),
            nullable=True,
            comment="clear: which agency does it; empty for the young person or family",
        ),
        sa.Column("owner_account_id", sa.Uuid(), nullable=True, comment="clear: its practitioner"),
        sa.Column(
            "heading", sa.String(length=24), nullable=False, comment="clear: code of the family outcome it serves"
        ),
        sa.Column("due_on", sa.Date(), nullable=False, comment="clear: the scheduler needs it"),
        sa.Column(
            "state", sa.String(length=12), nullable=False, comment="clear: agreed, met, partly, not_met, not_needed"
        ),
        sa.Column(
            "affected_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="clear: when the end of an agreement put it in question",
        ),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False, comment="clear: when"),
        sa.Column("agreed_by_account_id", sa.Uuid(), nullable=True, comment="clear: who wrote it down"),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True, comment="clear: when"),
        sa.Column("reported_by_account_id", sa.Uuid(), nullable=True, comment="clear: by whom"),
        sa.Column("key_id", sa.Uuid(), nullable=False, comment="clear: data key of the case"),
        sa.Column(
            "what_sealed", sa.LargeBinary(), nullable=False, comment="sealed: what is done, and the outcome wanted"
        ),
        sa.Column("report_sealed", sa.LargeBinary(), nullable=True, comment="sealed: what became of it"),
        sa.ForeignKeyConstraint(
            ["agreed_by_account_id"], ["account.id"], name=op.f("fk_plan_action_agreed_by_account_id")
        ),
        sa.ForeignKeyConstraint(["owner_account_id"], ["account.id"], name=op.f("fk_plan_action_owner_account_id")),
        sa.ForeignKeyConstraint(["owner_agency_id"], ["agency.id"], name=op.f("fk_plan_action_owner_agency_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id"],
            ["case_record.partnership_id", "case_record.id"],
            name=op.f("fk_plan_action_partnership_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_plan_action_partnership_id")),
        sa.ForeignKeyConstraint(
            ["reported_by_account_id"], ["account.id"], name=op.f("fk_plan_action_reported_by_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_action")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_plan_action_partnership_id_id")),
    )
    op.create_index("ix_plan_action_case", "plan_action", ["partnership_id", "case_id", "state"], unique=False)
    op.create_index(op.f("ix_plan_action_partnership_id"), "plan_action", ["partnership_id"], unique=False)
    op.create_table(
        "plan_review",
        sa.Column("id", sa.Uuid(), nullable=False, comment="clear: random, says nothing"),
        sa.Column("partnership_id", sa.Uuid(), nullable=False, comment="clear: row-level security needs it"),
        sa.Column("case_id", sa.Uuid(), nullable=False, comment="clear: which case"),
        sa.Column("number", sa.Integer(), nullable=False, comment="clear: counted within the case"),
        sa.Column("held_on", sa.Date(), nullable=False, comment="clear: when"),
        sa.Column("next_on", sa.Date(), nullable=True, comment="clear: when the next one is"),
        sa.Column("decision", sa.String(length=10), nullable=False, comment="clear: code: go_on, close"),
        sa.Column(
            "is_agreed",
            sa.Boolean(),
            nullable=False,
            comment="clear: whether the young person still agrees to the plan",
        ),
        sa.Column("held_by_account_id", sa.Uuid(), nullable=False, comment="clear: who led it"),
        sa.Column("key_id", sa.Uuid(), nullable=False, comment="clear: data key of the case"),
        sa.Column(
            "content_sealed",
            sa.LargeBinary(),
            nullable=False,
            comment="sealed: the young person's view, who was there, outcomes",
        ),
        sa.ForeignKeyConstraint(["held_by_account_id"], ["account.id"], name=op.f("fk_plan_review_held_by_account_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id"],
            ["case_record.partnership_id", "case_record.id"],
            name=op.f("fk_plan_review_partnership_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_plan_review_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_review")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_plan_review_case_id_number")),
    )
    op.create_index(op.f("ix_plan_review_partnership_id"), "plan_review", ["partnership_id"], unique=False)
    op.create_table(
        "disagreement",
        sa.Column("id", sa.Uuid(), nullable=False, comment="clear: random, says nothing"),
        sa.Column("partnership_id", sa.Uuid(), nullable=False, comment="clear: row-level security needs it"),
        sa.Column("case_id", sa.Uuid(), nullable=False, comment="clear: which case"),
        sa.Column("agency_id", sa.Uuid(), nullable=False, comment="clear: who opened it"),
        sa.Column("raised_by_account_id", sa.Uuid(), nullable=False, comment="clear: by whom"),
        sa.Column("level", sa.Integer(), nullable=False, comment="clear: number of the named level"),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, comment="clear: the scheduler needs it"),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False, comment="clear: when"),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True, comment="clear: when it was settled"),
        sa.Column("key_id", sa.Uuid(), nullable=False, comment="clear: data key of the case"),
        sa.Column("about_sealed", sa.LargeBinary(), nullable=False, comment="sealed: what it is about"),
        sa.Column("outcome_sealed", sa.LargeBinary(), nullable=True, comment="sealed: how it was settled"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_disagreement_agency_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id"],
            ["case_record.partnership_id", "case_record.id"],
            name=op.f("fk_disagreement_partnership_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_disagreement_partnership_id")),
        sa.ForeignKeyConstraint(
            ["raised_by_account_id"], ["account.id"], name=op.f("fk_disagreement_raised_by_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disagreement")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_disagreement_partnership_id_id")),
    )
    op.create_index(op.f("ix_disagreement_case_id"), "disagreement", ["case_id"], unique=False)
    op.create_index(op.f("ix_disagreement_partnership_id"), "disagreement", ["partnership_id"], unique=False)
    op.create_index(
        "uq_disagreement_one_open",
        "disagreement",
        ["case_id", "agency_id"],
        unique=True,
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_table(
        "intervention",
        sa.Column("id", sa.Uuid(), nullable=False, comment="clear: random, says nothing"),
        sa.Column("partnership_id", sa.Uuid(), nullable=False, comment="clear: row-level security needs it"),
        sa.Column("case_id", sa.Uuid(), nullable=False, comment="clear: which case"),
        sa.Column("code", sa.String(length=40), nullable=False, comment="clear: which entry of the catalogue"),
        sa.Column(
            "catalogue", sa.String(length=40), nullable=False, comment="clear: name and version of the catalogue"
        ),
        sa.Column(
            "kind",
            sa.String(length=16),
            nullable=False,
            comment="clear: code: advice, agreement, referral, notice, order",
        ),
        sa.Column(
            "rung", sa.Integer(), nullable=True, comment="clear: its step on the ladder of its day; empty beside it"
        ),
        sa.Column("age", sa.Integer(), nullable=False, comment="clear: age in years on the day it starts"),
        sa.Column("state", sa.String(length=12), nullable=False, comment="clear: proposed, live, ended, declined"),
        sa.Column("starts_on", sa.Date(), nullable=False, comment="clear: from this day; the age rule asks about it"),
        sa.Column("ends_on", sa.Date(), nullable=True, comment="clear: until this day"),
        sa.Column("review_on", sa.Date(), nullable=True, comment="clear: the scheduler needs it"),
        sa.Column("ended_on", sa.Date(), nullable=True, comment="clear: when it ended"),
        sa.Column("outcome", sa.String(length=16), nullable=True, comment="clear: code of how it ended"),
        sa.Column("breaches", sa.Integer(), nullable=False, comment="clear: how often it was not kept to"),
        sa.Column("agency_id", sa.Uuid(), nullable=False, comment="clear: which agency leads it"),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, comment="clear: when"),
        sa.Column("recorded_by_account_id", sa.Uuid(), nullable=False, comment="clear: by whom"),
        sa.Column(
            "signed_off_at", sa.DateTime(timezone=True), nullable=True, comment="clear: when a second person signed"
        ),
        sa.Column("signed_off_by_account_id", sa.Uuid(), nullable=True, comment="clear: who"),
        sa.Column("served_on", sa.Date(), nullable=True, comment="clear: when its letter was served"),
        sa.Column("key_id", sa.Uuid(), nullable=False, comment="clear: data key of the case"),
        sa.Column(
            "content_sealed",
            sa.LargeBinary(),
            nullable=False,
            comment="sealed: reasons, parties, sources, risk assessment, notes",
        ),
        sa.Column(
            "letter_sealed", sa.LargeBinary(), nullable=True, comment="sealed: addressee, words and proof of service"
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_intervention_agency_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id"],
            ["case_record.partnership_id", "case_record.id"],
            name=op.f("fk_intervention_partnership_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_intervention_partnership_id")),
        sa.ForeignKeyConstraint(
            ["recorded_by_account_id"], ["account.id"], name=op.f("fk_intervention_recorded_by_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["signed_off_by_account_id"], ["account.id"], name=op.f("fk_intervention_signed_off_by_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intervention")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_intervention_partnership_id_id")),
    )
    op.create_index("ix_intervention_case", "intervention", ["partnership_id", "case_id", "starts_on"], unique=False)
    op.create_index(op.f("ix_intervention_partnership_id"), "intervention", ["partnership_id"], unique=False)
    for table in TABLES:
        protect(table)
    for table in INSERT_ONLY:
        insert_only(table)


def downgrade() -> None:
    """Take them away."""
    for table in reversed(TABLES):
        op.drop_table(table)
