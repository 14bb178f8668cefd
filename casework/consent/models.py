"""Tables of agreements. Both are only ever added to: where an agreement stands is derived from its entries."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from casework.db import Base, InPartnership, clear, inside, sealed
from casework.encryption.sealed import Sealed


class Agreement(Base, InPartnership):
    """One person's answer about one young person: to the service, or to what may be told to whom. A new answer replaces an old one."""

    __tablename__ = "agreement"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("replaces_id"),
        inside("case_record", "case_id"),
        inside("person", "person_id"),
        inside("agreement", "replaces_id"),
        CheckConstraint("(relation = 'self') = (giver IS NULL)", name="another_giver_has_a_mark"),
        Index("ix_agreement_person", "person_id", "asked_at"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which case"))
    person_id: Mapped[uuid.UUID] = mapped_column(comment=clear("random id of the young person"))
    kind: Mapped[str] = mapped_column(String(10), comment=clear("code: service, sharing; never one tick-box"))
    relation: Mapped[str] = mapped_column(
        String(24), comment=clear("code: self, parental_responsibility, court, best_interests")
    )
    giver: Mapped[uuid.UUID | None] = mapped_column(
        comment=clear("random mark of a giver other than the young person: the same giver answers again")
    )
    replaces_id: Mapped[uuid.UUID | None] = mapped_column(comment=clear("the same giver's answer before"))
    wording: Mapped[str] = mapped_column(String(30), comment=clear("version of what was explained"))
    exceptions_explained: Mapped[bool] = mapped_column(comment=clear("that harm and the law may override a no"))
    language: Mapped[str] = mapped_column(String(20), comment=clear("code of the language"))
    how: Mapped[str] = mapped_column(String(12), comment=clear("code: in_person, phone, video, online, letter"))
    form: Mapped[str] = mapped_column(String(12), comment=clear("code: signed, electronic, spoken"))
    asked_at: Mapped[datetime] = mapped_column(comment=clear("when"))
    asked_by_account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), comment=clear("who asked"))
    asked_agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"), comment=clear("for which agency"))
    evidence_hash: Mapped[bytes | None] = mapped_column(
        comment=clear("SHA-256 of the signed form or recording, which is kept apart")
    )
    key_id: Mapped[uuid.UUID] = mapped_column(comment=clear("data key of the case"))
    words_sealed: Mapped[bytes] = mapped_column(
        comment=sealed("who gave it, the young person's words and view, interpreter, where the evidence is")
    )

    words = Sealed("words_sealed", key="key_id", pad=512)


class AgreementEntry(Base, InPartnership):
    """What happened to an agreement. The latest entry that carries a scope says what is permitted and denied."""

    __tablename__ = "agreement_entry"
    __table_args__ = (UniqueConstraint("agreement_id", "number"), inside("agreement", "agreement_id"))

    agreement_id: Mapped[uuid.UUID] = mapped_column(comment=clear("which agreement"))
    number: Mapped[int] = mapped_column(comment=clear("order within the agreement"))
    kind: Mapped[str] = mapped_column(String(24), comment=clear("code of what happened"))
    on: Mapped[date] = mapped_column(comment=clear("the London day from which it counts"))
    at: Mapped[datetime] = mapped_column(comment=clear("when it was written down"))
    by_account_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("account.id"), comment=clear("by whom; empty for the schedule")
    )
    by_agency_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("agency.id"), comment=clear("for which agency"))
    purposes: Mapped[list[str] | None] = mapped_column(ARRAY(String(24)), comment=clear("codes of what it is for"))
    permit: Mapped[dict[str, Any] | None] = mapped_column(comment=clear("agencies' short names, codes of categories"))
    deny: Mapped[dict[str, Any] | None] = mapped_column(comment=clear("the same for what is denied; * is all"))
    review_due: Mapped[date | None] = mapped_column(comment=clear("the scheduler needs it"))
    expires_on: Mapped[date | None] = mapped_column(comment=clear("the first day on which it no longer counts"))
    competent: Mapped[bool | None] = mapped_column(comment=clear("whether the giver was found able to decide this"))
    test: Mapped[str | None] = mapped_column(String(12), comment=clear("code: gillick, fraser, capacity, presumed"))
    because: Mapped[str | None] = mapped_column(String(24), comment=clear("code of the reason"))
    key_id: Mapped[uuid.UUID] = mapped_column(comment=clear("data key of the case"))
    words_sealed: Mapped[bytes | None] = mapped_column(comment=sealed("the reasons, the competence factors in words"))

    words = Sealed("words_sealed", key="key_id", pad=256)
