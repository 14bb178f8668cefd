"""Shares between two agencies, and the full record of each disclosure.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.row_security import insert_only, protect

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = ("share", "share_item", "share_review", "withdrawal_notice")

# What agencies are in law, by the short names that say so.
BODIES = {
    "police": ("police",),
    "ambulance": ("ambulance", "ambulance_service"),
    "childrens_social_care": ("childrens_social_care",),
    "adult_social_care": ("adult_social_care",),
    "youth_service": ("youth_service",),
    "youth_justice_service": ("youth_justice_service", "youth_justice", "youth_offending_team"),
    "community_safety": ("community_safety",),
    "council": ("council", "borough_council", "county_council", "district_council"),
    "health": ("health", "hospital", "primary_care", "mental_health", "health_visiting", "school_nursing"),
    "school": ("school", "education"),
    "probation": ("probation",),
    "fire_service": ("fire_service",),
    "charity": ("charity", "voluntary_sector", "refuge", "womens_aid"),
}
NOT_LISTED = ("fire_service", "charity")

# Rows of before are never touched, so these hold for what is added from now on.
DECISION_WHOLE = "key_id IS NOT NULL AND facts_sealed IS NOT NULL AND answer_sealed IS NOT NULL"
RECORD_WHOLE = (
    "key_id IS NOT NULL AND record_sealed IS NOT NULL AND cause IS NOT NULL AND purpose IS NOT NULL"
    " AND consent IS NOT NULL AND told IS NOT NULL AND method IS NOT NULL AND outcome IS NOT NULL"
    " AND retention IS NOT NULL"
)
ANSWER_DISCLOSED = "state NOT IN ('shared', 'kept_back') OR answer_disclosure_id IS NOT NULL"

COMMENTS = {
    "kind": "clear: code: list, research, minutes, share",
    "subject_id": "clear: random id of the listing, answer, minutes or share",
}
DECISION_COLUMNS = ("person_id", "from_agency_id", "moment", "key_id", "facts_sealed", "answer_sealed")
DISCLOSURE_COLUMNS = (
    *("person_id", "decided_by_account_id", "decided_as", "second_account_id", "jurisdiction", "cause", "purpose"),
    *("consent", "agreement_id", "article_6", "article_9_10", "told", "method", "outcome", "retention"),
    *("corrects_id", "key_id", "record_sealed"),
)


def upgrade() -> None:
    """Add the tables and the columns of the record."""
    op.create_table(
        "share",
        sa.Column("id", sa.Uuid(), nullable=False, comment="clear: random, says nothing"),
        sa.Column("partnership_id", sa.Uuid(), nullable=False, comment="clear: row-level security needs it"),
        sa.Column("case_id", sa.Uuid(), nullable=False, comment="clear: which case"),
        sa.Column("person_id", sa.Uuid(), nullable=False, comment="clear: random id of the young person"),
        sa.Column("from_agency_id", sa.Uuid(), nullable=False, comment="clear: who shares"),
        sa.Column("to_agency_id", sa.Uuid(), nullable=False, comment="clear: who is to receive it"),
        sa.Column("purpose", sa.String(length=24), nullable=False, comment="clear: code of the declared purpose"),
        sa.Column("state", sa.String(length=24), nullable=False, comment="clear: workflow state"),
        sa.Column("stopped_because", sa.String(length=20), nullable=True, comment="clear: code of why it was stopped"),
        sa.Column("decision_id", sa.Uuid(), nullable=False, comment="clear: the latest decision; never empty"),
        sa.Column(
            "disclosure_id", sa.Uuid(), nullable=True, comment="clear: the latest act of sharing or of not sharing"
        ),
        sa.Column(
            "may_be_signed",
            sa.Boolean(),
            nullable=False,
            comment="clear: waits for confidential health information that a health lead may sign for",
        ),
        sa.Column("source_share_id", sa.Uuid(), nullable=True, comment="clear: the share that this one passes on"),
        sa.Column("asked_by_account_id", sa.Uuid(), nullable=False, comment="clear: who asked"),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False, comment="clear: when"),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False, comment="clear: when last decided"),
        sa.Column(
            "delivered_at", sa.DateTime(timezone=True), nullable=True, comment="clear: when it reached the inbox"
        ),
        sa.Column(
            "acknowledged_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="clear: when it was first opened there",
        ),
        sa.Column("acknowledged_by_account_id", sa.Uuid(), nullable=True, comment="clear: by whom"),
        sa.Column(
            "answered_at", sa.DateTime(timezone=True), nullable=True, comment="clear: when it was accepted or declined"
        ),
        sa.Column("answered_by_account_id", sa.Uuid(), nullable=True, comment="clear: by whom"),
        sa.Column(
            "told_at", sa.DateTime(timezone=True), nullable=True, comment="clear: when the young person was told of it"
        ),
        sa.Column("key_id", sa.Uuid(), nullable=False, comment="clear: data key of the case"),
        sa.Column(
            "declared_sealed",
            sa.LargeBinary(),
            nullable=False,
            comment="sealed: what the sender declared, and the reasons in words",
        ),
        sa.Column(
            "answer_sealed",
            sa.LargeBinary(),
            nullable=True,
            comment="sealed: why it was declined, or what is done with it",
        ),
        sa.CheckConstraint(
            "(state = 'stopped') = (stopped_because IS NOT NULL)", name=op.f("ck_share_is_stopped_for_a_reason")
        ),
        sa.CheckConstraint(
            "delivered_at IS NULL OR disclosure_id IS NOT NULL", name=op.f("ck_share_is_delivered_by_a_disclosure")
        ),
        sa.CheckConstraint("from_agency_id <> to_agency_id", name=op.f("ck_share_goes_to_another_agency")),
        sa.ForeignKeyConstraint(
            ["acknowledged_by_account_id"], ["account.id"], name=op.f("fk_share_acknowledged_by_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_account_id"], ["account.id"], name=op.f("fk_share_answered_by_account_id")
        ),
        sa.ForeignKeyConstraint(["asked_by_account_id"], ["account.id"], name=op.f("fk_share_asked_by_account_id")),
        sa.ForeignKeyConstraint(["from_agency_id"], ["agency.id"], name=op.f("fk_share_from_agency_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id"],
            ["case_record.partnership_id", "case_record.id"],
            name=op.f("fk_share_partnership_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "decision_id"],
            ["sharing_decision.partnership_id", "sharing_decision.id"],
            name=op.f("fk_share_partnership_id_decision_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "disclosure_id"],
            ["disclosure.partnership_id", "disclosure.id"],
            name=op.f("fk_share_partnership_id_disclosure_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "person_id"],
            ["person.partnership_id", "person.id"],
            name=op.f("fk_share_partnership_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "source_share_id"],
            ["share.partnership_id", "share.id"],
            name=op.f("fk_share_partnership_id_source_share_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_share_partnership_id")),
        sa.ForeignKeyConstraint(["to_agency_id"], ["agency.id"], name=op.f("fk_share_to_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_share_partnership_id_id")),
    )
    op.create_index(op.f("ix_share_case_id"), "share", ["case_id"], unique=False)
    op.create_index("ix_share_inbox", "share", ["partnership_id", "to_agency_id", "state"], unique=False)
    op.create_index(op.f("ix_share_partnership_id"), "share", ["partnership_id"], unique=False)
    op.create_index(op.f("ix_share_person_id"), "share", ["person_id"], unique=False)
    op.create_index(
        "ix_share_queued",
        "share",
        ["partnership_id", "asked_at"],
        unique=False,
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index("ix_share_sent", "share", ["partnership_id", "from_agency_id", "state"], unique=False)
    op.create_table(
        "share_item",
        sa.Column("id", sa.Uuid(), nullable=False, comment="clear: random, says nothing"),
        sa.Column("partnership_id", sa.Uuid(), nullable=False, comment="clear: row-level security needs it"),
        sa.Column("share_id", sa.Uuid(), nullable=False, comment="clear: which share"),
        sa.Column("position", sa.Integer(), nullable=False, comment="clear: order as written"),
        sa.Column("category", sa.String(length=24), nullable=False, comment="clear: code of the kind of information"),
        sa.Column("mark", sa.String(length=8), nullable=False, comment="clear: code: fact, opinion"),
        sa.Column("is_about_others", sa.Boolean(), nullable=False, comment="clear: other people's details are in it"),
        sa.Column("is_barred", sa.Boolean(), nullable=False, comment="clear: a law or a court restricts it"),
        sa.Column(
            "is_delivered", sa.Boolean(), nullable=False, comment="clear: went; what did not is never shown there"
        ),
        sa.Column("key_id", sa.Uuid(), nullable=False, comment="clear: data key of the case"),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False, comment="sealed: the information"),
        sa.ForeignKeyConstraint(
            ["partnership_id", "share_id"],
            ["share.partnership_id", "share.id"],
            name=op.f("fk_share_item_partnership_id_share_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_share_item_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_item")),
        sa.UniqueConstraint("share_id", "position", name=op.f("uq_share_item_share_id_position")),
    )
    op.create_index(op.f("ix_share_item_partnership_id"), "share_item", ["partnership_id"], unique=False)
    op.create_table(
        "share_review",
        sa.Column("id", sa.Uuid(), nullable=False, comment="clear: random, says nothing"),
        sa.Column("partnership_id", sa.Uuid(), nullable=False, comment="clear: row-level security needs it"),
        sa.Column("share_id", sa.Uuid(), nullable=False, comment="clear: which share"),
        sa.Column(
            "part",
            sa.String(length=24),
            nullable=False,
            comment="clear: code: manager, safeguarding_lead, health_safeguarding_lead, information_lead",
        ),
        sa.Column("conclusion", sa.String(length=16), nullable=False, comment="clear: code of what was concluded"),
        sa.Column("account_id", sa.Uuid(), nullable=False, comment="clear: who"),
        sa.Column("agency_id", sa.Uuid(), nullable=False, comment="clear: of which agency"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="clear: when"),
        sa.Column("key_id", sa.Uuid(), nullable=False, comment="clear: data key of the case"),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False, comment="sealed: why"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_share_review_account_id")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_share_review_agency_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "share_id"],
            ["share.partnership_id", "share.id"],
            name=op.f("fk_share_review_partnership_id_share_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_share_review_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_review")),
        sa.UniqueConstraint("share_id", "account_id", name=op.f("uq_share_review_share_id_account_id")),
        sa.UniqueConstraint("share_id", "part", name=op.f("uq_share_review_share_id_part")),
    )
    op.create_index(op.f("ix_share_review_partnership_id"), "share_review", ["partnership_id"], unique=False)
    op.create_table(
        "withdrawal_notice",
        sa.Column("id", sa.Uuid(), nullable=False, comment="clear: random, says nothing"),
        sa.Column("partnership_id", sa.Uuid(), nullable=False, comment="clear: row-level security needs it"),
        sa.Column("case_id", sa.Uuid(), nullable=False, comment="clear: which case"),
        sa.Column("person_id", sa.Uuid(), nullable=False, comment="clear: random id of the young person"),
        sa.Column("agreement_id", sa.Uuid(), nullable=False, comment="clear: which agreement was withdrawn"),
        sa.Column("agency_id", sa.Uuid(), nullable=False, comment="clear: who was told"),
        sa.Column("share_id", sa.Uuid(), nullable=False, comment="clear: the latest share that it received"),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False, comment="clear: when"),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, comment="clear: the scheduler needs it"),
        sa.Column("answer", sa.String(length=8), nullable=True, comment="clear: code: deleted, kept"),
        sa.Column("basis", sa.String(length=32), nullable=True, comment="clear: code of the basis on which it is kept"),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True, comment="clear: when"),
        sa.Column("answered_by_account_id", sa.Uuid(), nullable=True, comment="clear: by whom"),
        sa.Column("key_id", sa.Uuid(), nullable=False, comment="clear: data key of the case"),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True, comment="sealed: what is kept, and why"),
        sa.CheckConstraint(
            "answer IS DISTINCT FROM 'kept' OR basis IS NOT NULL", name=op.f("ck_withdrawal_notice_is_kept_on_a_basis")
        ),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answer IS NULL)", name=op.f("ck_withdrawal_notice_is_answered_with_an_answer")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_withdrawal_notice_agency_id")),
        sa.ForeignKeyConstraint(
            ["answered_by_account_id"], ["account.id"], name=op.f("fk_withdrawal_notice_answered_by_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id"],
            ["case_record.partnership_id", "case_record.id"],
            name=op.f("fk_withdrawal_notice_partnership_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "person_id"],
            ["person.partnership_id", "person.id"],
            name=op.f("fk_withdrawal_notice_partnership_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "share_id"],
            ["share.partnership_id", "share.id"],
            name=op.f("fk_withdrawal_notice_partnership_id_share_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_withdrawal_notice_partnership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withdrawal_notice")),
        sa.UniqueConstraint(
            "agreement_id", "agency_id", "told_at", name=op.f("uq_withdrawal_notice_agreement_id_agency_id_told_at")
        ),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_withdrawal_notice_partnership_id_id")),
    )
    op.create_index(
        "ix_withdrawal_notice_agency", "withdrawal_notice", ["partnership_id", "agency_id", "answered_at"], unique=False
    )
    op.create_index(op.f("ix_withdrawal_notice_partnership_id"), "withdrawal_notice", ["partnership_id"], unique=False)
    op.add_column(
        "agency",
        sa.Column(
            "body",
            sa.String(length=24),
            nullable=True,
            comment="clear: code of what it is in law: police, council, school; empty where nobody has said",
        ),
    )
    op.add_column(
        "agency",
        sa.Column(
            "listed_body",
            sa.Boolean(),
            nullable=True,
            comment="clear: named by Children Act 2004 s11 or s16LA; empty where nobody has said",
        ),
    )
    op.add_column(
        "disclosure", sa.Column("person_id", sa.Uuid(), nullable=True, comment="clear: about whom, in youth support")
    )
    op.add_column(
        "disclosure",
        sa.Column(
            "decided_by_account_id", sa.Uuid(), nullable=True, comment="clear: who decided; empty for the schedule"
        ),
    )
    op.add_column(
        "disclosure",
        sa.Column("decided_as", sa.String(length=40), nullable=True, comment="clear: in which role they decided"),
    )
    op.add_column(
        "disclosure",
        sa.Column("second_account_id", sa.Uuid(), nullable=True, comment="clear: who signed with them, where two must"),
    )
    op.add_column(
        "disclosure", sa.Column("jurisdiction", sa.String(length=20), nullable=True, comment="clear: whose law")
    )
    op.add_column(
        "disclosure",
        sa.Column(
            "cause", sa.String(length=12), nullable=True, comment="clear: code: asked_for, offered, duty, conference"
        ),
    )
    op.add_column(
        "disclosure",
        sa.Column("purpose", sa.String(length=24), nullable=True, comment="clear: code of the declared purpose"),
    )
    op.add_column(
        "disclosure",
        sa.Column(
            "consent",
            sa.String(length=12),
            nullable=True,
            comment="clear: code: agreed, partly, refused, not_asked, not_needed",
        ),
    )
    op.add_column(
        "disclosure",
        sa.Column("agreement_id", sa.Uuid(), nullable=True, comment="clear: the agreement that it rests on, if on one"),
    )
    op.add_column(
        "disclosure",
        sa.Column("article_6", sa.String(length=32), nullable=True, comment="clear: code of the lawful basis"),
    )
    op.add_column(
        "disclosure",
        sa.Column("article_9_10", sa.String(length=60), nullable=True, comment="clear: code of the further condition"),
    )
    op.add_column(
        "disclosure",
        sa.Column(
            "told", sa.String(length=16), nullable=True, comment="clear: code: whether and when the person is told"
        ),
    )
    op.add_column(
        "disclosure",
        sa.Column("method", sa.String(length=12), nullable=True, comment="clear: code: inbox, table, none"),
    )
    op.add_column(
        "disclosure",
        sa.Column("outcome", sa.String(length=12), nullable=True, comment="clear: code: shared, part, not_shared"),
    )
    op.add_column(
        "disclosure",
        sa.Column("retention", sa.String(length=16), nullable=True, comment="clear: which clock of keeping applies"),
    )
    op.add_column(
        "disclosure",
        sa.Column("corrects_id", sa.Uuid(), nullable=True, comment="clear: the earlier record that this one corrects"),
    )
    op.add_column("disclosure", sa.Column("key_id", sa.Uuid(), nullable=True, comment="clear: data key of the case"))
    op.add_column(
        "disclosure",
        sa.Column(
            "record_sealed",
            sa.LargeBinary(),
            nullable=True,
            comment="sealed: what went and what was left out, to whom, why, necessity, confidence, risks, advice",
        ),
    )
    op.create_index("ix_disclosure_case_time", "disclosure", ["case_id", "disclosed_at", "id"], unique=False)
    op.create_index("ix_disclosure_person", "disclosure", ["partnership_id", "person_id", "was_shared"], unique=False)
    op.create_foreign_key(
        op.f("fk_disclosure_decided_by_account_id"), "disclosure", "account", ["decided_by_account_id"], ["id"]
    )
    op.create_foreign_key(
        op.f("fk_disclosure_partnership_id_person_id"),
        "disclosure",
        "person",
        ["partnership_id", "person_id"],
        ["partnership_id", "id"],
    )
    op.create_foreign_key(
        op.f("fk_disclosure_partnership_id_corrects_id"),
        "disclosure",
        "disclosure",
        ["partnership_id", "corrects_id"],
        ["partnership_id", "id"],
    )
    op.create_foreign_key(
        op.f("fk_disclosure_second_account_id"), "disclosure", "account", ["second_account_id"], ["id"]
    )
    op.add_column(
        "sharing_decision",
        sa.Column("person_id", sa.Uuid(), nullable=True, comment="clear: about whom, in youth support"),
    )
    op.add_column(
        "sharing_decision", sa.Column("from_agency_id", sa.Uuid(), nullable=True, comment="clear: who would share")
    )
    op.add_column(
        "sharing_decision",
        sa.Column(
            "moment",
            sa.String(length=12),
            nullable=True,
            comment="clear: code: asked, reviewed, delivery; empty in MARAC",
        ),
    )
    op.add_column(
        "sharing_decision", sa.Column("key_id", sa.Uuid(), nullable=True, comment="clear: data key of the case")
    )
    op.add_column(
        "sharing_decision",
        sa.Column("facts_sealed", sa.LargeBinary(), nullable=True, comment="sealed: the facts that it rests on"),
    )
    op.add_column(
        "sharing_decision",
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True, comment="sealed: the answer with its reasons"),
    )
    op.create_foreign_key(
        op.f("fk_sharing_decision_from_agency_id"), "sharing_decision", "agency", ["from_agency_id"], ["id"]
    )
    op.create_foreign_key(
        op.f("fk_sharing_decision_partnership_id_person_id"),
        "sharing_decision",
        "person",
        ["partnership_id", "person_id"],
        ["partnership_id", "id"],
    )
    for column, what in COMMENTS.items():
        op.alter_column("disclosure", column, comment=what)
    for table, name, condition in (
        ("sharing_decision", "ck_sharing_decision_can_be_decided_again", DECISION_WHOLE),
        ("disclosure", "ck_disclosure_is_a_whole_record", RECORD_WHOLE),
    ):
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({condition})")
    op.create_check_constraint(
        op.f("ck_research_request_answer_is_a_disclosure"), "research_request", sa.text(ANSWER_DISCLOSED)
    )
    agency = sa.table("agency", sa.column("slug"), sa.column("body"), sa.column("listed_body"))
    for body, slugs in BODIES.items():
        listed = None if body == "charity" else body not in NOT_LISTED
        plain = sa.func.replace(agency.c.slug, "-", "_")
        op.execute(agency.update().where(plain.in_(slugs)).values(body=body, listed_body=listed))
    for table in TABLES:
        protect(table)
    insert_only("share_review")


def downgrade() -> None:
    """Take them away."""
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_constraint("ck_research_request_answer_is_a_disclosure", "research_request")
    op.drop_constraint("ck_disclosure_is_a_whole_record", "disclosure")
    op.drop_constraint("ck_sharing_decision_can_be_decided_again", "sharing_decision")
    op.drop_index("ix_disclosure_person", table_name="disclosure")
    op.drop_index("ix_disclosure_case_time", table_name="disclosure")
    for column in reversed(DISCLOSURE_COLUMNS):
        op.drop_column("disclosure", column)
    for column in reversed(DECISION_COLUMNS):
        op.drop_column("sharing_decision", column)
    op.drop_column("agency", "listed_body")
    op.drop_column("agency", "body")
