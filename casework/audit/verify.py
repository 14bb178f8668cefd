"""Walks the chains of the trail and what was signed about them, inside and outside the database, and names what does not fit.

It finds an entry that was changed, removed, swapped with another or slipped in, a tail that was cut off, and a whole database
that was put back to an earlier day. It cannot find what somebody with the audit key and both places wrote anew (docs/adr/0007-audit.md).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, Engine, text

from casework.audit.rules import CHECKPOINTS, SEALING_DELAY, Checkpoint, first_hash
from casework.audit.sealer import ENTRY, NO_PARTNERSHIP, chains, in_chain, whose


class Finding(StrEnum):
    """What can be wrong at a position of a chain. WORDS says it in words."""

    CHANGED = "changed"
    REMOVED = "removed"
    LINK_REMOVED = "link_removed"
    CUT_OFF = "cut_off"
    NOT_AS_SIGNED = "not_as_signed"
    NOT_SIGNED_BY_US = "not_signed_by_us"
    CHECKPOINT_REMOVED = "checkpoint_removed"
    NOT_OUTSIDE = "not_outside"
    NOT_LINKED = "not_linked"
    UNREADABLE = "unreadable"


WORDS = {
    Finding.CHANGED: "the entry or its link was changed, or swapped with another",
    Finding.REMOVED: "the entry that was linked here is gone",
    Finding.LINK_REMOVED: "the link is gone",
    Finding.CUT_OFF: "the chain ends before a signed checkpoint: rows were removed, or an old copy was put back",
    Finding.NOT_AS_SIGNED: "the chain is not the one that was signed: it was written anew",
    Finding.NOT_SIGNED_BY_US: "a checkpoint does not carry the audit key's signature",
    Finding.CHECKPOINT_REMOVED: "a checkpoint is in the file outside and not in the database",
    Finding.NOT_OUTSIDE: "a checkpoint of the database is not in the file outside",
    Finding.NOT_LINKED: "an entry older than the sealing delay is in no chain: slipped in, or the relay does not seal",
    Finding.UNREADABLE: "this line of the file outside is no checkpoint",
}


@dataclass(frozen=True, slots=True, order=True)
class Bad:
    """One thing that does not fit: in which chain (the nil id for the installation's), at which position, and what."""

    chain_id: uuid.UUID
    position: int
    finding: Finding


@dataclass(frozen=True, slots=True)
class Verification:
    """What was walked and what was found: of each chain the first bad position, the lowest chain first."""

    chains: int
    entries: int
    checkpoints: int
    bad: tuple[Bad, ...]

    @property
    def holds(self) -> bool:
        """Say whether everything fits."""
        return not self.bad


_ROWS = 5_000
_PATIENTLY = text("SELECT set_config('statement_timeout', '0', true)")
# For the whole of a chain one plan, however little the server knows of the tables: each is read once, in bulk.
_IN_BULK = text(
    "SELECT set_config(name, setting, true) FROM (VALUES ('work_mem', '64MB'), ('enable_nestloop', 'off'),"
    " ('enable_mergejoin', 'off'), ('jit', 'off')) AS plan (name, setting)"
)
# Not sorted, because the window beneath has put the hash before beside each link: entries may come in any order.
_LINKS = (
    "SELECT l.position, l.step, l.hash, l.before, CASE WHEN e.id IS NOT NULL THEN "  # noqa: S608
    + ENTRY
    + " END FROM (SELECT position, hash, entry_id, coalesce(lag(hash) OVER places, {first}) AS before,"
    " position - coalesce(lag(position) OVER places, {start}) AS step FROM audit_link"
    " WHERE chain_id = {chain} AND position > {start} WINDOW places AS (ORDER BY position)) l"
    " LEFT JOIN audit_entry e ON e.id = l.entry_id AND e.{whose}"
)
_END = text("SELECT coalesce(max(position), 0) FROM audit_link WHERE chain_id = :chain")
_SIGNED = text(
    "SELECT c.chain_id, c.position, c.hash, c.signed_at, c.signature,"
    " (SELECT l.hash FROM audit_link l WHERE l.chain_id = c.chain_id AND l.position = c.position) AS linked"
    " FROM audit_checkpoint c WHERE c.chain_id = :chain AND c.position > :start ORDER BY c.position"
)
_START = text(
    "SELECT chain_id, position, hash, signed_at, signature FROM audit_checkpoint"
    " WHERE chain_id = :chain AND signed_at < :since ORDER BY position DESC LIMIT 1"
)
_COUNT = "SELECT count(*) FROM audit_entry e WHERE e.{whose}"
_WAITING = (
    "SELECT count(*) FROM audit_entry e WHERE e.{whose} AND e.written_at < now() - CAST(:delay AS interval)"
    " AND e.written_at > coalesce(CAST(:since AS timestamptz), '-infinity')"
    " AND NOT EXISTS (SELECT FROM audit_link l WHERE l.entry_id = e.id)"
)


def verify(engine: Engine, key: Ed25519PublicKey, folder: Path, *, since: datetime | None = None) -> Verification:
    """Walk every chain and every checkpoint; with `since` (UTC) only what came after the last checkpoint signed before it.

    `folder` holds the file outside the database. The newest entries, up to rules.SEALING_DELAY old, may not be linked yet.
    """
    outside, bad = _read(folder / CHECKPOINTS)
    known = {*chains(engine), *outside}
    entries = checkpoints = 0
    for chain_id in sorted(known):
        with in_chain(engine, chain_id, isolation="REPEATABLE READ") as connection:
            walk = _Walk(connection, chain_id, key, outside.get(chain_id, {}))
            bad += walk.run(since)
            entries, checkpoints = entries + walk.entries, checkpoints + walk.checkpoints
    first: dict[uuid.UUID, Bad] = {}
    for each in sorted(bad):
        first.setdefault(each.chain_id, each)
    return Verification(len(known), entries, checkpoints, tuple(first.values()))


class _Walk:
    """One chain in one snapshot of the database."""

    def __init__(
        self, connection: Connection, chain_id: uuid.UUID, key: Ed25519PublicKey, outside: dict[int, Checkpoint]
    ) -> None:
        self._connection = connection
        self._chain_id = chain_id
        self._key = key
        self._outside = outside
        self._present = 0
        self.entries = 0
        self.checkpoints = 0

    def run(self, since: datetime | None) -> list[Bad]:
        self._connection.execute(_PATIENTLY)
        start, first = self._start(since)
        end = self._connection.scalar(_END, {"chain": self._chain_id}) or 0
        found = [
            *self._signed(start, end),
            *self._links(start, first),
            *self._not_linked(start, end, since),
        ]
        return [Bad(self._chain_id, position, finding) for position, finding in found]

    def _start(self, since: datetime | None) -> tuple[int, bytes]:
        if since is not None:
            row = self._connection.execute(_START, {"chain": self._chain_id, "since": since}).one_or_none()
            if row is not None and Checkpoint(*row).is_genuine(self._key):
                return row.position, row.hash
        return 0, first_hash(self._chain_id)

    def _links(self, start: int, first: bytes) -> Iterator[tuple[int, Finding]]:
        driver = self._connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)  # noqa: S101  # the only driver there is
        chain = psycopg.sql.Literal(self._chain_id)
        query = psycopg.sql.SQL(_LINKS).format(
            first=psycopg.sql.Literal(first),
            start=psycopg.sql.Literal(start),
            chain=chain,
            whose=psycopg.sql.SQL(whose(self._chain_id).replace(":chain", "{}")).format(chain),
        )
        if not start:
            self._connection.execute(_IN_BULK)
        with driver.cursor(name="walk") as cursor, ThreadPoolExecutor(1) as ahead:
            cursor.execute(query, binary=True)
            coming = ahead.submit(cursor.fetchmany, _ROWS)
            while rows := coming.result():
                coming = ahead.submit(cursor.fetchmany, _ROWS)  # the server finds the next while these are hashed
                self.entries += len(rows)
                self._present += len(rows)
                for position, step, linked, before, entry in rows:
                    if step != 1:
                        yield position - step + 1, Finding.LINK_REMOVED
                    if entry is None:
                        self._present -= 1
                        yield position, Finding.REMOVED
                    elif sha256(before + entry).digest() != linked:
                        yield position, Finding.CHANGED

    def _signed(self, start: int, end: int) -> Iterator[tuple[int, Finding]]:
        settled = self._connection.scalar(text("SELECT now() - CAST(:delay AS interval)"), {"delay": SEALING_DELAY})
        inside: set[int] = set()
        for row in self._connection.execute(_SIGNED, {"chain": self._chain_id, "start": start}):
            checkpoint = Checkpoint(*row[:5])
            inside.add(checkpoint.position)
            yield from self._checked(checkpoint, row.linked, end)
            if self._outside.get(checkpoint.position) != checkpoint and checkpoint.signed_at < settled:
                yield checkpoint.position, Finding.NOT_OUTSIDE
        self.checkpoints = len(inside)
        for position in sorted(self._outside.keys() - inside):
            if position > start:
                linked = self._connection.scalar(
                    text("SELECT hash FROM audit_link WHERE chain_id = :chain AND position = :position"),
                    {"chain": self._chain_id, "position": position},
                )
                yield from self._checked(self._outside[position], linked, end)
                yield position, Finding.CHECKPOINT_REMOVED

    def _checked(self, checkpoint: Checkpoint, linked: bytes | None, end: int) -> Iterator[tuple[int, Finding]]:
        if not checkpoint.is_genuine(self._key):
            yield checkpoint.position, Finding.NOT_SIGNED_BY_US
        elif checkpoint.position > end:
            yield end + 1, Finding.CUT_OFF
        elif linked is not None and linked != checkpoint.hash:
            yield checkpoint.position, Finding.NOT_AS_SIGNED

    def _not_linked(self, start: int, end: int, since: datetime | None) -> Iterator[tuple[int, Finding]]:
        mine = {"chain": self._chain_id}
        count = text(_COUNT.format(whose=whose(self._chain_id)))
        if not start and self._connection.scalar(count, mine) == self._present:
            return  # counting is quick, looking for each entry's link is not
        waiting = text(_WAITING.format(whose=whose(self._chain_id)))
        if self._connection.scalar(waiting, {**mine, "delay": SEALING_DELAY, "since": since if start else None}):
            yield end + 1, Finding.NOT_LINKED


def _read(file: Path) -> tuple[dict[uuid.UUID, dict[int, Checkpoint]], list[Bad]]:
    """Read the file outside, before the database is looked at: the database is never behind it, unless it was put back."""
    found: dict[uuid.UUID, dict[int, Checkpoint]] = {}
    bad: list[Bad] = []
    for number, line in enumerate(_lines(file), start=1):
        try:
            checkpoint = Checkpoint.from_line(line)
        except ValueError:
            bad.append(Bad(NO_PARTNERSHIP, number, Finding.UNREADABLE))
            continue
        found.setdefault(checkpoint.chain_id, {})[checkpoint.position] = checkpoint
    return found, bad


def _lines(file: Path) -> Iterable[str]:
    return file.read_text(encoding="utf-8", errors="replace").splitlines() if file.exists() else ()
