"""A broker that hangs, a database that ends every session, settings that are wrong: what the processes do, and what they go on to do."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import pytest
import redis

from local.state import temporary
from local.valkey import Valkey
from tests.workers.conftest import Place, until
from tests.workers.counting import COUNTED
from workers.app import app


@pytest.fixture
def broker(place: Place) -> Iterator[Valkey]:
    """A broker of this test's own, which it may stop."""
    with temporary(in_memory=True) as state:
        valkey = Valkey(state, durable=False)
        valkey.start()
        place.environment["REDIS_URL"] = valkey.url
        place.broker = redis.Redis.from_url(valkey.url)
        app.conf.update(broker_url=valkey.url)
        yield valkey
        for process in place.processes:
            place.kill(process)
        place.broker.close()
        valkey.stop()


class TestABrokerThatHangs:
    def test_hinders_nobody_and_gets_everything_when_it_wakes(self, place: Place, broker: Valkey) -> None:
        place.start_worker()
        relay = place.start_relay()
        ids = place.record(COUNTED, 3)
        place.wait_done(3)
        assert broker.process is not None
        os.kill(broker.process.pid, signal.SIGSTOP)
        try:
            began = time.monotonic()
            ids += place.record(COUNTED, 5)
            committed_after = time.monotonic() - began
            until(lambda: '"event": "relay_waits"' in place.log("relay").read_text(), "the relay's complaint")
            assert relay.poll() is None
            assert place.states() == {"done": 3, "pending": 5}
        finally:
            os.kill(broker.process.pid, signal.SIGCONT)
        assert committed_after < app.conf.broker_transport_options["socket_timeout"], "nobody waited for the broker"
        place.wait_done(8)
        assert place.effects() == sorted(ids)

    def test_or_that_restarts_empty_is_filled_again(self, place: Place, broker: Valkey) -> None:
        place.start_worker()
        place.start_relay()
        ids = place.record(COUNTED, 3)
        place.wait_done(3)
        broker.stop()
        ids += place.record(COUNTED, 5)
        until(lambda: '"event": "relay_waits"' in place.log("relay").read_text(), "the relay's complaint")
        broker.start()
        place.wait_done(8)
        assert place.effects() == sorted(ids)


class TestADatabaseThatEndsEverySession:
    def test_is_found_again_by_relay_and_worker(self, place: Place) -> None:
        place.start_worker()
        relay = place.start_relay()
        ids = place.record(COUNTED, 3)
        place.wait_done(3)
        for _ in range(2):
            place.end_sessions()
            ids += place.record(COUNTED, 2)
            place.wait_done(len(ids))
        assert relay.poll() is None
        assert place.effects() == sorted(ids)


class TestWrongSettings:
    @pytest.mark.parametrize(
        "module",
        [("celery", "-A", "workers.app", "--quiet", "worker"), ("workers.relay",)],
        ids=["the worker", "the relay"],
    )
    def test_end_it_at_once_with_every_mistake_and_no_value(self, place: Place, module: tuple[str, ...]) -> None:
        process = place.start(
            *module, log="wrong", DATABASE_URL="mysql://CANARY", CASEWORK_STATE="/nowhere/at/all", SMTP_URL=""
        )
        assert process.wait(60) != 0
        said = place.log("wrong").read_text()
        for setting in ("DATABASE_URL", "CASEWORK_STATE", "SMTP_URL"):
            assert setting in said
        assert "CANARY" not in said
