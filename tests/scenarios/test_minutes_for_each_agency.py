"""Minutes go to each agency as that agency may see them, and can be called back from those who have not opened them."""

from __future__ import annotations

import uuid
from datetime import date

import pytest

from casework.access.permissions import Purpose
from casework.cases import operations as cases
from casework.conferences.queries import ConferenceRecord
from casework.errors import Conflict, NotAllowed, NotFound
from casework.minutes import operations as minutes
from casework.minutes import queries as copies
from casework.minutes.queries import MinutesRecord
from tests.scenarios.fortnight import ASSAULT, Fortnight

BY_WHEN = date(2026, 12, 14)


def copy_of(fortnight: Fortnight, who: str, conference: ConferenceRecord) -> MinutesRecord:
    with fortnight.partnership.acting(who, Purpose.CONFERENCE) as work:
        return copies.own_copy(work, conference_id=conference.id)


def whole(
    fortnight: Fortnight, conference: ConferenceRecord, as_agency: str | None = None, who: str = "coordinator"
) -> MinutesRecord:
    agency_id = fortnight.partnership.agencies[as_agency] if as_agency else None
    with fortnight.partnership.acting(who, Purpose.CONFERENCE) as work:
        return copies.whole_record(work, conference_id=conference.id, as_agency_id=agency_id)


def names(record: MinutesRecord) -> list[str]:
    """Who is in it, by name: two cases that came together with the same risk stand in any order."""
    return sorted(one.who.split(",")[0] for one in record.document.cases)


@pytest.fixture
def cases_heard(fortnight: Fortnight) -> tuple[uuid.UUID, uuid.UUID]:
    """Two cases, Amira's and Bethan's. Probation as an agency is blocked from Bethan's, the hospital has nobody who is bound."""
    amira = fortnight.case_for(fortnight.couple(0))
    bethan = fortnight.case_for(fortnight.couple(1))
    with fortnight.partnership.acting("coordinator", Purpose.OVERSIGHT) as work:
        cases.block(
            work, case_id=bethan, agency_id=fortnight.partnership.agencies["probation"], reason="He works there."
        )
    conference = fortnight.list_goes_out()
    fortnight.accepts_confidentiality(conference, "police", "housing", "probation", "chair")
    fortnight.answers("police", conference, bethan, ASSAULT)
    fortnight.sitting_begins(conference, "police", "housing", "probation")
    fortnight.hears(conference, amira, ("probation", "Add a no-contact condition", BY_WHEN))
    fortnight.hears(conference, bethan, ("housing", "Offer a lock change", BY_WHEN))
    fortnight.sitting_ends(conference)
    return amira, bethan


class TestEachAgency:
    def test_gets_the_cases_that_it_was_asked_about_and_no_other(
        self, fortnight: Fortnight, cases_heard: tuple[uuid.UUID, uuid.UUID]
    ) -> None:
        conference = fortnight.round()
        fortnight.minutes_go_out(conference)
        assert names(copy_of(fortnight, "housing", conference)) == ["Amira Begum", "Bethan Corfield"]
        probation = copy_of(fortnight, "probation", conference)
        assert names(probation) == ["Amira Begum"]
        assert "Bethan" not in repr(probation)
        assert "lock change" not in repr(probation)

    def test_gets_nothing_when_nobody_of_it_is_bound_to_confidentiality(
        self, fortnight: Fortnight, cases_heard: tuple[uuid.UUID, uuid.UUID]
    ) -> None:
        conference = fortnight.round()
        fortnight.minutes_go_out(conference)
        for who in ("idva", "education"):
            with pytest.raises(NotFound):
                copy_of(fortnight, who, conference)
        for who in ("referrer", "observer", "operator", "midwife"):
            with pytest.raises(NotAllowed):
                copy_of(fortnight, who, conference)

    def test_is_seen_beforehand_by_the_sender_with_what_its_copy_leaves_out_and_why(
        self, fortnight: Fortnight, cases_heard: tuple[uuid.UUID, uuid.UUID]
    ) -> None:
        conference = fortnight.round()
        probation = whole(fortnight, conference, as_agency="probation")
        assert (names(probation), [one.code for one in probation.left_out]) == (["Amira Begum"], ["blocked"])
        hospital = whole(fortnight, conference, as_agency="hospital")
        assert (names(hospital), {one.code for one in hospital.left_out}) == ([], {"confidentiality_not_accepted"})
        assert names(whole(fortnight, conference)) == ["Amira Begum", "Bethan Corfield"]
        for who in ("police", "housing", "idva"):
            with pytest.raises(NotAllowed):
                whole(fortnight, conference, who=who)


class TestTheMinutes:
    def test_hold_every_case_though_whoever_issues_them_is_blocked_from_one(
        self, fortnight: Fortnight, cases_heard: tuple[uuid.UUID, uuid.UUID]
    ) -> None:
        conference = fortnight.round()
        with fortnight.partnership.acting("second_coordinator", Purpose.OVERSIGHT) as work:
            cases.block(
                work,
                case_id=cases_heard[0],
                account_id=fortnight.partnership.account("coordinator"),
                reason="She is the victim's aunt.",
            )
        assert names(whole(fortnight, conference)) == ["Bethan Corfield"]
        listing = fortnight.listing(conference, cases_heard[0])
        with fortnight.partnership.acting("coordinator", Purpose.CONFERENCE) as work, pytest.raises(NotFound):
            minutes.amend(work, conference_id=conference.id, listing_id=listing.id, part="voice", words="Other words.")
        with fortnight.partnership.acting("chair") as work:
            minutes.approve(work, conference_id=conference.id)
        with fortnight.partnership.acting("coordinator", Purpose.CONFERENCE) as work:
            minutes.issue(work, conference_id=conference.id)
        assert names(copy_of(fortnight, "housing", conference)) == ["Amira Begum", "Bethan Corfield"]

    def test_can_be_amended_until_approved_and_then_only_after_the_chair_takes_it_back(
        self, fortnight: Fortnight, cases_heard: tuple[uuid.UUID, uuid.UUID]
    ) -> None:
        conference = fortnight.round()
        listing = fortnight.listing(conference, cases_heard[0])

        def amend(words: str) -> None:
            with fortnight.partnership.acting("coordinator", Purpose.CONFERENCE) as work:
                minutes.amend(work, conference_id=conference.id, listing_id=listing.id, part="voice", words=words)

        amend("She wants to move.")
        with fortnight.partnership.acting("chair") as work:
            minutes.approve(work, conference_id=conference.id)
        with pytest.raises(Conflict):
            amend("She wants to stay.")
        with fortnight.partnership.acting("coordinator") as work, pytest.raises(NotAllowed):
            minutes.take_approval_back(work, conference_id=conference.id)
        with fortnight.partnership.acting("chair") as work:
            minutes.take_approval_back(work, conference_id=conference.id)
        amend("She wants to stay.")
        fortnight.minutes_go_out(conference)
        heard = {one.who[:5]: one.victims_voice for one in copy_of(fortnight, "housing", conference).document.cases}
        assert heard == {"Amira": "She wants to stay.", "Betha": "She wants to stay in her home."}

    def test_are_called_back_from_those_who_have_not_opened_them(
        self, fortnight: Fortnight, cases_heard: tuple[uuid.UUID, uuid.UUID]
    ) -> None:
        conference = fortnight.round()
        fortnight.minutes_go_out(conference)
        with fortnight.partnership.acting("housing", Purpose.CONFERENCE) as work:
            minutes.open_copy(work, conference_id=conference.id)
        with fortnight.partnership.acting("police") as work, pytest.raises(NotAllowed):
            minutes.recall(work, conference_id=conference.id)
        with fortnight.partnership.acting("coordinator", Purpose.CONFERENCE) as work:
            assert minutes.recall(work, conference_id=conference.id) == 2
        for who in ("police", "probation"):
            with pytest.raises(NotFound):
                copy_of(fortnight, who, conference)
            with fortnight.partnership.acting(who) as work:
                assert copies.has_own_copy(work, conference_ids=[conference.id]) == set()
        assert names(copy_of(fortnight, "housing", conference)) == ["Amira Begum", "Bethan Corfield"]
