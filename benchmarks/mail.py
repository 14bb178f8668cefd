"""Notices from due to accepted by a mail server: ours, as shipped, beside smtplib with a connection for each, and with one for all.

Ours claims each notice, looks its reader's right and address up anew, writes, sends and notes it; the baselines only write and send.
"""

from __future__ import annotations

import smtplib
import uuid
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from socket import create_connection
from time import sleep
from urllib.parse import urlsplit

from benchmarks.installation import Installation, installed
from benchmarks.measure import Case, Result, alternate
from casework.access.actors import SYSTEM
from casework.accounts import queries as accounts
from casework.documents.mails import MailTemplate, build_mail
from casework.notifications import operations as notifications
from casework.notifications.operations import AT_THE_TABLE
from casework.work import UnitOfWork
from config.settings import Settings
from local import children
from rehearsal import partnership
from workers import posting

NOTICES = 1_000
EACH = 200
_rounds = count()


def run(_: Sequence[str]) -> Result:
    """Measure."""
    port = children.free_port()
    with installed(smtp_url=f"smtp://127.0.0.1:{port}") as installation:
        installation.start("benchmarks.mail_sink", str(port))
        _wait_for(port)
        settings = Settings.read(installation.environment)
        moment = datetime.now(UTC)
        sitting = (moment + timedelta(days=10)).date()
        world = partnership.found_partnership(
            installation.stores, now=moment, first_sittings=(sitting, sitting + timedelta(days=7)), capacity=16
        )
        cases = [
            Case("ours", partial(_send_ours, installation, settings, world.partnership_id, moment), NOTICES),
            Case("smtplib, a connection each", partial(_connection_each, settings, moment), EACH),
            Case("smtplib, one connection", partial(_one_connection, settings, moment), EACH),
        ]
        table = alternate("Notices from due to accepted", "notices", cases)
    return Result("mail", [table])


def _send_ours(installation: Installation, settings: Settings, partnership_id: uuid.UUID, moment: datetime) -> float:
    number = next(_rounds)
    with UnitOfWork(installation.stores, actor=SYSTEM, now=moment, partnership_id=partnership_id) as work:
        people = accounts.accounts_with_role(work, roles=AT_THE_TABLE)
        for about in range(NOTICES // len(people) + 1):
            some = people[: NOTICES - about * len(people)]
            notifications.notify(work, template=MailTemplate.REMINDER, account_ids=some, about=f"{number}:{about}")
    began = datetime.now(UTC)
    sent = posting.send_due(installation.stores, settings, partnership_id, moment)
    seconds = (datetime.now(UTC) - began).total_seconds()
    if sent != NOTICES:
        raise RuntimeError(f"{sent} of {NOTICES} notices were sent")
    return seconds


def _mails(settings: Settings, moment: datetime) -> list[tuple[str, str]]:
    return [
        (f"person{number}@agency.example.gov.uk", f"<{uuid.uuid4().hex}@notices.casework>") for number in range(EACH)
    ]


def _connection_each(settings: Settings, moment: datetime) -> None:
    for recipient, message_id in _mails(settings, moment):
        with _connected(settings) as server:
            _send(server, settings, moment, recipient, message_id)


def _one_connection(settings: Settings, moment: datetime) -> None:
    with _connected(settings) as server:
        for recipient, message_id in _mails(settings, moment):
            _send(server, settings, moment, recipient, message_id)


def _connected(settings: Settings) -> smtplib.SMTP:
    where = urlsplit(settings.smtp_url)
    return smtplib.SMTP(where.hostname or "", where.port or 25)


def _send(server: smtplib.SMTP, settings: Settings, moment: datetime, recipient: str, message_id: str) -> None:
    server.send_message(
        build_mail(
            template=MailTemplate.REMINDER,
            service_name=posting.SERVICE,
            base_url=settings.base_url,
            path="duties",
            sender=settings.mail_from,
            recipient=recipient,
            message_id=message_id,
            sent_at=moment,
        )
    )


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            with closing(create_connection(("127.0.0.1", port), 1)):
                return
        except OSError:
            sleep(0.05)
    raise TimeoutError("the mail server did not start")
