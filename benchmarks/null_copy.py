"""A copy of an installation's main database in which nothing is sealed, and the app that reads it. For measuring alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import psycopg
from flask import Flask
from sqlalchemy import create_engine, make_url, select
from sqlalchemy.orm import Session

from benchmarks.installation import Installation
from benchmarks.null_cipher import NullKeyStore
from casework import app as shipped
from casework.db import Base
from casework.encryption.sealed import Sealed
from casework.web.unit import EXTENSION

NAME = "bench_null"
_TOGETHER = 500


def make(place: Installation) -> str:
    """Copy the main database, open every sealed column and put it back under the null cipher; return the copy's address."""
    postgres = place.engines.postgres
    assert postgres is not None
    ours = make_url(place.environment["DATABASE_URL"])
    above_all = make_url(postgres.url("postgres", postgres.password, "postgres"))
    with psycopg.connect(
        above_all.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
    ) as connection:
        connection.execute(f'CREATE DATABASE {NAME} TEMPLATE "{ours.database}"'.encode())
    engine = create_engine(
        above_all.set(database=NAME),
        # Past row-level security, and past the guards of tables that are only added to.
        connect_args={"options": "-c timezone=UTC -c session_replication_role=replica"},
    )
    null = NullKeyStore()
    with Session(engine) as session:
        for mapper in Base.registry.mappers:
            fields = [name for name, found in vars(mapper.class_).items() if isinstance(found, Sealed)]
            if fields:
                _unseal(place, session, null, mapper.class_, fields)
        session.commit()
    engine.dispose()
    for database in (ours.database, NAME):
        # As autovacuum leaves them, so that neither is planned for with older figures than the other.
        with psycopg.connect(
            above_all.set(drivername="postgresql", database=database).render_as_string(hide_password=False),
            autocommit=True,
        ) as connection:
            connection.execute("VACUUM ANALYZE")
    return ours.set(database=NAME).render_as_string(hide_password=False)


def _unseal(place: Installation, session: Session, null: NullKeyStore, kind: Any, fields: list[str]) -> None:
    rows = session.scalars(select(kind)).all()
    for start in range(0, len(rows), _TOGETHER):
        some = rows[start : start + _TOGETHER]
        keys = place.stores.key_store.keys()
        keys.load({getattr(row, getattr(kind, name).key) for row in some for name in fields} - {None})
        for row in some:
            for name in fields:
                field = getattr(row, name)
                if (document := field.open(keys)) is not None:
                    held = getattr(row, getattr(kind, name).key)
                    bare = null.keys_of(held, keys.data_key(held).partnership_id)
                    field.seal(bare, document)
    session.flush()


def create() -> Flask:
    """Return the product's app with a key store that opens nothing and is never asked."""
    app = shipped.create()
    service = app.extensions[EXTENSION]
    app.extensions[EXTENSION] = replace(service, stores=replace(service.stores, key_store=NullKeyStore()))
    return app
