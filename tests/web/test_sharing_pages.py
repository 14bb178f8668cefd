"""The pages of sharing: may we share, the inbox, one share, signatures, the information lead's page, the log, an agreement's end."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from casework.cases import operations as cases
from casework.consent.rules import Purpose, Risk
from casework.disclosures.models import Disclosure
from casework.disclosures.rules import CORRECTABLE
from casework.sharing.models import Share, WithdrawalNotice
from casework.sharing.rules import ShareState
from casework.web.forms.oversight import POINTS
from tests.factories.partnership import APartnership
from tests.factories.sharing import BASIC, EDUCATION, MENTAL_HEALTH, OFFERED, YoungPerson
from tests.web.visitor import Visitor, text_of

As = Callable[[str], Visitor]
Counting = Callable[[], AbstractContextManager[list[str]]]
NURSE = "school_nursing"
YOUTH = ("youth_worker", "youth_manager", "safeguarding_lead", "school_worker", "housing_worker", "information_lead")
OTHERS = ("coordinator", "chair", "police", "idva", "operator", "group_chair")


@pytest.fixture
def jamie(partnership: APartnership) -> YoungPerson:
    """Jamie agreed that the school nurse may know basic details and education, for the support plan."""
    made = YoungPerson.of(partnership)
    made.agrees({NURSE: ["basic", "education"]})
    return made


def filled(jamie: YoungPerson, *items: tuple[str, str], to: str = NURSE, **more: Any) -> dict[str, Any]:
    """The form of 'May we share?' as somebody fills it in."""
    found: dict[str, Any] = {
        "items-count": str(len(items)),
        "to_agency": str(jamie.partnership.agencies[to]),
        "purpose": "support_plan",
        "need_to_know": "Runs the drop-in.",
        "reaches_abuser": "no",
    }
    for number, (words, category) in enumerate(items):
        found |= {
            f"items-{number}-words": words,
            f"items-{number}-category": category,
            f"items-{number}-mark": "fact",
        }
    return found | more


TWO = (("Attends four days in five.", "education"), ("Waits for the clinic.", "mental_health"))


class TestTheFile:
    def test_leads_to_asking_to_the_log_and_to_the_end_of_an_agreement(
        self, visitor_as: As, jamie: YoungPerson
    ) -> None:
        worker, log = visitor_as("youth_worker"), f"/shares/young-people/{jamie.case_id}"
        assert log in text_of(worker.open(f"/young-people/{jamie.case_id}"))
        seen = text_of(worker.open(log))
        for path in (f"/sharing/young-people/{jamie.case_id}/new", f"/withdrawal/young-people/{jamie.case_id}"):
            assert path in seen
            assert worker.open(path).status_code == 200
        lead = text_of(visitor_as("safeguarding_lead").open(log))
        assert "/withdrawal/" not in lead
        assert "/sharing/young-people/" not in lead


class TestTheRecord:
    def test_has_its_words_corrected_by_the_agency_that_shared(self, visitor_as: As, jamie: YoungPerson) -> None:
        assert set(POINTS) == CORRECTABLE
        first = jamie.share(jamie.shares(NURSE)).disclosure_id
        worker, page = visitor_as("youth_worker"), f"/shares/records/{first}"
        assert f"{page}/correct" in text_of(worker.open(page))
        worker.open(f"{page}/correct")
        nothing = worker.send(
            f"{page}/correct", {"need_to_know": OFFERED.why.need_to_know, "to_whom": "The school nurse"}
        )
        assert nothing.status_code == 422
        given = {"need_to_know": OFFERED.why.need_to_know, "to_whom": "Ms Lane, school nurse"}
        after = text_of(worker.follow(worker.send(f"{page}/correct", given)))
        assert "Ms Lane, school nurse" in after
        assert OFFERED.why.need_to_know in after
        assert "It corrects words of" in after
        before = text_of(worker.open(page))
        assert "The school nurse" in before
        assert "Corrected" in before
        assert worker.open(f"{page}/correct").status_code == 404
        assert visitor_as("school_worker").open(f"{page}/correct").status_code == 404
        log = text_of(worker.open(f"/shares/young-people/{jamie.case_id}"))
        assert log.count("Corrects an earlier record") == 1


class TestTheDutyToShare:
    def test_is_switched_by_the_information_lead_from_a_day_on(self, visitor_as: As, jamie: YoungPerson) -> None:
        lead, page = visitor_as("information_lead"), "/shares/duty-to-share"
        assert ">Off" in re.sub(r"\s+", "", text_of(lead.open(page)))
        day = {"from_date-day": "22", "from_date-month": "11", "from_date-year": "2026"}
        assert "Give today or a day to come." in text_of(lead.send(page, {"is_on": "yes", **day}))
        after = text_of(lead.follow(lead.send(page, {"is_on": "yes", **day, "from_date-day": "23"})))
        assert "On from 23 November 2026" in after
        assert "Row 5 of the rules applies" in after
        lead.send(page, {"is_on": "no", **day, "from_date-day": "24"})
        assert "Row 5 of the rules applies" in text_of(lead.open(page))
        for key in ("youth_worker", "coordinator"):
            assert visitor_as(key).open(page).status_code in (403, 404)


class TestTheName:
    def test_reaches_the_receiver_only_with_the_basic_details(self, visitor_as: As, jamie: YoungPerson) -> None:
        jamie.agrees({NURSE: ["education"]})
        share_id = jamie.shares(NURSE, EDUCATION)
        jamie.withdraws()
        with jamie.partnership.acting(None) as work:
            notice_id = work.session.scalars(select(WithdrawalNotice.id)).one()
        pages = (
            "/shares",
            f"/sharing/{share_id}",
            f"/sharing/{share_id}/pass-on",
            f"/withdrawal/notices/{notice_id}",
            f"/withdrawal/young-people/{jamie.case_id}",
        )
        nurse = visitor_as("school_worker")
        for page in pages:
            assert "Jamie" not in text_of(nurse.open(page)), page
        assert "name was not shared" in text_of(nurse.open("/shares"))
        jamie.agrees({NURSE: ["basic"]})
        jamie.shares(NURSE, BASIC)
        for page in pages:
            assert "Jamie Stone" in text_of(nurse.open(page)), page


class TestShuttingOut:
    def test_is_done_and_undone_by_the_manager_or_the_safeguarding_lead(
        self, visitor_as: As, jamie: YoungPerson
    ) -> None:
        share_id, queued = jamie.shares(NURSE), jamie.asks(NURSE).share_id
        page = f"/young-people/{jamie.case_id}/shut-out"
        for key in ("youth_worker", "school_worker", "information_lead", "coordinator", "chair"):
            assert visitor_as(key).open(page).status_code in (403, 404)
        manager = visitor_as("youth_manager")
        assert page in text_of(manager.open(f"/shares/young-people/{jamie.case_id}"))
        assert "Nobody is shut out" in text_of(manager.open(page))
        own = f"agency:{jamie.partnership.agencies['youth_service']}"
        assert manager.send(page, {"who": own, "reason": "None."}).status_code == 422
        nurse = {"who": f"agency:{jamie.partnership.agencies[NURSE]}", "reason": "The nurse is a cousin."}
        after = text_of(manager.follow(manager.send(page, nurse)))
        assert "The nurse is a cousin." in after
        assert jamie.delivers(queued) is ShareState.STOPPED
        assert jamie.share(queued).stopped_because == "blocked"
        assert visitor_as("school_worker").open(f"/sharing/{share_id}").status_code == 404
        lead = visitor_as("safeguarding_lead")
        lift = re.findall(rf"{page}/[0-9a-f-]+/lift", text_of(lead.open(page)))
        lead.send(lift[0])
        assert visitor_as("school_worker").open(f"/sharing/{share_id}").status_code == 200


class TestMayWeShare:
    def test_shows_the_answer_first_and_sends_nothing_while_one_looks(self, visitor_as: As, jamie: YoungPerson) -> None:
        page, visitor = f"/sharing/young-people/{jamie.case_id}/new", visitor_as("youth_worker")
        assert "May we share?" in text_of(visitor.open(page))
        seen = text_of(visitor.send(page, filled(jamie, *TWO, act="look")))
        assert seen.index("Yes, in part") < seen.index("What you want to share")
        assert "<b>Education</b> may go" in seen
        assert "<b>Mental health</b> stays: Nobody has agreed" in seen
        assert "Share this" in seen
        assert self._shares(jamie) == []

    def test_shows_what_would_happen_if(self, visitor_as: As, jamie: YoungPerson) -> None:
        page, visitor = f"/sharing/young-people/{jamie.case_id}/new", visitor_as("youth_worker")
        visitor.open(page)
        without = text_of(visitor.send(page, filled(jamie, *TWO, to="childrens_social_care", act="look")))
        assert "Ask the young person first" in without
        at_risk = filled(
            jamie, *TWO, to="childrens_social_care", purpose="safeguarding", risk="child_significant_harm", act="look"
        )
        with_risk = text_of(visitor.send(page, at_risk))
        assert "<b>Mental health</b> may go" in with_risk
        assert "Share these 2" in with_risk
        assert self._shares(jamie) == []

    def test_shares_when_that_is_pressed_and_shows_where_it_stands(self, visitor_as: As, jamie: YoungPerson) -> None:
        page, visitor = f"/sharing/young-people/{jamie.case_id}/new", visitor_as("youth_worker")
        visitor.open(page)
        sent = visitor.send(page, filled(jamie, TWO[0], act="share"))
        assert "On its way" in text_of(visitor.follow(sent))
        [share] = self._shares(jamie)
        assert share.state == "queued"
        taken = visitor.send(f"/sharing/{share.id}/take-back")
        assert "Stopped before it went" in text_of(visitor.follow(taken))

    def test_keeps_what_was_typed_when_something_is_wrong(self, visitor_as: As, jamie: YoungPerson) -> None:
        page, visitor = f"/sharing/young-people/{jamie.case_id}/new", visitor_as("youth_worker")
        visitor.open(page)
        wrong = visitor.send(page, filled(jamie, ("Attends four days in five.", ""), act="share"))
        assert wrong.status_code == 422
        text = text_of(wrong)
        assert "Choose what kind of information it is" in text
        assert "Attends four days in five." in text
        basis = filled(jamie, TWO[0], act="share", chosen_basis="recognised_legitimate_interest")
        assert "Choose public task" in text_of(visitor.send(page, basis))
        assert self._shares(jamie) == []

    def test_asks_for_necessity_where_somebody_said_no(self, visitor_as: As, jamie: YoungPerson) -> None:
        jamie.agrees({}, status="refused", purposes=())
        page, visitor = f"/sharing/young-people/{jamie.case_id}/new", visitor_as("youth_worker")
        visitor.open(page)
        harm = {"to": "childrens_social_care", "purpose": "safeguarding", "risk": "child_significant_harm"}
        assert "Somebody has said no to this" in text_of(visitor.send(page, filled(jamie, TWO[0], act="look", **harm)))
        refused = visitor.send(page, filled(jamie, TWO[0], act="share", **harm))
        assert (refused.status_code, self._shares(jamie)) == (422, [])
        stated = filled(jamie, TWO[0], act="share", necessity="A broken arm.", **harm)
        assert visitor.send(page, stated).status_code == 303

    @staticmethod
    def _shares(jamie: YoungPerson) -> list[Share]:
        with jamie.partnership.acting(None) as work:
            return list(work.session.scalars(select(Share)))


class TestTheInbox:
    def test_holds_what_arrived_and_the_share_tells_nothing_of_the_rest(
        self, visitor_as: As, jamie: YoungPerson
    ) -> None:
        share_id = jamie.shares(NURSE, BASIC, EDUCATION, MENTAL_HEALTH)
        nurse = visitor_as("school_worker")
        assert "Jamie Stone" in text_of(nurse.open("/shares"))
        page = text_of(nurse.open(f"/sharing/{share_id}"))
        assert EDUCATION.words in page
        assert "ental health" not in page
        assert "Which rule" not in page
        ends = f"/withdrawal/young-people/{jamie.case_id}"
        assert ends in page, "any agency in scope records it"
        assert "for your agency" in text_of(nurse.open(ends))
        sender = text_of(visitor_as("youth_worker").open(f"/sharing/{share_id}"))
        assert "<b>Mental health</b> stays" in sender

    def test_lets_the_receiver_acknowledge_and_answer(self, visitor_as: As, jamie: YoungPerson) -> None:
        share_id = jamie.shares(NURSE)
        nurse = visitor_as("school_worker")
        nurse.open(f"/sharing/{share_id}")
        assert "Read there" in text_of(nurse.follow(nurse.send(f"/sharing/{share_id}/read")))
        wrong = nurse.send(f"/sharing/{share_id}/answer", {"accepts": "no", "words": ""})
        assert (wrong.status_code, "Say why you decline it" in text_of(wrong)) == (422, True)
        nurse.send(f"/sharing/{share_id}/answer", {"accepts": "no", "words": "Moved school."})
        assert "Moved school." in text_of(visitor_as("youth_worker").open(f"/sharing/{share_id}"))

    def test_lets_the_receiver_pass_on_by_a_decision_of_its_own(self, visitor_as: As, jamie: YoungPerson) -> None:
        jamie.agrees({NURSE: ["basic", "education"], "housing": ["basic"]})
        share_id = jamie.shares(NURSE)
        nurse, page = visitor_as("school_worker"), f"/sharing/{share_id}/pass-on"
        nurse.open(page)
        given = filled(jamie, to="housing", positions=["1", "2"])
        assert "Yes, in part" in text_of(nurse.send(page, given | {"act": "look"}))
        assert "On its way" in text_of(nurse.follow(nurse.send(page, given | {"act": "share"})))


class TestSignaturesAndAdvice:
    def test_are_asked_of_two_people_and_then_it_goes(self, visitor_as: As, jamie: YoungPerson) -> None:
        jamie.agrees({}, status="refused", purposes=())
        welfare = replace(
            OFFERED, risk=Risk(welfare_concern=True), why=replace(OFFERED.why, necessity="Sleeps in a car.")
        )
        share_id = jamie.asks("childrens_social_care", declared=welfare).share_id
        for key, part in (("youth_manager", "manager"), ("safeguarding_lead", "safeguarding_lead")):
            visitor = visitor_as(key)
            assert f"/sharing/{share_id}" in text_of(visitor.open("/shares/reviews"))
            waits = text_of(visitor.open(f"/sharing/{share_id}"))
            assert "significant harm" in waits
            assert "Sleeps in a car." in waits, "why, before one signs"
            assert visitor.send(f"/sharing/{share_id}/review", {"conclusion": "", "words": ""}).status_code == 422
            signed = {"conclusion": f"{part}:row_4", "words": "Seen on Tuesday."}
            assert visitor.send(f"/sharing/{share_id}/review", signed).status_code == 303
        assert jamie.share(share_id).state == "queued"

    def test_of_the_information_lead_name_nobody(self, visitor_as: As, jamie: YoungPerson) -> None:
        share_id = jamie.asks("housing", declared=replace(OFFERED, purpose=Purpose.LEGAL)).share_id
        lead = visitor_as("information_lead")
        assert "you are asked (1)" in text_of(lead.open("/shares/oversight"))
        page = text_of(lead.open(f"/sharing/{share_id}"))
        assert "Jamie" not in page
        assert EDUCATION.words not in page
        assert lead.send(f"/sharing/{share_id}/advise", {"words": "Ask for an order."}).status_code == 303
        assert "Ask for an order." in text_of(visitor_as("youth_worker").open(f"/sharing/{share_id}"))

    def test_of_health_are_sought_by_the_sender_on_a_page(self, visitor_as: As, jamie: YoungPerson) -> None:
        share_id = jamie.asks(NURSE, MENTAL_HEALTH).share_id
        worker, page = visitor_as("youth_worker"), f"/sharing/{share_id}/signature"
        assert page in text_of(worker.open(f"/sharing/{share_id}"))
        worker.open(page)
        assert worker.send(page, {"confidentiality": ""}).status_code == 422
        assert worker.send(page, {"confidentiality": "He may not live to see Friday."}).status_code == 303
        assert page not in text_of(worker.open(f"/sharing/{share_id}"))

    def test_let_the_sender_ask_again(self, visitor_as: As, jamie: YoungPerson) -> None:
        share_id = jamie.asks("housing").share_id
        jamie.agrees({NURSE: ["basic"], "housing": ["basic", "education"]})
        visitor, page = visitor_as("youth_worker"), f"/sharing/{share_id}/again"
        assert "Runs the drop-in" in text_of(visitor.open(page))
        sent = visitor.send(page, {"purpose": "support_plan", "need_to_know": "Finds a room.", "reaches_abuser": "no"})
        assert "On its way" in text_of(visitor.follow(sent))


class TestTheLog:
    def test_shows_acts_and_noes_and_the_whole_record_of_each(self, visitor_as: As, jamie: YoungPerson) -> None:
        jamie.shares(NURSE)
        jamie.asks("housing")
        worker = visitor_as("youth_worker")
        log = text_of(worker.open(f"/shares/young-people/{jamie.case_id}"))
        assert ("Vale school nursing" in log, "Not shared" in log) == (True, True)
        for disclosure_id in re.findall(r"/shares/records/([0-9a-f-]{36})", log):
            assert "Why, step by step" in text_of(worker.open(f"/shares/records/{disclosure_id}"))
        lead = visitor_as("information_lead")
        with jamie.partnership.acting(None) as work:
            one = work.session.scalars(select(Disclosure.id).limit(1)).one()
        assert "the same answer" in text_of(lead.open(f"/shares/records/{one}"))


class TestTheEndOfAnAgreement:
    def test_is_recorded_in_one_screen_that_promises_nothing_back(self, visitor_as: As, jamie: YoungPerson) -> None:
        jamie.shares(NURSE)
        queued = jamie.asks(NURSE).share_id
        page, nurse = f"/withdrawal/young-people/{jamie.case_id}", visitor_as("school_worker")
        seen = text_of(nurse.open(page))
        assert "It cannot be called back." in seen
        assert "may keep what the law lets it keep" in seen
        assert nurse.send(page, {"agreement": str(jamie.agreements[0]), "words": ""}).status_code == 422
        done = nurse.send(page, {"agreement": str(jamie.agreements[0]), "words": "Told me at the drop-in."})
        assert "1 share stopped before going; 1 agency told" in text_of(nurse.follow(done))
        assert jamie.share(queued).state == "stopped"
        assert "No agreement stands" in text_of(nurse.open(page))

    def test_is_answered_by_whoever_had_something(self, visitor_as: As, jamie: YoungPerson) -> None:
        jamie.shares(NURSE)
        jamie.withdraws()
        nurse = visitor_as("school_worker")
        link = re.search(r"/withdrawal/notices/[0-9a-f-]{36}", text_of(nurse.open("/shares")))
        assert link is not None
        nurse.open(link[0])
        wrong = nurse.send(link[0], {"answer": "kept", "basis": "", "words": "The school file."})
        assert "Choose the basis on which your agency keeps it" in text_of(wrong)
        kept = {"answer": "kept", "basis": "public_task", "words": "The school file."}
        assert nurse.send(link[0], kept).status_code == 303
        log = text_of(visitor_as("youth_worker").open(f"/shares/young-people/{jamie.case_id}"))
        assert "kept on public task. The school file." in log


class TestWhoGetsIn:
    """Who may open which page of Jamie's sharing; everybody else meets a closed door that tells nothing."""

    @pytest.fixture
    def doors(self, jamie: YoungPerson) -> dict[str, str]:
        share_id = jamie.shares(NURSE)
        refused = jamie.asks("housing").share_id
        jamie.withdraws()
        with jamie.partnership.acting(None) as work:
            notice = work.session.scalars(select(WithdrawalNotice.id)).one()
            act = work.session.scalars(select(Disclosure.id).where(Disclosure.subject_id == share_id)).one()
            no = work.session.scalars(select(Disclosure.id).where(Disclosure.subject_id == refused)).one()
        case = jamie.case_id
        senders = "youth_worker youth_manager safeguarding_lead"
        return {
            f"/sharing/young-people/{case}/new": "youth_worker",
            f"/sharing/{share_id}": f"{senders} school_worker information_lead",
            f"/sharing/{refused}": f"{senders} information_lead",
            f"/sharing/{refused}/again": "youth_worker",
            f"/sharing/{share_id}/pass-on": "youth_worker school_worker",
            "/shares": "youth_worker school_worker housing_worker",
            "/shares/reviews": "youth_manager safeguarding_lead",
            "/shares/oversight": "information_lead",
            f"/shares/young-people/{case}": senders,
            f"/shares/records/{act}": f"{senders} information_lead",
            f"/shares/records/{no}": f"{senders} information_lead",
            f"/withdrawal/young-people/{case}": "youth_worker youth_manager school_worker",
            f"/withdrawal/notices/{notice}": "school_worker",
        }

    def test_stands_in_a_table(self, visitor_as: As, doors: dict[str, str]) -> None:
        wrong = []
        for key in (*YOUTH, *OTHERS):
            visitor = visitor_as(key)
            for path, who in doors.items():
                gets_in = visitor.client.get(path).status_code not in (401, 403, 404)
                if gets_in != (key in who.split()):
                    wrong.append(f"{path}: {key} {'gets in' if gets_in else 'is kept out'}")
        assert wrong == []

    def test_is_nobody_whom_a_conflict_of_interest_shuts_out(
        self, visitor_as: As, jamie: YoungPerson, doors: dict[str, str]
    ) -> None:
        with jamie.partnership.acting(None) as work:
            for agency in ("school_nursing", "police"):
                cases.block(
                    work, case_id=jamie.case_id, reason="His aunt.", agency_id=jamie.partnership.agencies[agency]
                )
        for key in ("school_worker", "information_lead"):
            visitor = visitor_as(key)
            for path in doors:
                if path not in ("/shares", "/shares/oversight"):
                    assert visitor.client.get(path).status_code in (403, 404), path
        assert "Jamie" not in text_of(visitor_as("school_worker").open("/shares"))


class TestALongFile:
    def test_is_paged_and_costs_no_more_than_twelve_statements(
        self, visitor_as: As, jamie: YoungPerson, statements: Counting
    ) -> None:
        """Fifty agreements and five hundred disclosures: the file, what is agreed, who knows what, the log, the inbox, one share."""
        share_id = jamie.shares(NURSE)
        for number in range(49):
            jamie.agrees(
                {NURSE: ["basic", "education"]},
                relation="parental_responsibility",
                giver=uuid.uuid4(),
                giver_name=f"Parent {number}",
                giver_is_abuser=False,
            )
        self._copies(jamie, 499)
        worker, nurse = visitor_as("youth_worker"), visitor_as("school_worker")
        for visitor, path in (
            (worker, "/"),
            (worker, "/young-people"),
            (worker, f"/young-people/{jamie.case_id}"),
            (worker, f"/young-people/{jamie.case_id}/who-knows"),
            (worker, f"/agreements/young-people/{jamie.case_id}"),
            (worker, f"/agreements/young-people/{jamie.case_id}/sheet"),
            (worker, f"/shares/young-people/{jamie.case_id}"),
            (worker, f"/shares/young-people/{jamie.case_id}?page=20"),
            (worker, f"/sharing/{share_id}"),
            (worker, f"/withdrawal/young-people/{jamie.case_id}"),
            (worker, f"/sharing/young-people/{jamie.case_id}/new"),
            (nurse, f"/sharing/{share_id}"),
            (nurse, "/shares"),
            (visitor_as("safeguarding_lead"), "/shares/reviews"),
            (visitor_as("information_lead"), "/shares/oversight"),
            (visitor_as("information_lead"), f"/sharing/{share_id}"),
            (visitor_as("information_lead"), f"/shares/records/{self._act(jamie)}"),
        ):
            with statements() as sent:
                assert visitor.open(path).status_code == 200
            assert len(sent) <= 12, (path, sent)
        assert "500 acts" in text_of(worker.open(f"/shares/young-people/{jamie.case_id}"))

    @staticmethod
    def _act(jamie: YoungPerson) -> uuid.UUID:
        with jamie.partnership.acting(None) as work:
            return work.session.scalars(select(Disclosure.id).limit(1)).one()

    @staticmethod
    def _copies(jamie: YoungPerson, count: int) -> None:
        """Add so many further acts beside the one that there is."""
        with jamie.partnership.acting(None) as work:
            [first] = work.session.scalars(select(Disclosure))
            columns = {column.key: getattr(first, column.key) for column in Disclosure.__table__.columns}
            work.keys.load([columns["key_id"]])
            words = first.record.open(work.keys)
            for _ in range(count):
                copy = Disclosure(**columns | {"id": uuid.uuid4()})
                copy.record.seal(work.keys, words)  # bound to its place
                work.session.add(copy)
