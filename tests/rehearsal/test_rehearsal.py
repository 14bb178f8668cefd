"""The main job, whole: two fortnights of the sample referrals and a youth month on real engines, web, worker, relay and mail server."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rehearsal.__main__ import main

ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLES = ROOT / "tests/data/referrals.jsonl"


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], str, Path]:
    """The report of one rehearsal of the samples, what it printed, and the folder where it kept everything."""
    folder = tmp_path_factory.mktemp("rehearsal")
    out, kept = folder / "report.json", folder / "kept"
    command = [
        sys.executable,
        "-m",
        "rehearsal",
        "--programme",
        "both",
        "--referrals",
        SAMPLES,
        "--json",
        out,
        "--keep",
        kept,
    ]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    assert out.exists(), run.stdout[-2000:] + run.stderr[-4000:]
    return json.loads(out.read_text(encoding="utf-8")), run.stdout, kept


class TestTwoFortnightsOfTheSamples:
    def test_hold_every_invariant(self, rehearsed: tuple[dict[str, Any], str, Path]) -> None:
        report, _, _ = rehearsed
        broken = [one for one in report["invariants"] if not one["held"]]
        assert broken == []
        assert len(report["invariants"]) >= 38

    def test_look_at_something_in_every_invariant(self, rehearsed: tuple[dict[str, Any], str, Path]) -> None:
        report, _, _ = rehearsed
        assert [one["name"] for one in report["invariants"] if not one["checked"]] == []

    def test_take_in_all_sixty_and_lose_none(self, rehearsed: tuple[dict[str, Any], str, Path]) -> None:
        report, _, _ = rehearsed
        referrals = report["referrals"]
        assert referrals["received"] == 60
        assert referrals["rejected_rows"] == 0
        assert referrals["redirected_under_16"] == 1
        assert referrals["accepted"] + referrals["redirected_under_16"] == 60
        assert referrals["returned"] >= 2, "the two without a route go back for a written judgement"
        assert referrals["repeats"] >= 6, "exact and near-exact pairs come back to their cases"

    def test_work_the_list_to_its_minutes(self, rehearsed: tuple[dict[str, Any], str, Path]) -> None:
        report, _, _ = rehearsed
        assert len(report["conferences"]) == 4, "two sittings of each of two MARACs"
        assert sum(one["heard"] for one in report["conferences"]) > 30
        assert report["research"]["answered"] > 0.8 * report["research"]["asked"]
        reported = sum(report["actions"][name] for name in ("done", "overtaken", "not_done"))
        assert 0 < reported <= report["actions"]["agreed"]
        assert report["actions"]["done"] > 0

    def test_post_each_notice_once_under_its_own_id(self, rehearsed: tuple[dict[str, Any], str, Path]) -> None:
        report, _, _ = rehearsed
        assert report["notices"]["failed"] == 0
        assert report["notices"]["recorded"] == report["notices"]["sent"] + report["notices"]["withdrawn"]
        assert report["mail"]["received"] == report["mail"]["distinct_message_ids"] == report["notices"]["sent"]

    def test_tell_the_story_as_it_goes(self, rehearsed: tuple[dict[str, Any], str, Path]) -> None:
        _, told, _ = rehearsed
        assert told.count("the conference sat") == 4

    def test_keep_what_others_may_search(self, rehearsed: tuple[dict[str, Any], str, Path]) -> None:
        _, _, kept = rehearsed
        assert (kept / "database.sql").stat().st_size > 100_000
        assert list((kept / "mail").rglob("*.eml"))
        assert list((kept / "logs").glob("*.log"))


class TestAMonthOfYouthSupportBesideThem:
    def test_shares_by_the_real_worker_and_stops_what_was_taken_back(
        self, rehearsed: tuple[dict[str, Any], str, Path]
    ) -> None:
        youth = rehearsed[0]["youth"]
        assert youth["enquiries"]["opened"] >= 17
        assert youth["shares"]["delivered"] > 10
        assert youth["shares"]["in_part"] > 0
        assert youth["withdrawals"]["stopped_on_the_way"] > 0
        assert youth["contacts"]["purged"] == 1
        assert youth["steps"] == {"up": 1, "down": 1}
        assert youth["group"]["meetings"] == 1

    def test_is_told_of_too(self, rehearsed: tuple[dict[str, Any], str, Path]) -> None:
        _, told, _ = rehearsed
        assert "1 shares stopped on their way" in told
        assert "1 group meetings" in told


class TestArgumentsThatCannotBe:
    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (["--referrals", "no-such-file"], "no such file"),
            (["--programme", "youth", "--referrals", str(SAMPLES)], "leave them out"),
            (["--json", "no-such-folder/report.json"], "a folder that is there"),
            (["--keep", str(SAMPLES)], "name a folder"),
            (["--from", "0026-11-30"], "--from must be"),
            (["--from", "30/11/2026"], "--from"),
            (["--dance"], "unrecognized"),
        ],
        ids=lambda value: value[0] if isinstance(value, list) else "",
    )
    def test_are_told_in_one_line_and_end_with_two(
        self, arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(arguments) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith("./dev rehearse: ")
        assert told in line
