"""A record of twelve short fields, written and read: ours beside plain columns, sqlalchemy-utils' encrypted type and tink.

First in memory, where only sealing is timed, then through SQLAlchemy and PostgreSQL, where the whole way is.
"""

from __future__ import annotations

import json
import os
import secrets
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import LargeBinary, Text, create_engine, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from benchmarks.measure import Case, Result, Table, alternate
from casework.encryption import key_store
from casework.encryption.key_ring import DataKey
from casework.encryption.key_store import KeyStore, context_of, field_key_and_commitment, unwrap
from casework.encryption.master_keys import MasterKeys
from casework.encryption.sealed import Document, Sealed
from local import engines, state

FIELDS = (
    *("given_names", "family_name", "born", "house", "street", "town"),
    *("postcode", "phone", "email", "language", "gp", "school"),
)
RECORDS = 500
PARTNERSHIP = uuid.uuid4()


def a_record(number: int) -> dict[str, str]:
    """Return a made-up record of about 180 bytes of content."""
    return {name: f"{name[:6]} {number % 97:02d} example" for name in FIELDS}


class Row:
    """A row with one sealed document and no database."""

    __tablename__ = "bench_row"
    record = Sealed("record_sealed", key="key_id", pad=512)

    def __init__(self, key_id: uuid.UUID) -> None:
        self.id, self.partnership_id, self.key_id = uuid.uuid4(), PARTNERSHIP, key_id
        self.record_sealed: bytes | None = None


class UnwrapsEachTime:
    """Data keys as the key store gives them, never kept opened: each record pays for its own key, as in an envelope."""

    def __init__(self, master_keys: MasterKeys) -> None:
        self.master_keys = master_keys
        self.rows: dict[uuid.UUID, Any] = {}

    def new(self) -> uuid.UUID:
        """Make a data key, wrapped."""
        key_id, dek = uuid.uuid4(), os.urandom(32)
        name, wrapped = self.master_keys.wrap(dek, context_of(key_id, PARTNERSHIP, "person"))
        _, commitment = field_key_and_commitment(dek)
        place = {"id": key_id, "partnership_id": PARTNERSHIP, "kind": "person"}
        self.rows[key_id] = SimpleNamespace(**place, master_key=name, wrapped=wrapped, commitment=commitment)
        return key_id

    def data_key(self, key_id: uuid.UUID) -> DataKey:
        """Unwrap, check the commitment, and derive."""
        return DataKey(key_id, PARTNERSHIP, AESGCM(unwrap(self.master_keys, self.rows[key_id])[1]))


class OneKeyOpened:
    """One data key that the unit of work has opened before, as for the records of one case."""

    def __init__(self, key: DataKey) -> None:
        self.key = key

    def data_key(self, _: uuid.UUID) -> DataKey:
        """Return it."""
        return self.key


@dataclass(frozen=True)
class Way:
    """A way to seal a record outside the database: what writes one, and what reads what was written."""

    name: str
    write: Callable[[dict[str, str]], Any]
    read: Callable[[Any], dict[str, str] | Document | None]


def our_ways() -> list[Way]:
    """Ours with a key for each record, and with a key that is open already."""
    each = UnwrapsEachTime(MasterKeys.generate())
    shared = each.new()
    opened = OneKeyOpened(each.data_key(shared))

    def write_opened(record: dict[str, str]) -> Row:
        row = Row(shared)
        row.record.seal(opened, record)
        return row

    def write_each(record: dict[str, str]) -> Row:
        row = Row(each.new())
        row.record.seal(each, record)
        return row

    return [
        Way("ours, key of its own", write_each, lambda row: row.record.open(each)),
        Way("ours, key open in the unit", write_opened, lambda row: row.record.open(opened)),
    ]


def bare_way() -> Way:
    """The floor: AES-GCM and JSON with one key, bound to nothing."""
    cipher = AESGCM(os.urandom(32))

    def write(record: dict[str, str]) -> tuple[bytes, bytes]:
        nonce = os.urandom(12)
        return nonce, cipher.encrypt(nonce, json.dumps(record).encode(), None)

    def read(made: tuple[bytes, bytes]) -> Document:
        document: Document = json.loads(cipher.decrypt(made[0], made[1], None))
        return document

    return Way("AES-GCM and JSON, bare", write, read)


def tink_ways() -> list[Way]:
    """Tink's envelope with its key-encryption key in memory: one document a record, and one value a field."""
    import tink
    from tink import aead

    aead.register()
    kek = tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM).primitive(aead.Aead)
    envelope = aead.KmsEnvelopeAead(aead.aead_key_templates.AES256_GCM, kek)
    place = os.urandom(90)  # as many bytes of associated data as ours

    def write_one(record: dict[str, str]) -> bytes:
        sealed: bytes = envelope.encrypt(json.dumps(record).encode(), place)
        return sealed

    def write_fields(record: dict[str, str]) -> dict[str, bytes]:
        return {name: envelope.encrypt(value.encode(), place) for name, value in record.items()}

    def read_fields(made: dict[str, bytes]) -> dict[str, str]:
        return {name: envelope.decrypt(sealed, place).decode() for name, sealed in made.items()}

    return [
        Way("tink envelope, a document", write_one, lambda made: json.loads(envelope.decrypt(made, place))),
        Way("tink envelope, a value a field", write_fields, read_fields),
    ]


def encrypted_types() -> dict[str, Any]:
    """Return sqlalchemy-utils' encrypted types by the name of their engine."""
    from sqlalchemy_utils.types.encrypted.encrypted_type import (
        AesEngine,
        AesGcmEngine,
        FernetEngine,
        StringEncryptedType,
    )

    key = secrets.token_hex(16)
    return {
        "AES (default)": StringEncryptedType(Text, key, AesEngine, "pkcs5"),
        "AES-GCM": StringEncryptedType(Text, key, AesGcmEngine),
        "Fernet": StringEncryptedType(Text, key, FernetEngine),
    }


def type_way(engine: str, column: Any) -> Way:
    """Sqlalchemy-utils' encrypted type, called as SQLAlchemy calls it, one value a field."""

    def write(record: dict[str, str]) -> dict[str, Any]:
        return {name: column.process_bind_param(value, None) for name, value in record.items()}

    def read(made: dict[str, Any]) -> dict[str, str]:
        return {name: column.process_result_value(value, None) for name, value in made.items()}

    return Way(f"sqlalchemy-utils, {engine}", write, read)


def in_memory(ways: Sequence[Way]) -> list[Table]:
    """Time the sealing alone; every way must give back what it was given."""
    records = [a_record(number) for number in range(RECORDS)]
    writing, reading = [], []
    for way in ways:
        made = [way.write(record) for record in records]
        if [way.read(each) for each in made] != records:
            raise AssertionError(f"{way.name} gives back something else")
        writing.append(Case(way.name, partial(_each, way.write, records), RECORDS))
        reading.append(Case(way.name, partial(_each, way.read, made), RECORDS))
    unit = f"records of {len(FIELDS)} fields"
    return [
        alternate("Written in memory", unit, writing),
        alternate("Read in memory", unit, reading),
    ]


def _each(work: Callable[[Any], Any], things: list[Any]) -> None:
    for thing in things:
        work(thing)


class Tables(DeclarativeBase):
    """Tables that exist for this benchmark only."""


class SealedRecord(Tables):
    """Ours."""

    __tablename__ = "bench_sealed"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    partnership_id: Mapped[uuid.UUID]
    key_id: Mapped[uuid.UUID]
    record_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    record = Sealed("record_sealed", key="key_id", pad=512)


def columns_table(name: str, column: Any) -> type[Any]:
    """Return a mapped class with a column of the given type for each field."""
    columns = {field: mapped_column(column) for field in FIELDS}
    ids = {"id": mapped_column(SealedRecord.__table__.c.id.type, primary_key=True)}
    return type(name, (Tables,), {"__tablename__": f"bench_{name}", **ids, **columns})


def sealed_cases(engine: Engine, store: KeyStore) -> tuple[Callable[[], None], Callable[[], None]]:
    """Return what writes and what reads RECORDS of ours: each under its own data key, made or fetched in one round trip."""

    def write() -> None:
        keys = store.keys(PARTNERSHIP)
        with Session(engine) as session:
            for number, key_id in enumerate(keys.new_many("person", PARTNERSHIP, RECORDS)):
                row = SealedRecord(id=uuid.uuid4(), partnership_id=PARTNERSHIP, key_id=key_id)
                row.record.seal(keys, a_record(number))
                session.add(row)
            session.commit()

    def read() -> None:
        keys = store.keys(PARTNERSHIP)
        with Session(engine) as session:
            rows = session.scalars(select(SealedRecord).limit(RECORDS)).all()
            keys.load(row.key_id for row in rows)
            for row in rows:
                row.record.open(keys)

    return write, read


def column_cases(engine: Engine, table: type[Any]) -> tuple[Callable[[], None], Callable[[], None]]:
    """Return what writes and what reads RECORDS with a column a field."""

    def write() -> None:
        with Session(engine) as session:
            session.add_all(table(id=uuid.uuid4(), **a_record(number)) for number in range(RECORDS))
            session.commit()

    def read() -> None:
        with Session(engine) as session:
            for row in session.scalars(select(table).limit(RECORDS)).all():
                {name: getattr(row, name) for name in FIELDS}

    return write, read


def through_postgresql(types: dict[str, Any]) -> list[Table]:
    """Time the whole way through the ORM and real databases that are started for the purpose."""
    names = {"plain columns": columns_table("plain", Text)}
    for number, (name, column) in enumerate(types.items()):
        names[f"sqlalchemy-utils, {name}"] = columns_table(f"type_{number}", column)
    with state.temporary() as folder, engines.running(folder, environment={}) as running:
        key_store.prepare(running.key_store_url)
        engine = create_engine(running.database_owner_url)
        store = KeyStore(running.key_store_url, MasterKeys.generate())
        Tables.metadata.create_all(engine)
        ways = {"ours, key of its own": sealed_cases(engine, store)}
        ways |= {name: column_cases(engine, table) for name, table in names.items()}
        cases = [(Case(name, write, RECORDS), Case(name, read, RECORDS)) for name, (write, read) in ways.items()]
        unit = f"records of {len(FIELDS)} fields"
        written = alternate(f"Written to PostgreSQL, {RECORDS} a transaction", unit, [each[0] for each in cases])
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
        read = alternate(f"Read from PostgreSQL, {RECORDS} at once", unit, [each[1] for each in cases])
        store.close()
        engine.dispose()
    return [written, read]


def run(_: Sequence[str]) -> Result:
    """Measure, with the baselines that are installed."""
    ways, notes, types = [*our_ways(), bare_way()], [], {}
    try:
        ways += tink_ways()
    except ImportError:
        notes.append("tink is not installed (requirements/bench.txt), so its envelope was not measured")
    try:
        types = encrypted_types()
    except ImportError:
        notes.append("sqlalchemy-utils is not installed (requirements/bench.txt), so its type was not measured")
    ways += [type_way(engine, column) for engine, column in types.items()]
    written, read = in_memory(ways)
    names = {each.name for each in read.measured}
    facts = {
        f"time to open a record, {ours} / {other}": read.ratio(ours, other)
        for ours in ("ours, key of its own", "ours, key open in the unit")
        for other in ("tink envelope, a document", "tink envelope, a value a field", "sqlalchemy-utils, AES-GCM")
        if other in names
    }
    notes.append("our record is bound to its place, padded to 512 bytes and checked against the key's commitment")
    notes.append("fields per second are twelve times the records per second")
    return Result("sealing", [written, read, *through_postgresql(types)], facts, notes)
