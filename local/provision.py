"""Prepares what the product finds in place: the tables of both databases, and the key files."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

import alembic.command
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import create_engine, delete

from casework.cli import migrate
from casework.encryption.master_keys import MasterKeys
from casework.events.models import Heartbeat
from local.state import State, write_private


def prepare_databases(settings: Mapping[str, str]) -> None:
    """Bring the main database to the newest migration, and make the key store's tables, on the servers that `settings` name."""
    migrate.bring_up_to_date(owner_url=settings["DATABASE_OWNER_URL"], key_store_url=settings["KEY_STORE_URL"])


def forget_heartbeats(settings: Mapping[str, str]) -> None:
    """Remove the proofs of life of an earlier run, so that nothing counts as alive before it is."""
    engine = create_engine(settings["DATABASE_OWNER_URL"])
    with engine.begin() as connection:
        connection.execute(delete(Heartbeat))
    engine.dispose()


def remove_tables(settings: Mapping[str, str]) -> None:
    """Take every migration of the main database back, the first one too."""
    alembic.command.downgrade(migrate.migrations(settings["DATABASE_OWNER_URL"]), "base")


def check_migrations(settings: Mapping[str, str]) -> None:
    """Raise alembic's CommandError when the migrations make other tables than the models describe."""
    alembic.command.check(migrate.migrations(settings["DATABASE_OWNER_URL"]))


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


def _random() -> str:
    return secrets.token_hex(32) + "\n"


def _signing_key() -> str:
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem.decode()
