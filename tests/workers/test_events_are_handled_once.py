"""An event reaches its handlers exactly once, with a real worker and relay, whatever is killed, emptied or delivered twice."""

from __future__ import annotations

import base64
import json
import os
import signal
import threading
import uuid
from collections import Counter
from datetime import timedelta

import pytest

from casework.access.actors import SYSTEM
from casework.events import operations as outbox
from casework.work import UnitOfWork
from tests.workers.conftest import MORNING, Place, children_of, until
from tests.workers.counting import COUNTED, COUNTED_TWICE, DEADLY, HELD, POISON, REFUSED
from workers import queues
from workers.app import handle_events
from workers.relay import carry_once


def publish(ids: list[uuid.UUID]) -> None:
    """Send a message as the relay does."""
    handle_events.apply_async(kwargs={"ids": [str(one) for one in ids]}, queue=queues.EVENTS)


def carry(place: Place) -> int:
    """Carry what waits to the broker, as the relay does; say how many."""
    with place.stores.engine.connect() as connection:
        return carry_once(connection)


def bodies(place: Place) -> list[dict[str, object]]:
    """Give the arguments of every message that waits at the broker."""
    waiting = [json.loads(raw) for raw in place.broker.lrange(queues.EVENTS, 0, -1)]
    return [json.loads(base64.b64decode(message["body"]))[1] for message in waiting]


class TestAnEvent:
    def test_reaches_every_handler_once_it_is_committed(self, place: Place) -> None:
        place.start_worker(concurrency=2)
        place.start_relay()
        ids = place.record(COUNTED, 150) + place.record(COUNTED_TWICE, 50)
        place.wait_done(200)
        assert place.effects("mark") == sorted(ids)
        assert place.effects("mark_again") == sorted(ids[150:])

    def test_is_handled_in_its_partnership_at_the_moment_when_it_happened(self, place: Place) -> None:
        place.start_worker()
        early, late = MORNING, MORNING + timedelta(hours=3)
        place.record(COUNTED, 2, at=early)
        place.record(COUNTED, at=late)
        assert carry(place) == 3
        place.wait_done(3)
        where_and_when = place.sql.execute("SELECT partnership_id, now FROM effect ORDER BY now").fetchall()
        assert where_and_when == [(place.partnership_id, moment) for moment in (early, early, late)]

    def test_of_a_change_that_was_rolled_back_is_never_heard_of(self, place: Place) -> None:
        class PowerCut(Exception):
            pass

        with (
            pytest.raises(PowerCut),
            UnitOfWork(place.stores, actor=SYSTEM, now=MORNING, partnership_id=place.partnership_id) as work,
        ):
            place.record_in(work, COUNTED)
            work.session.flush()
            raise PowerCut
        assert place.states() == {}

    def test_that_nobody_follows_is_done_at_once(self, place: Place) -> None:
        place.start_worker()
        place.record("test.nobody_listens", 3)
        carry(place)
        place.wait_done(3)
        assert place.effects() == []

    def test_is_handled_once_though_it_was_delivered_five_times(self, place: Place) -> None:
        ids = place.record(COUNTED, 40)
        for start in (0, 10, 0, 20, 0):
            publish(ids[start:])
        place.start_worker(concurrency=2)
        place.wait_done(40)
        until(
            lambda: place.broker.llen(queues.EVENTS) == 0 and not place.broker.zcard("unacked_index"), "an empty queue"
        )
        assert place.effects() == sorted(ids)

    def test_is_handled_once_by_two_workers_at_the_same_time(self, place: Place) -> None:
        ids = place.record(COUNTED, 60)
        for _ in range(6):
            publish(ids)
        place.start_worker(concurrency=2)
        place.start_worker(concurrency=2)
        place.wait_done(60)
        assert place.effects() == sorted(ids)

    def test_that_was_forged_does_nothing_and_the_worker_lives(self, place: Place) -> None:
        place.start_worker()
        publish([uuid.uuid4() for _ in range(10)])
        for arguments in ({}, {"ids": "no list"}, {"ids": [1, None]}, {"ids": ["'; DROP TABLE effect; --"]}):
            # By name, as a forger would: the task itself would refuse to send these.
            handle_events.app.send_task(handle_events.name, kwargs=arguments, queue=queues.EVENTS)
        ids = place.record(COUNTED)
        carry(place)
        place.wait_done(1)
        assert place.effects() == ids


class TestAPoisonMessage:
    def test_hurts_only_itself(self, place: Place) -> None:
        good = place.record(COUNTED, 20)
        (poison,) = place.record(POISON)
        good += place.record(COUNTED, 20)
        place.start_worker()
        carry(place)
        place.wait_done(40)
        assert place.effects() == sorted(good)
        assert place.effects("break_down") == []
        state, attempt, failure = place.sql.execute(
            "SELECT state, attempt, failure FROM outbox_message WHERE id = %s", (poison,)
        ).fetchone()  # type: ignore[misc]
        assert (state, attempt, failure) == ("sent", 1, "ValueError")
        assert place.effects("mark_again") == [poison], "its other handler is not held up"

    def test_is_tried_ten_times_and_is_then_a_dead_letter(self, place: Place) -> None:
        (poison,) = place.record(POISON)
        place.start_worker()
        for attempt in range(1, outbox.MOST_ATTEMPTS + 1):
            place.let_time_pass()
            carry(place)
            until(lambda attempt=attempt: self._tried(place, poison) == attempt, f"attempt {attempt}")  # type: ignore[misc]
        until(lambda: place.states() == {"dead": 1}, "a dead letter")
        place.let_time_pass()
        assert carry(place) == 0
        assert place.effects("mark_again") == [poison]

    def test_that_the_domain_refuses_is_noted_in_the_trail_and_tried_again(self, place: Place) -> None:
        place.record(REFUSED)
        place.start_worker()
        carry(place)
        until(lambda: self._failures(place) == ["NotAllowed"], "the refusal")
        assert place.effects("refuse") == []
        assert place.sql.execute("SELECT count(*) FROM audit_entry WHERE outcome = 'refused'").fetchone() == (1,)

    def test_that_kills_its_worker_ends_as_a_dead_letter_and_takes_no_other_along(self, place: Place) -> None:
        good = place.record(COUNTED, 5)
        place.record(DEADLY)
        good += place.record(COUNTED, 5)
        place.start_worker()
        carry(place)
        place.wait_done(10)
        until(lambda: place.states() == {"done": 10, "dead": 1}, "the dead letter")
        assert place.effects() == sorted(good)
        assert place.effects("kill_the_worker") == []

    def test_leaves_neither_its_text_nor_the_rows_in_log_outbox_or_broker(self, place: Place) -> None:
        place.record(POISON)
        place.start_worker()
        carry(place)
        until(lambda: self._failures(place) == ["ValueError"], "the failure")
        until(lambda: '"event": "event_failed"' in place.log("worker").read_text(), "a line in the log")
        logged = place.log("worker").read_text()
        assert '"class": "ValueError"' in logged
        stored = str(place.sql.execute("SELECT * FROM outbox_message").fetchall())
        held = str([place.broker.dump(key) for key in place.broker.scan_iter()])
        for canary in ("CANARY", "Rosie", "900123"):
            assert canary not in logged + stored + held

    @staticmethod
    def _tried(place: Place, message_id: uuid.UUID) -> int:
        found = place.sql.execute(
            "SELECT attempt FROM outbox_message WHERE id = %s AND failure IS NOT NULL AND lease_until IS NULL",
            (message_id,),
        ).fetchone()
        return int(found[0]) if found else 0

    @staticmethod
    def _failures(place: Place) -> list[str]:
        return [row[0] for row in place.sql.execute("SELECT failure FROM outbox_message WHERE failure IS NOT NULL")]


class TestAWorkerThatIsKilled:
    def test_in_the_middle_of_an_event_leaves_it_to_be_handled_once(self, place: Place) -> None:
        hold = place.folder / "hold"
        hold.touch()
        ids = place.record(HELD, 3)
        worker = place.start_worker()
        carry(place)
        until(lambda: list(place.folder.glob("holding-*")), "the handler")
        (child,) = children_of(worker)
        hold.unlink()
        os.kill(child, signal.SIGKILL)
        place.wait_done(3)
        assert place.effects("hold") == sorted(ids)
        assert list(place.sql.execute("SELECT max(attempt) FROM outbox_message")) == [(2,)]

    def test_with_all_its_processes_loses_nothing(self, place: Place) -> None:
        hold = place.folder / "hold"
        hold.touch()
        ids = place.record(HELD, 3)
        worker = place.start_worker()
        carry(place)
        until(lambda: list(place.folder.glob("holding-*")), "the handler")
        place.kill(worker)
        hold.unlink()
        assert place.effects("hold") == []
        place.start_worker()
        place.let_time_pass()
        assert carry(place) == 3
        place.wait_done(3)
        assert place.effects("hold") == sorted(ids)

    def test_is_not_overtaken_while_it_lives(self, place: Place) -> None:
        hold = place.folder / "hold"
        hold.touch()
        ids = place.record(HELD)
        place.start_worker(concurrency=2)
        publish(ids)
        until(lambda: list(place.folder.glob("holding-*")), "the handler")
        publish(ids)
        after = place.record(COUNTED)
        publish(after)
        until(lambda: place.effects() == after, "the second process to have passed the message by")
        assert len(list(place.folder.glob("holding-*"))) == 1
        assert place.sql.execute("SELECT attempt FROM outbox_message WHERE id = %s", (ids[0],)).fetchone() == (1,)
        hold.unlink()
        place.wait_done(2)
        assert place.effects("hold") == ids


class TestTheRelay:
    def test_that_dies_between_sending_and_noting_sends_again_and_nothing_happens_twice(self, place: Place) -> None:
        ids = place.record(COUNTED, 10)
        with place.stores.engine.connect() as connection:
            transaction = connection.begin()
            publish(outbox.lease_for_queue(connection))
            transaction.rollback()
        assert place.states() == {"pending": 10}
        assert carry(place) == 10
        assert len(bodies(place)) == 2
        place.start_worker(concurrency=2)
        place.wait_done(10)
        assert place.effects() == sorted(ids)

    def test_refills_a_broker_that_lost_everything(self, place: Place) -> None:
        ids = place.record(COUNTED, 10)
        assert carry(place) == 10
        place.broker.flushdb()
        assert carry(place) == 0, "they are given time to be handled first"
        place.start_worker()
        place.let_time_pass()
        assert carry(place) == 10
        place.wait_done(10)
        assert place.effects() == sorted(ids)

    def test_without_a_broker_lives_on_and_hinders_nobody(self, place: Place) -> None:
        relay = place.start_relay(REDIS_URL="redis://127.0.0.1:9/0")
        ids = place.record(COUNTED, 5)
        until(lambda: '"event": "relay_waits"' in place.log("relay").read_text(), "its complaint")
        assert relay.poll() is None
        assert place.states() == {"pending": 5}
        place.start_worker()
        place.start_relay()
        place.wait_done(5)
        assert place.effects() == sorted(ids)

    def test_beside_another_sends_each_event_once(self, place: Place) -> None:
        ids = place.record(COUNTED, 1000)
        sent: list[int] = []

        def relay() -> None:
            with place.stores.engine.connect() as connection:
                while found := carry_once(connection, limit=50):
                    sent.append(found)

        relays = [threading.Thread(target=relay) for _ in range(4)]
        for one in relays:
            one.start()
        for one in relays:
            one.join()
        assert sum(sent) == 1000
        carried = Counter(str(one) for body in bodies(place) for one in body["ids"])  # type: ignore[attr-defined]
        assert carried == Counter(map(str, ids))

    def test_ends_when_it_is_asked_to(self, place: Place) -> None:
        relay = place.start_relay()
        until(lambda: place.sql.execute("SELECT 1 FROM heartbeat WHERE part = 'relay'").fetchone(), "its proof of life")
        relay.terminate()
        assert relay.wait(15) == 0

    def test_seals_the_trail_as_it_goes(self, place: Place) -> None:
        with UnitOfWork(place.stores, actor=SYSTEM, now=MORNING, partnership_id=None) as work:
            work.note("test:act")
        place.start_relay()
        until(lambda: place.sql.execute("SELECT count(*) FROM audit_link").fetchone() == (1,), "the link")
        until((place.folder / "audit" / "checkpoints.jsonl").exists, "the checkpoint outside")


class TestWhatTheBrokerSees:
    def test_is_random_ids_and_nothing_else(self, place: Place) -> None:
        """A reader of the broker sees every command: neither which event it was, nor whose, nor what it says."""
        seen: list[str] = []
        with place.broker.monitor() as monitor:
            place.start_worker()
            place.start_relay()
            ids = place.record(COUNTED, 5, case_id="4f1c5a52-0000-4000-8000-00000000cafe", code="CANARY")
            place.wait_done(5)
            place.broker.set("end", "1")
            while "SET end" not in (command := str(monitor.next_command()["command"])):
                seen.append(command)
        everything = "\n".join(seen)
        for body in [part for command in seen for part in command.split('"body": "')[1:]]:
            everything += base64.b64decode(body.split('"')[0]).decode()
        assert str(ids[0]) in everything
        for secret in (COUNTED, str(place.partnership_id), "00000000cafe", "CANARY", "case_id"):
            assert secret not in everything

    def test_is_one_message_for_many_events(self, place: Place) -> None:
        ids = place.record(COUNTED, 300)
        assert carry(place) == 300
        assert bodies(place) == [{"ids": [str(one) for one in ids]}]
