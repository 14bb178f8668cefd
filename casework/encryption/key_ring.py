"""Data keys that a process holds for the next page: for a minute, and never for longer than a second after any key is destroyed.

Why this is allowed and what it costs: docs/adr/0006-sealing-and-key-store.md.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

from casework.encryption.envelope import Cipher

HOLDS_FOR_SECONDS = 60.0
LOOKS_EVERY_SECONDS = 1.0
MOST = 5_000


class HasPartnership(Protocol):
    """A data key, wrapped or opened."""

    @property
    def partnership_id(self) -> uuid.UUID:
        """Whose key it is."""


class DataKey(NamedTuple):
    """An opened data key. `cipher` works under the key derived for fields; the data key itself is not kept."""

    id: uuid.UUID
    partnership_id: uuid.UUID
    cipher: Cipher


class KeyRing:
    """What one process holds. `destroyed` counts the shred ledger; `clock` gives seconds that only go forward.

    Each use looks at the ledger, once a second at most. Where a key has been destroyed, whichever it is and whoever did it,
    everything that was fetched before the look is dropped.
    """

    def __init__(self, destroyed: Callable[[], int], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._destroyed, self._clock = destroyed, clock
        self._held: dict[int, tuple[float, HasPartnership]] = {}  # by the id's number: that of a UUID is slow to hash
        self._count = -1
        self._looked_at = self._good_from = float("-inf")
        self._lock = threading.Lock()

    def now(self) -> float:
        """Return the moment to give to `keep`: take it before the wrapped key is fetched."""
        return self._clock()

    def keep(self, key_id: uuid.UUID, key: HasPartnership, fetched_at: float) -> None:
        """Hold a key, wrapped or opened, whose wrapped form was fetched at `fetched_at`. The one held longest makes room."""
        with self._lock:
            if len(self._held) >= MOST:
                del self._held[next(iter(self._held))]
            self._held[key_id.int] = (fetched_at, key)

    def recall(self, numbers: Iterable[int]) -> dict[int, tuple[float, HasPartnership]]:
        """Return those keys of these ids (UUIDs as numbers) that are held and still good, each with when it was fetched."""
        if not self._held:
            return {}
        now = self._clock()
        if now - self._looked_at >= LOOKS_EVERY_SECONDS:
            count = self._destroyed()
            with self._lock:
                self._looked_at = now
                if count != self._count:
                    self._count, self._good_from = count, now
                good_from = max(self._good_from, now - HOLDS_FOR_SECONDS)
                self._held = {number: held for number, held in self._held.items() if held[0] >= good_from}
        good_from = max(self._good_from, now - HOLDS_FOR_SECONDS)
        found = [(number, self._held.get(number)) for number in numbers]
        return {number: held for number, held in found if held is not None and held[0] >= good_from}

    def forget(self, key_id: uuid.UUID) -> None:
        """Drop a key at once."""
        with self._lock:
            self._held.pop(key_id.int, None)
