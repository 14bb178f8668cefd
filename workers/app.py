"""The Celery application and its three tasks. PostgreSQL is the truth; a message lost or doubled here changes nothing."""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from celery import Celery, Task
from celery.signals import celeryd_init, setup_logging, worker_process_init
from kombu import Queue

from casework.access.actors import SYSTEM
from casework.events import operations as outbox
from casework.partnerships import queries as partnerships
from casework.work import Stores, UnitOfWork
from config.logging import set_up_logging
from config.settings import Settings, SettingsError, broker_url, log_level
from workers import handling, posting, queues, ticking
from workers.subscriptions import SUBSCRIPTIONS

TICK_SECONDS = 5.0


class _Task(Task[Any, Any]):
    Request = "workers.acknowledging:FrankRequest"


app = Celery("casework", task_cls=_Task)
app.conf.update(
    broker_url=broker_url(os.environ),
    task_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    result_backend=None,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_soft_time_limit=240,
    task_time_limit=300,
    broker_transport_options={
        "visibility_timeout": 900,  # always longer than the hard time limit
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "socket_timeout": 10,
        "socket_connect_timeout": 3,
        "socket_keepalive": True,
        "health_check_interval": 30,
    },
    task_publish_retry_policy={"max_retries": 1, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.2},
    worker_cancel_long_running_tasks_on_connection_loss=False,  # they may end: a second delivery finds it done
    worker_soft_shutdown_timeout=30,
    worker_max_tasks_per_child=500,
    worker_send_task_events=False,
    task_send_sent_event=False,
    timezone="UTC",
    broker_connection_retry_on_startup=True,
    worker_hijack_root_logger=False,
    task_queues=[Queue(name) for name in queues.ALL],
    task_default_queue=queues.EVENTS,
    task_routes={"clocks.tick": {"queue": queues.CLOCKS}, "notices.send": {"queue": queues.NOTICES}},
    beat_schedule={
        "tick": {"task": "clocks.tick", "schedule": TICK_SECONDS, "options": {"queue": queues.CLOCKS, "expires": 60}}
    },
)


@cache
def settings() -> Settings:
    """Read the settings of this process, once."""
    return Settings.read(os.environ)


@cache
def stores() -> Stores:
    """Open the stores of this process, once."""
    return Stores.open(settings())


@setup_logging.connect
def _log(**_: Any) -> None:
    """Log in our way, in the worker's main process and in beat too. Beat is given the broker's address and no other secret."""
    set_up_logging(log_level(os.environ))


@celeryd_init.connect
def _check(**_: Any) -> None:
    """End a worker with wrong settings before it takes anything, saying every mistake."""
    try:
        settings()
    except SettingsError as wrong:
        raise SystemExit(str(wrong)) from None


@worker_process_init.connect
def _fresh_process(**_: Any) -> None:
    """Each worker process opens its own connections."""
    stores.cache_clear()
    stores()


@app.task(name="events.handle", bind=True, soft_time_limit=80, time_limit=100)
def handle_events(self: Any, /, *, ids: Sequence[str], **_: object) -> None:
    """Handle the events with these outbox ids. A message comes a second time when its worker died."""
    is_abandoned = bool((self.request.delivery_info or {}).get("redelivered"))
    handling.handle(stores(), [uuid.UUID(one) for one in ids], SUBSCRIPTIONS, is_abandoned=is_abandoned)


@app.task(name="clocks.tick")
def tick(*, moment: str | None = None, **_: object) -> None:
    """Run what is due at a moment (ISO, UTC): now when beat says it, a simulated one in a rehearsal."""
    at = datetime.fromisoformat(moment) if moment else datetime.now(UTC)
    with stores().engine.begin() as connection:
        outbox.beat(connection, part="worker")
        if moment is None:
            outbox.beat(connection, part="beat")
    ticking.tick(stores(), at)
    if moment is None:
        send_notices.apply_async(expires=60)


@app.task(name="notices.send")
def send_notices(*, moment: str | None = None, **_: object) -> None:
    """Send the notices that are due at a moment."""
    _post_all(datetime.fromisoformat(moment) if moment else datetime.now(UTC))


def _post_all(at: datetime) -> None:
    with UnitOfWork(stores(), actor=SYSTEM, now=at, partnership_id=None) as work:
        ids = [one.id for one in partnerships.partnerships(work)]
    for partnership_id in ids:
        posting.send_due(stores(), settings(), partnership_id, at)
