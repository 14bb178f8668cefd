"""Sealing without sealing, for measuring what sealing costs. It lives here so that no setting of the product can choose it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from casework.encryption.envelope import Cipher
from casework.encryption.key_ring import DataKey
from casework.encryption.key_store import NO_PARTNERSHIP, Keys, KeyStore
from casework.encryption.master_keys import MasterKeys

_TAG = bytes(16)


class NullCipher:
    """Leaves bytes as they are, at the length that a real seal would give them."""

    def encrypt(self, _nonce: bytes, data: bytes, _place: bytes | None, /) -> bytes:
        """Return the data with an empty tag."""
        return data + _TAG

    def decrypt(self, _nonce: bytes, data: bytes, _place: bytes | None, /) -> bytes:
        """Return the data without its tag."""
        return data[: -len(_TAG)]


_CIPHER: Cipher = NullCipher()


class NullKeys(Keys):
    """Keys that are neither made nor fetched."""

    def __init__(self, store: KeyStore, partnerships: dict[uuid.UUID, uuid.UUID]) -> None:
        super().__init__(store)
        self._partnerships = partnerships

    def new_many(self, kind: str, partnership_id: uuid.UUID, count: int) -> list[uuid.UUID]:
        """Return fresh ids."""
        made = [uuid.uuid4() for _ in range(count)]
        self._partnerships.update(dict.fromkeys(made, partnership_id))
        return made

    def load(self, key_ids: Iterable[uuid.UUID]) -> None:
        """Do nothing: there is nothing to fetch."""

    def data_key(self, key_id: uuid.UUID) -> DataKey:
        """Return a key that seals nothing."""
        return DataKey(key_id, self._partnerships.get(key_id, NO_PARTNERSHIP), _CIPHER)


class NullKeyStore(KeyStore):
    """A key store that is never reached. Another process reads what was written through it, but does not seal under its keys."""

    def __init__(self) -> None:
        super().__init__("postgresql+psycopg://127.0.0.1:9/none", MasterKeys.generate())
        self._partnerships: dict[uuid.UUID, uuid.UUID] = {}

    def keys(self, partnership_id: uuid.UUID | None = None) -> NullKeys:
        """Return keys that seal nothing."""
        return NullKeys(self, self._partnerships)

    def keys_of(self, key_id: uuid.UUID, partnership_id: uuid.UUID) -> NullKeys:
        """Return keys among which is one that was made elsewhere."""
        self._partnerships[key_id] = partnership_id
        return self.keys()
