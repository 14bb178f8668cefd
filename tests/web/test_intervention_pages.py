"""The pages of interventions: what may start on a day, recording, signing, going on, and the letter on the screen and as a file."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.factories import youth as made
from tests.factories.partnership import APartnership
from tests.web.visitor import Visitor, text_of
from tests.web.young_person import a_young_person

VisitorAs = Callable[[str], Visitor]


class TestTheLadder:
    def test_is_that_of_the_day_and_the_age(self, partnership: APartnership, visitor_as: VisitorAs) -> None:
        ids = a_young_person(partnership)
        worker = visitor_as("youth_worker")
        history = f"/young-people/{ids['youth_case_id']}/interventions"
        today = text_of(worker.open(history))
        assert "Youth injunction" in today
        assert "Community protection" not in today
        assert "Anti-social behaviour order" not in today
        older = text_of(worker.open(f"{history}?starts_on-day=4&starts_on-month=5&starts_on-year=2027"))
        assert "Community protection" in older

    def test_asks_for_the_day_of_birth_first(self, partnership: APartnership, visitor_as: VisitorAs) -> None:
        case_id = made.opened(partnership, young_person={})
        page = text_of(visitor_as("youth_worker").open(f"/young-people/{case_id}/interventions"))
        assert "The day of birth is not known" in page


class TestAnIntervention:
    def test_is_recorded_signed_by_another_and_not_kept_to(
        self, partnership: APartnership, visitor_as: VisitorAs
    ) -> None:
        ids = a_young_person(partnership)
        worker, lead = visitor_as("youth_worker"), visitor_as("safeguarding_lead")
        history = f"/young-people/{ids['youth_case_id']}/interventions"
        address = f"{history}/youth_injunction/{ids['on']}"
        worker.open(address)
        form = {"is_declined": "no", "risk_assessment": "Looked at.", "youth_justice_said": "Consulted on Friday."}
        refused = worker.send(address, {**form, "evidence": ["support_record"]})
        assert refused.status_code == 422
        for words in ("support is never the sole evidence", "No support was offered before", "write why"):
            assert words in text_of(refused), words
        whole = {
            **form,
            "evidence": ["police_record"],
            "reason_without_support": "He left the county.",
            "reason_for_jump": "A knife.",
            "reference-court_reference": "WV 12/26",
        }
        assert worker.send(address, whole).status_code == 303
        page = text_of(worker.open(history))
        assert "Waits for a signature" in page
        found = re.search(r"/young-people/interventions/[0-9a-f-]{36}", page)
        assert found
        assert "Sign it" not in text_of(worker.open(found[0]))
        assert "Sign it" in text_of(lead.open(found[0]))
        assert lead.send(f"{found[0]}/sign", {}).status_code == 303
        worker.open(found[0])
        assert (
            worker.send(f"{found[0]}/breach", {"breach_words": "", "breach_handling": "supervision_order"}).status_code
            == 422
        )
        kept = worker.send(
            f"{found[0]}/breach", {"breach_words": "Out at ten.", "breach_handling": "supervision_order"}
        )
        assert kept.status_code == 303
        live = text_of(worker.open(found[0]))
        assert "WV 12/26" in live
        assert "A supervision order is asked for" in live

    def test_that_is_not_offered_at_this_age_has_no_page(
        self, partnership: APartnership, visitor_as: VisitorAs
    ) -> None:
        ids = a_young_person(partnership)
        history = f"/young-people/{ids['youth_case_id']}/interventions"
        worker = visitor_as("youth_worker")
        for address in (f"community_protection_notice/{ids['on']}", f"asbo/{ids['on']}", "advice/tomorrow"):
            assert worker.client.get(f"{history}/{address}").status_code == 404


class TestALetter:
    def test_is_written_printed_as_a_file_and_served(self, partnership: APartnership, visitor_as: VisitorAs) -> None:
        ids = a_young_person(partnership)
        worker = visitor_as("youth_worker")
        one = f"/young-people/interventions/{ids['intervention_id']}"
        worker.open(f"{one}/letters/advisory_letter")
        letter = {"addressee": "parent", "name": "Ms Stone", "address": "4 Mill Lane", "words": "Please ring us."}
        assert worker.send(f"{one}/letters/advisory_letter", letter).status_code == 303
        assert "Please ring us." in text_of(worker.open(f"{one}/letter"))
        pdf = worker.client.get(f"{one}/letter.pdf")
        assert pdf.data.startswith(b"%PDF-")
        assert pdf.headers["Cache-Control"] == "no-store"
        worker.open(one)
        day = {"served_on-day": "23", "served_on-month": "11", "served_on-year": "2026"}
        assert worker.send(f"{one}/served", {**day, "proof": "By hand."}).status_code == 303
        page = text_of(worker.open(one))
        assert "served on Monday 23 November 2026" in page
        assert worker.client.get(f"{one}/letters/warning_letter").status_code == 200
        assert worker.send(f"{one}/letters/advisory_letter", letter).status_code == 409
