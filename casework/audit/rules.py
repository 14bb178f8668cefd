"""How the trail is chained and signed: what a link hashes, what a checkpoint says, and how long sealing may take. Pure.

    link 1 of a chain  = SHA-256(SHA-256(FORMAT, chain id), entry)
    link n             = SHA-256(link n-1, entry)

An entry is PostgreSQL's binary form of its row (casework/audit/sealer.py has the statement). A checkpoint is a line of JSON,
signed with Ed25519 over the same line without its signature. docs/adr/0007-audit.md has the why.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FORMAT = b"casework/trail/1"
# An entry is linked, and its chain signed, within this long of being committed.
SEALING_DELAY = timedelta(seconds=5)
# An entry may be committed a little after a later one was linked. What turns up later than this is not linked but found.
LOOK_BACK = timedelta(minutes=1)
CHECKPOINTS = "checkpoints.jsonl"
PUBLIC_KEY = "audit-public-key.pem"


def first_hash(chain_id: uuid.UUID) -> bytes:
    """Return what the first link of a chain stands on, so that no link fits into another chain."""
    return sha256(FORMAT + chain_id.bytes).digest()


def link_hash(before: bytes, entry: bytes) -> bytes:
    """Return the hash of the link that puts `entry` behind the link with the hash `before`."""
    return sha256(before + entry).digest()


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed statement: this chain had this length, and its last link this hash. `signed_at` is UTC."""

    chain_id: uuid.UUID
    position: int
    hash: bytes
    signed_at: datetime
    signature: bytes

    @classmethod
    def sign(
        cls, key: Ed25519PrivateKey, *, chain_id: uuid.UUID, position: int, hash: bytes, signed_at: datetime
    ) -> Checkpoint:
        """Return the checkpoint of a chain as it stands."""
        return cls(chain_id, position, hash, signed_at, key.sign(_statement(chain_id, position, hash, signed_at)))

    @classmethod
    def from_line(cls, line: str) -> Checkpoint:
        """Read the line that `line` wrote. Raises ValueError."""
        try:
            said = json.loads(line)
            return cls(
                chain_id=uuid.UUID(said["chain"]),
                position=int(said["position"]),
                hash=bytes.fromhex(said["hash"]),
                signed_at=datetime.fromisoformat(said["signed_at"]),
                signature=bytes.fromhex(said["signature"]),
            )
        except (ValueError, KeyError, TypeError):
            raise ValueError("not a line of a checkpoint") from None

    def line(self) -> str:
        """Return it as one line of JSON, without the line's end."""
        statement = _statement(self.chain_id, self.position, self.hash, self.signed_at).decode()
        return f'{statement[:-1]},"signature":"{self.signature.hex()}"}}'

    def is_genuine(self, key: Ed25519PublicKey) -> bool:
        """Say whether the holder of the audit key signed exactly this."""
        try:
            key.verify(self.signature, _statement(self.chain_id, self.position, self.hash, self.signed_at))
        except InvalidSignature:
            return False
        return True


def _statement(chain_id: uuid.UUID, position: int, hash: bytes, signed_at: datetime) -> bytes:
    said = {
        "format": FORMAT.decode(),
        "chain": str(chain_id),
        "position": position,
        "hash": hash.hex(),
        "signed_at": signed_at.isoformat(),
    }
    return json.dumps(said, separators=(",", ":")).encode()
