"""Events from the committed outbox row to handled once: ours, as shipped, beside one bare Celery message for each event.

And how long one event takes on a quiet installation, beside the floor: how long PostgreSQL's NOTIFY takes by itself.
"""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import quantiles
from typing import Any

import psycopg
import redis
from sqlalchemy import insert, text

from benchmarks import bare_celery
from benchmarks.installation import RELAY, WORKER, Installation, installed
from benchmarks.measure import Case, Result, alternate
from casework.events.models import OutboxMessage

EVENTS = 20_000
BARE = 2_000
SINGLE = 300
PARTNERSHIP = uuid.uuid4()


def messages(count: int) -> list[dict[str, Any]]:
    """Return outbox rows of an event that has one handler, each with a moment and a correlation of its own."""
    now = datetime.now(UTC)
    return [
        {
            "id": uuid.uuid4(),
            "partnership_id": PARTNERSHIP,
            "event": "conference.case_listed",
            "version": 1,
            "payload": {"conference_id": str(uuid.uuid4()), "case_id": str(uuid.uuid4()), "is_late": False},
            "occurred_at": now + timedelta(milliseconds=number),
            "correlation_id": uuid.uuid4(),
            "state": "pending",
            "attempt": 0,
        }
        for number in range(count)
    ]


def through_the_outbox(installation: Installation) -> float:
    """Commit the events at once; return the seconds until each has been handled."""
    with installation.stores.engine.begin() as connection:
        for _start in range(0, EVENTS, 5_000):
            connection.execute(insert(OutboxMessage), messages(5_000))
        began = time.perf_counter()
    installation.wait("SELECT count(*) FROM outbox_message WHERE state IN ('pending', 'sent')", 0, pause=0.02)
    return time.perf_counter() - began


def one_message_each(broker: redis.Redis) -> float:
    """Send a message for each event; return the seconds until none is left with the broker or unacknowledged."""
    ids = [str(uuid.uuid4()) for _ in range(BARE)]
    began = time.perf_counter()
    for one in ids:
        bare_celery.nothing.apply_async((one,))
    while broker.llen("bare") or broker.zcard("unacked_index"):
        time.sleep(0.01)
    return time.perf_counter() - began


def singly(installation: Installation) -> list[float]:
    """Commit events one by one; return for each the milliseconds from its commit to that of its handler."""
    rng = random.Random(1)
    began: dict[uuid.UUID, float] = {}
    for row in messages(SINGLE):
        with installation.stores.engine.begin() as connection:
            connection.execute(insert(OutboxMessage), [row])
            began[row["id"]] = time.time()
        time.sleep(rng.uniform(0.02, 0.06))
    installation.wait("SELECT count(*) FROM outbox_message WHERE state IN ('pending', 'sent')", 0)
    with installation.stores.engine.begin() as connection:
        ended = connection.execute(
            text(
                "SELECT message_id, extract(epoch FROM pg_xact_commit_timestamp(xmin)) FROM handled_message"
                " WHERE message_id = ANY(:ids)"
            ),
            {"ids": list(began)},
        )
        return [(float(at) - began[one]) * 1000 for one, at in ended]


def notify_floor(installation: Installation) -> tuple[list[float], list[float]]:
    """Commit rows one by one with a notification each; return milliseconds from the commit to another connection's hearing of it,
    and to its having taken the row: the least that a relay does.
    """
    url = installation.environment["DATABASE_URL"].replace("+psycopg", "")
    owner = installation.environment["DATABASE_OWNER_URL"].replace("+psycopg", "")
    heard: list[float] = []
    taken: list[float] = []
    stop = threading.Event()
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS floor_row (id int)")
    with psycopg.connect(url, autocommit=True) as listener, psycopg.connect(url) as writer:
        listener.execute("LISTEN floor")

        def listen() -> None:
            while not stop.is_set():
                if list(listener.notifies(timeout=0.5, stop_after=1)):
                    at = time.time()
                    listener.execute("DELETE FROM floor_row")
                    heard.append(at)
                    taken.append(time.time())

        thread = threading.Thread(target=listen)
        thread.start()
        sent = []
        rng = random.Random(1)
        for number in range(SINGLE):
            writer.execute("INSERT INTO floor_row VALUES (%s)", (number,))
            writer.execute("NOTIFY floor")
            sent.append(time.time())
            writer.commit()
            time.sleep(rng.uniform(0.02, 0.06))
        stop.set()
        thread.join()
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("DROP TABLE floor_row")

    def since_sent(ends: Sequence[float]) -> list[float]:
        return [(at - before) * 1000 for before, at in zip(sent, ends, strict=True)]

    return since_sent(heard), since_sent(taken)


def run(_: Sequence[str]) -> Result:
    """Measure both."""
    with installed(database_settings=["track_commit_timestamp = on"]) as installation:
        installation.start(*WORKER)
        installation.start(*RELAY)
        bare_celery.app.conf.update(broker_url=installation.environment["REDIS_URL"])
        installation.start(
            *("celery", "-A", "benchmarks.bare_celery", "--quiet", "worker"),
            *("--concurrency", "2", "--loglevel", "WARNING"),
        )
        installation.wait_for_worker()
        with redis.Redis.from_url(installation.environment["REDIS_URL"]) as broker:
            cases = [
                Case("ours, outbox to handled once", partial(through_the_outbox, installation), EVENTS),
                Case("a bare Celery message each", partial(one_message_each, broker), BARE),
            ]
            table = alternate("Events from committed to handled", "events", cases, rounds=5)
        (heard, taken), ours = notify_floor(installation), singly(installation)
    facts = {
        "commit to handled, median, ms": quantiles(ours, n=2)[0],
        "commit to handled, 95th percentile, ms": p95(ours),
        "NOTIFY heard, 95th percentile, ms": p95(heard),
        "NOTIFY heard and the row taken, 95th percentile, ms": p95(taken),
        "handled / heard": p95(ours) / p95(heard),
        "handled / heard and taken": p95(ours) / p95(taken),
    }
    return Result("relay", [table], facts)


def p95(values: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return quantiles(values, n=20)[18]
