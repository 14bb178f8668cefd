"""A tick: at a moment, every job of the schedule whose slot has come is claimed and run, in every partnership.

A second beat, a doubled message or a restarted worker finds the slot taken. A claim that was left open by a worker that died is
taken over after five minutes.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from casework.access.actors import SYSTEM
from casework.access.permissions import Purpose
from casework.events.models import ScheduledRun
from casework.partnerships import queries as partnerships
from casework.work import Stores, UnitOfWork
from workers.schedule import SCHEDULE, Scheduled

TAKEN_OVER_AFTER = timedelta(minutes=5)
log = structlog.get_logger()


def tick(stores: Stores, moment: datetime) -> list[str]:
    """Run what is due at `moment` (UTC). Returns the names of the jobs that failed, after running all the others."""
    with UnitOfWork(stores, actor=SYSTEM, now=moment, partnership_id=None) as work:
        ids = [one.id for one in partnerships.partnerships(work)]
    failed = []
    for job in SCHEDULE:
        slot = job.last_slot(moment)
        for partnership_id in ids:
            if not _run(stores, job, slot, partnership_id):
                failed.append(job.name)
    return failed


def is_done(stores: Stores, moment: datetime) -> bool:
    """Say whether every job that was due at `moment` has ended well, in every partnership."""
    with UnitOfWork(stores, actor=SYSTEM, now=moment, partnership_id=None) as work:
        wanted = {
            (_key(job, one.id), job.last_slot(moment)) for job in SCHEDULE for one in partnerships.partnerships(work)
        }
        ended = work.session.execute(
            select(ScheduledRun.job, ScheduledRun.slot).where(
                ScheduledRun.finished_at.is_not(None), ScheduledRun.job.in_([job for job, _ in wanted])
            )
        )
        return wanted <= set(ended.tuples())


def _key(job: Scheduled, partnership_id: uuid.UUID) -> str:
    return f"{job.name}:{partnership_id.hex}"[:60]


def _run(stores: Stores, job: Scheduled, slot: datetime, partnership_id: uuid.UUID) -> bool:
    key = _key(job, partnership_id)
    if not _claim(stores, key, slot):
        return True
    try:
        with UnitOfWork(
            stores, actor=SYSTEM, now=slot, partnership_id=partnership_id, purpose=Purpose.SCHEDULED
        ) as work:
            job.job(work)
    except Exception as error:  # noqa: BLE001 - one job that fails must not stop the others
        log.error("job_failed", job=job.name, failure=type(error).__name__)
        return False
    with stores.engine.begin() as connection:
        connection.execute(
            update(ScheduledRun)
            .where(ScheduledRun.job == key, ScheduledRun.slot == slot)
            .values(finished_at=func.now())
        )
    return True


def _claim(stores: Stores, key: str, slot: datetime) -> bool:
    with stores.engine.begin() as connection:
        # Looked at first, because nearly every tick finds nothing to do.
        there = connection.execute(
            select(ScheduledRun.finished_at, ScheduledRun.started_at < func.now() - TAKEN_OVER_AFTER).where(
                ScheduledRun.job == key, ScheduledRun.slot == slot
            )
        ).first()
        if there is not None and (there[0] is not None or not there[1]):
            return False
        claimed = connection.scalar(
            insert(ScheduledRun)
            .values(id=uuid.uuid4(), job=key, slot=slot, started_at=func.now())
            .on_conflict_do_update(
                index_elements=["job", "slot"],
                set_={"started_at": func.now()},
                where=(
                    ScheduledRun.finished_at.is_(None) & or_(ScheduledRun.started_at < func.now() - TAKEN_OVER_AFTER)
                ),
            )
            .returning(ScheduledRun.id)
        )
    return claimed is not None
