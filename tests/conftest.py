"""What every test may stand on: real engines, a fresh migrated database for a test, and a real mail server.

One PostgreSQL and one Valkey serve a whole run, also when several processes share it (pytest-xdist). A database is migrated
once and cloned for each test that asks, so that tests commit for real and see nothing of each other.
"""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
import redis
from aiosmtpd.controller import Controller
from sqlalchemy import Dialect, Engine
from sqlalchemy.util import LRUCache

from casework.encryption.blind_index import BlindIndex
from casework.encryption.key_store import KeyStore
from casework.encryption.transit import open_master_keys
from casework.work import Stores, connect
from config.settings import Settings
from local import children, doctor, engines, provision, state
from tests.factories.partnership import APartnership, a_partnership
from tests.integration.two_partnerships import TwoPartnerships, two_partnerships
from tests.web.minuted_round import MinutedRound, a_minuted_round
from tests.web.open_round import OpenRound, an_open_round

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_SHARED = pytest.StashKey[contextlib.ExitStack]()
_SERVERS = pytest.StashKey["Servers"]()
_MIGRATED = "migrated"
# Stories that many tests begin with. A test that asks for the fixture of that name gets a copy of its databases.
STORIES: Mapping[str, Callable[[APartnership, Settings], Any]] = {
    "list_is_out": an_open_round,
    "sitting_is_over": a_minuted_round,
    "two_at_work": two_partnerships,
}
_numbers = itertools.count(1)
_used: list[str] = []
_dialects: dict[str, Dialect] = {}
_compiled: LRUCache[Any, Any] = LRUCache(3_000)
_kept: dict[Any, Any] = {}


@dataclass(frozen=True)
class Servers:
    """The engines of this run. Plain values only, because they travel to the processes that share the run."""

    port: int
    prefix: str
    passwords: dict[str, str] = field(repr=False)
    redis_url: str = field(repr=False)

    def url(self, role: str, database: str) -> str:
        return f"postgresql+psycopg://{role}:{self.passwords[role]}@127.0.0.1:{self.port}/{database}"

    def superuser(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.url("postgres", "postgres").replace("+psycopg", ""), autocommit=True)


@dataclass(frozen=True)
class Database:
    """A migrated main database and key store of one test's own. `superuser_url` reaches the main one past every rule."""

    name: str
    url: str
    owner_url: str
    key_store_url: str
    superuser_url: str

    @property
    def names(self) -> tuple[str, str]:
        """What to clone."""
        return self.name, f"{self.name}_keys"


@contextlib.contextmanager
def _started_servers() -> Iterator[Servers]:
    with state.temporary(in_memory=True) as folder, engines.running(folder, environment={}, durable=False) as running:
        assert running.postgres is not None
        yield Servers(running.postgres.port, str(running.postgres.prefix), folder.passwords(), running.redis_url)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give the engines, started once by the process that directs a shared run, to each process that runs tests."""
    config = node.config
    if _SERVERS not in config.stash:
        stack = config.stash[_SHARED] = contextlib.ExitStack()
        config.stash[_SERVERS] = stack.enter_context(_started_servers())
    node.workerinput["servers"] = vars(config.stash[_SERVERS])


def pytest_unconfigure(config: pytest.Config) -> None:
    if _SHARED in config.stash:
        config.stash[_SHARED].close()


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> Iterator[Servers]:
    """The running engines."""
    shared = getattr(request.config, "workerinput", {}).get("servers")
    if shared:
        yield Servers(**shared)
    else:
        with _started_servers() as own:
            yield own


@pytest.fixture(scope="session")
def migrated(servers: Servers) -> tuple[str, str]:
    """The names of a main database and a key store to clone, migrated by whichever process comes first."""
    main, keys = "casework", "casework_keys"
    with servers.superuser() as connection:
        connection.execute("SELECT pg_advisory_lock(1)")
        done = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", (main,)
        ).fetchone()
        if done != (_MIGRATED,):
            provision.prepare_databases(
                {
                    "DATABASE_OWNER_URL": servers.url("casework_owner", main),
                    "KEY_STORE_URL": servers.url("casework_keys", keys),
                }
            )
            connection.execute(f"COMMENT ON DATABASE {main} IS '{_MIGRATED}'")
        connection.execute("SELECT pg_advisory_unlock(1)")
    return main, keys


@contextlib.contextmanager
def _cloned(servers: Servers, migrated: tuple[str, str]) -> Iterator[Database]:
    name = f"test_{os.getpid()}_{next(_numbers)}"
    main, keys = name, f"{name}_keys"
    with servers.superuser() as connection:
        for template, clone, owner in zip(migrated, (main, keys), ("casework_owner", "casework_keys"), strict=True):
            connection.execute(f"CREATE DATABASE {clone} TEMPLATE {template} OWNER {owner}")
            connection.execute(f"REVOKE ALL ON DATABASE {clone} FROM PUBLIC")
        connection.execute(f"GRANT CONNECT ON DATABASE {main} TO casework_app")
        yield Database(
            name=main,
            url=servers.url("casework_app", main),
            owner_url=servers.url("casework_owner", main),
            key_store_url=servers.url("casework_keys", keys),
            superuser_url=servers.url("postgres", main),
        )
        # Dropped one test later: a session that has only just ended would make PostgreSQL wait.
        for used in _used:
            connection.execute(f"DROP DATABASE {used} WITH (FORCE)")
        _used[:] = [main, keys]


@pytest.fixture
def database(request: pytest.FixtureRequest, servers: Servers, migrated: tuple[str, str]) -> Iterator[Database]:
    """A fresh database and key store for one test: with the partnership in it, or a story, when the test asks for them."""
    template = migrated
    if story := next((name for name in STORIES if name in request.fixturenames), None):
        template = request.getfixturevalue("stories")(story).database.names
    elif "partnership" in request.fixturenames:
        template = request.getfixturevalue("founded")[0].names
    with _cloned(servers, template) as made:
        yield made


@pytest.fixture(scope="module")
def module_database(servers: Servers, migrated: tuple[str, str]) -> Iterator[Database]:
    """A fresh database and key store that the tests of one module share: for a long story told once and looked at often."""
    with _cloned(servers, migrated) as made:
        yield made


@pytest.fixture(scope="session")
def key_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The settings that name this run's master keys, index key, signing key and web secret."""
    return provision.prepare_keys(state.State(tmp_path_factory.mktemp("state")))


@pytest.fixture
def redis_url(servers: Servers, worker_id: str) -> str:
    """An empty broker: each process that runs tests has a numbered one to itself."""
    number = int(worker_id.removeprefix("gw")) if worker_id.startswith("gw") else 0
    url = servers.redis_url.removesuffix("/0") + f"/{number}"
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url


class MailSink:
    """A real SMTP server that keeps what it is given. `refusals` holds answers to give first, such as "451 later"."""

    def __init__(self, port: int) -> None:
        self.url = f"smtp://127.0.0.1:{port}"
        self.messages: list[Message] = []
        self.recipients: list[str] = []
        self.refusals: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        if self.refusals:
            return self.refusals.pop(0)
        self.messages.append(message_from_bytes(envelope.content))
        self.recipients.extend(envelope.rcpt_tos)
        return "250 kept"


@contextlib.contextmanager
def _listening() -> Iterator[MailSink]:
    port = children.free_port()
    sink = MailSink(port)
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    yield sink
    controller.stop()


@pytest.fixture
def mail() -> Iterator[MailSink]:
    """A mail server that listens for this test."""
    with _listening() as sink:
        yield sink


@pytest.fixture(scope="session")
def founded(
    servers: Servers, migrated: tuple[str, str], key_files: dict[str, str]
) -> Iterator[tuple[Database, APartnership]]:
    """A partnership founded once for the run, in databases that tests clone and nobody else touches."""
    with _cloned(servers, migrated) as made:
        opened = _stores(made, key_files)
        partnership = a_partnership(opened)
        opened.close()
        yield made, partnership


@pytest.fixture
def partnership(founded: tuple[Database, APartnership], stores: Stores) -> APartnership:
    """A partnership at work with its agencies, people, MARACs and calendar: this test's own copy (tests/factories/partnership.py)."""
    return founded[1].on(stores)


@dataclass(frozen=True)
class Told:
    """A story as far as it was told: what it made, and the databases in which that stands."""

    database: Database
    result: Any


@pytest.fixture(scope="session")
def stories(
    servers: Servers,
    founded: tuple[Database, APartnership],
    key_files: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[str], Told]]:
    """Tell one of the STORIES, once for the run. Tests clone its databases and go on from there."""
    found: dict[str, Told] = {}
    with contextlib.ExitStack() as stack:

        def tell(name: str) -> Told:
            if name not in found:
                made = stack.enter_context(_cloned(servers, founded[0].names))
                sink = stack.enter_context(_listening())
                environment = _environment(made, servers.redis_url, sink, key_files, tmp_path_factory.mktemp(name))
                opened = _stores(made, key_files)
                found[name] = Told(made, STORIES[name](founded[1].on(opened), Settings.read(environment)))
                opened.close()
            return found[name]

        yield tell


@pytest.fixture
def list_is_out(stories: Callable[[str], Told], partnership: APartnership, settings: Settings) -> OpenRound:
    """The list of 9 December is out: Leanne's case and Megan's."""
    found: OpenRound = stories("list_is_out").result
    return found.on(partnership, settings)


@pytest.fixture
def sitting_is_over(stories: Callable[[str], Told], partnership: APartnership, settings: Settings) -> MinutedRound:
    """Two cases were heard on 9 December, the minutes are in draft, housing owns an action in each."""
    found: MinutedRound = stories("sitting_is_over").result
    return found.on(partnership, settings)


@pytest.fixture
def two_at_work(stories: Callable[[str], Told], partnership: APartnership) -> APartnership:
    """The partnership's neighbour. Both have a case that was heard."""
    found: TwoPartnerships = stories("two_at_work").result
    return found.on(partnership)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium. Where the machine has none, the tests are left out with a plain word, or fail if one is required."""
    from playwright.sync_api import sync_playwright  # slow to import, and few tests need it

    missing = doctor.missing_for_browser()
    if missing:
        words = f"no browser tests without {', '.join(missing)}: {doctor.mend_browser(missing)}"
        if os.environ.get("CASEWORK_REQUIRE_BROWSER") == "1":
            pytest.fail(words)
        pytest.skip(words)
    arguments = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    arguments += ["--disable-component-update", "--disable-sync", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=doctor.browser(), args=arguments)
        yield chromium
        chromium.close()


def _environment(
    database: Database, redis_url: str, mail: MailSink, key_files: dict[str, str], folder: Path
) -> dict[str, str]:
    return {
        "DATABASE_URL": database.url,
        "DATABASE_OWNER_URL": database.owner_url,
        "KEY_STORE_URL": database.key_store_url,
        "REDIS_URL": redis_url,
        "SMTP_URL": mail.url,
        "CASEWORK_MAIL_FROM": "no-reply@casework.example.gov.uk",
        "CASEWORK_BASE_URL": "http://127.0.0.1:8000",
        "CASEWORK_STATE": str(folder),
        **key_files,
    }


@pytest.fixture
def environment(
    database: Database, redis_url: str, mail: MailSink, key_files: dict[str, str], tmp_path: Path
) -> dict[str, str]:
    """The environment of an installation on this test's own engines: what a child process or Settings.read is given."""
    return _environment(database, redis_url, mail, key_files, tmp_path)


@pytest.fixture
def settings(environment: dict[str, str]) -> Settings:
    """The settings of an installation on this test's own engines."""
    return Settings.read(environment)


def _stores(database: Database, key_files: dict[str, str]) -> Stores:
    key_store = KeyStore(database.key_store_url, open_master_keys(Path(key_files["CASEWORK_MASTER_KEYS"])))
    index_key = bytes.fromhex(Path(key_files["CASEWORK_INDEX_KEY"]).read_text())
    made = Stores(connect(database.url), key_store, BlindIndex(index_key), statements=_kept)
    compile_once("main", made.engine)
    compile_once("keys", made.key_store.engine)
    return made


def compile_once(kind: str, engine: Engine) -> None:
    """Let the engines of all tests share what SQLAlchemy has compiled, which it keeps by dialect: their databases are alike."""
    if kind not in _dialects:
        engine.connect().close()
        _dialects[kind] = engine.dialect
    engine.dialect = _dialects[kind]
    engine.update_execution_options(compiled_cache=_compiled)


@pytest.fixture
def stores(database: Database, key_files: dict[str, str]) -> Iterator[Stores]:
    """What a unit of work of this test stands on."""
    made = _stores(database, key_files)
    yield made
    made.close()


@pytest.fixture
def key_store(stores: Stores) -> KeyStore:
    """The key store of this test."""
    return stores.key_store
