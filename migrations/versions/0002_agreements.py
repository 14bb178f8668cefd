"""Agreements: who agreed to what may be told to whom, only ever added to.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.row_security import insert_only, protect

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("agreement", "agreement_entry")


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "agreement",
        sa.Column("id", sa.Uuid(), nullable=False, comment="clear: random, says nothing"),
        sa.Column("partnership_id", sa.Uuid(), nullable=False, comment="clear: row-level security needs it"),
        sa.Column("case_id", sa.Uuid(), nullable=False, comment="clear: which case"),
        sa.Column("person_id", sa.Uuid(), nullable=False, comment="clear: random id of the young person"),
        sa.Column(
            "kind", sa.String(length=10), nullable=False, comment="clear: code: service, sharing; never one tick-box"
        ),
        sa.Column(
            "relation",
            sa.String(length=24),
            nullable=False,
            comment="clear: code: self, parental_responsibility, court, best_interests",
        ),
        sa.Column(
            "giver",
            sa.Uuid(),
            nullable=True,
            comment="clear: random mark of a giver other than the young person: the same giver answers again",
        ),
        sa.Column("replaces_id", sa.Uuid(), nullable=True, comment="clear: the same giver's answer before"),
        sa.Column("wording", sa.String(length=30), nullable=False, comment="clear: version of what was explained"),
        sa.Column(
            "exceptions_explained",
            sa.Boolean(),
            nullable=False,
            comment="clear: that harm and the law may override a no",
        ),
        sa.Column("language", sa.String(length=20), nullable=False, comment="clear: code of the language"),
        sa.Column(
            "how", sa.String(length=12), nullable=False, comment="clear: code: in_person, phone, video, online, letter"
        ),
        sa.Column("form", sa.String(length=12), nullable=False, comment="clear: code: signed, electronic, spoken"),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False, comment="clear: when"),
        sa.Column("asked_by_account_id", sa.Uuid(), nullable=False, comment="clear: who asked"),
        sa.Column("asked_agency_id", sa.Uuid(), nullable=False, comment="clear: for which agency"),
        sa.Column(
            "evidence_hash",
            sa.LargeBinary(),
            nullable=True,
            comment="clear: SHA-256 of the signed form or recording, which is kept apart",
        ),
        sa.Column("key_id", sa.Uuid(), nullable=False, comment="clear: data key of the case"),
        sa.Column(
            "words_sealed",
            sa.LargeBinary(),
            nullable=False,
            comment="sealed: who gave it, the young person's words and view, interpreter, where the evidence is",
        ),
        sa.CheckConstraint("(relation = 'self') = (giver IS NULL)", name=op.f("ck_agreement_another_giver_has_a_mark")),
        sa.ForeignKeyConstraint(["asked_agency_id"], ["agency.id"], name=op.f("fk_agreement_asked_agency_id")),
        sa.ForeignKeyConstraint(["asked_by_account_id"], ["account.id"], name=op.f("fk_agreement_asked_by_account_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id"],
            ["case_record.partnership_id", "case_record.id"],
            name=op.f("fk_agreement_partnership_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "person_id"],
            ["person.partnership_id", "person.id"],
            name=op.f("fk_agreement_partnership_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "replaces_id"],
            ["agreement.partnership_id", "agreement.id"],
            name=op.f("fk_agreement_partnership_id_replaces_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_agreement_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_agreement_partnership_id_id")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_agreement_replaces_id")),
    )
    op.create_index(op.f("ix_agreement_case_id"), "agreement", ["case_id"], unique=False)
    op.create_index(op.f("ix_agreement_partnership_id"), "agreement", ["partnership_id"], unique=False)
    op.create_index("ix_agreement_person", "agreement", ["person_id", "asked_at"], unique=False)
    op.create_table(
        "agreement_entry",
        sa.Column("id", sa.Uuid(), nullable=False, comment="clear: random, says nothing"),
        sa.Column("partnership_id", sa.Uuid(), nullable=False, comment="clear: row-level security needs it"),
        sa.Column("agreement_id", sa.Uuid(), nullable=False, comment="clear: which agreement"),
        sa.Column("number", sa.Integer(), nullable=False, comment="clear: order within the agreement"),
        sa.Column("kind", sa.String(length=24), nullable=False, comment="clear: code of what happened"),
        sa.Column("on", sa.Date(), nullable=False, comment="clear: the London day from which it counts"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="clear: when it was written down"),
        sa.Column("by_account_id", sa.Uuid(), nullable=True, comment="clear: by whom; empty for the schedule"),
        sa.Column("by_agency_id", sa.Uuid(), nullable=True, comment="clear: for which agency"),
        sa.Column(
            "purposes", postgresql.ARRAY(sa.String(length=24)), nullable=True, comment="clear: codes of what it is for"
        ),
        sa.Column(
            "permit",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="clear: agencies' short names, codes of categories",
        ),
        sa.Column(
            "deny",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="clear: the same for what is denied; * is all",
        ),
        sa.Column("review_due", sa.Date(), nullable=True, comment="clear: the scheduler needs it"),
        sa.Column("expires_on", sa.Date(), nullable=True, comment="clear: the first day on which it no longer counts"),
        sa.Column(
            "competent", sa.Boolean(), nullable=True, comment="clear: whether the giver was found able to decide this"
        ),
        sa.Column(
            "test", sa.String(length=12), nullable=True, comment="clear: code: gillick, fraser, capacity, presumed"
        ),
        sa.Column("because", sa.String(length=24), nullable=True, comment="clear: code of the reason"),
        sa.Column("key_id", sa.Uuid(), nullable=False, comment="clear: data key of the case"),
        sa.Column(
            "words_sealed",
            sa.LargeBinary(),
            nullable=True,
            comment="sealed: the reasons, the competence factors in words",
        ),
        sa.ForeignKeyConstraint(["by_account_id"], ["account.id"], name=op.f("fk_agreement_entry_by_account_id")),
        sa.ForeignKeyConstraint(["by_agency_id"], ["agency.id"], name=op.f("fk_agreement_entry_by_agency_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "agreement_id"],
            ["agreement.partnership_id", "agreement.id"],
            name=op.f("fk_agreement_entry_partnership_id_agreement_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_agreement_entry_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_entry")),
        sa.UniqueConstraint("agreement_id", "number", name=op.f("uq_agreement_entry_agreement_id_number")),
    )
    op.create_index(op.f("ix_agreement_entry_partnership_id"), "agreement_entry", ["partnership_id"], unique=False)
    for table in TABLES:
        protect(table)
        insert_only(table)


def downgrade() -> None:
    """Take them away."""
    op.drop_table("agreement_entry")
    op.drop_table("agreement")
