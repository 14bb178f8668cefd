"""What the sealing tests stand on: tables of their own, and data keys held in memory instead of in the key store."""

from __future__ import annotations

import os
import uuid

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from casework.encryption.envelope import SealBroken
from casework.encryption.key_store import NO_PARTNERSHIP, DataKey, field_key_and_commitment
from casework.encryption.sealed import Sealed


class Tables(DeclarativeBase):
    """Tables that exist only in these tests; no database is reached."""


class Note(Tables):
    """A row with two sealed fields, made transient: nothing is flushed."""

    __tablename__ = "note"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    partnership_id: Mapped[uuid.UUID]
    key_id: Mapped[uuid.UUID]
    words_sealed: Mapped[bytes | None]
    private_sealed: Mapped[bytes | None]
    words = Sealed("words_sealed", key="key_id", pad=64)
    private = Sealed("private_sealed", key="key_id", pad=64)


class Letter(Tables):
    """Another table with a field of the same name."""

    __tablename__ = "letter"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    partnership_id: Mapped[uuid.UUID]
    key_id: Mapped[uuid.UUID]
    words_sealed: Mapped[bytes | None]
    words = Sealed("words_sealed", key="key_id", pad=64)


class Worker(Tables):
    """A table that belongs to no partnership, as accounts do."""

    __tablename__ = "worker"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    key_id: Mapped[uuid.UUID]
    profile_sealed: Mapped[bytes | None]
    profile = Sealed("profile_sealed", key="key_id", pad=64)


class Keyring:
    """Data keys in memory."""

    def __init__(self) -> None:
        self.held: dict[uuid.UUID, DataKey] = {}

    def add(self, partnership_id: uuid.UUID = NO_PARTNERSHIP, dek: bytes | None = None) -> uuid.UUID:
        """Hold a data key, a fresh one when none is given, and return its id."""
        key_id = uuid.uuid4()
        field_key, _ = field_key_and_commitment(dek or os.urandom(32))
        self.held[key_id] = DataKey(key_id, partnership_id, AESGCM(field_key))
        return key_id

    def data_key(self, key_id: uuid.UUID) -> DataKey:
        """Return a data key that is held. Raises SealBroken for any other."""
        if key_id not in self.held:
            raise SealBroken(f"there is no data key {key_id}")
        return self.held[key_id]
