"""A referral after it was sent, by the pages: who has it and by when, first contact, what became of it, and what was returned."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest

from casework.access.permissions import Purpose
from casework.referrals import operations, queries
from casework.referrals.rules import ReturnReason
from config.settings import Settings
from tests.factories.partnership import APartnership
from tests.factories.referrals import a_document, submitted
from tests.web.minuted_round import a_minuted_round
from tests.web.visitor import Visitor, text_of
from tests.web.written_referral import ROUTES, WHO, begin, fill, record

TODAY = date(2026, 11, 23)
Sign = Callable[[str], Visitor]


@pytest.fixture
def amy(visitor_as: Sign) -> Visitor:
    return visitor_as("referrer")


class TestAfterSending:
    def test_says_what_happens_by_when_and_who_has_it(self, amy: Visitor) -> None:
        address = fill(amy)
        amy.open(f"{address}/check")
        page = text_of(amy.follow(amy.send(f"{address}/check")))
        assert "Sent Monday 23 November, 09:00" in page
        assert "Vale South MARAC" in page
        assert "answers by <b>Tuesday 24 November, 12:00</b>" in page
        assert "Wednesday 9 December 2026, 09:30" in page

    def test_shows_the_referral_to_its_writer_and_to_no_colleague(self, amy: Visitor, visitor_as: Sign) -> None:
        address = fill(amy)
        amy.open(f"{address}/check")
        amy.send(f"{address}/check")
        assert "Threats to kill since she left." in text_of(amy.open(address))
        for key in ("midwife", "police"):
            other = visitor_as(key)
            assert other.open(address).status_code == 404
            assert "Leanne" not in text_of(other.open("/refer"))

    def test_is_taken_back_with_a_reason(self, amy: Visitor, partnership: APartnership) -> None:
        address = fill(amy)
        amy.open(f"{address}/check")
        amy.send(f"{address}/check")
        amy.open(f"{address}/withdraw")
        assert amy.send(f"{address}/withdraw", {"words": ""}).status_code == 422
        page = amy.follow(amy.send(f"{address}/withdraw", {"words": "Referred twice by mistake."}))
        assert "taken back" in text_of(page)
        assert record(partnership, address).line.state == "withdrawn"

    def test_throws_a_draft_away(self, amy: Visitor) -> None:
        address = begin(amy)
        amy.open(f"{address}/who")
        amy.send(f"{address}/who", WHO)
        assert "Leanne" in text_of(amy.open("/refer"))
        amy.open(f"{address}/withdraw")
        page = text_of(amy.follow(amy.send(f"{address}/withdraw")))
        assert "The draft is thrown away." in page
        assert f"{address}/who" not in page


class TestAReturnedReferral:
    @pytest.fixture
    def returned(self, partnership: APartnership) -> UUID:
        sent = submitted(partnership, a_document(TODAY))
        partnership.now += timedelta(minutes=1)
        with partnership.acting("coordinator", Purpose.TRIAGE) as work:
            operations.return_to_referrer(
                work, referral_id=sent, reason=ReturnReason.REASONS_TOO_THIN, words="Say what she fears, and why now."
            )
        partnership.now += timedelta(minutes=1)
        return sent

    def test_is_corrected_and_sent_again(
        self, amy: Visitor, visitor_as: Sign, partnership: APartnership, returned: UUID
    ) -> None:
        for path in ("/", "/triage"):
            assert "Sent again" not in text_of(visitor_as("coordinator").open(path))
        page = text_of(amy.open("/refer"))
        assert "Say what she fears, and why now." in page
        assert "the reasons do not say enough" in page
        amy.open(f"/refer/{returned}/routes")
        routes = text_of(amy.open(f"/refer/{returned}/routes"))
        assert "Threats to kill since she left." in routes
        better = {**ROUTES, "reasons": "She fears that he will come on Friday, when he is released."}
        amy.send(f"/refer/{returned}/routes", better)
        amy.open(f"/refer/{returned}/check")
        assert amy.send(f"/refer/{returned}/check").status_code == 303
        for path in ("/", "/triage"):
            assert text_of(visitor_as("coordinator").open(path)).count("Sent again") == 1
        with partnership.acting("coordinator", Purpose.TRIAGE) as work:
            found = queries.referral_record(work, referral_id=returned)
        assert found.line.state == "submitted"
        assert found.document["reasons"] == "She fears that he will come on Friday, when he is released."
        assert "correction" not in found.document
        assert [step.step for step in found.steps] == ["submitted", "returned", "submitted"]

    def test_reads_as_it_was_sent_until_it_is_sent_again(self, amy: Visitor, visitor_as: Sign, returned: UUID) -> None:
        amy.open(f"/refer/{returned}/routes")
        amy.send(f"/refer/{returned}/routes", {**ROUTES, "reasons": "Half a thought"})
        page = text_of(visitor_as("coordinator").open(f"/triage/{returned}"))
        assert "Threats to kill since she left." in page
        assert "Half a thought" not in page
        assert "Half a thought" in text_of(amy.open(f"/refer/{returned}/routes"))

    def test_is_its_writers_to_correct(self, visitor_as: Sign, returned: UUID) -> None:
        assert visitor_as("coordinator").open(f"/refer/{returned}/routes").status_code == 404
        assert visitor_as("midwife").open(f"/refer/{returned}/routes").status_code == 404


class TestFirstContact:
    def test_is_tried_by_the_idva_from_the_form_before_triage_has_decided(
        self, visitor_as: Sign, partnership: APartnership
    ) -> None:
        sent = submitted(partnership, a_document(TODAY))
        idva, address = visitor_as("idva"), f"/first-contacts/{sent}"
        page = text_of(idva.open(address))
        for told in (
            "Safe contact: phone, weekdays 09:30-14:30",
            "Threats to kill since she left.",
            "Nobody has tried yet",
        ):
            assert told in page, told
        assert idva.send(address, {"outcome": "reached", "words": ""}).status_code == 422
        after = text_of(idva.follow(idva.send(address, {"outcome": "reached", "words": "She wants a new lock."})))
        assert "Noted: she was reached." in after
        assert "She wants a new lock." in after
        assert "She wants a new lock." in text_of(visitor_as("coordinator").open(f"/triage/{sent}"))
        writer = text_of(visitor_as("referrer").open(f"/refer/{sent}"))
        assert "First contact: reached" in writer
        assert "She wants a new lock." not in writer

    def test_goes_on_from_the_case_once_there_is_one(self, visitor_as: Sign, partnership: APartnership) -> None:
        sent = submitted(partnership, a_document(TODAY))
        idva, address = visitor_as("idva"), f"/first-contacts/{sent}"
        idva.open(address)
        with partnership.acting("coordinator", Purpose.TRIAGE) as work:
            case_id = operations.accept(work, referral_id=sent)
        # What was being typed meanwhile is kept with the case.
        idva.send(address, {"outcome": "reached", "words": "She wants a new lock."})
        moved = idva.open(address)
        assert moved.headers["Location"] == f"/cases/{case_id}/contact"
        assert "She wants a new lock." in text_of(idva.open(f"/cases/{case_id}/contact"))


class TestWhatBecameOfIt:
    def test_stands_on_the_writers_page_with_the_round_and_the_actions_and_no_case(
        self, visitor_as: Sign, partnership: APartnership, settings: Settings
    ) -> None:
        heard = a_minuted_round(partnership, settings)
        amy = visitor_as("referrer")
        sent = next(one for one in self.own(partnership) if one.victim_name.startswith("Leanne"))
        page = text_of(amy.open(f"/refer/{sent.id}"))
        assert "heard it on Wednesday 9 December 2026" in page
        assert "Actions agreed" in page
        assert "Vale housing, by" in page
        assert f"/cases/{heard.leanne}" not in page
        assert f"/cases/{heard.leanne}" in text_of(visitor_as("coordinator").open(f"/refer/{sent.id}"))

    @staticmethod
    def own(partnership: APartnership) -> tuple[queries.ReferralLine, ...]:
        with partnership.acting("referrer", Purpose.REFERRING) as work:
            return queries.my_referrals(work)
