"""The queues, by purpose. Messages hold random ids or a moment, nothing else."""

from __future__ import annotations

EVENTS = "events"
CLOCKS = "clocks"
NOTICES = "notices"
ALL = (EVENTS, CLOCKS, NOTICES)
