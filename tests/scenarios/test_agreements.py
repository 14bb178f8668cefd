"""Agreements about a young person: who may answer, what stands, what a no does, and when it is gone through again."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from casework.access.permissions import Purpose
from casework.clock import london_date
from casework.consent import operations as consent
from casework.consent import queries as agreements
from casework.consent.operations import NewAnswer
from casework.consent.queries import AgreementRecord
from casework.consent.rules import Relation, Status
from casework.consent.rules.standing import EntryKind, ReviewBecause
from casework.duties import queries as duties
from casework.duties.rules import DutyKind
from casework.errors import Conflict, Invalid, NotAllowed, NotFound
from casework.youth import operations as youth
from casework.youth.operations import Enquiry
from tests.factories.partnership import APartnership

FIFTEEN = date(2011, 3, 1)
SIXTEEN = date(2010, 5, 1)
YES = NewAnswer(
    case_id=uuid.UUID(int=0),
    status=Status.GIVEN,
    relation=Relation.SELF,
    wording="plain-2026",
    how="in_person",
    form="signed",
    purposes=frozenset({"support_plan"}),
    permit={"housing": frozenset({"basic", "education"})},
    exceptions_explained=True,
    own_words="Housing may know where I live and about college.",
)


class Jamie:
    """A young person whose file the youth service keeps."""

    def __init__(self, partnership: APartnership, born: date | None = SIXTEEN) -> None:
        self.partnership = partnership
        known = {"given_names": "Jamie", "family_name": "Stone"}
        if born is not None:
            known["date_of_birth"] = born.isoformat()
        enquiry = Enquiry(known_as="J.S.", concern="Out late most nights.", source="school", young_person=known)
        with partnership.acting("youth_worker", Purpose.SUPPORT) as work:
            opened = youth.open_enquiry(work, enquiry=enquiry)
        self.case_id, self.person_id = opened.case_id, opened.person_id

    def answers(self, answer: NewAnswer = YES, **changes: object) -> uuid.UUID:
        """Answer to the youth worker."""
        with self.partnership.acting("youth_worker", Purpose.SUPPORT) as work:
            return consent.record_answer(work, answer=replace(answer, case_id=self.case_id, **changes))  # type: ignore[arg-type]

    def file(self) -> tuple[AgreementRecord, ...]:
        """What the youth worker reads."""
        with self.partnership.acting("youth_worker", Purpose.SUPPORT) as work:
            return agreements.agreements_of(work, case_id=self.case_id)

    def owed(self, kind: DutyKind) -> int:
        """How many duties of a kind the youth worker has."""
        with self.partnership.acting("youth_worker", Purpose.SUPPORT) as work:
            return sum(one.kind == kind for one in duties.my_duties(work))


@pytest.fixture
def jamie(partnership: APartnership) -> Jamie:
    """Jamie, who is sixteen."""
    return Jamie(partnership)


class TestAYes:
    def test_of_sixteen_stands_for_a_year_and_is_reviewed_after_three_months(self, jamie: Jamie) -> None:
        jamie.answers()
        (found,) = jamie.file()
        today = london_date(jamie.partnership.now)
        assert found.counts
        assert found.standing.permit == {"housing": frozenset({"basic", "education"})}
        assert (found.standing.expires_on, found.standing.review_due) == (
            today.replace(year=today.year + 1),
            date(2027, 2, 28) if today.day > 28 else today.replace(year=2027, month=today.month - 9),
        )
        assert found.words["own_words"] == "Housing may know where I live and about college."

    def test_of_fifteen_needs_a_test_a_finding_and_what_showed_it(self, partnership: APartnership) -> None:
        kim = Jamie(partnership, FIFTEEN)
        with pytest.raises(Invalid) as refused:
            kim.answers()
        assert {one.field for one in refused.value.errors} == {"test", "competent", "factors"}
        kim.answers(test="gillick", competent=True, factors="Said in her own words what each agency would learn.")
        assert kim.file()[0].counts
        assert kim.file()[0].entries[0].words.startswith("Said in her own words")

    def test_without_a_day_of_birth_is_not_taken_down(self, partnership: APartnership) -> None:
        with pytest.raises(Invalid) as refused:
            Jamie(partnership, None).answers()
        assert [one.field for one in refused.value.errors] == ["date_of_birth"]

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"permit": {}}, "permit"),
            ({"permit": {"*": frozenset({"basic"})}}, "permit"),
            ({"permit": {"housing": frozenset({"*"})}}, "permit"),
            ({"permit": {"nobody": frozenset({"basic"})}}, "permit"),
            ({"purposes": frozenset()}, "purposes"),
            ({"purposes": frozenset({"anything"})}, "purposes"),
            ({"deny": {"housing": frozenset({"basic"})}}, "permit"),
            ({"exceptions_explained": False}, "exceptions_explained"),
            ({"wording": " "}, "wording"),
            ({"how": "telepathy"}, "how"),
            ({"form": "nod"}, "form"),
            ({"expires_on": date(2020, 1, 1)}, "expires_on"),
            ({"expires_on": date(2027, 11, 24)}, "expires_on"),
            ({"review_due": date(2027, 2, 24)}, "review_due"),
            ({"lifted": {"housing": frozenset({"*"})}}, "lifted"),
        ],
    )
    def test_that_lacks_something_is_refused_with_the_field_and_nothing_is_kept(
        self, jamie: Jamie, changes: dict[str, object], field: str
    ) -> None:
        with pytest.raises(Invalid) as refused:
            jamie.answers(**changes)
        assert field in {one.field for one in refused.value.errors}
        assert jamie.file() == ()

    def test_that_was_spoken_is_owed_in_writing(self, jamie: Jamie) -> None:
        spoken = jamie.answers(form="spoken")
        assert jamie.owed(DutyKind.AGREEMENT_IN_WRITING) == 1
        assert not jamie.file()[0].is_written
        with jamie.partnership.acting("youth_worker", Purpose.SUPPORT) as work:
            consent.write_down(work, agreement_id=spoken)
        assert jamie.file()[0].is_written
        assert jamie.owed(DutyKind.AGREEMENT_IN_WRITING) == 0
        with jamie.partnership.acting("youth_worker", Purpose.SUPPORT) as work, pytest.raises(Conflict):
            consent.write_down(work, agreement_id=spoken)


class TestAParentsYes:
    PARENT = replace(
        YES,
        relation=Relation.PARENTAL_RESPONSIBILITY,
        giver=uuid.UUID(int=7),
        giver_name="Dawn Stone",
        giver_is_abuser=False,
    )

    NO = replace(PARENT, status=Status.REFUSED, permit={}, purposes=frozenset())

    def test_counts_for_fifteen_and_is_shown_not_to_count_after_the_sixteenth_birthday(
        self, partnership: APartnership
    ) -> None:
        kim = Jamie(partnership, FIFTEEN)
        kim.answers(self.PARENT)
        assert kim.file()[0].counts
        partnership.now += timedelta(days=(date(2027, 3, 1) - london_date(partnership.now)).days + 28)
        assert kim.file()[0].fault == "parent_not_confirmed_at_16"

    def test_of_somebody_who_may_be_the_abuser_is_not_asked_for(self, jamie: Jamie) -> None:
        for unsure in (True, None):
            with pytest.raises(Invalid) as refused:
                jamie.answers(self.PARENT, giver_is_abuser=unsure)
            assert [one.message for one in refused.value.errors] == [
                "Contact is not permitted; speak to your safeguarding lead."
            ]

    def test_counts_for_nothing_once_the_parent_is_recorded_as_the_abuser(self, partnership: APartnership) -> None:
        kim = Jamie(partnership, FIFTEEN)
        given = kim.answers(self.PARENT)
        with partnership.acting("youth_worker", Purpose.SUPPORT) as work:
            consent.bar_giver(work, agreement_id=given, words="Named in the referral of this week.")
        (found,) = kim.file()
        assert (found.counts, found.fault) == (False, "giver_is_abuser")
        assert kim.owed(DutyKind.AGREEMENT_REVIEW) == 1

    def test_takes_the_place_of_their_earlier_one_by_name_alone(self, partnership: APartnership) -> None:
        kim = Jamie(partnership, FIFTEEN)
        kim.answers(self.PARENT, giver=None)
        kim.answers(self.NO, giver=None, giver_name=" dawn  STONE")
        latest, before = kim.file()
        assert (latest.standing.status, before.is_replaced) == (Status.REFUSED, True), "listed: those that stand first"
        kim.answers(self.PARENT, giver=None, giver_name="Mike Stone")
        assert {one.words["giver"] for one in kim.file() if not one.is_replaced} == {"Mike Stone", "dawn  STONE"}

    def test_is_never_taken_again_from_a_parent_who_is_barred(self, partnership: APartnership) -> None:
        kim = Jamie(partnership, FIFTEEN)
        given = kim.answers(self.PARENT)
        with partnership.acting("youth_worker", Purpose.SUPPORT) as work:
            consent.bar_giver(work, agreement_id=given, words="Named in the referral of this week.")
        for again in ({}, {"giver": None, "giver_name": "DAWN Stone"}, {"giver": uuid.uuid4()}):
            for answer in (self.PARENT, self.NO):
                with pytest.raises(Invalid) as refused:
                    kim.answers(answer, **again)
                assert [one.message for one in refused.value.errors] == [
                    "Contact is not permitted; speak to your safeguarding lead."
                ]
        kim.answers(self.PARENT, giver=None, giver_name="Mike Stone")
        assert {one.words["giver"]: one.counts for one in kim.file()} == {"Mike Stone": True, "Dawn Stone": False}

    def test_barred_bars_every_answer_of_theirs(self, partnership: APartnership) -> None:
        kim = Jamie(partnership, FIFTEEN)
        given = kim.answers(self.PARENT, to_service=Status.GIVEN)
        with partnership.acting("youth_worker", Purpose.SUPPORT) as work:
            consent.bar_giver(work, agreement_id=given, words="Named in the referral of this week.")
        assert [one.standing.giver_barred for one in kim.file()] == [True, True]


class TestANo:
    def test_to_everything_takes_back_another_s_yes_whatever_was_denied_by_name_before(
        self, partnership: APartnership
    ) -> None:
        kim = Jamie(partnership, FIFTEEN)
        able = {"test": "gillick", "competent": True, "factors": "Said it back in her own words."}
        kim.answers(deny={"education": frozenset({"*"})}, **able)
        kim.answers(TestAParentsYes.PARENT)
        kim.answers(status=Status.REFUSED, permit={}, purposes=frozenset(), competent=True)
        with partnership.acting(None) as work:
            own = next(
                one.agreement
                for one in agreements.agreements_for_decision(work, person_id=kim.person_id)
                if one.agreement.giver.relation is Relation.SELF
            )
        assert (own.permit, own.deny) == ({"*": {"*"}}, {"education": {"*"}})

    def test_stays_denied_when_a_wider_yes_follows_until_it_is_lifted(self, jamie: Jamie) -> None:
        jamie.answers(deny={"education": frozenset({"*"})})
        with pytest.raises(Invalid):
            jamie.answers(permit={"education": frozenset({"education"})})
        jamie.answers(permit={"education": frozenset({"education"})}, lifted={"education": frozenset({"*"})})
        latest, before = jamie.file()
        assert latest.standing.permit == {"education": frozenset({"education"})}
        assert before.is_replaced

    def test_to_part_of_a_yes_is_denied_from_then_on(self, jamie: Jamie) -> None:
        given = jamie.answers()
        with jamie.partnership.acting("youth_worker", Purpose.SUPPORT) as work:
            consent.narrow(work, agreement_id=given, taken={"housing": frozenset({"education"})})
        (found,) = jamie.file()
        assert found.standing.permit == {"housing": frozenset({"basic"})}
        assert found.standing.deny == {"housing": frozenset({"education"})}
        with jamie.partnership.acting("youth_worker", Purpose.SUPPORT) as work, pytest.raises(Invalid):
            consent.narrow(work, agreement_id=given, taken={"housing": frozenset({"*"})})

    def test_is_known_to_nobody_but_the_agency_that_keeps_the_file(self, jamie: Jamie) -> None:
        jamie.answers(status=Status.REFUSED, permit={}, purposes=frozenset())
        assert jamie.file()[0].standing.status is Status.REFUSED
        for who in ("coordinator", "housing", "police", "chair"):
            with jamie.partnership.acting(who, Purpose.SUPPORT) as work, pytest.raises((NotFound, NotAllowed)):
                agreements.agreements_of(work, case_id=jamie.case_id)
            with jamie.partnership.acting(who, Purpose.SUPPORT) as work:
                assert agreements.agreements_ending(work, within_days=4_000) == ()

    def test_takes_everything_back_when_it_is_a_withdrawal(self, jamie: Jamie) -> None:
        given = jamie.answers()
        with jamie.partnership.acting("youth_worker", Purpose.SUPPORT) as work:
            consent.withdraw(work, agreement_id=given, words="Said so at the drop-in.")
        (found,) = jamie.file()
        assert (found.standing.status, found.standing.permit) == (Status.WITHDRAWN, {})
        for again in (consent.withdraw, consent.reaffirm):
            with jamie.partnership.acting("youth_worker", Purpose.SUPPORT) as work, pytest.raises(Conflict):
                again(work, agreement_id=given, words="Again.")


class TestAReview:
    def test_is_owed_four_weeks_before_and_reaffirming_begins_the_clock_anew(self, jamie: Jamie) -> None:
        given = jamie.answers()
        assert self.owes(jamie) == 0
        jamie.partnership.now += timedelta(days=70)
        assert self.owes(jamie) == 1
        assert self.owes(jamie) == 0, "once"
        assert jamie.owed(DutyKind.AGREEMENT_REVIEW) == 1
        with jamie.partnership.acting("youth_worker", Purpose.SUPPORT) as work:
            assert [one.id for one in agreements.agreements_ending(work)] == [given]
            consent.reaffirm(work, agreement_id=given, words="Still fine with it.")
        assert jamie.owed(DutyKind.AGREEMENT_REVIEW) == 0
        (found,) = jamie.file()
        assert found.standing.on == london_date(jamie.partnership.now)

    def test_revives_nothing_that_has_run_out(self, jamie: Jamie) -> None:
        given = jamie.answers(expires_on=london_date(jamie.partnership.now) + timedelta(days=10))
        jamie.partnership.now += timedelta(days=10)
        with (
            jamie.partnership.acting("youth_worker", Purpose.SUPPORT) as work,
            pytest.raises(Conflict, match="has run out"),
        ):
            consent.reaffirm(work, agreement_id=given)
        assert not jamie.file()[0].counts

    def test_leaves_an_end_that_was_chosen_nearer_and_moves_one_that_was_not(self, jamie: Jamie) -> None:
        today = london_date(jamie.partnership.now)
        for chosen, ends in ((today + timedelta(days=100), today + timedelta(days=100)), (None, date(2027, 12, 3))):
            given = jamie.answers(expires_on=chosen)
            jamie.partnership.now += timedelta(days=10)
            with jamie.partnership.acting("youth_worker", Purpose.SUPPORT) as work:
                consent.reaffirm(work, agreement_id=given)
            assert jamie.file()[0].standing.expires_on == ends
            jamie.partnership.now -= timedelta(days=10)

    def test_of_a_parent_s_yes_is_refused_once_the_young_person_is_sixteen(self, partnership: APartnership) -> None:
        kim = Jamie(partnership, FIFTEEN)
        given = kim.answers(TestAParentsYes.PARENT)
        partnership.now += timedelta(days=(date(2027, 3, 2) - london_date(partnership.now)).days)
        with partnership.acting("youth_worker", Purpose.SUPPORT) as work, pytest.raises(Conflict, match="new answer"):
            consent.reaffirm(work, agreement_id=given)
        self.owes(kim)
        assert kim.owed(DutyKind.AGREEMENT_REVIEW) == 1
        kim.answers()
        assert kim.owed(DutyKind.AGREEMENT_REVIEW) == 0, "the young person has answered"

    def test_is_forced_when_somebody_is_found_unable_to_decide(self, partnership: APartnership) -> None:
        kim = Jamie(partnership, FIFTEEN)
        given = kim.answers(test="gillick", competent=True, factors="Said it back.")
        with partnership.acting("youth_worker", Purpose.SUPPORT) as work:
            consent.reassess_competence(
                work, agreement_id=given, competent=False, test="gillick", words="Could not say what follows from a no."
            )
        (found,) = kim.file()
        assert (found.counts, found.entries[-1].because) == (False, "capacity_doubt")

    def test_is_forced_on_the_sixteenth_birthday_once(self, partnership: APartnership) -> None:
        kim = Jamie(partnership, FIFTEEN)
        kim.answers(TestAParentsYes.PARENT)
        partnership.now += timedelta(days=(date(2027, 3, 1) - london_date(partnership.now)).days)
        assert self.owes(kim) == 1
        assert self.owes(kim) == 0
        (found,) = kim.file()
        assert [one.because for one in found.entries if one.kind is EntryKind.REVIEW_FORCED] == ["birthday"]

    def test_is_forced_by_what_changes_things(self, jamie: Jamie) -> None:
        jamie.answers()
        with jamie.partnership.acting("youth_worker", Purpose.SUPPORT) as work:
            assert consent.force_review(work, case_id=jamie.case_id, because=ReviewBecause.MOVED) == 1
        assert jamie.owed(DutyKind.AGREEMENT_REVIEW) == 1

    def test_of_what_has_ended_is_neither_forced_nor_owed(self, jamie: Jamie) -> None:
        jamie.answers(to_service=Status.GIVEN)
        with jamie.partnership.acting("youth_worker", Purpose.SUPPORT) as work:
            assert consent.end_agreements(work, case_id=jamie.case_id) == 2
            assert consent.end_agreements(work, case_id=jamie.case_id) == 0
            assert consent.force_review(work, case_id=jamie.case_id, because=ReviewBecause.MOVED) == 0
        jamie.partnership.now += timedelta(days=90)
        assert self.owes(jamie) == 0
        assert not any(one.counts for one in jamie.file())

    def owes(self, jamie: Jamie) -> int:
        with jamie.partnership.acting(None) as work:
            return consent.owe_reviews(work)


class TestTheTables:
    def test_are_only_added_to(self, jamie: Jamie) -> None:
        jamie.answers()
        for change in ("UPDATE agreement SET wording = 'x'", "DELETE FROM agreement_entry"):
            with jamie.partnership.acting(None) as work, pytest.raises(DBAPIError):
                work.session.execute(text(change))
