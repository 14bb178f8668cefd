"""Mails and calendar entries: they arrive whole, and nothing in them is about anybody."""

from __future__ import annotations

import email
import email.policy
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from icalendar import Calendar

from casework.documents.invitation import Method, Sitting, build_invitation, is_content_free
from casework.documents.mails import (
    ACCOUNT_TEMPLATES,
    TEMPLATES,
    MailTemplate,
    build_mail,
    matches_template,
    message_id,
)

SERVICE = "Staffordshire Casework"
BASE = "https://casework.example.gov.uk"
NOTICE = uuid.UUID("00000000-0000-4000-8000-00000000002a")
MESSAGE_ID = message_id(notice_id=NOTICE, host="casework.example.gov.uk")
SENT_AT = datetime(2026, 12, 9, 8, 0, tzinfo=UTC)
SITTING = Sitting(
    id=uuid.UUID("00000000-0000-4000-8000-000000000007"),
    sequence=0,
    starts_at=datetime(2027, 3, 31, 8, 30, tzinfo=UTC),
    ends_at=datetime(2027, 3, 31, 11, 30, tzinfo=UTC),
    venue="Civic Centre, Codsall; room 2",
)


def entry(method: Method = Method.REQUEST, sitting: Sitting = SITTING) -> bytes:
    return build_invitation(
        sitting,
        method=method,
        service_name=SERVICE,
        base_url=BASE,
        organiser="no-reply@casework.example.gov.uk",
        attendee="jo.tonks@housing.example.gov.uk",
        made_at=SENT_AT,
    )


def mail(code: MailTemplate, **given: Any) -> EmailMessage:
    method = TEMPLATES[code].method
    settings: dict[str, Any] = {
        "template": code,
        "service_name": SERVICE,
        "base_url": BASE,
        "sender": "no-reply@casework.example.gov.uk",
        "recipient": "jo.tonks@housing.example.gov.uk",
        "message_id": MESSAGE_ID,
        "sent_at": SENT_AT,
        "invitation": entry(method) if method else None,
    }
    return build_mail(**settings | given)


def delivered(sent: EmailMessage) -> EmailMessage:
    """The mail as the other side reads it, with what servers put in front."""
    raw = b"Received: from a by b\r\nX-Peer: ('127.0.0.1', 5)\r\n" + sent.as_bytes(policy=email.policy.SMTP)
    return email.message_from_bytes(raw, policy=email.policy.default)


def recognised(sent: EmailMessage) -> MailTemplate | None:
    return matches_template(delivered(sent), service_name=SERVICE, base_url=BASE)


class TestEveryMail:
    @pytest.mark.parametrize("template", MailTemplate)
    def test_is_recognised_word_for_word_when_it_arrives(self, template: MailTemplate) -> None:
        assert recognised(mail(template)) is template
        assert recognised(mail(template, path="actions/mine")) is template

    @pytest.mark.parametrize("template", MailTemplate)
    def test_has_the_one_message_id_of_its_notice(self, template: MailTemplate) -> None:
        assert mail(template)["Message-ID"] == mail(template, sent_at=datetime(2026, 12, 10, tzinfo=UTC))["Message-ID"]
        assert mail(template)["Message-ID"] == "<0000000000004000800000000000002a@casework.example.gov.uk>"

    @pytest.mark.parametrize("template", MailTemplate)
    def test_goes_to_one_person_and_asks_for_no_automatic_answer(self, template: MailTemplate) -> None:
        sent = mail(template)
        assert sent["To"] == "jo.tonks@housing.example.gov.uk"
        assert sent["Auto-Submitted"] == "auto-generated"

    @pytest.mark.parametrize("template", MailTemplate)
    def test_has_only_a_service_name_and_a_link_to_fill_in(self, template: MailTemplate) -> None:
        wording = TEMPLATES[template]
        assert wording.subject.replace("{service_name}", "").count("{") == 0
        assert wording.body.replace("{service_name}", "").replace("{link}", "", 1).count("{") == 0

    @pytest.mark.parametrize("template", MailTemplate)
    def test_says_nothing_of_what_the_service_is_for(self, template: MailTemplate) -> None:
        said = (TEMPLATES[template].subject + TEMPLATES[template].body).lower()
        for word in (
            "marac",
            "victim",
            "perpetrator",
            "abuse",
            "case ",
            "conference",
            "referral",
            "police",
            "agency",
            "risk",
        ):
            assert word not in said

    def test_has_a_subject_of_its_own(self) -> None:
        assert len({wording.subject for wording in TEMPLATES.values()}) == len(MailTemplate)


class TestAMailThatCouldCarrySomething:
    @pytest.mark.parametrize(
        "path",
        [
            "cases/7b0c6c4e-8f0a-4b7e-9df7-1f1d9f7f0f11",
            "cases/M26-0042",
            "people?name=whitehouse",
            "people/Leanne",
            "accounts/" + "a1B2" * 10,
            "../x",
            "a b",
            "https://elsewhere.example",
            "#victim",
        ],
    )
    def test_is_not_built_when_its_link_has_more_than_plain_words(self, path: str) -> None:
        with pytest.raises(ValueError, match="plain words"):
            mail(MailTemplate.REMINDER, path=path)

    @pytest.mark.parametrize("template", sorted(ACCOUNT_TEMPLATES))
    def test_may_have_one_token_when_it_is_about_an_account(self, template: MailTemplate) -> None:
        assert recognised(mail(template, path="account/" + "a1B2" * 10)) is template

    def test_is_not_built_from_an_unknown_template(self) -> None:
        with pytest.raises(ValueError, match="gossip"):
            mail(MailTemplate.REMINDER, template="gossip")

    @pytest.mark.parametrize("field", ["recipient", "sender", "service_name", "message_id"])
    def test_is_not_built_when_a_line_break_would_make_a_header(self, field: str) -> None:
        with pytest.raises(ValueError, match=r".+"):
            mail(MailTemplate.REMINDER, **{field: "a@b.example.gov.uk\r\nBcc: c@d.example.gov.uk"})

    def test_is_not_built_with_a_calendar_entry_that_its_template_does_not_have(self) -> None:
        with pytest.raises(ValueError, match="calendar"):
            mail(MailTemplate.REMINDER, invitation=entry())
        with pytest.raises(ValueError, match="calendar"):
            mail(MailTemplate.SITTING_PLANNED, invitation=None)


class TestAMailThatWasTamperedWith:
    def changed(self, old: str, new: str, template: MailTemplate = MailTemplate.REMINDER) -> MailTemplate | None:
        raw = delivered(mail(template)).as_string()
        assert old in raw
        tampered = email.message_from_string(raw.replace(old, new, 1), policy=email.policy.default)
        return matches_template(tampered, service_name=SERVICE, base_url=BASE)

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("Subject: You have", "Subject: Leanne: You have"),
            ("There is something", "About Leanne: there is something"),
            ("This message says nothing more", "Leanne. This message says nothing more"),
            (f"{BASE}/", f"{BASE}/cases/M26-0042"),
            (f"{BASE}/", f"{BASE}/?name=leanne"),
            (f"{BASE}/", "https://elsewhere.example/"),
            ("Auto-Submitted: auto-generated", "Auto-Submitted: auto-generated\nX-Case: M26-0042"),
            ("Auto-Submitted: auto-generated", "Auto-Submitted: auto-generated\nCc: x@y.example.gov.uk"),
            ("Message-ID: <0000000000004000800000000000002a@", "Message-ID: <leanne-whitehouse@"),
            (f"From: {SERVICE}", "From: Leanne Whitehouse"),
            ("text/plain", "text/html"),
            ("To: jo.tonks", "To: Leanne Whitehouse <x@y.example.gov.uk>, jo.tonks"),
            ("To: jo.tonks@housing.example.gov.uk", "To: Leanne Whitehouse <jo.tonks@housing.example.gov.uk>"),
            ("To: jo.tonks@housing.example.gov.uk", "To:"),
        ],
    )
    def test_is_not_recognised(self, old: str, new: str) -> None:
        assert self.changed(old, new) is None

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (f"SUMMARY:Meeting ({SERVICE})", "SUMMARY:Leanne Whitehouse"),
            ("TRANSP:OPAQUE", "TRANSP:OPAQUE\nCOMMENT:Leanne Whitehouse"),
            ("COMMENT:This timezone", "COMMENT:Leanne Whitehouse. This timezone"),
            ("ATTENDEE;RSVP=FALSE", 'ATTENDEE;CN="Leanne";RSVP=FALSE'),
            ('method="REQUEST"', 'method="PUBLISH"'),
            ("END:VEVENT", "END:VEVENT\nBEGIN:VTODO\nSUMMARY:Leanne\nEND:VTODO"),
        ],
    )
    def test_in_its_calendar_entry_is_not_recognised(self, old: str, new: str) -> None:
        assert self.changed(old, new, MailTemplate.SITTING_PLANNED) is None

    def test_is_recognised_again_when_nothing_was_changed(self) -> None:
        assert self.changed("There is something", "There is something") is MailTemplate.REMINDER
        assert (
            self.changed("TRANSP:OPAQUE", "TRANSP:OPAQUE", MailTemplate.SITTING_PLANNED) is MailTemplate.SITTING_PLANNED
        )

    def test_is_not_recognised_with_something_attached(self) -> None:
        sent = mail(MailTemplate.REMINDER)
        sent.add_attachment(b"Leanne", maintype="application", subtype="octet-stream", filename="minutes.pdf")
        assert recognised(sent) is None


class TestACalendarEntry:
    def test_says_when_and_where_in_londons_time(self) -> None:
        (event,) = Calendar.from_ical(entry()).walk("VEVENT")
        assert str(event["DTSTART"].dt) == "2027-03-31 09:30:00+01:00"
        assert event["DTSTART"].params["TZID"] == "Europe/London"
        assert str(event["LOCATION"]) == "Civic Centre, Codsall; room 2"

    def test_brings_the_zones_rules_along(self) -> None:
        (zone,) = Calendar.from_ical(entry()).walk("VTIMEZONE")
        assert str(zone["TZID"]) == "Europe/London"
        assert b"20270328T0" in entry()

    def test_keeps_its_name_when_the_sitting_moves_and_counts_up(self) -> None:
        moved = replace(SITTING, sequence=1, starts_at=datetime(2027, 3, 31, 9, 0, tzinfo=UTC))
        first, second = (Calendar.from_ical(entry(sitting=sitting)).walk("VEVENT")[0] for sitting in (SITTING, moved))
        assert first["UID"] == second["UID"] == "00000000000040008000000000000007@casework.example.gov.uk"
        assert (first["SEQUENCE"], second["SEQUENCE"]) == (0, 1)

    def test_is_taken_off_the_calendar_by_its_cancellation(self) -> None:
        calendar = Calendar.from_ical(entry(Method.CANCEL))
        assert calendar["METHOD"] == "CANCEL"
        assert calendar.walk("VEVENT")[0]["STATUS"] == "CANCELLED"
        assert Calendar.from_ical(entry())["METHOD"] == "REQUEST"

    def test_shows_nobody_who_else_comes(self) -> None:
        assert entry().count(b"ATTENDEE") == 1

    @pytest.mark.parametrize("venue", ["A" * 200, "Tŷ Codsall\\, 1", "Line\nbreak", 'Room "2"'])
    def test_is_recognised_whatever_the_venue_is_called(self, venue: str) -> None:
        written = entry(sitting=replace(SITTING, venue=venue))
        assert is_content_free(written, method=Method.REQUEST, service_name=SERVICE, base_url=BASE)

    def test_is_not_recognised_when_it_is_no_entry(self) -> None:
        for written in (b"", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", b"Leanne"):
            assert not is_content_free(written, method=Method.REQUEST, service_name=SERVICE, base_url=BASE)

    def test_needs_zones_and_an_end_after_its_start(self) -> None:
        with pytest.raises(ValueError, match="time zone"):
            entry(sitting=replace(SITTING, starts_at=datetime(2027, 3, 31, 8, 30)))  # noqa: DTZ001
        with pytest.raises(ValueError, match="ends after"):
            entry(sitting=replace(SITTING, ends_at=SITTING.starts_at))
