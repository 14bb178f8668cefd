"""G7: a partnership with a lawful agreement of its own lets a group hear named cases; each agency in the room needs its own yes."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from casework.access.permissions import Purpose
from casework.cases import operations as cases
from casework.consent.rules import Category
from casework.disclosures import queries as disclosures
from casework.errors import Conflict, Invalid, NotAllowed, NotFound
from casework.groups import operations, queries, rules
from casework.groups.operations.named_cases import NoNamedCases
from casework.sharing import operations as sharing
from casework.sharing import queries as sharing_queries
from casework.youth import policy as youth
from tests.factories.groups import FIRST, AGroup, a_group
from tests.factories.partnership import APartnership
from tests.factories.sharing import OFFERED, YoungPerson


@pytest.fixture
def group(partnership: APartnership) -> AGroup:
    return a_group(partnership)


@pytest.fixture
def young(group: AGroup) -> YoungPerson:
    return YoungPerson.of(group.partnership)


def decides(group: AGroup, mode: str = "named_case", *, by: str = "coordinator", from_on: date = FIRST) -> None:
    """Record the partnership's decision."""
    with group.partnership.acting(by) as work:
        operations.set_mode(work, group_id=group.id, mode=mode, ground="Panel agreement of 2026", from_on=from_on)


def brings(group: AGroup, case_id: uuid.UUID, *categories: Category, by: str = "youth_worker") -> uuid.UUID:
    """Put a case on the first meeting's agenda: education is to be told, unless something else is named."""
    with group.partnership.acting(by, Purpose.SUPPORT) as work:
        return operations.bring_case(
            work,
            meeting_id=group.meeting,
            case_id=case_id,
            categories=categories or [Category.EDUCATION],
            declared=OFFERED,
        )


def hears(group: AGroup, named: uuid.UUID, *in_room: str) -> None:
    """Hear it with these people in the room."""
    with group.partnership.acting("group_chair") as work:
        accounts = [group.partnership.account(key) for key in in_room]
        operations.hear_case(work, named_case_id=named, in_room=accounts)


def seen(group: AGroup, key: str) -> queries.NamedCaseRecord:
    with group.partnership.acting(key) as work:
        [record] = queries.named_cases(work, meeting_id=group.meeting)
    return record


class TestG7NamedCaseMode:
    def test_is_off_where_nothing_was_decided(self, group: AGroup, young: YoungPerson) -> None:
        with pytest.raises(NoNamedCases):
            brings(group, young.case_id)
        with group.partnership.acting("group_chair") as work:
            assert queries.group_record(work, group_id=group.id).mode is rules.Mode.NO_NAMES

    def test_is_switched_on_from_a_day_by_who_manages_the_partnership(self, group: AGroup, young: YoungPerson) -> None:
        for key in ("group_chair", "youth_worker", "information_lead"):
            with pytest.raises(NotAllowed):
                decides(group, by=key)
        decides(group, from_on=date(2026, 12, 2))
        with pytest.raises(NoNamedCases):
            brings(group, young.case_id)
        decides(group)
        assert brings(group, young.case_id)

    def test_needs_an_agreement_in_words_and_a_day_to_come(self, group: AGroup) -> None:
        with pytest.raises(Invalid) as error, group.partnership.acting("coordinator") as work:
            operations.set_mode(work, group_id=group.id, mode="all", ground=" ", from_on=date(2026, 11, 1))
        assert [one.field for one in error.value.errors] == ["mode", "ground", "from_on"]

    def test_is_dated_and_only_added_to(self, group: AGroup, young: YoungPerson) -> None:
        decides(group)
        named = brings(group, young.case_id)
        decides(group, "no_names")
        group.meets("youth_worker", "group_chair")
        with pytest.raises(NoNamedCases):
            hears(group, named, "youth_worker")
        with group.partnership.acting("coordinator") as work:
            [(_, modes)] = queries.managed_groups(work)
        assert [one.mode for one in modes] == [rules.Mode.NO_NAMES, rules.Mode.NAMED_CASE]
        with pytest.raises(Exception, match="permission denied"), group.partnership.acting(None) as work:
            work.session.execute(text("UPDATE group_mode SET mode = 'no_names'"))


class TestG7EachAgencyInTheRoomNeedsItsOwnYes:
    def test_decides_for_each_member_agency_and_keeps_the_decision(self, group: AGroup, young: YoungPerson) -> None:
        decides(group)
        young.agrees({"school_nursing": ["education"]})
        brings(group, young.case_id)
        record, ids = seen(group, "housing_worker"), group.partnership.agencies
        assert set(record.may_hear) == {ids["youth_service"], ids["school_nursing"]}
        assert set(record.asked_to_leave) == {ids["housing"], ids["fire_service"]}
        with pytest.raises(IntegrityError, match="others_need_a_decision"), group.partnership.acting(None) as work:
            work.session.execute(text("UPDATE group_clearance SET decision_id = NULL WHERE NOT is_own"))

    def test_asks_agencies_without_to_leave_and_records_who_was_in_the_room(
        self, group: AGroup, young: YoungPerson
    ) -> None:
        decides(group)
        young.agrees({"school_nursing": ["education"]})
        named = brings(group, young.case_id)
        group.meets("youth_worker", "school_worker", "housing_worker", "group_chair")
        with pytest.raises(Invalid) as error:
            hears(group, named, "youth_worker", "school_worker", "housing_worker")
        assert error.value.errors[0].message == "Ask these agencies to leave for this case: Vale housing."
        assert seen(group, "school_worker").heard_at is None
        hears(group, named, "youth_worker", "school_worker")
        record, account = seen(group, "housing_worker"), group.partnership.account
        assert set(record.in_room) == {account("youth_worker"), account("school_worker")}
        assert set(record.had_left) == {account("housing_worker"), account("group_chair")}
        with pytest.raises(Conflict):
            hears(group, named, "youth_worker")

    def test_lets_nobody_in_who_is_shut_out_of_the_case_whatever_their_agency_may_hear(
        self, group: AGroup, young: YoungPerson
    ) -> None:
        decides(group)
        young.agrees({"school_nursing": ["education"]})
        named = brings(group, young.case_id)
        group.meets("youth_worker", "school_worker", "housing_worker", "group_chair")
        shut_out = group.partnership.account("school_worker")
        with group.partnership.acting("safeguarding_lead", Purpose.SUPPORT) as work:
            cases.block(work, case_id=young.case_id, account_id=shut_out, reason="Her sister.")
        with pytest.raises(Invalid) as error:
            hears(group, named, "youth_worker", "school_worker")
        assert error.value.errors[0].message == "Ask these people to leave for this case: Tom Beech."
        hears(group, named, "youth_worker")
        assert seen(group, "housing_worker").in_room == (group.partnership.account("youth_worker"),)

    def test_is_not_there_for_who_is_shut_out_not_even_as_a_number(self, group: AGroup, young: YoungPerson) -> None:
        decides(group)
        named = brings(group, young.case_id)
        group.meets("youth_worker", "group_chair")
        for key in ("school_worker", "group_chair"):
            with group.partnership.acting("safeguarding_lead", Purpose.SUPPORT) as work:
                cases.block(work, case_id=young.case_id, account_id=group.partnership.account(key), reason="Kin.")
            with group.partnership.acting(key) as work:
                assert queries.named_cases(work, meeting_id=group.meeting) == ()
        assert seen(group, "housing_worker").id == named
        with pytest.raises(NotFound):
            hears(group, named, "youth_worker")

    def test_decides_again_when_it_is_heard(self, group: AGroup, young: YoungPerson) -> None:
        decides(group)
        young.agrees({"school_nursing": ["education"]})
        named = brings(group, young.case_id)
        group.meets("youth_worker", "school_worker")
        young.withdraws()
        with pytest.raises(Invalid):
            hears(group, named, "youth_worker", "school_worker")
        hears(group, named, "youth_worker")

    def test_lets_in_only_who_is_at_the_meeting(self, group: AGroup, young: YoungPerson) -> None:
        decides(group)
        named = brings(group, young.case_id)
        group.meets("youth_worker")
        for wrong in ((), ("youth_manager",)):
            with pytest.raises(Invalid):
                hears(group, named, *wrong)

    def test_is_brought_by_whoever_holds_the_file(self, group: AGroup, young: YoungPerson) -> None:
        decides(group)
        for key in ("housing_worker", "group_chair"):
            with pytest.raises(NotFound):
                brings(group, young.case_id, by=key)
        brings(group, young.case_id)
        with pytest.raises(Conflict):
            brings(group, young.case_id)

    def test_opens_no_file_and_names_nobody_in_the_record(self, group: AGroup, young: YoungPerson) -> None:
        decides(group)
        young.agrees({"school_nursing": ["education"]})
        named = brings(group, young.case_id)
        group.meets("youth_worker", "school_worker")
        hears(group, named, "youth_worker", "school_worker")
        assert seen(group, "school_worker").case_id is None
        assert seen(group, "youth_worker").case_id == young.case_id
        with pytest.raises(NotFound), group.partnership.acting("school_worker", Purpose.SUPPORT) as work:
            youth.reach(work, young.case_id)

    def test_keeps_what_each_agency_in_the_room_was_told_and_that_who_left_was_told_nothing(
        self, group: AGroup, young: YoungPerson
    ) -> None:
        decides(group)
        young.agrees({"school_nursing": ["education"], "fire_service": ["education"]})
        named = brings(group, young.case_id)
        group.meets("youth_worker", "school_worker", "housing_worker", "group_chair")
        hears(group, named, "youth_worker", "school_worker")
        partnership, ids = group.partnership, group.partnership.agencies
        with partnership.acting("youth_worker", Purpose.SUPPORT) as work:
            acts = [one.record for one in disclosures.disclosure_log(work, case_id=young.case_id).lines]
            whole = {one.to_agency_id: disclosures.disclosure(work, disclosure_id=one.id) for one in acts}
        assert {one.to_agency_id: one.outcome for one in acts} == {
            ids["school_nursing"]: "shared",
            ids["housing"]: "not_shared",
        }, "the fire service could have heard it and was not in the room"
        told = whole[ids["school_nursing"]]
        assert (told.words.allowed, told.agreement_id, told.subject_id) == (("education",), young.agreements[0], named)
        assert told.record.decided_by_account_id == partnership.account("youth_worker")
        for one in whole.values():
            with partnership.acting("information_lead", Purpose.OVERSIGHT) as work:
                assert disclosures.replay(work, decision_id=one.decision_id).same

    @pytest.mark.parametrize(("categories", "about"), [([Category.BASIC], "Jamie Stone"), ([Category.EDUCATION], "")])
    def test_tells_who_heard_it_of_a_withdrawal_with_the_name_only_where_that_was_told(
        self, group: AGroup, young: YoungPerson, categories: list[Category], about: str
    ) -> None:
        decides(group)
        young.agrees({"school_nursing": [one.value for one in categories]})
        named = brings(group, young.case_id, *categories)
        group.meets("youth_worker", "school_worker")
        hears(group, named, "youth_worker", "school_worker")
        with group.partnership.acting("school_worker", Purpose.SUPPORT) as work:
            sharing.withdraw(
                work, case_id=young.case_id, agreement_id=young.agreements[0], words="Told me in the corridor."
            )
        with group.partnership.acting("school_worker", Purpose.SUPPORT) as work:
            [notice] = sharing_queries.notices_to_answer(work)
        assert (notice.about, notice.told_by, notice.categories) == (about, "heard", tuple(categories))

    def test_is_said_in_the_minutes_as_a_number(self, group: AGroup, young: YoungPerson) -> None:
        decides(group)
        named = brings(group, young.case_id)
        group.meets("youth_worker", "group_chair")
        hears(group, named, "youth_worker")
        group.goes_out()
        minutes = group.record().minutes
        assert minutes is not None
        assert "but in the 1 named case that the group heard under its agreement" in minutes.confirmation
        assert "Jamie" not in str(minutes.document)
