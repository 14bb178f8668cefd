"""A first concern about a young person: held with initials, found by nobody else, and no way from there to a MARAC or back."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import select

from casework.access.permissions import Permission, Purpose
from casework.cases import operations as case_operations
from casework.cases import queries as cases
from casework.cases.models import CasePerson
from casework.duties import operations as duty_operations
from casework.duties import queries as duties
from casework.duties.operations import NewDuty
from casework.duties.rules import OWN_ONLY, DutyKind
from casework.errors import Invalid, NotAllowed, NotFound
from casework.referrals import queries as referrals
from casework.youth import operations as youth
from casework.youth import policy
from casework.youth.operations import Enquiry
from tests.factories.partnership import APartnership
from tests.factories.referrals import LEANNE, a_document, accepted, submitted

CONCERN = Enquiry(known_as="J.S.", concern="Out late most nights, school has rung twice.", source="school")
NAMED = {"given_names": "Jamie", "family_name": "Stone", "date_of_birth": "2011-05-04"}
# A colleague's reply to one question is a MARAC's own.
YOUTH_KINDS = OWN_ONLY - {DutyKind.RESEARCH_REPLY}
MARAC_ROLES = ("coordinator", "administrator", "chair", "police", "housing", "idva", "referrer", "observer", "operator")


def opened(partnership: APartnership, enquiry: Enquiry = CONCERN, *, by: str = "youth_worker") -> uuid.UUID:
    with partnership.acting(by, Purpose.SUPPORT) as work:
        return youth.open_enquiry(work, enquiry=enquiry).case_id


def opens(partnership: APartnership, key: str, case_id: uuid.UUID) -> bool:
    """Whether somebody can open a young person's file."""
    try:
        with partnership.acting(key, Purpose.SUPPORT) as work:
            policy.reach(work, case_id)
    except NotFound:
        return False
    return True


class TestAnEnquiry:
    def test_needs_initials_a_concern_and_a_source(self, partnership: APartnership) -> None:
        with pytest.raises(Invalid) as refused:
            opened(partnership, Enquiry(known_as=" ", concern="", source="neighbour"))
        assert [one.field for one in refused.value.errors] == ["known_as", "concern", "source"]

    def test_is_not_opened_for_a_need_that_services_open_to_everybody_meet(self, partnership: APartnership) -> None:
        with pytest.raises(Invalid, match="corrected") as refused:
            opened(partnership, replace(CONCERN, level=1))
        assert [one.field for one in refused.value.errors] == ["level"]

    def test_is_about_somebody_up_to_twenty_five(self, partnership: APartnership) -> None:
        assert opened(partnership, replace(CONCERN, young_person={**NAMED, "date_of_birth": "2001-01-01"}))
        with pytest.raises(Invalid):
            opened(partnership, replace(CONCERN, young_person={**NAMED, "date_of_birth": "2000-11-22"}))

    def test_is_opened_by_youth_workers_whose_agency_has_signed(self, partnership: APartnership) -> None:
        assert opened(partnership, by="school_worker")
        for key in (*MARAC_ROLES, "youth_manager", "information_lead"):
            with pytest.raises(NotAllowed):
                opened(partnership, by=key)

    def test_is_there_for_its_worker_and_for_those_who_answer_for_the_agency_s_files(
        self, partnership: APartnership
    ) -> None:
        case_id = opened(partnership)
        who = {key for key in partnership.people if opens(partnership, key, case_id)}
        assert who == {"youth_worker", "youth_manager", "safeguarding_lead"}

    def test_is_not_there_any_more_for_whom_a_conflict_of_interest_shuts_out(self, partnership: APartnership) -> None:
        case_id = opened(partnership)
        with partnership.acting(None) as work:
            case_operations.block(
                work, case_id=case_id, reason="Her nephew.", account_id=partnership.account("youth_manager")
            )
        assert not opens(partnership, "youth_manager", case_id)
        assert opens(partnership, "safeguarding_lead", case_id)


class TestWhoWorksForAMarac:
    def test_learns_of_no_young_person_from_lists_counts_or_search(self, partnership: APartnership) -> None:
        case_id = opened(partnership, replace(CONCERN, young_person=NAMED))
        leanne = accepted(partnership)
        for key in MARAC_ROLES[:7]:
            with partnership.acting(key, Purpose.SUPPORT) as work:
                everything = [line.id for line in cases.case_list(work).lines]
                count = cases.count_visible(work)
                found = cases.find(work, words="Jamie Stone", reason="enquiry").hits
                born = cases.find(work, words="4/5/2011", reason="enquiry").hits
                lines = cases.case_lines(work, case_ids=[case_id])
            assert case_id not in everything, key
            assert count == len(everything), key
            assert not found, key
            assert not born, key
            assert not lines, key
        with partnership.acting("coordinator", Purpose.SUPPORT) as work:
            assert [line.id for line in cases.case_list(work).lines] == [leanne]

    def test_gets_the_answer_for_what_is_not_there_when_guessing_its_id(self, partnership: APartnership) -> None:
        case_id = opened(partnership)
        for key in ("coordinator", "chair", "police"):
            for guess in (case_id, uuid.uuid4()):
                with partnership.acting(key, Purpose.OVERSIGHT) as work, pytest.raises(NotFound) as refused:
                    cases.case_record(work, case_id=guess)
                assert str(refused.value) == NotFound.message

    def test_has_the_same_young_person_referred_without_meeting_the_file(self, partnership: APartnership) -> None:
        victim = {"given_names": "Leanne", "family_name": "Whitehouse", "date_of_birth": LEANNE["date_of_birth"]}
        opened(partnership, replace(CONCERN, young_person={**victim, "date_of_birth": "2004-03-27"}))
        referral_id = submitted(
            partnership,
            a_document(partnership.now.date(), victim={**LEANNE, "date_of_birth": "2004-03-27"}),
        )
        with partnership.acting("coordinator", Purpose.TRIAGE) as work:
            record = referrals.referral_record(work, referral_id=referral_id)
        assert not record.candidates

    def test_has_no_person_of_a_file_matched_with_a_case(self, partnership: APartnership) -> None:
        case_id, leanne = opened(partnership, replace(CONCERN, young_person=NAMED)), accepted(partnership)
        for known, expected in ((case_id, set()), (leanne, {leanne})):
            people = select(CasePerson.person_id).where(CasePerson.case_id == known)
            with partnership.acting("coordinator", Purpose.TRIAGE) as work:
                assert set(cases.known_cases(work, person_ids=people)) == expected

    def test_chases_no_duty_of_a_youth_case(self, partnership: APartnership) -> None:
        case_id = opened(partnership)
        with partnership.acting(None) as work:
            duty_operations.raise_duties(
                work, duties=[_owed(kind, case_id, partnership) for kind in YOUTH_KINDS], policy_version_id=None
            )
        with partnership.acting("coordinator") as work:
            assert duties.open_duties(work) == ()
        with partnership.acting("youth_worker") as work:
            mine = duties.my_duties(work)
        assert {one.kind for one in mine} == {kind.value for kind in YOUTH_KINDS}
        with partnership.acting("coordinator") as work, pytest.raises(NotFound):
            duty_operations.chase(work, duty_ids=[one.id for one in mine])


class TestAYouthWorker:
    def test_learns_of_no_marac_from_lists_counts_search_or_ids(self, partnership: APartnership) -> None:
        leanne = accepted(partnership)
        mine = opened(partnership)
        for key in ("youth_worker", "youth_manager", "safeguarding_lead", "information_lead", "group_chair"):
            with partnership.acting(key, Purpose.SUPPORT) as work:
                assert cases.case_list(work).total == 0
                assert cases.count_visible(work) == 0
                assert not cases.find(work, words="Whitehouse", reason="enquiry").hits
                assert cases.visible_ids(work, case_ids=[leanne]) == set()
                with pytest.raises(NotFound):
                    policy.reach(work, leanne)
        assert opens(partnership, "youth_worker", mine)

    def test_who_is_also_an_idva_has_each_list_for_itself(self, partnership: APartnership) -> None:
        mine = opened(partnership)
        leanne = accepted(partnership)
        both = replace(
            partnership.actor_of("youth_worker"),
            roles=partnership.actor_of("youth_worker").roles | partnership.actor_of("coordinator").roles,
        )
        assert both.has(Permission.CASE_VIEW_ALL)
        with partnership.work(both, purpose=Purpose.SUPPORT) as work:
            assert [line.id for line in cases.case_list(work).lines] == [leanne]
            assert policy.reach(work, mine).case_id == mine
            with pytest.raises(NotFound):
                cases.case_record(work, case_id=mine)
            with pytest.raises(NotFound):
                policy.reach(work, leanne)

    def test_s_manager_uses_no_standing_that_a_marac_gave_the_agency(self, partnership: APartnership) -> None:
        leanne = accepted(partnership)
        with partnership.acting(None) as work:
            case_operations.give_standing(
                work,
                case_ids=[leanne],
                source_ids=[leanne],
                kind="action_owner",
                agency_ids=[partnership.agencies["youth_service"]],
            )
        assert not opens(partnership, "youth_manager", leanne)


def _owed(kind: DutyKind, case_id: uuid.UUID, partnership: APartnership) -> NewDuty:
    due_at: datetime = partnership.now
    return NewDuty(
        kind=kind,
        subject_kind="youth_case",
        subject_id=case_id,
        due_at=due_at,
        rule="test",
        owed_by_account_id=partnership.account("youth_worker"),
        case_id=case_id,
    )
