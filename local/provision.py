"""Prepares what the product finds in place: the database's roles (by config/roles.sql, as in production) and its key files."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from local.postgres import Postgres, PostgresError
from local.state import State, write_private

ROLES = Path(__file__).parents[1] / "config" / "roles.sql"


def prepare_roles(state: State, postgres: Postgres) -> None:
    """Make the roles and databases on `postgres`, or bring them up to date. Raises PostgresError."""
    passwords = state.passwords()
    done = subprocess.run(
        [postgres.prefix / "bin/psql", "--no-psqlrc", "--quiet", "--file", ROLES],
        env={
            "PATH": os.defpath,
            "PGHOST": "127.0.0.1",
            "PGPORT": str(postgres.port),
            "PGUSER": "postgres",
            "PGPASSWORD": postgres.password,
            "PGDATABASE": "postgres",
            "CASEWORK_OWNER_PASSWORD": passwords["casework_owner"],
            "CASEWORK_APP_PASSWORD": passwords["casework_app"],
            "CASEWORK_KEYS_PASSWORD": passwords["casework_keys"],
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise PostgresError(f"the roles could not be made\n{done.stderr}")


def prepare_keys(state: State) -> dict[str, str]:
    """Make the key files that are missing and return their settings. A key that is there is never replaced."""
    folder = state.folder("keys")
    made = {
        "CASEWORK_MASTER_KEYS": ("master-keys.json", _master_keys),
        "CASEWORK_INDEX_KEY": ("index.key", _random),
        "CASEWORK_AUDIT_KEY": ("audit.pem", _signing_key),
        "CASEWORK_WEB_SECRET": ("web.secret", _random),
    }
    for file, make in made.values():
        if not (folder / file).exists():
            write_private(folder / file, make())
    return {setting: str(folder / file) for setting, (file, _) in made.items()}


def _random() -> str:
    return secrets.token_hex(32) + "\n"


def _master_keys() -> str:
    return json.dumps({"current": "k1", "keys": {"k1": secrets.token_hex(32)}}) + "\n"


def _signing_key() -> str:
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem.decode()
