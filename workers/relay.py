"""The relay: a process of its own that carries outbox ids to the queue, wakes by the database's notice, and keeps the trail sealed.

Sent twice is possible, never not at all: an id is marked sent in the transaction in which it is handed over, and what is not done in
time is sent again. A broker that is down or hangs slows this process and nothing else.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from datetime import UTC, datetime
from types import FrameType

import psycopg
import structlog
from kombu.exceptions import OperationalError
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from casework.audit.sealer import Sealer
from casework.events import operations as outbox
from casework.work import connect
from config.logging import set_up_logging
from config.settings import Settings
from workers import queues
from workers.app import app, handle_events
from workers.verifying import verify_nightly

BEAT_SECONDS = 5.0
SEAL_SECONDS = 2.0
VERIFY_LOOK_SECONDS = 60.0
# The sweep: what waits is looked for this often, also when no notice came.
SWEEP_SECONDS = 1.0
SHORTEST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.5, 15.0
log = structlog.get_logger()


def carry_once(connection: Connection, *, limit: int = outbox.BATCH) -> int:
    """Carry one batch of waiting ids to the queue in one message. Returns how many. Raises OperationalError when the broker refuses."""
    with connection.begin():
        ids = outbox.lease_for_queue(connection, limit=limit)
        if ids:
            handle_events.apply_async(kwargs={"ids": [str(one) for one in ids]}, queue=queues.EVENTS, retry=False)
    return len(ids)


class Relay:
    """The loop. `stop` ends it within a second or two."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Ask the loop to end."""
        self._stopping.set()

    def run(self) -> None:
        """Carry what waits, then wait for the database's notice or the sweep; go on when database or broker were away."""
        sealing = threading.Thread(target=self._keep_sealed, name="sealer", daemon=True)
        sealing.start()
        threading.Thread(target=self._keep_verified, name="verifier", daemon=True).start()
        wait = SHORTEST_WAIT_SECONDS
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                self._carry()
            except (psycopg.Error, DBAPIError, OperationalError, OSError) as error:
                # After a good while it is a new trouble, not the old one.
                wait = SHORTEST_WAIT_SECONDS if time.monotonic() - began > LONGEST_WAIT_SECONDS else wait
                log.warning("relay_waits", wait_seconds=wait, failure=type(error).__name__)
                self._stopping.wait(wait)
                wait = min(wait * 2, LONGEST_WAIT_SECONDS)
        sealing.join(5)

    def _carry(self) -> None:
        engine = connect(self._settings.database_url, pool_size=1)
        url = self._settings.database_url.replace("postgresql+psycopg", "postgresql")
        try:
            with psycopg.connect(url, autocommit=True) as listener, engine.connect() as connection:
                listener.execute("LISTEN outbox")
                next_beat = 0.0
                while not self._stopping.is_set():
                    while carry_once(connection) == outbox.BATCH:
                        pass
                    if time.monotonic() >= next_beat:
                        with connection.begin():
                            outbox.beat(connection, part="relay")
                        next_beat = time.monotonic() + BEAT_SECONDS
                    for _ in listener.notifies(timeout=SWEEP_SECONDS, stop_after=1):
                        pass
        finally:
            engine.dispose()

    def _keep_sealed(self) -> None:
        if self._settings.audit_key is None:
            log.error("audit_key_missing")
            return
        engine = connect(self._settings.database_url, pool_size=1)
        sealer: Sealer | None = None
        while not self._stopping.wait(SEAL_SECONDS):
            try:
                sealer = sealer or Sealer(engine, self._settings.audit_key, self._settings.state / "audit")
                sealer.seal_all()
            except Exception as error:
                log.error("sealing_failed", exc_info=error)
        engine.dispose()

    def _keep_verified(self) -> None:
        key, folder = self._settings.audit_key, self._settings.state / "audit"
        engine = connect(self._settings.database_url, pool_size=1)
        while key is not None and not self._stopping.wait(VERIFY_LOOK_SECONDS):
            try:
                verify_nightly(engine, key, folder, moment=datetime.now(UTC))
            except Exception as error:
                log.error("verifying_failed", exc_info=error)
        engine.dispose()


def main() -> None:
    """Run until told to stop."""
    settings = Settings.read(os.environ)
    set_up_logging(settings.log_level)
    app.conf.update(broker_url=settings.redis_url)
    relay = Relay(settings)

    def _stop(_number: int, _frame: FrameType | None) -> None:
        relay.stop()

    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    relay.run()


if __name__ == "__main__":
    main()
