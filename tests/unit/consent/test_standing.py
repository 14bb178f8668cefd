"""Where an agreement stands: what is added to it never lets more go, and what happens on one day comes out alike in any order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.clock import add_months
from casework.consent.rules import Jurisdiction, Relation, Status, rule_set_at
from casework.consent.rules.standing import (
    Entry,
    EntryKind,
    Standing,
    as_answer,
    is_within,
    reaffirmed_dates,
    same_name,
    standing_of,
)
from casework.programmes.youth_support.sharing import what_was_said

DAY = date(2026, 9, 1)
BORN = date(2012, 5, 1)
CATEGORIES = ("basic", "education", "health")
AGENCIES = ("housing", "school")
scopes = st.dictionaries(st.sampled_from(AGENCIES), st.frozensets(st.sampled_from(CATEGORIES), min_size=1), max_size=2)
days = st.dates(DAY, DAY + timedelta(days=500))
LESS = (EntryKind.NARROWED, EntryKind.WITHDRAWN, EntryKind.REFUSED, EntryKind.GIVER_BARRED, EntryKind.ENDED)
_RULES = rule_set_at(Jurisdiction.ENGLAND, DAY)
assert _RULES is not None
CLOCKS = _RULES.clocks


def entries(kinds: tuple[EntryKind, ...], on: st.SearchStrategy[date] = days) -> st.SearchStrategy[Entry]:
    """Draw something that happens to an agreement, with whatever days it names."""
    return st.builds(
        Entry,
        kind=st.sampled_from(kinds),
        on=on,
        purposes=st.frozensets(st.sampled_from(("support_plan", "health"))),
        permit=scopes,
        deny=scopes,
        review_due=st.none() | days,
        expires_on=st.none() | days,
        competent=st.sampled_from((True, False, None)),
    )


YES = Entry(
    kind=EntryKind.GIVEN,
    on=DAY,
    purposes=frozenset({"support_plan", "health"}),
    permit={agency: frozenset(CATEGORIES) for agency in AGENCIES},
    competent=True,
)
SCHOOL = {"school": frozenset({"basic"})}
answers = st.just(YES) | entries((EntryKind.GIVEN, EntryKind.PARTLY_GIVEN, EntryKind.REFUSED), st.just(DAY))
anything = st.lists(entries(tuple(EntryKind)), max_size=5)


def stands(found: list[Entry]) -> Standing:
    now = standing_of(found)
    assert now is not None
    return now


def goes(standing: Standing, today: date, also: Standing | None = None) -> set[tuple[str, str, str]]:
    """What may go where on a day, for which purpose, on the strength of this agreement, beside a parent's."""
    said = [as_answer(standing, Relation.SELF)]
    if also is not None:
        said.append(as_answer(also, Relation.PARENTAL_RESPONSIBILITY))
    return {
        (agency, purpose, category)
        for agency in AGENCIES
        for purpose in ("support_plan", "health")
        for category in what_was_said(
            said,
            to_agency=agency,
            purpose=purpose,
            every_no_counts=False,
            categories=CATEGORIES,
            born=BORN,
            today=today,
            clocks=CLOCKS,
        ).yes
    }


class TestWhatIsAdded:
    @given(answers, anything, entries(LESS), days)
    def test_a_no_of_any_kind_never_widens(self, first: Entry, then: list[Entry], one: Entry, today: date) -> None:
        assert goes(stands([first, *then, one]), today) <= goes(stands([first, *then]), today)

    @given(answers, anything, entries(tuple(set(EntryKind) - {EntryKind.REAFFIRMED})))
    def test_of_whatever_kind_adds_nothing_to_the_scope_and_lifts_no_denial(
        self, first: Entry, then: list[Entry], one: Entry
    ) -> None:
        before, after = stands([first, *then]), stands([first, *then, one])
        assert after.purposes <= before.purposes or before.status is not Status.GIVEN
        assert is_within(after.permit, before.permit)
        assert is_within(before.deny, after.deny)
        assert (after.expires_on or date.max) <= (before.expires_on or date.max)
        assert after.giver_barred >= before.giver_barred

    @given(answers, anything)
    def test_to_a_no_or_a_yes_that_is_over_brings_nothing_back(self, first: Entry, then: list[Entry]) -> None:
        for end in (EntryKind.WITHDRAWN, EntryKind.REFUSED, EntryKind.ENDED):
            after = stands([first, Entry(kind=end, on=DAY), *then])
            assert not goes(after, DAY + timedelta(days=40))

    @given(answers, anything, answers, days)
    def test_by_a_withdrawal_lets_no_more_go_on_a_parent_s_yes(
        self, first: Entry, then: list[Entry], parents: Entry, today: date
    ) -> None:
        taken_back = Entry(kind=EntryKind.WITHDRAWN, on=today)
        also = stands([parents])
        assert goes(stands([first, *then, taken_back]), today, also) <= goes(stands([first, *then]), today, also)


class TestAYesThatChanges:
    def test_is_narrowed_to_what_both_name_and_denied_what_either_denies(self) -> None:
        denied = replace(YES, deny=SCHOOL)
        narrower = Entry(
            kind=EntryKind.NARROWED,
            on=DAY,
            purposes=frozenset({"health", "housing"}),
            permit={"school": frozenset({"education", "money"})},
            deny={"housing": frozenset({"health"})},
        )
        now = stands([denied, narrower])
        assert (now.purposes, now.permit) == ({"health"}, {"school": {"education"}})
        assert now.deny == {"school": {"basic"}, "housing": {"health"}}

    @pytest.mark.parametrize("end", [EntryKind.WITHDRAWN, EntryKind.REFUSED])
    def test_into_a_no_stays_a_no_of_that_day_about_everything(self, end: EntryKind) -> None:
        no = [replace(YES, deny=SCHOOL), Entry(kind=end, on=DAY + timedelta(days=5))]
        later = Entry(kind=EntryKind.REAFFIRMED, on=DAY + timedelta(days=9), competent=True)
        assert stands([*no, later]) == stands(no)
        parents = replace(YES, on=DAY + timedelta(days=6))
        nobody = Standing(status=Status.GIVEN, on=DAY)
        assert goes(nobody, DAY + timedelta(days=6), stands([parents])), "which counts by itself"
        assert not goes(stands(no), DAY + timedelta(days=6), stands([parents]))

    def test_counts_for_nothing_once_its_giver_is_barred(self) -> None:
        assert goes(stands([YES]), DAY)
        assert not goes(stands([YES, Entry(kind=EntryKind.GIVER_BARRED, on=DAY)]), DAY)


class TestOneDay:
    @given(answers, st.lists(entries(LESS, st.just(DAY)), min_size=2, max_size=3))
    def test_comes_out_alike_in_any_order_of_what_was_taken_back(self, first: Entry, then: list[Entry]) -> None:
        found = [goes(stands([first, *one]), DAY) for one in permutations(then)]
        assert all(one == found[0] for one in found)

    def test_that_is_the_last_day_ends_a_yes_that_morning(self) -> None:
        yes = Entry(
            kind=EntryKind.GIVEN,
            on=DAY,
            purposes=frozenset({"support_plan"}),
            permit={"school": frozenset({"basic"})},
            expires_on=DAY + timedelta(days=30),
            competent=True,
        )
        assert goes(stands([yes]), DAY + timedelta(days=29)) == {("school", "support_plan", "basic")}
        assert not goes(stands([yes]), DAY + timedelta(days=30))
        again = Entry(
            kind=EntryKind.REAFFIRMED, on=DAY + timedelta(days=30), expires_on=date(2028, 1, 1), competent=True
        )
        assert not goes(stands([yes, again]), DAY + timedelta(days=31)), "nothing revives what has run out"


class TestReaffirmedDates:
    @pytest.mark.parametrize(
        ("expires_on", "ends"),
        [
            (add_months(DAY, 12), date(2027, 11, 1)),
            (add_months(DAY, 4), add_months(DAY, 4)),
            (None, date(2027, 11, 1)),
        ],
    )
    def test_keep_an_end_that_was_chosen_nearer(self, expires_on: date | None, ends: date) -> None:
        stood = Standing(status=Status.GIVEN, on=DAY, expires_on=expires_on)
        assert reaffirmed_dates(stood, date(2026, 11, 1), longest_months=12) == (date(2027, 2, 1), ends)


class TestSameName:
    def test_looks_past_capitals_and_spaces_and_never_matches_no_name(self) -> None:
        assert same_name("Dawn Stone", " dawn  STONE ")
        assert not same_name("Dawn Stone", "Don Stone")
        assert not same_name("", "")
