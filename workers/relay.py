"""The relay: a process of its own that carries outbox ids to the queue, wakes by the database's notice, and keeps the trail sealed.

Sent twice is possible, never not at all: an id is marked sent in the transaction in which it is handed over, and what is not done in
time is sent again. A broker that is down or hangs slows this process and nothing else.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from types import FrameType

import psycopg
import structlog
from kombu.exceptions import OperationalError
from sqlalchemy import Engine

from casework.audit.sealer import Sealer
from casework.events import operations as outbox
from casework.work import connect
from config.logging import set_up_logging
from config.settings import Settings
from workers import queues
from workers.app import app, handle_events

SWEEP_SECONDS = 5.0
SEAL_SECONDS = 2.0
log = structlog.get_logger()


def carry_once(engine: Engine, *, limit: int = outbox.BATCH) -> int:
    """Carry one batch of waiting ids to the queue in one message. Returns how many. Raises OperationalError when the broker refuses."""
    with engine.begin() as connection:
        ids = outbox.lease_for_queue(connection, limit=limit)
        if ids:
            handle_events.apply_async(kwargs={"ids": [str(one) for one in ids]}, queue=queues.EVENTS, retry=False)
    return len(ids)


class Relay:
    """The loop. `stop` ends it within a second."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._engine = connect(settings.database_url, pool_size=2)
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Ask the loop to end."""
        self._stopping.set()

    def run(self) -> None:
        """Carry what waits, then wait for the database's notice or the sweep; reconnect when the database was away."""
        sealing = threading.Thread(target=self._keep_sealed, name="sealer", daemon=True)
        sealing.start()
        wait = 0.5
        while not self._stopping.is_set():
            try:
                self._listen()
                wait = 0.5
            except (psycopg.OperationalError, OperationalError, OSError) as error:
                log.warning("relay_waits", failure=type(error).__name__)
                self._stopping.wait(wait)
                wait = min(wait * 2, 15.0)
        sealing.join(5)
        self._engine.dispose()

    def _listen(self) -> None:
        url = self._settings.database_url.replace("postgresql+psycopg", "postgresql")
        with psycopg.connect(url, autocommit=True) as listener:
            listener.execute("LISTEN outbox")
            last_beat = 0.0
            while not self._stopping.is_set():
                while carry_once(self._engine) == outbox.BATCH:
                    pass
                if time.monotonic() - last_beat > SWEEP_SECONDS:
                    with self._engine.begin() as connection:
                        outbox.beat(connection, part="relay")
                    last_beat = time.monotonic()
                for _ in listener.notifies(timeout=1.0, stop_after=1):
                    pass

    def _keep_sealed(self) -> None:
        if self._settings.audit_key is None:
            log.error("audit_key_missing")
            return
        sealer = Sealer(self._engine, self._settings.audit_key, self._settings.state / "audit")
        while not self._stopping.wait(SEAL_SECONDS):
            try:
                sealer.seal_all()
            except Exception as error:  # noqa: BLE001 - the trail is sealed at the next try
                log.error("sealing_failed", failure=type(error).__name__)


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
