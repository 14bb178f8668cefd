"""What makes events and clocks go on while practitioners work: in this process for the demonstration, through real ones in a rehearsal."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from casework.events import operations as outbox
from casework.events import queries as outbox_queries
from casework.notifications import queries as notifications
from casework.work import Stores
from config.settings import Settings
from rehearsal.partnership import World
from workers import handling, queues, ticking
from workers.app import app
from workers.subscriptions import SUBSCRIPTIONS


class Driver(Protocol):
    """Brings everything up to date at a simulated moment (UTC)."""

    def __call__(self, moment: datetime) -> None:
        """Handle what waits, run the schedule's work of the moment, send what is due, and come back when it is done."""


class InThisProcess:
    """Handles events and clocks by calling what the worker calls. For making a demonstration before there is a worker."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    def __call__(self, moment: datetime) -> None:
        """Bring everything but the post up to date. Raises RuntimeError when a job fails or a message is left."""
        self._drain()
        failed = ticking.tick(self._stores, moment)
        if failed:
            raise RuntimeError(f"scheduled work failed: {', '.join(failed)}")
        self._drain()

    def _drain(self) -> None:
        while True:
            with self._stores.engine.begin() as connection:
                ids = outbox.lease_for_queue(connection)
            if not ids:
                break
            handling.handle(self._stores, ids, SUBSCRIPTIONS)
        with self._stores.engine.begin() as connection:
            left = outbox_queries.status(connection)
        if left.pending or left.sent or left.dead:
            raise RuntimeError("an event could not be handled")


class ThroughTheBroker:
    """Sends the moment through the real broker to the real worker, and waits until outbox, schedule and post are done with it."""

    PATIENCE_SECONDS = 90.0

    def __init__(self, stores: Stores, settings: Settings, world: World) -> None:
        self._stores = stores
        self._world = world
        app.conf.update(broker_url=settings.redis_url)

    def __call__(self, moment: datetime) -> None:
        """Bring everything up to date. Raises TimeoutError when the worker does not get there."""
        self._wait("events", self._no_event_waits)
        self._send("clocks.tick", queues.CLOCKS, moment)
        self._wait("the schedule", lambda: ticking.is_done(self._stores, moment))
        self._wait("events", self._no_event_waits)
        # What the jobs and their events put into the post is sent as of the same moment.
        if self._in_the_post(moment):
            self._send("notices.send", queues.NOTICES, moment)
            self._wait("the post", lambda: not self._in_the_post(moment))

    def _send(self, task: str, queue: str, moment: datetime) -> None:
        app.send_task(task, kwargs={"moment": moment.isoformat()}, queue=queue)

    def _no_event_waits(self) -> bool:
        with self._stores.engine.begin() as connection:
            left = outbox_queries.status(connection)
        return not (left.pending or left.sent)

    def _in_the_post(self, moment: datetime) -> int:
        with self._world.work(self._stores, None, moment) as work:
            return notifications.count_due(work)

    def _wait(self, what: str, done: Callable[[], bool]) -> None:
        until = time.monotonic() + self.PATIENCE_SECONDS
        while not done():
            if time.monotonic() > until:
                raise TimeoutError(f"{what} did not come to an end in {self.PATIENCE_SECONDS:.0f} s")
            time.sleep(0.01)
