"""Every mail that Casework sends: fixed subjects and texts that say nothing of anybody, with a link to sign in and see.

A mail may go astray, be read over a shoulder or by a perpetrator who works for an agency, so only the name of the service and a link
are ever filled in. Mails may arrive twice: each notice has one fixed Message-ID.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from casework.documents.invitation import Method, is_content_free


class MailTemplate(StrEnum):
    """The code of each fixed mail."""

    ACCOUNT_INVITED = "account_invited"
    PASSWORD_RESET = "password_reset"  # noqa: S105  # the name of a mail
    ACCOUNT_CHANGED = "account_changed"
    SOMETHING_NEW = "something_new"
    SOMETHING_RETURNED = "something_returned"
    REMINDER = "reminder"
    SOMETHING_LATE = "something_late"
    DOCUMENT_READY = "document_ready"
    SITTING_PLANNED = "sitting_planned"
    SITTING_MOVED = "sitting_moved"
    SITTING_CANCELLED = "sitting_cancelled"
    OPERATOR_ALARM = "operator_alarm"


@dataclass(frozen=True, slots=True)
class Wording:
    """One fixed mail: only {service_name} and {link} are filled in. `method` says which calendar entry goes with it."""

    subject: str
    body: str
    method: Method | None = None


_FOOT = """
This message says nothing more on purpose. Please do not reply to it: nobody reads the answers.
"""

TEMPLATES: Final = MappingProxyType(
    {
        MailTemplate.ACCOUNT_INVITED: Wording(
            "You are invited to {service_name}",
            """You are invited to use {service_name}. Open this link to set up how you sign in:

{link}

The link works once and for a short time. If you did not expect it, leave it alone and tell your co-ordinator.
""",
        ),
        MailTemplate.PASSWORD_RESET: Wording(
            "Sign in to {service_name} again",
            """Somebody asked for a new way to sign in to {service_name} with this address. If it was you, open this link:

{link}

The link works once and for a short time. If it was not you, leave it alone and tell your co-ordinator.
""",
        ),
        MailTemplate.ACCOUNT_CHANGED: Wording(
            "How you sign in to {service_name} has changed",
            """Something about how you sign in to {service_name} has changed. If it was not you, tell your co-ordinator now.

{link}
""",
        ),
        MailTemplate.SOMETHING_NEW: Wording(
            "Something new in {service_name}",
            """There is something new for you in {service_name}. Sign in to see it:

{link}
""",
        ),
        MailTemplate.SOMETHING_RETURNED: Wording(
            "Something has come back to you in {service_name}",
            """Something that you sent has come back to you in {service_name}, with questions. Sign in to see it:

{link}
""",
        ),
        MailTemplate.REMINDER: Wording(
            "You have something to do in {service_name}",
            """There is something for you to do in {service_name}. Sign in to see what, and by when:

{link}
""",
        ),
        MailTemplate.SOMETHING_LATE: Wording(
            "Something is late in {service_name}",
            """Something that you look after in {service_name} is late. Sign in to see what, and whose it is:

{link}
""",
        ),
        MailTemplate.DOCUMENT_READY: Wording(
            "A document is ready in {service_name}",
            """A document is ready for you in {service_name}. Sign in to read it:

{link}
""",
        ),
        MailTemplate.SITTING_PLANNED: Wording(
            "A meeting for your calendar from {service_name}",
            """The time and place of a meeting are in the calendar entry that comes with this message. Sign in to see more:

{link}
""",
            Method.REQUEST,
        ),
        MailTemplate.SITTING_MOVED: Wording(
            "A meeting in your calendar has changed, from {service_name}",
            """The time or place of a meeting has changed: see the calendar entry that comes with this message. Sign in to see more:

{link}
""",
            Method.REQUEST,
        ),
        MailTemplate.SITTING_CANCELLED: Wording(
            "A meeting in your calendar is cancelled, from {service_name}",
            """A meeting in your calendar does not take place: see the calendar entry that comes with this message. Sign in to see more:

{link}
""",
            Method.CANCEL,
        ),
        MailTemplate.OPERATOR_ALARM: Wording(
            "{service_name} needs its operator",
            """Something in {service_name} needs its operator. Sign in to see what:

{link}
""",
        ),
    }
)
"""Every mail there is. A code that is not here cannot be sent."""

ACCOUNT_TEMPLATES: Final = frozenset({MailTemplate.ACCOUNT_INVITED, MailTemplate.PASSWORD_RESET})
"""The only mails whose link may carry a token."""

HEADERS: Final = frozenset(
    {
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "auto-submitted",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
    }
)
"""The headers of our mails. Mail servers add those of `ADDED_UNDERWAY`."""
ADDED_UNDERWAY: Final = frozenset({"received", "return-path", "x-peer", "x-envelope-from", "x-envelope-to"})

_MESSAGE_ID: Final = re.compile(r"<[0-9a-f]{32}@[a-z0-9.-]{1,200}>")
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{20,128}")
_PLACE: Final = re.compile(r"[a-z][a-z-]{0,30}")


def message_id(*, notice_id: uuid.UUID, host: str) -> str:
    """The one Message-ID of a notice: its random id at the service's host. Every attempt to send it uses the same."""
    made = f"<{notice_id.hex}@{host.lower()}>"
    if not _MESSAGE_ID.fullmatch(made):
        raise ValueError("the host of a Message-ID is a plain host name")
    return made


def build_mail(
    *,
    template: MailTemplate | str,
    service_name: str,
    base_url: str,
    path: str = "",
    sender: str,
    recipient: str,
    message_id: str,
    sent_at: datetime,
    invitation: bytes | None = None,
) -> EmailMessage:
    """One content-free mail, ready for the mail server.

    The link is `base_url` and `path`; a path has plain words ("actions/mine") and, for account mails only, one token at its end.
    `invitation` is the calendar entry (`casework.documents.invitation`) and must be there exactly when the template has one.
    `sent_at` is the instant of this attempt. Raises ValueError for an unknown template, a path that could carry content, an address
    or name that would break a header, or a missing or needless invitation.
    """
    code = MailTemplate(template)
    wording = TEMPLATES[code]
    if (wording.method is None) != (invitation is None):
        raise ValueError("a calendar entry goes with the mails about a meeting, and with no other")
    if not _is_plain_path(path, code):
        raise ValueError("the link of a mail carries plain words, or one token in an account mail")
    if sent_at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    filled = {"service_name": service_name, "link": _link(base_url, path)}
    mail = EmailMessage()
    mail["From"] = formataddr((service_name, sender))
    mail["To"] = recipient
    mail["Subject"] = wording.subject.format(**filled)
    mail["Date"] = format_datetime(sent_at)
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"  # so that absence notes are not sent back (RFC 3834)
    mail.set_content((wording.body + _FOOT).format(**filled))
    if invitation is not None and wording.method is not None:
        # Calendar programs act on an alternative part that names its method (RFC 6047).
        mail.add_alternative(invitation.decode("utf-8"), subtype="calendar", params={"method": str(wording.method)})
    return mail


def matches_template(message: EmailMessage, *, service_name: str, base_url: str) -> MailTemplate | None:
    """Which template a mail is, word for word, or None when anything in it is not ours: header, part, sentence or link.

    `message` is parsed with `email.policy.default`. Used to show that no mail carries content; a mail server's own headers are
    passed over.
    """
    names = {name.lower() for name in message}
    if not names <= HEADERS | ADDED_UNDERWAY or not names >= HEADERS - {"content-transfer-encoding"}:
        return None
    if not _MESSAGE_ID.fullmatch(str(message["Message-ID"]).strip()):
        return None
    return next((code for code in MailTemplate if _is(code, message, service_name, base_url)), None)


def _is(code: MailTemplate, message: EmailMessage, service_name: str, base_url: str) -> bool:
    wording = TEMPLATES[code]
    if str(message["Subject"]) != wording.subject.format(service_name=service_name):
        return False
    senders, recipients = message["From"].addresses, message["To"].addresses
    if [sender.display_name for sender in senders] != [service_name]:
        return False
    if len(recipients) != 1 or recipients[0].display_name:
        return False
    parts = [part for part in message.walk() if not part.is_multipart()]
    kinds = ["text/plain"] if wording.method is None else ["text/plain", "text/calendar"]
    if [part.get_content_type() for part in parts] != kinds:
        return False
    link = _link_in(wording.body + _FOOT, _text(parts[0]), service_name)
    if link is None or not link.startswith(f"{base_url.rstrip('/')}/"):
        return False
    if not _is_plain_path(link.removeprefix(f"{base_url.rstrip('/')}/"), code):
        return False
    return wording.method is None or (
        parts[1].get_param("method") == wording.method
        and is_content_free(
            _text(parts[1]).encode(), method=wording.method, service_name=service_name, base_url=base_url
        )
    )


def _text(part: EmailMessage) -> str:
    return str(part.get_content()).replace("\r\n", "\n")


def _link_in(body: str, text: str, service_name: str) -> str | None:
    """The link of a text that is otherwise the body word for word."""
    before, after = (half.format(service_name=service_name) for half in body.split("{link}"))
    if not (text.startswith(before) and text.endswith(after) and len(text) > len(before) + len(after)):
        return None
    return text[len(before) : len(text) - len(after)]


def _link(base_url: str, path: str) -> str:
    return f"{base_url.rstrip('/')}/{path}"


def _is_plain_path(path: str, code: MailTemplate) -> bool:
    """Whether a path could carry nothing about anybody: plain words, and a token only where an account needs one."""
    if not path:
        return True
    *places, last = path.split("/")
    if code in ACCOUNT_TEMPLATES and places and _TOKEN.fullmatch(last):
        return all(_PLACE.fullmatch(place) for place in places)
    return all(_PLACE.fullmatch(place) for place in (*places, last))
