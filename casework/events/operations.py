"""Writes of the outbox: leasing a batch to the queue, claiming it for work, and noting how it ended.

All times are the database's. An attempt is counted, and committed, before the work is tried, so that a message that kills its
worker ends as a dead letter instead of going round for ever (docs/adr/0003-outbox.md).
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from casework.errors import Conflict, NotFound
from casework.events.models import Heartbeat, OutboxMessage, ScheduledRun

MOST_ATTEMPTS = 10
BATCH = 500
# How long the queue may keep a batch before the sweep sends it again, and how long a worker may keep one that it has claimed:
# longer than the hard time limit of its task (workers/app.py), so that nobody alive is overtaken.
RESEND_AFTER = timedelta(seconds=45)
LEASE = timedelta(seconds=120)

# Who has a message, and how often it was tried, is not worth waiting for the disk: when the server crashes within the moment, the
# message is carried again. What a handler did is committed in the ordinary way. (S608: these are put together from constants.)
_QUICKLY = "(SELECT set_config('synchronous_commit', 'off', true)) = 'off'"
_LEASE_FOR_QUEUE = text(
    "UPDATE outbox_message SET state = 'sent', next_at = now() + :resend_after WHERE "  # noqa: S608
    + _QUICKLY
    + " AND id = ANY(ARRAY("
    " SELECT id FROM outbox_message WHERE state IN ('pending', 'sent') AND next_at <= now()"
    " AND (lease_until IS NULL OR lease_until < now()) ORDER BY position LIMIT :limit FOR UPDATE SKIP LOCKED"
    ")) RETURNING position, id"
)
_CLAIM_FOR_WORK = text(
    "UPDATE outbox_message SET"
    " state = CASE WHEN attempt < :most THEN state ELSE 'dead' END,"
    " failure = CASE WHEN attempt < :most THEN failure ELSE coalesce(failure, 'attempts used up') END,"
    " lease_until = CASE WHEN attempt < :most THEN now() + :lease END,"
    " attempt = least(attempt + 1, :most)"
    " WHERE " + _QUICKLY + " AND id = ANY(:ids) AND state IN ('pending', 'sent')"
    " AND (lease_until IS NULL OR lease_until < now() OR :is_abandoned)"
    " RETURNING state, position, id, partnership_id, event, payload, occurred_at, correlation_id, attempt"
)
_MARK_DONE = text(
    "UPDATE outbox_message SET state = 'done', lease_until = NULL, failure = NULL WHERE "  # noqa: S608
    + _QUICKLY
    + " AND id = ANY(:ids)"
)
_CLAIM_FOR_HANDLER = text(
    "INSERT INTO handled_message (id, message_id, handler, handled_at)"
    " SELECT gen_random_uuid(), claimed, :handler, now() FROM unnest(CAST(:ids AS uuid[])) AS claimed"
    " ON CONFLICT (message_id, handler) DO NOTHING RETURNING message_id"
)

SLOT_ABANDONED_AFTER = timedelta(minutes=5)
_SLOT_IS_OPEN = text(
    "SELECT finished_at IS NULL AND started_at < now() - :abandoned_after FROM scheduled_run"
    " WHERE job = :job AND slot = :slot"
)
_CLAIM_SLOT = text(
    "INSERT INTO scheduled_run AS run (id, job, slot, started_at) VALUES (gen_random_uuid(), :job, :slot, now())"
    " ON CONFLICT (job, slot) DO UPDATE SET started_at = now()"
    " WHERE run.finished_at IS NULL AND run.started_at < now() - :abandoned_after RETURNING run.id"
)
# What is done is kept for a while, to be looked up when somebody asks what happened.
KEPT_FOR = timedelta(days=30)
_FORGET_MESSAGES = text(
    "WITH gone AS (DELETE FROM outbox_message WHERE state = 'done' AND next_at < now() - :kept_for RETURNING id)"
    " DELETE FROM handled_message USING gone WHERE handled_message.message_id = gone.id"
)
_FORGET_RUNS = text("DELETE FROM scheduled_run WHERE finished_at < now() - :kept_for")


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
    rows = connection.execute(_LEASE_FOR_QUEUE, {"resend_after": RESEND_AFTER, "limit": limit})
    return [row.id for row in sorted(rows, key=lambda row: row.position)]


class Claimed(NamedTuple):
    """What a worker got: messages to handle, in order, and the ids of those that became dead letters instead."""

    messages: list[Message]
    dead: list[uuid.UUID]


def claim_for_work(connection: Connection, *, ids: Collection[uuid.UUID], is_abandoned: bool = False) -> Claimed:
    """Claim messages for this worker and count the attempt. Commit before working.

    Those that are done, or in another worker's hands, are not given out; with `is_abandoned` the other worker is known to have
    died. A message that has used up its attempts becomes a dead letter here.
    """
    rows = connection.execute(
        _CLAIM_FOR_WORK, {"ids": list(ids), "most": MOST_ATTEMPTS, "lease": LEASE, "is_abandoned": is_abandoned}
    ).all()
    in_order = sorted(rows, key=lambda row: row.position)
    return Claimed(
        [Message(*row[2:]) for row in in_order if row.state != "dead"],
        [row.id for row in in_order if row.state == "dead"],
    )


def claim_for_handler(connection: Connection, *, handler: str, ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Claim messages for one handler in the transaction of its effects. Only those not handled before are returned."""
    return set(connection.scalars(_CLAIM_FOR_HANDLER, {"handler": handler, "ids": list(ids)}))


def mark_done(connection: Connection, *, ids: Collection[uuid.UUID]) -> None:
    """Note that every handler of these messages is through."""
    if ids:
        connection.execute(_MARK_DONE, {"ids": list(ids)})


def give_back(connection: Connection, *, ids: Collection[uuid.UUID]) -> None:
    """Let others have messages that were claimed and not begun: at once, and the attempt does not count."""
    if ids:
        connection.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id.in_(list(ids)), OutboxMessage.state.in_(["pending", "sent"]))
            .values(attempt=OutboxMessage.attempt - 1, lease_until=None, next_at=func.now())
        )


def mark_failed(connection: Connection, *, message_id: uuid.UUID, attempt: int, failure: str) -> bool:
    """Note a failure by the class of its error, never its text, and when it is tried again: 2 s, doubling, at most 15 minutes.

    Returns whether that was the last attempt: then it is a dead letter.
    """
    is_dead = attempt >= MOST_ATTEMPTS
    wait = min(timedelta(seconds=2**attempt), timedelta(minutes=15))
    connection.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == message_id)
        .values(state="dead" if is_dead else "sent", failure=failure[:120], lease_until=None, next_at=func.now() + wait)
    )
    return is_dead


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


def claim_slot(connection: Connection, *, job: str, slot: datetime) -> bool:
    """Claim a slot (UTC) of scheduled work, for whoever comes first. Commit before working.

    A claim that was left open five minutes ago belonged to a worker that died or to work that failed, and is taken over.
    """
    values = {"job": job, "slot": slot, "abandoned_after": SLOT_ABANDONED_AFTER}
    # Looked at first, because nearly every tick finds nothing to do.
    is_open = connection.scalar(_SLOT_IS_OPEN, values)
    return is_open is not False and connection.scalar(_CLAIM_SLOT, values) is not None


def finish_slot(connection: Connection, *, job: str, slot: datetime) -> None:
    """Note that the work of a slot ended well: it is never done again."""
    connection.execute(
        update(ScheduledRun).where(ScheduledRun.job == job, ScheduledRun.slot == slot).values(finished_at=func.now())
    )


def beat(connection: Connection, *, part: str) -> None:
    """Write the proof of life of a part of the installation: worker, relay or beat."""
    connection.execute(
        insert(Heartbeat)
        .values(id=uuid.uuid4(), part=part, seen_at=func.now())
        .on_conflict_do_update(index_elements=["part"], set_={"seen_at": func.now()})
    )


def forget_finished(connection: Connection) -> None:
    """Remove what was done more than 30 days ago: messages with their claims, and slots of scheduled work. Dead letters stay."""
    connection.execute(_FORGET_MESSAGES, {"kept_for": KEPT_FOR})
    connection.execute(_FORGET_RUNS, {"kept_for": KEPT_FOR})
