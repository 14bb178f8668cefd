"""`casework referrals import`: every good line is taken, every bad one refused by its field, and nothing is half-saved."""

from __future__ import annotations

import copy
import json
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from casework.access.permissions import Purpose
from casework.cli.__main__ import casework
from casework.errors import Invalid
from casework.partnerships import operations as partnerships
from casework.referral_imports.rules import UNFIT
from casework.referrals import operations, queries
from casework.referrals.rules import ReferralState
from casework.work import UnitOfWork
from tests.factories.partnership import OPERATOR, APartnership
from tests.factories.referrals import a_document

DATA = Path(__file__).parents[1] / "data"
SAMPLES = DATA / "referrals.jsonl"
BROKEN: list[dict[str, Any]] = json.loads((DATA / "broken-referrals.json").read_text(encoding="utf-8"))
SAMPLE: dict[str, Any] = json.loads(SAMPLES.read_text(encoding="utf-8").splitlines()[0])
Import = Callable[..., Result]


@pytest.fixture
def run(environment: dict[str, str], partnership: APartnership) -> Import:
    def go(file: Path, *options: str) -> Result:
        arguments = ["referrals", "import", str(file), *options]
        return CliRunner().invoke(casework, arguments, env=environment, catch_exceptions=False)

    return go


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Write a file of referrals: dictionaries as JSON, bytes as they are."""

    def write(*lines: dict[str, Any] | bytes) -> Path:
        path = tmp_path / f"{uuid.uuid4()}.jsonl"
        path.write_bytes(
            b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines)
        )
        return path

    return write


@pytest.fixture
def rows(database: Any) -> Callable[[str], int]:
    """Count the rows of a table past every rule."""

    def count(table: str) -> int:
        with psycopg.connect(database.superuser_url.replace("+psycopg", "")) as connection:
            found = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # type: ignore[arg-type]
            return int(found[0]) if found else 0

    return count


def spoilt(change: dict[str, Any]) -> dict[str, Any]:
    if not change.get("remove"):
        return changed(change["at"], change["to"])
    line = copy.deepcopy(SAMPLE)
    *way, last = change["at"]
    part: Any = line
    for step in way:
        part = part[step]
    del part[last]
    return line


def report(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.output)
    return found


def changed(path: Iterable[str | int], to: object) -> dict[str, Any]:
    line = copy.deepcopy(SAMPLE)
    *way, last = path
    part: Any = line
    for step in way:
        part = part[step]
    part[last] = to
    return line


class TestTheSixtySamples:
    def test_are_all_imported(self, run: Import, partnership: APartnership) -> None:
        done = run(SAMPLES, "--json")
        assert report(done) == {"read": 60, "imported": 60, "unchanged": 0, "rejected": 0, "rows": []}
        assert done.exit_code == 0
        with partnership.acting(None) as work:
            counts = queries.counts(work)
        assert counts["redirected"] == 1, "one victim is 14"
        assert counts["submitted"] == 59

    def test_come_again_as_unchanged(self, run: Import, rows: Callable[[str], int]) -> None:
        run(SAMPLES)
        before = rows("referral"), rows("duty"), rows("outbox_message")
        again = run(SAMPLES, "--json")
        assert report(again) == {"read": 60, "imported": 0, "unchanged": 60, "rejected": 0, "rows": []}
        assert (rows("referral"), rows("duty"), rows("outbox_message")) == before

    def test_without_a_route_wait_until_a_judgement_is_written(self, run: Import, partnership: APartnership) -> None:
        run(SAMPLES)
        with partnership.acting("coordinator", Purpose.TRIAGE) as work:
            waiting = queries.inbox(work, states=[ReferralState.SUBMITTED])
        without = [line for line in waiting if not line.derived_routes and not line.claimed_routes]
        assert len(without) == 2
        for line in without:
            with partnership.acting("coordinator", Purpose.TRIAGE) as work:
                for candidate in queries.referral_record(work, referral_id=line.id).candidates:
                    operations.dismiss_candidate(work, referral_id=line.id, case_id=candidate.case.id)
            with (
                pytest.raises(Invalid, match="no route"),
                partnership.acting("coordinator", Purpose.TRIAGE) as work,
            ):
                operations.accept(work, referral_id=line.id)
            with partnership.acting("coordinator", Purpose.TRIAGE) as work:
                operations.accept(work, referral_id=line.id, judgement="She has been strangled twice this month.")


class TestADryRun:
    def test_reports_the_same_and_saves_nothing(
        self, run: Import, written: Callable[..., Path], rows: Callable[[str], int]
    ) -> None:
        other = changed(["reasons"], "Told differently the second time.")
        file = written(SAMPLE, SAMPLE, other, changed(["reference"], ""), b"{")
        tables = ("referral", "duty", "outbox_message", "risk_assessment", "referral_decision")
        before = [rows(table) for table in tables]
        tried = run(file, "--dry-run", "--json")
        assert [rows(table) for table in tables] == before
        done = run(file, "--json")
        assert report(tried) == report(done)
        assert (tried.exit_code, done.exit_code) == (1, 1)
        assert report(done)["imported"] == 1
        assert report(done)["unchanged"] == 1
        assert [row["line"] for row in report(done)["rows"]] == [3, 4, 5]

    def test_makes_no_key_either(self, run: Import, database: Any) -> None:
        def keys() -> int:
            with psycopg.connect(database.key_store_url.replace("+psycopg", "")) as connection:
                found = connection.execute("SELECT count(*) FROM data_key").fetchone()
                return int(found[0]) if found else 0

        before = keys()
        run(SAMPLES, "--dry-run")
        assert keys() == before


class TestABrokenLine:
    def test_of_every_kind_is_refused_and_nothing_is_half_saved(
        self, run: Import, written: Callable[..., Path], rows: Callable[[str], int]
    ) -> None:
        # The day of receipt is not held against today's date: a file may come from a simulated clock.
        kinds = [one for one in BROKEN if one["story"] != "the referral was received tomorrow"]
        tables = ("referral", "duty", "risk_assessment", "person", "outbox_message")
        before = [rows(table) for table in tables]
        found = report(run(written(*(spoilt(change) for change in kinds)), "--json"))
        assert [rows(table) for table in tables] == before
        assert (found["rejected"], found["imported"]) == (len(kinds), 0)
        assert len(kinds) >= 40
        for change, row in zip(kinds, found["rows"], strict=True):
            assert [error["field"] for error in row["errors"]] == [change["field"]], change["story"]

    @pytest.mark.parametrize(
        ("line", "field"),
        [
            (changed(["victim", "date_of_birth"], "1990-02-31"), "victim.date_of_birth"),
            (changed(["victim", "date_of_birth"], "2030-01-01"), "victim.date_of_birth"),
            (changed(["referrer", "agency"], "coastguard"), "referrer.agency"),
            (changed(["dash", "answers", "14"], "maybe"), "dash.answers.14"),
            (changed(["dash", "score"], 24), "dash.score"),
            (changed(["perpetrators"], []), "perpetrators"),
            (changed(["nickname"], "Lee"), "nickname"),
            (b"\xff\xfe{", "line"),
            (b"not json", "line"),
            (b"", "line"),
            (b'["a list"]', "line"),
            (b'{"reasons": "' + b"x" * 300_000 + b'"}', "line"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_is_refused_by_its_field_and_the_good_ones_are_taken(
        self, run: Import, written: Callable[..., Path], rows: Callable[[str], int], line: Any, field: str
    ) -> None:
        done = run(written(changed(["reference"], "GOOD-1"), line, changed(["reference"], "GOOD-2")), "--json")
        assert done.exit_code == 1
        found = report(done)
        assert (found["read"], found["imported"], found["rejected"]) == (3, 2, 1)
        assert [row["line"] for row in found["rows"]] == [2]
        assert field in [error["field"] for error in found["rows"][0]["errors"]]
        assert rows("referral") == 2

    def test_that_the_database_refuses_is_rejected_and_stops_nothing(
        self, run: Import, written: Callable[..., Path], rows: Callable[[str], int], database: Any
    ) -> None:
        with psycopg.connect(database.superuser_url.replace("+psycopg", ""), autocommit=True) as owner:
            owner.execute("ALTER TABLE referral ADD CHECK (received_on <> '2026-11-12')")
        refused = changed(["received_on"], "2026-11-12") | {"reference": "ODD-1"}
        found = report(run(written(SAMPLE, refused, changed(["reference"], "GOOD-2")), "--json"))
        assert (found["imported"], found["rejected"], rows("referral")) == (2, 1, 2)
        assert found["rows"] == [{"line": 2, "reference": "ODD-1", "errors": [{"field": "line", "message": UNFIT}]}]

    def test_is_named_by_its_reference_and_told_in_words(self, run: Import, written: Callable[..., Path]) -> None:
        done = run(written(changed(["victim", "gender"], "unknown-word")))
        assert done.exit_code == 1
        assert f"Line 1 ({SAMPLE['reference']}): victim.gender: " in done.output
        assert "1 read: 0 imported, 0 unchanged, 1 rejected." in done.output

    def test_is_not_repeated(self, run: Import, written: Callable[..., Path], caplog: pytest.LogCaptureFixture) -> None:
        secret = "Marigold Threadneedle"
        done = run(written(changed(["victim", "gender"], secret), changed(["reference"], secret)), "--json")
        assert secret not in done.output
        assert secret not in caplog.text


class TestTheSameReference:
    def test_with_other_content_is_a_conflict_and_changes_nothing(
        self, run: Import, written: Callable[..., Path], partnership: APartnership
    ) -> None:
        run(written(SAMPLE))
        done = run(written(changed(["reasons"], "Another story.")), "--json")
        assert report(done)["rows"] == [
            {
                "line": 1,
                "reference": SAMPLE["reference"],
                "errors": [
                    {
                        "field": "reference",
                        "message": "This reference was received before with other content. Correct that referral, or use a new reference.",
                    }
                ],
            }
        ]
        with partnership.acting("coordinator", Purpose.TRIAGE) as work:
            (line,) = queries.inbox(work)
            assert queries.referral_record(work, referral_id=line.id).document["reasons"] == SAMPLE["reasons"]

    def test_of_another_agency_is_another_referral(self, run: Import, written: Callable[..., Path]) -> None:
        run(written(SAMPLE))
        assert report(run(written(changed(["referrer", "agency"], "housing")), "--json"))["imported"] == 1


class TestTheCommand:
    def test_asks_which_partnership_when_there_are_several(
        self, run: Import, partnership: APartnership, written: Callable[..., Path]
    ) -> None:
        with UnitOfWork(partnership.stores, actor=OPERATOR, now=partnership.now, partnership_id=uuid.uuid4()) as work:
            partnerships.create_partnership(work, slug="moor", name="Moor MARAC", from_date=partnership.now.date())
        asked = run(written(SAMPLE))
        assert asked.exit_code == 2
        assert "moor, vale" in asked.output
        assert run(written(SAMPLE), "--partnership", "vale").exit_code == 0
        assert "no such MARAC" in run(written(SAMPLE), "--partnership", "moor").output
        assert run(written(SAMPLE), "--partnership", "fen").exit_code == 2

    def test_says_when_the_file_is_not_there(self, run: Import, tmp_path: Path) -> None:
        assert run(tmp_path / "nothing.jsonl").exit_code == 2

    def test_takes_an_empty_file(self, run: Import, written: Callable[..., Path]) -> None:
        assert report(run(written(), "--json"))["read"] == 0

    def test_passes_over_empty_lines_at_the_end_as_the_page_does(
        self, run: Import, written: Callable[..., Path]
    ) -> None:
        found = report(run(written(SAMPLE, b"", changed(["reference"], "GOOD-2"), b"", b"\r"), "--json"))
        assert (found["read"], found["imported"], [row["line"] for row in found["rows"]]) == (3, 2, [2])

    def test_takes_what_the_page_takes(
        self, run: Import, written: Callable[..., Path], partnership: APartnership
    ) -> None:
        assert report(run(written(a_document(partnership.now.date())), "--json"))["imported"] == 1
