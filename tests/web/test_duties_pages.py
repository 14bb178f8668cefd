"""The page of duties: what one owes and where it is done; and what is late of others, chased in one press by who may."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

import pytest

from config.settings import Settings
from tests.conftest import MailSink
from tests.factories.partnership import APartnership
from tests.scenarios.fortnight import Fortnight
from tests.web.minuted_round import MinutedRound
from tests.web.visitor import Visitor, text_of

As = Callable[[str], Visitor]
Counting = Callable[[], AbstractContextManager[Any]]


@pytest.fixture
def heard(sitting_is_over: MinutedRound) -> MinutedRound:
    """Two cases heard, minutes in draft, files to be marked, an action of housing in each."""
    return sitting_is_over


class TestWhatOneOwes:
    """Everybody's own duties."""

    def test_is_nothing_before_anything_happened(self, visitor_as: As, partnership: APartnership) -> None:
        for key in ("referrer", "housing", "operator", "observer"):
            text = text_of(visitor_as(key).open("/duties"))
            assert "You owe nothing now" in text
            assert "Late, by who owes it" not in text

    def test_is_said_once_a_round_with_the_number_of_cases_and_where_it_is_done(
        self, visitor_as: As, partnership: APartnership, settings: Settings, statements: Counting
    ) -> None:
        fortnight = Fortnight(partnership, settings)
        fortnight.case_for()
        conference = fortnight.list_goes_out()
        housing = visitor_as("housing")
        with statements() as sent:
            text = text_of(housing.open("/duties"))
        assert len(sent) <= 12, sent
        assert text.count("Answer the research request") == 1
        assert "1 case, Vale South MARAC, Wednesday 9 December" in text
        assert f'href="/rounds/{conference.id}/research"' in text
        assert "Accept the confidentiality statement" in text
        assert f'href="/rounds/{conference.id}"' in text

    def test_leads_each_to_the_page_where_they_do_it(self, visitor_as: As, heard: MinutedRound) -> None:
        housing = text_of(visitor_as("housing").open("/duties"))
        assert 'href="/actions">Report on the action' in housing
        assert 'href="/actions#marks">Mark your files' in housing
        idva = text_of(visitor_as("idva").open("/duties"))
        assert idva.count('href="/actions#victims">Tell the victim') == 2
        assert re.search(r'href="/first-contacts/[0-9a-f-]{36}">Try to reach the victim', idva)
        chair = text_of(visitor_as("chair").open("/duties"))
        assert f'href="/minutes/{heard.conference.id}">Approve the minutes' in chair
        coordinator = text_of(visitor_as("coordinator").open("/duties"))
        assert f'href="/minutes/{heard.conference.id}">Issue the minutes' in coordinator

    def test_tells_the_coordinator_of_each_referral_to_decide_on_which_it_is(
        self, visitor_as: As, partnership: APartnership, settings: Settings, statements: Counting
    ) -> None:
        fortnight = Fortnight(partnership, settings)
        first, second = fortnight.refers(), fortnight.refers(fortnight.couple(3, yes=17))
        coordinator = visitor_as("coordinator")
        with statements() as sent:
            text = text_of(coordinator.open("/duties"))
        assert len(sent) <= 12, sent
        for referral_id, score in ((first, 15), (second, 17)):
            link = rf'href="/triage/{referral_id}">Decide on the referral <span[^>]*>from Vale [^<]*, {score} of 24 yes</span></a>'
            assert re.search(link, text), text
        fortnight.comes_to(date(2026, 12, 1))
        chair = text_of(visitor_as("chair").open("/duties"))
        assert "Referral not decided" in chair
        assert "of 24 yes" not in chair

    def test_tells_the_idva_of_each_victim_which_case_it_is(self, visitor_as: As, heard: MinutedRound) -> None:
        idva = text_of(visitor_as("idva").open("/duties"))
        numbers = re.findall(r"Tell the victim what was agreed <span[^>]*>(C-\d{5}), ", idva)
        assert len(set(numbers)) == 2
        tries = re.findall(r"Try to reach the victim <span[^>]*>from ([^<]*)<", idva)
        assert len(tries) == 2
        heard.shuts_out("idva", heard.megan)
        assert len(re.findall(r"C-\d{5}", text_of(visitor_as("idva").open("/duties")))) == 1
        heard.fortnight.comes_to(date(2026, 12, 22))
        late = text_of(visitor_as("coordinator").open("/duties"))
        assert 'Victim not told <span class="app-duties__about">2 cases, Vale South MARAC' in late

    def test_counts_nothing_of_a_case_from_which_the_reader_is_shut_out(
        self, visitor_as: As, heard: MinutedRound
    ) -> None:
        assert "2 cases, Vale South MARAC" in text_of(visitor_as("housing").open("/duties"))
        heard.shuts_out("housing", heard.megan)
        text = text_of(visitor_as("housing").open("/duties"))
        assert "1 case, Vale South MARAC" in text
        assert "2 cases" not in text


class TestWhatIsLate:
    """What others owe and have not done, for who chases."""

    def test_stands_by_who_owes_it(self, visitor_as: As, heard: MinutedRound, statements: Counting) -> None:
        assert "Files not marked" not in text_of(visitor_as("coordinator").open("/duties"))
        heard.fortnight.comes_to(date(2026, 12, 22))
        coordinator = visitor_as("coordinator")
        with statements() as sent:
            text = text_of(coordinator.open("/duties"))
        assert len(sent) <= 12, sent
        assert "Vale housing:" in text
        assert "Files not marked" in text
        assert "Daniel Okafor: 1 late" in text
        assert "Minutes not approved" in text

    def test_is_chased_of_one_agency(self, visitor_as: As, heard: MinutedRound, mail: MailSink) -> None:
        heard.fortnight.comes_to(date(2026, 12, 22))
        coordinator = visitor_as("coordinator")
        coordinator.open("/duties")
        mail.recipients.clear()
        housing = f"agency:{heard.partnership.agencies['housing']}"
        late = text_of(coordinator.open("/duties")).partition("Vale housing: ")[2].partition(" late")[0]
        answer = coordinator.follow(coordinator.send("/duties/chase", {"whom": housing}))
        assert f"Chased: {late} duties." in text_of(answer)
        heard.partnership.now += timedelta(minutes=2)
        heard.fortnight.settle()
        assert set(mail.recipients) == {heard.partnership.people["housing"].email}
        for path in ("/", "/duties"):
            assert "asked again on Tuesday 22 December" in text_of(visitor_as("housing").open(path))
            assert "asked again" not in text_of(visitor_as("police").open(path))

    def test_is_chased_of_everybody(self, visitor_as: As, heard: MinutedRound, mail: MailSink) -> None:
        heard.fortnight.comes_to(date(2026, 12, 22))
        coordinator = visitor_as("coordinator")
        late = text_of(coordinator.open("/duties")).partition("Late, by who owes it: ")[2].partition("<")[0]
        mail.recipients.clear()
        answer = coordinator.follow(coordinator.send("/duties/chase", {"whom": "everybody"}))
        assert f"Chased: {late} duties." in text_of(answer)
        heard.partnership.now += timedelta(minutes=2)
        heard.fortnight.settle()
        people = heard.partnership.people
        assert {people["housing"].email, people["police"].email, people["chair"].email} <= set(mail.recipients)

    def test_is_not_chased_when_nothing_is_late(self, visitor_as: As, partnership: APartnership) -> None:
        coordinator = visitor_as("coordinator")
        coordinator.open("/duties")
        for whom in ("everybody", "agency:nobody", ""):
            answer = coordinator.follow(coordinator.send("/duties/chase", {"whom": whom}))
            assert "Nothing was chased" in text_of(answer)

    def test_is_seen_but_not_chased_by_the_chair(self, visitor_as: As, heard: MinutedRound) -> None:
        heard.fortnight.comes_to(date(2026, 12, 22))
        chair = visitor_as("chair")
        text = text_of(chair.open("/duties"))
        assert "Files not marked" in text
        assert "Chase" not in text
        assert chair.send("/duties/chase", {"whom": "everybody"}).status_code == 403

    def test_is_not_for_representatives(self, visitor_as: As, heard: MinutedRound) -> None:
        heard.fortnight.comes_to(date(2026, 12, 22))
        housing = visitor_as("housing")
        text = text_of(housing.open("/duties"))
        assert "Late, by who owes it" not in text
        assert "Vale police" not in text
        assert housing.send("/duties/chase", {"whom": "everybody"}).status_code == 403
