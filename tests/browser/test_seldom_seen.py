"""Pages to which no link of the demonstration leads, in a real Chromium: of sharing, of a young person's file, of a group that hears
named cases, of who signs in for the first time. Looked at as every page is (looking.Looker)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from casework.access.permissions import Purpose as Why
from casework.access.permissions import Role
from casework.accounts import operations as accounts
from casework.consent.rules import Category, Purpose, Risk
from casework.groups import operations as groups
from casework.partnerships import operations as partnerships
from casework.sharing.models import WithdrawalNotice
from config.settings import Settings
from tests.browser.looking import Looker
from tests.factories.groups import a_group, switch_on
from tests.factories.partnership import APartnership
from tests.factories.sharing import MENTAL_HEALTH, OFFERED, YoungPerson
from tests.scenarios.fortnight import Fortnight
from tests.web.young_person import a_young_person

NURSE = "school_nursing"
Sees = Callable[[str], Looker]


@pytest.fixture
def jamie(partnership: APartnership) -> YoungPerson:
    """Jamie agreed that the school nurse may know basic details and education, for the support plan."""
    made = YoungPerson.of(partnership)
    made.agrees({NURSE: ["basic", "education"]})
    return made


class TestSharing:
    def test_has_no_fault_where_it_waits_for_somebody(self, jamie: YoungPerson, looker: Sees) -> None:
        told, refused = jamie.shares(NURSE), jamie.asks("housing").share_id
        health = jamie.asks(NURSE, MENTAL_HEALTH).share_id
        asked = jamie.asks("housing", declared=replace(OFFERED, purpose=Purpose.LEGAL)).share_id
        worker, nurse = looker("youth_worker"), looker("school_worker")
        for viewer, path, name in (
            (worker, f"/sharing/{refused}/again", "share-again"),
            (worker, f"/sharing/{health}/signature", "share-signature"),
            (nurse, f"/sharing/{told}/pass-on", "share-pass-on"),
            (looker("information_lead"), f"/sharing/{asked}", "share-advice"),
            (looker("youth_manager"), f"/young-people/{jamie.case_id}/shut-out", "share-shut-out"),
        ):
            viewer.open(path)
            viewer.look(name)
        nurse.page.get_by_label("Why does that agency need to know?").fill("")
        nurse.press("May we share?")
        nurse.look("share-pass-on-mistake")

    def test_has_none_where_two_people_sign(self, jamie: YoungPerson, looker: Sees) -> None:
        jamie.agrees({}, status="refused", purposes=())
        worried = replace(
            OFFERED, risk=Risk(welfare_concern=True), why=replace(OFFERED.why, necessity="Sleeps in a car.")
        )
        share_id = jamie.asks("childrens_social_care", declared=worried).share_id
        manager = looker("youth_manager")
        manager.open(f"/sharing/{share_id}")
        manager.look("share-to-sign")

    def test_has_none_where_an_agreement_ended(self, jamie: YoungPerson, looker: Sees) -> None:
        jamie.shares(NURSE)
        jamie.withdraws()
        with jamie.partnership.acting(None) as work:
            notice_id = work.session.scalars(select(WithdrawalNotice.id)).one()
        nurse = looker("school_worker")
        nurse.open(f"/withdrawal/notices/{notice_id}")
        nurse.look("withdrawal-answer")
        nurse.press("Send the answer")
        nurse.look("withdrawal-answer-mistake")


class TestAFile:
    def test_has_no_fault_where_it_goes_higher_or_a_letter_is_written(
        self, partnership: APartnership, looker: Sees
    ) -> None:
        ids = a_young_person(partnership)
        worker, file = looker("youth_worker"), f"/young-people/{ids['youth_case_id']}"
        intervention = f"/young-people/interventions/{ids['intervention_id']}"
        for path, name in (
            (f"{file}/disagreements/{ids['disagreement_id']}", "file-disagreement"),
            (f"{file}/team/{ids['member_id']}", "file-leave"),
            (intervention, "intervention"),
            (f"{intervention}/letters/{ids['template']}", "intervention-letter"),
            (f"{intervention}/letter", "intervention-printed"),
        ):
            worker.open(path)
            worker.look(name)


class TestAGroup:
    def test_has_no_fault_where_it_is_founded(self, looker: Sees) -> None:
        chair = looker("group_chair")
        chair.open("/group/found")
        chair.look("group-found")

    def test_has_no_fault_where_it_hears_named_cases(self, partnership: APartnership, looker: Sees) -> None:
        group, young = a_group(partnership), YoungPerson.of(partnership)
        young.agrees({NURSE: ["education"]})
        switch_on(group)
        worker = looker("youth_worker")
        worker.open(f"/group/meeting/{group.meeting}/named-cases/new")
        worker.look("group-bring")
        with partnership.acting("youth_worker", Why.SUPPORT) as work:
            named = groups.bring_case(
                work,
                meeting_id=group.meeting,
                case_id=young.case_id,
                categories=[Category.EDUCATION],
                declared=OFFERED,
            )
        group.meets("youth_worker", "school_worker", "housing_worker")
        chair = looker("group_chair")
        for path, name in (
            (f"/group/meeting/{group.meeting}/named-cases/{named}", "group-hear"),
            (f"/group/meeting/{group.meeting}", "group-meeting-named"),
            (f"/group/{group.id}/seats", "group-seats"),
        ):
            chair.open(path)
            chair.look(name)


class TestTheWayIn:
    def test_has_no_fault_for_who_is_invited_and_signs_in(self, partnership: APartnership, looker: Sees) -> None:
        with partnership.acting("coordinator") as work:
            invited = accounts.invite(
                work,
                name="Sam Poole",
                email="sam.poole@housing.example.gov.uk",
                post="Officer",
                agency_id=partnership.housing,
                roles=[Role.REPRESENTATIVE],
            )
        seen = looker("housing")
        seen.context.clear_cookies()
        seen.open(f"/invitation/{invited.token}")
        seen.look("invitation")
        seen.page.get_by_role("button").last.click()
        seen.page.wait_for_load_state()
        seen.look("invitation-mistake")
        seen.open("/sign-in")
        seen.look("sign-in")


class TestThePartnership:
    def test_has_no_fault_where_a_day_is_taken_out_and_a_referral_taken_back(
        self, partnership: APartnership, settings: Settings, looker: Sees
    ) -> None:
        with partnership.acting("coordinator") as work:
            partnerships.add_extra_holiday(work, on_date=date(2026, 12, 4), reason="Office closed")
        coordinator, referrer = looker("coordinator"), looker("referrer")
        coordinator.open("/partnership/holidays/2026-12-04")
        coordinator.look("holiday")
        referral_id = Fortnight(partnership, settings).refers()
        referrer.open(f"/refer/{referral_id}/withdraw")
        referrer.look("refer-withdraw")
        coordinator.open("/triage/import")
        coordinator.look("import-new")
