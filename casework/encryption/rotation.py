"""Moving every data key under the current master key: in batches, beside running work, and again from where it stopped."""

from __future__ import annotations

import uuid
from typing import NamedTuple

from sqlalchemy import text

from casework.encryption.envelope import SealBroken
from casework.encryption.key_store import KeyStore, context_of, unwrap

_BATCH = text(
    "SELECT id, partnership_id, kind, master_key, wrapped, commitment FROM data_key"
    " WHERE destroyed_at IS NULL AND master_key <> :current AND id > :after"
    " ORDER BY id LIMIT :size FOR UPDATE SKIP LOCKED"
)
_UPDATE = text(
    "UPDATE data_key SET master_key = made.name, wrapped = made.wrapped FROM"
    " unnest(CAST(:ids AS uuid[]), CAST(:names AS text[]), CAST(:wrapped AS bytea[])) AS made (id, name, wrapped)"
    " WHERE data_key.id = made.id"
)
_COUNTS = text(
    "SELECT master_key, count(*) AS held FROM data_key WHERE destroyed_at IS NULL GROUP BY master_key ORDER BY master_key"
)
_DESTROYED = text("SELECT count(*) AS held FROM shred_ledger")


class Status(NamedTuple):
    """How many data keys stand under each master key, and how many were destroyed."""

    current: str
    data_keys: dict[str, int]
    destroyed: int

    @property
    def to_rewrap(self) -> int:
        """Return how many data keys are not under the current master key."""
        return sum(held for name, held in self.data_keys.items() if name != self.current)


class Rewrapped(NamedTuple):
    """What a run did: keys moved, keys that did not open (left as they were), and keys still to move (held by other work)."""

    moved: int
    broken: tuple[uuid.UUID, ...]
    left: int


def status(store: KeyStore) -> Status:
    """Count the data keys by master key."""
    return Status(
        current=store.master_keys.current(),
        data_keys={row.master_key: row.held for row in store.run(_COUNTS, {})},
        destroyed=store.run(_DESTROYED, {})[0].held,
    )


def rewrap(store: KeyStore, *, batch: int = 500) -> Rewrapped:
    """Wrap every data key under the current master key; records themselves are not touched.

    Safe beside running work and beside a second run (rows held elsewhere are passed over), safe to stop and start again:
    each batch is one transaction, and what is done is not done twice. A key that does not open is left and reported.
    """
    moved, broken, after = 0, [], uuid.UUID(int=0)
    current = store.master_keys.current()
    while True:
        done: list[tuple[uuid.UUID, str, bytes]] = []
        with store.transaction() as connection:
            rows = connection.execute(_BATCH, {"current": current, "after": after, "size": batch}).all()
            for row in rows:
                try:
                    dek, _ = unwrap(store.master_keys, row)
                    place = context_of(row.id, row.partnership_id, row.kind)
                    done.append((row.id, *store.master_keys.wrap(dek, place)))
                except SealBroken:
                    broken.append(row.id)
            if done:
                values = zip(("ids", "names", "wrapped"), map(list, zip(*done, strict=True)), strict=True)
                connection.execute(_UPDATE, dict(values))
        moved += len(done)
        if not rows:
            return Rewrapped(moved=moved, broken=tuple(broken), left=status(store).to_rewrap - len(broken))
        after = rows[-1].id
