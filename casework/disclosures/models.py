"""Tables of sharing decisions and of disclosures. Both are only ever added to."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casework.db import Base, InPartnership, clear, inside, sealed
from casework.encryption.sealed import Sealed


class SharingDecision(Base, InPartnership):
    """What the sharing rules answered, under which rule set and policy, and the facts, so that it can be decided again."""

    __tablename__ = "sharing_decision"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        inside("case_record", "case_id"),
        inside("person", "person_id"),
        inside("policy_version", "policy_version_id"),
        # Rows of before these columns existed are left as they are.
        CheckConstraint(
            "key_id IS NOT NULL AND facts_sealed IS NOT NULL AND answer_sealed IS NOT NULL", name="can_be_decided_again"
        ),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which case"))
    person_id: Mapped[uuid.UUID | None] = mapped_column(comment=clear("about whom, in youth support"))
    from_agency_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("agency.id"), comment=clear("who would share"))
    to_agency_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("agency.id"), comment=clear("asked for which agency; empty for all that hear the round")
    )
    moment: Mapped[str | None] = mapped_column(
        String(12), comment=clear("code: asked, reviewed, delivery; empty in MARAC")
    )
    programme: Mapped[str] = mapped_column(String(24), comment=clear("which sharing model"))
    rule_set: Mapped[str] = mapped_column(String(40), comment=clear("name and version of the rules"))
    row: Mapped[str] = mapped_column(String(40), comment=clear("which row of the rules decided"))
    result: Mapped[str] = mapped_column(String(12), comment=clear("code of the answer"))
    basis: Mapped[str | None] = mapped_column(String(60), comment=clear("code of the lawful basis"))
    policy_version_id: Mapped[uuid.UUID | None] = mapped_column(comment=clear("local policy in force"))
    decided_at: Mapped[datetime] = mapped_column(comment=clear("when"))
    decided_by_account_id: Mapped[uuid.UUID | None] = mapped_column(comment=clear("who; empty for the schedule"))
    key_id: Mapped[uuid.UUID | None] = mapped_column(comment=clear("data key of the case"))
    facts_sealed: Mapped[bytes | None] = mapped_column(comment=sealed("the facts that it rests on"))
    answer_sealed: Mapped[bytes | None] = mapped_column(comment=sealed("the answer with its reasons"))

    facts = Sealed("facts_sealed", key="key_id", pad=256)
    answer = Sealed("answer_sealed", key="key_id", pad=256)


class Disclosure(Base, InPartnership):
    """One act of sharing, or of not sharing, with one agency: codes in clear, words sealed. A correction is a row of its own."""

    __tablename__ = "disclosure"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        inside("case_record", "case_id"),
        inside("sharing_decision", "decision_id"),
        inside("conference", "to_conference_id"),
        inside("person", "person_id"),
        inside("disclosure", "corrects_id"),
        # Rows of before these columns existed are left as they are.
        CheckConstraint(
            "key_id IS NOT NULL AND record_sealed IS NOT NULL AND cause IS NOT NULL AND purpose IS NOT NULL"
            " AND consent IS NOT NULL AND told IS NOT NULL AND method IS NOT NULL AND outcome IS NOT NULL"
            " AND retention IS NOT NULL",
            name="is_a_whole_record",
        ),
        CheckConstraint("(to_agency_id IS NULL) <> (to_conference_id IS NULL)", name="to_one_receiver"),
        Index("ix_disclosure_case_agency", "case_id", "to_agency_id"),
        Index("ix_disclosure_case_time", "case_id", "disclosed_at", "id"),
        Index("ix_disclosure_person", "partnership_id", "person_id", "was_shared"),
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
    kind: Mapped[str] = mapped_column(String(16), comment=clear("code: list, research, minutes, share"))
    subject_id: Mapped[uuid.UUID] = mapped_column(comment=clear("random id of the listing, answer, minutes or share"))
    was_shared: Mapped[bool] = mapped_column(comment=clear("a decision not to share is the same kind of row"))
    disclosed_at: Mapped[datetime] = mapped_column(comment=clear("when"))
    person_id: Mapped[uuid.UUID | None] = mapped_column(comment=clear("about whom, in youth support"))
    decided_by_account_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("account.id"), comment=clear("who decided; empty for the schedule")
    )
    decided_as: Mapped[str | None] = mapped_column(String(40), comment=clear("in which role they decided"))
    second_account_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("account.id"), comment=clear("who signed with them, where two must")
    )
    jurisdiction: Mapped[str | None] = mapped_column(String(20), comment=clear("whose law"))
    cause: Mapped[str | None] = mapped_column(String(12), comment=clear("code: asked_for, offered, duty, conference"))
    purpose: Mapped[str | None] = mapped_column(String(24), comment=clear("code of the declared purpose"))
    consent: Mapped[str | None] = mapped_column(
        String(12), comment=clear("code: agreed, partly, refused, not_asked, not_needed")
    )
    agreement_id: Mapped[uuid.UUID | None] = mapped_column(comment=clear("the agreement that it rests on, if on one"))
    article_6: Mapped[str | None] = mapped_column(String(32), comment=clear("code of the lawful basis"))
    article_9_10: Mapped[str | None] = mapped_column(String(60), comment=clear("code of the further condition"))
    told: Mapped[str | None] = mapped_column(String(16), comment=clear("code: whether and when the person is told"))
    method: Mapped[str | None] = mapped_column(String(12), comment=clear("code: inbox, table, none"))
    outcome: Mapped[str | None] = mapped_column(String(12), comment=clear("code: shared, part, not_shared"))
    retention: Mapped[str | None] = mapped_column(String(16), comment=clear("which clock of keeping applies"))
    corrects_id: Mapped[uuid.UUID | None] = mapped_column(comment=clear("the earlier record that this one corrects"))
    key_id: Mapped[uuid.UUID | None] = mapped_column(comment=clear("data key of the case"))
    record_sealed: Mapped[bytes | None] = mapped_column(
        comment=sealed("what went and what was left out, to whom, why, necessity, confidence, risks, advice")
    )

    record = Sealed("record_sealed", key="key_id", pad=512)
