"""Master keys: what wraps the data keys. Kept in a file beside neither database, or inside Vault or OpenBao (transit.py).

A key is never taken away while data keys are wrapped by it: make a new one, let every process read it, make it current, rewrap.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, Self

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from casework.encryption.envelope import KEY_BYTES, SealBroken, open_sealed, seal

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_FORM = '{"current": "k1", "keys": {"k1": "64 hexadecimal digits"}}'


class MasterKeyError(Exception):
    """The master keys cannot be read or reached. The text names file and field, never a key."""


class MasterKeyProvider(Protocol):
    """Whatever holds the master keys. `context` binds a wrapped data key to its id, kind and partnership."""

    def current(self) -> str:
        """Return the name of the master key that wraps from now on."""

    def wrap(self, dek: bytes, context: bytes) -> tuple[str, bytes]:
        """Wrap a data key under the current master key; return that master key's name and the wrapped bytes."""

    def unwrap(self, name: str, blob: bytes, context: bytes) -> bytes:
        """Return the data key. Raises SealBroken when it was altered or moved, or when master key `name` is not held."""

    def health(self) -> None:
        """Do nothing when wrapping and unwrapping works now; raise MasterKeyError or SealBroken when not."""


class MasterKeys:
    """Named 256-bit master keys from a file that only its owner can read."""

    def __init__(self, *, current: str, keys: Mapping[str, bytes]) -> None:
        if current not in keys:
            raise MasterKeyError("current must name one of the keys")
        if not all(map(_NAME.fullmatch, keys)):
            raise MasterKeyError("keys: a name has 1 to 40 of a-z, 0-9, '.', '_' and '-'")
        if {*map(len, keys.values())} != {KEY_BYTES} or len({*keys.values()}) != len(keys):
            raise MasterKeyError("keys: each key is 64 hexadecimal digits, and no two are the same")
        self._current, self._keys = current, dict(keys)
        self._ciphers = {name: AESGCM(key) for name, key in keys.items()}

    @classmethod
    def generate(cls) -> Self:
        """Make a first master key, named k1."""
        return cls(current="k1", keys={"k1": secrets.token_bytes(KEY_BYTES)})

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the file. Raises MasterKeyError when it is missing, open to group or others, or not in the right form."""
        return cls.of(read_private_json(path))

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        """Build from what the file says: the current name, and every key by name in hexadecimal."""
        current, texts = content.get("current"), content.get("keys")
        if set(content) != {"current", "keys"} or not isinstance(current, str) or not isinstance(texts, dict):
            raise MasterKeyError(f"the form is {_FORM}")
        try:
            return cls(current=current, keys={name: bytes.fromhex(text) for name, text in texts.items()})
        except (TypeError, ValueError):
            raise MasterKeyError("keys: each key is 64 hexadecimal digits, and no two are the same") from None

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the keys, oldest first."""
        return tuple(self._keys)

    def with_new(self) -> tuple[Self, str]:
        """Return these keys and a fresh one that is not current yet, with its name."""
        numbers = [int(name[1:]) for name in self._keys if re.fullmatch(r"k[0-9]+", name)]
        name = f"k{max(numbers, default=0) + 1}"
        return type(self)(current=self._current, keys={**self._keys, name: secrets.token_bytes(KEY_BYTES)}), name

    def with_current(self, name: str) -> Self:
        """Return these keys with `name` as the current one. Raises MasterKeyError when it is not held."""
        return type(self)(current=name, keys=self._keys)

    def write(self, path: Path) -> None:
        """Write the file as a whole or not at all, for its owner only. An existing file keeps its owner and mode."""
        content = {"current": self._current, "keys": {name: key.hex() for name, key in self._keys.items()}}
        beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            with open(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
                if path.exists():
                    there = path.stat()
                    os.fchown(file.fileno(), there.st_uid, there.st_gid)
                    os.fchmod(file.fileno(), there.st_mode & 0o600)
                json.dump(content, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)

    def current(self) -> str:
        """Return the name of the master key that wraps from now on."""
        return self._current

    def wrap(self, dek: bytes, context: bytes) -> tuple[str, bytes]:
        """Wrap a data key under the current master key; return its name and the wrapped bytes."""
        return self._current, seal(self._ciphers[self._current], dek, context)

    def unwrap(self, name: str, blob: bytes, context: bytes) -> bytes:
        """Return the data key. Raises SealBroken; never tries another key than the one named."""
        if name not in self._ciphers:
            raise SealBroken(f"master key {name} is not held here")
        return open_sealed(self._ciphers[name], blob, context)

    def health(self) -> None:
        """Wrap and unwrap once. Raises SealBroken when that does not work."""
        check_round_trip(self)


def check_round_trip(provider: MasterKeyProvider) -> None:
    """Wrap a random value and unwrap it again. Raises what the provider raises, or SealBroken when another value comes back."""
    value = secrets.token_bytes(KEY_BYTES)
    name, blob = provider.wrap(value, b"health")
    if not secrets.compare_digest(provider.unwrap(name, blob, b"health"), value):
        raise SealBroken("the master key gives back another value than it was given")


def read_private_text(path: Path) -> str:
    """Return the text of a file that only its owner can read. Raises MasterKeyError otherwise, without repeating what it holds."""
    try:
        with path.open(encoding="utf-8") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise MasterKeyError(f"{path} can be read by others than its owner: set its mode to 0400 or 0600")
            return file.read()
    except (OSError, UnicodeDecodeError) as wrong:
        raise MasterKeyError(f"{path} cannot be read ({type(wrong).__name__})") from None


def read_private_json(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file that only its owner can read. Raises MasterKeyError otherwise."""
    try:
        content = json.loads(read_private_text(path))
    except ValueError:
        raise MasterKeyError(f"{path} is not JSON; the form is {_FORM}") from None
    if not isinstance(content, dict):
        raise MasterKeyError(f"{path} is not a JSON object; the form is {_FORM}")
    return content
