"""The unit of work: one transaction on behalf of one actor, with one fixed `now`. Nothing else in the code base commits.

Changes, the events they cause and the entries of the trail land together or not at all (docs/adr/0002-unit-of-work.md).
"""

from __future__ import annotations

import select as sockets
import uuid
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
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
    Insert,
    RootTransaction,
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

from casework.access.actors import Actor
from casework.access.permissions import Permission, Purpose
from casework.audit.models import AuditEntry
from casework.encryption.blind_index import BlindIndex
from casework.encryption.key_store import Keys, KeyStore
from casework.encryption.transit import open_master_keys
from casework.errors import CaseworkError, NotAllowed
from casework.events.domain_event import DomainEvent
from casework.events.models import OutboxMessage
from casework.kept_statements import KeptStatement, Sort, as_sqlalchemy
from config.settings import Settings

NO_PARTNERSHIP = uuid.UUID(int=0)
Build = Callable[..., Executable]


@dataclass(frozen=True, slots=True)
class Stores:
    """What a unit of work stands on: the main database, the key store, and the blind index. Built once for each process.

    `statements` keeps what pages send all the time (`UnitOfWork.rows`), `made` what
    asks for objects (`entities`).
    """

    engine: Engine
    key_store: KeyStore
    blind: BlindIndex
    statements: dict[Hashable, KeptStatement] = field(default_factory=dict, repr=False, compare=False)
    made: dict[Hashable, Executable] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def open(cls, settings: Settings, *, pool_size: int = 5, keeps_plans: bool = False) -> Stores:
        """Return what a process with these settings works on. Raises MasterKeyError when the master keys cannot be read.

        With `keeps_plans` the server plans each prepared statement once for a connection: for pages, which send the same few.
        """
        return cls(
            engine=connect(settings.database_url, pool_size=pool_size, keeps_plans=keeps_plans),
            key_store=KeyStore(settings.key_store_url, open_master_keys(settings.master_keys), pool_size=pool_size),
            blind=BlindIndex(settings.index_key),
        )

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()
        self.key_store.close()


_OPTIONS = "-c timezone=UTC -c statement_timeout=60000 -c lock_timeout=10000"
_PLANNED_ONCE = " -c plan_cache_mode=force_generic_plan"


def connect(database_url: str, *, pool_size: int = 5, keeps_plans: bool = False) -> Engine:
    """Return the engine of the main database. Parameters are kept out of error texts; dead connections are noticed before use."""
    engine = create_engine(
        database_url,
        pool_size=pool_size,
        max_overflow=5,
        hide_parameters=True,
        connect_args={"options": _OPTIONS + (_PLANNED_ONCE if keeps_plans else "")},
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
    begin: Callable[[Connection], None] = session.info["begin"]
    begin(connection)


# What is put in is the text of a UUID, or nothing: several statements in one message cannot have bound values.
_BEGIN = "BEGIN; SELECT set_config('app.partnership_id', '{}', true)"
_CONTEXT = text("SELECT set_config('app.partnership_id', :context, true)")
_ENTRY_COLUMNS = [column for column in AuditEntry.__table__.columns if column.name != "written_at"]


def _entries(differ: frozenset[str]) -> Insert:
    """Return the statement that writes entries of the trail: an array for each column in which they differ, one value for the others."""
    if not differ:
        return insert(AuditEntry).values({column.name: bindparam(column.name) for column in _ENTRY_COLUMNS})
    values = [
        func.unnest(bindparam(column.name, type_=ARRAY(column.type)))
        if column.name in differ
        else bindparam(column.name, type_=column.type)
        for column in _ENTRY_COLUMNS
    ]
    return insert(AuditEntry).from_select(
        [column.name for column in _ENTRY_COLUMNS], select(*values), include_defaults=False
    )


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
        self._connection: Connection | None = None
        self._session: Session | None = None
        self._begun: RootTransaction | None = None
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
                self._commit()
                return
            self._roll_back()
            if isinstance(error, NotAllowed) and not self._refusals:
                self.refuse(act="refused", code=error.code)
            is_refused = isinstance(error, CaseworkError) and bool(self._if_refused)
            if self._refusals or is_refused:
                self._events.clear()
                self._entries.clear()
                for write in self._if_refused if is_refused else ():
                    write()
                self._store_records(self._entries + self._refusals)
                self._commit()
        finally:
            if self._session is not None:
                self._session.close()
            if self._connection is not None:
                self._connection.close()

    @property
    def session(self) -> Session:
        """The session of this unit's transaction: for changes, and for reads of whole objects. Made when it is first asked for."""
        if self._session is None:
            self._session = _Session(
                self._connected(),
                expire_on_commit=False,
                join_transaction_mode="control_fully",
                info={"begin": self._begin},
            )
        return self._session

    def connection(self) -> Connection:
        """Return the connection in its transaction, which has begun by saying whose rows it may touch."""
        connection = self._connected()
        if not connection.in_transaction():
            connection.begin()
        self._begin(connection)
        return connection

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = self.stores.engine.connect()
        return self._connection

    def _begin(self, connection: Connection) -> None:
        """Tell the database's row-level security whose rows this transaction may touch, once; it ends with the transaction.

        Both go in one round trip. Where that is not possible (a dead connection, a transaction that runs already) the ordinary
        statement follows, which raises what there is to raise.
        """
        transaction = connection.get_transaction()
        if transaction is self._begun:
            return
        context = "" if self.partnership_id == NO_PARTNERSHIP else str(uuid.UUID(int=self.partnership_id.int))
        server: psycopg.Connection[Any] = connection.connection.dbapi_connection  # type: ignore[assignment]
        is_set = (
            server.pgconn.transaction_status == TransactionStatus.IDLE
            and server.pgconn.exec_(_BEGIN.format(context).encode("ascii")).status == ExecStatus.TUPLES_OK
        )
        if not is_set:
            connection.execute(_CONTEXT, {"context": context})
        self._begun = transaction

    def _commit(self) -> None:
        if self._session is not None:
            self._session.commit()
        if self._connection is not None:
            self._connection.commit()

    def _roll_back(self) -> None:
        if self._session is not None:
            self._session.rollback()
        if self._connection is not None:
            self._connection.rollback()

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

    def rows(self, build: Build, *shape: Hashable, **values: object) -> Sequence[Any]:
        """Run a read that pages make all the time: its statement is made once for each sort of actor and kept.

        `build(actor, now, *shape)` returns it, with `bindparam` for each of `values`. It gets an actor whose ids are bound
        parameters, so conditions of a policy go in as they are. What the actor may do decides which statement it is, so a
        right that ends takes its statement with it. Returns named tuples, to be read only; raises what SQLAlchemy raises.
        """
        if self._session is not None:
            self._session.flush()
        return self._run(self._statement(build, shape), self._bound(values))

    def look(self, build: Build, **values: object) -> Sequence[Any]:
        """Run a read of columns outside any transaction, in one round trip: for what lies outside row-level security."""
        pooled = self.stores.engine.raw_connection()
        server: psycopg.Connection[Any] = pooled.dbapi_connection  # type: ignore[assignment]
        server.autocommit = True
        try:
            return self._statement(build, ()).run(server, self._bound(values))
        except psycopg.Error as error:
            pooled.invalidate(error)
            raise as_sqlalchemy(error, self.stores.engine.dialect, is_dead=server.closed) from error
        finally:
            if not server.closed:
                server.autocommit = False
            pooled.close()

    def entities(self, build: Build, *shape: Hashable, **values: object) -> Sequence[Any]:
        """Run a read of objects that may then be changed, in the same way but through the session."""
        key = (build, Sort.of(self.actor), shape)
        made = self.stores.made.get(key)
        if made is None:
            made = self.stores.made[key] = self._made(build, shape)
        return self.session.execute(made, self._bound(values)).all()

    def _run(self, statement: KeptStatement, values: Mapping[str, object]) -> Sequence[Any]:
        connection = self.connection()
        server: psycopg.Connection[Any] = connection.connection.dbapi_connection  # type: ignore[assignment]
        try:
            return statement.run(server, values)
        except psycopg.Error as error:
            if server.closed:
                connection.invalidate(error)
            raise as_sqlalchemy(error, self.stores.engine.dialect, is_dead=server.closed) from error

    def _statement(self, build: Build, shape: tuple[Hashable, ...]) -> KeptStatement:
        key = (build, Sort.of(self.actor), shape)
        kept = self.stores.statements.get(key)
        if kept is None:
            kept = self.stores.statements[key] = KeptStatement(self._made(build, shape), self.stores.engine.dialect)
        return kept

    def _made(self, build: Build, shape: tuple[Hashable, ...]) -> Executable:
        return build(Sort.of(self.actor).anybody(), bindparam("now", type_=DateTime(timezone=True)), *shape)

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
        if self._session is not None:
            self._session.flush()  # the change first: a broken constraint is met before its record is written
        if self._events:
            self.session.execute(insert(OutboxMessage), self._events)
        if entries:
            first = entries[0]
            differ = frozenset(name for name in first if any(one[name] != first[name] for one in entries))
            kept = self.stores.statements.get(differ)
            if kept is None:
                kept = self.stores.statements[differ] = KeptStatement(_entries(differ), self.stores.engine.dialect)
            self._run(kept, first | {name: [one[name] for one in entries] for name in differ})
