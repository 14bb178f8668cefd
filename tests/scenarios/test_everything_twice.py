"""A message may be delivered again at any time, and a tick may be doubled: then everything runs a second time, and nothing changes."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Any

import psycopg
import pytest

from casework.access.permissions import Purpose, Role
from casework.accounts import operations as accounts
from casework.cases import operations as cases
from casework.clock import at_london, london_date
from casework.conferences import operations as conferences
from casework.events import operations as outbox
from casework.minutes import operations as minutes
from casework.referral_imports import operations as imports
from casework.referrals import operations as referrals
from casework.referrals.rules import ReturnReason
from config.settings import Settings
from tests.conftest import Database, MailSink
from tests.factories.partnership import APartnership
from tests.factories.referrals import submitted
from tests.factories.sharing import YoungPerson
from tests.factories.youth import with_plan
from tests.scenarios.fortnight import Fortnight
from workers import handling
from workers.schedule import SCHEDULE
from workers.subscriptions import SUBSCRIPTIONS

# What carries events and clocks, and the proof of what was done, may differ; what was done may not.
CARRIERS = {"outbox_message", "handled_message", "scheduled_run", "heartbeat", "audit_link", "audit_checkpoint"}

OF_YOUTH_SUPPORT = {"agreement", "share", "contact", "group", "intervention"}
# Told twice by its own story: tests/scenarios/test_one_colleague_asked.py.
ELSEWHERE = {"research.colleague_replied"}

Contents = dict[str, tuple[int, str]]


@pytest.fixture
def sql(database: Database) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database.superuser_url.replace("+psycopg", ""), autocommit=True) as connection:
        yield connection


def contents(sql: psycopg.Connection[Any]) -> Contents:
    """Give how many rows each table has, and a fingerprint of them all; and which events there are."""
    found: Contents = {}
    tables = sql.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
    for (table,) in tables.fetchall():
        if table not in CARRIERS:
            query = (
                f"SELECT count(*), coalesce(md5(string_agg(t::text, '' ORDER BY t.ctid::text)), '') FROM \"{table}\" t"
            )
            query = query.replace("t.ctid::text", "t::text")
            row = sql.execute(query).fetchone()
            assert row is not None
            found[table] = row
    row = sql.execute("SELECT count(*), md5(string_agg(id::text, '' ORDER BY id)) FROM outbox_message").fetchone()
    assert row is not None
    return found | {"events": row}


def changed(before: Contents, after: Contents) -> dict[str, tuple[int, int]]:
    """Give the tables that are not the same, with how many rows they had and have."""
    return {table: (before[table][0], after[table][0]) for table in after if before[table] != after[table]}


@dataclass
class TwiceOver(Fortnight):
    """A story in which every message comes a second time, its proof of having been handled lost, as soon as it was handled."""

    sql: psycopg.Connection[Any] | None = None
    again: Counter[str] = field(default_factory=Counter)

    def _handle(self) -> None:
        if self.sql is None:
            return super()._handle()
        while waiting := self._waiting():
            with self.partnership.stores.engine.begin() as connection:
                ids = outbox.lease_for_queue(connection)
            assert set(ids) == set(waiting)
            handling.handle(self.partnership.stores, ids, SUBSCRIPTIONS)
            before = contents(self.sql)
            self.sql.execute("DELETE FROM handled_message")
            self.sql.execute("UPDATE outbox_message SET state = 'sent' WHERE id = ANY(%s)", (ids,))
            assert handling.handle(self.partnership.stores, ids, SUBSCRIPTIONS) == len(ids)
            assert changed(before, contents(self.sql)) == {}, sorted(waiting.values())
            self.again.update(waiting.values())
        return None

    def _waiting(self) -> dict[uuid.UUID, str]:
        assert self.sql is not None
        rows = self.sql.execute(
            "SELECT id, event FROM outbox_message WHERE state = 'pending' ORDER BY position LIMIT 500"
        )
        return dict(rows.fetchall())


class TestEveryHandler:
    def test_run_again_for_the_same_event_changes_nothing(
        self, partnership: APartnership, settings: Settings, sql: psycopg.Connection[Any], mail: MailSink
    ) -> None:
        fortnight = TwiceOver(partnership, settings, sql)
        with partnership.acting("coordinator") as work:
            accounts.invite(
                work,
                name="Sam Reed",
                email="sam.reed@housing.example.gov.uk",
                post="Officer",
                agency_id=partnership.agencies["housing"],
                roles=[Role.REPRESENTATIVE],
            )
        fortnight.case_for(fortnight.couple(0))
        returned = submitted(partnership, fortnight.couple(2), by="referrer")
        with partnership.acting("coordinator", Purpose.TRIAGE) as work:
            referrals.return_to_referrer(
                work, referral_id=returned, reason=ReturnReason.ADDRESS_UNCLEAR, words="Which address is it?"
            )
        fortnight.list_goes_out()
        partnership.now += timedelta(hours=1)
        late = fortnight.case_for(fortnight.couple(3))
        waiting = next(one for one in fortnight.listed(fortnight.round(1)) if one.case.id == late)
        with partnership.acting("chair", Purpose.CONFERENCE) as work:
            conferences.list_late(work, conference_id=fortnight.round(0).id, listing_id=waiting.id)
        fortnight.settle()
        fortnight.holds(0, ("housing", "Change the locks", fortnight.round(0).sits_on + timedelta(days=7)))
        with partnership.acting("coordinator", Purpose.CONFERENCE) as work:
            minutes.correct(work, conference_id=fortnight.round(0).id, because="A wrong name.")
        rows = [json.dumps(fortnight.couple(number)).encode() for number in range(4, 26)]
        with partnership.acting("coordinator") as work:
            imports.begin(work, import_id=imports.upload(work, content=b"\n".join(rows)))
            imports.discard(work, import_id=imports.upload(work, content=rows[0]))
        with partnership.acting("coordinator", Purpose.OVERSIGHT) as work:
            cases.block(work, case_id=late, agency_id=partnership.agencies["idva_service"], reason="He works there.")
        fortnight.settle()
        of_marac = {event for event in SUBSCRIPTIONS if event.partition(".")[0] not in OF_YOUTH_SUPPORT}
        assert of_marac - ELSEWHERE <= set(fortnight.again), "the story has something for every handler"
        assert len({message["Message-ID"] for message in mail.messages}) == len(mail.messages)

    def test_of_youth_support_run_again_for_the_same_event_changes_nothing(
        self, partnership: APartnership, settings: Settings, sql: psycopg.Connection[Any]
    ) -> None:
        story = TwiceOver(partnership, settings, sql)
        with_plan(partnership)
        jamie = YoungPerson.of(partnership)
        jamie.agrees({"school_nursing": ["basic", "education"]})
        story.settle()
        jamie.shares("school_nursing")
        story.settle()
        jamie.asks("school_nursing")
        jamie.withdraws()
        story.settle()
        assert {"agreement.answered", "agreement.withdrawn", "share.delivered"} <= set(story.again)


class TestEveryScheduledJob:
    def test_run_again_for_the_same_slot_changes_nothing(
        self, fortnight: Fortnight, sql: psycopg.Connection[Any], mail: MailSink
    ) -> None:
        """On each day from the referral to the minutes and beyond, morning and evening."""
        partnership = fortnight.partnership
        fortnight.case_for()
        until = fortnight.round().sits_on + timedelta(days=8)
        did_something = False
        while london_date(partnership.now) < until:
            conference = fortnight.round()
            if london_date(partnership.now) == conference.sits_on:
                fortnight.sitting_begins(conference, "police", "housing", "idva", "chair")
                fortnight.hears(conference, fortnight.listed(conference)[0].case.id)
                fortnight.sitting_ends(conference)
                fortnight.minutes_go_out(conference)
            for at in (time(8, 1), time(17, 1)):
                partnership.now = max(partnership.now, at_london(london_date(partnership.now), at))
                unticked = contents(sql)
                fortnight.settle()
                before, sent = contents(sql), len(mail.messages)
                did_something |= changed(unticked, before) != {}
                sql.execute("DELETE FROM scheduled_run")
                fortnight.settle()
                assert changed(before, contents(sql)) == {}, partnership.now
                assert len(mail.messages) == sent
            partnership.now = at_london(london_date(partnership.now) + timedelta(days=1), time(6))
        assert did_something
        jobs = {row[0].partition(":")[0] for row in sql.execute("SELECT job FROM scheduled_run").fetchall()}
        assert jobs == {job.name for job in SCHEDULE}
