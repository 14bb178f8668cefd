"""The bytes of each mail. What goes to many at the same moment is written once and gets each one's address and Message-ID.

Writing a mail costs more than handing it to a mail server over an open connection (./dev bench mail).
"""

from __future__ import annotations

import re
from datetime import datetime
from email.policy import SMTP, SMTPUTF8

from casework.documents.mails import MailTemplate, build_mail

# Addresses that stand in their header as they are. Others (long, quoted, international) get a mail written for them alone.
_PLAIN = re.compile(r"(?=.{1,70}$)[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+")
_MESSAGE_ID = re.compile(r"<[0-9a-f]{32}@[a-z0-9.-]{1,30}>")
_ANYBODY = "anybody@casework.example"
_ANY_ID = f"<{'0' * 32}@casework.example>"


class Letters:
    """Writes the mails of one service at one moment (UTC)."""

    def __init__(self, *, service_name: str, base_url: str, sender: str, sent_at: datetime) -> None:
        self._service_name = service_name
        self._base_url = base_url
        self._sender = sender
        self._sent_at = sent_at
        self._common: dict[tuple[MailTemplate, str], str] = {}

    def write(
        self, *, template: MailTemplate, path: str, recipient: str, message_id: str, invitation: bytes | None = None
    ) -> bytes:
        """Return a mail as it goes to the mail server. Raises ValueError as `casework.documents.mails.build_mail` does."""
        if invitation is not None or not _PLAIN.fullmatch(recipient) or not _MESSAGE_ID.fullmatch(message_id):
            return self._build(template, path, recipient, message_id, invitation)
        common = self._common.get((template, path))
        if common is None:
            common = self._common[template, path] = self._build(template, path, _ANYBODY, _ANY_ID, None).decode("ascii")
        return common.replace(_ANYBODY, recipient, 1).replace(_ANY_ID, message_id, 1).encode("ascii")

    def _build(
        self, template: MailTemplate, path: str, recipient: str, message_id: str, invitation: bytes | None
    ) -> bytes:
        mail = build_mail(
            template=template,
            service_name=self._service_name,
            base_url=self._base_url,
            path=path,
            sender=self._sender,
            recipient=recipient,
            message_id=message_id,
            sent_at=self._sent_at,
            invitation=invitation,
        )
        return mail.as_bytes(policy=SMTP if recipient.isascii() else SMTPUTF8)
