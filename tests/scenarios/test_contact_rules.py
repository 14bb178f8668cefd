"""Two agencies talk about one young person, and nobody else does: rules B1, B3, B5, B7 and B10, each under its own name.

What goes between the two (B2, B4, B6, B8, B9) is in test_contact_sharing.py.
"""

from __future__ import annotations

import uuid
from datetime import date, time
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

import casework.contacts.models as tables
from casework.access.permissions import Purpose
from casework.cases import operations as cases
from casework.contacts import queries, rules
from casework.duties import queries as duties
from casework.errors import Conflict, Invalid, NotAllowed, NotFound
from casework.groups.queries.people import LooksLikeAPerson
from casework.notifications.models import Notice
from tests.factories.contacts import QUESTION, asks, does, opens, seen, waiting
from tests.factories.groups import AGroup, a_group, a_young_person
from tests.factories.partnership import APartnership
from tests.factories.sharing import YoungPerson
from tests.scenarios.fortnight import Fortnight


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


class TestB1BetweenExactlyTwoAgenciesAboutOneYoungPersonForAPurpose:
    """What a contact is."""

    def test_is_from_one_agency_to_another(self, partnership: APartnership, jamie: uuid.UUID) -> None:
        contact_id = opens(partnership, jamie)
        assert seen(partnership, "youth_worker", contact_id).other_agency_id == partnership.agencies["school_nursing"]
        assert seen(partnership, "school_worker", contact_id).other_agency_id == partnership.agencies["youth_service"]
        with pytest.raises(Invalid):
            opens(partnership, jamie, to="youth_service")

    def test_cannot_be_stored_with_one_agency_twice(self, partnership: APartnership, jamie: uuid.UUID) -> None:
        opens(partnership, jamie)
        with pytest.raises(IntegrityError, match="between_two_agencies"), partnership.acting(None) as work:
            work.session.execute(text("UPDATE contact SET to_agency_id = from_agency_id"))

    @pytest.mark.parametrize("agency", ["police", "education"])
    def test_goes_where_somebody_answers_who_has_signed(
        self, partnership: APartnership, jamie: uuid.UUID, agency: str
    ) -> None:
        with pytest.raises(Invalid) as error:
            opens(partnership, jamie, to=agency)
        assert [one.field for one in error.value.errors] == ["to_agency"]

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"purpose": ""}, "purpose"),
            ({"words": " "}, "words"),
            ({"topic": "jamie"}, "topic"),
            ({"about": "everybody"}, "about"),
            ({"locality": "Mill Lane"}, "locality"),
            ({"case_ids": ()}, "subjects"),
            ({"case_ids": (), "about": "question"}, "question"),
            ({"wanted": None}, "categories"),
        ],
    )
    def test_says_what_it_is_for(
        self, partnership: APartnership, jamie: uuid.UUID, changes: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(Invalid) as error:
            opens(partnership, jamie, **changes)
        assert [one.field for one in error.value.errors] == [field]

    def test_may_be_about_siblings_and_no_more_than_that(self, partnership: APartnership, jamie: uuid.UUID) -> None:
        sister = a_young_person(partnership, given_names="Ruby", date_of_birth="2013-02-01")
        contact_id = opens(partnership, jamie, sister)
        assert {one.case_id for one in seen(partnership, "youth_worker", contact_id).subjects} == {jamie, sister}
        with pytest.raises(Invalid):
            opens(partnership, jamie, sister, about="young_person")
        with pytest.raises(Invalid):
            opens(partnership, jamie, about="siblings")

    def test_may_name_one_practitioner_of_the_other_agency(self, partnership: APartnership, jamie: uuid.UUID) -> None:
        named = opens(partnership, jamie, to_account_id=partnership.account("school_worker"))
        assert seen(partnership, "school_worker", named)
        with pytest.raises(Invalid):
            opens(partnership, jamie, to_account_id=partnership.account("housing_worker"))

    def test_is_opened_by_whoever_holds_the_file(self, partnership: APartnership, jamie: uuid.UUID) -> None:
        for key in ("youth_manager", "group_chair", "coordinator"):
            with pytest.raises(NotAllowed):
                opens(partnership, jamie, by=key)
        with pytest.raises(NotFound):
            opens(partnership, jamie, by="housing_worker")


class TestB3BeforeAYesTheOtherSideSeesAnOpenerOnly:
    """All that is told at first."""

    def test_is_agency_locality_and_topic(self, partnership: APartnership, jamie: uuid.UUID) -> None:
        record = seen(partnership, "school_worker", opens(partnership, jamie))
        assert (record.about, record.topic, record.locality) == ("young_person", "education", "L1")
        assert (record.words, record.purpose, record.subjects, record.question) == ("", None, (), "")
        assert rules.opener(agency="Vale youth service", locality="Codsall", topic="education") == (
            "Vale youth service would like to talk about a young person in Codsall, topic: education."
        )

    def test_is_told_whole_to_the_side_that_asks(self, partnership: APartnership, jamie: uuid.UUID) -> None:
        record = seen(partnership, "youth_worker", opens(partnership, jamie))
        assert record.words.startswith("A key worker")
        assert record.purpose == "support_plan"
        assert [one.case_id for one in record.subjects] == [jamie]

    def test_is_the_same_for_siblings(self, partnership: APartnership, jamie: uuid.UUID) -> None:
        sister = a_young_person(partnership, given_names="Ruby", date_of_birth="2013-02-01")
        one = seen(partnership, "school_worker", opens(partnership, jamie))
        two = seen(partnership, "school_worker", opens(partnership, jamie, sister))
        assert (one.about, one.topic, one.locality) == (two.about, two.topic, two.locality)

    def test_holds_nothing_personal_in_clear(self, partnership: APartnership, jamie: uuid.UUID) -> None:
        opens(partnership, jamie)
        with partnership.acting(None) as work:
            row = work.session.execute(text("SELECT contact::text FROM contact")).scalar_one()
        assert "Jamie" not in row
        assert "trusts" not in row

    def test_stays_an_opener_when_it_is_welcomed(self, partnership: APartnership, jamie: uuid.UUID) -> None:
        contact_id = opens(partnership, jamie)
        does(partnership, "school_worker", "welcome", contact_id)
        record = seen(partnership, "school_worker", contact_id)
        assert record.state is rules.State.WELCOMED
        assert (record.words, record.purpose, record.subjects) == ("", None, ())

    def test_is_not_told_to_who_is_blocked_from_the_case(self, partnership: APartnership, jamie: uuid.UUID) -> None:
        with partnership.acting(None) as work:
            cases.block(work, case_id=jamie, reason="Her nephew.", account_id=partnership.account("school_worker"))
        contact_id = opens(partnership, jamie)
        assert owed(partnership, "school_worker") == []
        assert waiting(partnership, "school_worker") == ()
        with pytest.raises(NotFound):
            seen(partnership, "school_worker", contact_id)


class TestB5NoThirdAgencyIsAdded:
    """Two places, and no third."""

    def test_has_no_place_for_a_third(self) -> None:
        columns = {column.name for column in tables.Contact.__table__.columns if column.name.endswith("agency_id")}
        assert columns == {"from_agency_id", "to_agency_id", "pointed_to_agency_id", "risk_told_by_agency_id"}

    def test_is_not_there_for_a_third(self, partnership: APartnership, jamie: uuid.UUID) -> None:
        contact_id = opens(partnership, jamie)
        for verb, given in (
            ("welcome", {}),
            ("accept", {"known_as": "X", "concern": "y"}),
            ("decline", {"reason": "no_room"}),
            ("tell_risk", {}),
            ("take_back", {}),
        ):
            with pytest.raises(NotFound):
                does(partnership, "housing_worker", verb, contact_id, **given)
        with partnership.acting("housing_worker") as work:
            assert queries.contacts(work) == ()

    def test_tells_nothing_to_the_agency_that_is_pointed_to(self, partnership: APartnership, jamie: uuid.UUID) -> None:
        contact_id = opens(partnership, jamie)
        does(partnership, "school_worker", "point_elsewhere", contact_id, agency_id=partnership.agencies["housing"])
        assert seen(partnership, "youth_worker", contact_id).pointed_to_agency_id == partnership.agencies["housing"]
        with partnership.acting("housing_worker") as work:
            assert queries.contacts(work) == ()
        second = opens(partnership, jamie, to="housing")
        assert seen(partnership, "housing_worker", second)
        with pytest.raises(NotFound):
            seen(partnership, "school_worker", second)

    def test_does_not_point_to_one_of_the_two(self, partnership: APartnership, jamie: uuid.UUID) -> None:
        contact_id = opens(partnership, jamie)
        for slug in ("youth_service", "school_nursing"):
            with pytest.raises(Invalid):
                does(partnership, "school_worker", "point_elsewhere", contact_id, agency_id=partnership.agencies[slug])

    def test_leaves_each_side_its_own_part(self, partnership: APartnership, jamie: uuid.UUID) -> None:
        contact_id = opens(partnership, jamie)
        for verb, given in (("welcome", {}), ("decline", {"reason": "no_room"})):
            with pytest.raises(NotAllowed):
                does(partnership, "youth_worker", verb, contact_id, **given)
        with pytest.raises(NotAllowed):
            does(partnership, "school_worker", "take_back", contact_id)

    def test_is_a_colleague_s_only_who_may_open_the_file(self, partnership: APartnership, jamie: uuid.UUID) -> None:
        contact_id = opens(partnership, jamie)
        colleague = partnership.person("Bea Colley", *partnership.actor_of("youth_worker").roles)
        with partnership.acting(None) as work:
            work.session.execute(
                text("UPDATE account SET agency_id = :agency WHERE id = :id"),
                {"agency": partnership.agencies["youth_service"], "id": colleague.account_id},
            )
        with pytest.raises(NotFound), partnership.work(colleague.actor, purpose=Purpose.SUPPORT) as work:
            queries.contact_record(work, contact_id=contact_id)
        question = asks(partnership)
        with partnership.work(colleague.actor, purpose=Purpose.SUPPORT) as work:
            assert queries.contact_record(work, contact_id=question)


class TestB7ARiskOfHarmShowsBothSidesTheSafeguardingRoute:
    """It never waits."""

    @pytest.mark.parametrize("key", ["youth_worker", "school_worker"])
    def test_is_told_by_either_side_at_any_time(self, partnership: APartnership, jamie: uuid.UUID, key: str) -> None:
        contact_id = opens(partnership, jamie)
        for reader in ("youth_worker", "school_worker"):
            assert seen(partnership, reader, contact_id).risk_told_at is None
        does(partnership, key, "tell_risk", contact_id)
        for reader in ("youth_worker", "school_worker"):
            record = seen(partnership, reader, contact_id)
            assert record.risk_told_at == partnership.now
            assert record.risk_told_by_us is (reader == key)

    def test_may_be_told_after_the_contact_has_ended(self, partnership: APartnership, jamie: uuid.UUID) -> None:
        contact_id = opens(partnership, jamie)
        does(partnership, "school_worker", "decline", contact_id, reason="no_room")
        does(partnership, "school_worker", "tell_risk", contact_id)
        assert seen(partnership, "youth_worker", contact_id).risk_told_at == partnership.now

    def test_says_that_it_waits_for_no_agreement(self) -> None:
        assert "999" in rules.SAFEGUARDING_ROUTE[0]
        assert any("never waits for an agreement" in line for line in rules.SAFEGUARDING_ROUTE)


class TestB10AQuestionIsAboutNobody:
    """A practitioner asks what a service would offer."""

    def test_is_read_and_answered_by_the_other_side(self, partnership: APartnership, group: AGroup) -> None:
        contact_id = asks(partnership)
        assert seen(partnership, "school_worker", contact_id).question == QUESTION
        does(partnership, "school_worker", "answer_question", contact_id, words="A drop-in on Mondays, from 11.")
        record = seen(partnership, "youth_worker", contact_id)
        assert (record.state, record.answer) == (rules.State.ANSWERED, "A drop-in on Mondays, from 11.")
        assert record.closed_at == partnership.now

    def test_is_looked_through_for_persons(self, partnership: APartnership, group: AGroup) -> None:
        for words in ("What would you offer J.S., 15?", "And Kyle Turner?", "Somebody born on 4/5/2011?"):
            with pytest.raises(LooksLikeAPerson):
                asks(partnership, words)
        assert waiting(partnership, "school_worker") == ()
        assert asks(partnership, "Is the line 01902 845000 still yours?", "01902 845000")

    def test_is_stopped_for_somebody_known_whatever_the_writer_says(
        self, partnership: APartnership, jamie: uuid.UUID
    ) -> None:
        with pytest.raises(LooksLikeAPerson) as error:
            asks(partnership, "What about Jamie Stone?", "Jamie Stone")
        assert error.value.is_sure

    def test_is_answered_without_persons_too(self, partnership: APartnership, group: AGroup) -> None:
        contact_id = asks(partnership)
        with pytest.raises(LooksLikeAPerson):
            does(partnership, "school_worker", "answer_question", contact_id, words="Is it Kyle Turner?")
        assert seen(partnership, "youth_worker", contact_id).state is rules.State.OPEN

    def test_has_no_subject(self, partnership: APartnership, jamie: uuid.UUID) -> None:
        with pytest.raises(Invalid):
            opens(partnership, jamie, about="question", question=QUESTION)
        with partnership.acting(None) as work:
            assert work.session.scalars(select(tables.ContactSubject)).all() == []

    def test_is_answered_and_not_welcomed(self, partnership: APartnership, jamie: uuid.UUID) -> None:
        with pytest.raises(Conflict):
            does(partnership, "school_worker", "welcome", asks(partnership))
        with pytest.raises(Conflict):
            does(partnership, "school_worker", "answer_question", opens(partnership, jamie), words="A drop-in.")


class TestTakingBack:
    """The asking side changes its mind before anything was shared."""

    def test_ends_it(self, partnership: APartnership, jamie: uuid.UUID) -> None:
        contact_id = opens(partnership, jamie)
        does(partnership, "youth_worker", "take_back", contact_id)
        assert seen(partnership, "school_worker", contact_id).state is rules.State.TAKEN_BACK
        assert owed(partnership, "school_worker") == []
        with pytest.raises(Conflict):
            does(partnership, "youth_worker", "take_back", contact_id)


class TestTheHistory:
    """What both sides see of what happened."""

    def test_is_in_order(self, partnership: APartnership, jamie: uuid.UUID) -> None:
        contact_id = opens(partnership, jamie)
        does(partnership, "school_worker", "welcome", contact_id)
        does(partnership, "school_worker", "decline", contact_id, reason="no_room")
        events = [step.event for step in seen(partnership, "youth_worker", contact_id).steps]
        assert events == ["opened", "decided", "welcomed", "declined"]
        told = [step.event for step in seen(partnership, "school_worker", contact_id).steps]
        assert told == ["opened", "welcomed", "declined"]

    def test_is_only_added_to(self, partnership: APartnership, jamie: uuid.UUID) -> None:
        opens(partnership, jamie)
        with pytest.raises(Exception, match="permission denied"), partnership.acting(None) as work:
            work.session.execute(text("UPDATE contact_step SET event = 'accepted'"))


class TestWhatHappensByItself:
    """Clocks and notices, by the schedule and the events as workers run them."""

    @staticmethod
    def told(partnership: APartnership, key: str, template: str) -> int:
        with partnership.acting(None) as work:
            notices = select(Notice).where(
                Notice.recipient_account_id == partnership.account(key), Notice.template == template
            )
            return len(work.session.scalars(notices).all())

    def test_reminds_and_then_closes(self, fortnight: Fortnight) -> None:
        partnership = fortnight.partnership
        a_group(partnership)
        contact_id = opens(partnership, a_young_person(partnership))
        fortnight.settle()
        assert self.told(partnership, "school_worker", "something_new") == 1
        fortnight.comes_to(date(2026, 11, 26), time(8, 30))
        assert self.told(partnership, "school_worker", "reminder") == 1
        assert self.told(partnership, "youth_worker", "something_new") == 0
        fortnight.comes_to(date(2026, 12, 7), time(17, 0))
        assert seen(partnership, "youth_worker", contact_id).state is rules.State.NO_RESPONSE
        assert self.told(partnership, "youth_worker", "something_new") == 1

    def test_tells_whoever_asked_of_an_answer(self, fortnight: Fortnight) -> None:
        partnership = fortnight.partnership
        a_group(partnership)
        contact_id = opens(partnership, a_young_person(partnership))
        does(partnership, "school_worker", "welcome", contact_id)
        fortnight.settle()
        assert self.told(partnership, "youth_worker", "something_new") == 1

    def test_tells_both_sides_of_a_risk_at_once(self, fortnight: Fortnight) -> None:
        partnership = fortnight.partnership
        a_group(partnership)
        contact_id = opens(partnership, a_young_person(partnership))
        does(partnership, "youth_worker", "tell_risk", contact_id)
        fortnight.settle()
        assert [self.told(partnership, key, "something_new") for key in ("youth_worker", "school_worker")] == [1, 2]
        assert self.told(partnership, "housing_worker", "something_new") == 0

    def test_tells_members_that_minutes_are_out(self, fortnight: Fortnight) -> None:
        group = a_group(fortnight.partnership)
        group.meets("group_chair")
        group.goes_out()
        fortnight.settle()
        members = ("youth_worker", "school_worker", "housing_worker", "group_chair")
        assert [self.told(group.partnership, key, "document_ready") for key in members] == [1, 1, 1, 1]
        assert self.told(group.partnership, "police", "document_ready") == 0
