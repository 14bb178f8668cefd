"""How a worker handles a batch: each event at its own moment, a slow one set aside, claims that end with their worker."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded

from casework.access.actors import SYSTEM
from casework.events import operations as outbox
from casework.events.operations import Message
from casework.work import UnitOfWork
from tests.workers.conftest import MORNING, Place
from tests.workers.counting import COUNTED, COUNTED_TWICE, mark, mark_again
from workers import handling
from workers.app import app, handle_events
from workers.handling import Handler, Subscriptions

SLOW = "test.slow"


def run_out_of_time(work: UnitOfWork, message: Message) -> None:
    """Leave a mark, and be interrupted as Celery interrupts a task at its limit."""
    mark(work, message, "run_out_of_time")
    raise SoftTimeLimitExceeded


def break_down(work: UnitOfWork, message: Message) -> None:
    """Fail."""
    raise ValueError


FOLLOWED: Subscriptions = {COUNTED: (mark,), COUNTED_TWICE: (mark, mark_again), SLOW: (run_out_of_time,)}


def handle(place: Place, ids: list[uuid.UUID], followed: Subscriptions = FOLLOWED, **more: Any) -> int:
    return handling.handle(place.stores, ids, followed, **more)


def states(place: Place, ids: list[uuid.UUID]) -> list[tuple[str, int, str | None]]:
    """Give state, attempt and failure of messages, in order."""
    rows = place.sql.execute(
        "SELECT state, attempt, failure FROM outbox_message WHERE id = ANY(%s) ORDER BY position", (ids,)
    )
    return [(row[0], row[1], row[2]) for row in rows]


class TestABatch:
    def test_gives_each_event_its_own_moment_and_cause(self, place: Place) -> None:
        causes = [uuid.uuid4() for _ in range(3)]
        for hours, cause in enumerate(causes):
            with UnitOfWork(
                place.stores,
                actor=SYSTEM,
                now=MORNING + timedelta(hours=hours),
                partnership_id=place.partnership_id,
                correlation_id=cause,
            ) as work:
                place.record_in(work, COUNTED)
        found: list[uuid.UUID] = []

        def follow(work: UnitOfWork, message: Message) -> None:
            found.append(work.correlation_id)
            mark(work, message)
            work.note("test:followed", "message", message.id)

        ids = [row[0] for row in place.sql.execute("SELECT id FROM outbox_message ORDER BY position")]
        assert handle(place, ids, {COUNTED: (follow,)}) == 3
        moments = [MORNING + timedelta(hours=hours) for hours in range(3)]
        assert [row[0] for row in place.sql.execute("SELECT now FROM effect ORDER BY now")] == moments
        noted = place.sql.execute("SELECT at, correlation_id FROM audit_entry WHERE act = 'test:followed' ORDER BY at")
        assert noted.fetchall() == list(zip(moments, causes, strict=True))
        assert found == causes

    def test_keeps_partnerships_apart(self, place: Place) -> None:
        ours = place.record(COUNTED, 2)
        place.partnership_id, first = uuid.uuid4(), place.partnership_id
        theirs = place.record(COUNTED, 2)
        assert handle(place, [*ours, *theirs]) == 4
        seen = dict(place.sql.execute("SELECT message_id, partnership_id FROM effect").fetchall())
        assert seen == dict.fromkeys(ours, first) | dict.fromkeys(theirs, place.partnership_id)

    def test_gives_a_handler_that_failed_another_try_and_not_the_one_that_was_through(self, place: Place) -> None:
        ids = place.record(COUNTED_TWICE)
        followed: dict[str, tuple[Handler, ...]] = {COUNTED_TWICE: (mark, break_down)}
        assert handle(place, ids, followed) == 0
        assert (states(place, ids), place.effects()) == ([("sent", 1, "ValueError")], ids)
        place.let_time_pass()
        assert handle(place, ids) == 1
        assert (states(place, ids), place.effects(), place.effects("mark_again")) == ([("done", 2, None)], ids, ids)


class TestAnEventThatTakesTooLong:
    def test_is_tried_again_later_and_gives_the_others_back_uncounted(self, place: Place) -> None:
        before, slow, after = place.record(COUNTED, 2), place.record(SLOW), place.record(COUNTED_TWICE, 2)
        assert handle(place, [*before, *slow, *after]) == 0
        assert states(place, slow) == [("sent", 1, "SoftTimeLimitExceeded")]
        assert states(place, [*before, *after]) == [("pending", 0, None)] * 4
        assert place.effects("run_out_of_time") == []
        with place.stores.engine.begin() as connection:
            assert outbox.lease_for_queue(connection) == [*before, *after], "at once, and without the slow one"
        assert handle(place, [*before, *after]) == 4
        assert place.effects() == sorted([*before, *after])

    def test_does_not_take_those_along_that_shared_its_transaction(self, place: Place) -> None:
        ids = place.record(COUNTED, 5)

        def slow_for_one(work: UnitOfWork, message: Message) -> None:
            mark(work, message)
            if message.id == ids[2]:
                raise SoftTimeLimitExceeded

        followed: Subscriptions = {COUNTED: (slow_for_one,)}
        done: set[uuid.UUID] = set()
        for _ in range(2 * outbox.MOST_ATTEMPTS):
            place.let_time_pass()
            handle(place, [one for one in ids if one not in done], followed)
            done = set(place.effects())
        assert done == set(ids) - {ids[2]}
        assert states(place, [ids[2]]) == [("dead", outbox.MOST_ATTEMPTS, "SoftTimeLimitExceeded")]


class TestAClaim:
    def test_is_respected_until_it_has_run_out(self, place: Place) -> None:
        ids = place.record(COUNTED, 3)
        with place.stores.engine.begin() as connection:
            claimed = outbox.claim_for_work(connection, ids=ids[:2])
        assert [message.id for message in claimed.messages] == ids[:2]
        assert handle(place, ids) == 1
        place.sql.execute("UPDATE outbox_message SET lease_until = lease_until - %s", (outbox.LEASE,))
        assert handle(place, ids) == 2
        assert place.effects() == sorted(ids)

    def test_of_a_worker_that_died_is_not(self, place: Place) -> None:
        ids = place.record(COUNTED, 2)
        with place.stores.engine.begin() as connection:
            outbox.claim_for_work(connection, ids=ids)
        assert handle(place, ids, is_abandoned=True) == 2
        assert states(place, ids) == [("done", 2, None)] * 2

    def test_outlives_the_hard_limit_of_its_task(self) -> None:
        assert handle_events.soft_time_limit < handle_events.time_limit < outbox.LEASE.total_seconds()
        assert app.conf.task_time_limit < app.conf.broker_transport_options["visibility_timeout"]

    def test_is_the_last_after_ten_deaths_of_its_worker(self, place: Place) -> None:
        """Nobody was left to note a failure, so the count alone must end it."""
        ids = place.record(COUNTED)
        for _ in range(outbox.MOST_ATTEMPTS):
            with place.stores.engine.begin() as connection:
                assert outbox.claim_for_work(connection, ids=ids, is_abandoned=True).dead == []
        with place.stores.engine.begin() as connection:
            assert outbox.claim_for_work(connection, ids=ids, is_abandoned=True) == ([], ids)
        assert states(place, ids) == [("dead", outbox.MOST_ATTEMPTS, "attempts used up")]
        assert (handle(place, ids), place.effects()) == (0, [])

    @pytest.mark.parametrize("state", ["done", "dead"])
    def test_is_not_given_on_what_is_finished(self, place: Place, state: str) -> None:
        ids = place.record(COUNTED)
        place.sql.execute("UPDATE outbox_message SET state = %s", (state,))
        assert (handle(place, ids), handle(place, ids, is_abandoned=True), place.effects()) == (0, 0, [])


class TestADeadLetter:
    def test_that_is_sent_again_runs_only_the_handlers_that_were_not_through(self, place: Place) -> None:
        ids = place.record(COUNTED_TWICE)
        handle(place, ids, {COUNTED_TWICE: (mark, break_down)})
        place.sql.execute("UPDATE outbox_message SET state = 'dead', attempt = 10, lease_until = NULL")
        with place.stores.engine.begin() as connection:
            outbox.resend(connection, message_id=ids[0])
            assert outbox.lease_for_queue(connection) == ids
        assert handle(place, ids) == 1
        assert (place.effects(), place.effects("mark_again")) == (ids, ids)
