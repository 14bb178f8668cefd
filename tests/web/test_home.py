"""The home page of each role: what stops the sitting and what to do next, with nothing on it that the reader may not know."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, time, timedelta
from typing import Any

import pytest

from casework.access.permissions import Purpose
from casework.audit import queries as audit
from casework.conferences import operations as conferences
from casework.conferences.queries import ConferenceRecord
from casework.duties import queries as duties
from casework.referrals import operations as referrals
from casework.referrals.rules import ReturnReason
from config.settings import Settings
from tests.conftest import MailSink
from tests.factories.partnership import APartnership
from tests.factories.referrals import submitted
from tests.scenarios.fortnight import Fortnight
from tests.web.minuted_round import MinutedRound
from tests.web.open_round import OpenRound, words_of
from tests.web.visitor import Visitor, text_of

As = Callable[[str], Visitor]
Counting = Callable[[], AbstractContextManager[Any]]


@pytest.fixture
def opened(list_is_out: OpenRound) -> OpenRound:
    """The list of 9 December is out: Leanne's case and Megan's."""
    return list_is_out


@pytest.fixture
def heard(sitting_is_over: MinutedRound) -> MinutedRound:
    """Two cases heard on 9 December, the minutes in draft."""
    return sitting_is_over


def home_of(visitor: Visitor, conference: ConferenceRecord | None = None) -> str:
    """What somebody's home page says, of one round or of the one that comes first."""
    return words_of(text_of(visitor.open(f"/?round={conference.id}" if conference else "/")))


class TestTheCoordinatorsHome:
    """What stops the sitting, what waits, who is late."""

    def test_draws_the_rounds_clocks_with_today_among_them(self, opened: OpenRound, visitor_as: As) -> None:
        page = text_of(visitor_as("coordinator").open(f"/?round={opened.conference.id}"))
        clocks = page.partition('class="app-clocks"')[2].partition("</ol>")[0]
        names = re.findall(r'app-clocks__name">(?:<a[^>]*>)?([^<]+)', clocks)
        assert names == ["Cut-off", "List out", "Today", "Research due", "Sitting", "Minutes"]

    def test_counts_research_and_shows_each_square(self, opened: OpenRound, visitor_as: As) -> None:
        opened.fortnight.accepts_confidentiality(opened.conference, "housing")
        asked = int(
            re.search(r"0 of (\d+) research answers in", home_of(visitor_as("coordinator"), opened.conference))[1]  # type: ignore[index]
        )
        opened.fortnight.answers("housing", opened.conference, opened.leanne)
        page = text_of(visitor_as("coordinator").open(f"/?round={opened.conference.id}"))
        assert f"1 of {asked} research answers in" in words_of(page)
        grid = page.partition('class="app-grid"')[2]
        assert grid.count("app-cell--answered") == 1
        assert grid.count("app-cell--due") == asked - 1
        assert opened.hearing(opened.leanne) in grid

    def test_keeps_each_number_of_a_case_without_a_safe_contact_in_one_line(
        self, partnership: APartnership, settings: Settings, visitor_as: As
    ) -> None:
        fortnight = Fortnight(partnership, settings)
        bare = {**fortnight.document()["victim"], "safe_contact": None}
        case_id = fortnight.case_for(fortnight.document(victim=bare))
        conference = fortnight.list_goes_out()
        number = fortnight.listing(conference, case_id).case.number
        page = text_of(visitor_as("coordinator").open(f"/?round={conference.id}"))
        assert "1 case without a safe contact" in words_of(page)
        assert f'<span class="app-number">{number}</span>' in page

    def test_shows_what_waits_at_triage_with_its_age_and_what_it_lacks(self, opened: OpenRound, visitor_as: As) -> None:
        olive = {**opened.fortnight.couple(3)}
        olive["victim"] = {**olive["victim"], "safe_contact": None}
        submitted(opened.partnership, olive)
        opened.partnership.now += timedelta(hours=22)
        said = home_of(visitor_as("coordinator"))
        assert "Danuta Elkin 22 hours Missing: a safe way to reach the victim" in said
        assert "1 referral to decide" in said

    def test_chases_everybody_late_in_one_press_and_records_each(
        self, heard: MinutedRound, visitor_as: As, mail: MailSink
    ) -> None:
        heard.fortnight.comes_to(date(2026, 12, 22))
        coordinator = visitor_as("coordinator")
        page = text_of(coordinator.open("/"))
        assert "Vale housing" in page
        assert re.search(r"Chase (all|them)", page)
        mail.recipients.clear()
        back = coordinator.send("/duties/chase", {"whom": "everybody", "there": "home"})
        assert back.headers["Location"] == "/"
        chased = int(re.search(r"Chased: (\d+) dut", text_of(coordinator.follow(back)))[1])  # type: ignore[index]
        with heard.partnership.acting("coordinator", Purpose.OVERSIGHT) as work:
            late = [one.id for one in duties.open_duties(work, late_only=True)]
            noted = [one for one in audit.entries_for(work, subject_ids=late) if one.act == "duty:chase"]
        assert len(noted) == len(late) == chased > 1
        heard.partnership.now += timedelta(minutes=2)
        heard.fortnight.settle()
        assert heard.partnership.people["housing"].email in mail.recipients

    def test_proposes_which_cases_move_when_there_are_too_many(
        self, partnership: APartnership, settings: Settings, visitor_as: As
    ) -> None:
        fortnight = Fortnight(partnership, settings)
        for number in range(3):
            fortnight.case_for(fortnight.couple(number, yes=14 + number))
        with partnership.acting("coordinator") as work:
            conferences.set_capacity(work, conference_id=fortnight.round().id, capacity=2)
        coordinator = visitor_as("coordinator")
        said = home_of(coordinator, fortnight.round())
        assert "3 are listed and there is room for 2" in said
        listed = {one.case.number for one in fortnight.listed(fortnight.round())}
        [moving] = [number for number in listed if f"{number} :" in said]
        answer = coordinator.follow(coordinator.send(f"/rounds/{fortnight.round().id}/run", {"go": "room"}))
        assert "1 moved to the next round" in text_of(answer)
        assert "Too many cases" not in home_of(coordinator, fortnight.round())
        assert listed - {one.case.number for one in fortnight.listed(fortnight.round())} == {moving}

    def test_looks_at_the_round_of_another_marac_on_request(self, opened: OpenRound, visitor_as: As) -> None:
        north = opened.fortnight.round(marac="north")
        assert "Vale North MARAC:" in home_of(visitor_as("coordinator"), north)
        assert "Vale South MARAC:" in home_of(visitor_as("coordinator"), opened.conference)
        said = words_of(text_of(visitor_as("coordinator").open(f"/?round={uuid.uuid4()}")))
        assert " MARAC:" in said, "a round that is not there changes nothing"

    def test_says_what_will_stand_there_before_anything_happened(
        self, partnership: APartnership, visitor_as: As
    ) -> None:
        said = home_of(visitor_as("coordinator"))
        assert "No referral waits to be decided" in said
        assert "Nobody is asked yet" in said

    def test_is_an_administrators_too_without_what_only_a_coordinator_decides(
        self, opened: OpenRound, visitor_as: As
    ) -> None:
        referral_id = submitted(opened.partnership, opened.fortnight.couple(3))
        page = text_of(visitor_as("administrator").open("/"))
        assert "Danuta Elkin" in page
        assert f"/triage/{referral_id}" not in page
        assert f"/triage/{referral_id}" in text_of(visitor_as("coordinator").open("/"))


class TestARepresentativesHome:
    """What one's agency owes, the earliest first."""

    def test_orders_duties_by_due_time_and_shows_how_far_research_is(self, opened: OpenRound, visitor_as: As) -> None:
        opened.fortnight.accepts_confidentiality(opened.conference, "housing")
        opened.fortnight.answers("housing", opened.conference, opened.leanne)
        page = text_of(visitor_as("housing").open("/"))
        assert "1 of 2 answered" in words_of(page)
        due = re.findall(r'app-duties__due">.*?datetime="([^"]+)"', page, re.DOTALL)
        assert due == sorted(due)
        assert "Answer the research request" in page

    def test_counts_a_repeat_only_with_the_whole_list_once_the_statement_is_accepted(
        self, heard: MinutedRound, visitor_as: As
    ) -> None:
        fortnight = heard.fortnight
        again = fortnight.refers()
        with heard.partnership.acting("coordinator", Purpose.TRIAGE) as work:
            referrals.accept(work, referral_id=again, known_case_id=heard.leanne)
        fortnight.case_for(fortnight.couple(1))
        conference = fortnight.list_goes_out(1)
        said = home_of(visitor_as("housing"))
        assert "answered" not in said.partition("Research for the next sitting")[2].partition("actions")[0]
        assert "once you have accepted the confidentiality statement" in said
        fortnight.accepts_confidentiality(conference, "housing")
        assert "0 of 2 answered" in home_of(visitor_as("housing"))

    def test_counts_nothing_of_a_case_from_which_they_are_shut_out(self, opened: OpenRound, visitor_as: As) -> None:
        opened.fortnight.accepts_confidentiality(opened.conference, "housing", "police")
        opened.shuts_out("housing", opened.megan)
        said = home_of(visitor_as("housing"))
        assert "0 of 1 answered" in said
        assert "2 cases" not in said
        assert "0 of 2 answered" in home_of(visitor_as("police"))

    def test_shows_actions_to_do_and_minutes_to_read_by_their_sitting(
        self, heard: MinutedRound, visitor_as: As
    ) -> None:
        heard.goes_out()
        said = home_of(visitor_as("housing"))
        assert "Offer a lock change by Monday 14 December" in said
        assert "Vale South MARAC, Wednesday 9 December issued" in said
        assert "Chase" not in said
        assert "Late, by agency" not in said


class TestTheChairsHome:
    """The next sitting, and what waits for the chair's word."""

    def test_opens_on_the_round_that_they_chair(self, opened: OpenRound, visitor_as: As) -> None:
        people = opened.partnership
        for mine, other in (("south", "north"), ("north", "south")):
            with people.acting("coordinator") as work:
                for marac, key in ((mine, "chair"), (other, "second_coordinator")):
                    conferences.appoint_chair(
                        work, conference_id=opened.fortnight.round(marac=marac).id, account_id=people.account(key)
                    )
            assert f"Vale {mine.title()} MARAC:" in home_of(visitor_as("chair"))

    def test_asks_for_the_statement_before_it_counts_cases(self, opened: OpenRound, visitor_as: As) -> None:
        before = home_of(visitor_as("chair"), opened.conference)
        assert "accept the confidentiality statement" in before
        assert "to be heard" not in before
        opened.fortnight.accepts_confidentiality(opened.conference, "chair")
        after = home_of(visitor_as("chair"), opened.conference)
        assert "2 cases · 2 to be heard, until about 09:54" in after
        assert "accept the confidentiality statement" not in after

    def test_leads_to_minutes_to_approve_until_they_are(self, heard: MinutedRound, visitor_as: As) -> None:
        link = f'href="/minutes/{heard.conference.id}">Vale South MARAC'
        assert link in text_of(visitor_as("chair").open("/"))
        heard.goes_out()
        assert link not in text_of(visitor_as("chair").open("/"))

    def test_tells_of_a_case_that_came_too_late_and_lets_it_in(self, opened: OpenRound, visitor_as: As) -> None:
        opened.fortnight.case_for(opened.fortnight.couple(3))
        chair = visitor_as("chair")
        path = f"/?round={opened.conference.id}"
        assert "1 case came too late for this list" in words_of(text_of(chair.open(path)))
        page = text_of(chair.open(f"{opened.path}/late"))
        assert "Danuta" not in page, "nobody is named before the chair's word"
        listing = re.search(r'name="listing" value="([^"]+)"', page)
        assert listing
        answer = chair.follow(chair.send(f"{opened.path}/late", {"listing": listing[1]}))
        assert "on the list, by your word" in text_of(answer)
        assert "No case waits" in text_of(answer)
        assert "came too late" not in words_of(text_of(chair.open(path)))

    def test_tells_nothing_of_a_late_case_from_which_they_are_shut_out(self, opened: OpenRound, visitor_as: As) -> None:
        late = opened.fortnight.case_for(opened.fortnight.couple(3))
        opened.shuts_out("chair", late)
        chair = visitor_as("chair")
        assert "came too late" not in home_of(chair, opened.conference)
        assert "No case waits" in text_of(chair.open(f"{opened.path}/late"))


class TestTheIdvasHome:
    """Victims to be reached the same day, and those to be told what was agreed."""

    def test_shows_whom_to_reach_first_and_how_that_is_safe(
        self, partnership: APartnership, settings: Settings, visitor_as: As
    ) -> None:
        fortnight = Fortnight(partnership, settings)
        referral_id = fortnight.refers()
        page = text_of(visitor_as("idva").open("/"))
        assert f'href="/first-contacts/{referral_id}">Try to reach: Leanne Whitehouse, new referral' in page
        assert "phone, weekdays 09:30-14:30, 07700 900954" in words_of(page)

    def test_gives_no_two_links_one_name(self, partnership: APartnership, settings: Settings, visitor_as: As) -> None:
        fortnight = Fortnight(partnership, settings)
        for name in ("one", "two", "three"):
            fortnight.refers(fortnight.document(reference=name) if name != "three" else fortnight.couple(1))
        page = text_of(visitor_as("idva").open("/"))
        links = re.findall(r'href="/first-contacts/[^>]+>([^<]+)</a>', page)
        assert len(links) == len(set(links)) == 3
        assert "Try to reach: Leanne Whitehouse, new referral (2 of 2)" in links

    def test_loses_her_once_a_try_is_noted_and_the_coordinator_reads_of_it(
        self, partnership: APartnership, settings: Settings, visitor_as: As
    ) -> None:
        case_id = Fortnight(partnership, settings).case_for()
        idva = visitor_as("idva")
        empty = idva.send(f"/cases/{case_id}/contact", {})
        assert "Choose how it went" in text_of(empty)
        answer = idva.follow(
            idva.send(f"/cases/{case_id}/contact", {"outcome": "not_reached", "words": "No answer at 10:15."})
        )
        assert "tried in vain" in text_of(answer)
        assert "Nobody waits for a first contact" in text_of(idva.open("/"))
        assert "No answer at 10:15." in text_of(visitor_as("coordinator").open(f"/cases/{case_id}/contact"))

    def test_leads_to_those_who_are_to_be_told(self, heard: MinutedRound, visitor_as: As) -> None:
        said = home_of(visitor_as("idva"))
        assert "Tell: Leanne Whitehouse" in said
        assert "Tell: Megan Ashcroft" in said

    def test_names_nobody_of_a_case_from_which_the_idva_is_shut_out(self, heard: MinutedRound, visitor_as: As) -> None:
        heard.shuts_out("idva", heard.megan)
        said = home_of(visitor_as("idva"))
        assert "Megan" not in said
        assert "Leanne" in said

    def test_keeps_the_tries_from_the_rest_of_the_table(
        self, opened: OpenRound, visitor_as: As, partnership: APartnership
    ) -> None:
        opened.fortnight.accepts_confidentiality(opened.conference, "housing", "chair")
        for key in ("housing", "chair", "referrer"):
            assert visitor_as(key).open(f"/cases/{opened.leanne}/contact").status_code in (403, 404)


class TestAReferrersHome:
    def test_puts_first_what_came_back(self, partnership: APartnership, visitor_as: As, settings: Settings) -> None:
        fortnight = Fortnight(partnership, settings)
        referrer = visitor_as("referrer")
        assert "You have sent no referral yet" in text_of(referrer.open("/"))
        sent = fortnight.refers(fortnight.couple(1))
        back = fortnight.refers(fortnight.couple(2))
        with partnership.acting("coordinator", Purpose.TRIAGE) as work:
            referrals.return_to_referrer(work, referral_id=back, reason=ReturnReason.REASONS_TOO_THIN, words="Why now?")
        page = text_of(referrer.open("/"))
        assert page.index("Correct and send again: Chloe Dymock") < page.index("Bethan Corfield")
        assert f"/refer/{sent}" in page
        assert "Chloe" not in text_of(visitor_as("midwife").open("/"))


class TestTheOthersHomes:
    def test_tell_an_observer_when_and_where_and_name_no_case(self, opened: OpenRound, visitor_as: As) -> None:
        observer = visitor_as("observer")
        said = home_of(observer)
        assert "The sitting that you observe" in said
        assert "Leanne" not in said
        assert "C-" not in said
        observer.follow(observer.send(f"{opened.path}/coming", {"state": "apologies"}))
        assert "You have sent apologies" in home_of(observer, opened.conference)

    def test_tell_an_operator_how_the_installation_is_and_of_no_round(self, opened: OpenRound, visitor_as: As) -> None:
        said = home_of(visitor_as("operator"))
        assert "could not be sent" in said
        assert "MARAC:" not in said
        assert "Leanne" not in said


class TestHowManyStatementsAHomeSends:
    def test_is_at_most_twelve_for_everybody_at_every_hour_of_the_round(
        self, opened: OpenRound, visitor_as: As, statements: Counting
    ) -> None:
        people = ("coordinator", "administrator", "chair", "housing", "idva", "referrer", "observer", "operator")
        counted = {}
        opened.fortnight.refers(opened.fortnight.couple(7))  # whom the IDVA is to reach beside those who have a case
        for moment in ("list is out", "sitting"):
            if moment == "sitting":
                opened.fortnight.accepts_confidentiality(opened.conference, "housing", "idva", "chair")
                opened.fortnight.comes_to(opened.conference.sits_on, time(9, 30))
                opened.fortnight.sitting_begins(opened.conference, "housing", "idva", "chair")
            for key in people:
                visitor = visitor_as(key)
                with statements() as sent:
                    visitor.open("/")
                counted[moment, key] = len(sent)
        assert {place: count for place, count in counted.items() if count > 12} == {}
