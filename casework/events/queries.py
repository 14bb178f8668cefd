"""Reads of the outbox: how much waits, since when, and what died. Ids and codes only."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from casework.events.models import Heartbeat, OutboxMessage, ScheduledRun

PARTS = ("worker", "relay", "beat")
STILL_ALIVE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class OutboxStatus:
    """How many messages stand in each state, and for how many seconds the oldest unfinished one has been due."""

    pending: int
    sent: int
    done: int
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
    """Return how the outbox stands."""
    counts = dict(connection.execute(select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state)).all())
    oldest = connection.scalar(
        select(func.extract("epoch", func.now() - func.min(OutboxMessage.next_at))).where(
            OutboxMessage.state.in_(["pending", "sent"])
        )
    )
    return OutboxStatus(
        pending=counts.get("pending", 0),
        sent=counts.get("sent", 0),
        done=counts.get("done", 0),
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


def finished_slots(connection: Connection, *, jobs: Collection[str]) -> set[tuple[str, datetime]]:
    """Return which slots (UTC) of these jobs ended well."""
    found = connection.execute(
        select(ScheduledRun.job, ScheduledRun.slot).where(
            ScheduledRun.finished_at.is_not(None), ScheduledRun.job.in_(list(jobs))
        )
    )
    return {(job, slot) for job, slot in found}
