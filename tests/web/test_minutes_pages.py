"""The pages of minutes: the whole record for who makes it, each agency's own copy for who reads it, and nothing of a blocked case."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from docx import Document
from werkzeug.test import TestResponse

from casework.access.permissions import Purpose
from casework.clock import london_date
from casework.minutes import queries
from casework.partnerships import operations as partnerships
from casework.web.minutes import WORD
from tests.web.minuted_round import MinutedRound
from tests.web.visitor import Visitor, text_of, without_token

As = Callable[[str], Visitor]
Counting = Callable[[], AbstractContextManager[Any]]


@pytest.fixture
def heard(sitting_is_over: MinutedRound) -> MinutedRound:
    """Two cases heard, the minutes in draft."""
    return sitting_is_over


@pytest.fixture
def page(heard: MinutedRound) -> str:
    """Where the round's minutes stand."""
    return f"/minutes/{heard.conference.id}"


class TestTheWholeRecord:
    """The record as co-ordinator, administrator and chair read it."""

    @pytest.mark.parametrize("key", ["coordinator", "administrator", "chair"])
    def test_is_read_from_the_list_by_who_makes_it(
        self, visitor_as: As, heard: MinutedRound, page: str, key: str, statements: Counting
    ) -> None:
        visitor = visitor_as(key)
        assert page in text_of(visitor.open("/minutes"))
        with statements() as sent:
            text = text_of(visitor.open(page))
        assert len(sent) <= 12, sent
        for words in ("Leanne Whitehouse", "Megan Ashcroft", "Offer a lock change", "Two call-outs", "Draft"):
            assert words in text

    def test_is_amended_part_by_part_until_it_is_approved(self, visitor_as: As, heard: MinutedRound, page: str) -> None:
        coordinator = visitor_as("coordinator")
        listing = heard.fortnight.listing(heard.conference, heard.leanne)
        voice = f"{page}/cases/{listing.id}/amend/voice"
        assert "She wants to stay in her home." in text_of(coordinator.open(voice))
        answer = coordinator.send(voice, {"words": "She wants a new lock."})
        assert answer.headers["Location"].endswith(f"#case-{listing.case.number}")
        coordinator.open(f"{page}/amend/other_business")
        coordinator.send(f"{page}/amend/other_business", {"words": "The next sitting begins at ten."})
        text = text_of(coordinator.open(page))
        assert "She wants a new lock." in text
        assert "The next sitting begins at ten." in text
        too_long = coordinator.send(voice, {"words": "x" * 9000})
        assert too_long.status_code == 422
        chair = visitor_as("chair")
        chair.open(page)
        assert chair.send(f"{page}/approve").status_code == 303
        assert "nothing in them changes" in text_of(coordinator.open(voice))
        assert coordinator.send(voice, {"words": "Too late."}).status_code == 409

    def test_has_no_page_for_a_part_that_is_kept_as_recorded(
        self, visitor_as: As, heard: MinutedRound, page: str
    ) -> None:
        listing = heard.fortnight.listing(heard.conference, heard.leanne)
        coordinator = visitor_as("coordinator")
        assert coordinator.open(f"{page}/cases/{listing.id}/amend/risks").status_code == 404
        assert coordinator.open(f"{page}/cases/{listing.id}/amend/other_business").status_code == 404
        assert coordinator.open(f"{page}/amend/voice").status_code == 404

    def test_is_approved_by_the_chair_who_may_take_it_back(
        self, visitor_as: As, heard: MinutedRound, page: str
    ) -> None:
        coordinator, chair = visitor_as("coordinator"), visitor_as("chair")
        assert "Approve the minutes" not in text_of(coordinator.open(page))
        assert coordinator.send(f"{page}/approve").status_code == 404
        assert "Approve the minutes" in text_of(chair.open(page))
        assert "They go out" in text_of(chair.follow(chair.send(f"{page}/approve")))
        assert "Issue now" in text_of(coordinator.open(page))
        assert "are a draft again" in text_of(chair.follow(chair.send(f"{page}/take-back")))
        assert "Issue now" not in text_of(coordinator.open(page))

    def test_is_seen_as_an_agency_with_what_its_copy_leaves_out_and_why(
        self, visitor_as: As, heard: MinutedRound, page: str
    ) -> None:
        coordinator, ids = visitor_as("coordinator"), heard.partnership.agencies
        as_housing = text_of(coordinator.open(f"{page}?agency={ids['housing']}"))
        assert "As Vale housing will see it" in as_housing
        assert "it has every case" in as_housing
        assert "is left out</h3>" not in as_housing
        assert as_housing.count("Offer a lock change") == 2
        as_probation = text_of(coordinator.open(f"{page}?agency={ids['probation']}"))
        left_out = as_probation.partition("What this copy leaves out")[2]
        assert left_out.count("the whole case: nobody of the agency has accepted the confidentiality statement") == 2
        assert as_probation.count("is left out</h3>") == 2
        assert as_probation.count("Offer a lock change") == 1
        for nobody in ("somebody", "00000000-0000-4000-8000-000000000000"):
            assert coordinator.open(f"{page}?agency={nobody}").status_code == 404

    def test_says_that_an_agency_is_blocked_only_to_who_may_set_a_block(
        self, visitor_as: As, heard: MinutedRound, page: str
    ) -> None:
        heard.shuts_out_agency("housing", heard.megan)
        seen_as = f"{page}?agency={heard.partnership.agencies['housing']}"
        assert "the agency is blocked" in text_of(visitor_as("coordinator").open(seen_as))
        as_administrator = text_of(visitor_as("administrator").open(seen_as))
        assert "it is not for this agency" in as_administrator
        assert "blocked" not in as_administrator
        for key, code in (("coordinator", "blocked"), ("administrator", "not_for_this_agency")):
            with heard.partnership.acting(key, Purpose.CONFERENCE) as work:
                housing = heard.partnership.agencies["housing"]
                record = queries.whole_record(work, conference_id=heard.conference.id, as_agency_id=housing)
            assert [one.code for one in record.left_out] == [code]
            assert {one.code_for(housing) for one in (record.audience or {}).values()} == {"shared", code}


class TestCopies:
    """What each agency has, and what the co-ordinator sees of it."""

    def test_are_not_there_before_the_minutes_are_issued(self, visitor_as: As, heard: MinutedRound, page: str) -> None:
        housing = visitor_as("housing")
        assert page not in text_of(housing.open("/minutes"))
        assert housing.open(page).status_code == 404

    def test_are_issued_at_once_by_the_coordinator(self, visitor_as: As, heard: MinutedRound, page: str) -> None:
        chair, coordinator = visitor_as("chair"), visitor_as("coordinator")
        chair.open(page)
        chair.send(f"{page}/approve")
        coordinator.open(page)
        assert "agencies have a copy" in text_of(coordinator.follow(coordinator.send(f"{page}/issue")))
        assert page in text_of(visitor_as("housing").open("/minutes"))

    def test_are_read_by_the_agency_and_the_coordinator_sees_that_they_were(
        self, visitor_as: As, heard: MinutedRound, page: str, statements: Counting
    ) -> None:
        heard.goes_out()
        coordinator, housing = visitor_as("coordinator"), visitor_as("housing")
        assert "Karen Stubbs" not in text_of(coordinator.open(page)).partition("Copies:")[2]
        with statements() as sent:
            text = text_of(housing.open(page))
        assert len(sent) <= 12, sent
        assert "Copy for Vale housing" in text
        assert "Leanne Whitehouse" in text
        for for_others in ("See it as this agency", "Copies:", "Call back", "Change<", "Approve the"):
            assert for_others not in text
        whole = text_of(coordinator.open(page))
        for text_with_the_way in (text, whole):
            assert text_with_the_way.partition('aria-label="In these minutes"')[2].count('href="#case-C-') == 2
        assert 'href="#copies"' in whole
        copies = whole.partition("Copies:")[2]
        assert "Karen Stubbs" in copies
        assert "Opened" in copies

    def test_are_called_back_as_long_as_nobody_opened_them(
        self, visitor_as: As, heard: MinutedRound, page: str
    ) -> None:
        heard.goes_out()
        coordinator = visitor_as("coordinator")
        visitor_as("housing").open(page)
        coordinator.open(page)
        ids = heard.partnership.agencies
        again = coordinator.follow(coordinator.send(f"{page}/recall", {"agency": str(ids["housing"])}))
        assert "what was opened stays read" in text_of(again)
        called = coordinator.follow(coordinator.send(f"{page}/recall", {"agency": str(ids["police"])}))
        assert "Called back, unopened: 1" in text_of(called)
        assert visitor_as("police").open(page).status_code == 404
        assert visitor_as("housing").open(page).status_code == 200
        coordinator.send(f"{page}/recall")
        assert visitor_as("idva").open(page).status_code == 404

    def test_show_nothing_of_a_case_from_which_the_reader_is_shut_out(
        self, visitor_as: As, heard: MinutedRound, page: str
    ) -> None:
        heard.goes_out()
        megan = heard.fortnight.listing(heard.conference, heard.megan).case.number
        assert megan in text_of(visitor_as("housing").open(page))
        heard.shuts_out("housing", heard.megan)
        text = text_of(visitor_as("housing").open(page))
        assert "Leanne Whitehouse" in text
        for trace in ("Megan", "Ashcroft", "another estate", megan):
            assert trace not in text
        heard.shuts_out("housing", heard.leanne)
        housing = visitor_as("housing")
        assert page not in text_of(housing.open("/minutes"))
        gone = housing.open(page)
        missing = housing.open("/minutes/00000000-0000-4000-8000-000000000000")
        assert without_token(gone) == without_token(missing)

    @pytest.mark.parametrize("key", ["referrer", "observer", "operator"])
    def test_are_not_for_everybody(self, visitor_as: As, heard: MinutedRound, page: str, key: str) -> None:
        heard.goes_out()
        visitor = visitor_as(key)
        assert visitor.open("/minutes").status_code == 403
        for path in (page, f"{page}/minutes.pdf"):
            assert visitor.open(path).status_code == 404

    def test_are_not_changed_by_who_only_reads(self, visitor_as: As, heard: MinutedRound, page: str) -> None:
        heard.goes_out()
        housing = visitor_as("housing")
        for verb in ("approve", "take-back", "issue", "recall", "amend/other_business"):
            assert housing.send(f"{page}/{verb}").status_code == 404


class TestACorrectedVersion:
    """What went out wrong, made anew: by the co-ordinator, approved by the chair."""

    def test_is_begun_with_its_reason_and_replaces_each_copy(
        self, visitor_as: As, heard: MinutedRound, page: str, statements: Counting
    ) -> None:
        heard.goes_out()
        coordinator, housing = visitor_as("coordinator"), visitor_as("housing")
        housing.open(page)
        assert "Make a corrected version" in text_of(coordinator.open(page))
        asked = text_of(coordinator.open(f"{page}/correct"))
        assert "2 copies that nobody has opened are called back" in asked
        assert "1 agency has opened its copy" in asked
        assert coordinator.send(f"{page}/correct", {"because": ""}).status_code == 422
        begun = text_of(coordinator.follow(coordinator.send(f"{page}/correct", {"because": "Wrong name."})))
        for words in ("Version 2", "Wrong name.", "Priya Nair", "waits for the chair", "Copies of version 1"):
            assert words in begun
        assert "being corrected" in text_of(housing.open(page))
        assert page in text_of(housing.open("/minutes"))
        assert visitor_as("police").open(page).status_code == 404
        with statements() as sent:
            first = text_of(coordinator.open(f"{page}?version=1"))
        assert len(sent) <= 12, sent
        assert "This version was replaced" in first
        for changing in ("Change<", "Approve the", "Call back the", "Make a corrected"):
            assert changing not in first
        assert coordinator.open(f"{page}?version=3").status_code == 404
        assert coordinator.open(f"{page}?version=x").status_code == 404
        heard.goes_out()
        text = text_of(visitor_as("housing").open(page))
        assert "Version 2 replaces version 1" in text
        assert "Wrong name." not in text
        assert "Version 2 replaces version 1" in said_in(visitor_as("police").open(f"{page}/minutes.docx"))

    def test_says_so_where_an_agency_that_read_the_old_one_has_no_copy_of_it(
        self, visitor_as: As, heard: MinutedRound, page: str, statements: Counting
    ) -> None:
        heard.goes_out()
        visitor_as("housing").open(page)
        coordinator = visitor_as("coordinator")
        coordinator.open(page)
        coordinator.send(f"{page}/correct", {"because": "Wrong name."})
        partnership = heard.partnership
        today = london_date(partnership.now)
        with partnership.acting(None) as work:
            ids = {"agency_id": partnership.agencies["housing"], "version": "2026"}
            partnerships.sign_protocol(work, **ids, signed_on=today - timedelta(days=400), expires_on=today)
        heard.goes_out()
        housing = visitor_as("housing")
        with statements() as sent:
            said = text_of(housing.open(page))
        assert len(sent) <= 12, sent
        assert "copy of these minutes is withdrawn" in said
        assert "Leanne" not in said
        assert "Withdrawn" in text_of(housing.open("/minutes"))
        with statements() as sent:
            assert "your copy no longer holds" in text_of(housing.open("/"))
        assert len(sent) <= 12, sent
        assert housing.open(f"{page}/minutes.pdf").status_code == 404
        police = visitor_as("police")
        assert "withdrawn" not in text_of(police.open(page)) + text_of(police.open("/minutes")) + text_of(
            police.open("/")
        )

    def test_is_not_begun_by_others_or_before_the_minutes_are_out(
        self, visitor_as: As, heard: MinutedRound, page: str
    ) -> None:
        coordinator = visitor_as("coordinator")
        assert "not out yet" in text_of(coordinator.open(f"{page}/correct"))
        assert coordinator.send(f"{page}/correct", {"because": "Wrong."}).status_code == 409
        for key in ("chair", "housing"):
            assert visitor_as(key).open(f"{page}/correct").status_code == 404


class TestThePdf:
    """The same on paper."""

    def test_is_given_under_a_name_that_says_nothing_and_is_not_kept(
        self, visitor_as: As, heard: MinutedRound, page: str
    ) -> None:
        heard.goes_out()
        answer = visitor_as("housing").open(f"{page}/minutes.pdf")
        assert answer.data.startswith(b"%PDF-")
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="minutes.pdf"'
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Opened" in text_of(visitor_as("coordinator").open(page)).partition("Copies:")[2]

    def test_is_the_copy_of_the_reader_whatever_agency_the_address_names(
        self, visitor_as: As, heard: MinutedRound, page: str
    ) -> None:
        heard.goes_out()
        police = f"{page}/minutes.pdf?agency={heard.partnership.agencies['police']}"
        assert b"%PDF-" in visitor_as("housing").open(police).data
        copies = text_of(visitor_as("coordinator").open(page)).partition("Copies:")[2]
        assert "Karen Stubbs" in copies
        assert "Ruth Hadley" not in copies


def said_in(answer: TestResponse) -> str:
    """Every word of a Word file, from its parts in the order in which they are packed."""
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        return "\n".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())


class TestTheWordFile:
    """The same to go on working with, for each agency its own."""

    def test_is_given_under_a_name_that_says_nothing_and_opens_the_copy(
        self, visitor_as: As, heard: MinutedRound, page: str
    ) -> None:
        heard.goes_out()
        answer = visitor_as("housing").open(f"{page}/minutes.docx")
        assert answer.headers["Content-Type"] == WORD
        assert answer.headers["Content-Disposition"] == 'attachment; filename="minutes.docx"'
        assert answer.headers["Cache-Control"] == "no-store"
        head = Document(io.BytesIO(answer.data)).sections[0].header.paragraphs[1].text
        assert head == "Copy for Vale housing. Taken by Karen Stubbs, Wednesday 9 December 2026, 12:40"
        assert "Karen Stubbs" in text_of(visitor_as("coordinator").open(page)).partition("Copies:")[2]

    def test_holds_what_each_agency_may_see_and_nothing_else(
        self, visitor_as: As, heard: MinutedRound, page: str
    ) -> None:
        heard.shuts_out_agency("idva_service", heard.megan)
        heard.goes_out()
        leannes = ("Leanne Whitehouse", "Piotr Patel", "Offer a lock change", "Two call-outs")
        megans = ("Megan Ashcroft", "Carl Dunne", "Move her to another estate")
        housing, idva = (said_in(visitor_as(key).open(f"{page}/minutes.docx")) for key in ("housing", "idva"))
        for words in (*leannes, *megans):
            assert words in housing
        for words in leannes:
            assert words in idva
        number = heard.fortnight.listing(heard.conference, heard.megan).case.number
        for words in (*megans, number, "Megan", "Ashcroft"):
            assert words not in idva
        # The sender takes the very same for the agency, and the whole record for themselves.
        ids = heard.partnership.agencies
        coordinator = visitor_as("coordinator")
        taken = said_in(coordinator.open(f"{page}/minutes.docx?agency={ids['idva_service']}"))
        assert "Copy for Vale idva service. Taken by Priya Nair" in taken
        assert "Megan" not in taken
        assert "Megan" in said_in(coordinator.open(f"{page}/minutes.docx"))

    def test_is_nobody_elses_whatever_agency_the_address_names(
        self, visitor_as: As, heard: MinutedRound, page: str
    ) -> None:
        heard.goes_out()
        police = heard.partnership.agencies["police"]
        assert "Copy for Vale housing" in said_in(visitor_as("housing").open(f"{page}/minutes.docx?agency={police}"))
        for key in ("probation", "referrer", "observer", "operator"):
            assert visitor_as(key).open(f"{page}/minutes.docx").status_code == 404


class TestChanges:
    """What was changed in the draft, as differences."""

    def test_are_shown_as_what_was_taken_out_and_put_in(self, visitor_as: As, heard: MinutedRound, page: str) -> None:
        coordinator = visitor_as("coordinator")
        assert "Nothing was changed" in text_of(coordinator.open(f"{page}/changes"))
        listing = heard.fortnight.listing(heard.conference, heard.leanne)
        voice = f"{page}/cases/{listing.id}/amend/voice"
        coordinator.open(voice)
        coordinator.send(voice, {"words": "She wants to stay <b>near</b> her home.", "changes_seen": "0"})
        text = text_of(coordinator.open(f"{page}/changes"))
        assert f"{listing.case.number}: What the victim wants" in text
        assert "Priya Nair" in text
        assert "</span>in <span" in text.partition("<del>")[2].partition("</del>")[0]
        assert "&lt;b&gt;near&lt;/b&gt;" in text.partition("<ins>")[2].partition("</ins>")[0]
        assert "Changed by Priya Nair" in text_of(coordinator.open(page))
        beside = text_of(coordinator.open(f"{page}?agency={heard.partnership.agencies['housing']}"))
        assert beside.count("Changed by Priya Nair") == 1
        assert "She wants to stay" in text_of(visitor_as("chair").open(f"{page}/changes"))

    def test_of_somebody_else_meanwhile_come_back_with_what_was_typed(
        self, visitor_as: As, heard: MinutedRound, page: str
    ) -> None:
        listing = heard.fortnight.listing(heard.conference, heard.leanne)
        voice = f"{page}/cases/{listing.id}/amend/voice"
        first, second = visitor_as("coordinator"), visitor_as("administrator")
        first.open(voice)
        second.open(voice)
        first.send(voice, {"words": "She wants to move.", "changes_seen": "0"})
        answer = second.send(voice, {"words": "She wants a dog.", "changes_seen": "0"})
        assert answer.status_code == 422
        assert "Priya Nair changed this while you wrote" in text_of(answer)
        assert "She wants a dog." in text_of(answer)

    def test_are_for_who_works_on_the_record(self, visitor_as: As, heard: MinutedRound, page: str) -> None:
        heard.goes_out()
        for part in ("changes", "progress"):
            assert visitor_as("housing").open(f"{page}/{part}").status_code == 404


class TestHowFarTheyAre:
    """The steps from the draft to the copies that were opened."""

    def test_is_said_step_by_step(self, visitor_as: As, heard: MinutedRound, page: str, statements: Counting) -> None:
        coordinator, chair = visitor_as("coordinator"), visitor_as("chair")
        progress = f"{page}/progress"
        text = text_of(coordinator.open(progress))
        assert "waits for the chair" in text
        assert "app-follow" not in text
        chair.open(page)
        chair.send(f"{page}/approve")
        text = text_of(coordinator.open(progress))
        assert "by itself within minutes" in text
        assert "app-follow" in text
        coordinator.send(f"{page}/issue")
        text = text_of(coordinator.open(progress))
        assert "to 3 agencies" in text
        assert "about to go out" in text
        heard.fortnight.settle()
        visitor_as("housing").open(page)
        with statements() as sent:
            text = text_of(coordinator.open(progress))
        assert len(sent) <= 12, sent
        assert "3 of 3 people" in text
        assert "1 of 3 agencies" in text
        assert "app-follow" not in text
        heard.partnership.now += timedelta(days=2)
        assert "Told by e-mail" not in text_of(visitor_as("coordinator").open(progress))

    def test_says_nothing_of_the_cases(self, visitor_as: As, heard: MinutedRound, page: str) -> None:
        text = text_of(visitor_as("coordinator").open(f"{page}/progress"))
        for trace in ("Leanne", "Megan", "C-", "lock change"):
            assert trace not in text

    def test_needs_a_dozen_statements_at_most_with_every_mark_and_side_by_side(
        self, visitor_as: As, heard: MinutedRound, page: str, statements: Counting
    ) -> None:
        heard.goes_out()
        visitor_as("housing").open(page)
        coordinator = visitor_as("coordinator")
        for path in (page, f"{page}?agency={heard.partnership.agencies['housing']}", f"{page}/changes"):
            with statements() as sent:
                assert coordinator.open(path).status_code == 200
            assert len(sent) <= 12, (path, sent)
