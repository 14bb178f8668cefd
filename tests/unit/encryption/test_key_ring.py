"""What a process may hold of opened keys between two pages, and when it must let go."""

from __future__ import annotations

import uuid

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from casework.encryption import key_ring
from casework.encryption.key_ring import HOLDS_FOR_SECONDS, LOOKS_EVERY_SECONDS, DataKey, KeyRing


class Ledger:
    """A shred ledger and a clock that stand still until they are told."""

    def __init__(self) -> None:
        self.destroyed, self.looks, self.now = 0, 0, 100.0

    def look(self) -> int:
        self.looks += 1
        return self.destroyed


def a_key() -> DataKey:
    return DataKey(uuid.uuid4(), uuid.uuid4(), AESGCM(bytes(32)))


def held(ring: KeyRing, *key_ids: uuid.UUID) -> list[object]:
    return [key for _, key in ring.recall(key_id.int for key_id in key_ids).values()]


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def ring(ledger: Ledger) -> KeyRing:
    """A ring that has looked at the ledger, a moment ago."""
    made = KeyRing(ledger.look, clock=lambda: ledger.now)
    made.keep(uuid.uuid4(), a_key(), ledger.now)
    made.recall([])
    ledger.now += 0.1
    return made


class TestAHeldKey:
    def test_is_there_for_the_next_page_without_a_look_at_the_ledger(self, ring: KeyRing, ledger: Ledger) -> None:
        key = a_key()
        ring.keep(key.id, key, ring.now())
        assert held(ring, key.id, uuid.uuid4()) == [key]
        assert ledger.looks == 1

    def test_is_gone_after_a_minute(self, ring: KeyRing, ledger: Ledger) -> None:
        key = a_key()
        ring.keep(key.id, key, ring.now())
        ledger.now += HOLDS_FOR_SECONDS - 0.01
        assert held(ring, key.id) == [key]
        ledger.now += 0.02
        assert held(ring, key.id) == []

    def test_is_gone_a_second_after_any_key_was_destroyed_anywhere(self, ring: KeyRing, ledger: Ledger) -> None:
        key = a_key()
        ring.keep(key.id, key, ring.now())
        ledger.destroyed += 1
        assert held(ring, key.id) == [key]
        ledger.now += LOOKS_EVERY_SECONDS
        assert held(ring, key.id) == []

    def test_that_was_fetched_before_the_destruction_was_seen_is_not_taken_up_afterwards(
        self, ring: KeyRing, ledger: Ledger
    ) -> None:
        fetched_at, key = ring.now(), a_key()
        ledger.destroyed += 1
        ledger.now += LOOKS_EVERY_SECONDS
        ring.recall([key.id.int])
        ring.keep(key.id, key, fetched_at)
        assert held(ring, key.id) == []
        ring.keep(key.id, key, ring.now())
        assert held(ring, key.id) == [key]

    def test_is_forgotten_at_once_where_it_was_destroyed(self, ring: KeyRing) -> None:
        key = a_key()
        ring.keep(key.id, key, ring.now())
        ring.forget(key.id)
        assert held(ring, key.id) == []

    def test_makes_room_for_newer_ones(self, ring: KeyRing, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(key_ring, "MOST", 3)
        keys = [a_key() for _ in range(5)]
        for key in keys:
            ring.keep(key.id, key, ring.now())
        assert held(ring, *(key.id for key in keys)) == keys[2:]
