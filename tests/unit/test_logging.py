"""Logs say what happened and never to whom: marked values are put everywhere that a log could take them from."""

from __future__ import annotations

import json
import logging
import logging.config
import subprocess
import sys
import uuid
import warnings
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import structlog
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from config.logging import FIELDS, describe, gunicorn_loggers, set_up_logging
from tests.conftest import Database

ROOT = Path(__file__).parents[2]
CANARY = "Rosie Tandy of 4 Canary Row"


@pytest.fixture(autouse=True)
def own_logging(capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Log as the product does, and give the run its own logging back."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level, sys.excepthook)
    set_up_logging("INFO")
    yield
    root.handlers[:], level, sys.excepthook = before
    root.setLevel(level)
    logging.captureWarnings(False)
    structlog.reset_defaults()


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]) -> Any:
    """Give the lines that were logged, each read as JSON; none may hold the canary."""

    def lines() -> list[dict[str, Any]]:
        said = capsys.readouterr()
        assert said.out == ""
        assert "Canary" not in said.err
        assert "Rosie" not in said.err
        return [json.loads(line) for line in said.err.splitlines()]

    return lines


class TestALine:
    def test_is_json_with_a_constant_event_and_the_fields_that_may_be_said(self, logged: Any) -> None:
        message_id = uuid.uuid4()
        structlog.get_logger().info("event_failed", message_id=message_id, attempt=2)
        (line,) = logged()
        assert datetime.fromisoformat(line.pop("at")).tzinfo is not None
        assert line == {"event": "event_failed", "level": "info", "message_id": str(message_id), "attempt": 2}

    def test_leaves_out_the_value_of_any_other_field_and_says_so(self, logged: Any) -> None:
        structlog.get_logger().warning("case_opened", name=CANARY, note={"text": CANARY})
        (line,) = logged()
        assert line["dropped"] == ["name", "note"]

    def test_leaves_out_a_value_that_is_no_id_code_count_or_time(self, logged: Any) -> None:
        class Person:
            def __str__(self) -> str:
                return CANARY

        structlog.get_logger().info("x", state=Person(), ids=[Person()], place=[Person(), 3])
        (line,) = logged()
        assert line["state"] == "Person"
        assert line["place"] == ["Person", 3]

    def test_that_cannot_be_written_is_lost_and_not_shown(self, logged: Any) -> None:
        class Unspeakable(datetime):
            def isoformat(self, *_: object) -> str:
                raise ValueError(CANARY)

        structlog.get_logger().info("slot_taken", slot=Unspeakable(2026, 11, 30), code=CANARY)
        assert [line["event"] for line in logged()] == ["log_line_lost"]

    def test_below_the_level_is_not_written(self, logged: Any) -> None:
        structlog.get_logger().debug("detail")
        assert logged() == []

    def test_has_no_field_for_what_people_are_called_or_where_they_live(self) -> None:
        assert not FIELDS & {
            "name",
            "email",
            "address",
            "phone",
            "text",
            "note",
            "query",
            "path",
            "url",
            "message",
            "error",
        }


class TestAnException:
    def test_leaves_its_class_causes_and_places_and_never_its_text(self, logged: Any) -> None:
        try:
            try:
                raise ValueError(CANARY)
            except ValueError as cause:
                raise RuntimeError(CANARY) from cause
        except RuntimeError:
            structlog.get_logger().exception("job_failed", job="lapse_flags")
        (line,) = logged()
        assert line["exception"]["class"] == "RuntimeError"
        assert line["exception"]["caused_by"] == ["ValueError"]
        assert "test_logging.py" in line["exception"]["place"][0]

    def test_of_the_database_leaves_sqlstate_and_constraint_and_not_the_row(
        self, logged: Any, database: Database
    ) -> None:
        engine = create_engine(database.superuser_url)
        try:
            with pytest.raises(IntegrityError) as broken, engine.begin() as connection:
                connection.execute(
                    text("CREATE TABLE person_try (name text CONSTRAINT name_is_short CHECK (length(name) < 5))")
                )
                connection.execute(text("INSERT INTO person_try VALUES (:name)"), {"name": CANARY})
        finally:
            engine.dispose()
        assert CANARY in str(broken.value), "the driver does put the row into the text"
        structlog.get_logger().error("request_failed", exc_info=broken.value)
        (line,) = logged()
        assert line["exception"]["sqlstate"] == "23514"
        assert line["exception"]["constraint"] == "name_is_short"

    def test_of_the_driver_is_told_in_the_same_way(self, database: Database) -> None:
        with (
            psycopg.connect(database.superuser_url.replace("+psycopg", "")) as connection,
            pytest.raises(psycopg.errors.InvalidTextRepresentation) as broken,
        ):
            connection.execute("SELECT %s::integer", (CANARY,))
        told = describe(broken.value)
        assert told["sqlstate"] == "22P02"
        assert "Canary" not in str(told)

    def test_that_refers_to_itself_comes_to_an_end(self) -> None:
        one, other = ValueError("a"), KeyError("b")
        one.__context__, other.__context__ = other, one
        assert describe(one)["caused_by"] == ["KeyError"]

    def test_that_nobody_caught_ends_the_process_in_the_same_words(self) -> None:
        program = (
            "import threading; from config.logging import set_up_logging; set_up_logging()\n"
            f"def fail(): raise ValueError({CANARY!r})\n"
            "t = threading.Thread(target=fail); t.start(); t.join()\nfail()"
        )
        done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert "Canary" not in done.stderr
        events = [json.loads(line)["event"] for line in done.stderr.splitlines()]
        assert events == ["thread_ended_by_exception", "process_ended_by_exception"]


class TestALibrary:
    def test_leaves_the_template_of_its_message_and_not_the_values(self, logged: Any) -> None:
        logging.getLogger("celery.app.trace").error("Task %(name)s raised: %(exc)s", {"name": "x", "exc": CANARY})
        (line,) = logged()
        assert (line["event"], line["logger"]) == ("Task %(name)s raised: %(exc)s", "celery.app.trace")

    def test_that_put_its_message_together_itself_leaves_only_where(self, logged: Any) -> None:
        logging.getLogger("gunicorn.error").error(f"cannot serve /people/{CANARY}")  # noqa: G004  # as libraries do
        (line,) = logged()
        assert line["event"] == "library_message"
        assert line["place"].startswith("test_logging:")

    def test_with_an_exception_leaves_its_class(self, logged: Any) -> None:
        try:
            raise ValueError(CANARY)
        except ValueError:
            logging.getLogger("flask.app").exception("Exception on %s", f"/people/{CANARY}")
        (line,) = logged()
        assert line["exception"]["class"] == "ValueError"

    def test_that_warns_does_not_say_of_what(self, logged: Any) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn(f"odd value {CANARY}", UserWarning, stacklevel=1)
        (line,) = logged()
        assert line["logger"] == "py.warnings"

    def test_loses_a_handler_of_its_own(self, logged: Any) -> None:
        library = logging.getLogger("sqlalchemy.engine.Engine")
        library.addHandler(logging.StreamHandler(sys.stderr))
        set_up_logging("INFO")
        library.warning("row %s", CANARY)
        assert [line["logger"] for line in logged()] == ["sqlalchemy.engine.Engine"]

    def test_called_sqlalchemy_says_no_statements(self, logged: Any) -> None:
        logging.getLogger("sqlalchemy.engine.Engine").info("SELECT %s", CANARY)
        assert logged() == []

    def test_called_gunicorn_is_left_to_us(self) -> None:
        logging.config.dictConfig(dict(gunicorn_loggers()))
        assert logging.getLogger("gunicorn.error").handlers == []
        assert logging.getLogger("gunicorn.error").propagate
