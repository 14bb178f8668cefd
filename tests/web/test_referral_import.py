"""Bringing in a file of referrals: checked row by row, taken in by itself while the page is left, and nothing of it kept."""

from __future__ import annotations

import json
import tempfile
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import psycopg
import pytest
from sqlalchemy import select, text
from werkzeug import formparser
from werkzeug.test import TestResponse

from casework.access.permissions import Purpose
from casework.encryption.envelope import SealBroken
from casework.errors import NotAllowed
from casework.events import operations as outbox
from casework.referral_imports import operations, queries
from casework.referral_imports.models import ReferralImportRow
from casework.referral_imports.queries import ImportRecord
from casework.referral_imports.rules import MOST_ROWS, STUCK, TOGETHER, UNFIT
from casework.referrals import queries as referrals
from config.settings import Settings
from tests.conftest import Database
from tests.factories.partnership import APartnership
from tests.scenarios.fortnight import Fortnight
from tests.web.open_round import words_of
from tests.web.visitor import Visitor, text_of
from workers import handling, ticking
from workers.subscriptions import SUBSCRIPTIONS

As = Callable[[str], Visitor]
PAGE = "/triage/import"

# The last that is written of a referral is refused where its score is twenty.
REFUSES_TWENTY = """
    CREATE FUNCTION refuses_twenty() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF EXISTS (SELECT FROM referral WHERE id = NEW.subject_id AND score = 20) THEN
        RAISE check_violation;
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER refuses_twenty BEFORE INSERT ON duty
      FOR EACH ROW WHEN (NEW.kind = 'referral_triage') EXECUTE FUNCTION refuses_twenty();
"""


@pytest.fixture
def fortnight(partnership: APartnership, settings: Settings) -> Fortnight:
    """What happens in the background, when the test lets it."""
    return Fortnight(partnership, settings)


@pytest.fixture
def coordinator(visitor_as: As) -> Visitor:
    """The co-ordinator, with the page of imports open."""
    visitor = visitor_as("coordinator")
    visitor.open(PAGE)
    return visitor


def row(fortnight: Fortnight, number: int, **changes: Any) -> bytes:
    """One referral of a couple of its own."""
    return json.dumps({**fortnight.couple(number % 32), "reference": f"ROW-{number}", **changes}).encode()


def brings(visitor: Visitor, *rows: bytes) -> TestResponse:
    """Upload a file of these rows."""
    return visitor.send(PAGE, {"file": (BytesIO(b"\n".join(rows) + b"\n"), "Leanne Whitehouse.jsonl")})


def record(partnership: APartnership) -> ImportRecord:
    """The latest import, as it stands."""
    with partnership.acting("coordinator") as work:
        return queries.imports(work)[0]


def inbox(partnership: APartnership) -> int:
    """How many referrals wait for triage."""
    with partnership.acting("coordinator", Purpose.TRIAGE) as work:
        return len(referrals.inbox(work))


class TestAFile:
    def test_is_checked_first_with_each_mistake_by_row_and_field_and_nothing_saved(
        self, coordinator: Visitor, fortnight: Fortnight
    ) -> None:
        born = {**fortnight.couple(1)["victim"], "date_of_birth": "1990-02-31"}
        tomorrow = (fortnight.today + timedelta(days=1)).isoformat()
        answer = coordinator.follow(
            brings(
                coordinator,
                row(fortnight, 0),
                row(fortnight, 1, victim=born),
                row(fortnight, 2, received_on=tomorrow),
                b"no referral",
                row(fortnight, 0, reasons="Told differently."),
            )
        )
        said = words_of(text_of(answer))
        assert "1 referral can be taken in" in said
        assert "4 rows are rejected" in said
        for words in ("Row 2 ROW-1 victim.date_of_birth Give", "Row 3 ROW-2 received_on Give a day"):
            assert words in said
        assert "Row 4 Not given line Give one JSON object on each line" in said
        assert "Row 5 ROW-0 reference This reference was received before" in said
        assert "Take in 1 referral" in said
        assert inbox(fortnight.partnership) == 0

    def test_is_taken_in_step_by_step_while_the_page_is_left(self, coordinator: Visitor, fortnight: Fortnight) -> None:
        many = TOGETHER + 3
        checked = brings(coordinator, *(row(fortnight, number) for number in range(many)), b"{")
        path = checked.headers["Location"]
        coordinator.open(path)
        begun = text_of(coordinator.follow(coordinator.send(f"{path}/begin")))
        assert "can leave this page" in begun
        assert f"0 of {many + 1}" in words_of(begun) or f"1 of {many + 1}" in words_of(begun)
        assert 'http-equiv="refresh"' in begun, "it goes on without a script"
        assert 'data-module="app-follow"' in begun
        self._one_step(fortnight)
        text_half = text_of(coordinator.open(path))
        assert f"{TOGETHER + 1} of {many + 1}" in words_of(text_half)
        fortnight.settle()
        done = text_of(coordinator.open(path))
        assert f"{many} referrals are taken in" in words_of(done)
        assert "1 row is rejected" in words_of(done)
        assert 'http-equiv="refresh"' not in done
        assert "app-follow" not in done
        assert inbox(fortnight.partnership) == many
        assert "Taken in" in words_of(text_of(coordinator.open(PAGE)))

    @staticmethod
    def _one_step(fortnight: Fortnight) -> None:
        """Let one message be handled."""
        with fortnight.partnership.stores.engine.begin() as connection:
            ids = outbox.lease_for_queue(connection)
        handling.handle(fortnight.partnership.stores, ids, SUBSCRIPTIONS)

    def test_brought_twice_changes_nothing(self, coordinator: Visitor, fortnight: Fortnight) -> None:
        for _ in range(2):
            path = brings(coordinator, row(fortnight, 0)).headers["Location"]
            page = text_of(coordinator.open(path))
            if "Take in" in page:
                coordinator.send(f"{path}/begin")
                fortnight.settle()
        assert "1 row says what came before" in words_of(page)
        assert inbox(fortnight.partnership) == 1

    def test_is_checked_again_as_it_is_taken_in(self, coordinator: Visitor, fortnight: Fortnight) -> None:
        path = brings(coordinator, row(fortnight, 0)).headers["Location"]
        fortnight.refers(fortnight.couple(0, reference="ROW-0", reasons="It came by the page meanwhile."))
        coordinator.open(path)
        coordinator.send(f"{path}/begin")
        fortnight.settle()
        said = words_of(text_of(coordinator.open(path)))
        assert "0 referrals are taken in" in said
        assert "Row 1 ROW-0 reference This reference was received before" in said

    def test_keeps_nothing_of_a_row_that_fails_in_the_midst_and_goes_on_with_the_others(
        self, coordinator: Visitor, fortnight: Fortnight, database: Database
    ) -> None:
        odd = fortnight.couple(1, yes=20)["dash"]
        path = brings(coordinator, row(fortnight, 0), row(fortnight, 1, dash=odd), row(fortnight, 2)).headers[
            "Location"
        ]
        with psycopg.connect(database.superuser_url.replace("+psycopg", ""), autocommit=True) as owner:
            owner.execute(REFUSES_TWENTY)
        coordinator.open(path)
        coordinator.send(f"{path}/begin")
        fortnight.settle()
        said = words_of(text_of(coordinator.open(path)))
        assert "2 referrals are taken in" in said
        assert f"Row 2 ROW-1 line {UNFIT}" in said
        assert inbox(fortnight.partnership) == 2
        with fortnight.partnership.acting(None) as work:
            for query in (
                "SELECT count(*) FROM referral",
                "SELECT count(*) FROM risk_assessment",
                "SELECT count(*) FROM audit_entry WHERE act = 'referral:submit'",
                "SELECT count(*) FROM outbox_message WHERE event = 'referral.submitted'",
            ):
                assert work.session.scalar(text(query)) == 2, query

    def test_is_refused_when_there_is_nothing_in_it_or_too_much(self, coordinator: Visitor) -> None:
        for sent, words in (
            ({}, "Choose a file of referrals"),
            ({"file": (BytesIO(b"\n\n"), "a.jsonl")}, "this one is empty"),
            ({"file": (BytesIO(b"{}\n" * (MOST_ROWS + 1)), "a.jsonl")}, "Divide the file"),
        ):
            answer = coordinator.send(PAGE, dict(sent))
            assert answer.status_code == 422
            assert words in text_of(answer)

    def test_is_for_coordinators(self, coordinator: Visitor, visitor_as: As, fortnight: Fortnight) -> None:
        path = brings(coordinator, row(fortnight, 0)).headers["Location"]
        assert coordinator.open(path).status_code == 200
        assert path not in text_of(visitor_as("second_coordinator").open(PAGE))
        for key in ("second_coordinator", "administrator", "chair", "housing", "operator"):
            visitor = visitor_as(key)
            assert visitor.open(path).status_code in (403, 404)
            assert visitor.send(f"{path}/begin").status_code in (403, 404)
            assert key == "second_coordinator" or brings(visitor, b"{}").status_code in (403, 404)
        assert coordinator.open(f"{PAGE}/{uuid.uuid4()}").status_code == 404

    def test_is_for_nobody_whose_agency_has_not_signed_the_protocol(self, fortnight: Fortnight) -> None:
        unsigned = replace(fortnight.partnership.actor_of("coordinator"), protocol_signed=False)
        with pytest.raises(NotAllowed), fortnight.partnership.work(unsigned) as work:
            operations.upload(work, content=row(fortnight, 0))


class TestWhatItSays:
    def test_is_sealed_while_it_waits_and_gone_when_it_is_taken_in(
        self, coordinator: Visitor, fortnight: Fortnight
    ) -> None:
        path = brings(coordinator, row(fortnight, 0), b'{"reference": "KEPT-1"}').headers["Location"]
        names = ("Amira", "Begum", "Leanne", "Whitehouse")
        assert all(name.encode() not in one for one in self._stored(fortnight) for name in names)
        with fortnight.partnership.acting("coordinator") as work:
            rows = work.session.scalars(select(ReferralImportRow).order_by(ReferralImportRow.number)).all()
            assert [bool(one.content_sealed) for one in rows] == [True, False]
        coordinator.open(path)
        coordinator.send(f"{path}/begin")
        fortnight.settle()
        with fortnight.partnership.acting("coordinator") as work:
            assert [one.content_sealed for one in work.session.scalars(select(ReferralImportRow))] == [None, None]

    @staticmethod
    def _stored(fortnight: Fortnight) -> list[bytes]:
        """Everything that is stored of the file, the message to the worker with it."""
        with fortnight.partnership.acting(None) as work:
            found = work.session.execute(
                text(
                    "SELECT r::text FROM referral_import_row r UNION ALL SELECT i::text FROM referral_import i"
                    " UNION ALL SELECT m.payload::text FROM outbox_message m"
                )
            ).scalars()
            return [one.encode() for one in found]

    def test_is_deleted_when_the_coordinator_says_so_or_after_a_day(
        self, coordinator: Visitor, fortnight: Fortnight, database: Database
    ) -> None:
        path = brings(coordinator, row(fortnight, 0)).headers["Location"]
        coordinator.open(path)
        assert "The file is deleted" in text_of(coordinator.follow(coordinator.send(f"{path}/discard")))
        assert coordinator.send(f"{path}/begin").status_code == 409
        brings(coordinator, row(fortnight, 0))
        copy, key_id = self._row_and_key(fortnight)
        fortnight.partnership.now += timedelta(days=2)
        assert ticking.tick(fortnight.partnership.stores, fortnight.partnership.now) == []
        assert record(fortnight.partnership).state == "discarded"
        with fortnight.partnership.acting("coordinator") as work:
            assert work.session.scalars(select(ReferralImportRow)).all() == []
        assert inbox(fortnight.partnership) == 0
        # Its key goes with it: a copy of the row, in a backup, opens no more.
        with fortnight.partnership.acting("coordinator") as work:
            assert copy.content.open(work.keys) is not None
        fortnight.settle()
        with fortnight.partnership.acting("coordinator") as work, pytest.raises(SealBroken, match="destroyed"):
            copy.content.open(work.keys)
        with psycopg.connect(database.key_store_url.replace("+psycopg", "")) as store:
            held = store.execute("SELECT key_id, reason_code FROM shred_ledger WHERE key_id = %s", (key_id,)).fetchall()
        assert held == [(key_id, "file_deleted")]

    @staticmethod
    def _row_and_key(fortnight: Fortnight) -> tuple[ReferralImportRow, uuid.UUID]:
        with fortnight.partnership.acting("coordinator") as work:
            [found] = work.session.scalars(select(ReferralImportRow)).all()
        return found, found.key_id

    def test_is_deleted_after_a_day_though_taking_it_in_never_ended(
        self, coordinator: Visitor, fortnight: Fortnight
    ) -> None:
        brings(coordinator, row(fortnight, 0))
        # Thought over for the best part of a day: the day counts from when it is begun.
        fortnight.partnership.now += timedelta(hours=20)
        with fortnight.partnership.acting("coordinator") as work:
            operations.begin(work, import_id=queries.imports(work)[0].id)
        fortnight.partnership.now += timedelta(hours=20)
        with fortnight.partnership.acting(None) as work:
            operations.forget(work)
        assert record(fortnight.partnership).is_under_way
        fortnight.partnership.now += timedelta(hours=30)
        assert ticking.tick(fortnight.partnership.stores, fortnight.partnership.now) == []
        with fortnight.partnership.acting("coordinator") as work:
            [left] = queries.import_record(work, import_id=record(fortnight.partnership).id).rejected_rows
            assert [one.message for one in left.errors] == [STUCK]
            assert [one.content_sealed for one in work.session.scalars(select(ReferralImportRow))] == [None]

    def test_is_forgotten_with_its_result_after_a_month(self, coordinator: Visitor, fortnight: Fortnight) -> None:
        path = brings(coordinator, row(fortnight, 0)).headers["Location"]
        coordinator.open(path)
        coordinator.send(f"{path}/begin")
        fortnight.settle()
        fortnight.partnership.now += timedelta(days=32)
        assert ticking.tick(fortnight.partnership.stores, fortnight.partnership.now) == []
        with fortnight.partnership.acting("coordinator") as work:
            assert queries.imports(work) == ()


class TestALargeFile:
    def test_stays_in_memory_and_is_never_written_to_the_disk(
        self, coordinator: Visitor, fortnight: Fortnight, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refused(*_: object, **__: object) -> None:
            raise AssertionError("an upload went to a file")

        for maker in ("TemporaryFile", "SpooledTemporaryFile"):
            monkeypatch.setattr(tempfile, maker, refused)
            monkeypatch.setattr(formparser, maker, refused, raising=False)
        rows = [row(fortnight, number, reasons="Because. " * 1000) for number in range(80)]
        assert sum(map(len, rows)) > 600_000
        assert brings(coordinator, *rows).status_code == 303
        assert record(fortnight.partnership).ready == 80
