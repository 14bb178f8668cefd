"""The key store: wrapped data keys in a database of their own, with a role of its own, backed up apart from the records.

A dump of the main database opens nothing, and a destroyed key does not come back with a restored record.
"""

from __future__ import annotations

import os
import re
import secrets
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, Row, TextClause, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from casework.encryption.envelope import KEY_BYTES, Cipher, SealBroken, bind, expand
from casework.encryption.key_ring import DataKey, KeyRing
from casework.encryption.master_keys import MasterKeyProvider

KINDS = frozenset({"person", "case", "referral", "account", "agency", "conference"})
NO_PARTNERSHIP = uuid.UUID(int=0)
_REASON = re.compile(r"[a-z][a-z0-9_]{0,39}")

_SCHEMA = Path(__file__).with_name("key_store.sql")
_INSERT = text(
    "INSERT INTO data_key (id, partnership_id, kind, master_key, wrapped, commitment)"
    " SELECT id, :partnership_id, :kind, master_key, wrapped, commitment FROM"
    " unnest(CAST(:ids AS uuid[]), CAST(:names AS text[]), CAST(:wrapped AS bytea[]), CAST(:commitments AS bytea[]))"
    " AS made (id, master_key, wrapped, commitment) ON CONFLICT (id) DO NOTHING"  # a repeat after a lost answer
)
_SELECT = text("SELECT id, partnership_id, kind, master_key, wrapped, commitment FROM data_key WHERE id = ANY(:ids)")
_DESTROY = text(
    "WITH gone AS (UPDATE data_key SET wrapped = NULL, destroyed_at = :now"
    " WHERE id = :id AND destroyed_at IS NULL RETURNING id, partnership_id, kind)"
    " INSERT INTO shred_ledger (key_id, partnership_id, kind, reason_code, destroyed_at)"
    " SELECT id, partnership_id, kind, :reason_code, :now FROM gone"
)
_DESTROYED = text("SELECT count(*) FROM shred_ledger")
_DESTROYED_AT = text("SELECT destroyed_at FROM shred_ledger WHERE key_id = :id")


class OpensKeys(Protocol):
    """What a sealed field needs of a unit's keys."""

    def data_key(self, key_id: uuid.UUID) -> DataKey:
        """Return the data key, opened. Raises SealBroken."""


def prepare(url: str) -> None:
    """Make the key store's two tables and their guards. May be run again, also by several at once."""
    with create_engine(url, poolclass=NullPool).begin() as connection:
        connection.exec_driver_sql(_SCHEMA.read_text(encoding="ascii"))


def context_of(key_id: uuid.UUID, partnership_id: uuid.UUID, kind: str) -> bytes:
    """Return the place that a wrapped data key is bound to."""
    return bind(b"casework/v1/wrap", partnership_id.bytes, key_id.bytes, kind.encode())


def field_key_and_commitment(dek: bytes) -> tuple[bytes, bytes]:
    """Derive the key that seals fields, and the commitment that tells one data key from every other, from a data key.

    AES-GCM alone is not key-committing: one ciphertext may open under two keys. The commitment is stored beside the
    wrapped key and says nothing about it.
    """
    derived = expand(dek, b"casework/v1/field", 2 * KEY_BYTES)
    return derived[:KEY_BYTES], derived[KEY_BYTES:]


def unwrap(master_keys: MasterKeyProvider, row: Row[Any]) -> tuple[bytes, bytes]:
    """Return a data key and its field key. Raises SealBroken when it is destroyed, altered, moved, or not the one committed to."""
    if row.wrapped is None:
        raise SealBroken(f"data key {row.id} has been destroyed")
    dek = master_keys.unwrap(row.master_key, row.wrapped, context_of(row.id, row.partnership_id, row.kind))
    field_key, commitment = field_key_and_commitment(dek)
    if not secrets.compare_digest(commitment, row.commitment):
        raise SealBroken(f"data key {row.id} is not the one that was committed to")
    return dek, field_key


class KeyStore:
    """The process's way to the key store: one small pool, the master keys, the keys opened lately. Build it once."""

    def __init__(
        self,
        url: str,
        master_keys: MasterKeyProvider,
        *,
        pool_size: int = 5,
        cipher: Callable[[bytes], Cipher] = AESGCM,
    ) -> None:
        self.master_keys, self.cipher = master_keys, cipher
        self.ring = KeyRing(lambda: int(self.run(_DESTROYED, {})[0][0]))
        self.engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=5,
            hide_parameters=True,
            isolation_level="AUTOCOMMIT",  # each call is one statement: one round trip, and a new key is there at once
            connect_args={"options": "-c timezone=UTC -c statement_timeout=20000 -c lock_timeout=10000"},
        )

    def keys(self, partnership_id: uuid.UUID | None = None) -> Keys:
        """Return the keys of one unit of work. With a partnership, keys of any other partnership do not open."""
        return Keys(self, partnership_id)

    def run(self, statement: TextClause, values: dict[str, Any]) -> Sequence[Row[Any]]:
        """Run one statement that may safely run twice: tried again once when the connection turns out to be dead."""
        try:
            return self._run(statement, values)
        except DBAPIError as broken:
            if not broken.connection_invalidated:
                raise
        return self._run(statement, values)

    def _run(self, statement: TextClause, values: dict[str, Any]) -> Sequence[Row[Any]]:
        with self.engine.connect() as connection:
            result = connection.execute(statement, values)
            return result.all() if result.returns_rows else []

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Open a transaction of several statements; it is committed at the end of the block."""
        with (
            self.engine.connect().execution_options(isolation_level="READ COMMITTED") as connection,
            connection.begin(),
        ):
            yield connection

    def health(self) -> None:
        """Do nothing when the database answers and the master keys work; raise what went wrong when not."""
        self.run(text("SELECT 1 FROM data_key LIMIT 1"), {})
        self.master_keys.health()

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


class Keys:
    """The data keys of one unit of work. What it has fetched is forgotten with it; what it has opened goes to the store's ring."""

    def __init__(self, store: KeyStore, partnership_id: uuid.UUID | None = None) -> None:
        self._store = store
        self._partnership_id = partnership_id
        # Both by the id's number, as in the ring.
        self._wrapped: dict[int, tuple[float, Any]] = {}
        self._opened: dict[int, DataKey] = {}

    def new(self, kind: str, partnership_id: uuid.UUID) -> uuid.UUID:
        """Make a data key, store it, and return its id. `partnership_id` is the nil UUID for what belongs to none."""
        return self.new_many(kind, partnership_id, 1)[0]

    def new_many(self, kind: str, partnership_id: uuid.UUID, count: int) -> list[uuid.UUID]:
        """Make `count` data keys in one round trip and return their ids.

        They are committed at once, before the rows that use them: a key without a row harms nobody, a row without a key is
        lost. Raises ValueError for an unknown kind.
        """
        if kind not in KINDS:
            raise ValueError(f"kind of a data key must be one of {', '.join(sorted(KINDS))}")
        rows, opened = [], []
        for _ in range(count):
            key_id, dek = uuid.uuid4(), os.urandom(KEY_BYTES)
            field_key, commitment = field_key_and_commitment(dek)
            rows.append(
                (key_id, *self._store.master_keys.wrap(dek, context_of(key_id, partnership_id, kind)), commitment)
            )
            opened.append(DataKey(key_id, partnership_id, self._store.cipher(field_key)))
        if rows:
            columns = dict(
                zip(("ids", "names", "wrapped", "commitments"), map(list, zip(*rows, strict=True)), strict=True)
            )
            self._store.run(_INSERT, {"partnership_id": partnership_id, "kind": kind, **columns})
        self._opened.update((key.id.int, key) for key in opened)
        return [key.id for key in opened]

    def load(self, key_ids: Iterable[uuid.UUID]) -> None:
        """Fetch the wrapped keys of many records in one round trip, none when all are here. Absent ones fail when used."""
        opened, wrapped, ring = self._opened, self._wrapped, self._store.ring
        wanted = {one.int: one for one in key_ids if one.int not in opened and one.int not in wrapped}
        if not wanted:
            return
        for number, (fetched_at, held) in ring.recall(wanted).items():
            if not isinstance(held, DataKey):
                wrapped[number] = (fetched_at, held)
            elif self._is_ours(held.partnership_id):
                opened[number] = held
            else:
                continue
            del wanted[number]
        if wanted:
            now = ring.now()
            for row in self._store.run(_SELECT, {"ids": list(wanted.values())}):
                wrapped[row.id.int] = (now, row)
                ring.keep(row.id, row, now)

    def data_key(self, key_id: uuid.UUID) -> DataKey:
        """Return the data key, opened; fetched singly when `load` has not brought it. Raises SealBroken."""
        number = key_id.int
        if number not in self._opened:
            self.load((key_id,))
        if (held := self._opened.get(number)) is not None:
            return held
        if number not in self._wrapped:
            raise SealBroken(f"there is no data key {key_id}")
        fetched_at, row = self._wrapped[number]
        if not self._is_ours(row.partnership_id):
            raise SealBroken(f"data key {key_id} belongs to another partnership")
        field_key = unwrap(self._store.master_keys, row)[1]
        opened = self._opened[number] = DataKey(key_id, row.partnership_id, self._store.cipher(field_key))
        self._store.ring.keep(key_id, opened, fetched_at)
        return opened

    def _is_ours(self, partnership_id: uuid.UUID) -> bool:
        return self._partnership_id is None or partnership_id in (self._partnership_id, NO_PARTNERSHIP)

    def destroy(self, key_id: uuid.UUID, reason_code: str, now: datetime) -> datetime:
        """Destroy a data key for good and write it to the shred ledger; return when it was destroyed (aware UTC).

        Everything sealed under it is gone with it (UK GDPR article 17; docs/sealing.md names the backup horizon). Once
        destroyed, a second call changes nothing. Raises ValueError for a reason that is not a code, and SealBroken
        when there is no such key.
        """
        if not _REASON.fullmatch(reason_code):
            raise ValueError("reason_code must be a code of a-z, 0-9 and '_', not words")
        self._wrapped.pop(key_id.int, None)
        self._opened.pop(key_id.int, None)
        self._store.ring.forget(key_id)
        self._store.run(_DESTROY, {"id": key_id, "reason_code": reason_code, "now": now})
        found = self._store.run(_DESTROYED_AT, {"id": key_id})
        if not found:
            raise SealBroken(f"there is no data key {key_id}")
        return found[0].destroyed_at  # type: ignore[no-any-return]
