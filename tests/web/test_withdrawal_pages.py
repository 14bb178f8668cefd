"""What an agency reads when an agreement ends: what it had been told, what of it is taken back, and how it was told."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from casework.access.permissions import Purpose as Why
from casework.consent.models import Agreement
from casework.sharing import operations as sharing
from casework.sharing.models import WithdrawalNotice
from tests.factories import youth as made
from tests.factories.partnership import APartnership
from tests.factories.sharing import BASIC, EDUCATION, YoungPerson
from tests.web.visitor import Visitor, text_of

As = Callable[[str], Visitor]


def notice_to(partnership: APartnership, visitor_as: As, key: str) -> str:
    with partnership.acting(None) as work:
        agency_id = partnership.actor_of(key).agency_id
        notice_id = work.session.scalars(
            select(WithdrawalNotice.id).where(WithdrawalNotice.agency_id == agency_id)
        ).one()
    return " ".join(text_of(visitor_as(key).open(f"/withdrawal/notices/{notice_id}")).split())


class TestTheNoticeOfAWithdrawal:
    def test_tells_who_was_on_the_team_what_they_had_been_told_and_how(
        self, partnership: APartnership, visitor_as: As
    ) -> None:
        case_id = made.with_team(partnership)
        with partnership.acting("youth_worker", Why.SUPPORT) as work:
            of_sharing = select(Agreement.id).where(Agreement.case_id == case_id, Agreement.kind == "sharing")
            agreement_id = work.session.scalars(of_sharing).one()
            sharing.withdraw(work, case_id=case_id, agreement_id=agreement_id, words="Said so.")
        page = notice_to(partnership, visitor_as, "school_worker")
        for words in ("That agreement was taken back", "<li>Basic details</li>", "support plan", "joined the team"):
            assert words in page, words

    def test_of_a_part_names_that_part_and_neither_what_stays_nor_what_never_went(
        self, partnership: APartnership, visitor_as: As
    ) -> None:
        jamie = YoungPerson.of(partnership)
        jamie.agrees({"school_nursing": ["basic", "education", "health"]})
        jamie.shares("school_nursing", BASIC, EDUCATION)
        with partnership.acting("youth_worker", Why.SUPPORT) as work:
            sharing.withdraw_part(
                work,
                case_id=jamie.case_id,
                agreement_id=jamie.agreements[0],
                taken={"school_nursing": frozenset({"education", "health"})},
                words="Not about school.",
            )
        page = notice_to(partnership, visitor_as, "school_worker")
        for words in (
            "Part of an agreement has ended",
            "Part of that agreement was taken back",
            "<li>Education</li>",
            "What you received last",
        ):
            assert words in page, words
        for words in ("<li>Basic details</li>", "<li>Health</li>"):
            assert words not in page, words
