"""Sending the notices that are due: claimed and counted, sent over one connection, noted. Nothing is lost when the server is down.

SMTP cannot say exactly once: when the server's answer is lost the notice is tried again under the same Message-ID. It says nothing
of anybody, so a second copy harms nobody (docs/adr/0010-notices.md).
"""

from __future__ import annotations

import contextlib
import smtplib
import ssl
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import SplitResult, unquote, urlsplit

import structlog

from casework.access.actors import SYSTEM
from casework.access.permissions import Purpose
from casework.accounts import operations as account_operations
from casework.accounts import queries as accounts
from casework.accounts.queries import Address
from casework.conferences import queries as conferences
from casework.documents import invitation
from casework.documents.mails import MailTemplate
from casework.notifications import operations as notifications
from casework.notifications.operations import Claimed, SendResult
from casework.work import Stores, UnitOfWork
from config.settings import Settings
from workers.letters import Letters

SERVICE = "Casework"
TIMEOUT_SECONDS = 10
# A server that breaks off so often in one go is in trouble: the rest of the post waits.
BREAKS = 2
# An address may be refused for the server's own trouble, so only the last of so many refusals (over half an hour) is final.
REFUSALS = 10
PATHS: Mapping[MailTemplate, str] = {
    MailTemplate.REMINDER: "duties",
    MailTemplate.SOMETHING_NEW: "",
    MailTemplate.SOMETHING_RETURNED: "referrals",
    MailTemplate.DOCUMENT_READY: "minutes",
}
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Mailing:
    """A notice, the address that it goes to at this moment, and its bytes."""

    notice: Claimed
    recipient: str
    content: bytes


def send_due(stores: Stores, settings: Settings, partnership_id: uuid.UUID, moment: datetime) -> int:
    """Send every notice of a partnership that is due at `moment` (UTC). Returns how many the mail server took."""
    sent = 0
    while True:
        with _system(stores, partnership_id, moment) as work:
            claimed = notifications.claim_due(work)
        if not claimed:
            return sent
        mailings, failed = _mailings(stores, settings, partnership_id, moment, claimed)
        results = [*failed, *_post(settings, mailings)]
        with _system(stores, partnership_id, moment) as work:
            notifications.note_results(work, results=results)
        taken = sum(result.was_sent for result in results)
        sent += taken
        if results and not taken:
            return sent


def _system(stores: Stores, partnership_id: uuid.UUID, moment: datetime) -> UnitOfWork:
    return UnitOfWork(stores, actor=SYSTEM, now=moment, partnership_id=partnership_id, purpose=Purpose.SCHEDULED)


def _mailings(
    stores: Stores, settings: Settings, partnership_id: uuid.UUID, moment: datetime, claimed: Sequence[Claimed]
) -> tuple[list[Mailing], list[SendResult]]:
    """Look up, at this moment, who may still get each notice and where, and write the mails; withdraw the others.

    One that cannot be written fails alone.
    """
    try:
        with _system(stores, partnership_id, moment) as work:
            return _written(work, settings, moment, claimed), []
    except Exception as error:
        if len(claimed) == 1:
            log.error("notice_failed", notice_id=claimed[0].id, exc_info=error)
            return [], [SendResult(claimed[0].id, False, claimed[0].attempt, type(error).__name__)]
    found = [_mailings(stores, settings, partnership_id, moment, [one]) for one in claimed]
    return [mailing for some, _ in found for mailing in some], [result for _, some in found for result in some]


def _written(work: UnitOfWork, settings: Settings, moment: datetime, claimed: Sequence[Claimed]) -> list[Mailing]:
    invited = {one.recipient_account_id for one in claimed if one.template is MailTemplate.ACCOUNT_INVITED}
    ordinary = {one.recipient_account_id for one in claimed if one.template is not MailTemplate.ACCOUNT_INVITED}
    addresses = accounts.addresses_for(work, account_ids=ordinary)
    first_addresses = accounts.addresses_for(work, account_ids=invited, invited=True)
    letters = Letters(service_name=SERVICE, base_url=settings.base_url, sender=settings.mail_from, sent_at=moment)
    found, gone = [], []
    for one in claimed:
        known = first_addresses if one.template is MailTemplate.ACCOUNT_INVITED else addresses
        address = known.get(one.recipient_account_id)
        content = _content(work, settings, letters, one, address, moment) if address else None
        if address is None or content is None:
            gone.append(one.id)
        else:
            found.append(Mailing(one, address.email, content))
    notifications.withdraw(work, notice_ids=gone)
    return found


def _content(
    work: UnitOfWork, settings: Settings, letters: Letters, one: Claimed, address: Address, moment: datetime
) -> bytes | None:
    path = PATHS.get(one.template, "")
    if one.template is MailTemplate.ACCOUNT_INVITED:
        token = account_operations.invitation_token(work, account_id=one.recipient_account_id)
        if token is None:
            return None
        path = f"invitation/{token}"
    entry = None
    if one.conference_id is not None:
        entry = _invitation(work, settings, one.conference_id, address, moment)
    return letters.write(
        template=one.template, path=path, recipient=address.email, message_id=one.message_id, invitation=entry
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


def _post(settings: Settings, mailings: Sequence[Mailing]) -> list[SendResult]:
    """Hand the mails over one connection to the mail server; open it anew when it breaks, and stop when it goes on breaking."""
    results: list[SendResult] = []
    server: smtplib.SMTP | None = None
    breaks = 0
    where = urlsplit(settings.smtp_url)
    for mailing in mailings:
        if breaks == BREAKS:
            results.append(_unsent(mailing, "mail_server_down", is_server_down=True))
            continue
        was_open = False
        try:
            server = server or _connected(where)
            was_open = True
            server.sendmail(settings.mail_from, [mailing.recipient], mailing.content, mail_options=_options(mailing))
            results.append(SendResult(mailing.notice.id, True, mailing.notice.attempt))
        except (smtplib.SMTPException, OSError) as error:
            result = _refused(mailing, error) if was_open else None
            if result is None:
                breaks += 1
                result = _unsent(mailing, type(error).__name__, is_server_down=True, is_ambiguous=was_open)
                _close(server)
                server = None
            results.append(result)
    if server is not None:
        with contextlib.suppress(smtplib.SMTPException, OSError):  # it has taken what it took
            server.quit()
    failures = {result.failure for result in results if result.failure}
    if failures:
        log.warning("mail_failed", failure=sorted(failures), count=sum(not result.was_sent for result in results))
    return results


def _connected(where: SplitResult) -> smtplib.SMTP:
    """Open a connection to the mail server: TLS from the start for smtps, else as soon as the server offers it; then sign in."""
    context = ssl.create_default_context()
    server: smtplib.SMTP
    if where.scheme == "smtps":
        server = smtplib.SMTP_SSL(where.hostname or "", where.port or 465, timeout=TIMEOUT_SECONDS, context=context)
    else:
        server = smtplib.SMTP(where.hostname or "", where.port or 25, timeout=TIMEOUT_SECONDS)
        server.ehlo_or_helo_if_needed()
        if server.has_extn("starttls"):
            server.starttls(context=context)
    if where.username:
        server.login(unquote(where.username), unquote(where.password or ""))
    return server


def _options(mailing: Mailing) -> Sequence[str]:
    return () if mailing.recipient.isascii() else ("SMTPUTF8", "BODY=8BITMIME")


def _refused(mailing: Mailing, error: Exception) -> SendResult | None:
    """Return what a server said to this mail, or None when it said nothing: then the connection is of no more use."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = max(code for code, _ in error.recipients.values())
        is_final = code >= 500 and mailing.notice.attempt >= REFUSALS
        return _unsent(mailing, f"{type(error).__name__} {code}", is_final=is_final)
    if isinstance(error, smtplib.SMTPResponseException):
        return _unsent(mailing, f"{type(error).__name__} {error.smtp_code}")
    return None


def _unsent(
    mailing: Mailing,
    failure: str,
    *,
    is_server_down: bool = False,
    is_ambiguous: bool = False,
    is_final: bool = False,
) -> SendResult:
    return SendResult(
        mailing.notice.id,
        False,
        mailing.notice.attempt,
        failure,
        is_ambiguous=is_ambiguous,
        is_final=is_final,
        is_server_down=is_server_down,
    )


def _close(server: smtplib.SMTP | None) -> None:
    if server is not None:
        server.close()
