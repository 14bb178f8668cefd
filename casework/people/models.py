"""Tables of people. Everything about a person is one sealed document under that person's own key."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casework.db import Base, InPartnership, clear, index, inside, sealed
from casework.encryption.sealed import Sealed


class Person(Base, InPartnership):
    """One person as this partnership knows them: names, aliases, birth, addresses, phones, safe contact, equality answers."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("partnership_id", "id"),)

    key_id: Mapped[uuid.UUID] = mapped_column(comment=clear("data key of this person"))
    record_sealed: Mapped[bytes] = mapped_column(comment=sealed("everything known about the person"))
    updated_at: Mapped[datetime] = mapped_column(comment=clear("when last changed"))

    record = Sealed("record_sealed", key="key_id", pad=512)


class PersonToken(Base, InPartnership):
    """A blind index entry of a person: compound keys only, never a name alone."""

    __tablename__ = "person_token"
    __table_args__ = (
        UniqueConstraint("person_id", "index_name", "token"),
        inside("person", "person_id", ondelete="CASCADE"),
        Index("ix_person_token_lookup", "partnership_id", "index_name", "token"),
    )

    person_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which person"))
    index_name: Mapped[str] = mapped_column(String(30), comment=clear("code of the index"))
    token: Mapped[bytes] = mapped_column(
        comment=index(
            "names with date of birth, or birth, postcode or phone with an initial; shows that two rows may be one person"
        )
    )
