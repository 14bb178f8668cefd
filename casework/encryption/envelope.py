"""The sealed format, in one place: a byte for the format, one for the algorithm, twelve of nonce, the ciphertext, sixteen of tag.

Frozen test vectors hold it still (tests/unit/encryption/vectors.json); docs/sealing.md writes it out for people.
"""

from __future__ import annotations

import os
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

KEY_BYTES = 32
NONCE_BYTES = 12
HEAD = b"\x01\x01"  # format 1, algorithm 1: AES-256-GCM
_BODY = len(HEAD) + NONCE_BYTES
_SHORTEST = _BODY + 16
_SHA256 = SHA256()


class SealBroken(Exception):
    """Something sealed could not be opened: altered, moved to another place, or its key is missing, wrong or destroyed.

    One error for every cause, so that nobody learns from the answer which it was. Its text holds ids and names of places only.
    """


class Cipher(Protocol):
    """What seals and opens: `cryptography`'s AESGCM in the product; the benchmarks bring one that does nothing."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """Return the ciphertext with its tag."""

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """Return the plaintext. Raises InvalidTag when anything was altered."""


def bind(*parts: bytes) -> bytes:
    """Return the parts as one byte string that no other parts can give: each after its length in four big-endian bytes."""
    return b"".join([len(part).to_bytes(4) + part for part in parts])


def seal(cipher: Cipher, plaintext: bytes, place: bytes) -> bytes:
    """Seal `plaintext` so that it opens only with the same key and the same `place` (RFC 5116 associated data).

    The nonce is random, never counted: a restored snapshot would repeat a counter. NIST SP 800-38D allows 2**32 random
    nonces a key; docs/sealing.md keeps data keys below 2**20.
    """
    nonce = os.urandom(NONCE_BYTES)
    return HEAD + nonce + cipher.encrypt(nonce, plaintext, place)


def open_sealed(cipher: Cipher, sealed: bytes, place: bytes) -> bytes:
    """Return what was sealed at `place`. Raises SealBroken for any failure."""
    if sealed[:2] != HEAD or len(sealed) < _SHORTEST:
        raise SealBroken("not in a sealed format that this version knows")
    try:
        return cipher.decrypt(sealed[2:_BODY], sealed[_BODY:], place)
    except InvalidTag:
        raise SealBroken("altered, moved, or sealed under another key") from None


def expand(key: bytes, purpose: bytes, length: int = KEY_BYTES) -> bytes:
    """Derive `length` bytes for one purpose from a uniformly random `key` (HKDF-SHA-256, expand only: RFC 5869, section 3.3)."""
    return HKDFExpand(_SHA256, length, purpose).derive(key)
