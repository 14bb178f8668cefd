"""Writes of the outbox: leasing a batch to the queue, claiming it for work, and noting how it ended.

All times are the database's. An attempt is counted, and committed, before the work is tried, so that a message that kills its
worker ends as a dead letter instead of going round for ever (docs/adr/0003-outbox.md).
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from casework.errors import Conflict, NotFound
from casework.events.models import HandledMessage, Heartbeat, OutboxMessage

MOST_ATTEMPTS = 10
BATCH = 500
# How long the queue may keep a batch before the sweep sends it again, and how long a worker may keep one it has claimed.
RESEND_AFTER = timedelta(seconds=45)
LEASE = timedelta(seconds=300)


@dataclass(frozen=True, slots=True)
class Message:
    """One event as its handlers get it. `occurred_at` is the unit of work's moment: simulated in a rehearsal."""

    id: uuid.UUID
    partnership_id: uuid.UUID
    event: str
    payload: dict[str, Any]
    occurred_at: datetime
    correlation_id: uuid.UUID | None
    attempt: int

    def id_of(self, field: str) -> uuid.UUID:
        """Return a field that is an id."""
        return uuid.UUID(self.payload[field])


def lease_for_queue(connection: Connection, *, limit: int = BATCH) -> list[uuid.UUID]:
    """Take the messages that wait, in order, and mark them sent. Taken at once by two relays, each goes to one of them.

    What was sent and is neither done nor in somebody's hands after RESEND_AFTER waits again: the sweep.
    """
    waiting = (
        select(OutboxMessage.id)
        .where(
            OutboxMessage.state.in_(["pending", "sent"]),
            OutboxMessage.next_at <= func.now(),
            or_(OutboxMessage.lease_until.is_(None), OutboxMessage.lease_until < func.now()),
        )
        .order_by(OutboxMessage.position)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(connection.scalars(waiting))
    if ids:
        connection.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id.in_(ids))
            .values(state="sent", next_at=func.now() + RESEND_AFTER)
        )
    return ids


def claim_for_work(connection: Connection, *, ids: Collection[uuid.UUID]) -> list[Message]:
    """Claim messages for this worker and count the attempt. Commit before working. Done and claimed ones are not given out.

    A message that has used up its attempts becomes a dead letter here.
    """
    mine = (
        OutboxMessage.id.in_(list(ids)),
        OutboxMessage.state.in_(["pending", "sent"]),
        or_(OutboxMessage.lease_until.is_(None), OutboxMessage.lease_until < func.now()),
    )
    connection.execute(
        update(OutboxMessage)
        .where(*mine, OutboxMessage.attempt >= MOST_ATTEMPTS)
        .values(state="dead", failure=func.coalesce(OutboxMessage.failure, "attempts used up"))
    )
    rows = connection.execute(
        update(OutboxMessage)
        .where(*mine)
        .values(attempt=OutboxMessage.attempt + 1, lease_until=func.now() + LEASE)
        .returning(
            OutboxMessage.position,
            OutboxMessage.id,
            OutboxMessage.partnership_id,
            OutboxMessage.event,
            OutboxMessage.payload,
            OutboxMessage.occurred_at,
            OutboxMessage.correlation_id,
            OutboxMessage.attempt,
        )
    ).all()
    return [Message(*row[1:]) for row in sorted(rows, key=lambda row: row[0])]


def claim_for_handler(connection: Connection, *, handler: str, ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Claim messages for one handler in the transaction of its effects. Only those not handled before are returned."""
    rows = [{"id": uuid.uuid4(), "message_id": one, "handler": handler, "handled_at": func.now()} for one in ids]
    claimed = connection.execute(
        insert(HandledMessage).values(rows).on_conflict_do_nothing().returning(HandledMessage.message_id)
    )
    return set(claimed.scalars())


def mark_done(connection: Connection, *, ids: Collection[uuid.UUID]) -> None:
    """Note that every handler of these messages is through."""
    if ids:
        connection.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id.in_(list(ids)))
            .values(state="done", lease_until=None, failure=None)
        )


def mark_failed(connection: Connection, *, message_id: uuid.UUID, attempt: int, failure: str) -> None:
    """Note a failure by the class of its error, never its text, and when it is tried again: 2 s, doubling, at most 15 minutes."""
    dead = attempt >= MOST_ATTEMPTS
    wait = min(timedelta(seconds=2**attempt), timedelta(minutes=15))
    connection.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == message_id)
        .values(state="dead" if dead else "sent", failure=failure[:120], lease_until=None, next_at=func.now() + wait)
    )


def resend(connection: Connection, *, message_id: uuid.UUID) -> None:
    """Put a dead letter back to be tried afresh. Raises NotFound, Conflict when it is not dead."""
    state = connection.scalar(select(OutboxMessage.state).where(OutboxMessage.id == message_id).with_for_update())
    if state is None:
        raise NotFound
    if state != "dead":
        raise Conflict("Only a dead letter can be sent again.")
    connection.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == message_id)
        .values(state="pending", attempt=0, next_at=func.now(), lease_until=None, failure=None)
    )


def beat(connection: Connection, *, part: str) -> None:
    """Write the proof of life of a part of the installation: worker, relay or beat."""
    connection.execute(
        insert(Heartbeat)
        .values(id=uuid.uuid4(), part=part, seen_at=func.now())
        .on_conflict_do_update(index_elements=["part"], set_={"seen_at": func.now()})
    )
