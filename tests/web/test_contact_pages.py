"""The pages of contacts between agencies: what waits, opening one, a question about nobody, one contact on each side, and who gets in."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest

from casework.contacts import operations
from casework.contacts.rules import State
from tests.factories.contacts import QUESTION, arrives, asks, does, opens, seen, tells, waiting
from tests.factories.groups import AGroup, a_group
from tests.factories.partnership import APartnership
from tests.factories.sharing import YoungPerson
from tests.web.visitor import Visitor, text_of

As = Callable[[str], Visitor]
Counting = Callable[[], AbstractContextManager[Any]]
OPENER = "Vale youth service would like to talk about a young person in Codsall, topic: education."


@pytest.fixture
def group(partnership: APartnership) -> AGroup:
    return a_group(partnership)


@pytest.fixture
def young(group: AGroup) -> YoungPerson:
    return YoungPerson.of(group.partnership)


def came(young: YoungPerson) -> uuid.UUID:
    """A contact in which basic details and education have come."""
    young.agrees({"school_nursing": ["basic", "education"]})
    contact_id = opens(young.partnership, young.case_id)
    arrives(young.partnership, tells(young.partnership, contact_id, young.case_id))
    return contact_id


class TestTheList:
    def test_shows_what_waits_with_its_clock(
        self, visitor_as: As, partnership: APartnership, young: YoungPerson, statements: Counting
    ) -> None:
        opens(partnership, young.case_id)
        opens(partnership, young.case_id)
        school = visitor_as("school_worker")
        with statements() as sent:
            text = text_of(school.open("/contacts"))
        assert len(sent) <= 12, sent
        assert "Waiting for your answer: 2" in text
        assert OPENER in text
        assert "Answer by Wednesday 25 November, 09:00" in text
        assert "Jamie" not in text
        partnership.now += timedelta(hours=49)
        assert "Late" in text_of(visitor_as("school_worker").open("/contacts"))

    def test_shows_what_one_s_agency_asked_and_what_has_ended(
        self, visitor_as: As, partnership: APartnership, young: YoungPerson
    ) -> None:
        does(partnership, "school_worker", "decline", opens(partnership, young.case_id), reason="no_room")
        opens(partnership, young.case_id)
        text = text_of(visitor_as("youth_worker").open("/contacts"))
        assert "Under way: 1" in text
        assert "Ended: 1" in text
        assert "To Vale school nursing" in text

    @pytest.mark.parametrize("key", ["coordinator", "police", "youth_manager", "group_chair", "operator"])
    def test_is_not_for_others(self, visitor_as: As, young: YoungPerson, key: str) -> None:
        contact_id, visitor = opens(young.partnership, young.case_id), visitor_as(key)
        for address in ("/contacts", "/contacts/new", "/contacts/ask", f"/contacts/{contact_id}"):
            assert visitor.open(address).status_code in (403, 404)

    def test_has_nothing_for_a_third_agency(self, visitor_as: As, young: YoungPerson) -> None:
        contact_id, housing = opens(young.partnership, young.case_id), visitor_as("housing_worker")
        assert "Nobody waits for you" in text_of(housing.open("/contacts"))
        hidden = housing.open(f"/contacts/{contact_id}")
        missing = housing.open(f"/contacts/{uuid.uuid4()}")
        assert hidden.status_code == missing.status_code == 404
        assert text_of(hidden) == text_of(missing)


class TestOpening:
    def test_asks_about_a_young_person(self, visitor_as: As, partnership: APartnership, young: YoungPerson) -> None:
        worker = visitor_as("youth_worker")
        assert "Jamie Stone" in text_of(worker.open("/contacts/new"))
        given = {
            "subjects": str(young.case_id),
            "to_agency": str(partnership.agencies["school_nursing"]),
            "topic": "education",
            "locality": "L1",
            "purpose": "support_plan",
            "words": "A key worker whom Jamie trusts.",
            "categories": ["basic", "education"],
            "need_to_know": "Runs the drop-in.",
            "reaches_abuser": "no",
        }
        wrong = worker.send("/contacts/new", {**given, "categories": []})
        assert "Choose what you hope to share" in text_of(wrong)
        other = {"to_account": str(partnership.account("housing_worker"))}
        assert "Choose a practitioner of that agency" in text_of(worker.send("/contacts/new", {**given, **other}))
        named = {"to_account": str(partnership.account("school_worker"))}
        after = text_of(worker.follow(worker.send("/contacts/new", {**given, **named})))
        assert OPENER in after
        assert "A key worker whom Jamie trusts." in after
        assert "Ask the young person first" in after, "what the rules answered, with the reason"
        [asked] = waiting(partnership, "school_worker")
        theirs = text_of(visitor_as("school_worker").open(f"/contacts/{asked.id}"))
        assert "Ask the young person first" not in theirs

    def test_asks_a_question_about_nobody(self, visitor_as: As, partnership: APartnership, group: AGroup) -> None:
        worker = visitor_as("youth_worker")
        worker.open("/contacts/ask")
        given = {
            "to_agency": str(partnership.agencies["school_nursing"]),
            "topic": "education",
            "purpose": "support_plan",
        }
        stopped = worker.send("/contacts/ask", {**given, "question": "What about Kyle Turner?"})
        assert stopped.status_code == 422
        assert "<mark>Kyle Turner<span" in text_of(stopped)
        worker.follow(worker.send("/contacts/ask", {**given, "question": QUESTION}))
        [one] = waiting(partnership, "school_worker")
        school = visitor_as("school_worker")
        assert QUESTION in text_of(school.open(f"/contacts/{one.id}"))
        refused = school.send(f"/contacts/{one.id}", {"act": "answer", "answer_words": "Is it Kyle Turner?"})
        assert "<mark>Kyle Turner<span" in text_of(refused)
        school.send(f"/contacts/{one.id}", {"act": "answer", "answer_words": "A drop-in on Mondays."})
        assert "A drop-in on Mondays." in text_of(visitor_as("youth_worker").open(f"/contacts/{one.id}"))


class TestOneContact:
    def test_shows_the_asked_side_an_opener_until_something_has_come(
        self, visitor_as: As, partnership: APartnership, young: YoungPerson
    ) -> None:
        contact_id = opens(partnership, young.case_id)
        text = text_of(visitor_as("school_worker").open(f"/contacts/{contact_id}"))
        assert OPENER in text
        for trace in ("Jamie", "Stone", "J.S.", "trusts", "support plan", "The sharing rules answered", "C-"):
            assert trace not in text

    def test_shares_what_was_agreed_and_is_accepted(
        self, visitor_as: As, partnership: APartnership, young: YoungPerson
    ) -> None:
        young.agrees({"school_nursing": ["education"]})
        contact_id = opens(partnership, young.case_id)
        worker, page = visitor_as("youth_worker"), f"/contacts/{contact_id}"
        assert "Share what was agreed" in text_of(worker.open(page))
        given = {
            "act": "share",
            "subject": str(young.case_id),
            "items-count": "2",
            "items-0-words": "Attends four days in five.",
            "items-0-category": "education",
            "items-0-mark": "fact",
            "items-1-words": "Waits for the clinic.",
            "items-1-category": "mental_health",
            "items-1-mark": "fact",
            "need_to_know": "Runs the drop-in.",
            "reaches_abuser": "no",
        }
        assert worker.send(page, {**given, "items-0-category": ""}).status_code == 422
        assert worker.send(page, given).status_code == 303
        [subject] = seen(partnership, "youth_worker", contact_id).subjects
        assert subject.share_id is not None
        young.delivers(subject.share_id)
        with partnership.acting(None) as work:
            operations.share_delivered(work, share_id=subject.share_id)
        school = visitor_as("school_worker")
        text = text_of(school.open(page))
        assert "Attends four days in five." in text
        assert "Waits for the clinic." not in text
        assert "You may use what you learn for this alone: support plan." in text
        school.send(page, {"act": "acknowledge"})
        school.open(page)
        after = school.follow(school.send(page, {"act": "accept", "known_as": "J.S.", "concern": "Attendance."}))
        assert "your agency’s own list" in text_of(after)
        assert "own list" not in text_of(visitor_as("youth_worker").open(page))

    @pytest.mark.parametrize(
        ("given", "state"),
        [
            ({"act": "decline", "reason": "no_room"}, State.DECLINED),
            ({"act": "elsewhere", "agency": "housing"}, State.ELSEWHERE),
            ({"act": "welcome"}, State.WELCOMED),
        ],
    )
    def test_is_answered(
        self, visitor_as: As, partnership: APartnership, young: YoungPerson, given: dict[str, str], state: State
    ) -> None:
        contact_id, school = opens(partnership, young.case_id), visitor_as("school_worker")
        school.open(f"/contacts/{contact_id}")
        if "agency" in given:
            given = {**given, "agency": str(partnership.agencies[given["agency"]])}
        school.send(f"/contacts/{contact_id}", given)
        assert seen(partnership, "youth_worker", contact_id).state is state
        assert visitor_as("youth_worker").open(f"/contacts/{contact_id}").status_code == 200

    def test_says_what_an_answer_lacks(self, visitor_as: As, partnership: APartnership, young: YoungPerson) -> None:
        contact_id, school = came(young), visitor_as("school_worker")
        school.open(f"/contacts/{contact_id}")
        assert "Choose why you decline" in text_of(school.send(f"/contacts/{contact_id}", {"act": "decline"}))
        assert school.send(f"/contacts/{contact_id}", {"act": "dance"}).status_code == 404

    @pytest.mark.parametrize("key", ["youth_worker", "school_worker"])
    def test_shows_both_sides_the_safeguarding_route(
        self, visitor_as: As, partnership: APartnership, young: YoungPerson, key: str
    ) -> None:
        contact_id, visitor = opens(partnership, young.case_id), visitor_as(key)
        assert "ring 999" in text_of(visitor.open(f"/contacts/{contact_id}"))
        visitor.send(f"/contacts/{contact_id}", {"act": "risk"})
        for reader in ("youth_worker", "school_worker"):
            assert "There is a risk of significant harm" in text_of(visitor_as(reader).open(f"/contacts/{contact_id}"))

    def test_is_taken_back(self, visitor_as: As, partnership: APartnership, young: YoungPerson) -> None:
        contact_id, worker = opens(partnership, young.case_id), visitor_as("youth_worker")
        worker.open(f"/contacts/{contact_id}")
        worker.send(f"/contacts/{contact_id}", {"act": "take_back"})
        assert seen(partnership, "school_worker", contact_id).state is State.TAKEN_BACK

    def test_reads_whole_at_every_stage(self, visitor_as: As, partnership: APartnership, young: YoungPerson) -> None:
        for contact_id in (came(young), asks(partnership)):
            for key in ("youth_worker", "school_worker"):
                assert visitor_as(key).open(f"/contacts/{contact_id}").status_code == 200
