"""Makes the database's roles on an engine of ours, by the same script as in production."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from local.postgres import Postgres, PostgresError
from local.state import State

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
