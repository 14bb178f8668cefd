"""Each kind of broken line is refused, and the refusal names the field that has to be put right and nothing that was given."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from casework.errors import FieldError, Invalid
from casework.referral_format import parse, parse_line

DATA = Path(__file__).parents[2] / "data"
BROKEN = json.loads((DATA / "broken-referrals.json").read_text(encoding="utf-8"))
TODAY = date(2026, 12, 1)
AGENCIES = ("police", "housing", "school_nursing")


def broken(referral: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """The referral with one thing put in another's place, or taken out."""
    *way, last = change["at"]
    spoilt = deepcopy(referral)
    place: Any = spoilt
    for step in way:
        place = place[step]
    if change.get("remove"):
        del place[last]
    else:
        place[last] = change["to"]
    return spoilt


def mistakes(referral: object) -> list[FieldError]:
    with pytest.raises(Invalid) as refused:
        parse(referral, received_today=TODAY, known_agencies=AGENCIES)
    return refused.value.errors


class TestALineWithOneMistake:
    @pytest.mark.parametrize("change", BROKEN, ids=[change["story"] for change in BROKEN])
    def test_is_refused_for_that_field_alone(self, referral: dict[str, Any], change: dict[str, Any]) -> None:
        assert [error.field for error in mistakes(broken(referral, change))] == [change["field"]]

    @pytest.mark.parametrize("change", BROKEN, ids=[change["story"] for change in BROKEN])
    def test_says_what_would_be_right_and_never_what_was_given(
        self, referral: dict[str, Any], change: dict[str, Any]
    ) -> None:
        (error,) = mistakes(broken(referral, change))
        assert error.message.endswith(".")
        assert len(error.message) > 15
        given = change.get("to")
        if isinstance(given, str) and len(given) > 4:
            assert given not in error.message

    def test_counts_at_least_forty_kinds(self) -> None:
        assert len({change["story"] for change in BROKEN}) >= 40


class TestALineWithMistakesThatHangTogether:
    def test_needs_a_reason_when_the_victim_has_not_been_told(self, referral: dict[str, Any]) -> None:
        referral |= {"victim_aware": False, "consent": "not_sought", "not_aware_reason": None}
        assert [error.field for error in mistakes(referral)] == ["not_aware_reason"]

    def test_cannot_say_that_somebody_consented_who_does_not_know(self, referral: dict[str, Any]) -> None:
        referral |= {"victim_aware": False, "consent": "given", "not_aware_reason": "He reads her letters."}
        assert [error.field for error in mistakes(referral)] == ["consent"]

    def test_asks_awareness_and_consent_apart(self, referral: dict[str, Any]) -> None:
        for consent in ("refused", "not_sought"):
            for aware, reason in ((True, None), (False, "He reads her letters.")):
                told = referral | {"victim_aware": aware, "not_aware_reason": reason, "consent": consent}
                assert parse(told, received_today=TODAY, known_agencies=AGENCIES).victim_aware is aware

    def test_cannot_name_the_victim_as_the_perpetrator(self, referral: dict[str, Any]) -> None:
        victim = referral["victim"]
        twin = {name: victim[name] for name in ("given_names", "family_name", "date_of_birth")}
        referral["perpetrators"][0] |= twin
        assert [error.field for error in mistakes(referral)] == ["perpetrators[0]"]

    def test_may_name_a_father_after_whom_the_victim_is_called(self, referral: dict[str, Any]) -> None:
        victim = referral["victim"]
        referral["perpetrators"][0] |= {
            "given_names": victim["given_names"],
            "family_name": victim["family_name"],
            "date_of_birth": "1940-01-01",
        }
        parse(referral, received_today=TODAY, known_agencies=AGENCIES)

    def test_has_at_most_ten_perpetrators_and_twenty_children(self, referral: dict[str, Any]) -> None:
        referral["perpetrators"] *= 11
        referral["children"] = referral["children"][:1] * 21
        assert [error.field for error in mistakes(referral)] == ["perpetrators", "children"]

    def test_has_every_mistake_reported_in_the_order_of_the_form(self, referral: dict[str, Any]) -> None:
        referral["consent"] = "maybe"
        referral["victim"]["date_of_birth"] = "2027-01-01"
        referral["dash"]["answers"]["3"] = "perhaps"
        referral["perpetrators"][0]["family_name"] = ""
        referral["most_recent_incident"]["on"] = "2027-01-01"
        assert [error.field for error in mistakes(referral)] == [
            "victim.date_of_birth",
            "perpetrators[0].family_name",
            "dash.answers.3",
            "most_recent_incident.on",
            "consent",
        ]

    def test_does_not_repeat_a_name_typed_as_a_field(self, referral: dict[str, Any]) -> None:
        referral["Leanne Whitehouse"] = 1
        (error,) = mistakes(referral)
        assert "Leanne" not in error.field + error.message

    def test_compares_the_day_received_only_when_told_the_day(self, referral: dict[str, Any]) -> None:
        referral["received_on"] = "2031-01-01"
        assert [error.field for error in mistakes(referral)] == ["received_on"]
        assert parse(referral, received_today=None, known_agencies=AGENCIES).received_on == date(2031, 1, 1)


class TestALineThatIsNoReferral:
    """Whole-line mistakes are told under the field `line`."""

    SPOIL: tuple[tuple[str, Callable[[bytes], bytes]], ...] = (
        ("is empty", lambda line: b"  \n"),
        ("is not UTF-8", lambda line: line.replace(b"Leanne", b"Si\xe2n")),
        ("is not JSON", lambda line: b"reference,received_on,victim"),
        ("stops in the middle", lambda line: line[: len(line) // 2]),
        ("holds two referrals", lambda line: line.strip() + line),
        ("is a list", lambda line: b"[" + line.strip() + b"]"),
        ("is a number", lambda line: b"12"),
        ("is longer than 256 KiB", lambda line: line.replace(b"Pattern", b"P" * 262_144)),
        ("names a field twice", lambda line: line.replace(b'"consent":', b'"consent": "refused", "consent":')),
        ("names an answer twice", lambda line: line.replace(b'"14":', b'"14": "no", "14":')),
        (
            "holds NaN",
            lambda line: line.replace(b'"police_incidents_12_months": 1', b'"police_incidents_12_months": NaN'),
        ),
        ("holds infinity", lambda line: line.replace(b'"police_incidents_12_months": 1', b'"x": -Infinity')),
        (
            "nests thirteen levels",
            lambda line: line.replace(b'"interpreter": null', b'"interpreter": ' + b"[" * 11 + b"]" * 11),
        ),
        ("nests without end", lambda line: b'{"a":' * 40_000),
        (
            "holds a number of ten thousand digits",
            lambda line: line.replace(b'12_months": 1', b'12_months": 1' + b"0" * 10_000),
        ),
    )

    @pytest.mark.parametrize("spoil", [spoil for _, spoil in SPOIL], ids=[story for story, _ in SPOIL])
    def test_is_refused_as_a_line(self, line: bytes, spoil: Callable[[bytes], bytes]) -> None:
        spoilt = spoil(line)
        assert spoilt != line
        with pytest.raises(Invalid) as refused:
            parse_line(spoilt, received_today=TODAY, known_agencies=AGENCIES)
        assert [error.field for error in refused.value.errors] == ["line"]

    def test_is_not_one_with_a_byte_order_mark(self, line: bytes) -> None:
        assert (
            parse_line(b"\xef\xbb\xbf" + line, received_today=TODAY, known_agencies=AGENCIES).reference == "R11-00000"
        )

    @pytest.mark.parametrize("value", [None, [], "referral", 7, True], ids=repr)
    def test_is_refused_as_a_referral_when_it_comes_by_another_way(self, value: object) -> None:
        assert [error.field for error in mistakes(value)] == ["referral"]
