"""Interventions in a young person's file: who may record and sign them, what follows, the letter, and the history with its intervals."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest

from casework.access.permissions import Purpose
from casework.cases import operations as cases
from casework.consent import operations as consent
from casework.consent.operations import NewAnswer
from casework.consent.rules import Relation, Status
from casework.duties import queries as duties
from casework.errors import Conflict, Invalid, NotAllowed, NotFound
from casework.interventions import operations, queries
from casework.interventions.operations import Letter, NewIntervention
from casework.interventions.rules import Proposal
from casework.youth import operations as youth
from casework.youth.operations import Enquiry
from tests.factories.partnership import APartnership

FIFTEEN = {"given_names": "Jamie", "family_name": "Stone", "date_of_birth": "2011-05-04"}
TODAY = date(2026, 11, 23)
LETTER = NewIntervention(code="advice", proposal=Proposal(starts_on=TODAY), parties=("young_person", "parent"))
CONTRACT = NewIntervention(
    code="acceptable_behaviour_contract",
    proposal=Proposal(starts_on=TODAY, agreed_by=("young_person", "parent")),
)
INJUNCTION = NewIntervention(
    code="youth_injunction",
    proposal=Proposal(
        starts_on=TODAY,
        evidence=("police_record",),
        risk_assessment="Looked at with her nurse.",
        youth_justice_said="Consulted on 20 November.",
        reason_for_jump="A knife was found.",
    ),
)
PRINTED = Letter(
    template="advisory_letter",
    addressee="parent",
    name="Ms Stone",
    address="4 Mill Lane, Penkridge",
    words="We would like to talk with you.",
)


@pytest.fixture
def case_id(partnership: APartnership) -> uuid.UUID:
    with partnership.acting("youth_worker", Purpose.SUPPORT) as work:
        enquiry = Enquiry(known_as="J.S.", concern="Fires behind the shops.", source="agency", young_person=FIFTEEN)
        return youth.open_enquiry(work, enquiry=enquiry).case_id


def recorded(partnership: APartnership, case_id: uuid.UUID, *several: NewIntervention) -> list[uuid.UUID]:
    ids = []
    for new in several:
        with partnership.acting("youth_worker", Purpose.SUPPORT) as work:
            ids.append(operations.record(work, case_id=case_id, new=new))
    return ids


def history(partnership: APartnership, case_id: uuid.UUID) -> list[queries.InterventionRecord]:
    with partnership.acting("youth_worker", Purpose.SUPPORT) as work:
        return list(queries.interventions_of(work, case_id=case_id))


class TestWhatIsOffered:
    def test_follows_the_age_on_the_day_it_starts(self, partnership: APartnership, case_id: uuid.UUID) -> None:
        with partnership.acting("youth_worker") as work:
            now = {one.code for one in queries.on_offer(work, case_id=case_id, on=TODAY).entries}
            at_sixteen = {one.code for one in queries.on_offer(work, case_id=case_id, on=date(2027, 5, 4)).entries}
        assert "community_protection_notice" not in now
        assert "community_protection_notice" in at_sixteen
        with pytest.raises(Invalid) as refused:
            recorded(partnership, case_id, replace(INJUNCTION, code="community_protection_notice"))
        assert "code" in [one.field for one in refused.value.errors]

    def test_is_nothing_while_the_day_of_birth_is_not_known(self, partnership: APartnership) -> None:
        with partnership.acting("youth_worker", Purpose.SUPPORT) as work:
            unnamed = youth.open_enquiry(work, enquiry=Enquiry(known_as="K", concern="Alone.", source="self")).case_id
        with partnership.acting("youth_worker") as work:
            assert queries.on_offer(work, case_id=unnamed, on=TODAY) == queries.OnOffer((), (), is_age_known=False)
        with pytest.raises(Invalid):
            recorded(partnership, unnamed, LETTER)


class TestALadder:
    def test_is_climbed_with_the_time_between_shown(self, partnership: APartnership, case_id: uuid.UUID) -> None:
        recorded(partnership, case_id, LETTER)
        partnership.now += timedelta(days=60)
        later = replace(CONTRACT, proposal=replace(CONTRACT.proposal, starts_on=TODAY + timedelta(days=60)))
        recorded(partnership, case_id, later)
        contract, letter = history(partnership, case_id)
        assert (letter.days_since_last, contract.days_since_last) == (None, 60)
        assert (contract.ends_on, contract.review_on) == (date(2027, 7, 22), date(2027, 4, 22))
        assert contract.state == "live"

    def test_has_an_order_only_after_support_and_two_signatures(
        self, partnership: APartnership, case_id: uuid.UUID
    ) -> None:
        with pytest.raises(Invalid) as refused:
            recorded(partnership, case_id, INJUNCTION)
        assert [one.field for one in refused.value.errors] == ["reason_without_support"]
        declined = replace(CONTRACT, proposal=replace(CONTRACT.proposal, agreed_by=(), is_declined=True))
        [_, _, order] = recorded(partnership, case_id, LETTER, declined, INJUNCTION)
        assert history(partnership, case_id)[0].state == "proposed"
        for key in ("youth_worker", "youth_manager"):
            with partnership.acting(key, Purpose.SUPPORT) as work, pytest.raises(NotAllowed):
                operations.sign_off(work, intervention_id=order)
        with partnership.acting("safeguarding_lead", Purpose.SUPPORT) as work:
            operations.sign_off(work, intervention_id=order)
        assert history(partnership, case_id)[0].state == "live"
        with partnership.acting("safeguarding_lead", Purpose.SUPPORT) as work, pytest.raises(Conflict):
            operations.sign_off(work, intervention_id=order)

    def test_shows_no_old_order_as_possible_today(self, partnership: APartnership, case_id: uuid.UUID) -> None:
        with pytest.raises(Invalid):
            recorded(partnership, case_id, LETTER, CONTRACT, replace(INJUNCTION, code="asbo"))


class TestALiveIntervention:
    def test_is_owed_a_review_until_it_ends(self, partnership: APartnership, case_id: uuid.UUID) -> None:
        [_, contract] = recorded(partnership, case_id, LETTER, CONTRACT)
        assert self._owed(partnership) == [date(2027, 2, 23)]
        partnership.now += timedelta(days=80)
        with partnership.acting("youth_worker", Purpose.SUPPORT) as work:
            operations.review(work, intervention_id=contract, words="She keeps to it.", next_on=date(2027, 5, 1))
        assert self._owed(partnership) == [date(2027, 5, 1)]
        with partnership.acting("youth_worker", Purpose.SUPPORT) as work:
            operations.end(work, intervention_id=contract, outcome="kept", words="Six months without trouble.")
        assert self._owed(partnership) == []
        with partnership.acting("youth_worker", Purpose.SUPPORT) as work, pytest.raises(Conflict):
            operations.note_breach(work, intervention_id=contract, handling="talk", words="Late again.")

    @staticmethod
    def _owed(partnership: APartnership) -> list[date]:
        with partnership.acting("youth_worker") as work:
            return [one.due_at.date() for one in duties.my_duties(work) if one.kind == "intervention_review"]

    def test_that_is_not_kept_to_is_met_step_by_step(self, partnership: APartnership, case_id: uuid.UUID) -> None:
        [_, contract] = recorded(partnership, case_id, LETTER, CONTRACT)
        with partnership.acting("youth_worker", Purpose.SUPPORT) as work:
            operations.note_breach(work, intervention_id=contract, handling="talk", words="Out after ten.")
        with partnership.acting("youth_worker", Purpose.SUPPORT) as work, pytest.raises(Invalid):
            operations.note_breach(work, intervention_id=contract, handling="court", words="Again.")
        assert history(partnership, case_id)[0].breaches == 1

    def test_is_a_matter_of_the_whole_file(self, partnership: APartnership, case_id: uuid.UUID) -> None:
        [letter] = recorded(partnership, case_id, LETTER)
        with partnership.acting(None) as work:
            cases.give_standing(
                work,
                case_ids=[case_id],
                source_ids=[case_id],
                kind="team_member",
                account_ids=[partnership.account("school_worker")],
            )
        with partnership.acting("school_worker", Purpose.SUPPORT) as work, pytest.raises(NotAllowed):
            queries.interventions_of(work, case_id=case_id)
        for key in ("housing_worker", "coordinator", "chair"):
            with partnership.acting(key, Purpose.SUPPORT) as work, pytest.raises(NotFound):
                queries.intervention_record(work, intervention_id=letter)
        with partnership.acting("youth_manager", Purpose.SUPPORT) as work:
            assert queries.intervention_record(work, intervention_id=letter).label == "Advice or warning"


class TestALetter:
    def test_begins_from_its_template_and_is_kept_as_printed(
        self, partnership: APartnership, case_id: uuid.UUID
    ) -> None:
        [advice] = recorded(partnership, case_id, LETTER)
        with partnership.acting("youth_worker", Purpose.SUPPORT) as work:
            words = operations.first_words(work, intervention_id=advice, template="advisory_letter")
            operations.write_letter(work, intervention_id=advice, letter=PRINTED)
        assert words.startswith("We are writing to you because Jamie was said")
        [kept] = history(partnership, case_id)
        assert kept.letter is not None
        assert (kept.letter["name"], kept.letter["agency"]) == ("Ms Stone", "Vale youth service")

    def test_goes_to_nobody_who_is_barred_as_the_alleged_abuser(
        self, partnership: APartnership, case_id: uuid.UUID
    ) -> None:
        [advice, more] = recorded(partnership, case_id, LETTER, LETTER)
        with partnership.acting("youth_worker", Purpose.SUPPORT) as work:
            operations.write_letter(work, intervention_id=advice, letter=PRINTED)
            answer = NewAnswer(
                case_id=case_id,
                status=Status.REFUSED,
                relation=Relation.PARENTAL_RESPONSIBILITY,
                giver_name="ms  stone",
                giver_is_abuser=False,
                wording="2026-1",
                how="phone",
                form="signed",
            )
            given = consent.record_answer(work, answer=answer)
        with partnership.acting("youth_worker", Purpose.SUPPORT) as work:
            consent.bar_giver(work, agreement_id=given, words="Jamie told the nurse.")
        with (
            partnership.acting("youth_worker", Purpose.SUPPORT) as work,
            pytest.raises(Conflict, match="not permitted"),
        ):
            operations.serve_letter(work, intervention_id=advice, served_on=TODAY, proof="By hand.")
        with partnership.acting("youth_worker", Purpose.SUPPORT) as work, pytest.raises(Invalid) as refused:
            operations.write_letter(work, intervention_id=more, letter=PRINTED)
        assert [one.message for one in refused.value.errors] == [
            "Contact is not permitted; speak to your safeguarding lead."
        ]
        with partnership.acting("youth_worker", Purpose.SUPPORT) as work:
            operations.write_letter(work, intervention_id=more, letter=replace(PRINTED, name="Mike Stone"))

    def test_is_served_once_with_proof_and_not_changed_after_that(
        self, partnership: APartnership, case_id: uuid.UUID
    ) -> None:
        [advice] = recorded(partnership, case_id, LETTER)
        with partnership.acting("youth_worker", Purpose.SUPPORT) as work, pytest.raises(Conflict):
            operations.serve_letter(work, intervention_id=advice, served_on=TODAY, proof="By hand.")
        with partnership.acting("youth_worker", Purpose.SUPPORT) as work:
            operations.write_letter(work, intervention_id=advice, letter=PRINTED)
        for day, proof in ((TODAY - timedelta(days=1), "By hand."), (TODAY + timedelta(days=1), "x"), (TODAY, " ")):
            with partnership.acting("youth_worker", Purpose.SUPPORT) as work, pytest.raises(Invalid):
                operations.serve_letter(work, intervention_id=advice, served_on=day, proof=proof)
        with partnership.acting("youth_worker", Purpose.SUPPORT) as work:
            operations.serve_letter(work, intervention_id=advice, served_on=TODAY, proof="By hand to Ms Stone, 16:10.")
        with partnership.acting("youth_worker", Purpose.SUPPORT) as work, pytest.raises(Conflict):
            operations.write_letter(work, intervention_id=advice, letter=replace(PRINTED, words="Other words."))
        assert history(partnership, case_id)[0].served_on == TODAY


class TestAReferralToAService:
    def test_is_for_the_ages_of_the_service_with_the_yes_of_each(
        self, partnership: APartnership, case_id: uuid.UUID
    ) -> None:
        new = NewIntervention(code="service_referral", proposal=Proposal(starts_on=TODAY, agreed_by=("young_person",)))
        for destination in (None, "no_such_service", "family_support"):
            with pytest.raises(Invalid):
                recorded(partnership, case_id, replace(new, destination=destination))
        recorded(partnership, case_id, replace(new, destination="youth_service_direct"))
        # The service has five days to answer; somebody looks then.
        assert history(partnership, case_id)[0].review_on == TODAY + timedelta(days=5)
