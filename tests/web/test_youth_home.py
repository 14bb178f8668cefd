"""The home page of everybody who works with young people or looks after sharing: what to do next first, and nothing of a MARAC."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from casework.youth import operations as youth
from tests.factories import youth as made
from tests.factories.groups import a_group
from tests.factories.partnership import APartnership
from tests.factories.referrals import accepted
from tests.web.visitor import Visitor, text_of
from tests.web.young_person import a_young_person

VisitorAs = Callable[[str], Visitor]
OF_YOUTH = ("youth_worker", "school_worker", "housing_worker", "youth_manager", "safeguarding_lead")
OVERSEES = "information_lead"
LEADS_THE_GROUP = "group_chair"
OF_MARAC = ("coordinator", "chair", "police", "referrer", "idva")


class TestAYouthWorkersHome:
    def test_says_what_to_do_next_and_about_whom(self, partnership: APartnership, visitor_as: VisitorAs) -> None:
        made.with_plan(partnership)
        page = text_of(visitor_as("youth_worker").open("/"))
        assert page.index("What to do next") < page.index("My young people")
        assert 'Review the plan <span class="app-duties__about">Jamie Stone</span></a>' in page
        assert "you lead" in page

    def test_tells_of_the_review_and_the_agreement_that_come(
        self, partnership: APartnership, visitor_as: VisitorAs
    ) -> None:
        case_id = made.with_plan(partnership)
        assert "A plan’s next review stands here" in text_of(visitor_as("youth_worker").open("/"))
        partnership.now += timedelta(weeks=7)
        page = text_of(visitor_as("youth_worker").open("/"))
        assert f"/young-people/{case_id}/review" in page
        assert "Agreements that end in 28 days" in page

    def test_says_in_every_empty_place_what_will_stand_there(self, visitor_as: VisitorAs) -> None:
        page = text_of(visitor_as("youth_worker").open("/"))
        for words in (
            "Nothing is owed now",
            "No young person’s file is with you",
            "stands here with its 48 hours",
            "until somebody accepts or declines it",
            "from four weeks before it ends",
            "from two weeks before its day",
        ):
            assert words in page, words


class TestALeadProfessionalOfAnotherAgency:
    def test_has_the_file_on_their_home(self, partnership: APartnership, visitor_as: VisitorAs) -> None:
        permit = {**made.SCHOOL_AND_HOUSING, "school_nursing": made.EVERYTHING}
        case_id = made.with_plan(partnership, permit)
        with made.acting(partnership) as work:
            youth.appoint_lead(
                work,
                case_id=case_id,
                account_id=partnership.account("school_worker"),
                wishes="Tom, says Jamie.",
                reaches_abuser=False,
            )
        page = text_of(visitor_as("school_worker").open("/"))
        assert "Jamie Stone" in page
        assert "you lead" in page
        assert "Review the plan" in page
        assert "you lead" not in text_of(visitor_as("youth_worker").open("/"))


class TestAYouthManagersHome:
    def test_shows_what_a_worker_is_late_with_and_nobody_elses(
        self, partnership: APartnership, visitor_as: VisitorAs
    ) -> None:
        made.with_plan(partnership)
        nothing = "What a worker of your agency is late with stands here"
        assert nothing in text_of(visitor_as("youth_manager").open("/"))
        partnership.now += timedelta(weeks=9)
        manager = visitor_as("youth_manager")
        assert "Plan not reviewed" in text_of(manager.open("/"))
        assert "Waiting for your signature" in text_of(manager.open("/"))
        assert "Plan not reviewed" not in text_of(visitor_as("youth_worker").open("/"))


class TestTheInformationLeadsHome:
    def test_counts_and_names_nobody(self, partnership: APartnership, visitor_as: VisitorAs) -> None:
        a_young_person(partnership)
        page = text_of(visitor_as(OVERSEES).open("/"))
        assert "You are asked: no rule answers" in page
        assert "young people still to be told" in page
        assert "Jamie" not in page


class TestTheGroupChairsHome:
    def test_says_what_will_stand_there_before_there_is_a_group(self, visitor_as: VisitorAs) -> None:
        assert "You lead no group yet" in text_of(visitor_as(LEADS_THE_GROUP).open("/"))

    def test_says_when_the_group_meets_next_and_then_asks_for_the_minutes(
        self, partnership: APartnership, visitor_as: VisitorAs
    ) -> None:
        group = a_group(partnership)
        page = text_of(visitor_as(LEADS_THE_GROUP).open("/"))
        assert f'Next meeting:</b> <a class="govuk-link" href="/group/meeting/{group.meeting}"' in page
        assert "Minutes to approve" not in page
        group.meets("youth_worker", LEADS_THE_GROUP)
        page = text_of(visitor_as(LEADS_THE_GROUP).open("/"))
        assert f'Minutes to approve:</b> <a class="govuk-link" href="/group/meeting/{group.meeting}/lead"' in page
        assert str(group.meetings[1]) in page
        group.goes_out()
        assert "Minutes to approve" not in text_of(visitor_as(LEADS_THE_GROUP).open("/"))


class TestEveryHome:
    def test_of_youth_support_shows_nothing_of_a_marac_and_the_other_way_round(
        self, partnership: APartnership, visitor_as: VisitorAs
    ) -> None:
        accepted(partnership)
        a_young_person(partnership)
        for key in (*OF_YOUTH, OVERSEES, LEADS_THE_GROUP):
            page = text_of(visitor_as(key).open("/"))
            for word in ("MARAC,", "Rounds", "Research", "Whitehouse", "Leanne", "Referrals to decide"):
                assert word not in page, f"{word} for {key}"
        for key in OF_MARAC:
            page = text_of(visitor_as(key).open("/"))
            for word in ("Jamie", "oung people", "Offers waiting", "agreements"):
                assert word not in page, f"{word} for {key}"

    @pytest.mark.parametrize("key", [*OF_YOUTH, OVERSEES, LEADS_THE_GROUP])
    def test_sends_a_dozen_statements_at_most(
        self,
        key: str,
        partnership: APartnership,
        visitor_as: VisitorAs,
        statements: Callable[[], AbstractContextManager[list[str]]],
    ) -> None:
        a_young_person(partnership)
        partnership.now += timedelta(weeks=9)
        visitor = visitor_as(key)
        with statements() as sent:
            visitor.open("/")
        assert len(sent) <= 12, "\n\n".join(sent)
