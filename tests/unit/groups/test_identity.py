"""G2: what looks like a person in a text. Sure where it agrees with somebody the writer knows, doubtful where it has the shape."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import date

import pytest

from casework.groups.rules.identity import Kind, KnownPerson, marks, tidy
from casework.people.rules import Name

TODAY = date(2026, 11, 23)
JAMIE = KnownPerson(
    names=(Name("Jamie Lee", "Stone-Hughes"), Name("Jamie", "Pryor")),
    known_as="J.S.",
    births=frozenset({date(2011, 5, 4)}),
    phones=frozenset({"07700 900123"}),
    postcodes=frozenset({"WV8 1AB"}),
    case_numbers=frozenset({"C-12345"}),
)


def found(text: str, known: Iterable[KnownPerson] = ()) -> list[tuple[str, Kind, bool]]:
    plain = ["Codsall", "Great Wyrley", "Vale Police"]
    return [
        (mark.words(text), mark.kind, mark.is_sure) for mark in marks(text, known=known, today=TODAY, plain_names=plain)
    ]


class TestATextAboutServicesAndPlaces:
    @pytest.mark.parametrize(
        "text",
        [
            "7 noise complaints in L3 in October 2026, most of them on Friday 9 October.",
            "Vale Police ran sessions at Codsall Park; the year 9s came in numbers. 12 came, 9 stayed.",
            "What would your service offer a 15-year-old who has been excluded?",
            "Will the group meet in May? The grace period ends on 1 December 2026.",
            "Youth work moves to Great Wyrley, e.g. the skate park, from 18:30 to 20.30 p.m.",
            "ASB (14 incidents) fell from 19 to 14. CCTV, 12 days.",
        ],
    )
    def test_is_let_through(self, text: str) -> None:
        assert found(text, [JAMIE]) == []


class TestWhatHasTheShapeOfAPerson:
    @pytest.mark.parametrize(
        ("text", "words", "kind"),
        [
            ("J.S. in year 10 at Codsall High", "J.S.", Kind.INITIALS),
            ("J.S. in year 10 at Codsall High", "year 10", Kind.SCHOOL_YEAR),
            ("TJ, aged 14, was there", "TJ, aged 14", Kind.INITIALS),
            ("the 15 year old KB", "15 year old KB", Kind.INITIALS),
            ("Kyle Turner broke a window", "Kyle Turner", Kind.NAME),
            ("it was Kyle again", "Kyle", Kind.NAME),
            ("Grace Obi said so", "Grace Obi", Kind.NAME),
            ("Mrs Whitehouse complained", "Mrs Whitehouse", Kind.NAME),
            ("born 04/05/11", "04/05/11", Kind.BIRTH),
            ("born 2011-05-04", "2011-05-04", Kind.BIRTH),
            ("born on the 4th of May 2011", "4th of May 2011", Kind.BIRTH),
            ("born May 4, 2011", "May 4, 2011", Kind.BIRTH),
            ("ring 01902 845000", "01902 845000", Kind.PHONE),
            ("text +44 7700 900 456", "+44 7700 900 456", Kind.PHONE),
            ("the flats at wv81ab", "wv81ab", Kind.POSTCODE),
            ("as in C-99999", "C-99999", Kind.CASE_NUMBER),
            ("NHS 943 476 5919", "943 476 5919", Kind.NUMBER),
            ("write to kyle.t@mail.example.org", "kyle.t@mail.example.org", Kind.EMAIL),
            ("follow @kyle_t14", "@kyle_t14", Kind.EMAIL),
        ],
    )
    def test_is_doubtful(self, text: str, words: str, kind: Kind) -> None:
        assert (words, kind, False) in found(text)

    def test_is_not_a_birth_when_it_was_not_long_ago(self) -> None:
        assert found("on 4 May 2024 and 4/5/2026") == []

    def test_is_no_date_when_there_is_no_such_day(self) -> None:
        assert found("31/2/2011") == []

    def test_is_not_a_year_group_far_from_any_school(self) -> None:
        assert found(f"Year 9 {'and the youth club ' * 8} the school") == []


class TestSomebodyWhomTheWriterKnows:
    @pytest.mark.parametrize(
        "text",
        [
            "Jamie Stone-Hughes",
            "jamie lee stone hughes was seen",
            "STONE-HUGHES, Jamie",
            "Jamie Pryor’s mother",
            "J.S. again",
            "4/5/2011",
            "4 May 2011",
            "07700900123",
            "+44 7700 900123",
            "WV81AB",
            "c12345",
        ],
    )
    def test_is_sure(self, text: str) -> None:
        assert [sure for _, _, sure in found(text, [JAMIE])] == [True]
        assert all(not sure for _, _, sure in found(text))

    @pytest.mark.parametrize("text", ["the Pryor house", "Jamie was there", "near Stone-Hughes Way"])
    def test_is_doubtful_by_half_a_name(self, text: str) -> None:
        assert [sure for _, _, sure in found(text, [JAMIE])] == [False]

    def test_is_not_meant_by_the_name_of_a_place(self) -> None:
        known = KnownPerson(names=(Name("Ann", "Codsall"),))
        assert found("Codsall Park", [known]) == []
        assert found("Ann Codsall", [known]) == [("Ann Codsall", Kind.NAME, True)]

    def test_is_not_meant_by_a_word_that_they_are_also_known_as(self) -> None:
        assert found("Max ran off", [KnownPerson(known_as="Max")]) == [("Max", Kind.INITIALS, False)]


class TestMarks:
    def test_stand_in_order_and_do_not_overlap(self) -> None:
        text = "Jamie Pryor, born 4/5/2011, WV8 1AB, 07700 900123"
        places = [(mark.start, mark.end) for mark in marks(text, known=[JAMIE], today=TODAY)]
        assert len(places) == 4
        assert all(before[1] <= after[0] for before, after in itertools.pairwise(places))

    def test_are_found_behind_characters_without_width(self) -> None:
        hidden = "Jam\u200bie Pry\u00ador"
        assert tidy(hidden) == "Jamie Pryor"
        assert tidy("\uff11\uff12") == "12"
