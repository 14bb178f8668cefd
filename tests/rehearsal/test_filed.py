"""A file as a rehearsal takes it in: the same lines as the import, none that ends the story half-way."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from casework.referral_format import parse
from rehearsal.filed import Filed, with_mark, words_of
from rehearsal.partnership import AGENCIES

SAMPLE: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "data/referrals.jsonl").read_text(encoding="utf-8").splitlines()[0]
)
SLUGS = {slug for slug, _, _, _ in AGENCIES}
MARK = "Zz0123456789abcd"
File = Callable[..., Filed]


@pytest.fixture
def file(tmp_path: Path) -> File:
    def write(*lines: bytes | dict[str, Any]) -> Filed:
        path = tmp_path / "referrals.jsonl"
        path.write_bytes(
            b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\r\n" for line in lines)
        )
        return Filed(path, agencies=SLUGS)

    return write


class TestAFile:
    def test_gives_each_reference_of_an_agency_once(self, file: File) -> None:
        read = file(SAMPLE, SAMPLE, SAMPLE | {"referrer": SAMPLE["referrer"] | {"agency": "housing"}})
        assert [one["referrer"]["agency"] for one in read.documents()] == ["police", "housing"]
        assert read.rejected == 0

    def test_rejects_a_reference_that_says_something_else(self, file: File) -> None:
        read = file(SAMPLE, SAMPLE | {"reasons": "Told otherwise."})
        assert [one["reasons"] for one in read.documents()] == [SAMPLE["reasons"]]
        assert read.rejected == 1

    def test_rejects_what_is_no_referral_and_takes_the_rest(self, file: File) -> None:
        read = file(b"not json", b"", b"\xff", b"[1]", SAMPLE | {"nickname": "Lee"}, SAMPLE, b"")
        assert len(list(read.documents())) == 1
        assert read.rejected == 5

    def test_may_be_empty(self, file: File) -> None:
        read = file()
        assert (list(read.documents()), read.rejected) == ([], 0)


class TestAMark:
    @pytest.mark.parametrize(
        ("aliases", "reasons"),
        [
            ([], "Short."),
            ([{"given_names": f"Lee{number}", "family_name": "Poole"} for number in range(10)], "x" * 10_000),
        ],
        ids=["with room", "without room"],
    )
    def test_leaves_the_referral_one_that_is_taken_in(self, aliases: list[Any], reasons: str) -> None:
        marked = with_mark(SAMPLE | {"victim": SAMPLE["victim"] | {"aliases": aliases}, "reasons": reasons}, MARK)
        document = parse(marked, received_today=None, known_agencies=SLUGS)
        assert document.victim.aliases[-1].given_names == MARK
        assert document.reasons.endswith(MARK)
        assert SAMPLE["victim"]["aliases"] == [], "the referral itself is left as it was"


class TestWhatIsLookedFor:
    def test_is_whole_names_numbers_and_streets(self) -> None:
        assert {"Leanne Whitehouse", "07700 900954", "49 Wolverhampton Road", "Piotr Patel"} <= words_of(SAMPLE)

    def test_is_nothing_that_stands_elsewhere_by_chance(self) -> None:
        address = {"lines": ["1"], "postcode": "WV9 9UZ"}
        victim = SAMPLE["victim"] | {"given_names": "Helen", "family_name": "Marsh", "address": address}
        assert not {"1", "Helen Marsh"} & words_of(SAMPLE | {"victim": victim})
