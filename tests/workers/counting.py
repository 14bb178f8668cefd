"""The product's Celery application with handlers that leave a mark, for tests that count effects: `celery -A tests.workers.counting`.

A mark is a row of `effect`, a table that the tests make, written in the handler's own transaction.
"""

from __future__ import annotations

import os
import signal
import time
import uuid
from pathlib import Path

from sqlalchemy import text

import workers.app
from casework.errors import NotAllowed
from casework.events.operations import Message
from casework.work import UnitOfWork
from workers.app import app

__all__ = ["app"]

COUNTED = "test.counted"
COUNTED_TWICE = "test.counted_twice"
POISON = "test.poison"
DEADLY = "test.deadly"
HELD = "test.held"
REFUSED = "test.refused"

_MARK = text(
    "INSERT INTO effect VALUES (gen_random_uuid(), :message_id, :handler, :now,"
    " nullif(current_setting('app.partnership_id'), '')::uuid)"
)


def mark(work: UnitOfWork, message: Message, handler: str = "mark") -> None:
    """Leave a mark."""
    work.session.execute(_MARK, {"message_id": message.id, "handler": handler, "now": work.now})


def mark_again(work: UnitOfWork, message: Message) -> None:
    """Leave another."""
    mark(work, message, "mark_again")


def break_down(work: UnitOfWork, message: Message) -> None:
    """Leave a mark and fail, with a text that must not get anywhere."""
    mark(work, message, "break_down")
    raise ValueError("CANARY Rosie Tandy, 07700 900123")


def refuse(work: UnitOfWork, message: Message) -> None:
    """Be told no by the domain."""
    mark(work, message, "refuse")
    raise NotAllowed(code="test")


def kill_the_worker(work: UnitOfWork, message: Message) -> None:
    """Take the process down."""
    mark(work, message, "kill_the_worker")
    os.kill(os.getpid(), signal.SIGKILL)


def hold(work: UnitOfWork, message: Message) -> None:
    """Leave a mark, say so in a file named for the process, and wait as long as the file `hold` is there."""
    folder = Path(os.environ["CASEWORK_STATE"])
    mark(work, message, "hold")
    (folder / f"holding-{os.getpid()}-{uuid.uuid4().hex}").touch()
    while (folder / "hold").exists():
        time.sleep(0.02)


workers.app.SUBSCRIPTIONS = {
    COUNTED: (mark,),
    COUNTED_TWICE: (mark, mark_again),
    POISON: (break_down, mark_again),
    DEADLY: (kill_the_worker,),
    HELD: (hold,),
    REFUSED: (refuse,),
}
