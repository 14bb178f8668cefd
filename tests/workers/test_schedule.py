"""Scheduled work: every slot once, however many say what time it is, whatever dies, and on the days when the clocks change."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest

from casework.clock import london_date
from casework.events import operations as outbox
from casework.work import UnitOfWork
from tests.team import Team
from tests.workers.conftest import MORNING, Place, until
from workers import queues, schedule, ticking
from workers.app import tick
from workers.schedule import SCHEDULE, Scheduled


def hourly(job: Callable[[UnitOfWork], object], name: str = "job") -> Scheduled:
    return Scheduled(name, job, "For a test.", every=timedelta(hours=1))


@pytest.fixture
def team(place: Place) -> Team:
    return Team.found(place.stores)


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Callable[[Scheduled], None]:
    """A table of scheduled work of the test's own."""
    jobs: list[Scheduled] = []
    monkeypatch.setattr(ticking, "SCHEDULE", jobs)
    return jobs.append


class Ran:
    """A job that remembers when and where it ran."""

    def __init__(self) -> None:
        self.slots: list[tuple[datetime, uuid.UUID]] = []

    def __call__(self, work: UnitOfWork) -> None:
        self.slots.append((work.now, work.partnership_id))


class TestATick:
    def test_runs_what_is_due_in_every_partnership_at_the_moment_of_its_slot(
        self, place: Place, team: Team, table: Callable[[Scheduled], None]
    ) -> None:
        ran = Ran()
        table(hourly(ran))
        assert ticking.tick(place.stores, MORNING + timedelta(minutes=25)) == []
        assert ran.slots == [(MORNING, team.partnership_id)]
        assert ticking.is_done(place.stores, MORNING + timedelta(minutes=59))
        assert not ticking.is_done(place.stores, MORNING + timedelta(minutes=60))

    def test_does_nothing_the_second_time(self, place: Place, team: Team, table: Callable[[Scheduled], None]) -> None:
        ran = Ran()
        table(hourly(ran))
        for minutes in (0, 1, 59):
            ticking.tick(place.stores, MORNING + timedelta(minutes=minutes))
        assert len(ran.slots) == 1
        ticking.tick(place.stores, MORNING + timedelta(minutes=60))
        assert [slot for slot, _ in ran.slots] == [MORNING, MORNING + timedelta(hours=1)]

    def test_after_days_without_one_runs_the_latest_slot_only(
        self, place: Place, team: Team, table: Callable[[Scheduled], None]
    ) -> None:
        """A job does everything that is due by its moment, so the slots in between have nothing left to do."""
        ran = Ran()
        table(hourly(ran))
        ticking.tick(place.stores, MORNING)
        ticking.tick(place.stores, MORNING + timedelta(days=3))
        assert [slot for slot, _ in ran.slots] == [MORNING, MORNING + timedelta(days=3)]

    def test_with_a_job_that_fails_runs_the_others_and_tries_it_again_later(
        self, place: Place, team: Team, table: Callable[[Scheduled], None]
    ) -> None:
        attempts: list[datetime] = []

        def fails(work: UnitOfWork) -> None:
            work.note("test:undone")
            attempts.append(work.now)
            if len(attempts) == 1:
                raise ValueError

        ran = Ran()
        table(hourly(fails, "fails"))
        table(hourly(ran, "works"))
        assert ticking.tick(place.stores, MORNING) == ["fails"]
        assert len(ran.slots) == 1
        assert place.sql.execute("SELECT count(*) FROM audit_entry WHERE act = 'test:undone'").fetchone() == (0,)
        assert ticking.tick(place.stores, MORNING) == []
        assert attempts == [MORNING], "not at once"
        place.sql.execute("UPDATE scheduled_run SET started_at = started_at - interval '6 minutes'")
        assert ticking.tick(place.stores, MORNING) == []
        assert attempts == [MORNING, MORNING]
        assert len(ran.slots) == 1


class TestASlot:
    def test_is_won_by_one_of_four_beats_each_time(self, place: Place) -> None:
        slots = [MORNING + timedelta(minutes=number) for number in range(50)]
        won: list[datetime] = []

        def beat() -> None:
            for slot in slots:
                with place.stores.engine.begin() as connection:
                    if outbox.claim_slot(connection, job="job", slot=slot):
                        won.append(slot)

        beats = [threading.Thread(target=beat) for _ in range(4)]
        for one in beats:
            one.start()
        for one in beats:
            one.join()
        assert sorted(won) == slots

    def test_left_open_by_a_worker_that_died_is_taken_over_by_one(self, place: Place) -> None:
        with place.stores.engine.begin() as connection:
            assert outbox.claim_slot(connection, job="job", slot=MORNING)
            assert not outbox.claim_slot(connection, job="job", slot=MORNING)
        place.sql.execute("UPDATE scheduled_run SET started_at = started_at - interval '6 minutes'")
        with place.stores.engine.begin() as connection:
            assert outbox.claim_slot(connection, job="job", slot=MORNING)
            assert not outbox.claim_slot(connection, job="job", slot=MORNING)

    def test_that_was_finished_is_never_given_out_again(self, place: Place) -> None:
        with place.stores.engine.begin() as connection:
            outbox.claim_slot(connection, job="job", slot=MORNING)
            outbox.finish_slot(connection, job="job", slot=MORNING)
        place.sql.execute("UPDATE scheduled_run SET started_at = started_at - interval '6 days'")
        with place.stores.engine.begin() as connection:
            assert not outbox.claim_slot(connection, job="job", slot=MORNING)


class TestTimesOfDay:
    @pytest.mark.parametrize(
        ("moment", "slot"),
        [
            (datetime(2026, 11, 30, 8, 0, tzinfo=UTC), datetime(2026, 11, 30, 8, 0, tzinfo=UTC)),
            (datetime(2026, 11, 30, 7, 59, 59, tzinfo=UTC), datetime(2026, 11, 29, 8, 0, tzinfo=UTC)),
            (datetime(2026, 7, 1, 7, 0, tzinfo=UTC), datetime(2026, 7, 1, 7, 0, tzinfo=UTC)),
            (datetime(2026, 7, 1, 6, 59, tzinfo=UTC), datetime(2026, 6, 30, 7, 0, tzinfo=UTC)),
            # The clocks go forward on 28 March 2027 and back on 31 October 2027.
            (datetime(2027, 3, 28, 7, 30, tzinfo=UTC), datetime(2027, 3, 28, 7, 0, tzinfo=UTC)),
            (datetime(2027, 3, 28, 6, 59, tzinfo=UTC), datetime(2027, 3, 27, 8, 0, tzinfo=UTC)),
            (datetime(2027, 10, 31, 7, 59, tzinfo=UTC), datetime(2027, 10, 30, 7, 0, tzinfo=UTC)),
            (datetime(2027, 10, 31, 8, 0, tzinfo=UTC), datetime(2027, 10, 31, 8, 0, tzinfo=UTC)),
        ],
    )
    def test_are_londons(self, moment: datetime, slot: datetime) -> None:
        daily = Scheduled("job", Ran(), "For a test.", daily_at=time(8, 0))
        assert daily.last_slot(moment) == slot

    @pytest.mark.parametrize("at", [time(0, 30), time(1, 0), time(1, 30), time(2, 0), time(8, 0)])
    @pytest.mark.parametrize("around", [datetime(2027, 3, 28, tzinfo=UTC), datetime(2027, 10, 31, tzinfo=UTC)])
    def test_come_once_a_day_also_when_the_clocks_change(self, at: time, around: datetime) -> None:
        daily = Scheduled("job", Ran(), "For a test.", daily_at=at)
        begin = around - timedelta(days=2)
        slots = {daily.last_slot(begin + timedelta(minutes=5 * number)) for number in range(5 * 24 * 12)}
        days = Counter(london_date(slot) for slot in slots)
        assert set(days.values()) == {1}
        assert len(days) >= 5

    def test_every_so_often_are_the_same_for_every_beat(self) -> None:
        often = Scheduled("job", Ran(), "For a test.", every=timedelta(minutes=5))
        moments = [MORNING + timedelta(seconds=second) for second in range(0, 300, 7)]
        assert {often.last_slot(moment) for moment in moments} == {MORNING}


class TestTheTable:
    def test_names_each_job_once_and_says_why(self) -> None:
        assert len({job.name for job in SCHEDULE}) == len(SCHEDULE)
        for job in SCHEDULE:
            assert job.why.endswith("."), job.name
            assert (job.every is None) != (job.daily_at is None), job.name
            assert len(f"{job.name}:{uuid.uuid4().hex}") <= 60, job.name

    def test_runs_from_end_to_end_in_an_empty_partnership(self, place: Place, team: Team) -> None:
        assert schedule.SCHEDULE is ticking.SCHEDULE
        assert ticking.tick(place.stores, MORNING) == []
        assert ticking.is_done(place.stores, MORNING)


class TestThroughTheBroker:
    def test_a_simulated_moment_runs_the_schedule_of_that_moment(self, place: Place, team: Team) -> None:
        place.start_worker()
        moment = datetime(2031, 5, 1, 12, 0, tzinfo=UTC)
        tick.apply_async(kwargs={"moment": moment.isoformat()}, queue=queues.CLOCKS)
        until(lambda: ticking.is_done(place.stores, moment), "the schedule of 2031")
        assert place.sql.execute("SELECT part FROM heartbeat").fetchall() == [("worker",)], "no beat said so"

    def test_beat_keeps_the_clocks_going_and_every_part_shows_that_it_lives(self, place: Place, team: Team) -> None:
        place.start_worker()
        place.start_relay()
        schedule_file = place.folder / "beat"
        for _ in range(2):  # a second one does no harm
            place.start(
                *("celery", "-A", "workers.app", "--quiet", "beat"),
                *("--schedule", f"{schedule_file}{len(place.processes)}", "--pidfile="),
                log="beat",
            )
        until(
            lambda: {row[0] for row in place.sql.execute("SELECT part FROM heartbeat")} == {"worker", "relay", "beat"},
            "a proof of life of each part",
        )
        until(lambda: ticking.is_done(place.stores, datetime.now(UTC)), "the schedule of now")
        twice = place.sql.execute(
            "SELECT job, slot FROM scheduled_run GROUP BY job, slot HAVING count(*) > 1"
        ).fetchall()
        assert twice == []
