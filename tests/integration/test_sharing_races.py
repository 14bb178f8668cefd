"""Answers and deliveries at the same moment, on real connections: nobody is told anything after its withdrawal has committed."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy import select

from casework.access.permissions import Purpose as Why
from casework.cases.models import CasePerson
from casework.consent import operations as consent
from casework.consent.models import Agreement
from casework.errors import Invalid
from casework.sharing import operations as sharing
from casework.sharing.models import Share, WithdrawalNotice
from casework.work import Stores, connect
from casework.youth import operations as youth
from casework.youth import policy
from tests.conftest import Database
from tests.factories import youth as made
from tests.factories.partnership import APartnership
from tests.factories.sharing import YoungPerson
from tests.workers.conftest import until

NURSE = "school_nursing"
PAIRS = 50


@pytest.fixture
def crowded(partnership: APartnership, database: Database) -> Iterator[APartnership]:
    """The partnership with connections enough for everybody at once."""
    stores = partnership.stores
    wide = Stores(connect(database.url, pool_size=2 * PAIRS), stores.key_store, stores.blind)
    yield partnership.on(wide)
    wide.engine.dispose()


def withdraws(jamie: YoungPerson) -> None:
    """Take the agreement back without looking at the queue, so that only what delivery decides can stop the share."""
    with jamie.partnership.acting("youth_worker", Why.SUPPORT) as work:
        consent.withdraw(work, agreement_id=jamie.agreements[-1], words="Said so.")


def state_of(jamie: YoungPerson, share_id: uuid.UUID) -> str:
    with jamie.partnership.acting(None) as work:
        return work.session.scalars(select(Share.state).where(Share.id == share_id)).one()


def agreed(partnership: APartnership) -> YoungPerson:
    made = YoungPerson.of(partnership)
    made.agrees({NURSE: ["basic", "education"]})
    return made


def ready_for_a_team(partnership: APartnership) -> YoungPerson:
    """Jamie's file, assessed, with an agreement that lets the school nurse be told."""
    case_id = made.agreed(partnership)
    made.assessed(partnership, case_id)
    with partnership.acting(None) as work:
        person_id = work.session.scalars(select(CasePerson.person_id).where(CasePerson.case_id == case_id)).one()
        agreement_id = work.session.scalars(
            select(Agreement.id).where(Agreement.case_id == case_id, Agreement.kind == "sharing")
        ).one()
    partnership.account("school_worker")
    return YoungPerson(partnership, case_id, person_id, [agreement_id])


class TestFiftyWithdrawalsAndFiftyDeliveriesAtOnce:
    @pytest.mark.parametrize("how", ["by the answer alone", "by the screen"])
    def test_deliver_nothing_after_its_withdrawal_has_committed(self, crowded: APartnership, how: str) -> None:
        young = [agreed(crowded) for _ in range(PAIRS)]
        queue = [jamie.asks(NURSE).share_id for jamie in young]
        crowded.actor_of("youth_worker")
        start = threading.Barrier(2 * PAIRS)

        def takes_back(number: int) -> str:
            start.wait(60)
            if how == "by the screen":
                young[number].withdraws()
            else:
                withdraws(young[number])
            return state_of(young[number], queue[number])

        def delivers(number: int) -> None:
            start.wait(60)
            young[number].delivers(queue[number])

        with ThreadPoolExecutor(2 * PAIRS) as pool:
            seen = [pool.submit(takes_back, number) for number in range(PAIRS)]
            for done in [pool.submit(delivers, number) for number in range(PAIRS)]:
                done.result(120)
            right_after = [one.result(120) for one in seen]
        finally_ = [state_of(jamie, share_id) for jamie, share_id in zip(young, queue, strict=True)]
        assert set(finally_) <= {"delivered", "stopped"}
        late = [
            number for number in range(PAIRS) if finally_[number] == "delivered" and right_after[number] == "queued"
        ]
        assert late == [], "delivered although its withdrawal had committed"


class TestOneLock:
    def test_makes_a_withdrawal_wait_until_a_delivery_that_has_decided_is_committed(
        self, crowded: APartnership, database: Database
    ) -> None:
        jamie = agreed(crowded)
        share_id = jamie.asks(NURSE).share_id
        with crowded.acting(None) as work:
            sharing.deliver(work, share_id=share_id)
            other = self._meanwhile(lambda: withdraws(jamie))
            self._waits(database, other)
        other.join(60)
        assert state_of(jamie, share_id) == "delivered"

    def test_makes_a_delivery_wait_for_a_withdrawal_and_then_see_it(
        self, crowded: APartnership, database: Database
    ) -> None:
        jamie = agreed(crowded)
        share_id = jamie.asks(NURSE).share_id
        with crowded.acting("youth_worker", Why.SUPPORT) as work:
            consent.withdraw(work, agreement_id=jamie.agreements[-1], words="Said so.")
            work.session.flush()
            other = self._meanwhile(lambda: jamie.delivers(share_id))
            self._waits(database, other)
        other.join(60)
        assert state_of(jamie, share_id) == "stopped"

    def test_makes_who_joins_the_team_wait_for_a_withdrawal_and_then_stay_out(
        self, crowded: APartnership, database: Database
    ) -> None:
        jamie, refused = ready_for_a_team(crowded), []

        def joins() -> None:
            try:
                made.invited(crowded, jamie.case_id, "school_worker")
            except Invalid as no:
                refused.append(no)

        with crowded.acting("youth_worker", Why.SUPPORT) as work:
            consent.withdraw(work, agreement_id=jamie.agreements[-1], words="Said so.")
            work.session.flush()
            other = self._meanwhile(joins)
            self._waits(database, other)
        other.join(60)
        assert len(refused) == 1
        assert [one.was_shared for one in jamie.acts()] == [False]

    def test_makes_a_withdrawal_wait_for_who_joins_the_team_and_then_tell_them(
        self, crowded: APartnership, database: Database
    ) -> None:
        jamie = ready_for_a_team(crowded)
        with crowded.acting("youth_worker", Why.SUPPORT) as work:
            youth.invite(
                work,
                case_id=jamie.case_id,
                agency_id=crowded.agencies[NURSE],
                account_id=crowded.account("school_worker"),
                reaches_abuser=False,
            )
            other = self._meanwhile(jamie.withdraws)
            self._waits(database, other)
        other.join(60)
        with crowded.acting(None) as work:
            told = work.session.scalars(select(WithdrawalNotice.agency_id)).all()
        assert told == [crowded.agencies[NURSE]]

    def test_is_taken_after_that_of_the_file_so_that_two_at_one_file_wait_for_each_other(
        self, crowded: APartnership, database: Database
    ) -> None:
        jamie, taken_down = ready_for_a_team(crowded), []

        def answers() -> None:
            taken_down.append(made.answered(crowded, jamie.case_id))

        with crowded.acting("youth_worker", Why.SUPPORT) as work:
            policy.reach(work, jamie.case_id, lock=True)  # as every step in the file begins
            other = self._meanwhile(answers)
            self._waits(database, other)
            consent.lock_answers(work, person_id=jamie.person_id)
        other.join(60)
        assert len(taken_down) == 1

    @staticmethod
    def _meanwhile(act: Callable[[], object]) -> threading.Thread:
        thread = threading.Thread(target=act)
        thread.start()
        return thread

    @staticmethod
    def _waits(database: Database, other: threading.Thread) -> None:
        """Wait until the other is held up by a lock. Fails when it gets through instead."""

        def held_up() -> bool:
            assert other.is_alive(), "it did not wait"
            with psycopg.connect(database.superuser_url.replace("+psycopg", "")) as connection:
                return bool(
                    connection.execute(
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'",
                        (database.name,),
                    ).fetchone()[0]  # type: ignore[index]
                )

        until(held_up, "the other to wait")
