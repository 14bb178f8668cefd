"""Whoever was told by joining the team hears of a withdrawal as past recipients of a share do; a no to joining is kept like any no."""

from __future__ import annotations

import uuid

import pytest

from casework.access.permissions import Purpose as Why
from casework.access.permissions import Role
from casework.consent import queries as agreements
from casework.consent.rules import Category, Purpose
from casework.consent.rules.standing import Kind
from casework.disclosures import queries as disclosures
from casework.duties import queries as duties
from casework.duties.rules import DutyKind
from casework.errors import Invalid, NotFound
from casework.sharing import operations as sharing
from casework.sharing import queries
from casework.sharing.rules import WithdrawalAnswer
from casework.youth import operations as youth
from casework.youth import queries as youth_queries
from tests.factories import youth as made
from tests.factories.partnership import APartnership
from tests.factories.sharing import YoungPerson, item


def agreement_of(partnership: APartnership, case_id: uuid.UUID) -> uuid.UUID:
    with made.acting(partnership) as work:
        found = agreements.agreements_of(work, case_id=case_id)
    return next(one.id for one in found if one.kind is Kind.SHARING and not one.is_replaced)


def takes_back(partnership: APartnership, case_id: uuid.UUID, by: str = "youth_worker") -> None:
    agreement_id = agreement_of(partnership, case_id)
    with partnership.acting(by, Why.SUPPORT) as work:
        sharing.withdraw(work, case_id=case_id, agreement_id=agreement_id, words="Said so at school.")
    made.follows(partnership, case_id)


def told(partnership: APartnership, key: str = "school_worker") -> tuple[queries.NoticeRecord, ...]:
    with partnership.acting(key, Why.SUPPORT) as work:
        return queries.notices_to_answer(work)


def owed(partnership: APartnership, key: str) -> set[str]:
    with partnership.acting(key, Why.SUPPORT) as work:
        return {one.kind for one in duties.my_duties(work)}


class TestWhoeverJoinedTheTeam:
    def test_is_told_of_a_withdrawal_and_owes_an_answer(self, partnership: APartnership) -> None:
        case_id = made.with_team(partnership)
        takes_back(partnership, case_id)
        [notice] = told(partnership)
        assert (notice.about, notice.is_part, notice.share_id) == ("Jamie Stone", False, None)
        assert (notice.categories, notice.purposes) == (("basic",), ("support_plan",))
        assert DutyKind.WITHDRAWAL_ANSWER in owed(partnership, "school_worker")
        assert told(partnership, "housing_worker") == (), "who was agreed to and never told hears of nothing"
        with partnership.acting("school_worker", Why.SUPPORT) as work:
            sharing.answer_withdrawal(work, notice_id=notice.id, answer=WithdrawalAnswer.DELETED)
        assert DutyKind.WITHDRAWAL_ANSWER not in owed(partnership, "school_worker")
        with made.acting(partnership) as work:
            assert [one.answer for one in queries.notices_of(work, case_id=case_id)] == ["deleted"]

    def test_is_still_in_scope_to_record_one_after_leaving(self, partnership: APartnership) -> None:
        case_id = made.with_team(partnership)
        place = made.place_of(partnership, case_id, "school_worker")
        with made.acting(partnership) as work:
            youth.leave_team(work, member_id=place, words="Changed schools.")
        with pytest.raises(NotFound):
            takes_back(partnership, case_id, by="housing_worker")
        takes_back(partnership, case_id, by="school_worker")
        assert [one.about for one in told(partnership)] == ["Jamie Stone"]

    def test_hears_of_a_part_only_when_they_were_told_some_of_it(self, partnership: APartnership) -> None:
        case_id = made.with_team(partnership)
        agreement_id = agreement_of(partnership, case_id)
        for taken in ({"housing": frozenset({"*"})}, {"school_nursing": frozenset({"education"})}):
            with made.acting(partnership) as work:
                sharing.withdraw_part(work, case_id=case_id, agreement_id=agreement_id, taken=taken, words="Not that.")
            assert told(partnership) == ()
        with made.acting(partnership) as work:
            sharing.withdraw_part(
                work,
                case_id=case_id,
                agreement_id=agreement_id,
                taken={"school_nursing": frozenset({"basic", "health"})},
                words="Nothing for school.",
            )
        [notice] = told(partnership)
        assert (notice.is_part, notice.categories) == (True, ("basic",))


class TestAPartThatIsTakenBack:
    def test_is_named_to_whoever_received_it_and_the_rest_is_not(self, partnership: APartnership) -> None:
        jamie = YoungPerson.of(partnership)
        jamie.agrees({"school_nursing": ["basic", "education", "health"]})
        jamie.shares("school_nursing", item(Category.BASIC), item(Category.EDUCATION))
        with partnership.acting("youth_worker", Why.SUPPORT) as work:
            sharing.withdraw_part(
                work,
                case_id=jamie.case_id,
                agreement_id=jamie.agreements[0],
                taken={"school_nursing": frozenset({"education", "health"})},
                words="Not about school.",
            )
        [notice] = told(partnership)
        assert (notice.is_part, notice.categories) == (True, ("education",)), (
            "not what they keep, nor what they never had"
        )

    def test_of_a_purpose_names_all_that_was_told_for_it(self, partnership: APartnership) -> None:
        jamie = YoungPerson.of(partnership)
        jamie.agrees({"school_nursing": ["basic", "education"]}, purposes=("support_plan", "assessment"))
        jamie.shares("school_nursing", item(Category.BASIC), item(Category.EDUCATION))
        with partnership.acting("youth_worker", Why.SUPPORT) as work:
            sharing.withdraw_part(
                work,
                case_id=jamie.case_id,
                agreement_id=jamie.agreements[0],
                taken={},
                purposes=frozenset({Purpose.SUPPORT_PLAN.value}),
                words="Not for a plan.",
            )
        [notice] = told(partnership)
        assert (notice.is_part, notice.categories, notice.purposes) == (True, ("basic", "education"), ("support_plan",))

    def test_from_everybody_is_named_to_each_who_received_it(self, partnership: APartnership) -> None:
        jamie = YoungPerson.of(partnership)
        jamie.agrees({"school_nursing": ["basic", "education"], "housing": ["basic", "education"]})
        jamie.shares("school_nursing", item(Category.BASIC), item(Category.EDUCATION))
        jamie.shares("housing", item(Category.BASIC))
        with partnership.acting("youth_worker", Why.SUPPORT) as work:
            sharing.withdraw_part(
                work,
                case_id=jamie.case_id,
                agreement_id=jamie.agreements[0],
                taken={"*": frozenset({"education"})},
                words="School is nobody’s business.",
            )
        assert [one.categories for one in told(partnership)] == [("education",)]
        assert told(partnership, "housing_worker") == ()


class TestANewAnswer:
    """The same giver answers again. Tom had the basic details and education by the answer before."""

    @pytest.fixture
    def jamie(self, partnership: APartnership) -> YoungPerson:
        made = YoungPerson.of(partnership)
        made.agrees({"school_nursing": ["basic", "education"]})
        made.shares("school_nursing", item(Category.BASIC), item(Category.EDUCATION))
        return made

    @staticmethod
    def follows(jamie: YoungPerson) -> sharing.Withdrawn:
        with jamie.partnership.acting("youth_worker", Why.SUPPORT) as work:
            return sharing.follow_answer(work, case_id=jamie.case_id, agreement_id=jamie.agreements[-1])

    def test_that_is_a_no_stops_and_tells_as_a_withdrawal_does(self, jamie: YoungPerson) -> None:
        queued = jamie.asks("school_nursing", item(Category.EDUCATION)).share_id
        jamie.agrees({}, status="refused", purposes=())
        assert self.follows(jamie).stopped == (queued,)
        [notice] = told(jamie.partnership)
        assert (notice.is_part, notice.categories) == (False, ("basic", "education"))

    def test_that_allows_less_names_what_it_takes_back(self, jamie: YoungPerson) -> None:
        jamie.agrees({"school_nursing": ["basic", "health"]})
        assert self.follows(jamie).stopped == ()
        [notice] = told(jamie.partnership)
        assert (notice.is_part, notice.categories) == (True, ("education",))

    def test_that_allows_as_much_or_more_tells_nobody(self, jamie: YoungPerson) -> None:
        jamie.agrees({"school_nursing": ["basic", "education", "health"], "housing": ["basic"]})
        assert self.follows(jamie) == sharing.Withdrawn((), ())

    def test_of_a_parent_takes_back_nothing_that_the_young_person_agreed_to(self, jamie: YoungPerson) -> None:
        jamie.agrees(
            {},
            status="refused",
            purposes=(),
            relation="parental_responsibility",
            giver_name="Dee Stone",
            giver_is_abuser=False,
        )
        assert self.follows(jamie).told_agency_ids == ()


class TestANoToJoining:
    @pytest.mark.parametrize(("agency", "reaches_abuser"), [("housing", True), ("substance_misuse", False)])
    def test_is_kept_as_an_act_of_not_sharing_that_can_be_decided_again(
        self, agency: str, reaches_abuser: bool, partnership: APartnership
    ) -> None:
        """Housing could reach somebody who hurt Jamie; of the other agency Jamie said nothing."""
        case_id = made.with_team(partnership)
        agency_id = partnership.agencies[agency]
        worker = partnership.person("Ola Byrne", Role.YOUTH_WORKER, agency=agency_id)
        with pytest.raises(Invalid), made.acting(partnership) as work:
            youth.invite(
                work, case_id=case_id, agency_id=agency_id, account_id=worker.account_id, reaches_abuser=reaches_abuser
            )
        with made.acting(partnership) as work:
            lines = disclosures.disclosure_log(work, case_id=case_id).lines
            [no] = [one.record for one in lines if not one.record.was_shared]
            whole = disclosures.disclosure(work, disclosure_id=no.id)
        assert (no.kind, no.to_agency_id, whole.record.outcome, whole.agreement_id) == (
            "team",
            agency_id,
            "not_shared",
            None,
        )
        assert whole.words.reasons
        with partnership.acting("information_lead", Why.OVERSIGHT) as work:
            assert disclosures.replay(work, decision_id=whole.decision_id).same
        assert len(made.file_of(partnership, case_id).team) == 2
        with pytest.raises(NotFound), partnership.work(worker.actor, purpose=Why.SUPPORT) as work:
            youth_queries.youth_record(work, case_id=case_id)


class TestAShareThatItsSenderTakesBack:
    def test_is_recorded_as_not_shared_with_the_reason(self, partnership: APartnership) -> None:
        jamie = YoungPerson.of(partnership)
        jamie.agrees({"school_nursing": ["basic"]})
        asked = jamie.asks("school_nursing", item(Category.BASIC))
        with partnership.acting("youth_worker", Why.SUPPORT) as work:
            sharing.take_back(work, share_id=asked.share_id)
        with partnership.acting("youth_worker", Why.SUPPORT) as work:
            [line] = disclosures.disclosure_log(work, case_id=jamie.case_id).lines
            whole = disclosures.disclosure(work, disclosure_id=line.record.id)
        assert (line.record.was_shared, whole.record.outcome, whole.subject_id) == (False, "not_shared", asked.share_id)
        assert whole.words.reasons[-1] == "The sender took it back before it went."
        assert [one.went for one in whole.words.items] == [False]
