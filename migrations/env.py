"""How migrations run: as the owner role, one at a time (advisory lock), each in one transaction, with lock and statement timeouts."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

from alembic import context
from sqlalchemy import create_engine, text

import casework
from casework.db import Base

ADVISORY_LOCK = 4_201_951


def load_models() -> None:
    """Import every concept's tables, so that they can be compared with the database."""
    for models in sorted(Path(casework.__path__[0]).glob("*/models.py")):
        importlib.import_module(f"casework.{models.parent.name}.models")


def run() -> None:
    load_models()
    url = context.get_x_argument(as_dictionary=True).get("url") or os.environ["DATABASE_OWNER_URL"]
    engine = create_engine(url, hide_parameters=True)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ADVISORY_LOCK})
        connection.execute(text("SET lock_timeout = '5s'"))
        connection.execute(text("SET statement_timeout = '120s'"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            compare_type=True,
            compare_server_default=False,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": ADVISORY_LOCK})
        connection.commit()
    engine.dispose()


if context.is_offline_mode():
    raise SystemExit("Casework's migrations run against a database, not as a script.")
run()
