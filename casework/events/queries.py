"""Reads of the outbox: how much waits, since when, and what died. Ids and codes only."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from casework.events.models import Heartbeat, OutboxMessage

PARTS = ("worker", "relay", "beat")
STILL_ALIVE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class OutboxStatus:
    """How many messages wait, are with the queue or a worker, and are dead; and for how many seconds the oldest has been due."""

    pending: int
    sent: int
    dead: int
    oldest_waiting_seconds: float


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that has used up its attempts."""

    id: uuid.UUID
    event: str
    attempt: int
    failure: str | None


def status(connection: Connection) -> OutboxStatus:
    """Return how the outbox stands. Costs nothing for what is done."""
    counts = dict(
        connection.execute(
            select(OutboxMessage.state, func.count())
            .where(OutboxMessage.state.in_(["pending", "sent", "dead"]))
            .group_by(OutboxMessage.state)
        ).tuples()
    )
    oldest = connection.scalar(
        select(func.extract("epoch", func.now() - func.min(OutboxMessage.next_at))).where(
            OutboxMessage.state.in_(["pending", "sent"])
        )
    )
    return OutboxStatus(
        pending=counts.get("pending", 0),
        sent=counts.get("sent", 0),
        dead=counts.get("dead", 0),
        oldest_waiting_seconds=max(float(oldest or 0), 0.0),
    )


def dead_letters(connection: Connection) -> list[DeadLetter]:
    """Return the dead letters, the oldest first."""
    rows = connection.execute(
        select(OutboxMessage.id, OutboxMessage.event, OutboxMessage.attempt, OutboxMessage.failure)
        .where(OutboxMessage.state == "dead")
        .order_by(OutboxMessage.position)
    )
    return [DeadLetter(*row) for row in rows]


def living_parts(connection: Connection) -> set[str]:
    """Return which parts of the installation have shown within the last 30 seconds, by the database's clock, that they live."""
    alive = func.now() - func.make_interval(0, 0, 0, 0, 0, 0, STILL_ALIVE_SECONDS)
    return set(connection.scalars(select(Heartbeat.part).where(Heartbeat.seen_at > alive)))
