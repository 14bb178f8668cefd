"""G4: counts as a group may see them. No cell below five is shown, and none can be worked out from what is."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.groups.rules.counts import KEPT_BACK, SMALL, Published, publish

LOCALITIES = ("L1", "L2", "L3", "L4", "L5")
tables = st.lists(st.integers(0, 40), min_size=1, max_size=5).map(
    lambda counts: dict(zip(LOCALITIES, counts, strict=False))
)
small_tables = st.lists(st.integers(0, 9), min_size=1, max_size=3).map(
    lambda counts: dict(zip(LOCALITIES, counts, strict=False))
)


def shown(counts: dict[str, int]) -> tuple[str, ...]:
    published = publish(counts)
    return (*(cell.shown for cell in published.cells), published.total.shown)


def tables_that_look_the_same(counts: dict[str, int], published: Published) -> list[dict[str, int]]:
    """Every table of small figures that would be shown in exactly this way, as somebody who knows the rule would try them all."""
    given = [
        [cell.count] if cell.count is not None else range(5) if cell.shown == SMALL else range(40)
        for cell in published.cells
    ]
    tried = (dict(zip(counts, values, strict=True)) for values in itertools.product(*given))
    return [one for one in tried if publish(one) == published]


class TestG4TrendsComeFromCounts:
    """The story: seven noise complaints are shown, two are not."""

    def test_shows_seven_and_hides_two(self) -> None:
        assert shown({"L3": 7}) == ("7", "7")
        assert shown({"L3": 2}) == (SMALL, KEPT_BACK)

    def test_keeps_a_second_cell_back_so_that_the_total_cannot_give_the_first_away(self) -> None:
        assert shown({"L1": 12, "L2": 3, "L3": 30, "L4": 9}) == ("12", SMALL, KEPT_BACK, "9", "54")

    def test_shows_everything_where_nothing_is_small(self) -> None:
        assert shown({"L1": 12, "L2": 5, "L3": 30}) == ("12", "5", "30", "47")

    def test_keeps_the_total_back_where_it_would_tell(self) -> None:
        # 0 and 5 are left over of the total: only one pair of counts makes five with the second not below it.
        assert shown({"L1": 0, "L2": 5, "L3": 30}) == (SMALL, KEPT_BACK, "30", KEPT_BACK)
        assert shown({"L1": 1, "L2": 2}) == (SMALL, SMALL, KEPT_BACK)

    def test_gives_a_percentage_of_twenty_or_more_only(self) -> None:
        assert [cell.percentage for cell in publish({"L1": 10, "L2": 10}).cells] == [50, 50]
        assert [cell.percentage for cell in publish({"L1": 10, "L2": 9}).cells] == [None, None]
        assert [cell.percentage for cell in publish({"L1": 30, "L2": 2, "L3": 30}).cells] == [48, None, None]

    def test_takes_no_empty_table_and_nothing_below_nought(self) -> None:
        for wrong in ({}, {"L1": -1}):
            with pytest.raises(ValueError):
                publish(wrong)

    @given(tables)
    def test_never_shows_a_count_below_five(self, counts: dict[str, int]) -> None:
        for cell in publish(counts).cells:
            assert (cell.count is None) == (cell.shown in (SMALL, KEPT_BACK))
            assert cell.count is None or cell.count == counts[cell.label] >= 5
            assert (cell.shown == SMALL) == (counts[cell.label] < 5)
            assert cell.percentage is None or cell.count is not None

    @given(tables)
    def test_shows_a_total_that_is_true_or_none(self, counts: dict[str, int]) -> None:
        total = publish(counts).total
        assert total.count in (None, sum(counts.values()))

    @settings(max_examples=150, deadline=None)
    @given(small_tables)
    def test_leaves_every_hidden_cell_open_even_to_somebody_who_knows_the_rule(self, counts: dict[str, int]) -> None:
        published = publish(counts)
        possible = tables_that_look_the_same(counts, published)
        for cell in published.cells:
            if cell.count is not None:
                continue
            values = {table[cell.label] for table in possible}
            if cell.shown == SMALL:
                assert values == {0, 1, 2, 3, 4}
            assert len(values) > 1
