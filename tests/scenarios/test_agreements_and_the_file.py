"""What an agreement does to a young person's file and the file to it: help that was agreed to, reviews that are forced, the end."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest

from casework.access.permissions import Purpose as Why
from casework.clock import london_date
from casework.consent import operations as consent
from casework.consent import queries as agreements
from casework.consent.rules import Category, Purpose
from casework.consent.rules.standing import Kind
from casework.duties import queries as duties
from casework.duties.rules import DutyKind
from casework.errors import Conflict, NotFound
from casework.sharing import operations as sharing
from casework.sharing import queries as sharing_queries
from casework.sharing.queries import Declared
from casework.youth import operations as youth
from casework.youth.operations import Adult
from tests.factories import youth as made
from tests.factories.partnership import APartnership
from tests.factories.sharing import HARM, OFFERED, item

CARER = Adult(name="Dee Stone", relation="mother", parental_responsibility="yes")


def forced(partnership: APartnership, case_id: uuid.UUID) -> list[str]:
    """For what reasons the agreements of a file were to be gone through again."""
    return [
        one.because
        for found in read(partnership, case_id)
        for one in found.entries
        if one.kind == "review_forced" and one.because
    ]


def read(partnership: APartnership, case_id: uuid.UUID) -> tuple[agreements.AgreementRecord, ...]:
    with made.acting(partnership) as work:
        return agreements.agreements_of(work, case_id=case_id)


def shares(partnership: APartnership, case_id: uuid.UUID, to: str, declared: Declared, *items: object) -> None:
    with partnership.acting("youth_worker", Why.SUPPORT) as work:
        sharing.ask(
            work,
            case_id=case_id,
            to_agency_id=partnership.agencies[to],
            items=items or [item(Category.BASIC, "Jamie Stone, 15.")],  # type: ignore[arg-type]
            declared=declared,
        )


class TestAReviewIsForced:
    def test_by_an_agency_that_joins_a_plan_under_way_and_not_by_the_first_team(
        self, partnership: APartnership
    ) -> None:
        case_id = made.with_plan(partnership)
        assert forced(partnership, case_id) == []
        made.invited(partnership, case_id, "housing_worker")
        assert forced(partnership, case_id) == ["new_agency"]
        with made.acting(partnership) as work:
            assert DutyKind.AGREEMENT_REVIEW in {one.kind for one in duties.my_duties(work)}

    def test_once_however_often_the_same_is_tried_until_it_was_held(self, partnership: APartnership) -> None:
        case_id = made.with_plan(partnership)
        for _ in range(3):
            shares(partnership, case_id, "police", OFFERED)
            partnership.now += timedelta(days=1)
        assert forced(partnership, case_id) == ["new_agency"]
        agreement_id = next(one.id for one in read(partnership, case_id) if one.kind is Kind.SHARING)
        with made.acting(partnership) as work:
            consent.reaffirm(
                work, agreement_id=agreement_id, competent=True, test="gillick", words="Understands who learns what."
            )
        shares(partnership, case_id, "police", OFFERED)
        assert forced(partnership, case_id) == ["new_agency", "new_agency"]

    @pytest.mark.parametrize(
        ("to", "changes", "categories", "because"),
        [
            ("police", {}, ["basic"], "new_agency"),
            ("housing", {"purpose": Purpose.HOUSING}, ["basic"], "new_purpose"),
            ("housing", {}, ["basic", "money"], "new_category"),
            ("housing", {}, ["basic"], None),
        ],
    )
    def test_by_a_share_for_support_that_nobody_was_asked_about(
        self,
        partnership: APartnership,
        to: str,
        changes: dict[str, Purpose],
        categories: list[str],
        because: str | None,
    ) -> None:
        case_id = made.agreed(partnership)
        items = [item(Category(one), "A fact.") for one in categories]
        shares(partnership, case_id, to, replace(OFFERED, **changes), *items)
        assert forced(partnership, case_id) == ([because] if because else [])

    @pytest.mark.parametrize("purpose", [Purpose.MARAC, Purpose.SAFEGUARDING, Purpose.LEGAL])
    def test_by_nothing_that_is_asked_for_danger_or_a_marac(self, partnership: APartnership, purpose: Purpose) -> None:
        case_id = made.agreed(partnership)
        shares(partnership, case_id, "police", replace(HARM, purpose=purpose))
        assert forced(partnership, case_id) == []

    def test_by_other_parents_or_carers_than_before(self, partnership: APartnership) -> None:
        case_id = made.agreed(partnership)
        for adults, because in (
            ((CARER,), []),
            ((replace(CARER, name=" dee  stone "),), []),
            ((replace(CARER, parental_responsibility="no"),), ["new_carer"]),
        ):
            with made.acting(partnership) as work:
                assessed = replace(made.ASSESSED, adults=adults)
                youth.write_assessment(work, case_id=case_id, assessment=assessed, is_complete=False)
            assert forced(partnership, case_id) == because

    def test_by_a_move_and_not_by_the_same_address_written_otherwise(self, partnership: APartnership) -> None:
        case_id = made.agreed(partnership)
        for postcode, because in (("ST19 5AA", []), ("st195aa", []), ("WV8 1BB", ["moved"])):
            with made.acting(partnership) as work:
                youth.learn(
                    work, case_id=case_id, young_person={"address": {"lines": ["Penkridge"], "postcode": postcode}}
                )
            assert forced(partnership, case_id) == because

    @pytest.mark.parametrize(("grounds", "because"), [("safeguarding", "safeguarding"), ("crime", "stepped")])
    def test_by_a_step_up(self, partnership: APartnership, grounds: str, because: str) -> None:
        case_id = made.agreed(partnership)
        with made.acting(partnership) as work:
            youth.step_up(work, case_id=case_id, grounds=grounds, words="He told the nurse.")
        assert forced(partnership, case_id) == [because]


class TestAgreeingToBeHelped:
    def test_is_needed_beside_what_may_be_shared(self, partnership: APartnership) -> None:
        case_id = made.opened(partnership)
        made.asked(partnership, case_id)
        made.answered(partnership, case_id, to_service=None)
        assert made.file_of(partnership, case_id).line.stage == "agreement_pending"
        made.answered(partnership, case_id)
        assert made.file_of(partnership, case_id).line.stage == "assessing"

    def test_that_was_refused_stops_the_assessment_whatever_may_be_shared(self, partnership: APartnership) -> None:
        case_id = made.opened(partnership)
        made.asked(partnership, case_id)
        made.answered(partnership, case_id, to_service="refused")
        assert made.file_of(partnership, case_id).line.stage == "agreement_refused"

    def test_and_taken_back_puts_the_file_on_hold_at_once(self, partnership: APartnership) -> None:
        case_id = made.with_plan(partnership)
        with made.acting(partnership) as work:
            youth.end_help(work, case_id=case_id, words="I don’t want this any more.")
        assert made.file_of(partnership, case_id).line.stage == "on_hold"
        with made.acting(partnership) as work, pytest.raises(Conflict):
            youth.write_assessment(work, case_id=case_id, assessment=made.ASSESSED, is_complete=False)
        with made.acting(partnership) as work, pytest.raises(Conflict):
            youth.end_help(work, case_id=case_id, words="Again.")
        sharing_stands = [one.counts for one in read(partnership, case_id) if one.kind is Kind.SHARING]
        assert sharing_stands == [True], "two questions, two answers"
        with made.acting(partnership) as work:
            assert {DutyKind.YOUTH_RISK_CHECK, DutyKind.PLAN_ACTION_AFFECTED} <= {
                one.kind for one in duties.my_duties(work)
            }
        with partnership.acting("school_worker", Why.SUPPORT) as work:
            assert sharing_queries.notices_to_answer(work) == (), "what may be known is another question"

    def test_is_not_taken_back_as_if_it_were_what_may_be_shared(self, partnership: APartnership) -> None:
        case_id = made.with_plan(partnership)
        [to_service] = [one.id for one in read(partnership, case_id) if one.kind is Kind.SERVICE]
        with partnership.acting("school_worker", Why.SUPPORT) as work, pytest.raises(NotFound):
            sharing.withdraw(work, case_id=case_id, agreement_id=to_service, words="Said so.")
        assert made.file_of(partnership, case_id).line.stage == "plan_active"


class TestTheEndOfTheWork:
    def test_ends_every_agreement_and_keeps_what_was_denied(self, partnership: APartnership) -> None:
        case_id = made.agreed(partnership)
        with made.acting(partnership) as work:
            youth.transfer(work, case_id=case_id, words="Telford has taken him on.")
        found = read(partnership, case_id)
        assert [one.counts for one in found] == [False, False]
        assert {one.entries[-1].kind for one in found} == {"ended"}
        assert {one.standing.expires_on for one in found} == {london_date(partnership.now)}

    def test_comes_with_closing(self, partnership: APartnership) -> None:
        case_id = made.agreed(partnership)
        with made.acting(partnership) as work:
            youth.begin_closing(work, case_id=case_id, words="No contact.")
        assert all(one.counts for one in read(partnership, case_id))
        with made.acting(partnership) as work:
            youth.close(work, case_id=case_id, reason="no_contact", achieved={}, words="Never answered.")
        assert not any(one.counts for one in read(partnership, case_id))
