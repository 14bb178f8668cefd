"""The nightly walk over the whole trail, in the relay, which has the key and the file outside. What does not fit raises an alarm.

By the machine's own clock, not by ticks: a rehearsal's simulated nights need no walk, and a stopped beat must not stop it.
"""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path

import structlog
from sqlalchemy import Engine

from casework.audit.sealer import read_signing_key
from casework.audit.verify import Verification, verify
from casework.clock import at_london, london_date
from casework.events import operations as outbox

JOB = "verify_trail"
AT = time(3, 0)
log = structlog.get_logger()


def verify_nightly(engine: Engine, key_file: Path, folder: Path, *, moment: datetime) -> Verification | None:
    """Walk the trail when it is past three in London and nobody has done so today. Returns what was found, None when not due.

    `moment` is UTC. A first bad position is logged as `audit_broken`, with chain and position; `casework audit verify` says more.
    """
    slot = at_london(london_date(moment), AT)
    if moment < slot:
        return None
    with engine.begin() as connection:
        if not outbox.claim_slot(connection, job=JOB, slot=slot):
            return None
    found = verify(engine, read_signing_key(key_file).public_key(), folder)
    for bad in found.bad:
        log.critical("audit_broken", chain_id=bad.chain_id, position=bad.position, finding=bad.finding.value)
    if found.holds:
        log.info("audit_holds", entries=found.entries)
    with engine.begin() as connection:
        outbox.finish_slot(connection, job=JOB, slot=slot)
    return found
