"""The checklist: its items, complete answers with their sources, the score and band, and what has changed since last time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.errors import Invalid
from casework.programmes.marac.rules import DEFAULTS, Policy
from casework.risk.rules import PACKS, Answer, Band, assess, band, difference, find_pack, load_packs, score

PACK = find_pack("dash", "safelives-24")
ALL_NO = {str(item.number): "no" for item in PACK.items}


def fields(refused: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return [error.field for error in refused.value.errors]


class TestPack:
    def test_has_24_items_numbered_as_on_the_form(self) -> None:
        assert [item.number for item in PACK.items] == list(range(1, 25))
        assert len(set(PACK.codes)) == 24

    @pytest.mark.parametrize(
        ("number", "code"),
        [
            (1, "injury"),
            (8, "stalking"),
            (9, "pregnancy"),
            (14, "threat_to_kill"),
            (15, "strangulation"),
            (23, "breach"),
        ],
    )
    def test_keeps_the_subjects_at_their_numbers(self, number: int, code: str) -> None:
        assert PACK.items[number - 1].code == code
        assert PACK.item(code).number == number

    def test_says_whose_wording_it_is(self) -> None:
        assert "not the official form" in PACK.wording
        assert all(item.question.endswith("?") for item in PACK.items)

    def test_of_an_unknown_version_or_tool_is_refused_by_field(self) -> None:
        with pytest.raises(Invalid) as refused:
            find_pack("dash", "2009")
        assert fields(refused) == ["dash.version"]
        with pytest.raises(Invalid) as refused:
            find_pack("dara", "1")
        assert fields(refused) == ["dash.tool"]


class TestLoadPacks:
    def pack(self, folder: Path, **changes: Any) -> Path:
        raw = json.loads((PACKS / "safelives-24.json").read_text(encoding="utf-8")) | changes
        path = folder / f"{raw['version']}.json"
        path.write_text(json.dumps(raw), encoding="utf-8")
        return path

    def test_a_licensed_pack_takes_the_place_of_ours(self, tmp_path: Path) -> None:
        self.pack(
            tmp_path,
            wording="By licence.",
            items=[{"code": "a", "number": 1, "topic": "A", "question": "A?", "detail": None, "help": None}],
        )
        assert find_pack("dash", "safelives-24", tmp_path).wording == "By licence."
        assert find_pack("dash", "safelives-24").wording != "By licence."

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"items": []}, "needs items"),
            ({"items": [{"code": "a"}]}, "not a question pack"),
            ({"colour": "blue"}, "not a question pack"),
            (
                {
                    "items": [
                        {"code": c, "number": 1, "topic": "", "question": "?", "detail": None, "help": None}
                        for c in "ab"
                    ]
                },
                "number is used twice",
            ),
            (
                {
                    "items": [
                        {"code": "a", "number": n, "topic": "", "question": "?", "detail": None, "help": None}
                        for n in (1, 2)
                    ]
                },
                "code is used twice",
            ),
        ],
    )
    def test_a_broken_pack_is_named(self, tmp_path: Path, changes: dict[str, Any], words: str) -> None:
        self.pack(tmp_path, **changes)
        with pytest.raises(ValueError, match=rf"safelives-24\.json: .*{words}"):
            load_packs(tmp_path)

    def test_a_file_that_is_no_json_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "x.json").write_text("{", encoding="utf-8")
        with pytest.raises(ValueError, match=r"x\.json"):
            load_packs(tmp_path)

    def test_two_of_one_version_are_refused(self, tmp_path: Path) -> None:
        self.pack(tmp_path).rename(tmp_path / "other.json")
        self.pack(tmp_path)
        with pytest.raises(ValueError, match="another pack"):
            load_packs(tmp_path)

    def test_an_empty_folder_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="no question pack"):
            load_packs(tmp_path)


class TestAssess:
    def test_takes_numbers_or_codes_and_keeps_codes(self) -> None:
        by_number = assess(PACK, {**ALL_NO, "15": "yes"})
        by_code = assess(PACK, {item.code: "yes" if item.number == 15 else "no" for item in PACK.items})
        assert by_number.answers == by_code.answers
        assert by_number.answers["strangulation"] is Answer.YES
        assert tuple(by_number.answers) == PACK.codes

    def test_the_source_is_the_victim_unless_another_is_named(self) -> None:
        answer = assess(PACK, ALL_NO, {"8": " the neighbour "}, {"8": "Forty calls a day."})
        assert answer.sources["stalking"] == "the neighbour"
        assert set(answer.sources.values()) == {"victim", "the neighbour"}
        assert answer.details == {"stalking": "Forty calls a day."}

    @pytest.mark.parametrize("number", range(1, 25))
    def test_every_item_must_be_answered(self, number: int) -> None:
        with pytest.raises(Invalid) as refused:
            assess(PACK, {key: value for key, value in ALL_NO.items() if key != str(number)})
        assert fields(refused) == [f"dash.answers.{number}"]

    @pytest.mark.parametrize("value", ["not_applicable", "Yes", "", None, True, 1, ["yes"], {}])
    def test_an_answer_is_yes_no_or_dont_know(self, value: Any) -> None:
        with pytest.raises(Invalid) as refused:
            assess(PACK, {**ALL_NO, "3": value})
        assert fields(refused) == ["dash.answers.3"]

    @pytest.mark.parametrize(
        ("answers", "field"),
        [
            ({"25": "yes"}, "dash.answers.25"),
            ({"0": "yes"}, "dash.answers.0"),
            ({"mood": "yes"}, "dash.answers"),
            ({"injury": "no"}, "dash.answers.1"),
        ],
    )
    def test_an_unknown_or_doubled_item_is_refused(self, answers: dict[str, str], field: str) -> None:
        with pytest.raises(Invalid) as refused:
            assess(PACK, {**ALL_NO, **answers})
        assert fields(refused) == [field]

    def test_what_somebody_typed_for_an_item_is_not_repeated(self) -> None:
        with pytest.raises(Invalid) as refused:
            assess(PACK, {**ALL_NO, "Leanne Whitehouse": "yes"})
        assert "Leanne" not in str(refused.value.errors)

    @pytest.mark.parametrize("name", ["sources", "details"])
    @pytest.mark.parametrize(("values", "end"), [({"2": " "}, ".2"), ({"2": 5}, ".2"), ({"99": "he"}, ".99")])
    def test_an_empty_source_or_detail_is_refused(self, name: str, values: dict[str, Any], end: str) -> None:
        with pytest.raises(Invalid) as refused:
            assess(PACK, ALL_NO, **{name: values})
        assert fields(refused) == [f"dash.{name}{end}"]


class TestScoreAndBand:
    @given(st.lists(st.sampled_from(list(Answer)), min_size=24, max_size=24))
    def test_only_a_yes_counts(self, given_answers: list[Answer]) -> None:
        answers = assess(PACK, dict(zip(PACK.codes, given_answers, strict=True))).answers
        assert score(answers) == given_answers.count(Answer.YES)

    @pytest.mark.parametrize(
        ("points", "expected"),
        [(0, "standard"), (9, "standard"), (10, "medium"), (13, "medium"), (14, "high"), (24, "high")],
    )
    def test_bands_begin_at_10_and_14(self, points: int, expected: str) -> None:
        assert band(points, DEFAULTS) == expected

    def test_the_partnership_s_own_threshold_moves_the_band(self) -> None:
        own = Policy.from_settings({"threshold": 16, "medium_from": 12})
        assert (band(15, own), band(11, own), band(16, own)) == (Band.MEDIUM, Band.STANDARD, Band.HIGH)


class TestDifference:
    def test_item_by_item_with_what_raises_the_risk(self) -> None:
        old = assess(PACK, {**ALL_NO, "1": "yes", "8": "dont_know"}).answers
        new = assess(PACK, {**ALL_NO, "8": "yes", "15": "yes"}).answers
        found = difference(old, new)
        assert [(c.code, c.before, c.after, c.raises_risk) for c in found] == [
            ("injury", "yes", "no", False),
            ("stalking", "dont_know", "yes", True),
            ("strangulation", "no", "yes", True),
        ]

    def test_nothing_between_two_the_same(self) -> None:
        answers = assess(PACK, ALL_NO).answers
        assert difference(answers, answers) == []

    def test_an_item_that_only_one_of_the_tools_has_is_named(self) -> None:
        found = difference({"injury": Answer.YES, "former": Answer.NO}, {"injury": Answer.YES, "latter": Answer.YES})
        assert [(c.code, c.before, c.after) for c in found] == [("latter", None, "yes"), ("former", "no", None)]
