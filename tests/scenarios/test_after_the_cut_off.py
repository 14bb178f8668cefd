"""A referral comes after the cut-off: it waits for the next round, unless the chair lets it in; and only the chair."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from casework.access.permissions import Purpose
from casework.cases import operations as cases
from casework.conferences import operations as conferences
from casework.duties import queries as duties
from casework.errors import Conflict, NotAllowed, NotFound
from tests.scenarios.fortnight import Fortnight


def let_in(fortnight: Fortnight, who: str, number: int, case_id: uuid.UUID) -> None:
    waiting = next(one for one in fortnight.listed(fortnight.round(1)) if one.case.id == case_id)
    with fortnight.partnership.acting(who, Purpose.CONFERENCE) as work:
        conferences.list_late(work, conference_id=fortnight.round(number).id, listing_id=waiting.id)
    fortnight.settle()


class TestTheCutOff:
    def test_takes_a_case_until_the_minute_before(self, fortnight: Fortnight) -> None:
        fortnight.partnership.now = fortnight.round().cut_off_at - timedelta(minutes=1)
        case_id = fortnight.case_for()
        assert [one.case.id for one in fortnight.listed(fortnight.round())] == [case_id]

    def test_sends_a_case_to_the_next_round_from_its_minute_on(self, fortnight: Fortnight) -> None:
        fortnight.partnership.now = fortnight.round().cut_off_at
        case_id = fortnight.case_for()
        assert fortnight.listed(fortnight.round()) == []
        assert [(one.case.id, one.is_late) for one in fortnight.listed(fortnight.round(1))] == [(case_id, False)]


class TestTheChair:
    @pytest.fixture
    def late(self, fortnight: Fortnight) -> uuid.UUID:
        """A case that came an hour after the list went out with another case on it."""
        fortnight.case_for(fortnight.couple(0))
        fortnight.list_goes_out()
        fortnight.partnership.now += timedelta(hours=1)
        return fortnight.case_for()

    def test_lets_a_case_in_and_the_agencies_are_asked_until_the_sitting(
        self, fortnight: Fortnight, late: uuid.UUID
    ) -> None:
        let_in(fortnight, "chair", 0, late)
        conference = fortnight.round()
        listed = fortnight.listed(conference)
        assert [(one.position, one.is_late, one.case.id == late) for one in listed] == [
            (1, False, False),
            (2, True, True),
        ]
        assert fortnight.listed(fortnight.round(1)) == []
        assert fortnight.rounds_of(late) == [
            (fortnight.round(1).sits_on, "moved", "other"),
            (conference.sits_on, "listed", None),
        ]
        fortnight.accepts_confidentiality(conference, "housing")
        asked = {one.case.id: one.due_at for one in fortnight.asked("housing", conference)}
        assert asked[late] == conference.research_due_at

    def test_gives_the_agencies_until_the_sitting_when_research_was_due_already(
        self, fortnight: Fortnight, late: uuid.UUID
    ) -> None:
        fortnight.partnership.now = fortnight.round().research_due_at + timedelta(hours=1)
        fortnight.settle()
        let_in(fortnight, "chair", 0, late)
        conference = fortnight.round()
        fortnight.accepts_confidentiality(conference, "housing")
        assert {one.due_at for one in fortnight.asked("housing", conference) if one.case.id == late} == {
            conference.sits_at
        }

    @pytest.mark.parametrize(
        "who", ["coordinator", "administrator", "police", "idva", "referrer", "observer", "operator"]
    )
    def test_alone_can_do_that(self, fortnight: Fortnight, late: uuid.UUID, who: str) -> None:
        with pytest.raises(NotAllowed):
            let_in(fortnight, who, 0, late)
        assert len(fortnight.listed(fortnight.round())) == 1

    def test_cannot_where_the_chair_is_blocked_from_the_case(self, fortnight: Fortnight, late: uuid.UUID) -> None:
        with fortnight.partnership.acting("coordinator", Purpose.OVERSIGHT) as work:
            cases.block(work, case_id=late, account_id=fortnight.partnership.account("chair"), reason="His neighbour.")
        with pytest.raises(NotFound):
            let_in(fortnight, "chair", 0, late)

    def test_cannot_once_the_sitting_has_ended(self, fortnight: Fortnight, late: uuid.UUID) -> None:
        conference = fortnight.round()
        [other] = fortnight.listed(conference)
        fortnight.sitting_begins(conference)
        fortnight.hears(conference, other.case.id)
        fortnight.sitting_ends(conference)
        with pytest.raises(Conflict, match="This round has ended"):
            let_in(fortnight, "chair", 0, late)

    def test_sees_the_case_at_the_table_and_owes_no_research(self, fortnight: Fortnight, late: uuid.UUID) -> None:
        assert not fortnight.sees("chair", late)
        let_in(fortnight, "chair", 0, late)
        fortnight.accepts_confidentiality(fortnight.round(), "chair")
        assert fortnight.sees("chair", late)
        with fortnight.partnership.acting("chair") as work:
            assert [duty.kind for duty in duties.my_duties(work)] == []
