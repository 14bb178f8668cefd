"""Cases by the pages: the list, the search, one case, who may see it, who is shut out, what was shared, who looked."""

from __future__ import annotations

import inspect
import re
from base64 import urlsafe_b64decode
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import fields
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from casework.access.permissions import Purpose
from casework.cases import operations, queries
from casework.cases.queries import finding, lists, records
from casework.programmes.marac import sharing
from casework.web import case_sheet
from tests.factories.partnership import APartnership
from tests.factories.referrals import LEANNE, PIOTR, SIAN, a_document, accepted, dash
from tests.web.open_round import OpenRound, words_of
from tests.web.visitor import Visitor, text_of, without_token

TODAY = date(2026, 11, 23)
Sign = Callable[[str], Visitor]
Counting = Callable[[], AbstractContextManager[Any]]


def couple(number: int, **changes: Any) -> dict[str, Any]:
    """A referral of another couple for each number."""
    victim = {
        **LEANNE,
        "given_names": f"Una{chr(97 + number)}",
        "family_name": f"Brook{chr(97 + number)}",
        "date_of_birth": f"19{60 + number}-01-02",
    }
    perpetrator = {
        **PIOTR,
        "given_names": f"Max{chr(97 + number)}",
        "family_name": f"Stone{chr(97 + number)}",
        "date_of_birth": f"19{60 + number}-05-06",
    }
    return a_document(TODAY, **({"victim": victim, "perpetrators": [perpetrator], "children": []} | changes))


def number_of(partnership: APartnership, case_id: UUID) -> str:
    """The case's number."""
    with partnership.acting(None) as work:
        return queries.case_lines(work, case_ids=[case_id])[case_id].number


def invited(partnership: APartnership, key: str, case_id: UUID) -> None:
    """Somebody is invited for one case."""
    with partnership.acting(None) as work:
        operations.give_standing(
            work,
            case_ids=[case_id],
            source_ids=[case_id],
            kind="invited_professional",
            account_ids=[partnership.account(key)],
        )


@pytest.fixture
def priya(visitor_as: Sign) -> Visitor:
    return visitor_as("coordinator")


class TestTheList:
    def test_holds_what_the_reader_may_see(self, visitor_as: Sign, partnership: APartnership) -> None:
        invited(partnership, "midwife", accepted(partnership))
        accepted(partnership, couple(1), by="police")
        assert "2 cases" in text_of(visitor_as("coordinator").open("/cases"))
        grace = text_of(visitor_as("midwife").open("/cases"))
        assert "1 case" in grace
        assert "Leanne" in grace
        assert "Unab" not in grace
        assert "No case yet" in text_of(visitor_as("referrer").open("/cases")), "she follows her referral instead"

    def test_is_limited_to_a_marac_or_a_state(self, priya: Visitor, partnership: APartnership) -> None:
        accepted(partnership)
        north = {**LEANNE, "given_names": "Nora", "family_name": "North", "date_of_birth": "1970-01-02"}
        north["address"] = {"lines": ["2 High Street"], "postcode": "ST20 1AA"}
        accepted(partnership, couple(3, victim=north))
        south = text_of(priya.open(f"/cases?marac={partnership.maracs['south']}"))
        assert "Leanne" in south
        assert "Nora" not in south
        assert "No case here" in text_of(priya.open("/cases?state=lapsed"))
        assert "2 cases" in text_of(priya.open("/cases?state=nonsense&marac=nonsense&page=x"))

    def test_comes_in_pages_of_twenty_five(
        self, priya: Visitor, partnership: APartnership, statements: Counting
    ) -> None:
        for number in range(26):
            accepted(partnership, couple(number))
        with statements() as sent:
            first = text_of(priya.open("/cases"))
        assert len(sent) <= 12, sent
        assert "26 cases, page 1 of 2<" in first
        assert len(set(re.findall(r'href="(/cases/[0-9a-f-]{36})"', first))) == 25
        second = text_of(priya.open("/cases?page=2"))
        assert len(set(re.findall(r'href="(/cases/[0-9a-f-]{36})"', second))) == 1
        behind = text_of(priya.open("/cases?page=99"))
        assert "26 cases, page 1 of 2<" in behind, "a page behind the last is the first"

    def test_opens_nobody_of_a_case_that_is_not_shown(
        self, partnership: APartnership, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for number in range(3):
            accepted(partnership, couple(number))
        opened: list[UUID] = []

        def by_case(work: Any, rows: Any) -> Any:
            opened.extend(row.case_id for row in rows)
            return records.by_case(work, rows)

        monkeypatch.setattr(lists, "by_case", by_case)
        with partnership.acting("coordinator", Purpose.SUPPORT) as work:
            page = queries.case_list(work, size=2)
        assert set(opened) == {line.id for line in page.lines}
        assert page.has_next
        assert all(line.victim and line.perpetrators for line in page.lines)

    def test_is_counted_so_far_and_no_further(
        self, priya: Visitor, partnership: APartnership, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(lists, "COUNTED", 2)
        for number in range(2):
            accepted(partnership, couple(number))
        assert ">2 cases<" in text_of(priya.open("/cases"))
        accepted(partnership, couple(2))
        assert ">More than 2 cases<" in text_of(priya.open("/cases"))

    @pytest.mark.parametrize("key", ["observer", "operator"])
    def test_is_closed_to_who_sees_no_case(self, visitor_as: Sign, key: str) -> None:
        assert visitor_as(key).open("/cases").status_code == 403

    def test_holds_nothing_for_an_agency_without_a_signed_protocol(
        self, visitor_as: Sign, partnership: APartnership
    ) -> None:
        case_id = accepted(partnership)
        with partnership.acting(None) as work:
            operations.give_standing(
                work,
                case_ids=[case_id],
                source_ids=[case_id],
                kind="invited_professional",
                agency_ids=[partnership.agencies["education"]],
            )
        peter = visitor_as("education")
        assert "No case yet" in text_of(peter.open("/cases"))
        assert peter.open(f"/cases/{case_id}").status_code == 404


class TestTheSearch:
    def look(self, visitor: Visitor, words: str, reason: str = "new_contact") -> str:
        visitor.open("/cases")
        return text_of(visitor.follow(visitor.send("/cases/search", {"words": words, "reason": reason})))

    @pytest.mark.parametrize(
        ("words", "why"),
        [
            ("the number", "case number"),
            ("the number small", "case number"),
            ("the number bare", "case number"),
            ("leanne white", "victim: name"),
            ("WHITEHOUSE", "victim: name"),
            ("Whitehouse, Sian", "child: name"),
            ("Marsh", "victim: former or other name"),
            ("27/3/1992", "victim: date of birth"),
            ("1992-03-27 leanne", "victim: name, date of birth"),
            ("10 April 1988", "perpetrator: date of birth"),
            ("27th March 1992", "victim: date of birth"),
            ("wv99uz", "victim: postcode"),
            ("+44 7700 900954", "victim: phone"),
            ("900954", "victim: phone"),
        ],
    )
    def test_finds_and_says_why(self, priya: Visitor, partnership: APartnership, words: str, why: str) -> None:
        known = {**LEANNE, "aliases": [{"given_names": "Leanne", "family_name": "Marsh"}]}
        case_id = accepted(partnership, a_document(TODAY, victim=known, children=[dict(SIAN)]))
        accepted(
            partnership,
            couple(7, victim={**couple(7)["victim"], "phones": [], "address": {"lines": ["1"], "postcode": "WV8 1AA"}}),
        )
        number = number_of(partnership, case_id)
        numbers = {
            "the number": number,
            "the number small": number.lower().replace("-", ""),
            "the number bare": number.removeprefix("C-"),
        }
        page = self.look(priya, numbers.get(words, words))
        assert "1 case found" in page
        assert why in page

    @pytest.mark.parametrize("words", ["Leanne 1/1/2000", "Leanne Patel", "Leanne WV1 1AA", "Zoltan"])
    def test_finds_nobody_unless_one_person_fits_every_word(
        self, priya: Visitor, partnership: APartnership, words: str
    ) -> None:
        accepted(partnership)
        assert "Nobody found" in self.look(priya, words)

    @pytest.mark.parametrize("words", ["", "le", "31/2/1990", "C-", "Leanne 27/3/92", "WV9"])
    def test_says_what_to_write_when_the_words_say_too_little(self, priya: Visitor, words: str) -> None:
        priya.open("/cases")
        answer = priya.follow(priya.send("/cases/search", {"words": words, "reason": "safety"}))
        assert answer.status_code == 422
        assert "There is a problem" in text_of(answer)

    def test_needs_a_reason_and_writes_it_to_the_trail_without_the_words(
        self, priya: Visitor, partnership: APartnership, database: Any
    ) -> None:
        accepted(partnership)
        assert "Choose why you are looking" in self.look(priya, "Leanne", reason="")
        self.look(priya, "Leanne", reason="safety")
        with psycopg.connect(database.superuser_url.replace("+psycopg", "")) as connection:
            rows = connection.execute("SELECT act, reason FROM audit_entry WHERE act = 'case:search'").fetchall()
            everything = str(connection.execute("SELECT audit_entry::text FROM audit_entry").fetchall())
        assert ("case:search", "safety") in rows
        assert "leanne" not in everything.lower()

    def test_finds_no_more_than_the_reader_may_see(self, visitor_as: Sign, partnership: APartnership) -> None:
        case_id = accepted(partnership)
        assert "1 case found" in self.look(visitor_as("idva"), "Leanne")
        assert "Nobody found" in self.look(visitor_as("referrer"), "Leanne"), "whoever only wrote the referral"
        assert "Nobody found" in self.look(visitor_as("midwife"), "Leanne")
        with partnership.acting("coordinator", Purpose.OVERSIGHT) as work:
            operations.block(work, case_id=case_id, reason="Her brother.", account_id=partnership.account("idva"))
        for words in ("Leanne", number_of(partnership, case_id), "27/3/1992", "WV9 9UZ", "07700 900954"):
            assert "Nobody found" in self.look(visitor_as("idva"), words)
        assert "1 case found" in self.look(visitor_as("coordinator"), "Leanne")

    def test_says_when_not_every_case_was_looked_through(
        self, partnership: APartnership, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        accepted(partnership)
        accepted(partnership, couple(1))
        monkeypatch.setattr(finding, "MOST_PEOPLE", 2)
        with partnership.acting("coordinator", Purpose.SUPPORT) as work:
            found = queries.find(work, words="zoltan", reason="safety")
        assert found.is_partial

    @pytest.mark.parametrize("words", ["27/3/1992", "wv9 9uz", "07700 900954", "patel 10/4/1988", "the number"])
    def test_opens_only_the_few_whom_a_fact_names(
        self, partnership: APartnership, monkeypatch: pytest.MonkeyPatch, words: str
    ) -> None:
        case_id = accepted(partnership, a_document(TODAY, children=[]))
        elsewhere = {"address": {"lines": ["1 New Street"], "postcode": "WV8 1AA"}, "phones": []}
        for number in range(1, 4):
            accepted(partnership, couple(number, victim={**couple(number)["victim"], **elsewhere}, children=[]))
        monkeypatch.setattr(finding, "MOST_PEOPLE", 2)
        words = number_of(partnership, case_id) if words == "the number" else words
        with partnership.acting("coordinator", Purpose.SUPPORT) as work:
            found = queries.find(work, words=words, reason="safety")
        assert [hit.line.id for hit in found.hits] == [case_id]
        assert not found.is_partial

    def test_follows_somebody_to_a_new_address_and_still_finds_the_old_one(
        self, priya: Visitor, partnership: APartnership
    ) -> None:
        case_id = accepted(partnership)
        moved = {**LEANNE, "address": {"lines": ["1 New Street"], "postcode": "WV8 1AA"}}
        accepted(partnership, a_document(TODAY, victim=moved), known_case_id=case_id)
        assert "victim: postcode" in self.look(priya, "WV8 1AA")
        assert "victim: postcode of an earlier address" in self.look(priya, "WV9 9UZ")

    def test_stands_in_the_header_of_every_page_for_whoever_may_see_cases(self, visitor_as: Sign) -> None:
        for key, path in (("coordinator", "/duties"), ("housing", "/"), ("referrer", "/refer")):
            page = text_of(visitor_as(key).open(path))
            assert 'action="/cases/search" role="search"' in page
            assert "Somebody’s safety today" in page
        for key in ("observer", "operator"):
            assert "/cases/search" not in text_of(visitor_as(key).open("/"))

    def test_keeps_the_words_when_the_reason_is_missing(self, priya: Visitor, partnership: APartnership) -> None:
        page = self.look(priya, "Leanne", reason="")
        assert "Choose why you are looking" in page
        assert 'value="Leanne"' in page

    def test_leaves_no_name_in_an_address(self, priya: Visitor) -> None:
        assert 'method="post" action="/cases/search"' in text_of(priya.open("/cases"))
        assert priya.open("/cases/search?words=Leanne").headers["Location"] == "/cases", "nothing was looked for"

    def test_is_there_again_when_one_comes_back_from_a_case(
        self, priya: Visitor, visitor_as: Sign, partnership: APartnership
    ) -> None:
        accepted(partnership)
        self.look(priya, "Leanne")
        [cookie] = [one for one in priya.client._cookies.values() if one.key == "casework-search"]
        assert (cookie.path, cookie.http_only, cookie.same_site) == ("/cases/search", True, "Strict")
        assert "Leanne" not in str(urlsafe_b64decode(cookie.value))
        assert "1 case found" in text_of(priya.open("/cases/search"))
        # Somebody else at the same machine, and the same person signed in anew.
        for other in (visitor_as("idva"), visitor_as("coordinator")):
            other.client.set_cookie("casework-search", cookie.value, path="/cases/search")
            assert other.client.get("/cases/search").headers["Location"] == "/cases"
        partnership.now += timedelta(minutes=10)
        priya.open("/cases")
        partnership.now += timedelta(minutes=6)
        assert priya.client.get("/cases/search").headers["Location"] == "/cases", "too long ago"


class TestOneCase:
    def test_tells_who_and_how_they_may_be_reached(self, priya: Visitor, partnership: APartnership) -> None:
        page = text_of(priya.open(f"/cases/{accepted(partnership)}"))
        for words in (
            "Leanne Whitehouse and Piotr Patel",
            "Safe contact: phone, weekdays 09:30-14:30",
            "Call from the health centre",
            "Former partner",
            "Siân Whitehouse",
            "15 of 24, high risk; visible high risk",
            "Wednesday 9 December 2026",
            "Vale police",
        ):
            assert words in page, words

    def test_is_loud_where_no_safe_contact_is_known(self, priya: Visitor, partnership: APartnership) -> None:
        case_id = accepted(partnership, a_document(TODAY, victim={**LEANNE, "safe_contact": None}))
        assert "No safe way to reach the victim is known" in text_of(priya.open(f"/cases/{case_id}"))

    def test_is_loud_when_the_safe_contact_has_run_out(self, visitor_as: Sign, partnership: APartnership) -> None:
        stale = {**LEANNE["safe_contact"], "expires_on": "2026-11-25"}
        case_id = accepted(partnership, a_document(TODAY, victim={**LEANNE, "safe_contact": stale}))
        assert "07700 900954</p>" in text_of(visitor_as("coordinator").open(f"/cases/{case_id}"))
        partnership.now += timedelta(days=3)
        page = text_of(visitor_as("coordinator").open(f"/cases/{case_id}"))
        assert "The safe contact has run out on 25 November 2026" in page
        assert "07700 900954</p>" not in page

    def test_draws_risk_through_time_with_its_table(self, priya: Visitor, partnership: APartnership) -> None:
        case_id = accepted(partnership, a_document(TODAY, dash=dash(14, completed_on=date(2026, 11, 1))))
        partnership.now += timedelta(minutes=5)
        accepted(partnership, a_document(TODAY, dash=dash(18, completed_on=TODAY)), known_case_id=case_id)
        page = text_of(priya.open(f"/cases/{case_id}"))
        assert "Yes answers of the checklist" in page
        assert "1 November 2026: 14, 23 November 2026: 18." in page
        assert "Repeat" in page

    def test_leads_who_triages_to_the_referral_and_tells_nothing_that_is_to_come(
        self, priya: Visitor, visitor_as: Sign, partnership: APartnership
    ) -> None:
        case_id = accepted(partnership)
        page = text_of(priya.open(f"/cases/{case_id}"))
        [referral] = set(re.findall(r'href="(/triage/[^"]+)"', page))
        assert "Leanne Whitehouse" in text_of(priya.open(referral))
        assert "/triage/" not in text_of(visitor_as("idva").open(f"/cases/{case_id}"))
        happened = page.partition("What has happened")[2]
        assert "Referred" in happened
        assert "MARAC" not in happened, "it is on a list, which has not sat"

    def test_names_a_counter_allegation_on_both_cases(self, priya: Visitor, partnership: APartnership) -> None:
        keys = ("given_names", "family_name", "date_of_birth", "address", "gender")
        victim = {**LEANNE, **{key: PIOTR[key] for key in keys}}
        perpetrator = {**PIOTR, **{key: LEANNE[key] for key in keys}}
        one = accepted(partnership)
        other = accepted(partnership, a_document(TODAY, victim=victim, perpetrators=[perpetrator], children=[]))
        for here, there in ((one, other), (other, one)):
            told = f"Case {number_of(partnership, there)} is the same couple the other way round"
            assert told in text_of(priya.open(f"/cases/{here}"))

    def test_keeps_equality_answers_to_who_counts_them(self, visitor_as: Sign, partnership: APartnership) -> None:
        case_id = accepted(partnership)
        assert "Sexual orientation" in text_of(visitor_as("coordinator").open(f"/cases/{case_id}"))
        assert "Sexual orientation" not in text_of(visitor_as("idva").open(f"/cases/{case_id}"))

    def test_says_on_the_page_itself_who_may_see_it_and_who_looked_lately(
        self, priya: Visitor, visitor_as: Sign, partnership: APartnership
    ) -> None:
        case_id = accepted(partnership)
        invited(partnership, "midwife", case_id)
        visitor_as("idva").open(f"/cases/{case_id}")
        visitor_as("housing").open(f"/cases/{case_id}")
        visitor_as("second_coordinator").open(f"/cases/{case_id}")
        page = " ".join(re.sub(r"<[^>]+>", " ", text_of(priya.open(f"/cases/{case_id}"))).split())
        assert "Who may see it now Co-ordinators and administrators, and: Supports the victim Vale idva service" in page
        assert "Was invited for this case Grace Obi" in page
        assert "Amy Lowe" not in page, "she follows her referral and cannot open the case"
        assert "Aisha Rahman, Vale idva service opened the case for working with the case" in page
        assert "Karen Stubbs, Vale housing was refused: opened the case" in page
        assert "Owen Hart, Vale housing opened the case" in page
        assert "read this trail" not in page, "which comes with the page for whoever may"
        assert "Priya" not in page.partition("Who looked lately")[2].partition("Everybody who looked")[0]

    def test_names_only_who_in_truth_may_see_it_and_apart_who_has_yet_to_accept(
        self, visitor_as: Sign, list_is_out: OpenRound
    ) -> None:
        partnership, case_id = list_is_out.partnership, list_is_out.leanne
        list_is_out.fortnight.accepts_confidentiality(list_is_out.conference, "housing", "probation")
        invited(partnership, "midwife", case_id)

        def page() -> tuple[str, str]:
            found = words_of(text_of(visitor_as("coordinator").open(f"/cases/{case_id}")))
            now, _, later = found.partition("Who may see it now")[2].partition("Once they have accepted")
            return now, later.partition("What was before")[0]

        now, later = page()
        assert "Vale housing" in now
        assert "Vale probation" in now
        assert "Grace Obi" in now
        assert "Vale police" in later
        assert "Vale police" not in now
        with partnership.acting("coordinator", Purpose.OVERSIGHT) as work:
            probation = partnership.agencies["probation"]
            operations.block(work, case_id=case_id, agency_id=probation, reason="He works there.")
            for key in ("housing", "midwife"):
                operations.block(work, case_id=case_id, account_id=partnership.account(key), reason="A relative.")
        said = " ".join(page())
        for gone in ("Vale housing", "Vale probation", "Grace Obi"):
            assert gone not in said
        assert "Vale police" in said

    def test_tells_an_agency_why_it_sees_the_case_and_of_nobody_else(
        self, visitor_as: Sign, partnership: APartnership
    ) -> None:
        case_id = accepted(partnership)
        invited(partnership, "midwife", case_id)
        page = text_of(visitor_as("idva").open(f"/cases/{case_id}"))
        assert "Why you see it" in page
        assert "Supports the victim" in page
        for hidden in ("Was invited for this case", "Grace Obi", "Who looked lately"):
            assert hidden not in page

    def test_needs_at_most_twelve_queries(
        self, priya: Visitor, partnership: APartnership, statements: Counting
    ) -> None:
        case_id = accepted(partnership)
        accepted(partnership, a_document(TODAY), known_case_id=case_id)
        with statements() as sent:
            priya.open(f"/cases/{case_id}")
        assert len(sent) <= 12, [one[:60] for one in sent]

    @pytest.mark.parametrize("page", ["", "/access", "/shared", "/trail"])
    @pytest.mark.parametrize("key", ["midwife", "education", "second_coordinator", "probation", "referrer"])
    def test_that_may_not_be_seen_is_as_one_that_is_not_there(
        self, visitor_as: Sign, partnership: APartnership, key: str, page: str
    ) -> None:
        case_id = accepted(partnership)
        with partnership.acting("coordinator", Purpose.OVERSIGHT) as work:
            operations.block(work, case_id=case_id, reason="x", account_id=partnership.account("second_coordinator"))
        visitor = visitor_as(key)
        hidden = visitor.open(f"/cases/{case_id}{page}")
        assert hidden.status_code == 404
        assert without_token(hidden) == without_token(visitor.open(f"/cases/{uuid4()}{page}"))

    def test_does_not_tell_a_hidden_tie(self, visitor_as: Sign, partnership: APartnership) -> None:
        one = accepted(partnership)
        stranger = {**PIOTR, "given_names": "Carl", "family_name": "Vane", "date_of_birth": "1985-06-07"}
        other = accepted(partnership, a_document(TODAY, perpetrators=[stranger]))
        assert f"/cases/{other}" in text_of(visitor_as("coordinator").open(f"/cases/{one}"))
        with partnership.acting("coordinator", Purpose.OVERSIGHT) as work:
            operations.block(work, case_id=other, reason="x", account_id=partnership.account("idva"))
        page = text_of(visitor_as("idva").open(f"/cases/{one}"))
        assert "Leanne" in page
        assert f"/cases/{other}" not in page
        assert number_of(partnership, other) not in page


class TestWhoMaySeeIt:
    def test_tells_who_has_standing_and_why(self, priya: Visitor, partnership: APartnership) -> None:
        page = text_of(priya.open(f"/cases/{accepted(partnership)}/access"))
        assert "Amy Lowe" in page
        assert "Made the referral" in page
        assert "Vale idva service" in page
        assert "Supports the victim" in page

    def block(self, priya: Visitor, case_id: UUID, who: str, reason: str = "Her sister works there.") -> Any:
        priya.open(f"/cases/{case_id}/access")
        return priya.send(f"/cases/{case_id}/access", {"who": who, "reason": reason})

    def test_shuts_somebody_out_and_lets_them_in_again(
        self, priya: Visitor, visitor_as: Sign, partnership: APartnership
    ) -> None:
        case_id = accepted(partnership)
        aisha = visitor_as("idva")
        assert aisha.open(f"/cases/{case_id}").status_code == 200
        self.block(priya, case_id, f"account:{partnership.account('idva')}")
        assert aisha.open(f"/cases/{case_id}").status_code == 404
        page = text_of(priya.open(f"/cases/{case_id}/access"))
        assert "Her sister works there." in page
        (lift,) = re.findall(r'action="(/cases/[^"]+/lift)"', page)
        priya.follow(priya.send(lift))
        assert aisha.open(f"/cases/{case_id}").status_code == 200
        assert priya.send(lift).status_code == 409

    def test_shuts_out_a_whole_agency(self, priya: Visitor, visitor_as: Sign, partnership: APartnership) -> None:
        case_id = accepted(partnership)
        self.block(priya, case_id, f"agency:{partnership.agencies['idva_service']}")
        assert visitor_as("idva").open(f"/cases/{case_id}").status_code == 404

    def test_asks_again_before_ones_own_agency_is_shut_out(
        self, priya: Visitor, visitor_as: Sign, partnership: APartnership
    ) -> None:
        case_id = accepted(partnership)
        own = f"agency:{partnership.agencies['police']}"
        page = text_of(self.block(priya, case_id, own))
        assert "You would shut yourself out" in page
        assert "Her sister works there." in page, "what was typed is kept"
        assert priya.open(f"/cases/{case_id}").status_code == 200
        sure = {"who": own, "reason": "Her sister works there.", "sure": "yes"}
        assert priya.send(f"/cases/{case_id}/access", sure).headers["Location"] == "/cases"
        assert priya.open(f"/cases/{case_id}").status_code == 404
        assert visitor_as("second_coordinator").open(f"/cases/{case_id}").status_code == 200

    @pytest.mark.parametrize(
        ("who", "reason", "told"),
        [
            ("", "x", "Choose one person or one agency"),
            ("account:nobody", "x", "Choose one person or one agency"),
            ("first agency", "", "Say what the conflict is"),
            ("myself", "x", "Ask the chair or another co-ordinator to block you"),
        ],
    )
    def test_says_what_is_wrong_with_a_block(
        self, priya: Visitor, partnership: APartnership, who: str, reason: str, told: str
    ) -> None:
        case_id = accepted(partnership)
        named = {
            "first agency": f"agency:{partnership.agencies['housing']}",
            "myself": f"account:{partnership.account('coordinator')}",
        }
        answer = self.block(priya, case_id, named.get(who, who), reason)
        assert answer.status_code == 422
        assert told in text_of(answer)

    def test_is_not_for_agencies(self, visitor_as: Sign, partnership: APartnership) -> None:
        case_id = accepted(partnership)
        aisha = visitor_as("idva")
        for page in ("access", "shared", "trail"):
            assert aisha.open(f"/cases/{case_id}/{page}").status_code == 404
        assert f"/cases/{case_id}/trail" not in text_of(aisha.open(f"/cases/{case_id}"))


class TestTheTrail:
    def test_tells_who_looked_and_why(self, priya: Visitor, visitor_as: Sign, partnership: APartnership) -> None:
        case_id = accepted(partnership)
        visitor_as("idva").open(f"/cases/{case_id}")
        visitor_as("midwife").open(f"/cases/{case_id}")
        page = text_of(priya.open(f"/cases/{case_id}/trail"))
        assert re.search(r"Aisha Rahman.*?opened the case.*?working with the case", page, re.DOTALL)
        assert re.search(r"Grace Obi.*?was refused: opened the case", page, re.DOTALL)
        assert "opened the case by accepting a referral" in page
        assert "looked at who may see it" in text_of(priya.open(f"/cases/{case_id}/trail")), "the reader too"


class TestWhatWasShared:
    def test_says_so_while_nothing_was(self, priya: Visitor, partnership: APartnership) -> None:
        assert "Nothing was shared yet" in text_of(priya.open(f"/cases/{accepted(partnership)}/shared"))

    def test_says_why_and_on_which_basis_in_words(self, list_is_out: OpenRound, visitor_as: Sign) -> None:
        page = text_of(visitor_as("coordinator").open(f"/cases/{list_is_out.leanne}/shared"))
        for words in ("High risk, and on the list", "Public task; safeguarding", "Part 3: law enforcement"):
            assert words in page, words
        for code in ("high_risk", "high risk listed", "sch1", "part_3"):
            assert code not in page, code

    def test_has_words_for_every_row_and_basis_of_the_rules(self) -> None:
        codes = set(re.findall(r'"([a-z0-9_+]+)"', inspect.getsource(sharing.hears_listed_case)))
        codes -= {"conflict"} | {one.name for one in fields(sharing.ListedCaseFacts)}
        assert len(codes) > 8
        assert codes <= set(case_sheet.DISCLOSED_BECAUSE)
        assert set(re.findall(r'return "(.+)"', inspect.getsource(sharing))) == set(case_sheet.LAWFUL_BASIS)
