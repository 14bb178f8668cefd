"""Whether the service lives (/healthz) and whether every part of it does (/readyz). Names of parts only; open to everybody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import redis
from flask import Blueprint, Response, jsonify

from casework.events import queries as events
from casework.web.unit import service

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Answer 200 as soon as pages can be served."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Answer 200 while database, key store, broker, worker, relay and beat are alive, else 503 naming the parts that are not."""
    failing: list[str] = []
    living: set[str] = set()
    with _noting("database", failing):
        living = _living_parts()
    with _noting("key store", failing):
        service().stores.key_store.health()
    with _noting("broker", failing):
        _ask_broker()
    if "database" not in failing:
        failing += [part for part in events.PARTS if part not in living]
    if failing:
        return jsonify(status="not ready", failing=failing), 503
    return jsonify(status="ready"), 200


@contextmanager
def _noting(part: str, failing: list[str]) -> Iterator[None]:
    try:
        yield
    except Exception:  # noqa: BLE001 - whatever goes wrong with a part, the answer is its name
        failing.append(part)


def _living_parts() -> set[str]:
    with service().stores.engine.connect() as connection:
        return events.living_parts(connection)


def _ask_broker() -> None:
    with redis.Redis.from_url(service().settings.redis_url, socket_timeout=2, socket_connect_timeout=2) as client:
        client.ping()
