"""A case is put off at the table: why is written down, nobody keeps it open meanwhile, and the next round asks anew."""

from __future__ import annotations

import uuid

import pytest

from casework.access.permissions import Purpose
from casework.conferences import operations as conferences
from casework.conferences.rules import LeftBecause
from casework.duties import queries as duties
from casework.errors import Conflict, Invalid, NotAllowed
from casework.minutes import queries as minutes
from tests.scenarios.fortnight import ASSAULT, Fortnight

WORDS = "The referrer is ill and nobody could speak for the case."


def defer(fortnight: Fortnight, case_id: uuid.UUID, words: str = WORDS, who: str = "coordinator") -> None:
    listing = fortnight.listing(fortnight.round(), case_id)
    with fortnight.partnership.acting(who, Purpose.CONFERENCE) as work:
        conferences.defer_case(work, listing_id=listing.id, because=LeftBecause.REFERRER_ABSENT, words=words)
    fortnight.settle()


@pytest.fixture
def at_the_table(fortnight: Fortnight) -> uuid.UUID:
    """The sitting has begun with one case on its list."""
    case_id = fortnight.case_for()
    conference = fortnight.list_goes_out()
    fortnight.accepts_confidentiality(conference, "housing", "police")
    fortnight.answers("police", conference, case_id, ASSAULT)
    fortnight.sitting_begins(conference, "police", "housing")
    return case_id


class TestADeferredCase:
    def test_goes_to_the_next_list_with_the_reason(self, fortnight: Fortnight, at_the_table: uuid.UUID) -> None:
        defer(fortnight, at_the_table)
        assert fortnight.rounds_of(at_the_table) == [
            (fortnight.round(1).sits_on, "listed", None),
            (fortnight.round(0).sits_on, "deferred", "referrer_absent"),
        ]
        [waiting] = fortnight.listed(fortnight.round(1))
        assert (waiting.times_moved, waiting.is_late, waiting.position) == (1, False, None)

    def test_is_not_open_to_agencies_until_the_next_list(self, fortnight: Fortnight, at_the_table: uuid.UUID) -> None:
        assert fortnight.sees("housing", at_the_table)
        defer(fortnight, at_the_table)
        assert not fortnight.sees("housing", at_the_table)
        assert fortnight.sees("idva", at_the_table), "the IDVA goes on supporting her"
        conference = fortnight.list_goes_out(1)
        fortnight.accepts_confidentiality(conference, "housing")
        assert fortnight.sees("housing", at_the_table)

    def test_is_asked_about_anew_and_the_old_questions_are_not_owed(
        self, fortnight: Fortnight, at_the_table: uuid.UUID
    ) -> None:
        defer(fortnight, at_the_table)
        fortnight.sitting_ends(fortnight.round())
        with fortnight.partnership.acting("coordinator") as work:
            assert duties.open_duties(work, kinds=["research_answer", "confidentiality"]) == ()
        conference = fortnight.list_goes_out(1)
        fortnight.accepts_confidentiality(conference, "police")
        assert [one.state for one in fortnight.asked("police", conference)] == ["asked"]

    def test_is_in_the_minutes_as_put_off_with_no_actions(self, fortnight: Fortnight, at_the_table: uuid.UUID) -> None:
        defer(fortnight, at_the_table)
        fortnight.sitting_ends(fortnight.round())
        fortnight.minutes_go_out(fortnight.round())
        with fortnight.partnership.acting("coordinator", Purpose.CONFERENCE) as work:
            [minuted] = minutes.whole_record(work, conference_id=fortnight.round().id).document.cases
        assert (minuted.put_off_because, minuted.actions) == (WORDS, ())

    def test_needs_the_reason_in_words_and_somebody_who_runs_the_sitting(
        self, fortnight: Fortnight, at_the_table: uuid.UUID
    ) -> None:
        with pytest.raises(Invalid):
            defer(fortnight, at_the_table, "  ")
        with pytest.raises(NotAllowed):
            defer(fortnight, at_the_table, who="police")
        assert [one.case.id for one in fortnight.listed(fortnight.round())] == [at_the_table]

    def test_cannot_be_heard_in_the_round_that_it_left(self, fortnight: Fortnight, at_the_table: uuid.UUID) -> None:
        defer(fortnight, at_the_table)
        with pytest.raises(Conflict):
            fortnight.hears(fortnight.round(), at_the_table)
