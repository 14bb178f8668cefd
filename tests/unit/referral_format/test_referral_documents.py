"""Good referrals are read whole, written down and read back the same, and recognised when they come again."""

from __future__ import annotations

import json
import unicodedata
from contextlib import suppress
from copy import deepcopy
from dataclasses import FrozenInstanceError, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.errors import Invalid
from casework.referral_format import (
    ReferralDocument,
    content_fingerprint,
    parse,
    parse_line,
    read_line,
    stated_reference,
)
from casework.referral_format.schema import ITEMS, TOOL, VERSION, ReferralSchema
from casework.risk.rules import assess, find_pack, score

LINES = (Path(__file__).parents[2] / "data" / "referrals.jsonl").read_bytes().splitlines()
AGENCIES = {json.loads(line)["referrer"]["agency"] for line in LINES}
YEAR_END = date(2026, 12, 31)


def read(referral: Any) -> ReferralDocument:
    return parse(referral, received_today=YEAR_END, known_agencies=AGENCIES)


class TestTheSixtySamples:
    @pytest.mark.parametrize("line", LINES, ids=[json.loads(line)["reference"] for line in LINES])
    def test_are_read_and_come_back_from_their_sealed_document_the_same(self, line: bytes) -> None:
        document = parse_line(line, received_today=YEAR_END, known_agencies=AGENCIES)
        sealed = json.loads(json.dumps(document.to_document()))
        assert ReferralDocument.from_document(sealed) == document

    @pytest.mark.parametrize("line", LINES, ids=[json.loads(line)["reference"] for line in LINES])
    def test_keep_every_field_under_its_own_name(self, line: bytes) -> None:
        def kept(given: Any, written: Any) -> None:
            if isinstance(given, dict):
                for name, value in given.items():
                    kept(value, written[name])
            elif isinstance(given, list):
                assert len(given) == len(written)
                for one, other in zip(given, written, strict=True):
                    kept(one, other)
            else:
                assert written == given

        kept(json.loads(line), parse_line(line, received_today=YEAR_END, known_agencies=AGENCIES).to_document())

    def test_are_sixty_different_referrals(self) -> None:
        prints = {content_fingerprint(parse_line(x, received_today=YEAR_END, known_agencies=AGENCIES)) for x in LINES}
        assert len(prints) == len(LINES) == 60

    def test_have_checklists_that_the_risk_rules_score(self) -> None:
        pack = find_pack(TOOL, VERSION)
        assert [item.number for item in pack.items] == list(ITEMS)
        dash = parse_line(LINES[0], received_today=YEAR_END, known_agencies=AGENCIES).dash
        assert score(assess(pack, dash.answers, dash.sources, dash.details).answers) == 21


class TestAReferral:
    def test_may_leave_safe_contact_births_and_addresses_unknown(self, referral: dict[str, Any]) -> None:
        referral["victim"] |= {"safe_contact": None, "date_of_birth": None, "phones": []}
        referral["perpetrators"][0] |= {"date_of_birth": None, "address": None}
        referral["children"] = []
        referral["routes"] = []
        document = read(referral)
        assert document.victim.safe_contact is None
        assert document.perpetrators[0].address is None

    def test_takes_every_optional_answer(self, referral: dict[str, Any], full: dict[str, Any]) -> None:
        document = read(full)
        assert document.to_document() == full
        assert set(full) == set(ReferralSchema().fields)
        assert ReferralDocument.from_document(full) == document

    def test_is_tidied_without_changing_what_it_says(self, referral: dict[str, Any]) -> None:
        referral["victim"] |= {"family_name": unicodedata.normalize("NFD", " Müller ")}
        referral["victim"]["address"]["postcode"] = " wv99uz"
        referral["victim"]["phones"][0]["number"] = "+44 (0)7700 900954"
        referral["referrer"]["email"] = "Worker36@POLICE.example.gov.uk"
        referral["reasons"] = "First line.\r\nSecond line. "
        document = read(referral)
        assert document.victim.family_name == "Müller"
        assert document.victim.address.postcode == "WV9 9UZ"
        assert document.victim.phones[0].number == "07700 900954"
        assert document.referrer.email == "Worker36@police.example.gov.uk"
        assert document.reasons == "First line.\nSecond line."

    def test_keeps_a_number_from_abroad_in_its_own_form(self, referral: dict[str, Any]) -> None:
        referral["victim"]["phones"][0]["number"] = "+48 22 123 45 67"
        assert read(referral).victim.phones[0].number == "+48 22 123 45 67"

    @pytest.mark.parametrize("postcode", ["M1 1AE", "B33 8TH", "CR2 6XH", "DN55 1PT", "W1A 1HQ", "EC1A 1BB", "GIR 0AA"])
    def test_may_come_from_any_kind_of_postcode(self, referral: dict[str, Any], postcode: str) -> None:
        referral["victim"]["address"]["postcode"] = postcode.lower().replace(" ", "")
        assert read(referral).victim.address.postcode == postcode

    @pytest.mark.parametrize("name", ["Ó Súilleabháin", "O'Connor", "Nguyễn", "بهاره\u200cسادات", "李", "X"])
    def test_takes_the_names_that_people_have(self, referral: dict[str, Any], name: str) -> None:
        referral["victim"]["family_name"] = name
        assert read(referral).victim.family_name == unicodedata.normalize("NFC", name)

    def test_may_concern_someone_a_hundred_and_twenty_years_old(self, referral: dict[str, Any]) -> None:
        referral["victim"]["date_of_birth"] = "1906-11-09"
        read(referral)

    def test_may_concern_a_child_born_on_the_day(self, referral: dict[str, Any]) -> None:
        referral["children"][0]["date_of_birth"] = referral["received_on"]
        read(referral)

    def test_cannot_be_changed_once_checked(self, referral: dict[str, Any]) -> None:
        with pytest.raises(FrozenInstanceError):
            read(referral).consent = "refused"  # type: ignore[misc]

    def test_is_still_readable_when_written_before_an_optional_answer_existed(self, referral: dict[str, Any]) -> None:
        assert ReferralDocument.from_document(referral) == read(referral)


class TestTheSameReferralComingAgain:
    def test_is_recognised_whatever_its_spacing_and_order(self, referral: dict[str, Any]) -> None:
        again = dict(reversed(list(deepcopy(referral).items())))
        again["victim"]["address"]["postcode"] = "wv9  9uz"
        again["dash"]["answers"] = dict(sorted(again["dash"]["answers"].items()))
        assert content_fingerprint(read(again)) == content_fingerprint(read(referral))

    def test_is_recognised_when_an_optional_answer_is_left_empty(self, referral: dict[str, Any]) -> None:
        again = deepcopy(referral) | {"earlier_maracs": []}
        again["victim"]["tenure"] = None
        assert content_fingerprint(read(again)) == content_fingerprint(read(referral))

    def test_is_recognised_from_its_sealed_document(self, referral: dict[str, Any]) -> None:
        document = read(referral)
        assert content_fingerprint(document.to_document()) == content_fingerprint(document)

    def test_is_recognised_in_a_document_older_than_an_optional_answer(self, referral: dict[str, Any]) -> None:
        assert content_fingerprint(referral) == content_fingerprint(read(referral))

    def test_is_another_when_anything_was_changed(self, referral: dict[str, Any]) -> None:
        first = read(referral)
        for changed in (
            replace(first, reasons=first.reasons + " He has found her address."),
            replace(first, victim_aware=not first.victim_aware),
            replace(first, police_incidents_12_months=0),
            replace(first, dash=replace(first.dash, answers={**first.dash.answers, "1": "yes"})),
            replace(first, victim=replace(first.victim, safe_contact=None)),
        ):
            assert content_fingerprint(changed) != content_fingerprint(first)


class TestTheReferenceOfARefusedLine:
    def test_can_be_told_when_it_is_a_reference(self, line: bytes) -> None:
        assert stated_reference(read_line(line)) == "R11-00000"

    @pytest.mark.parametrize("given", [None, 7, "", "Leanne Whitehouse", "R" * 61, "a\nb", {}])
    def test_is_not_repeated_when_it_is_something_else(self, given: object) -> None:
        assert stated_reference({"reference": given}) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda below: st.lists(below, max_size=5) | st.dictionaries(st.text(), below, max_size=5),
    max_leaves=25,
)
PATHS: list[tuple[Any, ...]] = [
    *((name,) for name in json.loads(LINES[0])),
    *(("victim", name) for name in json.loads(LINES[0])["victim"]),
    *(("dash", name) for name in json.loads(LINES[0])["dash"]),
    *(("perpetrators", 0, name) for name in json.loads(LINES[0])["perpetrators"][0]),
    *(("children", 1, name) for name in json.loads(LINES[0])["children"][0]),
    ("victim", "address", "postcode"),
    ("victim", "phones", 0, "number"),
    ("victim", "safe_contact", "channel"),
    ("dash", "answers", "14"),
]


class TestAnyInput:
    @given(value=JSON)
    @settings(max_examples=200, deadline=None)
    def test_is_read_or_refused_and_nothing_else(self, value: Any) -> None:
        with pytest.raises(Invalid):
            read(value)

    @given(path=st.sampled_from(PATHS), value=JSON)
    @settings(max_examples=400, deadline=None)
    def test_in_one_field_is_read_or_refused_and_nothing_else(self, path: tuple[Any, ...], value: Any) -> None:
        referral = json.loads(LINES[0])
        place = referral
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        with suppress(Invalid):
            document = read(referral)
            assert ReferralDocument.from_document(json.loads(json.dumps(document.to_document()))) == document

    @given(line=st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
    @settings(max_examples=200, deadline=None)
    def test_as_a_line_is_read_or_refused_and_nothing_else(self, line: bytes) -> None:
        with pytest.raises(Invalid):
            parse_line(line, received_today=YEAR_END, known_agencies=AGENCIES)
