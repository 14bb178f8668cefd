"""The outbox by the operator's commands, and what is forgotten of it, on a real PostgreSQL."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from casework.cli.__main__ import casework
from casework.events import operations
from casework.work import Stores
from tests.conftest import Database

Row = dict[str, Any]


@pytest.fixture
def sql(database: Database) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database.superuser_url.replace("+psycopg", ""), autocommit=True) as connection:
        yield connection


def put(
    sql: psycopg.Connection[Any], state: str, *, age: str = "0", attempt: int = 0, failure: str | None = None
) -> uuid.UUID:
    """Put a message into the outbox as it would be by now."""
    message_id = uuid.uuid4()
    sql.execute(
        "INSERT INTO outbox_message (id, partnership_id, event, version, payload, occurred_at, state, attempt, next_at, failure)"
        " VALUES (%s, gen_random_uuid(), 'referral.accepted', 1, '{}', %s, %s, %s, now() - %s::interval, %s)",
        (message_id, datetime(2026, 11, 30, tzinfo=UTC), state, attempt, age, failure),
    )
    return message_id


def state_of(sql: psycopg.Connection[Any], message_id: uuid.UUID) -> Row:
    found = sql.execute("SELECT state, attempt, failure FROM outbox_message WHERE id = %s", (message_id,)).fetchone()
    return dict(zip(("state", "attempt", "failure"), found or (), strict=False))


def run(environment: dict[str, str], *arguments: str) -> Result:
    return CliRunner(env=environment).invoke(casework, ["outbox", *arguments])


class TestStatus:
    def test_of_an_empty_outbox_says_that_nothing_waits(self, environment: dict[str, str]) -> None:
        said = run(environment, "status")
        assert said.exit_code == 0, said.output
        assert "0 not sent yet, 0 sent and not done, 0 done, 0 dead" in said.output

    def test_counts_each_state_and_says_how_long_the_oldest_has_waited(
        self, environment: dict[str, str], sql: psycopg.Connection[Any]
    ) -> None:
        put(sql, "pending", age="2 minutes")
        put(sql, "sent", age="1 hour")
        put(sql, "done", age="1 day")
        put(sql, "dead", age="1 day", attempt=10, failure="ValueError")
        found = json.loads(run(environment, "status", "--json").output)
        assert 3600 <= found.pop("oldest_waiting_seconds") < 3700
        assert found == {"pending": 1, "sent": 1, "done": 1, "dead": 1}


class TestDeadLetters:
    def test_are_listed_by_event_and_class_of_error(
        self, environment: dict[str, str], sql: psycopg.Connection[Any]
    ) -> None:
        put(sql, "done")
        one = put(sql, "dead", attempt=10, failure="ValueError")
        assert json.loads(run(environment, "dead", "--json").output) == {
            "dead": [{"id": str(one), "event": "referral.accepted", "attempt": 10, "failure": "ValueError"}]
        }
        assert f"{one}  referral.accepted  10 attempts  ValueError" in run(environment, "dead").output

    def test_are_not_there_when_none_died(self, environment: dict[str, str]) -> None:
        assert run(environment, "dead").output == "None is dead.\n"


class TestResending:
    def test_puts_every_dead_letter_back_and_notes_it_in_the_trail(
        self, environment: dict[str, str], sql: psycopg.Connection[Any]
    ) -> None:
        dead = [put(sql, "dead", attempt=10, failure="ValueError") for _ in range(2)]
        done = put(sql, "done")
        assert run(environment, "resend").output == "2 sent again.\n"
        for one in dead:
            assert state_of(sql, one) == {"state": "pending", "attempt": 0, "failure": None}
        assert state_of(sql, done)["state"] == "done"
        noted = sql.execute("SELECT actor_kind, subject_id FROM audit_entry WHERE act = 'outbox:resend'").fetchall()
        assert sorted(noted) == sorted(("operator", one) for one in dead)

    def test_of_one_leaves_the_others_dead(self, environment: dict[str, str], sql: psycopg.Connection[Any]) -> None:
        one, other = (put(sql, "dead", attempt=10) for _ in range(2))
        assert json.loads(run(environment, "resend", str(one), "--json").output) == {"resent": [str(one)]}
        assert state_of(sql, other)["state"] == "dead"

    def test_of_something_that_is_not_dead_sends_nothing(
        self, environment: dict[str, str], sql: psycopg.Connection[Any]
    ) -> None:
        dead, done = put(sql, "dead", attempt=10), put(sql, "done")
        for wrong, why in ((done, "Only a dead letter"), (uuid.uuid4(), "There is nothing here.")):
            said = run(environment, "resend", str(dead), str(wrong))
            assert said.exit_code == 2
            assert f"{wrong}: {why}" in said.output
            assert state_of(sql, dead)["state"] == "dead"

    def test_takes_only_ids(self, environment: dict[str, str]) -> None:
        assert run(environment, "resend", "all").exit_code == 2


class TestWhatIsFinished:
    def test_is_forgotten_after_thirty_days_and_nothing_else(
        self, stores: Stores, sql: psycopg.Connection[Any]
    ) -> None:
        old = put(sql, "done", age="31 days")
        kept = [
            put(sql, "done", age="29 days"),
            put(sql, "dead", age="90 days"),
            put(sql, "pending", age="90 days"),
            put(sql, "sent", age="90 days"),
        ]
        for one in (old, *kept):
            sql.execute(
                "INSERT INTO handled_message VALUES (gen_random_uuid(), %s, 'mark', now() - interval '90 days')", (one,)
            )
        for finished in ("now() - interval '31 days'", "now() - interval '29 days'", "NULL"):
            sql.execute(
                "INSERT INTO scheduled_run (id, job, slot, started_at, finished_at) VALUES"
                f" (gen_random_uuid(), 'job', now() - random() * interval '90 days', now() - interval '90 days', {finished})"
            )
        with stores.engine.begin() as connection:
            operations.forget_finished(connection)
        assert {row[0] for row in sql.execute("SELECT id FROM outbox_message")} == set(kept)
        assert {row[0] for row in sql.execute("SELECT message_id FROM handled_message")} == set(kept)
        assert sql.execute("SELECT count(*) FROM scheduled_run").fetchone() == (2,)
