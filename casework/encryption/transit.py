"""Master keys inside Vault or OpenBao: its transit engine wraps and unwraps, and the master key never leaves it.

One HTTP call for each data key, about a millisecond: fit for sites whose policy asks for it, slower than a file.
"""

from __future__ import annotations

import base64
import json
import re
import ssl
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self
from urllib.error import HTTPError
from urllib.parse import urlsplit

from casework.encryption.envelope import SealBroken
from casework.encryption.master_keys import (
    MasterKeyError,
    MasterKeyProvider,
    MasterKeys,
    check_round_trip,
    read_private_json,
    read_private_text,
)

_CIPHERTEXT = re.compile(r"[a-z]+:v([1-9][0-9]*):.+", re.DOTALL)
_TIMEOUT_SECONDS = 5
_FIELDS = frozenset({"address", "mount", "key", "token_file"})


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the token to another address."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Transit:
    """A transit key with `derived=true`: the context that binds a data key to its place derives the key that wraps it."""

    def __init__(self, *, address: str, mount: str, key: str, token_file: Path) -> None:
        parts = urlsplit(address)
        if parts.scheme != "https" and (parts.scheme, parts.hostname) not in (("http", "127.0.0.1"), ("http", "::1")):
            raise MasterKeyError("transit.address must begin with https:// (http:// only on 127.0.0.1)")
        for name, value in (("mount", mount), ("key", key)):
            if not re.fullmatch(r"[A-Za-z0-9._-]{1,60}", value):
                raise MasterKeyError(f"transit.{name} takes letters, digits, '.', '_' and '-'")
        self._base, self._mount, self._key, self._token_file = address.rstrip("/"), mount, key, token_file
        self._opener = urllib.request.build_opener(
            _NoRedirect,
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=ssl.create_default_context()),
        )

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        """Build from the `transit` part of the master keys' file. Raises MasterKeyError naming the fields."""
        if set(content) != _FIELDS or not all(isinstance(value, str) for value in content.values()):
            raise MasterKeyError(f"transit takes {', '.join(sorted(_FIELDS))}, each a text")
        return cls(**{**content, "token_file": Path(content["token_file"])})

    def current(self) -> str:
        """Return the key's name with its latest version. Raises MasterKeyError when the key is not derived by context."""
        found = self._call(f"keys/{self._key}")
        if found.get("derived") is not True:
            raise MasterKeyError(f"transit key {self._key} must be made with derived=true")
        return f"{self._key}:v{found.get('latest_version')}"

    def wrap(self, dek: bytes, context: bytes) -> tuple[str, bytes]:
        """Wrap a data key under the latest version; return the key's name with that version, and the wrapped bytes."""
        found = self._call(f"encrypt/{self._key}", plaintext=_text(dek), context=_text(context))
        ciphertext = str(found.get("ciphertext"))
        version = _CIPHERTEXT.fullmatch(ciphertext)
        if version is None:
            raise MasterKeyError("the transit engine answered without a ciphertext")
        return f"{self._key}:v{version[1]}", ciphertext.encode()

    def unwrap(self, name: str, blob: bytes, context: bytes) -> bytes:
        """Return the data key. Raises SealBroken when it was altered or moved, MasterKeyError when the engine cannot be reached."""
        if name.rpartition(":")[0] != self._key:
            raise SealBroken(f"master key {name} is not held here")
        ciphertext = blob.decode("ascii", "replace")
        found = self._call(f"decrypt/{self._key}", ciphertext=ciphertext, context=_text(context))
        return base64.b64decode(str(found.get("plaintext", "")))

    def health(self) -> None:
        """Wrap and unwrap once. Raises MasterKeyError or SealBroken when that does not work."""
        self.current()
        check_round_trip(self)

    def _call(self, path: str, **body: str) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked above
            f"{self._base}/v1/{self._mount}/{path}",
            data=json.dumps(body).encode() if body else None,
            headers={"X-Vault-Token": read_private_text(self._token_file).strip(), "Content-Type": "application/json"},
        )
        try:
            with self._opener.open(request, timeout=_TIMEOUT_SECONDS) as answer:
                data = json.load(answer)["data"]
        except HTTPError as refused:
            if refused.code == 400 and path.startswith("decrypt/"):
                raise SealBroken("altered, moved, or wrapped by a version that is no longer allowed") from None
            raise MasterKeyError(f"the transit engine answered {refused.code} to {path.partition('/')[0]}") from None
        except (OSError, ValueError, KeyError) as wrong:
            raise MasterKeyError(f"the transit engine cannot be used ({type(wrong).__name__})") from None
        if not isinstance(data, dict):
            raise MasterKeyError("the transit engine answered without data")
        return data


def open_master_keys(path: Path) -> MasterKeyProvider:
    """Return what the file at `path` describes: the master keys themselves, or `{"transit": {…}}` for Vault or OpenBao.

    Raises MasterKeyError when the file is open to others or not in the right form. Nothing is reached yet: see `health`.
    """
    content = read_private_json(path)
    transit = content.get("transit")
    return Transit.of(transit) if set(content) == {"transit"} and isinstance(transit, dict) else MasterKeys.of(content)


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")
