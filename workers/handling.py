"""How a batch of messages is handled: claimed, handler by handler in a few transactions, and one by one where that fails.

A handler gets a unit of work of the system in the event's partnership, whose `now` is the moment at which the event occurred:
what follows from a fact belongs to its moment. It makes one call into the domain.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

import structlog
from celery.exceptions import SoftTimeLimitExceeded

from casework.access.actors import SYSTEM
from casework.access.permissions import Purpose
from casework.events import operations as outbox
from casework.events.operations import Message
from casework.work import Stores, UnitOfWork

Handler = Callable[[UnitOfWork, Message], object]
Subscriptions = Mapping[str, Sequence[Handler]]
# So many messages share a transaction: a round trip less for each, and no long hold on rows that people work on.
TOGETHER = 100
log = structlog.get_logger()


def handle(
    stores: Stores, ids: Collection[uuid.UUID], subscriptions: Subscriptions, *, is_abandoned: bool = False
) -> int:
    """Handle these messages as far as nobody else has. Returns how many were done.

    `is_abandoned` says that a worker died while it had them. One of them may have killed it, so each is then claimed and handled
    by itself: only that one's attempts are used up, and the others get done.
    """
    if is_abandoned:
        return sum(_handle(stores, [one], subscriptions, is_abandoned=True) for one in ids)
    return _handle(stores, ids, subscriptions)


def _handle(
    stores: Stores, ids: Collection[uuid.UUID], subscriptions: Subscriptions, *, is_abandoned: bool = False
) -> int:
    # What is noted of a message is one statement each time, and committed by itself.
    with stores.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as notes:
        messages, dead = outbox.claim_for_work(notes, ids=ids, is_abandoned=is_abandoned)
        for message_id in dead:
            log.error("event_dead", message_id=message_id)
        failed: set[uuid.UUID] = set()
        in_hand: Sequence[Message] = ()
        try:
            for handler, in_hand in _batches(messages, subscriptions):
                failed |= _run(stores, handler, in_hand)
        except SoftTimeLimitExceeded as error:
            for message in in_hand:
                _note_failure(stores, message, error)
            outbox.give_back(notes, ids={one.id for one in messages} - {one.id for one in in_hand})
            return 0
        done = [message.id for message in messages if message.id not in failed]
        outbox.mark_done(notes, ids=done)
        return len(done)


def name_of(handler: Handler) -> str:
    """Return the name under which a handler claims messages: module and function."""
    return f"{handler.__module__.rsplit('.', 1)[-1]}.{handler.__name__}"


def _batches(messages: Sequence[Message], subscriptions: Subscriptions) -> Iterator[tuple[Handler, list[Message]]]:
    """Yield, in order, the messages of one partnership that one handler gets together: on a second try each goes alone."""
    found: dict[tuple[Handler, uuid.UUID, uuid.UUID | None], list[Message]] = defaultdict(list)
    for message in messages:
        for handler in subscriptions.get(message.event, ()):
            found[handler, message.partnership_id, message.id if message.attempt > 1 else None].append(message)
    for (handler, _, _), batch in found.items():
        for start in range(0, len(batch), TOGETHER):
            yield handler, batch[start : start + TOGETHER]


def _run(stores: Stores, handler: Handler, batch: Sequence[Message]) -> set[uuid.UUID]:
    """Run a handler over a batch; when one message breaks it, each has its own transaction, so that it breaks alone."""
    if len(batch) > 1:
        try:
            _run_together(stores, handler, batch)
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:  # noqa: BLE001 - one by one tells which message it was
            log.warning("events_taken_apart", handler=name_of(handler), count=len(batch), failure=type(error).__name__)
        else:
            return set()
    return {message.id for message in batch if not _run_alone(stores, handler, message)}


def _run_together(stores: Stores, handler: Handler, messages: Sequence[Message]) -> None:
    first = messages[0]
    with UnitOfWork(
        stores,
        actor=SYSTEM,
        now=first.occurred_at,
        partnership_id=first.partnership_id,
        purpose=Purpose.SCHEDULED,
        correlation_id=first.correlation_id,
    ) as work:
        claimed = outbox.claim_for_handler(
            work.connection(), handler=name_of(handler), ids=[message.id for message in messages]
        )
        for message in messages:
            if message.id in claimed:
                work.move_to(message.occurred_at, correlation_id=message.correlation_id)
                handler(work, message)


def _run_alone(stores: Stores, handler: Handler, message: Message) -> bool:
    try:
        _run_together(stores, handler, [message])
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:  # noqa: BLE001 - noted by its class and tried again
        _note_failure(stores, message, error, handler=name_of(handler))
        return False
    return True


def _note_failure(stores: Stores, message: Message, error: Exception, *, handler: str | None = None) -> None:
    with stores.engine.begin() as connection:
        is_dead = outbox.mark_failed(
            connection, message_id=message.id, attempt=message.attempt, failure=type(error).__name__
        )
    log.error(
        "event_dead" if is_dead else "event_failed",
        event_name=message.event,
        handler=handler,
        message_id=message.id,
        attempt=message.attempt,
        exc_info=error,
    )
