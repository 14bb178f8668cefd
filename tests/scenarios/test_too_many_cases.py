"""More cases than a sitting has room for: the newest and least at risk move on, once; some never move."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from casework.access.permissions import Purpose
from casework.conferences import operations as conferences
from casework.conferences import queries as rounds
from casework.errors import Conflict, Invalid, NotAllowed
from casework.referrals import operations as referrals
from tests.scenarios.fortnight import Fortnight


def make_room_for(fortnight: Fortnight, capacity: int, number: int = 0) -> None:
    with fortnight.partnership.acting("coordinator") as work:
        conferences.set_capacity(work, conference_id=fortnight.round(number).id, capacity=capacity)


def a_case_a_day(fortnight: Fortnight, *cases: tuple[int, int]) -> list[uuid.UUID]:
    """Cases referred on successive days with so many yes answers and so many children."""
    ids = []
    for number, (yes, children) in enumerate(cases):
        ids.append(fortnight.case_for(fortnight.couple(number, yes=yes, children=children)))
        fortnight.partnership.now += timedelta(days=1)
    return ids


class TestTooManyCases:
    def test_move_the_newest_on_and_of_one_day_the_least_at_risk(self, fortnight: Fortnight) -> None:
        make_room_for(fortnight, 2)
        old = fortnight.case_for(fortnight.couple(0, yes=14))
        fortnight.partnership.now += timedelta(days=1)
        grave, lighter = (
            fortnight.case_for(fortnight.couple(1, yes=22)),
            fortnight.case_for(fortnight.couple(2, yes=15)),
        )
        fortnight.partnership.now += timedelta(days=1)
        newest = fortnight.case_for(fortnight.couple(3, yes=24))
        with fortnight.partnership.acting("coordinator", Purpose.CONFERENCE) as work:
            going = rounds.over_capacity(work, conference_id=fortnight.round().id)
        assert {one.case.id for one, _ in going} == {lighter, newest}
        fortnight.list_goes_out()
        assert [one.case.id for one in fortnight.listed(fortnight.round())] == [old, grave]
        waiting = fortnight.listed(fortnight.round(1))
        assert {(one.case.id, one.times_moved) for one in waiting} == {(lighter, 1), (newest, 1)}
        assert fortnight.rounds_of(newest)[1][1:] == ("moved", "no_room")

    def test_leave_those_with_children_repeats_and_imminent_danger_where_they_are(self, fortnight: Fortnight) -> None:
        make_room_for(fortnight, 3)
        first, with_children = a_case_a_day(fortnight, (14, 0), (14, 2))
        again = fortnight.case_for(fortnight.couple(0, yes=14), known_case_id=first)
        referral_id = fortnight.refers(fortnight.couple(3, yes=14))
        with fortnight.partnership.acting("coordinator", Purpose.TRIAGE) as work:
            imminent = referrals.accept(work, referral_id=referral_id, is_imminent=True)
        plain = fortnight.case_for(fortnight.couple(4, yes=24))
        assert again == first
        fortnight.list_goes_out()
        assert {one.case.id for one in fortnight.listed(fortnight.round())} == {first, with_children, imminent}
        assert [one.case.id for one in fortnight.listed(fortnight.round(1))] == [plain]

    def test_are_all_heard_when_none_may_move(self, fortnight: Fortnight) -> None:
        make_room_for(fortnight, 1)
        ids = a_case_a_day(fortnight, (14, 1), (15, 1))
        fortnight.list_goes_out()
        assert {one.case.id for one in fortnight.listed(fortnight.round())} == set(ids)

    def test_never_move_the_same_case_twice(self, fortnight: Fortnight) -> None:
        make_room_for(fortnight, 1)
        old, new = a_case_a_day(fortnight, (14, 0), (14, 0))
        fortnight.holds()
        make_room_for(fortnight, 1, number=1)
        fortnight.partnership.now = fortnight.round(1).cut_off_at - timedelta(days=1)
        newer = fortnight.case_for(fortnight.couple(5, yes=24))
        fortnight.list_goes_out(1)
        assert [one.case.id for one in fortnight.listed(fortnight.round(1))] == [new]
        assert [one.case.id for one in fortnight.listed(fortnight.round(2))] == [newer]
        assert [state for _, state, _ in fortnight.rounds_of(old)] == ["heard"]

    def test_put_those_with_children_first_so_that_their_agencies_can_leave(self, fortnight: Fortnight) -> None:
        plain, with_children = a_case_a_day(fortnight, (14, 0), (14, 1))
        fortnight.list_goes_out()
        assert [(one.position, one.case.id) for one in fortnight.listed(fortnight.round())] == [
            (1, with_children),
            (2, plain),
        ]

    def test_are_the_coordinator_s_to_make_room_for_and_only_before_the_list_is_out(self, fortnight: Fortnight) -> None:
        for who in ("administrator", "chair", "police", "idva"):
            with fortnight.partnership.acting(who) as work, pytest.raises(NotAllowed):
                conferences.set_capacity(work, conference_id=fortnight.round().id, capacity=20)
        with pytest.raises(Invalid):
            make_room_for(fortnight, 0)
        fortnight.list_goes_out()
        with pytest.raises(Conflict):
            make_room_for(fortnight, 20)
