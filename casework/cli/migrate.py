"""`casework migrate`: makes the tables of both databases, or brings them up to date. Run it before a new release starts."""

from __future__ import annotations

import argparse
import io
import os
from pathlib import Path

import alembic.command
import alembic.config
import click

from casework.encryption import key_store
from config.settings import MigrationSettings

ROOT = Path(__file__).parents[2]


@click.command()
def migrate() -> None:
    """Bring the main database to the newest migration, and make the key store's tables.

    Needs DATABASE_OWNER_URL and KEY_STORE_URL and no key. May be run again, also by several at once: they wait for each other.
    """
    settings = MigrationSettings.read(os.environ)
    bring_up_to_date(owner_url=settings.database_owner_url, key_store_url=settings.key_store_url)
    click.echo("Both databases are up to date.")


def bring_up_to_date(*, owner_url: str, key_store_url: str) -> None:
    """Run every migration that is missing in the main database, and make the key store's tables."""
    alembic.command.upgrade(migrations(owner_url), "head")
    key_store.prepare(key_store_url)


def migrations(owner_url: str) -> alembic.config.Config:
    """Return what alembic needs to know; it says nothing itself."""
    return alembic.config.Config(
        ROOT / "alembic.ini", cmd_opts=argparse.Namespace(x=[f"url={owner_url}"]), stdout=io.StringIO()
    )
