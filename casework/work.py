"""The unit of work: one transaction on behalf of one actor, with one fixed `now`. Nothing else in the code base commits.

Changes, the events they cause and the entries of the trail land together or not at all (docs/adr/0002-unit-of-work.md).
"""

from __future__ import annotations

import select as sockets
import uuid
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import (
    ARRAY,
    Connection,
    DateTime,
    Engine,
    Executable,
    Row,
    Uuid,
    bindparam,
    create_engine,
    event,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import Session, SessionTransaction

from casework.access.actors import Actor, ActorKind
from casework.access.permissions import Permission, Purpose, Role
from casework.audit.models import AuditEntry
from casework.encryption.blind_index import BlindIndex
from casework.encryption.key_store import Keys, KeyStore
from casework.encryption.transit import open_master_keys
from casework.errors import CaseworkError, NotAllowed
from casework.events.domain_event import DomainEvent
from casework.events.models import OutboxMessage
from config.settings import Settings

NO_PARTNERSHIP = uuid.UUID(int=0)
Build = Callable[..., Executable]


@dataclass(frozen=True, slots=True)
class Stores:
    """What a unit of work stands on: the main database, the key store, and the blind index. Built once for each process.

    `statements` keeps the reads that pages make all the time (`UnitOfWork.rows`).
    """

    engine: Engine
    key_store: KeyStore
    blind: BlindIndex
    statements: dict[Hashable, Executable] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def open(cls, settings: Settings, *, pool_size: int = 5) -> Stores:
        """Return what a process with these settings works on. Raises MasterKeyError when the master keys cannot be read."""
        return cls(
            engine=connect(settings.database_url, pool_size=pool_size),
            key_store=KeyStore(settings.key_store_url, open_master_keys(settings.master_keys), pool_size=pool_size),
            blind=BlindIndex(settings.index_key),
        )

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()
        self.key_store.close()


def connect(database_url: str, *, pool_size: int = 5) -> Engine:
    """Return the engine of the main database. Parameters are kept out of error texts; dead connections are noticed before use."""
    engine = create_engine(
        database_url,
        pool_size=pool_size,
        max_overflow=5,
        hide_parameters=True,
        connect_args={"options": "-c timezone=UTC -c statement_timeout=60000 -c lock_timeout=10000"},
    )
    event.listen(engine, "checkout", refuse_dead)
    return engine


def refuse_dead(connection: psycopg.Connection[Any], _record: object, _proxy: object) -> None:
    """Stand before a pooled connection's use. Raises InvalidatePoolError when the server has ended it, so that a fresh one is made.

    A server says nothing to a connection that waits in the pool. Only where it has spoken, and be it the end, is it asked
    whether it still answers: a round trip less for every unit of work.
    """
    spoken = sockets.poll()
    spoken.register(connection.pgconn.socket, sockets.POLLIN)
    if spoken.poll(0):
        try:
            connection.execute("SELECT 1")
            connection.rollback()
        except psycopg.Error as dead:
            raise InvalidatePoolError("the server has ended this connection") from dead


class _Session(Session):
    """A session whose every transaction begins by saying whose rows it may touch."""


@event.listens_for(_Session, "after_begin")
def _set_context(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    """Tell the database's row-level security whose rows this transaction may touch; it ends with the transaction.

    Both go in one round trip. Where that is not possible (a dead connection, a transaction that runs already) the ordinary
    statement follows, which raises what there is to raise.
    """
    context: str = session.info["context"]
    server: psycopg.Connection[Any] = connection.connection.dbapi_connection  # type: ignore[assignment]
    begun = (
        server.pgconn.transaction_status == TransactionStatus.IDLE
        and server.pgconn.exec_(_BEGIN.format(context).encode("ascii")).status == ExecStatus.TUPLES_OK
    )
    if not begun:
        connection.execute(_CONTEXT, {"context": context})


# What is put in is the text of a UUID, or nothing: several statements in one message cannot have bound values.
_BEGIN = "BEGIN; SELECT set_config('app.partnership_id', '{}', true)"
_CONTEXT = text("SELECT set_config('app.partnership_id', :context, true)")
# Every column has its place, also the empty ones, so that there is one statement for one entry and one for any number.
_ENTRY_COLUMNS = [column for column in AuditEntry.__table__.columns if column.name != "written_at"]
_ENTRY = insert(AuditEntry.__table__).values(  # type: ignore[arg-type]  # a mapped class's table
    {column.name: bindparam(column.name) for column in _ENTRY_COLUMNS}
)
_ENTRIES = insert(AuditEntry).from_select(
    [column.name for column in _ENTRY_COLUMNS],
    select(*(func.unnest(bindparam(column.name, type_=ARRAY(column.type))) for column in _ENTRY_COLUMNS)),
    include_defaults=False,
)


@dataclass(frozen=True, slots=True)
class Sort:
    """What a policy may decide by when it makes a condition for an actor: everything but who it is."""

    kind: ActorKind
    roles: frozenset[Role]
    protocol_signed: bool
    has_account: bool
    has_agency: bool

    @classmethod
    def of(cls, actor: Actor) -> Self:
        """Return the sort that an actor is of at this moment."""
        return cls(
            actor.kind,
            actor.roles,
            actor.protocol_signed,
            actor.account_id is not None,
            actor.agency_id is not None,
        )

    def anybody(self) -> Actor:
        """Return an actor of this sort whose ids are bound parameters."""
        account: Any = bindparam("actor_account_id", type_=Uuid()) if self.has_account else None
        agency: Any = bindparam("actor_agency_id", type_=Uuid()) if self.has_agency else None
        return Actor(self.kind, account, agency, self.roles, self.protocol_signed)


class UnitOfWork:
    """One block of work: `with UnitOfWork(stores, actor=…, now=…, partnership_id=…) as work:`. Commits once when it ends well.

    `now` is an aware UTC instant and stays fixed for the block. `purpose` is needed before personal data may be viewed.
    When the block ends in NotAllowed (or after `refuse`), everything is rolled back and the refusal is written to the
    trail in a transaction of its own, with what `if_refused` was given.
    """

    def __init__(
        self,
        stores: Stores,
        *,
        actor: Actor,
        now: datetime,
        partnership_id: uuid.UUID | None,
        purpose: Purpose | None = None,
        correlation_id: uuid.UUID | None = None,
    ) -> None:
        if now.tzinfo is not UTC and now.utcoffset() != UTC.utcoffset(None):
            raise ValueError("now must be an aware UTC instant")
        self.stores = stores
        self.actor = actor
        self.now = now
        self.purpose = purpose
        self.partnership_id = partnership_id or NO_PARTNERSHIP
        self.correlation_id = correlation_id or uuid.uuid4()
        self.keys: Keys = stores.key_store.keys(self.partnership_id)
        self.blind = stores.blind
        context = "" if self.partnership_id == NO_PARTNERSHIP else str(uuid.UUID(int=self.partnership_id.int))
        self.session: Session = _Session(stores.engine, expire_on_commit=False, info={"context": context})
        self._events: list[dict[str, Any]] = []
        self._entries: list[dict[str, Any]] = []
        self._refusals: list[dict[str, Any]] = []
        self._if_refused: list[Callable[[], object]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._store_records(self._entries + self._refusals)
                self.session.commit()
                return
            self.session.rollback()
            if isinstance(error, NotAllowed) and not self._refusals:
                self.refuse(act="refused", code=error.code)
            is_refused = isinstance(error, CaseworkError) and bool(self._if_refused)
            if self._refusals or is_refused:
                self._events.clear()
                self._entries.clear()
                for write in self._if_refused if is_refused else ():
                    write()
                self._store_records(self._entries + self._refusals)
                self.session.commit()
        finally:
            self.session.close()

    def move_to(self, now: datetime, *, correlation_id: uuid.UUID | None) -> None:
        """Go on at another moment (UTC): that of the next event, where several are handled in one transaction."""
        self.now = now
        self.correlation_id = correlation_id or uuid.uuid4()

    def record(self, happened: DomainEvent) -> None:
        """Store an event with this change: it reaches its handlers if, and only if, the change is committed."""
        self._events.append(
            {
                "id": uuid.uuid4(),
                "partnership_id": happened.partnership_id,
                "event": happened.wire,
                "version": happened.version,
                "payload": happened.payload(),
                "occurred_at": self.now,
                "correlation_id": self.correlation_id,
                "state": "pending",
                "attempt": 0,
            }
        )

    def note(
        self,
        act: str,
        subject_kind: str | None = None,
        subject_id: uuid.UUID | None = None,
        *,
        reason: str | None = None,
    ) -> None:
        """Write an act to the trail. `act` and `reason` are codes, never words that somebody typed."""
        self._entries.append(self._entry(act, subject_kind, subject_id, "done", reason))

    def note_view(self, act: str, subject_kind: str, subject_id: uuid.UUID | None = None) -> None:
        """Write to the trail that personal data were opened. Raises NotAllowed when no purpose was stated."""
        if self.purpose is None:
            raise NotAllowed("Say why you need to see this.", code="no_purpose")
        self._entries.append(self._entry(act, subject_kind, subject_id, "viewed", None))

    def refuse(
        self, *, act: str, code: str, subject_kind: str | None = None, subject_id: uuid.UUID | None = None
    ) -> None:
        """Keep a refusal for the trail; it is written whether or not the block then ends in an error."""
        self._refusals.append(self._entry(act, subject_kind, subject_id, "refused", code))

    @contextmanager
    def part(self) -> Iterator[None]:
        """Do one part of a longer work whole or not at all: where it raises, its changes, events and entries of the trail are undone,
        and the error goes on to the caller, who may carry on with the rest. What was refused in it stays for the trail."""
        events, entries = len(self._events), len(self._entries)
        try:
            with self.session.begin_nested():
                yield
        except BaseException:
            del self._events[events:], self._entries[entries:]
            raise

    def if_refused(self, write: Callable[[], object]) -> None:
        """Have `write` called when the block ends in an error of the domain, after all else is rolled back: for the record of a no."""
        self._if_refused.append(write)

    def require(self, permission: Permission) -> None:
        """Raise NotAllowed unless one of the actor's roles grants `permission`."""
        if not self.actor.has(permission):
            self.refuse(act=permission.value, code="role")
            raise NotAllowed(code="role")

    def rows(self, build: Build, *shape: Hashable, **values: object) -> Sequence[Row[Any]]:
        """Run a read of columns that pages make all the time: its statement is made once for each sort of actor and kept.

        `build(actor, now, *shape)` returns it, with `bindparam` for each of `values`. It gets an actor whose ids are bound
        parameters, so conditions of a policy go in as they are. What the actor may do decides which statement it is, so a
        right that ends takes its statement with it.
        """
        self.session.flush()
        return self.session.connection().execute(self._statement(build, shape), self._bound(values)).all()

    def look(self, build: Build, **values: object) -> Sequence[Row[Any]]:
        """Run a read of columns outside any transaction, in one round trip: for what lies outside row-level security."""
        engine = self.stores.engine
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            return connection.execute(self._statement(build, ()), self._bound(values)).all()

    def entities(self, build: Build, *shape: Hashable, **values: object) -> Sequence[Any]:
        """Run a read of whole objects in the same way."""
        return self.session.execute(self._statement(build, shape), self._bound(values)).all()

    def _statement(self, build: Build, shape: tuple[Hashable, ...]) -> Executable:
        sort = Sort.of(self.actor)
        statement = self.stores.statements.get((build, sort, shape))
        if statement is None:
            made = build(sort.anybody(), bindparam("now", type_=DateTime(timezone=True)), *shape)
            statement = self.stores.statements[(build, sort, shape)] = made
        return statement

    def _bound(self, values: dict[str, object]) -> dict[str, object]:
        actor = self.actor
        return values | {"now": self.now, "actor_account_id": actor.account_id, "actor_agency_id": actor.agency_id}

    def _entry(
        self, act: str, subject_kind: str | None, subject_id: uuid.UUID | None, outcome: str, reason: str | None
    ) -> dict[str, Any]:
        return {
            "id": uuid.uuid4(),
            "partnership_id": None if self.partnership_id == NO_PARTNERSHIP else self.partnership_id,
            "at": self.now,
            "actor_kind": self.actor.kind.value,
            "account_id": self.actor.account_id,
            "agency_id": self.actor.agency_id,
            "act": act,
            "subject_kind": subject_kind,
            "subject_id": subject_id,
            "purpose": self.purpose.value if self.purpose else None,
            "outcome": outcome,
            "reason": reason,
            "correlation_id": self.correlation_id,
        }

    def _store_records(self, entries: list[dict[str, Any]]) -> None:
        self.session.flush()  # the change first: a broken constraint is met before its record is written
        if self._events:
            self.session.execute(insert(OutboxMessage), self._events)
        if entries:
            columns = {column.name: [entry[column.name] for entry in entries] for column in _ENTRY_COLUMNS}
            statement, values = (_ENTRIES, columns) if len(entries) > 1 else (_ENTRY, entries[0])
            self.session.connection().execute(statement, values)
