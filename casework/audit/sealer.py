"""Links the entries of the trail into the chain of their partnership, signs how far it got, and writes that outside the database.

Linking is done behind the acts and not with them, so that acts of one partnership do not wait for each other. Order is what
`position` says: the order in which the sealer saw the entries.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from sqlalchemy import Connection, Engine, text

from casework.audit.rules import CHECKPOINTS, LOOK_BACK, PUBLIC_KEY, Checkpoint, first_hash, link_hash

NO_PARTNERSHIP = uuid.UUID(int=0)
BATCH = 5_000
_LOCK = 4_201_952

# The bytes of an entry: PostgreSQL's binary form of the row, column by column with type and length. It tells NULL from an empty
# text, does not depend on how a session writes times, and the casts keep it the same when a column's type is widened.
ENTRY = (
    "record_send(ROW(e.id, e.partnership_id, e.at, e.written_at, e.actor_kind::text, e.account_id, e.agency_id,"
    " e.act::text, e.subject_kind::text, e.subject_id, e.purpose::text, e.outcome::text, e.reason::text, e.correlation_id))"
)
# Which partnership's rows can be seen, for this transaction only.
_CONTEXT = text("SELECT set_config('app.partnership_id', :partnership, true)")
_LAST = text(
    "SELECT l.position, l.hash, e.written_at FROM audit_link l LEFT JOIN audit_entry e ON e.id = l.entry_id"
    " WHERE l.chain_id = :chain ORDER BY l.position DESC LIMIT 1"
)
_UNLINKED = (
    "SELECT e.id, e.written_at, "  # noqa: S608  # put together from constants
    + ENTRY
    + " AS entry FROM audit_entry e WHERE e.{whose} AND e.written_at > coalesce(CAST(:after AS timestamptz), '-infinity')"
    " AND NOT EXISTS (SELECT FROM audit_link l WHERE l.entry_id = e.id)"
    " ORDER BY e.partnership_id, e.written_at, e.id LIMIT :batch"
)
# Along the index of what was written when, however little the server knows of the tables: otherwise it sorts all that waits.
_IN_ORDER = text(
    "SELECT set_config(name, 'off', true) FROM (VALUES ('enable_bitmapscan'), ('enable_seqscan'), ('enable_hashjoin'),"
    " ('enable_mergejoin')) AS plan (name)"
)
_LINK = text(
    "INSERT INTO audit_link (id, chain_id, position, entry_id, hash) SELECT gen_random_uuid(), :chain, made.* FROM"
    " unnest(CAST(:positions AS bigint[]), CAST(:entries AS uuid[]), CAST(:hashes AS bytea[])) AS made"
)
_CHECKPOINT = text(
    "INSERT INTO audit_checkpoint (id, chain_id, position, hash, signed_at, signature)"
    " VALUES (gen_random_uuid(), :chain_id, :position, :hash, :signed_at, :signature)"
)
_NEWER = text(
    "SELECT chain_id, position, hash, signed_at, signature FROM audit_checkpoint"
    " WHERE chain_id = :chain AND position > :known ORDER BY position"
)


class Sealer:
    """Seals every chain. One at a time over the whole installation: a second one finds the lock held and does nothing."""

    def __init__(self, engine: Engine, key_file: Path, folder: Path) -> None:
        """`key_file` holds the Ed25519 key as PEM; checkpoints are written to `folder`, which is made when it is missing.

        Raises ValueError when the key is not an Ed25519 private key.
        """
        self._engine = engine
        self._key = read_signing_key(key_file)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        pem = self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (folder / PUBLIC_KEY).write_bytes(pem)
        self._file = folder / CHECKPOINTS
        self._written = _last_positions(self._file)

    def seal_all(self) -> int:
        """Link every entry that waits, sign each chain that grew, and write its checkpoints out. Returns how many were linked."""
        return sum(self.seal(chain_id) for chain_id in chains(self._engine))

    def seal(self, chain_id: uuid.UUID) -> int:
        """Seal one chain: a partnership's id, or the nil id for sign-ins and the installation. Returns how many were linked."""
        linked = 0
        reached: datetime | None = None
        while True:
            with in_chain(self._engine, chain_id) as connection:
                if not connection.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _LOCK}):
                    return linked
                connection.execute(_IN_ORDER)
                found, reached = self._link(connection, chain_id, reached)
            linked += found
            if found < BATCH:
                self._write_out(chain_id)
                return linked

    def _link(
        self, connection: Connection, chain_id: uuid.UUID, reached: datetime | None
    ) -> tuple[int, datetime | None]:
        """Link one batch of what was written after `reached`. Returns how many, and until when they were written."""
        last = connection.execute(_LAST, {"chain": chain_id}).one_or_none()
        position, before, written_at = last or (0, first_hash(chain_id), None)
        after = reached or (written_at - LOOK_BACK if written_at else None)
        rows = connection.execute(
            text(_UNLINKED.format(whose=whose(chain_id))), {"chain": chain_id, "after": after, "batch": BATCH}
        ).all()
        if not rows:
            return 0, reached
        hashes: list[bytes] = []
        for row in rows:
            before = link_hash(before, row.entry)
            hashes.append(before)
        self._insert(connection, chain_id, position, [row.id for row in rows], hashes)
        # Batches of one pass follow each other; one microsecond back, because rows may share their moment.
        return len(rows), rows[-1].written_at - timedelta(microseconds=1)

    def _insert(
        self,
        connection: Connection,
        chain_id: uuid.UUID,
        position: int,
        entries: Sequence[uuid.UUID],
        hashes: Sequence[bytes],
    ) -> None:
        end = position + len(entries)
        connection.execute(
            _LINK,
            {
                "chain": chain_id,
                "positions": list(range(position + 1, end + 1)),
                "entries": list(entries),
                "hashes": list(hashes),
            },
        )
        now = connection.scalar(text("SELECT clock_timestamp()"))
        assert now is not None  # noqa: S101  # every clock says something
        made = Checkpoint.sign(self._key, chain_id=chain_id, position=end, hash=hashes[-1], signed_at=now)
        connection.execute(
            _CHECKPOINT,
            {
                "chain_id": chain_id,
                "position": end,
                "hash": made.hash,
                "signed_at": made.signed_at,
                "signature": made.signature,
            },
        )

    def _write_out(self, chain_id: uuid.UUID) -> None:
        """Append what the database has signed and the file does not have: after the commit, so the file is never ahead of it."""
        with in_chain(self._engine, chain_id) as connection:
            rows = connection.execute(_NEWER, {"chain": chain_id, "known": self._written.get(chain_id, 0)}).all()
        if not rows:
            return
        lines = "".join(Checkpoint(*row).line() + "\n" for row in rows)
        descriptor = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, lines.encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        self._written[chain_id] = rows[-1].position


def whose(chain_id: uuid.UUID) -> str:
    """Return the condition on `audit_entry e` that picks a chain's entries; it can use the index, unlike the row security."""
    return "partnership_id IS NULL" if chain_id == NO_PARTNERSHIP else "partnership_id = :chain"


def chains(engine: Engine) -> list[uuid.UUID]:
    """Return every chain there must be: the installation's, and one for each partnership."""
    with engine.connect() as connection:  # by name, because this package stands below partnerships
        return [NO_PARTNERSHIP, *connection.execute(text("SELECT id FROM partnership ORDER BY id")).scalars()]


@contextmanager
def in_chain(engine: Engine, chain_id: uuid.UUID, *, isolation: str = "READ COMMITTED") -> Iterator[Connection]:
    """Open a transaction that sees the entries of one chain."""
    partnership = "" if chain_id == NO_PARTNERSHIP else str(chain_id)
    with engine.connect().execution_options(isolation_level=isolation) as connection, connection.begin():
        connection.execute(_CONTEXT, {"partnership": partnership})
        yield connection


def read_signing_key(file: Path) -> Ed25519PrivateKey:
    """Return the audit key. Raises ValueError when the file holds no Ed25519 private key as PEM."""
    key = load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("the audit key must be an Ed25519 private key as PEM")
    return key


def read_public_key(file: Path) -> Ed25519PublicKey:
    """Return the public half. Raises ValueError when the file holds no Ed25519 public key as PEM."""
    key = load_pem_public_key(file.read_bytes())
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("the public audit key must be an Ed25519 public key as PEM")
    return key


def _last_positions(file: Path) -> dict[uuid.UUID, int]:
    """Return how far each chain got in the file. A line cut short by a crash is taken off; the database still has it."""
    if not file.exists():
        return {}
    content = file.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if len(whole) < len(content):
        os.truncate(file, len(whole))
    found: dict[uuid.UUID, int] = {}
    for line in whole.decode("utf-8", errors="replace").splitlines():
        try:
            checkpoint = Checkpoint.from_line(line)
        except ValueError:
            continue  # `casework audit verify` names it
        found[checkpoint.chain_id] = max(found.get(checkpoint.chain_id, 0), checkpoint.position)
    return found
