"""Rule sets: chosen by day and jurisdiction, complete, and never edited once they are in use."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from questions import NEVER_ASKED, TO_SOCIAL_CARE, answer_to

from casework.consent.rules import (
    Category,
    Jurisdiction,
    Purpose,
    Result,
    RuleSet,
    RuleSetMistake,
    load_rule_sets,
    rule_set_at,
)
from casework.consent.rules.conditions import CONDITIONS, GIVES
from casework.consent.rules.decision import PARTS
from casework.consent.rules.rule_set import FOLDER

ENGLAND = load_rule_sets()[Jurisdiction.ENGLAND]

FINGERPRINTS = {
    "england-2018.1": "a7e5b38252249fdd",
    "england-2026.1": "e2f50188af265cdf",
    "england-2026.2": "a726a477835884cd",
    "england-2026.3": "f750250f6612cde2",
}
"""What each version says, in short. A version that has decided anything is replayed for years: add one, never edit one."""


def fingerprint(rules: RuleSet) -> str:
    """Return a short hash of everything in a version that can change an answer."""

    def spelt(value: object) -> str:
        if isinstance(value, frozenset):
            return str(sorted(map(str, value)))
        if isinstance(value, Mapping):
            return str(sorted((str(key), spelt(held)) for key, held in value.items()))
        if is_dataclass(value):
            return str([(field.name, spelt(getattr(value, field.name))) for field in fields(value)])
        if isinstance(value, tuple):
            return str([spelt(held) for held in value])
        return str(value)

    # The day on which it ends is set by the version that follows.
    said = [(field.name, spelt(getattr(rules, field.name))) for field in fields(rules) if field.name != "until"]
    return hashlib.sha256(str(said).encode()).hexdigest()[:16]


class TestRuleSetAt:
    @pytest.mark.parametrize(
        ("day", "name"),
        [
            ("2018-05-25", "england-2018.1"),
            ("2026-01-11", "england-2018.1"),
            ("2026-01-12", "england-2026.1"),
            ("2026-02-05", "england-2026.2"),
            ("2026-09-29", "england-2026.2"),
            ("2026-09-30", "england-2026.3"),
            ("2030-01-01", "england-2026.3"),
        ],
    )
    def test_finds_the_version_of_the_day(self, day: str, name: str) -> None:
        found = rule_set_at(Jurisdiction.ENGLAND, date.fromisoformat(day))
        assert found
        assert found.name == name

    def test_finds_none_before_the_first_or_for_another_jurisdiction(self) -> None:
        assert rule_set_at(Jurisdiction.ENGLAND, date(2018, 5, 24)) is None
        assert rule_set_at(Jurisdiction.SCOTLAND, date(2026, 11, 23)) is None

    def test_counts_days_as_london_does(self) -> None:
        assert answer_to({"now": "2026-09-29T22:59:59Z"}).rule_set == "england-2026.2"
        assert answer_to({"now": "2026-09-29T23:00:00Z"}).rule_set == "england-2026.3"

    @pytest.mark.parametrize("jurisdiction", ["scotland", "wales", "northern_ireland"])
    def test_without_one_nothing_goes_and_somebody_is_asked(self, jurisdiction: str) -> None:
        answer = answer_to({"jurisdiction": jurisdiction})
        assert (answer.row, answer.result, answer.rule_set) == ("22", "refuse", "none")
        assert answer.who_decides == "information lead"
        assert [one.category for one in answer.withheld] == ["basic", "education"]
        assert jurisdiction.replace("_", " ") in answer.reasons[0]


class TestEngland:
    def test_gives_a_charity_its_basis_from_its_day(self) -> None:
        charity = {"sender.kind": "charity", "agreements.0.on": "2026-01-01"}
        before = answer_to(charity, {"now": "2026-02-04T12:00:00Z"})
        assert (before.row, before.result, before.basis.article_6) == ("11", "refuse", None)
        after = answer_to(charity, {"now": "2026-02-05T12:00:00Z"})
        assert (after.result, after.basis.article_6) == ("allow", "recognised_legitimate_interest")

    def test_serves_public_authorities_throughout(self) -> None:
        born = {"subject.date_of_birth": "2000-05-01"}
        for on in ("2019-03-01", "2026-01-20", "2026-03-01", "2026-11-23"):
            answer = answer_to(
                {"now": f"{on}T12:00:00Z", "agreements.0.on": on, "agreements.0.expires_on": None} | born
            )
            assert (answer.result, answer.basis.article_6) == ("allow", "public_task")

    @pytest.mark.parametrize("rules", ENGLAND, ids=lambda rules: rules.name)
    def test_names_only_conditions_that_there_are(self, rules: RuleSet) -> None:
        assert {name for row in rules.rows for name in row.when} <= set(CONDITIONS)
        assert {row.gives for row in rules.rows if row.gives} <= set(GIVES)
        assert {row.basis for row in rules.rows if row.basis} <= set(rules.bases)
        assert {row.or_basis for row in rules.rows if row.or_basis} <= set(rules.bases)

    def test_uses_every_condition(self) -> None:
        assert {name for row in ENGLAND[-1].rows for name in row.when} == set(CONDITIONS)
        assert {row.gives for row in ENGLAND[-1].rows if row.gives} == set(GIVES)

    @pytest.mark.parametrize("rules", ENGLAND, ids=lambda rules: rules.name)
    def test_ends_with_a_row_that_always_refuses(self, rules: RuleSet) -> None:
        assert rules.rows[-1].number == "22"
        assert rules.rows[-1].when == ()
        assert rules.rows[-1].result is Result.REFUSE

    @pytest.mark.parametrize("rules", ENGLAND, ids=lambda rules: rules.name)
    def test_stands_in_the_order_of_its_numbers(self, rules: RuleSet) -> None:
        numbers = [int(row.number) for row in rules.rows if row.number.isdigit()]
        assert numbers == sorted(numbers)
        assert all(one.until == other.begins for one, other in pairwise(ENGLAND))

    @pytest.mark.parametrize("rules", ENGLAND, ids=lambda rules: rules.name)
    def test_gives_only_with_a_basis_and_a_condition_for_sensitive_data(self, rules: RuleSet) -> None:
        for row in rules.rows:
            assert bool(row.gives) == bool(row.basis) == bool(row.sensitive)

    def test_has_the_rows_of_each_programme(self) -> None:
        numbers = {row.number for row in ENGLAND[-1].rows}
        assert numbers == {"step 0", "step 2", *map(str, range(1, 23))}
        for part in PARTS.values():
            assert part.rows < numbers
        assert not PARTS["marac"].rows & {"10", "11", "12", "13", "14", "15"}
        assert not PARTS["youth_support"].rows & {"6", "7", "8"}

    @pytest.mark.parametrize("rules", ENGLAND, ids=lambda rules: rules.name)
    def test_is_not_edited_once_in_use(self, rules: RuleSet) -> None:
        assert fingerprint(rules) == FINGERPRINTS[rules.name]


class TestBasisOfSensitiveInformation:
    def test_names_no_condition_for_basic_details_alone(self) -> None:
        assert answer_to().basis.article_9_10 is None

    def test_names_conditions_for_health_and_for_offences(self) -> None:
        facts = {"categories": ["health", "offending"], "agreements.0.permit": {"housing": ["health", "offending"]}}
        assert answer_to(facts).basis.article_9_10 == "sch1_para2+sch1_para36"

    def test_names_the_safeguarding_condition_always_where_the_sharing_itself_tells_of_harm(self) -> None:
        answer = answer_to(NEVER_ASKED, TO_SOCIAL_CARE, {"risk.child_significant_harm": True})
        assert answer.basis.article_9_10 == "sch1_para18"
        assert "Children Act 1989 s47" in answer.basis.gateways

    def test_lets_consent_carry_evaluation_only(self) -> None:
        evaluation = {"purpose": "evaluation", "agreements.0.purposes": ["evaluation"], "chosen_basis": "consent"}
        assert answer_to(evaluation).basis.article_6 == "consent"
        assert answer_to({"chosen_basis": "consent"}).result == "refuse"

    def test_does_not_stop_an_emergency_over_a_wrong_choice(self) -> None:
        danger = {"risk.immediate_danger": True, "recipient.agency": "ambulance", "sender.kind": "charity"}
        answer = answer_to(danger, {"chosen_basis": "public_task"})
        assert (answer.result, answer.basis.article_6, answer.record_within) == ("allow", "vital_interests", "P1D")
        own = answer_to(danger, {"chosen_basis": "recognised_legitimate_interest"})
        assert own.basis.article_6 == "recognised_legitimate_interest"


A_FILE = (FOLDER / "england.toml").read_text(encoding="utf-8")

BROKEN = [
    ('jurisdiction = "england"', 'jurisdiction = "narnia"', "narnia"),
    ('number = "1"\n', 'number = "1"\ncolour = "red"\n', "row 1: colour is not known"),
    ('number = "1"\n', 'number = "1"\nfrom = 2026-03-01\n', "no version begins on 2026-03-01"),
    ('source = "Default"', "", "row 22: name its source"),
    ('result = "allow"', 'result = "perhaps"', "perhaps"),
    ('gives = "ordered"\n', 'gives = "ordered"\ntell_subject = "soon"\n', ""),
    ("smallest_count = 5", "smallest_counts = 5", "smallest_count"),
    ('public_authority = "public_task"', 'public_authority = "because"', "because"),
    (
        'every_body = "vital_interests"',
        'everybody = "vital_interests"',
        "basis vital_interests: everybody is not known",
    ),
    ('police = ["police"]', 'police = ["police"]\npirates = ["x"]', "pirates is not known"),
    ('narrow_facts = ["basic"', 'narrow_facts = ["gossip"', "gossip"),
    ("longest_months = 12", "longest_weeks = 12", "longest_weeks"),
    ("from = 2026-09-30\nwhy", "from = 2026-02-05\nwhy", "versions must follow"),
]


class TestLoadRuleSets:
    @pytest.mark.parametrize(("right", "wrong", "said"), BROKEN)
    def test_refuses_a_broken_file_by_name(self, tmp_path: Path, right: str, wrong: str, said: str) -> None:
        assert right in A_FILE
        (tmp_path / "england.toml").write_text(A_FILE.replace(right, wrong, 1), encoding="utf-8")
        with pytest.raises(RuleSetMistake) as raised:
            load_rule_sets(tmp_path)
        assert "england.toml" in str(raised.value)
        assert said in str(raised.value)

    def test_refuses_two_files_of_one_jurisdiction(self, tmp_path: Path) -> None:
        for name in ("a.toml", "b.toml"):
            (tmp_path / name).write_text(A_FILE, encoding="utf-8")
        with pytest.raises(RuleSetMistake, match="another file for england"):
            load_rule_sets(tmp_path)

    def test_reads_what_comes_with_casework(self, tmp_path: Path) -> None:
        (tmp_path / "england.toml").write_text(A_FILE, encoding="utf-8")
        assert [rules.name for rules in load_rule_sets(tmp_path)[Jurisdiction.ENGLAND]] == list(FINGERPRINTS)
        assert ENGLAND[-1].lists.confidential > {Category.COUNSELLING}
        assert Purpose.EVALUATION not in ENGLAND[-1].lists.protective_purposes
