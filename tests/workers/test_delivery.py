"""Shares are delivered by a real worker, which decides again at that moment, however long it was held up."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from casework.access.permissions import Purpose as Why
from casework.consent import operations as consent
from casework.sharing.rules import ShareState
from tests.factories.partnership import APartnership
from tests.factories.sharing import YoungPerson
from tests.workers.conftest import Place, children_of, until
from workers import queues
from workers.app import tick

NURSE = "school_nursing"


@pytest.fixture
def jamie(place: Place, partnership: APartnership) -> YoungPerson:
    """Jamie agreed that the school nurse may know."""
    made = YoungPerson.of(partnership)
    made.agrees({NURSE: ["basic", "education"]})
    return made


@contextmanager
def paused(worker: subprocess.Popen[bytes]) -> Iterator[None]:
    """Hold a worker and its processes where they are."""
    until(lambda: children_of(worker), "the worker's processes")
    everybody = [worker.pid, *children_of(worker)]
    for pid in everybody:
        os.kill(pid, signal.SIGSTOP)
    yield
    for pid in everybody:
        os.kill(pid, signal.SIGCONT)


def ticks(partnership: APartnership) -> None:
    """Say what time it is, as beat does."""
    tick.apply_async(kwargs={"moment": partnership.now.isoformat()}, queue=queues.CLOCKS)


def leaves_the_queue(jamie: YoungPerson, share_id: object) -> str:
    until(lambda: jamie.share(share_id).state != ShareState.QUEUED, "the share to leave the queue")  # type: ignore[arg-type]
    return jamie.share(share_id).state  # type: ignore[arg-type]


class TestAShare:
    def test_is_delivered_by_the_worker_and_the_receiver_gets_a_notice_without_content(
        self, place: Place, jamie: YoungPerson
    ) -> None:
        place.start("celery", "-A", "workers.app", "--quiet", "worker", "--concurrency", "1", log="worker")
        place.start_relay()
        asked = jamie.asks(NURSE)
        ticks(jamie.partnership)
        assert leaves_the_queue(jamie, asked.share_id) == "delivered"
        query = "SELECT template, recipient_account_id FROM notice WHERE dedupe_key LIKE '%%share:%%'"
        until(lambda: place.sql.execute(query).fetchall(), "the notice")
        school_worker = jamie.partnership.account("school_worker")
        assert place.sql.execute(query).fetchall() == [("something_new", school_worker)]

    def test_is_stopped_when_the_agreement_is_withdrawn_while_the_worker_is_held_up(
        self, place: Place, jamie: YoungPerson
    ) -> None:
        worker = place.start_worker()
        with paused(worker):
            asked = jamie.asks(NURSE)
            ticks(jamie.partnership)
            with jamie.partnership.acting("youth_worker", Why.SUPPORT) as work:
                consent.withdraw(work, agreement_id=jamie.agreements[-1], words="Said so.")
            assert jamie.share(asked.share_id).state == "queued", "nothing but delivery can stop it now"
        assert leaves_the_queue(jamie, asked.share_id) == "stopped"
        assert jamie.share(asked.share_id).stopped_because == "withdrawn"

    def test_is_stopped_when_the_agreement_expired_while_the_worker_was_held_up(
        self, place: Place, jamie: YoungPerson
    ) -> None:
        jamie.withdraws()
        jamie.partnership.now += timedelta(days=1)
        jamie.agrees({NURSE: ["basic", "education"]}, expires_on=(jamie.partnership.now + timedelta(days=2)).date())
        worker = place.start_worker()
        with paused(worker):
            asked = jamie.asks(NURSE)
            assert asked.state is ShareState.QUEUED
            jamie.partnership.now += timedelta(days=3)
            ticks(jamie.partnership)
        assert leaves_the_queue(jamie, asked.share_id) == "stopped"
