"""What an agency reads when an agreement ends: what it had been told, what of it is taken back, and how it was told."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import select

from casework.access.permissions import Purpose as Why
from casework.access.permissions import Role
from casework.consent.models import Agreement
from casework.sharing import operations as sharing
from casework.sharing import queries
from casework.sharing.models import WithdrawalNotice
from casework.youth import operations as youth
from tests.factories import youth as made
from tests.factories.partnership import APartnership
from tests.factories.sharing import BASIC, EDUCATION, YoungPerson
from tests.web.visitor import Visitor, text_of

Counting = Callable[[], AbstractContextManager[list[str]]]
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


class TestWhoeverLeftTheTeam:
    def test_finds_the_screen_in_their_inbox_until_it_is_recorded(
        self, partnership: APartnership, visitor_as: As, statements: Counting
    ) -> None:
        case_id = made.with_team(partnership)
        other = YoungPerson.of(partnership, given_names="Ada")
        other.agrees({"school_nursing": ["basic"]})
        other.shares("school_nursing", BASIC)
        other.withdraws()
        colleague = partnership.person("Ola Byrne", Role.YOUTH_WORKER, agency=partnership.agencies["school_nursing"])
        nurse, screen = visitor_as("school_worker"), f"/withdrawal/young-people/{case_id}"
        assert screen not in text_of(nurse.open("/shares")), "on the team, the file leads there"
        with made.acting(partnership) as work:
            youth.leave_team(work, member_id=made.place_of(partnership, case_id, "school_worker"), words="New school.")
        with statements() as sent:
            inbox = text_of(nurse.open("/shares"))
        assert len(sent) <= 12, sent
        assert "Ada Stone" in inbox
        assert ("Jamie Stone" in inbox, screen in inbox) == (True, True)
        with partnership.work(colleague.actor, purpose=Why.SUPPORT) as work:
            assert queries.once_on_the_team(work) == ()
        options = re.findall(r'name="agreement"[^>]*value="([0-9a-f-]{36})"', text_of(nurse.open(screen)))
        assert nurse.send(screen, {"agreement": options[0], "words": "Told me at the gate."}).status_code == 303
        assert screen not in text_of(nurse.open("/shares"))
