"""`casework sharing explain`: an answer as JSON with exit 0 for any decision, and one line with exit 2 for unusable facts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from casework.cli.sharing import sharing

FACTS: dict[str, Any] = {
    "now": "2026-11-23T10:00:00Z",
    "programme": "youth_support",
    "setting": "bilateral",
    "sender": {"agency": "youth_service", "kind": "public_authority", "protocol_signed": True, "active": True},
    "recipient": {
        "agency": "housing",
        "protocol_signed": True,
        "active": True,
        "is_alleged_abuser": False,
        "route_reaches_abuser": False,
        "conflict_blocked": False,
        "need_to_know": True,
    },
    "subject": {"date_of_birth": "2010-05-01"},
    "purpose": "support_plan",
    "categories": ["basic", "education"],
    "agreements": [
        {
            "status": "given",
            "on": "2026-09-01",
            "giver": {"relation": "self", "competent": True},
            "purposes": ["support_plan"],
            "permit": {"housing": ["basic"]},
        }
    ],
}


def explained(content: str | bytes) -> Result:
    return CliRunner().invoke(sharing, ["explain", "-"], input=content)


class TestExplain:
    def test_prints_the_answer_to_facts_in_a_file(self, tmp_path: Path) -> None:
        path = tmp_path / "facts.json"
        path.write_text(json.dumps(FACTS))
        ran = CliRunner().invoke(sharing, ["explain", str(path)])
        assert ran.exit_code == 0
        answer = json.loads(ran.stdout)
        assert (answer["result"], answer["row"], answer["allowed"]) == ("allow_part", "12", ["basic"])
        assert answer["withheld"] == [
            {"category": "education", "reason": "Nobody has agreed to it for this agency and purpose."}
        ]
        assert answer["rule_set"] == "england-2026.3"
        assert ran.stderr == ""

    def test_reads_standard_input_also_with_a_byte_order_mark(self) -> None:
        assert json.loads(explained(json.dumps(FACTS)).stdout)["row"] == "12"
        assert json.loads(explained(b"\xef\xbb\xbf" + json.dumps(FACTS).encode()).stdout)["row"] == "12"

    @pytest.mark.parametrize("change", [{"agreements": []}, {"setting": "group"}, {"jurisdiction": "scotland"}])
    def test_ends_with_0_for_a_refusal_too(self, change: dict[str, Any]) -> None:
        ran = explained(json.dumps(FACTS | change))
        assert ran.exit_code == 0
        assert json.loads(ran.stdout)["allowed"] == []

    def test_answers_for_marac_by_its_own_rows(self) -> None:
        marac = FACTS | {
            "programme": "marac",
            "setting": "conference",
            "purpose": "marac",
            "subject": {"date_of_birth": "1990-01-01"},
            "risk": {"marac_high_risk": True, "marac_routes": ["repeat"]},
            "agreements": [],
        }
        answer = json.loads(explained(json.dumps(marac)).stdout)
        assert (answer["result"], answer["row"]) == ("allow", "6")

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (json.dumps(FACTS | {"shoe_size": 7}), "shoe_size: There is no such field."),
            (json.dumps(FACTS | {"now": "today"}), "now: Give a time with its zone"),
            (json.dumps(FACTS | {"recipient": {}}), "recipient.agency: This is needed."),
            (json.dumps([FACTS]), "facts: Give an object with named fields."),
            ("", "not JSON: line 1"),
            ("{", "not JSON: line 1"),
            ('{"now": "x", "now": "y"}', "now: this field is given twice"),
            ('{"counts": [NaN]}', "NaN and Infinity are not facts"),
            ("[" * 100_000, "nested too deeply"),
            (b"\xff\xfe", "not in UTF-8"),
        ],
    )
    def test_ends_with_2_and_one_line_that_names_the_field(self, content: str | bytes, said: str) -> None:
        ran = explained(content)
        assert ran.exit_code == 2
        assert ran.stdout == ""
        assert said in ran.stderr
        assert ran.stderr.count("\n") == 1

    def test_names_every_mistake_and_never_repeats_what_was_typed(self) -> None:
        ran = explained(json.dumps(FACTS | {"purpose": "gossip about Jo", "counts": "many"}))
        assert "purpose: " in ran.stderr
        assert "counts: " in ran.stderr
        assert "Jo" not in ran.stderr

    def test_ends_with_2_for_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        assert CliRunner().invoke(sharing, ["explain", str(tmp_path / "none.json")]).exit_code == 2
        assert CliRunner().invoke(sharing, ["explain", str(tmp_path)]).exit_code == 2

    def test_needs_no_settings_and_no_database(self, tmp_path: Path) -> None:
        program = "from casework.cli.sharing import sharing; sharing()"
        ran = subprocess.run(
            [sys.executable, "-c", program, "explain", "-"],
            input=json.dumps(FACTS),
            env={"PYTHONPATH": str(Path(__file__).parents[2])},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0
        assert json.loads(ran.stdout)["row"] == "12"
