"""A first referral's way: triage, list, research, sitting, actions, and the minutes in each agency's hands."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from casework.access.permissions import Purpose
from casework.actions import operations as actions
from casework.actions import queries as action_queries
from casework.cases import queries as cases
from casework.clock import london_date
from casework.conferences import operations as conferences
from casework.duties import queries as duties
from casework.errors import Conflict, Invalid, NotFound
from casework.minutes import operations as minutes
from casework.minutes import queries as minute_queries
from casework.notifications import queries as notices
from casework.referrals import operations as referrals
from casework.referrals import queries as referral_queries
from casework.referrals.rules import ContactOutcome
from tests.conftest import MailSink
from tests.factories.partnership import CORE
from tests.scenarios.fortnight import ASSAULT, Fortnight


def owed(fortnight: Fortnight, key: str) -> list[str]:
    with fortnight.partnership.acting(key) as work:
        return sorted(duty.kind for duty in duties.my_duties(work))


class TestAFirstReferral:
    def test_is_decided_by_the_coordinator_and_becomes_a_case_on_the_next_list(self, fortnight: Fortnight) -> None:
        referral_id = fortnight.refers()
        assert owed(fortnight, "coordinator") == ["referral_triage"]
        with fortnight.partnership.acting("coordinator", Purpose.TRIAGE) as work:
            [line] = referral_queries.inbox(work)
            case_id = referrals.accept(work, referral_id=referral_id)
        assert (line.id, line.victim_name, line.candidates) == (referral_id, "Leanne Whitehouse", 0)
        fortnight.settle()

        conference = fortnight.round()
        [listing] = fortnight.listed(conference)
        assert listing.case.id == case_id
        assert (listing.is_repeat, listing.is_late, listing.position) == (False, False, None)
        assert owed(fortnight, "coordinator") == []
        # She lives in the south, so the north never hears of it.
        assert fortnight.listed(fortnight.round(marac="north")) == []

    def test_reaches_the_idva_the_same_day_and_nobody_else_before_the_list(
        self, fortnight: Fortnight, mail: MailSink
    ) -> None:
        fortnight.settle()
        mail.recipients.clear()
        case_id = fortnight.case_for()
        assert owed(fortnight, "idva") == ["idva_contact"]
        assert mail.recipients == [fortnight.partnership.people["idva"].email]
        seen = {key: fortnight.sees(key, case_id) for key in fortnight.partnership.people}
        assert {key for key, sees in seen.items() if sees} == {
            "coordinator", "second_coordinator", "administrator", "idva",
        }  # fmt: skip
        with fortnight.partnership.acting("idva", Purpose.SUPPORT) as work:
            [duty] = duties.my_duties(work)
            referrals.record_contact(
                work, referral_id=duty.subject_id, outcome=ContactOutcome.REACHED, words="She is safe at her mother's."
            )
        assert owed(fortnight, "idva") == []

    def test_is_asked_of_every_core_agency_when_the_list_goes_out(self, fortnight: Fortnight) -> None:
        case_id = fortnight.case_for()
        before = fortnight.round()
        fortnight.partnership.now = before.list_out_at - timedelta(minutes=2)
        fortnight.settle()
        assert fortnight.asked("housing", before) == []
        conference = fortnight.list_goes_out()
        assert conference.state == "list_out"
        with fortnight.partnership.acting("coordinator") as work:
            squares = duties.open_duties(work, kinds=["research_answer"])
        assert {square.owed_by_agency_id for square in squares} == {
            fortnight.partnership.agencies[slug] for slug in CORE
        }
        assert {square.due_at for square in squares} == {conference.research_due_at}
        fortnight.accepts_confidentiality(conference, "housing")
        [question] = fortnight.asked("housing", conference)
        assert question.case.id == case_id
        assert [member.person.name for member in question.people] == [
            "Leanne Whitehouse",
            "Piotr Patel",
            "Siân Whitehouse",
        ]

    def test_is_heard_with_risks_actions_and_who_tells_her(self, fortnight: Fortnight) -> None:
        case_id = fortnight.case_for()
        conference = fortnight.list_goes_out()
        fortnight.accepts_confidentiality(conference, "housing", "police", "idva")
        fortnight.answers("police", conference, case_id, ASSAULT)
        fortnight.answers("housing", conference, case_id)
        fortnight.sitting_begins(conference, "police", "housing", "idva")
        with (
            fortnight.partnership.acting("coordinator", Purpose.CONFERENCE) as work,
            pytest.raises(Conflict, match="1 of the listed cases"),
        ):
            conferences.end_sitting(work, conference_id=conference.id)
        by_when = conference.sits_on + timedelta(days=5)
        [action_id] = fortnight.hears(conference, case_id, ("housing", "Offer a lock change", by_when))
        fortnight.sitting_ends(conference)

        with fortnight.partnership.acting("housing", Purpose.ACTIONS) as work:
            [action] = action_queries.my_actions(work)
        assert (action.id, action.what, action.due_on, action.may_report) == (
            action_id,
            "Offer a lock change",
            by_when,
            True,
        )
        assert owed(fortnight, "housing") == ["action_report", "flag_raise"]
        assert owed(fortnight, "idva") == ["flag_raise", "idva_contact", "tell_victim"]
        with fortnight.partnership.acting("coordinator", Purpose.CONFERENCE) as work:
            record = cases.case_record(work, case_id=case_id)
        assert (record.line.state, record.line.last_conference_on) == ("actions_live", conference.sits_on)

    def test_ends_in_minutes_that_each_agency_reads_and_reports_on(self, fortnight: Fortnight, mail: MailSink) -> None:
        case_id = fortnight.case_for()
        conference = fortnight.list_goes_out()
        fortnight.accepts_confidentiality(conference, "housing", "police")
        fortnight.answers("police", conference, case_id, ASSAULT)
        fortnight.sitting_begins(conference, "police", "housing")
        [action_id] = fortnight.hears(conference, case_id, ("housing", "Offer a lock change", date(2026, 12, 14)))
        fortnight.sitting_ends(conference)
        with (
            fortnight.partnership.acting("housing", Purpose.CONFERENCE) as work,
            pytest.raises(NotFound),
        ):
            minute_queries.own_copy(work, conference_id=conference.id)
        mail.recipients.clear()
        fortnight.minutes_go_out(conference)

        assert london_date(fortnight.partnership.now) == conference.sits_on
        with fortnight.partnership.acting("housing", Purpose.CONFERENCE) as work:
            copy = minute_queries.own_copy(work, conference_id=conference.id)
            minutes.open_copy(work, conference_id=conference.id)
        [minuted] = copy.document.cases
        assert minuted.who == "Leanne Whitehouse, and Piotr Patel, 1 child"
        assert [(one.agency, [fact.words for fact in one.facts]) for one in minuted.information] == [
            ("Vale police", ["Two call-outs to the address, the last with injuries."])
        ]
        assert [(one.owner, one.what) for one in minuted.actions] == [("Vale housing", "Offer a lock change")]
        assert (minuted.teller, minuted.tell_how) == ("Vale idva service", "By phone at the agreed times.")
        assert set(mail.recipients) == {fortnight.partnership.people[key].email for key in ("police", "housing")}

        with fortnight.partnership.acting("housing", Purpose.ACTIONS) as work:
            with pytest.raises(Invalid):
                actions.report(work, action_id=action_id, outcome="done", what_happened=" ")
            actions.report(work, action_id=action_id, outcome="done", what_happened="Locks changed on Friday.")
        with fortnight.partnership.acting("coordinator", Purpose.CONFERENCE) as work:
            assert cases.case_record(work, case_id=case_id).line.state == "actions_done"

    def test_puts_nothing_of_the_case_into_any_mail(self, fortnight: Fortnight, mail: MailSink) -> None:
        case_id = fortnight.case_for()
        conference = fortnight.list_goes_out()
        fortnight.accepts_confidentiality(conference, "housing")
        fortnight.goes_on_to(conference.sits_on, conference.marac.sits_at_time)
        fortnight.sitting_begins(conference)
        fortnight.hears(conference, case_id, ("housing", "Offer a lock change", date(2026, 12, 14)))
        fortnight.sitting_ends(conference)
        fortnight.minutes_go_out(conference)
        with fortnight.partnership.acting(None) as work:
            number = cases.case_lines(work, case_ids=[case_id])[case_id].number
            assert notices.counts(work)["sent"] == len(mail.messages)
        everything = "\n".join(message.as_string() for message in mail.messages)
        assert len(mail.messages) > 10
        for word in ("Leanne", "Whitehouse", "Piotr", "Patel", number, "lock", "Vale housing", str(case_id)):
            assert word not in everything
