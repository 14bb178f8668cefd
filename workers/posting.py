"""Sending the notices that are due: claimed and counted, sent over one connection, noted. Nothing is lost when the server is down.

SMTP cannot say exactly once: when the server's answer is lost the notice is tried again under the same Message-ID. It says nothing
of anybody, so a second copy harms nobody (docs/adr/0010-notices.md).
"""

from __future__ import annotations

import smtplib
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from email.message import EmailMessage
from urllib.parse import urlsplit

import structlog

from casework.access.actors import SYSTEM
from casework.access.permissions import Purpose
from casework.accounts import operations as account_operations
from casework.accounts import queries as accounts
from casework.accounts.queries import Address
from casework.conferences import queries as conferences
from casework.documents import invitation, mails
from casework.documents.mails import MailTemplate
from casework.notifications import operations as notifications
from casework.notifications.operations import Claimed, SendResult
from casework.work import Stores, UnitOfWork
from config.settings import Settings

SERVICE = "Casework"
TIMEOUT_SECONDS = 20
PATHS: Mapping[MailTemplate, str] = {
    MailTemplate.REMINDER: "duties",
    MailTemplate.SOMETHING_NEW: "",
    MailTemplate.SOMETHING_RETURNED: "referrals",
    MailTemplate.DOCUMENT_READY: "minutes",
}
log = structlog.get_logger()


def send_due(stores: Stores, settings: Settings, partnership_id: uuid.UUID, moment: datetime) -> int:
    """Send every notice of a partnership that is due at `moment` (UTC). Returns how many the mail server took."""
    sent = 0
    while True:
        with _system(stores, partnership_id, moment) as work:
            claimed = notifications.claim_due(work)
        if not claimed:
            return sent
        mailings = _mailings(stores, settings, partnership_id, moment, claimed)
        results = _post(settings, mailings)
        with _system(stores, partnership_id, moment) as work:
            notifications.note_results(work, results=results)
        sent += sum(result.was_sent for result in results)
        if not any(result.was_sent for result in results):
            return sent


def _system(stores: Stores, partnership_id: uuid.UUID, moment: datetime) -> UnitOfWork:
    return UnitOfWork(stores, actor=SYSTEM, now=moment, partnership_id=partnership_id, purpose=Purpose.SCHEDULED)


def _mailings(
    stores: Stores, settings: Settings, partnership_id: uuid.UUID, moment: datetime, claimed: list[Claimed]
) -> list[tuple[Claimed, EmailMessage]]:
    """Look up, at this moment, who may still get each notice and where, and write the mails; withdraw the others."""
    with _system(stores, partnership_id, moment) as work:
        invited = {one.recipient_account_id for one in claimed if one.template is MailTemplate.ACCOUNT_INVITED}
        ordinary = {one.recipient_account_id for one in claimed} - invited
        addresses = accounts.addresses_for(work, account_ids=ordinary)
        addresses |= accounts.addresses_for(work, account_ids=invited, invited=True)
        found, gone = [], []
        for one in claimed:
            address = addresses.get(one.recipient_account_id)
            mail = _mail(work, settings, one, address, moment) if address else None
            if mail is None:
                gone.append(one.id)
            else:
                found.append((one, mail))
        notifications.withdraw(work, notice_ids=gone)
    return found


def _mail(
    work: UnitOfWork, settings: Settings, one: Claimed, address: Address, moment: datetime
) -> EmailMessage | None:
    path = PATHS.get(one.template, "")
    if one.template is MailTemplate.ACCOUNT_INVITED:
        token = account_operations.invitation_token(work, account_id=one.recipient_account_id)
        if token is None:
            return None
        path = f"invitation/{token}"
    entry = None
    if one.conference_id is not None:
        entry = _invitation(work, settings, one.conference_id, address, moment)
    return mails.build_mail(
        template=one.template,
        service_name=SERVICE,
        base_url=settings.base_url,
        path=path,
        sender=settings.mail_from,
        recipient=address.email,
        message_id=one.message_id,
        sent_at=moment,
        invitation=entry,
    )


def _invitation(
    work: UnitOfWork, settings: Settings, conference_id: uuid.UUID, address: Address, moment: datetime
) -> bytes:
    conference = conferences.conference_record(work, conference_id=conference_id)
    length = timedelta(minutes=conference.capacity * conference.marac.minutes_a_case)
    return invitation.build_invitation(
        invitation.Sitting(
            id=conference.id,
            sequence=conference.invitation_sequence,
            starts_at=conference.sits_at,
            ends_at=conference.sits_at + length,
            venue=conference.marac.venue,
        ),
        method=invitation.Method.REQUEST,
        service_name=SERVICE,
        base_url=settings.base_url,
        organiser=settings.mail_from,
        attendee=address.email,
        made_at=moment,
    )


def _post(settings: Settings, mailings: Iterable[tuple[Claimed, EmailMessage]]) -> list[SendResult]:
    """Hand the mails over one connection to the mail server; open it again when it breaks."""
    results: list[SendResult] = []
    server: smtplib.SMTP | None = None
    where = urlsplit(settings.smtp_url)
    for one, mail in mailings:
        try:
            server = server or smtplib.SMTP(where.hostname or "", where.port or 25, timeout=TIMEOUT_SECONDS)
            server.send_message(mail)
            results.append(SendResult(one.id, True, one.attempt))
        except smtplib.SMTPRecipientsRefused as error:
            final = all(code >= 500 for code, _ in error.recipients.values())
            results.append(SendResult(one.id, False, one.attempt, "SMTPRecipientsRefused", is_final=final))
        except (smtplib.SMTPException, OSError) as error:
            lost = isinstance(error, smtplib.SMTPServerDisconnected | TimeoutError) and server is not None
            results.append(SendResult(one.id, False, one.attempt, type(error).__name__, is_ambiguous=lost))
            log.warning("mail_failed", failure=type(error).__name__)
            server = None
    if server is not None:
        _goodbye(server)
    return results


def _goodbye(server: smtplib.SMTP) -> None:
    try:
        server.quit()
    except smtplib.SMTPException:
        log.info("mail_server_left_first")
