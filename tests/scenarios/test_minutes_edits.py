"""Changes to a draft: who changed what and when, with the words before and after; kept for good, and only while it is a draft."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from casework.access.permissions import Purpose
from casework.cases import operations as cases
from casework.conferences import operations as conferences
from casework.conferences.rules import AttendanceState, LeftBecause
from casework.errors import Conflict, Invalid, NotAllowed, NotFound
from casework.minutes import operations as minutes
from casework.minutes import queries
from casework.minutes.models import MinutesEdit
from casework.minutes.queries import CopyRecord, EditRecord, MinutesRecord
from casework.work import UnitOfWork
from tests.scenarios.fortnight import ASSAULT, Fortnight

RECORDED = "She wants to stay in her home."


@pytest.fixture
def case_id(fortnight: Fortnight) -> uuid.UUID:
    """One case heard, its minutes in draft."""
    found = fortnight.case_for()
    conference = fortnight.list_goes_out()
    fortnight.accepts_confidentiality(conference, "police", "housing", "idva", "chair")
    fortnight.answers("police", conference, found, ASSAULT)
    fortnight.sitting_begins(conference, "police", "housing")
    fortnight.hears(conference, found, ("housing", "Offer a lock change", conference.sits_on + timedelta(days=5)))
    fortnight.sitting_ends(conference)
    return found


def changes(
    fortnight: Fortnight, case_id: uuid.UUID, words: str, *, who: str = "coordinator", seen: int | None = None
) -> None:
    conference = fortnight.round()
    listing = fortnight.listing(conference, case_id)
    with fortnight.partnership.acting(who, Purpose.CONFERENCE) as work:
        minutes.amend(
            work, conference_id=conference.id, listing_id=listing.id, part="voice", words=words, changes_seen=seen
        )


def edits(fortnight: Fortnight, who: str = "coordinator") -> tuple[EditRecord, ...]:
    with fortnight.partnership.acting(who, Purpose.CONFERENCE) as work:
        return queries.edits(work, conference_id=fortnight.round().id)


def record(fortnight: Fortnight) -> MinutesRecord:
    with fortnight.partnership.acting("coordinator", Purpose.CONFERENCE) as work:
        return queries.whole_record(work, conference_id=fortnight.round().id)


class TestAChange:
    def test_is_kept_with_who_made_it_when_and_the_words_before(self, fortnight: Fortnight, case_id: uuid.UUID) -> None:
        changes(fortnight, case_id, "She wants to move.")
        fortnight.partnership.now += timedelta(minutes=20)
        changes(fortnight, case_id, "She wants a new lock.", who="administrator")
        later, first = edits(fortnight)
        assert (first.before, first.after) == (RECORDED, "She wants to move.")
        assert (later.before, later.after) == ("She wants to move.", "She wants a new lock.")
        assert (first.changed_by, later.changed_by) == (
            "Priya Nair",
            fortnight.partnership.people["administrator"].name,
        )
        assert later.changed_at - first.changed_at == timedelta(minutes=20)
        assert {one.part for one in (first, later)} == {"voice"}
        number = fortnight.listing(fortnight.round(), case_id).case.number
        assert {one.case_number for one in (first, later)} == {number}

    def test_of_the_other_business_is_of_no_case(self, fortnight: Fortnight, case_id: uuid.UUID) -> None:
        with fortnight.partnership.acting("coordinator", Purpose.CONFERENCE) as work:
            minutes.amend(
                work, conference_id=fortnight.round().id, listing_id=None, part="other_business", words="At ten next."
            )
        [one] = edits(fortnight)
        assert (one.case_number, one.part, one.before, one.after) == (None, "other_business", "", "At ten next.")

    def test_to_the_same_words_is_none(self, fortnight: Fortnight, case_id: uuid.UUID) -> None:
        changes(fortnight, case_id, f"  {RECORDED} ")
        assert edits(fortnight) == ()

    def test_does_not_overwrite_what_somebody_else_changed_meanwhile(
        self, fortnight: Fortnight, case_id: uuid.UUID
    ) -> None:
        changes(fortnight, case_id, "She wants to move.", seen=0)
        with pytest.raises(Invalid) as refused:
            changes(fortnight, case_id, "She wants a dog.", who="administrator", seen=0)
        [error] = refused.value.errors
        assert error.field == "words"
        assert "Priya Nair changed this while you wrote. It now says: She wants to move." in error.message
        fortnight.partnership.now += timedelta(minutes=1)
        changes(fortnight, case_id, "She wants a dog.", who="administrator", seen=1)
        assert [one.after for one in edits(fortnight)] == ["She wants a dog.", "She wants to move."]

    @pytest.mark.parametrize("statement", [update(MinutesEdit).values(part="notes"), delete(MinutesEdit)])
    def test_is_never_changed_or_taken_out_again(
        self, fortnight: Fortnight, case_id: uuid.UUID, statement: object
    ) -> None:
        changes(fortnight, case_id, "She wants to move.")
        with pytest.raises(DBAPIError), fortnight.partnership.acting("coordinator") as work:
            work.session.execute(statement)  # type: ignore[call-overload]
        assert len(edits(fortnight)) == 1

    def test_in_a_case_is_not_there_for_who_is_shut_out_of_it(self, fortnight: Fortnight, case_id: uuid.UUID) -> None:
        changes(fortnight, case_id, "She wants to move.")
        with fortnight.partnership.acting("chair", Purpose.OVERSIGHT) as work:
            cases.block(
                work, case_id=case_id, account_id=fortnight.partnership.account("administrator"), reason="Her cousin."
            )
        assert edits(fortnight, "administrator") == ()
        assert len(edits(fortnight)) == 1

    @pytest.mark.parametrize("who", ["police", "idva", "referrer", "observer", "operator"])
    def test_is_not_told_to_who_has_a_copy_at_most(self, fortnight: Fortnight, case_id: uuid.UUID, who: str) -> None:
        changes(fortnight, case_id, "She wants to move.")
        with pytest.raises(NotAllowed):
            edits(fortnight, who)


class TestALateChange:
    def test_waits_until_the_chair_has_taken_the_approval_back(self, fortnight: Fortnight, case_id: uuid.UUID) -> None:
        conference = fortnight.round()
        with fortnight.partnership.acting("chair") as work:
            minutes.approve(work, conference_id=conference.id)
        with pytest.raises(Conflict):
            changes(fortnight, case_id, "Too late.")
        assert edits(fortnight) == ()
        with fortnight.partnership.acting("chair") as work:
            minutes.take_approval_back(work, conference_id=conference.id)
        changes(fortnight, case_id, "She wants to move.")
        assert record(fortnight).document.cases[0].victims_voice == "She wants to move."

    def test_is_too_late_once_the_copies_are_out(self, fortnight: Fortnight, case_id: uuid.UUID) -> None:
        conference = fortnight.round()
        fortnight.minutes_go_out(conference)
        with pytest.raises(Conflict), fortnight.partnership.acting("chair") as work:
            minutes.take_approval_back(work, conference_id=conference.id)
        with pytest.raises(Conflict):
            changes(fortnight, case_id, "Too late.")
        with fortnight.partnership.acting("housing", Purpose.CONFERENCE) as work:
            assert queries.own_copy(work, conference_id=conference.id).document.cases[0].victims_voice == RECORDED


class TestTheDraft:
    def test_reads_well_as_it_is(self, fortnight: Fortnight, case_id: uuid.UUID) -> None:
        document = record(fortnight).document
        assert document.in_short == ("1 case was heard.", "1 action was agreed, for Vale housing.")
        [case] = document.cases
        assert case.who == "Leanne Whitehouse, and Piotr Patel, 1 child"
        assert [one.agency for one in case.information] == ["Vale police"]
        assert "Vale probation" in case.no_answer
        assert case.nothing_known == ()

    def test_keeps_the_names_of_the_day(self, fortnight: Fortnight, case_id: uuid.UUID) -> None:
        there = [one.name for one in record(fortnight).document.present]
        assert there == ["Karen Stubbs", "Ruth Hadley"]

    def test_says_whose_information_came_though_nobody_could(self, fortnight: Fortnight) -> None:
        case_id = fortnight.case_for()
        conference = fortnight.list_goes_out()
        fortnight.accepts_confidentiality(conference, "police", "housing")
        fortnight.answers("housing", conference, case_id)
        fortnight.sitting_begins(conference, "police")
        for key in ("housing", "probation"):
            fortnight.attends(conference, key, state=AttendanceState.APOLOGIES)
        fortnight.hears(conference, case_id)
        fortnight.sitting_ends(conference)
        sent = {one.agency: one.information_sent_on for one in record(fortnight).document.apologies}
        assert sent == {"Vale housing": conference.list_out_at.date(), "Vale probation": None}
        assert record(fortnight).document.cases[0].nothing_known == ("Vale housing",)


class TestACopyAsTheSenderSeesIt:
    def test_is_what_the_agency_then_gets(self, fortnight: Fortnight) -> None:
        """Two cases, one put off; every agency, before and after issuing, and as it reads it itself."""
        heard, put_off = fortnight.case_for(fortnight.couple(0)), fortnight.case_for(fortnight.couple(1))
        conference = fortnight.list_goes_out()
        fortnight.accepts_confidentiality(conference, "police", "housing", "idva", "chair")
        fortnight.answers("police", conference, heard, ASSAULT)
        fortnight.sitting_begins(conference, "police", "housing", "idva")
        fortnight.hears(conference, heard, ("housing", "Offer a lock change", conference.sits_on + timedelta(days=5)))
        listing = fortnight.listing(conference, put_off)
        with fortnight.partnership.acting("coordinator", Purpose.CONFERENCE) as work:
            conferences.defer_case(
                work, listing_id=listing.id, because=LeftBecause.REFERRER_ABSENT, words="Nobody could speak for it."
            )
        fortnight.settle()
        fortnight.sitting_ends(conference)

        def seen_as(agency: str) -> MinutesRecord:
            with fortnight.partnership.acting("coordinator", Purpose.CONFERENCE) as work:
                return queries.whole_record(
                    work, conference_id=conference.id, as_agency_id=fortnight.partnership.agencies[agency]
                )

        pairs = (("police", "police"), ("housing", "housing"), ("idva", "idva_service"))
        before = {who: seen_as(agency) for who, agency in pairs}
        fortnight.minutes_go_out(conference)
        for who, _ in pairs:
            with fortnight.partnership.acting(who, Purpose.CONFERENCE) as work:
                own = queries.own_copy(work, conference_id=conference.id).document
            assert own.cases == before[who].document.cases
            assert own.present == before[who].document.present
            assert "Amira Begum, and Tariq Begumson" in [one.who for one in own.cases]
        put_off_number = listing.case.number
        assert [(one.case_number, one.code) for one in before["police"].left_out] == [(put_off_number, "put_off")]
        assert before["idva"].left_out == ()
        [deferred] = [one for one in before["idva"].document.cases if one.number == put_off_number]
        assert deferred.put_off_because == "Nobody could speak for it."
        assert (deferred.information, deferred.actions, deferred.victims_voice) == ((), (), None)

    def test_after_issuing_says_why_as_it_was_decided_then(self, fortnight: Fortnight, case_id: uuid.UUID) -> None:
        conference = fortnight.round()
        fortnight.minutes_go_out(conference)
        fortnight.accepts_confidentiality(conference, "probation")
        with fortnight.partnership.acting("coordinator", Purpose.CONFERENCE) as work:
            probation = queries.whole_record(
                work, conference_id=conference.id, as_agency_id=fortnight.partnership.agencies["probation"]
            )
        assert [one.code for one in probation.left_out] == ["confidentiality_not_accepted"]
        assert probation.document.cases == ()


class TestACopyThatIsCalledBack:
    """While somebody of housing is opening it: one of the two comes first, and what is kept is true."""

    @staticmethod
    def _calls_back(fortnight: Fortnight, work: UnitOfWork) -> int:
        housing = fortnight.partnership.agencies["housing"]
        return minutes.recall(work, conference_id=fortnight.round().id, agency_ids=[housing])

    @staticmethod
    def _copy(fortnight: Fortnight) -> CopyRecord:
        housing = fortnight.partnership.agencies["housing"]
        return next(one for one in record(fortnight).copies if one.agency_id == housing)

    def test_too_late_was_opened(self, fortnight: Fortnight, case_id: uuid.UUID) -> None:
        fortnight.minutes_go_out(fortnight.round())
        answers: list[int] = []

        def calls_back() -> None:
            with fortnight.partnership.acting("coordinator", Purpose.CONFERENCE) as work:
                answers.append(self._calls_back(fortnight, work))

        with fortnight.partnership.acting("housing", Purpose.CONFERENCE) as work:
            minutes.open_copy(work, conference_id=fortnight.round().id)
            other = threading.Thread(target=calls_back)
            other.start()
            other.join(timeout=1)
            assert answers == [], "the call waits for the opening"
        other.join(timeout=20)
        assert answers == [0]
        assert self._copy(fortnight).opened_at is not None
        assert self._copy(fortnight).recalled_at is None

    def test_in_time_was_never_opened(self, fortnight: Fortnight, case_id: uuid.UUID) -> None:
        fortnight.minutes_go_out(fortnight.round())
        answers: list[str] = []

        def opens() -> None:
            try:
                with fortnight.partnership.acting("housing", Purpose.CONFERENCE) as work:
                    minutes.open_copy(work, conference_id=fortnight.round().id)
            except NotFound:
                answers.append("there is none")
            else:
                answers.append("opened")

        with fortnight.partnership.acting("coordinator", Purpose.CONFERENCE) as work:
            assert self._calls_back(fortnight, work) == 1
            work.session.flush()
            other = threading.Thread(target=opens)
            other.start()
            other.join(timeout=1)
            assert answers == [], "the opening waits for the call"
        other.join(timeout=20)
        assert answers == ["there is none"]
        assert self._copy(fortnight).opened_at is None
