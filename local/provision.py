"""Prepares what the product finds in place: the tables of both databases, and the key files."""

from __future__ import annotations

import argparse
import io
import secrets
from collections.abc import Mapping
from pathlib import Path

import alembic.command
import alembic.config
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import create_engine, delete

from casework.encryption import key_store
from casework.encryption.master_keys import MasterKeys
from casework.events.models import Heartbeat
from local.state import State, write_private

ROOT = Path(__file__).parents[1]


def prepare_databases(settings: Mapping[str, str]) -> None:
    """Bring the main database to the newest migration, and make the key store's tables, on the servers that `settings` name."""
    alembic.command.upgrade(_migrations(settings), "head")
    key_store.prepare(settings["KEY_STORE_URL"])


def forget_heartbeats(settings: Mapping[str, str]) -> None:
    """Remove the proofs of life of an earlier run, so that nothing counts as alive before it is."""
    engine = create_engine(settings["DATABASE_OWNER_URL"])
    with engine.begin() as connection:
        connection.execute(delete(Heartbeat))
    engine.dispose()


def remove_tables(settings: Mapping[str, str]) -> None:
    """Take every migration of the main database back, the first one too."""
    alembic.command.downgrade(_migrations(settings), "base")


def check_migrations(settings: Mapping[str, str]) -> None:
    """Raise alembic's CommandError when the migrations make other tables than the models describe."""
    alembic.command.check(_migrations(settings))


def prepare_keys(state: State) -> dict[str, str]:
    """Make the key files that are missing and return their settings. A key that is there is never replaced."""
    folder = state.folder("keys")
    master_keys = folder / "master-keys.json"
    if not master_keys.exists():
        MasterKeys.generate().write(master_keys)
    made = {
        "CASEWORK_INDEX_KEY": ("index.key", _random),
        "CASEWORK_AUDIT_KEY": ("audit.pem", _signing_key),
        "CASEWORK_WEB_SECRET": ("web.secret", _random),
    }
    for file, make in made.values():
        if not (folder / file).exists():
            write_private(folder / file, make())
    return {"CASEWORK_MASTER_KEYS": str(master_keys)} | {
        setting: str(folder / file) for setting, (file, _) in made.items()
    }


def _migrations(settings: Mapping[str, str]) -> alembic.config.Config:
    return alembic.config.Config(
        ROOT / "alembic.ini",
        cmd_opts=argparse.Namespace(x=[f"url={settings['DATABASE_OWNER_URL']}"]),
        stdout=io.StringIO(),
    )


def _random() -> str:
    return secrets.token_hex(32) + "\n"


def _signing_key() -> str:
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem.decode()
