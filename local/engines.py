"""The engines of one installation: PostgreSQL and Valkey, ready to use, for as long as a block lasts.

DATABASE_URL and REDIS_URL win when they are set: then those servers are used as they are and only the rest is started here.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from local import roles
from local.postgres import Postgres
from local.state import State
from local.valkey import Valkey

DATABASE_SETTINGS = ("DATABASE_URL", "DATABASE_OWNER_URL", "KEY_STORE_URL")


class EnginesError(Exception):
    """The engines named in the environment cannot be used. The message says what is missing."""


@dataclass(frozen=True, slots=True)
class Engines:
    """Where the engines are. `postgres` and `valkey` are None where somebody else's server is used."""

    database_url: str
    database_owner_url: str
    key_store_url: str
    redis_url: str
    postgres: Postgres | None
    valkey: Valkey | None

    def settings(self) -> dict[str, str]:
        """Return the settings that lead to these engines."""
        return {
            "DATABASE_URL": self.database_url,
            "DATABASE_OWNER_URL": self.database_owner_url,
            "KEY_STORE_URL": self.key_store_url,
            "REDIS_URL": self.redis_url,
        }


@contextlib.contextmanager
def running(
    state: State, *, environment: Mapping[str, str], durable: bool = True, filling: bool = False
) -> Iterator[Engines]:
    """Start the engines that `environment` does not name, with their roles, and stop them at the end of the block.

    With `durable` off nothing is forced to disk, for tests. With `filling` the database is not, until the caller has put in
    what could be made again and calls `postgres.become_durable()`: twice as fast.

    Call it from the main thread (local.children). Raises EnginesError, PostgresError, ValkeyError.
    """
    with contextlib.ExitStack() as stack:
        postgres = valkey = None
        if environment.get("DATABASE_URL"):
            missing = [name for name in DATABASE_SETTINGS if not environment.get(name)]
            if missing:
                raise EnginesError(f"DATABASE_URL is set, so {' and '.join(missing)} must be set too")
            database = {name: environment[name] for name in DATABASE_SETTINGS}
        else:
            postgres = Postgres(state, durable=durable and not filling)
            stack.callback(postgres.stop)
            postgres.start()
            roles.prepare_roles(state, postgres)
            database = addresses(state, postgres)
        redis_url = environment.get("REDIS_URL", "")
        if not redis_url:
            valkey = Valkey(state, durable=durable)
            stack.callback(valkey.stop)
            valkey.start()
            redis_url = valkey.url
        yield Engines(
            database_url=database["DATABASE_URL"],
            database_owner_url=database["DATABASE_OWNER_URL"],
            key_store_url=database["KEY_STORE_URL"],
            redis_url=redis_url,
            postgres=postgres,
            valkey=valkey,
        )


def addresses(
    state: State, postgres: Postgres, *, main: str = "casework", keys: str = "casework_keys"
) -> dict[str, str]:
    """Return the settings for a main database and a key store on `postgres`."""
    passwords = state.passwords()
    return {
        "DATABASE_URL": postgres.url("casework_app", passwords["casework_app"], main),
        "DATABASE_OWNER_URL": postgres.url("casework_owner", passwords["casework_owner"], main),
        "KEY_STORE_URL": postgres.url("casework_keys", passwords["casework_keys"], keys),
    }
