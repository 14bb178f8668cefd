"""Counts what a process sends to its databases, at the driver: whatever way a statement took to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg


@contextmanager
def counted() -> Iterator[list[str]]:
    """Note the statements that this process sends meanwhile, to every database that it is connected to.

    What begins and ends a transaction is not among them, nor what says at its beginning whose rows it may touch.
    """
    sent: list[str] = []
    execute = psycopg.Cursor.execute

    def note(cursor: Any, query: Any, *given: Any, **options: Any) -> Any:
        text = query.decode() if isinstance(query, bytes) else str(query)
        if "set_config(" not in text:
            sent.append(text)
        return execute(cursor, query, *given, **options)

    psycopg.Cursor.execute = note  # type: ignore[method-assign, assignment]
    try:
        yield sent
    finally:
        psycopg.Cursor.execute = execute  # type: ignore[method-assign]
