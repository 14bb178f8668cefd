"""A month of youth support: what it brings, the same every time, and that each of its invariants trips when what it guards is broken."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import select

from casework.clock import at_london
from casework.encryption.blind_index import BlindIndex
from casework.encryption.key_store import KeyStore
from casework.encryption.transit import open_master_keys
from casework.groups.models import GroupEntry
from casework.work import Stores, connect
from rehearsal import partnership
from rehearsal.days import Pace, run_day
from rehearsal.drivers import InThisProcess
from rehearsal.invariants import Invariant, ask
from rehearsal.youth import invariants, report
from rehearsal.youth.invariants import YouthEvidence
from rehearsal.youth.month import Month, last_day
from rehearsal.youth.people import FEWEST

START = date(2026, 11, 30)
TWICE_A_DAY = (time(8, 1), time(15, 31))
Check = Callable[[YouthEvidence], Invariant]


@pytest.fixture(scope="module")
def evidence(module_database: Any, key_files: dict[str, str]) -> Iterator[YouthEvidence]:
    """A month worked by those whose story is fixed, its events and clocks handled in this process; see test_rehearsal for the real ones."""
    key_store = KeyStore(module_database.key_store_url, open_master_keys(Path(key_files["CASEWORK_MASTER_KEYS"])))
    index_key = bytes.fromhex(Path(key_files["CASEWORK_INDEX_KEY"]).read_text())
    stores = Stores(connect(module_database.url), key_store, BlindIndex(index_key))
    first = partnership.first_wednesday(START, working_days=60)
    morning = at_london(START, time(6, 0))
    world = partnership.found_partnership(stores, now=morning, first_sittings=(first, first + timedelta(days=7)))
    month = Month.begin(stores, world, start=START, seed=7, number_of_people=FEWEST)
    driver = InThisProcess(stores)
    for number in range((last_day(START) - START).days + 1):
        day = START + timedelta(days=number)
        for _ in run_day(day, None, driver, Pace(ticks=TWICE_A_DAY, hours=()), also=month.hours()):
            pass
    superuser = module_database.superuser_url.replace("+psycopg", "")
    with psycopg.connect(superuser, autocommit=True) as connection:
        yield YouthEvidence(
            connection=connection,
            stores=stores,
            world=world,
            now=at_london(last_day(START), time(20, 0)),
            people=month.people,
        )
    stores.close()


class TestTheMonth:
    def test_holds_every_invariant_and_looks_at_something_in_each(self, evidence: YouthEvidence) -> None:
        found = invariants.check_all(evidence)
        assert [one for one in found if not one.held or not one.checked] == []

    def test_has_in_it_what_a_month_can_bring(self, evidence: YouthEvidence) -> None:
        found = report.numbers(evidence)
        assert found["enquiries"]["opened"] >= FEWEST
        expected = {
            "agreements": ("given", "partly_given", "refused", "narrowed", "withdrawn", "reviews_forced"),
            "shares": ("delivered", "in_part", "stopped", "refused", "accepted", "lapsed"),
            "withdrawals": ("stopped_on_the_way", "recipients_told"),
            "steps": ("up", "down"),
            "interventions": ("recorded", "signed", "letters_served"),
            "contacts": ("accepted", "answered", "no_response", "purged", "late"),
            "group": ("meetings", "stopped", "doubts_put_aside", "cells_below_five", "cells_kept_back"),
        }
        assert [(part, name) for part, names in expected.items() for name in names if not found[part][name]] == []

    def test_stops_the_night_after_the_last_day_of_a_parents_yes(self, evidence: YouthEvidence) -> None:
        [row] = evidence.connection.execute(
            "SELECT stopped_because, decided_at::date FROM share WHERE state = 'stopped' AND stopped_because <> 'withdrawn'"
        ).fetchall()
        assert row == ("not_agreed_now", date(2026, 12, 30))


@dataclass(frozen=True)
class Broken:
    """One thing done to the database past every rule, and the invariant that must notice it."""

    notices: Check
    statement: str


def by_query(name: str) -> Check:
    """The invariant of that name."""
    [(count, broken)] = [(count, broken) for one, count, broken in invariants.QUERIES if one == name]
    return lambda evidence: ask(evidence.connection, name, count, broken)


BROKEN = {
    "an answer was changed": Broken(
        invariants.every_decision_replays,
        "UPDATE sharing_decision SET result = 'allow' WHERE id = (SELECT id FROM sharing_decision WHERE row = '13' LIMIT 1)",
    ),
    "a delivery cites the decision of the asking": Broken(
        by_query("no share was delivered without a live decision that permits it"),
        """UPDATE disclosure SET decision_id = (SELECT id FROM sharing_decision WHERE moment = 'asked' LIMIT 1)
           WHERE id = (SELECT disclosure_id FROM share WHERE delivered_at IS NOT NULL LIMIT 1)""",
    ),
    "the agreement was to less": Broken(
        by_query("every item delivered by agreement was agreed to at that moment"),
        """UPDATE agreement_entry SET permit = '{"housing": ["basic"]}' WHERE jsonb_typeof(permit::jsonb) = 'object'""",
    ),
    "the withdrawal came before": Broken(
        by_query("nothing was told after its withdrawal, by a share or on the team"),
        "UPDATE agreement_entry SET at = at - interval '30 days' WHERE kind = 'withdrawn'",
    ),
    "a stopped share went all the same": Broken(
        by_query("what was stopped on its way never arrived"),
        "UPDATE share_item SET is_delivered = true WHERE share_id = (SELECT id FROM share WHERE state = 'stopped' LIMIT 1)",
    ),
    "a share was forgotten": Broken(
        by_query("no share is left on its way"),
        "UPDATE share SET state = 'queued', stopped_because = NULL WHERE state = 'stopped'",
    ),
    "a no was not recorded": Broken(
        by_query("every act of sharing and of not sharing has its disclosure"),
        "DELETE FROM disclosure WHERE id = (SELECT id FROM disclosure WHERE NOT was_shared AND kind = 'share' LIMIT 1)",
    ),
    "a past recipient was not told": Broken(
        by_query(
            "whoever was told something by an agreement, by a share or on the team, was told when it was taken back"
        ),
        "DELETE FROM withdrawal_notice WHERE id = (SELECT id FROM withdrawal_notice WHERE NOT is_part LIMIT 1)",
    ),
    "who was on the team was not told": Broken(
        by_query(
            "whoever was told something by an agreement, by a share or on the team, was told when it was taken back"
        ),
        """DELETE FROM withdrawal_notice n USING disclosure d
           WHERE d.id = n.disclosure_id AND d.kind = 'team'""",
    ),
    "a part that was taken back was not named": Broken(
        by_query("whoever received a part that was taken back was told which"),
        "UPDATE withdrawal_notice SET categories = ARRAY['basic'] WHERE is_part",
    ),
    "what had come was left there": Broken(
        by_query("a contact that ran out left nothing in the other agency's inbox"),
        "UPDATE share SET state = 'delivered' WHERE state = 'lapsed'",
    ),
    "a contact was not closed": Broken(
        by_query("no contact is open after its time"), "UPDATE contact SET closed_at = NULL WHERE state = 'no_response'"
    ),
    "more went than was allowed": Broken(
        invariants.only_what_was_allowed_went,
        """UPDATE share_item SET is_delivered = true WHERE share_id IN (
           SELECT subject_id FROM disclosure WHERE kind = 'share' AND outcome = 'part')""",
    ),
    "nobody went through a parent's yes": Broken(
        invariants.a_parents_yes_ends, "DELETE FROM agreement_entry WHERE because = 'birthday'"
    ),
    "a step is in no trail": Broken(
        by_query("every step in a file is in the trail of whoever took it"),
        "UPDATE youth_step SET at = at + interval '1 second' WHERE event = 'stepped_up'",
    ),
    "a file was listed": Broken(
        by_query("no young person's file came before a MARAC"),
        "UPDATE case_record SET programme = 'marac' WHERE id = (SELECT case_id FROM youth_case LIMIT 1)",
    ),
}


class TestEachInvariant:
    @pytest.mark.parametrize("what", BROKEN)
    def test_trips_when(self, evidence: YouthEvidence, what: str) -> None:
        broken = BROKEN[what]
        assert broken.notices(evidence).held
        with evidence.connection.transaction(force_rollback=True):
            evidence.connection.execute(
                "SET LOCAL session_replication_role = replica"
            )  # past triggers and foreign keys
            assert evidence.connection.execute(broken.statement).rowcount > 0
            assert not broken.notices(evidence).held

    def test_trips_when_a_sealed_answer_was_exchanged(self, evidence: YouthEvidence) -> None:
        """The answer of another decision under the same case's key does not open in its place."""
        with changed(
            evidence,
            "sharing_decision",
            "answer_sealed",
            "(SELECT answer_sealed FROM sharing_decision WHERE result = 'allow' LIMIT 1)",
            "result = 'refuse'",
        ):
            assert not invariants.every_decision_replays(evidence).held
        assert invariants.every_decision_replays(evidence).held

    def test_trips_when_somebody_is_named_in_a_clear_column_of_the_group(self, evidence: YouthEvidence) -> None:
        street = evidence.people[3].document["address"]["lines"][0]
        with changed(evidence, "youth_group", "venue", f"'At {street}'", "true"):
            assert not invariants.nobody_is_in_the_group_space(evidence).held
        assert invariants.nobody_is_in_the_group_space(evidence).held

    @pytest.mark.parametrize("words", ["{given_names} {family_name}", "born {date_of_birth}"])
    def test_trips_when_somebody_is_named_in_a_sealed_text_of_the_group(
        self, evidence: YouthEvidence, words: str
    ) -> None:
        named = evidence.people[5].document
        with (
            changed(evidence, "group_entry", "content_sealed", "content_sealed", "kind = 'place_issue'"),
            evidence.world.work(evidence.stores, None, evidence.now) as work,
        ):
            row = work.session.scalars(select(GroupEntry).where(GroupEntry.kind == "place_issue")).one()
            work.keys.load([row.key_id])
            row.content.seal(work.keys, {"words": words.format(**named)})
            work.session.commit()
            assert not invariants.nobody_is_in_the_group_space(evidence).held

    def test_trips_when_a_small_count_is_kept(self, evidence: YouthEvidence) -> None:
        with (
            changed(evidence, "group_entry", "content_sealed", "content_sealed", "measure = 'noise'"),
            evidence.world.work(evidence.stores, None, evidence.now) as work,
        ):
            row = work.session.scalars(select(GroupEntry).where(GroupEntry.measure == "noise")).one()
            work.keys.load([row.key_id])
            table = (row.content.open(work.keys) or {})["table"]
            row.content.seal(work.keys, {"table": [{**one, "count": one["count"] or 2} for one in table]})
            work.session.commit()
            assert not invariants.no_small_count_is_kept(evidence).held


@contextlib.contextmanager
def changed(evidence: YouthEvidence, table: str, column: str, to: str, where: str) -> Iterator[None]:
    """One row of a table, changed past every rule for a while, so that everybody sees it, and put back."""
    connection = evidence.connection
    row: Any = connection.execute(f"SELECT id, {column} FROM {table} WHERE {where} ORDER BY id LIMIT 1").fetchone()
    connection.execute("SET session_replication_role = replica")
    connection.execute(f"UPDATE {table} SET {column} = {to} WHERE id = %s", [row[0]])
    try:
        yield
    finally:
        connection.execute(f"UPDATE {table} SET {column} = %s WHERE id = %s", [row[1], row[0]])
        connection.execute("SET session_replication_role = origin")
