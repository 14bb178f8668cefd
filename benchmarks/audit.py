"""`./dev bench audit`: acts with their entry in the trail, at eight writers and with the sealer at work, beside the same without."""

from __future__ import annotations

import multiprocessing
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from multiprocessing.connection import Connection
from pathlib import Path

import psycopg
from sqlalchemy import text

from benchmarks.installation import Installation, installed
from benchmarks.measure import Case, Result, Table, alternate
from casework.access.actors import SYSTEM
from casework.access.permissions import Purpose
from casework.audit.sealer import ENTRY, Sealer, in_chain, read_signing_key
from casework.audit.verify import verify
from casework.work import Stores, UnitOfWork
from config.settings import Settings

WRITERS = 8
ACTS_OF_EACH = 60
SEAL_SECONDS = 2.0  # as the relay does
WALKED = 100_000
NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
PARTNERSHIP = uuid.UUID("11111111-1111-4111-8111-111111111111")

# What an act changes, and a table like the trail's that nothing is ever linked from.
_TABLES = (
    "CREATE TABLE bench_act (id uuid PRIMARY KEY, partnership_id uuid NOT NULL, done_at timestamptz NOT NULL, sealed bytea)",
    "CREATE TABLE bench_entry (LIKE audit_entry INCLUDING ALL)",
    "INSERT INTO partnership (id, slug, name, jurisdiction, next_case_number)"
    f" VALUES ('{PARTNERSHIP}', 'bench', 'Bench', 'england', 1)",
)
_ACT = text("INSERT INTO bench_act VALUES (:id, :partnership_id, :now, :sealed)")
_ENTRY = text(
    "INSERT INTO bench_entry (id, partnership_id, at, actor_kind, act, subject_kind, subject_id, purpose, outcome,"
    " correlation_id) VALUES (:id, :partnership_id, :now, 'system', 'action:report', 'action', :subject, 'actions', 'done',"
    " :correlation)"
)


def run(arguments: Sequence[str]) -> Result:
    """Time acts through the unit of work, then a walk over the chain. `arguments` are not used."""
    with installed() as place, _tables(place):
        sealer = _sealer(place)
        with _writers(place.environment) as writers:
            acts = alternate(
                f"Acts by {WRITERS} writers, each in a unit of work of its own",
                "acts",
                [
                    Case("in the trail, and linked", lambda: _linked(writers, sealer), WRITERS * ACTS_OF_EACH),
                    Case("the same rows, no chain", lambda: writers.act("unlinked"), WRITERS * ACTS_OF_EACH),
                    Case("no trail at all", lambda: writers.act("bare"), WRITERS * ACTS_OF_EACH),
                ],
            )
        walk = _walk(place, sealer)
    facts = {
        "linked acts/s over the same rows without a chain": 1
        / acts.ratio("in the trail, and linked", "the same rows, no chain"),
        "linked acts/s over acts without a trail": 1 / acts.ratio("in the trail, and linked", "no trail at all"),
        "entries verified/s over bare SHA-256": 1 / walk.ratio("verify the chain", "bare SHA-256 of the same bytes"),
    }
    notes = (
        f"the first case counts until its last entry is linked and signed; the sealer looks every {SEAL_SECONDS:.0f} s meanwhile",
        "writers are processes; on a machine with fewer cores than writers they and PostgreSQL share what there is",
    )
    return Result("audit", (acts, walk), facts, notes)


class _Writers:
    """Processes that wait for a word and then do their acts, all at once."""

    def __init__(self, ends: list[Connection]) -> None:
        self._ends = ends

    def act(self, how: str) -> None:
        for end in self._ends:
            end.send(how)
        for end in self._ends:
            end.recv()


def _linked(writers: _Writers, sealer: Sealer) -> None:
    stop = threading.Event()

    def keep_sealed() -> None:
        while not stop.wait(SEAL_SECONDS):
            sealer.seal_all()

    sealing = threading.Thread(target=keep_sealed)
    sealing.start()
    writers.act("linked")
    stop.set()
    sealing.join()
    sealer.seal_all()


def _write(end: Connection, environment: dict[str, str]) -> None:
    stores = Stores.open(Settings.read(environment), pool_size=1)
    end.send("ready")
    while (how := end.recv()) != "end":
        for _ in range(ACTS_OF_EACH):
            _act(stores, how)
        end.send("done")
    stores.close()


def _act(stores: Stores, how: str) -> None:
    values = {"id": uuid.uuid4(), "partnership_id": PARTNERSHIP, "now": NOW, "sealed": bytes(512)}
    with UnitOfWork(stores, actor=SYSTEM, now=NOW, partnership_id=PARTNERSHIP, purpose=Purpose.ACTIONS) as work:
        work.session.execute(_ACT, values)
        if how == "linked":
            work.note("action:report", "action", values["id"])  # type: ignore[arg-type]
        elif how == "unlinked":
            entry = {"id": uuid.uuid4(), "subject": values["id"], "correlation": work.correlation_id}
            work.session.execute(_ENTRY, {**values, **entry})


@contextmanager
def _writers(environment: dict[str, str]) -> Iterator[_Writers]:
    context = multiprocessing.get_context("spawn")
    ends, processes = [], []
    for _ in range(WRITERS):
        ours, theirs = context.Pipe()
        process = context.Process(target=_write, args=(theirs, environment), daemon=True)
        process.start()
        ends.append(ours)
        processes.append(process)
    for end in ends:
        end.recv()
    yield _Writers(ends)
    for end in ends:
        end.send("end")
    for process in processes:
        process.join()


def _walk(place: Installation, sealer: Sealer) -> Table:
    """Time a walk over a longer chain beside hashing the same bytes in Python."""
    with in_chain(place.stores.engine, PARTNERSHIP) as connection:
        connection.execute(
            text(
                "INSERT INTO audit_entry (id, partnership_id, at, actor_kind, account_id, agency_id, act, subject_kind,"
                " subject_id, purpose, outcome, correlation_id) SELECT gen_random_uuid(), :partnership, now(), 'person',"
                " gen_random_uuid(), gen_random_uuid(), 'case:view', 'case', gen_random_uuid(), 'conference', 'viewed',"
                " gen_random_uuid() FROM generate_series(1, :count)"
            ),
            {"partnership": PARTNERSHIP, "count": WALKED},
        )
    sealer.seal_all()
    key = read_signing_key(Path(place.environment["CASEWORK_AUDIT_KEY"])).public_key()
    folder = place.state.path / "audit"
    with in_chain(place.stores.engine, PARTNERSHIP) as connection:
        entries = list(connection.scalars(text("SELECT " + ENTRY + " FROM audit_entry e")))

    def bare() -> None:
        before = bytes(32)
        for entry in entries:
            before = sha256(before + entry).digest()

    def walk() -> None:
        found = verify(place.stores.engine, key, folder)
        if not found.holds or found.entries != len(entries):
            raise RuntimeError("the chain of this benchmark does not hold")

    return alternate(
        f"A walk over a chain of {len(entries):,} entries",
        "entries",
        [
            Case("verify the chain", walk, len(entries)),
            Case("bare SHA-256 of the same bytes", bare, len(entries)),
        ],
        rounds=5,
    )


@contextmanager
def _tables(place: Installation) -> Iterator[None]:
    with psycopg.connect(place.environment["DATABASE_OWNER_URL"].replace("+psycopg", ""), autocommit=True) as owner:
        for statement in _TABLES:
            owner.execute(statement.encode())
    yield


def _sealer(place: Installation) -> Sealer:
    return Sealer(place.stores.engine, Path(place.environment["CASEWORK_AUDIT_KEY"]), place.state.path / "audit")
