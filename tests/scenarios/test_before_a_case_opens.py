"""What must come before a case opens: a protocol in force, a role, standing, and the round's confidentiality statement."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from casework.access.permissions import Purpose, Role
from casework.agencies import operations as agencies
from casework.audit.models import AuditEntry
from casework.cases import queries as cases
from casework.conferences import queries as rounds
from casework.duties import queries as duties
from casework.errors import Invalid, NotFound
from casework.minutes import queries as minutes
from casework.partnerships import operations as partnerships
from tests.conftest import MailSink
from tests.scenarios.fortnight import Fortnight
from tests.scenarios.reads import Known, everything_read_by


@pytest.fixture
def case_id(fortnight: Fortnight) -> uuid.UUID:
    """A case on the list that is out."""
    case_id = fortnight.case_for()
    fortnight.list_goes_out()
    return case_id


class TestConfidentiality:
    def test_comes_before_any_case_of_the_round_opens(self, fortnight: Fortnight, case_id: uuid.UUID) -> None:
        conference = fortnight.round()
        for who in ("housing", "chair"):
            assert not fortnight.sees(who, case_id)
            assert fortnight.listed(conference, as_=who) == []
            fortnight.accepts_confidentiality(conference, who)
            assert fortnight.sees(who, case_id)
            assert [one.case.id for one in fortnight.listed(conference, as_=who)] == [case_id]
        assert fortnight.asked("probation", conference) == []

    def test_is_owed_by_everybody_who_speaks_for_an_agency_on_the_list_and_by_nobody_else(
        self, fortnight: Fortnight, case_id: uuid.UUID
    ) -> None:
        owing = set()
        for who in fortnight.partnership.people:
            with fortnight.partnership.acting(who) as work:
                if "confidentiality" in {duty.kind for duty in duties.my_duties(work)}:
                    owing.add(who)
        assert owing == {"police", "housing", "probation", "idva"}
        fortnight.accepts_confidentiality(fortnight.round(), "housing")
        with fortnight.partnership.acting("housing") as work:
            assert [duty.kind for duty in duties.my_duties(work)] == ["research_answer"]

    def test_of_one_round_opens_no_other(self, fortnight: Fortnight, case_id: uuid.UUID) -> None:
        fortnight.accepts_confidentiality(fortnight.round(1), "housing")
        assert not fortnight.sees("housing", case_id)

    def test_is_not_asked_of_the_idva_who_supports_her(self, fortnight: Fortnight, case_id: uuid.UUID) -> None:
        assert fortnight.sees("idva", case_id)

    def test_refused_leaves_the_reason_in_the_trail_and_nowhere_else(
        self, fortnight: Fortnight, case_id: uuid.UUID
    ) -> None:
        with (
            pytest.raises(NotFound) as refused,
            fortnight.partnership.acting("housing", Purpose.CONFERENCE) as work,
        ):
            cases.case_record(work, case_id=case_id)
        assert "confidential" not in str(refused.value).lower()
        with fortnight.partnership.acting(None) as work:
            reasons = work.session.scalars(
                select(AuditEntry.reason).where(AuditEntry.subject_id == case_id, AuditEntry.outcome == "refused")
            ).all()
        assert reasons == ["confidentiality"]


class TestTheProtocol:
    def unsigned(self, fortnight: Fortnight) -> str:
        """A core agency that has joined and not signed, with its representative."""
        partnership = fortnight.partnership
        with partnership.work() as work:
            agency_id = agencies.register_agency(work, slug="ambulance", name="Vale ambulance")
            partnerships.add_agency(work, agency_id=agency_id, joined_on=date(2026, 11, 1))
        partnership.agencies["ambulance"] = agency_id
        partnership.people["ambulance"] = partnership.person("Zoe Marlow", Role.REPRESENTATIVE, agency=agency_id)
        return "ambulance"

    def test_not_signed_means_no_list_no_question_no_mail_no_minutes(
        self, fortnight: Fortnight, mail: MailSink
    ) -> None:
        who = self.unsigned(fortnight)
        fortnight.settle()
        case_id = fortnight.case_for()
        fortnight.settle()
        before = len(mail.messages)
        conference = fortnight.list_goes_out()
        fortnight.accepts_confidentiality(conference, who, "housing")
        assert not fortnight.sees(who, case_id)
        assert fortnight.listed(conference, as_=who) == []
        assert fortnight.asked(who, conference) == []
        fortnight.sitting_begins(conference)
        fortnight.hears(conference, case_id)
        fortnight.sitting_ends(conference)
        fortnight.minutes_go_out(conference)
        with fortnight.partnership.acting(who, Purpose.CONFERENCE) as work, pytest.raises(NotFound):
            minutes.own_copy(work, conference_id=conference.id)
        with fortnight.partnership.acting(who) as work:
            assert duties.my_duties(work) == ()
        email = fortnight.partnership.people[who].email
        # The calendar says when the table sits, which nobody needs a protocol to know; nothing else comes.
        subjects = {str(message["Subject"]) for message in mail.messages[before:] if message["To"] == email}
        assert subjects <= {"A meeting for your calendar from Casework"}
        assert "Leanne" not in everything_read_by(fortnight.partnership, who, Known.of(fortnight.partnership))
        assert "Leanne" in everything_read_by(fortnight.partnership, "housing", Known.of(fortnight.partnership))

    def test_not_signed_cannot_take_on_an_action(self, fortnight: Fortnight) -> None:
        self.unsigned(fortnight)
        case_id = fortnight.case_for()
        conference = fortnight.list_goes_out()
        fortnight.sitting_begins(conference)
        with pytest.raises(Invalid) as refused:
            fortnight.agrees(
                fortnight.listing(conference, case_id), "ambulance", "Mark the address", conference.sits_on
            )
        assert [error.field for error in refused.value.errors] == ["owner_agency"]

    def test_signed_later_opens_from_the_next_list_on(self, fortnight: Fortnight) -> None:
        who = self.unsigned(fortnight)
        case_id = fortnight.case_for()
        conference = fortnight.list_goes_out()
        fortnight.accepts_confidentiality(conference, who)
        with fortnight.partnership.work() as work:
            partnerships.sign_protocol(
                work,
                agency_id=fortnight.partnership.agencies[who],
                version="2026",
                signed_on=fortnight.today,
                expires_on=date(2028, 1, 1),
            )
        fortnight.partnership._actors.clear()
        assert not fortnight.sees(who, case_id), "it was not asked about this one"
        fortnight.partnership.now += timedelta(hours=1)
        later = fortnight.case_for(fortnight.couple(1))
        conference = fortnight.list_goes_out(1)
        fortnight.accepts_confidentiality(conference, who)
        assert fortnight.sees(who, later)

    def test_that_expires_shuts_the_case_from_that_day_on(self, fortnight: Fortnight, case_id: uuid.UUID) -> None:
        conference = fortnight.round()
        fortnight.accepts_confidentiality(conference, "housing")
        with fortnight.partnership.work() as work:
            partnerships.sign_protocol(
                work,
                agency_id=fortnight.partnership.housing,
                version="2026",
                signed_on=date(2026, 1, 1),
                expires_on=date(2026, 12, 3),
            )
        fortnight.partnership._actors.clear()
        fortnight.comes_to(date(2026, 12, 2))
        assert fortnight.sees("housing", case_id)
        fortnight.comes_to(date(2026, 12, 3))
        assert not fortnight.sees("housing", case_id)
        assert "Leanne" not in everything_read_by(fortnight.partnership, "housing", Known.of(fortnight.partnership))
        with fortnight.partnership.acting("housing", Purpose.CONFERENCE) as work:
            assert rounds.listings(work, conference_id=conference.id) == ()

    def test_that_has_expired_brings_no_copy_of_the_minutes(self, fortnight: Fortnight, case_id: uuid.UUID) -> None:
        conference = fortnight.round()
        fortnight.accepts_confidentiality(conference, "housing", "police")
        fortnight.sitting_begins(conference)
        fortnight.hears(conference, case_id, ("housing", "Offer a lock change", date(2026, 12, 14)))
        fortnight.sitting_ends(conference)
        with fortnight.partnership.work() as work:
            partnerships.sign_protocol(
                work,
                agency_id=fortnight.partnership.housing,
                version="2026",
                signed_on=date(2026, 1, 1),
                expires_on=conference.sits_on,
            )
        fortnight.partnership._actors.clear()
        fortnight.minutes_go_out(conference)
        with fortnight.partnership.acting("housing", Purpose.CONFERENCE) as work, pytest.raises(NotFound):
            minutes.own_copy(work, conference_id=conference.id)
        with fortnight.partnership.acting("police", Purpose.CONFERENCE) as work:
            assert len(minutes.own_copy(work, conference_id=conference.id).document.cases) == 1
