"""A tick: at a moment, every job of the schedule whose slot has come is claimed and run, in every partnership.

A second beat, a doubled message or a restarted worker finds the slot taken. A claim that was left open by a worker that died is
taken over after five minutes.
"""

from __future__ import annotations

import uuid
from datetime import datetime

import structlog

from casework.access.actors import SYSTEM
from casework.access.permissions import Purpose
from casework.events import operations as outbox
from casework.events import queries as events
from casework.partnerships import queries as partnerships
from casework.work import Stores, UnitOfWork
from workers.schedule import SCHEDULE, Scheduled

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
        return wanted <= events.finished_slots(work.connection(), jobs={job for job, _ in wanted})


def _key(job: Scheduled, partnership_id: uuid.UUID) -> str:
    return f"{job.name}:{partnership_id.hex}"[:60]


def _run(stores: Stores, job: Scheduled, slot: datetime, partnership_id: uuid.UUID) -> bool:
    key = _key(job, partnership_id)
    with stores.engine.begin() as connection:
        if not outbox.claim_slot(connection, job=key, slot=slot):
            return True
    try:
        with UnitOfWork(
            stores, actor=SYSTEM, now=slot, partnership_id=partnership_id, purpose=Purpose.SCHEDULED
        ) as work:
            job.job(work)
    except Exception as error:
        log.error("job_failed", job=job.name, partnership_id=partnership_id, slot=slot, exc_info=error)
        return False
    with stores.engine.begin() as connection:
        outbox.finish_slot(connection, job=key, slot=slot)
    return True
