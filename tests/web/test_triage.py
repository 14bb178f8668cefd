"""Triage by the pages: the inbox, one referral beside what is known, and the three answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from casework.access.permissions import Purpose
from casework.cases import operations as cases
from casework.clock import london_date
from casework.duties import queries as duties
from casework.referrals import operations, queries
from tests.factories.partnership import APartnership
from tests.factories.referrals import LEANNE, PIOTR, a_document, accepted, dash, submitted
from tests.web.visitor import Visitor, text_of, without_token

TODAY = date(2026, 11, 23)
Sign = Callable[[str], Visitor]
Counting = Callable[[], AbstractContextManager[Any]]


def another(name: str, **changes: Any) -> dict[str, Any]:
    """A referral of somebody else."""
    victim = {**LEANNE, "given_names": name, "family_name": "Moss", "date_of_birth": "1990-01-02"}
    perpetrator = {**PIOTR, "given_names": "Carl", "family_name": "Vane", "date_of_birth": "1985-06-07"}
    return a_document(TODAY, **({"victim": victim, "perpetrators": [perpetrator]} | changes))


def swapped() -> dict[str, Any]:
    """Piotr refers himself as the victim of Leanne."""
    victim = {
        **LEANNE,
        **{key: PIOTR[key] for key in ("given_names", "family_name", "date_of_birth", "address", "gender")},
    }
    perpetrator = {
        **PIOTR,
        **{key: LEANNE[key] for key in ("given_names", "family_name", "date_of_birth", "address", "gender")},
    }
    return a_document(TODAY, victim=victim, perpetrators=[perpetrator], children=[])


@pytest.fixture
def priya(visitor_as: Sign) -> Visitor:
    return visitor_as("coordinator")


class TestTheInbox:
    def test_lists_the_oldest_first_with_what_to_look_at(self, visitor_as: Sign, partnership: APartnership) -> None:
        submitted(partnership, another("Olive"))
        partnership.now += timedelta(hours=3)
        bare = {**LEANNE, "given_names": "Nell", "safe_contact": None, "date_of_birth": "1991-05-05"}
        submitted(partnership, another("Nell", victim=bare, dash=dash(9, completed_on=TODAY), routes=[]))
        partnership.now += timedelta(hours=1)
        page = text_of(visitor_as("coordinator").open("/triage"))
        assert page.index("Olive") < page.index("Nell")
        assert "4 hours" in page
        assert "15 of 24: visible high risk" in page
        assert "9 of 24, below 14; no route yet" in page
        assert "No safe contact" in page

    def test_says_that_somebody_is_probably_known(self, priya: Visitor, partnership: APartnership) -> None:
        accepted(partnership)
        submitted(partnership, a_document(TODAY))
        assert "Probably known" in text_of(priya.open("/triage"))

    def test_says_what_stands_here_when_nothing_waits(self, priya: Visitor) -> None:
        assert "No referral is waiting" in text_of(priya.open("/triage"))

    def test_holds_no_draft(self, priya: Visitor, partnership: APartnership) -> None:
        with partnership.acting("referrer", Purpose.REFERRING) as work:
            draft = operations.save_draft(
                work, document={"victim": dict(LEANNE)}, referrer_agency_id=partnership.agencies["police"]
            )
        assert "Leanne" not in text_of(priya.open("/triage"))
        assert priya.open(f"/triage/{draft}").status_code == 404

    @pytest.mark.parametrize("key", ["referrer", "police", "idva", "chair", "observer", "operator"])
    def test_is_closed_to_other_roles(self, visitor_as: Sign, partnership: APartnership, key: str) -> None:
        waiting = submitted(partnership)
        other = visitor_as(key)
        assert other.open("/triage").status_code == 403
        hidden = other.open(f"/triage/{waiting}")
        assert without_token(hidden) == without_token(other.open(f"/triage/{waiting}"))
        assert hidden.status_code == 404

    def test_needs_at_most_twelve_queries(
        self, priya: Visitor, partnership: APartnership, statements: Counting
    ) -> None:
        for name in ("Olive", "Nell", "Ruth"):
            submitted(partnership, another(name))
        with statements() as sent:
            priya.open("/triage")
        assert len(sent) <= 12, [one[:60] for one in sent]


class TestOneReferral:
    def test_shows_all_of_it_with_what_is_missing(self, priya: Visitor, partnership: APartnership) -> None:
        victim = {**LEANNE, "safe_contact": None}
        waiting = submitted(partnership, a_document(TODAY, victim=victim, afraid_of=[]))
        page = text_of(priya.open(f"/triage/{waiting}"))
        assert "No safe way to reach the victim is known" in page
        assert "Missing: Whom the victim is afraid of." in page
        assert "Threats to kill since she left." in page
        assert "No earlier case fits" in page
        assert "15</b> of 24 answered yes" in page

    def test_shows_the_earlier_case_and_what_has_changed_in_the_checklist(
        self, priya: Visitor, partnership: APartnership
    ) -> None:
        case_id = accepted(partnership, a_document(TODAY, dash=dash(14, completed_on=TODAY)))
        moved = {**LEANNE, "address": {"lines": ["1 New Street"], "postcode": "WV8 1AA"}}
        again = submitted(partnership, a_document(TODAY, victim=moved, dash=dash(16, completed_on=TODAY)))
        page = text_of(priya.open(f"/triage/{again}"))
        assert "The same couple" in page
        assert "Victim: surname, first name, date of birth, gender" in page
        assert "postcode: may have moved" in page
        assert "15. Has the perpetrator ever tried to strangle" in page
        assert "<b>no → yes</b>" in page
        assert page.count("app-changes__one--raises") == 2
        assert f'value="{case_id}"' in page
        assert "Yes, the couple of C-" in page

    def test_says_that_a_couple_the_other_way_round_is_never_merged(
        self, priya: Visitor, partnership: APartnership
    ) -> None:
        accepted(partnership)
        page = text_of(priya.open(f"/triage/{submitted(partnership, swapped())}"))
        assert "The same couple the other way round" in page
        assert "never merged" in page
        assert "Is it an earlier case?" not in page

    def test_needs_at_most_twelve_queries_with_an_earlier_case_beside_it(
        self, priya: Visitor, partnership: APartnership, statements: Counting
    ) -> None:
        accepted(partnership)
        again = submitted(partnership, a_document(TODAY))
        submitted(partnership, another("Olive"))
        with statements() as sent:
            assert "The same couple" in text_of(priya.open(f"/triage/{again}"))
        assert len(sent) <= 12, [one[:60] for one in sent]

    def test_is_the_same_answer_hidden_or_missing(self, visitor_as: Sign, partnership: APartnership) -> None:
        case_id = accepted(partnership)
        again = submitted(partnership, a_document(TODAY))
        with partnership.acting("coordinator", Purpose.OVERSIGHT) as work:
            cases.block(
                work, case_id=case_id, reason="Her sister.", account_id=partnership.account("second_coordinator")
            )
        submitted(partnership, another("Olive"))
        owen = visitor_as("second_coordinator")
        hidden = owen.open(f"/triage/{again}")
        assert hidden.status_code == 404
        missing = owen.open(f"/triage/{uuid4()}")
        assert without_token(hidden) == without_token(missing)
        inbox = text_of(owen.open("/triage"))
        assert "Leanne" not in inbox
        assert "Olive" in inbox, "the others are there"
        assert "Leanne" in text_of(visitor_as("coordinator").open("/triage"))


class TestAccepting:
    def accept(self, priya: Visitor, referral_id: UUID, **given: str) -> Any:
        priya.open(f"/triage/{referral_id}")
        return priya.send(f"/triage/{referral_id}/accept", {"known_case": "new", "judgement": "", **given})

    def test_opens_a_case_and_goes_on_to_the_next(self, priya: Visitor, partnership: APartnership) -> None:
        first = submitted(partnership)
        partnership.now += timedelta(minutes=1)
        second = submitted(partnership, another("Olive"))
        done = self.accept(priya, first)
        assert done.status_code == 303
        assert done.headers["Location"].endswith(f"/triage/{second}")
        assert "Accepted. The case is on the list" in text_of(priya.follow(done))
        with partnership.acting("coordinator", Purpose.TRIAGE) as work:
            record = queries.referral_record(work, referral_id=first)
        assert record.line.state == "accepted"
        assert record.is_repeat is False

    def test_of_a_known_couple_comes_back_to_its_case(self, priya: Visitor, partnership: APartnership) -> None:
        case_id = accepted(partnership)
        again = submitted(partnership, a_document(TODAY))
        self.accept(priya, again, known_case=str(case_id))
        with partnership.acting("coordinator", Purpose.TRIAGE) as work:
            record = queries.referral_record(work, referral_id=again)
        assert (record.line.case_id, record.is_repeat) == (case_id, True)

    def test_asks_first_whether_a_couple_is_known(self, priya: Visitor, partnership: APartnership) -> None:
        accepted(partnership)
        again = submitted(partnership, a_document(TODAY))
        unsaid = self.accept(priya, again, known_case="")
        assert unsaid.status_code == 422
        assert "Say whether this is an earlier case" in text_of(unsaid)
        refused = self.accept(priya, again)
        assert refused.status_code == 422
        assert "This couple is known" in text_of(refused)
        assert "app-decide__form--open" in text_of(refused)

    def test_gives_back_what_was_typed_when_somebody_else_has_decided(
        self, priya: Visitor, partnership: APartnership
    ) -> None:
        waiting = submitted(partnership)
        priya.open(f"/triage/{waiting}")
        with partnership.acting("coordinator", Purpose.TRIAGE) as work:
            operations.accept(work, referral_id=waiting)
        words = "Heard in Wolverhampton; their co-ordinator has been told."
        late = priya.send(f"/triage/{waiting}/redirect", {"redirect_to": "another_marac", "redirect_words": words})
        assert late.status_code == 422
        assert words in text_of(late)
        # Whoever reloads that page by its address comes to the referral.
        assert priya.open(f"/triage/{waiting}/redirect").headers["Location"] == f"/triage/{waiting}#redirect"

    def test_takes_a_new_case_once_the_match_is_set_aside(self, priya: Visitor, partnership: APartnership) -> None:
        case_id = accepted(partnership)
        again = submitted(partnership, a_document(TODAY))
        priya.open(f"/triage/{again}")
        page = priya.follow(priya.send(f"/triage/{again}/set-aside/{case_id}"))
        assert "set aside" in text_of(page)
        assert self.accept(priya, again).status_code == 303

    def test_without_a_route_needs_a_written_judgement(self, priya: Visitor, partnership: APartnership) -> None:
        low = submitted(partnership, another("Olive", dash=dash(5, completed_on=TODAY), routes=[]))
        refused = self.accept(priya, low)
        assert refused.status_code == 422
        assert "no other route" in text_of(refused)
        assert self.accept(priya, low, judgement="She fears for her life since the strangling.").status_code == 303

    def test_twice_is_told_and_changes_nothing(self, priya: Visitor, partnership: APartnership) -> None:
        once = submitted(partnership)
        self.accept(priya, once)
        assert "so it cannot be accepted" in text_of(self.accept(priya, once))


class TestFindingSomebodyElse:
    """The IDVA service is shut out of the case that a referral may be about."""

    def test_stands_on_the_home_page_and_on_the_referral_until_somebody_is_found(
        self, priya: Visitor, partnership: APartnership
    ) -> None:
        case_id = accepted(partnership)
        with partnership.acting("coordinator", Purpose.OVERSIGHT) as work:
            service = partnership.agencies["idva_service"]
            cases.block(work, case_id=case_id, agency_id=service, reason="He works there.")
        waiting = submitted(partnership, a_document(TODAY))
        home = text_of(priya.open("/"))
        assert f'<a class="govuk-link" href="/triage/{waiting}">Find somebody to reach Leanne Whitehouse</a>' in home
        assert "Find somebody to reach the victim" in text_of(priya.open(f"/triage/{waiting}"))
        there = f"/triage/{waiting}/first-contact"
        assert "Write who tries to reach her" in text_of(priya.send(there, {"somebody_words": " "}))
        found = priya.follow(priya.send(there, {"somebody_words": "Amy Shaw of the midwives, from today."}))
        assert "Noted: somebody else tries to reach her." in text_of(found)
        assert "somebody else than the IDVA service tries" in text_of(found)
        assert "Find somebody" not in text_of(priya.open("/"))
        late = priya.send(there, {"somebody_words": "Amy Shaw."})
        assert late.status_code == 422
        assert "Amy Shaw." in text_of(late)


class TestReturning:
    def test_gives_the_referrer_the_words(self, priya: Visitor, visitor_as: Sign, partnership: APartnership) -> None:
        thin = submitted(partnership)
        priya.open(f"/triage/{thin}")
        given = {"return_reason": "reasons_too_thin", "return_words": "Say what she fears, and why now."}
        assert priya.send(f"/triage/{thin}/return", given).status_code == 303
        assert "None is out with its referrer" not in text_of(priya.open("/triage"))
        hers = text_of(visitor_as("referrer").open("/refer"))
        assert "Say what she fears, and why now." in hers
        assert "Correct and send again" in hers

    def test_without_words_keeps_what_was_chosen(self, priya: Visitor, partnership: APartnership) -> None:
        thin = submitted(partnership)
        priya.open(f"/triage/{thin}")
        refused = priya.send(f"/triage/{thin}/return", {"return_reason": "other", "return_words": " "})
        assert refused.status_code == 422
        assert "Write what the referrer needs to add or change" in text_of(refused)
        assert re.search(r'value="other" selected', text_of(refused))


class TestLeavingForLater:
    def test_goes_on_and_keeps_what_it_waits_for(self, priya: Visitor, partnership: APartnership) -> None:
        first = submitted(partnership)
        partnership.now += timedelta(minutes=1)
        second = submitted(partnership, another("Olive"))
        priya.open(f"/triage/{first}")
        left = priya.send(f"/triage/{first}/later", {"later_words": "Rang Amy; she rings back."})
        assert left.headers["Location"].endswith(f"/triage/{second}")
        inbox = text_of(priya.open("/triage"))
        assert "2 referrals, the oldest first" in inbox
        assert "Left for later on Monday 23 November, 09:01: Rang Amy; she rings back." in inbox
        last = priya.send(f"/triage/{second}/later", {"later_words": ""})
        assert last.headers["Location"].endswith("/triage")
        with partnership.acting("coordinator") as work:
            assert [one.kind for one in duties.open_duties(work)].count("referral_triage") == 2

    def test_is_not_told_to_the_referrer(self, priya: Visitor, visitor_as: Sign, partnership: APartnership) -> None:
        sent = submitted(partnership)
        priya.open(f"/triage/{sent}")
        priya.send(f"/triage/{sent}/later", {"later_words": "Known from work."})
        hers = text_of(visitor_as("referrer").open(f"/refer/{sent}"))
        assert "Leanne" in hers
        assert "later" not in hers
        assert "Known from work" not in hers
        assert "Left for later" in text_of(priya.open(f"/triage/{sent}"))

    def test_is_no_answer_to_what_was_answered(self, priya: Visitor, partnership: APartnership) -> None:
        sent = submitted(partnership)
        priya.open(f"/triage/{sent}")
        priya.send(f"/triage/{sent}/accept", {"known_case": "new"})
        refused = priya.send(f"/triage/{sent}/later", {})
        assert refused.status_code == 422
        assert "does not wait for triage any more" in text_of(refused)


class TestAReferrer:
    def test_never_learns_of_an_earlier_case(self, priya: Visitor, visitor_as: Sign, partnership: APartnership) -> None:
        case_id = accepted(partnership, a_document(TODAY, dash=dash(14, completed_on=TODAY)))
        partnership.now += timedelta(days=40)
        later = london_date(partnership.now)
        again = submitted(
            partnership,
            a_document(
                later,
                dash=dash(16, completed_on=later),
                referrer={"agency": "hospital", "name": "Grace Obi", "email": "grace.obi@hospital.example.gov.uk"},
            ),
            by="midwife",
        )
        priya = visitor_as("coordinator")
        priya.open(f"/triage/{again}")
        assert "Checklist against that of" in text_of(priya.open(f"/triage/{again}"))
        priya.send(f"/triage/{again}/accept", {"known_case": str(case_id)})
        grace = visitor_as("midwife")
        assert grace.open(f"/cases/{case_id}").status_code == 404
        for page in (grace.open(f"/refer/{again}"), grace.open("/refer")):
            words = text_of(page)
            assert page.status_code == 200
            assert "repeat" not in words.split("<main")[1].lower().replace("app-repeater", "")
            assert "23 November" not in words
            assert "against that of" not in words
        told = text_of(priya.open(f"/cases/{case_id}"))
        assert "Checklist of 2 January 2027 against that of 23 November 2026" in told
        assert "15. Has the perpetrator ever tried to strangle" in told
        assert ">Repeat<" in " ".join(told.split()).replace("> Repeat <", ">Repeat<")


class TestRedirecting:
    def test_takes_it_out_of_the_inbox(self, priya: Visitor, partnership: APartnership) -> None:
        sent = submitted(partnership)
        priya.open(f"/triage/{sent}")
        given = {"redirect_to": "adult_safeguarding", "redirect_words": "Told the duty manager at 10:00."}
        page = priya.follow(priya.send(f"/triage/{sent}/redirect", given))
        assert "MARAC does not hear it" in text_of(page)
        assert "Redirected: adult safeguarding" in text_of(priya.open(f"/triage/{sent}"))

    def test_is_for_who_triages_only(self, visitor_as: Sign, partnership: APartnership) -> None:
        sent = submitted(partnership)
        gwen = visitor_as("administrator")
        page = text_of(gwen.open(f"/triage/{sent}"))
        assert "Leanne" in page
        assert "Accept it" not in page
        assert (
            gwen.send(f"/triage/{sent}/redirect", {"redirect_to": "police", "redirect_words": "x"}).status_code == 404
        )
