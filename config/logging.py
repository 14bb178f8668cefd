"""Logs of every process: JSON lines with a constant event name and fields from a list of what may be logged. Never a text.

A text may hold what somebody typed: the text of an exception (PostgreSQL adds the row that broke a constraint), a formatted
message, a path. So an exception leaves its class, SQLSTATE, constraint and places in the code; a library's message leaves its
template; and a field that is not in FIELDS leaves its name.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sys
import threading
import traceback
import uuid
from collections.abc import Mapping, MutableMapping
from datetime import date, datetime
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import Processor

# What a line may say beside its event: ids, codes, counts and times. Add a name here only if its values are one of those.
FIELDS = frozenset(
    {
        "act", "agency_id", "attempt", "attempts", "case_id", "chain_id", "code", "conference_id", "constraint",
        "correlation_id", "count", "dead", "endpoint", "entries", "event_name", "failing", "failure", "finding", "handler",
        "job", "links", "message_id", "message_ids", "method", "missed", "moment", "notice_id", "outbox_id",
        "partnership_id", "part", "place", "position", "queue", "seconds", "signal", "slot", "sqlstate", "state", "status",
        "task_id", "template", "version", "wait_seconds",
    }
)  # fmt: skip
_OWN = ("event", "level", "at", "logger", "exception", "dropped")
_FRAMES = 12
_STAMP = structlog.processors.TimeStamper(fmt="iso", utc=True, key="at")
# Their ordinary life is not ours to log; what they warn of is.
_QUIET = ("sqlalchemy", "kombu", "amqp", "celery.beat", "celery.utils", "alembic", "PIL", "fontTools")


def set_up_logging(level: str = "INFO") -> None:
    """Send every log of this process, the libraries' too, to standard error as JSON lines. May be called again.

    `level` is DEBUG, INFO, WARNING or ERROR. Uncaught exceptions of the process and of its threads are logged the same way.
    """
    shared: list[Processor] = [structlog.contextvars.merge_contextvars, structlog.stdlib.add_log_level, _STAMP]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = _StandardError()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_template_only, *shared],
            pass_foreign_args=True,
            processors=[_take_exception, structlog.stdlib.ProcessorFormatter.remove_processors_meta, _allow, _line],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in [name for name in logging.Logger.manager.loggerDict if name != "root"]:
        known = logging.getLogger(name)
        known.handlers.clear()  # a library's own handler would write its own way
        known.propagate = True
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


class _StandardError(logging.Handler):
    """Writes to whatever standard error is at the moment. What it cannot write it does not show: that might be the whole record."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()
        except Exception:  # noqa: BLE001  # whatever is wrong with a line, it must not end the work that it tells of
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # the standard library's name
        with contextlib.suppress(Exception):
            sys.stderr.write(json.dumps({"event": "log_line_lost", "level": "error", "logger": record.name}) + "\n")


def describe(error: BaseException) -> dict[str, Any]:
    """Return what may be said of an exception: class, causes, SQLSTATE, constraint, places in the code. Never its text."""
    found: dict[str, Any] = {"class": _class_name(error)}
    for each in _chain(error):
        origin = getattr(each, "orig", None) or each
        sqlstate = getattr(origin, "sqlstate", None)
        if sqlstate:
            found["sqlstate"] = sqlstate
            constraint = getattr(getattr(origin, "diag", None), "constraint_name", None)
            found |= {"constraint": constraint} if constraint else {}
            break
    causes = [_class_name(each) for each in _chain(error)][1:]
    if causes:
        found["caused_by"] = causes
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    found["place"] = [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
    return found


def _chain(error: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    each: BaseException | None = error
    while each is not None and each not in chain:
        chain.append(each)
        each = each.__cause__ or each.__context__
    return chain


def _class_name(error: BaseException) -> str:
    kind = type(error)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"


def _short(path: str) -> str:
    parts = path.replace("\\", "/").split("/")
    return "/".join(parts[-3:])


def _template_only(logger: Any, name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep of a library's message what stands in its source: the template if it has one, else where it was logged."""
    record: logging.LogRecord = line["_record"]
    has_values = bool(line.pop("positional_args", None)) and isinstance(record.msg, str)
    line["event"] = record.msg.strip().splitlines()[0] if has_values else "library_message"
    line["logger"] = record.name
    if not has_values:
        line["place"] = f"{record.module}:{record.lineno}"
    return line


def _take_exception(logger: Any, name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    record = line.get("_record")
    given = line.pop("exc_info", None)
    if given is None and isinstance(record, logging.LogRecord):
        given = record.exc_info
    if isinstance(record, logging.LogRecord):
        record.exc_info = record.exc_text = None  # or the formatter of the standard library would add the text
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        line["exception"] = describe(error)
    return line


def _allow(logger: Any, name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    kept: dict[str, Any] = {field: line[field] for field in _OWN if field in line}
    kept |= {field: _plain(value) for field, value in line.items() if field in FIELDS}
    dropped = sorted(field for field in line if field not in FIELDS and field not in _OWN)
    if dropped:
        kept["dropped"] = dropped
    return kept


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each) for each in value]
    return type(value).__name__


def _line(logger: Any, name: str, line: MutableMapping[str, Any]) -> str:
    return json.dumps(line)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    structlog.get_logger("casework").critical("process_ended_by_exception", exc_info=(kind, error, trace))


def _uncaught_in_thread(found: threading.ExceptHookArgs) -> None:
    if found.exc_value is not None:
        structlog.get_logger("casework").critical("thread_ended_by_exception", exc_info=found.exc_value)


def gunicorn_loggers() -> Mapping[str, Any]:
    """Return gunicorn's `logconfig_dict` that leaves its loggers to `set_up_logging`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "root": {"level": "INFO", "handlers": []},
        "loggers": {
            "gunicorn.error": {"level": "INFO", "handlers": [], "propagate": True, "qualname": "gunicorn.error"},
            "gunicorn.access": {"level": "WARNING", "handlers": [], "propagate": True, "qualname": "gunicorn.access"},
        },
        "handlers": {},
        "formatters": {},
    }
