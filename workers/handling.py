"""How a batch of messages is handled: claimed, handler by handler in one transaction, and one by one where that fails.

A handler gets a unit of work of the system in the event's partnership, whose `now` is the moment at which the event occurred:
what follows from a fact belongs to its moment. It makes one call into the domain.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence

import structlog

from casework.access.actors import SYSTEM
from casework.access.permissions import Purpose
from casework.events import operations as outbox
from casework.events.operations import Message
from casework.work import Stores, UnitOfWork

Handler = Callable[[UnitOfWork, Message], object]
Subscriptions = Mapping[str, Sequence[Handler]]
log = structlog.get_logger()


def handle(stores: Stores, ids: Collection[uuid.UUID], subscriptions: Subscriptions) -> int:
    """Handle these messages as far as nobody else has. Returns how many were done."""
    with stores.engine.begin() as connection:
        messages = outbox.claim_for_work(connection, ids=ids)
    failed: set[uuid.UUID] = set()
    by_handler: dict[tuple[Handler, uuid.UUID], list[Message]] = defaultdict(list)
    for message in messages:
        for handler in subscriptions.get(message.event, ()):
            by_handler[handler, message.partnership_id].append(message)
    for (handler, _), batch in by_handler.items():
        failed |= _run(stores, handler, batch)
    done = [message.id for message in messages if message.id not in failed]
    with stores.engine.begin() as connection:
        outbox.mark_done(connection, ids=done)
    return len(done)


def name_of(handler: Handler) -> str:
    """Return the name under which a handler claims messages: module and function."""
    return f"{handler.__module__.rsplit('.', 1)[-1]}.{handler.__name__}"


def _run(stores: Stores, handler: Handler, batch: list[Message]) -> set[uuid.UUID]:
    """Run a handler over a batch; when one message breaks it, each has its own transaction, so that it breaks alone."""
    runs: dict[object, list[Message]] = defaultdict(list)
    for message in batch:
        runs[message.occurred_at].append(message)
    failed = set()
    for together in runs.values():
        try:
            _run_together(stores, handler, together)
        except Exception:  # noqa: BLE001 - one by one tells which message it was
            failed |= {message.id for message in together if not _run_alone(stores, handler, message)}
    return failed


def _run_together(stores: Stores, handler: Handler, messages: list[Message]) -> None:
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
            work.session.connection(), handler=name_of(handler), ids=[message.id for message in messages]
        )
        for message in messages:
            if message.id in claimed:
                handler(work, message)


def _run_alone(stores: Stores, handler: Handler, message: Message) -> bool:
    try:
        _run_together(stores, handler, [message])
    except Exception as error:  # noqa: BLE001 - noted by its class and tried again
        log.error("event_failed", event_name=message.event, message_id=str(message.id), failure=type(error).__name__)
        with stores.engine.begin() as connection:
            outbox.mark_failed(connection, message_id=message.id, attempt=message.attempt, failure=type(error).__name__)
        return False
    return True
