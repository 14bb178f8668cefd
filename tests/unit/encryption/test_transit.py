"""Master keys in Vault or OpenBao, over real HTTP with a small server that speaks the transit engine's interface."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from casework.encryption.envelope import SealBroken, expand
from casework.encryption.master_keys import MasterKeyError
from casework.encryption.transit import Transit

DEK = bytes(range(32))
TOKEN = "a-token-for-the-tests"


class Engine(ThreadingHTTPServer):
    """A transit engine with one key: versions that can be added, a lowest version that still decrypts."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.versions = [hashlib.sha256(b"version 1").digest()]
        self.lowest = 1
        self.derived = True
        self.sealed = False
        self.moved_to: str | None = None
        self.seen_elsewhere: list[str] = []


class Answer(BaseHTTPRequestHandler):
    """One request to the engine."""

    server: Engine

    def do_GET(self) -> None:
        self.answer(None)

    def do_POST(self) -> None:
        self.answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def answer(self, body: dict[str, str] | None) -> None:
        engine = self.server
        if self.path.startswith("/elsewhere"):
            engine.seen_elsewhere.append(self.headers.get("X-Vault-Token", ""))
        if engine.moved_to:
            self.send_response(307)
            self.send_header("Location", engine.moved_to)
            self.end_headers()
            return
        code, data = self.outcome(engine, body)
        self.send_response(code)
        self.end_headers()
        self.wfile.write(json.dumps({"data": data} if code == 200 else {"errors": ["refused"]}).encode())

    def outcome(self, engine: Engine, body: dict[str, str] | None) -> tuple[int, Any]:
        if engine.sealed:
            return 503, None
        if self.headers.get("X-Vault-Token") != TOKEN:
            return 403, None
        if self.path == "/v1/transit/keys/casework" and body is None:
            return 200, {"latest_version": len(engine.versions), "derived": engine.derived, "type": "aes256-gcm96"}
        if body is None or "context" not in body:
            return 400, None
        context = base64.b64decode(body["context"])
        if self.path == "/v1/transit/encrypt/casework":
            version = len(engine.versions)
            cipher = AESGCM(expand(engine.versions[-1], context))
            nonce = hashlib.sha256(body["plaintext"].encode()).digest()[:12]
            blob = nonce + cipher.encrypt(nonce, base64.b64decode(body["plaintext"]), b"")
            return 200, {"ciphertext": f"vault:v{version}:{base64.b64encode(blob).decode()}"}
        if self.path == "/v1/transit/decrypt/casework":
            return self.decrypt(engine, body["ciphertext"], context)
        return 404, None

    def decrypt(self, engine: Engine, ciphertext: str, context: bytes) -> tuple[int, Any]:
        try:
            prefix, version, text = ciphertext.split(":")
            if prefix != "vault":
                return 400, None
            number, blob = int(version[1:]), base64.b64decode(text)
            if number < engine.lowest:
                return 400, None
            cipher = AESGCM(expand(engine.versions[number - 1], context))
            plain = cipher.decrypt(blob[:12], blob[12:], b"")
        except (ValueError, IndexError, InvalidTag):
            return 400, None
        return 200, {"plaintext": base64.b64encode(plain).decode()}

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def engine() -> Iterator[Engine]:
    server = Engine()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text(TOKEN + "\n", encoding="utf-8")
    path.chmod(0o400)
    return path


@pytest.fixture
def transit(engine: Engine, token_file: Path) -> Transit:
    address = f"http://127.0.0.1:{engine.server_port}"
    return Transit({"address": address, "mount": "transit", "key": "casework", "token_file": str(token_file)})


class TestADataKeyInTransit:
    def test_is_wrapped_and_unwrapped_in_its_place(self, transit: Transit) -> None:
        name, blob = transit.wrap(DEK, b"this key of this partnership")
        assert name == "casework:v1"
        assert DEK not in base64.b64decode(blob.rpartition(b":")[2])
        assert transit.unwrap(name, blob, b"this key of this partnership") == DEK

    def test_does_not_unwrap_in_another_place(self, transit: Transit) -> None:
        name, blob = transit.wrap(DEK, b"this key of this partnership")
        with pytest.raises(SealBroken):
            transit.unwrap(name, blob, b"another")

    def test_does_not_unwrap_when_altered(self, transit: Transit) -> None:
        name, blob = transit.wrap(DEK, b"here")
        for altered in (b"", b"nonsense", blob[:-4] + b"AAAA", b"\xff" + blob):
            with pytest.raises(SealBroken):
                transit.unwrap(name, altered, b"here")

    def test_of_another_key_is_not_asked_for(self, transit: Transit, engine: Engine) -> None:
        _, blob = transit.wrap(DEK, b"here")
        engine.sealed = True  # nothing is asked of the engine
        with pytest.raises(SealBroken, match="k1 is not held"):
            transit.unwrap("k1", blob, b"here")

    def test_opens_after_the_engine_rotated_until_the_version_is_retired(
        self, transit: Transit, engine: Engine
    ) -> None:
        name, blob = transit.wrap(DEK, b"here")
        engine.versions.append(hashlib.sha256(b"version 2").digest())
        assert transit.current() == "casework:v2"
        assert transit.wrap(DEK, b"here")[0] == "casework:v2"
        assert transit.unwrap(name, blob, b"here") == DEK
        engine.lowest = 2
        with pytest.raises(SealBroken, match="no longer allowed"):
            transit.unwrap(name, blob, b"here")


class TestTheEngine:
    def test_is_well_when_it_wraps_and_unwraps(self, transit: Transit) -> None:
        transit.health()

    def test_is_refused_when_its_key_is_not_derived(self, transit: Transit, engine: Engine) -> None:
        engine.derived = False
        with pytest.raises(MasterKeyError, match="derived=true"):
            transit.health()

    def test_that_is_sealed_is_told_apart_from_a_broken_seal(self, transit: Transit, engine: Engine) -> None:
        name, blob = transit.wrap(DEK, b"here")
        engine.sealed = True
        with pytest.raises(MasterKeyError, match="answered 503 to decrypt"):
            transit.unwrap(name, blob, b"here")

    def test_that_refuses_the_token_is_told_without_the_token(
        self, transit: Transit, engine: Engine, token_file: Path
    ) -> None:
        token_file.chmod(0o600)
        token_file.write_text("wrong-token", encoding="utf-8")
        with pytest.raises(MasterKeyError, match="answered 403") as caught:
            transit.wrap(DEK, b"here")
        assert "wrong-token" not in str(caught.value)

    def test_does_not_get_a_token_that_others_can_read(self, transit: Transit, token_file: Path) -> None:
        token_file.chmod(0o444)
        with pytest.raises(MasterKeyError, match="0400 or 0600"):
            transit.wrap(DEK, b"here")

    def test_cannot_send_the_token_elsewhere(self, transit: Transit, engine: Engine) -> None:
        engine.moved_to = f"http://127.0.0.1:{engine.server_port}/elsewhere"
        with pytest.raises(MasterKeyError, match="answered 307"):
            transit.current()
        assert engine.seen_elsewhere == []

    def test_that_is_away_is_an_error_and_not_a_wait(self, token_file: Path) -> None:
        settings = {"address": "http://127.0.0.1:9", "mount": "transit", "key": "casework"}
        away = Transit({**settings, "token_file": str(token_file)})
        with pytest.raises(MasterKeyError, match="cannot be used"):
            away.wrap(DEK, b"here")

    @pytest.mark.parametrize(
        ("changed", "says"),
        [
            ({"address": "http://vault.example"}, "https://"),
            ({"address": "file:///etc/passwd"}, "https://"),
            ({"key": "a/../b"}, r"transit\.key"),
            ({"mount": ""}, r"transit\.mount"),
            ({"token_file": 5}, "each a text"),
            ({"more": "x"}, "transit takes"),
        ],
    )
    def test_is_refused_in_settings_that_are_wrong(self, changed: dict[str, Any], says: str) -> None:
        right = {"address": "https://vault.example", "mount": "transit", "key": "casework", "token_file": "t"}
        Transit(right)
        with pytest.raises(MasterKeyError, match=says):
            Transit({**right, **changed})
