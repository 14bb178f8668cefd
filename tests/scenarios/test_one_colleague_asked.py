"""A representative asks one colleague about one case: what the colleague can open, until when, and who learns of it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from casework.access.permissions import Purpose, Role
from casework.cases import operations as cases
from casework.cases import queries as case_queries
from casework.conferences import operations as conferences
from casework.conferences import queries as rounds
from casework.conferences.rules import LeftBecause
from casework.duties import queries as duties
from casework.duties.models import Duty
from casework.errors import CaseworkError, Conflict, Invalid, NotFound
from casework.research import operations as research
from casework.research import queries
from casework.research.queries import AskedColleague, QuestionToMe
from casework.research.rules import Fact, Reply
from casework.web import duty_views
from tests.conftest import MailSink
from tests.factories.partnership import APartnership
from tests.team import Person
from tests.web.open_round import OpenRound

DAN = "dan@mail.example.gov.uk"
NEW = "Something new in Casework"


@dataclass
class Told:
    """Karen of housing has asked Dan, a housing officer, about Leanne's case and about no other."""

    round: OpenRound
    dan: Person
    question_id: uuid.UUID

    @property
    def partnership(self) -> APartnership:
        """The partnership."""
        return self.round.partnership

    def opens(self, *, as_: Person | None = None) -> QuestionToMe:
        """Dan, or somebody else, opens the question."""
        person = as_ or self.dan
        with self.partnership.work(person.actor, purpose=Purpose.RESEARCH) as work:
            return queries.question_to_me(work, question_id=self.question_id)

    def accepts(self) -> None:
        """Dan accepts the confidentiality statement for this case."""
        with self.partnership.work(self.dan.actor, purpose=Purpose.RESEARCH) as work:
            research.accept_statement(work, question_id=self.question_id)

    def replies(self, reply: Reply) -> None:
        """Dan tells Karen what he knows."""
        with self.partnership.work(self.dan.actor, purpose=Purpose.RESEARCH) as work:
            research.reply(work, question_id=self.question_id, reply=reply)

    def owes(self) -> list[str]:
        """Where Dan's duties lead him."""
        with self.partnership.work(self.dan.actor) as work:
            owed = duties.my_duties(work)
        lines = duty_views.lines(owed, {}, frozenset(), now=self.partnership.now)
        return [str(one.href) for one in lines]

    def asked_by(self, key: str) -> list[AskedColleague]:
        """Whom somebody's agency has asked, as they see it."""
        with self.partnership.acting(key, Purpose.RESEARCH) as work:
            found = queries.asked_colleagues(work, conference_id=self.round.conference.id)
        return [one for asked in found.values() for one in asked]


def request_of(found: OpenRound, case_id: uuid.UUID, key: str = "housing") -> uuid.UUID:
    """The question to somebody's agency about a case."""
    return next(one.id for one in found.fortnight.asked(key, found.conference) if one.case.id == case_id)


def asks(
    found: OpenRound, who: Person, words: str = "Has anybody seen the children?", key: str = "housing"
) -> uuid.UUID:
    """Karen asks somebody about Leanne's case."""
    request_id = request_of(found, found.leanne, key)
    with found.partnership.acting(key, Purpose.RESEARCH) as work:
        return research.ask_colleague(work, request_id=request_id, account_id=who.account_id, words=words)


def offered(found: OpenRound) -> list[str]:
    """Whom Karen is offered to ask about Leanne's case."""
    request_id = request_of(found, found.leanne)
    with found.partnership.acting("housing", Purpose.RESEARCH) as work:
        return [one.name for one in queries.colleagues_to_ask(work, request_id=request_id)]


@pytest.fixture
def open_round(list_is_out: OpenRound) -> OpenRound:
    """The list is out and housing's representative has accepted the statement."""
    list_is_out.fortnight.accepts_confidentiality(list_is_out.conference, "housing", "police")
    return list_is_out


@pytest.fixture
def dan(open_round: OpenRound) -> Person:
    """Dan Webb, who works for housing and has referred before."""
    return open_round.partnership.person("Dan Webb", Role.REFERRER, agency=open_round.partnership.agencies["housing"])


@pytest.fixture
def told(open_round: OpenRound, dan: Person) -> Told:
    """Dan was asked."""
    return Told(open_round, dan, asks(open_round, dan))


class TestWhoeverIsAsked:
    def test_opens_that_question_and_neither_case_nor_list(self, told: Told) -> None:
        told.accepts()
        opened = told.opens()
        assert opened.asked_by == "Karen Stubbs"
        assert opened.words == "Has anybody seen the children?"
        assert opened.people[0].person.name == "Leanne Whitehouse"
        leanne, conference = told.round.leanne, told.round.conference
        with told.partnership.work(told.dan.actor, purpose=Purpose.RESEARCH) as work:
            assert case_queries.visible_ids(work, case_ids=[leanne, told.round.megan]) == set()
            assert case_queries.case_list(work).total == 0
            for closed in (
                lambda: case_queries.case_record(work, case_id=leanne),
                lambda: queries.own_requests(work, conference_id=conference.id),
                lambda: queries.asked_colleagues(work, conference_id=conference.id),
                lambda: rounds.conference_record(work, conference_id=conference.id),
            ):
                with pytest.raises(CaseworkError):
                    closed()

    def test_sees_nobody_named_before_the_statement_is_accepted(self, told: Told) -> None:
        opened = told.opens()
        assert (opened.is_accepted, opened.words, opened.people, opened.reply) == (False, "", (), {})
        with pytest.raises(Conflict, match="confidentiality"):
            told.replies(Reply())

    def test_is_told_without_content_and_owes_a_reply_to_nobody_else(self, told: Told, mail: MailSink) -> None:
        told.partnership.now += timedelta(minutes=1)
        told.round.fortnight.settle()
        sent = [one for one in mail.messages if one["To"] == DAN]
        assert [one["Subject"] for one in sent][-1] == NEW
        assert "Leanne" not in sent[-1].as_string()
        assert told.owes() == [f"/research/asked/{told.question_id}"]
        with told.partnership.acting("coordinator") as work:
            assert not [one for one in duties.open_duties(work) if one.subject_id == told.question_id]

    def test_replies_to_the_representative_and_to_nobody_else(self, told: Told, mail: MailSink) -> None:
        told.accepts()
        told.replies(Reply(facts=(Fact("Arrears since March.", date(2026, 3, 2)),), opinions=("He keeps the money.",)))
        told.round.fortnight.settle()
        [asked] = told.asked_by("housing")
        assert (asked.name, asked.state, asked.opinions) == ("Dan Webb", "told", ("He keeps the money.",))
        assert asked.facts == (Fact("Arrears since March.", date(2026, 3, 2)),)
        assert told.asked_by("police") == []
        assert told.owes() == []
        karen = told.partnership.people["housing"].email
        assert [one["Subject"] for one in mail.messages if one["To"] == karen][-1] == NEW
        with told.partnership.acting("police", Purpose.RESEARCH) as work:
            shared = queries.shared_about(work, conference_id=told.round.conference.id, case_ids=[told.round.leanne])
        assert {one.state for one in shared[told.round.leanne]} == {"asked"}

    def test_is_not_read_over_the_shoulder_while_writing(self, told: Told) -> None:
        told.accepts()
        with told.partnership.work(told.dan.actor, purpose=Purpose.RESEARCH) as work:
            research.keep_reply(work, question_id=told.question_id, draft={"facts-0-words": "Arre"})
        [asked] = told.asked_by("housing")
        assert (asked.state, asked.facts) == ("asked", ())
        assert told.opens().reply["draft"] == {"facts-0-words": "Arre"}

    def test_can_change_the_reply_until_research_is_due_and_open_nothing_after(self, told: Told) -> None:
        told.accepts()
        told.replies(Reply())
        told.replies(Reply(opinions=("Now I remember.",)))
        told.partnership.now = told.round.conference.research_due_at
        with pytest.raises(NotFound):
            told.opens()

    def test_owes_nothing_any_more_when_the_time_is_over(self, told: Told) -> None:
        told.partnership.now = told.round.conference.research_due_at + timedelta(minutes=1)
        assert told.owes() == []
        assert told.asked_by("housing")[0].is_over
        told.partnership.now += timedelta(minutes=5)
        told.round.fortnight.settle()
        with told.partnership.acting(None) as work:
            ended = work.session.scalar(select(Duty).where(Duty.subject_id == told.question_id))
            assert (ended.state, ended.late_since) == ("lapsed", None)

    def test_loses_it_at_once_when_it_is_taken_back(self, told: Told) -> None:
        told.accepts()
        with told.partnership.acting("housing", Purpose.RESEARCH) as work:
            research.take_question_back(work, question_id=told.question_id)
        with pytest.raises(NotFound):
            told.opens()
        assert told.owes() == []
        assert told.asked_by("housing") == []
        assert "Dan Webb" in offered(told.round)

    def test_opens_the_new_question_alone_when_asked_again(self, told: Told) -> None:
        with told.partnership.acting("housing", Purpose.RESEARCH) as work:
            research.take_question_back(work, question_id=told.question_id)
        again = Told(told.round, told.dan, asks(told.round, told.dan, "And the dog?"))
        assert again.opens().asked_by == "Karen Stubbs"
        with pytest.raises(NotFound):
            told.opens()

    def test_loses_it_when_the_case_leaves_the_list(self, told: Told) -> None:
        listing = told.round.listing(told.round.leanne)
        with told.partnership.acting("coordinator", Purpose.CONFERENCE) as work:
            conferences.withdraw_listing(work, listing_id=listing.id, because=LeftBecause.MOVED_AWAY)
        with pytest.raises(NotFound):
            told.opens()

    def test_loses_it_when_a_conflict_comes_to_light(self, told: Told) -> None:
        told.accepts()
        with told.partnership.acting("coordinator", Purpose.OVERSIGHT) as work:
            cases.block(work, case_id=told.round.leanne, account_id=told.dan.account_id, reason="His sister.")
        with pytest.raises(NotFound):
            told.opens()
        assert told.owes() == []

    def test_stands_among_those_who_could_open_something_of_the_case(self, told: Told) -> None:
        with told.partnership.acting("coordinator", Purpose.OVERSIGHT) as work:
            access = case_queries.case_access(work, case_id=told.round.leanne)
        [given] = [one for one in access.standings if one.account_id == told.dan.account_id]
        assert (given.kind, given.until_at) == ("asked_colleague", told.round.conference.research_due_at)


class TestWhoCanBeAsked:
    def test_is_a_frontline_colleague_of_the_same_agency_once(self, open_round: OpenRound, dan: Person) -> None:
        open_round.partnership.person(
            "Eve Marsh", Role.REPRESENTATIVE, agency=open_round.partnership.agencies["housing"]
        )
        assert offered(open_round) == ["Dan Webb"]
        asks(open_round, dan)
        assert offered(open_round) == []
        with pytest.raises(Invalid):
            asks(open_round, dan)

    def test_is_nobody_of_another_agency(self, open_round: OpenRound) -> None:
        with pytest.raises(Invalid):
            asks(open_round, open_round.partnership.people["referrer"])

    def test_leaves_out_without_a_word_who_is_blocked(self, open_round: OpenRound, dan: Person) -> None:
        with open_round.partnership.acting("coordinator", Purpose.OVERSIGHT) as work:
            cases.block(work, case_id=open_round.leanne, account_id=dan.account_id, reason="His sister.")
        assert offered(open_round) == []
        with pytest.raises(Invalid):
            asks(open_round, dan)


class TestAQuestionOfAnotherAgency:
    def test_is_not_there(self, told: Told) -> None:
        for verb in (research.take_question_back, research.take_reply_over):
            with told.partnership.acting("police", Purpose.RESEARCH) as work, pytest.raises(NotFound):
                verb(work, question_id=told.question_id)
        grace = told.partnership.people["midwife"]
        with pytest.raises(NotFound):
            told.opens(as_=grace)
