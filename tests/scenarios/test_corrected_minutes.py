"""Minutes that are out are corrected: what nobody opened is called back, a new version is approved and issued, each with its receipts."""

from __future__ import annotations

import uuid
from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from casework.access.permissions import Purpose
from casework.cases import operations as cases
from casework.clock import london_date
from casework.documents.mails import MailTemplate
from casework.duties import queries as duties
from casework.errors import Conflict, Invalid, NotAllowed, NotFound
from casework.minutes import operations as minutes
from casework.minutes import queries
from casework.minutes.queries import MinutesRecord
from casework.notifications.models import Notice
from casework.partnerships import operations as partnerships
from tests.factories.partnership import CORE
from tests.scenarios.fortnight import Fortnight

RECORDED = "She wants to stay in her home."
WRONG = "The wrong person was named as the one who tells her."


@pytest.fixture
def case_id(fortnight: Fortnight) -> uuid.UUID:
    """One case, its minutes out to police, housing and the IDVA service; housing has opened its copy."""
    found = fortnight.case_for()
    conference = fortnight.list_goes_out()
    fortnight.accepts_confidentiality(conference, "police", "housing", "idva", "chair")
    fortnight.sitting_begins(conference, "police", "housing")
    fortnight.hears(conference, found, ("housing", "Offer a lock change", conference.sits_on + timedelta(days=5)))
    fortnight.sitting_ends(conference)
    fortnight.minutes_go_out(conference)
    opens(fortnight, "housing")
    return found


def opens(fortnight: Fortnight, who: str) -> MinutesRecord:
    with fortnight.partnership.acting(who, Purpose.CONFERENCE) as work:
        return minutes.open_copy(work, conference_id=fortnight.round().id)


def corrects(fortnight: Fortnight, because: str = WRONG, who: str = "coordinator") -> None:
    with fortnight.partnership.acting(who, Purpose.CONFERENCE) as work:
        minutes.correct(work, conference_id=fortnight.round().id, because=because)


def changes(fortnight: Fortnight, case_id: uuid.UUID, words: str) -> None:
    listing = fortnight.listing(fortnight.round(), case_id)
    with fortnight.partnership.acting("coordinator", Purpose.CONFERENCE) as work:
        minutes.amend(work, conference_id=fortnight.round().id, listing_id=listing.id, part="voice", words=words)


def whole(fortnight: Fortnight, version: int | None = None) -> MinutesRecord:
    with fortnight.partnership.acting("coordinator", Purpose.CONFERENCE) as work:
        return queries.whole_record(work, conference_id=fortnight.round().id, version=version)


def told(fortnight: Fortnight, template: MailTemplate, about: str) -> set[str]:
    """Who was told by a mail of these fixed words, with this at the end of what it is about."""
    people = {fortnight.partnership.account(key): key for key in ("police", "housing", "idva", "probation")}
    with fortnight.partnership.acting(None) as work:
        sent = work.session.scalars(
            select(Notice.recipient_account_id).where(
                Notice.template == template.value, Notice.dedupe_key.endswith(about), Notice.state == "sent"
            )
        ).all()
    return {people[one] for one in sent}


class TestACorrectedVersion:
    def test_begins_as_the_words_that_are_out_and_replaces_them_when_it_is_issued(
        self, fortnight: Fortnight, case_id: uuid.UUID
    ) -> None:
        first = whole(fortnight)
        corrects(fortnight)
        draft = whole(fortnight)
        assert (draft.version, draft.state, draft.may_amend) == (2, "draft", True)
        assert draft.document.cases == first.document.cases
        assert draft.correction is not None
        assert (draft.correction.because, draft.correction.by) == (WRONG, "Priya Nair")
        changes(fortnight, case_id, "She wants to move.")
        fortnight.minutes_go_out(fortnight.round())
        for who in ("police", "housing", "idva"):
            copy = opens(fortnight, who)
            assert [one.victims_voice for one in copy.document.cases] == ["She wants to move."]
            assert copy.document.about_version == "Version 2 replaces version 1, which no longer holds."
            assert WRONG not in repr(copy)
        assert [one.victims_voice for one in whole(fortnight, 1).document.cases] == [RECORDED]

    def test_calls_back_what_nobody_opened_and_leaves_the_rest_marked_until_it_is_out(
        self, fortnight: Fortnight, case_id: uuid.UUID
    ) -> None:
        corrects(fortnight)
        kept = opens(fortnight, "housing")
        assert kept.document.about_version == (
            "These minutes are being corrected. Ask the co-ordinator before you act on them."
        )
        assert [one.victims_voice for one in kept.document.cases] == [RECORDED]
        with pytest.raises(NotFound):
            opens(fortnight, "police")
        with fortnight.partnership.acting("police", Purpose.CONFERENCE) as work:
            assert queries.own_copies(work).unread == ()

    def test_is_told_of_without_content_to_who_opened_the_old_one_and_then_to_all(
        self, fortnight: Fortnight, case_id: uuid.UUID
    ) -> None:
        first = whole(fortnight).id
        corrects(fortnight)
        fortnight.settle()
        assert told(fortnight, MailTemplate.SOMETHING_NEW, f"correcting:{first}") == {"housing"}
        fortnight.minutes_go_out(fortnight.round())
        assert told(fortnight, MailTemplate.DOCUMENT_READY, f"minutes:{whole(fortnight).id}") == {
            "police",
            "housing",
            "idva",
        }

    def test_has_receipts_and_changes_of_its_own(self, fortnight: Fortnight, case_id: uuid.UUID) -> None:
        corrects(fortnight)
        changes(fortnight, case_id, "She wants to move.")
        fortnight.minutes_go_out(fortnight.round())
        opens(fortnight, "police")
        ids = fortnight.partnership.agencies
        now, [before] = whole(fortnight), whole(fortnight).earlier
        assert {one.agency_id for one in now.copies if one.opened_at} == {ids["police"]}
        assert {one.agency_id for one in before.copies if one.opened_at} == {ids["housing"]}
        assert {one.agency_id for one in before.copies if one.recalled_at} == {ids["police"], ids["idva_service"]}
        with fortnight.partnership.acting("chair", Purpose.CONFERENCE) as work:
            of_each = [len(queries.edits(work, conference_id=fortnight.round().id, version=one)) for one in (1, 2)]
            with pytest.raises(NotFound):
                queries.edits(work, conference_id=fortnight.round().id, version=3)
        assert of_each == [0, 1]

    def test_is_not_given_to_who_was_shut_out_meanwhile_and_the_old_copy_is_gone_too(
        self, fortnight: Fortnight, case_id: uuid.UUID
    ) -> None:
        corrects(fortnight)
        housing = fortnight.partnership.agencies["housing"]
        with fortnight.partnership.acting("chair", Purpose.OVERSIGHT) as work:
            cases.block(work, case_id=case_id, agency_id=housing, reason="He works there.")
        fortnight.minutes_go_out(fortnight.round())
        with pytest.raises(NotFound):
            opens(fortnight, "housing")
        with fortnight.partnership.acting("housing", Purpose.CONFERENCE) as work:
            assert queries.has_own_copy(work, conference_ids=[fortnight.round().id]) == set()

    def test_leaves_nobody_without_a_word_whose_agency_gets_no_copy_of_it(
        self, fortnight: Fortnight, case_id: uuid.UUID
    ) -> None:
        self._protocol_ends(fortnight, "housing")
        corrects(fortnight)
        fortnight.minutes_go_out(fortnight.round())
        assert told(fortnight, MailTemplate.SOMETHING_NEW, f"withdrawn:{whole(fortnight).id}") == {"housing"}
        for who, sittings in (("housing", [fortnight.round().sits_at]), ("police", []), ("idva", [])):
            with fortnight.partnership.acting(who, Purpose.CONFERENCE) as work:
                assert [one.sits_at for one in queries.withdrawn_copies(work)] == sittings
        with pytest.raises(NotFound):
            opens(fortnight, "housing")

    def test_is_no_word_to_who_was_shut_out_meanwhile(self, fortnight: Fortnight, case_id: uuid.UUID) -> None:
        self._protocol_ends(fortnight, "housing")
        corrects(fortnight)
        with fortnight.partnership.acting("chair", Purpose.OVERSIGHT) as work:
            cases.block(work, case_id=case_id, account_id=fortnight.partnership.account("housing"), reason="An aunt.")
        fortnight.minutes_go_out(fortnight.round())
        assert told(fortnight, MailTemplate.SOMETHING_NEW, f"withdrawn:{whole(fortnight).id}") == set()
        with fortnight.partnership.acting("housing", Purpose.CONFERENCE) as work:
            assert queries.withdrawn_copies(work) == ()

    @staticmethod
    def _protocol_ends(fortnight: Fortnight, slug: str) -> None:
        partnership = fortnight.partnership
        today = london_date(partnership.now)
        with partnership.acting(None) as work:
            partnerships.sign_protocol(
                work,
                agency_id=partnership.agencies[slug],
                version="2026",
                signed_on=today - timedelta(days=400),
                expires_on=today,
            )

    def test_hides_its_reason_from_whoever_is_shut_out_of_a_case_in_it(
        self, fortnight: Fortnight, case_id: uuid.UUID
    ) -> None:
        corrects(fortnight, because="Leanne, not Carla.")
        with fortnight.partnership.acting("coordinator", Purpose.OVERSIGHT) as work:
            cases.block(work, case_id=case_id, account_id=fortnight.partnership.account("chair"), reason="Her aunt.")
        for who, words in (("chair", ""), ("coordinator", "Leanne, not Carla.")):
            with fortnight.partnership.acting(who, Purpose.CONFERENCE) as work:
                record = queries.whole_record(work, conference_id=fortnight.round().id)
            assert record.correction is not None
            assert (record.correction.because, record.correction.by) == (words, "Priya Nair")
            assert ("Carla" in repr(record)) == bool(words)

    def test_is_owed_by_the_chair_from_the_day_on_which_it_was_begun(
        self, fortnight: Fortnight, case_id: uuid.UUID
    ) -> None:
        fortnight.comes_to(date(2027, 1, 6))
        corrects(fortnight)
        with fortnight.partnership.acting("coordinator") as work:
            owed = duties.open_duties(work, kinds=["minutes_approval", "minutes_issue"])
        assert len(owed) == 2
        assert all(date(2027, 1, 6) < london_date(one.due_at) < date(2027, 1, 20) for one in owed)

    def test_is_begun_only_of_what_is_out_with_a_reason_by_who_drafts(
        self, fortnight: Fortnight, case_id: uuid.UUID
    ) -> None:
        with pytest.raises(Invalid) as refused:
            corrects(fortnight, because="  ")
        assert [one.field for one in refused.value.errors] == ["because"]
        for who in ("chair", "police"):
            with pytest.raises(NotAllowed):
                corrects(fortnight, who=who)
        assert opens(fortnight, "police").document.about_version is None, "nothing was called back"
        corrects(fortnight)
        with pytest.raises(Conflict):
            corrects(fortnight)


class TestCasesWhoseTwelveMonthsHavePassed:
    def test_stand_in_the_next_minutes_for_each_agency_that_had_a_flag(
        self, fortnight: Fortnight, case_id: uuid.UUID
    ) -> None:
        number = fortnight.listing(fortnight.round(), case_id).case.number
        fortnight.comes_to(date(2027, 11, 24), time(7))
        conference = fortnight.round_on(date(2027, 12, 8))
        other = fortnight.case_for(fortnight.couple(3))
        fortnight.partnership.now = conference.list_out_at
        fortnight.settle()
        fortnight.accepts_confidentiality(conference, "police", "housing", "idva", "chair")
        fortnight.sitting_begins(conference, "police", "housing")
        fortnight.hears(conference, other)
        fortnight.sitting_ends(conference)
        fortnight.minutes_go_out(conference)

        def lapsed(who: str, as_agency: str | None = None) -> tuple[str, ...]:
            with fortnight.partnership.acting(who, Purpose.CONFERENCE) as work:
                if who != "coordinator":
                    return queries.own_copy(work, conference_id=conference.id).document.lapsed
                agency_id = fortnight.partnership.agencies[as_agency] if as_agency else None
                record = queries.whole_record(work, conference_id=conference.id, as_agency_id=agency_id)
                return record.document.lapsed

        assert lapsed("coordinator") == (number,)
        assert "housing" in CORE
        assert lapsed("housing") == lapsed("coordinator", "housing") == (number,)
        assert lapsed("coordinator", "education") == ()
        with fortnight.partnership.acting("chair", Purpose.OVERSIGHT) as work:
            cases.block(work, case_id=case_id, account_id=fortnight.partnership.account("housing"), reason="An aunt.")
        assert lapsed("housing") == ()
        assert lapsed("police") == (number,)
