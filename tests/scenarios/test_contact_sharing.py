"""What goes from one agency to the other in a contact, and what becomes of it: rules B2, B4, B6, B8 and B9, each under its own name."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from casework.access.permissions import Purpose
from casework.cases.models import CasePerson
from casework.consent.rules import Category
from casework.consent.rules import Purpose as AskedFor
from casework.contacts import operations, queries, rules
from casework.disclosures import queries as disclosures
from casework.disclosures.models import SharingDecision
from casework.duties import queries as duties
from casework.errors import Conflict, Invalid, NotAllowed, NotFound
from casework.sharing import operations as sharing
from casework.sharing import queries as sharing_queries
from casework.sharing.operations import Asked
from casework.sharing.rules import ShareState
from casework.youth import policy as youth
from tests.factories.contacts import arrives, asks, does, opens, seen, tells, waiting
from tests.factories.groups import AGroup, a_group, a_young_person
from tests.factories.partnership import APartnership
from tests.factories.sharing import BASIC, EDUCATION, HARM, MENTAL_HEALTH, OFFERED, YoungPerson, item


@pytest.fixture
def group(partnership: APartnership) -> AGroup:
    return a_group(partnership)


@pytest.fixture
def young(group: AGroup) -> YoungPerson:
    return YoungPerson.of(group.partnership)


@pytest.fixture
def jamie(young: YoungPerson) -> uuid.UUID:
    return young.case_id


def owed(partnership: APartnership, key: str) -> list[uuid.UUID]:
    """The contacts that somebody owes an answer to, as duties."""
    with partnership.acting(key) as work:
        return [one.subject_id for one in duties.my_duties(work) if one.kind == "contact_answer"]


class TestB2OpeningIsDecidedByTheSharingRules:
    """The answer is kept with its facts, also when it is no."""

    def test_keeps_a_no(self, partnership: APartnership, jamie: uuid.UUID) -> None:
        decision = self._decision(partnership, opens(partnership, jamie))
        assert decision.result == "ask"
        assert decision.to_agency_id == partnership.agencies["school_nursing"]
        assert decision.facts_sealed
        assert decision.answer_sealed

    def test_keeps_a_yes(self, partnership: APartnership, young: YoungPerson) -> None:
        young.agrees({"school_nursing": ["basic", "education"]})
        assert self._decision(partnership, opens(partnership, young.case_id)).result == "allow"

    def test_keeps_a_part(self, partnership: APartnership, young: YoungPerson) -> None:
        young.agrees({"school_nursing": ["education"]})
        assert self._decision(partnership, opens(partnership, young.case_id)).result == "allow_part"

    def test_is_decided_for_each_of_several_siblings(self, partnership: APartnership, young: YoungPerson) -> None:
        young.agrees({"school_nursing": ["basic", "education"]})
        sister = a_young_person(partnership, given_names="Ruby", date_of_birth="2011-02-01")
        record = seen(partnership, "youth_worker", opens(partnership, young.case_id, sister))
        with partnership.acting(None) as work:
            results = {
                one.case_id: work.session.get_one(SharingDecision, one.decision_id).result for one in record.subjects
            }
        assert results == {young.case_id: "allow", sister: "ask"}

    def test_cannot_be_stored_without_a_decision(self, partnership: APartnership, jamie: uuid.UUID) -> None:
        opens(partnership, jamie)
        with pytest.raises(IntegrityError, match="decision_id"), partnership.acting(None) as work:
            work.session.execute(text("UPDATE contact_subject SET decision_id = NULL"))

    def test_tells_the_other_side_nothing_of_the_answer(self, partnership: APartnership, young: YoungPerson) -> None:
        no = seen(partnership, "school_worker", opens(partnership, young.case_id))
        young.agrees({"school_nursing": ["basic", "education"]})
        yes = seen(partnership, "school_worker", opens(partnership, young.case_id))
        assert [step.event for step in no.steps] == [step.event for step in yes.steps] == ["opened"]
        assert (no.about, no.topic, no.purpose, no.share_ids) == (yes.about, yes.topic, yes.purpose, yes.share_ids)

    @staticmethod
    def _decision(partnership: APartnership, contact_id: uuid.UUID) -> SharingDecision:
        [subject] = seen(partnership, "youth_worker", contact_id).subjects
        with partnership.acting(None) as work:
            return work.session.get_one(SharingDecision, subject.decision_id)


class TestB4OnAYesTheAgreedCategoriesTravelAndNoOthers:
    """What comes, and what is done with it."""

    def test_brings_exactly_what_was_agreed(self, partnership: APartnership, young: YoungPerson) -> None:
        young.agrees({"school_nursing": ["education"]})
        contact_id = opens(partnership, young.case_id)
        arrives(partnership, tells(partnership, contact_id, young.case_id, BASIC, EDUCATION, MENTAL_HEALTH))
        record = seen(partnership, "school_worker", contact_id)
        assert (record.state, record.purpose) == (rules.State.SHARED, "support_plan")
        assert self._read(partnership, record.share_ids) == [("education", EDUCATION.words)]

    def test_brings_nothing_without_a_yes(self, partnership: APartnership, jamie: uuid.UUID) -> None:
        contact_id = opens(partnership, jamie)
        asked = tells(partnership, contact_id, jamie)
        assert asked.state is ShareState.NEEDS_AGREEMENT
        arrives(partnership, asked)
        record = seen(partnership, "school_worker", contact_id)
        assert (record.state, record.share_ids, record.purpose) == (rules.State.OPEN, (), None)

    def test_brings_nothing_before_it_is_delivered(self, partnership: APartnership, young: YoungPerson) -> None:
        young.agrees({"school_nursing": ["basic", "education"]})
        contact_id = opens(partnership, young.case_id)
        tells(partnership, contact_id, young.case_id)
        assert seen(partnership, "school_worker", contact_id).share_ids == ()

    def test_brings_nothing_once_the_agreement_is_withdrawn(
        self, partnership: APartnership, young: YoungPerson
    ) -> None:
        young.agrees({"school_nursing": ["basic", "education"]})
        contact_id = opens(partnership, young.case_id)
        asked = tells(partnership, contact_id, young.case_id)
        young.withdraws()
        arrives(partnership, asked)
        assert seen(partnership, "school_worker", contact_id).share_ids == ()

    def test_is_acknowledged_and_then_accepted(self, partnership: APartnership, young: YoungPerson) -> None:
        contact_id, asked = self._came(partnership, young)
        does(partnership, "school_worker", "acknowledge", contact_id)
        assert seen(partnership, "youth_worker", contact_id).acknowledged_at == partnership.now
        assert young.share(asked.share_id).state == "acknowledged"
        does(partnership, "school_worker", "accept", contact_id, known_as="J.S.", concern="School attendance.")
        assert seen(partnership, "youth_worker", contact_id).state is rules.State.ACCEPTED
        assert young.share(asked.share_id).state == "accepted"

    def test_is_declined_with_a_reason(self, partnership: APartnership, young: YoungPerson) -> None:
        contact_id, asked = self._came(partnership, young)
        for wrong in ({"reason": ""}, {"reason": "other"}):
            with pytest.raises(Invalid):
                does(partnership, "school_worker", "decline", contact_id, **wrong)
        does(partnership, "school_worker", "decline", contact_id, reason="no_room", words="Full until March.")
        record = seen(partnership, "youth_worker", contact_id)
        assert (record.state, record.reason, record.answer) == (rules.State.DECLINED, "no_room", "Full until March.")
        assert young.share(asked.share_id).state == "declined"

    def test_is_pointed_elsewhere(self, partnership: APartnership, young: YoungPerson) -> None:
        contact_id, asked = self._came(partnership, young)
        does(partnership, "school_worker", "point_elsewhere", contact_id, agency_id=partnership.agencies["housing"])
        assert seen(partnership, "youth_worker", contact_id).state is rules.State.ELSEWHERE
        assert young.share(asked.share_id).state == "declined"

    def test_follows_what_was_answered_in_the_inbox(self, partnership: APartnership, young: YoungPerson) -> None:
        contact_id, asked = self._came(partnership, young)
        with partnership.acting("school_worker", Purpose.SUPPORT) as work:
            sharing.answer(work, share_id=asked.share_id, accepts=False, words="Full until March.")
        with partnership.acting(None) as work:
            operations.share_answered(work, share_id=asked.share_id)
        assert seen(partnership, "youth_worker", contact_id).state is rules.State.DECLINED

    def test_is_not_accepted_before_anything_has_come(self, partnership: APartnership, jamie: uuid.UUID) -> None:
        contact_id = opens(partnership, jamie)
        for verb, given in (("accept", {"known_as": "X", "concern": "y"}), ("acknowledge", {})):
            with pytest.raises(Conflict):
                does(partnership, "school_worker", verb, contact_id, **given)

    def test_is_shared_once_in_a_contact(self, partnership: APartnership, young: YoungPerson) -> None:
        contact_id, _ = self._came(partnership, young)
        with pytest.raises(Conflict):
            tells(partnership, contact_id, young.case_id)

    def test_is_not_shared_after_the_end(self, partnership: APartnership, young: YoungPerson) -> None:
        young.agrees({"school_nursing": ["basic", "education"]})
        contact_id = opens(partnership, young.case_id)
        asked = tells(partnership, contact_id, young.case_id)
        does(partnership, "school_worker", "decline", contact_id, reason="no_room")
        stopped = young.share(asked.share_id)
        assert stopped.state == "stopped"
        [no] = [one for one in young.acts() if one.id == stopped.disclosure_id]
        assert (no.was_shared, no.outcome, no.to_agency_id) == (False, "not_shared", stopped.to_agency_id)
        with partnership.acting("youth_worker", Purpose.SUPPORT) as work:
            kept = disclosures.disclosure(work, disclosure_id=no.id)
        assert kept.words.reasons[-1] == "The contact in which it was asked for ended before it went."
        with pytest.raises(Conflict):
            tells(partnership, contact_id, young.case_id)

    def test_is_about_whom_the_contact_is_about(self, partnership: APartnership, young: YoungPerson) -> None:
        contact_id = opens(partnership, young.case_id)
        other = a_young_person(partnership, given_names="Ruby")
        with pytest.raises(NotFound):
            tells(partnership, contact_id, other)
        with pytest.raises(NotAllowed):
            tells(partnership, contact_id, young.case_id, by="school_worker")

    @staticmethod
    def _came(partnership: APartnership, young: YoungPerson) -> tuple[uuid.UUID, Asked]:
        return came(partnership, young)

    @staticmethod
    def _read(partnership: APartnership, share_ids: tuple[uuid.UUID, ...]) -> list[tuple[str, str]]:
        with partnership.acting("school_worker", Purpose.SUPPORT) as work:
            [record] = [sharing_queries.share_record(work, share_id=one) for one in share_ids]
        return [(one.category, one.words) for one in record.items]


def came(partnership: APartnership, young: YoungPerson) -> tuple[uuid.UUID, Asked]:
    """A contact in which basic details and education have come."""
    young.agrees({"school_nursing": ["basic", "education"]})
    contact_id = opens(partnership, young.case_id)
    asked = tells(partnership, contact_id, young.case_id)
    arrives(partnership, asked)
    return contact_id, asked


def accepted(partnership: APartnership, young: YoungPerson) -> tuple[uuid.UUID, uuid.UUID]:
    """A contact that was accepted, and the case that the accepting agency then has."""
    contact_id, _ = came(partnership, young)
    case_id = does(partnership, "school_worker", "accept", contact_id, known_as="J.S.", concern="School attendance.")
    return contact_id, case_id


class TestB6WhatIsLearnedIsUsedForThePurposeAndPassedOnByACheckOfItsOwn:
    """The asked agency opens a contact of its own about what it was told."""

    def test_is_refused_for_another_purpose(self, partnership: APartnership, young: YoungPerson) -> None:
        _, case_id = accepted(partnership, young)
        with pytest.raises(Invalid) as error:
            opens(partnership, case_id, by="school_worker", to="housing", purpose="housing")
        assert [one.field for one in error.value.errors] == ["purpose"]

    def test_names_the_original_source_and_is_decided_anew(self, partnership: APartnership, young: YoungPerson) -> None:
        contact_id, case_id = accepted(partnership, young)
        onward = opens(partnership, case_id, by="school_worker", to="housing")
        [subject] = seen(partnership, "school_worker", onward).subjects
        assert subject.source_contact_id == contact_id
        with partnership.acting(None) as work:
            decision = work.session.get_one(SharingDecision, subject.decision_id)
            assert (decision.case_id, decision.result) == (case_id, "ask")

    def test_lets_safeguarding_go_whatever_the_purpose_was(self, partnership: APartnership, young: YoungPerson) -> None:
        _, case_id = accepted(partnership, young)
        assert opens(partnership, case_id, by="school_worker", to="housing", purpose="safeguarding")

    def test_is_shown_to_whoever_shares_from_that_file(self, partnership: APartnership, young: YoungPerson) -> None:
        _, case_id = accepted(partnership, young)
        own = a_young_person(partnership, "school_worker", given_names="Ruby")
        with partnership.acting("school_worker", Purpose.SUPPORT) as work:
            known = sharing_queries.source_record(work, case_id=case_id)
            assert sharing_queries.source_record(work, case_id=own) is None
        assert known == sharing_queries.SourceRecord("Vale youth service", "support_plan")
        with pytest.raises(NotFound), partnership.acting("housing_worker", Purpose.SUPPORT) as work:
            sharing_queries.source_record(work, case_id=case_id)

    def test_holds_for_what_is_shared_from_that_file_outside_a_contact_too(
        self, partnership: APartnership, young: YoungPerson
    ) -> None:
        contact_id, case_id = accepted(partnership, young)
        [source] = seen(partnership, "school_worker", contact_id).share_ids
        with partnership.acting(None) as work:
            person_id = work.session.scalars(select(CasePerson.person_id).where(CasePerson.case_id == case_id)).one()
        taken_on = YoungPerson(partnership, case_id, person_id)
        enforcement = replace(OFFERED, purpose=AskedFor.ASB_ENFORCEMENT)
        incidents = item(Category.ASB_INCIDENTS, "Seen at the precinct on Friday.")
        with pytest.raises(Invalid) as error:
            taken_on.asks("police", incidents, declared=enforcement, by="school_worker")
        assert [one.field for one in error.value.errors] == ["purpose"]
        urgent = taken_on.asks("childrens_social_care", declared=HARM, by="school_worker")
        assert urgent.state is ShareState.QUEUED
        assert taken_on.share(urgent.share_id).source_share_id == source

    def test_holds_for_what_is_passed_on_from_the_inbox(self, partnership: APartnership, young: YoungPerson) -> None:
        young.agrees({"school_nursing": ["basic", "asb_incidents"]})
        share_id = young.shares("school_nursing", BASIC, item(Category.ASB_INCIDENTS, "Seen at the precinct."))
        given = {
            "share_id": share_id,
            "to_agency_id": partnership.agencies["police"],
            "positions": [1, 2],
            "declared": replace(OFFERED, purpose=AskedFor.ASB_ENFORCEMENT),
        }
        with pytest.raises(Invalid) as error, partnership.acting("school_worker", Purpose.SUPPORT) as work:
            sharing.pass_on(work, **given)
        assert [one.field for one in error.value.errors] == ["purpose"]
        with pytest.raises(Invalid), partnership.acting("school_worker", Purpose.SUPPORT) as work:
            sharing_queries.what_if_passed_on(work, **given)

    def test_asks_nothing_of_a_case_of_one_s_own(self, partnership: APartnership, jamie: uuid.UUID) -> None:
        [subject] = seen(partnership, "youth_worker", opens(partnership, jamie, purpose="housing")).subjects
        assert subject.source_contact_id is None


class TestB8AcceptingMakesAnEntryInOnesOwnListAndTheGroupSeesCounts:
    """Nobody else sees the link."""

    def test_opens_a_file_that_the_accepting_agency_alone_can_open(
        self, partnership: APartnership, young: YoungPerson
    ) -> None:
        contact_id, case_id = accepted(partnership, young)
        with partnership.acting("school_worker", Purpose.SUPPORT) as work:
            assert youth.reach(work, case_id)
        assert seen(partnership, "school_worker", contact_id).accepted_case_id == case_id
        for key in ("youth_worker", "youth_manager", "housing_worker", "group_chair"):
            with pytest.raises(NotFound), partnership.acting(key, Purpose.SUPPORT) as work:
                youth.reach(work, case_id)
        assert seen(partnership, "youth_worker", contact_id).accepted_case_id is None

    def test_cannot_be_stored_without_that_entry(self, partnership: APartnership, jamie: uuid.UUID) -> None:
        opens(partnership, jamie)
        with pytest.raises(IntegrityError, match="accepted_is_in_their_list"), partnership.acting(None) as work:
            work.session.execute(text("UPDATE contact SET state = 'accepted'"))

    def test_shows_the_group_counts_by_topic_of_the_last_whole_quarter(
        self, partnership: APartnership, group: AGroup
    ) -> None:
        for _ in range(12):
            asks(partnership)
        assert {shown for _, shown in self._counts(partnership, "group_chair")} == {("kept back", "<5", "<5", "<5")}
        partnership.now = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
        counts = dict(self._counts(partnership, "group_chair"))
        assert counts["education"] == ("kept back", "<5", "<5", "kept back")
        assert counts["housing"] == ("kept back", "<5", "<5", "<5")
        assert len(counts) == len(rules.Topic)

    def test_shows_the_same_for_few_as_for_none(self, partnership: APartnership, group: AGroup) -> None:
        before = self._counts(partnership, "school_worker")
        asks(partnership)
        partnership.now = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
        assert self._counts(partnership, "school_worker") == before

    def test_shows_no_counts_without_a_seat(self, partnership: APartnership, group: AGroup) -> None:
        assert self._counts(partnership, "coordinator") == []

    @staticmethod
    def _counts(partnership: APartnership, key: str) -> list[tuple[str, tuple[str, ...]]]:
        with partnership.acting(key) as work:
            return [
                (topic.value, (line.total.shown, *(cell.shown for cell in line.cells)))
                for topic, line in queries.counts_by_topic(work)
            ]


class TestB9NoAnswerRemindsAndThenCloses:
    """48 hours to answer, ten working days until it ends by itself."""

    def test_is_owed_within_48_hours_by_whoever_may_answer(self, partnership: APartnership, jamie: uuid.UUID) -> None:
        contact_id = opens(partnership, jamie)
        assert seen(partnership, "school_worker", contact_id).answer_due_at == partnership.now + timedelta(hours=48)
        assert owed(partnership, "school_worker") == [contact_id]
        for key in ("youth_worker", "housing_worker", "coordinator", "police"):
            assert owed(partnership, key) == []
        with partnership.acting("coordinator") as work:
            assert "contact_answer" not in {one.kind for one in duties.open_duties(work)}

    def test_is_late_after_that(self, partnership: APartnership, jamie: uuid.UUID) -> None:
        contact_id = opens(partnership, jamie)
        partnership.now += timedelta(hours=49)
        assert seen(partnership, "school_worker", contact_id).is_late
        assert not seen(partnership, "youth_worker", opens(partnership, jamie)).is_late

    @pytest.mark.parametrize(
        ("verb", "given"),
        [
            ("welcome", {}),
            ("decline", {"reason": "no_room"}),
            ("decline", {"reason": "other", "words": "We are moving."}),
        ],
    )
    def test_is_no_longer_owed_once_it_was_answered(
        self, partnership: APartnership, jamie: uuid.UUID, verb: str, given: dict[str, Any]
    ) -> None:
        contact_id = opens(partnership, jamie)
        does(partnership, "school_worker", verb, contact_id, **given)
        assert owed(partnership, "school_worker") == []
        assert waiting(partnership, "school_worker") == ()

    def test_closes_after_ten_working_days(self, partnership: APartnership, jamie: uuid.UUID) -> None:
        contact_id = opens(partnership, jamie)
        partnership.now = datetime(2026, 12, 7, 16, 59, tzinfo=UTC)
        assert self._closes(partnership) == 0
        partnership.now = datetime(2026, 12, 7, 17, 0, tzinfo=UTC)
        assert self._closes(partnership) == 1
        assert self._closes(partnership) == 0
        record = seen(partnership, "youth_worker", contact_id)
        assert (record.state, record.closed_at) == (rules.State.NO_RESPONSE, partnership.now)
        assert owed(partnership, "school_worker") == []
        with pytest.raises(Conflict):
            does(partnership, "school_worker", "welcome", contact_id)

    def test_does_not_close_what_was_answered(self, partnership: APartnership, jamie: uuid.UUID) -> None:
        contact_id = opens(partnership, jamie)
        does(partnership, "school_worker", "decline", contact_id, reason="no_room")
        partnership.now = datetime(2027, 1, 20, 17, 0, tzinfo=UTC)
        assert self._closes(partnership) == 0

    def test_takes_what_had_come_away_from_the_other_side(self, partnership: APartnership, young: YoungPerson) -> None:
        contact_id, asked = came(partnership, young)
        [share_id] = seen(partnership, "school_worker", contact_id).share_ids
        partnership.now = datetime(2026, 12, 7, 17, 0, tzinfo=UTC)
        assert self._closes(partnership) == 1
        record = seen(partnership, "school_worker", contact_id)
        assert (record.state, record.share_ids, record.purpose) == (rules.State.NO_RESPONSE, (), None)
        assert record.purged_at == partnership.now
        with pytest.raises(NotFound), partnership.acting("school_worker", Purpose.SUPPORT) as work:
            sharing_queries.share_record(work, share_id=share_id)
        with partnership.acting("youth_worker", Purpose.SUPPORT) as work:
            assert sharing_queries.share_record(work, share_id=asked.share_id).items
        assert young.share(asked.share_id).disclosure_id

    def test_keeps_what_was_accepted(self, partnership: APartnership, young: YoungPerson) -> None:
        contact_id, _ = accepted(partnership, young)
        partnership.now = datetime(2027, 1, 20, 17, 0, tzinfo=UTC)
        assert self._closes(partnership) == 0
        assert seen(partnership, "school_worker", contact_id).share_ids

    def test_starts_anew_when_something_has_come(self, partnership: APartnership, young: YoungPerson) -> None:
        young.agrees({"school_nursing": ["basic", "education"]})
        contact_id = opens(partnership, young.case_id)
        does(partnership, "school_worker", "welcome", contact_id)
        assert owed(partnership, "school_worker") == []
        partnership.now += timedelta(days=2)
        arrives(partnership, tells(partnership, contact_id, young.case_id))
        assert owed(partnership, "school_worker") == [contact_id]
        assert seen(partnership, "school_worker", contact_id).answer_due_at == partnership.now + timedelta(hours=48)

    def test_is_closed_by_the_schedule_alone(self, partnership: APartnership) -> None:
        with pytest.raises(NotAllowed), partnership.acting("youth_worker") as work:
            operations.close_unanswered(work)

    def test_counts_no_bank_holidays(self) -> None:
        closes = rules.closes_at(datetime(2026, 12, 21, 9, 0, tzinfo=UTC), frozenset())
        assert closes == datetime(2027, 1, 7, 17, 0, tzinfo=UTC)

    @staticmethod
    def _closes(partnership: APartnership) -> int:
        with partnership.acting(None) as work:
            return operations.close_unanswered(work)
