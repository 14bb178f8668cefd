"""Reminders of what is owed: one mail a person a morning whatever it stands for, and none for what is done."""

from __future__ import annotations

from collections import Counter
from datetime import date
from email.utils import parsedate_to_datetime

import pytest
from sqlalchemy import func, select

from casework.clock import london_date
from casework.conferences.queries import ConferenceRecord
from casework.documents.mails import TEMPLATES, MailTemplate
from casework.notifications.models import NoticeReminder
from tests.conftest import MailSink
from tests.scenarios.fortnight import Fortnight
from workers import posting

SUBJECT = TEMPLATES[MailTemplate.REMINDER].subject.format(service_name=posting.SERVICE)


@pytest.fixture
def conference(fortnight: Fortnight) -> ConferenceRecord:
    """A round whose list of three cases is out."""
    for number in range(3):
        fortnight.case_for(fortnight.couple(number))
    return fortnight.list_goes_out()


def reminded(mail: MailSink) -> Counter[tuple[str, date]]:
    """Count the reminders that each address got on each London day."""
    return Counter(
        (recipient, london_date(parsedate_to_datetime(message["Date"])))
        for recipient, message in zip(mail.recipients, mail.messages, strict=True)
        if message["Subject"] == SUBJECT
    )


class TestWhoOwesSeveralThings:
    def test_gets_one_mail_a_morning_for_all_of_them(
        self, fortnight: Fortnight, conference: ConferenceRecord, mail: MailSink
    ) -> None:
        fortnight.goes_on_to(conference.sits_on)
        counted = reminded(mail)
        assert set(counted.values()) == {1}
        housing = fortnight.partnership.people["housing"].email
        assert len([day for recipient, day in counted if recipient == housing]) >= 2
        with fortnight.partnership.acting(None) as work:
            gathered = work.session.scalars(
                select(func.count()).select_from(NoticeReminder).group_by(NoticeReminder.notice_id)
            ).all()
        assert max(gathered) >= 3, "three cases are owed in one mail"


class TestWhoHasDoneIt:
    def test_gets_no_reminder_of_it(self, fortnight: Fortnight, conference: ConferenceRecord, mail: MailSink) -> None:
        people = fortnight.partnership.people
        fortnight.accepts_confidentiality(conference, "housing", "probation")
        for request in fortnight.asked("housing", conference):
            fortnight.answers("housing", conference, request.case.id)
        fortnight.goes_on_to(conference.sits_on)
        recipients = {recipient for recipient, _ in reminded(mail)}
        assert people["housing"].email not in recipients
        assert people["probation"].email in recipients
