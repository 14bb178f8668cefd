"""Master keys inside Vault or OpenBao: its transit engine wraps and unwraps, and the master key never leaves it.

One HTTP call for each data key, about a millisecond: fit for sites whose policy asks for it, slower than a file.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from casework.encryption import master_keys
from casework.encryption.envelope import SealBroken
from casework.encryption.master_keys import MasterKeyError, MasterKeyProvider, MasterKeys

_CIPHERTEXT = re.compile(r"[a-z]+:v([1-9][0-9]*):.+", re.DOTALL)
_FIELDS = {"address", "mount", "key", "token_file"}
_TIMEOUT_SECONDS = 5


class Transit:
    """A transit key with `derived=true`: the context that binds a data key to its place derives the key that wraps it."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        if set(settings) != _FIELDS or not all(isinstance(value, str) for value in settings.values()):
            raise MasterKeyError(f"transit takes {', '.join(sorted(_FIELDS))}, each a text")
        address = urlsplit(settings["address"])
        if address.scheme != "https" and (address.scheme, address.hostname) != ("http", "127.0.0.1"):
            raise MasterKeyError("transit.address must begin with https:// (http:// only on 127.0.0.1)")
        if not all(re.fullmatch(r"[A-Za-z0-9._-]{1,60}", settings[name]) for name in ("mount", "key")):
            raise MasterKeyError("transit.mount and transit.key take letters, digits, '.', '_' and '-'")
        self._host, self._tls = address.netloc, address.scheme == "https"
        self._mount, self._key, self._token_file = settings["mount"], settings["key"], Path(settings["token_file"])

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
        master_keys.check_round_trip(self)

    def _call(self, path: str, **body: str) -> dict[str, Any]:
        """Ask the engine; no redirect is followed and no proxy used, because either would be given the token."""
        headers = {"X-Vault-Token": master_keys.read_private_text(self._token_file).strip()}
        connection = (HTTPSConnection if self._tls else HTTPConnection)(self._host, timeout=_TIMEOUT_SECONDS)
        try:
            text = json.dumps(body) if body else None
            connection.request("POST" if body else "GET", f"/v1/{self._mount}/{path}", text, headers)
            answer = connection.getresponse()
            if answer.status == 400 and path.startswith("decrypt/"):
                raise SealBroken("altered, moved, or wrapped by a version that is no longer allowed")
            if answer.status != 200:
                raise MasterKeyError(f"the transit engine answered {answer.status} to {path.partition('/')[0]}")
            return dict(json.load(answer)["data"])
        except (OSError, HTTPException, ValueError, KeyError, TypeError) as wrong:
            raise MasterKeyError(f"the transit engine cannot be used ({type(wrong).__name__})") from None
        finally:
            connection.close()


def open_master_keys(path: Path) -> MasterKeyProvider:
    """Return what the file at `path` describes: the master keys themselves, or `{"transit": {…}}` for Vault or OpenBao.

    Raises MasterKeyError when the file is open to others or not in the right form. Nothing is reached yet: see `health`.
    """
    content = master_keys.read_private_json(path)
    transit = content.get("transit")
    return Transit(transit) if set(content) == {"transit"} and isinstance(transit, dict) else MasterKeys.of(content)


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")
