"""The baseline of `relay`: a Celery application with one task that does nothing, one message for each event."""

from __future__ import annotations

import os

from celery import Celery

app = Celery("bare", broker=os.environ.get("REDIS_URL"))
app.conf.update(task_ignore_result=True, broker_connection_retry_on_startup=True, task_default_queue="bare")


@app.task(name="bare.nothing")
def nothing(event_id: str) -> None:
    """Do nothing with an event."""
